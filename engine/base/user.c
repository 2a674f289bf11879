/* user.c - who somebody is */
#include "base/user.h"

#include <pwd.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/str.h"

char *ft_user_name(void)
{
    return ft_user_name_of(geteuid());
}

char *ft_user_name_of(uid_t uid)
{
    const struct passwd *user = getpwuid(uid);

    return user ? ft_strdup(user->pw_name)
                : ft_asprintf("%lu", (unsigned long)uid);
}

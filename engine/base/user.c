/* user.c - who runs this */
#include "base/user.h"

#include <pwd.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/str.h"

char *ft_user_name(void)
{
    const struct passwd *user = getpwuid(geteuid());

    return user ? ft_strdup(user->pw_name)
                : ft_asprintf("%lu", (unsigned long)geteuid());
}

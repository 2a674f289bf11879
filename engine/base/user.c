/* user.c - who somebody is */
#include "base/user.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
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

char *ft_group_name_of(gid_t gid)
{
    const struct group *group = getgrgid(gid);

    return group ? ft_strdup(group->gr_name)
                 : ft_asprintf("%lu", (unsigned long)gid);
}

bool ft_group_find(const char *text, gid_t *gid)
{
    const struct group *group = getgrnam(text);
    unsigned long number;
    char *end;

    if (group) {
        *gid = group->gr_gid;
        return true;
    }
    if (*text < '0' || *text > '9')
        return false;
    errno = 0;
    number = strtoul(text, &end, 10);
    *gid = (gid_t)number;
    return !errno && !*end && *gid == number && *gid != (gid_t)-1;
}

/* user.h - who somebody is */
#ifndef FT_BASE_USER_H
#define FT_BASE_USER_H

#include <stdbool.h>
#include <sys/types.h>

/* Name of the effective user, or its number; the caller frees. */
char *ft_user_name(void);
/* The same of any user. */
char *ft_user_name_of(uid_t uid);

/* Name of a group, or its number; the caller frees. */
char *ft_group_name_of(gid_t gid);
/* The group with this name or number; false when there is none. */
bool ft_group_find(const char *text, gid_t *gid);

#endif

/* user.h - who somebody is */
#ifndef FT_BASE_USER_H
#define FT_BASE_USER_H

#include <sys/types.h>

/* Name of the effective user, or its number; the caller frees. */
char *ft_user_name(void);
/* The same of any user. */
char *ft_user_name_of(uid_t uid);

#endif

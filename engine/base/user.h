/* user.h - who runs this */
#ifndef FT_BASE_USER_H
#define FT_BASE_USER_H

/* Name of the effective user, or its number; the caller frees. */
char *ft_user_name(void);

#endif

/* umask.h - who else may use the files that this process makes
 *
 * The files of a project get the modes of the project, whatever the umask of
 * the user who writes; the files that a user asks for by name get the user's.
 * Programs that are started inherit both.
 */
#ifndef FT_BASE_UMASK_H
#define FT_BASE_UMASK_H

#include <stdbool.h>
#include <sys/types.h>

/* From now on new files are a project's: of its group when it is 'shared' and
 * of nobody else, else never for others to write. */
void ft_umask_project(bool shared);

/* The umask that the user started with. */
mode_t ft_umask_own(void);

/* From now on new files are the user's.  Returns what gives the project's mask
 * back: umask(result). */
mode_t ft_umask_user(void);

#endif

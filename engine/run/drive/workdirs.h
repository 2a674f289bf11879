/* workdirs.h - attempt directories, new and used again
 *
 * Making a directory costs several times as much as renaming one, and a million
 * tasks that print nothing would leave a million directories that nobody ever
 * looks into.  So an attempt that went well and left nothing but empty streams
 * gives its directory back: the next attempt gets it under its own name, and
 * what is left at the end goes.
 */
#ifndef FT_RUN_WORKDIRS_H
#define FT_RUN_WORKDIRS_H

#include <stdbool.h>

struct ft_err;
struct ft_workdirs;

struct ft_workdirs *ft_workdirs_new(void);
void ft_workdirs_free(struct ft_workdirs *dirs); /* removes what was given */

/* 'dir' is there, with nothing in it but perhaps empty streams and the
 * task.json and result.json of another attempt, all of them plain files; what
 * an engine that died left under this name is gone. */
int ft_workdirs_take(struct ft_workdirs *dirs, const char *dir,
                     struct ft_err *err);

/* The attempt in 'dir' has ended well: nothing runs there any more.  True: it
 * was taken back, for there is nothing in it that anybody could want to see. */
bool ft_workdirs_give(struct ft_workdirs *dirs, const char *dir);

#endif

/* rivals.h - the other runs on this machine, as one that is driven sees them */
#ifndef FT_RUN_RIVALS_H
#define FT_RUN_RIVALS_H

#include <stdbool.h>

struct ft_drive;

/* Share the machine with the other runs of the project from now on.  When that
 * cannot be the watcher is told, and the run computes as if it were alone. */
void ft_rivals_open(struct ft_drive *d);
/* Things have happened: tell the others, and take what is ours.  True: that is
 * more than before. */
bool ft_rivals_turn(struct ft_drive *d);
/* Once the loop has closed its handles. */
void ft_rivals_free(struct ft_drive *d);

#endif

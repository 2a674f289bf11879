/* diff_side.h - what people write for one side of a comparison */
#ifndef FT_CLI_DIFF_SIDE_H
#define FT_CLI_DIFF_SIDE_H

#include "cli/open.h"
#include "data/diff.h"

/* Read what the texts name: states, runs, or REFs (both or none).  'b' NULL
 * means the current state, or what it has under the name that 'a' gives.
 * Prints what is wrong and returns the exit status, or 0. */
int ft_diff_sides(struct ft_session *s, const char *a, const char *b,
                  struct ft_diff_side side[2]);

#endif

/* diff_side.h - what people write for one side of a comparison */
#ifndef FT_CLI_DIFF_SIDE_H
#define FT_CLI_DIFF_SIDE_H

#include "cli/open.h"
#include "data/history/diff.h"

/* Read what the two arguments name: states, runs, a workflow file, or REFs
 * (both or none).  Without the second one the current state is compared with
 * the first one: a REF with what the state has under its name.  Prints what is
 * wrong and returns the exit status, or 0. */
int ft_diff_sides(struct ft_session *s, const struct ft_cli *cli,
                  struct ft_diff_side side[2]);

#endif

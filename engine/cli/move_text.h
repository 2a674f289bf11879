/* move_text.h - what undo and redo have in common */
#ifndef FT_CLI_MOVE_TEXT_H
#define FT_CLI_MOVE_TEXT_H

#include "cli/cmd.h"

/* Move the current branch by [N] states and tell it; the exit status. */
int ft_cli_move(const struct ft_cli *cli, bool back);

#endif

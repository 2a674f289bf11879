/* cmd_undo.c - fedtwin undo: back to the state before */
#include "cli/move_text.h"

int ft_cmd_undo(struct ft_cli *cli)
{
    return ft_cli_move(cli, true);
}

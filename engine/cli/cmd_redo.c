/* cmd_redo.c - fedtwin redo: forward to what was undone */
#include "cli/move_text.h"

int ft_cmd_redo(struct ft_cli *cli)
{
    return ft_cli_move(cli, false);
}

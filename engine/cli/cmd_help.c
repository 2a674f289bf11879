/* cmd_help.c - fedtwin help [COMMAND [VERB]|expressions] */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/dirs.h"
#include "base/path.h"
#include "cli/cmd.h"
#include "cli/term.h"
#include "text/expr.h"

#define STATUS_USAGE 2
#define STATUS_IO 4

/* Become 'man' with the page of a command, in the build tree as well. */
static int show_page(const struct ft_cmd *group)
{
    char *page = group ? ft_asprintf("%s/man1/fedtwin-%s.1", ft_dirs()->man,
                                     group->name)
                       : ft_path_join(ft_dirs()->man, "man1/fedtwin.1");

    if (ft_path_exists(page)) {
        execlp("man", "man", "-l", page, (char *)NULL);
        ft_print_error("cannot start 'man': %s", strerror(errno));
        ft_print_hint("the page is '%s'", page);
    } else {
        ft_print_error("there is no manual page '%s'", page);
    }
    free(page);
    return STATUS_IO;
}

/* The language inside ${...}, which is no command. */
static int show_expressions(void)
{
    struct ft_table table;

    fputs("${...} in a workflow is an expression; it has values, never side "
          "effects.\n\n"
          "  operators  or and not  == != < <= > >=  + -  * / %  ^\n"
          "  values     3.5  3.5 mm  'text'  true false null  [a, b]  a[0]\n"
          "  names      params.size  matrix.power  in.mesh  stage.output\n"
          "  cells      stage.output{axis = value}\n\n"
          "A number followed by a unit is a quantity; sums and comparisons "
          "convert units\nand refuse two dimensions.\n\nfunctions:\n",
          stdout);
    ft_table_init(&table, 2, 0);
    for (const struct ft_expr_function *f = ft_expr_functions; f->name; f++) {
        ft_table_add(&table, "  %s(%s)", f->name, f->args);
        ft_table_add(&table, "%s", f->doc);
    }
    ft_table_print(&table);
    return 0;
}

int ft_cmd_help_on(struct ft_cli *cli)
{
    const struct ft_cmd *group = NULL, *cmd = NULL;

    if (cli->n_args == 1 && strcmp(cli->arg[0], "expressions") == 0)
        return show_expressions();
    if (cli->n_args)
        group = cmd = ft_cmd_find(ft_cmds, cli->arg[0]);
    if (group && cli->n_args > 1)
        cmd = ft_cmd_find(group->sub, cli->arg[1]);
    if (cli->n_args && !cmd) {
        ft_print_error("there is no command '%s%s%s'", cli->arg[0],
                       cli->n_args > 1 ? " " : "",
                       cli->n_args > 1 ? cli->arg[1] : "");
        ft_print_hint("'fedtwin help' lists the commands");
        return STATUS_USAGE;
    }
    if (ft_cli_has(cli, "man"))
        return show_page(group);
    if (cmd)
        ft_cmd_help(group, cmd);
    else
        ft_cmd_overview();
    return 0;
}

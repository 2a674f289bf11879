/* names_text.h - lists of branches and tags */
#ifndef FT_CLI_NAMES_TEXT_H
#define FT_CLI_NAMES_TEXT_H

#include "cli/cmd.h"
#include "data/history/history.h"

typedef int ft_names_fn(struct ft_store *store, struct ft_names *names,
                        struct ft_err *err);

/* Print what 'read' gives, as 'kind' ("branches", "tags"); the exit status. */
int ft_cli_list_names(const struct ft_cli *cli, ft_names_fn *read,
                      const char *kind);

#endif

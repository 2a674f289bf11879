/* param.h - values for parameters: the environment, files, -p, in this order
 *
 * A later one counts: what -p says over what a file of --params says over
 * $FEDTWIN_PARAM_NAME.
 */
#ifndef FT_CLI_PARAM_H
#define FT_CLI_PARAM_H

#include "cli/cmd.h"
#include "model/workflow.h"

struct ft_cli_params {
    struct ft_setting *item;
    size_t n, cap;
    struct ft_doc **doc; /* of the files */
    size_t n_docs;
};

/* Gather them.  What is wrong with a file goes to 'diags'; -1 after printing
 * that a -p has no '='. */
int ft_cli_params(const struct ft_cli *cli, struct ft_cli_params *params,
                  struct ft_diags *diags);
void ft_cli_params_release(struct ft_cli_params *params);

#endif

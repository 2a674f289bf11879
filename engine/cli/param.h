/* param.h - values for parameters: the environment, a state, files, -p
 *
 * A later one counts: what -p says over what a file of --params says over what
 * the state that is run again had over $FEDTWIN_PARAM_NAME.
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

struct json_object;

/* Gather them; 'recorded' are those of a state, [[name, text], …] that stays,
 * or NULL.  What is wrong with a file goes to 'diags'; -1 after printing
 * that a -p has no '='. */
int ft_cli_params(const struct ft_cli *cli, struct json_object *recorded,
                  struct ft_cli_params *params, struct ft_diags *diags);
void ft_cli_params_release(struct ft_cli_params *params);

#endif

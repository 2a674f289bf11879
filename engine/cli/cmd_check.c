/* cmd_check.c - fedtwin check: validate workflow files */
#include <stdio.h>

#include "base/err.h"
#include "base/json.h"
#include "cli/open.h"
#include "cli/param.h"
#include "cli/term.h"

#define SCHEMA 1
#define STATUS_USAGE 2
#define STATUS_INVALID 3

/* True when the file is valid; its diagnostics are added to 'diags'. */
static bool check_file(struct ft_session *s, const char *file,
                       const struct ft_cli_params *params,
                       struct ft_diags *diags)
{
    size_t before = diags->n_errors;
    struct ft_workflow *wf;
    struct ft_plan *plan;
    bool rows = false, loops = false;

    wf = ft_workflow_read(file, s->modules, params->item, params->n, diags);
    plan = wf ? ft_plan_new(wf, diags) : NULL;
    for (size_t i = 0; plan && i < wf->n_stages; i++) {
        rows |= plan->stage[i].unknown;
        loops |= plan->stage[i].turns > 1;
    }
    if (plan && diags->n_errors == before)
        fprintf(stderr, "%s: valid: %zu stage%s, %s%zu task%s%s\n", file,
                wf->n_stages, wf->n_stages == 1 ? "" : "s",
                loops ? "up to " : "", plan->n_tasks,
                plan->n_tasks == 1 ? "" : "s",
                rows ? " and one for each row of a table" : "");
    ft_plan_free(plan);
    ft_workflow_free(wf);
    return diags->n_errors == before && !diags->dropped;
}

static void print_json(struct ft_diags *diags, bool valid)
{
    struct json_object *obj = json_object_new_object();

    ft_diags_sort(diags);
    ft_json_add_int(obj, "schema", SCHEMA);
    ft_json_add_bool(obj, "valid", valid);
    json_object_object_add(obj, "diagnostics", ft_diags_json(diags));
    ft_print_json(obj);
}

int ft_cmd_check(struct ft_cli *cli)
{
    struct ft_session s = FT_SESSION_INIT;
    struct ft_diags diags = FT_DIAGS_INIT;
    struct ft_cli_params params;
    bool valid;

    if (ft_cli_params(cli, NULL, &params, &diags) < 0)
        return STATUS_USAGE;
    valid = !diags.n_errors;
    ft_session_modules(&s);
    for (int i = 0; i < cli->n_args; i++)
        valid &= check_file(&s, cli->arg[i], &params, &diags);
    if (ft_cli_has(cli, "json"))
        print_json(&diags, valid);
    else
        ft_print_diags(&diags);
    ft_diags_release(&diags);
    ft_cli_params_release(&params);
    ft_session_close(&s);
    return valid ? 0 : STATUS_INVALID;
}

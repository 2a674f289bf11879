/* open.c - what most commands start with: project, store, workflow, run */
#include "cli/open.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"
#include "cli/param.h"
#include "cli/term.h"
#include "data/history/history.h"
#include "data/store/ballast.h"
#include "model/site_set.h"
#include "plan/fit.h"
#include "text/suggest.h"

#define STATUS_USAGE 2
#define STATUS_INVALID 3
#define STATUS_SITE 4

int ft_session_project(struct ft_session *s)
{
    struct ft_err err;

    if (s->project)
        return 0;
    s->project = ft_project_open(NULL, &err);
    return s->project ? 0 : ft_print_err(&err);
}

int ft_session_store(struct ft_session *s, enum ft_store_mode mode)
{
    struct ft_err err;
    int status = ft_session_project(s);

    if (status)
        return status;
    s->store = ft_store_open(s->project, mode, &err);
    return s->store ? 0 : ft_print_err(&err);
}

int ft_session_look(struct ft_session *s, const struct ft_cli *cli)
{
    const char *at = ft_cli_option(cli, "at");
    struct ft_err err;
    int status = ft_session_store(s, FT_STORE_READ);

    if (!status && at && ft_store_at(s->store, at, &err) < 0)
        status = ft_print_err(&err);
    return status;
}

int ft_session_cleaning(struct ft_session *s)
{
    int status = ft_session_project(s);

    if (status)
        return status;
    ft_ballast_drop(s->project);
    return ft_session_store(s, FT_STORE_WRITE);
}

void ft_session_modules(struct ft_session *s)
{
    if (!s->project)
        s->project = ft_project_open(NULL, NULL);
    if (!s->modules)
        s->modules = ft_module_set_new(s->project ? s->project->dir : NULL);
}

static bool is_file_name(const char *text)
{
    return strchr(text, '/') || ft_ends_with(text, ".yaml");
}

static void print_unknown_site(const struct ft_site_set *set,
                               const char *text)
{
    const char *near = ft_site_set_near(set, text);

    ft_print_error("unknown site '%s'", text);
    if (near)
        ft_print_hint("did you mean '%s'?", near);
    else
        ft_print_hint("'fedtwin site list' shows the sites there are, "
                      "'fedtwin site add' makes one known");
}

int ft_session_find_site(struct ft_session *s, const char *text,
                         struct ft_site **ret)
{
    struct ft_diags diags = FT_DIAGS_INIT;
    const struct ft_site_entry *entry = NULL;
    struct ft_site_set set;
    struct ft_site *site = NULL;
    bool file = is_file_name(text);

    if (!s->project)
        s->project = ft_project_open(NULL, NULL); /* none is fine */
    ft_site_set_read(s->project ? s->project->dir : NULL, &set);
    if (file)
        site = ft_site_read(text, &diags);
    else if ((entry = ft_site_set_find(&set, text)))
        site = ft_site_entry_read(entry, &diags);
    else if (strcmp(text, "local") == 0)
        site = ft_site_local();
    if (!site && !file && !entry)
        print_unknown_site(&set, text);
    ft_print_diags(&diags);
    ft_diags_release(&diags);
    ft_site_set_release(&set);
    if (!site)
        return file || entry ? STATUS_INVALID : STATUS_USAGE;
    *ret = site;
    return 0;
}

/* One of the sites of --site; NULL in the list is this machine. */
static int add_site(struct ft_session *s, const char *text)
{
    struct ft_site *site = NULL;
    int status = strcmp(text, "local") == 0
                     ? 0 : ft_session_find_site(s, text, &site);

    if (status)
        return status;
    s->site = ft_realloc(s->site, s->n_sites + 1, sizeof(*s->site));
    s->site[s->n_sites++] = site;
    return 0;
}

/* Of several sites one that is drained is left out as long as it is. */
static int check_drained(const struct ft_session *s)
{
    const struct ft_site *site = s->n_sites == 1 ? s->site[0] : NULL;
    char *why = NULL;

    if (!site || !ft_site_drained(site, &why))
        return 0;
    ft_print_error("site '%s' is %s", site->name, why);
    ft_print_hint("'fedtwin site resume %s' makes it available again",
                  site->name);
    free(why);
    return STATUS_SITE;
}

int ft_session_site(struct ft_session *s, const struct ft_cli *cli)
{
    const char *text = ft_cli_option(cli, "site");
    char *names, *rest, *name;
    int status = 0;

    if (!text || strcmp(text, "local") == 0)
        return 0;
    rest = names = ft_strdup(text);
    while (!status && (name = strsep(&rest, ",")))
        status = add_site(s, name);
    free(names);
    return status ? status : check_drained(s);
}

/* What the current state was made by. */
static int recall(struct ft_session *s, struct ft_recalled *recalled)
{
    char id[FT_SHA256_HEX + 1];
    struct ft_err err;
    int status = ft_session_project(s);
    struct ft_store *store;

    if (status)
        return status;
    store = ft_store_open(s->project, FT_STORE_READ, &err);
    if (!store)
        return ft_print_err(&err);
    if (ft_history_find(store, NULL, id, &err) < 0) {
        status = ft_print_err(&err);
        if (err.code == FT_ENOENT) /* then a file has to be given */
            status = STATUS_USAGE;
    } else if (ft_store_recall(store, id, recalled, &err) < 0) {
        status = ft_print_err(&err);
    }
    ft_store_close(store);
    return status;
}

int ft_session_plan(struct ft_session *s, const struct ft_cli *cli,
                    const char *file)
{
    struct ft_diags diags = FT_DIAGS_INIT;
    struct ft_recalled recalled = { 0 };
    struct ft_cli_params params;
    int status = file ? 0 : recall(s, &recalled);

    if (status)
        return status;
    if (ft_cli_params(cli, recalled.settings, &params, &diags) < 0) {
        ft_recalled_release(&recalled);
        return STATUS_USAGE;
    }
    ft_session_modules(s);
    s->wf = file ? ft_workflow_read(file, s->modules, params.item, params.n,
                                    &diags)
                 : ft_recalled_workflow(&recalled, s->project->dir,
                                        s->modules, params.item, params.n,
                                        true, &diags);
    if (s->wf)
        s->plan = ft_plan_new(s->wf, &diags);
    ft_print_diags(&diags);
    ft_diags_release(&diags);
    ft_cli_params_release(&params);
    ft_recalled_release(&recalled);
    return s->plan ? 0 : STATUS_INVALID;
}

int ft_session_fit(const struct ft_session *s,
                   const struct ft_forecast *forecast)
{
    struct ft_diags diags = FT_DIAGS_INIT;
    bool ok = ft_plan_fit(s->plan, forecast, s->site, s->n_sites, &diags);

    ft_print_diags(&diags);
    ft_diags_release(&diags);
    return ok ? 0 : STATUS_INVALID;
}

int ft_session_run(struct ft_session *s, const char *id)
{
    struct ft_err err;
    int status = ft_session_project(s);

    if (status)
        return status;
    ft_session_modules(s);
    s->run = ft_run_read(s->project, id, s->modules, &err);
    return s->run ? 0 : ft_print_err(&err);
}

static void hint_task(const struct ft_plan *plan, const char *name)
{
    size_t n = plan->n_tasks < 1000 ? plan->n_tasks : 1000;
    char **known = ft_calloc(n, sizeof(*known));
    const char *near;

    for (size_t t = 0; t < n; t++) {
        struct ft_str text = FT_STR_INIT;

        ft_plan_task_name(plan, t, &text);
        known[t] = ft_str_take(&text);
    }
    near = ft_suggest(name, (const char *const *)known, n);
    if (near)
        ft_print_hint("did you mean '%s'?", near);
    for (size_t t = 0; t < n; t++)
        free(known[t]);
    free(known);
}

/* A stage without a matrix and a task have the same name; a stage with one
 * means its first task. */
static long find_task(const struct ft_plan *plan, const char *name)
{
    long stage = ft_workflow_stage(plan->wf, name);

    return stage >= 0 && plan->stage[stage].n
               ? (long)plan->stage[stage].first
               : ft_plan_find_task(plan, name);
}

static void print_no_task(const struct ft_run *run, const char *name)
{
    long stage = ft_workflow_stage(run->plan->wf, name);
    struct ft_str text = FT_STR_INIT;

    if (stage < 0) {
        ft_print_error("run '%s' has no task '%s'", run->id, name);
        hint_task(run->plan, name);
        return;
    }
    if (run->plan->stage[stage].unknown)
        ft_run_rows_text(run, (size_t)stage, &text);
    else
        ft_str_add(&text, "no tasks: its table has no rows");
    ft_print_error("stage '%s' has %s", name, text.s);
    ft_str_release(&text);
}

int ft_session_task(struct ft_session *s, const char *text, long *task)
{
    size_t len = strcspn(text, "/");
    char *id = ft_strndup(text, len);
    int status = ft_session_run(s, id);

    *task = -1;
    if (!status && text[len]) {
        *task = find_task(s->run->plan, text + len + 1);
        if (*task < 0) {
            print_no_task(s->run, text + len + 1);
            status = STATUS_USAGE;
        }
    }
    free(id);
    return status;
}

void ft_session_close(struct ft_session *s)
{
    ft_run_free(s->run);
    ft_plan_free(s->plan);
    ft_workflow_free(s->wf);
    ft_module_set_free(s->modules);
    for (size_t i = 0; i < s->n_sites; i++)
        ft_site_free(s->site[i]);
    free(s->site);
    ft_store_close(s->store);
    ft_project_close(s->project);
    *s = (struct ft_session)FT_SESSION_INIT;
}

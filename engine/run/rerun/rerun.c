/* rerun.c - bind a task to what it had when its results were made */
#include "run/rerun/rerun.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/json.h"
#include "base/path.h"
#include "data/history/history.h"
#include "data/upkeep/upkeep.h"
#include "plan/expand.h"

struct ft_rerun_input {
    const char *name; /* of the stage's input */
    struct ft_versions given;
};

#define RANKS_MAX 60000
#define ID_SHOWN 12

void ft_rerun_release(struct ft_rerun *rerun)
{
    ft_bound_free(rerun->bound);
    for (size_t i = 0; i < rerun->n_inputs; i++)
        ft_versions_release(&rerun->input[i].given);
    free(rerun->input);
    ft_versions_release(&rerun->state);
    ft_plan_free(rerun->plan);
    ft_workflow_free(rerun->wf);
    ft_module_set_free(rerun->modules);
    ft_versions_release(&rerun->was);
    json_object_put(rerun->record);
    *rerun = (struct ft_rerun){ 0 };
}

static const char *recorded(const struct ft_rerun *rerun, const char *key)
{
    return ft_json_str_or(rerun->record, key, "");
}

/* Canonical JSON of the cell in a record, or in one of its inputs; "" without
 * one.  The caller frees. */
static char *recorded_cell(struct json_object *record)
{
    struct json_object *cell = ft_json_or_null(record, "cell");
    struct ft_str text = FT_STR_INIT;

    if (cell && ft_json_canonical(cell, &text, NULL) < 0)
        ft_str_cut(&text, 0);
    return ft_str_take(&text);
}

/* --- the workflow --------------------------------------------------------- */

/* The state that the run left behind, with the workflow that it had. */
static int find_state(struct ft_store *store, const struct ft_rerun *rerun,
                      char id[FT_SHA256_HEX + 1], struct ft_err *err)
{
    const char *run = recorded(rerun, "run");
    struct ft_state state;
    int rc = ft_history_find(store, run, id, err);

    if (rc == 0)
        rc = ft_store_state(store, id, &state, err);
    if (rc < 0) {
        ft_err_set(err, FT_ENOENT, "run '%s' left no state here, so that its "
                   "workflow is not known", run);
        return ft_err_hint(err, "execute the workflow's file with 'fedtwin "
                           "run --fresh'");
    }
    if (strcmp(state.workflow, recorded(rerun, "workflow")) != 0)
        rc = ft_err_set(err, FT_ENOENT, "workflow %.*s of run '%s' was not "
                        "kept", ID_SHOWN, recorded(rerun, "workflow"), run);
    ft_state_release(&state);
    return rc;
}

/* Parameters as they were: neither the command line nor the environment of now
 * counts. */
static struct ft_setting *read_settings(struct json_object *list, size_t n)
{
    struct ft_setting *setting = ft_calloc(n + 1, sizeof(*setting));

    for (size_t i = 0; i < n; i++) {
        struct json_object *pair = json_object_array_get_idx(list, i);

        setting[i].name = ft_json_at_or(pair, 0, "");
        setting[i].text = ft_json_at_or(pair, 1, "");
    }
    return setting;
}

static struct ft_workflow *read_workflow(const struct ft_project *project,
                                         const struct ft_recalled *recalled,
                                         struct ft_module_set *modules,
                                         struct ft_diags *diags)
{
    size_t n = json_object_array_length(recalled->settings);
    struct ft_setting *setting = read_settings(recalled->settings, n);
    struct ft_workflow *wf =
        ft_recalled_workflow(recalled, project->dir, modules, setting, n,
                             false, diags);

    free(setting);
    return wf;
}

static int recall(struct ft_store *store, struct ft_rerun *rerun,
                  struct ft_diags *diags, struct ft_err *err)
{
    struct ft_recalled recalled = { 0 };
    char state[FT_SHA256_HEX + 1];

    if (find_state(store, rerun, state, err) < 0 ||
        ft_store_recall(store, state, &recalled, err) < 0 ||
        ft_store_objects(store, state, &rerun->state, err) < 0) {
        ft_recalled_release(&recalled);
        return -1;
    }
    rerun->modules = ft_module_set_new(rerun->project->dir);
    rerun->wf = read_workflow(rerun->project, &recalled, rerun->modules, diags);
    if (rerun->wf)
        rerun->plan = ft_plan_new(rerun->wf, diags);
    ft_recalled_release(&recalled);
    if (rerun->plan)
        return 0;
    return ft_err_set(err, FT_EDOC, "the workflow of run '%s' cannot be read "
                      "any more", recorded(rerun, "run"));
}

/* --- the task ------------------------------------------------------------- */

/* What the run had, for the rows of 'foreach'. */
static const struct ft_version *state_version(const struct ft_have *have,
                                              size_t task, size_t out)
{
    const struct ft_rerun *rerun = have->arg;
    const struct ft_stage *stage =
        &rerun->wf->stage[ft_plan_stage_of(rerun->plan, task)];
    char *object = ft_asprintf("%s.%s", stage->name, stage->out[out].name);
    char *cell = ft_plan_cell_text(rerun->plan, task);
    const struct ft_version *found = NULL;

    for (size_t i = 0; i < rerun->state.n && !found; i++)
        if (strcmp(rerun->state.item[i].object, object) == 0 &&
            strcmp(rerun->state.item[i].cell, cell) == 0)
            found = &rerun->state.item[i];
    free(cell);
    free(object);
    return found;
}

static bool state_needed(const struct ft_have *have, size_t task)
{
    const struct ft_rerun *rerun = have->arg;
    const struct ft_stage *stage =
        &rerun->wf->stage[ft_plan_stage_of(rerun->plan, task)];

    for (size_t i = 0; i < stage->n_out; i++)
        if (state_version(have, task, i))
            return true;
    return false;
}

static int expand(struct ft_store *store, struct ft_rerun *rerun, size_t stage,
                  struct ft_err *err)
{
    struct ft_have have = { .version = state_version, .needed = state_needed,
                            .arg = rerun };
    struct json_object *columns = NULL;
    int rc = ft_plan_read_rows(rerun->plan, stage, &have, store, &columns,
                               err);

    if (rc == 0)
        rc = ft_plan_expand(rerun->plan, stage, columns, err);
    json_object_put(columns);
    if (rc < 0)
        ft_err_context(err, "the rows of stage '%s'",
                       rerun->wf->stage[stage].name);
    return rc;
}

static bool has_cell(const struct ft_plan *plan, size_t task,
                     const char *cell)
{
    char *text = ft_plan_cell_text(plan, task);
    bool same = strcmp(text, cell) == 0;

    free(text);
    return same;
}

/* The name is quick, the cell decides: a quantity may be written in many
 * ways. */
static long find_cell(const struct ft_rerun *rerun, size_t stage)
{
    const struct ft_plan_stage *of = &rerun->plan->stage[stage];
    char *cell = recorded_cell(rerun->record);
    long task = ft_plan_find_task(rerun->plan, recorded(rerun, "task"));

    if (task >= 0 && (ft_plan_stage_of(rerun->plan, (size_t)task) != stage ||
                      !has_cell(rerun->plan, (size_t)task, cell)))
        task = -1;
    for (size_t t = of->first; t < of->first + of->n && task < 0; t++)
        if (has_cell(rerun->plan, t, cell))
            task = (long)t;
    free(cell);
    return task;
}

static int find_task(struct ft_store *store, struct ft_rerun *rerun,
                     size_t *task, struct ft_err *err)
{
    long stage = ft_workflow_stage(rerun->wf, recorded(rerun, "stage"));
    long found = -1;

    if (stage >= 0 && rerun->plan->stage[stage].unknown &&
        expand(store, rerun, (size_t)stage, err) < 0)
        return -1;
    if (stage >= 0)
        found = find_cell(rerun, (size_t)stage);
    if (found < 0)
        return ft_err_set(err, FT_ENOENT, "its workflow has no task '%s' any "
                          "more: what its cells are made of has changed",
                          recorded(rerun, "task"));
    *task = (size_t)found;
    return 0;
}

/* --- its inputs ----------------------------------------------------------- */

/* The version under the object and cell that the task knew it by. */
static int give(struct ft_store *store, const struct ft_rerun *rerun,
                struct json_object *input, struct ft_version *version,
                struct ft_err *err)
{
    const char *id = ft_json_str_or(input, "version", "");
    char *object;
    int rc = ft_store_version(store, id, version, err);

    if (rc == 0 && version->gone && !rerun->only_look) {
        rc = ft_store_say_gone(store, id, err);
        ft_version_release(version);
    }
    if (rc < 0)
        return ft_err_context(err, "input '%s'",
                              ft_json_str_or(input, "name", ""));
    object = ft_strdup(ft_json_str_or(input, "object", version->object));
    free(version->object);
    free(version->cell);
    version->object = object;
    version->cell = recorded_cell(input);
    return 0;
}

static int read_input(struct ft_store *store, const struct ft_rerun *rerun,
                      struct ft_rerun_input *to, struct ft_err *err)
{
    struct json_object *list = ft_json_or_null(rerun->record, "inputs");
    size_t n = list ? json_object_array_length(list) : 0;

    to->given.item = ft_calloc(n + 1, sizeof(*to->given.item));
    for (size_t i = 0; i < n; i++) {
        struct json_object *input = json_object_array_get_idx(list, i);

        if (strcmp(ft_json_str_or(input, "name", ""), to->name) != 0 ||
            !ft_json_or_null(input, "version"))
            continue;
        if (give(store, rerun, input, &to->given.item[to->given.n], err) < 0)
            return -1;
        to->given.n++;
    }
    return 0;
}

static int read_inputs(struct ft_store *store, struct ft_rerun *rerun,
                       size_t task, struct ft_err *err)
{
    const struct ft_stage *stage =
        &rerun->wf->stage[ft_plan_stage_of(rerun->plan, task)];

    rerun->input = ft_calloc(stage->n_in + 1, sizeof(*rerun->input));
    for (size_t i = 0; i < stage->n_in; i++) {
        struct ft_rerun_input *to = &rerun->input[rerun->n_inputs++];

        to->name = stage->in[i].name;
        if (read_input(store, rerun, to, err) < 0)
            return -1;
    }
    return 0;
}

static const struct ft_versions *given(const struct ft_have *have,
                                       const char *name)
{
    static const struct ft_versions none;
    const struct ft_rerun *rerun = have->arg;

    for (size_t i = 0; i < rerun->n_inputs; i++)
        if (strcmp(rerun->input[i].name, name) == 0)
            return &rerun->input[i].given;
    return &none;
}

/* What the record says of the user's file that input 'name' was. */
static struct json_object *recorded_file(const struct ft_rerun *rerun,
                                         const char *name)
{
    struct json_object *list = ft_json_or_null(rerun->record, "inputs");

    for (size_t i = 0; list && i < json_object_array_length(list); i++) {
        struct json_object *input = json_object_array_get_idx(list, i);

        if (strcmp(ft_json_str_or(input, "name", ""), name) == 0 &&
            !ft_json_or_null(input, "version"))
            return input;
    }
    return NULL;
}

/* Files of the user are not kept: they must still be what they were. */
static int check_files(const struct ft_rerun *rerun, struct ft_err *err)
{
    for (size_t i = 0; i < rerun->bound->n_in; i++) {
        const struct ft_bound_input *in = &rerun->bound->in[i];
        struct json_object *was = recorded_file(rerun, in->name);
        const char *content = ft_json_str_or(was, "content", "");

        if (in->version || strcmp(content, in->content) == 0)
            continue;
        ft_err_set(err, FT_ENOENT, "input '%s': the file '%s' has changed "
                   "since", in->name, in->path);
        return ft_err_hint(err, "put back the one with the digest %s",
                           content);
    }
    return 0;
}

/* --- all of it ------------------------------------------------------------ */

static int read_record(struct ft_store *store, const char *version,
                       struct ft_rerun *rerun, struct ft_err *err)
{
    rerun->record = ft_store_lineage(store, version, err);
    if (!rerun->record || ft_store_siblings(store, version, &rerun->was,
                                            err) < 0)
        return -1;
    if (*recorded(rerun, "run") && *recorded(rerun, "workflow"))
        return 0;
    ft_err_set(err, FT_EUSAGE, "version %.*s of '%s' was not made by a task",
               ID_SHOWN, version, recorded(rerun, "object"));
    return ft_err_hint(err, "what a person has put cannot be made again");
}

/* A record may be a stranger's. */
static int take_ranks(struct ft_rerun *rerun, struct ft_err *err)
{
    int64_t n = ft_json_int_or(rerun->record, "ranks", 0);

    return n < 1 || n > RANKS_MAX
               ? 0 : ft_bound_set_ranks(rerun->bound, (int)n, err);
}

int ft_rerun_prepare(const struct ft_project *project, struct ft_store *store,
                     const char *version, bool only_look,
                     struct ft_rerun *rerun, struct ft_diags *diags,
                     struct ft_err *err)
{
    struct ft_have have = { .given = given, .arg = rerun };
    size_t task = 0;

    *rerun = (struct ft_rerun){ .project = project, .only_look = only_look };
    if (read_record(store, version, rerun, err) < 0 ||
        recall(store, rerun, diags, err) < 0 ||
        find_task(store, rerun, &task, err) < 0 ||
        read_inputs(store, rerun, task, err) < 0)
        goto fail;
    rerun->bound = ft_bind(rerun->plan, task, &have, store, err);
    if (rerun->bound && take_ranks(rerun, err) == 0 &&
        check_files(rerun, err) == 0)
        return 0;
fail:
    ft_rerun_release(rerun);
    return -1;
}

/* --- what has changed ----------------------------------------------------- */

static void compare_manifest(const struct ft_rerun *rerun, struct ft_str *out)
{
    const struct ft_module *then =
        rerun->wf->stage[ft_plan_stage_of(rerun->plan, rerun->bound->task)]
            .module;
    const struct ft_mark nowhere = { 0 };
    struct ft_diags diags = FT_DIAGS_INIT;
    struct ft_module_set *set;
    const struct ft_module *now;

    if (!then)
        return;
    set = ft_module_set_new(rerun->project->dir);
    now = ft_module_find(set, then->name, NULL, &nowhere, &diags);
    if (!now)
        ft_str_addf(out, "module '%s' is not installed any more\n",
                    then->name);
    else if (strcmp(now->digest, then->digest) != 0)
        ft_str_addf(out, "the manifest of module '%s' is another one by now "
                         "(version %s, was %s): that of then is used\n",
                    then->name, now->version, then->version);
    ft_diags_release(&diags);
    ft_module_set_free(set);
}

static void compare_plain(const struct ft_rerun *rerun, const char *key,
                          const char *what, const char *now,
                          struct ft_str *out)
{
    const char *then = recorded(rerun, key);

    if (*then && strcmp(then, now) != 0)
        ft_str_addf(out, "%s: %s -> %s\n", what, then, now);
}

bool ft_rerun_changes(const struct ft_rerun *rerun, struct ft_str *out)
{
    bool same = strcmp(rerun->bound->key, recorded(rerun, "cache_key")) == 0;
    size_t start = out->len;

    if (!same) {
        ft_recipe_diff(rerun->record, rerun->bound->recipe, out);
        if (out->len == start)
            ft_str_add(out, "the cache key is another one\n");
    }
    compare_manifest(rerun, out);
    compare_plain(rerun, "engine", "engine", "fedtwin " PACKAGE_VERSION, out);
    compare_plain(rerun, "site", "site", "local", out);
    return same;
}

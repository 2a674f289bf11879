/* outcome.c - what a run leaves behind when it has ended */
#include "run/record/outcome.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/json.h"
#include "base/path.h"
#include "base/sha256.h"
#include "data/history/diff.h"
#include "data/history/history.h"
#include "plan/bind.h"
#include "run/drive/memo.h"
#include "run/record/change.h"
#include "text/doc.h"

#define SUMMARY_SCHEMA 1
#define SUMMARY_FILE "summary.json"

/* --- the state ------------------------------------------------------------ */

/* All objects of a run, and the texts that belong to nobody else. */
struct objects {
    struct ft_binding *item;
    size_t n, cap;
    char **text;
    size_t n_texts, cap_texts;
};

static void objects_release(struct objects *all)
{
    for (size_t i = 0; i < all->n_texts; i++)
        free(all->text[i]);
    free(all->text);
    free(all->item);
}

static const char *own(struct objects *all, char *text)
{
    all->text = ft_grow(all->text, all->n_texts, &all->cap_texts,
                        sizeof(*all->text));
    return all->text[all->n_texts++] = text;
}

static void add_object(struct objects *all, const char *object,
                       const char *cell, const char *id)
{
    all->item = ft_grow(all->item, all->n, &all->cap, sizeof(*all->item));
    all->item[all->n++] = (struct ft_binding){ object, cell, id };
}

/* The versions of a run that is only read have no names: the plan has them. */
static void add_nameless(const struct ft_run *run, size_t task, size_t out,
                         const char *id, struct objects *all)
{
    struct ft_version v = { 0 };

    ft_run_fill_version(run, task, out, &v);
    add_object(all, own(all, ft_strdup(v.object)),
               own(all, ft_strdup(v.cell)), id);
    ft_version_release(&v);
}

/* Of a task that was executed, or whose results were looked up. */
static void add_details(const struct ft_run *run, size_t task,
                        struct objects *all)
{
    const struct ft_task_detail *d = ft_run_detail(run, task);

    for (size_t i = 0; d && i < d->out.n; i++) {
        const struct ft_version *v = &d->out.item[i];

        if (*v->id && v->object)
            add_object(all, v->object, v->cell, v->id);
        else if (*v->id)
            add_nameless(run, task, i, v->id, all);
    }
}

static char *hex_of(const char *bytes)
{
    char *hex = ft_calloc(1, FT_SHA256_HEX + 1);

    ft_sha256_hex((const uint8_t *)bytes, hex);
    return hex;
}

static bool is_none(const char *id)
{
    static const char none[FT_SHA256_BYTES];

    return memcmp(id, none, sizeof(none)) == 0;
}

/* Of a stage that was taken from a memo. */
static int add_memo(struct ft_run *run, struct ft_store *store, size_t s,
                    struct objects *all, struct ft_err *err)
{
    const struct ft_stage *stage = &run->plan->wf->stage[s];
    const struct ft_plan_stage *ps = &run->plan->stage[s];
    const char **object = ft_calloc(stage->n_out + 1, sizeof(*object));
    const char *id;

    if (!ft_memo_look_up(run, store, s)) {
        free(object);
        return ft_err_set(err, FT_EIO, "what stage '%s' took over from run "
                          "'%s' is no longer known", stage->name,
                          run->memo[s].run);
    }
    id = run->memo[s].id.s;
    for (size_t i = 0; i < stage->n_out; i++)
        object[i] = own(all, ft_asprintf("%s.%s", stage->name,
                                         stage->out[i].name));
    for (size_t c = 0; c < ps->n; c++) {
        const char *cell = own(all, ft_plan_cell_text(run->plan,
                                                      ps->first + c));

        for (size_t i = 0; i < stage->n_out; i++, id += FT_SHA256_BYTES)
            if (!is_none(id))
                add_object(all, object[i], cell, own(all, hex_of(id)));
    }
    free(object);
    return 0;
}

static int add_objects(struct ft_run *run, struct ft_store *store,
                       struct objects *all, struct ft_err *err)
{
    for (size_t s = 0; s < run->plan->wf->n_stages; s++) {
        const struct ft_plan_stage *ps = &run->plan->stage[s];

        if (!run->plan->wf->stage[s].n_out)
            continue;
        if (run->memo[s].run) {
            if (add_memo(run, store, s, all, err) < 0)
                return -1;
            continue;
        }
        for (size_t c = 0; c < ps->n; c++)
            add_details(run, ps->first + c, all);
    }
    return 0;
}

/* Where the project is 'dir': relative to it, or absolute when it is not in it;
 * the caller frees. */
static char *below(const char *project, const char *dir)
{
    char *real = realpath(dir, NULL);
    size_t len = strlen(project);
    char *out;

    if (!real)
        return ft_strdup(dir);
    if (strncmp(real, project, len) != 0 || (real[len] && real[len] != '/'))
        return real;
    out = ft_strdup(real[len] ? real + len + 1 : ".");
    free(real);
    return out;
}

static void add_module(const struct ft_module *module,
                       struct json_object *modules, struct json_object *texts)
{
    struct json_object *one = json_object_new_array();
    struct json_object *text = json_object_new_array();

    json_object_array_add(one, json_object_new_string(module->name));
    json_object_array_add(one, json_object_new_string(module->digest));
    json_object_array_add(modules, one);
    json_object_array_add(text, json_object_new_string(module->digest));
    json_object_array_add(text, json_object_new_string(module->text));
    json_object_array_add(texts, text);
}

/* What it takes to run it again: where, with which parameters and modules. */
static void add_source(const struct ft_workflow *wf, const char *project,
                       struct ft_state_new *state)
{
    struct json_object *modules = json_object_new_array();
    char *dir = below(project, wf->dir);

    state->source = json_object_new_object();
    state->module_texts = json_object_new_array();
    ft_json_add_str(state->source, "dir", dir);
    json_object_object_add(state->source, "settings",
                           ft_workflow_settings_json(wf));
    for (size_t s = 0; s < wf->n_stages; s++) {
        const struct ft_module *module = wf->stage[s].module;
        bool known = false;

        for (size_t i = 0; module && i < s && !known; i++)
            known = wf->stage[i].module == module;
        if (module && !known)
            add_module(module, modules, state->module_texts);
    }
    json_object_object_add(state->source, "modules", modules);
    free(dir);
}

static const char *outcome_text(enum ft_run_state end)
{
    static const char *const text[] = {
        [FT_RUN_RUNNING] = "lost",         [FT_RUN_SUCCEEDED] = "ok",
        [FT_RUN_FAILED] = "error",         [FT_RUN_CANCELLED] = "cancelled",
        [FT_RUN_EXPIRED] = "timeout",      [FT_RUN_PAUSED] = "paused",
        [FT_RUN_INTERRUPTED] = "lost",
    };

    return text[end];
}

/* --- a state that is there already ---------------------------------------- */

static void add_ids(const struct ft_run *run, size_t s, struct ft_sha256 *sha)
{
    const struct ft_plan_stage *ps = &run->plan->stage[s];
    size_t n_out = run->plan->wf->stage[s].n_out;

    for (size_t c = 0; c < ps->n; c++) {
        const struct ft_task_detail *d = ft_run_detail(run, ps->first + c);

        for (size_t i = 0; i < n_out; i++) {
            uint8_t id[FT_SHA256_BYTES] = { 0 };

            if (d && i < d->out.n && *d->out.item[i].id)
                ft_sha256_bytes(d->out.item[i].id, id);
            ft_sha256_add(sha, id, sizeof(id));
        }
    }
}

/* What a state is made of: the same for a run that leaves the same behind. */
static void fingerprint(struct ft_run *run, struct ft_store *store,
                        const struct ft_state_new *state,
                        uint8_t digest[FT_SHA256_BYTES])
{
    const char *params = json_object_to_json_string_ext(
        state->params, JSON_C_TO_STRING_PLAIN);
    const char *source = json_object_to_json_string_ext(
        state->source, JSON_C_TO_STRING_PLAIN);
    struct ft_sha256 *sha = ft_sha256_new();

    ft_sha256_add(sha, state->workflow, strlen(state->workflow) + 1);
    ft_sha256_add(sha, state->workflow_file,
                  strlen(state->workflow_file) + 1);
    ft_sha256_add(sha, state->outcome, strlen(state->outcome) + 1);
    ft_sha256_add(sha, params, strlen(params) + 1);
    ft_sha256_add(sha, source, strlen(source) + 1);
    for (size_t s = 0; s < run->plan->wf->n_stages; s++)
        if (run->memo[s].run && ft_memo_look_up(run, store, s))
            ft_sha256_add(sha, run->memo[s].id.s, run->memo[s].id.len);
        else
            add_ids(run, s, sha);
    ft_sha256_end(sha, digest);
    ft_sha256_free(sha);
}

/* Where the store remembers the fingerprint of a state. */
static bool key_of_head(struct ft_store *store, char key[FT_SHA256_HEX + 1])
{
    char head[FT_SHA256_HEX + 1], text[FT_SHA256_HEX + 8];

    if (ft_store_head(store, head, NULL) < 0 || !*head)
        return false;
    snprintf(text, sizeof(text), "state %s", head);
    ft_sha256_text(text, strlen(text), key);
    return true;
}

static bool is_recorded(struct ft_store *store,
                        const uint8_t digest[FT_SHA256_BYTES])
{
    struct ft_str run = FT_STR_INIT, known = FT_STR_INIT;
    char key[FT_SHA256_HEX + 1];
    bool same = key_of_head(store, key) &&
                ft_store_memo_get(store, key, &run, &known) &&
                known.len == FT_SHA256_BYTES &&
                memcmp(known.s, digest, FT_SHA256_BYTES) == 0;

    ft_str_release(&run);
    ft_str_release(&known);
    return same;
}

/* --- all of it ------------------------------------------------------------ */

static int record(struct ft_run *run, struct ft_store *store,
                  struct ft_state_new *state, struct ft_err *err)
{
    struct objects all = { 0 };
    struct ft_recorded recorded = { 0 };
    int rc = add_objects(run, store, &all, err);

    state->bind = all.item;
    state->n = all.n;
    if (rc == 0)
        rc = ft_store_record_state(store, state, &recorded, err);
    if (*recorded.kept)
        run->kept = ft_strdup(recorded.kept);
    objects_release(&all);
    return rc;
}

int ft_run_record_state(struct ft_run *run, struct ft_store *store,
                        enum ft_run_state end, struct ft_err *err)
{
    const struct ft_workflow *wf = run->plan->wf;
    bool big = run->plan->n_tasks >= FT_MEMO_CELLS_MIN;
    struct ft_state_new state = {
        .run = run->id,
        .workflow = wf->digest,
        .workflow_file = wf->file,
        .params = ft_workflow_params_json(wf),
        .outcome = outcome_text(end),
    };
    char key[FT_SHA256_HEX + 1], *text;
    uint8_t digest[FT_SHA256_BYTES];
    size_t len;
    int rc = 0;

    text = ft_strdup(ft_doc_text(wf->doc, &len));
    state.workflow_text = text;
    if (wf->n_texts > 1)
        state.workflow_more = ft_workflow_texts_below(wf);
    add_source(wf, ft_store_dir(store), &state);
    if (big)
        fingerprint(run, store, &state, digest);
    if (!big || !is_recorded(store, digest))
        rc = record(run, store, &state, err);
    if (big && rc == 0 && key_of_head(store, key))
        ft_store_memo_put(store, key, run->id, digest, sizeof(digest));
    json_object_put(state.params);
    json_object_put(state.workflow_more);
    json_object_put(state.source);
    json_object_put(state.module_texts);
    free(text);
    return rc;
}

/* --- a side of a comparison ----------------------------------------------- */

/* The version under the name that the run gives it. */
static int add_version(struct ft_store *store, const struct ft_binding *bind,
                       struct ft_versions *out, struct ft_err *err)
{
    struct ft_version *v = &out->item[out->n];

    if (ft_store_version(store, bind->version, v, err) < 0)
        return -1;
    free(v->object);
    free(v->cell);
    v->object = ft_strdup(bind->object);
    v->cell = ft_strdup(bind->cell);
    out->n++;
    return 0;
}

int ft_run_side(struct ft_run *run, struct ft_store *store,
                struct ft_diff_side *side, struct ft_err *err)
{
    struct objects all = { 0 };
    int rc = add_objects(run, store, &all, err);

    ft_diff_side_workflow(run->plan->wf, side);
    side->kind = FT_DIFF_RUN;
    free(side->name);
    side->name = ft_strdup(run->id);
    side->time_ns = run->start_ns;
    side->objects.item = ft_calloc(all.n + 1, sizeof(*side->objects.item));
    for (size_t i = 0; i < all.n && rc == 0; i++)
        rc = add_version(store, &all.item[i], &side->objects, err);
    objects_release(&all);
    if (rc < 0)
        ft_diff_side_release(side);
    return rc;
}

/* --- the summary ---------------------------------------------------------- */

void ft_run_fill_line(const struct ft_run *run, struct ft_run_line *line)
{
    *line = (struct ft_run_line){
        .state = run->state,
        .start_ns = run->start_ns,
        .end_ns = run->end_ns,
        .workflow_file = ft_strdup(run->workflow_file),
        .n_tasks = ft_run_tasks(run),
        .n_done = ft_run_count(run, FT_TASK_SUCCEEDED) +
                  ft_run_count(run, FT_TASK_CACHED) +
                  ft_run_count(run, FT_TASK_SKIPPED),
        .n_failed = ft_run_count(run, FT_TASK_FAILED),
        .n_cached = ft_run_count(run, FT_TASK_CACHED),
    };
    snprintf(line->id, sizeof(line->id), "%s", run->id);
}

void ft_run_write_summary(const struct ft_run *run, const char *dir)
{
    struct json_object *obj = json_object_new_object();
    char *path = ft_path_join(dir, SUMMARY_FILE);
    struct ft_run_line line;
    const char *text;

    ft_run_fill_line(run, &line);
    ft_json_add_int(obj, "schema", SUMMARY_SCHEMA);
    ft_json_add_str(obj, "run", run->id);
    ft_json_add_int(obj, "state", line.state);
    ft_json_add_str(obj, "workflow_file", line.workflow_file);
    ft_json_add_int(obj, "start_ns", line.start_ns);
    ft_json_add_int(obj, "end_ns", line.end_ns);
    ft_json_add_int(obj, "tasks", (int64_t)line.n_tasks);
    ft_json_add_int(obj, "done", (int64_t)line.n_done);
    ft_json_add_int(obj, "failed", (int64_t)line.n_failed);
    ft_json_add_int(obj, "cached", (int64_t)line.n_cached);
    text = json_object_to_json_string_ext(obj, JSON_C_TO_STRING_PLAIN);
    /* Without it the journal is read, which takes longer and says the same. */
    (void)ft_file_write(path, text, strlen(text), 0666, NULL);
    free(line.workflow_file);
    json_object_put(obj);
    free(path);
}

void ft_run_remove_summary(const char *dir)
{
    char *path = ft_path_join(dir, SUMMARY_FILE);

    (void)unlink(path);
    free(path);
}

bool ft_run_read_summary(const char *dir, struct ft_run_line *line)
{
    char *path = ft_path_join(dir, SUMMARY_FILE);
    struct json_object *obj = ft_json_read(path, NULL);
    int64_t state = obj ? ft_json_int_or(obj, "state", -1) : -1;
    bool ok = obj && ft_json_int_or(obj, "schema", 0) == SUMMARY_SCHEMA &&
              state >= FT_RUN_RUNNING && state <= FT_RUN_INTERRUPTED;

    if (ok) {
        *line = (struct ft_run_line){
            .state = (enum ft_run_state)state,
            .start_ns = ft_json_int_or(obj, "start_ns", 0),
            .end_ns = ft_json_int_or(obj, "end_ns", 0),
            .workflow_file =
                ft_strdup(ft_json_str_or(obj, "workflow_file", "")),
            .n_tasks = (size_t)ft_json_int_or(obj, "tasks", 0),
            .n_done = (size_t)ft_json_int_or(obj, "done", 0),
            .n_failed = (size_t)ft_json_int_or(obj, "failed", 0),
            .n_cached = (size_t)ft_json_int_or(obj, "cached", 0),
        };
        snprintf(line->id, sizeof(line->id), "%s",
                 ft_json_str_or(obj, "run", ""));
    }
    json_object_put(obj);
    free(path);
    return ok;
}

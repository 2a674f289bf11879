/* outcome.c - what a run leaves behind when it has ended */
#include "run/outcome.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/json.h"
#include "base/path.h"
#include "data/store.h"
#include "text/doc.h"

#define SUMMARY_SCHEMA 1
#define SUMMARY_FILE "summary.json"

/* --- the state ------------------------------------------------------------ */

static size_t count_objects(const struct ft_run *run)
{
    size_t n = 0;

    for (size_t i = 0; i < run->n_details; i++)
        n += run->detail[i].out.n;
    return n;
}

static void add_objects(const struct ft_run *run, struct ft_binding *bind,
                        size_t *n)
{
    for (size_t t = 0; t < run->plan->n_tasks; t++) {
        const struct ft_task_detail *d = ft_run_detail(run, t);

        for (size_t i = 0; d && i < d->out.n; i++) {
            const struct ft_version *v = &d->out.item[i];

            if (*v->id)
                bind[(*n)++] = (struct ft_binding){ v->object, v->cell,
                                                    v->id };
        }
    }
}

static struct json_object *params_json(const struct ft_workflow *wf)
{
    struct json_object *obj = json_object_new_object();

    for (size_t i = 0; i < wf->params.n; i++)
        json_object_object_add(obj, wf->params.item[i].name,
                               ft_value_json(&wf->value[i]));
    return obj;
}

static const char *outcome_text(enum ft_run_state end)
{
    static const char *const text[] = {
        [FT_RUN_RUNNING] = "lost",         [FT_RUN_SUCCEEDED] = "ok",
        [FT_RUN_FAILED] = "error",         [FT_RUN_CANCELLED] = "cancelled",
        [FT_RUN_EXPIRED] = "timeout",      [FT_RUN_INTERRUPTED] = "lost",
    };

    return text[end];
}

int ft_run_record_state(const struct ft_run *run, struct ft_store *store,
                        enum ft_run_state end, struct ft_err *err)
{
    const struct ft_workflow *wf = run->plan->wf;
    struct ft_binding *bind = ft_calloc(count_objects(run) + 1,
                                        sizeof(*bind));
    struct ft_state_new state = {
        .run = run->id,
        .workflow = wf->digest,
        .workflow_file = wf->file,
        .params = params_json(wf),
        .outcome = outcome_text(end),
        .bind = bind,
    };
    size_t len;
    char *text = ft_strdup(ft_doc_text(wf->doc, &len));
    bool changed;
    int rc;

    state.workflow_text = text;
    if (wf->n_texts > 1)
        state.workflow_more = ft_workflow_texts_json(wf);
    add_objects(run, bind, &state.n);
    rc = ft_store_record_state(store, &state, &changed, err);
    json_object_put(state.params);
    json_object_put(state.workflow_more);
    free(text);
    free(bind);
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
        .n_tasks = run->plan->n_tasks,
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

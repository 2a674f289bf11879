/* replay.c - read the record of a run back */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/json.h"
#include "base/logfile.h"
#include "run/change.h"
#include "run/journal.h"
#include "run/journal_in.h"

struct replaying {
    struct ft_module_set *modules;
    struct ft_run *run; /* NULL before the first record */
    uint64_t n;
};

/* One record; 'obj' has member "k". */
struct record {
    struct ft_run *run;
    struct json_object *obj;
    size_t task;
    int64_t at_ns;
};

/* --- the first record ----------------------------------------------------- */

static struct ft_setting *read_settings(struct json_object *list, size_t *n)
{
    struct ft_setting *setting;

    *n = list ? json_object_array_length(list) : 0;
    setting = ft_calloc(*n + 1, sizeof(*setting));
    for (size_t i = 0; i < *n; i++) {
        struct json_object *pair = json_object_array_get_idx(list, i);

        if (json_object_is_type(pair, json_type_array)) {
            setting[i].name = json_object_get_string(
                json_object_array_get_idx(pair, 0));
            setting[i].text = json_object_get_string(
                json_object_array_get_idx(pair, 1));
        }
        if (!setting[i].name)
            setting[i].name = "";
        if (!setting[i].text)
            setting[i].text = "";
    }
    return setting;
}

/* The plan that the record describes; the workflow and it belong to 'run'. */
static struct ft_plan *read_plan(struct json_object *obj, const char *text,
                                 struct ft_module_set *modules,
                                 struct ft_err *err)
{
    struct json_object *list = ft_json_get(obj, "settings", json_type_array,
                                           "the journal", err);
    struct ft_diags diags = FT_DIAGS_INIT;
    struct ft_workflow *wf = NULL;
    struct ft_plan *plan = NULL;
    struct ft_setting *setting;
    size_t n;

    if (!list)
        return NULL;
    setting = read_settings(list, &n);
    wf = ft_workflow_recall(ft_json_str_or(obj, "file", "workflow"),
                            ft_json_str_or(obj, "dir", "."), text,
                            strlen(text), modules, setting, n, &diags);
    if (wf)
        plan = ft_plan_new(wf, &diags);
    if (!plan) {
        ft_workflow_free(wf);
        ft_diags_to_err(&diags, err);
        ft_err_context(err, "the workflow of the run is no longer valid");
    }
    ft_diags_release(&diags);
    free(setting);
    return plan;
}

static int begin_run(struct replaying *r, struct json_object *obj,
                     struct ft_err *err)
{
    const char *id = ft_json_str(obj, "run", "the journal", err);
    const char *text = id ? ft_json_str(obj, "text", "the journal", err)
                          : NULL;
    int64_t version = ft_json_int_or(obj, "v", 0), n_tasks = 0;
    struct ft_plan *plan;

    if (!text || ft_json_int(obj, "tasks", &n_tasks, "the journal", err) < 0)
        return -1;
    if (version > FT_JOURNAL_VERSION)
        return ft_err_set(err, FT_EVERSION,
                          "the journal of run '%s' has format %d", id,
                          (int)version);
    plan = read_plan(obj, text, r->modules, err);
    if (!plan)
        return -1;
    r->run = ft_run_new(id, plan, ft_json_str_or(obj, "file", ""),
                        ft_json_int_or(obj, "at", 0));
    r->run->fresh = ft_json_bool_or(obj, "fresh", false);
    r->run->own_plan = plan;
    /* The plan borrows what the run now owns. */
    r->run->own_wf = (struct ft_workflow *)plan->wf;
    if ((int64_t)plan->n_tasks != n_tasks)
        return ft_err_set(err, FT_EFORMAT, "run '%s' had %lld tasks, its "
                          "workflow gives %zu now; a module has changed", id,
                          (long long)n_tasks, plan->n_tasks);
    return 0;
}

/* --- the others ----------------------------------------------------------- */

static int bad(const struct record *rec, struct ft_err *err)
{
    return ft_err_set(err, FT_EFORMAT, "the journal has a record that cannot "
                      "be read: %.120s",
                      json_object_to_json_string_ext(rec->obj,
                                                     JSON_C_TO_STRING_PLAIN));
}

static bool name_index(const char *const *names, const char *text,
                       unsigned *index)
{
    for (unsigned i = 0; text && names[i]; i++) {
        if (strcmp(names[i], text) != 0)
            continue;
        *index = i;
        return true;
    }
    return false;
}

static void copy_text(struct json_object *list, size_t i, char *to,
                      size_t size)
{
    const char *text = json_object_get_string(
        json_object_array_get_idx(list, i));

    snprintf(to, size, "%s", text ? text : "");
}

static int read_versions(const struct record *rec, struct ft_versions *out,
                         struct ft_err *err)
{
    const struct ft_plan *plan = rec->run->plan;
    size_t n = plan->wf->stage[ft_plan_stage_of(plan, rec->task)].n_out;
    struct json_object *list = ft_json_get(rec->obj, "out", json_type_array,
                                           "the journal", err);
    const char *maker = ft_json_str_or(rec->obj, "run", NULL);

    if (!list)
        return -1;
    if (json_object_array_length(list) != n)
        return bad(rec, err);
    out->item = n ? ft_calloc(n, sizeof(*out->item)) : NULL;
    out->n = n;
    for (size_t i = 0; i < n; i++) {
        struct json_object *v = json_object_array_get_idx(list, i);
        struct ft_version *to = &out->item[i];

        if (!json_object_is_type(v, json_type_array))
            continue; /* null: an optional output that is missing */
        copy_text(v, 0, to->id, sizeof(to->id));
        copy_text(v, 1, to->content, sizeof(to->content));
        copy_text(v, 2, to->file_digest, sizeof(to->file_digest));
        to->size_bytes = (uint64_t)json_object_get_int64(
            json_object_array_get_idx(v, 3));
        to->time_ns = rec->at_ns;
        ft_run_fill_version(rec->run, rec->task, i, to);
        if (maker) { /* reused: it was made by another run */
            free(to->run);
            to->run = ft_strdup(maker);
        }
    }
    return 0;
}

static int on_intent(const struct record *rec, struct ft_err *err)
{
    int64_t attempt;

    if (ft_json_int(rec->obj, "a", &attempt, "the journal", err) < 0)
        return -1;
    if (attempt < 1 || attempt > FT_ATTEMPTS_MAX)
        return bad(rec, err);
    ft_run_intend(rec->run, rec->task, (int)attempt);
    return 0;
}

static int on_started(const struct record *rec, struct ft_err *err)
{
    (void)err;
    ft_run_start(rec->run, rec->task, rec->at_ns,
                 ft_json_str_or(rec->obj, "job", NULL),
                 ft_json_str_or(rec->obj, "host", NULL));
    return 0;
}

static int on_ended(const struct record *rec, struct ft_err *err)
{
    struct ft_ending e = {
        .start_ns = ft_json_int_or(rec->obj, "from", 0),
        .end_ns = rec->at_ns,
        .exit_code = (int)ft_json_int_or(rec->obj, "exit", 0),
        .signal = (int)ft_json_int_or(rec->obj, "signal", 0),
        .user_s = ft_json_num_or(rec->obj, "user_s", 0),
        .system_s = ft_json_num_or(rec->obj, "system_s", 0),
        .peak_rss_bytes = ft_json_num_or(rec->obj, "rss", 0),
    };
    unsigned outcome;

    if (!name_index(ft_outcome_names,
                    ft_json_str_or(rec->obj, "outcome", NULL), &outcome))
        return bad(rec, err);
    e.outcome = outcome;
    snprintf(e.reason, sizeof(e.reason), "%s",
             ft_json_str_or(rec->obj, "reason", ""));
    ft_run_attempt_end(rec->run, rec->task, &e);
    return 0;
}

static int on_again(const struct record *rec, struct ft_err *err)
{
    (void)err;
    ft_run_again(rec->run, rec->task);
    return 0;
}

static int on_done(const struct record *rec, struct ft_err *err)
{
    struct ft_versions out = { 0 };

    if (read_versions(rec, &out, err) < 0)
        return -1;
    ft_run_succeed(rec->run, rec->task, &out, rec->at_ns);
    return 0;
}

static int on_cached(const struct record *rec, struct ft_err *err)
{
    struct ft_versions out = { 0 };

    if (read_versions(rec, &out, err) < 0)
        return -1;
    ft_run_reuse(rec->run, rec->task, &out);
    ft_versions_release(&out);
    return 0;
}

static int on_skipped(const struct record *rec, struct ft_err *err)
{
    (void)err;
    ft_run_skip(rec->run, rec->task);
    return 0;
}

static int on_failed(const struct record *rec, struct ft_err *err)
{
    unsigned state;

    if (!name_index(ft_task_state_names,
                    ft_json_str_or(rec->obj, "state", NULL), &state) ||
        !ft_task_state_final(state))
        return bad(rec, err);
    ft_run_fail(rec->run, rec->task, state,
                ft_json_str_or(rec->obj, "reason", NULL), rec->at_ns);
    return 0;
}

static int on_end(const struct record *rec, struct ft_err *err)
{
    unsigned state;

    if (!name_index(ft_run_state_names,
                    ft_json_str_or(rec->obj, "state", NULL), &state))
        return bad(rec, err);
    ft_run_end(rec->run, state, ft_json_str_or(rec->obj, "reason", NULL),
               rec->at_ns);
    return 0;
}

static int on_resume(const struct record *rec, struct ft_err *err)
{
    (void)err;
    ft_run_resume(rec->run);
    return 0;
}

static const struct {
    const char *kind;
    bool of_run; /* has no task */
    int (*apply)(const struct record *rec, struct ft_err *err);
} kinds[] = {
    { "intent", false, on_intent },   { "started", false, on_started },
    { "ended", false, on_ended },     { "again", false, on_again },
    { "done", false, on_done },       { "cached", false, on_cached },
    { "skipped", false, on_skipped }, { "failed", false, on_failed },
    { "end", true, on_end },          { "resume", true, on_resume },
};

static int apply(struct replaying *r, struct json_object *obj,
                 struct ft_err *err)
{
    const char *kind = ft_json_str_or(obj, "k", "");
    struct record rec = { .run = r->run, .obj = obj,
                          .at_ns = ft_json_int_or(obj, "at", 0) };
    int64_t task = ft_json_int_or(obj, "t", -1);

    if (!r->run)
        return strcmp(kind, "begin") == 0
                   ? begin_run(r, obj, err)
                   : ft_err_set(err, FT_EFORMAT, "the journal does not start "
                                "with the workflow");
    for (size_t i = 0; i < FT_ARRAY_LEN(kinds); i++) {
        if (strcmp(kinds[i].kind, kind) != 0)
            continue;
        if (!kinds[i].of_run &&
            (task < 0 || (uint64_t)task >= r->run->plan->n_tasks))
            return bad(&rec, err);
        rec.task = task < 0 ? 0 : (size_t)task;
        return kinds[i].apply(&rec, err);
    }
    return bad(&rec, err);
}

static int each_record(const struct ft_log_record *record, void *arg,
                       struct ft_err *err)
{
    struct replaying *r = arg;
    struct json_object *obj = ft_json_parse(record->payload, record->len,
                                            "a journal record", err);
    int rc = obj ? apply(r, obj, err) : -1;

    json_object_put(obj);
    r->n++;
    return rc;
}

struct ft_run *ft_journal_replay(const char *path,
                                 struct ft_module_set *modules,
                                 struct ft_journal **ret, struct ft_err *err)
{
    struct replaying r = { .modules = modules };
    struct ft_log *log = ft_log_open(path, ret ? FT_LOG_APPEND : FT_LOG_READ,
                                     NULL, each_record, &r, err);

    if (log && !r.run)
        ft_err_set(err, FT_EFORMAT, "the journal '%s' is empty: the run never "
                   "began", path);
    if (!log || !r.run) {
        ft_log_close(log);
        ft_run_free(r.run);
        return NULL;
    }
    if (ret)
        *ret = ft_journal_on(log, r.n);
    else
        ft_log_close(log);
    return r.run;
}

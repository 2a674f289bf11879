/* replay.c - read the record of a run back */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/json.h"
#include "base/logfile.h"
#include "run/record/change.h"
#include "run/record/journal.h"
#include "run/record/journal_in.h"
#include "run/record/members.h"

struct replaying {
    struct ft_module_set *modules;
    struct ft_run *run; /* NULL before the first record */
    uint64_t n;
    bool names; /* versions get all that follows from their place */
    struct ft_members members;
    ft_follower_changed *changed; /* or NULL */
    void *arg;
};

/* One record behind the first. */
struct record {
    struct ft_run *run;
    const struct ft_log_record *text;
    const struct ft_members *members;
    size_t task;
    int64_t at_ns;
    bool names;
};

/* --- the first record ----------------------------------------------------- */

static struct ft_setting *read_settings(struct json_object *list, size_t *n)
{
    struct ft_setting *setting;

    *n = list ? json_object_array_length(list) : 0;
    setting = ft_calloc(*n + 1, sizeof(*setting));
    for (size_t i = 0; i < *n; i++) {
        struct json_object *pair = json_object_array_get_idx(list, i);

        setting[i].name = ft_json_at_or(pair, 0, "");
        setting[i].text = ft_json_at_or(pair, 1, "");
    }
    return setting;
}

/* The other files of the workflow: [[path, text], ...]; borrowed from 'obj'. */
static struct ft_kept_text *read_texts(struct json_object *obj, size_t *n)
{
    struct json_object *list = json_object_object_get(obj, "texts");
    struct ft_kept_text *text;

    *n = json_object_is_type(list, json_type_array)
             ? json_object_array_length(list) : 0;
    text = ft_calloc(*n + 1, sizeof(*text));
    for (size_t i = 0; i < *n; i++) {
        struct json_object *pair = json_object_array_get_idx(list, i);

        text[i] = (struct ft_kept_text){ ft_json_at_or(pair, 0, ""),
                                         ft_json_at_or(pair, 1, "") };
    }
    return text;
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
    struct ft_kept kept;
    size_t n;

    if (!list)
        return NULL;
    setting = read_settings(list, &n);
    kept = (struct ft_kept){ .file = ft_json_str_or(obj, "file", "workflow"),
                             .dir = ft_json_str_or(obj, "dir", "."),
                             .text = text, .setting = setting,
                             .n_settings = n };
    kept.more = read_texts(obj, &kept.n_more);
    wf = ft_workflow_recall(&kept, modules, &diags);
    if (wf)
        plan = ft_plan_new(wf, &diags);
    if (!plan) {
        ft_workflow_free(wf);
        ft_diags_to_err(&diags, err);
        ft_err_context(err, "the workflow of the run is no longer valid");
    }
    ft_diags_release(&diags);
    free(kept.more);
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
    if (ft_json_str_or(obj, "user", NULL))
        r->run->user = ft_strdup(ft_json_str_or(obj, "user", NULL));
    r->run->branch = ft_strdup(ft_json_str_or(obj, "branch", NULL));
    ft_run_sites_read(r->run, ft_json_or_null(obj, "sites"));
    r->run->limits = (struct ft_limits){
        .core_s = ft_json_num_or(obj, "core_time", 0),
        .energy_j = ft_json_num_or(obj, "energy", 0),
        .deadline_ns = ft_json_int_or(obj, "deadline", 0),
    };
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
                      "be read: %.*s",
                      (int)(rec->text->len < 120 ? rec->text->len : 120),
                      rec->text->payload);
}

static const char *text_of(const struct record *rec, const char *key)
{
    return ft_members_text(rec->members, key, NULL);
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

/* [version, content, file digest, size] behind its bracket. */
static bool read_version(char *at, struct ft_version *to)
{
    struct ft_member m[4];

    for (size_t i = 0; i < FT_ARRAY_LEN(m); i++)
        if (!ft_members_next(&at, &m[i]) ||
            m[i].type != (i < 3 ? FT_MEMBER_TEXT : FT_MEMBER_INT))
            return false;
    snprintf(to->id, sizeof(to->id), "%s", m[0].text);
    snprintf(to->content, sizeof(to->content), "%s", m[1].text);
    snprintf(to->file_digest, sizeof(to->file_digest), "%s", m[2].text);
    to->size_bytes = (uint64_t)m[3].n;
    return true;
}

static void name_version(const struct record *rec, size_t out,
                         const char *maker, struct ft_version *to)
{
    to->time_ns = rec->at_ns;
    if (rec->names)
        ft_run_fill_version(rec->run, rec->task, out, to);
    if (maker) { /* reused: it was made by another run */
        free(to->run);
        to->run = ft_strdup(maker);
    }
}

/* One version for each output; null: an optional one that is missing. */
static bool read_out(const struct record *rec, struct ft_versions *out)
{
    char *at = ft_members_list(rec->members, "out");
    const char *maker = text_of(rec, "run");
    struct ft_member m;
    size_t i;

    for (i = 0; at && ft_members_next(&at, &m); i++) {
        if (i == out->n)
            return false;
        if (m.type == FT_MEMBER_NULL)
            continue;
        if (m.type != FT_MEMBER_LIST || !read_version(m.text, &out->item[i]))
            return false;
        name_version(rec, i, maker, &out->item[i]);
    }
    return at && i == out->n;
}

static int read_versions(const struct record *rec, struct ft_versions *out,
                         struct ft_err *err)
{
    const struct ft_plan *plan = rec->run->plan;
    size_t n = plan->wf->stage[ft_plan_stage_of(plan, rec->task)].n_out;

    out->item = n ? ft_calloc(n, sizeof(*out->item)) : NULL;
    out->n = n;
    if (read_out(rec, out))
        return 0;
    ft_versions_release(out);
    return bad(rec, err);
}

static int on_intent(const struct record *rec, struct ft_err *err)
{
    int64_t attempt = ft_members_int(rec->members, "a", 0);

    if (attempt < 1 || attempt > FT_ATTEMPTS_MAX)
        return bad(rec, err);
    ft_run_intend(rec->run, rec->task, (int)attempt);
    return 0;
}

static int on_uses(const struct record *rec, struct ft_err *err)
{
    const char *version = text_of(rec, "version");

    if (!version)
        return bad(rec, err);
    ft_run_use(rec->run, version);
    return 0;
}

static int on_started(const struct record *rec, struct ft_err *err)
{
    (void)err;
    ft_run_start(rec->run, rec->task, rec->at_ns, text_of(rec, "job"),
                 text_of(rec, "host"));
    return 0;
}

/* "placed" and "waits": what was said of an attempt at its site. */
static int on_site(const struct record *rec, struct ft_err *err)
{
    const char *site = text_of(rec, "site");

    (void)err;
    if (site)
        ft_run_place(rec->run, rec->task, site, text_of(rec, "why"));
    else
        ft_run_wait_reason(rec->run, rec->task, text_of(rec, "reason"));
    return 0;
}

static int on_ended(const struct record *rec, struct ft_err *err)
{
    struct ft_ending e = {
        .start_ns = ft_members_int(rec->members, "from", 0),
        .end_ns = rec->at_ns,
        .exit_code = (int)ft_members_int(rec->members, "exit", 0),
        .signal = (int)ft_members_int(rec->members, "signal", 0),
        .user_s = ft_members_number(rec->members, "user_s", 0),
        .system_s = ft_members_number(rec->members, "system_s", 0),
        .peak_rss_bytes = ft_members_number(rec->members, "rss", 0),
        .read_bytes = ft_members_number(rec->members, "read", 0),
        .written_bytes = ft_members_number(rec->members, "written", 0),
        .energy_j = ft_members_number(rec->members, "energy", 0),
        .moved_bytes = ft_members_number(rec->members, "moved", 0),
        .returned_bytes = ft_members_number(rec->members, "returned", 0),
        .slots = (int)ft_members_int(rec->members, "slots", 1),
    };
    unsigned outcome;

    if (!name_index(ft_outcome_names, text_of(rec, "outcome"), &outcome))
        return bad(rec, err);
    e.outcome = outcome;
    snprintf(e.reason, sizeof(e.reason), "%s",
             ft_members_text(rec->members, "reason", ""));
    ft_run_attempt_end(rec->run, rec->task, &e);
    if (ft_members_json(rec->members, "report"))
        ft_run_report(rec->run, rec->task,
                      ft_members_json(rec->members, "report"));
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

static int on_taken(const struct record *rec, struct ft_err *err)
{
    const char *key = text_of(rec, "key"), *maker = text_of(rec, "run");

    if (!key || !maker)
        return bad(rec, err);
    ft_run_take(rec->run, ft_plan_stage_of(rec->run->plan, rec->task), key,
                maker);
    return 0;
}

static int on_skipped(const struct record *rec, struct ft_err *err)
{
    (void)err;
    ft_run_skip(rec->run, rec->task);
    return 0;
}

static int on_stop(const struct record *rec, struct ft_err *err)
{
    if (!ft_run_can_end(rec->run, rec->task))
        return bad(rec, err);
    ft_run_end_loop(rec->run, rec->task, text_of(rec, "reason"));
    return 0;
}

static int on_expand(const struct record *rec, struct ft_err *err)
{
    struct ft_plan *plan = rec->run->plan;
    int64_t stage = ft_members_int(rec->members, "s", -1);
    struct json_object *columns = ft_members_json(rec->members, "columns");
    const char *reason = text_of(rec, "reason");
    int rc;

    if (stage < 0 || (uint64_t)stage >= plan->wf->n_stages ||
        !plan->stage[stage].unknown)
        return bad(rec, err);
    if (reason) {
        ft_run_cannot_expand(rec->run, (size_t)stage, reason);
        return 0;
    }
    /* A table without columns is plain. */
    columns = columns ? json_object_get(columns) : json_object_new_array();
    rc = ft_run_expand(rec->run, (size_t)stage, columns, err);
    json_object_put(columns);
    return rc;
}

static int on_failed(const struct record *rec, struct ft_err *err)
{
    unsigned state;

    if (!name_index(ft_task_state_names,
                    text_of(rec, "state"), &state) ||
        !ft_task_state_final(state))
        return bad(rec, err);
    ft_run_fail(rec->run, rec->task, state,
                text_of(rec, "reason"), rec->at_ns);
    return 0;
}

static int on_end(const struct record *rec, struct ft_err *err)
{
    unsigned state;

    if (!name_index(ft_run_state_names,
                    text_of(rec, "state"), &state))
        return bad(rec, err);
    ft_run_end(rec->run, state, text_of(rec, "reason"),
               rec->at_ns);
    return 0;
}

static int on_resume(const struct record *rec, struct ft_err *err)
{
    (void)err;
    ft_run_resume(rec->run);
    return 0;
}

static int on_forecast(const struct record *rec, struct ft_err *err)
{
    struct ft_outlook outlook = {
        .at_ns = rec->at_ns,
        .end_ns = ft_members_int(rec->members, "end", 0),
        .path_s = ft_members_number(rec->members, "path_s", 0),
        .path = ft_strdup(ft_members_text(rec->members, "path", "")),
        .n_unknown = (size_t)ft_members_int(rec->members, "unknown", 0),
    };

    (void)err;
    ft_run_foresee(rec->run, &outlook);
    return 0;
}

static int on_act(const struct record *rec, struct ft_err *err)
{
    struct json_object *act = ft_json_parse(rec->text->payload, rec->text->len,
                                            "a journal record", err);
    int rc = act ? ft_steer_apply(rec->run, act, err) : -1;

    json_object_put(act);
    return rc;
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
    { "taken", false, on_taken },     { "uses", false, on_uses },
    { "stop", false, on_stop },       { "placed", false, on_site },
    { "waits", false, on_site },     { "expand", true, on_expand },
    { "end", true, on_end },          { "resume", true, on_resume },
    { "pause", true, on_act },        { "unpause", true, on_act },
    { "hold", true, on_act },         { "release", true, on_act },
    { "retry", true, on_act },        { "set", true, on_act },
    { "forecast", true, on_forecast },
};

static int apply(const struct replaying *r, const struct ft_log_record *text,
                 struct ft_err *err)
{
    const struct ft_members *members = &r->members;
    const char *kind = ft_members_text(members, "k", "");
    struct record rec = { .run = r->run, .text = text, .members = members,
                          .at_ns = ft_members_int(members, "at", 0),
                          .names = r->names };
    int64_t task = ft_members_int(members, "t", -1);

    for (size_t i = 0; i < FT_ARRAY_LEN(kinds); i++) {
        if (strcmp(kinds[i].kind, kind) != 0)
            continue;
        if (!kinds[i].of_run &&
            (task < 0 || (uint64_t)task >= r->run->plan->n_tasks))
            return bad(&rec, err);
        rec.task = task < 0 ? 0 : (size_t)task;
        if (kinds[i].apply(&rec, err) < 0)
            return -1;
        if (r->changed)
            r->changed(r->run, kinds[i].of_run ? FT_NO_TASK : rec.task,
                       r->arg);
        return 0;
    }
    return bad(&rec, err);
}

static int first_record(struct replaying *r, const struct ft_log_record *text,
                        struct ft_err *err)
{
    struct json_object *obj = ft_json_parse(text->payload, text->len,
                                            "a journal record", err);
    int rc = -1;

    if (obj && strcmp(ft_json_str_or(obj, "k", ""), "begin") == 0)
        rc = begin_run(r, obj, err);
    else if (obj)
        ft_err_set(err, FT_EFORMAT, "the journal does not start with the "
                   "workflow");
    json_object_put(obj);
    return rc;
}

static int each_record(const struct ft_log_record *record, void *arg,
                       struct ft_err *err)
{
    struct replaying *r = arg;

    r->n++;
    if (!r->run)
        return first_record(r, record, err);
    if (ft_members_read(&r->members, record->payload, record->len,
                        "a journal record", err) < 0)
        return -1;
    return apply(r, record, err);
}

/* --- replay, and following a live journal --------------------------------- */

static struct ft_log *open_log(const char *path, enum ft_log_mode mode,
                               struct replaying *r, struct ft_err *err)
{
    struct ft_log *log = ft_log_open(path, mode, NULL, each_record, r, err);

    if (log && r->run)
        return log;
    if (log)
        ft_err_set(err, FT_EFORMAT, "the journal '%s' is empty: the run never "
                   "began", path);
    ft_log_close(log);
    ft_run_free(r->run);
    r->run = NULL;
    ft_members_release(&r->members);
    return NULL;
}

struct ft_run *ft_journal_replay(const char *path,
                                 struct ft_module_set *modules,
                                 struct ft_journal **ret, struct ft_err *err)
{
    struct replaying r = { .modules = modules, .names = ret != NULL,
                           .members = FT_MEMBERS_INIT };
    struct ft_log *log = open_log(path, ret ? FT_LOG_APPEND : FT_LOG_READ, &r,
                                  err);

    if (log && ret)
        *ret = ft_journal_on(log, r.n);
    else
        ft_log_close(log);
    ft_members_release(&r.members);
    return r.run;
}

struct ft_follower {
    struct ft_log *log;
    struct replaying replaying;
};

struct ft_follower *ft_follower_open(const char *path,
                                     struct ft_module_set *modules,
                                     struct ft_err *err)
{
    struct ft_follower *f = ft_calloc(1, sizeof(*f));

    f->replaying = (struct replaying){ .modules = modules,
                                       .members = FT_MEMBERS_INIT };
    f->log = open_log(path, FT_LOG_READ, &f->replaying, err);
    if (f->log)
        return f;
    free(f);
    return NULL;
}

struct ft_run *ft_follower_run(const struct ft_follower *f)
{
    return f->replaying.run;
}

int ft_follower_advance(struct ft_follower *f, ft_follower_changed *changed,
                        void *arg, struct ft_err *err)
{
    uint64_t before = f->replaying.n;

    f->replaying.changed = changed;
    f->replaying.arg = arg;
    if (ft_log_follow(f->log, each_record, &f->replaying, err) < 0)
        return -1;
    return f->replaying.n > before;
}

void ft_follower_close(struct ft_follower *f)
{
    if (!f)
        return;
    ft_log_close(f->log);
    ft_run_free(f->replaying.run);
    ft_members_release(&f->replaying.members);
    free(f);
}

/* journal.c - write the record of a run */
#include "run/record/journal.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/json.h"
#include "base/logfile.h"
#include "run/record/change.h"
#include "run/record/journal_in.h"
#include "text/doc.h"

struct ft_journal {
    struct ft_log *log;
    struct ft_str line; /* the record being put together */
    uint64_t taken, written, durable;
    bool failed;
    /* a sync under way: up to where in the log, and how many records that is */
    struct ft_log_position half;
    uint64_t half_n;
};

/* --- records -------------------------------------------------------------- */

static void begin(struct ft_journal *j, const char *kind, size_t task)
{
    ft_str_cut(&j->line, 0);
    ft_str_add(&j->line, "{\"k\":\"");
    ft_str_add(&j->line, kind);
    ft_str_add(&j->line, "\",\"t\":");
    ft_str_addi(&j->line, (int64_t)task);
}

static void add_key(struct ft_journal *j, const char *key)
{
    ft_str_add(&j->line, ",\"");
    ft_str_add(&j->line, key);
    ft_str_add(&j->line, "\":");
}

/* Letters, digits and what else stands for itself in JSON. */
static bool is_plain(const char *text)
{
    for (; *text; text++)
        if (*text < ' ' || *text > '~' || strchr("\"\\/", *text))
            return false;
    return true;
}

static void add_text(struct ft_journal *j, const char *key, const char *text)
{
    struct json_object *obj;

    if (!text || !*text)
        return;
    add_key(j, key);
    if (is_plain(text)) {
        ft_str_addc(&j->line, '"');
        ft_str_add(&j->line, text);
        ft_str_addc(&j->line, '"');
        return;
    }
    obj = json_object_new_string(text);
    ft_str_add(&j->line,
               json_object_to_json_string_ext(obj, JSON_C_TO_STRING_PLAIN));
    json_object_put(obj);
}

static void add_int(struct ft_journal *j, const char *key, int64_t n)
{
    if (!n)
        return;
    add_key(j, key);
    ft_str_addi(&j->line, n);
}

static void add_number(struct ft_journal *j, const char *key, double x)
{
    if (x > 0)
        ft_str_addf(&j->line, ",\"%s\":%.9g", key, x);
}

static void add_report(struct ft_journal *j, const struct ft_run *run,
                       size_t task)
{
    const struct ft_task_detail *d = ft_run_detail(run, task);

    if (d && d->report)
        ft_str_addf(&j->line, ",\"report\":%s",
                    json_object_to_json_string_ext(d->report,
                                                   JSON_C_TO_STRING_PLAIN));
}

static void add_versions(struct ft_journal *j, const struct ft_versions *out)
{
    ft_str_add(&j->line, ",\"out\":[");
    for (size_t i = 0; i < out->n; i++) {
        const struct ft_version *v = &out->item[i];

        ft_str_add(&j->line, i ? "," : "");
        if (!*v->id)
            ft_str_add(&j->line, "null");
        else
            ft_str_addf(&j->line, "[\"%s\",\"%s\",\"%s\",%" PRIu64 "]",
                        v->id, v->content, v->file_digest, v->size_bytes);
    }
    ft_str_addc(&j->line, ']');
}

static void append(struct ft_journal *j)
{
    struct ft_err err;

    if (j->failed)
        return;
    if (ft_log_append(j->log, j->line.s, j->line.len, &err) < 0)
        j->failed = true; /* ft_journal_sync() reports it */
    else
        j->taken++;
}

static void end(struct ft_journal *j)
{
    ft_str_addc(&j->line, '}');
    append(j);
}

/* --- the first record ----------------------------------------------------- */

/* Parameters whose value is not the default: name and text, as after -p. */
static struct json_object *modules_of(const struct ft_workflow *wf)
{
    struct json_object *all = json_object_new_object();

    for (size_t s = 0; s < wf->n_stages; s++)
        if (wf->stage[s].module)
            ft_json_add_str(all, wf->stage[s].module->name,
                            wf->stage[s].module->digest);
    return all;
}

static void add_limits(struct json_object *obj,
                       const struct ft_limits *limits)
{
    if (limits->core_s > 0)
        ft_json_add_num(obj, "core_time", limits->core_s);
    if (limits->energy_j > 0)
        ft_json_add_num(obj, "energy", limits->energy_j);
    if (limits->deadline_ns)
        ft_json_add_int(obj, "deadline", limits->deadline_ns);
}

static void first_record(struct ft_journal *j, const struct ft_run *run)
{
    const struct ft_workflow *wf = run->plan->wf;
    struct json_object *obj = json_object_new_object();
    size_t len;
    const char *text = ft_doc_text(wf->doc, &len);

    ft_json_add_str(obj, "k", "begin");
    ft_json_add_int(obj, "v", FT_JOURNAL_VERSION);
    ft_json_add_str(obj, "run", run->id);
    ft_json_add_int(obj, "at", run->start_ns);
    ft_json_add_int(obj, "tasks", (int64_t)run->plan->n_tasks);
    ft_json_add_str(obj, "file", wf->file);
    ft_json_add_str(obj, "dir", wf->dir);
    ft_json_add_str(obj, "digest", wf->digest);
    ft_json_add_str(obj, "user", run->user);
    ft_json_add_str(obj, "branch", run->branch);
    add_limits(obj, &run->limits);
    if (run->n_sites)
        json_object_object_add(obj, "sites", ft_run_sites_json(run));
    ft_json_add_bool(obj, "fresh", run->fresh);
    json_object_object_add(obj, "settings", ft_workflow_settings_json(wf));
    json_object_object_add(obj, "modules", modules_of(wf));
    json_object_object_add(obj, "text",
                           json_object_new_string_len(text, (int)len));
    if (wf->n_texts > 1)
        json_object_object_add(obj, "texts", ft_workflow_texts_json(wf));
    ft_str_cut(&j->line, 0);
    ft_str_add(&j->line, json_object_to_json_string_ext(
                             obj, JSON_C_TO_STRING_PLAIN));
    json_object_put(obj);
    append(j);
}

struct ft_journal *ft_journal_on(struct ft_log *log, uint64_t n)
{
    struct ft_journal *j = ft_calloc(1, sizeof(*j));

    *j = (struct ft_journal){ .log = log, .line = FT_STR_INIT,
                              .taken = n, .written = n, .durable = n };
    return j;
}

struct ft_journal *ft_journal_create(const char *path,
                                     const struct ft_run *run,
                                     struct ft_err *err)
{
    struct ft_log *log = ft_log_open(path, FT_LOG_APPEND, NULL, NULL, NULL,
                                     err);
    struct ft_journal *j;

    if (!log)
        return NULL;
    j = ft_journal_on(log, 0);
    first_record(j, run);
    if (ft_journal_sync(j, err) == 0)
        return j;
    ft_journal_close(j);
    return NULL;
}

static int fail(struct ft_journal *j, struct ft_err *err)
{
    j->failed = true;
    return ft_err_context(err, "the journal of the run");
}

static int fail_again(struct ft_err *err)
{
    return ft_err_set(err, FT_EIO, "the journal of the run could not be "
                      "written");
}

int ft_journal_write(struct ft_journal *j, struct ft_err *err)
{
    if (j->failed)
        return fail_again(err);
    if (ft_log_write(j->log, err) < 0)
        return fail(j, err);
    j->written = j->taken;
    return 0;
}

int ft_journal_sync(struct ft_journal *j, struct ft_err *err)
{
    if (j->failed)
        return fail_again(err);
    if (j->durable == j->taken)
        return 0;
    if (ft_log_sync(j->log, err) < 0)
        return fail(j, err);
    j->durable = j->written = j->taken;
    return 0;
}

int ft_journal_sync_begin(struct ft_journal *j, int *fd, struct ft_err *err)
{
    if (ft_journal_write(j, err) < 0)
        return -1;
    ft_log_end(j->log, &j->half);
    j->half_n = j->written;
    *fd = ft_log_fd(j->log);
    return 0;
}

int ft_journal_sync_end(struct ft_journal *j, int error, struct ft_err *err)
{
    if (j->failed)
        return fail_again(err);
    errno = error;
    if (ft_log_synced(j->log, &j->half, error ? -1 : 0, err) < 0)
        return fail(j, err);
    if (j->half_n > j->durable)
        j->durable = j->half_n;
    return 0;
}

void ft_journal_close(struct ft_journal *j)
{
    if (!j)
        return;
    ft_log_close(j->log);
    ft_str_release(&j->line);
    free(j);
}

uint64_t ft_journal_taken(const struct ft_journal *j)
{
    return j->taken;
}

uint64_t ft_journal_written(const struct ft_journal *j)
{
    return j->written;
}

uint64_t ft_journal_durable(const struct ft_journal *j)
{
    return j->durable;
}

/* --- events --------------------------------------------------------------- */

void ft_journal_intend(struct ft_journal *j, struct ft_run *run, size_t task,
                       int attempt)
{
    begin(j, "intent", task);
    add_int(j, "a", attempt);
    end(j);
    ft_run_intend(run, task, attempt);
}

void ft_journal_use(struct ft_journal *j, struct ft_run *run, size_t task,
                    const char *version)
{
    if (ft_map_get(&run->uses, version))
        return;
    begin(j, "uses", task);
    add_text(j, "version", version);
    end(j);
    ft_run_use(run, version);
}

void ft_journal_start(struct ft_journal *j, struct ft_run *run, size_t task,
                      int64_t now_ns, const char *job, const char *host)
{
    begin(j, "started", task);
    add_int(j, "at", now_ns);
    add_text(j, "job", job);
    add_text(j, "host", host);
    end(j);
    ft_run_start(run, task, now_ns, job, host);
}

void ft_journal_place(struct ft_journal *j, struct ft_run *run, size_t task,
                      const char *site, const char *why)
{
    begin(j, "placed", task);
    add_text(j, "site", site);
    add_text(j, "why", why);
    end(j);
    ft_run_place(run, task, site, why);
}

void ft_journal_wait(struct ft_journal *j, struct ft_run *run, size_t task,
                     const char *reason)
{
    begin(j, "waits", task);
    add_text(j, "reason", reason);
    end(j);
    ft_run_wait_reason(run, task, reason);
}

void ft_journal_attempt_end(struct ft_journal *j, struct ft_run *run,
                            size_t task, const struct ft_ending *e)
{
    begin(j, "ended", task);
    add_text(j, "outcome", ft_outcome_names[e->outcome]);
    add_int(j, "from", e->start_ns);
    add_int(j, "at", e->end_ns);
    add_int(j, "exit", e->exit_code);
    add_int(j, "signal", e->signal);
    add_number(j, "user_s", e->user_s);
    add_number(j, "system_s", e->system_s);
    add_number(j, "rss", e->peak_rss_bytes);
    add_number(j, "read", e->read_bytes);
    add_number(j, "written", e->written_bytes);
    add_number(j, "energy", e->energy_j);
    add_number(j, "moved", e->moved_bytes);
    add_number(j, "returned", e->returned_bytes);
    add_int(j, "slots", e->slots == 1 ? 0 : e->slots);
    add_text(j, "reason", e->reason);
    add_report(j, run, task);
    end(j);
    ft_run_attempt_end(run, task, e);
}

void ft_journal_again(struct ft_journal *j, struct ft_run *run, size_t task)
{
    begin(j, "again", task);
    end(j);
    ft_run_again(run, task);
}

void ft_journal_succeed(struct ft_journal *j, struct ft_run *run, size_t task,
                        struct ft_versions *out, int64_t now_ns)
{
    begin(j, "done", task);
    add_int(j, "at", now_ns);
    add_versions(j, out);
    end(j);
    ft_run_succeed(run, task, out, now_ns);
}

void ft_journal_reuse(struct ft_journal *j, struct ft_run *run, size_t task,
                      struct ft_versions *out)
{
    begin(j, "cached", task);
    add_versions(j, out);
    for (size_t i = 0; i < out->n; i++)
        if (*out->item[i].id) {
            add_text(j, "run", out->item[i].run);
            break;
        }
    end(j);
    ft_run_reuse(run, task, out);
}

void ft_journal_take(struct ft_journal *j, struct ft_run *run, size_t stage,
                     const char *key, const char *maker)
{
    begin(j, "taken", run->plan->stage[stage].first);
    add_text(j, "key", key);
    add_text(j, "run", maker);
    end(j);
    ft_run_take(run, stage, key, maker);
}

void ft_journal_skip(struct ft_journal *j, struct ft_run *run, size_t task)
{
    begin(j, "skipped", task);
    end(j);
    ft_run_skip(run, task);
}

void ft_journal_end_loop(struct ft_journal *j, struct ft_run *run,
                         size_t task, const char *reason)
{
    begin(j, "stop", task);
    add_text(j, "reason", reason);
    end(j);
    ft_run_end_loop(run, task, reason);
}

int ft_journal_expand(struct ft_journal *j, struct ft_run *run, size_t stage,
                      struct json_object *columns, int64_t now_ns,
                      struct ft_err *err)
{
    if (ft_run_expand(run, stage, columns, err) < 0)
        return -1;
    ft_str_cut(&j->line, 0);
    ft_str_addf(&j->line, "{\"k\":\"expand\",\"s\":%zu", stage);
    add_int(j, "at", now_ns);
    ft_str_addf(&j->line, ",\"columns\":%s",
                json_object_to_json_string_ext(columns,
                                               JSON_C_TO_STRING_PLAIN));
    end(j);
    return 0;
}

void ft_journal_cannot_expand(struct ft_journal *j, struct ft_run *run,
                              size_t stage, const char *reason,
                              int64_t now_ns)
{
    ft_str_cut(&j->line, 0);
    ft_str_addf(&j->line, "{\"k\":\"expand\",\"s\":%zu", stage);
    add_int(j, "at", now_ns);
    add_text(j, "reason", reason);
    end(j);
    ft_run_cannot_expand(run, stage, reason);
}

void ft_journal_fail(struct ft_journal *j, struct ft_run *run, size_t task,
                     enum ft_task_state state, const char *reason,
                     int64_t now_ns)
{
    begin(j, "failed", task);
    add_int(j, "at", now_ns);
    add_text(j, "state", ft_task_state_names[state]);
    add_text(j, "reason", reason);
    end(j);
    ft_run_fail(run, task, state, reason, now_ns);
}

void ft_journal_end(struct ft_journal *j, struct ft_run *run,
                    enum ft_run_state state, const char *reason,
                    int64_t now_ns)
{
    size_t n_done = 0;

    for (unsigned s = FT_TASK_SUCCEEDED; s <= FT_TASK_SKIPPED; s++)
        n_done += ft_run_count(run, s);
    ft_str_cut(&j->line, 0);
    ft_str_addf(&j->line, "{\"k\":\"end\",\"state\":\"%s\"",
                ft_run_state_names[state]);
    add_int(j, "at", now_ns);
    add_int(j, "done", (int64_t)n_done);
    add_int(j, "failed", (int64_t)ft_run_count(run, FT_TASK_FAILED));
    add_int(j, "cached", (int64_t)ft_run_count(run, FT_TASK_CACHED));
    add_text(j, "reason", reason);
    end(j);
    ft_run_end(run, state, reason, now_ns);
}

void ft_journal_resume(struct ft_journal *j, struct ft_run *run,
                       int64_t now_ns)
{
    ft_str_cut(&j->line, 0);
    ft_str_addf(&j->line, "{\"k\":\"resume\"");
    add_int(j, "at", now_ns);
    end(j);
    ft_run_resume(run);
}

void ft_journal_foresee(struct ft_journal *j, struct ft_run *run,
                        struct ft_outlook *outlook)
{
    ft_str_cut(&j->line, 0);
    ft_str_addf(&j->line, "{\"k\":\"forecast\"");
    add_int(j, "at", outlook->at_ns);
    add_int(j, "end", outlook->end_ns);
    add_text(j, "path", outlook->path);
    add_number(j, "path_s", outlook->path_s);
    add_int(j, "unknown", (int64_t)outlook->n_unknown);
    end(j);
    ft_run_foresee(run, outlook);
}

int ft_journal_steer(struct ft_journal *j, struct ft_run *run,
                     struct json_object *act, struct ft_err *err)
{
    ft_str_cut(&j->line, 0);
    ft_str_add(&j->line, json_object_to_json_string_ext(
                             act, JSON_C_TO_STRING_PLAIN));
    append(j);
    return ft_steer_apply(run, act, err);
}

/* collect.c - what an attempt leaves behind, and its publication */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/path.h"
#include "run/drive/drive_in.h"
#include "run/drive/workdirs.h"
#include "run/record/change.h"
#include "run/record/result.h"
#include "run/site/travel.h"

/* Results without outputs that share one sync of the store.  A crash before it
 * costs no more than doing them again in another run: this one's journal knows
 * them. */
#define LATER_MAX 64

static const struct ft_stage *stage_of(const struct ft_flight *f)
{
    const struct ft_plan *plan = f->drive->plan;

    return &plan->wf->stage[ft_plan_stage_of(plan, f->task)];
}

/* --- judging -------------------------------------------------------------- */

/* A program that says it did well has to have written what it promised. */
static void check_outputs(const struct ft_flight *f, struct ft_ending *e)
{
    const struct ft_stage *stage = stage_of(f);

    for (size_t i = 0; i < stage->n_out && e->outcome == FT_OUT_OK; i++) {
        const struct ft_port *port = &stage->out[i];
        char *path = ft_path_join(f->dir, port->path);
        struct stat st;
        int rc = lstat(path, &st);

        if (rc < 0 && !(port->optional && errno == ENOENT)) {
            e->outcome = FT_OUT_ERROR;
            snprintf(e->reason, sizeof(e->reason), "output '%s' was not "
                     "written: there is no '%s'", port->name, port->path);
        } else if (rc == 0 && !S_ISREG(st.st_mode)) {
            e->outcome = FT_OUT_ERROR;
            snprintf(e->reason, sizeof(e->reason), "output '%s': '%s' is not "
                     "a regular file", port->name, port->path);
        }
        free(path);
    }
}

/* --- publishing ----------------------------------------------------------- */

static struct json_object *lineage_of(const struct ft_flight *f)
{
    const struct ft_drive *d = f->drive;
    const struct ft_site *site =
        d->options.n_sites ? d->options.site[0] : NULL;
    struct json_object *obj =
        ft_bound_lineage(d->plan, f->bound, d->run->id, f->attempt,
                         *f->ending.site ? f->ending.site
                         : site ? site->name : "local");
    const struct ft_task_detail *detail = ft_run_detail(d->run, f->task);
    char text[FT_TIME_TEXT];

    if (*f->ending.host)
        ft_json_add_str(obj, "host", f->ending.host);
    ft_time_text(f->ending.start_ns, text);
    ft_json_add_str(obj, "start", text);
    ft_time_text(f->ending.end_ns, text);
    ft_json_add_str(obj, "end", text);
    json_object_object_add(obj, "usage", ft_result_usage(&f->ending));
    if (detail && detail->report)
        json_object_object_add(obj, "report",
                               json_object_get(detail->report));
    return obj;
}

static void add_output(struct ft_flight *f, size_t port)
{
    const struct ft_port *p = &stage_of(f)->out[port];
    char *path = ft_path_join(f->dir, p->path);

    if (ft_path_exists(path)) {
        f->port[f->result.n_out] = port;
        f->result.out[f->result.n_out++] = (struct ft_output){
            .name = p->name,
            .path = path,
            .type = p->type,
            .unit = p->unit ? ft_unit_text(p->unit) : NULL,
            .media_type = p->media_type,
            .file_name = ft_path_base(p->path),
        };
    } else {
        free(path);
    }
}

static void give_to_store(struct ft_flight *f)
{
    struct ft_drive *d = f->drive;
    const struct ft_stage *stage = stage_of(f);
    struct ft_err err;

    f->result = (struct ft_result){
        .run = d->run->id,
        .stage = stage->name,
        .task = f->bound->name,
        .cell = f->bound->cell,
        .cache_key = stage->cache == FT_CACHE_CONTENT ? f->bound->key : NULL,
        .lineage = lineage_of(f),
        .out = ft_calloc(stage->n_out, sizeof(*f->result.out)),
        .cpu_s = f->ending.user_s + f->ending.system_s,
    };
    f->port = ft_calloc(stage->n_out, sizeof(*f->port));
    for (size_t i = 0; i < stage->n_out; i++)
        add_output(f, i);
    if (ft_store_publish_start(d->store, &f->result, f, &err) < 0)
        ft_collect_published(f, &err);
    else
        ft_drive_poll_store(d);
}

static void make_versions(const struct ft_flight *f, int64_t now_ns,
                          struct ft_versions *out)
{
    size_t n = stage_of(f)->n_out;

    out->item = ft_calloc(n, sizeof(*out->item));
    out->n = n;
    for (size_t i = 0; i < f->result.n_out; i++) {
        const struct ft_output *from = &f->result.out[i];
        struct ft_version *to = &out->item[f->port[i]];

        memcpy(to->id, from->version, sizeof(to->id));
        memcpy(to->content, from->content, sizeof(to->content));
        memcpy(to->file_digest, from->file_digest, sizeof(to->file_digest));
        to->size_bytes = from->size_bytes;
        to->time_ns = now_ns;
        ft_run_fill_version(f->drive->run, f->task, f->port[i], to);
        ft_travel_published(f, stage_of(f)->out[f->port[i]].path,
                            from->content);
    }
}

/* What is in the store, or was taken out of it, need not be kept twice: but
 * only once the journal says durably that it is there. */
static void clear_directory(const struct ft_flight *f)
{
    static const char *const name[] = { "in", "checkpoint" };
    /* Elsewhere a directory may be seen late under its new name. */
    bool reuse = f->drive->adapter->mortal;

    if (reuse && !f->result.n_out &&
        ft_workdirs_give(f->drive->workdirs, f->dir))
        return;
    for (size_t i = 0; i < f->result.n_out; i++)
        (void)unlink(f->result.out[i].path);
    for (size_t i = 0; i < FT_ARRAY_LEN(name); i++) {
        char *path = ft_path_join(f->dir, name[i]);

        if (ft_path_exists(path))
            (void)ft_path_remove(path, NULL);
        free(path);
    }
    if (reuse)
        (void)ft_workdirs_give(f->drive->workdirs, f->dir);
}

void ft_collect_tidy(struct ft_drive *d)
{
    uint64_t durable = ft_journal_durable(d->journal);

    for (size_t i = d->n_flights; i-- > 0;) {
        struct ft_flight *f = d->flight[i];

        if (!f->done || f->done > durable)
            continue;
        clear_directory(f);
        ft_flight_free(f);
    }
}

/* --- becoming final ------------------------------------------------------- */

static enum ft_task_state final_state(enum ft_outcome outcome)
{
    return outcome == FT_OUT_CANCELLED ? FT_TASK_CANCELLED
           : outcome == FT_OUT_LOST    ? FT_TASK_LOST
                                       : FT_TASK_FAILED;
}

/* The attempt did not do; perhaps the next one will. */
static void failed(struct ft_flight *f)
{
    struct ft_drive *d = f->drive;
    enum ft_outcome outcome = f->ending.outcome;
    bool in_vain = ft_handoff_in_vain(f);

    if (in_vain)
        snprintf(f->ending.reason, sizeof(f->ending.reason),
                 "twice in a row its time was over before it had saved "
                 "anything to go on from; give it more: 'walltime' of the "
                 "stage, 'signal_before' of the site");
    if (outcome != FT_OUT_CANCELLED && !in_vain &&
        ft_sched_retry(d->sched, d->run, f->task, outcome,
                       ft_drive_mono_ns(d))) {
        ft_journal_again(d->journal, d->run, f->task);
        ft_drive_changed(d, f->task);
    } else {
        ft_drive_fail(d, f->task, final_state(outcome), f->ending.reason);
    }
    ft_flight_free(f);
}

static void record_end(struct ft_flight *f)
{
    struct ft_drive *d = f->drive;

    ft_journal_attempt_end(d->journal, d->run, f->task, &f->ending);
    if (ft_task_state_final(d->run->task[f->task].state))
        ft_drive_changed(d, f->task);
}

/* Nobody waits for a result without outputs: the task is finished, and that it
 * was done is told to the store in company. */
static void keep_for_later(struct ft_flight *f)
{
    struct ft_drive *d = f->drive;

    clear_directory(f);
    f->later = true;
    f->submitted = false;
    ft_sched_finished(d->sched, d->run, f->task);
    if (++d->n_later >= LATER_MAX)
        ft_collect_later(d);
}

void ft_collect_later(struct ft_drive *d)
{
    for (size_t i = 0; i < d->n_flights && d->n_later; i++) {
        if (!d->flight[i]->later || d->flight[i]->result.run)
            continue;
        give_to_store(d->flight[i]);
        d->n_later--;
    }
}

/* Nothing was written and nothing is kept in the store: an output that does not
 * exist is recorded as one that is missing. */
static void collect_bare(struct ft_flight *f, const struct ft_ending *ending)
{
    size_t n = stage_of(f)->n_out;
    struct ft_drive *d = f->drive;
    struct ft_versions out = { 0 };

    f->ending = *ending;
    record_end(f);
    if (ending->outcome != FT_OUT_OK) {
        failed(f);
        return;
    }
    if (n) {
        out = (struct ft_versions){ ft_calloc(n, sizeof(*out.item)), n };
        ft_journal_succeed(d->journal, d->run, f->task, &out,
                           ending->end_ns);
        ft_drive_changed(d, f->task);
    }
    ft_sched_finished(d->sched, d->run, f->task);
    ft_flight_free(f);
}

/* Survives the engine, not the machine: after a reboot nobody knows what of the
 * outputs themselves had reached the disk. */
static int write_result(const struct ft_flight *f, struct ft_err *err)
{
    const struct ft_stage *stage = stage_of(f);
    struct ft_completion completion = {
        .tag_text = f->tag_text,
        .outputs = json_object_new_object(),
        .ending = &f->ending,
    };
    struct json_object *obj;
    int rc;

    for (size_t i = 0; i < stage->n_out; i++)
        ft_result_add_output(completion.outputs, f->dir, stage->out[i].name,
                             stage->out[i].path);
    obj = ft_result_json(&completion);
    rc = ft_result_write(f->dir, obj, ft_file_put, err);
    json_object_put(obj);
    json_object_put(completion.outputs);
    return rc;
}

void ft_collect(struct ft_flight *f, const struct ft_ending *ending)
{
    struct ft_drive *d = f->drive;
    bool outputs = stage_of(f)->n_out > 0;
    bool kept = outputs || stage_of(f)->cache == FT_CACHE_CONTENT;
    struct ft_err err;

    if (d->adapter->bare) {
        collect_bare(f, ending);
        return;
    }
    f->ending = *ending;
    f->ending.slots = ft_sched_slots(d->sched, d->run, f->task);
    check_outputs(f, &f->ending);
    if (!d->adapter->records)
        ft_result_add_last_words(f->dir, &f->ending);
    if (outputs && !d->adapter->records && write_result(f, &err) < 0 &&
        f->ending.outcome == FT_OUT_OK)
        ft_drive_give_up(d, &err);
    record_end(f);
    if (f->ending.outcome != FT_OUT_OK) {
        failed(f);
    } else if (d->fatal.code == FT_OK && outputs) {
        give_to_store(f);
    } else if (d->fatal.code == FT_OK && kept) {
        keep_for_later(f);
    } else {
        /* After a failure of ours, what it wrote stays for a resume. */
        if (d->fatal.code == FT_OK)
            clear_directory(f);
        ft_sched_finished(d->sched, d->run, f->task);
        ft_flight_free(f);
    }
}

bool ft_collect_earlier(struct ft_drive *d, struct ft_bound *bound)
{
    int attempt = d->run->task[bound->task].attempts;
    struct ft_ending ending;
    struct ft_flight *f;
    char *dir, *tag_text;
    bool usable;

    /* After a crash of the machine nobody knows what of the outputs reached
     * the disk. */
    if (!attempt || (d->rebooted && d->adapter->mortal))
        return false;
    dir = ft_run_attempt_dir(d->project, d->run, bound->task, attempt);
    tag_text = ft_asprintf("%s/%s/%d", d->run->id, bound->name, attempt);
    usable = ft_result_read(dir, tag_text, &ending) &&
             ending.outcome == FT_OUT_OK;
    if (usable)
        ft_handoff_recall(dir, bound);
    free(tag_text);
    free(dir);
    if (!usable)
        return false;
    f = ft_flight_new(d, bound, attempt);
    f->ending = ending;
    check_outputs(f, &f->ending);
    if (f->ending.outcome != FT_OUT_OK) {
        f->bound = NULL; /* still the caller's */
        ft_flight_free(f);
        return false;
    }
    ft_run_recall_progress(d->run, f->task, f->dir);
    record_end(f);
    give_to_store(f);
    return true;
}

/* The store names the file it refused by its long path, 'PATH' or PATH:LINE;
 * people know it as an output. */
static void name_output(const struct ft_flight *f, const char *msg,
                        char *reason, size_t size)
{
    bool quoted = msg[0] == '\'';
    char after = quoted ? '\'' : ':';

    for (size_t i = 0; i < f->result.n_out; i++) {
        const struct ft_output *out = &f->result.out[i];
        size_t len = strlen(out->path);

        if (strncmp(msg + quoted, out->path, len) == 0 &&
            msg[quoted + len] == after) {
            snprintf(reason, size, "output '%s'%s", out->name,
                     msg + quoted + len + quoted);
            return;
        }
    }
    snprintf(reason, size, "%s", msg);
}

/* The store refused an output: the attempt failed after all. */
static void refused(struct ft_flight *f, const struct ft_err *err)
{
    char *path = ft_path_join(f->dir, FT_RESULT_FILE);
    char *reason = f->ending.reason;
    size_t size = sizeof(f->ending.reason), len;

    f->ending.outcome = FT_OUT_ERROR;
    name_output(f, err->msg, reason, size);
    len = strlen(reason);
    if (*err->hint)
        snprintf(reason + len, size - len, "; %s", err->hint);
    (void)unlink(path); /* it says that all went well */
    free(path);
    record_end(f);
    failed(f);
}

void ft_collect_published(struct ft_flight *f, const struct ft_err *err)
{
    struct ft_drive *d = f->drive;
    struct ft_versions out = { 0 };
    int64_t now = ft_clock_now_ns();

    if (f->later) {
        if (err)
            ft_drive_give_up(d, err);
        ft_flight_free(f);
        return;
    }
    if (!err) {
        make_versions(f, now, &out);
        ft_journal_succeed(d->journal, d->run, f->task, &out, now);
        f->done = ft_journal_taken(d->journal);
        ft_drive_changed(d, f->task);
        ft_sched_finished(d->sched, d->run, f->task);
        return;
    }
    if (!ft_drive_is_ours(err->code)) {
        refused(f, err);
        return;
    }
    ft_drive_give_up(d, err);
    ft_sched_finished(d->sched, d->run, f->task);
    ft_flight_free(f);
}

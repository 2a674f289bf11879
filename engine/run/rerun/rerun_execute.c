/* rerun_execute.c - one attempt at one task, without a run around it */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>
#include <uv.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/json.h"
#include "base/path.h"
#include "base/words.h"
#include "run/record/result.h"
#include "run/rerun/rerun.h"

#define TAG 1
#define CANCEL_GRACE_S 10.0
#define ATTEMPT_MAX 60000

static const int signals[] = { SIGINT, SIGTERM, SIGHUP };

struct execution {
    uv_loop_t loop;
    uv_signal_t signal[FT_ARRAY_LEN(signals)];
    void *site;
    struct ft_ending *ending;
    struct ft_err *err;
    bool refused;
};

/* A record may be a stranger's. */
static int recorded_attempt(const struct ft_rerun *rerun)
{
    int64_t n = ft_json_int_or(rerun->record, "attempt", 1);

    return n >= 1 && n <= ATTEMPT_MAX ? (int)n : 1;
}

/* --- the attempt directory ------------------------------------------------ */

static int write_task(const struct ft_rerun *rerun, const char *dir,
                      struct ft_err *err)
{
    struct json_object *task = ft_bound_task_json(
        rerun->plan, rerun->bound, ft_json_str_or(rerun->record, "run", ""),
        recorded_attempt(rerun), dir, NULL);
    char *path = ft_path_join(dir, FT_TASK_FILE);
    int rc = ft_json_write(task, path, 0666, ft_file_put, err);

    free(path);
    json_object_put(task);
    return rc;
}

static int extract(struct ft_store *store, const struct ft_bound_input *in,
                   const char *dir, struct ft_err *err)
{
    char *dest = ft_path_join(dir, in->extract);
    char *parent = ft_path_dir(dest);
    int rc = ft_path_mkdirs(parent, 0777, err);

    if (rc == 0)
        rc = ft_store_extract(store, in->version->id, dest, err);
    free(parent);
    free(dest);
    return rc;
}

/* A second name for the file, or a copy where somebody else's file may have
 * none: what becomes of the first is no longer our concern. */
static int hold(const char *path, const char *held, struct ft_err *err)
{
    if (link(path, held) == 0 || errno == EEXIST)
        return 0;
    return ft_file_copy(path, held, err);
}

static int make_present(struct ft_store *store, struct ft_bound_input *in,
                        const char *dir, struct ft_err *err)
{
    char *path = ft_store_file(store, in->version->id, err);
    char *held = ft_asprintf("%s.in/%s.h5", dir, in->version->id);
    char *parent = ft_path_dir(held);
    int rc = path ? ft_path_mkdirs(parent, 0777, err) : -1;

    if (rc == 0)
        rc = hold(path, held, err);
    if (rc == 0) {
        free(in->path);
        in->path = held;
        held = NULL;
    }
    free(parent);
    free(held);
    free(path);
    return rc;
}

static int fill(const struct ft_rerun *rerun, struct ft_store *store,
                const char *dir, struct ft_err *err)
{
    int rc = ft_path_mkdirs(dir, 0777, err);

    for (size_t i = 0; rc == 0 && i < rerun->bound->n_in; i++) {
        struct ft_bound_input *in = &rerun->bound->in[i];

        if (in->extract)
            rc = extract(store, in, dir, err);
        else if (in->version)
            rc = make_present(store, in, dir, err);
        if (rc < 0)
            ft_err_context(err, "input '%s'", in->name);
    }
    return rc == 0 ? write_task(rerun, dir, err) : -1;
}

/* --- the process ---------------------------------------------------------- */

static void on_submitted(uint64_t tag, enum ft_submit_answer answer,
                         const char *job, double retry_after_s,
                         const char *reason, void *arg)
{
    struct execution *x = arg;

    (void)tag;
    (void)job;
    (void)retry_after_s;
    if (answer == FT_SUBMIT_OK)
        return;
    x->refused = true;
    ft_err_set(x->err, FT_ESITE, "it cannot be started here: %s",
               reason ? reason : "no reason was given");
    uv_stop(&x->loop);
}

static void on_started(uint64_t tag, const char *host, void *arg)
{
    (void)tag;
    (void)host;
    (void)arg;
}

static void on_text(uint64_t tag, const char *text, void *arg)
{
    (void)tag;
    (void)text;
    (void)arg;
}

static void on_ended(uint64_t tag, const struct ft_ending *ending, void *arg)
{
    struct execution *x = arg;

    (void)tag;
    *x->ending = *ending;
    uv_stop(&x->loop);
}

static void on_signal(uv_signal_t *handle, int signum)
{
    struct execution *x = handle->data;
    uint64_t tag = TAG;

    (void)signum;
    ft_adapter_local.cancel(x->site, &tag, 1, CANCEL_GRACE_S);
}

static void open_loop(struct execution *x)
{
    if (uv_loop_init(&x->loop) < 0)
        FT_BUG("no event loop"); /* the process has no descriptors left */
    for (size_t i = 0; i < FT_ARRAY_LEN(signals); i++) {
        (void)uv_signal_init(&x->loop, &x->signal[i]);
        x->signal[i].data = x;
        (void)uv_signal_start(&x->signal[i], on_signal, signals[i]);
    }
}

static void close_handle(uv_handle_t *handle, void *arg)
{
    (void)arg;
    if (!uv_is_closing(handle))
        uv_close(handle, NULL);
}

static void close_loop(struct execution *x)
{
    if (x->site)
        ft_adapter_local.close(x->site);
    uv_walk(&x->loop, close_handle, NULL);
    (void)uv_run(&x->loop, UV_RUN_DEFAULT);
    if (uv_loop_close(&x->loop) < 0)
        FT_BUG("the event loop still has handles");
}

static int wait_for(const struct ft_attempt *attempt,
                    struct ft_ending *ending, struct ft_err *err)
{
    struct execution x = { .ending = ending, .err = err };
    struct ft_adapter_events events = {
        .submitted = on_submitted,
        .started = on_started,
        .progress = on_text,
        .waiting = on_text,
        .ended = on_ended,
        .arg = &x,
    };
    int rc;

    open_loop(&x);
    rc = ft_adapter_local.open(NULL, NULL, &x.loop, &events, &x.site, err);
    if (rc == 0) {
        ft_adapter_local.submit(x.site, attempt, 1);
        if (!x.refused)
            (void)uv_run(&x.loop, UV_RUN_DEFAULT);
    }
    close_loop(&x);
    return x.refused ? -1 : rc;
}

/* --- all of it ------------------------------------------------------------ */

int ft_rerun_execute(const struct ft_rerun *rerun, struct ft_store *store,
                     const char *dir, struct ft_ending *ending,
                     struct ft_err *err)
{
    size_t task = rerun->bound->task;
    const struct ft_stage *stage =
        &rerun->wf->stage[ft_plan_stage_of(rerun->plan, task)];
    const char *run = ft_json_str_or(rerun->record, "run", "");
    int n = recorded_attempt(rerun), rc = -1;
    char *tag_text = ft_asprintf("rerun-%s/%s/%d", run, rerun->bound->name, n);
    char **argv = NULL, **env = NULL;
    struct ft_attempt attempt = {
        .tag = TAG,
        .tag_text = tag_text,
        .dir = dir,
        .modules = stage->modules,
        .n_modules = stage->n_modules,
        .outputs = stage->n_out > 0,
    };

    if (fill(rerun, store, dir, err) == 0 &&
        ft_bound_command(rerun->plan, rerun->bound, run, dir, &argv, &env,
                         err) == 0) {
        attempt.argv = argv;
        attempt.env = env;
        ft_plan_resources(rerun->plan, task, n, &attempt.resources);
        attempt.resources.ranks = rerun->bound->ranks;
        attempt.mpi = ft_plan_is_mpi(stage, &attempt.resources);
        attempt.timeout_s = ft_resources_limit_s(&attempt.resources,
                                                 stage->timeout_s);
        rc = wait_for(&attempt, ending, err);
        if (rc == 0)
            ft_result_add_last_words(dir, ending);
    }
    ft_words_free(env);
    ft_words_free(argv);
    free(tag_text);
    return rc;
}

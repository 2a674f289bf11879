/* ask.c - steer a run from another process */
#include "run/control/ask.h"

#include <limits.h>
#include <poll.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/json.h"
#include "base/user.h"
#include "data/store/project.h"
#include "run/adapter.h"
#include "run/control/alive.h"
#include "run/control/control.h"
#include "run/record/journal.h"
#include "run/record/lease.h"
#include "run/record/outcome.h"
#include "run/record/place.h"
#include "run/site/sweep.h"

#define NS_PER_S 1e9
#define NS_PER_MS 1000000
#define LOOK_NS INT64_C(1000000000)
#define TIMEOUT_MAX_S 1e9

/* --- steering ------------------------------------------------------------- */

/* Put an act into the journal of a run that nobody drives. */
static int steer_run(struct ft_run *run, struct ft_journal *journal,
                     struct json_object *request, bool *changed,
                     struct ft_err *err)
{
    struct json_object *act = NULL;
    char *by = ft_user_name();
    int rc = -1;

    if (run->state == FT_RUN_SUCCEEDED) {
        ft_err_set(err, FT_EUSAGE, "run '%s' has ended: %s", run->id,
                   ft_run_state_names[run->state]);
        ft_err_hint(err, "'fedtwin retry %s/TASK' executes a task again",
                    run->id);
    } else {
        rc = ft_steer_request(run, request, by, ft_clock_now_ns(), &act, err);
    }
    *changed = act != NULL;
    if (act)
        rc = ft_journal_steer(journal, run, act, err);
    if (act && rc == 0)
        rc = ft_journal_sync(journal, err);
    json_object_put(act);
    free(by);
    return rc;
}

static int steer_dead(const struct ft_project *project, const char *id,
                      struct json_object *request, bool *changed,
                      struct ft_err *err)
{
    char *dir = ft_run_path(project, id, NULL);
    struct ft_lease *lease = ft_lease_borrow(dir, err);
    struct ft_journal *journal = NULL;
    struct ft_run *run = NULL;
    int rc = -1;

    if (lease)
        run = ft_run_replay(project, id, &journal, err);
    if (run)
        rc = steer_run(run, journal, request, changed, err);
    ft_journal_close(journal);
    ft_run_free(run);
    ft_lease_release(lease);
    free(dir);
    return rc;
}

int ft_run_steer(const struct ft_project *project, const char *id,
                 struct json_object *request, bool *changed, bool *live,
                 struct ft_err *err)
{
    struct json_object *answer = NULL;
    char *dir = ft_run_path(project, id, NULL);
    int rc = ft_control_ask(dir, request, &answer, err);

    *live = rc > 0;
    *changed = ft_json_bool_or(answer, "changed", false);
    if (rc == 0)
        rc = steer_dead(project, id, request, changed, err);
    json_object_put(answer);
    free(dir);
    return rc < 0 ? -1 : 0;
}

int ft_run_ask(const struct ft_project *project, const char *id,
               struct json_object *request, struct ft_err *err)
{
    char *dir = ft_run_path(project, id, NULL);
    int rc = ft_control_ask(dir, request, NULL, err);

    free(dir);
    return rc;
}

/* --- waiting -------------------------------------------------------------- */

/* Until 'fd' has something to say, or the time has come: false. */
static bool await(int fd, int64_t until_ns)
{
    int64_t left_ns = until_ns - ft_clock_mono_ns();
    struct pollfd p = { .fd = fd, .events = POLLIN };

    return left_ns > 0 &&
           poll(&p, 1, (int)(left_ns / NS_PER_MS < INT_MAX
                                 ? left_ns / NS_PER_MS + 1
                                 : INT_MAX)) > 0;
}

/* The runner closes every connection when its run has ended, and the kernel
 * does when the runner dies.  False: the time came first. */
static bool await_end(int fd, int64_t until_ns)
{
    char chunk[512];

    while (await(fd, until_ns))
        if (read(fd, chunk, sizeof(chunk)) <= 0)
            return true;
    return false;
}

/* There is a runner, but nobody to connect to: it begins or ends just now, or
 * is on another machine, of which no event comes. */
static void await_change(const char *dir, int64_t until_ns)
{
    int64_t look_ns = ft_clock_mono_ns() + LOOK_NS;
    int fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);

    if (fd >= 0)
        (void)inotify_add_watch(fd, dir, IN_CREATE | IN_MODIFY | IN_DELETE);
    (void)await(fd, until_ns < look_ns ? until_ns : look_ns);
    if (fd >= 0)
        (void)close(fd);
}

static int read_state(const struct ft_project *project, const char *id,
                      enum ft_run_state *state, struct ft_err *err)
{
    struct ft_run *run = ft_run_read(project, id, NULL, err);

    if (!run)
        return -1;
    *state = run->state;
    ft_run_free(run);
    return 0;
}

int ft_run_wait(const struct ft_project *project, const char *id,
                double timeout_s, enum ft_run_state *state,
                struct ft_err *err)
{
    int64_t until_ns = timeout_s >= 0 && timeout_s < TIMEOUT_MAX_S
                           ? ft_clock_mono_ns() +
                                 (int64_t)(timeout_s * NS_PER_S)
                           : INT64_MAX;
    char *dir = ft_run_path(project, id, NULL);
    int rc = 0;

    *state = FT_RUN_RUNNING;
    while (rc == 0 && *state == FT_RUN_RUNNING) {
        int fd = ft_control_connect(dir);
        bool ended = fd >= 0 && await_end(fd, until_ns);

        if (fd >= 0)
            (void)close(fd);
        if (fd < 0 || ended)
            rc = read_state(project, id, state, err);
        if (rc == 0 && *state == FT_RUN_RUNNING && fd < 0)
            await_change(dir, until_ns);
        if (rc == 0 && *state == FT_RUN_RUNNING &&
            ft_clock_mono_ns() >= until_ns)
            rc = ft_err_set(err, FT_ETIME, "run '%s' goes on after %g s", id,
                            timeout_s);
    }
    free(dir);
    return rc;
}

/* --- cancelling ----------------------------------------------------------- */

/* What its sites run is ended by them, whoever started it. */
static bool is_remote(const struct ft_run *run)
{
    for (size_t i = 0; i < run->n_sites; i++)
        if (run->site_file[i])
            return true;
    return false;
}

/* The runner is gone: end what it left, and say so in the journal. */
static int cancel_dead(const struct ft_project *project, const char *id,
                       const char *reason, struct ft_err *err)
{
    struct ft_journal *journal = NULL;
    struct ft_run *run = ft_run_replay(project, id, &journal, err);
    char *tag = ft_asprintf("%s/", id), *dir = ft_run_path(project, id, NULL);
    int rc = -1;

    if (run && run->state != FT_RUN_RUNNING) {
        ft_err_set(err, FT_EUSAGE, "run '%s' has already ended: %s", id,
                   ft_run_state_names[run->state]);
    } else if (run && !ft_adapter_local.sweep(NULL, NULL, tag)) {
        ft_err_set(err, FT_EBUSY, "processes of run '%s' do not end", id);
    } else if (run && ft_sweep_sites(run, project->dir, tag, err) == 0 &&
               (is_remote(run) || ft_run_none_alive(project, run, err) == 0)) {
        ft_journal_end(journal, run, FT_RUN_CANCELLED, reason,
                       ft_clock_now_ns());
        rc = ft_journal_sync(journal, err);
        if (rc == 0)
            ft_run_write_summary(run, dir);
    }
    free(tag);
    free(dir);
    ft_journal_close(journal);
    ft_run_free(run);
    return rc;
}

int ft_run_cancel(const struct ft_project *project, const char *run_id,
                  const char *reason, struct ft_err *err)
{
    enum ft_run_state state = FT_RUN_RUNNING;
    char id[FT_RUN_ID_MAX], *dir;
    struct ft_lease *lease;
    int rc;

    if (ft_run_find(project, run_id, id, err) < 0)
        return -1;
    if (!reason)
        reason = "cancelled";
    dir = ft_run_path(project, id, NULL);
    rc = ft_control_ask_cancel(dir, reason, err);
    if (rc > 0)
        rc = read_state(project, id, &state, err);
    if (rc == 0 &&
        (state == FT_RUN_RUNNING || state == FT_RUN_INTERRUPTED)) {
        lease = ft_lease_take(dir, NULL, err);
        rc = lease ? cancel_dead(project, id, reason, err) : -1;
        ft_lease_release(lease);
    }
    free(dir);
    return rc;
}

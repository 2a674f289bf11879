/* main.c - fedtwin-agent: tasks where the engine is not
 *
 * A batch job of fedtwin starts this program with the file that says what to do
 * (share/doc/formats/agent.md).
 */
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "adapters/agent/agent.h"
#include "adapters/link/give.h"
#include "adapters/local/local.h"
#include "base/alloc.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/json.h"

#define NS_PER_S 1e9
#define FILE_VISIBLE_S 60 /* that its own file may take to be seen */
#define TICK_MS 100
#define SEEN_S 3.0        /* that home has to see how all has ended */
#define FETCH_S 600.0     /* the same where it has to fetch the files first: */
#define LAST_FETCH_S 20.0 /* when the job is being ended */
#define TOUCH_S 60.0      /* between signs that directories are in use */
#define LAST_S 2.0        /* of the walltime: then the site ends everything */
#define LAST_SHARE 0.25   /* of what is spared of it, at most */

static const char *const leaving_text[] = {
    [STAYING] = "",
    [FINISHED] = "finished",
    [IDLE] = "idle",
    [TIME_OVER] = "the walltime of the job is over",
    [TERMINATED] = "ended by the site",
};

/* --- the end -------------------------------------------------------------- */

static double since_s(int64_t mono_ns)
{
    return (double)(ft_clock_mono_ns() - mono_ns) / NS_PER_S;
}

static void say_leaving(struct agent *agent)
{
    struct json_object *obj = json_object_new_object();

    ft_json_add_str(obj, "leaving", leaving_text[agent->leaving]);
    agent_say(agent, obj);
}

/* Has home seen how everything ended, or is it not there to see it? */
static bool is_told(struct agent *agent)
{
    if (agent->file.root && agent->n && agent->call)
        return agent->leaving == TERMINATED
                   ? since_s(agent->over_mono_ns) > LAST_FETCH_S
                   : since_s(agent->busy_mono_ns) > FETCH_S;
    return !agent->n || !agent->call || agent_unheard_mono_ns(agent) ||
           since_s(agent->over_mono_ns) > SEEN_S;
}

/* Nothing runs, and what is to be moved does not get through: the site is told
 * so by the end of the job, and the engine by the site. */
static bool is_hopeless(const struct agent *agent)
{
    for (size_t i = 0; i < agent->n; i++)
        if (agent->task[i]->state == STARTING ||
            agent->task[i]->state == RUNNING)
            return false;
    return agent->file.root && agent_is_cut_off(agent);
}

static void end_when_done(struct agent *agent)
{
    if (is_hopeless(agent)) {
        fprintf(stderr, "fedtwin-agent: the connection breaks again and "
                "again before anything comes through\n");
        agent->failed = agent->closed = true;
        return;
    }
    if (agent_open_tasks(agent) || (agent->file.serve && !agent->leaving)) {
        agent->over_mono_ns = 0;
        return;
    }
    if (!agent->leaving)
        agent->leaving = FINISHED;
    if (!agent->over_mono_ns)
        agent->over_mono_ns = ft_clock_mono_ns();
    if (!is_told(agent))
        return;
    say_leaving(agent);
    agent->closed = true;
}

/* --- time ----------------------------------------------------------------- */

static void notify_all(struct agent *agent)
{
    if (agent->notified)
        return;
    agent->notified = true;
    ft_local_notify(agent->site, SIGUSR1);
}

static void watch_walltime(struct agent *agent)
{
    double left_s = agent_left_s(agent);

    if (left_s < 0 || left_s > agent->file.spare_s)
        return;
    if (!agent->leaving)
        agent_leave(agent, TIME_OVER, leaving_text[TIME_OVER]);
    notify_all(agent);
    if (left_s <= fmin(LAST_S, agent->file.spare_s * LAST_SHARE))
        agent_end_all(agent);
}

static void watch_idleness(struct agent *agent)
{
    int64_t unheard = agent_unheard_mono_ns(agent);
    double idle_s = agent->file.idle_s;

    if (!agent->file.serve || agent->leaving || agent_open_tasks(agent))
        return;
    if ((agent_connected(agent) && since_s(agent->busy_mono_ns) > idle_s) ||
        (unheard && since_s(unheard) > idle_s) || !agent->call)
        agent_leave(agent, IDLE, leaving_text[IDLE]);
}

/* What travels. */
static void watch_files(struct agent *agent)
{
    if (!agent->file.root)
        return;
    for (size_t i = agent->n; i-- > 0;)
        if (i < agent->n)
            agent_fetch_tick(agent->task[i]);
    if (since_s(agent->touched_mono_ns) < TOUCH_S)
        return;
    agent->touched_mono_ns = ft_clock_mono_ns();
    agent_touch_rooms(agent);
}

static void on_tick(uv_timer_t *handle)
{
    struct agent *agent = handle->data;

    agent_call_tick(agent);
    watch_files(agent);
    watch_walltime(agent);
    agent_doubt_no_more(agent);
    agent_start_some(agent);
    watch_idleness(agent);
}

static void on_terminate(uv_signal_t *handle, int signum)
{
    struct agent *agent = handle->data;

    (void)signum;
    agent_leave(agent, TERMINATED, leaving_text[TERMINATED]);
    agent_end_all(agent);
}

static void on_notify(uv_signal_t *handle, int signum)
{
    struct agent *agent = handle->data;

    (void)signum;
    agent_leave(agent, TIME_OVER, leaving_text[TIME_OVER]);
    notify_all(agent);
}

/* --- beginning and end ---------------------------------------------------- */

/* A network file system may show it late. */
static int read_file(const char *path, const char *number,
                     struct ft_agent_file *file, struct ft_err *err)
{
    int64_t begin = ft_clock_mono_ns();
    uint64_t n = number ? strtoull(number, NULL, 10) : 0;
    int rc;

    while ((rc = number ? ft_agent_array_read(path, n, file, err)
                        : ft_agent_file_read(path, file, err)) < 0 &&
           err->code == FT_ENOENT && since_s(begin) < FILE_VISIBLE_S)
        (void)usleep(TICK_MS * 1000);
    return rc;
}

/* A file, or that of an array and which of its jobs this is. */
static bool is_call(int argc, char **argv)
{
    return argc == 2 ||
           (argc == 3 && argv[2][0] &&
            !argv[2][strspn(argv[2], "0123456789")]);
}

static void on_piece(struct json_object *head, const void *bytes, size_t len,
                     int error, void *arg)
{
    if (error || !len) {
        ft_json_add_str(head, "error", error ? strerror(error)
                                             : "it has become shorter");
        agent_say(arg, head);
        return;
    }
    agent_say_bytes(arg, head, bytes, len);
}

static int open_agent(struct agent *agent, struct ft_err *err)
{
    struct ft_adapter_events events = agent_events;

    events.arg = agent;
    agent->busy_mono_ns = ft_clock_mono_ns();
    agent_find_out(agent);
    if (uv_loop_init(&agent->loop) < 0)
        return ft_err_set(err, FT_EIO, "cannot wait for events");
    (void)uv_signal_init(&agent->loop, &agent->terminate);
    (void)uv_signal_init(&agent->loop, &agent->notify);
    (void)uv_timer_init(&agent->loop, &agent->tick);
    agent->terminate.data = agent->notify.data = agent->tick.data = agent;
    (void)uv_signal_start(&agent->terminate, on_terminate, SIGTERM);
    (void)uv_signal_start(&agent->notify, on_notify, SIGUSR1);
    (void)uv_timer_start(&agent->tick, on_tick, TICK_MS, TICK_MS);
    if (agent->file.root) {
        agent->give = ft_give_new(&agent->loop, on_piece, agent);
        agent_sweep(agent);
    }
    return ft_adapter_local.open(agent->file.site, NULL, &agent->loop, &events,
                                 &agent->site, err);
}

static void run(struct agent *agent)
{
    agent_call(agent);
    for (size_t i = 0; i < agent->file.n_attempts; i++)
        agent_take(agent, agent->file.attempt[i]);
    agent->file.n_attempts = 0; /* they are the tasks' now */
    agent_start_some(agent);
    for (end_when_done(agent); !agent->closed; end_when_done(agent))
        (void)uv_run(&agent->loop, UV_RUN_ONCE);
}

/* Names are looked up in threads that cannot be called off: they are not waited
 * for, which exit() would do.  False: there are some. */
static bool close_agent(struct agent *agent)
{
    agent_hang_up(agent);
    ft_give_free(agent->give);
    ft_adapter_local.close(agent->site);
    uv_close((uv_handle_t *)&agent->terminate, NULL);
    uv_close((uv_handle_t *)&agent->notify, NULL);
    uv_close((uv_handle_t *)&agent->tick, NULL);
    for (int turn = 0; turn < 2; turn++)
        (void)uv_run(&agent->loop, UV_RUN_NOWAIT);
    agent_release_tasks(agent);
    agent_release_programs(agent);
    ft_agent_file_release(&agent->file);
    free(agent->job);
    return uv_loop_close(&agent->loop) == 0;
}

int main(int argc, char **argv)
{
    struct agent agent = { .digests = FT_MAP_INIT };
    struct ft_err err = { 0 };
    int status;

    if (!is_call(argc, argv)) {
        fprintf(stderr, "usage: fedtwin-agent FILE [NUMBER]\n"
                        "It is started by jobs of fedtwin, not by hand.\n");
        return ft_code_status(FT_EUSAGE);
    }
    (void)signal(SIGPIPE, SIG_IGN);
    if (read_file(argv[1], argv[2], &agent.file, &err) < 0 ||
        open_agent(&agent, &err) < 0) {
        fprintf(stderr, "fedtwin-agent: %s\n", err.msg);
        return ft_code_status(err.code);
    }
    run(&agent);
    status = agent.failed && !agent.file.serve ? EXIT_FAILURE : EXIT_SUCCESS;
    if (!close_agent(&agent))
        _exit(status);
    return status;
}

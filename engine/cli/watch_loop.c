/* watch_loop.c - wait for the journal, the keys, the clock and signals */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/json.h"
#include "base/path.h"
#include "cli/progress.h"
#include "cli/term.h"
#include "cli/watch.h"
#include "run/control/ask.h"
#include "run/control/control.h"

#define TICK_MS 100  /* the screen changes at most so often */
#define IDLE_MS 1000 /* and shows the time at least so often */
#define NS_PER_MS 1000000

struct loop {
    struct ft_watch *watch;
    bool screen;
    struct ft_watcher watcher; /* without a screen */
    int signals, changes, runner; /* descriptors; runner -1: not connected */
    sigset_t before;
    bool dirty; /* the journal has grown, or the screen is another */
    int64_t drawn_ns, sampled_ns;
    char typed[64];
    size_t n_typed;
};

/* --- setting up ----------------------------------------------------------- */

/* A change of the journal wakes us; the runner's socket tells of its end. */
static int open_loop(struct loop *l, struct ft_err *err)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGHUP);
    sigaddset(&set, SIGWINCH);
    sigaddset(&set, SIGTSTP);
    sigprocmask(SIG_BLOCK, &set, &l->before);
    l->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    l->changes = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    l->runner = ft_control_connect(l->watch->dir);
    if (l->signals < 0 || l->changes < 0 ||
        inotify_add_watch(l->changes, l->watch->dir,
                          IN_MODIFY | IN_CREATE) < 0)
        return ft_err_sys(err, "cannot watch '%s'", l->watch->dir);
    return 0;
}

static void close_loop(struct loop *l)
{
    if (l->signals >= 0)
        close(l->signals);
    if (l->changes >= 0)
        close(l->changes);
    if (l->runner >= 0)
        close(l->runner);
    sigprocmask(SIG_SETMASK, &l->before, NULL);
}

/* --- keys ----------------------------------------------------------------- */

static void ask(struct loop *l, const char *op, const char *done)
{
    struct ft_watch *w = l->watch;
    struct json_object *request = json_object_new_object();
    bool changed, live;
    struct ft_err err;
    int rc;

    ft_json_add_str(request, "op", op);
    ft_str_cut(&w->note, 0);
    if (strcmp(op, "cancel") == 0) {
        rc = ft_control_ask(w->dir, request, NULL, &err);
        if (rc == 0)
            rc = ft_err_set(&err, FT_EUSAGE, "nobody drives this run");
    } else {
        rc = ft_run_steer(w->project, w->run->id, request, &changed, &live,
                          &err);
    }
    ft_str_add(&w->note, rc < 0 ? err.msg : done);
    json_object_put(request);
}

static void scroll(struct ft_watch *w, long by)
{
    if (by < 0 && w->scroll < (size_t)-by)
        w->scroll = 0;
    else
        w->scroll += (size_t)by; /* drawing stops at the end */
}

/* True: quit. */
static bool on_key(struct loop *l, char key)
{
    struct ft_watch *w = l->watch;

    l->dirty = true;
    ft_str_cut(&w->note, 0);
    if (w->sure) {
        w->sure = false;
        if (key == 'y' || key == 'Y')
            ask(l, "cancel", "cancelling: what runs is asked to end");
        return false;
    }
    switch (key) {
    case 'q':
        return true;
    case 'p':
        if (w->run->steer.paused)
            ask(l, "unpause", "goes on");
        else
            ask(l, "pause", "paused: what runs goes on to its end");
        break;
    case 'c':
        w->sure = true;
        break;
    case 'f':
        w->only_failures = !w->only_failures;
        w->scroll = 0;
        break;
    case 'j':
        scroll(w, 1);
        break;
    case 'k':
        scroll(w, -1);
        break;
    case 'J':
    case ' ':
        scroll(w, 10);
        break;
    case 'K':
        scroll(w, -10);
        break;
    default:
        break;
    }
    return false;
}

/* False: there is no more to come. */
static bool read_keys(struct loop *l, bool *quit)
{
    ssize_t n = read(STDIN_FILENO, l->typed + l->n_typed,
                     sizeof(l->typed) - l->n_typed);
    char key;

    if (n <= 0)
        return n < 0 && (errno == EAGAIN || errno == EINTR);
    l->n_typed += (size_t)n;
    while (!*quit && (key = ft_watch_key(l->typed, &l->n_typed)))
        *quit = on_key(l, key);
    return true;
}

/* --- signals -------------------------------------------------------------- */

/* The signal that ends us, or 0. */
static int read_signals(struct loop *l)
{
    struct signalfd_siginfo info;

    while (read(l->signals, &info, sizeof(info)) == (ssize_t)sizeof(info)) {
        l->dirty = true;
        if (info.ssi_signo == SIGTSTP) {
            if (l->screen)
                ft_watch_give();
            (void)raise(SIGSTOP);
            if (l->screen)
                ft_watch_take();
        } else if (info.ssi_signo != SIGWINCH) {
            return (int)info.ssi_signo;
        }
    }
    return 0;
}

/* --- drawing -------------------------------------------------------------- */

static void draw(struct loop *l, int64_t now_ns)
{
    struct ft_str out = FT_STR_INIT;
    int columns, rows;

    if (l->screen) {
        ft_term_size(stdout, &columns, &rows);
        ft_watch_draw(l->watch, columns, rows, now_ns, &out);
        (void)ft_write_all(STDOUT_FILENO, out.s, out.len);
        ft_str_release(&out);
    } else if (l->watcher.tick) {
        l->watcher.tick(l->watch->run, l->watcher.arg);
    }
    l->dirty = false;
    l->drawn_ns = now_ns;
}

static void on_change(const struct ft_run *run, size_t task, void *arg)
{
    struct loop *l = arg;

    if (!l->screen && task != FT_NO_TASK)
        l->watcher.task(run, task, l->watcher.arg);
}

/* Read on and draw, when it is time for that.  1: the run is over. */
static int turn(struct loop *l, struct ft_err *err)
{
    int64_t now = ft_clock_now_ns();
    bool late = now - l->drawn_ns >= (int64_t)IDLE_MS * NS_PER_MS ||
                now < l->drawn_ns;
    int rc;

    if (!late && (!l->dirty ||
                  now - l->drawn_ns < (int64_t)TICK_MS * NS_PER_MS))
        return 0;
    rc = ft_watch_advance(l->watch, on_change, l, err);
    if (rc < 0)
        return -1;
    if (late || now - l->sampled_ns >= (int64_t)IDLE_MS * NS_PER_MS) {
        ft_watch_sample(l->watch, now);
        l->sampled_ns = now;
    }
    draw(l, now);
    if (l->watch->run->state != FT_RUN_RUNNING)
        return 1;
    if (l->runner < 0 && ft_watch_is_left(l->watch))
        return 1;
    if (l->runner < 0)
        l->runner = ft_control_connect(l->watch->dir);
    return 0;
}

/* --- the loop ------------------------------------------------------------- */

static void drain(int fd)
{
    char buf[4096];

    while (read(fd, buf, sizeof(buf)) > 0)
        ;
}

/* How long nothing has to be done, unless something happens. */
static int patience_ms(const struct loop *l)
{
    int64_t since = (ft_clock_now_ns() - l->drawn_ns) / NS_PER_MS;
    int64_t want = l->dirty ? TICK_MS : IDLE_MS;

    return since < 0 || since >= want ? 0 : (int)(want - since);
}

static enum ft_watch_end follow(struct loop *l, int *signal_number,
                                struct ft_err *err)
{
    struct pollfd fds[] = {
        { .fd = l->signals, .events = POLLIN },
        { .fd = l->screen ? STDIN_FILENO : -1, .events = POLLIN },
        { .fd = l->changes, .events = POLLIN },
        { .fd = -1, .events = POLLIN },
    };
    bool quit = false;
    int rc;

    while ((rc = turn(l, err)) == 0) {
        /* While it is dirty, more changes of the journal are no news. */
        fds[2].fd = l->dirty ? -1 : l->changes;
        fds[3].fd = l->runner;
        if (poll(fds, 4, patience_ms(l)) <= 0)
            continue;
        if (fds[0].revents) {
            *signal_number = read_signals(l);
            if (*signal_number)
                return FT_WATCH_SIGNAL;
        }
        if (fds[1].revents && !read_keys(l, &quit))
            fds[1].fd = -1;
        if (quit)
            return FT_WATCH_QUIT;
        if (fds[2].revents) {
            drain(l->changes);
            l->dirty = true;
        }
        if (fds[3].revents) { /* the runner has gone */
            close(l->runner);
            l->runner = -1;
            l->dirty = true;
        }
    }
    return rc < 0 ? FT_WATCH_FAILED : FT_WATCH_OVER;
}

enum ft_watch_end ft_watch_loop(struct ft_watch *w, bool screen,
                                int *signal_number, struct ft_err *err)
{
    struct loop l = { .watch = w, .screen = screen, .signals = -1,
                      .changes = -1, .runner = -1, .dirty = true };
    struct ft_progress *progress = screen ? NULL : ft_progress_new(NULL, NULL);
    enum ft_watch_end end = FT_WATCH_FAILED;

    if (progress)
        ft_progress_watcher(progress, &l.watcher);
    if (open_loop(&l, err) == 0) {
        if (screen)
            ft_watch_take();
        else
            l.watcher.begin(w->run, l.watcher.arg);
        end = follow(&l, signal_number, err);
        if (screen)
            ft_watch_give();
        else
            l.watcher.end(w->run, l.watcher.arg);
    }
    close_loop(&l);
    ft_progress_free(progress);
    return end;
}

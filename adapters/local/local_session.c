/* local_session.c - the processes of an attempt, found in /proc */
#include "adapters/local/local_session.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/str.h"

#define SWEEP_ROUNDS 10 /* a process may fork while it is being ended */

/* --- reading /proc -------------------------------------------------------- */

/* The first bytes of /proc/PID/NAME, terminated; 0 when it cannot be read. */
static size_t read_proc(pid_t pid, const char *name, char *text, size_t size)
{
    char path[64];
    size_t len = 0;
    ssize_t got = 1;
    int fd;

    if (pid > 0)
        snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, name);
    else
        snprintf(path, sizeof(path), "/proc/%s", name);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return 0;
    while (got > 0 && len < size - 1) { /* /proc hands out a page at a time */
        got = read(fd, text + len, size - 1 - len);
        len += got > 0 ? (size_t)got : 0;
    }
    (void)close(fd);
    text[len] = '\0';
    return len;
}

/* Gone, or a zombie that only waits to be collected. */
static bool is_dead(pid_t pid)
{
    char text[512];
    const char *end;

    if (!read_proc(pid, "stat", text, sizeof(text)))
        return true;
    end = strrchr(text, ')'); /* the name before it may hold anything */
    return !end || end[1] != ' ' || end[2] == 'Z' || end[2] == 'X';
}

static double rss_of(pid_t pid)
{
    char text[128];
    unsigned long total, resident;

    if (!read_proc(pid, "statm", text, sizeof(text)) ||
        sscanf(text, "%lu %lu", &total, &resident) != 2)
        return 0;
    return (double)resident * (double)sysconf(_SC_PAGESIZE);
}

/* Call 'each' for every process of the machine but this one. */
static void walk(void (*each)(pid_t pid, void *arg), void *arg)
{
    DIR *dir = opendir("/proc");
    pid_t self = getpid();
    struct dirent *entry;

    while (dir && (entry = readdir(dir))) {
        char *end;
        long pid = strtol(entry->d_name, &end, 10);

        if (*end == '\0' && pid > 0 && pid != self)
            each((pid_t)pid, arg);
    }
    if (dir)
        (void)closedir(dir);
}

/* --- sessions ------------------------------------------------------------- */

struct measuring {
    struct ft_session *session;
    size_t n;
};

static void measure(pid_t pid, void *arg)
{
    struct measuring *m = arg;
    pid_t sid = getsid(pid);

    for (size_t i = 0; i < m->n; i++) {
        if (m->session[i].id != sid)
            continue;
        if (!is_dead(pid)) {
            m->session[i].n++;
            m->session[i].rss_bytes += rss_of(pid);
        }
        return;
    }
}

void ft_sessions_measure(struct ft_session *session, size_t n)
{
    struct measuring m = { session, n };

    for (size_t i = 0; i < n; i++) {
        session[i].n = 0;
        session[i].rss_bytes = 0;
    }
    walk(measure, &m);
}

struct summing {
    pid_t id;
    double pss_bytes;
};

static void add_pss(pid_t pid, void *arg)
{
    struct summing *sum = arg;
    char text[2048];
    const char *line;

    if (getsid(pid) != sum->id || sum->pss_bytes < 0)
        return;
    if (!read_proc(pid, "smaps_rollup", text, sizeof(text)))
        return;
    line = strstr(text, "\nPss:");
    if (!line)
        sum->pss_bytes = -1;
    else
        sum->pss_bytes += strtod(line + 5, NULL) * 1024;
}

double ft_session_pss(pid_t id)
{
    struct summing sum = { id, 0 };

    walk(add_pss, &sum);
    return sum.pss_bytes > 0 ? sum.pss_bytes : -1;
}

struct signalling {
    pid_t id;
    int signal;
    size_t n;
};

static void send_signal(pid_t pid, void *arg)
{
    struct signalling *s = arg;

    if (getsid(pid) != s->id || is_dead(pid))
        return;
    s->n++;
    if (s->signal)
        (void)kill(pid, s->signal);
}

size_t ft_session_signal(pid_t id, int signal)
{
    struct signalling s = { id, signal, 0 };

    walk(send_signal, &s);
    return s.n;
}

/* --- signals for those who handle them ------------------------------------ */

/* /proc has the signals that a process has handlers for as a mask. */
static bool handles(pid_t pid, int signal)
{
    char text[4096];
    const char *line;

    if (!read_proc(pid, "status", text, sizeof(text)))
        return false;
    line = strstr(text, "\nSigCgt:");
    return line && (strtoull(line + 8, NULL, 16) >> (signal - 1) & 1);
}

struct notifying {
    pid_t id;
    int signal;
    bool send;
    size_t n, n_handle; /* but for the leader */
};

static void notify(pid_t pid, void *arg)
{
    struct notifying *s = arg;
    bool able;

    if (getsid(pid) != s->id || pid == s->id || is_dead(pid))
        return;
    able = handles(pid, s->signal);
    s->n++;
    s->n_handle += able;
    if (able && s->send)
        (void)kill(pid, s->signal);
}

bool ft_session_notify(pid_t id, bool launched, int signal)
{
    struct notifying s = { .id = id, .signal = signal, .send = !launched };
    bool able = handles(id, signal);

    walk(notify, &s);
    if (launched && s.n && !s.n_handle)
        able = false;
    if (able)
        (void)kill(id, signal);
    return able || (s.send && s.n_handle);
}

/* --- what a dead runner left ---------------------------------------------- */

struct sweeping {
    const char *tag;
    pid_t *pid; /* found */
    size_t n, cap;
};

static void add_pid(struct sweeping *s, pid_t pid)
{
    s->pid = ft_grow(s->pid, s->n, &s->cap, sizeof(*s->pid));
    s->pid[s->n++] = pid;
}

/* "RUN/" stands for everything of that run, "RUN/TASK/1" for itself. */
static bool tag_matches(const char *have, const char *want)
{
    return ft_ends_with(want, "/") ? ft_starts_with(have, want)
                                   : strcmp(have, want) == 0;
}

/* The environment that the program was started with. */
static bool has_tag(pid_t pid, const char *tag)
{
    static const char name[] = "FEDTWIN_TAG=";
    size_t size = 256 << 10, len;
    char *text = ft_calloc(1, size);
    bool found = false;

    len = read_proc(pid, "environ", text, size);
    for (size_t at = 0; at < len && !found; at += strlen(text + at) + 1)
        found = ft_starts_with(text + at, name) &&
                tag_matches(text + at + sizeof(name) - 1, tag);
    free(text);
    return found;
}

static void find_tagged(pid_t pid, void *arg)
{
    struct sweeping *s = arg;

    if (has_tag(pid, s->tag) && !is_dead(pid))
        add_pid(s, pid);
}

/* Wait until 'pid' has ended; how many milliseconds are left. */
static int await_end(pid_t pid, int wait_ms)
{
    int fd = (int)syscall(SYS_pidfd_open, pid, 0);
    struct pollfd p = { .fd = fd, .events = POLLIN };
    int step = 100;

    if (fd < 0)
        return wait_ms;
    while (wait_ms > 0 && poll(&p, 1, step) == 0)
        wait_ms -= step;
    (void)close(fd);
    return wait_ms;
}

bool ft_session_sweep(const char *tag, int wait_ms)
{
    struct sweeping s = { .tag = tag };
    bool gone = false;

    for (int round = 0; round < SWEEP_ROUNDS && !gone; round++) {
        s.n = 0;
        walk(find_tagged, &s);
        for (size_t i = 0; i < s.n; i++) {
            pid_t sid = getsid(s.pid[i]);

            if (sid > 0 && sid != getsid(0))
                (void)ft_session_signal(sid, SIGKILL);
            (void)kill(s.pid[i], SIGKILL);
        }
        for (size_t i = 0; i < s.n; i++)
            wait_ms = await_end(s.pid[i], wait_ms);
        gone = s.n == 0;
    }
    free(s.pid);
    return gone;
}

uint64_t ft_session_oom_kills(void)
{
    char *text = ft_calloc(1, 64 << 10);
    unsigned long long n = 0;
    const char *line;

    if (read_proc(0, "vmstat", text, 64 << 10)) {
        line = strstr(text, "\noom_kill ");
        if (line)
            n = strtoull(line + 10, NULL, 10);
    }
    free(text);
    return n;
}

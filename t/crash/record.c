/* record.c - run a command and record what it does to files
 *
 *     record DIR MARKS TRACE COMMAND...     also writes TRACE.data
 *
 * ptrace shows every system call of every process, whichever library makes it
 * (the buffered streams of the C library, for one, cannot be seen by replacing
 * functions), and the program is the one that users run.  Calls that matter
 * are let through one at a time, so that there is one true order.
 */
#include "record.h"

#include <errno.h>
#include <seccomp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#define OPTIONS                                                             \
    (PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK |     \
     PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC | PTRACE_O_EXITKILL)

struct tracee {
    pid_t pid;
    bool waits; /* stopped at the entry of 'call' until its turn */
    struct call call;
};

struct recorder {
    struct trace trace;
    struct tracee **tracee;
    size_t n;
    pid_t busy; /* whose call is under way, or 0 */
};

static _Noreturn void die(const char *what)
{
    perror(what);
    exit(2);
}

static struct tracee *find(struct recorder *rec, pid_t pid)
{
    struct tracee *new;

    for (size_t i = 0; i < rec->n; i++)
        if (rec->tracee[i]->pid == pid)
            return rec->tracee[i];
    new = calloc(1, sizeof(*new));
    rec->tracee = realloc(rec->tracee, (rec->n + 1) * sizeof(*rec->tracee));
    if (!new || !rec->tracee)
        die("memory");
    new->pid = pid;
    rec->tracee[rec->n++] = new;
    return new;
}

static void resume(pid_t pid, int signal)
{
    if (ptrace(PTRACE_SYSCALL, pid, 0, signal) < 0 && errno != ESRCH)
        die("ptrace");
}

/* --- one call at a time --------------------------------------------------- */

static void enter(struct recorder *rec, struct tracee *tracee)
{
    struct __ptrace_syscall_info info;
    uint64_t arg[6];

    tracee->waits = false;
    if (ptrace(PTRACE_GET_SYSCALL_INFO, tracee->pid, sizeof(info), &info) < 0)
        return; /* it was killed */
    for (int i = 0; i < 6; i++)
        arg[i] = info.entry.args[i];
    if (call_enter(&rec->trace, tracee->pid, info.entry.nr, arg,
                   &tracee->call)) {
        if (rec->busy) {
            tracee->call.row = NULL; /* looked at again when it may go on */
            tracee->waits = true;
            return;
        }
        rec->busy = tracee->pid;
    }
    resume(tracee->pid, 0);
}

static void let_next(struct recorder *rec)
{
    rec->busy = 0;
    for (size_t i = 0; i < rec->n && !rec->busy; i++)
        if (rec->tracee[i]->waits)
            enter(rec, rec->tracee[i]);
}

static void at_call(struct recorder *rec, struct tracee *tracee)
{
    struct __ptrace_syscall_info info;

    if (ptrace(PTRACE_GET_SYSCALL_INFO, tracee->pid, sizeof(info), &info) < 0)
        return;
    if (info.op == PTRACE_SYSCALL_INFO_ENTRY) {
        enter(rec, tracee);
        return;
    }
    if (info.op == PTRACE_SYSCALL_INFO_EXIT && tracee->call.row) {
        call_leave(&rec->trace, tracee->pid, &tracee->call,
                   info.exit.rval);
        tracee->call.row = NULL;
        let_next(rec);
    }
    resume(tracee->pid, 0);
}

/* --- processes ------------------------------------------------------------ */

static void ended(struct recorder *rec, pid_t pid)
{
    for (size_t i = 0; i < rec->n; i++)
        if (rec->tracee[i]->pid == pid) {
            free(rec->tracee[i]);
            rec->tracee[i] = rec->tracee[--rec->n];
            break;
        }
    if (rec->busy == pid) {
        fprintf(rec->trace.lines, "bad a process was killed inside a call\n");
        let_next(rec);
    }
}

static bool is_job_stop(int signal)
{
    return signal == SIGSTOP || signal == SIGTSTP || signal == SIGTTIN ||
           signal == SIGTTOU;
}

static void stopped(struct recorder *rec, pid_t pid, int status)
{
    struct tracee *tracee = find(rec, pid);
    int signal = WSTOPSIG(status), event = status >> 16;

    if (signal == (SIGTRAP | 0x80))
        at_call(rec, tracee);
    else if (event == PTRACE_EVENT_STOP && is_job_stop(signal))
        (void)ptrace(PTRACE_LISTEN, pid, 0, 0);
    else
        resume(pid, event ? 0 : signal);
}

/* Work that is queued in io_uring shows no system call: programs are told that
 * there is none, and do it by calls as on an older kernel. */
static void without_io_uring(void)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);

    if (!filter ||
        seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS),
                         SCMP_SYS(io_uring_setup), 0) < 0 ||
        seccomp_load(filter) < 0)
        die("seccomp");
    seccomp_release(filter);
}

static pid_t start(char **command)
{
    int gate[2];
    pid_t pid;

    if (pipe(gate) < 0)
        die("pipe");
    pid = fork();
    if (pid == 0) {
        char go;

        close(gate[1]);
        if (read(gate[0], &go, 1) == 1) {
            close(gate[0]);
            without_io_uring();
            execvp(command[0], command);
            perror(command[0]);
        }
        _exit(127);
    }
    if (pid < 0 || ptrace(PTRACE_SEIZE, pid, 0, OPTIONS) < 0 ||
        write(gate[1], "", 1) != 1)
        die(command[0]);
    close(gate[0]);
    close(gate[1]);
    return pid;
}

/* Until every process has ended; the status is that of the first one. */
static int follow(struct recorder *rec, pid_t first)
{
    int status, result = 2;
    pid_t pid;

    while ((pid = waitpid(-1, &status, __WALL)) > 0 || errno == EINTR) {
        if (pid < 0)
            continue;
        if (WIFSTOPPED(status)) {
            stopped(rec, pid, status);
            continue;
        }
        if (pid == first)
            result = WIFEXITED(status) ? WEXITSTATUS(status)
                                       : 128 + WTERMSIG(status);
        ended(rec, pid);
    }
    return result;
}

static FILE *open_new(const char *path, const char *suffix)
{
    char name[PATH_MAX];
    FILE *file;

    snprintf(name, sizeof(name), "%s%s", path, suffix);
    file = fopen(name, "we");
    if (!file)
        die(name);
    return file;
}

int main(int argc, char **argv)
{
    struct recorder rec = { 0 };
    int status;

    if (argc < 5) {
        fputs("usage: record DIR MARKS TRACE COMMAND...\n", stderr);
        return 2;
    }
    if (!realpath(argv[1], rec.trace.root))
        die(argv[1]);
    if (!realpath(argv[2], rec.trace.marks))
        die(argv[2]);
    rec.trace.lines = open_new(argv[3], "");
    rec.trace.data = open_new(argv[3], ".data");
    trace_begin(&rec.trace);
    status = follow(&rec, start(argv + 4));
    free(rec.tracee);
    if (fclose(rec.trace.data) != 0 || fclose(rec.trace.lines) != 0)
        die(argv[3]);
    return status;
}

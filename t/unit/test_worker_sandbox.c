/* test_worker_sandbox.c - what the sandbox allows, and for how long */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/err.h"
#include "unit.h"
#include "worker/sandbox.h"

static void get_pid(void)
{
    (void)syscall(SYS_getpid);
}

static void write_file(void)
{
    int fd = open("/dev/null", O_RDWR | O_CLOEXEC);

    if (fd >= 0 && write(fd, "x", 1) == 1)
        (void)close(fd);
}

static void connect_out(void)
{
    (void)socket(AF_INET, SOCK_STREAM, 0);
}

static void start_program(void)
{
    char name[] = "true", *const arg[] = { name, NULL };

    (void)execv("/bin/true", arg);
}

static void start_process(void)
{
    (void)syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, NULL);
}

static void end_another(void)
{
    (void)kill(getppid(), 0);
}

static void call_nothing(void) /* a number that there is not */
{
    (void)syscall(0x3fffffffL);
}

static void call_other_abi(void) /* getpid of x32, which shares the machine */
{
    (void)syscall(0x40000000L | 39);
}

/* The sanitizers need calls of their own, and there is no filter under them. */
#if defined(__SANITIZE_ADDRESS__)
enum { FILTERED = 0 };
#else
enum { FILTERED = 1 };
#endif

static const struct {
    void (*call)(void);
    int error; /* errno afterwards */
} calls[] = {
    { get_pid, 0 },
    { write_file, 0 },
    { connect_out, EPERM },
    { start_program, EPERM },
    { start_process, EPERM },
    { end_another, EPERM },
    { call_nothing, EPERM },
    { call_other_abi, EPERM },
};

START_TEST(calls_of_the_table)
{
    pid_t pid = fork();
    int status;

    ck_assert_int_ge(pid, 0);
    if (pid == 0) {
        if (ft_sandbox_enter(NULL) < 0)
            _exit(255);
        errno = 0;
        calls[_i].call();
        _exit(errno);
    }
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    ck_assert(WIFEXITED(status));
    ck_assert_int_eq(WEXITSTATUS(status), calls[_i].error);
}
END_TEST

static double seconds(struct timeval t)
{
    return (double)t.tv_sec + (double)t.tv_usec * 1e-6;
}

/* What keeps HDF5 busy for ever must not do so for a second. */
START_TEST(small_file_for_ever)
{
    pid_t pid = fork();
    struct rusage used;
    int status;

    ck_assert_int_ge(pid, 0);
    if (pid == 0) {
        if (ft_sandbox_enter(NULL) < 0 ||
            ft_sandbox_request(FT_SANDBOX_SMALL, NULL) < 0)
            _exit(255);
        for (;;)
            (void)getppid();
    }
    ck_assert_int_eq(wait4(pid, &status, 0, &used), pid);
    ck_assert(WIFSIGNALED(status));
    ck_assert_int_eq(WTERMSIG(status), SIGPROF);
    ck_assert_double_lt(seconds(used.ru_utime) + seconds(used.ru_stime), 1);
}
END_TEST

static const struct {
    uint64_t bytes;
    double s;
} times[] = {
    { 0, 0.75 },
    { FT_SANDBOX_SMALL, 0.75 },
    { FT_SANDBOX_SMALL + 1, 7.2 }, /* 17 MiB of values at 8 MiB/s, and 5 s */
    { 100 << 20, 400 },
    { UINT64_C(1) << 50, 300 + 0x1p30 },
};

START_TEST(time_by_size)
{
    struct itimerval left;

    ck_assert_int_eq(ft_sandbox_request(times[_i].bytes, NULL), 0);
    ck_assert_int_eq(getitimer(ITIMER_PROF, &left), 0);
    ck_assert_double_eq_tol(seconds(left.it_value), times[_i].s,
                            times[_i].s / 20);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("worker sandbox");
    TCase *tc = tcase_create("calls");

    if (FILTERED)
        tcase_add_loop_test(tc, calls_of_the_table, 0,
                            (int)FT_ARRAY_LEN(calls));
    tcase_add_test(tc, small_file_for_ever);
    tcase_add_loop_test(tc, time_by_size, 0, (int)FT_ARRAY_LEN(times));
    suite_add_tcase(suite, tc);
    return unit_main(suite);
}

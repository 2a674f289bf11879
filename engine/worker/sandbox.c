/* sandbox.c - what a file that takes a program over could still do */
#include "worker/sandbox.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/time.h>

#include "base/alloc.h"
#include "base/err.h"
#include "worker/scan.h"

#define CPU_MS 300000 /* and 1 s a MiB, at most */
#define CPU_LEAST_MS 5000
#define BYTES_PER_MS ((8u << 20) / 1000) /* that are read at least */
#define FILE_EXTRA (64ull << 20)
#define MEMORY_EXTRA (256ull << 20)

/* The sanitizers need their own address space and system calls. */
#if defined(__SANITIZE_ADDRESS__)
enum { SANITIZED = 1 };
#else
enum { SANITIZED = 0 };
#endif

/* What reading, writing and naming files needs; everything else gives EPERM. */
static const int allowed[] = {
    /* files */
    SCMP_SYS(open), SCMP_SYS(openat), SCMP_SYS(close), SCMP_SYS(read),
    SCMP_SYS(readv), SCMP_SYS(pread64), SCMP_SYS(write), SCMP_SYS(writev),
    SCMP_SYS(pwrite64), SCMP_SYS(lseek), SCMP_SYS(stat), SCMP_SYS(lstat),
    SCMP_SYS(fstat), SCMP_SYS(newfstatat), SCMP_SYS(statx),
    SCMP_SYS(statfs), SCMP_SYS(fstatfs), SCMP_SYS(access),
    SCMP_SYS(faccessat), SCMP_SYS(faccessat2), SCMP_SYS(fcntl),
    SCMP_SYS(flock), SCMP_SYS(ftruncate), SCMP_SYS(fallocate),
    SCMP_SYS(copy_file_range), SCMP_SYS(fsync), SCMP_SYS(fdatasync),
    SCMP_SYS(link), SCMP_SYS(linkat), SCMP_SYS(unlink), SCMP_SYS(unlinkat),
    SCMP_SYS(rename), SCMP_SYS(renameat), SCMP_SYS(renameat2),
    SCMP_SYS(mkdir), SCMP_SYS(mkdirat), SCMP_SYS(chmod), SCMP_SYS(fchmod),
    SCMP_SYS(fchmodat), SCMP_SYS(readlink), SCMP_SYS(readlinkat),
    SCMP_SYS(getcwd), SCMP_SYS(umask), SCMP_SYS(fadvise64),
    /* memory */
    SCMP_SYS(brk), SCMP_SYS(mmap), SCMP_SYS(munmap), SCMP_SYS(mremap),
    SCMP_SYS(mprotect), SCMP_SYS(madvise),
    /* oneself */
    SCMP_SYS(getpid), SCMP_SYS(gettid), SCMP_SYS(tgkill), SCMP_SYS(getuid),
    SCMP_SYS(geteuid), SCMP_SYS(getgid), SCMP_SYS(getegid),
    SCMP_SYS(getrusage), SCMP_SYS(prlimit64), SCMP_SYS(getrlimit),
    SCMP_SYS(setrlimit), SCMP_SYS(setitimer), SCMP_SYS(clock_gettime),
    SCMP_SYS(gettimeofday),
    SCMP_SYS(time), SCMP_SYS(getrandom), SCMP_SYS(futex), SCMP_SYS(rseq),
    SCMP_SYS(set_robust_list), SCMP_SYS(sched_getaffinity),
    SCMP_SYS(sysinfo), SCMP_SYS(rt_sigaction), SCMP_SYS(rt_sigprocmask),
    SCMP_SYS(rt_sigreturn), SCMP_SYS(restart_syscall), SCMP_SYS(exit),
    SCMP_SYS(exit_group),
};

/* What the filter does for one run of neighbouring numbers. */
#define RUN_OPS 3
#define HEAD_OPS 4
#define FILTER_MAX (HEAD_OPS + RUN_OPS * FT_ARRAY_LEN(allowed) + 1)

struct filter {
    struct sock_filter op[FILTER_MAX];
    unsigned short n;
};

static void add_op(struct filter *filter, unsigned short code, uint32_t k,
                   uint8_t if_true, uint8_t if_false)
{
    filter->op[filter->n++] = (struct sock_filter){ code, if_true, if_false,
                                                    k };
}

static int by_number(const void *a, const void *b)
{
    return *(const int *)a - *(const int *)b;
}

/* The allowed numbers that this machine has, ascending. */
static size_t sort_allowed(int number[FT_ARRAY_LEN(allowed)])
{
    size_t n = 0;

    for (size_t i = 0; i < FT_ARRAY_LEN(allowed); i++)
        if (allowed[i] >= 0) /* negative: it does not have it */
            number[n++] = allowed[i];
    qsort(number, n, sizeof(*number), by_number);
    return n;
}

/* A call of another architecture ends the process; the number is then compared
 * with one run of allowed numbers after the other.  The compiler of libseccomp
 * would take half as long as HDF5 needs to start, and the kernel, which tries
 * each filter with every number there is, longer for what it makes. */
static void make_filter(struct filter *filter)
{
    int number[FT_ARRAY_LEN(allowed)];
    size_t n = sort_allowed(number);

    filter->n = 0;
    add_op(filter, BPF_LD | BPF_W | BPF_ABS,
           offsetof(struct seccomp_data, arch), 0, 0);
    add_op(filter, BPF_JMP | BPF_JEQ | BPF_K, seccomp_arch_native(), 1, 0);
    add_op(filter, BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS, 0, 0);
    add_op(filter, BPF_LD | BPF_W | BPF_ABS,
           offsetof(struct seccomp_data, nr), 0, 0);
    for (size_t i = 0, end; i < n; i = end) {
        for (end = i + 1; end < n && number[end] == number[end - 1] + 1; end++)
            continue;
        add_op(filter, BPF_JMP | BPF_JGT | BPF_K, (uint32_t)number[end - 1],
               2, 0);
        add_op(filter, BPF_JMP | BPF_JGE | BPF_K, (uint32_t)number[i], 0, 1);
        add_op(filter, BPF_RET | BPF_K, SECCOMP_RET_ALLOW, 0, 0);
    }
    add_op(filter, BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM, 0, 0);
}

static int load_filter(struct ft_err *err)
{
    struct filter filter;
    struct sock_fprog program = { .filter = filter.op };

    make_filter(&filter);
    program.len = filter.n;
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
        prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0)
        return 0;
    return ft_err_sys(err, "cannot restrict the system calls");
}

/* Lower the soft limit to 'value', never beyond the hard one. */
static int limit(int resource, uint64_t value, struct ft_err *err)
{
    struct rlimit now;

    if (getrlimit((__rlimit_resource_t)resource, &now) == 0) {
        now.rlim_cur = value < now.rlim_max ? value : now.rlim_max;
        if (setrlimit((__rlimit_resource_t)resource, &now) == 0)
            return 0;
    }
    return ft_err_sys(err, "cannot limit oneself");
}

int ft_sandbox_enter(struct ft_err *err)
{
    /* A write beyond the size limit is to fail like one to a full disk. */
    if (signal(SIGXFSZ, SIG_IGN) == SIG_ERR ||
        signal(SIGPIPE, SIG_IGN) == SIG_ERR)
        return ft_err_sys(err, "cannot set a signal");
    if (limit(RLIMIT_CORE, 0, err) < 0)
        return -1;
    if (SANITIZED)
        return 0;
    if (limit(RLIMIT_AS, FT_SANDBOX_MEMORY, err) < 0)
        return -1;
    return load_filter(err);
}

/* A small file is read in some milliseconds; the densest one that is honest,
 * in some tenths of a second. */
static uint64_t cpu_ms(uint64_t size_bytes, uint64_t grown)
{
    uint64_t ms = CPU_LEAST_MS + grown / BYTES_PER_MS;
    uint64_t most = CPU_MS + (size_bytes >> 20) * 1000;

    if (size_bytes <= FT_SANDBOX_SMALL)
        return FT_SANDBOX_SMALL_CPU_MS;
    return ms < most ? ms : most;
}

/* From now on; a limit of resources counts whole seconds. */
static int limit_time(uint64_t ms, struct ft_err *err)
{
    struct itimerval timer = { .it_value = {
                                   .tv_sec = (time_t)(ms / 1000),
                                   .tv_usec = (suseconds_t)(ms % 1000) * 1000,
                               } };

    if (setitimer(ITIMER_PROF, &timer, NULL) == 0)
        return 0;
    return ft_err_sys(err, "cannot limit oneself");
}

int ft_sandbox_request(uint64_t size_bytes, struct ft_err *err)
{
    uint64_t most = (UINT64_MAX >> 1) / FT_SCAN_RATIO_MAX;
    uint64_t grown = (size_bytes < most ? size_bytes : most) *
                     FT_SCAN_RATIO_MAX;
    uint64_t memory = grown + MEMORY_EXTRA;

    if (memory > FT_SANDBOX_MEMORY)
        memory = FT_SANDBOX_MEMORY;
    if (limit_time(cpu_ms(size_bytes, grown), err) < 0 ||
        (!SANITIZED && limit(RLIMIT_AS, memory, err) < 0))
        return -1;
    return limit(RLIMIT_FSIZE, grown + FILE_EXTRA, err);
}

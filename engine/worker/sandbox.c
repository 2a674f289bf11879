/* sandbox.c - what a file that takes a program over could still do */
#include "worker/sandbox.h"

#include <errno.h>
#include <seccomp.h>
#include <signal.h>
#include <sys/resource.h>

#include "base/alloc.h"
#include "base/err.h"

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
    SCMP_SYS(setrlimit), SCMP_SYS(clock_gettime), SCMP_SYS(gettimeofday),
    SCMP_SYS(time), SCMP_SYS(getrandom), SCMP_SYS(futex), SCMP_SYS(rseq),
    SCMP_SYS(set_robust_list), SCMP_SYS(sched_getaffinity),
    SCMP_SYS(sysinfo), SCMP_SYS(rt_sigaction), SCMP_SYS(rt_sigprocmask),
    SCMP_SYS(rt_sigreturn), SCMP_SYS(restart_syscall), SCMP_SYS(exit),
    SCMP_SYS(exit_group),
};

static int load_filter(struct ft_err *err)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
    int rc = filter ? 0 : -ENOMEM;

    for (size_t i = 0; i < FT_ARRAY_LEN(allowed) && rc == 0; i++)
        if (allowed[i] >= 0) /* negative: this machine does not have it */
            rc = seccomp_rule_add(filter, SCMP_ACT_ALLOW, allowed[i], 0);
    if (rc == 0)
        rc = seccomp_load(filter);
    seccomp_release(filter);
    if (rc == 0)
        return 0;
    errno = -rc;
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

int ft_sandbox_request(uint64_t cpu_s, uint64_t memory_bytes,
                       uint64_t file_bytes, struct ft_err *err)
{
    struct rusage used;

    if (getrusage(RUSAGE_SELF, &used) < 0)
        return ft_err_sys(err, "cannot limit oneself");
    cpu_s += (uint64_t)used.ru_utime.tv_sec + (uint64_t)used.ru_stime.tv_sec;
    if (limit(RLIMIT_CPU, cpu_s, err) < 0)
        return -1;
    if (memory_bytes > FT_SANDBOX_MEMORY)
        memory_bytes = FT_SANDBOX_MEMORY;
    if (!SANITIZED && limit(RLIMIT_AS, memory_bytes, err) < 0)
        return -1;
    return limit(RLIMIT_FSIZE, file_bytes, err);
}

/* fuzz_version.c - files that say that they are versions
 *
 * A child does what fedtwin-worker does with a file that it is asked about,
 * within the same limits.  HDF5 may die of a file, which is why it has a
 * process of its own: that is counted.  Our code may not.  A file that uses up
 * its time counts as a death where it then is; none may take a second.
 *
 * Almost every part of an HDF5 file carries a checksum, so that damage is found
 * at once.  Here each is taken as right, to get further.
 */
#include "t/fuzz/fuzz.h"

#include <dlfcn.h>
#include <execinfo.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/json.h"
#include "base/path.h"
#include "t/fuzz/edges.h"
#include "worker/sandbox.h"
#include "worker/version_file.h"

#define INPUT_MAX (1u << 20)
#define LIFE 20000       /* inputs of one child: HDF5 forgets to free some */
#define MOST_S 1.0       /* of processor time for one input */
#define DIED_IN_HDF5 77  /* statuses of a child */
#define SLOW_IN_HDF5 79
#define DIED_OF_HEAP 78
#define OUT_OF_MEMORY 70 /* ft_calloc() at the limit of a request */
#define FRAMES 64

/* Under libFuzzer the code that the child went through counts as its own. */
static uint8_t counters[1 << 16]
    __attribute__((section("__libfuzzer_extra_counters")));

struct shared {
    uint8_t input[INPUT_MAX];
    uint8_t counters[sizeof(counters)];
};

static struct reader {
    pid_t pid;
    int ask, answer; /* pipes */
    struct shared *shared;
    char path[32];   /* of a file that shows it; HDF5 wants one with a name */
    int fd;
    unsigned long asked, runs, whole, died, heap, slow;
    double used_s, slowest_s; /* processor time, of the child; of an input */
} reader = { .ask = -1, .answer = -1, .path = "/dev/shm/fuzz-version-XXXXXX" };

/* --- HDF5's checksums ----------------------------------------------------- */

typedef uint32_t checksum(const void *data, size_t len, uint32_t initial);

/* They stand behind the bytes that they are of; but within those of the blocks
 * of a heap, whose sizes are powers of 2. */
checksum H5_checksum_metadata;
uint32_t H5_checksum_metadata(const void *data, size_t len, uint32_t initial)
{
    static checksum *real;
    uint32_t sum;

    if ((len & (len - 1)) == 0) {
        if (!real)
            real = (checksum *)dlsym(RTLD_NEXT, "H5_checksum_metadata");
        return real(data, len, initial);
    }
    memcpy(&sum, (const uint8_t *)data + len, sizeof(sum));
    return sum;
}

/* --- the child ------------------------------------------------------------ */

static bool is_library(const void *frame, const char *name)
{
    Dl_info info;

    return dladdr(frame, &info) && info.dli_fname &&
           strstr(info.dli_fname, name);
}

static bool is_heap(const void *frame)
{
    Dl_info info;

    return dladdr(frame, &info) && info.dli_sname &&
           (strstr(info.dli_sname, "alloc") || strstr(info.dli_sname, "free"));
}

/* Whose fault is it?  That of the first frame outside of the C library.  Of a
 * damaged heap, which json-c may find too, nobody can tell; that HDF5 damages
 * it is known, and a build with sanitizers sees when our code does. */
static void on_fault(int signal)
{
    void *frame[FRAMES];
    int n = backtrace(frame, FRAMES);
    bool heap = false;

    for (int i = 2; i < n; i++) {
        if (is_library(frame[i], "/libhdf5"))
            _exit(signal == SIGPROF ? SLOW_IN_HDF5 : DIED_IN_HDF5);
        if (is_library(frame[i], "/libjson-c"))
            _exit(DIED_OF_HEAP);
        if (!is_library(frame[i], "/libc.so") &&
            !is_library(frame[i], "/libasan"))
            break;
        heap |= is_heap(frame[i]);
    }
    if (heap)
        _exit(DIED_OF_HEAP);
    backtrace_symbols_fd(frame, n, STDERR_FILENO);
    _exit(128 + signal);
}

static void catch_faults(void)
{
    static char stack[1 << 16];
    static const int faults[] = { SIGSEGV, SIGBUS,  SIGFPE,
                                  SIGILL,  SIGABRT, SIGPROF };
    stack_t alternate = { .ss_sp = stack, .ss_size = sizeof(stack) };
    struct sigaction action = { .sa_handler = on_fault,
                                .sa_flags = SA_ONSTACK };
    void *frame[1];

    (void)backtrace(frame, 1); /* loads what it needs, while that is allowed */
    (void)sigaltstack(&alternate, NULL);
    for (size_t i = 0; i < FT_ARRAY_LEN(faults); i++)
        (void)sigaction(faults[i], &action, NULL);
}

/* What a stage may hand in: any file, as any type. */
static void read_as_output(const char *path)
{
    static const struct ft_kind *const kinds[] = {
        &ft_kind_mesh, &ft_kind_field, &ft_kind_image, &ft_kind_table,
        &ft_kind_file
    };
    struct ft_err err = { 0 };
    char content[FT_CONTENT_TEXT];
    struct ft_scan scan;
    hid_t file = ft_h5_open(path, false, &err);

    if (file < 0)
        return;
    if (ft_scan_init(&scan, file, path, &err) == 0) {
        for (size_t i = 0; i < FT_ARRAY_LEN(kinds); i++) {
            struct json_object *summary = json_object_new_object();

            if (kinds[i]->check(&scan, NULL, &err) == 0)
                (void)kinds[i]->describe(&scan, summary, &err);
            json_object_put(summary);
        }
        (void)ft_content_digest(&scan, content, &err);
        ft_scan_release(&scan);
    }
    ft_h5_close(file);
}

static bool read_version(const char *path)
{
    struct ft_verified verified;
    struct ft_err err = { 0 };
    bool whole = ft_version_verify(path, true, &verified, &err) == 0;

    json_object_put(verified.record);
    read_as_output(path);
    return whole;
}

static _Noreturn void serve(const struct reader *r)
{
    struct ft_err err = { 0 };
    uint32_t size;

    prctl(PR_SET_PDEATHSIG, SIGKILL);
    catch_faults();
    if (ft_h5_init(&err) < 0 || ft_sandbox_enter(&err) < 0)
        _exit(1);
    while (read(r->ask, &size, sizeof(size)) == sizeof(size)) {
        char answer;

        if (ft_sandbox_request(size, &err) < 0)
            _exit(1);
        if (ftruncate(r->fd, 0) < 0 || lseek(r->fd, 0, SEEK_SET) < 0 ||
            ft_write_all(r->fd, r->shared->input, size) < 0)
            _exit(1);
        answer = read_version(r->path) ? 'w' : 'r';
        edges_take(r->shared->counters, sizeof(counters));
        if (write(r->answer, &answer, 1) != 1)
            _exit(1);
    }
    _exit(0);
}

/* --- the parent ----------------------------------------------------------- */

static void finish(void)
{
    (void)unlink(reader.path);
    fprintf(stderr, "# version: %lu inputs, %lu whole; HDF5 died of %lu and "
            "ran out of time with %lu, of a damaged heap %lu died; the slowest "
            "took %.2f s\n",
            reader.runs, reader.whole, reader.died, reader.slow, reader.heap,
            reader.slowest_s);
}

static void start(struct reader *r)
{
    int ask[2], answer[2];

    if (!r->shared) {
        r->shared = mmap(NULL, sizeof(*r->shared), PROT_READ | PROT_WRITE,
                         MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        r->fd = mkstemp(r->path);
        (void)atexit(finish);
    }
    if (r->shared == MAP_FAILED || r->fd < 0 || pipe(ask) < 0 ||
        pipe(answer) < 0)
        FT_BUG("cannot make pipes");
    fflush(NULL);
    r->pid = fork();
    if (r->pid < 0)
        FT_BUG("cannot fork");
    if (r->pid == 0) {
        close(ask[1]);
        close(answer[0]);
        r->ask = ask[0];
        r->answer = answer[1];
        serve(r);
    }
    close(ask[0]);
    close(answer[1]);
    r->ask = ask[1];
    r->answer = answer[0];
    r->asked = 0;
    r->used_s = 0;
}

static double cpu_s(pid_t pid)
{
    struct timespec t = { 0 };
    clockid_t clock;

    if (clock_getcpuclockid(pid, &clock) != 0 || clock_gettime(clock, &t) != 0)
        FT_BUG("the reader's time cannot be told");
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* The child has used so much in all since it began. */
static void account(struct reader *r, double used_s)
{
    double s = used_s - r->used_s;

    r->used_s = used_s;
    if (s > r->slowest_s)
        r->slowest_s = s;
    if (s > MOST_S)
        FT_BUG("an input takes %.2f s", s);
}

static double seconds(struct timeval t)
{
    return (double)t.tv_sec + (double)t.tv_usec * 1e-6;
}

static int end(struct reader *r)
{
    struct rusage used;
    int status = 0;

    close(r->ask);
    close(r->answer);
    if (wait4(r->pid, &status, 0, &used) != r->pid)
        FT_BUG("the reader is lost");
    account(r, seconds(used.ru_utime) + seconds(used.ru_stime));
    r->pid = 0;
    return status;
}

/* The input that ran out of time last, to be looked at. */
static void keep_slow(const struct reader *r, size_t size)
{
    FILE *file = fopen("fuzz_version.slow", "we");

    if (file) {
        (void)fwrite(r->shared->input, 1, size, file);
        fclose(file);
    }
}

static void count_death(struct reader *r, size_t size)
{
    int status = end(r), code = WIFEXITED(status) ? WEXITSTATUS(status) : 0;

    if (code != DIED_IN_HDF5 && code != SLOW_IN_HDF5 && code != DIED_OF_HEAP &&
        code != OUT_OF_MEMORY)
        FT_BUG("the reader ended with status %d", status);
    r->died += code == DIED_IN_HDF5;
    if (code == SLOW_IN_HDF5)
        keep_slow(r, size);
    r->slow += code == SLOW_IN_HDF5;
    r->heap += code == DIED_OF_HEAP;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct reader *r = &reader;
    uint32_t n = (uint32_t)size;
    char answer = '\0';

    if (size > INPUT_MAX)
        return 0;
    if (r->pid && ++r->asked > LIFE)
        (void)end(r);
    if (!r->pid)
        start(r);
    memcpy(r->shared->input, data, size);
    if (write(r->ask, &n, sizeof(n)) != sizeof(n))
        FT_BUG("the reader does not listen");
    r->runs++;
    if (read(r->answer, &answer, 1) == 1) {
        account(r, cpu_s(r->pid));
        r->whole += answer == 'w';
        memcpy(counters, r->shared->counters, sizeof(counters));
    } else {
        count_death(r, size);
    }
    return 0;
}

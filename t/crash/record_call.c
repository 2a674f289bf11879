/* record_call.c - system calls that change files, as lines of a trace
 *
 * What a call did is read from the files themselves when it has returned: the
 * inode of a new name, the bytes that were written.  No other call is under way
 * meanwhile.
 */
#include "record.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <linux/fs.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#define BLOCK 65536
#define MARK_MAX 4096
#define NO_ARG -1

/* How a call is understood; 'enter' returns whether it matters. */
struct call_row {
    long number;
    /* Which arguments are descriptors and paths.  For a path: the descriptor of
     * its directory, or NO_ARG for the working directory. */
    int fd, dir[2], path[2];
    bool (*enter)(pid_t pid, struct call *call);
    void (*leave)(struct trace *trace, pid_t pid, struct call *call,
                  int64_t result);
};

static _Noreturn void die(const char *what)
{
    perror(what);
    exit(2);
}

/* --- processes and their files -------------------------------------------- */

static bool is_below(const struct trace *trace, const char *path)
{
    size_t n = strlen(trace->root);

    return strncmp(path, trace->root, n) == 0 &&
           (path[n] == '/' || !path[n]);
}

/* What a descriptor, or AT_FDCWD, is open on. */
static bool read_link(char path[PATH_MAX], pid_t pid, int fd)
{
    char name[64];
    ssize_t n;

    if (fd == AT_FDCWD)
        snprintf(name, sizeof(name), "/proc/%d/cwd", (int)pid);
    else
        snprintf(name, sizeof(name), "/proc/%d/fd/%d", (int)pid, fd);
    n = readlink(name, path, PATH_MAX - 1);
    path[n > 0 ? n : 0] = '\0';
    return n > 0;
}

static bool stat_fd(pid_t pid, int fd, struct stat *st)
{
    char name[64];

    snprintf(name, sizeof(name), "/proc/%d/fd/%d", (int)pid, fd);
    return stat(name, st) == 0;
}

static bool read_memory(pid_t pid, uint64_t at, void *bytes, size_t len)
{
    struct iovec here = { bytes, len };
    struct iovec there = { (void *)(uintptr_t)at, len };

    return process_vm_readv(pid, &here, 1, &there, 1, 0) == (ssize_t)len;
}

/* A text of the process; page by page, for the next may not be there. */
static bool read_text(pid_t pid, uint64_t at, char text[PATH_MAX])
{
    size_t have = 0;

    while (have < PATH_MAX) {
        size_t n = 4096 - (at + have) % 4096;

        n = n < PATH_MAX - have ? n : PATH_MAX - have;
        if (!read_memory(pid, at + have, text + have, n))
            return false;
        if (memchr(text + have, '\0', n))
            return true;
        have += n;
    }
    return false;
}

/* The name a path has without links in its directories. */
static bool resolve(pid_t pid, int dir_fd, uint64_t at, char path[PATH_MAX])
{
    char text[PATH_MAX], joined[2 * PATH_MAX], dir[PATH_MAX];
    char *slash;
    size_t n;

    if (!read_text(pid, at, text) || !*text)
        return false;
    if (*text == '/')
        *dir = '\0';
    else if (!read_link(dir, pid, dir_fd))
        return false;
    n = (size_t)snprintf(joined, sizeof(joined), "%s/%s", dir, text);
    while (n > 1 && joined[n - 1] == '/')
        joined[--n] = '\0';
    slash = strrchr(joined, '/');
    *slash = '\0';
    if (!realpath(*joined ? joined : "/", dir))
        return false;
    n = strlen(dir) + strlen(slash + 1) + 1;
    if (n >= PATH_MAX)
        return false;
    memcpy(path, dir, strlen(dir));
    path[strlen(dir)] = '/';
    memcpy(path + strlen(dir) + 1, slash + 1, strlen(slash + 1) + 1);
    return true;
}

/* The inode of the directory that holds 'path'. */
static uint64_t parent_of(const char *path)
{
    char dir[PATH_MAX];
    const char *slash = strrchr(path, '/');
    struct stat st;

    memcpy(dir, path, (size_t)(slash - path));
    dir[slash - path] = '\0';
    return stat(dir, &st) == 0 ? (uint64_t)st.st_ino : 0;
}

static const char *name_of(const char *path)
{
    return strrchr(path, '/') + 1;
}

/* --- what stands in a trace ----------------------------------------------- */

/* 'length' bytes of 'fd' from 'pos' on, as they are now. */
static void add_bytes(struct trace *trace, int fd, uint64_t ino, uint64_t pos,
                      uint64_t length)
{
    char block[BLOCK];

    fprintf(trace->lines, "write %llu %llu %llu %llu\n",
            (unsigned long long)ino, (unsigned long long)pos,
            (unsigned long long)length, (unsigned long long)trace->data_size);
    while (length) {
        size_t want = length < BLOCK ? (size_t)length : BLOCK;
        ssize_t n = pread(fd, block, want, (off_t)pos);

        if (n <= 0 || fwrite(block, 1, (size_t)n, trace->data) != (size_t)n)
            die("copy what was written");
        pos += (uint64_t)n;
        length -= (uint64_t)n;
        trace->data_size += (uint64_t)n;
    }
}

static void add_target(struct trace *trace, const char *path, uint64_t ino)
{
    char target[PATH_MAX];
    ssize_t n = readlink(path, target, sizeof(target));

    if (n < 0 || fwrite(target, 1, (size_t)n, trace->data) != (size_t)n)
        die(path);
    fprintf(trace->lines, "write %llu 0 %zd %llu\n", (unsigned long long)ino,
            n, (unsigned long long)trace->data_size);
    trace->data_size += (uint64_t)n;
}

static void add_name(struct trace *trace, const char *kind, const char *path,
                     uint64_t ino)
{
    fprintf(trace->lines, "%s %llu %llu %s\n", kind,
            (unsigned long long)parent_of(path), (unsigned long long)ino,
            name_of(path));
}

static void add_create(struct trace *trace, const char *path,
                       const struct stat *st)
{
    char type = S_ISDIR(st->st_mode) ? 'd' : S_ISLNK(st->st_mode) ? 'l' : 'f';

    fprintf(trace->lines, "create %llu %llu %c %o %s\n",
            (unsigned long long)(path ? parent_of(path) : 0),
            (unsigned long long)st->st_ino, type,
            (unsigned)st->st_mode & 07777u, path ? name_of(path) : "-");
    if (type == 'l')
        add_target(trace, path, st->st_ino);
}

/* nftw() takes no argument for its function. */
static struct trace *beginning;

static int add_present(const char *path, const struct stat *st, int type,
                       struct FTW *place)
{
    static uint64_t *seen; /* inodes with several names */
    static size_t n_seen;
    int fd;

    (void)type;
    if (!place->level) {
        fprintf(beginning->lines, "root %llu\n",
                (unsigned long long)st->st_ino);
        return 0;
    }
    for (size_t i = 0; i < n_seen; i++)
        if (seen[i] == st->st_ino) {
            add_name(beginning, "link", path, st->st_ino);
            return 0;
        }
    if (S_ISREG(st->st_mode) && st->st_nlink > 1) {
        seen = realloc(seen, (n_seen + 1) * sizeof(*seen));
        if (!seen)
            die("memory");
        seen[n_seen++] = st->st_ino;
    }
    if (!S_ISREG(st->st_mode) && !S_ISDIR(st->st_mode) &&
        !S_ISLNK(st->st_mode))
        return 0; /* a socket lives only as long as its process */
    add_create(beginning, path, st);
    if (!S_ISREG(st->st_mode) || !st->st_size)
        return 0;
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        die(path);
    add_bytes(beginning, fd, st->st_ino, 0, (uint64_t)st->st_size);
    close(fd);
    return 0;
}

void trace_begin(struct trace *trace)
{
    beginning = trace;
    if (nftw(trace->root, add_present, 16, FTW_PHYS) != 0)
        die(trace->root);
    fprintf(trace->lines, "durable\n");
}

/* --- entering ------------------------------------------------------------- */

static bool enter_file(pid_t pid, struct call *call)
{
    struct stat st;

    if (!stat_fd(pid, (int)call->arg[call->row->fd], &st) ||
        (!S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode)))
        return false;
    call->ino = st.st_ino;
    call->pos = (uint64_t)st.st_size;
    return true;
}

/* Where the descriptor stands: its offset, or the end when it appends. */
static bool enter_stream(pid_t pid, struct call *call)
{
    char name[64], line[128];
    unsigned long long pos = 0, flags = 0;
    FILE *in;

    if (!enter_file(pid, call))
        return false;
    snprintf(name, sizeof(name), "/proc/%d/fdinfo/%d", (int)pid,
             (int)call->arg[call->row->fd]);
    in = fopen(name, "re");
    while (in && fgets(line, sizeof(line), in)) {
        (void)sscanf(line, "pos: %llu", &pos);
        (void)sscanf(line, "flags: %llo", &flags);
    }
    if (in)
        fclose(in);
    if (!(flags & O_APPEND))
        call->pos = pos;
    return in != NULL;
}

static bool enter_at(pid_t pid, struct call *call)
{
    bool yes = enter_file(pid, call);

    call->pos = call->arg[3];
    return yes;
}

/* copy_file_range and splice: an offset in memory, or none. */
static bool enter_copy(pid_t pid, struct call *call)
{
    uint64_t pos;

    if (!enter_stream(pid, call))
        return false;
    if (call->arg[3] && read_memory(pid, call->arg[3], &pos, sizeof(pos)))
        call->pos = pos;
    return true;
}

static bool enter_name(pid_t pid, struct call *call)
{
    struct stat st;

    (void)pid;
    call->existed = lstat(call->path[0], &st) == 0;
    call->ino = call->existed ? st.st_ino : 0;
    return true;
}

static int open_flags(const struct call *call)
{
    if (call->row->path[0])
        return (int)call->arg[2];
    return (int)call->arg[1];
}

static bool enter_open(pid_t pid, struct call *call)
{
    return open_flags(call) & (O_CREAT | O_TRUNC | (O_TMPFILE & ~O_DIRECTORY))
               ? enter_name(pid, call)
               : false;
}

static bool enter_map(pid_t pid, struct call *call)
{
    return (call->arg[2] & PROT_WRITE) && (call->arg[3] & MAP_SHARED) &&
           !(call->arg[3] & MAP_ANONYMOUS) && enter_file(pid, call);
}

static bool enter_any(pid_t pid, struct call *call)
{
    (void)pid;
    (void)call;
    return true;
}

static bool enter_clone_range(pid_t pid, struct call *call)
{
    return (call->arg[1] == FICLONE || call->arg[1] == FICLONERANGE) &&
           enter_file(pid, call);
}

/* --- leaving -------------------------------------------------------------- */

static void leave_written(struct trace *trace, pid_t pid, struct call *call,
                          int64_t result)
{
    char name[64];
    int fd;

    if (!result)
        return;
    snprintf(name, sizeof(name), "/proc/%d/fd/%d", (int)pid,
             (int)call->arg[call->row->fd]);
    fd = open(name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        die(name);
    if (call->mark) {
        char text[MARK_MAX];
        ssize_t n = pread(fd, text, sizeof(text) - 1, (off_t)call->pos);

        text[n > 0 ? n : 0] = '\0';
        text[strcspn(text, "\n")] = '\0';
        fprintf(trace->lines, "mark %s\n", text);
    } else {
        add_bytes(trace, fd, call->ino, call->pos, (uint64_t)result);
    }
    close(fd);
}

/* ftruncate, truncate and fallocate: whatever the size is now. */
static void leave_size(struct trace *trace, pid_t pid, struct call *call,
                       int64_t result)
{
    struct stat st;
    bool known = call->row->fd != NO_ARG
                     ? stat_fd(pid, (int)call->arg[call->row->fd], &st)
                     : stat(call->path[0], &st) == 0;

    (void)result;
    if (known && (uint64_t)st.st_size != call->pos)
        fprintf(trace->lines, "size %llu %llu\n",
                (unsigned long long)st.st_ino, (unsigned long long)st.st_size);
}

static void leave_allocated(struct trace *trace, pid_t pid, struct call *call,
                            int64_t result)
{
    if (call->arg[1] & ~(uint64_t)FALLOC_FL_KEEP_SIZE)
        fprintf(trace->lines, "bad fallocate of another mode\n");
    leave_size(trace, pid, call, result);
}

static void leave_open(struct trace *trace, pid_t pid, struct call *call,
                       int64_t result)
{
    int flags = open_flags(call);
    struct stat st;

    if (!stat_fd(pid, (int)result, &st) || !S_ISREG(st.st_mode))
        return;
    if ((flags & O_TMPFILE) == O_TMPFILE)
        add_create(trace, NULL, &st);
    else if (!call->existed)
        add_create(trace, call->path[0], &st);
    else if (flags & O_TRUNC)
        fprintf(trace->lines, "size %llu 0\n", (unsigned long long)st.st_ino);
}

static void leave_made(struct trace *trace, pid_t pid, struct call *call,
                       int64_t result)
{
    struct stat st;

    (void)pid;
    (void)result;
    if (lstat(call->path[0], &st) < 0)
        die(call->path[0]);
    add_create(trace, call->path[0], &st);
}

static void leave_linked(struct trace *trace, pid_t pid, struct call *call,
                         int64_t result)
{
    struct stat st;

    (void)pid;
    (void)result;
    if (lstat(call->path[0], &st) < 0)
        die(call->path[0]);
    add_name(trace, "link", call->path[0], st.st_ino);
}

static void leave_unlinked(struct trace *trace, pid_t pid, struct call *call,
                           int64_t result)
{
    (void)pid;
    (void)result;
    add_name(trace, "unlink", call->path[0], call->ino);
}

static void leave_renamed(struct trace *trace, pid_t pid, struct call *call,
                          int64_t result)
{
    bool from = is_below(trace, call->path[0]);
    bool to = is_below(trace, call->path[1]);
    struct stat st;

    (void)pid;
    (void)result;
    if (lstat(call->path[0], &st) == 0) {
        if (st.st_ino != call->ino)
            fprintf(trace->lines, "bad two names were exchanged\n");
        return; /* else both were names of one file: nothing happens */
    }
    if (from && to)
        fprintf(trace->lines, "rename %llu %llu %llu %s/%s\n",
                (unsigned long long)parent_of(call->path[0]),
                (unsigned long long)call->ino,
                (unsigned long long)parent_of(call->path[1]),
                name_of(call->path[0]), name_of(call->path[1]));
    else
        fprintf(trace->lines, "bad a name came in or went out\n");
}

static void leave_mode(struct trace *trace, pid_t pid, struct call *call,
                       int64_t result)
{
    struct stat st;
    bool known = call->row->fd != NO_ARG
                     ? stat_fd(pid, (int)call->arg[call->row->fd], &st)
                     : stat(call->path[0], &st) == 0;

    (void)result;
    if (known)
        fprintf(trace->lines, "mode %llu %o\n", (unsigned long long)st.st_ino,
                (unsigned)st.st_mode & 07777u);
}

static void leave_synced(struct trace *trace, pid_t pid, struct call *call,
                         int64_t result)
{
    (void)pid;
    (void)result;
    fprintf(trace->lines, "sync %llu %s\n", (unsigned long long)call->ino,
            call->row->number == SYS_fsync ? "all" : "data");
}

static void leave_mapped(struct trace *trace, pid_t pid, struct call *call,
                         int64_t result)
{
    (void)pid;
    (void)result;
    fprintf(trace->lines, "map %llu\n", (unsigned long long)call->ino);
}

static void leave_bad(struct trace *trace, pid_t pid, struct call *call,
                      int64_t result)
{
    (void)pid;
    (void)result;
    fprintf(trace->lines, "bad system call %ld\n", call->row->number);
}

/* --- the table ------------------------------------------------------------ */

#define FD(n) .fd = (n), .path = { NO_ARG, NO_ARG }
#define NAME(d, p) .fd = NO_ARG, .dir = { d, NO_ARG }, .path = { p, NO_ARG }

static const struct call_row rows[] = {
    { SYS_write, FD(0), .enter = enter_stream, .leave = leave_written },
    { SYS_writev, FD(0), .enter = enter_stream, .leave = leave_written },
    { SYS_pwrite64, FD(0), .enter = enter_at, .leave = leave_written },
    { SYS_pwritev, FD(0), .enter = enter_at, .leave = leave_written },
    { SYS_pwritev2, FD(0), .enter = enter_at, .leave = leave_written },
    { SYS_sendfile, FD(0), .enter = enter_stream, .leave = leave_written },
    { SYS_copy_file_range, FD(2), .enter = enter_copy,
      .leave = leave_written },
    { SYS_splice, FD(2), .enter = enter_copy, .leave = leave_written },
    { SYS_ftruncate, FD(0), .enter = enter_file, .leave = leave_size },
    { SYS_truncate, NAME(NO_ARG, 0), .enter = enter_name,
      .leave = leave_size },
    { SYS_fallocate, FD(0), .enter = enter_file, .leave = leave_allocated },
    { SYS_fsync, FD(0), .enter = enter_file, .leave = leave_synced },
    { SYS_fdatasync, FD(0), .enter = enter_file, .leave = leave_synced },
    { SYS_fchmod, FD(0), .enter = enter_file, .leave = leave_mode },
    { SYS_fchmodat, NAME(0, 1), .enter = enter_name, .leave = leave_mode },
    { SYS_mmap, FD(4), .enter = enter_map, .leave = leave_mapped },
    { SYS_io_uring_setup, .fd = NO_ARG, .path = { NO_ARG, NO_ARG },
      .enter = enter_any, .leave = leave_bad },
    { SYS_ioctl, FD(0), .enter = enter_clone_range, .leave = leave_bad },
    { SYS_openat, NAME(0, 1), .enter = enter_open, .leave = leave_open },
    { SYS_openat2, NAME(0, 1), .enter = enter_name, .leave = leave_bad },
    { SYS_mkdirat, NAME(0, 1), .enter = enter_name, .leave = leave_made },
    { SYS_symlinkat, NAME(1, 2), .enter = enter_name, .leave = leave_made },
    { SYS_unlinkat, NAME(0, 1), .enter = enter_name,
      .leave = leave_unlinked },
    { SYS_linkat, NAME(2, 3), .enter = enter_name, .leave = leave_linked },
    { SYS_renameat2, .fd = NO_ARG, .dir = { 0, 2 }, .path = { 1, 3 },
      .enter = enter_name, .leave = leave_renamed },
#ifdef SYS_renameat
    { SYS_renameat, .fd = NO_ARG, .dir = { 0, 2 }, .path = { 1, 3 },
      .enter = enter_name, .leave = leave_renamed },
#endif
#ifdef SYS_open /* the older machines' calls */
    { SYS_open, NAME(NO_ARG, 0), .enter = enter_open, .leave = leave_open },
    { SYS_creat, NAME(NO_ARG, 0), .enter = enter_name, .leave = leave_bad },
    { SYS_chmod, NAME(NO_ARG, 0), .enter = enter_name, .leave = leave_mode },
    { SYS_mkdir, NAME(NO_ARG, 0), .enter = enter_name, .leave = leave_made },
    { SYS_rmdir, NAME(NO_ARG, 0), .enter = enter_name,
      .leave = leave_unlinked },
    { SYS_symlink, NAME(NO_ARG, 1), .enter = enter_name,
      .leave = leave_made },
    { SYS_unlink, NAME(NO_ARG, 0), .enter = enter_name,
      .leave = leave_unlinked },
    { SYS_link, NAME(NO_ARG, 1), .enter = enter_name,
      .leave = leave_linked },
    { SYS_rename, .fd = NO_ARG, .dir = { NO_ARG, NO_ARG }, .path = { 0, 1 },
      .enter = enter_name, .leave = leave_renamed },
#endif
};

static const struct call_row *find_row(uint64_t number)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if ((uint64_t)rows[i].number == number)
            return &rows[i];
    return NULL;
}

/* Is it about something below the root, or about the marks? */
static bool concerns(const struct trace *trace, pid_t pid, struct call *call)
{
    const struct call_row *row = call->row;
    bool below = row->enter == enter_any;

    if (row->fd != NO_ARG) {
        if ((int)call->arg[row->fd] < 0 ||
            !read_link(call->path[0], pid, (int)call->arg[row->fd]))
            return false;
        call->mark = strcmp(call->path[0], trace->marks) == 0 &&
                     row->leave == leave_written;
        return call->mark || is_below(trace, call->path[0]);
    }
    for (int i = 0; i < 2 && row->path[i] != NO_ARG; i++) {
        int dir = row->dir[i] == NO_ARG ? AT_FDCWD
                                        : (int)call->arg[row->dir[i]];

        if (!resolve(pid, dir, call->arg[row->path[i]], call->path[i]))
            return false;
        below |= is_below(trace, call->path[i]);
    }
    return below;
}

bool call_enter(const struct trace *trace, pid_t pid, uint64_t number,
                const uint64_t arg[6], struct call *call)
{
    call->row = find_row(number);
    if (!call->row)
        return false;
    memcpy(call->arg, arg, sizeof(call->arg));
    call->mark = call->existed = false;
    if (concerns(trace, pid, call) && call->row->enter(pid, call))
        return true;
    call->row = NULL;
    return false;
}

void call_leave(struct trace *trace, pid_t pid, struct call *call,
                int64_t result)
{
    if (result >= 0)
        call->row->leave(trace, pid, call, result);
}

/* lease.c - one runner at a time */
#include "run/record/lease.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/json.h"
#include "base/path.h"

#define BOOT_ID_FILE "/proc/sys/kernel/random/boot_id"
#define LEASE_MAX 4096 /* bytes */
#define RETRIES 100
#define RETRY_NS 5000000

struct ft_lease {
    int fd;
    bool borrowed;
};

/* Who holds it, or held it last. */
struct holder {
    char host[256], boot[64];
    int64_t pid;
};

static void read_boot_id(char boot[64])
{
    struct ft_str text = FT_STR_INIT;

    if (ft_file_read(BOOT_ID_FILE, LEASE_MAX, &text, NULL) < 0)
        ft_str_cut(&text, 0);
    snprintf(boot, 64, "%.*s", (int)strcspn(text.s, "\n"), text.s);
    ft_str_release(&text);
}

/* False when the file is empty: nobody has it. */
static bool read_holder(int fd, struct holder *holder)
{
    char text[LEASE_MAX];
    ssize_t len = pread(fd, text, sizeof(text), 0);
    struct json_object *obj = NULL;

    memset(holder, 0, sizeof(*holder));
    if (len > 0)
        obj = ft_json_parse(text, (size_t)len, "lease", NULL);
    if (!obj)
        return false;
    snprintf(holder->host, sizeof(holder->host), "%s",
             ft_json_str_or(obj, "host", ""));
    snprintf(holder->boot, sizeof(holder->boot), "%s",
             ft_json_str_or(obj, "boot", ""));
    holder->pid = ft_json_int_or(obj, "pid", 0);
    json_object_put(obj);
    return true;
}

static int write_holder(int fd, const struct holder *me, struct ft_err *err)
{
    struct json_object *obj = json_object_new_object();
    const char *text;
    int rc = 0;

    ft_json_add_str(obj, "host", me->host);
    ft_json_add_str(obj, "boot", me->boot);
    ft_json_add_int(obj, "pid", me->pid);
    ft_json_add_int(obj, "at", ft_clock_now_ns());
    text = json_object_to_json_string_ext(obj, JSON_C_TO_STRING_PLAIN);
    if (ftruncate(fd, 0) < 0 || lseek(fd, 0, SEEK_SET) < 0 ||
        ft_write_all(fd, text, strlen(text)) < 0)
        rc = ft_err_sys(err, "cannot write the lease of the run");
    json_object_put(obj);
    return rc;
}

/* A runner that was killed gives the lock back when it is gone, which may take
 * a moment, and a program that it was just starting holds it until its exec. */
static int lock_file(int fd)
{
    struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
    const struct timespec pause = { .tv_nsec = RETRY_NS };

    for (int i = 0; fcntl(fd, F_OFD_SETLK, &lock) < 0; i++) {
        if ((errno != EAGAIN && errno != EACCES) || i == RETRIES)
            return -1;
        (void)nanosleep(&pause, NULL);
    }
    return 0;
}

/* Lock, and see that it may be had. */
static int claim(int fd, const char *path, const struct holder *me,
                 bool *rebooted, struct ft_err *err)
{
    struct holder before;
    bool had;

    if (lock_file(fd) < 0) {
        if (errno != EAGAIN && errno != EACCES)
            return ft_err_sys(err, "cannot lock '%s'", path);
        (void)read_holder(fd, &before);
        return ft_err_set(err, FT_EBUSY, "the run is driven by process %lld "
                          "on '%s'", (long long)before.pid, before.host);
    }
    had = read_holder(fd, &before);
    if (had && strcmp(before.host, me->host) != 0) {
        ft_err_set(err, FT_EBUSY, "the run was driven by process %lld on '%s', "
                   "which may be alive", (long long)before.pid, before.host);
        return ft_err_hint(err, "go on with it there, or remove '%s' if that "
                           "machine is gone", path);
    }
    *rebooted = had && strcmp(before.boot, me->boot) != 0;
    return 0;
}

static struct ft_lease *take(const char *dir, bool borrow, bool *rebooted,
                             struct ft_err *err)
{
    char *path = ft_path_join(dir, "lease");
    struct holder me = { .pid = getpid() };
    struct ft_lease *lease = NULL;
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);

    (void)gethostname(me.host, sizeof(me.host) - 1);
    read_boot_id(me.boot);
    if (fd < 0) {
        ft_err_sys(err, "cannot open '%s'", path);
    } else if (claim(fd, path, &me, rebooted, err) == 0 &&
               (borrow || write_holder(fd, &me, err) == 0)) {
        lease = ft_calloc(1, sizeof(*lease));
        lease->fd = fd;
        lease->borrowed = borrow;
    }
    if (fd >= 0 && !lease)
        (void)close(fd);
    free(path);
    return lease;
}

struct ft_lease *ft_lease_take(const char *dir, bool *rebooted,
                               struct ft_err *err)
{
    bool dummy;

    return take(dir, false, rebooted ? rebooted : &dummy, err);
}

struct ft_lease *ft_lease_borrow(const char *dir, struct ft_err *err)
{
    bool dummy;

    return take(dir, true, &dummy, err);
}

void ft_lease_release(struct ft_lease *lease)
{
    if (!lease)
        return;
    if (!lease->borrowed) /* else the next one finds a dead pid */
        (void)!ftruncate(lease->fd, 0);
    (void)close(lease->fd);
    free(lease);
}

char *ft_lease_holder(const char *dir)
{
    struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
    char *path = ft_path_join(dir, "lease"), *text = NULL;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct holder holder;

    if (fd >= 0 && fcntl(fd, F_OFD_GETLK, &lock) == 0 &&
        lock.l_type != F_UNLCK && read_holder(fd, &holder))
        text = ft_asprintf("%s %lld", holder.host, (long long)holder.pid);
    if (fd >= 0)
        (void)close(fd);
    free(path);
    return text;
}

/* cache.c - files that a site has got, below the directory it gave to fedtwin
 *
 *   ROOT/cache/ab/SHA256             a file, by the digest of its bytes
 *        cache/ab/SHA256.OWNER.part  on its way, for one task of one agent
 *        runs/RUN/ATTEMPT/           an attempt's directory
 *        jobs/                       what jobs have printed
 *
 * Attempts have hard links to what they need, so that a file can be removed
 * from the cache at any time without a word to anybody.  Agents of many jobs
 * share it without locks: a file appears whole, by a rename, and whoever finds
 * somebody else's part growing waits for it.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "adapters/agent/agent.h"
#include "base/alloc.h"
#include "base/err.h"
#include "base/path.h"
#include "base/sha256.h"

#define PART ".part"
#define STALE_S 60          /* a part that has not grown for so long */
#define LEFT_S (24 * 3600)  /* what nobody has touched for so long */
#define SHARD 2             /* digits */

/* --- places --------------------------------------------------------------- */

static char *shard_of(const struct agent *agent, const char *sha256)
{
    return ft_asprintf("%s/cache/%.*s", agent->file.root, SHARD, sha256);
}

char *agent_cache_path(const struct agent *agent, const char *sha256)
{
    return ft_asprintf("%s/cache/%.*s/%s", agent->file.root, SHARD, sha256,
                       sha256);
}

/* Seconds since it was changed; -1: it is not there. */
static double age_s(const char *path)
{
    struct stat st;

    return lstat(path, &st) == 0 ? difftime(time(NULL), st.st_mtime) : -1;
}

static void touch(const char *path)
{
    (void)utimensat(AT_FDCWD, path, NULL, 0);
}

/* Call 'each' for the entries of 'dir'; false from it ends that. */
static void each_entry(const char *dir,
                       bool (*each)(const char *path, const char *name,
                                    void *arg),
                       void *arg)
{
    DIR *stream = opendir(dir);
    struct dirent *entry;
    bool more = true;

    while (stream && more && (entry = readdir(stream))) {
        char *path;

        if (entry->d_name[0] == '.')
            continue;
        path = ft_path_join(dir, entry->d_name);
        more = each(path, entry->d_name, arg);
        free(path);
    }
    if (stream)
        (void)closedir(stream);
}

/* --- parts ---------------------------------------------------------------- */

struct parts {
    const char *sha256, *own; /* its name */
    bool wait;
    char *stale; /* path of one that can be taken over, or NULL */
};

/* Of two that begin at the same time the one with the smaller name goes on. */
static bool look_at_part(const char *path, const char *name, void *arg)
{
    struct parts *parts = arg;

    if (!ft_starts_with(name, parts->sha256) || !ft_ends_with(name, PART) ||
        strcmp(name, parts->own) == 0)
        return true;
    if (age_s(path) > STALE_S) {
        free(parts->stale);
        parts->stale = ft_strdup(path);
    } else {
        parts->wait = true;
    }
    return !parts->wait;
}

int agent_cache_claim(const struct agent *agent, const char *sha256,
                      const char *part, bool *wait, struct ft_err *err)
{
    char *shard = shard_of(agent, sha256);
    struct parts parts = { .sha256 = sha256, .own = ft_path_base(part) };
    int rc = ft_path_mkdirs(shard, 0700, err), fd;

    *wait = false;
    if (rc == 0 && !ft_path_exists(part)) {
        each_entry(shard, look_at_part, &parts);
        *wait = parts.wait;
        if (!parts.wait && parts.stale)
            (void)rename(parts.stale, part); /* one of us gets it */
        fd = parts.wait ? -1 : open(part, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
        if (fd >= 0)
            (void)close(fd);
        else if (!parts.wait)
            rc = ft_err_sys(err, "cannot write '%s'", part);
    }
    free(parts.stale);
    free(shard);
    return rc;
}

/* Whoever wants it next need not wait until it is stale. */
void agent_cache_leave(const char *part)
{
    struct timespec old[2] = { { .tv_sec = time(NULL) - STALE_S - 1 } };

    old[1] = old[0];
    (void)utimensat(AT_FDCWD, part, old, 0);
}

/* --- space ---------------------------------------------------------------- */

struct entry {
    char *path;
    struct timespec used;
    uint64_t size;
    bool in_use; /* an attempt has a link to it */
};

struct listing {
    struct entry *entry;
    size_t n, cap;
    uint64_t sum;
};

static bool list_entry(const char *path, const char *name, void *arg)
{
    struct listing *list = arg;
    struct stat st;

    if (strlen(name) != FT_SHA256_HEX || lstat(path, &st) < 0)
        return true;
    list->entry = ft_grow(list->entry, list->n, &list->cap,
                          sizeof(*list->entry));
    list->entry[list->n++] = (struct entry){
        .path = ft_strdup(path),
        .used = st.st_mtim,
        .size = (uint64_t)st.st_size,
        .in_use = st.st_nlink > 1,
    };
    list->sum += (uint64_t)st.st_size;
    return true;
}

static bool list_shard(const char *path, const char *name, void *arg)
{
    (void)name;
    each_entry(path, list_entry, arg);
    return true;
}

static int by_use(const void *a, const void *b)
{
    const struct timespec *x = &((const struct entry *)a)->used;
    const struct timespec *y = &((const struct entry *)b)->used;

    return x->tv_sec != y->tv_sec
               ? (x->tv_sec > y->tv_sec) - (x->tv_sec < y->tv_sec)
               : (x->tv_nsec > y->tv_nsec) - (x->tv_nsec < y->tv_nsec);
}

void agent_cache_make_room(const struct agent *agent, double need_bytes)
{
    double most = agent->file.cache_bytes - need_bytes;
    char *cache = ft_path_join(agent->file.root, "cache");
    struct listing list = { 0 };

    each_entry(cache, list_shard, &list);
    if (list.n)
        qsort(list.entry, list.n, sizeof(*list.entry), by_use);
    for (size_t i = 0; i < list.n; i++) {
        const struct entry *e = &list.entry[i];

        if ((double)list.sum > most && !e->in_use && unlink(e->path) == 0)
            list.sum -= e->size;
        free(e->path);
    }
    free(list.entry);
    free(cache);
}

/* --- use ------------------------------------------------------------------ */

int agent_cache_use(const char *path, const char *to, bool runs,
                    struct ft_err *err)
{
    char *dir = ft_path_dir(to);
    int rc = ft_path_mkdirs(dir, 0700, err);

    free(dir);
    touch(path);
    if (rc < 0)
        return -1;
    if (!runs)
        return link(path, to) < 0 && errno != EEXIST
                   ? ft_err_sys(err, "cannot link '%s' to '%s'", path, to) : 0;
    /* A mode of its own needs a file of its own. */
    rc = ft_file_copy(path, to, err);
    if (rc == 0 && chmod(to, 0700) < 0)
        rc = ft_err_sys(err, "cannot make '%s' executable", to);
    return rc;
}

void agent_cache_adopt(const struct agent *agent, const char *from,
                       const char *sha256)
{
    char *shard = shard_of(agent, sha256);
    char *path = agent_cache_path(agent, sha256);

    if (ft_path_mkdirs(shard, 0700, NULL) == 0 && chmod(from, 0440) == 0 &&
        link(from, path) == 0)
        touch(path);
    free(path);
    free(shard);
}

/* --- what agents have left that were killed ------------------------------- */

static bool sweep_part(const char *path, const char *name, void *arg)
{
    (void)arg;
    if (ft_ends_with(name, PART) && age_s(path) > LEFT_S)
        (void)unlink(path);
    return true;
}

static bool sweep_shard(const char *path, const char *name, void *arg)
{
    (void)name;
    each_entry(path, sweep_part, arg);
    return true;
}

static bool sweep_old(const char *path, const char *name, void *arg)
{
    (void)name;
    (void)arg;
    if (age_s(path) > LEFT_S)
        (void)ft_path_remove(path, NULL);
    return true;
}

static bool sweep_run(const char *path, const char *name, void *arg)
{
    (void)name;
    each_entry(path, sweep_old, arg);
    (void)rmdir(path); /* when it is empty */
    return true;
}

void agent_sweep(const struct agent *agent)
{
    static const struct {
        const char *name;
        bool (*each)(const char *path, const char *name, void *arg);
    } place[] = {
        { "cache", sweep_shard }, { "runs", sweep_run }, { "jobs", sweep_old },
    };

    for (size_t i = 0; i < FT_ARRAY_LEN(place); i++) {
        char *dir = ft_path_join(agent->file.root, place[i].name);

        each_entry(dir, place[i].each, NULL);
        free(dir);
    }
}

/* Its directory shows that it is in use. */
void agent_touch_rooms(const struct agent *agent)
{
    for (size_t i = 0; i < agent->n; i++)
        if (agent->task[i]->room)
            touch(agent->task[i]->room);
}

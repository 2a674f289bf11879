/* fetch.c - what an attempt starts with, where the files of the run are not
 * seen
 *
 *   asking for the parcel --> one file after another --> its directory is whole
 *
 * A file that is in the cache and has its digest is not moved.  Everything that
 * names a path of home's, task.json and the command, names the one here then.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "adapters/agent/agent.h"
#include "adapters/home/parcel.h"
#include "adapters/link/proof.h"
#include "adapters/link/pull.h"
#include "base/alloc.h"
#include "base/clock.h"
#include "base/dirs.h"
#include "base/err.h"
#include "base/json.h"
#include "base/path.h"

#define NS_PER_S 1e9
#define TRIES_MAX 3
#define WAIT_S 0.5   /* between looks at what somebody else fetches */
#define TELL_S 2.0   /* between words on how far it is */
#define FILE_MODE 0440

struct fetch {
    struct agent *agent;
    struct task *task;
    struct json_object *parcel; /* or NULL: not here yet */
    size_t i;                   /* of its files */
    struct ft_pull *pull;
    char *sha256, *part; /* of the one that is pulled */
    bool other;     /* it is not what home has, but has the same content */
    bool no_other;  /* that was no use */
    int tries;
    int64_t begin_ns, look_ns, tell_ns;
    uint64_t came, all;
};

static void step(struct fetch *f);

/* --- the directory -------------------------------------------------------- */

/* ROOT/runs/RUN/NAME, or NULL when these cannot be names. */
static char *room_of(const struct agent *agent, const struct ft_attempt *a)
{
    size_t len = strcspn(a->tag_text, "/");
    const char *name = ft_path_base(a->dir);

    if (!len || a->tag_text[0] == '.' || !*name || name[0] == '.')
        return NULL;
    return ft_asprintf("%s/runs/%.*s/%s", agent->file.root, (int)len,
                       a->tag_text, name);
}

/* It must not be there: a job that the site starts again does not work where
 * the first one may still do. */
static int make_room(struct fetch *f, struct ft_err *err)
{
    struct task *task = f->task;
    char *room = room_of(f->agent, task->attempt);
    char *above = room ? ft_path_dir(room) : NULL;
    int rc = -1;

    if (!room)
        ft_err_set(err, FT_EFORMAT, "'%s' cannot be the directory of an "
                   "attempt", task->attempt->dir);
    else if (ft_path_mkdirs(above, 0700, err) == 0 && mkdir(room, 0700) == 0)
        rc = 0;
    else if (room && errno == EEXIST)
        ft_err_set(err, FT_EEXIST, "was begun before: the site has started "
                   "its job again, on %s", f->agent->host);
    else
        ft_err_sys(err, "cannot make the directory '%s'", room);
    if (rc == 0) {
        task->room = room;
        room = NULL;
    }
    free(above);
    free(room);
    return rc;
}

/* --- the end -------------------------------------------------------------- */

static int write_task(const struct fetch *f, struct ft_err *err)
{
    struct json_object *task = ft_json_or_null(f->parcel, "task_file");
    char *path = ft_path_join(f->task->room, FT_TASK_FILE);
    int rc = ft_json_write(task, path, 0600, ft_file_put, err);

    free(path);
    return rc;
}

static void collect_names(const struct fetch *f, struct names *names)
{
    const char *restart = ft_json_str_or(f->parcel, "restart", NULL);
    struct json_object *files = ft_json_or_null(f->parcel, "files");
    const char *room = f->task->room;

    agent_names_add(names, f->task->attempt->dir, ft_strdup(room));
    if (restart)
        agent_names_add(names, restart, ft_path_join(room, FT_PARCEL_RESTART));
    for (size_t i = 0; i < json_object_array_length(files); i++) {
        struct json_object *file = json_object_array_get_idx(files, i);
        const char *program = ft_json_str_or(file, "program", NULL);

        agent_names_add(names, ft_json_str_or(file, "path", ""),
                   program ? ft_dirs_program(program)
                           : ft_path_join(room,
                                          ft_json_str_or(file, "name", "")));
    }
    agent_names_sort(names);
}

/* All is here. */
static int settle_in(struct fetch *f, struct ft_err *err)
{
    struct ft_attempt *a = f->task->attempt;
    struct names names = { 0 };
    int rc;

    collect_names(f, &names);
    agent_names_list(&names, &a->argv);
    agent_names_list(&names, &a->env);
    agent_names_task(&names, ft_json_or_null(f->parcel, "task_file"));
    agent_names_release(&names);
    free((char *)a->dir);
    a->dir = ft_strdup(f->task->room);
    rc = write_task(f, err);
    if (rc == 0)
        f->task->fetched = true;
    return rc;
}

static void fail(struct fetch *f, enum ft_outcome outcome, const char *reason)
{
    agent_end_unstarted(f->agent, f->task, outcome, reason);
}

/* --- one file ------------------------------------------------------------- */

static struct json_object *file_at(const struct fetch *f)
{
    return json_object_array_get_idx(ft_json_or_null(f->parcel, "files"),
                                     f->i);
}

static struct json_object *line_of(const struct fetch *f, const char *key)
{
    struct json_object *obj = json_object_new_object();

    ft_json_add_int(obj, key, (int64_t)f->task->attempt->tag);
    return obj;
}

static void want(uint64_t offset, size_t size, void *arg)
{
    struct fetch *f = arg;
    struct json_object *obj = line_of(f, "of");

    ft_json_add_str(obj, "want", f->sha256);
    ft_json_add_int(obj, "offset", (int64_t)offset);
    ft_json_add_int(obj, "size", (int64_t)size);
    agent_say(f->agent, obj);
}

static void tell_moved(const struct fetch *f)
{
    struct json_object *obj = line_of(f, "of");

    ft_json_add_str(obj, "moved", f->sha256);
    ft_json_add_int(obj, "came", (int64_t)ft_pull_came(f->pull));
    ft_json_add_num(obj, "seconds",
                    (double)(ft_clock_mono_ns() - f->begin_ns) / NS_PER_S);
    agent_say(f->agent, obj);
}

static void drop_pull(struct fetch *f)
{
    ft_pull_free(f->pull);
    f->pull = NULL;
    free(f->sha256);
    free(f->part);
    f->sha256 = f->part = NULL;
}

/* Into the directory. */
static int use(struct fetch *f, struct ft_err *err)
{
    struct json_object *file = file_at(f);
    char *path = agent_cache_path(f->agent, f->sha256);
    char *to = ft_path_join(f->task->room, ft_json_str_or(file, "name", ""));
    int rc = agent_cache_use(path, to, ft_json_bool_or(file, "runs", false),
                             err);

    free(to);
    free(path);
    return rc;
}

/* Once more, when that may help: after room was made on the disk, after
 * somebody else took the part, with home's own file. */
static void try_again(struct fetch *f, const struct ft_err *err)
{
    if (f->other) {
        char *path = agent_cache_path(f->agent, f->sha256);

        (void)unlink(path); /* it is not what its name says */
        free(path);
        f->no_other = true;
    } else if (err->code == FT_ENOSPC) {
        agent_cache_make_room(f->agent, f->agent->file.cache_bytes);
    }
    drop_pull(f);
    if (++f->tries < TRIES_MAX) {
        step(f);
        return;
    }
    agent_end_unstarted(f->agent, f->task, FT_OUT_NODE_FAIL, err->msg);
}

static void on_pulled(const struct ft_err *err, void *arg)
{
    struct fetch *f = arg;
    struct ft_err own;

    f->came += ft_pull_came(f->pull);
    if (!err && use(f, &own) < 0)
        err = &own; /* removed, or changed, in this moment */
    if (err) {
        try_again(f, err);
        return;
    }
    tell_moved(f);
    drop_pull(f);
    f->i++;
    f->tries = 0;
    f->no_other = false;
    step(f);
}

/* What the site has under another digest will do as well, when it has the same
 * content: a result as it was written here, say. */
static void choose(struct fetch *f, struct json_object *file, uint64_t *size)
{
    const char *sha256 = ft_json_str_or(file, "sha256", "");
    struct json_object *others = ft_json_or_null(file, "or");
    char *path = agent_cache_path(f->agent, sha256);
    struct stat st;

    f->other = false;
    f->sha256 = ft_strdup(sha256);
    *size = (uint64_t)ft_json_int_or(file, "size", 0);
    if (!f->no_other && !ft_path_exists(path) &&
        json_object_is_type(others, json_type_array)) {
        for (size_t i = 0; i < json_object_array_length(others); i++) {
            const char *other = ft_json_at_or(others, i, "");
            char *at = agent_cache_path(f->agent, other);

            if (!f->other && ft_nonce_valid(other) && stat(at, &st) == 0) {
                free(f->sha256);
                f->sha256 = ft_strdup(other);
                f->other = true;
                *size = (uint64_t)st.st_size;
            }
            free(at);
        }
    }
    free(path);
}

static bool is_cached(const struct fetch *f)
{
    char *path = agent_cache_path(f->agent, f->sha256);
    bool cached = ft_path_exists(path);

    free(path);
    return cached;
}

static void begin_pull(struct fetch *f, uint64_t size)
{
    struct ft_pull_events events = { want, on_pulled, f };
    char *path = agent_cache_path(f->agent, f->sha256);

    if (!is_cached(f))
        agent_cache_make_room(f->agent, (double)size);
    f->begin_ns = ft_clock_mono_ns();
    f->pull = ft_pull_new(&f->agent->loop,
                          &(struct ft_pull_file){ path, f->part, f->sha256,
                                                  size, FILE_MODE },
                          &events);
    free(path);
}

static bool is_sound(struct json_object *file)
{
    const char *name = ft_json_str_or(file, "name", "");

    return ft_starts_with(name, "in/") && ft_path_is_below(name) &&
           ft_nonce_valid(ft_json_str_or(file, "sha256", "")) &&
           ft_json_int_or(file, "size", -1) >= 0;
}

/* Begin with file 'i', or find that somebody else is at it. */
static void fetch_one(struct fetch *f)
{
    struct json_object *file = file_at(f);
    struct ft_err err;
    uint64_t size;
    bool wait = false;

    if (!is_sound(file)) {
        fail(f, FT_OUT_NODE_FAIL, "home named a file that cannot be one");
        return;
    }
    choose(f, file, &size);
    f->part = ft_asprintf("%s/cache/%.2s/%s.%.16s-%" PRIu64 ".part",
                          f->agent->file.root, f->sha256, f->sha256,
                          agent_id(f->agent), f->task->attempt->tag);
    if (!is_cached(f) &&
        agent_cache_claim(f->agent, f->sha256, f->part, &wait, &err) < 0) {
        try_again(f, &err);
    } else if (wait) {
        drop_pull(f);
        f->look_ns = ft_clock_mono_ns() + (int64_t)(WAIT_S * NS_PER_S);
    } else {
        begin_pull(f, size);
    }
}

static void step(struct fetch *f)
{
    struct json_object *files = ft_json_or_null(f->parcel, "files");
    struct ft_err err;

    while (f->i < json_object_array_length(files) &&
           ft_json_str_or(file_at(f), "program", NULL))
        f->i++;
    if (f->i < json_object_array_length(files))
        fetch_one(f);
    else if (settle_in(f, &err) < 0)
        fail(f, FT_OUT_NODE_FAIL, err.msg);
    else
        agent_start_some(f->agent);
}

/* --- for the rest of the agent -------------------------------------------- */

static void ask(struct fetch *f)
{
    agent_say(f->agent, line_of(f, "parcel"));
}

void agent_fetch(struct agent *agent, struct task *task)
{
    struct fetch *f = task->fetch = ft_calloc(1, sizeof(*f));

    f->agent = agent;
    f->task = task;
    ask(f);
}

void agent_fetch_again(struct task *task)
{
    if (task->fetch && !task->fetched)
        ask(task->fetch);
}

static bool is_parcel(struct json_object *obj)
{
    return json_object_is_type(ft_json_or_null(obj, "files"),
                               json_type_array) &&
           json_object_is_type(ft_json_or_null(obj, "task_file"),
                               json_type_object);
}

void agent_fetch_parcel(struct task *task, struct json_object *obj)
{
    struct fetch *f = task->fetch;
    const char *error = ft_json_str_or(obj, "error", NULL);
    struct ft_err err;

    if (!f || task->fetched)
        return;
    if (f->parcel) { /* home is back */
        if (f->pull)
            ft_pull_again(f->pull);
        return;
    }
    if (error || !is_parcel(obj)) {
        fail(f, FT_OUT_ERROR, error ? error : "home sent no parcel");
        return;
    }
    if (make_room(f, &err) < 0) {
        fail(f, FT_OUT_NODE_FAIL, err.msg);
        return;
    }
    f->parcel = json_object_get(obj);
    f->all = ft_pull_sum(ft_json_or_null(obj, "files"));
    step(f);
}

static bool is_awaited(const struct task *task, struct json_object *obj)
{
    return task->fetch && task->fetch->pull &&
           strcmp(task->fetch->sha256, ft_json_str_or(obj, "chunk", "")) == 0;
}

void agent_fetch_chunk(struct task *task, struct json_object *obj,
                       const void *bytes, size_t len)
{
    if (is_awaited(task, obj))
        ft_pull_chunk(task->fetch->pull,
                      (uint64_t)ft_json_int_or(obj, "offset", 0), bytes, len);
}

void agent_fetch_no_chunk(struct task *task, struct json_object *obj)
{
    struct ft_err err;

    if (!is_awaited(task, obj))
        return;
    ft_err_set(&err, FT_EIO, "home cannot read an input: %s",
               ft_json_str_or(obj, "error", "?"));
    try_again(task->fetch, &err);
}

static void tell_moving(struct fetch *f, int64_t now)
{
    struct json_object *obj;

    if (!f->pull || now < f->tell_ns)
        return;
    f->tell_ns = now + (int64_t)(TELL_S * NS_PER_S);
    obj = line_of(f, "moving");
    ft_json_add_int(obj, "done",
                    (int64_t)(f->came + ft_pull_came(f->pull)));
    ft_json_add_int(obj, "all", (int64_t)f->all);
    agent_say(f->agent, obj);
}

void agent_fetch_tick(struct task *task)
{
    struct fetch *f = task->fetch;
    int64_t now = ft_clock_mono_ns();

    if (!f || !f->parcel || task->fetched)
        return;
    tell_moving(f, now);
    if (f->look_ns && now >= f->look_ns) {
        f->look_ns = 0;
        step(f);
    }
}

double agent_fetch_bytes(const struct task *task)
{
    return task->fetch ? (double)task->fetch->came : 0;
}

void agent_fetch_free(struct task *task)
{
    struct fetch *f = task->fetch;

    if (!f)
        return;
    if (f->pull)
        agent_cache_leave(f->part);
    drop_pull(f);
    json_object_put(f->parcel);
    free(f);
    task->fetch = NULL;
}

/* local_pool.c - programs that stay alive between the tasks of one kind */
#include "adapters/local/local_pool.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <uv.h>

#include "adapters/local/local_session.h"
#include "adapters/local/local_spawn.h"
#include "base/alloc.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/path.h"
#include "base/str.h"
#include "base/words.h"
#include "run/adapter.h"

#define NS_PER_S INT64_C(1000000000)
#define TICK_MS 500
#define IDLE_MAX_S 30       /* then a pool is let go */
#define LEAVE_MAX_S 5       /* after its input was closed */
#define STUBBORN_S 30       /* then a session that does not end is left alone */
#define CLOSE_WAIT_MS 3000  /* at the end of the run */
#define CLOSE_STEP_MS 5
#define KINDS_MAX 64        /* programs, rank counts, environments */
#define TASKS_MAX 1000      /* then a fresh process is safer */
#define GROWTH_MAX 2.0      /* idle memory, relative to after the first task */
#define GROWTH_FREE (64 << 20) /* bytes on top that do not matter */
#define LOSSES_FREE 3       /* a kind that loses more, and more than a tenth */
#define LOSSES_SHARE 10     /* of its tasks, is not worth it */
#define LINE_BYTES_MAX 16384
#define READ_BYTES 4096

/* What can share a pool: the same program with the same ranks and environment.
 */
struct kind {
    char *key;
    size_t n_seen;  /* attempts */
    size_t more;    /* that are likely to follow the last one */
    size_t n_done, n_lost;
};

struct ft_pool {
    struct ft_pools *pools;
    struct kind *kind;
    int number, ranks;
    pid_t pid;
    int in, out;      /* ours; in -1: it was told to end */
    uv_poll_t readable;
    struct ft_str text; /* answers, as far as read */
    char *dir;        /* of the task that it works on; NULL: idle */
    uint64_t tag;
    bool doomed;
    size_t n_done;
    double first_rss_bytes, rss_bytes; /* when idle; 0: not known */
    int64_t since_ns; /* idle, told to end, or exited */
    bool exited;
    int status;
};

struct ft_pools {
    const struct ft_site *site;
    uv_loop_t *loop;
    struct ft_pool_events events;
    int ranks_max; /* of all pools together */
    struct kind *kind[KINDS_MAX];
    size_t n_kinds;
    struct ft_pool **pool;
    size_t n, cap;
    int last_number;
    uv_timer_t tick;
};

/* --- kinds ---------------------------------------------------------------- */

/* The stage's name alone makes no kind: a program that serves does not look
 * at it. */
static bool is_common(const char *variable)
{
    return !ft_starts_with(variable, "FEDTWIN_STAGE=");
}

static char *key_of(const struct ft_attempt *a)
{
    struct ft_str key = FT_STR_INIT;
    struct stat st;

    if (stat(a->argv[0], &st) < 0)
        return NULL;
    ft_str_addf(&key, "%s\n%ju %ju %jd.%09ld %jd\n%d %d\n", a->argv[0],
                (uintmax_t)st.st_dev, (uintmax_t)st.st_ino,
                (intmax_t)st.st_mtim.tv_sec, st.st_mtim.tv_nsec,
                (intmax_t)st.st_size, a->resources.ranks,
                a->resources.threads);
    for (size_t i = 0; a->env && a->env[i]; i++)
        if (is_common(a->env[i]))
            ft_str_addf(&key, "%s\n", a->env[i]);
    for (size_t i = 0; i < a->n_modules; i++)
        ft_str_addf(&key, "+ %s\n", a->modules[i]);
    return ft_str_take(&key);
}

/* NULL: there is no such program, or there are too many kinds. */
static struct kind *kind_of(struct ft_pools *ps, const struct ft_attempt *a)
{
    char *key = key_of(a);
    size_t i = 0;

    if (!key)
        return NULL;
    while (i < ps->n_kinds && strcmp(ps->kind[i]->key, key) != 0)
        i++;
    if (i == KINDS_MAX || i < ps->n_kinds) {
        free(key);
        return i == KINDS_MAX ? NULL : ps->kind[i];
    }
    ps->kind[i] = ft_calloc(1, sizeof(*ps->kind[i]));
    ps->kind[i]->key = key;
    ps->n_kinds++;
    return ps->kind[i];
}

static bool is_unlucky(const struct kind *kind)
{
    return kind->n_lost > LOSSES_FREE &&
           kind->n_lost > kind->n_done / LOSSES_SHARE;
}

/* --- letting go ----------------------------------------------------------- */

static bool is_idle(const struct ft_pool *pool)
{
    return !pool->dir && pool->in >= 0 && !pool->exited;
}

static void dismiss(struct ft_pool *pool)
{
    if (pool->in < 0)
        return;
    (void)close(pool->in);
    pool->in = -1;
    pool->since_ns = ft_clock_mono_ns();
}

static struct ft_pool *longest_idle(const struct ft_pools *ps)
{
    struct ft_pool *found = NULL;

    for (size_t i = 0; i < ps->n; i++)
        if (is_idle(ps->pool[i]) &&
            (!found || ps->pool[i]->since_ns < found->since_ns))
            found = ps->pool[i];
    return found;
}

void ft_pools_shrink(struct ft_pools *ps, double bytes)
{
    struct ft_pool *pool;
    double used = 0;

    for (size_t i = 0; i < ps->n; i++)
        if (is_idle(ps->pool[i]))
            used += ps->pool[i]->rss_bytes;
    while (used > bytes && (pool = longest_idle(ps))) {
        used -= pool->rss_bytes;
        dismiss(pool);
    }
}

/* Idle ranks sleep and take no core, but they must not become ever more. */
static bool make_room(struct ft_pools *ps, int ranks)
{
    int used = 0;

    for (size_t i = 0; i < ps->n; i++)
        used += ps->pool[i]->in >= 0 ? ps->pool[i]->ranks : 0;
    while (used && used + ranks > ps->ranks_max) {
        struct ft_pool *pool = longest_idle(ps);

        if (!pool)
            return false;
        used -= pool->ranks;
        dismiss(pool);
    }
    return true;
}

static bool has_grown(const struct ft_pool *pool)
{
    return pool->rss_bytes > GROWTH_MAX * pool->first_rss_bytes + GROWTH_FREE;
}

static bool is_worn(const struct ft_pool *pool)
{
    return pool->n_done >= TASKS_MAX || has_grown(pool) || !pool->kind->more;
}

/* --- answers -------------------------------------------------------------- */

/* Never less than 0, nor more than a counter can hold. */
static double number(struct json_object *line, const char *key)
{
    return fmin(fmax(ft_json_num_or(line, key, 0), 0), 1e15);
}

static void take_answer(struct ft_pool *pool, struct json_object *line)
{
    struct ft_pools *ps = pool->pools;
    struct ft_pool_answer answer = {
        .exit_code = (int)ft_json_int_or(line, "exit_code", 1),
        .user_s = number(line, "user_s"),
        .system_s = number(line, "system_s"),
        .peak_rss_bytes = number(line, "peak_rss_bytes"),
        .read_bytes = number(line, "read_bytes"),
        .written_bytes = number(line, "written_bytes"),
    };

    free(pool->dir);
    pool->dir = NULL;
    pool->since_ns = ft_clock_mono_ns();
    pool->rss_bytes = number(line, "rss_bytes");
    pool->kind->n_done++;
    if (!pool->n_done++)
        pool->first_rss_bytes = pool->rss_bytes;
    if (ft_json_bool_or(line, "last", false) || is_worn(pool))
        dismiss(pool);
    ps->events.answered(pool->tag, &answer, ps->events.arg);
}

/* Anything but the answer is not for us: a library may say something. */
static void take_line(struct ft_pool *pool, const char *text, size_t len)
{
    struct json_object *line;
    const char *dir;

    if (!len || text[0] != '{' || !pool->dir || pool->doomed)
        return;
    line = ft_json_parse(text, len, "the answer", NULL);
    dir = line ? ft_json_str_or(line, "dir", "") : "";
    if (strcmp(dir, pool->dir) == 0)
        take_answer(pool, line);
    json_object_put(line);
}

static void take_lines(struct ft_pool *pool)
{
    size_t done = 0, len;
    const char *end;

    while ((end = memchr(pool->text.s + done, '\n', pool->text.len - done))) {
        len = (size_t)(end - pool->text.s) - done;
        take_line(pool, pool->text.s + done, len);
        done += len + 1;
    }
    len = pool->text.len - done;
    if (len > LINE_BYTES_MAX) { /* no answer is that long */
        done += len;
        len = 0;
    }
    memmove(pool->text.s, pool->text.s + done, len);
    ft_str_cut(&pool->text, len);
}

/* Read what there is; at the end of it there will be no more. */
static void read_answers(struct ft_pool *pool)
{
    char part[READ_BYTES];
    ssize_t got;

    while ((got = read(pool->out, part, sizeof(part))) > 0) {
        ft_str_addn(&pool->text, part, (size_t)got);
        take_lines(pool);
    }
    if (got == 0 || errno != EAGAIN)
        (void)uv_poll_stop(&pool->readable);
}

static void on_readable(uv_poll_t *handle, int status, int events)
{
    (void)status;
    (void)events;
    read_answers(handle->data);
}

/* --- ends ----------------------------------------------------------------- */

static void on_pool_closed(uv_handle_t *handle)
{
    struct ft_pool *pool = handle->data;

    (void)close(pool->out);
    ft_str_release(&pool->text);
    free(pool->dir);
    free(pool);
}

static void release(struct ft_pool *pool)
{
    if (pool->in >= 0)
        (void)close(pool->in);
    pool->in = -1;
    (void)uv_poll_stop(&pool->readable);
    uv_close((uv_handle_t *)&pool->readable, on_pool_closed);
}

static char *how_it_ended(const struct ft_pool *pool)
{
    if (WIFSIGNALED(pool->status))
        return ft_asprintf("pool %d ended by signal %d (%s)", pool->number,
                           WTERMSIG(pool->status),
                           strsignal(WTERMSIG(pool->status)));
    return ft_asprintf("pool %d ended with exit status %d", pool->number,
                       WEXITSTATUS(pool->status));
}

static void gone(struct ft_pools *ps, size_t at)
{
    struct ft_pool *pool = ps->pool[at];
    char *how = how_it_ended(pool);
    uint64_t tag = pool->tag;
    bool lost = pool->dir;

    ps->pool[at] = ps->pool[--ps->n];
    if (!ps->n)
        (void)uv_timer_stop(&ps->tick);
    if (lost || !pool->n_done)
        pool->kind->n_lost++;
    release(pool);
    if (lost)
        ps->events.lost(tag, how, ps->events.arg);
    free(how);
}

/* Has the leader ended, and with it, or by our hand, its whole session? */
static bool has_ended(struct ft_pool *pool, int64_t now)
{
    if (!pool->exited && waitpid(pool->pid, &pool->status, WNOHANG) ==
                             pool->pid) {
        pool->exited = true;
        pool->since_ns = now;
        read_answers(pool); /* the last one may be there still */
    }
    return pool->exited &&
           (ft_session_signal(pool->pid, SIGKILL) == 0 ||
            now - pool->since_ns > STUBBORN_S * NS_PER_S);
}

void ft_pools_reap(struct ft_pools *ps)
{
    int64_t now = ft_clock_mono_ns();

    for (size_t i = ps->n; i-- > 0;)
        if (has_ended(ps->pool[i], now))
            gone(ps, i);
}

static void on_tick(uv_timer_t *handle)
{
    struct ft_pools *ps = handle->data;
    int64_t now = ft_clock_mono_ns();

    for (size_t i = 0; i < ps->n; i++) {
        struct ft_pool *pool = ps->pool[i];

        if (is_idle(pool) && now - pool->since_ns > IDLE_MAX_S * NS_PER_S)
            dismiss(pool);
        else if (pool->in < 0 && !pool->exited &&
                 now - pool->since_ns > LEAVE_MAX_S * NS_PER_S)
            (void)ft_session_signal(pool->pid, SIGKILL);
    }
    ft_pools_reap(ps);
}

/* --- starting ------------------------------------------------------------- */

/* What the attempt has in common with those that follow it. */
static int spawn(const struct ft_pools *ps, const struct ft_attempt *like,
                 int number, int in, int out, pid_t *pid)
{
    struct ft_attempt a = *like;
    struct ft_words env = { 0 };
    char *dir = ft_path_dir(like->dir);
    char *tag = ft_asprintf("%.*s/" "pool-%d/0",
                            (int)strcspn(like->tag_text, "/"), like->tag_text,
                            number);
    int rc;

    for (size_t i = 0; like->env && like->env[i]; i++)
        if (is_common(like->env[i]))
            ft_words_add(&env, ft_strdup(like->env[i]));
    a.dir = dir;
    a.tag_text = tag;
    a.env = env.item;
    rc = ft_local_spawn_serving(ps->site, &a, in, out, pid);
    ft_words_free(env.item);
    free(tag);
    free(dir);
    return rc;
}

static struct ft_pool *make(struct ft_pools *ps, struct kind *kind,
                            int ranks, pid_t pid, int in, int out)
{
    struct ft_pool *pool = ft_calloc(1, sizeof(*pool));

    *pool = (struct ft_pool){ .pools = ps, .kind = kind, .ranks = ranks,
                              .number = ps->last_number, .pid = pid,
                              .in = in, .out = out, .text = FT_STR_INIT };
    if (uv_poll_init(ps->loop, &pool->readable, out) < 0)
        FT_BUG("the answers of a pool cannot be watched");
    pool->readable.data = pool;
    (void)uv_poll_start(&pool->readable, UV_READABLE, on_readable);
    ps->pool = ft_grow(ps->pool, ps->n, &ps->cap, sizeof(*ps->pool));
    ps->pool[ps->n++] = pool;
    if (ps->n == 1)
        (void)uv_timer_start(&ps->tick, on_tick, TICK_MS, TICK_MS);
    return pool;
}

static void close_both(const int fd[2])
{
    for (int i = 0; i < 2; i++)
        if (fd[i] >= 0)
            (void)close(fd[i]);
}

/* NULL: not now; the attempt itself will find out why. */
static struct ft_pool *start(struct ft_pools *ps, struct kind *kind,
                             const struct ft_attempt *a)
{
    int to[2] = { -1, -1 }, from[2] = { -1, -1 };
    int ranks = a->resources.ranks ? a->resources.ranks : 1;
    pid_t pid;

    if (!make_room(ps, ranks))
        return NULL;
    if (pipe2(to, O_CLOEXEC) < 0 || pipe2(from, O_CLOEXEC) < 0 ||
        spawn(ps, a, ps->last_number + 1, to[0], from[1], &pid)) {
        close_both(to);
        close_both(from);
        return NULL;
    }
    ps->last_number++;
    (void)close(to[0]);
    (void)close(from[1]);
    (void)fcntl(to[1], F_SETFL, O_NONBLOCK);
    (void)fcntl(from[0], F_SETFL, O_NONBLOCK);
    return make(ps, kind, ranks, pid, to[1], from[0]);
}

/* --- giving --------------------------------------------------------------- */

static struct ft_pool *find_idle(const struct ft_pools *ps,
                                 const struct kind *kind)
{
    for (size_t i = 0; i < ps->n; i++)
        if (ps->pool[i]->kind == kind && is_idle(ps->pool[i]))
            return ps->pool[i];
    return NULL;
}

/* The line fits into the empty pipe as a whole.  False: nobody reads. */
static bool hand_over(struct ft_pool *pool, const struct ft_attempt *a)
{
    char *line = ft_asprintf("%s\n", a->dir);
    size_t len = strlen(line);
    bool ok = write(pool->in, line, len) == (ssize_t)len;

    free(line);
    if (!ok) {
        dismiss(pool);
        return false;
    }
    pool->dir = ft_strdup(a->dir);
    pool->tag = a->tag;
    return true;
}

struct ft_pool *ft_pools_give(struct ft_pools *ps, const struct ft_attempt *a)
{
    struct kind *kind;
    struct ft_pool *pool;

    if (!a->serve || a->alone || a->argv[1] || strchr(a->dir, '\n'))
        return NULL;
    kind = kind_of(ps, a);
    if (!kind || is_unlucky(kind))
        return NULL;
    kind->more = a->more;
    while ((pool = find_idle(ps, kind)))
        if (hand_over(pool, a))
            return pool;
    if (kind->n_seen++ || kind->more)
        pool = start(ps, kind, a);
    return pool && hand_over(pool, a) ? pool : NULL;
}

int ft_pool_number(const struct ft_pool *pool)
{
    return pool->number;
}

pid_t ft_pool_session(const struct ft_pool *pool)
{
    return pool->pid;
}

void ft_pool_doom(struct ft_pool *pool)
{
    pool->doomed = true;
}

/* --- beginning and end ---------------------------------------------------- */

struct ft_pools *ft_pools_new(const struct ft_site *site,
                              struct uv_loop_s *loop, int slots,
                              const struct ft_pool_events *events)
{
    struct ft_pools *ps = ft_calloc(1, sizeof(*ps));

    ps->site = site;
    ps->loop = loop;
    ps->events = *events;
    ps->ranks_max = 2 * slots;
    (void)uv_timer_init(loop, &ps->tick);
    ps->tick.data = ps;
    return ps;
}

static void on_closed(uv_handle_t *handle)
{
    struct ft_pools *ps = handle->data;

    for (size_t i = 0; i < ps->n_kinds; i++) {
        free(ps->kind[i]->key);
        free(ps->kind[i]);
    }
    free(ps->pool);
    free(ps);
}

/* Those that work on something are not asked. */
static void end_all(struct ft_pools *ps)
{
    for (size_t i = 0; i < ps->n; i++) {
        if (ps->pool[i]->dir)
            (void)ft_session_signal(ps->pool[i]->pid, SIGKILL);
        free(ps->pool[i]->dir);
        ps->pool[i]->dir = NULL;
        dismiss(ps->pool[i]);
    }
}

void ft_pools_close(struct ft_pools *ps)
{
    int left_ms = CLOSE_WAIT_MS;

    if (!ps)
        return;
    end_all(ps);
    for (ft_pools_reap(ps); ps->n && left_ms > 0; ft_pools_reap(ps)) {
        (void)usleep(CLOSE_STEP_MS * 1000);
        left_ms -= CLOSE_STEP_MS;
    }
    while (ps->n) {
        struct ft_pool *pool = ps->pool[--ps->n];

        (void)ft_session_signal(pool->pid, SIGKILL);
        if (!pool->exited)
            (void)waitpid(pool->pid, NULL, 0);
        release(pool);
    }
    uv_close((uv_handle_t *)&ps->tick, on_closed);
}

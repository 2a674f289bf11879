/* local_spawn.c - start one attempt as a session of its own
 *
 * posix_spawn() does not copy the engine's memory, so that starting costs the
 * same for ten tasks in memory and for ten million.
 */
#include "adapters/local/local_spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "adapters/local/local_modules.h"
#include "base/alloc.h"
#include "base/path.h"
#include "base/str.h"
#include "base/words.h"
#include "run/adapter.h"

#define PROGRESS_FD 3
#define ALIVE_FD 4 /* nobody writes to it: it is there to be closed */
#define LOCK_FD 5  /* standard output once more, for the lock on it */

extern char **environ;

/* Understood by Open MPI 4.1 and 5.0 alike. */
static const char *const launcher[] = {
    "mpirun", "-n", "{ranks}", "--map-by", ":OVERSUBSCRIBE", "--bind-to",
    "none",
};

#define YIELD "OMPI_MCA_mpi_yield_when_idle"

/* What mpirun wants to see before it runs as root; the second pair is what
 * Open MPI 5's launcher asks for. */
static const char *const root_env[] = {
    "OMPI_ALLOW_RUN_AS_ROOT=1",
    "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1",
    "PRTE_ALLOW_RUN_AS_ROOT=1",
    "PRTE_ALLOW_RUN_AS_ROOT_CONFIRM=1",
};

/* --- arguments ------------------------------------------------------------ */

static char *replace(char *word, const char *name, int value)
{
    const char *at = strstr(word, name);
    char *text;

    if (!at)
        return word;
    text = ft_asprintf("%.*s%d%s", (int)(at - word), word, value,
                       at + strlen(name));
    free(word);
    return text;
}

/* As many nodes of the job as its ranks need, when it does not say. */
static int nodes_for(const struct ft_site *site, const struct ft_attempt *a,
                     int ranks)
{
    int threads = a->resources.threads ? a->resources.threads : 1;
    int per_node = site->nodes > 1 ? site->slots / site->nodes : 0;
    long cores = (long)ranks * threads;
    long nodes = per_node > 0 ? (cores + per_node - 1) / per_node : 1;

    if (a->resources.nodes)
        return a->resources.nodes;
    return nodes > site->nodes && site->nodes ? site->nodes : (int)nodes;
}

static void make_argv(const struct ft_site *site, const struct ft_attempt *a,
                      struct ft_words *argv)
{
    bool own = site && site->n_mpirun;
    size_t n = own ? site->n_mpirun : FT_ARRAY_LEN(launcher);
    int ranks = a->resources.ranks ? a->resources.ranks : 1;

    ft_local_modules_add(site, a, argv);
    for (size_t i = 0; a->mpi && i < n; i++) {
        char *word = ft_strdup(own ? site->mpirun[i] : launcher[i]);

        word = replace(word, "{ranks}", ranks);
        if (own)
            word = replace(word, "{nodes}", nodes_for(site, a, ranks));
        ft_words_add(argv, word);
    }
    for (size_t i = 0; a->argv[i]; i++)
        ft_words_add(argv, ft_strdup(a->argv[i]));
}

/* --- environment ---------------------------------------------------------- */

static bool same_name(const char *a, const char *b)
{
    while (*a == *b && *a != '=' && *a)
        a++, b++;
    return *a == '=' && *b == '=';
}

static bool is_set(char *const *env, const char *text)
{
    for (size_t i = 0; env && env[i]; i++)
        if (same_name(env[i], text))
            return true;
    return false;
}

static void add_own(struct ft_words *env, const struct ft_attempt *a)
{
    ft_words_add(env, ft_asprintf("FEDTWIN_TAG=%s", a->tag_text));
    /* Launchers pass no further descriptors to the ranks. */
    if (!a->mpi)
        ft_words_add(env, ft_asprintf("FEDTWIN_PROGRESS_FD=%d", PROGRESS_FD));
    if (!is_set(a->env, "OMP_NUM_THREADS="))
        ft_words_add(env, ft_asprintf("OMP_NUM_THREADS=%d",
                             a->resources.threads ? a->resources.threads
                                                  : 1));
    if (a->mpi) { /* Open MPI 4 then leaves the last word to the program */
        ft_words_add(env, ft_strdup("OMPI_MCA_orte_execute_quiet=1"));
        /* Ranks that wait leave their cores to those that work, and to us. */
        if (!is_set(a->env, YIELD "=") && !getenv(YIELD))
            ft_words_add(env, ft_strdup(YIELD "=1"));
    }
    for (size_t i = 0; a->mpi && !geteuid() && i < FT_ARRAY_LEN(root_env);
         i++)
        ft_words_add(env, ft_strdup(root_env[i]));
    for (size_t i = 0; a->env && a->env[i]; i++)
        ft_words_add(env, ft_strdup(a->env[i]));
}

/* Ours, then what we were given ourselves and nobody replaced.  A descriptor
 * number from an enclosing task must not reach this one. */
static char **make_env(const struct ft_words *own)
{
    size_t n = 0, count = 0;
    char **env;

    while (environ[n])
        n++;
    env = ft_calloc(own->n + n + 1, sizeof(*env));
    for (; count < own->n; count++)
        env[count] = own->item[count];
    for (size_t i = 0; i < n; i++)
        if (!is_set(own->item, environ[i]) &&
            !same_name("FEDTWIN_PROGRESS_FD=", environ[i]))
            env[count++] = environ[i];
    return env;
}

/* --- start ---------------------------------------------------------------- */

static int open_stream(posix_spawn_file_actions_t *actions, const char *name,
                       int fd)
{
    return posix_spawn_file_actions_addopen(actions, fd, name,
                                            O_WRONLY | O_CREAT | O_APPEND,
                                            0640);
}

/* Standard output with a lock that lasts as long as anybody has it open: so
 * another user, who may not look into these processes, sees that there are some
 * (run/control/alive.h).  Where there are no locks it does without. */
static int open_locked(const struct ft_attempt *a)
{
    struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
    char *path = ft_path_join(a->dir, FT_STDOUT_FILE);
    int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);

    if (fd >= 0)
        (void)fcntl(fd, F_OFD_SETLK, &lock);
    free(path);
    return fd;
}

static int add_actions(posix_spawn_file_actions_t *actions,
                       const struct ft_attempt *a, int alive_fd, int out)
{
    int rc = posix_spawn_file_actions_addopen(actions, 0, "/dev/null",
                                              O_RDONLY, 0);

    if (!rc)
        rc = posix_spawn_file_actions_addchdir_np(actions, a->dir);
    if (!rc)
        rc = posix_spawn_file_actions_adddup2(actions, out, 1);
    if (!rc)
        rc = open_stream(actions, FT_STDERR_FILE, 2);
    if (!rc)
        rc = open_stream(actions, FT_PROGRESS_FILE, PROGRESS_FD);
    if (!rc && !a->mpi)
        rc = posix_spawn_file_actions_adddup2(actions, alive_fd, ALIVE_FD);
    if (!rc && !a->mpi)
        rc = posix_spawn_file_actions_adddup2(actions, out, LOCK_FD);
    /* Whatever the engine was started with is none of the task's business. */
    if (!rc)
        rc = posix_spawn_file_actions_addclosefrom_np(
            actions, a->mpi ? PROGRESS_FD : LOCK_FD + 1);
    return rc;
}

/* What a program that serves is given; its own errors are of no task. */
static int add_serving_actions(posix_spawn_file_actions_t *actions,
                               const char *dir, int in, int out)
{
    int rc = posix_spawn_file_actions_adddup2(actions, in, 0);

    if (!rc)
        rc = posix_spawn_file_actions_adddup2(actions, out, 1);
    if (!rc)
        rc = posix_spawn_file_actions_addopen(actions, 2, "/dev/null",
                                              O_WRONLY, 0);
    if (!rc)
        rc = posix_spawn_file_actions_addclosefrom_np(actions, 3);
    if (!rc)
        rc = posix_spawn_file_actions_addchdir_np(actions, dir);
    return rc;
}

/* A new session; nothing blocked or ignored that the engine blocks or
 * ignores. */
static int set_attributes(posix_spawnattr_t *attr)
{
    static const int back[] = { SIGPIPE, SIGINT, SIGTERM, SIGHUP, SIGQUIT };
    sigset_t none, some;
    int rc;

    sigemptyset(&none);
    sigemptyset(&some);
    for (size_t i = 0; i < FT_ARRAY_LEN(back); i++)
        sigaddset(&some, back[i]);
    rc = posix_spawnattr_setsigmask(attr, &none);
    if (!rc)
        rc = posix_spawnattr_setsigdefault(attr, &some);
    if (!rc)
        rc = posix_spawnattr_setflags(attr, POSIX_SPAWN_SETSID |
                                                POSIX_SPAWN_SETSIGMASK |
                                                POSIX_SPAWN_SETSIGDEF);
    return rc;
}

/* --- programs ------------------------------------------------------------- */

void ft_local_programs_release(struct ft_local_programs *programs)
{
    for (size_t i = 0; i < programs->path.len; i++)
        free(programs->path.entry[i].value);
    ft_map_release(&programs->path);
}

static bool is_program(const char *path)
{
    struct stat st;

    return access(path, X_OK) == 0 && stat(path, &st) == 0 &&
           S_ISREG(st.st_mode);
}

/* The first of that name in PATH that may be started, or the name itself: then
 * starting it says what is wrong. */
static char *search(const char *name)
{
    const char *dirs = getenv("PATH");
    char *found = NULL;

    while (dirs && !found) {
        size_t len = strcspn(dirs, ":");

        if (len) {
            found = ft_asprintf("%.*s/%s", (int)len, dirs, name);
            if (!is_program(found)) {
                free(found);
                found = NULL;
            }
        }
        dirs = dirs[len] ? dirs + len + 1 : NULL;
    }
    return found ? found : ft_strdup(name);
}

static const char *find_program(struct ft_local_programs *programs,
                                const char *name)
{
    char *path;

    if (strchr(name, '/'))
        return name;
    path = ft_map_get(&programs->path, name);
    if (path && is_program(path))
        return path;
    free(path);
    path = search(name);
    ft_map_put(&programs->path, name, path);
    return path;
}

/* --- all of it ------------------------------------------------------------ */

struct ft_local_start {
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attr;
    char *path;
    struct ft_words argv, own;
    char **env;
    int alive[2]; /* ends for reading and writing; -1 */
    int out;      /* standard output, or -1 */
};

static void close_end(int *fd)
{
    if (*fd >= 0)
        (void)close(*fd);
    *fd = -1;
}

int ft_local_start_new(const struct ft_site *site, const struct ft_attempt *a,
                       struct ft_local_programs *programs,
                       struct ft_local_start **ret)
{
    struct ft_local_start *s = ft_calloc(1, sizeof(*s));
    int rc = 0;

    s->alive[0] = s->alive[1] = -1;
    s->out = open_locked(a);
    if (s->out < 0 ||
        (!a->mpi && pipe2(s->alive, O_CLOEXEC | O_NONBLOCK) < 0))
        rc = errno;
    make_argv(site, a, &s->argv);
    ft_words_add(&s->own, ft_asprintf("FEDTWIN_TASK=%s/" FT_TASK_FILE,
                                      a->dir));
    add_own(&s->own, a);
    s->env = make_env(&s->own);
    s->path = ft_strdup(find_program(programs, s->argv.item[0]));
    (void)posix_spawn_file_actions_init(&s->actions); /* cannot fail in glibc */
    (void)posix_spawnattr_init(&s->attr);
    if (!rc)
        rc = add_actions(&s->actions, a, s->alive[1], s->out);
    if (!rc)
        rc = set_attributes(&s->attr);
    if (rc)
        ft_local_start_free(s);
    else
        *ret = s;
    return rc;
}

int ft_local_start_go(struct ft_local_start *s, pid_t *pid)
{
    int rc = posix_spawn(pid, s->path, &s->actions, &s->attr, s->argv.item,
                         s->env);

    close_end(&s->alive[1]);
    close_end(&s->out);
    return rc;
}

const char *ft_local_start_program(const struct ft_local_start *s)
{
    return s->argv.item[0];
}

int ft_local_start_alive(struct ft_local_start *s)
{
    int fd = s->alive[0];

    s->alive[0] = -1;
    return fd;
}

void ft_local_start_free(struct ft_local_start *s)
{
    close_end(&s->alive[0]);
    close_end(&s->alive[1]);
    close_end(&s->out);
    posix_spawnattr_destroy(&s->attr);
    posix_spawn_file_actions_destroy(&s->actions);
    free(s->path);
    free(s->env);
    ft_words_free(s->own.item);
    ft_words_free(s->argv.item);
    free(s);
}

int ft_local_spawn_serving(const struct ft_site *site,
                           const struct ft_attempt *a, int in, int out,
                           pid_t *pid)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attr;
    struct ft_words argv = { 0 }, own = { 0 };
    char **env;
    int rc;

    make_argv(site, a, &argv);
    ft_words_add(&argv, ft_strdup("--serve"));
    add_own(&own, a);
    env = make_env(&own);
    (void)posix_spawn_file_actions_init(&actions);
    (void)posix_spawnattr_init(&attr);
    rc = add_serving_actions(&actions, a->dir, in, out);
    if (!rc)
        rc = set_attributes(&attr);
    if (!rc)
        rc = posix_spawnp(pid, argv.item[0], &actions, &attr, argv.item, env);
    posix_spawnattr_destroy(&attr);
    posix_spawn_file_actions_destroy(&actions);
    free(env);
    ft_words_free(own.item);
    ft_words_free(argv.item);
    return rc;
}

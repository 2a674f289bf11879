/* gmsh.c - start gmsh, follow its log, judge how it ended */
#include "mesh_gmsh/gmsh.h"
#include "mesh_gmsh/script.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define LINE_BYTES 1024
#define PATH_BYTES 4096
#define DEFAULT_PATH "/usr/local/bin:/usr/bin:/bin"

/* --- finding -------------------------------------------------------------- */

static const char *search_path(void)
{
    const char *path = getenv("PATH");

    return path && *path ? path : DEFAULT_PATH;
}

static bool is_program(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0 && S_ISREG(st.st_mode) &&
           access(path, X_OK) == 0;
}

/* The absolute path of gmsh; relative entries of PATH are passed over. */
static PetscErrorCode find_gmsh(struct stg_task *task, char found[PATH_BYTES])
{
    const char *dir = search_path();

    while (*dir) {
        int n = (int)strcspn(dir, ":");

        if (*dir == '/' &&
            snprintf(found, PATH_BYTES, "%.*s/gmsh", n, dir) < PATH_BYTES &&
            is_program(found))
            return 0;
        dir += n + (dir[n] == ':');
    }
    return stg_fail(task, "the program 'gmsh' is not on PATH; install it "
                    "(Debian package 'gmsh') where this task runs");
}

/* --- following ------------------------------------------------------------ */

struct log {
    struct stg_task *task;
    const struct options *options;
    char error[256];   /* the first one */
    char stranger[256]; /* the first file that is no input */
    int warnings;
};

/* The text behind a level such as "Error   : ", or NULL. */
static const char *after_level(const char *line, const char *level)
{
    size_t n = strlen(level);

    if (strncmp(line, level, n) != 0)
        return NULL;
    line += n;
    while (*line == ' ')
        line++;
    return *line == ':' ? line + 1 + strspn(line + 1, " ") : NULL;
}

/* "Reading 'name'..." names each file that Gmsh opens. */
static void follow_reading(struct log *log, const char *info)
{
    static const char reading[] = "Reading '";
    char name[sizeof(log->stranger)];
    const char *end = strstr(info, "'...");

    if (strncmp(info, reading, strlen(reading)) != 0 || !end)
        return;
    info += strlen(reading);
    snprintf(name, sizeof(name), "%.*s", (int)(end - info), info);
    if (!log->stranger[0] && !script_knows(log->task, log->options, name))
        memcpy(log->stranger, name, sizeof(name));
}

static void follow_line(struct log *log, char *line)
{
    const char *text;

    line[strcspn(line, "\r\n")] = '\0';
    printf("%s\n", line);
    text = after_level(line, "Error");
    if (!text)
        text = after_level(line, "Fatal");
    if (text && !log->error[0])
        snprintf(log->error, sizeof(log->error), "%s", text);
    if (after_level(line, "Warning"))
        log->warnings++;
    text = after_level(line, "Info");
    if (text)
        follow_reading(log, text);
}

static void follow(struct log *log, FILE *from)
{
    char line[LINE_BYTES];

    while (fgets(line, sizeof(line), from))
        follow_line(log, line);
    fflush(stdout);
}

/* --- running -------------------------------------------------------------- */

static int prepare(posix_spawn_file_actions_t *actions, int out)
{
    int rc = posix_spawn_file_actions_addchdir_np(actions, SCRIPT_DIR);

    if (rc == 0)
        rc = posix_spawn_file_actions_addopen(actions, STDIN_FILENO,
                                              "/dev/null", O_RDONLY, 0);
    if (rc == 0)
        rc = posix_spawn_file_actions_adddup2(actions, out, STDOUT_FILENO);
    if (rc == 0)
        rc = posix_spawn_file_actions_adddup2(actions, out, STDERR_FILENO);
    return rc;
}

/* Gmsh shall end when we do: let it die of a log that nobody reads. */
static int restore_signals(posix_spawnattr_t *attributes)
{
    sigset_t set;
    int rc;

    sigemptyset(&set);
    sigaddset(&set, SIGPIPE);
    rc = posix_spawnattr_setsigdefault(attributes, &set);
    if (rc == 0)
        rc = posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETSIGDEF);
    return rc;
}

/* Its whole environment; where programs, libraries and temporary files are is
 * taken from ours. */
struct environment {
    char text[3][PATH_BYTES];
    char *list[8];
};

static void fill_environment(struct environment *env)
{
    static char home[] = "HOME=.", locale[] = "LC_ALL=C";
    static char threads[] = "OMP_NUM_THREADS=1";
    static const char *const kept[] = { "PATH", "LD_LIBRARY_PATH", "TMPDIR" };
    size_t n = 0;

    for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++) {
        const char *value = getenv(kept[i]);

        if (value && snprintf(env->text[i], PATH_BYTES, "%s=%s", kept[i],
                              value) < PATH_BYTES)
            env->list[n++] = env->text[i];
    }
    env->list[n++] = home;
    env->list[n++] = locale;
    env->list[n++] = threads;
    env->list[n] = NULL;
}

/* Start gmsh with its output in 'out'. */
static int spawn(const char *program, int out, pid_t *pid)
{
    static char arg0[] = "gmsh", arg1[] = "-nt", arg2[] = "1";
    static char arg3[] = SCRIPT_NAME, arg4[] = "-";
    char *argv[] = { arg0, arg1, arg2, arg3, arg4, NULL };
    struct environment env;
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    int rc = posix_spawn_file_actions_init(&actions);

    if (rc != 0)
        return rc;
    rc = posix_spawnattr_init(&attributes);
    if (rc == 0) {
        fill_environment(&env);
        rc = restore_signals(&attributes);
        if (rc == 0)
            rc = prepare(&actions, out);
        if (rc == 0)
            rc = posix_spawn(pid, program, &actions, &attributes, argv,
                             env.list);
        posix_spawnattr_destroy(&attributes);
    }
    posix_spawn_file_actions_destroy(&actions);
    return rc;
}

static PetscErrorCode judge(const struct log *log, int status)
{
    struct stg_task *task = log->task;

    if (log->error[0])
        return stg_fail(task, "gmsh: %s", log->error);
    if (WIFSIGNALED(status))
        return stg_fail(task, "gmsh was ended by signal %d (%s)",
                        WTERMSIG(status), strsignal(WTERMSIG(status)));
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        return stg_fail(task, "gmsh ended with status %d; its log says more",
                        WEXITSTATUS(status));
    if (log->stranger[0])
        return stg_fail(task, "the geometry reads '%s', which is not an input "
                        "of the stage; name it under 'parts'",
                        log->stranger);
    if (access(SCRIPT_DIR "/" SCRIPT_MESH, R_OK) < 0)
        return stg_fail(task, "gmsh wrote no mesh; does the geometry end it "
                        "with 'Exit'?");
    if (log->warnings > 0)
        printf("%d warnings from gmsh\n", log->warnings);
    return 0;
}

PetscErrorCode gmsh_run(struct stg_task *task, const struct options *options)
{
    struct log log = { .task = task, .options = options };
    char program[PATH_BYTES];
    int ends[2], status = 0, rc;
    FILE *from;
    pid_t pid;

    PetscCall(find_gmsh(task, program));
    if (pipe2(ends, O_CLOEXEC) < 0)
        return stg_fail(task, "cannot make a pipe: %s", strerror(errno));
    rc = spawn(program, ends[1], &pid);
    close(ends[1]);
    from = rc == 0 ? fdopen(ends[0], "r") : NULL;
    if (from) {
        follow(&log, from);
        fclose(from);
    } else {
        close(ends[0]);
    }
    if (rc != 0)
        return stg_fail(task, "cannot start '%s': %s", program, strerror(rc));
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    return judge(&log, status);
}

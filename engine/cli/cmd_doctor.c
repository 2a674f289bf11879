/* cmd_doctor.c - fedtwin doctor: is everything there that fedtwin needs? */
#include <errno.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/dirs.h"
#include "base/err.h"
#include "base/json.h"
#include "base/path.h"
#include "base/str.h"
#include "cli/open.h"
#include "cli/programs.h" /* written by make */
#include "cli/settings.h"
#include "cli/term.h"
#include "data/index/index_path.h"
#include "data/store/sharing.h"

#define SCHEMA 1
#define STATUS_IO 4
#define ANSWER_MAX 4096
#define FREE_BYTES_LOW (1e9)

extern char **environ;

struct exam {
    struct json_object *list; /* NULL: print */
    bool failed;
};

enum verdict { GOOD, WARN, BAD };

static void say(struct exam *e, enum verdict v, const char *what,
                const char *found, const char *hint)
{
    static const char *const word[] = { "ok", "warning", "missing" };
    static const enum ft_tone tone[] = { FT_GREEN, FT_YELLOW, FT_RED };
    struct json_object *obj;

    e->failed |= v == BAD;
    if (!e->list) {
        printf("%s%-8s%s %-22s %s\n", ft_tone(stdout, tone[v]), word[v],
               ft_tone(stdout, FT_PLAIN), what, found);
        if (v != GOOD && hint)
            printf("%32s%s\n", "", hint);
        return;
    }
    obj = json_object_new_object();
    ft_json_add_str(obj, "check", what);
    ft_json_add_str(obj, "verdict", word[v]);
    ft_json_add_str(obj, "found", found);
    ft_json_add_str(obj, "hint", v == GOOD ? NULL : hint);
    json_object_array_add(e->list, obj);
}

/* First line of what a program prints, on either stream; false when it cannot
 * be started or fails. */
static bool ask(const char *const argv[], char line[ANSWER_MAX])
{
    posix_spawn_file_actions_t actions;
    size_t len = 0;
    int fd[2], status = -1, rc;
    ssize_t n;
    pid_t pid;

    line[0] = '\0';
    if (pipe(fd) < 0)
        return false;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", 0, 0);
    posix_spawn_file_actions_adddup2(&actions, fd[1], 1);
    posix_spawn_file_actions_adddup2(&actions, fd[1], 2);
    posix_spawn_file_actions_addclose(&actions, fd[0]);
    rc = posix_spawnp(&pid, argv[0], &actions, NULL, (char *const *)argv,
                      environ);
    posix_spawn_file_actions_destroy(&actions);
    close(fd[1]);
    while (rc == 0 && (n = read(fd[0], line + len, ANSWER_MAX - 1 - len)) > 0)
        len += (size_t)n;
    close(fd[0]);
    while (rc == 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    line[len] = '\0';
    line[strcspn(line, "\n")] = '\0';
    return rc == 0 && status == 0;
}

static const struct {
    const char *what;
    const char *argv[4];
    enum verdict when_missing;
    const char *hint;
} programs[] = {
    { "mpirun", { "mpirun", "--version" }, BAD,
      "MPI stages need it: install openmpi-bin" },
    { "gmsh", { "gmsh", "--version" }, WARN,
      "mesh.gmsh needs it: install gmsh" },
    { "dot", { "dot", "-V" }, WARN,
      "'graph -f svg' needs it: install graphviz" },
};

static void examine_programs(struct exam *e)
{
    char line[ANSWER_MAX];

    for (size_t i = 0; i < FT_ARRAY_LEN(programs); i++) {
        bool ok = ask(programs[i].argv, line);

        say(e, ok ? GOOD : programs[i].when_missing, programs[i].what,
            ok ? line : "not found or not working", programs[i].hint);
    }
}

static void examine_python(struct exam *e)
{
    const char *own = ft_setting_text("python");
    const char *argv[] = { *own ? own : FT_PYTHON, "-c",
                           "import sys, h5py; print(sys.version.split()[0], "
                           "'with h5py', h5py.version.version)", NULL };
    char line[ANSWER_MAX];
    bool ok = ask(argv, line);

    say(e, ok ? GOOD : WARN, "python", ok ? line : "no Python 3 with h5py",
        "python: stages that read results need it: install python3-h5py");
}

/* All that this build makes is there. */
static void examine_parts(struct exam *e)
{
    const char *name = FT_PROGRAMS + strspn(FT_PROGRAMS, " ");

    while (*name) {
        size_t len = strcspn(name, " ");
        char *part = ft_strndup(name, len);
        char *path = ft_path_join(ft_dirs()->libexec, part);

        say(e, access(path, X_OK) == 0 ? GOOD : BAD, part, path,
            "the installation is not complete");
        free(path);
        free(part);
        name += len + strspn(name + len, " ");
    }
}

/* Can tasks be made of the module here? */
static bool examine_module(struct exam *e, struct ft_session *s,
                           const char *name)
{
    struct ft_mark mark = { .file = "command line" };
    struct ft_diags diags = FT_DIAGS_INIT;
    const struct ft_module *m = ft_module_find(s->modules, name, NULL, &mark,
                                               &diags);
    bool usable = m && !m->missing;

    if (!m)
        say(e, WARN, name, "its manifest has errors",
            "see 'fedtwin module show'");
    else if (!usable)
        say(e, WARN, name, "what it starts is not there",
            "built without solvers, or not compiled yet");
    ft_diags_release(&diags);
    return usable;
}

/* A build without solvers, too, has the manifests of their modules. */
static void examine_modules(struct exam *e)
{
    struct ft_session s = FT_SESSION_INIT;
    struct ft_str text = FT_STR_INIT;
    size_t n, usable = 0;
    const char *const *name;

    ft_session_modules(&s);
    name = ft_module_names(s.modules, &n);
    for (size_t i = 0; i < n; i++)
        usable += examine_module(e, &s, name[i]);
    ft_str_addf(&text, "%zu of %zu can be used", usable, n);
    say(e, GOOD, "modules", text.s, NULL);
    ft_str_release(&text);
    ft_session_close(&s);
}

static void examine_disk(struct exam *e, const char *dir)
{
    struct ft_str text = FT_STR_INIT;
    struct statvfs vfs;
    double bytes;

    if (statvfs(dir, &vfs) < 0)
        return;
    bytes = (double)vfs.f_bavail * (double)vfs.f_frsize;
    ft_size_text(bytes, &text);
    ft_str_add(&text, " free");
    say(e, bytes < FREE_BYTES_LOW ? WARN : GOOD, "disk", text.s,
        "results need room");
    ft_str_release(&text);
}

static void ignore(const char *severity, const char *path, const char *text,
                   void *arg)
{
    (void)severity, (void)path, (void)text, (void)arg;
}

/* The first fault will do: 'fsck' lists all. */
static void note_mode(const char *severity, const char *path, const char *text,
                      void *arg)
{
    struct ft_str *first = arg;

    (void)severity;
    if (!first->len)
        ft_str_addf(first, "%s: %s", path, text);
}

static void examine_modes(struct exam *e, const struct ft_project *project)
{
    struct ft_str first = FT_STR_INIT;
    struct ft_err err;
    size_t faults;

    if (ft_sharing_check(project, false, note_mode, &first, &faults, &err) < 0)
        say(e, BAD, "modes", err.msg, err.hint);
    else
        say(e, faults ? WARN : GOOD, "modes",
            faults            ? first.s
            : project->shared ? "its group may use it"
                              : "only its owner may write",
            "see 'fedtwin fsck'");
    ft_str_release(&first);
}

static void examine_index(struct exam *e, const char *meta)
{
    char *path = ft_index_path(meta);
    const char *name = ft_index_shared_disk(path);
    struct ft_str text = FT_STR_INIT;

    ft_str_addf(&text, "on %s", name ? name : "a local disk");
    say(e, name ? WARN : GOOD, "index", text.s,
        "it is slow there; FEDTWIN_INDEX_DIR=DIR puts it on a local disk");
    ft_str_release(&text);
    free(path);
}

static void examine_project(struct exam *e)
{
    struct ft_fsck_totals totals = { 0 };
    struct ft_err err;
    struct ft_project *project = ft_project_open(NULL, &err);
    bool none = !project && err.code == FT_ENOENT;

    if (!project) {
        say(e, none ? GOOD : BAD, "project",
            none ? "not in one" : err.msg, err.hint);
        examine_disk(e, ".");
        return;
    }
    if (ft_store_fsck(project, FT_FSCK_QUICK, ignore, NULL, &totals, &err) < 0)
        say(e, BAD, "project", err.msg, "see 'fedtwin fsck'");
    else
        say(e, project->read_only ? WARN : GOOD, "project", project->dir,
            "read only");
    examine_modes(e, project);
    examine_index(e, project->meta);
    examine_disk(e, project->meta);
    ft_project_close(project);
}

int ft_cmd_doctor(struct ft_cli *cli)
{
    struct exam e = { 0 };
    struct json_object *obj;

    e.list = ft_cli_has(cli, "json") ? json_object_new_array() : NULL;
    examine_parts(&e);
    examine_modules(&e);
    examine_programs(&e);
    examine_python(&e);
    if (*ft_settings_problems())
        say(&e, BAD, "settings", "a settings file is not valid",
            "see 'fedtwin config list'");
    else
        say(&e, GOOD, "settings", "readable", NULL);
    examine_project(&e);
    if (e.list) {
        obj = json_object_new_object();
        ft_json_add_int(obj, "schema", SCHEMA);
        ft_json_add_bool(obj, "well", !e.failed);
        json_object_object_add(obj, "checks", e.list);
        ft_print_json(obj);
    }
    return e.failed ? STATUS_IO : 0;
}

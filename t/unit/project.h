/* project.h - a scratch project with a store and the fake worker, for tests */
#ifndef FT_UNIT_PROJECT_H
#define FT_UNIT_PROJECT_H

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/json.h"
#include "base/path.h"
#include "data/history/history.h"
#include "data/store/files.h"
#include "data/store/project.h"
#include "data/store/store.h"
#include "unit.h"

struct scratch {
    char *dir;
    struct ft_project *project;
    struct ft_store *store; /* open for writing, or NULL */
};

/* Fails the test with the text of 'err' when 'expr' is not 0. */
#define ck_ok(expr, err)                                                    \
    ck_assert_msg((expr) == 0, "%s: %s", #expr, (err).msg)

static inline void use_fake_worker(void)
{
    char path[PATH_MAX];
    ssize_t n = readlink("/proc/self/exe", path, sizeof(path) - 1);
    char *dir, *worker;

    ck_assert_int_gt(n, 0);
    path[n] = '\0';
    dir = ft_path_dir(path);
    worker = ft_path_join(dir, "fake_worker");
    ck_assert_int_eq(setenv("FEDTWIN_WORKER", worker, 1), 0);
    free(worker);
    free(dir);
}

static inline void scratch_open(struct scratch *s)
{
    struct ft_err err = { 0 };

    s->project = ft_project_open(s->dir, &err);
    ck_assert_msg(s->project != NULL, "%s", err.msg);
    s->store = ft_store_open(s->project, FT_STORE_WRITE, &err);
    ck_assert_msg(s->store != NULL, "%s", err.msg);
}

static inline void scratch_close(struct scratch *s)
{
    ft_store_close(s->store);
    ft_project_close(s->project);
    s->store = NULL;
    s->project = NULL;
}

static inline void scratch_init(struct scratch *s)
{
    struct ft_err err = { 0 };
    const char *tmp = getenv("TMPDIR");

    use_fake_worker();
    unsetenv("FEDTWIN_INDEX_DIR");
    s->dir = ft_asprintf("%s/fedtwin-unit-XXXXXX", tmp ? tmp : "/tmp");
    ck_assert_ptr_nonnull(mkdtemp(s->dir));
    ck_ok(ft_project_init(s->dir, &err), err);
    ck_assert_int_eq(setenv("XDG_CACHE_HOME", s->dir, 1), 0);
    scratch_open(s);
}

static inline void scratch_release(struct scratch *s)
{
    scratch_close(s);
    (void)ft_path_remove(s->dir, NULL);
    free(s->dir);
}

static inline char *scratch_path(const struct scratch *s, const char *name)
{
    return ft_path_join(s->dir, name);
}

/* A file in the project's directory; the caller frees the path. */
static inline char *scratch_write(const struct scratch *s, const char *name,
                                  const char *text)
{
    char *path = scratch_path(s, name);
    struct ft_err err = { 0 };

    ck_ok(ft_file_write(path, text, strlen(text), 0644, &err), err);
    return path;
}

/* The result of a task of stage "heat" with one output "t". */
struct one_result {
    struct ft_result result;
    struct ft_output out;
    char *path, *task;
};

static inline void one_init(struct one_result *one, const struct scratch *s,
                            const char *task, const char *bytes)
{
    *one = (struct one_result){ 0 };
    one->task = ft_strdup(task);
    one->path = scratch_write(s, "out.bin", bytes);
    one->out = (struct ft_output){ .name = "t",
                                   .path = one->path,
                                   .type = FT_OBJECT_FILE };
    one->result = (struct ft_result){
        .run = "20261121-073711-7f3c",
        .stage = "heat",
        .task = one->task,
        .lineage = json_object_new_object(),
        .out = &one->out,
        .n_out = 1,
    };
    ft_json_add_str(one->result.lineage, "task", task);
    ft_json_add_str(one->result.lineage, "stage", "heat");
    ft_json_add_str(one->result.lineage, "module", "solve.heat");
    ft_json_add_str(one->result.lineage, "run", one->result.run);
}

static inline void one_release(struct one_result *one)
{
    json_object_put(one->result.lineage);
    json_object_put(one->result.cell);
    free(one->path);
    free(one->task);
}

/* Publish 'bytes' as heat.t of 'task'; the id goes to 'version' if given. */
static inline void publish_one(struct scratch *s, const char *task,
                               const char *bytes, char *version)
{
    struct one_result one;
    struct ft_err err = { 0 };

    one_init(&one, s, task, bytes);
    ck_ok(ft_store_publish(s->store, &one.result, &err), err);
    if (version)
        memcpy(version, one.out.version, sizeof(one.out.version));
    one_release(&one);
}

static inline bool is_published(struct scratch *s, const char *version)
{
    struct ft_version found;

    if (ft_store_version(s->store, version, &found, NULL) < 0)
        return false;
    ft_version_release(&found);
    return true;
}

static inline int count_file(const char *path, const char *id, void *arg,
                             struct ft_err *err)
{
    (void)path;
    (void)id;
    (void)err;
    ++*(size_t *)arg;
    return 0;
}

/* Files below o/. */
static inline size_t count_files(const struct scratch *s)
{
    struct ft_err err = { 0 };
    size_t n = 0;

    ck_ok(ft_files_versions(s->project->meta, count_file, &n, &err), err);
    return n;
}

#endif

/* lookups.c - what a large store costs a run that has nothing to do
 *
 * usage: lookups [-f] N
 *
 * Fills the project of the working directory with N results of one stage,
 * without the worker, and prints, one a line: the microseconds of one lookup
 * by cache key and of asking whether a file is there, the milliseconds of
 * recording the state of all N, and of recording it again.  With -f it only
 * fills the project and records the state; no version has a file then.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/path.h"
#include "data/history/history.h"
#include "data/store/project.h"
#include "data/store/store_impl.h"

#define BATCH 4096 /* results that share a sync */

typedef char hex_id[FT_SHA256_HEX + 1];

struct bench {
    struct ft_store *store;
    size_t n;
    bool fill_only;
    hex_id *id, *key;
    struct ft_binding *bind;
};

static void make_file(const struct ft_store *store, const char *id)
{
    char *path = ft_store_path(store, id), *dir = ft_path_dir(path);

    (void)mkdir(dir, 0777);
    (void)close(open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0440));
    free(dir);
    free(path);
}

static int add_result(struct bench *b, size_t i, struct ft_err *err)
{
    char *task = ft_asprintf("t[i=%zu]", i), *other = ft_asprintf("k%zu", i);
    struct ft_output out = { .name = "out", .type = FT_OBJECT_FILE };
    struct ft_result result = { .run = "bench", .stage = "t", .task = task,
                                .cache_key = b->key[i], .out = &out,
                                .n_out = 1 };
    struct json_object *record;
    int rc;

    ft_sha256_text(task, strlen(task), b->id[i]);
    ft_sha256_text(other, strlen(other), b->key[i]);
    memcpy(out.version, b->id[i], sizeof(hex_id));
    memcpy(out.file_digest, b->id[i], sizeof(hex_id));
    snprintf(out.content, sizeof(out.content), "sha256:%s", b->id[i]);
    record = ft_record_result(&result, "result", ft_clock_now_ns());
    rc = ft_oplog_append(b->store->log, &record, 1, err);
    if (rc == 0 && i % BATCH == BATCH - 1)
        rc = ft_oplog_sync(b->store->log, err);
    json_object_put(record);
    if (!b->fill_only)
        make_file(b->store, b->id[i]);
    b->bind[i] = (struct ft_binding){
        .object = "t.out",
        .cell = ft_asprintf("{\"i\":%zu}", i),
        .version = b->id[i],
    };
    free(other);
    free(task);
    return rc;
}

static int fill(struct bench *b, struct ft_err *err)
{
    int rc = 0;

    b->id = ft_calloc(b->n, sizeof(*b->id));
    b->key = ft_calloc(b->n, sizeof(*b->key));
    b->bind = ft_calloc(b->n, sizeof(*b->bind));
    if (ft_oplog_lock(b->store->log, err) < 0)
        return -1;
    for (size_t i = 0; i < b->n && rc == 0; i++)
        rc = add_result(b, i, err);
    if (rc == 0)
        rc = ft_oplog_sync(b->store->log, err);
    if (rc == 0)
        rc = ft_index_follow(b->store->index, b->store->log, err);
    ft_oplog_unlock(b->store->log);
    return rc;
}

static int look_up_all(struct bench *b, struct ft_err *err)
{
    static const char *const name[] = { "out" };
    struct ft_versions found;

    for (size_t i = 0; i < b->n; i++) {
        if (ft_store_cached(b->store, b->key[i], name, 1, &found, err) != 1)
            return -1;
        ft_versions_release(&found);
    }
    return 0;
}

static int ask_all(struct bench *b, struct ft_err *err)
{
    size_t missing;

    if (ft_store_versions_exist(b->store, (const hex_id *)b->id, b->n,
                                &missing))
        return 0;
    return ft_err_set(err, FT_ENOENT, "file %zu is missing", missing);
}

static int record_all(struct bench *b, struct ft_err *err)
{
    struct ft_state_new state = { .run = "bench", .workflow = b->key[0],
                                  .workflow_file = "bench.yaml",
                                  .workflow_text = "bench", .outcome = "ok",
                                  .bind = b->bind, .n = b->n };
    struct ft_recorded recorded;

    return ft_store_record_state(b->store, &state, &recorded, err);
}

static int measure(struct bench *b, struct ft_err *err)
{
    static const struct {
        int (*run)(struct bench *b, struct ft_err *err);
        bool each; /* us of one, not ms of all */
    } step[] = {
        { look_up_all, true },
        { ask_all, true },
        { record_all, false },
        { record_all, false },
    };

    for (size_t i = 0; i < FT_ARRAY_LEN(step); i++) {
        int64_t start_ns = ft_clock_mono_ns();
        double ns;

        if (step[i].run(b, err) < 0)
            return -1;
        ns = (double)(ft_clock_mono_ns() - start_ns);
        printf("%.3f\n", step[i].each ? ns / 1e3 / (double)b->n : ns / 1e6);
    }
    return 0;
}

int main(int argc, char **argv)
{
    struct bench b = { .fill_only = argc == 3 && strcmp(argv[1], "-f") == 0 };
    struct ft_project *project;
    struct ft_err err = { 0 };
    int rc = -1;

    if (argc == 2 + b.fill_only)
        b.n = strtoul(argv[argc - 1], NULL, 10);
    if (!b.n) {
        fprintf(stderr, "usage: lookups [-f] N\n");
        return 2;
    }
    project = ft_project_open(NULL, &err);
    b.store = project ? ft_store_open(project, FT_STORE_WRITE, &err) : NULL;
    if (b.store && fill(&b, &err) == 0)
        rc = b.fill_only ? record_all(&b, &err) : measure(&b, &err);
    if (rc < 0)
        fprintf(stderr, "lookups: %s\n", err.msg);
    for (size_t i = 0; b.bind && i < b.n; i++)
        free((char *)b.bind[i].cell);
    free(b.bind);
    free(b.key);
    free(b.id);
    ft_store_close(b.store);
    ft_project_close(project);
    return rc < 0;
}

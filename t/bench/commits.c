/* commits.c - publishes N files of 12 KB through the worker, without the
 * command line
 *
 * usage: commits N AT_ONCE
 *
 * Works in the project of the working directory.  AT_ONCE publications are
 * under way together and share a sync of the oplog, as the results of a run do;
 * with 1 each is durable before the next one starts.
 */
#include <json-c/json.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/json.h"
#include "data/store/project.h"
#include "data/store/store.h"

#define FILE_SIZE (12 * 1024)
#define AT_ONCE_MAX 256

struct job {
    char name[32];
    struct ft_output out;
    struct ft_result result;
    bool busy;
};

struct bench {
    struct ft_store *store;
    struct json_object *lineage;
    struct job job[AT_ONCE_MAX];
    long next, n, failed;
    uint64_t random;
};

static int start(struct bench *b, struct job *job, struct ft_err *err)
{
    uint64_t data[FILE_SIZE / sizeof(uint64_t)];
    FILE *f;

    for (size_t i = 0; i < FT_ARRAY_LEN(data); i++)
        data[i] = b->random = b->random * 6364136223846793005u + 1;
    snprintf(job->name, sizeof(job->name), "file.%ld", b->next++);
    f = fopen(job->name, "w");
    if (!f || fwrite(data, sizeof(data), 1, f) != 1 || fclose(f) != 0)
        return ft_err_sys(err, "cannot write '%s'", job->name);
    job->out = (struct ft_output){ .name = "out",
                                   .path = job->name,
                                   .type = FT_OBJECT_FILE,
                                   .file_name = job->name };
    job->result = (struct ft_result){ .run = "bench", .stage = "bench",
                                      .task = job->name,
                                      .lineage = b->lineage,
                                      .out = &job->out, .n_out = 1 };
    job->busy = true;
    return ft_store_publish_start(b->store, &job->result, job, err);
}

static void done(void *token, const struct ft_err *err, void *arg)
{
    struct job *job = token;
    struct bench *b = arg;

    job->busy = false;
    if (err) {
        b->failed++;
        fprintf(stderr, "commits: %s\n", err->msg);
    }
}

static int publish_all(struct bench *b, long at_once, struct ft_err *err)
{
    while (b->next < b->n || ft_store_pending(b->store)) {
        for (long i = 0; i < at_once && b->next < b->n; i++)
            if (!b->job[i].busy && start(b, &b->job[i], err) < 0)
                return -1;
        if (ft_store_advance(b->store, true, done, b, err) < 0)
            return -1;
    }
    return 0;
}

int main(int argc, char **argv)
{
    static struct bench b;
    struct ft_err err = { 0 };
    struct ft_project *project;
    long at_once = argc == 3 ? strtol(argv[2], NULL, 10) : 0;

    b.n = argc == 3 ? strtol(argv[1], NULL, 10) : 0;
    if (b.n < 1 || at_once < 1 || at_once > AT_ONCE_MAX) {
        fprintf(stderr, "usage: commits N 1..%d\n", AT_ONCE_MAX);
        return 2;
    }
    b.random = (uint64_t)b.n;
    b.lineage = json_object_new_object();
    ft_json_add_int(b.lineage, "schema", 1);
    project = ft_project_open(NULL, &err);
    b.store = project ? ft_store_open(project, FT_STORE_WRITE, &err) : NULL;
    if (!b.store || publish_all(&b, at_once, &err) < 0) {
        fprintf(stderr, "commits: %s\n", err.msg);
        b.failed++;
    }
    ft_store_close(b.store);
    ft_project_close(project);
    json_object_put(b.lineage);
    return b.failed ? 1 : 0;
}

/* task.c - tasks whose outputs can be told again from a number */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/json.h"
#include "base/path.h"
#include "crash.h"

static const char *const names[OUTPUTS] = { "t", "u" };

_Noreturn void give_up(const char *what, const struct ft_err *err)
{
    fprintf(stderr, "%s: %s%s%s\n", what, err->msg, *err->hint ? "; " : "",
            err->hint);
    exit(1);
}

struct ft_project *open_project(const char *dir)
{
    struct ft_err err = { 0 };
    struct ft_project *project = ft_project_open(dir, &err);

    if (!project)
        give_up("open", &err);
    return project;
}

struct ft_store *open_store(const struct ft_project *project)
{
    struct ft_err err = { 0 };
    struct ft_store *store = ft_store_open(project, FT_STORE_WRITE, &err);

    if (!store)
        give_up("open", &err);
    return store;
}

/* splitmix64: https://prng.di.unimi.it/splitmix64.c describes it */
static uint64_t next_random(uint64_t *state)
{
    uint64_t z = (*state += 0x9e3779b97f4a7c15u);

    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

size_t source_bytes(uint64_t seed, uint64_t number, size_t out,
                    uint8_t bytes[SOURCE_MAX])
{
    uint64_t state = seed * 1000003 + number * OUTPUTS + out;
    size_t len = 1 + next_random(&state) % (SOURCE_MAX - 1);

    for (size_t i = 0; i < len; i++)
        bytes[i] = (uint8_t)next_random(&state);
    return len;
}

static char *write_source(const char *work, uint64_t seed, uint64_t number,
                          size_t out)
{
    static uint8_t bytes[SOURCE_MAX];
    size_t len = source_bytes(seed, number, out, bytes);
    char *path = ft_asprintf("%s/%llu-%llu.%s", work, (unsigned long long)seed,
                             (unsigned long long)number, names[out]);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

    if (fd < 0 || ft_write_all(fd, bytes, len) < 0) {
        perror(path);
        exit(1);
    }
    close(fd);
    return path;
}

static struct json_object *lineage_of(const struct task *task)
{
    struct json_object *lineage = json_object_new_object();

    ft_json_add_int(lineage, "schema", 1);
    ft_json_add_str(lineage, "stage", task->result.stage);
    ft_json_add_str(lineage, "task", task->name);
    ft_json_add_str(lineage, "run", task->result.run);
    ft_json_add_str(lineage, "module", "crash");
    ft_json_add_str(lineage, "cache_key", task->name);
    ft_json_add_str(lineage, "start", "2026-11-21T07:37:11.000000Z");
    ft_json_add_str(lineage, "end", "2026-11-21T07:37:12.000000Z");
    ft_json_add_int(lineage, "seed", (int64_t)task->seed);
    return lineage;
}

void task_init(struct task *task, const char *work, uint64_t seed,
               uint64_t number)
{
    *task = (struct task){ .seed = seed, .number = number };
    task->name = ft_asprintf("loop[seed=%llu,i=%llu]",
                             (unsigned long long)seed,
                             (unsigned long long)number);
    for (size_t i = 0; i < OUTPUTS; i++) {
        task->path[i] = write_source(work, seed, number, i);
        task->out[i] = (struct ft_output){ .name = names[i],
                                           .path = task->path[i],
                                           .type = FT_OBJECT_FILE,
                                           .media_type =
                                               "application/octet-stream",
                                           .file_name = "bytes.bin" };
    }
    task->result = (struct ft_result){ .run = "20261121-073711-7f3c",
                                       .stage = "loop",
                                       .task = task->name,
                                       .cache_key = task->name,
                                       .out = task->out,
                                       .n_out = OUTPUTS };
    task->result.lineage = lineage_of(task);
}

void task_release(struct task *task)
{
    for (size_t i = 0; i < OUTPUTS; i++) {
        (void)unlink(task->path[i]);
        free(task->path[i]);
    }
    json_object_put(task->result.lineage);
    free(task->name);
}

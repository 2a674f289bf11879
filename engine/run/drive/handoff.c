/* handoff.c - the attempt directory that a program starts in */
#include <dirent.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/json.h"
#include "base/path.h"
#include "run/drive/drive_in.h"
#include "run/drive/workdirs.h"
#include "run/record/place.h"
#include "run/record/result.h"

#define CHECKPOINT_DIR "checkpoint"

/* Is there more than what a program was still writing? */
static bool has_checkpoint(const char *path)
{
    DIR *dir = opendir(path);
    struct dirent *entry;
    bool found = false;

    while (dir && !found && (entry = readdir(dir)))
        found = entry->d_name[0] != '.' &&
                !ft_ends_with(entry->d_name, ".part");
    if (dir)
        (void)closedir(dir);
    return found;
}

/* That of one attempt, or NULL. */
static char *checkpoint_of(const struct ft_flight *f, int attempt)
{
    const struct ft_drive *d = f->drive;
    char *dir = ft_run_attempt_dir(d->project, d->run, f->task, attempt);
    char *path = ft_path_join(dir, CHECKPOINT_DIR);

    free(dir);
    if (has_checkpoint(path))
        return path;
    free(path);
    return NULL;
}

/* The checkpoint of the newest earlier attempt that has one, or NULL. */
static char *find_checkpoint(const struct ft_flight *f)
{
    char *path = NULL;

    for (int attempt = f->attempt - 1; attempt > 0 && !path; attempt--)
        path = checkpoint_of(f, attempt);
    return path;
}

/* It had to stop, without having saved anything to go on from. */
static bool was_in_vain(const struct ft_flight *f, int attempt,
                        const struct ft_ending *ending)
{
    char *path;

    if (ending->outcome != FT_OUT_PREEMPTED ||
        ending->exit_code != FT_EXIT_RESTART)
        return false;
    path = checkpoint_of(f, attempt);
    free(path);
    return !path;
}

bool ft_handoff_in_vain(const struct ft_flight *f)
{
    const struct ft_drive *d = f->drive;
    struct ft_ending before = { 0 };
    char *dir, *tag_text;
    bool read;

    if (f->attempt < 2 || !was_in_vain(f, f->attempt, &f->ending))
        return false;
    dir = ft_run_attempt_dir(d->project, d->run, f->task, f->attempt - 1);
    tag_text = ft_asprintf("%s/%s/%d", d->run->id, f->bound->name,
                           f->attempt - 1);
    read = ft_result_read(dir, tag_text, &before);
    free(tag_text);
    free(dir);
    return read && was_in_vain(f, f->attempt - 1, &before);
}

static int write_task(const struct ft_flight *f, struct ft_err *err)
{
    const struct ft_drive *d = f->drive;
    char *restart = find_checkpoint(f);
    struct json_object *obj = ft_bound_task_json(
        d->plan, f->bound, d->run->id, f->attempt, f->dir, restart);
    char *path = ft_path_join(f->dir, FT_TASK_FILE);
    int rc = ft_json_write(obj, path, 0666, ft_file_put, err);

    free(path);
    json_object_put(obj);
    free(restart);
    return rc;
}

static int extract(struct ft_flight *f, const struct ft_bound_input *in,
                   struct ft_err *err)
{
    char *dest = ft_path_join(f->dir, in->extract);
    char *dir = ft_path_dir(dest);
    int rc = ft_path_mkdirs(dir, 0777, err);

    if (rc == 0)
        rc = ft_store_extract_start(f->drive->store, in->version->id, dest, f,
                                    err);
    if (rc == 0)
        f->n_extracts++;
    free(dir);
    free(dest);
    return rc;
}

/* A version that a program opens itself has its own file. */
static int make_present(struct ft_flight *f, const struct ft_bound_input *in,
                        struct ft_err *err)
{
    struct ft_store *store = f->drive->store;
    char *path = ft_store_use(store, err) == 0
                     ? ft_store_file(store, in->version->id, err)
                     : NULL;
    int rc = path ? 0 : -1;

    free(path);
    return rc;
}

int ft_handoff_ranks(struct ft_flight *f, int ranks, struct ft_err *err)
{
    int before = f->bound->ranks;

    if (ranks == before)
        return 0;
    if (ft_bound_set_ranks(f->bound, ranks, err) == 0 &&
        (f->drive->adapter->bare || write_task(f, err) == 0))
        return 0;
    (void)ft_bound_set_ranks(f->bound, before, NULL);
    return -1;
}

void ft_handoff_recall(const char *dir, struct ft_bound *bound)
{
    char *path = ft_path_join(dir, FT_TASK_FILE);
    struct json_object *task = ft_json_read(path, NULL);
    int64_t ranks = task ? ft_json_int_or(task, "ranks", 0) : 0;

    if (ranks > 0 && ranks <= INT_MAX)
        (void)ft_bound_set_ranks(bound, (int)ranks, NULL);
    json_object_put(task);
    free(path);
}

int ft_handoff_again(struct ft_flight *f, struct ft_err *err)
{
    ft_handoff_recall(f->dir, f->bound);
    return ft_bound_command(f->drive->plan, f->bound, f->drive->run->id,
                            f->dir, &f->argv, &f->env, err);
}

int ft_handoff(struct ft_flight *f, struct ft_err *err)
{
    struct ft_drive *d = f->drive;
    int rc = ft_workdirs_take(d->workdirs, f->dir, err);

    if (rc == 0)
        rc = write_task(f, err);
    if (rc == 0)
        rc = ft_bound_command(d->plan, f->bound, d->run->id, f->dir, &f->argv,
                              &f->env, err);
    for (size_t i = 0; i < f->bound->n_in && rc == 0; i++)
        if (f->bound->in[i].extract)
            rc = extract(f, &f->bound->in[i], err);
        else if (f->bound->in[i].version)
            rc = make_present(f, &f->bound->in[i], err);
    if (f->n_extracts)
        ft_drive_poll_store(d);
    return rc;
}

/* handoff.c - the attempt directory that a program starts in */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/json.h"
#include "base/path.h"
#include "run/drive_in.h"

#define CHECKPOINT_DIR "checkpoint"

/* Always fresh: what an engine that died left under this name goes. */
static int make_dir(const char *dir, struct ft_err *err)
{
    if (mkdir(dir, 0777) == 0)
        return 0;
    if (errno == EEXIST && ft_path_remove(dir, err) < 0)
        return -1;
    if (mkdir(dir, 0777) < 0)
        return ft_err_sys(err, "cannot make the attempt directory '%s'", dir);
    return 0;
}

/* Nothing depends on its surviving a crash: the next attempt gets its own. */
static int write_file(const char *dir, const char *name, const char *text,
                      struct ft_err *err)
{
    char *path = ft_path_join(dir, name);
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    int rc = fd < 0 ? -1 : ft_write_all(fd, text, strlen(text));

    if (rc < 0)
        ft_err_sys(err, "cannot write '%s'", path);
    if (fd >= 0)
        (void)close(fd);
    free(path);
    return rc;
}

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

/* The checkpoint of the newest earlier attempt that has one, or NULL. */
static char *find_checkpoint(const struct ft_flight *f)
{
    const struct ft_drive *d = f->drive;

    for (int attempt = f->attempt - 1; attempt > 0; attempt--) {
        char *dir = ft_run_attempt_dir(d->project, d->run, f->task, attempt);
        char *path = ft_path_join(dir, CHECKPOINT_DIR);

        free(dir);
        if (has_checkpoint(path))
            return path;
        free(path);
    }
    return NULL;
}

static int write_task(const struct ft_flight *f, struct ft_err *err)
{
    const struct ft_drive *d = f->drive;
    char *restart = find_checkpoint(f);
    struct json_object *obj = ft_bound_task_json(
        d->plan, f->bound, d->run->id, f->attempt, f->dir, restart);
    int rc = write_file(f->dir, FT_TASK_FILE,
                        json_object_to_json_string_ext(
                            obj, JSON_C_TO_STRING_PRETTY |
                                     JSON_C_TO_STRING_NOSLASHESCAPE),
                        err);

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

int ft_handoff(struct ft_flight *f, struct ft_err *err)
{
    struct ft_drive *d = f->drive;
    int rc = make_dir(f->dir, err);

    if (rc == 0)
        rc = write_task(f, err);
    if (rc == 0)
        rc = ft_bound_command(d->plan, f->bound, d->run->id, f->dir, &f->argv,
                              &f->env, err);
    for (size_t i = 0; i < f->bound->n_in && rc == 0; i++)
        if (f->bound->in[i].extract)
            rc = extract(f, &f->bound->in[i], err);
    if (f->n_extracts)
        ft_drive_poll_store(d);
    return rc;
}

/* checkpoint.c - one file that is replaced as a whole */
#include "stage/task.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define DIR_NAME "checkpoint"
#define PART DIR_NAME "/state.part"

const char *stg_restart_path(const struct stg_task *task)
{
    return task->restart[0] ? task->restart : NULL;
}

PetscErrorCode stg_checkpoint_part(struct stg_task *task, const char **path)
{
    PetscErrorCode rc = 0;

    if (task->rank == 0 && mkdir(DIR_NAME, 0755) < 0 && errno != EEXIST)
        rc = stg_fail(task, "cannot make '%s': %s", DIR_NAME, strerror(errno));
    *path = PART;
    return stg_agree(task, rc);
}

static int sync_path(const char *path, int flags)
{
    int fd = open(path, flags | O_CLOEXEC), rc;

    if (fd < 0)
        return -1;
    rc = fsync(fd);
    if (close(fd) < 0)
        rc = -1;
    return rc;
}

PetscErrorCode stg_checkpoint_commit(struct stg_task *task)
{
    PetscErrorCode rc = 0;

    if (task->rank == 0 &&
        (sync_path(PART, O_RDWR) < 0 || rename(PART, task->checkpoint) < 0 ||
         sync_path(DIR_NAME, O_RDONLY | O_DIRECTORY) < 0))
        rc = stg_fail(task, "cannot keep the checkpoint '%s': %s",
                      task->checkpoint, strerror(errno));
    return stg_agree(task, rc);
}

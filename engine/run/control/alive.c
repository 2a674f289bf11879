/* alive.c - programs that outlived their runner and cannot be seen */
#include "run/control/alive.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/path.h"
#include "base/user.h"
#include "run/record/change.h"

/* The environment of a killed process, by which a sweep knows it, is gone from
 * /proc before the kernel has closed its files. */
#define DYING_NS 5000000000
#define PAUSE_US 5000

/* Somebody has the lock; '*owner' made the file. */
static bool is_locked(const char *path, uid_t *owner)
{
    struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct stat st;
    bool locked = fd >= 0 && fstat(fd, &st) == 0 &&
                  fcntl(fd, F_OFD_GETLK, &lock) == 0 &&
                  lock.l_type != F_UNLCK;

    if (locked)
        *owner = st.st_uid;
    if (fd >= 0)
        (void)close(fd);
    return locked;
}

/* The same, when whoever has it does not let go. */
static bool stays_locked(const char *path, uid_t *owner)
{
    int64_t end_ns = ft_clock_mono_ns() + DYING_NS;

    while (is_locked(path, owner)) {
        if (ft_clock_mono_ns() >= end_ns)
            return true;
        (void)usleep(PAUSE_US);
    }
    return false;
}

static int say(const struct ft_run *run, size_t task, uid_t owner,
               struct ft_err *err)
{
    const struct ft_task_detail *detail = ft_run_detail(run, task);
    const char *job = detail && detail->job ? detail->job : "";
    struct ft_str name = FT_STR_INIT;
    char *user = ft_user_name_of(owner);

    ft_plan_task_name(run->plan, task, &name);
    ft_err_set(err, FT_EBUSY, "task '%s' of run '%s' still runs%s%s, started "
               "by '%s'", name.s, run->id, *job ? " as process " : "", job,
               user);
    ft_err_hint(err, "wait until it has ended, or let '%s' or root end it",
                user);
    ft_str_release(&name);
    free(user);
    return -1;
}

int ft_run_none_alive(const struct ft_project *project,
                      const struct ft_run *run, struct ft_err *err)
{
    int rc = 0;

    for (size_t t = 0; t < run->plan->n_tasks && rc == 0; t++) {
        char *dir, *path;
        uid_t owner;

        if (!run->task[t].attempts ||
            ft_task_state_final((enum ft_task_state)run->task[t].state))
            continue;
        dir = ft_run_attempt_dir(project, run, t, 0);
        path = ft_path_join(dir, FT_STDOUT_FILE);
        if (stays_locked(path, &owner))
            rc = say(run, t, owner, err);
        free(path);
        free(dir);
    }
    return rc;
}

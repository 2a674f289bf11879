/* serve.c - one task after another under one mpirun
 *
 * Rank 0 reads attempt directories from standard input and answers on standard
 * output; while a task runs, both streams of every rank go into the attempt
 * directory, so that the answers stay alone on the real one.
 */
#include "stage/task.h"

#include <errno.h>
#include <fcntl.h>
#include <json-c/json.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define SPIN_S 0.002 /* wait busily this long, then in naps */

struct server {
    struct stg_task *task;
    int out, err; /* the real standard output and error */
};

/* The next directory, without the newline; false at the end of input.  A line
 * that is too long to be a path becomes one that is refused. */
static bool read_line(char dir[STG_PATH_MAX])
{
    size_t n;
    int c;

    if (!fgets(dir, STG_PATH_MAX, stdin))
        return false;
    n = strlen(dir);
    if (n > 0 && dir[n - 1] == '\n') {
        dir[n - 1] = '\0';
    } else if (!feof(stdin)) {
        while ((c = getc(stdin)) != EOF && c != '\n')
            ;
        snprintf(dir, STG_PATH_MAX, "line of over %d bytes", STG_PATH_MAX - 1);
    }
    return true;
}

/* Collective: rank 0's next directory.  The ranks that wait for it leave their
 * cores to others. */
static bool next_dir(const struct stg_task *task, char dir[STG_PATH_MAX])
{
    const struct timespec nap = { .tv_nsec = 200000 };
    double busy_s;
    int done = 0;
    MPI_Request request;

    if (task->rank == 0 && !read_line(dir))
        dir[0] = '\0';
    (void)MPI_Ibcast(dir, STG_PATH_MAX, MPI_CHAR, 0, task->agree, &request);
    busy_s = MPI_Wtime() + SPIN_S;
    for (;;) {
        (void)MPI_Test(&request, &done, MPI_STATUS_IGNORE);
        if (done)
            return dir[0] != '\0';
        if (MPI_Wtime() > busy_s)
            nanosleep(&nap, NULL);
    }
}

static int redirect(const char *path, int fd)
{
    int file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);

    if (file < 0)
        return -1;
    if (dup2(file, fd) < 0) {
        close(file);
        return -1;
    }
    return close(file);
}

static void restore(const struct server *server)
{
    fflush(stdout);
    fflush(stderr);
    dup2(server->out, STDOUT_FILENO);
    dup2(server->err, STDERR_FILENO);
}

/* Returns false when this rank cannot work there; says why on the real
 * standard error. */
static bool enter(const struct server *server, const char *dir)
{
    int rc;

    if (dir[0] == '/' && chdir(dir) == 0) {
        rc = redirect("stdout.txt", STDOUT_FILENO);
        if (rc == 0)
            rc = redirect("stderr.txt", STDERR_FILENO);
        if (rc == 0)
            return true;
        restore(server);
    } else if (dir[0] != '/') {
        errno = EINVAL;
    }
    fprintf(stderr, "cannot work in '%s': %s\n", dir, strerror(errno));
    return false;
}

static void answer(const struct server *server, const char *dir, int exit_code)
{
    struct json_object *line;

    if (server->task->rank != 0)
        return;
    line = json_object_new_object();
    json_object_object_add(line, "dir", json_object_new_string(dir));
    json_object_object_add(line, "exit_code", json_object_new_int(exit_code));
    fprintf(stdout, "%s\n", json_object_to_json_string_ext(
                                line, JSON_C_TO_STRING_PLAIN |
                                          JSON_C_TO_STRING_NOSLASHESCAPE));
    fflush(stdout);
    json_object_put(line);
}

/* Collective. */
static void perform_in(const struct server *server, const char *dir)
{
    struct stg_task *task = server->task;
    int entered = enter(server, dir), all = 0, exit_code = STG_EXIT_FAILED;

    (void)MPI_Allreduce(&entered, &all, 1, MPI_INT, MPI_MIN, task->agree);
    if (all)
        exit_code = stg_task_perform(task, "task.json");
    if (entered)
        restore(server);
    answer(server, dir, exit_code);
}

int stg_serve(struct stg_task *task)
{
    struct server server = {
        .task = task,
        .out = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3),
        .err = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3),
    };
    char dir[STG_PATH_MAX] = "";

    if (server.out < 0 || server.err < 0)
        MPI_Abort(task->comm, STG_EXIT_FAILED);
    while (!task->broken && next_dir(task, dir))
        perform_in(&server, dir);
    close(server.out);
    close(server.err);
    return task->broken ? STG_EXIT_FAILED : 0;
}

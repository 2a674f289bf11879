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
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define NAP_SHARE 0.1 /* of the time that was waited already */
#define NAP_MAX_S 0.01

struct server {
    struct stg_task *task;
    int out, err; /* the real standard output and error */
    double least_bytes; /* that this process held between two tasks */
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
 * cores to others: the longer they have waited, the longer they sleep. */
static bool next_dir(const struct stg_task *task, char dir[STG_PATH_MAX])
{
    double start_s, nap_s;
    int done = 0;
    MPI_Request request;

    if (task->rank == 0 && !read_line(dir))
        dir[0] = '\0';
    (void)MPI_Ibcast(dir, STG_PATH_MAX, MPI_CHAR, 0, task->agree, &request);
    start_s = MPI_Wtime();
    for (;;) {
        (void)MPI_Test(&request, &done, MPI_STATUS_IGNORE);
        if (done)
            return dir[0] != '\0';
        nap_s = fmin(NAP_SHARE * (MPI_Wtime() - start_s), NAP_MAX_S);
        nanosleep(&(struct timespec){ .tv_nsec = (long)(nap_s * 1e9) }, NULL);
    }
}

static int redirect(const char *path, int fd)
{
    int file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);

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

static void add_number(struct json_object *line, const char *key, double x)
{
    if (x >= 0)
        json_object_object_add(line, key, json_object_new_double(x));
}

static void answer(const struct stg_task *task, const char *dir, int exit_code,
                   const struct stg_usage *all)
{
    struct json_object *line = json_object_new_object();

    json_object_object_add(line, "dir", json_object_new_string(dir));
    json_object_object_add(line, "exit_code", json_object_new_int(exit_code));
    add_number(line, "user_s", all->user_s);
    add_number(line, "system_s", all->system_s);
    add_number(line, "peak_rss_bytes", all->peak_rss_bytes);
    add_number(line, "rss_bytes", all->rss_bytes);
    add_number(line, "read_bytes", all->read_bytes);
    add_number(line, "written_bytes", all->written_bytes);
    if (task->broken)
        json_object_object_add(line, "last", json_object_new_boolean(true));
    fprintf(stdout, "%s\n", json_object_to_json_string_ext(
                                line, JSON_C_TO_STRING_PLAIN |
                                          JSON_C_TO_STRING_NOSLASHESCAPE));
    fflush(stdout);
    json_object_put(line);
}

/* Collective. */
static void perform_in(struct server *server, const char *dir)
{
    struct stg_task *task = server->task;
    int entered = enter(server, dir), all = 0, exit_code = STG_EXIT_FAILED;
    struct stg_usage use, sum;

    stg_usage_begin(&use);
    (void)MPI_Allreduce(&entered, &all, 1, MPI_INT, MPI_MIN, task->agree);
    if (all)
        exit_code = stg_task_perform(task, "task.json");
    if (entered)
        restore(server);
    stg_usage_end(&use);
    use.rss_bytes = stg_usage_trim(use.rss_bytes, server->least_bytes);
    server->least_bytes = fmin(server->least_bytes, use.rss_bytes);
    stg_usage_sum(&use, task->agree, &sum);
    if (task->rank == 0)
        answer(task, dir, exit_code, &sum);
}

int stg_serve(struct stg_task *task)
{
    struct server server = {
        .task = task,
        .out = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3),
        .err = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3),
    };
    char dir[STG_PATH_MAX] = "";
    struct stg_usage now;

    stg_usage_begin(&now);
    stg_usage_end(&now);
    server.least_bytes = now.rss_bytes;
    if (server.out < 0 || server.err < 0)
        MPI_Abort(task->comm, STG_EXIT_FAILED);
    while (!task->broken && next_dir(task, dir))
        perform_in(&server, dir);
    close(server.out);
    close(server.err);
    return task->broken ? STG_EXIT_FAILED : 0;
}

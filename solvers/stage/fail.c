/* fail.c - one rank fails, all ranks stop, one line says why
 *
 * There is one kind of agreement, so that a rank that left its part early and
 * ranks that are still inside theirs meet in it: whoever comes first waits.
 * Once an agreement has said "failed", nobody asks again.
 */
#include "stage/task.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

/* One line, without the control characters that text from files may have. */
static void keep_line(char *line)
{
    size_t n = strcspn(line, "\r\n");

    while (n > 0 && line[n - 1] == ' ')
        n--;
    line[n] = '\0';
    for (char *c = line; *c; c++)
        if ((unsigned char)*c < ' ' || *c == 0x7f)
            *c = ' ';
}

static void store(struct stg_task *task, const char *format, va_list args)
{
    if (task->message[0])
        return; /* the first is the cause, later ones are its effects */
    vsnprintf(task->message, sizeof(task->message), format, args);
    keep_line(task->message);
}

PetscErrorCode stg_fail(struct stg_task *task, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    store(task, format, args);
    va_end(args);
    return PETSC_ERR_USER;
}

PetscErrorCode stg_ask_restart(struct stg_task *task, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    store(task, format, args);
    va_end(args);
    task->exit_code = STG_EXIT_RESTART;
    return PETSC_ERR_USER;
}

PetscErrorCode stg_keep_error(MPI_Comm comm, int line, const char *function,
                              const char *file, PetscErrorCode code,
                              PetscErrorType type, const char *text,
                              void *context)
{
    struct stg_task *task = context;
    const char *kind = NULL;

    (void)comm;
    (void)line;
    (void)file;
    if (type != PETSC_ERROR_INITIAL || code == PETSC_ERR_USER)
        return code;
    if (code == PETSC_ERR_USER_INPUT && text && *text) {
        stg_fail(task, "%s", text); /* in the user's terms already */
        return code;
    }
    if (PetscErrorMessage(code, &kind, NULL) || !kind)
        kind = "error";
    if (!text)
        text = "";
    stg_fail(task, "%s%s%.*s, in %s()", kind, *text ? ": " : "",
             (int)strcspn(text, "\r\n"), text,
             function ? function : "PETSc");
    return code;
}

/* Wait for the others, but not for ever when it is this rank that failed:
 * they may be waiting for it in another collective call. */
static bool wait_for_others(MPI_Request *request, bool failed)
{
    const struct timespec nap = { .tv_nsec = 1000000 };
    double end_s = MPI_Wtime() + STG_AGREE_WAIT_S;
    int done = 0;

    if (!failed) {
        (void)MPI_Wait(request, MPI_STATUS_IGNORE);
        return true;
    }
    for (;;) {
        (void)MPI_Test(request, &done, MPI_STATUS_IGNORE);
        if (done || MPI_Wtime() > end_s)
            return done;
        nanosleep(&nap, NULL);
    }
}

static void print_cause(const struct stg_task *task)
{
    fprintf(stderr, "%s\n", task->message[0] ? task->message
                                             : "failed without a message");
    fflush(stderr);
}

/* Returns whether any rank failed.  'end': this rank has left run(). */
static bool ask(struct stg_task *task, bool failed, bool end)
{
    int mine[3] = { failed, end, !end }, all[3] = { 0 };
    MPI_Request request;

    (void)MPI_Iallreduce(mine, all, 3, MPI_INT, MPI_MAX, task->agree, &request);
    if (!wait_for_others(&request, failed)) {
        print_cause(task);
        MPI_Abort(task->comm, task->exit_code);
    }
    if (!all[0] && all[1] && all[2]) {
        stg_fail(task, "'%s' ended on some ranks before others",
                 task->program->name);
        all[0] = 1;
    }
    task->told = all[0];
    return all[0];
}

PetscErrorCode stg_agree(struct stg_task *task, PetscErrorCode mine)
{
    if (!task->told)
        ask(task, mine != 0, false);
    if (mine)
        return mine;
    return task->told ? PETSC_ERR_USER : 0;
}

int stg_task_settle(struct stg_task *task, PetscErrorCode mine)
{
    int first;

    if (!task->told && !ask(task, mine != 0, true))
        return 0;
    first = task->message[0] ? task->rank : task->ranks;
    (void)MPI_Allreduce(MPI_IN_PLACE, &first, 1, MPI_INT, MPI_MIN, task->agree);
    if (first == task->ranks)
        first = 0;
    (void)MPI_Bcast(task->message, sizeof(task->message), MPI_CHAR, first,
              task->agree);
    (void)MPI_Bcast(&task->exit_code, 1, MPI_INT, first, task->agree);
    (void)MPI_Allreduce(MPI_IN_PLACE, &task->broken, 1, MPI_C_BOOL, MPI_LOR,
                  task->agree);
    if (task->rank == 0)
        print_cause(task);
    return task->exit_code;
}

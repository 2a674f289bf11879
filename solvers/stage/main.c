/* main.c - start MPI and PETSc once, then one task or many */
#include "stage/task.h"

#include <hdf5.h>
#include <json-c/json.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Take --serve out of the arguments; the others are PETSc's. */
static bool take_serve(int *argc, char **argv)
{
    bool found = false;
    int kept = 1;

    for (int i = 1; i < *argc; i++) {
        if (strcmp(argv[i], "--serve") == 0)
            found = true;
        else
            argv[kept++] = argv[i];
    }
    *argc = kept;
    argv[kept] = NULL;
    return found;
}

static PetscErrorCode start(int *argc, char ***argv)
{
    /* A reader of progress may go away while the task goes on. */
    signal(SIGPIPE, SIG_IGN);
    stg_await_warning();
    /* What a file in somebody's home says is in no lineage; and a signal is
     * the end of a task, not the start of a debugging session. */
    PetscCall(PetscOptionsSetValue(NULL, "-skip_petscrc", "1"));
    PetscCall(PetscOptionsSetValue(NULL, "-no_signal_handler", "1"));
    PetscCall(PetscInitialize(argc, argv, NULL, NULL));
    /* After a failed close HDF5 crashes in its exit handler. */
    H5dont_atexit();
    H5open();
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
    return 0;
}

static PetscErrorCode join(struct stg_task *task)
{
    task->comm = PETSC_COMM_WORLD;
    PetscCallMPI(MPI_Comm_rank(task->comm, &task->rank));
    PetscCallMPI(MPI_Comm_size(task->comm, &task->ranks));
    PetscCallMPI(MPI_Comm_dup(task->comm, &task->agree));
    return 0;
}

int stg_task_perform(struct stg_task *task, const char *path)
{
    PetscErrorCode rc;
    int exit_code;

    task->told = false;
    task->exit_code = STG_EXIT_FAILED;
    task->message[0] = '\0';
    stg_progress_open(task);
    PetscPushErrorHandler(stg_keep_error, task);
    rc = stg_task_load(task, path);
    if (!rc)
        rc = task->program->run(task);
    exit_code = stg_task_settle(task, rc);
    PetscPopErrorHandler();
    stg_progress_close(task);
    json_object_put(task->json);
    task->json = NULL;
    return exit_code;
}

static int perform_here(struct stg_task *task)
{
    const char *path = getenv("FEDTWIN_TASK");

    return stg_task_perform(task, path ? path : "task.json");
}

int stg_main(int argc, char **argv, const struct stg_program *program)
{
    bool serve = take_serve(&argc, argv);
    struct stg_task task = { .program = program, .progress_fd = -1 };
    int exit_code;

    if (start(&argc, &argv) || join(&task)) {
        fprintf(stderr, "%s: cannot start MPI and PETSc\n", program->name);
        return STG_EXIT_FAILED;
    }
    exit_code = serve ? stg_serve(&task) : perform_here(&task);
    MPI_Comm_free(&task.agree);
    if (PetscFinalize() && exit_code == 0)
        exit_code = STG_EXIT_FAILED;
    return exit_code;
}

/* task.h - what a task is inside the stage library; not for programs */
#ifndef STG_TASK_H
#define STG_TASK_H

#include "stage/stage.h"

#define STG_TASK_SCHEMA 1
#define STG_TASK_SIZE_MAX (64 << 20) /* bytes of task.json */
#define STG_TASK_DEPTH_MAX 64
#define STG_PATH_MAX 4096

struct stg_task {
    MPI_Comm comm;  /* for the program */
    MPI_Comm agree; /* a copy of it that only stg_agree() uses */
    int rank, ranks;
    const struct stg_program *program;
    struct json_object *json;

    bool told;   /* all ranks know that the task has failed */
    bool broken; /* the process cannot be trusted with another task */
    int exit_code;
    char message[STG_MESSAGE_MAX]; /* empty: none from this rank */

    int progress_fd; /* -1: nobody listens */
    double progress_last_s;
    char checkpoint[STG_PATH_MAX], restart[STG_PATH_MAX];
};

/* Collective.  Carry out the task whose task.json is 'path'; returns the exit
 * status, the same on every rank.  Rank 0 has printed the cause. */
int stg_task_perform(struct stg_task *task, const char *path);

/* task.c, collective: read, share and check task.json. */
PetscErrorCode stg_task_load(struct stg_task *task, const char *path);

/* fail.c, collective: agree on how the task ended; rank 0 prints the cause.
 * Returns the exit status. */
int stg_task_settle(struct stg_task *task, PetscErrorCode mine);
/* PETSc's error handler: keeps the first line of what PETSc says. */
PetscErrorCode stg_keep_error(MPI_Comm comm, int line, const char *function,
                              const char *file, PetscErrorCode code,
                              PetscErrorType type, const char *text,
                              void *task);

/* progress.c */
void stg_progress_open(struct stg_task *task);
void stg_progress_close(struct stg_task *task);

/* usage.c: what a task alone has used, on one rank or summed; < 0: this system
 * does not say. */
struct stg_usage {
    double user_s, system_s;
    double peak_rss_bytes; /* most since the beginning */
    double rss_bytes;      /* at the end */
    double read_bytes, written_bytes; /* from and to devices */
};
void stg_usage_begin(struct stg_usage *usage);
void stg_usage_end(struct stg_usage *usage);
/* Give free memory back to the system when this process holds much more than
 * 'least_bytes'; MPI libraries keep malloc() from doing so by itself.  What it
 * holds then. */
double stg_usage_trim(double rss_bytes, double least_bytes);
/* Collective; on rank 0. */
void stg_usage_sum(const struct stg_usage *usage, MPI_Comm comm,
                   struct stg_usage *sum);

/* serve.c: take tasks from standard input until it ends. */
int stg_serve(struct stg_task *task);

/* unit.c: whether two SI units have one dimension. */
bool stg_unit_same(const char *a, const char *b);

/* --- warning.c ------------------------------------------------------------ */

void stg_await_warning(void); /* from now on stg_is_warned() knows of it */

#endif

/* stage.h - what an MPI stage program written in C is built on
 *
 *     static PetscErrorCode run(struct stg_task *task) { ... }
 *
 *     static const struct stg_program program = {
 *         .name = "fedtwin-heat", .module = "solve.heat", .run = run,
 *     };
 *
 *     int main(int argc, char **argv)
 *     {
 *         return stg_main(argc, argv, &program);
 *     }
 *
 * stg_main() speaks the stage protocol (share/doc/formats/task.md): it starts
 * MPI and PETSc once, reads the task on rank 0, gives it to every rank and
 * calls run() on all of them; with --serve it does so for one attempt
 * directory after another.
 *
 * Functions return 0 or a PETSc error code and are called inside PetscCall().
 * "Collective" means that every rank of the task calls it, in the same order;
 * everything else may be called by one rank alone.  Text that a function
 * returns is borrowed and lives as long as the task.
 */
#ifndef STG_STAGE_H
#define STG_STAGE_H

#include <petscsys.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct json_object;
struct stg_task;

#define STG_EXIT_FAILED 1
#define STG_EXIT_RESTART 75 /* asks to be started again from the checkpoint */

struct stg_program {
    const char *name;   /* of the executable */
    const char *module; /* a task for another module is refused */
    /* Carry out one task.  Collective.  What it allocated it frees, also when
     * it fails, as far as it can: a server runs many tasks. */
    PetscErrorCode (*run)(struct stg_task *task);
};

/* The whole of main().  Returns the exit status. */
int stg_main(int argc, char **argv, const struct stg_program *program);

/* --- the task ------------------------------------------------------------ */

MPI_Comm stg_comm(const struct stg_task *task);
int stg_rank(const struct stg_task *task);
int stg_ranks(const struct stg_task *task);
const char *stg_task_name(const struct stg_task *task);
int64_t stg_seed(const struct stg_task *task);
int stg_threads(const struct stg_task *task);

/* --- failing --------------------------------------------------------------
 *
 * A rank that cannot go on returns what stg_fail() returns; the first line
 * that is stored on the lowest rank becomes the one line on standard error.
 * The other ranks learn of it in their next stg_agree(), which every
 * collective function of this library contains.  A rank that waits in another
 * collective call for more than STG_AGREE_WAIT_S can only be aborted.
 */
#define STG_AGREE_WAIT_S 10
#define STG_MESSAGE_MAX 512

/* Store why this rank fails.  Always returns PETSC_ERR_USER. */
PetscErrorCode stg_fail(struct stg_task *task, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* The same, and end with STG_EXIT_RESTART: a checkpoint has been committed. */
PetscErrorCode stg_ask_restart(struct stg_task *task, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Collective: pass the result of a part that ranks did on their own.  Nonzero
 * on every rank when it is nonzero on any. */
PetscErrorCode stg_agree(struct stg_task *task, PetscErrorCode mine);

/* --- progress ------------------------------------------------------------- */

#define STG_PROGRESS_INTERVAL_S 0.1

/* Tell how far the task is.  Only rank 0 writes, at most once in
 * STG_PROGRESS_INTERVAL_S, and always when step == of.  'of' <= 0: not known;
 * a residual or time (s) that is NaN is left out.  Never fails. */
void stg_progress(struct stg_task *task, int64_t step, int64_t of,
                  double residual, double time_s);

/* --- parameters -----------------------------------------------------------
 *
 * A value is a parameter, or a part of one.  The caller allocates it and
 * copies it freely.  Functions named stg_get_ take a mapping and the name of a
 * member; they fail when it is missing or of another type, and the message
 * names the parameter.  A parameter without a value is absent: ask stg_has().
 *
 * 'unit' is an SI unit such as "m", "W.m-1.K-1" or "1"; a quantity of another
 * dimension is refused.  Values are in the coherent SI unit.  NULL: any.
 */
struct stg_value {
    struct stg_task *task;
    struct json_object *json;
    char name[128]; /* "convection.fins.coefficient", for messages */
};

struct stg_value stg_params(struct stg_task *task); /* all of them */

/* A unit that numbers are shown in; zeroed: they stay as they are. */
struct stg_unit {
    const char *written; /* "degC"; or NULL */
    const char *si;      /* the coherent SI unit of its dimension, "K" */
    double scale, zero;  /* x of it are zero + scale * x in SI */
};

bool stg_has(const struct stg_value *map, const char *name);
PetscErrorCode stg_get(const struct stg_value *map, const char *name,
                       struct stg_value *value);
PetscErrorCode stg_get_quantity(const struct stg_value *map, const char *name,
                                const char *unit, double *si);
PetscErrorCode stg_get_number(const struct stg_value *map, const char *name,
                              double *x);
PetscErrorCode stg_get_integer(const struct stg_value *map, const char *name,
                               int64_t *n);
PetscErrorCode stg_get_text(const struct stg_value *map, const char *name,
                            const char **text);
PetscErrorCode stg_get_bool(const struct stg_value *map, const char *name,
                            bool *yes);

PetscErrorCode stg_get_unit(const struct stg_value *map, const char *name,
                            struct stg_unit *unit);
/* Make 'n' values, which are in 'unit', numbers of 'to'.  Fails, and names
 * both, when that is neither the unit itself nor an SI unit of its dimension;
 * 'what' begins the message. */
PetscErrorCode stg_show_in(struct stg_task *task, const struct stg_unit *to,
                           const char *what, const char *unit, size_t n,
                           double value[]);

PetscErrorCode stg_as_quantity(const struct stg_value *value, const char *unit,
                               double *si);
PetscErrorCode stg_as_number(const struct stg_value *value, double *x);
PetscErrorCode stg_as_integer(const struct stg_value *value, int64_t *n);
PetscErrorCode stg_as_text(const struct stg_value *value, const char **text);
PetscErrorCode stg_as_bool(const struct stg_value *value, bool *yes);

/* Members of a mapping (a record, or "each: group"), in the order of
 * task.json, and elements of a list. */
PetscErrorCode stg_count(const struct stg_value *value, size_t *n);
PetscErrorCode stg_member(const struct stg_value *map, size_t i,
                          const char **name, struct stg_value *value);
PetscErrorCode stg_element(const struct stg_value *list, size_t i,
                           struct stg_value *value);

/* The value for a group of the mesh: its own, or that of "*".  Returns false,
 * and leaves 'value' alone, when there is neither. */
bool stg_group_value(const struct stg_value *map, const char *group,
                     struct stg_value *value);

/* --- inputs and outputs --------------------------------------------------- */

struct stg_input {
    const char *path;
    const char *type;    /* "mesh", "field", "image", "table", "file" */
    const char *object;  /* "mesh.mesh", or NULL */
    const char *version; /* or NULL: a plain file of the user */
    struct stg_value cell; /* matrix cell it came from; .json NULL: none */
};

size_t stg_input_count(const struct stg_task *task, const char *name);
PetscErrorCode stg_input(struct stg_task *task, const char *name, size_t i,
                         struct stg_input *input);
/* The path of an input that is one object. */
PetscErrorCode stg_input_path(struct stg_task *task, const char *name,
                              const char **path);

/* Where to write an output; fails when the task does not ask for it. */
bool stg_wants(const struct stg_task *task, const char *name);
PetscErrorCode stg_output_path(struct stg_task *task, const char *name,
                               const char **path);

/* --- checkpoints ----------------------------------------------------------
 *
 * One file, replaced as a whole.  Write to stg_checkpoint_part(), close it,
 * then stg_checkpoint_commit(); a later attempt of the same task finds it at
 * stg_restart_path().
 */

/* Collective: makes the directory. */
PetscErrorCode stg_checkpoint_part(struct stg_task *task, const char **path);
/* Collective: sync and rename.  The file was closed on every rank. */
PetscErrorCode stg_checkpoint_commit(struct stg_task *task);
/* This rank was told by SIGUSR1 that the time of its job is nearly over.  A
 * program with checkpoints has one rank ask, writes one and ends with
 * stg_ask_restart(); others go on. */
bool stg_is_warned(void);
/* NULL when the task starts from the beginning. */
const char *stg_restart_path(const struct stg_task *task);

#endif

/* main.c - fedtwin-modes: natural frequencies and shapes, module solve.modes
 *
 * In reading order: those files of solvers/elasticity that say what is held
 * and how stiff it is, assemble.c, solve.c, report.c.
 */
#include "modes/modes.h"
#include "stage/stage.h"

#define MOST_MODES 1000

static PetscErrorCode read_count(struct modes *modes)
{
    struct stg_value all = stg_params(modes->ela.task);
    int64_t count = 10;

    PetscFunctionBeginUser;
    if (stg_has(&all, "count"))
        PetscCall(stg_get_integer(&all, "count", &count));
    if (count < 1 || count > MOST_MODES)
        PetscFunctionReturn(stg_fail(modes->ela.task, "parameter 'count' must "
                                     "be between 1 and %d, not %lld",
                                     MOST_MODES, (long long)count));
    modes->wanted = (PetscInt)count;
    PetscFunctionReturn(0);
}

static PetscErrorCode calculate(struct modes *modes)
{
    PetscFunctionBeginUser;
    PetscCall(read_count(modes));
    PetscCall(ela_setup(&modes->ela, ELA_NEEDS_DENSITY));
    PetscCall(modes_assemble(modes));
    PetscCall(modes_solve(modes));
    PetscCall(modes_write(modes));
    PetscFunctionReturn(0);
}

static PetscErrorCode release(struct modes *modes)
{
    PetscFunctionBeginUser;
    PetscCall(EPSDestroy(&modes->eps));
    PetscCall(MatDestroy(&modes->k));
    PetscCall(MatDestroy(&modes->m));
    PetscCall(ISDestroy(&modes->free));
    PetscCall(fe_matrix_release(&modes->mass));
    PetscCall(PetscFree(modes->weight));
    for (PetscInt i = 0; modes->shape && i < modes->n; i++)
        PetscCall(PetscFree(modes->shape[i]));
    PetscCall(PetscFree(modes->shape));
    PetscCall(PetscFree(modes->mode));
    PetscCall(ela_release(&modes->ela));
    PetscFunctionReturn(0);
}

static PetscErrorCode run(struct stg_task *task)
{
    struct modes modes = { .ela.task = task };
    PetscErrorCode rc = SlepcInitializeNoArguments(), released;

    if (!rc)
        rc = calculate(&modes);
    released = release(&modes);
    return rc ? rc : released;
}

static const struct stg_program program = {
    .name = "fedtwin-modes",
    .module = "solve.modes",
    .run = run,
};

int main(int argc, char **argv)
{
    return stg_main(argc, argv, &program);
}

/* main.c - fedtwin-elasticity: linear statics, module solve.elasticity
 *
 * In reading order: case.c (what was asked), setup.c, support.c and rigid.c
 * (what is held), kernel.c and operator.c (the discrete equations), solve.c,
 * recover.c (stresses), report.c.
 */
#include "elasticity/ela.h"
#include "stage/stage.h"

static PetscErrorCode calculate(struct ela *ela)
{
    PetscFunctionBeginUser;
    PetscCall(ela_setup(ela, ELA_NEEDS_LOADS));
    PetscCall(ela_solve(ela));
    PetscCall(ela_recover(ela));
    PetscCall(ela_write(ela));
    PetscFunctionReturn(0);
}

static PetscErrorCode run(struct stg_task *task)
{
    struct ela ela = { .task = task };
    PetscErrorCode rc = calculate(&ela), released = ela_release(&ela);

    return rc ? rc : released;
}

static const struct stg_program program = {
    .name = "fedtwin-elasticity",
    .module = "solve.elasticity",
    .run = run,
};

int main(int argc, char **argv)
{
    return stg_main(argc, argv, &program);
}

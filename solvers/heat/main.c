/* main.c - fedtwin-heat: steady and transient conduction, module solve.heat
 *
 * In reading order: case.c (what was asked), setup.c, density.c (the physics of
 * a point), operator.c and contact.c (the discrete equations), solve.c (one
 * step), march.c (all of them), report.c.
 */
#include "heat/heat.h"
#include "stage/stage.h"

static PetscErrorCode calculate(struct heat *heat)
{
    PetscFunctionBeginUser;
    PetscCall(heat_setup(heat));
    PetscCall(heat_march(heat));
    PetscCall(heat_write(heat));
    PetscFunctionReturn(0);
}

static PetscErrorCode run(struct stg_task *task)
{
    struct heat heat = { .task = task };
    PetscErrorCode rc = calculate(&heat), released = heat_release(&heat);

    return rc ? rc : released;
}

static const struct stg_program program = {
    .name = "fedtwin-heat",
    .module = "solve.heat",
    .run = run,
};

int main(int argc, char **argv)
{
    return stg_main(argc, argv, &program);
}

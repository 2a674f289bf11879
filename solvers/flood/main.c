/* main.c - fedtwin-flood: shallow water over terrain, module env.flood
 *
 * In reading order: case.h (what was asked), flood.h, setup.c, targets.c and
 * sources.c and culvert.h (boundaries, inflows, structures), kernel_rows.h (the
 * finite volumes), kernel_inertial.h and inertial.c (local inertia), step.c,
 * march.c, report.c, write.c.
 */
#include "flood/flood.h"

static PetscErrorCode calculate(struct flood *f)
{
    PetscFunctionBeginUser;
    PetscCall(flood_setup(f));
    PetscCall(flood_march(f));
    flood_end_peaks(f);
    PetscCall(flood_write(f));
    PetscFunctionReturn(0);
}

static PetscErrorCode run(struct stg_task *task)
{
    struct flood f = { .task = task };
    PetscErrorCode rc = calculate(&f);

    flood_release(&f);
    return rc;
}

static const struct stg_program program = {
    .name = "fedtwin-flood",
    .module = "env.flood",
    .run = run,
};

int main(int argc, char **argv)
{
    return stg_main(argc, argv, &program);
}

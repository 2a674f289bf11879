/* main.c - fedtwin-electrostatics: potentials, fields, charges and forces,
 * module solve.electrostatics
 *
 * In reading order: setup.c (what was asked), solve.c, forces.c, report.c.
 */
#include "electrostatics/es.h"

static PetscErrorCode calculate(struct es *es)
{
    PetscFunctionBeginUser;
    PetscCall(es_setup(es));
    PetscCall(es_solve(es));
    PetscCall(es_forces(es));
    PetscCall(es_write(es));
    PetscFunctionReturn(0);
}

static PetscErrorCode run(struct stg_task *task)
{
    struct es es = { .task = task };
    PetscErrorCode rc = calculate(&es), released = es_release(&es);

    return rc ? rc : released;
}

static const struct stg_program program = {
    .name = "fedtwin-electrostatics",
    .module = "solve.electrostatics",
    .run = run,
};

int main(int argc, char **argv)
{
    return stg_main(argc, argv, &program);
}

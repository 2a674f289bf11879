/* setup.c - from the task to a divided mesh, conditions and initial values */
#include <math.h>
#include <stdio.h>

#include "fe/func.h"
#include "heat/heat.h"
#include "physics/held.h"
#include "stage/stage.h"

static PetscErrorCode find_fixed(struct heat *heat)
{
    PetscFunctionBeginUser;
    PetscCall(PetscMalloc1(heat->d.n, &heat->fixed_by));
    PetscCall(PetscMalloc1(heat->d.n, &heat->fixed));
    PetscCall(phy_held_by(&heat->d, &heat->c.conditions, HEAT_FIXED,
                          heat->fixed_by));
    for (PetscInt i = 0; i < heat->d.n; i++)
        heat->fixed[i] = heat->fixed_by[i] >= 0;
    PetscFunctionReturn(0);
}

/* A part that hangs in the air has any temperature; meshes of assemblies whose
 * bodies do not share their points are the usual cause. */
static PetscErrorCode check_anchored(const struct heat *heat)
{
    const struct phy_conditions *list = &heat->c.conditions;
    PetscInt *mark;

    PetscFunctionBeginUser;
    PetscCall(PetscCalloc1(heat->d.n, &mark));
    for (int k = 0; k < list->n; k++)
        if (heat_anchors(&list->item[k]))
            phy_mark_nodes(&heat->d, &list->item[k], mark);
    PetscCall(phy_parts_marked(&heat->d, mark, "touches no group with "
                               "'fixed', 'convection' or 'radiation', so its "
                               "temperature is not determined"));
    PetscCall(PetscFree(mark));
    PetscFunctionReturn(0);
}

/* --- initial values ---------------------------------------------------- */

/* A temperature near those that are to be expected: solving for the difference
 * to it loses fewer digits.  u holds the fixed temperatures. */
static PetscErrorCode find_shift(struct heat *heat)
{
    const struct heat_case *c = &heat->c;
    double sum[2] = { 0, 0 }; /* of temperatures, of nodes */

    PetscFunctionBeginUser;
    for (PetscInt i = 0; i < heat->mesh->n_owned; i++)
        if (heat->fixed[i] || c->scheme != HEAT_STEADY) {
            sum[0] += heat->u[i];
            sum[1] += 1;
        }
    PetscCallMPI(MPI_Allreduce(MPI_IN_PLACE, sum, 2, MPI_DOUBLE, MPI_SUM,
                               heat->mesh->comm));
    if (sum[1] > 0)
        heat->shift = sum[0] / sum[1];
    else /* a steady calculation without fixed nodes has surroundings */
        for (int i = 0; i < c->conditions.n; i++)
            if (c->conditions.item[i].kind != HEAT_CONTACT &&
                c->conditions.item[i].coefficient > 0)
                heat->shift = c->conditions.item[i].value.value;
    for (PetscInt i = 0; i < heat->d.n; i++)
        if (!heat->fixed[i] && c->scheme == HEAT_STEADY)
            heat->u[i] = heat->shift;
    PetscFunctionReturn(0);
}

static PetscErrorCode start(struct heat *heat)
{
    PetscInt n = heat->d.n;
    char msg[FE_MSG] = "";

    PetscFunctionBeginUser;
    PetscCall(PetscCalloc3(n, &heat->u, n, &heat->u_old, n, &heat->u_older));
    PetscCall(PetscCalloc4(n, &heat->w, n, &heat->v, n, &heat->r, n,
                           &heat->rate_old));
    for (PetscInt i = 0; i < n; i++) {
        heat->u[i] = heat->c.initial;
        if (heat->c.initial_func)
            heat->u[i] = fe_func_value(heat->c.initial_func,
                                       heat->d.at + 3 * i, 0);
        if (!isfinite(heat->u[i]))
            (void)snprintf(msg, sizeof(msg), "parameter 'initial_function': "
                           "the function is not finite at x = %g, y = %g, "
                           "z = %g m", heat->mesh->x[3 * i],
                           heat->mesh->x[3 * i + 1], heat->mesh->x[3 * i + 2]);
    }
    PetscCall(fe_agree(heat->mesh->comm, msg));
    if (stg_input_count(heat->task, "initial") > 0 &&
        heat->c.scheme != HEAT_STEADY)
        PetscCall(phy_read_nodes(&heat->d, "initial", "K", heat->u));
    PetscCall(heat_fix(heat, 0, heat->u));
    PetscCall(find_shift(heat));
    PetscFunctionReturn(0);
}

PetscErrorCode heat_setup(struct heat *heat)
{
    bool has_initial = stg_input_count(heat->task, "initial") > 0;

    PetscFunctionBeginUser;
    PetscCall(phy_domain_open_split(heat->task, "contact", &heat->d));
    heat->mesh = heat->d.mesh;
    PetscCall(heat_case_read(&heat->d, has_initial, &heat->c));
    PetscCall(find_fixed(heat));
    if (heat->c.scheme == HEAT_STEADY)
        PetscCall(check_anchored(heat));
    PetscCall(start(heat));
    PetscCall(PetscMalloc1(heat->c.n_probes, &heat->place));
    PetscCall(fe_locate(heat->mesh, "parameter 'probes'", heat->c.n_probes,
                        heat->c.probe, heat->place));
    if (stg_restart_path(heat->task) && heat->c.scheme != HEAT_STEADY)
        PetscCall(heat_restart(heat, stg_restart_path(heat->task)));
    PetscFunctionReturn(0);
}

PetscErrorCode heat_release(struct heat *heat)
{
    PetscFunctionBeginUser;
    PetscCall(phy_newton_release(&heat->newton));
    PetscCall(PetscFree3(heat->u, heat->u_old, heat->u_older));
    PetscCall(PetscFree4(heat->w, heat->v, heat->r, heat->rate_old));
    PetscCall(PetscFree(heat->fixed_by));
    PetscCall(PetscFree(heat->fixed));
    PetscCall(PetscFree(heat->place));
    PetscCall(PetscFree(heat->row));
    PetscCall(PetscFree(heat->probed));
    heat_case_release(&heat->c);
    PetscCall(phy_domain_release(&heat->d));
    PetscFunctionReturn(0);
}

/* setup.c - from the task to a divided mesh, conditions and initial values */
#include <math.h>
#include <stdio.h>

#include "fe/comm.h"
#include "fe/func.h"
#include "fe/parts.h"
#include "heat/heat.h"
#include "physics/raise.h"
#include "stage/stage.h"

/* --- mesh -------------------------------------------------------------- */

static PetscErrorCode raise_order(struct heat *heat)
{
    struct stg_value all = stg_params(heat->task);
    int64_t order = 0; /* that of the mesh */

    PetscFunctionBeginUser;
    if (stg_has(&all, "order"))
        PetscCall(stg_get_integer(&all, "order", &order));
    if (order < 0 || order > 2)
        PetscFunctionReturn(stg_fail(heat->task, "parameter 'order' must be 1 "
                                     "or 2"));
    if (order == 1 && heat->input.order == 2)
        PetscFunctionReturn(stg_fail(heat->task, "parameter 'order' is 1, but "
                                     "the mesh has cells of second order"));
    if (order == 2)
        PetscCall(phy_raise(heat->task, &heat->input));
    PetscFunctionReturn(0);
}

static PetscErrorCode name_groups(struct heat *heat)
{
    const struct stg_mesh *input = &heat->input;

    PetscFunctionBeginUser;
    PetscCall(PetscCalloc1(input->n_groups, &heat->group));
    for (size_t g = 0; g < input->n_groups; g++) {
        heat->group[g].id = input->groups[g].id;
        heat->group[g].dim = input->groups[g].dimension;
        heat->group[g].name = input->groups[g].name;
    }
    PetscFunctionReturn(0);
}

static PetscErrorCode divide(struct heat *heat)
{
    const struct stg_mesh *input = &heat->input;
    struct fe_slab slab = {
        .n_points = (PetscInt)input->my_points,
        .n_cells = (PetscInt)input->my_cells,
        .x = input->point,
        .vtk = input->type,
        .node = input->node,
        .group = input->group,
    };

    PetscFunctionBeginUser;
    PetscCheck(input->points < PETSC_MAX_INT && input->cells < PETSC_MAX_INT,
               heat->mesh ? heat->mesh->comm : stg_comm(heat->task),
               PETSC_ERR_USER_INPUT, "the mesh has %lld points and %lld "
               "cells; this build of PETSc counts to %lld",
               (long long)input->points, (long long)input->cells,
               (long long)PETSC_MAX_INT);
    PetscCall(fe_mesh_new(stg_comm(heat->task), &slab, heat->group,
                          (int)input->n_groups, &heat->mesh));
    for (int b = 0; b < heat->mesh->n_blocks; b++)
        fe_tab_init(&heat->tab[b], heat->mesh->block[b].elem,
                    FE_RULE_SYSTEM);
    PetscFunctionReturn(0);
}

/* --- conditions -------------------------------------------------------- */

/* Every cell needs its material. */
static PetscErrorCode check_materials(const struct heat *heat)
{
    const struct fe_mesh *mesh = heat->mesh;
    char msg[FE_MSG] = "";

    PetscFunctionBeginUser;
    for (int b = 0; b < mesh->n_cell_blocks; b++)
        for (PetscInt c = 0; c < mesh->block[b].n && !msg[0]; c++) {
            const struct heat_material *m;

            if (mesh->block[b].group[c] >= 0)
                continue;
            m = &heat->c.material[mesh->n_groups];
            if (!(m->conductivity > 0) || isnan(m->capacity))
                (void)snprintf(msg, sizeof(msg), "cell %d of the mesh is in "
                               "no group, and the parameters give material "
                               "values to groups only; add one for '*'",
                               (int)mesh->block[b].id[c]);
        }
    PetscCall(fe_agree(mesh->comm, msg));
    PetscFunctionReturn(0);
}

/* Mark the nodes of the facets of fixed groups.  Where two of them meet, the
 * group that the mesh lists first holds the node. */
static void mark_fixed(struct heat *heat, int which)
{
    const struct fe_mesh *mesh = heat->mesh;
    const struct heat_condition *condition = &heat->c.condition[which];

    for (int b = mesh->n_cell_blocks; b < mesh->n_blocks; b++) {
        const struct fe_block *block = &mesh->block[b];
        int nodes = block->elem->nodes;

        for (PetscInt c = 0; c < block->n; c++) {
            if (block->group[c] != condition->group)
                continue;
            for (int i = 0; i < nodes; i++) {
                PetscInt *by = &heat->fixed_by[block->node[c * nodes + i]];

                if (*by < 0 ||
                    heat->c.condition[*by].group > condition->group)
                    *by = which;
            }
        }
    }
}

/* A node may be known as fixed only to a rank that has it as a ghost. */
static PetscErrorCode share_fixed(struct heat *heat)
{
    const struct fe_mesh *mesh = heat->mesh;
    PetscInt n = mesh->n_owned + mesh->n_ghosts, *group;

    PetscFunctionBeginUser;
    PetscCall(PetscMalloc1(n, &group));
    for (PetscInt i = 0; i < n; i++)
        group[i] = heat->fixed_by[i] < 0
            ? PETSC_MAX_INT : heat->c.condition[heat->fixed_by[i]].group;
    PetscCall(PetscSFReduceBegin(mesh->halo, MPIU_INT, group + mesh->n_owned,
                                 group, MPI_MIN));
    PetscCall(PetscSFReduceEnd(mesh->halo, MPIU_INT, group + mesh->n_owned,
                               group, MPI_MIN));
    PetscCall(PetscSFBcastBegin(mesh->halo, MPIU_INT, group,
                                group + mesh->n_owned, MPI_REPLACE));
    PetscCall(PetscSFBcastEnd(mesh->halo, MPIU_INT, group,
                              group + mesh->n_owned, MPI_REPLACE));
    for (PetscInt i = 0; i < n; i++)
        for (int k = 0; k < heat->c.n_conditions; k++)
            if (heat->c.condition[k].kind == HEAT_FIXED &&
                heat->c.condition[k].group == group[i])
                heat->fixed_by[i] = k;
    PetscCall(PetscFree(group));
    PetscFunctionReturn(0);
}

static PetscErrorCode find_fixed(struct heat *heat)
{
    PetscInt n = heat->mesh->n_owned + heat->mesh->n_ghosts;

    PetscFunctionBeginUser;
    PetscCall(PetscMalloc1(n, &heat->fixed_by));
    PetscCall(PetscMalloc1(n, &heat->fixed));
    for (PetscInt i = 0; i < n; i++)
        heat->fixed_by[i] = -1;
    for (int k = 0; k < heat->c.n_conditions; k++)
        if (heat->c.condition[k].kind == HEAT_FIXED)
            mark_fixed(heat, k);
    PetscCall(share_fixed(heat));
    for (PetscInt i = 0; i < n; i++)
        heat->fixed[i] = heat->fixed_by[i] >= 0;
    PetscFunctionReturn(0);
}

static PetscErrorCode check_measures(const struct heat *heat)
{
    for (int i = 0; i < heat->c.n_conditions; i++) {
        const struct heat_condition *condition = &heat->c.condition[i];

        if (condition->kind == HEAT_POWER && !(condition->measure > 0))
            return stg_fail(heat->task, "parameter 'power': group '%s' has "
                            "no %s to take it", heat->group[condition->group]
                            .name, condition->dim == heat->mesh->dim
                                       ? "cells" : "surface");
    }
    return 0;
}

/* --- is a steady temperature determined everywhere? ---------------------- */

/* Nodes that a fixed or an ambient temperature acts on. */
static void mark_anchored(const struct heat *heat, PetscInt anchored[])
{
    const struct fe_mesh *mesh = heat->mesh;

    for (PetscInt i = 0; i < mesh->n_owned + mesh->n_ghosts; i++)
        anchored[i] = heat->fixed[i];
    for (int k = 0; k < heat->c.n_conditions; k++)
        for (int b = mesh->n_cell_blocks; b < mesh->n_blocks; b++) {
            const struct fe_block *block = &mesh->block[b];
            int nodes = block->elem->nodes;

            if (!(heat->c.condition[k].coefficient > 0))
                continue;
            for (PetscInt i = 0; i < block->n * nodes; i++)
                if (block->group[i / nodes] == heat->c.condition[k].group)
                    anchored[block->node[i]] = 1;
        }
}

/* A part that hangs in the air has any temperature; meshes of assemblies whose
 * bodies do not share their points are the usual cause. */
static PetscErrorCode check_anchored(const struct heat *heat)
{
    const struct fe_mesh *mesh = heat->mesh;
    PetscInt n = mesh->n_owned + mesh->n_ghosts, *part, *anchored, *root;
    char msg[FE_MSG] = "";
    PetscSF sf;

    PetscFunctionBeginUser;
    PetscCall(PetscMalloc2(n, &part, n, &anchored));
    PetscCall(PetscCalloc1(mesh->n_owned, &root));
    PetscCall(fe_parts(mesh, part));
    mark_anchored(heat, anchored);
    PetscCall(fe_graph(mesh->comm, mesh->n_owned, n, part, &sf));
    PetscCall(PetscSFReduceBegin(sf, MPIU_INT, anchored, root, MPI_MAX));
    PetscCall(PetscSFReduceEnd(sf, MPIU_INT, anchored, root, MPI_MAX));
    for (PetscInt i = 0; i < mesh->n_owned && !msg[0]; i++)
        if (part[i] == mesh->first + i && !root[i])
            (void)snprintf(msg, sizeof(msg), "the part of the mesh that has "
                           "the point (%g, %g, %g) m touches no group with "
                           "'fixed' or 'convection', so its temperature is "
                           "not determined; should it be joined to another "
                           "part?", mesh->x[3 * i], mesh->x[3 * i + 1],
                           mesh->x[3 * i + 2]);
    PetscCall(PetscSFDestroy(&sf));
    PetscCall(PetscFree2(part, anchored));
    PetscCall(PetscFree(root));
    PetscCall(fe_agree(mesh->comm, msg));
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
    else /* a steady calculation without fixed nodes has convection */
        for (int i = 0; i < c->n_conditions; i++)
            if (c->condition[i].coefficient > 0)
                heat->shift = c->condition[i].value;
    for (PetscInt i = 0; i < heat->mesh->n_owned + heat->mesh->n_ghosts; i++)
        if (!heat->fixed[i] && c->scheme == HEAT_STEADY)
            heat->u[i] = heat->shift;
    PetscFunctionReturn(0);
}

static PetscErrorCode same_points(const struct heat *heat,
                                  const struct stg_mesh *other)
{
    const struct stg_mesh *input = &heat->input;
    char msg[FE_MSG] = "";
    bool same = input->my_points == other->my_points;

    PetscFunctionBeginUser;
    for (int64_t i = 0; same && i < 3 * input->my_points; i++)
        same = input->point[i] == other->point[i];
    if (!same)
        (void)snprintf(msg, sizeof(msg), "input 'initial' is on another mesh "
                       "than input 'mesh'");
    PetscCall(fe_agree(heat->mesh->comm, msg));
    PetscFunctionReturn(0);
}

static PetscErrorCode read_initial(struct heat *heat)
{
    struct stg_mesh mesh = { 0 };
    struct stg_field field = { 0 };
    const char *path;

    PetscFunctionBeginUser;
    PetscCall(stg_input_path(heat->task, "initial", &path));
    PetscCall(stg_field_read(heat->task, path, "K", &mesh, &field));
    PetscCall(same_points(heat, &mesh));
    if (field.place != STG_ON_POINTS || field.components != 1)
        PetscFunctionReturn(stg_fail(heat->task, "input 'initial' must have "
                                     "one value at each point"));
    PetscCall(fe_mesh_from_input(heat->mesh, field.value, heat->u));
    PetscCall(fe_mesh_spread(heat->mesh, heat->u));
    stg_field_release(&field);
    stg_mesh_release(&mesh);
    PetscFunctionReturn(0);
}

static PetscErrorCode start(struct heat *heat)
{
    PetscInt n = heat->mesh->n_owned + heat->mesh->n_ghosts;
    char msg[FE_MSG] = "";

    PetscFunctionBeginUser;
    PetscCall(PetscCalloc3(n, &heat->u, n, &heat->u_old, n, &heat->u_older));
    PetscCall(PetscCalloc3(n, &heat->w, n, &heat->v, n, &heat->r));
    for (PetscInt i = 0; i < n; i++) {
        heat->u[i] = heat->c.initial;
        if (heat->c.initial_func)
            heat->u[i] = fe_func_value(heat->c.initial_func,
                                       heat->mesh->x + 3 * i, 0);
        if (!isfinite(heat->u[i]))
            (void)snprintf(msg, sizeof(msg), "parameter 'initial_function': "
                           "the function is not finite at x = %g, y = %g, "
                           "z = %g m", heat->mesh->x[3 * i],
                           heat->mesh->x[3 * i + 1], heat->mesh->x[3 * i + 2]);
    }
    PetscCall(fe_agree(heat->mesh->comm, msg));
    if (stg_input_count(heat->task, "initial") > 0 && heat->c.steps > 0)
        PetscCall(read_initial(heat));
    PetscCall(heat_fix(heat, 0, heat->u));
    PetscCall(find_shift(heat));
    PetscFunctionReturn(0);
}

PetscErrorCode heat_setup(struct heat *heat)
{
    const char *path;
    bool has_initial = stg_input_count(heat->task, "initial") > 0;

    PetscFunctionBeginUser;
    PetscCall(stg_input_path(heat->task, "mesh", &path));
    PetscCall(stg_mesh_read(heat->task, path, &heat->input));
    PetscCall(raise_order(heat));
    PetscCall(heat_case_read(heat->task, &heat->input, has_initial,
                             &heat->c));
    PetscCall(name_groups(heat));
    PetscCall(divide(heat));
    PetscCall(check_materials(heat));
    PetscCall(find_fixed(heat));
    PetscCall(heat_measure(heat));
    PetscCall(check_measures(heat));
    if (heat->c.scheme == HEAT_STEADY)
        PetscCall(check_anchored(heat));
    PetscCall(start(heat));
    PetscCall(PetscMalloc1(heat->c.n_probes, &heat->place));
    PetscCall(fe_locate(heat->mesh, "parameter 'probes'", heat->c.n_probes,
                        heat->c.probe, heat->place));
    if (stg_restart_path(heat->task) && heat->c.steps > 0)
        PetscCall(heat_restart(heat, stg_restart_path(heat->task)));
    PetscFunctionReturn(0);
}

PetscErrorCode heat_release(struct heat *heat)
{
    PetscFunctionBeginUser;
    PetscCall(fe_solver_release(&heat->solver));
    PetscCall(fe_matrix_release(&heat->matrix));
    PetscCall(PetscFree3(heat->u, heat->u_old, heat->u_older));
    PetscCall(PetscFree3(heat->w, heat->v, heat->r));
    PetscCall(PetscFree(heat->fixed_by));
    PetscCall(PetscFree(heat->fixed));
    PetscCall(PetscFree(heat->place));
    PetscCall(PetscFree(heat->row));
    PetscCall(PetscFree(heat->probed));
    PetscCall(fe_mesh_free(&heat->mesh));
    PetscCall(PetscFree(heat->group));
    heat_case_release(&heat->c);
    stg_mesh_release(&heat->input);
    PetscFunctionReturn(0);
}

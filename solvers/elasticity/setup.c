/* setup.c - from the task to a divided mesh, supports and temperatures */
#include <math.h>
#include <stdio.h>

#include "elasticity/ela.h"
#include "elasticity/vector.h"
#include "fe/comm.h"
#include "fe/func.h"
#include "fe/side.h"
#include "physics/raise.h"
#include "stage/stage.h"

/* --- mesh -------------------------------------------------------------- */

static PetscErrorCode read_mesh(struct ela *ela)
{
    struct stg_value all = stg_params(ela->task);
    const char *path;

    PetscFunctionBeginUser;
    ela->order = 2;
    if (stg_has(&all, "order"))
        PetscCall(stg_get_integer(&all, "order", &ela->order));
    if (ela->order != 1 && ela->order != 2)
        PetscFunctionReturn(stg_fail(ela->task, "parameter 'order' must be 1 "
                                     "or 2, not %lld",
                                     (long long)ela->order));
    PetscCall(stg_input_path(ela->task, "mesh", &path));
    PetscCall(stg_mesh_read(ela->task, path, &ela->input));
    ela->n_given = ela->input.points;
    if (ela->order == 2)
        PetscCall(phy_raise(ela->task, &ela->input));
    PetscFunctionReturn(0);
}

/* A plane calculation takes place in x and y. */
static PetscErrorCode check_plane(const struct ela *ela)
{
    const struct stg_mesh *mesh = &ela->input;
    double range[2] = { INFINITY, INFINITY }; /* min, -max of z */

    PetscFunctionBeginUser;
    if (mesh->dimension == 3)
        PetscFunctionReturn(0);
    for (int64_t i = 0; i < mesh->my_points; i++) {
        range[0] = fmin(range[0], mesh->point[3 * i + 2]);
        range[1] = fmin(range[1], -mesh->point[3 * i + 2]);
    }
    PetscCallMPI(MPI_Allreduce(MPI_IN_PLACE, range, 2, MPI_DOUBLE, MPI_MIN,
                               stg_comm(ela->task)));
    if (range[0] != -range[1])
        PetscFunctionReturn(stg_fail(ela->task, "the cells of the mesh are "
                                     "flat, but z is between %g m and %g m; "
                                     "shells cannot be computed", range[0],
                                     -range[1]));
    PetscFunctionReturn(0);
}

static PetscErrorCode divide(struct ela *ela)
{
    const struct stg_mesh *input = &ela->input;
    struct fe_slab slab = {
        .n_points = (PetscInt)input->my_points,
        .n_cells = (PetscInt)input->my_cells,
        .x = input->point,
        .vtk = input->type,
        .node = input->node,
        .group = input->group,
    };

    PetscFunctionBeginUser;
    PetscCall(PetscCalloc1(input->n_groups, &ela->group));
    for (size_t g = 0; g < input->n_groups; g++) {
        ela->group[g].id = input->groups[g].id;
        ela->group[g].dim = input->groups[g].dimension;
        ela->group[g].name = input->groups[g].name;
    }
    PetscCall(fe_mesh_new(stg_comm(ela->task), &slab, ela->group,
                          (int)input->n_groups, &ela->mesh));
    for (int b = 0; b < ela->mesh->n_blocks; b++)
        fe_tab_init(&ela->tab[b], ela->mesh->block[b].elem, FE_RULE_SYSTEM);
    PetscFunctionReturn(0);
}

/* --- conditions -------------------------------------------------------- */

/* Every cell needs its material. */
static PetscErrorCode check_materials(const struct ela *ela)
{
    const struct fe_mesh *mesh = ela->mesh;
    char msg[FE_MSG] = "";

    PetscFunctionBeginUser;
    for (int b = 0; b < mesh->n_cell_blocks; b++)
        for (PetscInt c = 0; c < mesh->block[b].n && !msg[0]; c++) {
            const struct ela_material *m = &ela->c.material[mesh->n_groups];

            if (mesh->block[b].group[c] < 0 &&
                !isfinite(m->young + m->poisson + m->expansion + m->density))
                (void)snprintf(msg, sizeof(msg), "cell %d of the mesh is in "
                               "no group, and the parameters give material "
                               "values to groups only; add one for '*'",
                               (int)mesh->block[b].id[c]);
        }
    PetscCall(fe_agree(mesh->comm, msg));
    PetscFunctionReturn(0);
}

/* A condition on nothing is a mistake of the mesh or of the workflow. */
static PetscErrorCode check_measures(const struct ela *ela)
{
    for (int i = 0; i < ela->c.n_conditions; i++) {
        const struct ela_condition *condition = &ela->c.condition[i];

        if (condition->group >= 0 && !(condition->measure > 0))
            return stg_fail(ela->task, "parameter '%s': group '%s' is empty",
                            condition->name,
                            ela->group[condition->group].name);
    }
    return 0;
}

static PetscErrorCode check_held(const struct ela *ela)
{
    char text[FE_MSG];
    int n;

    PetscFunctionBeginUser;
    PetscCall(ela_count_free(ela->mesh, &ela->support, &n, text));
    if (n > 0)
        PetscFunctionReturn(stg_fail(ela->task, "%s; use 'fixed', 'symmetry' "
                                     "or 'displacement'", text));
    PetscFunctionReturn(0);
}

static PetscErrorCode find_sides(struct ela *ela)
{
    const struct fe_mesh *mesh = ela->mesh;
    PetscInt n = 0;

    PetscFunctionBeginUser;
    for (int b = mesh->n_cell_blocks; b < mesh->n_blocks; b++)
        n += mesh->block[b].n;
    for (int i = 0; i < ela->c.n_conditions; i++)
        if (ela->c.condition[i].kind == ELA_PRESSURE && !ela->side) {
            PetscCall(PetscMalloc1(n + 1, &ela->side));
            PetscCall(fe_sides(mesh, ela->side));
        }
    PetscFunctionReturn(0);
}

/* --- temperatures ------------------------------------------------------ */

/* The values of a field on the first points of the input, and whether its
 * points are those. */
static PetscErrorCode take_field(const struct ela *ela,
                                 const struct stg_mesh *other,
                                 const double value[], double t[], bool *same)
{
    const struct stg_mesh *input = &ela->input;
    double *x, *old;
    PetscInt n = 0, *at;
    PetscSF sf;
    MPI_Datatype four;

    PetscFunctionBeginUser;
    while (n < input->my_points && input->first_point + n < other->points)
        n++;
    PetscCall(PetscMalloc3(n, &at, 4 * n, &x, 4 * other->my_points, &old));
    for (PetscInt i = 0; i < n; i++)
        at[i] = (PetscInt)input->first_point + i;
    for (int64_t i = 0; i < other->my_points; i++) {
        for (int k = 0; k < 3; k++)
            old[4 * i + k] = other->point[3 * i + k];
        old[4 * i + 3] = value[i];
    }
    PetscCall(fe_graph(ela->mesh->comm, (PetscInt)other->my_points, n, at,
                       &sf));
    PetscCallMPI(MPI_Type_contiguous(4, MPI_DOUBLE, &four));
    PetscCallMPI(MPI_Type_commit(&four));
    PetscCall(PetscSFBcastBegin(sf, four, old, x, MPI_REPLACE));
    PetscCall(PetscSFBcastEnd(sf, four, old, x, MPI_REPLACE));
    PetscCallMPI(MPI_Type_free(&four));
    *same = true;
    for (PetscInt i = 0; i < n; i++) {
        t[i] = x[4 * i + 3];
        for (int k = 0; k < 3; k++)
            *same = *same && x[4 * i + k] == input->point[3 * i + k];
    }
    PetscCall(PetscSFDestroy(&sf));
    PetscCall(PetscFree3(at, x, old));
    PetscFunctionReturn(0);
}

/* The temperature of a mesh of first order is linear between its points: nodes
 * in the middle of edges, faces and cells take the mean of the corners. */
static PetscErrorCode fill_middles(const struct ela *ela, double t[])
{
    const struct fe_mesh *mesh = ela->mesh;
    PetscInt n = mesh->n_owned + mesh->n_ghosts;
    double *sum; /* of values, and their number */

    PetscFunctionBeginUser;
    PetscCall(PetscCalloc1(2 * n, &sum));
    for (int b = 0; b < mesh->n_cell_blocks; b++) {
        const struct fe_block *block = &mesh->block[b];

        for (PetscInt c = 0; c < block->n; c++)
            for (int i = block->elem->corners; i < block->elem->nodes; i++) {
                const PetscInt *node = block->node + c * block->elem->nodes;
                int corner[FE_MAX_CORNERS];
                int ends = fe_elem_parents(block->elem, i, corner);

                for (int k = 0; k < ends; k++)
                    sum[2 * node[i]] += t[node[corner[k]]] / ends;
                sum[2 * node[i] + 1] += 1;
            }
    }
    PetscCall(ela_gather(mesh, 2, sum));
    for (PetscInt i = 0; i < mesh->n_owned; i++)
        if (sum[2 * i + 1] > 0)
            t[i] = sum[2 * i] / sum[2 * i + 1];
    PetscCall(PetscFree(sum));
    PetscCall(fe_mesh_spread(mesh, t));
    PetscFunctionReturn(0);
}

static PetscErrorCode read_field(struct ela *ela, double t[])
{
    struct stg_mesh mesh = { 0 };
    struct stg_field field = { 0 };
    bool same = false;
    const char *path;
    double *slab;

    PetscFunctionBeginUser;
    PetscCall(stg_input_path(ela->task, "temperature", &path));
    PetscCall(stg_field_read(ela->task, path, "K", &mesh, &field));
    if (field.place != STG_ON_POINTS || field.components != 1)
        PetscFunctionReturn(stg_fail(ela->task, "input 'temperature' must have "
                                     "one value at each point"));
    PetscCall(PetscCalloc1(ela->input.my_points, &slab));
    if (mesh.points == ela->n_given || mesh.points == ela->input.points)
        PetscCall(take_field(ela, &mesh, field.value, slab, &same));
    PetscCall(fe_agree(ela->mesh->comm, same ? "" : "input 'temperature' is "
                       "on another mesh than input 'mesh'"));
    PetscCall(fe_mesh_from_input(ela->mesh, slab, t));
    PetscCall(fe_mesh_spread(ela->mesh, t));
    if (mesh.points < ela->input.points)
        PetscCall(fill_middles(ela, t));
    PetscCall(PetscFree(slab));
    stg_field_release(&field);
    stg_mesh_release(&mesh);
    PetscFunctionReturn(0);
}

/* ela->dt: how much warmer than without thermal strain. */
static PetscErrorCode find_heat(struct ela *ela)
{
    const struct fe_mesh *mesh = ela->mesh;
    PetscInt n = mesh->n_owned + mesh->n_ghosts;
    const struct ela_case *c = &ela->c;
    char msg[FE_MSG] = "";

    PetscFunctionBeginUser;
    if (!c->heated)
        PetscFunctionReturn(0);
    PetscCall(PetscCalloc1(n, &ela->dt));
    for (PetscInt i = 0; i < n; i++)
        ela->dt[i] = c->warm_func
            ? fe_func_value(c->warm_func, mesh->x + 3 * i, 0) : c->warm;
    if (stg_input_count(ela->task, "temperature") > 0)
        PetscCall(read_field(ela, ela->dt));
    for (PetscInt i = 0; i < n; i++) {
        if (!isfinite(ela->dt[i]) && !msg[0])
            (void)snprintf(msg, sizeof(msg), "the temperature is not finite "
                           "at x = %g, y = %g, z = %g m", mesh->x[3 * i],
                           mesh->x[3 * i + 1], mesh->x[3 * i + 2]);
        ela->dt[i] -= c->reference;
    }
    PetscCall(fe_agree(mesh->comm, msg));
    PetscFunctionReturn(0);
}

PetscErrorCode ela_setup(struct ela *ela, int needs)
{
    PetscInt n;

    PetscFunctionBeginUser;
    PetscCall(read_mesh(ela));
    PetscCall(ela_case_read(ela->task, &ela->input, needs, &ela->c));
    PetscCall(check_plane(ela));
    PetscCall(divide(ela));
    PetscCall(check_materials(ela));
    PetscCall(ela_measure(ela));
    PetscCall(check_measures(ela));
    PetscCall(ela_support_find(ela->mesh, &ela->c, &ela->support));
    if (needs & ELA_NEEDS_LOADS)
        PetscCall(check_held(ela));
    PetscCall(find_sides(ela));
    PetscCall(find_heat(ela));
    n = (ela->mesh->n_owned + ela->mesh->n_ghosts) * ela->c.dofs;
    PetscCall(PetscCalloc2(n, &ela->u, n, &ela->r));
    PetscCall(PetscMalloc1(ela->c.n_probes, &ela->place));
    PetscCall(fe_locate(ela->mesh, "parameter 'probes'", ela->c.n_probes,
                        ela->c.probe, ela->place));
    PetscFunctionReturn(0);
}

PetscErrorCode ela_release(struct ela *ela)
{
    PetscFunctionBeginUser;
    PetscCall(fe_solver_release(&ela->solver));
    PetscCall(fe_matrix_release(&ela->matrix));
    PetscCall(PetscFree2(ela->u, ela->r));
    PetscCall(PetscFree(ela->dt));
    PetscCall(PetscFree(ela->side));
    PetscCall(PetscFree(ela->stress));
    PetscCall(PetscFree(ela->von_mises));
    PetscCall(PetscFree(ela->place));
    ela_support_release(&ela->support);
    PetscCall(fe_mesh_free(&ela->mesh));
    PetscCall(PetscFree(ela->group));
    ela_case_release(&ela->c);
    stg_mesh_release(&ela->input);
    PetscFunctionReturn(0);
}

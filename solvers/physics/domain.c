/* domain.c - open, divide, read and write */
#include "physics/domain.h"

#include <stdio.h>

#include "fe/comm.h"
#include "physics/raise.h"
#include "physics/split.h"

static PetscErrorCode set_order(struct phy_domain *d)
{
    struct stg_value all = stg_params(d->task);
    int64_t order = 0; /* that of the mesh */

    PetscFunctionBeginUser;
    d->given_points = d->input.points;
    if (stg_has(&all, "order"))
        PetscCall(stg_get_integer(&all, "order", &order));
    if (order < 0 || order > 2)
        PetscFunctionReturn(stg_fail(d->task, "parameter 'order' must be 1 or "
                                     "2"));
    if (order == 1 && d->input.order == 2)
        PetscFunctionReturn(stg_fail(d->task, "parameter 'order' is 1, but "
                                     "the mesh has cells of second order"));
    if (order == 2)
        PetscCall(phy_raise(d->task, &d->input));
    PetscFunctionReturn(0);
}

static PetscErrorCode name_groups(struct phy_domain *d)
{
    PetscFunctionBeginUser;
    PetscCall(PetscCalloc1(d->input.n_groups, &d->group));
    for (size_t g = 0; g < d->input.n_groups; g++) {
        d->group[g].id = d->input.groups[g].id;
        d->group[g].dim = d->input.groups[g].dimension;
        d->group[g].name = d->input.groups[g].name;
    }
    PetscFunctionReturn(0);
}

static PetscErrorCode divide(struct phy_domain *d)
{
    const struct stg_mesh *input = &d->input;
    struct fe_slab slab = {
        .n_points = (PetscInt)input->my_points,
        .n_cells = (PetscInt)input->my_cells,
        .x = input->point,
        .vtk = d->split ? d->split->type : input->type,
        .node = d->split ? d->split->node : input->node,
        .group = input->group,
    };

    PetscFunctionBeginUser;
    PetscCheck(input->points < PETSC_MAX_INT && input->cells < PETSC_MAX_INT,
               stg_comm(d->task), PETSC_ERR_USER_INPUT,
               "the mesh has %lld points and %lld cells; this build of PETSc "
               "counts to %lld", (long long)input->points,
               (long long)input->cells, (long long)PETSC_MAX_INT);
    PetscCall(fe_mesh_new(stg_comm(d->task), &slab, d->group,
                          (int)input->n_groups, &d->mesh));
    d->n = d->mesh->n_owned + d->mesh->n_ghosts;
    PetscCall(PetscMalloc1(d->mesh->n_all_blocks, &d->tab));
    for (int b = 0; b < d->mesh->n_all_blocks; b++) {
        const struct fe_elem *elem = d->mesh->block[b].elem;

        fe_tab_init(&d->tab[b], elem,
                    elem->half ? FE_RULE_NODES : FE_RULE_SYSTEM);
    }
    d->at = d->mesh->x;
    if (d->split) {
        PetscCall(PetscMalloc1(3 * d->n, &d->at));
        PetscCall(phy_split_places(d->mesh, d->at));
    }
    PetscFunctionReturn(0);
}

PetscErrorCode phy_domain_open(struct stg_task *task, struct phy_domain *d)
{
    return phy_domain_open_split(task, NULL, d);
}

PetscErrorCode phy_domain_open_split(struct stg_task *task,
                                     const char *contacts,
                                     struct phy_domain *d)
{
    const char *path;

    PetscFunctionBeginUser;
    d->task = task;
    d->thickness_m = 1;
    PetscCall(stg_input_path(task, "mesh", &path));
    PetscCall(stg_mesh_read(task, path, &d->input));
    PetscCall(set_order(d));
    if (contacts)
        PetscCall(phy_split(task, contacts, &d->input, &d->split));
    PetscCall(name_groups(d));
    PetscCall(divide(d));
    PetscFunctionReturn(0);
}

PetscErrorCode phy_domain_release(struct phy_domain *d)
{
    PetscFunctionBeginUser;
    PetscCall(PetscFree(d->tab));
    if (d->split)
        PetscCall(PetscFree(d->at));
    PetscCall(fe_mesh_free(&d->mesh));
    PetscCall(PetscFree(d->group));
    PetscCall(phy_split_free(&d->split));
    stg_mesh_release(&d->input);
    PetscFunctionReturn(0);
}

/* --- input fields -------------------------------------------------------- */

/* Points of the domain before they were split. */
static int64_t whole_points(const struct phy_domain *d)
{
    return d->split ? d->split->points : d->input.points;
}

/* Has the field's mesh the points of the domain, or those it was split or
 * raised from? */
static PetscErrorCode same_points(const struct phy_domain *d,
                                  const char *input,
                                  const struct stg_mesh *field)
{
    char msg[FE_MSG] = "";
    bool same = field->points == d->input.points ||
                field->points == whole_points(d) ||
                field->points == d->given_points;
    double (*x)[3];
    PetscInt n = (PetscInt)field->my_points, *at;
    MPI_Datatype triple;
    PetscSF sf;

    PetscFunctionBeginUser;
    if (!same)
        PetscFunctionReturn(stg_fail(d->task, "input '%s' is on another mesh "
                                     "than input 'mesh'", input));
    PetscCall(PetscMalloc2(n, &x, n, &at));
    for (PetscInt i = 0; i < n; i++)
        at[i] = (PetscInt)field->first_point + i;
    PetscCall(fe_graph(d->mesh->comm, (PetscInt)d->input.my_points, n, at,
                       &sf));
    PetscCallMPI(MPI_Type_contiguous(3, MPI_DOUBLE, &triple));
    PetscCallMPI(MPI_Type_commit(&triple));
    PetscCall(PetscSFBcastBegin(sf, triple, d->input.point, x, MPI_REPLACE));
    PetscCall(PetscSFBcastEnd(sf, triple, d->input.point, x, MPI_REPLACE));
    PetscCallMPI(MPI_Type_free(&triple));
    PetscCall(PetscSFDestroy(&sf));
    for (PetscInt i = 0; same && i < n; i++)
        for (int k = 0; k < 3; k++)
            same = same && x[i][k] == field->point[3 * i + k];
    if (!same)
        (void)snprintf(msg, sizeof(msg), "input '%s' is on another mesh than "
                       "input 'mesh'", input);
    PetscCall(PetscFree2(x, at));
    PetscCall(fe_agree(d->mesh->comm, msg));
    PetscFunctionReturn(0);
}

/* Nodes in the middle of corners get their mean.  Owners learn it from ranks
 * that have a cell with the node. */
static PetscErrorCode fill_middles(const struct phy_domain *d, double u[])
{
    const struct fe_mesh *mesh = d->mesh;

    PetscFunctionBeginUser;
    for (int b = 0; b < mesh->n_blocks; b++) {
        const struct fe_block *block = &mesh->block[b];
        const struct fe_elem *elem = block->elem;

        for (PetscInt c = 0; c < block->n; c++)
            for (int i = 0; i < elem->nodes; i++) {
                const PetscInt *node = block->node + c * elem->nodes;
                int corner[FE_MAX_CORNERS];
                int n = fe_elem_parents(elem, i, corner);

                if (n == 1)
                    continue;
                u[node[i]] = 0;
                for (int k = 0; k < n; k++)
                    u[node[i]] += u[node[corner[k]]] / n;
            }
    }
    PetscCall(PetscSFReduceBegin(mesh->halo, MPI_DOUBLE, u + mesh->n_owned, u,
                                 MPI_REPLACE));
    PetscCall(PetscSFReduceEnd(mesh->halo, MPI_DOUBLE, u + mesh->n_owned, u,
                               MPI_REPLACE));
    PetscCall(fe_mesh_spread(mesh, u));
    PetscFunctionReturn(0);
}

/* The stretch of the field's points to that of the domain's. */
static PetscErrorCode take_values(const struct phy_domain *d,
                                  const struct stg_mesh *mesh,
                                  const double value[], double u[])
{
    PetscInt n = (PetscInt)mesh->my_points, *at;
    double *slab;
    PetscSF sf;

    PetscFunctionBeginUser;
    PetscCall(PetscMalloc1(n, &at));
    PetscCall(PetscCalloc1(d->input.my_points, &slab));
    for (PetscInt i = 0; i < n; i++)
        at[i] = (PetscInt)mesh->first_point + i;
    PetscCall(fe_graph(d->mesh->comm, (PetscInt)d->input.my_points, n, at,
                       &sf));
    PetscCall(PetscSFReduceBegin(sf, MPI_DOUBLE, value, slab, MPI_REPLACE));
    PetscCall(PetscSFReduceEnd(sf, MPI_DOUBLE, value, slab, MPI_REPLACE));
    PetscCall(PetscSFDestroy(&sf));
    if (mesh->points < d->input.points && d->split)
        PetscCall(phy_split_copy(d->mesh->comm, d->split, &d->input, slab));
    PetscCall(fe_mesh_from_input(d->mesh, slab, u));
    PetscCall(fe_mesh_spread(d->mesh, u));
    if (mesh->points < whole_points(d))
        PetscCall(fill_middles(d, u));
    PetscCall(PetscFree(at));
    PetscCall(PetscFree(slab));
    PetscFunctionReturn(0);
}

PetscErrorCode phy_read_nodes(const struct phy_domain *d, const char *input,
                              const char *unit, double u[])
{
    struct stg_mesh mesh = { 0 };
    struct stg_field field = { 0 };
    const char *path;
    PetscErrorCode rc;

    PetscFunctionBeginUser;
    PetscCall(stg_input_path(d->task, input, &path));
    PetscCall(stg_field_read(d->task, path, unit, &mesh, &field));
    if (field.place != STG_ON_POINTS || field.components != 1)
        rc = stg_fail(d->task, "input '%s' must have one value at each point",
                      input);
    else
        rc = same_points(d, input, &mesh);
    if (!rc)
        rc = take_values(d, &mesh, field.value, u);
    stg_field_release(&field);
    stg_mesh_release(&mesh);
    PetscFunctionReturn(rc);
}

/* --- outputs ------------------------------------------------------------- */

/* The mesh without its facets, which carry no results.  It borrows from
 * d->input. */
static PetscErrorCode cells_only(const struct phy_domain *d,
                                 struct stg_mesh *mesh)
{
    PetscFunctionBeginUser;
    *mesh = d->input;
    mesh->my_cells = 0;
    while (mesh->my_cells < d->input.my_cells &&
           stg_cell_type(d->input.type[mesh->my_cells])->dimension ==
               d->mesh->dim)
        mesh->my_cells++;
    PetscCall(stg_mesh_number(d->task, mesh));
    PetscFunctionReturn(0);
}

/* Component after component, as fe_mesh_to_input() moves single numbers. */
static PetscErrorCode nodes_to_input(const struct phy_domain *d, int m,
                                     const double v[], double value[])
{
    PetscInt owned = d->mesh->n_owned, points = (PetscInt)d->input.my_points;
    double *one, *slab;

    PetscFunctionBeginUser;
    PetscCall(PetscMalloc2(owned, &one, points, &slab));
    for (int k = 0; k < m; k++) {
        for (PetscInt i = 0; i < owned; i++)
            one[i] = v[i * m + k];
        PetscCall(fe_mesh_to_input(d->mesh, one, slab));
        for (PetscInt i = 0; i < points; i++)
            value[i * m + k] = slab[i];
    }
    PetscCall(PetscFree2(one, slab));
    PetscFunctionReturn(0);
}

PetscErrorCode phy_write(const struct phy_domain *d, const char *output,
                         const struct stg_field *field, const double v[])
{
    struct stg_field out = *field;
    struct stg_mesh mesh;
    const char *path;
    int64_t n;

    PetscFunctionBeginUser;
    if (!stg_wants(d->task, output))
        PetscFunctionReturn(0);
    PetscCall(stg_output_path(d->task, output, &path));
    PetscCall(cells_only(d, &mesh));
    n = out.place == STG_ON_CELLS ? d->input.my_cells : mesh.my_points;
    PetscCall(PetscCalloc1(n * out.components, &out.value));
    if (out.place == STG_ON_CELLS)
        PetscCall(fe_mesh_cells_to_input(d->mesh, v, out.value));
    else
        PetscCall(nodes_to_input(d, out.components, v, out.value));
    PetscCall(stg_field_write(d->task, path, &mesh, &out));
    PetscCall(PetscFree(out.value));
    PetscFunctionReturn(0);
}

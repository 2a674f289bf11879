/* check.c - refuse meshes that would give wrong numbers */
#include "fe/check.h"

#include <stdio.h>

#include "fe/comm.h"
#include "fe/map.h"

#define SMALL 1e-12 /* a measure below SMALL * size^dim is degenerate */

static PetscErrorCode check_types(MPI_Comm comm, const struct fe_slab *slab,
                                  int *dim)
{
    char msg[FE_MSG] = "";
    PetscInt start;
    int most = 0;

    PetscFunctionBeginUser;
    PetscCall(fe_start(comm, slab->n_cells, &start));
    for (PetscInt c = 0; c < slab->n_cells && !msg[0]; c++) {
        const struct fe_elem *elem = fe_elem_vtk(slab->vtk[c]);

        if (!elem)
            (void)snprintf(msg, sizeof(msg),
                           "cell %d of the mesh has VTK type %d; segments, "
                           "triangles, quadrilaterals, tetrahedra and "
                           "hexahedra of first or second order can be used",
                           (int)(start + c), slab->vtk[c]);
        else if (elem->dim > most)
            most = elem->dim;
    }
    PetscCall(fe_agree(comm, msg));
    PetscCallMPI(MPI_Allreduce(&most, dim, 1, MPI_INT, MPI_MAX, comm));
    if (*dim < 2)
        (void)snprintf(msg, sizeof(msg), "the mesh has no cells of two or "
                       "three dimensions");
    PetscCall(fe_agree(comm, msg));
    PetscFunctionReturn(0);
}

static PetscErrorCode check_ranges(MPI_Comm comm, const struct fe_slab *slab,
                                   const struct fe_group group[], int n_groups,
                                   PetscInt n_points)
{
    char msg[FE_MSG] = "";
    PetscInt start, at = 0;

    PetscFunctionBeginUser;
    PetscCall(fe_start(comm, slab->n_cells, &start));
    for (PetscInt c = 0; c < slab->n_cells && !msg[0]; c++) {
        const struct fe_elem *elem = fe_elem_vtk(slab->vtk[c]);
        int known = slab->group[c] == 0;

        for (int i = 0; i < elem->nodes; i++, at++)
            if (slab->node[at] < 0 || slab->node[at] >= n_points)
                (void)snprintf(msg, sizeof(msg), "cell %d of the mesh uses "
                               "point %lld of %d", (int)(start + c),
                               (long long)slab->node[at], (int)n_points);
        for (int g = 0; g < n_groups; g++)
            known |= group[g].id == slab->group[c] &&
                     group[g].dim == elem->dim;
        if (!known)
            (void)snprintf(msg, sizeof(msg), "cell %d of the mesh is in group "
                           "%d, which the mesh does not name",
                           (int)(start + c), (int)slab->group[c]);
    }
    for (PetscInt i = 0; i < 3 * slab->n_points && !msg[0]; i++)
        if (!isfinite(slab->x[i]))
            (void)snprintf(msg, sizeof(msg), "a point of the mesh has a "
                           "coordinate that is not finite");
    PetscCall(fe_agree(comm, msg));
    PetscFunctionReturn(0);
}

/* A point without a cell would be an unknown without an equation. */
static PetscErrorCode check_points(MPI_Comm comm, const struct fe_slab *slab,
                                   int dim)
{
    char msg[FE_MSG] = "";
    PetscInt start, n = 0, at = 0, *id, *used, *one;
    PetscSF sf;

    PetscFunctionBeginUser;
    for (PetscInt c = 0; c < slab->n_cells; c++)
        n += fe_elem_vtk(slab->vtk[c])->nodes;
    PetscCall(PetscMalloc2(n, &id, n, &one));
    PetscCall(PetscCalloc1(slab->n_points, &used));
    for (PetscInt c = 0; c < slab->n_cells; c++) {
        const struct fe_elem *elem = fe_elem_vtk(slab->vtk[c]);

        for (int i = 0; i < elem->nodes; i++, at++) {
            id[at] = (PetscInt)slab->node[at];
            one[at] = elem->dim == dim;
        }
    }
    PetscCall(fe_graph(comm, slab->n_points, n, id, &sf));
    PetscCall(PetscSFReduceBegin(sf, MPIU_INT, one, used, MPI_MAX));
    PetscCall(PetscSFReduceEnd(sf, MPIU_INT, one, used, MPI_MAX));
    PetscCall(fe_start(comm, slab->n_points, &start));
    for (PetscInt i = 0; i < slab->n_points && !msg[0]; i++)
        if (!used[i])
            (void)snprintf(msg, sizeof(msg), "point %d of the mesh, at (%g, "
                           "%g, %g) m, belongs to no cell", (int)(start + i),
                           slab->x[3 * i], slab->x[3 * i + 1],
                           slab->x[3 * i + 2]);
    PetscCall(PetscSFDestroy(&sf));
    PetscCall(PetscFree2(id, one));
    PetscCall(PetscFree(used));
    PetscCall(fe_agree(comm, msg));
    PetscFunctionReturn(0);
}

PetscErrorCode fe_check_slab(MPI_Comm comm, const struct fe_slab *slab,
                             const struct fe_group group[], int n_groups,
                             int *dim, PetscInt *n_nodes)
{
    PetscInt64 count[2] = { slab->n_points, slab->n_cells };

    PetscFunctionBeginUser;
    PetscCallMPI(MPI_Allreduce(MPI_IN_PLACE, count, 2, MPIU_INT64, MPI_SUM,
                               comm));
    PetscCheck(count[0] < PETSC_MAX_INT && count[1] < PETSC_MAX_INT, comm,
               PETSC_ERR_USER_INPUT, "the mesh has %lld points and %lld "
               "cells; this build of PETSc counts to %lld",
               (long long)count[0], (long long)count[1],
               (long long)PETSC_MAX_INT);
    *n_nodes = (PetscInt)count[0];
    PetscCall(check_types(comm, slab, dim));
    PetscCall(check_ranges(comm, slab, group, n_groups, *n_nodes));
    PetscCall(check_points(comm, slab, *dim));
    PetscFunctionReturn(0);
}

/* --- shape of cells ---------------------------------------------------- */

/* The oriented measure at a point: the determinant, or for a sheet the area
 * seen along the normal 'up' (taken from this point when 'up' is zero). */
static double oriented(int dim, const double j[3][3], double up[3])
{
    double normal[3];

    if (dim < 2)
        return dim == 1 ? sqrt(fe_dot(j[0], j[0])) : 1;
    fe_cross(j[0], j[1], normal);
    if (dim == 3)
        return fe_dot(j[2], normal);
    if (fe_dot(up, up) == 0)
        for (int k = 0; k < 3; k++)
            up[k] = normal[k] / sqrt(fe_dot(normal, normal));
    return fe_dot(normal, up);
}

/* NULL when the cell is fit, or what is wrong with it. */
static const char *fault(const struct fe_tab *tab, const double x[][3])
{
    int dim = tab->elem->dim, nodes = tab->elem->nodes;
    double up[3] = { 0, 0, 0 }, size = 0, least = SMALL;

    for (int i = 1; i < nodes; i++)
        for (int k = 0; k < 3; k++)
            size = fmax(size, fabs(x[i][k] - x[0][k]));
    for (int k = 0; k < dim; k++)
        least *= size;
    for (int q = 0; q < tab->points; q++) {
        double j[3][3], measure;

        fe_jacobian(dim, nodes, x, tab->dn[q], j);
        measure = oriented(dim, j, up);
        if (!(fabs(measure) > least))
            return "degenerate";
        if (measure < 0)
            return "inverted";
    }
    return NULL;
}

PetscErrorCode fe_check_cells(const struct fe_mesh *mesh)
{
    char msg[FE_MSG] = "";
    struct fe_tab tab;
    double x[FE_MAX_NODES][3];

    PetscFunctionBeginUser;
    for (int b = 0; b < mesh->n_all_blocks; b++) {
        const struct fe_block *block = &mesh->block[b];

        fe_tab_init(&tab, block->elem, FE_RULE_SYSTEM);
        for (PetscInt c = 0; c < block->n && !msg[0]; c++) {
            const char *what;

            fe_mesh_corners(mesh, block, c, x);
            what = fault(&tab, x);
            if (what)
                (void)snprintf(msg, sizeof(msg), "cell %d of the mesh, a %s "
                               "at (%g, %g, %g) m, is %s",
                               (int)block->id[c], block->elem->name, x[0][0],
                               x[0][1], x[0][2], what);
        }
    }
    PetscCall(fe_agree(mesh->comm, msg));
    PetscFunctionReturn(0);
}

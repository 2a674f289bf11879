/* locate.c - find points by inverting the map of each cell near them */
#include "fe/locate.h"

#include <math.h>
#include <stdio.h>

#include "fe/comm.h"
#include "fe/map.h"

#define SLACK 1e-8 /* of the size of a cell: still inside */
#define TURNS 30   /* of Newton's method */

/* Is 'at' in the box of the corners? */
static bool in_box(int nodes, const double x[][3], const double at[3])
{
    double size = 0;

    for (int i = 1; i < nodes; i++)
        for (int k = 0; k < 3; k++)
            size = fmax(size, fabs(x[i][k] - x[0][k]));
    for (int k = 0; k < 3; k++) {
        double lo = x[0][k], hi = x[0][k];

        for (int i = 1; i < nodes; i++) {
            lo = fmin(lo, x[i][k]);
            hi = fmax(hi, x[i][k]);
        }
        /* warped and curved cells bulge out of the box of their nodes */
        if (at[k] < lo - 0.1 * size || at[k] > hi + 0.1 * size)
            return false;
    }
    return true;
}

/* Reference coordinates of 'at' by Newton's method; the shape functions there
 * and how far off their point is (sheets do not fill space). */
static double invert(const struct fe_elem *elem, const double x[][3],
                     const double at[3], double xi[3], double n[])
{
    double dn[FE_MAX_NODES][3], j[3][3], b[3][3], off[3], size = 1;

    for (int k = 0; k < 3; k++)
        xi[k] = 1. / (elem->dim + 1);
    for (int turn = 0; turn < TURNS; turn++) {
        fe_elem_shape(elem, xi, n, dn);
        for (int a = 0; a < 3; a++) {
            off[a] = at[a];
            for (int i = 0; i < elem->nodes; i++)
                off[a] -= n[i] * x[i][a];
        }
        fe_jacobian(elem->dim, elem->nodes, x, dn, j);
        (void)fe_dual(elem->dim, j, b);
        size = sqrt(fe_dot(j[0], j[0]));
        for (int k = 0; k < elem->dim; k++)
            xi[k] += fe_dot(b[k], off);
    }
    return sqrt(fe_dot(off, off)) / size;
}

static bool inside(const struct fe_elem *elem, const double x[][3],
                   const double at[3], double n[])
{
    double xi[3];

    if (!in_box(elem->nodes, x, at) ||
        !(invert(elem, x, at, xi, n) < SLACK))
        return false;
    return fe_elem_inside(elem, xi, SLACK);
}

/* The first cell here that has the point; its id, or PETSC_MAX_INT. */
static PetscInt find_here(const struct fe_mesh *mesh, const double at[3],
                          struct fe_place *place)
{
    double x[FE_MAX_NODES][3], n[FE_MAX_NODES];
    PetscInt first = PETSC_MAX_INT;

    place->block = -1;
    for (int b = 0; b < mesh->n_cell_blocks; b++) {
        const struct fe_block *block = &mesh->block[b];

        for (PetscInt c = 0; c < block->n; c++) {
            if (block->id[c] >= first)
                continue;
            fe_mesh_corners(mesh, block, c, x);
            if (!inside(block->elem, x, at, n))
                continue;
            first = block->id[c];
            place->block = b;
            place->cell = c;
            for (int i = 0; i < block->elem->nodes; i++)
                place->n[i] = n[i];
        }
    }
    return first;
}

PetscErrorCode fe_locate(const struct fe_mesh *mesh, const char *what, int n,
                         double x[][3], struct fe_place place[])
{
    PetscInt *first, *mine;

    PetscFunctionBeginUser;
    PetscCall(PetscMalloc2(n, &first, n, &mine));
    for (int i = 0; i < n; i++)
        first[i] = mine[i] = find_here(mesh, x[i], &place[i]);
    PetscCallMPI(MPI_Allreduce(MPI_IN_PLACE, first, n, MPIU_INT, MPI_MIN,
                               mesh->comm));
    for (int i = 0; i < n; i++) {
        char msg[FE_MSG] = "";

        if (mine[i] != first[i])
            place[i].block = -1;
        if (first[i] == PETSC_MAX_INT)
            (void)snprintf(msg, sizeof(msg), "%s: point %d, (%g, %g, %g) m, "
                           "is outside the mesh", what, i + 1, x[i][0],
                           x[i][1], x[i][2]);
        PetscCall(fe_agree(mesh->comm, msg));
    }
    PetscCall(PetscFree2(first, mine));
    PetscFunctionReturn(0);
}

PetscErrorCode fe_probe(const struct fe_mesh *mesh, int n,
                        const struct fe_place place[], const double u[],
                        double value[])
{
    PetscFunctionBeginUser;
    for (int i = 0; i < n; i++) {
        const struct fe_block *block;

        value[i] = 0;
        if (place[i].block < 0)
            continue;
        block = &mesh->block[place[i].block];
        for (int k = 0; k < block->elem->nodes; k++)
            value[i] += place[i].n[k] *
                        u[block->node[place[i].cell * block->elem->nodes + k]];
    }
    PetscCallMPI(MPI_Allreduce(MPI_IN_PLACE, value, n, MPI_DOUBLE, MPI_SUM,
                               mesh->comm));
    PetscFunctionReturn(0);
}

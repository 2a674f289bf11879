/* mesh.h - a mesh divided among the ranks, with flat connectivity
 *
 * Each rank owns a stretch of nodes and some cells.  Locally, nodes are
 * numbered owned ones first, then ghosts (owned elsewhere, used by a cell or
 * facet here):
 *
 *      0 ......... n_owned ......... n_owned + n_ghosts
 *      owned: number first + i       ghost: number ghost[i - n_owned]
 *
 * "Number" is the solver's own, new numbering; "id" is the position in the
 * input.  Values travel between the two with fe_mesh_to_input() and
 * fe_mesh_from_input(), so results have the input's order on any rank count.
 */
#ifndef FE_MESH_H
#define FE_MESH_H

#include <petscsf.h>
#include <stdint.h>

#include "fe/elem.h"

/* What one rank read: a stretch of the points and one of the cells.  The
 * stretches of all ranks follow each other. */
struct fe_slab {
    PetscInt n_points, n_cells;
    const double *x;             /* 3 n_points, m */
    const unsigned char *vtk;    /* n_cells types of cell, also of pairs */
    const int64_t *node;         /* point ids, cell after cell */
    const int32_t *group;        /* n_cells ids of groups, 0 for none */
};

struct fe_group {
    int id, dim;
    const char *name; /* borrowed from whoever made the mesh */
};

/* Cells of one type. */
struct fe_block {
    const struct fe_elem *elem;
    PetscInt n;
    PetscInt *node;  /* n * elem->nodes local nodes */
    PetscInt *group; /* n positions in the table of groups, or -1 */
    PetscInt *id;
};

#define FE_MAX_BLOCKS 13 /* cells, facets, edges and points */

struct fe_mesh {
    MPI_Comm comm;
    int dim;
    PetscInt n_nodes, n_cells; /* of all ranks; cells of dimension dim */
    PetscInt first, n_owned, n_ghosts;
    PetscInt *ghost;
    double *x; /* 3 (n_owned + n_ghosts) */
    /* Cells, then facets and pairs of them up to n_blocks, then edges of
     * solids and points: segments and vertices that name nodes, without an
     * equation. */
    struct fe_block block[FE_MAX_BLOCKS];
    int n_cell_blocks, n_blocks, n_all_blocks;
    const struct fe_group *group; /* borrowed */
    int n_groups;
    PetscSF halo;   /* owned nodes -> ghosts */
    PetscSF points; /* input points -> owned nodes */
    PetscSF cells;  /* input cells -> cells here, block after block */
    PetscInt n_input_points, n_input_cells; /* of this rank's stretch */
};

/* Divide a mesh.  Collective.  Fails in the user's terms on cell types without
 * an element, ids out of range, points without a cell, unknown groups and
 * inverted or degenerate cells.  'group' must outlive the mesh. */
PetscErrorCode fe_mesh_new(MPI_Comm comm, const struct fe_slab *slab,
                           const struct fe_group group[], int n_groups,
                           struct fe_mesh **mesh);
PetscErrorCode fe_mesh_free(struct fe_mesh **mesh); /* collective */

/* The number, in the solver's numbering, of a local node.  Not collective. */
static inline PetscInt fe_mesh_number(const struct fe_mesh *mesh, PetscInt i)
{
    return i < mesh->n_owned ? mesh->first + i
                             : mesh->ghost[i - mesh->n_owned];
}

/* Coordinates of the nodes of cell 'c' of a block.  Not collective. */
static inline void fe_mesh_corners(const struct fe_mesh *mesh,
                                   const struct fe_block *block, PetscInt c,
                                   double x[][3])
{
    int nodes = block->elem->nodes;

    for (int i = 0; i < nodes; i++)
        for (int k = 0; k < 3; k++)
            x[i][k] = mesh->x[3 * block->node[c * nodes + i] + k];
}

/* A cell's part of an array with 'n' values a node; the same added to it.  Not
 * collective. */
static inline void fe_mesh_take(const struct fe_block *block, PetscInt c,
                                int n, const double v[], double of_cell[])
{
    const PetscInt *node = block->node + c * block->elem->nodes;

    for (int i = 0; i < block->elem->nodes; i++)
        for (int k = 0; k < n; k++)
            of_cell[i * n + k] = v[node[i] * n + k];
}

static inline void fe_mesh_add(const struct fe_block *block, PetscInt c, int n,
                               const double of_cell[], double v[])
{
    const PetscInt *node = block->node + c * block->elem->nodes;

    for (int i = 0; i < block->elem->nodes; i++)
        for (int k = 0; k < n; k++)
            v[node[i] * n + k] += of_cell[i * n + k];
}

/* Values at local nodes: owners' to ghosts; ghosts' added to the owners'.
 * Collective. */
PetscErrorCode fe_mesh_spread(const struct fe_mesh *mesh, double v[]);
PetscErrorCode fe_mesh_gather(const struct fe_mesh *mesh, double v[]);

/* Values of owned nodes to the stretch of the input's points that this rank
 * read, and back.  Collective. */
PetscErrorCode fe_mesh_to_input(const struct fe_mesh *mesh, const double v[],
                                double input[]);
PetscErrorCode fe_mesh_from_input(const struct fe_mesh *mesh,
                                  const double input[], double v[]);
/* Three values a cell, block after block, to the stretch of input cells;
 * facets among them are left alone.  Collective. */
PetscErrorCode fe_mesh_cells_to_input(const struct fe_mesh *mesh,
                                      const double v[], double input[]);

#endif

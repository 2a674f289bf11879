/* parts.c - connected parts: union-find here, then smallest labels meet
 * across ranks until none changes */
#include "fe/parts.h"

static PetscInt find_root(PetscInt up[], PetscInt i)
{
    while (up[i] != i) {
        up[i] = up[up[i]]; /* halve the path */
        i = up[i];
    }
    return i;
}

/* Facets hold nothing together but what their cells do. */
static void join_nodes(const struct fe_mesh *mesh, PetscInt up[])
{
    for (int b = 0; b < mesh->n_blocks; b++) {
        const struct fe_block *block = &mesh->block[b];
        int nodes = block->elem->nodes;

        if (b >= mesh->n_cell_blocks && !block->elem->half)
            continue;
        for (PetscInt c = 0; c < block->n; c++)
            for (int i = 1; i < nodes; i++) {
                PetscInt p = find_root(up, block->node[c * nodes]);
                PetscInt q = find_root(up, block->node[c * nodes + i]);

                up[PetscMax(p, q)] = PetscMin(p, q);
            }
    }
}

/* The smallest label of each local part to all its nodes. */
static void share_here(PetscInt n, PetscInt up[], PetscInt part[])
{
    for (PetscInt i = 0; i < n; i++) {
        PetscInt root = find_root(up, i);

        part[root] = PetscMin(part[root], part[i]);
    }
    for (PetscInt i = 0; i < n; i++)
        part[i] = part[find_root(up, i)];
}

/* The smallest label of owner and ghosts to all of them. */
static PetscErrorCode share_across(const struct fe_mesh *mesh, PetscInt part[])
{
    PetscInt *ghosts = part + mesh->n_owned;

    PetscFunctionBeginUser;
    PetscCall(PetscSFReduceBegin(mesh->halo, MPIU_INT, ghosts, part, MPI_MIN));
    PetscCall(PetscSFReduceEnd(mesh->halo, MPIU_INT, ghosts, part, MPI_MIN));
    PetscCall(PetscSFBcastBegin(mesh->halo, MPIU_INT, part, ghosts,
                                MPI_REPLACE));
    PetscCall(PetscSFBcastEnd(mesh->halo, MPIU_INT, part, ghosts,
                              MPI_REPLACE));
    PetscFunctionReturn(0);
}

PetscErrorCode fe_parts(const struct fe_mesh *mesh, PetscInt part[])
{
    PetscInt n = mesh->n_owned + mesh->n_ghosts, *up, *before;
    PetscMPIInt changed = 1;

    PetscFunctionBeginUser;
    PetscCall(PetscMalloc2(n, &up, n, &before));
    for (PetscInt i = 0; i < n; i++) {
        up[i] = i;
        part[i] = fe_mesh_number(mesh, i);
    }
    join_nodes(mesh, up);
    while (changed) {
        PetscCall(PetscArraycpy(before, part, n));
        share_here(n, up, part);
        PetscCall(share_across(mesh, part));
        changed = 0;
        for (PetscInt i = 0; i < n; i++)
            changed |= part[i] != before[i];
        PetscCallMPI(MPI_Allreduce(MPI_IN_PLACE, &changed, 1, MPI_INT,
                                   MPI_MAX, mesh->comm));
    }
    PetscCall(PetscFree2(up, before));
    PetscFunctionReturn(0);
}

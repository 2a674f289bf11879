/* coarse.c - stiffness of first order, and what its unknowns mean */
#include "elasticity/coarse.h"

/* By local node of the mesh, but right for owned ones only: the corners that it
 * lies in the middle of. */
static PetscErrorCode count_parents(const struct fe_mesh *mesh,
                                    PetscInt parents[])
{
    int corner[FE_MAX_CORNERS];

    PetscFunctionBeginUser;
    for (int b = 0; b < mesh->n_cell_blocks; b++) {
        const struct fe_elem *elem = mesh->block[b].elem;

        for (PetscInt k = 0; k < mesh->block[b].n * elem->nodes; k++)
            parents[mesh->block[b].node[k]] =
                fe_elem_parents(elem, (int)(k % elem->nodes), corner);
    }
    PetscCall(PetscSFReduceBegin(mesh->halo, MPIU_INT, parents + mesh->n_owned,
                                 parents, MPI_MAX));
    PetscCall(PetscSFReduceEnd(mesh->halo, MPIU_INT, parents + mesh->n_owned,
                               parents, MPI_MAX));
    PetscFunctionReturn(0);
}

/* Where nodes have axes of their own, a row has an entry for each of them.
 * PETSc refuses more entries than there are columns, and a rank may own few. */
static PetscErrorCode make_p(const struct fe_mesh *mesh,
                             const struct ela_support *support,
                             const struct fe_mesh *first, Mat *p)
{
    PetscInt n = mesh->n_owned + mesh->n_ghosts, frames = support->n_frames;
    PetscInt m = support->dofs, *parents, *count, *others;
    PetscInt here = m * first->n_owned, elsewhere = m * first->n_nodes - here;

    PetscFunctionBeginUser;
    PetscCallMPI(MPI_Allreduce(MPI_IN_PLACE, &frames, 1, MPIU_INT, MPI_MAX,
                               mesh->comm));
    PetscCall(PetscCalloc3(n, &parents, m * mesh->n_owned, &count,
                           m * mesh->n_owned, &others));
    PetscCall(count_parents(mesh, parents));
    for (PetscInt i = 0; i < m * mesh->n_owned; i++) {
        PetscInt entries = parents[i / m] * (frames > 0 ? m : 1);

        count[i] = PetscMin(entries, here);
        others[i] = PetscMin(entries, elsewhere);
    }
    PetscCall(MatCreate(mesh->comm, p));
    PetscCall(MatSetSizes(*p, m * mesh->n_owned, here, m * mesh->n_nodes,
                          m * first->n_nodes));
    PetscCall(MatSetType(*p, MATAIJ));
    PetscCall(MatSeqAIJSetPreallocation(*p, 0, count));
    PetscCall(MatMPIAIJSetPreallocation(*p, 0, count, 0, others));
    PetscCall(PetscFree3(parents, count, others));
    PetscFunctionReturn(0);
}

/* What the displacement 1 along axis 'l' of a corner, times 'share', is along
 * the axes of node 'i'. */
static PetscErrorCode add_corner(const struct fe_mesh *mesh,
                                 const struct ela_support *support, PetscInt i,
                                 PetscInt corner, int l, double share,
                                 PetscInt column, Mat p)
{
    int m = support->dofs;
    double v[3] = { 0, 0, 0 };

    PetscFunctionBeginUser;
    if (support->fixed[corner * m + l])
        PetscFunctionReturn(0);
    v[l] = share;
    ela_from_axes(support, corner, v);
    ela_to_axes(support, i, v);
    for (int k = 0; k < m; k++)
        if (v[k] != 0 && !support->fixed[i * m + k])
            PetscCall(MatSetValue(p, fe_mesh_number(mesh, i) * m + k, column,
                                  v[k], INSERT_VALUES));
    PetscFunctionReturn(0);
}

static PetscErrorCode fill_p(const struct fe_mesh *mesh,
                             const struct ela_support *support,
                             const struct fe_mesh *first, Mat p)
{
    int corner[FE_MAX_CORNERS], m = support->dofs;
    char *done;

    PetscFunctionBeginUser;
    PetscCall(PetscCalloc1(mesh->n_owned + mesh->n_ghosts, &done));
    for (int b = 0; b < mesh->n_cell_blocks; b++) {
        const struct fe_elem *elem = mesh->block[b].elem;
        const PetscInt *node = mesh->block[b].node;
        const PetscInt *coarse = first->block[b].node;

        for (PetscInt k = 0; k < mesh->block[b].n * elem->nodes; k++) {
            PetscInt c = k / elem->nodes;
            int n = fe_elem_parents(elem, (int)(k % elem->nodes), corner);

            for (int at = 0; at < n * m && !done[node[k]]; at++)
                PetscCall(add_corner(
                    mesh, support, node[k],
                    node[c * elem->nodes + corner[at / m]], at % m, 1. / n,
                    fe_mesh_number(first, coarse[c * elem->corners +
                                                 corner[at / m]]) * m + at % m,
                    p));
            done[node[k]] = 1;
        }
    }
    PetscCall(PetscFree(done));
    PetscCall(MatAssemblyBegin(p, MAT_FINAL_ASSEMBLY));
    PetscCall(MatAssemblyEnd(p, MAT_FINAL_ASSEMBLY));
    PetscFunctionReturn(0);
}

PetscErrorCode ela_coarse_new(const struct fe_mesh *mesh,
                              const struct ela_support *support,
                              struct ela_coarse *coarse)
{
    const struct fe_mesh *first = &coarse->first.mesh;
    PetscInt m = support->dofs;

    PetscFunctionBeginUser;
    PetscCall(fe_coarse_new(mesh, &coarse->first));
    PetscCall(PetscMalloc1(m * (first->n_owned + first->n_ghosts),
                           &coarse->fixed));
    for (PetscInt i = 0; i < m * (first->n_owned + first->n_ghosts); i++)
        coarse->fixed[i] =
            support->fixed[coarse->first.node[i / m] * m + i % m];
    PetscCall(fe_matrix_new(first, (int)m, coarse->fixed, &coarse->matrix));
    PetscCall(make_p(mesh, support, first, &coarse->p));
    PetscCall(fill_p(mesh, support, first, coarse->p));
    PetscFunctionReturn(0);
}

PetscErrorCode ela_coarse_release(struct ela_coarse *coarse)
{
    PetscFunctionBeginUser;
    PetscCall(MatDestroy(&coarse->p));
    PetscCall(fe_matrix_release(&coarse->matrix));
    PetscCall(PetscFree(coarse->fixed));
    PetscCall(fe_coarse_release(&coarse->first));
    PetscFunctionReturn(0);
}

void ela_coarse_add(const struct fe_mesh *mesh,
                    const struct ela_support *support,
                    struct ela_coarse *coarse, int b, PetscInt c,
                    const double a[])
{
    const struct fe_block *block = &mesh->block[b];
    double of_corners[FE_MAX_CORNERS * 3 * FE_MAX_CORNERS * 3];

    fe_coarse_matrix(block->elem, support->dofs, a, of_corners);
    if (support->n_frames > 0)
        ela_matrix_to_axes(support, block->elem->corners,
                           block->node + c * block->elem->nodes, of_corners);
    fe_matrix_add(&coarse->first.mesh, &coarse->matrix, b, c, of_corners);
}

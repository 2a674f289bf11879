/* assemble.c - stiffness and mass of the free axes */
#include "fe/kernel.h"
#include "modes/modes.h"
#include "stage/stage.h"

/* The mass of a node along each of its axes. */
static void spread_mass(int nodes, int dofs, const double m[], double a[])
{
    int n = nodes * dofs;

    for (int i = 0; i < n * n; i++)
        a[i] = 0;
    for (int i = 0; i < nodes; i++)
        for (int j = 0; j < nodes; j++)
            for (int k = 0; k < dofs; k++)
                a[(i * dofs + k) * n + j * dofs + k] = m[i * nodes + j];
}

/* m[i * nodes + j] = integral of density n_i n_j. */
static void mass_of_cell(const struct ela *ela, const struct fe_tab *tab,
                         const double x[][3], double density, double m[])
{
    const double none[FE_MAX_POINTS] = { 0 };
    double at[FE_MAX_POINTS][3], weight[FE_MAX_POINTS], c[FE_MAX_POINTS];

    if (!ela->domain.axial) {
        fe_kernel_matrix(tab, x, 0, density * ela->domain.thickness_m, m);
        return;
    }
    fe_kernel_points(tab, x, at, weight);
    for (int q = 0; q < tab->points; q++)
        c[q] = density * phy_depth(&ela->domain, at[q]);
    fe_kernel_matrix_at(tab, x, none, NULL, c, m);
}

static PetscErrorCode assemble_mass(struct modes *modes)
{
    const struct ela *ela = &modes->ela;
    const struct fe_mesh *mesh = ela->mesh;
    double x[FE_MAX_NODES][3], m[FE_MAX_NODES * FE_MAX_NODES],
        a[ELA_DOFS * ELA_DOFS];

    PetscFunctionBeginUser;
    PetscCall(fe_matrix_new(mesh, ela->c.dofs, ela->support.fixed,
                            &modes->mass));
    PetscCall(PetscCalloc1(mesh->n_owned + mesh->n_ghosts, &modes->weight));
    for (int b = 0; b < mesh->n_cell_blocks; b++) {
        const struct fe_block *block = &mesh->block[b];
        int nodes = block->elem->nodes;

        for (PetscInt c = 0; c < block->n; c++) {
            const PetscInt *node = block->node + c * nodes;
            double density = ela_material(ela, block->group[c])->density;

            fe_mesh_corners(mesh, block, c, x);
            mass_of_cell(ela, &ela->domain.tab[b], x, density, m);
            for (int i = 0; i < nodes * nodes; i++)
                modes->weight[node[i / nodes]] += m[i];
            spread_mass(nodes, ela->c.dofs, m, a);
            ela_matrix_to_axes(&ela->support, nodes, node, a);
            fe_matrix_add(mesh, &modes->mass, b, c, a);
        }
    }
    PetscCall(fe_matrix_assemble(&modes->mass));
    PetscCall(fe_mesh_gather(mesh, modes->weight));
    for (PetscInt i = 0; i < mesh->n_owned; i++)
        modes->total_kg += modes->weight[i];
    PetscCallMPI(MPI_Allreduce(MPI_IN_PLACE, &modes->total_kg, 1, MPI_DOUBLE,
                               MPI_SUM, mesh->comm));
    PetscFunctionReturn(0);
}

static PetscErrorCode find_free(struct modes *modes)
{
    const struct ela *ela = &modes->ela;
    PetscInt n = ela->mesh->n_owned * ela->c.dofs, *at, found = 0;

    PetscFunctionBeginUser;
    PetscCall(PetscMalloc1(n, &at));
    for (PetscInt i = 0; i < n; i++)
        if (!ela->support.fixed[i])
            at[found++] = ela->mesh->first * ela->c.dofs + i;
    PetscCall(ISCreateGeneral(ela->mesh->comm, found, at, PETSC_COPY_VALUES,
                              &modes->free));
    PetscCall(PetscFree(at));
    PetscCall(ISGetSize(modes->free, &found));
    if (found == 0)
        PetscFunctionReturn(stg_fail(ela->task, "every point is held: there "
                                     "is nothing to vibrate"));
    PetscFunctionReturn(0);
}

/* The part of a matrix that belongs to free axes. */
static PetscErrorCode take_free(struct modes *modes, struct fe_matrix *from,
                                Mat *part)
{
    PetscFunctionBeginUser;
    PetscCall(MatCreateSubMatrix(from->mat, modes->free, modes->free,
                                 MAT_INITIAL_MATRIX, part));
    PetscCall(MatSetOption(*part, MAT_SYMMETRIC, PETSC_TRUE));
    PetscCall(fe_matrix_release(from));
    *from = (struct fe_matrix){ 0 };
    PetscFunctionReturn(0);
}

PetscErrorCode modes_assemble(struct modes *modes)
{
    struct ela *ela = &modes->ela;

    PetscFunctionBeginUser;
    PetscCall(find_free(modes));
    PetscCall(fe_matrix_new(ela->mesh, ela->c.dofs, ela->support.fixed,
                            &ela->matrix));
    PetscCall(ela_stiffness(ela));
    PetscCall(take_free(modes, &ela->matrix, &modes->k));
    PetscCall(assemble_mass(modes));
    PetscCall(take_free(modes, &modes->mass, &modes->m));
    PetscFunctionReturn(0);
}

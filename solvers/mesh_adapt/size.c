/* size.c - the mesh with the fewest cells that has the error aimed at
 *
 * Cells of size r h in place of h have the error r^p e, and there are r^-d of
 * them.  The least sum of these numbers under a given sum of squares of errors
 * has
 *     r = t^(1/p) e^(-2/(2p+d)) / S^(1/(2p)),   S = sum of e^(2d/(2p+d)),
 * with t the error aimed at.
 */
#include <math.h>

#include "mesh_adapt/adapt.h"

/* Aim a little below the tolerance, so that one turn reaches it. */
#define MARGIN 0.9
/* Cells without an error count as if they had this part of the mean. */
#define ERROR_FLOOR 1e-6

static PetscErrorCode sum(const struct adapt *adapt, double *x)
{
    PetscCallMPI(MPI_Allreduce(MPI_IN_PLACE, x, 1, MPI_DOUBLE, MPI_SUM,
                               adapt->mesh->comm));
    return 0;
}

static double clamp(double x, double low, double high)
{
    return x < low ? low : x > high ? high : x;
}

static double within(const struct aim *aim, double target_m, double size_m)
{
    target_m = clamp(target_m, aim->refine * size_m, aim->coarsen * size_m);
    return clamp(target_m, aim->min_m, aim->max_m);
}

static PetscErrorCode predict(struct adapt *adapt)
{
    adapt->predicted = 0;
    for (PetscInt c = 0; c < adapt->n_cells; c++)
        adapt->predicted += pow(adapt->size_m[c] / adapt->target_m[c],
                                adapt->mesh->dim);
    return sum(adapt, &adapt->predicted);
}

static int order_of(const struct fe_mesh *mesh)
{
    return mesh->n_cell_blocks ? mesh->block[0].elem->order : 1;
}

static PetscErrorCode choose_sizes(struct adapt *adapt, const struct aim *aim)
{
    double p, d = adapt->mesh->dim, all = 0, target, floor;
    int order = order_of(adapt->mesh);

    PetscCallMPI(MPI_Allreduce(MPI_IN_PLACE, &order, 1, MPI_INT, MPI_MAX,
                               adapt->mesh->comm));
    p = order;
    floor = ERROR_FLOOR * adapt->estimate / sqrt(adapt->mesh->n_cells);
    for (PetscInt c = 0; c < adapt->n_cells; c++)
        all += pow(fmax(adapt->error[c], floor), 2 * d / (2 * p + d));
    PetscCall(sum(adapt, &all));
    target = fmax(MARGIN * aim->tolerance * adapt->norm,
                  aim->reduction * adapt->estimate);
    for (PetscInt c = 0; c < adapt->n_cells; c++) {
        double error = fmax(adapt->error[c], floor), ratio = INFINITY;

        if (error > 0)
            ratio = pow(target, 1 / p) * pow(error, -2 / (2 * p + d)) /
                    pow(all, 1 / (2 * p));
        adapt->target_m[c] = within(aim, ratio * adapt->size_m[c],
                                    adapt->size_m[c]);
    }
    return predict(adapt);
}

/* All cells larger, as many times as it takes. */
static PetscErrorCode limit_cells(struct adapt *adapt, const struct aim *aim)
{
    double factor = pow(adapt->predicted / aim->most_cells,
                        1. / adapt->mesh->dim);

    if (!(factor > 1))
        return 0;
    for (PetscInt c = 0; c < adapt->n_cells; c++)
        adapt->target_m[c] *= factor;
    return predict(adapt);
}

/* At a point the geometric mean of the cells around it. */
static PetscErrorCode to_points(struct adapt *adapt)
{
    const struct fe_mesh *mesh = adapt->mesh;
    PetscInt n = mesh->n_owned + mesh->n_ghosts, at = 0;
    double *count;

    PetscCall(PetscCalloc1(n + 1, &count));
    for (int b = 0; b < mesh->n_cell_blocks; b++) {
        const struct fe_block *block = &mesh->block[b];

        for (PetscInt c = 0; c < block->n; c++, at++)
            for (int i = 0; i < block->elem->nodes; i++) {
                PetscInt node = block->node[c * block->elem->nodes + i];

                adapt->point_m[node] += log(adapt->target_m[at]);
                count[node] += 1;
            }
    }
    PetscCall(fe_mesh_gather(mesh, adapt->point_m));
    PetscCall(fe_mesh_gather(mesh, count));
    for (PetscInt i = 0; i < mesh->n_owned; i++)
        adapt->point_m[i] = exp(adapt->point_m[i] / count[i]);
    return PetscFree(count);
}

PetscErrorCode adapt_size(struct adapt *adapt, const struct aim *aim)
{
    PetscCall(choose_sizes(adapt, aim));
    PetscCall(limit_cells(adapt, aim));
    return to_points(adapt);
}

/* estimate.c - how far the gradient is from the recovered one */
#include <math.h>

#include "fe/map.h"
#include "mesh_adapt/adapt.h"
#include "mesh_adapt/recover.h"

struct sums {
    double error, norm, exact; /* squares */
};

/* Place, and gradient of the field at a point of the rule of a cell; returns
 * the weight times the measure. */
static double at_point(const struct fe_tab *tab, int q, const double x[][3],
                       const double u[], double place[3], double gradient[3])
{
    double g[FE_MAX_NODES][3];
    double size = fe_gradients(tab->elem->dim, tab->elem->nodes, x,
                               tab->dn[q], g);

    for (int a = 0; a < 3; a++) {
        place[a] = gradient[a] = 0;
        for (int i = 0; i < tab->elem->nodes; i++) {
            place[a] += tab->n[q][i] * x[i][a];
            gradient[a] += g[i][a] * u[i];
        }
    }
    return size * tab->w[q];
}

static double square_of_difference(int dim, const double a[3],
                                   const double b[3])
{
    double sum = 0;

    for (int k = 0; k < dim; k++)
        sum += (a[k] - b[k]) * (a[k] - b[k]);
    return sum;
}

/* One cell; 'corner' is tabulated at the points of 'tab' for the element of
 * order 1 with the same corners. */
static void estimate_cell(const struct adapt *adapt,
                          const struct recovery *recovery,
                          const struct fe_tab *tab,
                          double corner[][FE_MAX_NODES],
                          const struct fe_block *block, PetscInt c,
                          struct sums *cell)
{
    const int nodes = tab->elem->nodes, dim = tab->elem->dim;
    const PetscInt *node = block->node + c * nodes;
    double x[FE_MAX_NODES][3], u[FE_MAX_NODES];

    *cell = (struct sums){ 0 };
    fe_mesh_corners(adapt->mesh, block, c, x);
    for (int i = 0; i < nodes; i++)
        u[i] = adapt->u[node[i]];
    for (int q = 0; q < tab->points; q++) {
        static const double zero[3];
        double at[3], gradient[3], better[3], want[3];
        double weight = at_point(tab, q, x, u, at, gradient);

        recovery_at(recovery, node, tab->elem->corners, corner[q], at,
                    better);
        cell->error += weight * square_of_difference(dim, better, gradient);
        cell->norm += weight * square_of_difference(dim, gradient, zero);
        if (!adapt->exact)
            continue;
        (void)fe_func_gradient(adapt->exact, at, 0, want);
        cell->exact += weight * square_of_difference(dim, want, gradient);
    }
}

/* Mean length of all lines between corners that are edges; those of a simplex
 * are all pairs. */
static double edge_length(const struct fe_elem *elem, const double x[][3])
{
    double sum = 0;
    int n = 0;

    for (int i = 0; i < elem->corners; i++)
        for (int k = 0; k < i; k++) {
            int axes = 0;

            for (int a = 0; a < elem->dim; a++)
                axes += elem->at[i][a] != elem->at[k][a];
            if (!elem->simplex && axes > 1)
                continue;
            sum += hypot(hypot(x[i][0] - x[k][0], x[i][1] - x[k][1]),
                         x[i][2] - x[k][2]);
            n++;
        }
    return sum / n;
}

static void tabulate_corners(const struct fe_tab *tab,
                             double corner[][FE_MAX_NODES])
{
    static const int first_order[4][2] = { [2] = { 9, 5 }, [3] = { 12, 10 } };
    const struct fe_elem *elem = tab->elem;
    double dn[FE_MAX_NODES][3];

    elem = fe_elem_vtk(first_order[elem->dim][elem->simplex]);
    for (int q = 0; q < tab->points; q++)
        fe_elem_shape(elem, tab->xi[q], corner[q], dn);
}

/* The cells of a class. */
static void estimate_class(struct adapt *adapt,
                           const struct recovery *recovery, int which,
                           struct sums *sums)
{
    double corner[FE_MAX_POINTS][FE_MAX_NODES], x[FE_MAX_NODES][3];
    PetscInt at = 0;
    struct fe_tab tab;

    for (int b = 0; b < adapt->mesh->n_cell_blocks; b++) {
        const struct fe_block *block = &adapt->mesh->block[b];

        fe_tab_init(&tab, block->elem, FE_RULE_ERROR);
        tabulate_corners(&tab, corner);
        for (PetscInt c = 0; c < block->n; c++, at++) {
            PetscInt g = block->group[c] < 0 ? adapt->mesh->n_groups
                                             : block->group[c];
            struct sums cell;

            if (adapt->classes[g] != which)
                continue;
            estimate_cell(adapt, recovery, &tab, corner, block, c, &cell);
            adapt->error[at] = sqrt(adapt->weight[g] * cell.error);
            fe_mesh_corners(adapt->mesh, block, c, x);
            adapt->size_m[at] = edge_length(block->elem, x);
            sums->error += adapt->weight[g] * cell.error;
            sums->norm += adapt->weight[g] * cell.norm;
            sums->exact += adapt->weight[g] * cell.exact;
        }
    }
}

PetscErrorCode adapt_estimate(struct adapt *adapt)
{
    struct sums sums = { 0 };

    for (int which = 0; which < adapt->n_classes; which++) {
        struct recovery recovery;

        PetscCall(recovery_fit(adapt->mesh, adapt->classes, which, adapt->u,
                               &recovery));
        estimate_class(adapt, &recovery, which, &sums);
        recovery_release(&recovery);
    }
    PetscCallMPI(MPI_Allreduce(MPI_IN_PLACE, &sums, 3, MPI_DOUBLE, MPI_SUM,
                               adapt->mesh->comm));
    adapt->estimate = sqrt(sums.error);
    adapt->norm = sqrt(sums.norm + sums.error);
    adapt->true_error = adapt->exact ? sqrt(sums.exact) : NAN;
    if (!isfinite(adapt->norm) || (adapt->exact && !isfinite(sums.exact)))
        return stg_fail(adapt->task, "the error is not a finite number; are "
                        "the field and 'exact' finite everywhere?");
    return 0;
}

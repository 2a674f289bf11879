/* recover.c - sample gradients, sum normal equations, solve them */
#include "mesh_adapt/recover.h"

#include <math.h>
#include <string.h>

#include "fe/map.h"

/* A fit is taken for singular when a pivot is less than this part of its
 * diagonal: the samples lie on a line, or there are too few. */
#define PIVOT_MIN 1e-4

#define SAMPLES_MAX 8

/* Where the gradients of an element are more exact than elsewhere. */
struct samples {
    int n;
    double n_at[SAMPLES_MAX][FE_MAX_NODES];
    double dn[SAMPLES_MAX][FE_MAX_NODES][3];
};

/* The sums of one corner, and later its fit: tier, then x, y, z of each
 * term. */
struct layout {
    int terms, width; /* count, matrix by rows up to the diagonal, 3 rights */
};

static struct layout layout_of(int terms)
{
    return (struct layout){ terms, 1 + terms * (terms + 1) / 2 + 3 * terms };
}

static int terms_of(int dim, int degree)
{
    static const int terms[4][3] = { [2] = { 1, 3, 6 }, [3] = { 1, 4, 10 } };

    return terms[dim][degree];
}

/* 1, then the coordinates, then their products. */
static void monomials(int dim, int terms, const double s[3], double p[])
{
    int n = 1;

    p[0] = 1;
    for (int i = 0; n < terms && i < dim; i++)
        p[n++] = s[i];
    for (int i = 0; n < terms && i < dim; i++)
        for (int k = i; k < dim; k++)
            p[n++] = s[i] * s[k];
}

/* --- samples -------------------------------------------------------------- */

static void sample_simplex(const struct fe_elem *elem, struct samples *samples)
{
    double near = elem->dim == 2 ? 2. / 3 : 0.58541019662496845446;
    double far = elem->dim == 2 ? 1. / 6 : 0.13819660112501051518;

    samples->n = elem->dim + 1;
    for (int i = 0; i < samples->n; i++) {
        double xi[3] = { far, far, far };

        if (i > 0)
            xi[i - 1] = near;
        fe_elem_shape(elem, xi, samples->n_at[i], samples->dn[i]);
    }
}

static void sample_product(const struct fe_elem *elem, struct samples *samples)
{
    static const double gauss[2] = { 0.21132486540518711775,
                                     0.78867513459481288225 };

    samples->n = 1 << elem->dim;
    for (int i = 0; i < samples->n; i++) {
        double xi[3] = { gauss[i & 1], gauss[i >> 1 & 1], gauss[i >> 2 & 1] };

        fe_elem_shape(elem, xi, samples->n_at[i], samples->dn[i]);
    }
}

/* The centre for order 1, the Gauss points of one degree less for order 2. */
static void sample(const struct fe_elem *elem, struct samples *samples)
{
    double at = elem->simplex ? 1. / (elem->dim + 1) : 0.5;

    if (elem->order == 1) {
        samples->n = 1;
        fe_elem_shape(elem, (double[3]){ at, at, at }, samples->n_at[0],
                      samples->dn[0]);
    } else if (elem->simplex) {
        sample_simplex(elem, samples);
    } else {
        sample_product(elem, samples);
    }
}

/* Place and gradient at a sample of a cell. */
static void gradient_at(const struct fe_elem *elem,
                        const struct samples *samples, int i,
                        const double x[][3], const double u[], double at[3],
                        double gradient[3])
{
    double g[FE_MAX_NODES][3];

    (void)fe_gradients(elem->dim, elem->nodes, x, samples->dn[i], g);
    for (int a = 0; a < 3; a++) {
        at[a] = gradient[a] = 0;
        for (int k = 0; k < elem->nodes; k++) {
            at[a] += samples->n_at[i][k] * x[k][a];
            gradient[a] += g[k][a] * u[k];
        }
    }
}

/* --- sums ----------------------------------------------------------------- */

/* How far the cells around a corner go, so that fits are of order 1. */
static PetscErrorCode find_reach(const struct fe_mesh *mesh, double reach[])
{
    double x[FE_MAX_NODES][3];

    for (int b = 0; b < mesh->n_cell_blocks; b++) {
        const struct fe_block *block = &mesh->block[b];

        for (PetscInt c = 0; c < block->n; c++) {
            const PetscInt *node = block->node + c * block->elem->nodes;

            fe_mesh_corners(mesh, block, c, x);
            for (int i = 0; i < block->elem->corners; i++)
                for (int k = 0; k < block->elem->corners; k++)
                    reach[node[i]] =
                        fmax(reach[node[i]],
                             hypot(hypot(x[i][0] - x[k][0], x[i][1] - x[k][1]),
                                   x[i][2] - x[k][2]));
        }
    }
    PetscCall(PetscSFReduceBegin(mesh->halo, MPI_DOUBLE,
                                 reach + mesh->n_owned, reach, MPI_MAX));
    PetscCall(PetscSFReduceEnd(mesh->halo, MPI_DOUBLE, reach + mesh->n_owned,
                               reach, MPI_MAX));
    return fe_mesh_spread(mesh, reach);
}

/* A sample to the normal equations of a corner. */
static void add_sample(const struct recovery *r, PetscInt node,
                       const double at[3], const double gradient[3],
                       double sums[])
{
    const double *origin = r->mesh->x + 3 * node;
    double s[3], p[RECOVER_TERMS_MAX];
    double *to = sums + 1;

    for (int a = 0; a < 3; a++)
        s[a] = (at[a] - origin[a]) / r->reach[node];
    monomials(r->mesh->dim, r->terms, s, p);
    sums[0] += 1;
    for (int i = 0; i < r->terms; i++)
        for (int k = 0; k <= i; k++)
            *to++ += p[i] * p[k];
    for (int i = 0; i < r->terms; i++)
        for (int a = 0; a < 3; a++)
            *to++ += p[i] * gradient[a];
}

static void add_block(const struct recovery *r, const struct fe_block *block,
                      const int *classes, int which, const double u[],
                      double sums[])
{
    const int width = layout_of(r->terms).width, nodes = block->elem->nodes;
    double x[FE_MAX_NODES][3], v[FE_MAX_NODES], at[3], gradient[3];
    struct samples samples;

    sample(block->elem, &samples);
    for (PetscInt c = 0; c < block->n; c++) {
        const PetscInt *node = block->node + c * nodes;

        if (class_of_cell(r->mesh, block, c, classes) != which)
            continue;
        fe_mesh_corners(r->mesh, block, c, x);
        for (int i = 0; i < nodes; i++)
            v[i] = u[node[i]];
        for (int s = 0; s < samples.n; s++) {
            gradient_at(block->elem, &samples, s, x, v, at, gradient);
            for (int i = 0; i < block->elem->corners; i++)
                add_sample(r, node[i], at, gradient,
                           sums + (size_t)node[i] * (size_t)width);
        }
    }
}

static PetscErrorCode gather_sums(const struct fe_mesh *mesh, int width,
                                  double sums[])
{
    double *ghosts = sums + (size_t)mesh->n_owned * (size_t)width;
    MPI_Datatype row;

    PetscCallMPI(MPI_Type_contiguous(width, MPI_DOUBLE, &row));
    PetscCallMPI(MPI_Type_commit(&row));
    PetscCall(PetscSFReduceBegin(mesh->halo, row, ghosts, sums, MPI_SUM));
    PetscCall(PetscSFReduceEnd(mesh->halo, row, ghosts, sums, MPI_SUM));
    PetscCallMPI(MPI_Type_free(&row));
    return 0;
}

/* --- fits ----------------------------------------------------------------- */

/* Solve for the first n terms by Cholesky; false when that is not possible. */
static bool solve(int n, const double packed[], const double right[][3],
                  double fit[][3])
{
    double l[RECOVER_TERMS_MAX][RECOVER_TERMS_MAX];

    for (int i = 0; i < n; i++)
        for (int k = 0; k <= i; k++) {
            double diagonal = packed[i * (i + 1) / 2 + k];
            double sum = diagonal;

            for (int m = 0; m < k; m++)
                sum -= l[i][m] * l[k][m];
            if (i == k && !(sum > PIVOT_MIN * diagonal))
                return false;
            l[i][k] = i == k ? sqrt(sum) : sum / l[k][k];
        }
    for (int a = 0; a < 3; a++) {
        for (int i = 0; i < n; i++) {
            fit[i][a] = right[i][a];
            for (int k = 0; k < i; k++)
                fit[i][a] -= l[i][k] * fit[k][a];
            fit[i][a] /= l[i][i];
        }
        for (int i = n - 1; i >= 0; i--) {
            for (int k = i + 1; k < n; k++)
                fit[i][a] -= l[k][i] * fit[k][a];
            fit[i][a] /= l[i][i];
        }
    }
    return true;
}

/* The best fit that the samples of a corner allow.  Its tier is higher with
 * its degree, and with more samples than terms; 0: no samples. */
static void fit_corner(const struct recovery *r, const double sums[],
                       double fit[])
{
    const int all = r->terms;
    double right[RECOVER_TERMS_MAX][3], found[RECOVER_TERMS_MAX][3];

    memset(fit, 0, (size_t)(1 + 3 * all) * sizeof(*fit));
    memcpy(right, sums + 1 + all * (all + 1) / 2,
           (size_t)all * sizeof(right[0]));
    for (int degree = r->order; degree >= 0 && sums[0] > 0; degree--) {
        int n = terms_of(r->mesh->dim, degree);

        if (sums[0] < n || !solve(n, sums + 1, right, found))
            continue;
        fit[0] = 1 + 2 * degree + (sums[0] > n);
        memcpy(fit + 1, found, (size_t)n * sizeof(found[0]));
        return;
    }
}

static PetscErrorCode spread_fits(const struct recovery *r)
{
    const int width = 1 + 3 * r->terms;
    double *ghosts = r->fit + (size_t)r->mesh->n_owned * (size_t)width;
    MPI_Datatype row;

    PetscCallMPI(MPI_Type_contiguous(width, MPI_DOUBLE, &row));
    PetscCallMPI(MPI_Type_commit(&row));
    PetscCall(PetscSFBcastBegin(r->mesh->halo, row, r->fit, ghosts,
                                MPI_REPLACE));
    PetscCall(PetscSFBcastEnd(r->mesh->halo, row, r->fit, ghosts,
                              MPI_REPLACE));
    PetscCallMPI(MPI_Type_free(&row));
    return 0;
}

PetscErrorCode recovery_fit(const struct fe_mesh *mesh, const int *classes,
                            int which, const double u[],
                            struct recovery *recovery)
{
    const size_t nodes = (size_t)(mesh->n_owned + mesh->n_ghosts);
    struct recovery *r = recovery;
    double *sums;
    size_t width;

    *r = (struct recovery){ .mesh = mesh, .order = 1 };
    for (int b = 0; b < mesh->n_cell_blocks; b++)
        r->order = PetscMax(r->order, mesh->block[b].elem->order);
    PetscCallMPI(MPI_Allreduce(MPI_IN_PLACE, &r->order, 1, MPI_INT, MPI_MAX,
                               mesh->comm));
    r->terms = terms_of(mesh->dim, r->order);
    width = (size_t)layout_of(r->terms).width;
    PetscCall(PetscCalloc1(nodes + 1, &r->reach));
    PetscCall(PetscMalloc1(nodes * (size_t)(1 + 3 * r->terms) + 1, &r->fit));
    PetscCall(PetscCalloc1(nodes * width + 1, &sums));
    PetscCall(find_reach(mesh, r->reach));
    for (int b = 0; b < mesh->n_cell_blocks; b++)
        add_block(r, &mesh->block[b], classes, which, u, sums);
    PetscCall(gather_sums(mesh, (int)width, sums));
    for (PetscInt i = 0; i < mesh->n_owned; i++)
        fit_corner(r, sums + (size_t)i * width,
                   r->fit + (size_t)i * (size_t)(1 + 3 * r->terms));
    PetscCall(PetscFree(sums));
    return spread_fits(r);
}

void recovery_release(struct recovery *recovery)
{
    PetscFree(recovery->reach);
    PetscFree(recovery->fit);
}

/* --- values --------------------------------------------------------------- */

void recovery_at(const struct recovery *r, const PetscInt *node, int corners,
                 const double blend[], const double x[3], double gradient[3])
{
    const size_t width = (size_t)(1 + 3 * r->terms);
    double best = 0, total = 0;

    for (int i = 0; i < corners; i++)
        best = fmax(best, r->fit[(size_t)node[i] * width]);
    gradient[0] = gradient[1] = gradient[2] = 0;
    for (int i = 0; i < corners; i++) {
        const double *fit = r->fit + (size_t)node[i] * width;
        double s[3], p[RECOVER_TERMS_MAX];

        if (fit[0] < best)
            continue;
        for (int a = 0; a < 3; a++)
            s[a] = (x[a] - r->mesh->x[3 * node[i] + a]) / r->reach[node[i]];
        monomials(r->mesh->dim, r->terms, s, p);
        total += blend[i];
        for (int k = 0; k < r->terms; k++)
            for (int a = 0; a < 3; a++)
                gradient[a] += blend[i] * p[k] * fit[1 + 3 * k + a];
    }
    for (int a = 0; a < 3; a++)
        gradient[a] /= total;
}

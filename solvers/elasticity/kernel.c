/* kernel.c - the inner loops
 *
 * The stiffness of two nodes i and j is, with the integrals
 *
 *     G_ab = integral of dn_i/dx_a dn_j/dx_b
 *     K_ab = lambda G_ab + mu G_ba + mu (a == b) trace G,
 *
 * so the points of the rule only add up outer products of the gradients; no
 * strain matrix is ever formed.  G_ba of i and j is G_ab of j and i.
 *
 * Around an axis the displacement u_x also strains the circle of a point, of
 * radius r, by u_x / r.  With n_i / r as a third component, 2, of the gradient
 * that strain adds
 *
 *     lambda (G_a2 [b == x] + G_2b [a == x])
 *         + (lambda + 2 mu) G_22 [a == b == x].
 */
#include "elasticity/kernel.h"

#include "fe/versions.h"

/* Where G_ab, a <= b, is kept. */
static const int pair[3][3] = { { 0, 1, 2 }, { 1, 3, 4 }, { 2, 4, 5 } };

/* Gradients by component: g[a][i]. */
INLINE double gradients(const int dim, const int nodes,
                        const struct fe_tab *tab, int q, const double x[][3],
                        double g[3][FE_MAX_NODES])
{
    double j[3][3], b[3][3], size;

    fe_jacobian(dim, nodes, x, tab->dn[q], j);
    size = fe_dual(dim, j, b);
    for (int a = 0; a < dim; a++)
        for (int i = 0; i < nodes; i++) {
            g[a][i] = 0;
            for (int k = 0; k < dim; k++)
                g[a][i] += tab->dn[q][i][k] * b[k][a];
        }
    return size;
}

/* The third strain around the axis, by node; returns the circumference. */
INLINE double circle(const int nodes, const double n[], const double x[][3],
                     double h[])
{
    double r = 0;

    for (int i = 0; i < nodes; i++)
        r += n[i] * x[i][0];
    for (int i = 0; i < nodes; i++)
        h[i] = n[i] / r;
    return 2 * M_PI * r;
}

/* G[pair[a][b]][i * nodes + j] += weight g_a[i] g_b[j] */
INLINE void add_products(const int dim, const int nodes, double weight,
                         const double g[3][FE_MAX_NODES],
                         double sum[6][FE_MAX_NODES * FE_MAX_NODES])
{
    for (int a = 0; a < dim; a++)
        for (int b = a; b < dim; b++)
            for (int i = 0; i < nodes; i++) {
                double left = weight * g[a][i];
                double *row = sum[pair[a][b]] + i * nodes;

                for (int j = 0; j < nodes; j++)
                    row[j] += left * g[b][j];
            }
}

INLINE void combine(const int dim, const int nodes, double lambda, double mu,
                    const double sum[6][FE_MAX_NODES * FE_MAX_NODES],
                    double a[])
{
    const int n = dim * nodes;

    for (int i = 0; i < nodes; i++)
        for (int j = 0; j < nodes; j++) {
            double trace = 0;

            for (int p = 0; p < dim; p++)
                trace += sum[pair[p][p]][i * nodes + j];
            for (int p = 0; p < dim; p++)
                for (int q = 0; q < dim; q++) {
                    const double *g = sum[pair[p][q]];
                    double pq = p <= q ? g[i * nodes + j] : g[j * nodes + i];
                    double qp = p <= q ? g[j * nodes + i] : g[i * nodes + j];

                    a[(i * dim + p) * n + j * dim + q] =
                        lambda * pq + mu * qp + (p == q ? mu * trace : 0);
                }
        }
}

/* What the third strain adds, where dim is 2. */
INLINE void combine_circle(const int nodes, double lambda, double mu,
                           const double sum[6][FE_MAX_NODES * FE_MAX_NODES],
                           double a[])
{
    const double *gx = sum[pair[0][2]], *gy = sum[pair[1][2]];
    const double *both = sum[pair[2][2]];
    const int n = 2 * nodes;

    for (int i = 0; i < nodes; i++)
        for (int j = 0; j < nodes; j++) {
            double *at = a + 2 * i * n + 2 * j;
            int ij = i * nodes + j, ji = j * nodes + i;

            at[0] += lambda * (gx[ij] + gx[ji]) +
                     (lambda + 2 * mu) * both[ij];
            at[1] += lambda * gy[ji];
            at[n] += lambda * gy[ij];
        }
}

INLINE void matrix(const int dim, const int nodes, const struct fe_tab *tab,
                   const double x[][3], const struct ela_law *law,
                   double scale, double a[])
{
    double sum[6][FE_MAX_NODES * FE_MAX_NODES];
    double g[3][FE_MAX_NODES] = { { 0 } }, size = 0;

    for (int k = 0; k < 6; k++)
        for (int i = 0; i < nodes * nodes; i++)
            sum[k][i] = 0;
    for (int q = 0; q < tab->points; q++) {
        if (q == 0 || !tab->elem->affine)
            size = gradients(dim, nodes, tab, q, x, g);
        if (dim == 2 && law->axial) {
            double depth = circle(nodes, tab->n[q], x, g[2]);

            add_products(3, nodes, tab->w[q] * size * depth, g, sum);
        } else {
            add_products(dim, nodes, tab->w[q] * size, g, sum);
        }
    }
    combine(dim, nodes, scale * law->lambda, scale * law->mu, sum, a);
    if (dim == 2 && law->axial)
        combine_circle(nodes, scale * law->lambda, scale * law->mu, sum, a);
}

/* Stress (xx, yy, zz, xy, yz, xz) from the gradient d[a][b] = du_a/dx_b and
 * the change of temperature; returns the density of strain energy.  In a plane
 * d[2][2] is zero or the strain around the axis. */
INLINE double stress_at(const int dim, const struct ela_law *law,
                        const double d[3][3], double dt, double s[6])
{
    double trace = d[0][0] + d[1][1] + d[2][2];
    double mean = law->lambda * trace - law->beta * dt, work;

    s[0] = mean + 2 * law->mu * d[0][0];
    s[1] = mean + 2 * law->mu * d[1][1];
    s[2] = law->out_lambda * trace - law->out_beta * dt +
           2 * law->mu * d[2][2];
    s[3] = law->mu * (d[0][1] + d[1][0]);
    s[4] = s[5] = 0;
    work = s[0] * d[0][0] + s[1] * d[1][1] + s[2] * d[2][2] +
           s[3] * (d[0][1] + d[1][0]);
    if (dim == 3) {
        s[4] = law->mu * (d[1][2] + d[2][1]);
        s[5] = law->mu * (d[0][2] + d[2][0]);
        work += s[4] * (d[1][2] + d[2][1]) + s[5] * (d[0][2] + d[2][0]);
    }
    return 0.5 * (work - law->expansion * dt * (s[0] + s[1] + s[2]));
}

/* The gradient of a displacement and the change of temperature at a point. */
INLINE double slopes(const int dim, const int nodes, const double n[],
                     const double g[3][FE_MAX_NODES], const double u[],
                     const double dt[], double d[3][3])
{
    double change = 0;

    for (int a = 0; a < dim; a++)
        for (int b = 0; b < dim; b++) {
            d[a][b] = 0;
            for (int i = 0; i < nodes; i++)
                d[a][b] += u[i * dim + a] * g[b][i];
        }
    for (int i = 0; dt && i < nodes; i++)
        change += n[i] * dt[i];
    return change;
}

/* The strain around the axis. */
INLINE double stretch(const int nodes, const double h[], const double u[])
{
    double sum = 0;

    for (int i = 0; i < nodes; i++)
        sum += h[i] * u[2 * i];
    return sum;
}

/* r[i] += weight stress . grad n_i */
INLINE void add_stress(const int dim, const int nodes, double weight,
                       const double s[6], const double g[3][FE_MAX_NODES],
                       double r[])
{
    static const int at[3][3] = { { 0, 3, 5 }, { 3, 1, 4 }, { 5, 4, 2 } };

    for (int a = 0; a < dim; a++)
        for (int b = 0; b < dim; b++) {
            double force = weight * s[at[a][b]];

            for (int i = 0; i < nodes; i++)
                r[i * dim + a] += force * g[b][i];
        }
}

INLINE void residual(const int dim, const int nodes, const struct fe_tab *tab,
                     const double x[][3], const struct ela_law *law,
                     double scale, const double u[], const double dt[],
                     double r[])
{
    double g[3][FE_MAX_NODES] = { { 0 } }, size = 0;

    for (int p = 0; p < dim * nodes; p++)
        r[p] = 0;
    for (int q = 0; q < tab->points; q++) {
        double d[3][3] = { { 0 } }, s[6], change, weight;
        bool round = dim == 2 && law->axial;

        if (q == 0 || !tab->elem->affine)
            size = gradients(dim, nodes, tab, q, x, g);
        weight = tab->w[q] * size * scale;
        if (round) {
            weight *= circle(nodes, tab->n[q], x, g[2]);
            d[2][2] = stretch(nodes, g[2], u);
        }
        change = slopes(dim, nodes, tab->n[q], g, u, dt, d);
        (void)stress_at(dim, law, d, change, s);
        add_stress(dim, nodes, weight, s, g, r);
        for (int i = 0; round && i < nodes; i++)
            r[2 * i] += weight * s[2] * g[2][i];
    }
}

INLINE void stress(const int dim, const int nodes, const struct fe_tab *tab,
                   const double x[][3], const struct ela_law *law,
                   const double u[], const double dt[], double s[][6],
                   double energy[])
{
    double g[3][FE_MAX_NODES] = { { 0 } }, d[3][3] = { { 0 } };

    for (int q = 0; q < tab->points; q++) {
        double change, density;

        if (q == 0 || !tab->elem->affine)
            (void)gradients(dim, nodes, tab, q, x, g);
        if (dim == 2 && law->axial) {
            (void)circle(nodes, tab->n[q], x, g[2]);
            d[2][2] = stretch(nodes, g[2], u);
        }
        change = slopes(dim, nodes, tab->n[q], g, u, dt, d);
        density = stress_at(dim, law, d, change, s[q]);
        if (energy)
            energy[q] = density;
    }
}

VERSIONS(ela_kernel_matrix, matrix,
         PARAMS(const double x[][3], const struct ela_law *law, double scale,
                double a[]),
         x, law, scale, a)

VERSIONS(ela_kernel_residual, residual,
         PARAMS(const double x[][3], const struct ela_law *law, double scale,
                const double u[], const double dt[], double r[]),
         x, law, scale, u, dt, r)

VERSIONS(ela_kernel_stress, stress,
         PARAMS(const double x[][3], const struct ela_law *law,
                const double u[], const double dt[], double s[][6],
                double energy[]),
         x, law, u, dt, s, energy)

/* kernel.c - the inner loops, compiled for each element and each kind of CPU
 *
 * See versions.h.  The innermost loops go over nodes, whose numbers lie next to
 * each other, and add nothing up: no reordering of sums is needed to vectorise
 * them.
 */
#include "fe/kernel.h"

#include <stddef.h>

#include "fe/versions.h"

/* The map at point q: dual basis and measure.  Affine ones have one for all
 * points. */
INLINE double map_at(const int dim, const int nodes, const struct fe_tab *tab,
                     int q, const double x[][3], double b[3][3])
{
    double j[3][3];

    fe_jacobian(dim, nodes, x, tab->dn[q], j);
    return fe_dual(dim, j, b);
}

/* Gradients g[axis][node] of the shape functions. */
INLINE void spread(const int dim, const int nodes, const struct fe_tab *tab,
                   int q, const double b[3][3], double g[3][FE_MAX_NODES])
{
    for (int a = 0; a < 3; a++)
        for (int i = 0; i < nodes; i++) {
            double sum = b[0][a] * tab->slope[q][0][i];

            if (dim > 1)
                sum += b[1][a] * tab->slope[q][1][i];
            if (dim > 2)
                sum += b[2][a] * tab->slope[q][2][i];
            g[a][i] = sum;
        }
}

INLINE void matrix(const int dim, const int nodes, const struct fe_tab *tab,
                   const double x[][3], double k, double c, double a[])
{
    double g[3][FE_MAX_NODES], b[3][3], size = 0;

    for (int i = 0; i < nodes * nodes; i++)
        a[i] = 0;
    for (int q = 0; q < tab->points; q++) {
        const double *n = tab->n[q];

        if (q == 0 || !tab->elem->affine) {
            size = map_at(dim, nodes, tab, q, x, b);
            spread(dim, nodes, tab, q, b, g);
        }
        for (int i = 0; i < nodes; i++) {
            double wk = tab->w[q] * size * k, wc = tab->w[q] * size * c * n[i];
            double g0 = wk * g[0][i], g1 = wk * g[1][i], g2 = wk * g[2][i];

            /* the upper half, in whole groups of four */
            for (int j = i / 4 * 4; j < nodes; j++)
                a[i * nodes + j] += g0 * g[0][j] + g1 * g[1][j] +
                                    g2 * g[2][j] + wc * n[j];
        }
    }
    for (int i = 1; i < nodes; i++)
        for (int j = 0; j < i; j++)
            a[i * nodes + j] = a[j * nodes + i];
}

/* r += gradients . flux, where flux = weight k grad u; both gradients are taken
 * on the reference element, which spares those of each node. */
INLINE void conduct(const int dim, const int nodes,
                    const double slope[3][FE_MAX_NODES], const double b[3][3],
                    double k, const double u[], double r[])
{
    double flux[3] = { 0, 0, 0 };

    for (int l = 0; l < dim; l++) {
        double sum = 0;

        for (int i = 0; i < nodes; i++)
            sum += slope[l][i] * u[i];
        for (int a = 0; a < 3; a++)
            flux[a] += k * sum * b[l][a];
    }
    for (int l = 0; l < dim; l++) {
        double along = fe_dot(b[l], flux);

        for (int i = 0; i < nodes; i++)
            r[i] += slope[l][i] * along;
    }
}

INLINE void residual(const int dim, const int nodes, const struct fe_tab *tab,
                     const double x[][3], double k, double c, const double u[],
                     const double v[], const double s[], double r[],
                     double total[2])
{
    double b[3][3], size = 0;

    for (int i = 0; i < nodes; i++)
        r[i] = 0;
    for (int q = 0; q < tab->points; q++) {
        const double *n = tab->n[q];
        double stored = 0, made, weight;

        if (q == 0 || !tab->elem->affine)
            size = map_at(dim, nodes, tab, q, x, b);
        weight = tab->w[q] * size;
        if (k != 0)
            conduct(dim, nodes, tab->slope[q], b, weight * k, u, r);
        for (int i = 0; v && i < nodes; i++)
            stored += weight * c * n[i] * v[i];
        made = s ? weight * s[q] : 0;
        for (int i = 0; (v || s) && i < nodes; i++)
            r[i] += (stored - made) * n[i];
        total[0] += stored;
        total[1] += made;
    }
}

INLINE void residual_at(const int dim, const int nodes,
                        const struct fe_tab *tab, const double x[][3],
                        const double flux[][3], const double source[],
                        double r[])
{
    double g[3][FE_MAX_NODES], b[3][3];

    for (int i = 0; i < nodes; i++)
        r[i] = 0;
    for (int q = 0; q < tab->points; q++) {
        double weight = tab->w[q] * map_at(dim, nodes, tab, q, x, b);
        double f0 = weight * flux[q][0], f1 = weight * flux[q][1],
               f2 = weight * flux[q][2], s = weight * source[q];

        spread(dim, nodes, tab, q, b, g);
        for (int i = 0; i < nodes; i++)
            r[i] += f0 * g[0][i] + f1 * g[1][i] + f2 * g[2][i] +
                    s * tab->n[q][i];
    }
}

INLINE void matrix_at(const int dim, const int nodes, const struct fe_tab *tab,
                      const double x[][3], const double k[],
                      const double drift[][3], const double c[], double a[])
{
    double g[3][FE_MAX_NODES], b[3][3];

    for (int i = 0; i < nodes * nodes; i++)
        a[i] = 0;
    for (int q = 0; q < tab->points; q++) {
        double weight = tab->w[q] * map_at(dim, nodes, tab, q, x, b);
        const double *n = tab->n[q];

        spread(dim, nodes, tab, q, b, g);
        for (int i = 0; i < nodes; i++) {
            double wk = weight * k[q], wn = weight * c[q] * n[i];
            double g0 = wk * g[0][i], g1 = wk * g[1][i], g2 = wk * g[2][i];

            for (int l = 0; drift && l < 3; l++)
                wn += weight * g[l][i] * drift[q][l];
            for (int j = 0; j < nodes; j++)
                a[i * nodes + j] += g0 * g[0][j] + g1 * g[1][j] +
                                    g2 * g[2][j] + wn * n[j];
        }
    }
}

INLINE void values(const int dim, const int nodes, const struct fe_tab *tab,
                   const double x[][3], const double u[], double value[],
                   double grad[][3])
{
    double g[3][FE_MAX_NODES], b[3][3];

    for (int q = 0; q < tab->points; q++) {
        (void)map_at(dim, nodes, tab, q, x, b);
        spread(dim, nodes, tab, q, b, g);
        value[q] = grad[q][0] = grad[q][1] = grad[q][2] = 0;
        for (int i = 0; i < nodes; i++) {
            value[q] += tab->n[q][i] * u[i];
            for (int l = 0; l < 3; l++)
                grad[q][l] += g[l][i] * u[i];
        }
    }
}

INLINE void points(const int dim, const int nodes, const struct fe_tab *tab,
                   const double x[][3], double at[][3], double weight[])
{
    double b[3][3], size = 0;

    for (int q = 0; q < tab->points; q++) {
        if (q == 0 || !tab->elem->affine)
            size = map_at(dim, nodes, tab, q, x, b);
        weight[q] = tab->w[q] * size;
        for (int a = 0; a < 3; a++) {
            at[q][a] = 0;
            for (int i = 0; i < nodes; i++)
                at[q][a] += tab->n[q][i] * x[i][a];
        }
    }
}

VERSIONS(fe_kernel_matrix, matrix,
         PARAMS(const double x[][3], double k, double c, double a[]),
         x, k, c, a)

VERSIONS(fe_kernel_residual, residual,
         PARAMS(const double x[][3], double k, double c, const double u[],
                const double v[], const double s[], double r[],
                double total[2]),
         x, k, c, u, v, s, r, total)

VERSIONS(fe_kernel_residual_at, residual_at,
         PARAMS(const double x[][3], const double flux[][3],
                const double source[], double r[]),
         x, flux, source, r)

VERSIONS(fe_kernel_matrix_at, matrix_at,
         PARAMS(const double x[][3], const double k[], const double drift[][3],
                const double c[], double a[]),
         x, k, drift, c, a)

VERSIONS(fe_kernel_values, values,
         PARAMS(const double x[][3], const double u[], double value[],
                double grad[][3]),
         x, u, value, grad)

VERSIONS(fe_kernel_points, points,
         PARAMS(const double x[][3], double at[][3], double weight[]), x, at,
         weight)

double fe_kernel_measure(const struct fe_tab *tab, const double x[][3])
{
    double at[FE_MAX_POINTS][3], weight[FE_MAX_POINTS], sum = 0;

    if (tab->elem->dim == 0)
        return 1;
    fe_kernel_points(tab, x, at, weight);
    for (int q = 0; q < tab->points; q++)
        sum += weight[q];
    return sum;
}

/* kernel.c - the inner loops, compiled once for each element
 *
 * The bodies are inline functions of the dimension and the number of nodes;
 * the public functions call them with constants, so that the compiler unrolls
 * their loops.
 */

/* At -O2 GCC neither unrolls nor vectorises these loops: twice the time.
 * Clang does both. */
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC optimize("O3")
#endif

#include "fe/kernel.h"

#include <stddef.h>

#include "fe/map.h"

#define INLINE static inline __attribute__((always_inline))

/* Call body(dim, nodes, ...) for the element of a table. */
#define DISPATCH(elem, body, ...)                       \
    switch ((elem)->nodes * 4 + (elem)->dim) {          \
    case 2 * 4 + 1: body(1, 2, __VA_ARGS__); break;     \
    case 3 * 4 + 1: body(1, 3, __VA_ARGS__); break;     \
    case 3 * 4 + 2: body(2, 3, __VA_ARGS__); break;     \
    case 4 * 4 + 2: body(2, 4, __VA_ARGS__); break;     \
    case 6 * 4 + 2: body(2, 6, __VA_ARGS__); break;     \
    case 8 * 4 + 2: body(2, 8, __VA_ARGS__); break;     \
    case 9 * 4 + 2: body(2, 9, __VA_ARGS__); break;     \
    case 4 * 4 + 3: body(3, 4, __VA_ARGS__); break;     \
    case 10 * 4 + 3: body(3, 10, __VA_ARGS__); break;   \
    case 20 * 4 + 3: body(3, 20, __VA_ARGS__); break;   \
    case 27 * 4 + 3: body(3, 27, __VA_ARGS__); break;   \
    default: body(3, 8, __VA_ARGS__); break;            \
    }

INLINE void matrix(const int dim, const int nodes, const struct fe_tab *tab,
                   const double x[][3], double k, double c, double a[])
{
    double g[FE_MAX_NODES][3], size = 0;

    for (int i = 0; i < nodes * nodes; i++)
        a[i] = 0;
    for (int q = 0; q < tab->points; q++) {
        const double *n = tab->n[q];

        if (q == 0 || !tab->elem->affine)
            size = fe_gradients(dim, nodes, x, tab->dn[q], g);
        for (int i = 0; i < nodes; i++) {
            double wc = tab->w[q] * size * c * n[i];
            double wk = tab->w[q] * size * k;

            for (int j = i; j < nodes; j++)
                a[i * nodes + j] += wk * fe_dot(g[i], g[j]) + wc * n[j];
        }
    }
    for (int i = 1; i < nodes; i++)
        for (int j = 0; j < i; j++)
            a[i * nodes + j] = a[j * nodes + i];
}

/* r[i] += n_i-gradient . flux, where flux = weight k grad u; both gradients
 * are taken on the reference element, which spares those of each node. */
INLINE void conduct(const int dim, const int nodes, const double dn[][3],
                    const double b[3][3], double k, const double u[],
                    double r[])
{
    double slope[3], flux[3] = { 0, 0, 0 };

    for (int l = 0; l < dim; l++) {
        slope[l] = 0;
        for (int i = 0; i < nodes; i++)
            slope[l] += dn[i][l] * u[i];
        for (int a = 0; a < 3; a++)
            flux[a] += k * slope[l] * b[l][a];
    }
    for (int l = 0; l < dim; l++) {
        double along = fe_dot(b[l], flux);

        for (int i = 0; i < nodes; i++)
            r[i] += dn[i][l] * along;
    }
}

INLINE void residual(const int dim, const int nodes, const struct fe_tab *tab,
                     const double x[][3], double k, double c, const double u[],
                     const double v[], const double s[], double r[],
                     double total[2])
{
    double j[3][3], b[3][3], size = 0;

    for (int i = 0; i < nodes; i++)
        r[i] = 0;
    for (int q = 0; q < tab->points; q++) {
        const double *n = tab->n[q];
        double stored = 0, made, weight;

        if (q == 0 || !tab->elem->affine) {
            fe_jacobian(dim, nodes, x, tab->dn[q], j);
            size = fe_dual(dim, j, b);
        }
        weight = tab->w[q] * size;
        if (k != 0)
            conduct(dim, nodes, tab->dn[q], b, weight * k, u, r);
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
    double g[FE_MAX_NODES][3];

    for (int i = 0; i < nodes; i++)
        r[i] = 0;
    for (int q = 0; q < tab->points; q++) {
        double weight =
            tab->w[q] * fe_gradients(dim, nodes, x, tab->dn[q], g);

        for (int i = 0; i < nodes; i++)
            r[i] += weight * (fe_dot(g[i], flux[q]) +
                              tab->n[q][i] * source[q]);
    }
}

INLINE void matrix_at(const int dim, const int nodes, const struct fe_tab *tab,
                      const double x[][3], const double k[],
                      const double b[][3], const double c[], double a[])
{
    double g[FE_MAX_NODES][3];

    for (int i = 0; i < nodes * nodes; i++)
        a[i] = 0;
    for (int q = 0; q < tab->points; q++) {
        double weight =
            tab->w[q] * fe_gradients(dim, nodes, x, tab->dn[q], g);
        const double *n = tab->n[q];

        for (int i = 0; i < nodes; i++) {
            double by_value = weight * c[q] * n[i];

            if (b)
                by_value += weight * fe_dot(g[i], b[q]);
            for (int j = 0; j < nodes; j++)
                a[i * nodes + j] += weight * k[q] * fe_dot(g[i], g[j]) +
                                    by_value * n[j];
        }
    }
}

INLINE void values(const int dim, const int nodes, const struct fe_tab *tab,
                   const double x[][3], const double u[], double value[],
                   double grad[][3])
{
    double g[FE_MAX_NODES][3];

    for (int q = 0; q < tab->points; q++) {
        (void)fe_gradients(dim, nodes, x, tab->dn[q], g);
        value[q] = grad[q][0] = grad[q][1] = grad[q][2] = 0;
        for (int i = 0; i < nodes; i++) {
            value[q] += tab->n[q][i] * u[i];
            for (int k = 0; k < 3; k++)
                grad[q][k] += g[i][k] * u[i];
        }
    }
}

INLINE void points(const int dim, const int nodes, const struct fe_tab *tab,
                   const double x[][3], double at[][3], double weight[])
{
    double j[3][3], b[3][3], size = 0;

    for (int q = 0; q < tab->points; q++) {
        if (q == 0 || !tab->elem->affine) {
            fe_jacobian(dim, nodes, x, tab->dn[q], j);
            size = fe_dual(dim, j, b);
        }
        weight[q] = tab->w[q] * size;
        for (int a = 0; a < 3; a++) {
            at[q][a] = 0;
            for (int i = 0; i < nodes; i++)
                at[q][a] += tab->n[q][i] * x[i][a];
        }
    }
}

void fe_kernel_matrix(const struct fe_tab *tab, const double x[][3], double k,
                      double c, double a[])
{
    DISPATCH(tab->elem, matrix, tab, x, k, c, a)
}

void fe_kernel_residual(const struct fe_tab *tab, const double x[][3],
                        double k, double c, const double u[], const double v[],
                        const double s[], double r[], double total[2])
{
    DISPATCH(tab->elem, residual, tab, x, k, c, u, v, s, r, total)
}

void fe_kernel_residual_at(const struct fe_tab *tab, const double x[][3],
                           const double flux[][3], const double source[],
                           double r[])
{
    DISPATCH(tab->elem, residual_at, tab, x, flux, source, r)
}

void fe_kernel_matrix_at(const struct fe_tab *tab, const double x[][3],
                         const double k[], const double b[][3],
                         const double c[], double a[])
{
    DISPATCH(tab->elem, matrix_at, tab, x, k, b, c, a)
}

void fe_kernel_values(const struct fe_tab *tab, const double x[][3],
                      const double u[], double value[], double grad[][3])
{
    DISPATCH(tab->elem, values, tab, x, u, value, grad)
}

void fe_kernel_points(const struct fe_tab *tab, const double x[][3],
                      double at[][3], double weight[])
{
    DISPATCH(tab->elem, points, tab, x, at, weight)
}

double fe_kernel_measure(const struct fe_tab *tab, const double x[][3])
{
    double at[FE_MAX_POINTS][3], weight[FE_MAX_POINTS], sum = 0;

    fe_kernel_points(tab, x, at, weight);
    for (int q = 0; q < tab->points; q++)
        sum += weight[q];
    return sum;
}

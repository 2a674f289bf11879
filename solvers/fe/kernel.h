/* kernel.h - element matrices and residuals of -div(k grad u) + c u = s
 *
 * The same kernel serves cells (conduction, storage, sources) and facets
 * (k = 0: convection, fluxes).  Not collective.
 */
#ifndef FE_KERNEL_H
#define FE_KERNEL_H

#include "fe/elem.h"

/* a[i * nodes + j] = integral of k grad n_i . grad n_j + c n_i n_j. */
void fe_kernel_matrix(const struct fe_tab *tab, const double x[][3], double k,
                      double c, double a[]);

/* r[i] = integral of k grad n_i . grad u + n_i (c v - s)
 * for nodal values u and v, and s[q] at the points of the rule.  'v' or 's'
 * may be NULL: zero.  total[0] and total[1] grow by the integrals of c v and
 * of s. */
void fe_kernel_residual(const struct fe_tab *tab, const double x[][3],
                        double k, double c, const double u[], const double v[],
                        const double s[], double r[], double total[2]);

/* The same for coefficients that vary: at the points of the rule,
 *   r[i] = integral of grad n_i . flux[q] + n_i source[q]
 *   a[i * nodes + j] = integral of k[q] grad n_i . grad n_j
 *                      + grad n_i . drift[q] n_j + c[q] n_i n_j;
 * 'drift' may be NULL: zero. */
void fe_kernel_residual_at(const struct fe_tab *tab, const double x[][3],
                           const double flux[][3], const double source[],
                           double r[]);
void fe_kernel_matrix_at(const struct fe_tab *tab, const double x[][3],
                         const double k[], const double drift[][3],
                         const double c[], double a[]);

/* Values and gradients of a field there. */
void fe_kernel_values(const struct fe_tab *tab, const double x[][3],
                      const double u[], double value[], double grad[][3]);

/* The points of the rule in space, and their weights times the measure. */
void fe_kernel_points(const struct fe_tab *tab, const double x[][3],
                      double at[][3], double weight[]);

/* Length, area or volume. */
double fe_kernel_measure(const struct fe_tab *tab, const double x[][3]);

#endif

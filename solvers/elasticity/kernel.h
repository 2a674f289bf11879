/* kernel.h - element matrices and residuals of linear elasticity
 *
 * With D = number of displacements a node (2 or 3), element vectors have D
 * values a node, node after node.  In two dimensions the law is that of plane
 * stress or plane strain and all quantities are those of a unit of thickness;
 * or x is the distance r from the axis y, quantities are those of the whole
 * circle, and a third strain u_x / r acts along it, as zz.
 *
 * Not collective.
 */
#ifndef ELA_KERNEL_H
#define ELA_KERNEL_H

#include <stdbool.h>

#include "fe/elem.h"

/* Stresses are lambda tr(e) 1 + 2 mu e - beta dT 1, from strains e and the
 * change dT of temperature. */
struct ela_law {
    double lambda, mu; /* Pa */
    double beta;       /* Pa/K */
    double expansion;  /* 1/K */
    /* zz in a plane: out_lambda tr(e) - out_beta dT */
    double out_lambda, out_beta;
    bool axial; /* around the axis y */
};

#define ELA_DOFS (3 * FE_MAX_NODES) /* of an element */

/* a[p * n + q], n = D nodes: the stiffness between degrees p and q. */
void ela_kernel_matrix(const struct fe_tab *tab, const double x[][3],
                       const struct ela_law *law, double scale, double a[]);

/* r[p] = integral of stress : grad test for displacements u and changes dt of
 * temperature at the nodes (NULL: none), multiplied by 'scale'. */
void ela_kernel_residual(const struct fe_tab *tab, const double x[][3],
                         const struct ela_law *law, double scale,
                         const double u[], const double dt[], double r[]);

/* Stresses xx, yy, zz, xy, yz, xz at the points of the rule; the strain energy
 * density that goes with each, if 'energy' is not NULL. */
void ela_kernel_stress(const struct fe_tab *tab, const double x[][3],
                       const struct ela_law *law, const double u[],
                       const double dt[], double s[][6],
                       double energy[]);

#endif

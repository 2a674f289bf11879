/* map.h - from the reference element to space
 *
 * Cells may have fewer dimensions than space (facets; a sheet of triangles):
 * gradients are then tangential.  Not collective.
 */
#ifndef FE_MAP_H
#define FE_MAP_H

#include <math.h>

static inline void fe_cross(const double a[3], const double b[3], double c[3])
{
    c[0] = a[1] * b[2] - a[2] * b[1];
    c[1] = a[2] * b[0] - a[0] * b[2];
    c[2] = a[0] * b[1] - a[1] * b[0];
}

static inline double fe_dot(const double a[3], const double b[3])
{
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

/* Columns j[k] = dx/dxi_k of the map of an element with 'nodes' corners. */
static inline void fe_jacobian(int dim, int nodes, const double x[][3],
                               const double dn[][3], double j[3][3])
{
    for (int k = 0; k < dim; k++)
        for (int a = 0; a < 3; a++) {
            double sum = 0;

            for (int i = 0; i < nodes; i++)
                sum += x[i][a] * dn[i][k];
            j[k][a] = sum;
        }
}

/* The dual basis b[k] of the columns (b[k] . j[l] = 1 if k == l, else 0, in
 * the span of the columns) and the measure of the map; negative in three
 * dimensions for a mirrored cell. */
static inline double fe_dual(int dim, const double j[3][3], double b[3][3])
{
    double size, normal[3];

    if (dim == 1) {
        size = fe_dot(j[0], j[0]);
        for (int a = 0; a < 3; a++)
            b[0][a] = j[0][a] / size;
        return sqrt(size);
    }
    if (dim == 2) {
        fe_cross(j[0], j[1], normal);
        size = fe_dot(normal, normal);
        fe_cross(j[1], normal, b[0]);
        fe_cross(normal, j[0], b[1]);
        for (int a = 0; a < 3; a++) {
            b[0][a] /= size;
            b[1][a] /= size;
        }
        return sqrt(size);
    }
    fe_cross(j[1], j[2], b[0]);
    fe_cross(j[2], j[0], b[1]);
    fe_cross(j[0], j[1], b[2]);
    size = fe_dot(j[0], b[0]);
    for (int k = 0; k < 3; k++)
        for (int a = 0; a < 3; a++)
            b[k][a] /= size;
    return size;
}

/* Gradients g[i] of the shape functions; the measure. */
static inline double fe_gradients(int dim, int nodes, const double x[][3],
                                  const double dn[][3], double g[][3])
{
    double j[3][3], b[3][3], size;

    fe_jacobian(dim, nodes, x, dn, j);
    size = fe_dual(dim, j, b);
    for (int i = 0; i < nodes; i++)
        for (int a = 0; a < 3; a++) {
            double sum = 0;

            for (int k = 0; k < dim; k++)
                sum += dn[i][k] * b[k][a];
            g[i][a] = sum;
        }
    return size;
}

#endif

/* eigen.h - eigenvalues of small symmetric matrices */
#ifndef ELA_EIGEN_H
#define ELA_EIGEN_H

#define ELA_EIGEN_MAX 6

/* Eigenvalues of the n x n matrix 'a' (row after row; it is overwritten) in
 * rising order, and their orthonormal vectors v[i][n].  Not collective. */
void ela_eigen(int n, double a[], double root[],
               double v[][ELA_EIGEN_MAX]);

#endif

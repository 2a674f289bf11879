/* eigen.c - Jacobi's method: rotate one pair of axes after the other */
#include "elasticity/eigen.h"

#include <math.h>

#define SWEEPS 50 /* ten are plenty: convergence is quadratic */

/* Turn axes p and q so that a[p][q] becomes 0. */
static void rotate(int n, double a[], double v[][ELA_EIGEN_MAX], int p, int q)
{
    double theta = (a[q * n + q] - a[p * n + p]) / (2 * a[p * n + q]);
    double t = (theta < 0 ? -1 : 1) / (fabs(theta) + hypot(theta, 1));
    double c = 1 / hypot(t, 1), s = t * c;

    for (int k = 0; k < n; k++) {
        double kp = a[k * n + p], kq = a[k * n + q];

        a[k * n + p] = c * kp - s * kq;
        a[k * n + q] = s * kp + c * kq;
    }
    for (int k = 0; k < n; k++) {
        double pk = a[p * n + k], qk = a[q * n + k];
        double vp = v[p][k], vq = v[q][k];

        a[p * n + k] = c * pk - s * qk;
        a[q * n + k] = s * pk + c * qk;
        v[p][k] = c * vp - s * vq;
        v[q][k] = s * vp + c * vq;
    }
}

/* By rising eigenvalue. */
static void sort(int n, double root[], double v[][ELA_EIGEN_MAX])
{
    for (int i = 1; i < n; i++)
        for (int j = i; j > 0 && root[j] < root[j - 1]; j--) {
            double old = root[j];

            root[j] = root[j - 1];
            root[j - 1] = old;
            for (int k = 0; k < n; k++) {
                old = v[j][k];
                v[j][k] = v[j - 1][k];
                v[j - 1][k] = old;
            }
        }
}

void ela_eigen(int n, double a[], double root[], double v[][ELA_EIGEN_MAX])
{
    for (int i = 0; i < n; i++)
        for (int k = 0; k < n; k++)
            v[i][k] = i == k;
    for (int sweep = 0; sweep < SWEEPS; sweep++) {
        double off = 0;

        for (int p = 0; p < n; p++)
            for (int q = p + 1; q < n; q++)
                if (a[p * n + q] != 0) {
                    off = fmax(off, fabs(a[p * n + q]));
                    rotate(n, a, v, p, q);
                }
        if (off == 0)
            break;
    }
    for (int i = 0; i < n; i++)
        root[i] = a[i * n + i];
    sort(n, root, v);
}

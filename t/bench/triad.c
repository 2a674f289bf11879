/* triad.c - how fast one processor moves memory: a = b + s c, like STREAM
 *
 * usage: triad
 *
 * Prints the best of ten rates in GB/s of processor time.  A store first reads
 * the line that it writes to, which counts: 32 bytes an element.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define N (1 << 23) /* 64 MiB an array: no cache holds three */

int main(void)
{
    double *a = calloc(N, sizeof(*a)), *b = malloc(N * sizeof(*b)),
           *c = malloc(N * sizeof(*c)), best = 0;

    if (!a || !b || !c)
        return 1;
    for (size_t i = 0; i < N; i++) {
        b[i] = (double)i;
        c[i] = 1;
    }
    for (int k = 0; k < 10; k++) {
        clock_t start = clock();
        double took_s, rate;

        for (size_t i = 0; i < N; i++)
            a[i] = b[i] + k * c[i];
        took_s = (double)(clock() - start) / CLOCKS_PER_SEC;
        rate = 32e-9 * N / took_s;
        best = rate > best ? rate : best;
    }
    printf("%.2f\n", a[N - 1] > 0 ? best : 0);
    free(a);
    free(b);
    free(c);
    return 0;
}

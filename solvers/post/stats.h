/* stats.h - statistics of weighted values on all ranks
 *
 * Results do not depend on how the values are divided among the ranks, to the
 * last bit: sums are exact (exact.h), quantiles are found by bisection.
 */
#ifndef POST_STATS_H
#define POST_STATS_H

#include <mpi.h>
#include <petscsys.h>
#include <stdbool.h>

/* Values that stand for a length, area or volume each. */
struct post_samples { /* zeroed: none */
    size_t n, room;
    struct post_sample {
        double value, weight;
    } *item;
};

PetscErrorCode post_samples_add(struct post_samples *s, double value,
                                double weight);
void post_samples_release(struct post_samples *s);

struct post_moments {
    double measure;  /* sum of the weights */
    double integral; /* of the values, weighted */
    double mean, sd; /* of the population; NaN when there is no measure */
};

/* Collective. */
PetscErrorCode post_moments(const struct post_samples *s, MPI_Comm comm,
                            struct post_moments *m);

/* Collective.  The smallest value that at least the fraction p[i] of the
 * weight does not exceed; p from 0 to 1.  Sorts the samples.  There must be
 * one with a weight on some rank. */
PetscErrorCode post_quantiles(struct post_samples *s, MPI_Comm comm, int n,
                              const double p[], double quantile[]);

/* The least and the greatest value with their places; of several places with
 * that value the one with the least x counts, of those the one with the least
 * y, then z. */
struct post_extreme {
    double value, at[3];
};

struct post_range {
    struct post_extreme min, max; /* none yet: infinity, -infinity */
};

extern const struct post_range post_range_none;

void post_range_add(struct post_range *range, double value,
                    const double at[3]);
/* Collective. */
PetscErrorCode post_range_join(struct post_range *range, MPI_Comm comm);

#endif

/* stats.c - moments, quantiles and extremes that no order of adding changes */
#include "post/stats.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "post/exact.h"

PetscErrorCode post_samples_add(struct post_samples *s, double value,
                                double weight)
{
    PetscFunctionBeginUser;
    if (s->n == s->room) {
        s->room = 2 * s->room + 256;
        PetscCall(PetscRealloc(s->room * sizeof(*s->item), &s->item));
    }
    s->item[s->n++] = (struct post_sample){ value, weight };
    PetscFunctionReturn(0);
}

void post_samples_release(struct post_samples *s)
{
    PetscFree(s->item);
    *s = (struct post_samples){ 0 };
}

PetscErrorCode post_moments(const struct post_samples *s, MPI_Comm comm,
                            struct post_moments *m)
{
    struct post_sum sum[2] = { 0 }, square = { 0 };

    PetscFunctionBeginUser;
    for (size_t i = 0; i < s->n; i++) {
        post_sum_add(&sum[0], s->item[i].weight);
        post_sum_add(&sum[1], s->item[i].weight * s->item[i].value);
    }
    PetscCallMPI(post_sum_join(sum, 2, comm));
    m->measure = post_sum_value(&sum[0]);
    m->integral = post_sum_value(&sum[1]);
    m->mean = m->measure > 0 ? m->integral / m->measure : NAN;
    for (size_t i = 0; i < s->n && m->measure > 0; i++) {
        double off = s->item[i].value - m->mean;

        post_sum_add(&square, s->item[i].weight * off * off);
    }
    PetscCallMPI(post_sum_join(&square, 1, comm));
    m->sd = sqrt(post_sum_value(&square) / m->measure);
    PetscFunctionReturn(0);
}

/* --- quantiles ------------------------------------------------------------ */

/* Doubles in the order of their values as whole numbers, and back. */
static uint64_t rank_of(double x)
{
    uint64_t bits;

    if (x == 0)
        x = 0; /* not -0 */
    memcpy(&bits, &x, sizeof(bits));
    return bits >> 63 ? ~bits : bits | (uint64_t)1 << 63;
}

static double with_rank(uint64_t rank)
{
    uint64_t bits = rank >> 63 ? rank & ~((uint64_t)1 << 63) : ~rank;
    double x;

    memcpy(&x, &bits, sizeof(x));
    return x;
}

static int by_value(const void *a, const void *b)
{
    const struct post_sample *p = a, *q = b;

    return (p->value > q->value) - (p->value < q->value);
}

/* How many of the sorted samples do not exceed 'value'. */
static size_t count_below(const struct post_samples *s, double value)
{
    size_t lo = 0, hi = s->n;

    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;

        if (s->item[mid].value <= value)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

/* The smallest value, from rank 'lo' to 'hi', up to which the samples weigh
 * 'target'. */
static PetscErrorCode find_quantile(const struct post_samples *s,
                                    MPI_Comm comm, double target,
                                    uint64_t lo, uint64_t hi, double *value)
{
    struct post_sum below = { 0 };
    size_t n = 0;

    PetscFunctionBeginUser;
    while (lo < hi) {
        uint64_t mid = lo + (hi - lo) / 2;
        size_t end = count_below(s, with_rank(mid));
        struct post_sum mine = below, all;

        for (size_t i = n; i < end; i++)
            post_sum_add(&mine, s->item[i].weight);
        all = mine;
        PetscCallMPI(post_sum_join(&all, 1, comm));
        if (post_sum_value(&all) >= target) {
            hi = mid;
        } else {
            lo = mid + 1;
            below = mine;
            n = end;
        }
    }
    *value = with_rank(lo);
    PetscFunctionReturn(0);
}

PetscErrorCode post_quantiles(struct post_samples *s, MPI_Comm comm, int n,
                              const double p[], double quantile[])
{
    struct post_sum total = { 0 };
    uint64_t range[2] = { UINT64_MAX, UINT64_MAX }; /* least; not greatest */

    PetscFunctionBeginUser;
    qsort(s->item, s->n, sizeof(*s->item), by_value);
    for (size_t i = 0; i < s->n; i++)
        post_sum_add(&total, s->item[i].weight);
    if (s->n) {
        range[0] = rank_of(s->item[0].value);
        range[1] = ~rank_of(s->item[s->n - 1].value);
    }
    PetscCallMPI(MPI_Allreduce(MPI_IN_PLACE, range, 2, MPI_UINT64_T, MPI_MIN,
                               comm));
    PetscCallMPI(post_sum_join(&total, 1, comm));
    for (int i = 0; i < n; i++)
        PetscCall(find_quantile(s, comm, p[i] * post_sum_value(&total),
                                range[0], ~range[1], &quantile[i]));
    PetscFunctionReturn(0);
}

/* --- extremes ------------------------------------------------------------- */

const struct post_range post_range_none = {
    .min = { .value = INFINITY },
    .max = { .value = -INFINITY },
};

static bool is_before(const double a[3], const double b[3])
{
    for (int k = 0; k < 3; k++)
        if (a[k] != b[k])
            return a[k] < b[k];
    return false;
}

static void take(struct post_extreme *e, double value, const double at[3])
{
    e->value = value;
    memcpy(e->at, at, sizeof(e->at));
}

void post_range_add(struct post_range *range, double value, const double at[3])
{
    struct post_extreme *min = &range->min, *max = &range->max;

    if (value < min->value || (value == min->value && is_before(at, min->at)))
        take(min, value, at);
    if (value > max->value || (value == max->value && is_before(at, max->at)))
        take(max, value, at);
}

PetscErrorCode post_range_join(struct post_range *range, MPI_Comm comm)
{
    struct post_range *all, joined = post_range_none;
    PetscMPIInt ranks;

    PetscFunctionBeginUser;
    PetscCallMPI(MPI_Comm_size(comm, &ranks));
    PetscCall(PetscMalloc1(ranks, &all));
    PetscCallMPI(MPI_Allgather(range, sizeof(*range), MPI_BYTE, all,
                               sizeof(*range), MPI_BYTE, comm));
    for (int i = 0; i < ranks; i++)
        if (all[i].min.value <= all[i].max.value) {
            post_range_add(&joined, all[i].min.value, all[i].min.at);
            post_range_add(&joined, all[i].max.value, all[i].max.at);
        }
    PetscCall(PetscFree(all));
    *range = joined;
    PetscFunctionReturn(0);
}

/* share.c - who gets what of a machine on which several runs compute */
#include "run/drive/share.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/alloc.h"

/* A granted slot counts as if it had been used for so long: without it the one
 * served least would get everything until it is no longer. */
#define QUANTUM_S 1.0

static int slots_of_all(const struct ft_share_claim *claim, size_t n)
{
    int slots = 1;

    for (size_t i = 0; i < n; i++)
        slots = claim[i].slots > slots ? claim[i].slots : slots;
    return slots;
}

/* What was served long ago is forgotten. */
static double served(const struct ft_share_claim *claim, size_t n, size_t i)
{
    double most = claim[i].served;

    for (size_t k = 0; k < n; k++)
        if (claim[k].wanted > 0 && claim[k].priority == claim[i].priority)
            most = fmax(most, claim[k].served);
    return fmax(claim[i].served, most - FT_SHARE_LAG_MAX);
}

/* Is claim 'a' to be served before 'b'? */
static bool comes_before(const struct ft_share_claim *claim,
                         const double *due, size_t a, size_t b)
{
    if (claim[a].priority != claim[b].priority)
        return claim[a].priority > claim[b].priority;
    return due[a] < due[b];
}

/* What runs already came in pieces that nobody knows; what comes next does
 * not. */
static int step(const struct ft_share_claim *c, int granted)
{
    int left = c->wanted - granted, unit = granted < c->used ? 1 : c->unit;

    return unit < left ? unit : left;
}

/* The claim that gets the next slots, or n. */
static size_t next(const struct ft_share_claim *claim, const double *due,
                   const int *granted, size_t n, int left)
{
    size_t best = n;

    for (size_t i = 0; i < n; i++) {
        int need = step(&claim[i], granted[i]);

        if (need <= 0 || need > left ||
            granted[i] + need > claim[i].slots)
            continue;
        if (best == n || comes_before(claim, due, i, best))
            best = i;
    }
    return best;
}

void ft_share_divide(const struct ft_share_claim *claim, size_t n,
                     int granted[])
{
    double *due = ft_calloc(n + 1, sizeof(*due));
    int left = slots_of_all(claim, n);
    size_t i;

    for (i = 0; i < n; i++) {
        granted[i] = 0;
        due[i] = served(claim, n, i);
    }
    while (left > 0 && (i = next(claim, due, granted, n, left)) < n) {
        int need = step(&claim[i], granted[i]);

        granted[i] += need;
        left -= need;
        due[i] += need * QUANTUM_S / claim[i].weight;
    }
    free(due);
}

/* Memory is for who comes first, and others wait until it has been had. */
static double memory_of(const struct ft_share_claim *claim, size_t n,
                        size_t me, const int *granted, double memory_bytes)
{
    double *due = ft_calloc(n + 1, sizeof(*due));

    for (size_t i = 0; i < n; i++)
        due[i] = served(claim, n, i);
    for (size_t i = 0; i < n; i++) {
        if (i == me)
            continue;
        memory_bytes -= claim[i].used_bytes;
        if (granted[i] > claim[i].used && comes_before(claim, due, i, me))
            memory_bytes -= claim[i].unit_bytes;
    }
    free(due);
    return fmax(memory_bytes, 0);
}

struct ft_share ft_share_of(const struct ft_share_claim *claim, size_t n,
                            size_t me, double memory_bytes)
{
    int *granted = ft_calloc(n + 1, sizeof(*granted));
    int others = 0, left;
    struct ft_share share;

    ft_share_divide(claim, n, granted);
    for (size_t i = 0; i < n; i++)
        others += i == me ? 0 : claim[i].used;
    left = slots_of_all(claim, n) - others;
    share.slots = granted[me] < left ? granted[me] : left;
    if (share.slots < 0)
        share.slots = 0;
    share.memory_bytes = memory_of(claim, n, me, granted, memory_bytes);
    free(granted);
    return share;
}

double ft_share_join(const struct ft_share_claim *claim, size_t n, size_t me)
{
    double least = INFINITY;

    for (size_t i = 0; i < n; i++)
        if (i != me && claim[i].wanted > 0 &&
            claim[i].priority == claim[me].priority)
            least = fmin(least, served(claim, n, i));
    return isinf(least) ? claim[me].served : fmax(claim[me].served, least);
}

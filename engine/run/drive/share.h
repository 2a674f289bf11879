/* share.h - who gets what of a machine on which several runs compute
 *
 * Pure arithmetic on what each live run claims (share_file.h); every runner
 * comes to the same result by itself.  A run of higher priority comes first.
 * Among equals, slots go to whoever has been served least for its weight, and
 * nothing is left idle that somebody wants.  What runs is never taken away: a
 * run that is above its share starts nothing until it no longer is.
 */
#ifndef FT_RUN_SHARE_H
#define FT_RUN_SHARE_H

#include <stddef.h>

/* How far ahead of the others a run can be served, in slot-seconds by weight,
 * before that is forgotten. */
#define FT_SHARE_LAG_MAX 60.0

struct ft_share_claim {
    double weight;   /* above 0 */
    int priority;    /* higher comes first */
    double served;   /* slot-seconds so far, divided by the weight */
    int slots;       /* that the run may be on in all: its -j */
    int used;        /* now */
    int wanted;      /* that it could use now, with the used ones */
    int unit;        /* that the task needs which is next; at least 1 */
    double used_bytes, unit_bytes; /* memory, likewise */
};

struct ft_share {
    int slots;           /* that the run may have in use, with what it has */
    double memory_bytes;
};

/* Divide as many slots as the largest claim is about: granted[i] of them go to
 * claim[i]. */
void ft_share_divide(const struct ft_share_claim *claim, size_t n,
                     int granted[]);

/* What claim[me] may use now of 'memory_bytes' and of all slots: what it was
 * granted, if nobody is still on it. */
struct ft_share ft_share_of(const struct ft_share_claim *claim, size_t n,
                            size_t me, double memory_bytes);

/* What a run that begins to want something counts as served: as much as the
 * one that was served least, so that it neither waits nor has a head start. */
double ft_share_join(const struct ft_share_claim *claim, size_t n, size_t me);

#endif

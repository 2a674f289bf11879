/* usage.h - what attempts cost: sums that are kept while records are taken
 *
 * Everything is in SI.  An attempt counts whether it did well or not.  What
 * could not be measured is not guessed: it is missing from the sums, and the
 * counts say of how many attempts.  share/doc/accounting.md explains the terms.
 */
#ifndef FT_RUN_USAGE_H
#define FT_RUN_USAGE_H

#include <stddef.h>
#include <stdint.h>

#include "run/adapter.h"

struct ft_usage {
    size_t n_attempts; /* that have ended */
    size_t n_failed;   /* of these, not with 'ok' */
    size_t n_unended;  /* begun, but the runner died before their end */
    size_t n_metered;  /* of the ended ones, with 'energy_j' */
    size_t n_cached;   /* tasks whose results were reused */
    size_t n_saved;    /* of these, with known cost */
    double core_s;        /* slots that were held, times how long */
    double failed_core_s; /* of that, by attempts that failed */
    double saved_core_s;  /* what the reused results had cost */
    double cpu_s;
    double peak_bytes; /* the largest of any attempt */
    double read_bytes, written_bytes; /* from and to devices */
    double result_bytes;              /* published */
    double energy_j;
    /* Of attempts that did well, for estimates. */
    size_t n_ok;
    double ok_s;
};

/* Wall time of an attempt, at least 0 even when the clock was set back. */
double ft_ending_wall_s(const struct ft_ending *ending);
/* Slots it held, times that; one slot when nothing else is known. */
double ft_ending_core_s(const struct ft_ending *ending);

/* Count an attempt that has ended. */
void ft_usage_attempt(struct ft_usage *usage, const struct ft_ending *ending);
/* The attempt that was counted as a success failed after all. */
void ft_usage_refuse(struct ft_usage *usage, const struct ft_ending *ending);
void ft_usage_add(struct ft_usage *sum, const struct ft_usage *other);

struct ft_run;
/* A stage of a run, and all of them. */
struct ft_usage ft_usage_of_stage(const struct ft_run *run, size_t stage);
void ft_usage_of_run(const struct ft_run *run, struct ft_usage *sum);

#endif

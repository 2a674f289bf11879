/* limits.h - what a run may cost, and when it has to be done */
#ifndef FT_MODEL_LIMITS_H
#define FT_MODEL_LIMITS_H

#include <stdint.h>

#include "text/field.h"

struct ft_err;

struct ft_limits {
    double core_s;       /* core time; 0: as much as it takes */
    double energy_j;     /* likewise */
    double deadline_s;   /* after the run has begun; 0: not said */
    int64_t deadline_ns; /* or at this instant; 0: not said */
};

/* The keys of 'budget:'. */
extern const struct ft_field ft_budget_fields[];

/* 'root' is a workflow whose keys have been checked; a deadline that cannot be
 * read is -1: FT_EDOC. */
int ft_limits_read(const struct ft_node *root, struct ft_limits *limits,
                   struct ft_err *err);

/* "core_time=2 h", "energy=1 MJ".  FT_EUSAGE. */
int ft_limits_set_budget(struct ft_limits *limits, const char *text,
                         struct ft_err *err);
/* "2 h", "2026-11-21T18:00Z".  FT_EUSAGE. */
int ft_limits_set_deadline(struct ft_limits *limits, const char *text,
                           struct ft_err *err);

/* What 'over' says takes the place of what '*limits' says. */
void ft_limits_override(struct ft_limits *limits,
                        const struct ft_limits *over);
/* The instant of the deadline for a run that began at 'start_ns'; 0: none. */
int64_t ft_limits_deadline(const struct ft_limits *limits, int64_t start_ns);

#endif

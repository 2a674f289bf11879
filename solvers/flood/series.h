/* series.h - values against time, with straight lines between them */
#ifndef FLOOD_SERIES_H
#define FLOOD_SERIES_H

#include "stage/stage.h"

struct flood_series {
    size_t n; /* 1: constant */
    double *time_s, *value;
};

enum flood_series_of { FLOOD_OF_RAIN, FLOOD_OF_DISCHARGE, FLOOD_OF_LEVEL };

PetscErrorCode flood_series_constant(double value, struct flood_series *s);
/* Collective.  A column of the table input 'series'.  Refused are units that
 * do not fit, gaps, times that do not rise, and a table that does not reach
 * from 0 to 'end_s'. */
PetscErrorCode flood_series_read(struct stg_task *task, const char *column,
                                 enum flood_series_of of, double end_s,
                                 struct flood_series *s);
void flood_series_release(struct flood_series *s);

double flood_series_at(const struct flood_series *s, double time_s);
/* The mean from time_s to time_s + dt_s: exact. */
double flood_series_mean(const struct flood_series *s, double time_s,
                         double dt_s);
double flood_series_most(const struct flood_series *s);
double flood_series_least(const struct flood_series *s);

#endif

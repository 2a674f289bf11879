/* series.c - hydrographs, rain and levels from the table of the task */
#include "flood/series.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "stage/table.h"

/* Units that a column may have: what people write in front of SI. */
static const struct {
    int of; /* enum flood_series_of, or -1: time */
    const char *unit;
    double si;
} units[] = {
    { -1, "s", 1 },
    { -1, "min", 60 },
    { -1, "h", 3600 },
    { -1, "hour", 3600 },
    { -1, "d", 86400 },
    { -1, "day", 86400 },
    { FLOOD_OF_RAIN, "m s-1", 1 },
    { FLOOD_OF_RAIN, "m/s", 1 },
    { FLOOD_OF_RAIN, "m.s-1", 1 },
    { FLOOD_OF_RAIN, "mm h-1", 1e-3 / 3600 },
    { FLOOD_OF_RAIN, "mm/h", 1e-3 / 3600 },
    { FLOOD_OF_RAIN, "mm/hour", 1e-3 / 3600 },
    { FLOOD_OF_DISCHARGE, "m3 s-1", 1 },
    { FLOOD_OF_DISCHARGE, "m3/s", 1 },
    { FLOOD_OF_DISCHARGE, "m^3/s", 1 },
    { FLOOD_OF_DISCHARGE, "m3.s-1", 1 },
    { FLOOD_OF_DISCHARGE, "L/s", 1e-3 },
    { FLOOD_OF_DISCHARGE, "l/s", 1e-3 },
    { FLOOD_OF_LEVEL, "m", 1 },
    { FLOOD_OF_LEVEL, "cm", 1e-2 },
};

static const char *const wanted[] = {
    [FLOOD_OF_RAIN] = "m/s or mm/h",
    [FLOOD_OF_DISCHARGE] = "m3/s",
    [FLOOD_OF_LEVEL] = "m",
};

static PetscErrorCode convert(struct stg_task *task, const char *column,
                              int of, const char *unit, size_t n,
                              double *value)
{
    for (size_t k = 0; k < sizeof(units) / sizeof(units[0]); k++) {
        if (units[k].of != of || strcmp(units[k].unit, unit) != 0)
            continue;
        for (size_t i = 0; i < n; i++)
            value[i] *= units[k].si;
        return 0;
    }
    return stg_fail(task, "column '%s' of the input 'series' is in '%s'; it "
                    "must be in %s", column, unit,
                    of < 0 ? "s, min, h or d" : wanted[of]);
}

static PetscErrorCode check(struct stg_task *task, const char *column,
                            enum flood_series_of of, double end_s,
                            const struct flood_series *s)
{
    for (size_t i = 0; i < s->n; i++) {
        if (!isfinite(s->time_s[i]) || !isfinite(s->value[i]))
            return stg_fail(task, "row %zu of column '%s' of the input "
                            "'series' has a gap: time %g s, value %g", i + 1,
                            column, s->time_s[i], s->value[i]);
        if (i > 0 && s->time_s[i] <= s->time_s[i - 1])
            return stg_fail(task, "row %zu of the input 'series': time %g s "
                            "does not come after %g s", i + 1, s->time_s[i],
                            s->time_s[i - 1]);
        if (of != FLOOD_OF_LEVEL && s->value[i] < 0)
            return stg_fail(task, "row %zu of column '%s' of the input "
                            "'series' is negative: %g", i + 1, column,
                            s->value[i]);
    }
    if (s->time_s[0] > 0 || s->time_s[s->n - 1] < end_s)
        return stg_fail(task, "column '%s' of the input 'series' reaches from "
                        "%g s to %g s; it must cover 0 s to the end, %g s",
                        column, s->time_s[0], s->time_s[s->n - 1], end_s);
    return 0;
}

PetscErrorCode flood_series_constant(double value, struct flood_series *s)
{
    PetscFunctionBeginUser;
    PetscCall(PetscCalloc2(1, &s->time_s, 1, &s->value));
    s->n = 1;
    s->value[0] = value;
    PetscFunctionReturn(0);
}

PetscErrorCode flood_series_read(struct stg_task *task, const char *column,
                                 enum flood_series_of of, double end_s,
                                 struct flood_series *s)
{
    char time_unit[STG_UNIT_BYTES], unit[STG_UNIT_BYTES];
    double *time = NULL, *value = NULL;
    const char *path;
    size_t n_times, n = 0;
    PetscErrorCode rc;

    PetscFunctionBeginUser;
    if (stg_input_count(task, "series") == 0)
        PetscFunctionReturn(stg_fail(task, "column '%s' is asked for, but the "
                                     "input 'series' is not given", column));
    PetscCall(stg_input_path(task, "series", &path));
    rc = stg_table_column(task, path, "time", time_unit, &n_times, &time);
    if (!rc)
        rc = stg_table_column(task, path, column, unit, &n, &value);
    if (!rc && n == 0)
        rc = stg_fail(task, "the input 'series' has no rows");
    if (!rc)
        rc = PetscMalloc2(n, &s->time_s, n, &s->value);
    if (!rc) {
        s->n = n;
        memcpy(s->time_s, time, n * sizeof(*time));
        memcpy(s->value, value, n * sizeof(*value));
        rc = convert(task, "time", -1, time_unit, n, s->time_s);
    }
    if (!rc)
        rc = convert(task, column, (int)of, unit, n, s->value);
    if (!rc)
        rc = check(task, column, of, end_s, s);
    PetscCall(PetscFree(time));
    PetscCall(PetscFree(value));
    PetscFunctionReturn(rc);
}

void flood_series_release(struct flood_series *s)
{
    (void)PetscFree2(s->time_s, s->value);
    s->n = 0;
}

/* The last row that is not after 'time_s', at most the last but one. */
static size_t find_row(const struct flood_series *s, double time_s)
{
    size_t low = 0, high = s->n - 1;

    while (high - low > 1) {
        size_t mid = (low + high) / 2;

        if (s->time_s[mid] <= time_s)
            low = mid;
        else
            high = mid;
    }
    return low;
}

double flood_series_at(const struct flood_series *s, double time_s)
{
    size_t i;
    double w;

    if (s->n == 1)
        return s->value[0];
    i = find_row(s, time_s);
    w = (time_s - s->time_s[i]) / (s->time_s[i + 1] - s->time_s[i]);
    w = w < 0 ? 0 : w > 1 ? 1 : w;
    return (1 - w) * s->value[i] + w * s->value[i + 1];
}

double flood_series_mean(const struct flood_series *s, double time_s,
                         double dt_s)
{
    double end_s = time_s + dt_s, sum = 0, a = time_s;

    if (s->n == 1)
        return s->value[0];
    for (size_t i = find_row(s, time_s); a < end_s; i++) {
        double b = i + 1 < s->n && s->time_s[i + 1] < end_s ? s->time_s[i + 1]
                                                            : end_s;

        if (b > a)
            sum += (b - a) * flood_series_at(s, 0.5 * (a + b));
        a = b > a ? b : a;
    }
    return sum / dt_s;
}

double flood_series_most(const struct flood_series *s)
{
    double most = s->value[0];

    for (size_t i = 1; i < s->n; i++)
        most = fmax(most, s->value[i]);
    return most;
}

double flood_series_least(const struct flood_series *s)
{
    double least = s->value[0];

    for (size_t i = 1; i < s->n; i++)
        least = fmin(least, s->value[i]);
    return least;
}

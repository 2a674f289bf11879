/* table.h - small tables with units */
#ifndef STG_TABLE_H
#define STG_TABLE_H

#include "stage/stage.h"

/* Exactly one of 'real' and 'integer' is set.  Names in a column are integers
 * with 'meanings', CF's flags: netCDF-C 4.9 crashes on columns of text. */
struct stg_column {
    const char *name;
    const char *long_name;  /* or NULL */
    const char *unit;       /* UDUNITS text; "1": dimensionless */
    const char *meanings;   /* of 0, 1, ... of 'integer', blank-separated */
    const double *real;     /* [rows] */
    const int64_t *integer; /* [rows] */
};

/* Collective.  Rank 0's columns are written, those of others ignored. */
PetscErrorCode stg_table_write(struct stg_task *task, const char *path,
                               const struct stg_column *column, size_t columns,
                               size_t rows);

#define STG_UNIT_BYTES 64

/* Collective.  The numbers of a column and their unit, the same on every rank;
 * free *value with PetscFree(). */
PetscErrorCode stg_table_column(struct stg_task *task, const char *path,
                                const char *column, char unit[STG_UNIT_BYTES],
                                size_t *rows, double **value);

#endif

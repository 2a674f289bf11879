/* table_read.c - columns of a table, on every rank */
#include "stage/h5.h"
#include "stage/table.h"

#include <stdio.h>

#define SET_BYTES 192

static PetscErrorCode read_column(struct stg_h5 *h5, const char *column,
                                  char *unit, size_t *rows, double **value)
{
    char set[SET_BYTES];
    struct stg_rows all = { .name = set, .type = H5T_IEEE_F64LE };
    bool found = false;

    snprintf(set, sizeof(set), "/table/%s", column);
    if (!stg_h5_exists(h5, "table"))
        return stg_fail(h5->task, "'%s' is not a table", h5->path);
    if (!stg_h5_exists(h5, set))
        return stg_fail(h5->task, "the table '%s' has no column '%s'",
                        h5->path, column);
    PetscCall(stg_h5_shape(h5, &all));
    PetscCall(stg_h5_read_text(h5, set, "units", STG_UNIT_BYTES, unit,
                               &found));
    PetscCall(stg_agree(h5->task, PetscMalloc1(all.total + 1, value)));
    *rows = (size_t)all.total;
    all.mine = all.total;
    return stg_h5_read(h5, &all, H5T_NATIVE_DOUBLE, *value);
}

PetscErrorCode stg_table_column(struct stg_task *task, const char *path,
                                const char *column, char unit[STG_UNIT_BYTES],
                                size_t *rows, double **value)
{
    struct stg_h5 h5;
    PetscErrorCode rc = stg_h5_open(task, path, &h5);

    *value = NULL;
    if (!rc)
        rc = read_column(&h5, column, unit, rows, value);
    rc = stg_h5_close(&h5, rc);
    if (rc) {
        PetscFree(*value);
        *value = NULL;
    }
    return rc;
}

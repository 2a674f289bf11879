/* table.c - rank 0 writes a small table that xarray opens */
#include "stage/h5.h"
#include "stage/table.h"

#include <hdf5_hl.h>
#include <stdio.h>
#include <string.h>

#define SET_NAME_MAX 160

/* CF's flags: the values 0, 1, ... and what they mean. */
static PetscErrorCode write_meanings(struct stg_h5 *h5, const char *set,
                                     const char *meanings)
{
    int64_t *value = NULL;
    hsize_t n = 1;
    PetscErrorCode rc;

    for (const char *c = meanings; *c; c++)
        n += *c == ' ';
    PetscCall(PetscMalloc1(n, &value));
    for (hsize_t i = 0; i < n; i++)
        value[i] = (int64_t)i;
    rc = stg_h5_values(h5, set, "flag_values", H5T_STD_I64LE, H5T_NATIVE_INT64,
                       n, value);
    if (!rc)
        rc = stg_h5_text(h5, set, "flag_meanings", meanings);
    PetscFree(value);
    return rc;
}

static PetscErrorCode write_column(struct stg_h5 *h5,
                                   const struct stg_column *column,
                                   size_t rows)
{
    char set[SET_NAME_MAX];

    snprintf(set, sizeof(set), "/table/%s", column->name);
    if (column->real)
        PetscCall(stg_h5_write_small(h5, set, H5T_IEEE_F64LE, rows,
                                     column->real));
    else
        PetscCall(stg_h5_write_small(h5, set, H5T_STD_I64LE, rows,
                                     column->integer));
    PetscCall(stg_h5_text(h5, set, "units", column->unit));
    if (column->long_name)
        PetscCall(stg_h5_text(h5, set, "long_name", column->long_name));
    if (column->meanings)
        PetscCall(write_meanings(h5, set, column->meanings));
    return 0;
}

/* The number of each row, which is the dimension of every column. */
static PetscErrorCode write_rows(struct stg_h5 *h5, size_t rows)
{
    int64_t *number = NULL;
    PetscErrorCode rc = PetscMalloc1(rows + 1, &number);

    for (size_t i = 0; !rc && i < rows; i++)
        number[i] = (int64_t)i;
    if (!rc)
        rc = stg_h5_write_small(h5, "/table/row", H5T_STD_I64LE, rows, number);
    PetscFree(number);
    return rc;
}

static PetscErrorCode attach_rows(struct stg_h5 *h5,
                                  const struct stg_column *column,
                                  size_t columns)
{
    hid_t row = H5Dopen2(h5->file, "/table/row", H5P_DEFAULT);
    PetscErrorCode rc = 0;

    if (row < 0 || H5DSset_scale(row, "row") < 0)
        rc = stg_h5_fail(h5, "write", "/table/row");
    for (size_t i = 0; !rc && i < columns; i++) {
        char set[SET_NAME_MAX];
        hid_t id;

        snprintf(set, sizeof(set), "/table/%s", column[i].name);
        id = H5Dopen2(h5->file, set, H5P_DEFAULT);
        if (id < 0 || H5DSattach_scale(id, row, 0) < 0 || H5Dclose(id) < 0)
            rc = stg_h5_fail(h5, "write", set);
    }
    if (row >= 0 && H5Dclose(row) < 0 && !rc)
        rc = stg_h5_fail(h5, "write", "/table/row");
    return rc;
}

static PetscErrorCode write_order(struct stg_h5 *h5,
                                  const struct stg_column *column,
                                  size_t columns)
{
    size_t size = 1, used = 0;
    char *order = NULL;
    PetscErrorCode rc;

    for (size_t i = 0; i < columns; i++)
        size += strlen(column[i].name) + 1;
    PetscCall(PetscMalloc1(size, &order));
    for (size_t i = 0; i < columns; i++)
        used += (size_t)snprintf(order + used, size - used, "%s%s",
                                 i ? "," : "", column[i].name);
    rc = stg_h5_text(h5, "/table", "columns", order);
    PetscFree(order);
    return rc;
}

static PetscErrorCode write_alone(struct stg_h5 *h5,
                                  const struct stg_column *column,
                                  size_t columns, size_t rows)
{
    PetscCall(stg_h5_group(h5, "/table"));
    PetscCall(write_rows(h5, rows));
    for (size_t i = 0; i < columns; i++)
        PetscCall(write_column(h5, &column[i], rows));
    PetscCall(attach_rows(h5, column, columns));
    return write_order(h5, column, columns);
}

PetscErrorCode stg_table_write(struct stg_task *task, const char *path,
                               const struct stg_column *column, size_t columns,
                               size_t rows)
{
    struct stg_h5 h5;
    PetscErrorCode rc = 0;

    if (stg_rank(task) == 0) {
        rc = stg_h5_create_alone(task, path, &h5);
        if (!rc)
            rc = write_alone(&h5, column, columns, rows);
        rc = stg_h5_close(&h5, rc);
    }
    stg_h5_await(task);
    return stg_agree(task, rc);
}

/* sheet.c - a table that grows row by row */
#include "post/sheet.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

PetscErrorCode post_words_add(char **words, const char *word)
{
    size_t old = *words ? strlen(*words) : 0, n = strlen(word) + 1;

    PetscFunctionBeginUser;
    PetscCall(PetscRealloc(old + 1 + n, words));
    if (old)
        (*words)[old++] = ' ';
    memcpy(*words + old, word, n);
    for (char *c = *words + old; *c; c++)
        if (*c == ' ')
            *c = '_';
    PetscFunctionReturn(0);
}

static PetscErrorCode add_column(struct post_sheet *sheet, const char *name,
                                 const char *unit, const char *long_name,
                                 const char *meanings, bool whole)
{
    struct stg_column *column = &sheet->column[sheet->columns];

    PetscFunctionBeginUser;
    PetscCheck(sheet->columns < POST_SHEET_COLUMNS, PETSC_COMM_SELF,
               PETSC_ERR_USER_INPUT, "the table would have more than %d "
               "columns", POST_SHEET_COLUMNS);
    for (size_t c = 0; c < sheet->columns; c++)
        PetscCheck(strcmp(sheet->column[c].name, name) != 0, PETSC_COMM_SELF,
                   PETSC_ERR_USER_INPUT, "the table has a column '%s' of its "
                   "own; rename the parameter of the matrix", name);
    PetscCall(PetscStrallocpy(name, (char **)&column->name));
    PetscCall(PetscStrallocpy(unit, (char **)&column->unit));
    PetscCall(PetscStrallocpy(long_name, (char **)&column->long_name));
    PetscCall(PetscStrallocpy(meanings, (char **)&column->meanings));
    sheet->whole[sheet->columns++] = whole;
    PetscFunctionReturn(0);
}

PetscErrorCode post_sheet_column(struct post_sheet *sheet, const char *name,
                                 const char *unit, const char *long_name)
{
    return add_column(sheet, name, unit, long_name, NULL, false);
}

PetscErrorCode post_sheet_counter(struct post_sheet *sheet, const char *name,
                                  const char *meanings)
{
    return add_column(sheet, name, "1", NULL, meanings, true);
}

PetscErrorCode post_sheet_row(struct post_sheet *sheet, const double value[])
{
    size_t n = sheet->columns;

    PetscFunctionBeginUser;
    if (sheet->rows == sheet->room) {
        sheet->room = 2 * sheet->room + 16;
        PetscCall(PetscRealloc(sheet->room * n * sizeof(double),
                               &sheet->value));
    }
    memcpy(sheet->value + sheet->rows++ * n, value, n * sizeof(double));
    PetscFunctionReturn(0);
}

/* The values of a column, one after the other. */
static PetscErrorCode lift(const struct post_sheet *sheet,
                           struct stg_task *task, size_t c,
                           struct stg_column *column)
{
    double *real = NULL;
    int64_t *integer = NULL;

    PetscFunctionBeginUser;
    *column = sheet->column[c];
    if (sheet->whole[c])
        PetscCall(PetscMalloc1(sheet->rows + 1, &integer));
    else
        PetscCall(PetscMalloc1(sheet->rows + 1, &real));
    column->real = real;
    column->integer = integer;
    for (size_t r = 0; r < sheet->rows; r++) {
        double x = sheet->value[r * sheet->columns + c];

        if (!isfinite(x))
            PetscFunctionReturn(stg_fail(task, "column '%s' would have a "
                                         "number in row %zu that is not finite",
                                         column->name, r));
        if (integer)
            integer[r] = (int64_t)x;
        else
            real[r] = x;
    }
    PetscFunctionReturn(0);
}

PetscErrorCode post_sheet_write(const struct post_sheet *sheet,
                                struct stg_task *task, const char *name)
{
    struct stg_column column[POST_SHEET_COLUMNS] = { { 0 } };
    const char *path;

    PetscFunctionBeginUser;
    if (!stg_wants(task, name))
        PetscFunctionReturn(0);
    PetscCall(stg_output_path(task, name, &path));
    for (size_t c = 0; c < sheet->columns; c++)
        PetscCall(lift(sheet, task, c, &column[c]));
    PetscCall(stg_table_write(task, path, column, sheet->columns,
                              sheet->rows));
    for (size_t c = 0; c < sheet->columns; c++) {
        double *real = (double *)column[c].real;
        int64_t *integer = (int64_t *)column[c].integer;

        PetscCall(PetscFree(real));
        PetscCall(PetscFree(integer));
    }
    PetscFunctionReturn(0);
}

void post_sheet_release(struct post_sheet *sheet)
{
    for (size_t c = 0; c < sheet->columns; c++) {
        PetscFree(*(char **)&sheet->column[c].name);
        PetscFree(*(char **)&sheet->column[c].unit);
        PetscFree(*(char **)&sheet->column[c].long_name);
        PetscFree(*(char **)&sheet->column[c].meanings);
    }
    PetscFree(sheet->value);
    *sheet = (struct post_sheet){ 0 };
}

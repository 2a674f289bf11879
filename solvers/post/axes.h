/* axes.h - the parameters of the runs that an input was gathered from
 *
 * A table about several runs begins with a column that numbers them and one
 * for each parameter of their matrix.
 */
#ifndef POST_AXES_H
#define POST_AXES_H

#include "post/sheet.h"

#define POST_AXES_MAX 16

struct post_axes { /* zeroed: none */
    struct stg_task *task;
    size_t runs, n;
    struct post_axis {
        char name[64], unit[64]; /* unit "": whole numbers, or words */
        char *words;             /* of texts, for the meanings of a column */
        double *value;           /* [runs] */
    } axis[POST_AXES_MAX];
};

/* The cells of all elements of an input.  Not collective.  Fails when they do
 * not have the same parameters, or one of them not in the same unit. */
PetscErrorCode post_axes_read(struct stg_task *task, const char *input,
                              struct post_axes *axes);
void post_axes_release(struct post_axes *axes);

/* Begin a sheet: no column when there is one run without parameters. */
PetscErrorCode post_axes_columns(const struct post_axes *axes,
                                 struct post_sheet *sheet);
/* Begin a row of it: fills value[], returns how many there are. */
size_t post_axes_row(const struct post_axes *axes, size_t run, double value[]);

#endif

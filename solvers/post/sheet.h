/* sheet.h - a table that grows row by row, every rank with the same rows
 */
#ifndef POST_SHEET_H
#define POST_SHEET_H

#include "stage/stage.h"
#include "stage/table.h"

#define POST_SHEET_COLUMNS 64

struct post_sheet { /* zeroed: empty */
    struct stg_column column[POST_SHEET_COLUMNS]; /* texts are the sheet's */
    bool whole[POST_SHEET_COLUMNS]; /* a column of whole numbers */
    size_t columns, rows, room;
    double *value; /* [rows][columns] */
};

/* Not collective.  Texts are copied; 'long_name' and 'meanings' may be NULL.
 * Numbers of a column with 'meanings' are positions in them. */
PetscErrorCode post_sheet_column(struct post_sheet *sheet, const char *name,
                                 const char *unit, const char *long_name);
PetscErrorCode post_sheet_counter(struct post_sheet *sheet, const char *name,
                                  const char *meanings);
/* All columns have to be there. */
PetscErrorCode post_sheet_row(struct post_sheet *sheet, const double value[]);

/* Collective.  Write it as the output 'name', if that is wanted; fails on a
 * number that is not finite. */
PetscErrorCode post_sheet_write(const struct post_sheet *sheet,
                                struct stg_task *task, const char *name);
void post_sheet_release(struct post_sheet *sheet);

/* Blank-separated words for 'meanings': grows the text by 'word', whose blanks
 * become '_'.  The caller frees the text with PetscFree(). */
PetscErrorCode post_words_add(char **words, const char *word);

#endif

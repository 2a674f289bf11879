/* redo.h - tasks that are to be executed again, and what follows from them
 *
 * A task that is retried is executed whatever results there are.  What depends
 * on it waits again, too, and is executed only when the content of its inputs
 * has changed: else its results are found under their key, as ever.
 */
#ifndef FT_RUN_REDO_H
#define FT_RUN_REDO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ft_err;
struct ft_run;
struct json_object;

/* One byte for each task: 0, or what becomes of it.  The caller frees. */
enum { FT_REDO_FOLLOWS = 1, FT_REDO_CHOSEN };

/* Of an act 'retry'.  FT_EFORMAT when the act is none. */
uint8_t *ft_redo_set(const struct ft_run *run, struct json_object *act,
                     struct ft_err *err);

/* Let these tasks wait again. */
int ft_redo_apply(struct ft_run *run, struct json_object *act,
                  struct ft_err *err);

#endif

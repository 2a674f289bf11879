/* expand.h - tasks for the rows of a table, once that is there */
#ifndef FT_PLAN_EXPAND_H
#define FT_PLAN_EXPAND_H

#include "plan/bind.h"

/* The rows that 'stage' has tasks for, as in rows.h; the caller releases.  Its
 * producers must be settled: where they left no table there are no rows. */
int ft_plan_read_rows(const struct ft_plan *plan, size_t stage,
                      const struct ft_have *have, struct ft_store *store,
                      struct json_object **columns, struct ft_err *err);

/* "as many tasks as 'sample.table' has rows" */
void ft_plan_rows_text(const struct ft_plan *plan, size_t stage,
                       struct ft_str *out);

#endif

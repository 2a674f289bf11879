/* index_bind.h - the objects of a branch, entered when somebody asks
 *
 * Table 'binding' holds what each branch binds, made of the changes on the way
 * from its state to the first one.  Moving a branch only writes where it points
 * to, however many objects that changes; column 'bound' of table 'branch' says
 * for which state the bindings stand.
 */
#ifndef FT_DATA_INDEX_BIND_H
#define FT_DATA_INDEX_BIND_H

#include <stdbool.h>

#include "data/index/db.h"

struct ft_err;

/* Make the bindings of 'branch' those of the state that it points to; one that
 * does not exist has none.  An index that cannot be written is covered by
 * tables of this connection alone. */
int ft_index_bind(struct ft_db *db, bool writable, const char *branch,
                  struct ft_err *err);

/* For this connection alone, until it is closed: 'branch' points to 'state' (a
 * number of the index), others stay.  Nothing may be entered any more. */
int ft_index_view(struct ft_db *db, const char *branch, int64_t state,
                  struct ft_err *err);
/* The same with every branch as it was at 'time_us'. */
int ft_index_view_time(struct ft_db *db, int64_t time_us, struct ft_err *err);

#endif

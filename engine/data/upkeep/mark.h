/* mark.h - which versions a gc keeps, and why, in tables of its own
 *
 *   temp.mark_state(n, depth)   states within the horizon
 *   temp.mark(version, why)     what stays
 */
#ifndef FT_DATA_MARK_H
#define FT_DATA_MARK_H

#include "data/upkeep/removal.h"

/* Mark everything; the lock is held, or nothing will be done with it. */
int ft_mark(struct ft_db *db, const struct ft_gc_options *options,
            const struct ft_needs *needs, struct ft_err *err);
/* Fill 'gc' from what is not marked. */
int ft_mark_read(struct ft_db *db, struct ft_gc *gc, struct ft_err *err);
/* Forget the tables. */
void ft_mark_end(struct ft_db *db);

#endif

/* delta.h - what a new state of the current branch changes */
#ifndef FT_DATA_DELTA_H
#define FT_DATA_DELTA_H

#include <stdbool.h>

#include "base/map.h"
#include "data/history/history.h"

/* One object and cell of the state before and after. */
struct ft_bound {
    char *object, *cell, *before, *after; /* versions, or NULL */
    int64_t pos_before, pos_after;
};

struct ft_delta {
    struct ft_map map;   /* "object\ncell" -> struct ft_bound */
    struct ft_map count; /* object -> its next position, as uintptr_t */
    size_t n_rest; /* objects and cells that were not read, and stay */
    size_t n_objects, n_changed, n_moved; /* by ft_delta_count() */
};

/* The current state, of which nothing stays. */
int ft_delta_init(struct ft_delta *delta, struct ft_store *store,
                  struct ft_err *err);
/* The cells of 'object' alone, as quick however many others there are: all
 * others stay. */
int ft_delta_init_object(struct ft_delta *delta, struct ft_store *store,
                         const char *object, struct ft_err *err);
void ft_delta_release(struct ft_delta *delta);

/* It will have 'bind', behind the cells of the object that were set before.
 * FT_EUSAGE, FT_ENOENT. */
int ft_delta_set(struct ft_delta *delta, struct ft_store *store,
                 const struct ft_binding *bind, struct ft_err *err);

/* It will have all that it has, and 'bind': in its old place, or behind the
 * other cells of its object, which ft_delta_init_object() has read.  Whether
 * there is such a version is not asked. */
int ft_delta_set_alone(struct ft_delta *delta, const struct ft_binding *bind,
                       struct ft_err *err);

/* It keeps the objects that a person has put and no run has replaced: a run
 * knows nothing of them, so it cannot mean to drop them. */
int ft_delta_keep_put(struct ft_delta *delta, struct ft_store *store,
                      struct ft_err *err);

void ft_delta_count(struct ft_delta *delta);
/* Whether the version differs; whether only the position does. */
bool ft_bound_differs(const struct ft_bound *bound);
bool ft_bound_moved(const struct ft_bound *bound);

#endif

/* lease.h - one runner at a time
 *
 * The file runs/ID/lease is locked for as long as its runner lives, so that the
 * kernel gives a dead runner's lease back at once.  Its text says who it is;
 * only a runner that ended by itself leaves it empty.
 */
#ifndef FT_RUN_LEASE_H
#define FT_RUN_LEASE_H

#include <stdbool.h>

struct ft_err;
struct ft_lease;

/* 'dir' is the directory of the run.  '*rebooted' (may be NULL) tells that the
 * last runner died with its machine, so that files it did not sync may be
 * damaged.  FT_EBUSY while the runner lives, or may live on another machine. */
struct ft_lease *ft_lease_take(const char *dir, bool *rebooted,
                               struct ft_err *err);
/* Only keep others away: who held it last stays in the file. */
struct ft_lease *ft_lease_borrow(const char *dir, struct ft_err *err);
void ft_lease_release(struct ft_lease *lease); /* NULL is fine */

/* "HOST PID" of the runner that lives, or NULL; the caller frees. */
char *ft_lease_holder(const char *dir);

#endif

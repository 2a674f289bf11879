/* trash.h - where version files lie until the grace of their removal is over
 *
 *   .fedtwin/trash/REMOVAL/<version>.h5
 *                          runs/<run>/…      directories of runs, likewise
 *
 * The oplog decides whether a version is there; these only move files.  They
 * are called under the lock of the oplog.
 */
#ifndef FT_DATA_TRASH_H
#define FT_DATA_TRASH_H

#include <stdbool.h>
#include <stdint.h>

struct ft_err;

/* "20261121-181500-7f3c": ids of removals sort by time. */
#define FT_REMOVAL_ID_MAX 32
void ft_removal_id(int64_t now_ns, char id[FT_REMOVAL_ID_MAX]);
/* Letters, digits and '-' only, so that it can be a directory's name. */
bool ft_removal_id_valid(const char *id);

/* The caller frees. */
char *ft_trash_dir(const char *meta, const char *removal);
char *ft_trash_path(const char *meta, const char *removal,
                    const char *version);

/* Make the directory of a removal, durably; it may be there. */
int ft_trash_make(const char *meta, const char *removal, struct ft_err *err);
/* Out of o/ into the trash.  1 moved, 0 it was not in o/, -1. */
int ft_trash_put(const char *meta, const char *removal, const char *version,
                 struct ft_err *err);
/* And back, durably.  1 moved, 0 it was not in the trash, -1. */
int ft_trash_take(const char *meta, const char *removal, const char *version,
                  struct ft_err *err);
/* What was put there is durable. */
int ft_trash_sync(const char *meta, const char *removal, struct ft_err *err);
/* Remove the directory with all that is in it. */
int ft_trash_empty(const char *meta, const char *removal, struct ft_err *err);

#endif

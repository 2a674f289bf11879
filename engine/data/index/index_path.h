/* index_path.h - where the index lies, and on what kind of disk
 *
 * In the project, or in $FEDTWIN_INDEX_DIR.  Where a project may only be read
 * each user has a private one in $XDG_CACHE_HOME/fedtwin (~/.cache/fedtwin).
 */
#ifndef FT_DATA_INDEX_PATH_H
#define FT_DATA_INDEX_PATH_H

#include <stdbool.h>
#include <stdint.h>

struct ft_err;

/* The caller frees both paths. */
char *ft_index_path(const char *meta);
/* Its directory is made when it is missing. */
char *ft_index_path_private(const char *meta, struct ft_err *err);

/* Whether the user has said where indexes go; they may be written there. */
bool ft_index_path_is_given(void);

/* What the file system of 'path' is called if several hosts may have files
 * there open, else NULL; and the same of an f_type of statfs(2). */
const char *ft_index_shared_disk(const char *path);
const char *ft_shared_disk_name(uint32_t type);

/* Remove an index and what SQLite keeps beside it; a missing one is fine. */
int ft_index_path_remove(const char *path, struct ft_err *err);

#endif

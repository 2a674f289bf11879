/* files.h - what lies in o/ and tmp/, whether the oplog names it or not */
#ifndef FT_DATA_FILES_H
#define FT_DATA_FILES_H

#include <stdint.h>

struct ft_err;

/* One file.  'id' is that of the version by the file's name, NULL when it has
 * no such name or lies in the wrong place.  -1 stops with 'err'. */
typedef int ft_files_each(const char *path, const char *id, void *arg,
                          struct ft_err *err);

/* Every file of meta/o, by name. */
int ft_files_versions(const char *meta, ft_files_each *each, void *arg,
                      struct ft_err *err);
/* Every file of meta/tmp. */
int ft_files_tmp(const char *meta, ft_files_each *each, void *arg,
                 struct ft_err *err);

#endif

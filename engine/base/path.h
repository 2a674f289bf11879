/* path.h - names that become paths, and files written whole or not at all */
#ifndef FT_BASE_PATH_H
#define FT_BASE_PATH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/str.h"

struct ft_err;

/* Names of stages, outputs, parameters, axes, branches, sites: a letter, then
 * letters, digits, '_' and '-', at most FT_NAME_MAX characters. */
#define FT_NAME_MAX 64
bool ft_name_valid(const char *name);

/* Of stages: such a name, or several joined by dots when the stage is one of a
 * workflow that another uses ("tune.mesh"). */
#define FT_STAGE_NAME_MAX 200
bool ft_stage_name_valid(const char *name);
/* The dot before the output in "tune.mesh.grid"; NULL when 'object' is not the
 * name of a stage, a dot and a name. */
const char *ft_object_dot(const char *object);

/* "dir/name"; 'name' alone when it is absolute or 'dir' is empty or NULL.  The
 * caller frees. */
char *ft_path_join(const char *dir, const char *name);
/* The directory part, "." when there is none; the caller frees. */
char *ft_path_dir(const char *path);
/* Borrowed tail of 'path' after the last '/'. */
const char *ft_path_base(const char *path);
/* True when 'path' is relative and no component is "..", so that it stays
 * below the directory that it is joined to. */
bool ft_path_is_below(const char *path);
bool ft_path_exists(const char *path);
/* "PATH.DIGITS" and 'tail', with sixteen digits by chance: for what is being
 * made.  A process id would not do: every host and every container counts its
 * own, and they share projects.  The caller frees. */
char *ft_path_unused(const char *path, const char *tail);
/* An executable 'name' on $PATH; the caller frees.  NULL: there is none. */
char *ft_path_search(const char *name);

/* mkdir -p; existing directories are fine. */
int ft_path_mkdirs(const char *path, mode_t mode, struct ft_err *err);
/* rm -r without following links; a path that is not there is fine. */
int ft_path_remove(const char *path, struct ft_err *err);

/* fsync the directory that holds 'path', so that its name is durable; where the
 * file system cannot do that, names are as durable as it makes them. */
int ft_path_sync_parent(const char *path, struct ft_err *err);

/* The whole file, at most 'max' bytes (else FT_EFORMAT), appended to 'out'. */
int ft_file_read(const char *path, size_t max, struct ft_str *out,
                 struct ft_err *err);

/* Make 'path' appear with these bytes: temporary name, fsync, rename, fsync of
 * the directory.  Whole, or not at all; replaces an older file. */
int ft_file_write(const char *path, const void *bytes, size_t len,
                  mode_t mode, struct ft_err *err);

/* The same without waiting for the disk: what a crash leaves is the old file,
 * the new one, or an empty one. */
int ft_file_replace(const char *path, const void *bytes, size_t len,
                    mode_t mode, struct ft_err *err);

/* The same in place and without waiting for the disk: for what a crash may
 * take.  Does not follow a link. */
int ft_file_put(const char *path, const void *bytes, size_t len, mode_t mode,
                struct ft_err *err);

/* Any of these three. */
typedef int ft_file_writer(const char *path, const void *bytes, size_t len,
                           mode_t mode, struct ft_err *err);

/* Copy the file 'from' to 'to', which must not be there (FT_EEXIST). */
int ft_file_copy(const char *from, const char *to, struct ft_err *err);

/* All 'len' bytes, however many calls it takes; -1 with errno set. */
int ft_write_all(int fd, const void *bytes, size_t len);

#endif

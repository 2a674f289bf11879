/* share_file.h - what the live runs of a project claim on this machine
 *
 * The file shares-HOST of the project has a fixed-size record for each live
 * runner (share/doc/formats/shares.md).  A runner locks the bytes of its own
 * for as long as it lives, so that the kernel tells which of them are dead.
 * Nobody serves the file: a change is seen by a watch on it.
 */
#ifndef FT_RUN_SHARE_FILE_H
#define FT_RUN_SHARE_FILE_H

#include <stdint.h>

#include "run/drive/share.h"

struct ft_err;
struct ft_project;
struct ft_share_file;

#define FT_SHARE_RUNS_MAX 64 /* live runs that one file is for */

/* Take a record for 'run'.  FT_EBUSY when all are taken, FT_EVERSION. */
struct ft_share_file *ft_share_file_open(const struct ft_project *project,
                                         const char *run, struct ft_err *err);
/* Give it back.  NULL is fine. */
void ft_share_file_close(struct ft_share_file *file);
const char *ft_share_file_path(const struct ft_share_file *file);

int ft_share_file_write(struct ft_share_file *file,
                        const struct ft_share_claim *claim, int64_t now_ns,
                        struct ft_err *err);

/* The claims of all live runs but this one, that were written within the last
 * FT_SHARE_FRESH_NS; -1 or how many. */
#define FT_SHARE_FRESH_NS INT64_C(10000000000)
int ft_share_file_read(struct ft_share_file *file, int64_t now_ns,
                       struct ft_share_claim claim[FT_SHARE_RUNS_MAX],
                       struct ft_err *err);

#endif

/* progress.h - a run as a person watches it
 *
 * On a terminal a block that is redrawn: one line a stage.  Elsewhere one line
 * with a time for every change of a task; when these become too many, a count
 * of all every ten seconds, with single lines in between.
 */
#ifndef FT_CLI_PROGRESS_H
#define FT_CLI_PROGRESS_H

#include "run/drive/drive.h"

struct ft_progress;

/* Called as soon as a run has begun, before anything is written about it. */
typedef void ft_progress_begun(const struct ft_run *run, void *arg);

/* To stderr.  With 'begun' (may be NULL) that is no terminal any more. */
struct ft_progress *ft_progress_new(ft_progress_begun *begun, void *arg);
/* Call 'ended' (like ft_progress_begun) after the last that is written. */
void ft_progress_at_end(struct ft_progress *progress,
                        ft_progress_begun *ended, void *arg);
void ft_progress_watcher(struct ft_progress *progress,
                         struct ft_watcher *watcher);
void ft_progress_free(struct ft_progress *progress);

/* "5 tasks: 2 succeeded, 3 cached" */
void ft_progress_summary(const struct ft_run *run, struct ft_str *out);

#endif

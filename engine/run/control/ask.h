/* ask.h - steer a run from another process
 *
 * A live runner is asked through its socket (control.h).  When there is none,
 * what is asked for is put into the journal under the lease, and is in force
 * when the run is gone on with.
 */
#ifndef FT_RUN_ASK_H
#define FT_RUN_ASK_H

#include <stdbool.h>

#include "run/record/run.h"

struct ft_err;
struct ft_project;
struct json_object;

/* Pause, unpause, hold, release or set (share/doc/formats/control.md).  'id' is
 * the whole id of a run.  '*changed': it was not so already; '*live': a runner
 * has done it. */
int ft_run_steer(const struct ft_project *project, const char *id,
                 struct json_object *request, bool *changed, bool *live,
                 struct ft_err *err);

/* Ask a live runner only: 1: done, 0: there is none. */
int ft_run_ask(const struct ft_project *project, const char *id,
               struct json_object *request, struct ft_err *err);

/* Wait until the run 'id' has ended or lost its runner; FT_ETIME when that
 * takes longer than 'timeout_s' (negative: however long). */
int ft_run_wait(const struct ft_project *project, const char *id,
                double timeout_s, enum ft_run_state *state,
                struct ft_err *err);

/* Ask the runner of 'run_id' to cancel, and wait until it has ended; a run
 * without a runner is marked cancelled, its live local tasks ended. */
int ft_run_cancel(const struct ft_project *project, const char *run_id,
                  const char *reason, struct ft_err *err);

#endif

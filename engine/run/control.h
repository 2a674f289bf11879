/* control.h - how another command talks to a live runner: runs/ID/control
 *
 * A stream socket; one JSON object a line each way.  Known: {"op":"cancel",
 * "reason":"…","now":false}, answered by {"ok":true}.  The runner keeps the
 * connection until the run has ended, so that its end can be awaited.
 */
#ifndef FT_RUN_CONTROL_H
#define FT_RUN_CONTROL_H

#include <stdbool.h>

struct ft_control;
struct ft_err;
struct uv_loop_s;

typedef void ft_control_cancel(const char *reason, bool now, void *arg);

/* Listen in 'dir', the directory of the run. */
struct ft_control *ft_control_open(const char *dir, struct uv_loop_s *loop,
                                   ft_control_cancel *cancel, void *arg,
                                   struct ft_err *err);
/* Freed once the loop has closed its handles. */
void ft_control_close(struct ft_control *control); /* NULL is fine */

/* Ask the runner of the run in 'dir' to cancel, and wait until it has gone.
 * 1: done, 0: there is no runner. */
int ft_control_ask_cancel(const char *dir, const char *reason,
                          struct ft_err *err);

#endif

/* control.h - how another command talks to a live runner: runs/ID/control
 *
 * A stream socket; one JSON object a line each way
 * (share/doc/formats/control.md).  The runner keeps every connection until the
 * run has ended, so that its end can be awaited.  Where the file system takes
 * no sockets, there is a file with the path of one on a local disk.
 */
#ifndef FT_RUN_CONTROL_H
#define FT_RUN_CONTROL_H

#include <stdbool.h>

struct ft_control;
struct ft_err;
struct json_object;
struct uv_loop_s;

/* Do what 'request' asks for 'by', the user at the other end, and put members
 * into 'answer'.  -1 with 'err' when it cannot be done. */
typedef int ft_control_serve(struct json_object *request, const char *by,
                             struct json_object *answer, void *arg,
                             struct ft_err *err);

/* Listen in 'dir', the directory of the run. */
struct ft_control *ft_control_open(const char *dir, struct uv_loop_s *loop,
                                   ft_control_serve *serve, void *arg,
                                   struct ft_err *err);
/* Freed once the loop has closed its handles. */
void ft_control_close(struct ft_control *control); /* NULL is fine */

/* Has somebody asked to watch? */
bool ft_control_watched(const struct ft_control *control);
/* Send 'event' to all who watch.  One that does not read is dropped. */
void ft_control_tell(struct ft_control *control, struct json_object *event);

/* --- the other side ------------------------------------------------------- */

/* A connection to the runner of the run in 'dir', or -1: there is none. */
int ft_control_connect(const char *dir);

/* Ask it; '*answer' (may be NULL) is for the caller to release.  1: done, 0:
 * there is no runner, or it died before it answered, -1: it refused. */
int ft_control_ask(const char *dir, struct json_object *request,
                   struct json_object **answer, struct ft_err *err);

/* Ask to cancel, and wait until the runner has gone; 1 does not tell whether
 * it lived to do it. */
int ft_control_ask_cancel(const char *dir, const char *reason,
                          struct ft_err *err);

#endif

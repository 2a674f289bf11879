/* client.h - fedtwin-worker, started, fed and restarted
 *
 * The worker does everything that needs HDF5 (share/doc/formats/worker.md).  It
 * may crash or hang on a bad file: then it is killed and restarted, and what it
 * had not answered is sent again.  Nothing here blocks except ft_client_pump()
 * when told to wait.
 */
#ifndef FT_DATA_CLIENT_H
#define FT_DATA_CLIENT_H

#include <stdbool.h>
#include <stddef.h>

struct ft_client;
struct ft_err;
struct json_object;

#define FT_WORKER_PROTOCOL 1
#define FT_WORKER_WINDOW 16 /* requests on their way at once */
#define FT_WORKER_DEATHS_MAX 2 /* of one request before it is given up */
#define FT_WORKER_START_MAX 2 /* deaths in a row before the first answer */

/* The answer to the request with 'token': 'answer' is borrowed and NULL when
 * 'err' is not.  May send further requests. */
typedef void ft_client_answer(void *token, struct json_object *answer,
                              const struct ft_err *err, void *arg);

/* The program is $FEDTWIN_WORKER, else fedtwin-worker of this installation; it
 * starts with the first request. */
struct ft_client *ft_client_new(const char *meta, ft_client_answer *answer,
                                void *arg);
/* Unless it has something to do, let the program end, which takes a moment; the
 * next request starts it anew.  NULL is fine. */
void ft_client_rest(struct ft_client *client);
/* NULL is fine.  What has no answer yet is answered with FT_ECANCEL. */
void ft_client_free(struct ft_client *client);

/* Start the program now, for a request to come; a failure shows then. */
void ft_client_start(struct ft_client *client);

/* Queue a request.  'request' is an object with "op", taken over; 'what' names
 * it in errors ("publish 'a.h5'"); 'limit_s' is how long the worker may take
 * for it before it counts as hung. */
void ft_client_send(struct ft_client *client, struct json_object *request,
                    const char *what, double limit_s, void *token);

/* Requests that have no answer yet. */
size_t ft_client_pending(const struct ft_client *client);

/* Readable when ft_client_pump() has something to do; stays the same. */
int ft_client_fd(const struct ft_client *client);
/* Make it readable now, for a caller that has something left to report. */
void ft_client_wake(struct ft_client *client);

/* Write, read and report what is possible now; with 'wait' block until at least
 * one request was answered (if any is pending).  Never fails: whatever goes
 * wrong becomes the answer to a request:
 *   FT_EFORMAT   the worker died or hung on it FT_WORKER_DEATHS_MAX times
 *   FT_EVERSION  the worker speaks another protocol
 *   FT_EIO       the worker does not start
 *   and what the worker itself answered */
void ft_client_pump(struct ft_client *client, bool wait);

#endif

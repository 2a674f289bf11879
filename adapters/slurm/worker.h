/* worker.h - a program that answers one request at a time, or is killed */
#ifndef FT_ADAPTERS_SLURM_WORKER_H
#define FT_ADAPTERS_SLURM_WORKER_H

#include <json-c/json.h>
#include <sys/types.h>

#include "base/str.h"

struct ft_err;

struct ft_worker {
    pid_t pid; /* 0: there is none */
    int to, from;
    struct ft_str line; /* what it has answered so far */
};

/* Start 'program' of fedtwin.  It ends with this program. */
int ft_worker_start(struct ft_worker *worker, const char *program,
                    struct ft_err *err);

/* Send 'request' and release it; -1: the worker has ended. */
int ft_worker_send(struct ft_worker *worker, struct json_object *request);

/* Read what is there.  1: 'line' of the worker holds an answer, with its
 * newline, until the next request is sent; 0: not yet; -1: it has ended. */
int ft_worker_read(struct ft_worker *worker);
/* That answer, which the caller releases; NULL: it is nonsense. */
struct json_object *ft_worker_answer(const struct ft_worker *worker);

/* Kill it, whatever it does, and wait for its end. */
void ft_worker_stop(struct ft_worker *worker);

#endif

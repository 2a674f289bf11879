/* spawn.h - a program that works for the engine: its start, socket and end */
#ifndef FT_DATA_SPAWN_H
#define FT_DATA_SPAWN_H

#include <sys/types.h>

struct ft_err;

struct ft_worker {
    pid_t pid;
    int fd;        /* its standard input and output; -1: not running */
    int stderr_fd; /* what it wrote there, kept in memory */
};

struct ft_worker_program {
    const char *name;       /* "fedtwin-worker", of this installation */
    const char *variable;   /* of the environment, names another; or NULL */
    const char *const *arg; /* ends with NULL */
    int fd;                 /* given to it as FT_WORKER_FD; -1: none */
};
#define FT_WORKER_FD 3

int ft_worker_start(struct ft_worker *worker,
                    const struct ft_worker_program *program,
                    struct ft_err *err);

#define FT_WORKER_END_TEXT 240
/* Kill it if it still runs and say how it ended: 'why' if that is given, else
 * its exit status or signal; then the last line that it wrote to stderr. */
void ft_worker_end_text(struct ft_worker *worker, const char *why,
                        char text[FT_WORKER_END_TEXT]);

/* Kill it, wait for it, close its descriptors; not running is fine.  It holds
 * nothing that could be lost. */
void ft_worker_end(struct ft_worker *worker);

#endif

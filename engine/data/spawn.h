/* spawn.h - the process of fedtwin-worker: its start, its socket, its end */
#ifndef FT_DATA_SPAWN_H
#define FT_DATA_SPAWN_H

#include <sys/types.h>

struct ft_err;

struct ft_worker {
    pid_t pid;
    int fd;        /* its standard input and output; -1: not running */
    int stderr_fd; /* what it wrote there, kept in memory */
};

/* Start it for the project 'meta'. */
int ft_worker_start(struct ft_worker *worker, const char *meta,
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

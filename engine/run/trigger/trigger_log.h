/* trigger_log.h - what a trigger has seen and started */
#ifndef FT_RUN_TRIGGER_LOG_H
#define FT_RUN_TRIGGER_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/map.h"
#include "base/sha256.h"
#include "run/record/run.h"

struct ft_err;
struct ft_log;

#define FT_TRIGGER_VERSION 1

struct ft_trigger_log {
    struct ft_log *log;
    struct ft_map seen; /* "file PATH", "object REF" -> its digest, owned */
    int64_t cycle;      /* number of the last one, 0: none yet */
    int64_t fired_ns;   /* when that was decided */
    int64_t tick_ns;    /* last instant of the clock that was acted on */
    char run[FT_RUN_ID_MAX]; /* of the last cycle; "": not begun */
    bool ended;         /* the last cycle is over, or there is none */
};

/* Open the journal at 'path', or begin it. */
int ft_trigger_log_open(struct ft_trigger_log *t, const char *path,
                        const char *workflow, struct ft_err *err);
void ft_trigger_log_close(struct ft_trigger_log *t);

/* What 'name' was like when it was last looked at; NULL: never. */
const char *ft_trigger_seen(const struct ft_trigger_log *t, const char *name);

/* Each is durable when it returns. */
int ft_trigger_log_see(struct ft_trigger_log *t, const char *name,
                       const char *digest, struct ft_err *err);
int ft_trigger_log_fire(struct ft_trigger_log *t, const char *cause,
                        int64_t now_ns, int64_t tick_ns, struct ft_err *err);
int ft_trigger_log_start(struct ft_trigger_log *t, const char *run,
                         struct ft_err *err);
int ft_trigger_log_end(struct ft_trigger_log *t, const char *state,
                       struct ft_err *err);

#endif

/* trigger_in.h - between the files of a trigger; for nobody else
 *
 *   trigger.c        beginning and end
 *   trigger_watch.c  files, objects and the clock
 *   trigger_cycle.c  one cycle: a run in other processes
 *   trigger_log.c    the journal
 */
#ifndef FT_RUN_TRIGGER_IN_H
#define FT_RUN_TRIGGER_IN_H

#include <uv.h>

#include "base/err.h"
#include "run/trigger/trigger.h"
#include "run/trigger/trigger_log.h"

struct child; /* trigger_cycle.c */
struct ft_trigger;

/* A file or an object. */
struct ft_watched {
    struct ft_trigger *trigger;
    const char *what;   /* as the user named it */
    bool is_object;
    char *name;         /* in the journal */
    char digest[FT_SHA256_HEX + 1]; /* "": not there */
    uv_fs_event_t event;
};

struct ft_trigger {
    const struct ft_project *project;
    const struct ft_trigger_options *options;
    ft_trigger_say *say;
    void *say_arg;
    struct ft_trigger_log log;
    uv_loop_t loop;
    uv_signal_t interrupt, terminate;
    uv_timer_t settle, clock;
    struct ft_watched *watched;
    size_t n_watched;
    struct child *child; /* what the present cycle waits for, or NULL */
    char *pending;       /* why a cycle is to come, or NULL */
    int64_t tick_ns;     /* the newest instant of the clock that has passed */
    int64_t next_ns;     /* the next one */
    bool cancelling, stopping;
    int n_resumes;
    long n_cycles;
    size_t n_failed;
    struct ft_err fatal;
};

/* A line for people. */
void ft_trigger_tell(struct ft_trigger *t, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
void ft_trigger_stop(struct ft_trigger *t);
void ft_trigger_give_up(struct ft_trigger *t, const struct ft_err *err);

/* --- trigger_cycle.c ------------------------------------------------------ */

/* A cycle is to come, for 'cause', which is taken; only the last cause is
 * kept. */
void ft_trigger_fire(struct ft_trigger *t, char *cause);
/* Wait for the run of the present cycle, and go on from there. */
void ft_trigger_await(struct ft_trigger *t);
/* Close what children still hold; for uv_walk(). */
void ft_trigger_close_handle(uv_handle_t *handle, void *arg);

/* --- trigger_watch.c ------------------------------------------------------ */

/* What was never seen before is only noted. */
int ft_trigger_first_look(struct ft_trigger *t, struct ft_err *err);
/* Begin to watch; what changed while nobody looked is acted on. */
void ft_trigger_watch(struct ft_trigger *t);

#endif

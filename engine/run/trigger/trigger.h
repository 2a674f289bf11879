/* trigger.h - start a workflow again and again: when a file or an object has
 * changed, or by the clock
 *
 * One cycle is one run, started detached: it goes on when the trigger is ended,
 * and a trigger that is started again takes it up.  What a trigger has seen and
 * started is in its own journal, .fedtwin/triggers/ID/journal
 * (share/doc/formats/trigger.md), so that a change that happened while it was
 * away is noticed, and none is acted on twice.
 *
 * While a cycle runs, whatever happens is kept as one pending cycle: the newest
 * state of the world is what counts, not how often it changed.
 */
#ifndef FT_RUN_TRIGGER_H
#define FT_RUN_TRIGGER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ft_err;
struct ft_project;

struct ft_trigger_options {
    const char *self;             /* path of the fedtwin program */
    const char *workflow;         /* its file */
    const char *const *file;      /* files to watch */
    size_t n_files;
    const char *const *object;    /* objects to watch: REF */
    size_t n_objects;
    double every_s;               /* by the clock: at multiples of this since
                                     1970-01-01 UTC; 0: not */
    bool now;                     /* a first cycle at once */
    bool supersede;               /* a pending cycle cancels the one before */
    long cycles;                  /* end after so many; 0: never */
    const char *time_param;       /* gets the time of the cycle, or NULL */
    const char *const *arg;       /* further arguments of 'fedtwin run' */
    size_t n_args;
};

/* For people: one line about what happens. */
typedef void ft_trigger_say(const char *text, void *arg);

/* Watch until SIGINT, SIGTERM or the last cycle.  '*failed' counts the cycles
 * that did not succeed (superseded ones are not counted).  FT_EBUSY when the
 * same trigger is running already. */
int ft_trigger(const struct ft_project *project,
               const struct ft_trigger_options *options, ft_trigger_say *say,
               void *arg, size_t *failed, struct ft_err *err);

/* The first instant after 'now_ns' that is a multiple of 'every_s'. */
int64_t ft_trigger_next(double every_s, int64_t now_ns);

#endif

/* watch.h - a run on the whole screen, as it goes on
 *
 *   cmd_watch.c      what is watched, and what is said at the end
 *   watch_loop.c     waits for the journal, the keys, the clock
 *   watch_state.c    what is known: the run, who runs, who failed, how fast
 *   watch_screen.c   how that looks
 *   watch_term.c     the terminal, which is given back however this ends
 *
 * The journal is read on, never again from its start, and the screen costs as
 * much as it has rows, so that a run may have any number of tasks.
 */
#ifndef FT_CLI_WATCH_H
#define FT_CLI_WATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"
#include "data/store/project.h"
#include "run/record/journal.h"
#include "run/record/run.h"

#define FT_WATCH_SAMPLES 16

struct ft_watch {
    const struct ft_project *project;
    char *dir; /* of the run */
    struct ft_follower *follower;
    const struct ft_run *run;

    size_t *running; /* tasks, in no order */
    size_t n_running, cap_running;
    uint32_t *place; /* of each task in 'running', 1 + index; 0: not there */
    size_t n_places;
    size_t *failed;  /* tasks, the newest last */
    size_t n_failed, cap_failed;

    /* Tasks that had been executed at some times, the newest last. */
    struct {
        int64_t ns;
        size_t done;
    } sample[FT_WATCH_SAMPLES];
    size_t n_samples;

    size_t scroll;
    bool only_failures;
    bool sure;         /* 'c' was pressed: a second key decides */
    struct ft_str note; /* the answer to the last key */
};

/* --- watch_state.c -------------------------------------------------------- */

int ft_watch_open(struct ft_watch *watch, const struct ft_project *project,
                  const char *id, struct ft_module_set *modules,
                  struct ft_err *err);
void ft_watch_close(struct ft_watch *watch);
/* Read on.  1: something has changed, 0: nothing. */
int ft_watch_advance(struct ft_watch *watch, ft_follower_changed *also,
                     void *arg, struct ft_err *err);
/* The run goes on as far as the journal knows, but nobody drives it. */
bool ft_watch_is_left(const struct ft_watch *watch);
/* Remember how far it is now, for the rate. */
void ft_watch_sample(struct ft_watch *watch, int64_t now_ns);
/* Executed tasks a second, lately; 0: not known. */
double ft_watch_rate(const struct ft_watch *watch);

/* --- watch_screen.c ------------------------------------------------------- */

/* All rows of the screen. */
void ft_watch_draw(struct ft_watch *watch, int columns, int rows,
                   int64_t now_ns, struct ft_str *out);

/* --- watch_loop.c --------------------------------------------------------- */

enum ft_watch_end {
    FT_WATCH_OVER, /* the run has ended, or has no runner */
    FT_WATCH_QUIT, /* by a key */
    FT_WATCH_SIGNAL,
    FT_WATCH_FAILED, /* 'err' */
};

/* With 'screen' on the terminal; otherwise as the progress of 'run'.
 * '*signal' is the one that ended it. */
enum ft_watch_end ft_watch_loop(struct ft_watch *watch, bool screen,
                                int *signal, struct ft_err *err);

/* --- watch_term.c --------------------------------------------------------- */

/* Take the terminal, and give it back as it was.  A crash in between gives it
 * back as well. */
void ft_watch_take(void);
void ft_watch_give(void);

/* The next key of what was typed; 0: none.  Arrows are 'j' and 'k', pages 'J'
 * and 'K'. */
char ft_watch_key(char *typed, size_t *n);

#endif

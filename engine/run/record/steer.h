/* steer.h - what people asked of a run while it went on
 *
 * A request becomes an act, which names tasks by number and quantities in SI
 * units.  The journal keeps each act before it is acted on; it changes the run
 * the same way live and on replay (change.h), so that after a resume it is as
 * paused and as changed as it was.
 *
 *   request {"op":"hold","tasks":["heat"]}
 *   act     {"k":"hold","at":…,"by":"ann","tasks":[[4,7]]}
 */
#ifndef FT_RUN_STEER_H
#define FT_RUN_STEER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ft_err;
struct ft_resources;
struct ft_run;
struct json_object;

/* Tasks [first, end) shall not start. */
struct ft_hold {
    size_t first, end;
    char *by;
    int64_t at_ns;
};

/* What was set for tasks [first, end); 0: nothing. */
struct ft_override {
    size_t first, end;
    int ranks;
    double memory_bytes, walltime_s, timeout_s;
};

struct ft_steer {
    bool paused;
    char *paused_by, *paused_reason; /* or NULL */
    int64_t paused_ns;
    struct ft_hold *hold; /* in order, none touching another's tasks */
    size_t n_holds, cap_holds;
    struct ft_override *override; /* the last one that says something counts */
    size_t n_overrides, cap_overrides;
    int jobs;        /* 0: as the runner was started */
    double weight;   /* of its share of the machine; 0: 1 */
    int priority;    /* higher comes first */
    bool *redo;      /* of each of the first tasks: is it to be executed,
                        whatever results there are? */
    size_t n_redo;   /* 0: nobody asked for that */
    int64_t redo_ns; /* when somebody did, the last time */
};

#define FT_WEIGHT_MAX 1000.0
#define FT_PRIORITY_MAX 1000 /* and its negative */

/* Make an act of a request (share/doc/formats/control.md); 'by' is who asks.
 * '*act' is NULL when the run is as wanted already; the caller releases it.
 * FT_EUSAGE with a hint when it cannot be done: an unknown task, a unit that
 * does not fit, a task that has started. */
int ft_steer_request(const struct ft_run *run, struct json_object *request,
                     const char *by, int64_t now_ns, struct json_object **act,
                     struct ft_err *err);

/* Can 'key' of a run be set to 'text'?  FT_EUSAGE with a hint. */
int ft_steer_check(const char *key, const char *text, struct ft_err *err);

/* Change the run.  FT_EFORMAT when the act is none. */
int ft_steer_apply(struct ft_run *run, struct json_object *act,
                   struct ft_err *err);
void ft_steer_release(struct ft_steer *steer);

/* For each [first, end) that an act names.  FT_EFORMAT when there is no such
 * list, or no such task. */
typedef void ft_steer_range(const struct ft_run *run, size_t first, size_t end,
                            struct json_object *act, void *arg);
int ft_steer_ranges(const struct ft_run *run, struct json_object *act,
                    ft_steer_range *apply, void *arg, struct ft_err *err);

/* The hold that 'task' is under, or NULL. */
const struct ft_hold *ft_run_held(const struct ft_run *run, size_t task);
/* How many tasks that have not started are held. */
size_t ft_run_count_held(const struct ft_run *run);
/* Is it to be executed, whatever results there are? */
bool ft_run_must_redo(const struct ft_run *run, size_t task);

/* What the next attempt of 'task' gets: what was set for it counts as though
 * the workflow said so. */
void ft_run_resources(const struct ft_run *run, size_t task,
                      struct ft_resources *res);
/* 0: none. */
double ft_run_timeout_s(const struct ft_run *run, size_t task);

#endif

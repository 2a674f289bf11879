/* agent.h - what the files of fedtwin-agent share
 *
 *   main.c     the program: its file, its loop, its end
 *   tasks.c    the attempts: waiting, running, ended
 *   record.c   what an attempt leaves behind when it has ended
 *   visible.c  has everything arrived that an attempt starts with?
 *   program.c  is it the program that the engine planned with?
 *   given.c    what the job was given: slots, memory, time
 *   call.c     calling home, and what is said there
 *
 *   waiting --> starting --> running --> ended, until home has seen it
 *      \___________________________________/
 */
#ifndef ADAPTERS_AGENT_AGENT_H
#define ADAPTERS_AGENT_AGENT_H

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

#include "adapters/agent_file.h"
#include "base/map.h"
#include "run/adapter.h"

struct call;
struct json_object;

enum task_state { WAITING, STARTING, RUNNING, ENDED };

struct task {
    struct ft_attempt *attempt;
    enum task_state state;
    bool claimed;      /* its directory is ours */
    int slots;
    int64_t since_mono_ns; /* it waits */
    int64_t again_mono_ns; /* not to be started before; 0: at any time */
    struct json_object *outputs; /* as task.json declares them, or NULL */
    struct json_object *result;  /* how it ended */
};

/* Why nothing more is started. */
enum leaving {
    STAYING,
    FINISHED,   /* home said so, or all of the file is done */
    IDLE,
    TIME_OVER,  /* of the job, but for what is spared */
    TERMINATED, /* by the site, or it would be in a moment */
};

struct agent {
    struct ft_agent_file file;
    uv_loop_t loop;
    uv_signal_t terminate, notify;
    uv_timer_t tick;
    void *site; /* connection of the local adapter */
    int slots, held;
    char host[64];
    char *job;  /* as the site calls it; "" */
    int64_t end_mono_ns; /* of the job's walltime; 0: not known */
    struct task **task;
    size_t n, cap;
    int64_t busy_mono_ns; /* when there was last something to do */
    int64_t over_mono_ns; /* since when there is nothing more; 0: there is */
    enum leaving leaving;
    bool notified;        /* the programs were told that time runs out */
    bool killed;          /* they were told to end */
    bool failed;          /* an attempt of the file did not do well */
    bool closed;
    struct ft_map digests; /* path -> struct program */
    struct call *call;     /* NULL: there is no home */
};

/* --- tasks.c -------------------------------------------------------------- */

/* The events of the local adapter; 'arg' is the struct agent. */
extern const struct ft_adapter_events agent_events;

/* Takes 'attempt' over. */
void agent_take(struct agent *agent, struct ft_attempt *attempt);
/* Start what waits and may start. */
void agent_start_some(struct agent *agent);
void agent_cancel(struct agent *agent, uint64_t tag, double grace_s);
/* Start nothing more. */
void agent_leave(struct agent *agent, enum leaving why, const char *reason);
/* End all attempts, as the site will end the job. */
void agent_end_all(struct agent *agent);
struct task *agent_find(struct agent *agent, uint64_t tag);
/* Home has seen how it ended. */
void agent_forget(struct agent *agent, uint64_t tag);
void agent_release_tasks(struct agent *agent);
/* Attempts that have not ended. */
size_t agent_open_tasks(const struct agent *agent);

/* --- record.c ------------------------------------------------------------- */

/* Write the record of 'task', which ended so; it is task->result then. */
void agent_record(struct agent *agent, struct task *task,
                  struct ft_ending *ending);

/* --- visible.c ------------------------------------------------------------ */

/* NULL: 'task' can be started, and its outputs are known; or what cannot be
 * seen of its files, and why; the caller's. */
char *agent_missing(struct task *task);

/* --- program.c ------------------------------------------------------------ */

/* NULL, or why the program of 'attempt' must not be started; the caller's. */
char *agent_program_differs(struct agent *agent,
                            const struct ft_attempt *attempt);
void agent_release_programs(struct agent *agent);

/* --- given.c -------------------------------------------------------------- */

/* Fill in what the file leaves to the job: slots, nodes, memory, when it ends
 * and how the site calls it. */
void agent_find_out(struct agent *agent);
double agent_left_s(const struct agent *agent); /* -1: not known */
/* NULL, or why 'attempt' cannot be expected to end in time; the caller's. */
char *agent_lacks_time(const struct agent *agent,
                       const struct ft_attempt *attempt);

/* --- call.c --------------------------------------------------------------- */

/* Call home, now and whenever the connection breaks. */
void agent_call(struct agent *agent);
void agent_call_tick(struct agent *agent);
bool agent_connected(const struct agent *agent);
/* Since when nobody listens; 0 while somebody does, or is being called. */
int64_t agent_unheard_mono_ns(const struct agent *agent);
void agent_hang_up(struct agent *agent);

/* Tell home, if it listens; 'obj' is taken over. */
void agent_say(struct agent *agent, struct json_object *obj);
/* The same of the attempt 'tag': {KEY: TAG, MORE: TEXT}. */
void agent_say_of(struct agent *agent, const char *key, uint64_t tag,
                  const char *more, const char *text);
void agent_say_ended(struct agent *agent, const struct task *task);

#endif

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
 * Where the files of the run are not seen:
 *
 *   fetch.c    what an attempt starts with
 *   names.c    paths of home's, and the same things here
 *   cache.c    files that the site has got
 *   bring.c    what an attempt has left, on its way home
 *
 *   waiting --> starting --> running --> measured --> ended, until home has
 *      \____________________________________________/            seen it
 */
#ifndef ADAPTERS_AGENT_AGENT_H
#define ADAPTERS_AGENT_AGENT_H

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

#include "adapters/link/agent_file.h"
#include "base/map.h"
#include "run/adapter.h"

struct call;
struct fetch;
struct ft_give;
struct json_object;

enum task_state { WAITING, STARTING, RUNNING, MEASURED, ENDED };

struct task {
    struct ft_attempt *attempt;
    enum task_state state;
    bool claimed;      /* its directory is ours */
    int slots;
    int64_t since_mono_ns; /* it waits */
    int64_t again_mono_ns; /* not to be started before; 0: at any time */
    struct ft_ending *doubt; /* how it ended, perhaps by the site; or NULL */
    int64_t doubt_mono_ns;   /* since then */
    struct json_object *outputs; /* as task.json declares them, or NULL */
    struct json_object *result;  /* how it ended */
    /* Where the files of the run are not seen. */
    char *room;          /* its directory, once it is made; or NULL */
    struct fetch *fetch; /* NULL: nothing has to be fetched */
    bool fetched;
    bool done_well;
    struct json_object *files; /* that home has to ask for; or NULL */
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
    struct ft_give *give;  /* pieces for home; NULL: it sees the files */
    int64_t touched_mono_ns; /* the directories were */
};

/* --- tasks.c -------------------------------------------------------------- */

/* The events of the local adapter; 'arg' is the struct agent. */
extern const struct ft_adapter_events agent_events;

/* Takes 'attempt' over. */
void agent_take(struct agent *agent, struct ft_attempt *attempt);
/* Start what waits and may start. */
void agent_start_some(struct agent *agent);
/* Record those in doubt for which the site's signal came, or is too late. */
void agent_doubt_no_more(struct agent *agent);
void agent_cancel(struct agent *agent, uint64_t tag, double grace_s);
/* Start nothing more. */
void agent_leave(struct agent *agent, enum leaving why, const char *reason);
/* End all attempts, as the site will end the job. */
void agent_end_all(struct agent *agent);
struct task *agent_find(struct agent *agent, uint64_t tag);
/* 'task' will never start. */
void agent_end_unstarted(struct agent *agent, struct task *task,
                         enum ft_outcome outcome, const char *reason);
/* Its files are known, or (err) they cannot be read. */
void agent_brought(struct agent *agent, struct task *task,
                   const struct ft_err *err);
/* Home has seen how it ended. */
void agent_forget(struct agent *agent, uint64_t tag);
void agent_release_tasks(struct agent *agent);
/* Attempts that have not ended. */
size_t agent_open_tasks(const struct agent *agent);

/* --- record.c ------------------------------------------------------------- */

/* Write the record of 'task', which ended so; it is task->result then. */
void agent_record(struct agent *agent, struct task *task,
                  struct ft_ending *ending);

/* Its files cannot be brought home. */
void agent_record_spoiled(struct agent *agent, struct task *task,
                          const char *reason);

/* --- fetch.c -------------------------------------------------------------- */

/* Begin: ask for the parcel of 'task'. */
void agent_fetch(struct agent *agent, struct task *task);
/* The connection is a new one. */
void agent_fetch_again(struct task *task);
void agent_fetch_parcel(struct task *task, struct json_object *obj);
void agent_fetch_chunk(struct task *task, struct json_object *obj,
                       const void *bytes, size_t len);
void agent_fetch_no_chunk(struct task *task, struct json_object *obj);
void agent_fetch_tick(struct task *task);
double agent_fetch_bytes(const struct task *task); /* that were moved */
void agent_fetch_free(struct task *task);

/* --- names.c -------------------------------------------------------------- */

/* Paths of home's, and the same things here. */
struct name {
    char *from, *to;
};

struct names {
    struct name *item;
    size_t n, cap;
};

void agent_names_add(struct names *names, const char *from, char *to);
void agent_names_sort(struct names *names); /* once all are there */
void agent_names_list(const struct names *names, char *const **list);
void agent_names_task(const struct names *names, struct json_object *task);
void agent_names_release(struct names *names);

/* --- cache.c -------------------------------------------------------------- */

/* The caller frees. */
char *agent_cache_path(const struct agent *agent, const char *sha256);
/* Make 'part' the place where this file is written, with what others have left
 * of it; '*wait': somebody else is at it. */
int agent_cache_claim(const struct agent *agent, const char *sha256,
                      const char *part, bool *wait, struct ft_err *err);
/* 'part' will not grow any more, here. */
void agent_cache_leave(const char *part);
/* Remove what was not used for longest until 'need_bytes' more are within what
 * the cache may have.  What attempts use is left alone. */
void agent_cache_make_room(const struct agent *agent, double need_bytes);
/* Give an attempt the file 'path' of the cache as 'to'. */
int agent_cache_use(const char *path, const char *to, bool runs,
                    struct ft_err *err);
/* Keep 'from', if that can be. */
void agent_cache_adopt(const struct agent *agent, const char *from,
                       const char *sha256);
/* Remove what agents have left that were killed. */
void agent_sweep(const struct agent *agent);
void agent_touch_rooms(const struct agent *agent);

/* --- bring.c -------------------------------------------------------------- */

/* Find out what 'task', which did well or not, has left: agent_brought(). */
void agent_bring(struct agent *agent, struct task *task, bool ok);
/* Home wants a piece of a file. */
void agent_bring_piece(struct agent *agent, const struct task *task,
                       struct json_object *obj);
/* Home has all that it wants: the directory goes. */
void agent_leave_room(struct agent *agent, const struct task *task);

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
/* It breaks again and again before anything has come through. */
bool agent_is_cut_off(const struct agent *agent);
/* Since when nobody listens; 0 while somebody does, or is being called. */
int64_t agent_unheard_mono_ns(const struct agent *agent);
void agent_hang_up(struct agent *agent);
/* Which is of no other agent. */
const char *agent_id(const struct agent *agent);

/* Tell home, if it listens; 'obj' is taken over. */
void agent_say(struct agent *agent, struct json_object *obj);
void agent_say_bytes(struct agent *agent, struct json_object *obj,
                     const void *bytes, size_t len);
/* The same of the attempt 'tag': {KEY: TAG, MORE: TEXT}. */
void agent_say_of(struct agent *agent, const char *key, uint64_t tag,
                  const char *more, const char *text);
void agent_say_ended(struct agent *agent, const struct task *task);

#endif

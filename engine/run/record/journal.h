/* journal.h - the append-only record of a run: runs/ID/journal
 *
 * Every call takes one event: it changes 'run' (change.h) and queues a record
 * (share/doc/formats/journal.md).  ft_journal_write() puts all that is queued
 * where the death of this process does not matter, ft_journal_sync() where that
 * of the machine does not, either; whoever acts on an event does one of them
 * first.
 *
 * After a failed sync the journal takes no more records: the run in memory goes
 * on to its end, what is on disk stays a true beginning of it.
 */
#ifndef FT_RUN_JOURNAL_H
#define FT_RUN_JOURNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "run/adapter.h"
#include "run/record/run.h"

struct ft_err;
struct ft_journal;
struct ft_module_set;
struct json_object;

#define FT_JOURNAL_VERSION 1

/* Make the journal of a new run: its first record names the workflow, its text,
 * the values of its parameters and its modules.  Durable when it returns. */
struct ft_journal *ft_journal_create(const char *path,
                                     const struct ft_run *run,
                                     struct ft_err *err);

/* Read a journal.  The run owns the workflow and the plan that its first record
 * describes; 'modules' must outlive it.  With 'ret' the journal is opened for
 * more records, too: a torn tail is cut.  FT_EFORMAT, FT_EVERSION. */
struct ft_run *ft_journal_replay(const char *path,
                                 struct ft_module_set *modules,
                                 struct ft_journal **ret, struct ft_err *err);

/* Follow a live journal: the run as it was when it was opened, and then, with
 * each call of advance, as the records say that were appended since.  Only
 * these are read.  The caller owns neither log nor run.  Versions in a run that
 * is only read have their ids, digests, sizes and, when it was another, the run
 * that made them; names come from the plan. */
struct ft_follower;
#define FT_NO_TASK ((size_t)-1)
/* A record was applied to 'task'; FT_NO_TASK: to the run as a whole. */
typedef void ft_follower_changed(const struct ft_run *run, size_t task,
                                 void *arg);

struct ft_follower *ft_follower_open(const char *path,
                                     struct ft_module_set *modules,
                                     struct ft_err *err);
struct ft_run *ft_follower_run(const struct ft_follower *follower);
/* 1: there were new records, 0: none.  'changed' may be NULL. */
int ft_follower_advance(struct ft_follower *follower,
                        ft_follower_changed *changed, void *arg,
                        struct ft_err *err);
void ft_follower_close(struct ft_follower *follower); /* NULL is fine */

int ft_journal_write(struct ft_journal *journal, struct ft_err *err);
int ft_journal_sync(struct ft_journal *journal, struct ft_err *err);
void ft_journal_close(struct ft_journal *journal); /* NULL is fine */

/* ft_journal_sync() in two halves, one at a time: between them the caller has
 * '*fd' synced in another thread, and tells what became of it: 0, an errno. */
int ft_journal_sync_begin(struct ft_journal *journal, int *fd,
                          struct ft_err *err);
int ft_journal_sync_end(struct ft_journal *journal, int error,
                        struct ft_err *err);

/* Number of records taken, how many of them are written, how many durable. */
uint64_t ft_journal_taken(const struct ft_journal *journal);
uint64_t ft_journal_written(const struct ft_journal *journal);
uint64_t ft_journal_durable(const struct ft_journal *journal);

/* --- events, as in change.h ----------------------------------------------- */

void ft_journal_intend(struct ft_journal *journal, struct ft_run *run,
                       size_t task, int attempt);
/* Once for each version: an upkeep spares it until the run has ended. */
void ft_journal_use(struct ft_journal *journal, struct ft_run *run,
                    size_t task, const char *version);
void ft_journal_start(struct ft_journal *journal, struct ft_run *run,
                      size_t task, int64_t now_ns, const char *job,
                      const char *host);
void ft_journal_place(struct ft_journal *journal, struct ft_run *run,
                      size_t task, const char *site, const char *why);
/* Why the attempt waits at its site, when that is news. */
void ft_journal_wait(struct ft_journal *journal, struct ft_run *run,
                     size_t task, const char *reason);
void ft_journal_attempt_end(struct ft_journal *journal, struct ft_run *run,
                            size_t task, const struct ft_ending *ending);
void ft_journal_again(struct ft_journal *journal, struct ft_run *run,
                      size_t task);
void ft_journal_succeed(struct ft_journal *journal, struct ft_run *run,
                        size_t task, struct ft_versions *out, int64_t now_ns);
void ft_journal_reuse(struct ft_journal *journal, struct ft_run *run,
                      size_t task, struct ft_versions *out);
/* Every task of 'stage', from the memo under 'key' about what 'maker' made. */
void ft_journal_take(struct ft_journal *j, struct ft_run *run, size_t stage,
                     const char *key, const char *maker);
void ft_journal_skip(struct ft_journal *journal, struct ft_run *run,
                     size_t task);
void ft_journal_end_loop(struct ft_journal *journal, struct ft_run *run,
                         size_t task, const char *reason);
int ft_journal_expand(struct ft_journal *journal, struct ft_run *run,
                      size_t stage, struct json_object *columns,
                      int64_t now_ns, struct ft_err *err);
void ft_journal_cannot_expand(struct ft_journal *journal, struct ft_run *run,
                              size_t stage, const char *reason,
                              int64_t now_ns);
void ft_journal_fail(struct ft_journal *journal, struct ft_run *run,
                     size_t task, enum ft_task_state state,
                     const char *reason, int64_t now_ns);
void ft_journal_end(struct ft_journal *journal, struct ft_run *run,
                    enum ft_run_state state, const char *reason,
                    int64_t now_ns);
void ft_journal_resume(struct ft_journal *journal, struct ft_run *run,
                       int64_t now_ns);
void ft_journal_foresee(struct ft_journal *journal, struct ft_run *run,
                        struct ft_outlook *outlook);
/* An act that ft_steer_request() has made. */
int ft_journal_steer(struct ft_journal *journal, struct ft_run *run,
                     struct json_object *act, struct ft_err *err);

#endif

/* state.h - what Slurm says of a job, as the engine wants to hear it */
#ifndef FT_ADAPTERS_SLURM_STATE_H
#define FT_ADAPTERS_SLURM_STATE_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stdint.h>

/* In place of a wait status: killed for its memory. */
#define FT_STATE_OOM 253

/* A job as Slurm describes it; texts are borrowed and may be NULL. */
struct ft_seen {
    const char *state; /* "RUNNING": Slurm's name, without flags */
    bool completing;   /* its processes are being ended */
    bool configuring;  /* its nodes are being booted */
    bool held;
    const char *tag;
    const char *reason; /* "NonZeroExitCode" */
    const char *host;   /* where the script runs */
    uint32_t wait_status; /* of the script, as from wait(2) */
    bool exit_unknown;    /* it does not tell the status of the script */
    uint32_t step_status; /* the worst of its steps */
    uint32_t restarts, node_count;
    int64_t start_s, end_s; /* since 1970; 0: not known */
};

/* A copy in one piece of memory, which free() frees. */
struct ft_seen *ft_seen_copy(const struct ft_seen *seen);
bool ft_seen_equal(const struct ft_seen *a, const struct ft_seen *b);
bool ft_seen_has_ended(const struct ft_seen *seen);

/* A status as the protocol has it.  A state that is not known is 'queued' to
 * nobody: NULL, and the answer is not complete. */
struct json_object *ft_state_status(const char *job,
                                    const struct ft_seen *seen);

/* The same; of a state that is not known the tag alone, which says whose job
 * lets an answer be incomplete. */
struct json_object *ft_state_or_tag(const char *job,
                                    const struct ft_seen *seen);

/* A job that is in no complete answer of the site. */
struct json_object *ft_state_not_found(const char *job);

#endif

/* cmd.h - fedtwin-slurm-cmd: the operations of the adapter through commands
 *
 * sbatch, scontrol, scancel, sinfo and sacct, run here or through one ssh
 * connection, for a cluster whose libslurm is not here.
 */
#ifndef FT_ADAPTERS_SLURM_CMD_H
#define FT_ADAPTERS_SLURM_CMD_H

#include <json-c/json.h>
#include <stdbool.h>

#include "adapters/slurm/shell.h"
#include "adapters/slurm/told.h"
#include "base/map.h"
#include "base/words.h"

struct ft_cmd {
    struct ft_shell shell;
    struct ft_str host, control, conf; /* what 'shell' points to */
    bool accounting;
    struct ft_map jobs; /* "1204_3": struct ft_seen */
    struct ft_told told;
};

/* The operations; each returns an answer that the caller releases. */
struct json_object *ft_cmd_probe(void *cmd, struct json_object *request);
struct json_object *ft_cmd_submit(void *cmd, struct json_object *request);
struct json_object *ft_cmd_estimate(void *cmd, struct json_object *request);
struct json_object *ft_cmd_status(void *cmd, struct json_object *request);
struct json_object *ft_cmd_find(void *cmd, struct json_object *request);
struct json_object *ft_cmd_cancel(void *cmd, struct json_object *request);
struct json_object *ft_cmd_hold(void *cmd, struct json_object *request);
struct json_object *ft_cmd_release(void *cmd, struct json_object *request);

/* A command with the variables that make Slurm's output readable: begin it,
 * add words with ft_words_add(), run it.  'words' is emptied.  The exit code as
 * ft_shell_run() has it. */
void ft_cmd_begin(struct ft_words *words);
int ft_cmd_run(const struct ft_cmd *cmd, struct ft_words *words,
               const char *input, struct ft_str *out, struct ft_str *errors);

/* The first line of what was printed, without "sbatch: error: ".  Cuts
 * 'errors'. */
const char *ft_cmd_reason(struct ft_str *errors);

/* Read all jobs of the site into 'cmd'.  NULL, or the error to answer with. */
struct json_object *ft_cmd_jobs_load(struct ft_cmd *cmd);
void ft_cmd_jobs_forget(struct ft_cmd *cmd);

#endif

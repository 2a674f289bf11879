/* cmd_jobs.c - status, find_by_tag, cancel, hold, release through commands
 *
 * "scontrol show jobs" is the one command that tells everything of all jobs:
 * a line each, of KEY=VALUE.  Values may hold blanks, so that one ends where
 * the key begins that Slurm prints after it.
 */
#include "adapters/slurm/cmd.h"

#include <stdlib.h>
#include <string.h>

#include "adapters/link/wire.h"
#include "adapters/slurm/elements.h"
#include "adapters/slurm/sacct.h"
#include "adapters/slurm/state.h"
#include "base/alloc.h"
#include "base/json.h"
#include "base/str.h"

/* --- reading -------------------------------------------------------------- */

/* The value of "KEY=" up to 'next' (NULL: the next blank), or NULL; the caller
 * frees.  "(null)" is none. */
static char *value_of(const char *line, const char *key, const char *next)
{
    const char *start = strstr(line, key), *end;

    if (!start)
        return NULL;
    start += strlen(key);
    end = next ? strstr(start, next) : NULL;
    if (!end)
        end = start + strcspn(start, " \n");
    while (next && end > start && end[-1] == ' ')
        end--;
    if (end - start == 6 && strncmp(start, "(null)", 6) == 0)
        return NULL;
    return ft_strndup(start, (size_t)(end - start));
}

static uint32_t number_of(const char *line, const char *key)
{
    char *text = value_of(line, key, NULL);
    uint32_t n = text ? (uint32_t)strtoul(text, NULL, 10) : 0;

    free(text);
    return n;
}

/* "5:0" or "0:9" as wait(2) has it. */
static uint32_t wait_status_of(const char *line, const char *key)
{
    char *text = value_of(line, key, NULL);
    uint32_t status = text ? ft_sacct_wait_status(text) : 0;

    free(text);
    return status;
}

static void keep(struct ft_cmd *cmd, const char *id,
                 const struct ft_seen *seen)
{
    free(ft_map_put(&cmd->jobs, id, ft_seen_copy(seen)));
}

/* Under every id that the engine may know it by: "JobId=1205 ArrayJobId=1204
 * ArrayTaskId=3 JobName=...", from the beginning of the line. */
static void keep_ids(struct ft_cmd *cmd, const char *line,
                     const struct ft_seen *seen)
{
    static const char array_key[] = " ArrayJobId=", key[] = " ArrayTaskId=";
    uint32_t job = number_of(line, "JobId="), first, last, step, i;
    const char *text = line + strcspn(line, " ");
    char *id;

    if (!ft_starts_with(text, array_key)) {
        id = ft_asprintf("%u", job);
        keep(cmd, id, seen);
        free(id);
        return;
    }
    job = number_of(text, array_key);
    text += 1 + strcspn(text + 1, " ");
    if (!ft_starts_with(text, key))
        return;
    text += strlen(key);
    while (ft_elements_next(&text, &first, &last, &step))
        for (i = first; i <= last; i += step) {
            id = ft_asprintf("%u_%u", job, i);
            keep(cmd, id, seen);
            free(id);
        }
}

static void read_job(struct ft_cmd *cmd, const char *line)
{
    char *state = value_of(line, " JobState=", NULL);
    char *reason = value_of(line, " Reason=", " Dependency=");
    char *host = value_of(line, " BatchHost=", NULL);
    char *tag = value_of(line, " Comment=", " StdErr=");
    char *priority = value_of(line, " Priority=", NULL);
    bool waits = state && strcmp(state, "PENDING") == 0;
    struct ft_seen seen = {
        .state = state ? state : "",
        .held = priority && strcmp(priority, "0") == 0,
        .tag = tag,
        .reason = reason,
        .host = host,
        .wait_status = wait_status_of(line, " ExitCode="),
        .step_status = wait_status_of(line, " DerivedExitCode="),
        .restarts = number_of(line, " Restarts="),
        .node_count = waits ? 0 : number_of(line, " NumNodes="),
        .start_s = waits ? 0 : number_of(line, " StartTime="),
        .end_s = number_of(line, " EndTime="),
    };

    if (state)
        keep_ids(cmd, line, &seen);
    free(state);
    free(reason);
    free(host);
    free(tag);
    free(priority);
}

void ft_cmd_jobs_forget(struct ft_cmd *cmd)
{
    size_t i;

    for (i = 0; i < cmd->jobs.len; i++)
        free(cmd->jobs.entry[i].value);
    ft_map_release(&cmd->jobs);
    cmd->jobs = (struct ft_map){ 0 };
}

struct json_object *ft_cmd_jobs_load(struct ft_cmd *cmd)
{
    static const char *const argv[] = { "scontrol", "-d", "-o", "-a", "show",
                                        "jobs" };
    struct ft_str out = FT_STR_INIT, errors = FT_STR_INIT;
    struct json_object *error = NULL;
    struct ft_words words = { 0 };
    char *text, *line;
    size_t i;

    ft_cmd_begin(&words);
    for (i = 0; i < sizeof(argv) / sizeof(argv[0]); i++)
        ft_words_add(&words, ft_strdup(argv[i]));
    if (ft_cmd_run(cmd, &words, NULL, &out, &errors) != 0) {
        error = ft_wire_error("unavailable", "%s", ft_cmd_reason(&errors));
    } else {
        ft_cmd_jobs_forget(cmd);
        text = out.s;
        while ((line = strsep(&text, "\n")))
            read_job(cmd, line);
    }
    ft_str_release(&out);
    ft_str_release(&errors);
    return error;
}

/* --- status, find_by_tag -------------------------------------------------- */

struct asked {
    const struct ft_cmd *cmd;
    struct ft_words absent; /* to be looked up in the accounting */
};

static void add_job(struct ft_telling *telling, const char *job, bool known,
                    void *arg)
{
    struct asked *asked = arg;
    const struct ft_seen *seen = ft_map_get(&asked->cmd->jobs, job);

    if (seen)
        ft_telling_add(telling, job, known, seen);
    else if (asked->cmd->accounting && *job >= '1' && *job <= '9')
        ft_words_add(&asked->absent, ft_strdup(job));
    else
        json_object_array_add(telling->list, ft_state_not_found(job));
}

struct json_object *ft_cmd_status(void *state, struct json_object *request)
{
    struct ft_cmd *cmd = state;
    struct asked asked = { .cmd = cmd };
    struct ft_telling telling;
    struct json_object *error;

    if (!json_object_is_type(ft_json_or_null(request, "jobs"),
                             json_type_array))
        return ft_wire_error("protocol", "status: 'jobs' is not a list");
    error = ft_cmd_jobs_load(cmd);
    if (error)
        return error;
    ft_telling_begin(&telling, &cmd->told, request);
    ft_telling_each(&telling, request, add_job, &asked);
    if (asked.absent.n &&
        ft_sacct_add(&cmd->shell, &asked.absent, telling.list) < 0)
        telling.complete = false;
    ft_words_free(asked.absent.item);
    return ft_telling_end(&telling);
}

struct json_object *ft_cmd_find(void *state, struct json_object *request)
{
    const char *prefix = ft_json_str_or(request, "prefix", "");
    struct json_object *error;
    struct ft_cmd *cmd = state;

    if (!*prefix)
        return ft_wire_error("protocol", "find_by_tag: no 'prefix'");
    error = ft_cmd_jobs_load(cmd);
    return error ? error : ft_told_found(&cmd->jobs, prefix);
}

/* --- cancel, hold, release ------------------------------------------------ */

/* A job, or some element when 'id' is an array's. */
static const struct ft_seen *find_any(const struct ft_cmd *cmd, const char *id)
{
    const struct ft_seen *seen = ft_map_get(&cmd->jobs, id);
    size_t i, len = strlen(id);

    for (i = 0; !seen && len && i < cmd->jobs.len; i++)
        if (strncmp(cmd->jobs.entry[i].key, id, len) == 0 &&
            cmd->jobs.entry[i].key[len] == '_')
            seen = cmd->jobs.entry[i].value;
    return seen;
}

static struct json_object *act_on(const struct ft_cmd *cmd, const char *id,
                                  const char *tag, const char *const verb[2])
{
    const struct ft_seen *seen = find_any(cmd, id);
    struct json_object *item;
    struct ft_str out = FT_STR_INIT, errors = FT_STR_INIT;
    struct ft_words words = { 0 };

    if (!seen || (tag && (!seen->tag || strcmp(seen->tag, tag) != 0)))
        return ft_wire_result("not_found", NULL);
    if (ft_seen_has_ended(seen) && ft_map_get(&cmd->jobs, id))
        return ft_wire_result("ok", NULL);
    ft_cmd_begin(&words);
    ft_words_add(&words, ft_strdup(verb[0]));
    if (verb[1])
        ft_words_add(&words, ft_strdup(verb[1]));
    ft_words_add(&words, ft_strdup(id));
    if (ft_cmd_run(cmd, &words, NULL, &out, &errors) == 0)
        item = ft_wire_result("ok", NULL);
    else
        item = ft_wire_result(strstr(errors.s, "denied") ? "denied"
                                                         : "retry_after",
                              "%s", ft_cmd_reason(&errors));
    ft_str_release(&out);
    ft_str_release(&errors);
    return item;
}

static struct json_object *control(struct ft_cmd *cmd,
                                   struct json_object *request,
                                   const char *const verb[2])
{
    struct json_object *jobs = ft_json_or_null(request, "jobs");
    struct json_object *tags = ft_json_or_null(request, "tags");
    struct json_object *results, *answer, *item;
    size_t i;

    if (!json_object_is_type(jobs, json_type_array))
        return ft_wire_error("protocol", "'jobs' is not a list");
    answer = ft_cmd_jobs_load(cmd);
    if (answer)
        return answer;
    results = json_object_new_array();
    for (i = 0; i < json_object_array_length(jobs); i++) {
        const char *id = ft_json_at_or(jobs, i, "");

        item = act_on(cmd, id, ft_json_at_or(tags, i, NULL), verb);
        ft_json_add_str(item, "job", id);
        json_object_array_add(results, item);
    }
    answer = ft_wire_ok();
    json_object_object_add(answer, "results", results);
    return answer;
}

struct json_object *ft_cmd_cancel(void *cmd, struct json_object *request)
{
    static const char *const verb[2] = { "scancel", NULL };

    return control(cmd, request, verb);
}

struct json_object *ft_cmd_hold(void *cmd, struct json_object *request)
{
    static const char *const verb[2] = { "scontrol", "hold" };

    return control(cmd, request, verb);
}

struct json_object *ft_cmd_release(void *cmd, struct json_object *request)
{
    static const char *const verb[2] = { "scontrol", "release" };

    return control(cmd, request, verb);
}

/* cmd_submit.c - submit and estimate through sbatch */
#include "adapters/slurm/cmd.h"

#include <stdlib.h>
#include <string.h>

#include "adapters/link/wire.h"
#include "adapters/slurm/spec.h"
#include "base/alloc.h"
#include "base/err.h"
#include "base/json.h"
#include "base/str.h"

#define UNREACHED 255 /* of ssh, or the command was not found */

/* What sbatch prints, in the words of libslurm: its exit code is always 1. */
static const struct {
    const char *text, *result;
} meanings[] = {
    { "Unable to contact slurm controller (connect", "unavailable" },
    { "Access/permission denied", "denied" },
    { "Invalid user id", "denied" },
    { "User's group not permitted", "denied" },
    { "Resource temporarily unavailable", "retry_after" },
    { "violates accounting/QOS policy", "retry_after" },
    { "Slurm temporarily unable to accept job", "retry_after" },
    { "Required partition not available", "retry_after" },
    { "Controller is in standby mode", "retry_after" },
    { "Unable to contact slurm controller", "unknown_outcome" },
    { "Socket timed out", "unknown_outcome" },
    { "Zero Bytes were transmitted", "unknown_outcome" },
    { "authentication", "unknown_outcome" },
    { "Insane message length", "unknown_outcome" },
    { "Transport endpoint", "unknown_outcome" },
    { "Connection ", "unknown_outcome" },
};

static const char *meaning_of(const char *errors)
{
    size_t i;

    for (i = 0; i < sizeof(meanings) / sizeof(meanings[0]); i++)
        if (strstr(errors, meanings[i].text))
            return meanings[i].result;
    return "rejected";
}

/* --- the command ---------------------------------------------------------- */

static void add_text(struct ft_words *words, const char *option,
                     const char *value)
{
    if (value)
        ft_words_add(words, ft_asprintf("%s=%s", option, value));
}

static void add_number(struct ft_words *words, const char *option, uint32_t n)
{
    if (n)
        ft_words_add(words, ft_asprintf("%s=%u", option, n));
}

/* The variables by value before the command, by name for sbatch, which would
 * take a comma in a value for the end of it.  What a login shell sets is
 * taken from where sbatch runs. */
static void add_env(struct ft_words *words, struct json_object *job)
{
    struct json_object *env = ft_json_or_null(job, "env");
    struct ft_str names = FT_STR_INIT;

    ft_str_add(&names, "--export=PATH,HOME,USER,LOGNAME,SHELL,LANG,TZ");
    if (json_object_is_type(env, json_type_object)) {
        json_object_object_foreach(env, name, value)
        {
            ft_words_add(words, ft_asprintf("%s=%s", name,
                                            json_object_get_string(value)));
            ft_str_addf(&names, ",%s", name);
        }
    }
    ft_words_add(words, ft_strdup("sbatch"));
    ft_words_add(words, ft_str_take(&names));
}

static void add_resources(struct ft_words *words, const struct ft_spec *spec)
{
    add_number(words, "--nodes", spec->nodes);
    add_number(words, "--ntasks", spec->ranks);
    if (spec->nodes && spec->ranks % spec->nodes == 0)
        add_number(words, "--ntasks-per-node", spec->ranks / spec->nodes);
    add_number(words, "--cpus-per-task", spec->threads);
    if (spec->gpus)
        ft_words_add(words, ft_asprintf("--gres=gpu:%u", spec->gpus));
    if (spec->memory_mib)
        ft_words_add(words, ft_asprintf("--mem=%uM", spec->memory_mib));
    add_number(words, "--time", spec->walltime_min);
    add_text(words, "--partition", spec->queue);
    add_text(words, "--account", spec->account);
    add_text(words, "--qos", spec->qos);
    add_text(words, "--constraint", spec->constraint);
    add_text(words, "--exclude", spec->exclude);
}

/* A name that scontrol does not print as if it were something else. */
static void add_name(struct ft_words *words, const char *name)
{
    char *text = ft_asprintf("--job-name=%s", name), *c;

    for (c = strchr(text, '=') + 1; *c; c++)
        if (*c == ' ' || *c == '=')
            *c = '_';
    ft_words_add(words, text);
}

static void add_rest(struct ft_words *words, const struct ft_spec *spec)
{
    add_name(words, spec->name ? spec->name : spec->tag);
    add_text(words, "--comment", spec->tag);
    add_text(words, "--chdir", spec->dir);
    add_text(words, "--output", spec->out);
    add_text(words, "--error", spec->err);
    if (spec->signal_s)
        ft_words_add(words, ft_asprintf("--signal=B:USR1@%u", spec->signal_s));
    if (spec->array)
        ft_words_add(words, ft_asprintf("--array=0-%u", spec->array - 1));
    if (spec->hold)
        ft_words_add(words, ft_strdup("--hold"));
}

/* 'option': "--parsable" to submit, "--test-only" to ask. */
static int run_sbatch(const struct ft_cmd *cmd, struct json_object *job,
                      const struct ft_spec *spec, const char *option,
                      struct ft_str *out, struct ft_str *errors)
{
    struct ft_words words = { 0 };

    ft_cmd_begin(&words);
    add_env(&words, job);
    ft_words_add(&words, ft_strdup(option));
    ft_words_add(&words, ft_strdup("--no-requeue"));
    add_resources(&words, spec);
    add_rest(&words, spec);
    return ft_cmd_run(cmd, &words, spec->script, out, errors);
}

/* --- feasible? ------------------------------------------------------------ */

/* Is a node of that state, as 'sinfo' has it, there with all that it has?  "*"
 * does not respond; a controller that has just begun knows "unknown" ones. */
static bool is_up(const char *state)
{
    static const char *const up[] = { "idle", "mixed", "allocated",
                                      "completing", "planned", "reserved",
                                      "maint" };
    size_t len = strcspn(state, "~#!%$@^-"); /* power, reservations, plans */

    for (size_t i = 0; i < FT_ARRAY_LEN(up); i++)
        if (strlen(up[i]) == len && strncmp(state, up[i], len) == 0)
            return true;
    return false;
}

/* True when a node of the queue is away, so that what does not fit may fit
 * later. */
static bool some_away(const struct ft_cmd *cmd, const struct ft_spec *spec)
{
    struct ft_str out = FT_STR_INIT, errors = FT_STR_INIT;
    struct ft_words words = { 0 };
    char *text, *line;
    bool away = false;

    ft_cmd_begin(&words);
    ft_words_add(&words, ft_strdup("sinfo"));
    ft_words_add(&words, ft_strdup("--noheader"));
    ft_words_add(&words, ft_strdup("--format=%T"));
    add_text(&words, "--partition", spec->queue);
    if (ft_cmd_run(cmd, &words, NULL, &out, &errors) == 0)
        for (text = out.s; (line = strsep(&text, "\n"));)
            away |= *line && !is_up(line);
    ft_str_release(&out);
    ft_str_release(&errors);
    return away;
}

/* Slurm would run it somewhere else. */
static struct json_object *test_dir(const struct ft_cmd *cmd,
                                    const struct ft_spec *spec)
{
    struct ft_str out = FT_STR_INIT, errors = FT_STR_INIT;
    const char *argv[] = { "test", "-d", spec->dir, NULL };
    int code = ft_shell_run(&cmd->shell, argv, NULL, &out, &errors);
    struct json_object *item = NULL;

    if (code == UNREACHED)
        item = ft_wire_result("unavailable", "%s", ft_cmd_reason(&errors));
    else if (code != 0)
        item = ft_wire_result("rejected", "there is no directory '%s'",
                              spec->dir);
    ft_str_release(&out);
    ft_str_release(&errors);
    return item;
}

/* NULL when it may be submitted, else the item.  Nothing has been sent. */
static struct json_object *test_job(const struct ft_cmd *cmd,
                                    struct json_object *job,
                                    const struct ft_spec *spec)
{
    struct ft_str out = FT_STR_INIT, errors = FT_STR_INIT;
    int code = run_sbatch(cmd, job, spec, "--test-only", &out, &errors);
    struct json_object *item = NULL;
    const char *result = meaning_of(errors.s);

    if (code == UNREACHED || (code && strcmp(result, "unknown_outcome") == 0))
        result = "unavailable";
    if (code && !(strstr(errors.s, "node configuration is not available") &&
                  some_away(cmd, spec)))
        item = ft_wire_result(result, "%s", ft_cmd_reason(&errors));
    ft_str_release(&out);
    ft_str_release(&errors);
    return item;
}

/* --- submit, estimate ----------------------------------------------------- */

static struct json_object *submit_job(const struct ft_cmd *cmd,
                                      struct json_object *job,
                                      const struct ft_spec *spec)
{
    struct json_object *item = test_dir(cmd, spec);
    struct ft_str out = FT_STR_INIT, errors = FT_STR_INIT;
    int code;

    if (!item)
        item = test_job(cmd, job, spec);
    if (item)
        return item;
    code = run_sbatch(cmd, job, spec, "--parsable", &out, &errors);
    ft_str_cut(&out, strcspn(out.s, ";\n")); /* "1203;cluster" */
    if (code == 0 && out.len) {
        item = ft_wire_result("ok", NULL);
        ft_json_add_str(item, "job", out.s);
    } else {
        item = ft_wire_result(code == UNREACHED ? "unknown_outcome"
                                                : meaning_of(errors.s),
                              "%s", ft_cmd_reason(&errors));
    }
    ft_str_release(&out);
    ft_str_release(&errors);
    return item;
}

/* "sbatch: Job 7 to start at 1795299616 using ..." */
static struct json_object *estimate_job(const struct ft_cmd *cmd,
                                        struct json_object *job,
                                        const struct ft_spec *spec)
{
    static const char words[] = " to start at ";
    struct ft_str out = FT_STR_INIT, errors = FT_STR_INIT;
    int code = run_sbatch(cmd, job, spec, "--test-only", &out, &errors);
    const char *start = strstr(errors.s, words);
    struct json_object *item;

    if (code == 0 && start) {
        item = ft_wire_result("ok", NULL);
        ft_json_add_int(item, "start_s",
                        strtoll(start + strlen(words), NULL, 10));
    } else {
        item = ft_wire_result(code == UNREACHED ? "unavailable"
                                                : meaning_of(errors.s),
                              "%s", ft_cmd_reason(&errors));
    }
    ft_str_release(&out);
    ft_str_release(&errors);
    return item;
}

typedef struct json_object *run_job(const struct ft_cmd *cmd,
                                    struct json_object *job,
                                    const struct ft_spec *spec);

static struct json_object *run_one(const struct ft_cmd *cmd,
                                   struct json_object *job, run_job *run)
{
    struct ft_err err = { 0 };
    struct json_object *item;
    struct ft_spec spec;

    item = ft_spec_read(job, &spec, &err) < 0
               ? ft_wire_result("rejected", "%s", err.msg)
               : run(cmd, job, &spec);
    ft_spec_release(&spec);
    return item;
}

/* The guard asks for one job at a time: see lib_submit.c. */
static struct json_object *each_job(struct ft_cmd *cmd,
                                    struct json_object *request, run_job *run)
{
    struct json_object *jobs = ft_json_or_null(request, "jobs");
    struct json_object *results, *answer, *item, *error;
    size_t i;

    if (!json_object_is_type(jobs, json_type_array))
        return ft_wire_error("protocol", "'jobs' is not a list");
    answer = ft_wire_ok();
    results = json_object_new_array();
    json_object_object_add(answer, "results", results);
    for (i = 0; i < json_object_array_length(jobs); i++) {
        item = run_one(cmd, json_object_array_get_idx(jobs, i), run);
        json_object_array_add(results, item);
        if (strcmp(ft_json_str_or(item, "result", ""), "unavailable") == 0) {
            error = ft_wire_error("unavailable", "%s",
                                  ft_json_str_or(item, "reason", ""));
            json_object_put(answer);
            return error;
        }
    }
    return answer;
}

struct json_object *ft_cmd_submit(void *cmd, struct json_object *request)
{
    return each_job(cmd, request, submit_job);
}

struct json_object *ft_cmd_estimate(void *cmd, struct json_object *request)
{
    return each_job(cmd, request, estimate_job);
}

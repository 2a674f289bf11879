/* sacct.c - what the accounting remembers of jobs that the controller forgot */
#include "adapters/slurm/sacct.h"

#include <stdlib.h>
#include <string.h>

#include "adapters/slurm/state.h"
#include "base/alloc.h"
#include "base/json.h"
#include "base/map.h"
#include "base/str.h"

/* Between columns: never in a comment or a reason. */
#define SEPARATOR "\x1f"

enum column { JOB, STATE, EXIT, STEP, START, END, NODES, REASON, HOST, TAG,
              COLUMNS };
static const char columns[] =
    "--format=JobID,State,ExitCode,DerivedExitCode,Start,End,NNodes,Reason,"
    "NodeList,Comment";

uint32_t ft_sacct_wait_status(const char *text)
{
    char *end;
    unsigned long code = strtoul(text, &end, 10);
    unsigned long number = *end == ':' ? strtoul(end + 1, NULL, 10) : 0;

    if (code == 0 && number == (FT_STATE_OOM & 127))
        return FT_STATE_OOM;
    return (uint32_t)((code & 255) << 8 | (number & 127));
}

/* "Unknown" and "None" are 0. */
static int64_t seconds(const char *text)
{
    return strtoll(text, NULL, 10);
}

static struct json_object *read_line(char *line, const char **job)
{
    char *value[COLUMNS] = { 0 };
    struct ft_seen seen;
    size_t n;

    for (n = 0; n < COLUMNS && line; n++)
        value[n] = strsep(&line, SEPARATOR);
    if (n < COLUMNS)
        return NULL;
    value[STATE][strcspn(value[STATE], " +")] = '\0'; /* "CANCELLED by 0" */
    *job = value[JOB];
    seen = (struct ft_seen){
        .state = value[STATE],
        .tag = value[TAG],
        .reason = strcmp(value[REASON], "None") == 0 ? "" : value[REASON],
        .host = strpbrk(value[HOST], "[, ") ? NULL : value[HOST],
        .wait_status = ft_sacct_wait_status(value[EXIT]),
        .step_status = ft_sacct_wait_status(value[STEP]),
        .node_count = (uint32_t)strtoul(value[NODES], NULL, 10),
        .start_s = seconds(value[START]),
        .end_s = seconds(value[END]),
    };
    return ft_state_or_tag(value[JOB], &seen);
}

/* The last line about a job counts: it may have been started again. */
static void read_lines(char *text, struct ft_map *known)
{
    char *line;

    while ((line = strsep(&text, "\n"))) {
        const char *job = "";
        struct json_object *status = read_line(line, &job);

        if (status)
            json_object_put(ft_map_put(known, job, status));
    }
}

static int ask(const struct ft_shell *shell, const struct ft_words *jobs,
               struct ft_str *out)
{
    struct ft_str ids = FT_STR_INIT, errors = FT_STR_INIT;
    const char *argv[] = { "env",       "SLURM_TIME_FORMAT=%s",
                           "sacct",     "--noheader",
                           "-X",        "--parsable2",
                           "--delimiter=" SEPARATOR,
                           columns,     NULL,
                           NULL };
    size_t i;
    int rc;

    for (i = 0; i < jobs->n; i++)
        ft_str_addf(&ids, "%s%s", i ? "," : "--jobs=", jobs->item[i]);
    argv[sizeof(argv) / sizeof(argv[0]) - 2] = ids.s;
    rc = ft_shell_run(shell, argv, NULL, out, &errors);
    ft_str_release(&ids);
    ft_str_release(&errors);
    return rc == 0 ? 0 : -1;
}

int ft_sacct_add(const struct ft_shell *shell, const struct ft_words *jobs,
                 struct json_object *list)
{
    struct ft_str out = FT_STR_INIT;
    struct ft_map known = { 0 };
    bool answers = ask(shell, jobs, &out) == 0;
    int rc = answers ? 0 : -1;
    size_t i;

    if (answers)
        read_lines(out.s, &known);
    for (i = 0; answers && i < jobs->n; i++) {
        struct json_object *status = ft_map_get(&known, jobs->item[i]);

        if (!status)
            json_object_array_add(list, ft_state_not_found(jobs->item[i]));
        else if (ft_json_or_null(status, "state"))
            json_object_array_add(list, json_object_get(status));
        else
            rc = -1;
    }
    for (i = 0; i < known.len; i++)
        json_object_put(known.entry[i].value);
    ft_map_release(&known);
    ft_str_release(&out);
    return rc;
}

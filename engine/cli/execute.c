/* execute.c - run or resume with progress, and say how it ended */
#include "cli/execute.h"

#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "base/str.h"
#include "cli/progress.h"
#include "cli/run_text.h"
#include "cli/settings.h"
#include "cli/term.h"
#include "text/quantity.h"

#define FAILURES_SHOWN_MAX 5

/* Every --budget counts, the last one of a name wins. */
static int read_limits(const struct ft_cli *cli, struct ft_limits *limits)
{
    const char *deadline = ft_cli_option(cli, "deadline");
    struct ft_err err;
    int rc = 0;

    for (int i = 0; i < cli->n_given && rc == 0; i++)
        if (strcmp(cli->given[i].name, "budget") == 0)
            rc = ft_limits_set_budget(limits, cli->given[i].value, &err);
    if (rc == 0 && deadline)
        rc = ft_limits_set_deadline(limits, deadline, &err);
    if (rc < 0)
        ft_print_err(&err);
    return rc;
}

/* --weight and --priority, which are kept as they are given. */
static int read_share(const struct ft_cli *cli, const char *key,
                      const char **text)
{
    struct ft_err err;

    *text = ft_cli_option(cli, key);
    if (!*text || ft_steer_check(key, *text, &err) == 0)
        return 0;
    ft_print_err(&err);
    return -1;
}

int ft_execute_options(const struct ft_cli *cli,
                       struct ft_drive_options *options)
{
    long jobs = ft_cli_number(cli, "jobs", ft_setting_number("jobs", 0));

    if (jobs < 0)
        return -1;
    *options = (struct ft_drive_options){
        .jobs = (int)jobs,
        .keep_going = ft_cli_has(cli, "keep-going") ||
                      ft_setting_bool("keep-going"),
        .fresh = ft_cli_has(cli, "fresh"),
        .jobs_said = ft_cli_has(cli, "jobs"),
        .no_pool = ft_cli_has(cli, "no-pool") || !ft_setting_bool("pool"),
    };
    if (read_share(cli, "weight", &options->weight) < 0 ||
        read_share(cli, "priority", &options->priority) < 0)
        return -1;
    return read_limits(cli, &options->limits);
}

static void print_failures(const struct ft_run *run)
{
    size_t shown = 0;

    for (size_t s = 0; s < run->plan->wf->n_stages; s++) {
        struct ft_str reason = FT_STR_INIT;

        if (!run->stage[s].reason)
            continue;
        ft_safe_text(run->stage[s].reason, strlen(run->stage[s].reason),
                     &reason);
        ft_print_error("stage '%s' has no tasks: %s",
                       run->plan->wf->stage[s].name, reason.s);
        ft_str_release(&reason);
    }

    for (size_t t = 0; t < run->plan->n_tasks; t++) {
        const struct ft_task_detail *d = ft_run_detail(run, t);
        struct ft_str name = FT_STR_INIT, reason = FT_STR_INIT;

        if (run->task[t].state != FT_TASK_FAILED)
            continue;
        if (shown++ == FAILURES_SHOWN_MAX) {
            fprintf(stderr, "fedtwin: … and %zu more; 'fedtwin status %s -t' "
                            "lists them\n",
                    ft_run_count(run, FT_TASK_FAILED) - FAILURES_SHOWN_MAX,
                    run->id);
            break;
        }
        ft_plan_task_name(run->plan, t, &name);
        if (d && d->reason)
            ft_safe_text(d->reason, strlen(d->reason), &reason);
        if (ft_run_absent(run, t))
            ft_print_warning("optional task '%s' failed: %s", name.s,
                             reason.s);
        else
            ft_print_error("task '%s' failed: %s", name.s, reason.s);
        ft_print_hint("fedtwin logs '%s/%s'", run->id, name.s);
        ft_str_release(&name);
        ft_str_release(&reason);
    }
}

static void print_outcome(const struct ft_run *run)
{
    struct ft_str text = FT_STR_INIT;

    print_failures(run);
    ft_progress_summary(run, &text);
    ft_str_add(&text, " in ");
    ft_duration_text((double)(run->end_ns - run->start_ns) / 1e9, &text);
    printf("run %s %s: %s\n", run->id, ft_run_state_names[run->state],
           text.s);
    if (run->state == FT_RUN_PAUSED)
        printf("%s\nnext: fedtwin resume %s --budget NAME=VALUE\n",
               run->reason ? run->reason : "", run->id);
    if (run->kept)
        printf("what was undone before goes on as branch %s\n", run->kept);
    if (run->state == FT_RUN_SUCCEEDED &&
        ft_run_count(run, FT_TASK_CACHED) == ft_run_tasks(run))
        printf("nothing had to be executed: every result was made before\n");
    ft_str_release(&text);
}

static int print_run(const struct ft_run *run, bool json)
{
    if (json)
        ft_print_json(ft_run_text_json(run, true));
    else
        print_outcome(run);
    return ft_run_state_status(run->state);
}

/* What is shown once the run is over. */
struct closing {
    bool json, shown;
    int status;
};

static void on_ended(const struct ft_run *run, void *arg)
{
    struct closing *closing = arg;

    closing->status = print_run(run, closing->json);
    closing->shown = true;
}

/* A run that was over before: nobody drove it. */
static int print_earlier(struct ft_session *s, const char *run_id, bool json)
{
    struct ft_err err;

    ft_run_free(s->run);
    s->run = ft_run_read(s->project, run_id, s->modules, &err);
    return s->run ? print_run(s->run, json) : ft_print_err(&err);
}

static int drive(struct ft_session *s, const struct ft_execution *what,
                 const struct ft_watcher *watcher, char id[FT_RUN_ID_MAX],
                 struct ft_err *err)
{
    enum ft_run_state state;

    if (!what->resume)
        return ft_drive_new(s->project, s->wf, what->options, watcher, id,
                            &state, err);
    /* It may belong to the run that is about to be read again. */
    snprintf(id, FT_RUN_ID_MAX, "%s", what->resume);
    return ft_drive_resume(s->project, id, s->modules, what->options, watcher,
                           &state, err);
}

int ft_execute(struct ft_session *s, const struct ft_execution *what)
{
    struct ft_progress *progress = ft_progress_new(what->begun, what->arg);
    char id[FT_RUN_ID_MAX] = "";
    struct closing closing = { .json = what->json };
    struct ft_watcher watcher;
    struct ft_err err;
    int rc, status;

    ft_progress_at_end(progress, on_ended, &closing);
    ft_progress_watcher(progress, &watcher);
    rc = drive(s, what, &watcher, id, &err);
    ft_progress_free(progress);
    if (rc == 0 && closing.shown)
        return closing.status;
    if (rc == 0)
        return print_earlier(s, id, what->json);
    status = ft_print_err(&err);
    if (*id && !what->resume)
        ft_print_hint("'fedtwin resume %s' goes on from there", id);
    return status;
}

/* cmd_watch.c - fedtwin watch: see a run go on */
#include <stdio.h>
#include <unistd.h>

#include "base/err.h"
#include "cli/open.h"
#include "cli/progress.h"
#include "cli/term.h"
#include "cli/watch.h"
#include "run/record/place.h"

#define STATUS_SIGNAL 128

/* How the run ended, in one line; its exit status. */
static int print_end(const struct ft_watch *watch)
{
    const struct ft_run *run = watch->run;
    enum ft_run_state state = run->state;
    struct ft_str text = FT_STR_INIT;

    if (state == FT_RUN_RUNNING)
        state = FT_RUN_INTERRUPTED;
    ft_progress_summary(run, &text);
    if (run->end_ns) {
        ft_str_add(&text, " in ");
        ft_duration_text((double)(run->end_ns - run->start_ns) / 1e9, &text);
    }
    printf("run %s %s: %s\n", run->id, ft_run_state_names[state], text.s);
    if (state == FT_RUN_INTERRUPTED)
        ft_print_hint("its runner is gone; 'fedtwin resume %s' goes on",
                      run->id);
    ft_str_release(&text);
    return ft_run_state_status(state);
}

static int watch_run(struct ft_watch *watch)
{
    bool screen = ft_term_is_live(stdout) && isatty(STDIN_FILENO);
    int signal_number = 0;
    struct ft_err err;

    if (watch->run->state != FT_RUN_RUNNING || ft_watch_is_left(watch))
        return print_end(watch);
    switch (ft_watch_loop(watch, screen, &signal_number, &err)) {
    case FT_WATCH_OVER:
        return print_end(watch);
    case FT_WATCH_QUIT:
        printf("run %s goes on; 'fedtwin watch %s' shows it again\n",
               watch->run->id, watch->run->id);
        return 0;
    case FT_WATCH_SIGNAL:
        return STATUS_SIGNAL + signal_number;
    default:
        return ft_print_err(&err);
    }
}

int ft_cmd_watch(struct ft_cli *cli)
{
    struct ft_session s = FT_SESSION_INIT;
    struct ft_watch watch = { .note = FT_STR_INIT };
    char id[FT_RUN_ID_MAX];
    struct ft_err err;
    int status = ft_session_project(&s);

    if (!status && ft_run_find(s.project, ft_cli_arg(cli, 0), id, &err) < 0)
        status = ft_print_err(&err);
    if (!status) {
        s.modules = ft_run_modules(s.project, id);
        if (ft_watch_open(&watch, s.project, id, s.modules, &err) < 0)
            status = ft_print_err(&err);
        else
            status = watch_run(&watch);
    }
    ft_watch_close(&watch);
    ft_session_close(&s);
    return status;
}

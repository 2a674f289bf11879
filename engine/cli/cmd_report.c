/* cmd_report.c - fedtwin report: one HTML page about one run */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/path.h"
#include "base/umask.h"
#include "cli/open.h"
#include "cli/report.h"
#include "cli/term.h"
#include "run/accounts/summary.h"

static int write_page(const struct ft_report *report, const char *path)
{
    struct ft_str name = FT_STR_INIT;
    struct ft_err err;
    int status = 0;

    if (path && strcmp(path, "-") == 0) {
        fwrite(report->out->s, 1, report->out->len, stdout);
        return 0;
    }
    (void)ft_umask_user(); /* nothing of the project is written any more */
    if (path)
        ft_str_add(&name, path);
    else
        ft_str_addf(&name, "%s.html", report->run->id);
    if (ft_file_write(name.s, report->out->s, report->out->len, 0666,
                      &err) < 0)
        status = ft_print_err(&err);
    else
        printf("%s\n", name.s);
    ft_str_release(&name);
    return status;
}

int ft_cmd_report(struct ft_cli *cli)
{
    struct ft_session s = FT_SESSION_INIT;
    struct ft_str page = FT_STR_INIT;
    struct ft_report report;
    int status = ft_session_run(&s, ft_cli_arg(cli, 0));

    if (!status) {
        report = (struct ft_report){ .project = s.project, .run = s.run,
                                     .now_ns = ft_clock_now_ns(),
                                     .out = &page };
        report.end_ns = ft_run_last_ns(s.run, report.now_ns);
        if (s.run->state != FT_RUN_RUNNING)
            report.now_ns = report.end_ns;
        ft_report_page(&report);
        status = write_page(&report, ft_cli_option(cli, "output"));
    }
    ft_str_release(&page);
    ft_session_close(&s);
    return status;
}

/* cmd_graph.c - fedtwin graph: the stages of a workflow as a picture */
#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "base/path.h"
#include "base/umask.h"
#include "cli/open.h"
#include "cli/stage_picture.h"
#include "cli/term.h"

#define STATUS_USAGE 2

/* The plan of a file, or a run with its plan. */
static int open_plan(struct ft_session *s, const struct ft_cli *cli,
                     const struct ft_plan **plan)
{
    const char *run = ft_cli_option(cli, "run");
    const char *file = ft_cli_arg(cli, 0);
    int status;

    if (!run == !file) {
        ft_print_error("graph wants either a workflow file or a run");
        return STATUS_USAGE;
    }
    if (file && !ft_path_exists(file) && !strchr(file, '.') &&
        !strchr(file, '/'))
        run = file;
    status = run ? ft_session_run(s, run) : ft_session_plan(s, cli, file);
    if (!status)
        *plan = run ? s->run->plan : s->plan;
    return status;
}

static int write_out(const char *path, const struct ft_str *text)
{
    struct ft_err err;

    (void)ft_umask_user(); /* nothing of the project is written any more */
    if (!path)
        fwrite(text->s, 1, text->len, stdout);
    else if (ft_file_write(path, text->s, text->len, 0666, &err) < 0)
        return ft_print_err(&err);
    return 0;
}

int ft_cmd_graph(struct ft_cli *cli)
{
    const char *format = ft_cli_option(cli, "format");
    const char *path = ft_cli_option(cli, "output");
    const struct ft_plan *plan = NULL;
    struct ft_session s = FT_SESSION_INIT;
    struct ft_str text = FT_STR_INIT;
    struct ft_picture *picture = NULL;
    bool svg = format ? strcmp(format, "svg") == 0
                      : path && ft_ends_with(path, ".svg");
    int status;

    if (format && !svg && strcmp(format, "dot") != 0) {
        ft_print_error("the format is dot or svg, not '%s'", format);
        return STATUS_USAGE;
    }
    status = open_plan(&s, cli, &plan);
    if (!status && ft_cli_has(cli, "json")) {
        ft_print_json(ft_stage_graph_json(plan, s.run));
    } else if (!status) {
        if (svg)
            picture = ft_stage_picture(plan, s.run);
        if (svg)
            ft_picture_svg(picture, true, &text);
        else
            ft_plan_dot(plan, &text);
        status = write_out(path, &text);
    }
    ft_picture_free(picture);
    ft_str_release(&text);
    ft_session_close(&s);
    return status;
}

/* cmd_trigger.c - fedtwin trigger: run a workflow whenever something changes */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/words.h"
#include "cli/open.h"
#include "cli/term.h"
#include "run/trigger/trigger.h"
#include "text/quantity.h"

#define STATUS_USAGE 2
#define EVERY_MIN_S 1.0

/* --- options -------------------------------------------------------------- */

static int read_every(const struct ft_cli *cli, double *every_s)
{
    const char *text = ft_cli_option(cli, "every");
    struct ft_quantity q;
    struct ft_err err;

    *every_s = 0;
    if (!text)
        return 0;
    if (ft_quantity_parse_in(text, "s", &q, &err) < 0) {
        ft_err_context(&err, "--every");
        (void)ft_print_err(&err);
        return STATUS_USAGE;
    }
    if (!(q.si >= EVERY_MIN_S)) {
        ft_print_error("--every: '%s' is less than a second", text);
        return STATUS_USAGE;
    }
    *every_s = q.si;
    return 0;
}

/* Each value of an option that may stand several times. */
static void collect(const struct ft_cli *cli, const char *name,
                    struct ft_words *words)
{
    for (int i = 0; i < cli->n_given; i++)
        if (strcmp(cli->given[i].name, name) == 0)
            ft_words_add(words, ft_strdup(cli->given[i].value));
}

/* What is handed on to 'fedtwin run'. */
static void collect_arguments(const struct ft_cli *cli,
                              struct ft_words *words)
{
    static const char *const handed_on[] = { "param", "params", "jobs",
                                             "site" };

    for (int i = 0; i < cli->n_given; i++)
        for (size_t k = 0; k < FT_ARRAY_LEN(handed_on); k++)
            if (strcmp(cli->given[i].name, handed_on[k]) == 0)
                ft_words_add(words, ft_asprintf("--%s=%s", handed_on[k],
                                                cli->given[i].value));
    if (ft_cli_has(cli, "keep-going"))
        ft_words_add(words, ft_strdup("--keep-going"));
}

/* --- the command ---------------------------------------------------------- */

static void print_line(const char *text, void *arg)
{
    char when[FT_TIME_TEXT];

    (void)arg;
    ft_time_text(ft_clock_now_ns(), when);
    printf("%s %s\n", when, text);
    fflush(stdout);
}

static int watch(struct ft_session *s, struct ft_trigger_options *o)
{
    struct ft_err err;
    size_t failed = 0;

    if (!o->n_files && !o->n_objects && o->every_s <= 0) {
        ft_print_error("nothing to watch");
        ft_print_hint("--file PATH, --object REF or --every '1 h'");
        return STATUS_USAGE;
    }
    if (ft_trigger(s->project, o, print_line, NULL, &failed, &err) < 0)
        return ft_print_err(&err);
    return failed ? 1 : 0;
}

int ft_cmd_trigger(struct ft_cli *cli)
{
    struct ft_words files = { 0 }, objects = { 0 }, arguments = { 0 };
    struct ft_session s = FT_SESSION_INIT;
    struct ft_trigger_options o = {
        .self = "/proc/self/exe",
        .workflow = cli->arg[0],
        .now = ft_cli_has(cli, "now"),
        .supersede = ft_cli_has(cli, "supersede"),
        .time_param = ft_cli_option(cli, "time-param"),
    };
    int status = read_every(cli, &o.every_s);

    o.cycles = ft_cli_number(cli, "cycles", 0);
    if (o.cycles < 0)
        status = STATUS_USAGE;
    collect(cli, "file", &files);
    collect(cli, "object", &objects);
    collect_arguments(cli, &arguments);
    o.file = (const char *const *)files.item;
    o.n_files = files.n;
    o.object = (const char *const *)objects.item;
    o.n_objects = objects.n;
    o.arg = (const char *const *)arguments.item;
    o.n_args = arguments.n;
    if (!status)
        status = ft_session_project(&s);
    if (!status)
        status = watch(&s, &o);
    ft_session_close(&s);
    ft_words_free(files.item);
    ft_words_free(objects.item);
    ft_words_free(arguments.item);
    return status;
}

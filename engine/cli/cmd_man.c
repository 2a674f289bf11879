/* cmd_man.c - man pages from the table of commands, for the build
 *
 * 'fedtwin __man' writes fedtwin(1), 'fedtwin __man check' fedtwin-check(1).
 */
#include <stdio.h>
#include <string.h>

#include "cli/cmd.h"
#include "cli/term.h"

#define STATUS_USAGE 2

/* roff: a backslash and a leading dot or quote mean something, '-' is a hyphen
 * unless it is escaped. */
static void put_text(const char *text)
{
    bool at_start = true;

    for (; *text; text++) {
        if (at_start && (*text == '.' || *text == '\''))
            fputs("\\&", stdout);
        if (*text == '\\')
            fputs("\\e", stdout);
        else if (*text == '-')
            fputs("\\-", stdout);
        else
            putchar(*text);
        at_start = *text == '\n';
    }
}

static void put_paragraphs(const char *text)
{
    const char *end;

    while ((end = strstr(text, "\n\n"))) {
        printf("%.*s\n.PP\n", (int)(end - text), text);
        text = end + 2;
    }
    put_text(text);
    putchar('\n');
}

static void put_options(const struct ft_option *opt)
{
    for (; opt && opt->name; opt++) {
        printf(".TP\n");
        if (opt->letter)
            printf("\\fB\\-%c\\fR, ", opt->letter);
        printf("\\fB\\-\\-");
        put_text(opt->name);
        printf("\\fR%s%s\n", opt->arg ? " " : "", opt->arg ? opt->arg : "");
        put_text(opt->doc);
        putchar('\n');
    }
}

static void put_head(const char *name, const char *summary)
{
    printf(".TH \"%s\" 1 \"\" \"fedtwin %s\" \"fedtwin manual\"\n", name,
           PACKAGE_VERSION);
    printf(".SH NAME\n%s \\- ", name);
    put_text(summary);
    printf("\n");
}

static void put_synopsis(const struct ft_cmd *group, const struct ft_cmd *cmd)
{
    printf(".B fedtwin %s%s%s\n[OPTIONS] ", group->name,
           cmd == group ? "" : " ", cmd == group ? "" : cmd->name);
    put_text(cmd->args);
    printf("\n");
}

/* All but those of every command. */
static void put_own_options(const struct ft_cmd *cmd)
{
    const struct ft_option *option = ft_cmd_options(cmd, 0);

    for (int list = 1; option != ft_common_options; list++) {
        put_options(option);
        option = ft_cmd_options(cmd, list);
    }
}

static void put_verbs(const struct ft_cmd *group)
{
    printf(".SH VERBS\n");
    for (const struct ft_cmd *verb = group->sub; verb->name; verb++) {
        printf(".SS %s %s\n", verb->name, verb->args);
        put_paragraphs(verb->summary);
        if (verb->doc) {
            printf(".PP\n");
            put_paragraphs(verb->doc);
        }
        put_own_options(verb);
    }
}

static void put_command(const struct ft_cmd *cmd)
{
    char name[64];

    snprintf(name, sizeof(name), "fedtwin-%s", cmd->name);
    put_head(name, cmd->summary);
    printf(".SH SYNOPSIS\n");
    if (!cmd->sub)
        put_synopsis(cmd, cmd);
    for (const struct ft_cmd *verb = cmd->sub; verb && verb->name; verb++) {
        put_synopsis(cmd, verb);
        printf(".br\n");
    }
    printf(".SH DESCRIPTION\n");
    put_paragraphs(cmd->doc ? cmd->doc : cmd->summary);
    if (cmd->sub)
        put_verbs(cmd);
    printf(".SH OPTIONS\n");
    put_own_options(cmd);
    put_options(ft_common_options);
    if (cmd->example) {
        printf(".SH EXAMPLES\n.nf\n");
        put_text(cmd->example);
        printf(".fi\n");
    }
    printf(".SH SEE ALSO\n.BR fedtwin (1)\n");
}

static void put_overview(void)
{
    put_head("fedtwin", "HPC workflow engine for digital twins");
    printf(".SH SYNOPSIS\n.B fedtwin\nCOMMAND [OPTIONS] [ARGUMENTS]\n"
           ".SH DESCRIPTION\n"
           "fedtwin reads a workflow in YAML, sends its stages as jobs to the "
           "local machine or to clusters, and keeps every result as an "
           "immutable version in HDF5 that carries its own lineage.\n"
           ".SH COMMANDS\n");
    for (const struct ft_cmd *cmd = ft_cmds; cmd->name; cmd++) {
        if (cmd->hidden)
            continue;
        printf(".TP\n.BR fedtwin\\-%s (1)\n", cmd->name);
        put_text(cmd->summary);
        putchar('\n');
    }
    printf(".SH EXIT STATUS\n"
           "0 done; 1 tasks failed; 2 wrong usage; 3 an invalid workflow, "
           "module or site file; 4 a site, the disk or the engine failed; 5 "
           "cancelled; 6 time ran out; 128+n ended by signal n.\n");
}

int ft_cmd_man(struct ft_cli *cli)
{
    const struct ft_cmd *cmd;

    if (!cli->n_args) {
        put_overview();
        return 0;
    }
    cmd = ft_cmd_find(ft_cmds, cli->arg[0]);
    if (!cmd) {
        ft_print_error("there is no command '%s'", cli->arg[0]);
        return STATUS_USAGE;
    }
    put_command(cmd);
    return 0;
}

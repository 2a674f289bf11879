/* cmd.c - from words to a command with its options and arguments */
#include "cli/cmd.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/str.h"
#include "cli/term.h"
#include "text/suggest.h"

#define STATUS_USAGE 2

static const struct ft_option json_option[] = {
    { "json", 0, NULL, "print JSON with a 'schema' number" },
    { .name = NULL },
};

static const struct ft_option at_option[] = {
    { "at", 0, "STATE", "as the project was then: a branch, a tag, a run, "
                        "digits of a state, each with ~N for N states before; "
                        "or a time such as 2026-11-21T18:00Z or '10 min ago'"
    },
    { .name = NULL },
};

const struct ft_cmd *ft_cmd_find(const struct ft_cmd *table, const char *name)
{
    for (; table && table->name; table++)
        if (strcmp(table->name, name) == 0)
            return table;
    return NULL;
}

const char *ft_cli_option(const struct ft_cli *cli, const char *name)
{
    for (int i = cli->n_given; i-- > 0;)
        if (strcmp(cli->given[i].name, name) == 0)
            return cli->given[i].value;
    return NULL;
}

bool ft_cli_has(const struct ft_cli *cli, const char *name)
{
    return ft_cli_option(cli, name) != NULL;
}

const char *ft_cli_arg(const struct ft_cli *cli, int i)
{
    return i < cli->n_args ? cli->arg[i] : NULL;
}

long ft_cli_number(const struct ft_cli *cli, const char *name, long fallback)
{
    const char *text = ft_cli_option(cli, name);
    char *end;
    long n;

    if (!text)
        return fallback;
    errno = 0;
    n = strtol(text, &end, 10);
    if (!errno && *text && !*end && n > 0)
        return n;
    ft_print_error("--%s wants a positive number, not '%s'", name, text);
    return -1;
}

/* --- options -------------------------------------------------------------- */

const struct ft_option *ft_cmd_options(const struct ft_cmd *cmd, int list)
{
    static const struct ft_option none[] = { { .name = NULL } };

    switch (list) {
    case 0:
        return cmd && cmd->option ? cmd->option : none;
    case 1:
        return cmd && cmd->reads ? json_option : none;
    case 2:
        return cmd && cmd->past ? at_option : none;
    case 3:
        return ft_common_options;
    default:
        return NULL;
    }
}

static const struct ft_option *find_option(const struct ft_cmd *cmd,
                                           const char *name, size_t len,
                                           char letter)
{
    const struct ft_option *opt;

    for (int list = 0; (opt = ft_cmd_options(cmd, list)); list++)
        for (; opt->name; opt++)
            if (letter ? opt->letter == letter
                       : strlen(opt->name) == len &&
                             memcmp(opt->name, name, len) == 0)
                return opt;
    return NULL;
}

static void give(struct ft_cli *cli, const struct ft_option *opt,
                 const char *value)
{
    if (cli->n_given == FT_ARGS_MAX)
        return;
    cli->given[cli->n_given].name = opt->name;
    cli->given[cli->n_given++].value = value ? value : "";
}

static int unknown_option(const struct ft_cmd *cmd, const char *word)
{
    const char *name[64];
    const struct ft_option *opt;
    const char *near;
    size_t n = 0;

    for (int list = 0; (opt = ft_cmd_options(cmd, list)); list++)
        for (; opt->name && n < FT_ARRAY_LEN(name); opt++)
            name[n++] = opt->name;
    near = word[1] == '-' ? ft_suggest(word + 2, name, n) : NULL;
    ft_print_error("unknown option '%s'", word);
    if (near)
        ft_print_hint("did you mean '--%s'?", near);
    else
        ft_print_hint("fedtwin help %s", cmd->name);
    return STATUS_USAGE;
}

/* Take the option at argv[*i]; -1 to go on. */
static int take_long(struct ft_cli *cli, char **argv, int argc, int *i)
{
    const char *name = argv[*i] + 2;
    size_t len = strcspn(name, "=");
    const struct ft_option *opt = find_option(cli->cmd, name, len, 0);
    const char *value = name[len] ? name + len + 1 : NULL;

    if (!opt)
        return unknown_option(cli->cmd, argv[*i]);
    if (!opt->arg && value) {
        ft_print_error("option '--%s' takes no value", opt->name);
        return STATUS_USAGE;
    }
    if (opt->arg && !value) {
        if (*i + 1 >= argc) {
            ft_print_error("option '--%s' needs %s", opt->name, opt->arg);
            return STATUS_USAGE;
        }
        value = argv[++*i];
    }
    give(cli, opt, value);
    return -1;
}

static int take_letters(struct ft_cli *cli, char **argv, int argc, int *i)
{
    const char *word = argv[*i];

    for (const char *c = word + 1; *c; c++) {
        const struct ft_option *opt = find_option(cli->cmd, NULL, 0, *c);

        if (!opt)
            return unknown_option(cli->cmd, word);
        if (!opt->arg) {
            give(cli, opt, NULL);
            continue;
        }
        if (!c[1] && *i + 1 >= argc) {
            ft_print_error("option '-%c' needs %s", *c, opt->arg);
            return STATUS_USAGE;
        }
        give(cli, opt, c[1] ? c + 1 : argv[++*i]);
        break;
    }
    return -1;
}

/* --- commands ------------------------------------------------------------- */

static int unknown_command(const struct ft_cmd *table, const char *what,
                           const char *word)
{
    const char *name[64];
    const char *near;
    size_t n = 0;

    for (; table->name && n < FT_ARRAY_LEN(name); table++)
        if (!table->hidden)
            name[n++] = table->name;
    near = ft_suggest(word, name, n);
    ft_print_error("unknown %s '%s'", what, word);
    if (near)
        ft_print_hint("did you mean '%s'?", near);
    else
        ft_print_hint("'fedtwin help' lists the commands");
    return STATUS_USAGE;
}

/* A bare word: the command, its verb, or an argument; -1 to go on. */
static int take_word(struct ft_cli *cli, const char *word)
{
    if (!cli->cmd) {
        cli->group = cli->cmd = ft_cmd_find(ft_cmds, word);
        return cli->cmd ? -1 : unknown_command(ft_cmds, "command", word);
    }
    if (cli->cmd->sub) {
        const struct ft_cmd *verb = ft_cmd_find(cli->cmd->sub, word);

        if (!verb)
            return unknown_command(cli->cmd->sub, "verb", word);
        cli->cmd = verb;
        return -1;
    }
    if (cli->n_args == FT_ARGS_MAX) {
        ft_print_error("more than %d arguments", FT_ARGS_MAX);
        return STATUS_USAGE;
    }
    cli->arg[cli->n_args++] = word;
    return -1;
}

static int check_count(const struct ft_cli *cli)
{
    const struct ft_cmd *cmd = cli->cmd;

    if (cmd->sub) {
        ft_print_error("'%s' needs a verb", cmd->name);
        ft_print_hint("'fedtwin help %s' lists them", cmd->name);
        return STATUS_USAGE;
    }
    if (cli->n_args < cmd->min_args) {
        ft_print_error("'%s' needs %s", cmd->name, cmd->args);
        return STATUS_USAGE;
    }
    if (cmd->max_args >= 0 && cli->n_args > cmd->max_args) {
        ft_print_error("'%s' does not take '%s'", cmd->name,
                       cli->arg[cmd->max_args]);
        return STATUS_USAGE;
    }
    return -1;
}

/* The words behind these two belong to somebody else. */
static bool takes_all_words(const struct ft_cmd *cmd)
{
    return cmd && cmd->hidden && cmd->max_args < 0;
}

int ft_cli_parse(int argc, char **argv, struct ft_cli *cli)
{
    bool only_words = false;
    int rc = -1;

    for (int i = 1; i < argc && rc < 0; i++) {
        only_words = only_words || takes_all_words(cli->cmd);
        if (only_words || argv[i][0] != '-' || !argv[i][1])
            rc = take_word(cli, argv[i]);
        else if (strcmp(argv[i], "--") == 0)
            only_words = true;
        else if (!cli->cmd && strcmp(argv[i], "--version") == 0)
            rc = take_word(cli, "version");
        else if (argv[i][1] == '-')
            rc = take_long(cli, argv, argc, &i);
        else
            rc = take_letters(cli, argv, argc, &i);
    }
    if (rc >= 0)
        return rc;
    if (ft_cli_has(cli, "help") && cli->cmd) {
        ft_cmd_help(cli->group, cli->cmd);
        return 0;
    }
    if (!cli->cmd) {
        ft_cmd_overview();
        return ft_cli_has(cli, "help") ? 0 : STATUS_USAGE;
    }
    return check_count(cli);
}

/* --- help ----------------------------------------------------------------- */

#define HELP_WIDTH 78

/* Text with paragraphs, wrapped behind 'indent' spaces. */
static void print_wrapped(const char *text, int indent)
{
    int col = 0;

    while (*text) {
        size_t word = strcspn(text, " \n");

        if (col && col + 1 + (int)word > HELP_WIDTH) {
            putchar('\n');
            col = 0;
        }
        col += printf("%*s%.*s", col ? 1 : indent, "", (int)word, text);
        text += word;
        if (strncmp(text, "\n\n", 2) == 0) {
            printf("\n\n");
            col = 0;
        }
        text += strspn(text, " \n");
    }
    putchar('\n');
}

static void print_options(const struct ft_option *opt)
{
    for (; opt->name; opt++) {
        char left[64];

        snprintf(left, sizeof(left), "%c%c%s--%s%s%s",
                 opt->letter ? '-' : ' ', opt->letter ? opt->letter : ' ',
                 opt->letter ? ", " : "  ", opt->name, opt->arg ? " " : "",
                 opt->arg ? opt->arg : "");
        printf("  %s\n", left);
        print_wrapped(opt->doc, 10);
    }
}

static void print_verbs(const struct ft_cmd *verb)
{
    for (; verb && verb->name; verb++)
        if (!verb->hidden)
            printf("  %-12s %s\n", verb->name, verb->summary);
}

void ft_cmd_help(const struct ft_cmd *group, const struct ft_cmd *cmd)
{
    bool verb = cmd != group;
    const struct ft_option *opt;

    printf("usage: fedtwin %s%s%s [OPTIONS] %s\n\n", group->name,
           verb ? " " : "", verb ? cmd->name : "", cmd->args);
    print_wrapped(cmd->summary, 0);
    for (int i = 0; i < 2; i++) {
        const char *doc = i ? (verb ? group->doc : NULL) : cmd->doc;

        if (doc) {
            putchar('\n');
            print_wrapped(doc, 0);
        }
    }
    if (cmd->sub) {
        printf("\nverbs:\n");
        print_verbs(cmd->sub);
    }
    printf("\noptions:\n");
    for (int list = 0; (opt = ft_cmd_options(cmd, list)); list++)
        print_options(opt);
    if (cmd->example)
        printf("\nexamples:\n  ");
    for (const char *c = cmd->example; c && *c; c++)
        printf(*c == '\n' && c[1] ? "\n  " : "%c", *c);
}

void ft_cmd_overview(void)
{
    printf("usage: fedtwin COMMAND [OPTIONS] [ARGUMENTS]\n\n"
           "Runs digital twins described in YAML as MPI jobs and keeps their "
           "results\nas versions with lineage.\n\ncommands:\n");
    print_verbs(ft_cmds);
    printf("\n'fedtwin help COMMAND' explains one; 'fedtwin demo' is a good "
           "start.\n");
}

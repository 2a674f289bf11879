/* cmd.h - the one table of commands, and what a command gets
 *
 * A row makes the parser, the help text, the man page and the completion of a
 * command, so they cannot drift apart.  Each command is one file cmd_NAME.c.
 */
#ifndef FT_CLI_CMD_H
#define FT_CLI_CMD_H

#include <stdbool.h>
#include <stddef.h>

struct ft_cli;

/* What completion offers for an argument. */
enum ft_complete {
    FT_COMPLETE_NONE,
    FT_COMPLETE_FILE,
    FT_COMPLETE_RUN,
    FT_COMPLETE_TASK, /* RUN/TASK */
    FT_COMPLETE_REF,
    FT_COMPLETE_STATE, /* branches and tags */
    FT_COMPLETE_MODULE,
    FT_COMPLETE_SITE,
    FT_COMPLETE_COMMAND,
    FT_COMPLETE_KEY, /* of the configuration */
};

struct ft_option {
    const char *name; /* "jobs" for --jobs; NULL ends a list */
    char letter;      /* 'j' for -j, or 0 */
    const char *arg;  /* "N"; NULL: a switch */
    const char *doc;  /* "run at most N tasks at a time" */
};

struct ft_cmd {
    const char *name;    /* "check"; NULL ends the table */
    const char *args;    /* "FILE", "[RUN]", "REF [DEST]" */
    const char *summary; /* "validate a workflow file" */
    const char *doc;     /* paragraphs, separated by blank lines */
    const char *example; /* lines "command\n", or NULL */
    const struct ft_option *option; /* or NULL */
    const struct ft_cmd *sub;       /* "data ls": rows of the verbs */
    int min_args, max_args;         /* max -1: any number */
    enum ft_complete complete;
    bool reads;  /* has --json */
    bool past;   /* has --at */
    bool hidden; /* not in help */
    int (*run)(struct ft_cli *cli); /* returns the exit status */
};

extern const struct ft_cmd ft_cmds[];
extern const struct ft_option ft_common_options[]; /* of every command */

#define FT_ARGS_MAX 1024

/* A parsed command line. */
struct ft_cli {
    const struct ft_cmd *group; /* row of the table */
    const struct ft_cmd *cmd;   /* that row, or its verb */
    const char *arg[FT_ARGS_MAX];
    int n_args;
    struct {
        const char *name, *value;
    } given[FT_ARGS_MAX];
    int n_given;
};

/* Value of the last --name, "" for a switch, NULL when it was not given. */
const char *ft_cli_option(const struct ft_cli *cli, const char *name);
bool ft_cli_has(const struct ft_cli *cli, const char *name);
/* Argument 'i', or NULL. */
const char *ft_cli_arg(const struct ft_cli *cli, int i);
/* A positive integer option; 'fallback' when it was not given.  -1 after
 * printing that it is no such number. */
long ft_cli_number(const struct ft_cli *cli, const char *name, long fallback);

/* Parse argv[1..]; prints what is wrong and returns the exit status, or -1 to
 * go on. */
int ft_cli_parse(int argc, char **argv, struct ft_cli *cli);

const struct ft_cmd *ft_cmd_find(const struct ft_cmd *table, const char *name);

/* The lists of options that apply, from the most particular one: list 0, 1, …
 * until NULL.  'cmd' may be NULL. */
const struct ft_option *ft_cmd_options(const struct ft_cmd *cmd, int list);

/* "usage: fedtwin check [OPTIONS] FILE" and the option list, to stdout. */
void ft_cmd_help(const struct ft_cmd *group, const struct ft_cmd *cmd);
/* The overview of all commands. */
void ft_cmd_overview(void);

/* Every command's function; one file each. */
int ft_cmd_branch(struct ft_cli *cli);
int ft_cmd_cancel(struct ft_cli *cli);
int ft_cmd_check(struct ft_cli *cli);
int ft_cmd_completion(struct ft_cli *cli);
int ft_cmd_complete_words(struct ft_cli *cli);
int ft_cmd_config(struct ft_cli *cli);
int ft_cmd_config_get(struct ft_cli *cli);
int ft_cmd_config_set(struct ft_cli *cli);
int ft_cmd_data_evict(struct ft_cli *cli);
int ft_cmd_data_get(struct ft_cli *cli);
int ft_cmd_data_ls(struct ft_cli *cli);
int ft_cmd_data_pin(struct ft_cli *cli);
int ft_cmd_data_put(struct ft_cli *cli);
int ft_cmd_data_show(struct ft_cli *cli);
int ft_cmd_data_unpin(struct ft_cli *cli);
int ft_cmd_data_usage(struct ft_cli *cli);
int ft_cmd_data_verify(struct ft_cli *cli);
int ft_cmd_demo(struct ft_cli *cli);
int ft_cmd_diff(struct ft_cli *cli);
int ft_cmd_doctor(struct ft_cli *cli);
int ft_cmd_export(struct ft_cli *cli);
int ft_cmd_fmt(struct ft_cli *cli);
int ft_cmd_fsck(struct ft_cli *cli);
int ft_cmd_gc(struct ft_cli *cli);
int ft_cmd_graph(struct ft_cli *cli);
int ft_cmd_help_on(struct ft_cli *cli);
int ft_cmd_hold(struct ft_cli *cli);
int ft_cmd_import(struct ft_cli *cli);
int ft_cmd_init(struct ft_cli *cli);
int ft_cmd_lineage(struct ft_cli *cli);
int ft_cmd_log(struct ft_cli *cli);
int ft_cmd_logs(struct ft_cli *cli);
int ft_cmd_man(struct ft_cli *cli);
int ft_cmd_merge(struct ft_cli *cli);
int ft_cmd_module_list(struct ft_cli *cli);
int ft_cmd_module_show(struct ft_cli *cli);
int ft_cmd_module_new(struct ft_cli *cli);
int ft_cmd_pause(struct ft_cli *cli);
int ft_cmd_plan(struct ft_cli *cli);
int ft_cmd_redo(struct ft_cli *cli);
int ft_cmd_release(struct ft_cli *cli);
int ft_cmd_repack(struct ft_cli *cli);
int ft_cmd_report(struct ft_cli *cli);
int ft_cmd_rerun(struct ft_cli *cli);
int ft_cmd_resume(struct ft_cli *cli);
int ft_cmd_retry(struct ft_cli *cli);
int ft_cmd_run(struct ft_cli *cli);
int ft_cmd_schema(struct ft_cli *cli);
int ft_cmd_set(struct ft_cli *cli);
int ft_cmd_site_add(struct ft_cli *cli);
int ft_cmd_site_drain(struct ft_cli *cli);
int ft_cmd_site_list(struct ft_cli *cli);
int ft_cmd_site_remove(struct ft_cli *cli);
int ft_cmd_site_resume(struct ft_cli *cli);
int ft_cmd_site_test(struct ft_cli *cli);
int ft_cmd_site_show(struct ft_cli *cli);
int ft_cmd_status(struct ft_cli *cli);
int ft_cmd_undo(struct ft_cli *cli);
int ft_cmd_undo(struct ft_cli *cli);
int ft_cmd_unpause(struct ft_cli *cli);
int ft_cmd_switch(struct ft_cli *cli);
int ft_cmd_tag(struct ft_cli *cli);
int ft_cmd_switch(struct ft_cli *cli);
int ft_cmd_tag(struct ft_cli *cli);
int ft_cmd_trigger(struct ft_cli *cli);
int ft_cmd_usage(struct ft_cli *cli);
int ft_cmd_version(struct ft_cli *cli);
int ft_cmd_wait(struct ft_cli *cli);
int ft_cmd_watch(struct ft_cli *cli);
int ft_cmd_why(struct ft_cli *cli);
int ft_cmd_workflow(struct ft_cli *cli);

#endif

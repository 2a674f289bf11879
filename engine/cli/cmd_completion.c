/* cmd_completion.c - fedtwin completion, and the words it asks for
 *
 * The scripts are a few lines each: every word comes from the hidden command
 * __complete, that is, from the table of commands and from the project.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/str.h"
#include "cli/ref_text.h"
#include "cli/settings.h"
#include "cli/site_text.h"
#include "cli/term.h"
#include "data/history/history.h"

#define STATUS_USAGE 2
#define RUNS_OFFERED 50

static const struct {
    const char *shell, *script;
} scripts[] = {
    { "bash",
      "_fedtwin() {\n"
      "    local IFS=$'\\n'\n"
      "    COMPREPLY=($(fedtwin __complete \"${COMP_WORDS[@]:1:COMP_CWORD}\" "
      "2>/dev/null))\n"
      "    if [ \"${COMPREPLY[0]}\" = ':file' ]; then\n"
      "        COMPREPLY=($(compgen -f -- \"${COMP_WORDS[COMP_CWORD]}\"))\n"
      "    fi\n"
      "}\n"
      "complete -o filenames -F _fedtwin fedtwin\n" },
    { "zsh",
      "#compdef fedtwin\n"
      "_fedtwin() {\n"
      "    local -a offers\n"
      "    offers=(${(f)\"$(fedtwin __complete \"${words[@]:1:$CURRENT-1}\" "
      "2>/dev/null)\"})\n"
      "    if [[ \"$offers[1]\" == ':file' ]]; then _files; "
      "else compadd -Q -- $offers; fi\n"
      "}\n"
      "compdef _fedtwin fedtwin\n" },
    { "fish",
      "function __fedtwin\n"
      "    set -l words (commandline -opc)[2..-1] (commandline -ct)\n"
      "    set -l offers (fedtwin __complete $words 2>/dev/null)\n"
      "    if test \"$offers[1]\" = ':file'\n"
      "        __fish_complete_path (commandline -ct)\n"
      "    else\n"
      "        printf '%s\\n' $offers\n"
      "    end\n"
      "end\n"
      "complete -c fedtwin -f -a '(__fedtwin)'\n" },
};

int ft_cmd_completion(struct ft_cli *cli)
{
    for (size_t i = 0; i < FT_ARRAY_LEN(scripts); i++) {
        if (strcmp(scripts[i].shell, cli->arg[0]) != 0)
            continue;
        fputs(scripts[i].script, stdout);
        return 0;
    }
    ft_print_error("no completion for '%s'; bash, zsh or fish",
                   cli->arg[0]);
    return STATUS_USAGE;
}

/* --- the words ------------------------------------------------------------ */

static void offer(const char *word, const char *begun)
{
    if (ft_starts_with(word, begun))
        printf("%s\n", word);
}

static void offer_commands(const struct ft_cmd *table, const char *begun)
{
    for (; table->name; table++)
        if (!table->hidden)
            offer(table->name, begun);
}

static void offer_options(const struct ft_cmd *cmd, const char *begun)
{
    const struct ft_option *o;

    for (int list = 0; (o = ft_cmd_options(cmd, list)); list++)
        for (; o->name; o++) {
            char *word = ft_asprintf("--%s", o->name);

            offer(word, begun);
            free(word);
        }
}

static void offer_runs(const char *begun)
{
    struct ft_session s = FT_SESSION_INIT;
    struct ft_run_lines lines = { 0 };

    s.project = ft_project_open(NULL, NULL);
    if (s.project &&
        ft_run_list(s.project, RUNS_OFFERED, &lines, NULL) == 0) {
        offer("last", begun);
        for (size_t i = 0; i < lines.n; i++)
            offer(lines.item[i].id, begun);
    }
    ft_run_lines_release(&lines);
    ft_session_close(&s);
}

static void offer_tasks(const char *begun)
{
    size_t len = strcspn(begun, "/");
    struct ft_session s = FT_SESSION_INIT;
    char *id;

    if (!begun[len]) {
        offer_runs(begun);
        return;
    }
    id = ft_strndup(begun, len);
    s.project = ft_project_open(NULL, NULL);
    ft_session_modules(&s);
    if (s.project)
        s.run = ft_run_read(s.project, id, s.modules, NULL);
    for (size_t t = 0; s.run && t < s.run->plan->n_tasks; t++) {
        struct ft_str word = FT_STR_INIT;

        ft_str_addf(&word, "%s/", id);
        ft_plan_task_name(s.run->plan, t, &word);
        offer(word.s, begun);
        ft_str_release(&word);
    }
    free(id);
    ft_session_close(&s);
}

static void offer_refs(const char *begun)
{
    struct ft_session s = FT_SESSION_INIT;
    struct ft_versions versions = { 0 };

    s.project = ft_project_open(NULL, NULL);
    if (s.project)
        s.store = ft_store_open(s.project, FT_STORE_READ, NULL);
    if (s.store && ft_store_list(s.store, NULL, 0, &versions, NULL) == 0)
        for (size_t i = 0; i < versions.n; i++) {
            struct ft_str word = FT_STR_INIT;

            ft_ref_text(&versions.item[i], &word);
            offer(word.s, begun);
            ft_str_release(&word);
        }
    ft_versions_release(&versions);
    ft_session_close(&s);
}

static void offer_names(struct ft_store *store,
                        int (*read)(struct ft_store *store,
                                    struct ft_names *names,
                                    struct ft_err *err),
                        const char *begun)
{
    struct ft_names names;

    if (read(store, &names, NULL) < 0)
        return;
    for (size_t i = 0; i < names.n; i++)
        offer(names.item[i].name, begun);
    ft_names_release(&names);
}

static void offer_states(const char *begun)
{
    struct ft_session s = FT_SESSION_INIT;

    s.project = ft_project_open(NULL, NULL);
    if (s.project)
        s.store = ft_store_open(s.project, FT_STORE_READ, NULL);
    if (s.store) {
        offer_names(s.store, ft_store_branches, begun);
        offer_names(s.store, ft_store_tags, begun);
    }
    ft_session_close(&s);
}

static void offer_modules(const char *begun)
{
    struct ft_session s = FT_SESSION_INIT;
    const char *const *name;
    size_t n;

    ft_session_modules(&s);
    name = ft_module_names(s.modules, &n);
    for (size_t i = 0; i < n; i++)
        offer(name[i], begun);
    ft_session_close(&s);
}

static void offer_sites(const char *begun)
{
    struct ft_session s = FT_SESSION_INIT;
    struct ft_site_set set;

    ft_sites_read(&s, &set);
    for (size_t i = 0; i < set.n; i++)
        if (!set.item[i].by)
            offer(set.item[i].name, begun);
    ft_site_set_release(&set);
    ft_session_close(&s);
}

static void offer_files(const char *begun)
{
    (void)begun;
    printf(":file\n"); /* the shell knows better */
}

static void offer_top(const char *begun)
{
    offer_commands(ft_cmds, begun);
}

static void offer_keys(const char *begun)
{
    for (size_t i = 0; ft_settings[i].key; i++)
        offer(ft_settings[i].key, begun);
}

int ft_cmd_complete_words(struct ft_cli *cli)
{
    static void (*const offer_for[])(const char *begun) = {
        [FT_COMPLETE_FILE] = offer_files,
        [FT_COMPLETE_RUN] = offer_runs,
        [FT_COMPLETE_TASK] = offer_tasks,
        [FT_COMPLETE_REF] = offer_refs,
        [FT_COMPLETE_STATE] = offer_states,
        [FT_COMPLETE_MODULE] = offer_modules,
        [FT_COMPLETE_SITE] = offer_sites,
        [FT_COMPLETE_COMMAND] = offer_top,
        [FT_COMPLETE_KEY] = offer_keys,
    };
    const char *begun = cli->n_args ? cli->arg[cli->n_args - 1] : "";
    const struct ft_cmd *cmd = NULL;

    for (int i = 0; i + 1 < cli->n_args; i++) {
        const struct ft_cmd *table = cmd ? cmd->sub : ft_cmds;
        const struct ft_cmd *next = ft_cmd_find(table, cli->arg[i]);

        cmd = next ? next : cmd;
    }
    if (begun[0] == '-')
        offer_options(cmd, begun);
    else if (!cmd)
        offer_top(begun);
    else if (cmd->sub)
        offer_commands(cmd->sub, begun);
    else if (offer_for[cmd->complete])
        offer_for[cmd->complete](begun);
    return 0;
}

/* cmd_lineage.c - fedtwin lineage: how a version was made, what came of it */
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "base/json.h"
#include "base/str.h"
#include "cli/lineage_text.h"
#include "cli/open.h"
#include "cli/term.h"

#define STATUS_USAGE 2

/* A run has '-' in its id, which neither a version nor an object has; an object
 * has a point, which a run has not. */
static bool names_run(const char *text)
{
    return strcmp(text, "last") == 0 ||
           (strchr(text, '-') && !strpbrk(text, ".:{~"));
}

/* The versions that are asked for. */
static int find(struct ft_session *s, const char *text,
                struct ft_versions *versions)
{
    struct ft_err err;
    int status;

    if (!names_run(text))
        return ft_store_resolve(s->store, text, versions, &err) < 0
                   ? ft_print_err(&err)
                   : 0;
    status = ft_session_run(s, text);
    if (!status && ft_store_run_versions(s->store, s->run->id, versions, &err) <
                       0)
        status = ft_print_err(&err);
    return status;
}

static int walk(struct ft_session *s, const struct ft_versions *asked,
                unsigned ways, size_t depth, struct ft_lineage *lineage)
{
    struct ft_err err;

    /* Of a run the newest first: what that was made from stands below it. */
    for (size_t i = 0; i < asked->n; i++) {
        size_t at = s->run ? asked->n - 1 - i : i;

        if (ft_lineage_add(lineage, s->store, asked->item[at].id, &err) < 0)
            return ft_print_err(&err);
    }
    if (ft_lineage_walk(lineage, s->store, ways, depth, &err) < 0)
        return ft_print_err(&err);
    return 0;
}

static void print(const struct ft_cli *cli, const struct ft_lineage *lineage,
                  unsigned ways)
{
    struct ft_str out = FT_STR_INIT;

    if (ft_cli_has(cli, "json"))
        ft_print_json(ft_lineage_json(lineage));
    else if (ft_cli_has(cli, "dot"))
        ft_lineage_dot(lineage, &out);
    else
        ft_lineage_text(lineage, ways, &out);
    fputs(out.s, stdout);
    ft_str_release(&out);
}

static unsigned ways_of(const struct ft_cli *cli)
{
    unsigned ways = 0;

    if (ft_cli_has(cli, "up"))
        ways |= FT_LINEAGE_UP;
    if (ft_cli_has(cli, "down"))
        ways |= FT_LINEAGE_DOWN;
    return ways ? ways : FT_LINEAGE_UP;
}

int ft_cmd_lineage(struct ft_cli *cli)
{
    struct ft_session s = FT_SESSION_INIT;
    struct ft_lineage lineage = FT_LINEAGE_INIT;
    struct ft_versions asked = { 0 };
    long depth = ft_cli_number(cli, "depth", LONG_MAX);
    int status;

    if (depth < 0)
        return STATUS_USAGE;
    status = ft_session_store(&s, FT_STORE_READ);
    if (!status)
        status = find(&s, cli->arg[0], &asked);
    if (!status)
        status = walk(&s, &asked, ways_of(cli), (size_t)depth, &lineage);
    if (!status)
        print(cli, &lineage, ways_of(cli));
    ft_lineage_release(&lineage);
    ft_versions_release(&asked);
    ft_session_close(&s);
    return status;
}

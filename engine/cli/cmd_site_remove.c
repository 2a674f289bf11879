/* cmd_site_remove.c - fedtwin site remove */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/path.h"
#include "cli/site_text.h"
#include "cli/term.h"

#define REMOVED_ENDING ".removed"
#define NAMES_MAX 3 /* of runs in a message */

/* Has it not ended, or may it be resumed, at the site of that file? */
static bool needs(const struct ft_session *s, const struct ft_run_line *line,
                  const char *file)
{
    bool over = line->state != FT_RUN_RUNNING &&
                line->state != FT_RUN_INTERRUPTED &&
                line->state != FT_RUN_PAUSED;
    struct ft_run *run =
        over ? NULL : ft_run_read(s->project, line->id, NULL, NULL);
    bool found = false;

    for (size_t i = 0; run && i < run->n_sites; i++)
        found |= run->site_file[i] && strcmp(run->site_file[i], file) == 0;
    ft_run_free(run);
    return found;
}

/* Unfinished runs of this project that are at the site: how many there are, and
 * the names of some.  Other projects are not known. */
static int find_runs(const struct ft_session *s,
                     const struct ft_site_entry *entry, struct ft_str *names,
                     size_t *ret_n, struct ft_err *err)
{
    char *file = realpath(entry->path, NULL);
    struct ft_run_lines lines = { 0 };
    size_t n = 0;
    int rc = 0;

    if (!file)
        rc = ft_err_sys(err, "cannot find '%s'", entry->path);
    else if (s->project)
        rc = ft_run_list(s->project, 0, &lines, err);
    for (size_t i = 0; i < lines.n; i++) {
        if (!needs(s, &lines.item[i], file))
            continue;
        if (n++ < NAMES_MAX)
            ft_str_addf(names, "%s%s", n > 1 ? ", " : "", lines.item[i].id);
    }
    if (n > NAMES_MAX)
        ft_str_addf(names, " and %zu more", n - NAMES_MAX);
    *ret_n = n;
    ft_run_lines_release(&lines);
    free(file);
    return rc;
}

/* Nobody may still need the site, unless it is forced. */
static int check_unused(const struct ft_cli *cli, const struct ft_session *s,
                        const struct ft_site_entry *entry, struct ft_err *err)
{
    struct ft_str names = FT_STR_INIT;
    size_t n = 0;
    int rc = find_runs(s, entry, &names, &n, err);

    if (n && !ft_cli_has(cli, "force")) {
        ft_err_set(err, FT_EBUSY, "site '%s' has unfinished runs: %s",
                   entry->name, names.s);
        rc = ft_err_hint(err, "wait for them or end them with 'fedtwin cancel "
                              "RUN'; with --force none can be resumed later");
    } else if (n) {
        printf("not finished: %s; what lives goes on, and nothing can be "
               "resumed until the file is there again\n", names.s);
    }
    ft_str_release(&names);
    return rc;
}

/* The text is somebody's work: it stays under a name that nobody searches. */
static int put_away(const struct ft_cli *cli, struct ft_session *s,
                    const struct ft_site_entry *entry, struct ft_err *err)
{
    char *kept = ft_asprintf("%s" REMOVED_ENDING, entry->path);
    bool dry = ft_cli_has(cli, "dry-run");
    int rc = 0;

    if (entry->level >= FT_SITE_SYSTEM)
        rc = ft_err_set(err, FT_EACCES, "site '%s' is registered for all of "
                        "this computer", entry->name);
    else if (check_unused(cli, s, entry, err) < 0)
        rc = -1;
    else if (!dry && rename(entry->path, kept) < 0)
        rc = ft_err_sys(err, "cannot remove '%s'", entry->path);
    else if (!dry)
        rc = ft_site_undrain(entry->path, err);
    if (rc >= 0) {
        (void)ft_path_sync_parent(kept, NULL); /* else it is there again */
        printf("site '%s' %s from the %s; its file %s '%s'\n", entry->name,
               dry ? "would be removed" : "removed",
               ft_site_level_names[entry->level],
               dry ? "would become" : "is now", kept);
    }
    free(kept);
    return rc < 0 ? -1 : 0;
}

int ft_cmd_site_remove(struct ft_cli *cli)
{
    return ft_site_on_entry(cli, put_away);
}

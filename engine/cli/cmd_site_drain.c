/* cmd_site_drain.c - fedtwin site drain, resume, remove: registered sites */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/path.h"
#include "cli/site_text.h"
#include "cli/term.h"

#define STATUS_USAGE 2
#define REMOVED_ENDING ".removed"

/* What each verb does with the entry; 0 or -1. */
typedef int act(const struct ft_cli *cli, const struct ft_site_entry *entry,
                struct ft_err *err);

/* On the registered site that the first argument names. */
static int on_entry(const struct ft_cli *cli, act *act_on)
{
    struct ft_session s = FT_SESSION_INIT;
    const struct ft_site_entry *entry;
    struct ft_site_set set;
    struct ft_err err;
    int status = 0;

    ft_sites_read(&s, &set);
    entry = ft_sites_find(&set, cli->arg[0]);
    if (!entry)
        status = STATUS_USAGE;
    else if (act_on(cli, entry, &err) < 0)
        status = ft_print_err(&err);
    ft_site_set_release(&set);
    ft_session_close(&s);
    return status;
}

/* The user of a site that an administrator registered. */
static int explain_denied(const struct ft_site_entry *entry,
                          struct ft_err *err)
{
    if (err->code == FT_EACCES && entry->level >= FT_SITE_SYSTEM)
        ft_err_hint(err, "to change it for yourself: fedtwin site add "
                         "--level user %s", entry->path);
    return -1;
}

static int drain(const struct ft_cli *cli, const struct ft_site_entry *entry,
                 struct ft_err *err)
{
    bool dry = ft_cli_has(cli, "dry-run");

    if (!dry && ft_site_drain(entry->path, ft_cli_arg(cli, 1), err) < 0)
        return explain_denied(entry, err);
    printf("site '%s' %s nothing new; what runs there goes on\n", entry->name,
           dry ? "would get" : "gets");
    return 0;
}

static int resume(const struct ft_cli *cli, const struct ft_site_entry *entry,
                  struct ft_err *err)
{
    bool dry = ft_cli_has(cli, "dry-run");
    int rc = dry ? 1 : ft_site_undrain(entry->path, err);

    if (rc < 0)
        return explain_denied(entry, err);
    printf("site '%s' %s%s\n", entry->name, rc ? "" : "was not drained",
           !rc ? "" : dry ? "would get jobs again" : "gets jobs again");
    return 0;
}

/* The text is somebody's work: it stays under a name that nobody searches. */
static int put_away(const struct ft_cli *cli, const struct ft_site_entry *entry,
                    struct ft_err *err)
{
    char *kept = ft_asprintf("%s" REMOVED_ENDING, entry->path);
    bool dry = ft_cli_has(cli, "dry-run");
    int rc = 0;

    if (entry->level >= FT_SITE_SYSTEM)
        rc = ft_err_set(err, FT_EACCES, "site '%s' is registered for all of "
                        "this computer", entry->name);
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

int ft_cmd_site_drain(struct ft_cli *cli)
{
    return on_entry(cli, drain);
}

int ft_cmd_site_resume(struct ft_cli *cli)
{
    return on_entry(cli, resume);
}

int ft_cmd_site_remove(struct ft_cli *cli)
{
    return on_entry(cli, put_away);
}

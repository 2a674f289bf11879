/* cmd_site_drain.c - fedtwin site drain, resume */
#include <stdio.h>

#include "base/clock.h"
#include "base/err.h"
#include "cli/site_text.h"
#include "cli/term.h"
#include "model/site_nodes.h"

/* The user of a site that an administrator registered. */
static int explain_denied(const struct ft_site_entry *entry,
                          struct ft_err *err)
{
    if (err->code == FT_EACCES && entry->level >= FT_SITE_SYSTEM)
        ft_err_hint(err, "to change it for yourself: fedtwin site add "
                         "--level user %s", entry->path);
    return -1;
}

static int drain(const struct ft_cli *cli, struct ft_session *s,
                 const struct ft_site_entry *entry, struct ft_err *err)
{
    bool dry = ft_cli_has(cli, "dry-run");

    (void)s;
    if (!dry && ft_site_drain(entry->path, ft_cli_arg(cli, 1), err) < 0)
        return explain_denied(entry, err);
    printf("site '%s' %s nothing new; what runs there goes on\n", entry->name,
           dry ? "would get" : "gets");
    return 0;
}

/* Of what the project leaves out. */
static int resume_node(const struct ft_cli *cli, struct ft_session *s,
                       const char *site, struct ft_err *err)
{
    const char *node = ft_cli_option(cli, "node");
    bool dry = ft_cli_has(cli, "dry-run"), was;
    struct ft_nodes_out out;

    if (!s->project && !(s->project = ft_project_open(NULL, err)))
        return -1; /* says why there is none */
    ft_nodes_out_read(s->project->dir, site, ft_clock_now_ns(), &out);
    was = ft_nodes_out_find(&out, node);
    ft_nodes_out_release(&out);
    if (!dry && ft_node_out_remove(s->project->dir, site, node, err) < 0)
        return -1;
    printf("node '%s' of site '%s' %s%s\n", node, site,
           was ? "" : "was not left out",
           !was ? "" : dry ? "would get jobs again" : "gets jobs again");
    return 0;
}

static int resume(const struct ft_cli *cli, struct ft_session *s,
                  const struct ft_site_entry *entry, struct ft_err *err)
{
    bool dry = ft_cli_has(cli, "dry-run");
    int rc;

    if (ft_cli_option(cli, "node"))
        return resume_node(cli, s, entry->name, err);
    rc = dry ? 1 : ft_site_undrain(entry->path, err);
    if (rc < 0)
        return explain_denied(entry, err);
    printf("site '%s' %s%s\n", entry->name, rc ? "" : "was not drained",
           !rc ? "" : dry ? "would get jobs again" : "gets jobs again");
    return 0;
}

int ft_cmd_site_drain(struct ft_cli *cli)
{
    return ft_site_on_entry(cli, drain);
}

int ft_cmd_site_resume(struct ft_cli *cli)
{
    return ft_site_on_entry(cli, resume);
}

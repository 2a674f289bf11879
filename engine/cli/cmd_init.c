/* cmd_init.c - fedtwin init: make a directory a project, or share it */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "base/path.h"
#include "base/user.h"
#include "cli/cmd.h"
#include "cli/term.h"
#include "data/store/ballast.h"
#include "data/store/project.h"
#include "data/store/sharing.h"

#define STATUS_USAGE 2
#define MODE_SHARED 02770

/* Space for cleaning up when the disk is full; a small disk has none. */
static void make_ballast(const char *dir)
{
    struct ft_project *project = ft_project_open(dir, NULL);

    if (project)
        (void)ft_ballast_make(project, NULL);
    ft_project_close(project);
}

/* The directory itself is left alone unless we made it: it may be anybody's. */
static int open_dir(const char *dir, gid_t gid, struct ft_err *err)
{
    if ((gid != (gid_t)-1 && chown(dir, (uid_t)-1, gid) < 0) ||
        chmod(dir, MODE_SHARED) < 0)
        return ft_err_sys(err, "cannot share directory '%s'", dir);
    return 0;
}

static int share(const char *dir, bool ours, gid_t gid)
{
    char *meta = ft_path_join(dir, ".fedtwin"), *group;
    struct ft_err err;
    struct stat st;
    int status = 0;

    if ((ours && open_dir(dir, gid, &err) < 0) ||
        ft_project_share(dir, gid, &err) < 0) {
        status = ft_print_err(&err);
    } else if (stat(meta, &st) < 0) {
        ft_err_sys(&err, "cannot look at '%s'", meta);
        status = ft_print_err(&err);
    } else {
        group = ft_group_name_of(st.st_gid);
        printf("members of group '%s' may work on it\n", group);
        free(group);
    }
    free(meta);
    return status;
}

static bool is_project(const char *dir)
{
    char *meta = ft_path_join(dir, ".fedtwin");
    bool yes = ft_path_exists(meta);

    free(meta);
    return yes;
}

int ft_cmd_init(struct ft_cli *cli)
{
    const char *dir = ft_cli_arg(cli, 0) ? cli->arg[0] : ".";
    const char *group = ft_cli_option(cli, "group");
    bool shared = ft_cli_has(cli, "shared") || group;
    bool ours = !ft_path_exists(dir);
    gid_t gid = (gid_t)-1;
    struct ft_err err;

    if (group && !ft_group_find(group, &gid)) {
        ft_print_error("there is no group '%s'", group);
        ft_print_hint("'id' shows the groups that you are in");
        return STATUS_USAGE;
    }
    if (!shared || !is_project(dir)) {
        if (ft_project_init(dir, &err) < 0)
            return ft_print_err(&err);
        printf("'%s' is now a fedtwin project\n", dir);
        make_ballast(dir);
    }
    return shared ? share(dir, ours, gid) : 0;
}

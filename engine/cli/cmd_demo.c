/* cmd_demo.c - fedtwin demo: a finned heat sink in a scratch project */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/dirs.h"
#include "base/err.h"
#include "base/path.h"
#include "base/str.h"
#include "cli/execute.h"
#include "cli/term.h"

#define STATUS_USAGE 2
#define DEMO_DIR "fedtwin-demo"
#define DEMO_FILE_MAX (16u << 20)

/* Relative to the installed workflows, and to the scratch project as well. */
static const char *const demo_files[] = {
    "workflows/heatsink.yaml",
    "workflows/plot_peak.py",
    "data/heatsink.geo",
};

/* A file that the person has changed since stays as it is. */
static int copy_file(const char *name, const char *dir, struct ft_err *err)
{
    char *base = ft_path_join(ft_dirs()->workflows, "..");
    char *from = ft_path_join(base, name), *to = ft_path_join(dir, name);
    char *to_dir = ft_path_dir(to);
    struct ft_str bytes = FT_STR_INIT;
    int rc = 0;

    if (!ft_path_exists(to)) {
        rc = ft_file_read(from, DEMO_FILE_MAX, &bytes, err);
        if (rc == 0)
            rc = ft_path_mkdirs(to_dir, 0777, err);
        if (rc == 0)
            rc = ft_file_write(to, bytes.s, bytes.len, 0666, err);
    }
    ft_str_release(&bytes);
    free(to_dir);
    free(to);
    free(from);
    free(base);
    return rc;
}

static int prepare(const char *dir, struct ft_err *err)
{
    for (size_t i = 0; i < FT_ARRAY_LEN(demo_files); i++)
        if (copy_file(demo_files[i], dir, err) < 0)
            return -1;
    if (ft_project_init(dir, err) < 0 && err->code != FT_EEXIST)
        return -1;
    return 0;
}

static void print_next(const char *dir)
{
    printf("\nThe results are versions in '%s'.  Next:\n\n"
           "  cd %s\n"
           "  fedtwin data ls\n"
           "  fedtwin data get plot.figure peak.svg\n"
           "  fedtwin data show 'heat.temperature{power=45 W}'\n"
           "  fedtwin lineage plot.figure\n"
           "  fedtwin plan -p size='3 mm' workflows/heatsink.yaml\n"
           "  fedtwin run workflows/heatsink.yaml     # reuses everything\n",
           dir, dir);
}

int ft_cmd_demo(struct ft_cli *cli)
{
    const char *dir = ft_cli_arg(cli, 0) ? cli->arg[0] : DEMO_DIR;
    struct ft_session s = FT_SESSION_INIT;
    struct ft_drive_options options;
    struct ft_execution what = { .options = &options };
    struct ft_err err;
    int status;

    if (ft_execute_options(cli, &options) < 0)
        return STATUS_USAGE;
    if (prepare(dir, &err) < 0)
        status = ft_print_err(&err);
    else if (chdir(dir) < 0) {
        ft_err_sys(&err, "cannot work in '%s'", dir);
        status = ft_print_err(&err);
    } else {
        status = ft_session_project(&s);
    }
    if (!status)
        status = ft_session_plan(&s, cli, demo_files[0]);
    if (!status)
        status = ft_execute(&s, &what);
    if (!status)
        print_next(dir);
    ft_session_close(&s);
    return status;
}

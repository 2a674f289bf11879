/* read.c - runs as other commands see them: one, and a list */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/path.h"
#include "run/record/journal.h"
#include "run/record/lease.h"
#include "run/record/outcome.h"
#include "run/record/place.h"

struct ft_run *ft_run_replay(const struct ft_project *project, const char *id,
                             struct ft_journal **journal, struct ft_err *err)
{
    char *path = ft_run_path(project, id, "journal");
    struct ft_module_set *modules = ft_run_modules(project, id);
    struct ft_run *run = ft_journal_replay(path, modules, journal, err);

    if (run)
        run->own_modules = modules;
    else
        ft_module_set_free(modules);
    free(path);
    return run;
}

static struct ft_run *read_run(const struct ft_project *project,
                               const char *id, struct ft_err *err)
{
    char *dir = ft_run_path(project, id, NULL);
    struct ft_run *run = ft_run_replay(project, id, NULL, err);

    if (run && run->state == FT_RUN_RUNNING) {
        run->runner = ft_lease_holder(dir);
        if (!run->runner)
            run->state = FT_RUN_INTERRUPTED;
    }
    free(dir);
    return run;
}

/* The manifests that the run keeps are in force, not today's. */
struct ft_run *ft_run_read(const struct ft_project *project, const char *id,
                           struct ft_module_set *modules, struct ft_err *err)
{
    char full[FT_RUN_ID_MAX];

    (void)modules;
    if (ft_run_find(project, id, full, err) < 0)
        return NULL;
    return read_run(project, full, err);
}

/* --- lists ---------------------------------------------------------------- */

static void add_line(const struct ft_project *project, const char *id,
                     struct ft_run_lines *lines)
{
    char *dir = ft_run_path(project, id, NULL);
    struct ft_run_line *line = &lines->item[lines->n];
    struct ft_run *run;

    if (ft_run_read_summary(dir, line)) {
        lines->n++;
    } else {
        run = read_run(project, id, NULL);
        if (run)
            ft_run_fill_line(run, line);
        else
            *line = (struct ft_run_line){ .state = FT_RUN_INTERRUPTED,
                                          .workflow_file = ft_strdup("") };
        snprintf(line->id, sizeof(line->id), "%s", id);
        lines->n++;
        ft_run_free(run);
    }
    free(dir);
}

int ft_run_list(const struct ft_project *project, size_t max,
                struct ft_run_lines *lines, struct ft_err *err)
{
    char(*ids)[FT_RUN_ID_MAX] = NULL;
    size_t n;

    if (ft_run_ids(project, &ids, &n, err) < 0)
        return -1;
    if (max && n > max)
        n = max;
    *lines = (struct ft_run_lines){ .item = ft_calloc(n + 1,
                                                     sizeof(*lines->item)) };
    for (size_t i = 0; i < n; i++)
        add_line(project, ids[i], lines);
    free(ids);
    return 0;
}

void ft_run_lines_release(struct ft_run_lines *lines)
{
    for (size_t i = 0; i < lines->n; i++)
        free(lines->item[i].workflow_file);
    free(lines->item);
    *lines = (struct ft_run_lines){ 0 };
}

/* read.c - runs as other commands see them: one, a list, and cancelling one */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/path.h"
#include "run/adapter.h"
#include "run/change.h"
#include "run/control.h"
#include "run/drive.h"
#include "run/journal.h"
#include "run/lease.h"
#include "run/outcome.h"
#include "run/place.h"

/* 'journal' may be NULL: read only. */
static struct ft_run *replay(const struct ft_project *project, const char *id,
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
    struct ft_run *run = replay(project, id, NULL, err);

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

/* --- cancelling ----------------------------------------------------------- */

/* The runner is gone: end what it left, and say so in the journal. */
static int cancel_dead(const struct ft_project *project, const char *id,
                       const char *reason, struct ft_err *err)
{
    struct ft_journal *journal = NULL;
    struct ft_run *run = replay(project, id, &journal, err);
    char *tag = ft_asprintf("%s/", id), *dir = ft_run_path(project, id, NULL);
    int rc = -1;

    if (run && run->state != FT_RUN_RUNNING) {
        ft_err_set(err, FT_EUSAGE, "run '%s' has already ended: %s", id,
                   ft_run_state_names[run->state]);
    } else if (run && !ft_adapter_local.sweep(NULL, NULL, tag)) {
        ft_err_set(err, FT_EBUSY, "processes of run '%s' do not end", id);
    } else if (run) {
        ft_journal_end(journal, run, FT_RUN_CANCELLED, reason,
                       ft_clock_now_ns());
        rc = ft_journal_sync(journal, err);
        if (rc == 0)
            ft_run_write_summary(run, dir);
    }
    free(tag);
    free(dir);
    ft_journal_close(journal);
    ft_run_free(run);
    return rc;
}

int ft_run_cancel(const struct ft_project *project, const char *run_id,
                  const char *reason, struct ft_err *err)
{
    char id[FT_RUN_ID_MAX], *dir;
    struct ft_lease *lease;
    int rc;

    if (ft_run_find(project, run_id, id, err) < 0)
        return -1;
    dir = ft_run_path(project, id, NULL);
    rc = ft_control_ask_cancel(dir, reason ? reason : "cancelled", err);
    if (rc == 0) {
        lease = ft_lease_take(dir, NULL, err);
        rc = lease ? cancel_dead(project, id, reason ? reason : "cancelled",
                                 err)
                   : -1;
        ft_lease_release(lease);
    } else if (rc > 0) {
        rc = 0;
    }
    free(dir);
    return rc;
}

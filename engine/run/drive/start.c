/* start.c - how a drive begins: with a new run, or where another left one */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/path.h"
#include "base/user.h"
#include "data/history/history.h"
#include "data/store/project.h"
#include "run/control/alive.h"
#include "run/control/control.h"
#include "run/drive/drive_in.h"
#include "run/drive/memo.h"
#include "run/record/change.h"
#include "run/record/lease.h"
#include "run/record/outcome.h"
#include "run/record/place.h"

/* --- a new run ------------------------------------------------------------ */

static int make_work_dir(const struct ft_drive *d, struct ft_err *err)
{
    char *path = ft_path_join(d->dir, "work");
    int rc = ft_path_mkdirs(path, 0777, err);

    free(path);
    return rc;
}

static int begin(struct ft_drive *d, struct ft_err *err)
{
    char *path = ft_path_join(d->dir, "journal");
    int rc = -1;

    if (ft_limit_begin(d, err) == 0)
        d->lease = ft_lease_take(d->dir, NULL, err);
    if (d->lease && make_work_dir(d, err) == 0 &&
        ft_run_keep_modules(d->project, d->run->id, d->plan->wf, err) == 0)
        d->journal = ft_journal_create(path, d->run, err);
    if (d->journal)
        d->control = ft_control_open(d->dir, &d->loop, ft_serve, d, err);
    if (d->control)
        rc = ft_path_sync_parent(path, err);
    if (!d->journal)
        (void)ft_path_remove(d->dir, NULL); /* it never began */
    free(path);
    return rc;
}

static void remember_sites(struct ft_drive *d)
{
    size_t n = d->options.n_sites;

    d->run->site_file = ft_calloc(n, sizeof(*d->run->site_file));
    d->run->n_sites = n;
    for (size_t i = 0; i < n; i++)
        if (d->options.site[i])
            d->run->site_file[i] = ft_strdup(d->options.site[i]->file);
}

/* Whatever the current branch becomes, the run belongs to this one. */
static void stay_on_branch(struct ft_drive *d)
{
    if (!d->run->branch)
        d->run->branch = ft_strdup(ft_store_branch(d->store, NULL));
    if (d->run->branch)
        ft_store_use_branch(d->store, d->run->branch);
}

int ft_drive_new(const struct ft_project *project,
                 const struct ft_workflow *wf,
                 const struct ft_drive_options *options,
                 const struct ft_watcher *watcher,
                 char run_id[FT_RUN_ID_MAX], enum ft_run_state *state,
                 struct ft_err *err)
{
    struct ft_diags diags = FT_DIAGS_INIT;
    struct ft_plan *plan = ft_plan_new(wf, &diags);
    int64_t now = ft_clock_now_ns();
    struct ft_drive d;
    int rc = -1;

    if (!plan)
        ft_diags_to_err(&diags, err);
    ft_diags_release(&diags);
    if (!plan)
        return -1;
    ft_drive_init(&d, project, options, watcher);
    d.plan = plan;
    d.store = ft_store_open(project, FT_STORE_WRITE, err);
    if (d.store && ft_run_make_dir(project, now, run_id, err) == 0) {
        d.run = ft_run_new(run_id, plan, wf->file, now);
        d.run->fresh = options->fresh;
        d.run->user = ft_user_name();
        stay_on_branch(&d);
        remember_sites(&d);
        d.dir = ft_run_path(project, run_id, NULL);
        if (begin(&d, err) == 0 && ft_drive_open_site(&d, err) == 0)
            rc = ft_drive_loop(&d, state, err);
    }
    ft_drive_release(&d);
    ft_plan_free(plan);
    return rc;
}

/* --- going on ------------------------------------------------------------- */

/* The manifests in force are those that the run began with. */
static int same_modules(const struct ft_drive *d, struct ft_err *err)
{
    struct ft_module_set *set = ft_run_modules(d->project, d->run->id);
    const struct ft_workflow *wf = d->plan->wf;
    struct ft_diags diags = FT_DIAGS_INIT;
    int rc = 0;

    for (size_t s = 0; s < wf->n_stages && rc == 0; s++) {
        const struct ft_stage *stage = &wf->stage[s];
        const struct ft_module *kept;

        if (!stage->module)
            continue;
        kept = ft_module_find(set, stage->module->name, wf->doc, &stage->mark,
                              &diags);
        if (kept && strcmp(kept->digest, stage->module->digest) == 0)
            continue;
        rc = ft_err_set(err, FT_EDOC, "module '%s' has changed since run '%s' "
                        "began", stage->module->name, d->run->id);
        ft_err_hint(err, "start a new run: what is unchanged is reused");
    }
    ft_diags_release(&diags);
    ft_module_set_free(set);
    return rc;
}

/* A run stays at its sites. */
static int same_sites(struct ft_drive *d, struct ft_err *err)
{
    struct ft_diags diags = FT_DIAGS_INIT;
    size_t n = d->run->n_sites;
    int rc = 0;

    d->own_site = ft_calloc(n, sizeof(*d->own_site));
    for (size_t i = 0; i < n && rc == 0; i++) {
        if (!d->run->site_file[i])
            continue;
        d->own_site[i] = ft_site_read(d->run->site_file[i], &diags);
        if (!d->own_site[i])
            rc = ft_diags_to_err(&diags, err);
    }
    ft_diags_release(&diags);
    d->options.site = (const struct ft_site *const *)d->own_site;
    d->options.n_sites = n;
    return rc;
}

/* Live processes of the dead runner go, its jobs elsewhere stay; then
 * everything that has no result waits again. */
static int go_on(struct ft_drive *d, struct json_object *retry,
                 struct ft_err *err)
{
    char *tag = ft_asprintf("%s/", d->run->id);
    int rc = -1;

    if (d->adapter->mortal && !d->adapter->sweep(d->site, NULL, tag)) {
        ft_err_set(err, FT_EBUSY, "processes of an earlier runner of '%s' do "
                   "not end", d->run->id);
    } else if ((!d->adapter->mortal ||
                ft_run_none_alive(d->project, d->run, err) == 0) &&
               make_work_dir(d, err) == 0) {
        ft_run_remove_summary(d->dir);
        ft_memo_check(d->run, d->store);
        rc = ft_limit_resume(d, err);
    }
    if (rc == 0) {
        ft_journal_resume(d->journal, d->run, ft_drive_now_ns(d));
        rc = ft_absent_resume(d, err);
        if (rc == 0 && retry)
            rc = ft_journal_steer(d->journal, d->run, retry, err);
        if (rc == 0)
            rc = ft_journal_sync(d->journal, err);
    }
    free(tag);
    return rc;
}

/* What is asked for, as an act; NULL when nothing is.  What it names has to be
 * as the last runner left it. */
static int asked_for(const struct ft_drive *d, struct json_object **act,
                     struct ft_err *err)
{
    char *by = ft_user_name();
    int rc = d->options.retry
                 ? ft_steer_request(d->run, d->options.retry, by,
                                    ft_drive_now_ns(d), act, err)
                 : 0;

    free(by);
    return rc;
}

static int resume(struct ft_drive *d, struct json_object *retry,
                  enum ft_run_state *state, struct ft_err *err)
{
    if (d->run->state == FT_RUN_SUCCEEDED && !retry) {
        *state = d->run->state;
        return 0;
    }
    d->resumed = true;
    d->options.fresh = d->run->fresh;
    if (same_modules(d, err) < 0 || same_sites(d, err) < 0)
        return -1;
    d->store = ft_store_open(d->project, FT_STORE_WRITE, err);
    if (!d->store)
        return -1;
    stay_on_branch(d);
    d->control = ft_control_open(d->dir, &d->loop, ft_serve, d, err);
    if (!d->control || ft_drive_open_site(d, err) < 0 ||
        go_on(d, retry, err) < 0)
        return -1;
    return ft_drive_loop(d, state, err);
}

int ft_drive_resume(const struct ft_project *project, const char *run_id,
                    struct ft_module_set *modules,
                    const struct ft_drive_options *options,
                    const struct ft_watcher *watcher,
                    enum ft_run_state *state, struct ft_err *err)
{
    char id[FT_RUN_ID_MAX], *path;
    struct json_object *retry = NULL;
    struct ft_drive d;
    int rc = -1;

    if (ft_run_find(project, run_id, id, err) < 0)
        return -1;
    ft_drive_init(&d, project, options, watcher);
    d.dir = ft_run_path(project, id, NULL);
    path = ft_path_join(d.dir, "journal");
    d.lease = ft_lease_take(d.dir, &d.rebooted, err);
    if (d.lease)
        d.run = ft_journal_replay(path, modules, &d.journal, err);
    if (d.run) {
        d.plan = d.run->plan;
        rc = asked_for(&d, &retry, err);
    }
    if (rc == 0)
        rc = resume(&d, retry, state, err);
    json_object_put(retry);
    free(path);
    ft_drive_release(&d);
    return rc;
}

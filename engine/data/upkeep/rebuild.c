/* rebuild.c - the index anew from the oplog, the oplog anew from the files
 *
 * A damaged oplog is kept beside the new one, which starts with the records
 * before the damage; version files that it then does not name are adopted.  The
 * new one replaces the old one by a rename, so a crash leaves one of them.
 */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/path.h"
#include "data/history/history.h"
#include "data/store/files.h"
#include "data/store/project.h"
#include "data/store/sharing.h"
#include "data/store/store_impl.h"
#include "data/upkeep/adopt.h"
#include "data/upkeep/pack.h"

#define KEPT_MAX 1000 /* damaged logs kept side by side */

struct rebuild {
    const struct ft_project *project;
    ft_fsck_report *report;
    void *arg;
    struct ft_fsck_totals *totals;
    struct ft_store *store;     /* while adopting */
    struct ft_found_list found;
};

static void report(struct rebuild *rebuild, const char *severity,
                   const char *path, const char *text)
{
    if (rebuild->report)
        rebuild->report(severity, path, text, rebuild->arg);
}

/* --- the log -------------------------------------------------------------- */

static int copy_record(const struct ft_log_record *record, void *arg,
                       struct ft_err *err)
{
    return ft_log_append(arg, record->payload, record->len, err);
}

/* The good records at the start of 'from' into the new log 'to'. */
static int salvage(const char *from, const char *to, struct ft_err *err)
{
    struct ft_log *out, *in;
    int rc;

    if (unlink(to) < 0 && errno != ENOENT)
        return ft_err_sys(err, "cannot remove '%s'", to);
    out = ft_log_open(to, FT_LOG_APPEND, NULL, NULL, NULL, err);
    if (!out)
        return -1;
    in = ft_log_open(from, FT_LOG_READ, NULL, copy_record, out, NULL);
    ft_log_close(in);
    rc = ft_log_sync(out, err);
    ft_log_close(out);
    return rc;
}

/* Give the damaged log another name as well; a missing one is fine. */
static int keep_damaged(struct rebuild *rebuild, const char *path,
                        struct ft_err *err)
{
    for (int i = 1; i <= KEPT_MAX; i++) {
        char *kept = ft_asprintf("%s.damaged-%d", path, i);
        int rc = link(path, kept);

        if (rc == 0)
            report(rebuild, "warning", kept, "the damaged oplog is kept here");
        else if (errno == EEXIST)
            rc = 1;
        else if (errno == ENOENT)
            rc = 0;
        else
            ft_err_sys(err, "cannot keep '%s'", path);
        free(kept);
        if (rc <= 0)
            return rc;
    }
    return ft_err_set(err, FT_EEXIST, "'%s' has %d damaged copies already",
                      path, KEPT_MAX);
}

static int replace_log(struct rebuild *rebuild, struct ft_err *err)
{
    char *path = ft_oplog_path(rebuild->project->meta);
    char *fresh = ft_asprintf("%s.new", path);
    int rc = -1;

    report(rebuild, "warning", path,
           ft_path_exists(path)
               ? "damaged: the records before the damage are kept, version "
                 "files that they do not name are adopted"
               : "missing: it is written anew from the version files; "
                 "branches and states are lost");
    if (salvage(path, fresh, err) < 0 || keep_damaged(rebuild, path, err) < 0)
        goto done;
    if (rename(fresh, path) < 0) {
        ft_err_sys(err, "cannot replace '%s'", path);
        goto done;
    }
    rc = ft_path_sync_parent(path, err);
done:
    free(fresh);
    free(path);
    return rc;
}

/* Make the index: 1 when the oplog is whole, 0 when it is damaged or missing,
 * -1. */
static int try_log(struct rebuild *rebuild, struct ft_err *err)
{
    struct ft_oplog *log = NULL;
    struct ft_index *index = NULL;

    if (ft_index_remove(rebuild->project->meta, err) < 0)
        return -1;
    index = ft_index_open(rebuild->project->meta, FT_INDEX_WRITE, &log, err);
    ft_index_close(index);
    ft_oplog_close(log);
    if (index)
        return 1;
    return err->code == FT_EFORMAT ? 0 : -1;
}

/* --- adopting ------------------------------------------------------------- */

static int find_orphan(const char *path, const char *id, void *arg,
                       struct ft_err *err)
{
    struct rebuild *rebuild = arg;
    struct ft_err local = { 0 };
    struct ft_version known;

    if (!id)
        return 0;
    if (ft_store_version(rebuild->store, id, &known, &local) == 0) {
        ft_version_release(&known);
        return 0;
    }
    if (local.code != FT_ENOENT) {
        *err = local;
        return -1;
    }
    if (ft_adopt_check(rebuild->store, path, &rebuild->found, &local) < 0) {
        rebuild->totals->damaged++;
        report(rebuild, "error", path, local.msg);
    }
    return 0;
}

/* The best that can be said about the present: of each object and cell the
 * newest version. */
static int bind_newest(struct rebuild *rebuild, struct ft_err *err)
{
    struct ft_state_new state = {
        .workflow = "", .workflow_file = "", .outcome = "rebuilt"
    };
    struct ft_versions newest;
    struct ft_binding *bind;
    struct ft_recorded recorded;
    int rc = ft_versions_read(
        ft_db_ask(ft_store_db(rebuild->store, NULL),
                  "SELECT " FT_VERSION_COLUMNS ", max(r.seq)"
                  " FROM version v JOIN result r ON r.seq = v.result"
                  " GROUP BY v.object, r.cell ORDER BY v.object, r.cell",
                  NULL, 0, err),
        &newest, err);

    if (rc < 0)
        return -1;
    bind = ft_calloc(newest.n, sizeof(*bind));
    for (size_t i = 0; i < newest.n; i++)
        bind[i] = (struct ft_binding){ newest.item[i].object,
                                       newest.item[i].cell,
                                       newest.item[i].id };
    state.bind = bind;
    state.n = newest.n;
    rc = ft_store_record_state(rebuild->store, &state, &recorded, err);
    if (rc == 0 && recorded.changed)
        report(rebuild, "warning", rebuild->project->meta,
               "the current state was put together from the newest version "
               "of each object: the order of cells, and which workflow it "
               "belongs to, are not known");
    free(bind);
    ft_versions_release(&newest);
    return rc;
}

/* Members of containers become files again, so that they can be adopted. */
static void thaw_pack(struct rebuild *rebuild, const char *path)
{
    const char *meta = rebuild->project->meta;
    char *tmp = ft_path_join(meta, "tmp");
    struct ft_pack_member *member = NULL;
    struct ft_err err = { 0 };
    size_t n;
    int rc = ft_pack_read(path, &member, &n, &err);

    for (size_t i = 0; rc == 0 && i < n; i++) {
        char *dest = ft_store_path(rebuild->store, member[i].version);

        rc = ft_pack_thaw(tmp, path, &member[i], dest, &err);
        free(dest);
    }
    if (rc < 0)
        report(rebuild, "error", path, err.msg);
    free(member);
    free(tmp);
}

static void thaw_packs(struct rebuild *rebuild)
{
    char *dir = ft_path_join(rebuild->project->meta, "pack");
    struct dirent **name = NULL;
    int n = scandir(dir, &name, NULL, alphasort);

    for (int i = 0; i < n; i++) {
        char *path = ft_path_join(dir, name[i]->d_name);

        if (ft_ends_with(path, ".pack"))
            thaw_pack(rebuild, path);
        free(path);
        free(name[i]);
    }
    free(name);
    free(dir);
}

static int adopt_all(struct rebuild *rebuild, struct ft_err *err)
{
    size_t n;

    thaw_packs(rebuild);
    if (ft_files_versions(rebuild->project->meta, find_orphan, rebuild, err) <
        0)
        return -1;
    n = rebuild->found.n;
    rebuild->totals->orphans = n;
    if (!n)
        return 0;
    if (ft_adopt_commit(rebuild->store, &rebuild->found, err) < 0)
        return -1;
    return bind_newest(rebuild, err);
}

/* --- counting ------------------------------------------------------------- */

static int count(struct rebuild *rebuild, struct ft_err *err)
{
    struct ft_log_position end;
    struct ft_db *db = ft_store_db(rebuild->store, err);
    struct ft_rows *rows = db ? ft_db_ask(db, "SELECT count(*) FROM version",
                                          NULL, 0, err)
                              : NULL;
    int rc = rows ? ft_rows_next(rows, err) : -1;

    if (rc == 1)
        rebuild->totals->versions = (size_t)ft_rows_int(rows, 0);
    ft_rows_end(rows);
    ft_oplog_reader_end(rebuild->store->log, &end);
    rebuild->totals->records = end.seq;
    return rc < 0 ? -1 : 0;
}

/* With the store to itself: the log in order, and no old index. */
static int mend_log(struct rebuild *rebuild, bool *adopt, struct ft_err *err)
{
    char *dir = ft_path_join(rebuild->project->meta, "oplog");
    int whole, claim = -1, rc = ft_path_mkdirs(dir, 0777, err);

    free(dir); /* it may have gone with the log */
    if (rc == 0)
        claim = ft_oplog_claim(rebuild->project->meta, err);
    if (claim < 0)
        return -1;
    rc = -1;
    whole = try_log(rebuild, err);
    if (whole >= 0)
        rc = whole ? 0 : replace_log(rebuild, err);
    close(claim);
    *adopt = !whole;
    return rc;
}

int ft_store_rebuild(const struct ft_project *project,
                     ft_fsck_report *each, void *arg,
                     struct ft_fsck_totals *totals, struct ft_err *err)
{
    struct rebuild rebuild = {
        .project = project, .report = each, .arg = arg, .totals = totals
    };
    struct ft_err local;
    bool adopt = false;
    int rc = -1;

    if (!err)
        err = &local;
    *totals = (struct ft_fsck_totals){ 0 };
    if (project->read_only) {
        ft_err_set(err, FT_EACCES,
                   "the project '%s' is open for reading only", project->dir);
        return ft_sharing_hint(project->meta, err);
    }
    if (mend_log(&rebuild, &adopt, err) < 0)
        return -1;
    rebuild.store = ft_store_open(project, FT_STORE_WRITE, err);
    if (rebuild.store && (!adopt || adopt_all(&rebuild, err) == 0))
        rc = count(&rebuild, err);
    if (rc == 0)
        report(&rebuild, "info", project->meta,
               ft_index_in_memory(rebuild.store->index)
                   ? "the index could not be written to disk"
                   : "the index was made anew from the oplog");
    ft_store_close(rebuild.store);
    ft_found_release(&rebuild.found);
    return rc;
}

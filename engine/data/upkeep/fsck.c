/* fsck.c - check a store against its oplog, changing nothing
 *
 * The whole log is read into an index in memory, which checks its chain and
 * every record; then each version that it names is compared with its file.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/path.h"
#include "data/store/files.h"
#include "data/store/project.h"
#include "data/store/store_impl.h"
#include "data/upkeep/fsck_pack.h"
#include "data/upkeep/press.h"
#include "data/upkeep/removal.h"

/* Files asked of the worker ahead of its answers. */
#define AHEAD 64

struct fsck {
    const struct ft_project *project;
    enum ft_fsck_level level;
    ft_fsck_report *report;
    void *arg;
    struct ft_fsck_totals *totals;
    struct ft_index *index;
    struct ft_oplog *log;
    struct ft_client *client;
    size_t n_errors;
};

/* One version whose file the worker is asked about. */
struct check {
    struct fsck *fsck;
    struct ft_version version;
    char *path;
    bool lineage; /* the second question: its record */
    bool thawed;  /* 'path' is a copy of a member of a container */
};

static void report(struct fsck *fsck, const char *severity, const char *path,
                   const char *fmt, ...) __attribute__((format(printf, 4, 5)));

static void report(struct fsck *fsck, const char *severity, const char *path,
                   const char *fmt, ...)
{
    struct ft_str text = FT_STR_INIT;
    va_list ap;

    va_start(ap, fmt);
    ft_str_vaddf(&text, fmt, ap);
    va_end(ap);
    fsck->n_errors += strcmp(severity, "error") == 0;
    if (fsck->report)
        fsck->report(severity, path, text.s, fsck->arg);
    ft_str_release(&text);
}

/* --- what the worker says ------------------------------------------------- */

static void check_free(struct check *check)
{
    if (check->thawed)
        (void)unlink(check->path);
    ft_version_release(&check->version);
    free(check->path);
    free(check);
}

static void damaged(struct check *check, const char *text)
{
    check->fsck->totals->damaged++;
    report(check->fsck, "error", check->path, "damaged: %s", text);
}

static bool same(struct json_object *answer, const char *key,
                 const char *recorded)
{
    return strcmp(ft_json_str_or(answer, key, ""), recorded) == 0;
}

/* 1 when the index knows the version, 0, or -1. */
static int is_known(struct fsck *fsck, const char *id, const char *content)
{
    struct ft_rows *rows = ft_db_ask(
        ft_index_db(fsck->index),
        "SELECT 1 FROM version WHERE id=?1 AND (?2 IS NULL OR content=?2)",
        FT_DB_ARGS(ft_db_text(id), ft_db_text(content)), NULL);

    return ft_rows_any(rows, NULL);
}

/* 1 when it was imported: what it was made from may have stayed behind. */
static int is_foreign(struct fsck *fsck, const char *id)
{
    struct ft_rows *rows = ft_db_ask(ft_index_db(fsck->index),
                                     "SELECT 1 FROM version v"
                                     " JOIN origin o ON o.result = v.result"
                                     " WHERE v.id=?",
                                     FT_DB_ARGS(ft_db_text(id)), NULL);

    return ft_rows_any(rows, NULL);
}

/* Every version that this one was made from must be there with the content
 * that was used. */
static void check_lineage(struct check *check, struct json_object *answer)
{
    struct json_object *record = ft_json_or_null(answer, "record");
    struct json_object *inputs = ft_json_or_null(record, "inputs");
    size_t n = json_object_is_type(inputs, json_type_array)
                   ? json_object_array_length(inputs)
                   : 0;

    if (!record)
        damaged(check, "it has no record");
    for (size_t i = 0; i < n; i++) {
        struct json_object *in = json_object_array_get_idx(inputs, i);
        const char *id = ft_json_str_or(in, "version", NULL);

        if (id && is_known(check->fsck, id,
                           ft_json_str_or(in, "content", NULL)) != 1)
            report(check->fsck,
                   is_foreign(check->fsck, check->version.id) == 1 ? "info"
                                                                   : "error",
                   check->path,
                   "it was made from version %.12s…, which is not in the "
                   "store",
                   id);
    }
}

static void check_digests(struct check *check, struct json_object *answer)
{
    if (!same(answer, "version", check->version.id))
        damaged(check, "its record is not the one it was published with");
    else if (!same(answer, "file", check->version.file_digest))
        damaged(check, "its bytes have another digest than recorded");
    else if (!same(answer, "content", check->version.content))
        damaged(check, "its content has another digest than recorded");
}

static void ask_about(struct check *check)
{
    const char *op = check->lineage ? "record" : "verify";
    struct json_object *request = ft_store_request(op, check->path);
    char *what = ft_asprintf("check '%s'", check->path);

    ft_json_add_bool(request, "deep",
                     check->fsck->level == FT_FSCK_DEEP);
    ft_client_send(check->fsck->client, request, what,
                   ft_job_limit_s(check->version.size_bytes), check);
    free(what);
}

static void take_check(void *token, struct json_object *answer,
                       const struct ft_err *err, void *arg)
{
    struct check *check = token;

    (void)arg;
    if (err) {
        damaged(check, err->msg);
    } else if (check->lineage) {
        check_lineage(check, answer);
    } else {
        check_digests(check, answer);
        if (check->fsck->level == FT_FSCK_DEEP) {
            check->lineage = true;
            ask_about(check);
            return;
        }
    }
    check_free(check);
}

/* --- versions ------------------------------------------------------------- */

/* One whose payload was removed: where that is, if it is anywhere. */
static void check_gone(struct fsck *fsck, struct check *check)
{
    const char *id = check->version.id;
    char removal[FT_REMOVAL_ID_MAX], *trashed, *path;

    fsck->totals->gone++;
    if (ft_path_exists(check->path))
        report(fsck, "info", check->path, "removed, but not moved yet: the "
                                          "next gc does it");
    else if (ft_removal_of(ft_index_db(fsck->index), id, removal, NULL) == 1) {
        trashed = ft_trash_path(fsck->project->meta, removal, id);
        if (!ft_path_exists(trashed) &&
            ft_fsck_packed(ft_index_db(fsck->index), fsck->project->meta, id,
                           FT_FSCK_QUICK, &path, NULL) != 1)
            report(fsck, "warning", trashed, "it is not in the trash, and "
                                             "cannot be restored");
        free(trashed);
    }
}

/* One that has no file of its own: whether the worker is to be asked. */
static bool check_packed(struct fsck *fsck, struct check *check)
{
    struct ft_err err = { 0 };
    char *path = NULL;
    int rc = ft_fsck_packed(ft_index_db(fsck->index), fsck->project->meta,
                            check->version.id, fsck->level, &path, &err);

    if (rc == 0) {
        fsck->totals->missing++;
        report(fsck, "error", check->path, "missing: %s of task '%s'",
               check->version.object, check->version.task);
    } else if (rc < 0) {
        damaged(check, err.msg);
    } else if (path) {
        free(check->path);
        check->path = path;
        check->thawed = true;
    }
    return path;
}

/* One that was compressed, but whose new file has not got its name yet: until
 * then the old one is right, and only that. */
static void check_pressed(struct fsck *fsck, struct check *check,
                          uint64_t size_bytes)
{
    char was[FT_SHA256_HEX + 1];
    uint64_t was_bytes;

    if (size_bytes == check->version.size_bytes ||
        ft_press_pending(ft_index_db(fsck->index), fsck->project->meta,
                         &check->version, was, &was_bytes, NULL) != 1 ||
        size_bytes != was_bytes)
        return;
    report(fsck, "info", check->path, "compressed, but not replaced yet: the "
                                      "next command does it");
    memcpy(check->version.file_digest, was, sizeof(was));
    check->version.size_bytes = was_bytes;
}

/* A file of its own: whether the worker is to be asked. */
static bool check_size(struct fsck *fsck, struct check *check,
                       uint64_t size_bytes)
{
    check_pressed(fsck, check, size_bytes);
    if (size_bytes == check->version.size_bytes)
        return fsck->level != FT_FSCK_QUICK;
    fsck->totals->damaged++;
    report(fsck, "error", check->path,
           "damaged: it has %llu bytes, recorded are %llu",
           (unsigned long long)size_bytes,
           (unsigned long long)check->version.size_bytes);
    return false;
}

/* Takes over 'version'. */
static void check_version(struct fsck *fsck, struct ft_version *version)
{
    char *path = ft_path_join(fsck->project->meta, "o");
    struct check *check = ft_calloc(1, sizeof(*check));
    struct stat st;
    bool ask = false;

    *check = (struct check){
        .fsck = fsck,
        .version = *version,
        .path = ft_asprintf("%s/%.2s/%s.h5", path, version->id, version->id),
    };
    free(path);
    fsck->totals->versions++;
    if (version->gone) {
        check_gone(fsck, check);
    } else if (lstat(check->path, &st) < 0 || !S_ISREG(st.st_mode)) {
        ask = check_packed(fsck, check);
    } else {
        ask = check_size(fsck, check, (uint64_t)st.st_size);
    }
    if (ask)
        ask_about(check);
    else
        check_free(check);
}

static int check_versions(struct fsck *fsck, struct ft_err *err)
{
    struct ft_rows *rows = ft_db_ask(
        ft_index_db(fsck->index),
        "SELECT " FT_VERSION_COLUMNS
        " FROM version v JOIN result r ON r.seq = v.result ORDER BY v.id",
        NULL, 0, err);
    struct ft_version version;
    int rc = rows ? 0 : -1;

    while (rc == 0 && (rc = ft_rows_next(rows, err)) == 1) {
        rc = ft_version_read(rows, &version, err);
        if (rc == 0)
            check_version(fsck, &version);
        while (ft_client_pending(fsck->client) >= AHEAD)
            ft_client_pump(fsck->client, true);
    }
    ft_rows_end(rows);
    while (ft_client_pending(fsck->client))
        ft_client_pump(fsck->client, true);
    return rc;
}

/* States may only name versions that results or adoptions brought. */
static int check_states(struct fsck *fsck, struct ft_err *err)
{
    struct ft_rows *rows = ft_db_ask(
        ft_index_db(fsck->index),
        "SELECT DISTINCT c.object, c.version FROM change c"
        " LEFT JOIN version v ON v.id = c.version"
        " WHERE c.version IS NOT NULL AND v.id IS NULL",
        NULL, 0, err);
    int rc = rows ? 0 : -1;

    while (rc == 0 && (rc = ft_rows_next(rows, err)) == 1) {
        report(fsck, "error", fsck->project->meta,
               "a state binds '%s' to version %.12s…, which no record brought",
               ft_rows_text(rows, 0), ft_rows_text(rows, 1));
        rc = 0;
    }
    ft_rows_end(rows);
    return rc;
}

/* --- what else is there --------------------------------------------------- */

static int check_file(const char *path, const char *id, void *arg,
                      struct ft_err *err)
{
    struct fsck *fsck = arg;

    (void)err;
    if (!id) {
        report(fsck, "warning", path, "it is no version file by its name");
    } else if (is_known(fsck, id, NULL) == 0) {
        fsck->totals->orphans++;
        report(fsck, "warning", path, "orphan: the oplog does not name it");
    }
    return 0;
}

static void found_in_pack(const char *severity, const char *path,
                          const char *text, void *arg)
{
    report(arg, severity, path, "%s", text);
}

static int check_tmp(const char *path, const char *id, void *arg,
                     struct ft_err *err)
{
    (void)id;
    (void)err;
    report(arg, "warning", path, "temporary file: of work under way, or left "
                                 "by a crash");
    return 0;
}

static void check_index(struct fsck *fsck)
{
    struct ft_oplog *log = NULL;
    struct ft_index *index = ft_index_open(fsck->project->meta,
                                           FT_INDEX_READ, &log, NULL);

    if (!index || ft_index_in_memory(index))
        report(fsck, "info", fsck->project->meta,
               "the index is missing, behind or damaged: the next command "
               "that may write mends it");
    ft_index_close(index);
    ft_oplog_close(log);
}

static int check_log(struct fsck *fsck, struct ft_err *err)
{
    char *path = ft_oplog_path(fsck->project->meta);
    struct ft_log_position end;
    struct ft_err local = { 0 };

    fsck->index = ft_index_open(fsck->project->meta, FT_INDEX_MEMORY,
                                &fsck->log, &local);
    if (!fsck->index && local.code != FT_EFORMAT) {
        free(path);
        *err = local;
        return -1;
    }
    if (!fsck->index) {
        report(fsck, "error", path, "%s", local.msg);
    } else {
        ft_oplog_reader_end(fsck->log, &end);
        fsck->totals->records = end.seq;
        if (ft_oplog_was_torn(fsck->log))
            report(fsck, "warning", path,
                   "its last record is not whole: of a commit under way, or "
                   "left by a crash; the next commit cuts it");
    }
    free(path);
    return 0;
}

int ft_store_fsck(const struct ft_project *project, enum ft_fsck_level level,
                  ft_fsck_report *each, void *arg,
                  struct ft_fsck_totals *totals, struct ft_err *err)
{
    struct fsck fsck = {
        .project = project,
        .level = level,
        .report = each,
        .arg = arg,
        .totals = totals,
    };
    struct ft_err local;
    int rc = -1;

    if (!err)
        err = &local;
    *totals = (struct ft_fsck_totals){ 0 };
    fsck.client = ft_client_new(project->meta, take_check, &fsck);
    if (check_log(&fsck, err) < 0)
        goto done;
    if (fsck.index && (check_versions(&fsck, err) < 0 ||
                       check_states(&fsck, err) < 0 ||
                       ft_fsck_packs(ft_index_db(fsck.index), project->meta,
                                     level, found_in_pack, &fsck, err) < 0 ||
                       ft_files_versions(project->meta, check_file, &fsck,
                                         err) < 0))
        goto done;
    if (ft_files_tmp(project->meta, check_tmp, &fsck, err) < 0)
        goto done;
    if (fsck.index)
        check_index(&fsck);
    rc = 0;
    if (fsck.n_errors)
        rc = ft_err_set(err, FT_EFORMAT, "the store '%s' has %zu error%s",
                        project->meta, fsck.n_errors,
                        fsck.n_errors == 1 ? "" : "s");
done:
    ft_client_free(fsck.client);
    ft_index_close(fsck.index);
    ft_oplog_close(fsck.log);
    return rc;
}

/* export_lists.c - the manifest and the lists of an archive, written */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/path.h"
#include "data/archive/export_impl.h"
#include "data/history/history_impl.h"

/* --- the lists ------------------------------------------------------------ */

static int list_open(struct ft_list *list, const char *dir, const char *name,
                     struct ft_err *err)
{
    list->path = ft_path_join(dir, name);
    list->sha = ft_sha256_new();
    list->file = fopen(list->path, "wxe");
    return list->file ? 0 : ft_err_sys(err, "cannot create '%s'", list->path);
}

/* A line; its end is added. */
static int list_add(struct ft_list *list, const char *line, size_t len,
                    struct ft_err *err)
{
    ft_sha256_add(list->sha, line, len);
    ft_sha256_add(list->sha, "\n", 1);
    list->size += (int64_t)len + 1;
    list->count++;
    if (fwrite(line, 1, len, list->file) == len &&
        fputc('\n', list->file) != EOF)
        return 0;
    return ft_err_sys(err, "cannot write '%s'", list->path);
}

/* A value as one canonical line; releases it. */
static int list_add_json(struct ft_list *list, struct json_object *json,
                         struct ft_err *err)
{
    struct ft_str text = FT_STR_INIT;
    int rc = ft_json_canonical(json, &text, err);

    if (rc == 0)
        rc = list_add(list, text.s, text.len, err);
    ft_str_release(&text);
    json_object_put(json);
    return rc;
}

static int list_close(struct ft_list *list, struct ft_err *err)
{
    uint8_t digest[FT_SHA256_BYTES];
    FILE *file = list->file;

    list->file = NULL;
    ft_sha256_end(list->sha, digest);
    ft_sha256_hex(digest, list->sha256);
    if (fclose(file) == 0)
        return 0;
    return ft_err_sys(err, "cannot write '%s'", list->path);
}

void ft_list_release(struct ft_list *list)
{
    if (list->file)
        fclose(list->file);
    ft_sha256_free(list->sha);
    free(list->path);
}

/* --- versions ------------------------------------------------------------- */

int ft_export_versions(struct ft_exporting *export, ft_each_version *each,
                       struct ft_err *err)
{
    struct ft_rows *rows = ft_db_ask(export->pick.db,
                                     "SELECT id FROM version ORDER BY id",
                                     NULL, 0, err);
    struct ft_version version;
    int rc = rows ? 0 : -1;

    while (rc == 0 && (rc = ft_rows_next(rows, err)) == 1) {
        rc = ft_store_version(export->store, ft_rows_text(rows, 0), &version,
                              err);
        if (rc < 0)
            break;
        rc = each(export, &version, err);
        ft_version_release(&version);
    }
    ft_rows_end(rows);
    return rc;
}

static int list_version(struct ft_exporting *export, const struct ft_version *v,
                        struct ft_err *err)
{
    struct json_object *line = json_object_new_object();

    ft_json_add_str(line, "id", v->id);
    ft_json_add_str(line, "content", v->content);
    ft_json_add_str(line, "file", v->file_digest);
    ft_json_add_int(line, "size", (int64_t)v->size_bytes);
    return list_add_json(&export->versions, line, err);
}

/* --- records -------------------------------------------------------------- */

static int add_payload(const char *payload, size_t len, void *arg,
                       struct ft_err *err)
{
    struct ft_exporting *export = arg;

    return list_add(&export->records, payload, len, err);
}

/* The first record of a text that was picked; others are repetitions. */
static int take_text(struct ft_exporting *export, struct json_object *json,
                     const struct ft_log_record *record, struct ft_err *err)
{
    const char *digest = ft_json_str_or(json, "digest", "");
    int rc = ft_rows_any(ft_db_ask(export->pick.db,
                                   "SELECT 1 FROM source WHERE digest=?",
                                   FT_DB_ARGS(ft_db_text(digest)), err),
                         err);

    if (rc != 1)
        return rc;
    if (ft_db_run(export->pick.db, "DELETE FROM source WHERE digest=?",
                  FT_DB_ARGS(ft_db_text(digest)), err) < 0)
        return -1;
    return add_payload(record->payload, record->len, export, err);
}

/* Its parts stand before it. */
static int take_state(struct ft_exporting *export,
                      const struct ft_log_record *record, struct ft_err *err)
{
    const char *part = export->parts.s;
    char id[FT_SHA256_HEX + 1];
    int rc;

    ft_sha256_text(record->payload, record->len, id);
    rc =
        ft_rows_any(ft_db_ask(export->pick.db, "SELECT 1 FROM state WHERE id=?",
                              FT_DB_ARGS(ft_db_text(id)), err),
                    err);
    if (rc == 1) {
        rc = 0;
        while (rc == 0 && *part) {
            size_t len = strcspn(part, "\n");

            rc = add_payload(part, len, export, err);
            part += len + 1;
        }
        if (rc == 0)
            rc = add_payload(record->payload, record->len, export, err);
        export->n_states++;
    }
    ft_str_cut(&export->parts, 0);
    return rc;
}

static int take_other(struct ft_exporting *export,
                      const struct ft_log_record *record, struct ft_err *err)
{
    struct json_object *json = ft_json_parse(record->payload, record->len,
                                             "the record", err);
    const char *kind = ft_json_str_or(json, "kind", "");
    int rc = json ? 0 : -1;

    if (rc == 0 && (strcmp(kind, "workflow") == 0 ||
                    strcmp(kind, "module") == 0)) {
        rc = take_text(export, json, record, err);
    } else if (rc == 0 && strcmp(kind, "state-part") == 0) {
        ft_str_addn(&export->parts, record->payload, record->len);
        ft_str_addc(&export->parts, '\n');
    } else if (rc == 0 && strcmp(kind, "state") == 0) {
        rc = take_state(export, record, err);
    }
    json_object_put(json);
    return rc;
}

/* Whether an output of the result has another file by now (compress.c). */
static int has_pressed(struct ft_exporting *export, uint64_t seq,
                       struct ft_err *err)
{
    return ft_rows_any(ft_db_ask(ft_index_db(export->store->index),
                                 "SELECT 1 FROM output o JOIN pressed p"
                                 " ON p.version = o.version WHERE o.result=?"
                                 " AND p.file IS NOT NULL",
                                 FT_DB_ARGS(ft_db_int((int64_t)seq)), err),
                       err);
}

/* Let the output name the file that is in the archive. */
static int refresh_output(struct ft_exporting *export, struct json_object *out,
                          struct ft_err *err)
{
    struct ft_rows *rows = ft_db_ask(
        ft_index_db(export->store->index),
        "SELECT file, size FROM version WHERE id=?",
        FT_DB_ARGS(ft_db_text(ft_json_str_or(out, "version", ""))), err);
    int rc = rows ? ft_rows_next(rows, err) : -1;

    if (rc == 1) {
        ft_json_add_str(out, "file", ft_rows_text(rows, 0));
        ft_json_add_int(out, "size", ft_rows_int(rows, 1));
    }
    ft_rows_end(rows);
    return rc < 0 ? -1 : 0;
}

static int add_result(struct ft_exporting *export,
                      const struct ft_log_record *record, struct ft_err *err)
{
    int rc = has_pressed(export, record->seq, err);
    struct json_object *json, *out;
    struct ft_str text = FT_STR_INIT;

    if (rc <= 0)
        return rc < 0 ? -1 : add_payload(record->payload, record->len, export,
                                         err);
    json = ft_json_parse(record->payload, record->len, "the record", err);
    out = json ? ft_json_get(json, "out", json_type_array, "the record", err)
               : NULL;
    rc = out ? 0 : -1;
    for (size_t i = 0; rc == 0 && i < json_object_array_length(out); i++)
        rc = refresh_output(export, json_object_array_get_idx(out, i), err);
    if (rc == 0)
        rc = ft_json_canonical(json, &text, err);
    if (rc == 0)
        rc = add_payload(text.s, text.len, export, err);
    ft_str_release(&text);
    json_object_put(json);
    return rc;
}

static int take_record(const struct ft_log_record *record, void *arg,
                       struct ft_err *err)
{
    struct ft_exporting *export = arg;
    int rc = ft_rows_any(
        ft_db_ask(export->pick.db, "SELECT 1 FROM result WHERE seq=?",
                  FT_DB_ARGS(ft_db_int((int64_t)record->seq)), err),
        err);

    if (rc == 0)
        return take_other(export, record, err);
    if (rc < 0)
        return -1;
    export->n_results++;
    return add_result(export, record, err);
}

static int list_records(struct ft_exporting *export, struct ft_err *err)
{
    struct ft_oplog *log = ft_oplog_open(export->store->meta, NULL,
                                         take_record, export, err);

    ft_oplog_close(log);
    if (!log)
        return -1;
    if (export->n_results == export->pick.n_results &&
        export->n_states == export->pick.n_states)
        return 0;
    return ft_err_set(err, FT_EBUSY,
                      "another process replaced the oplog meanwhile");
}

/* --- branches and the manifest -------------------------------------------- */

static void add_pointer(struct json_object *list, const char *name,
                        const char *state, const char *tip)
{
    struct json_object *pointer = json_object_new_object();

    ft_json_add_str(pointer, "name", name);
    ft_json_add_str(pointer, "state", state);
    if (*tip)
        ft_json_add_str(pointer, "tip", tip);
    json_object_array_add(list, pointer);
}

/* The branches, and the states of those that have none. */
static int list_branches(struct ft_exporting *export, struct ft_err *err)
{
    struct ft_rows *rows = ft_db_ask(
        export->pick.db, "SELECT name, state, tip FROM branch ORDER BY name",
        NULL, 0, err);
    int rc = rows ? 0 : -1;

    while (rc == 0 && (rc = ft_rows_next(rows, err)) == 1) {
        const char *name = ft_rows_text(rows, 0);
        const char *state = ft_rows_text(rows, 1);
        char id[FT_SHA256_HEX + 1];

        rc = 0;
        if (!*state)
            rc = ft_pick_state(&export->pick, name, add_payload, export, id,
                               err);
        if (rc == 0)
            add_pointer(export->branches, name, *state ? state : id,
                        ft_rows_text(rows, 2));
    }
    ft_rows_end(rows);
    return rc;
}

static int list_tags(struct ft_exporting *export, struct ft_err *err)
{
    struct ft_rows *rows = ft_db_ask(
        export->pick.db, "SELECT name, state FROM tag ORDER BY name", NULL, 0,
        err);
    int rc = rows ? 0 : -1;

    while (rc == 0 && (rc = ft_rows_next(rows, err)) == 1) {
        add_pointer(export->tags, ft_rows_text(rows, 0),
                    ft_rows_text(rows, 1), "");
        rc = 0;
    }
    ft_rows_end(rows);
    return rc;
}

/* The current branch, if it is in the archive, else the first one there. */
static int add_head(struct ft_exporting *export, struct json_object *manifest,
                    struct ft_err *err)
{
    const char *current = ft_store_branch(export->store, err);
    int rc = current
                 ? ft_rows_any(ft_db_ask(export->pick.db,
                                         "SELECT 1 FROM branch WHERE name=?",
                                         FT_DB_ARGS(ft_db_text(current)), err),
                               err)
                 : -1;

    if (rc == 0)
        current = ft_json_str_or(
            json_object_array_get_idx(export->branches, 0), "name", "");
    if (rc >= 0)
        ft_json_add_str(manifest, "head", current);
    return rc < 0 ? -1 : 0;
}

static struct json_object *list_json(const struct ft_list *list)
{
    struct json_object *json = json_object_new_object();

    ft_json_add_int(json, "count", list->count);
    ft_json_add_int(json, "size", list->size);
    ft_json_add_str(json, "sha256", list->sha256);
    return json;
}

static int write_manifest(struct ft_exporting *export, struct ft_err *err)
{
    struct json_object *json = json_object_new_object();

    ft_json_add_int(json, "fedtwin_archive", FT_ARCHIVE_FORMAT);
    ft_json_add_str(json, "project", ft_path_base(export->store->dir));
    ft_json_add_str(json, "engine", "fedtwin " PACKAGE_VERSION);
    ft_history_add_user(json);
    ft_json_add_int(json, "exported_us", ft_clock_now_ns() / 1000);
    json_object_object_add(json, "branches",
                           json_object_get(export->branches));
    json_object_object_add(json, "tags", json_object_get(export->tags));
    json_object_object_add(json, "versions", list_json(&export->versions));
    json_object_object_add(json, "records", list_json(&export->records));
    ft_json_add_int(json, "size", (int64_t)export->totals->version_bytes);
    if (add_head(export, json, err) < 0) {
        json_object_put(json);
        return -1;
    }
    if (list_add_json(&export->manifest, json, err) < 0)
        return -1;
    return list_close(&export->manifest, err);
}

int ft_export_lists(struct ft_exporting *export, struct ft_err *err)
{
    if (list_open(&export->versions, export->scratch, FT_ARCHIVE_VERSIONS,
                  err) < 0 ||
        list_open(&export->records, export->scratch, FT_ARCHIVE_RECORDS,
                  err) < 0 ||
        list_open(&export->manifest, export->scratch, FT_ARCHIVE_MANIFEST,
                  err) < 0)
        return -1;
    if (ft_export_versions(export, list_version, err) < 0 ||
        list_records(export, err) < 0 || list_branches(export, err) < 0 ||
        list_tags(export, err) < 0 ||
        list_close(&export->versions, err) < 0 ||
        list_close(&export->records, err) < 0)
        return -1;
    return write_manifest(export, err);
}

/* index_upkeep.c - what records of upkeep do to the index */
#include "data/index/index_upkeep.h"

#include <string.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/json.h"
#include "data/store/id.h"
#include "data/upkeep/trash.h"

#define WHAT "the record"

const char ft_upkeep_schema[] =
    "CREATE TABLE removal(id TEXT PRIMARY KEY, kind TEXT, time_us,"
    " user TEXT, reason TEXT, purged) WITHOUT ROWID;"
    "CREATE TABLE gone(version TEXT PRIMARY KEY, removal TEXT)"
    " WITHOUT ROWID;"
    "CREATE INDEX gone_removal ON gone(removal);"
    "CREATE TABLE pin(version TEXT PRIMARY KEY, time_us, user TEXT,"
    " reason TEXT) WITHOUT ROWID;"
    "CREATE TABLE pack(n INTEGER PRIMARY KEY, digest TEXT UNIQUE, size,"
    " time_us);"
    "CREATE TABLE packed(version TEXT PRIMARY KEY, pack INTEGER, offset,"
    " size) WITHOUT ROWID;"
    "CREATE TABLE pressed(version TEXT PRIMARY KEY, file TEXT, size)"
    " WITHOUT ROWID;";

const char ft_upkeep_empty[] =
    "DELETE FROM removal; DELETE FROM gone; DELETE FROM pin;"
    "DELETE FROM pack; DELETE FROM packed; DELETE FROM pressed;";

/* --- members -------------------------------------------------------------- */

static const char *need_removal(struct json_object *record,
                                struct ft_err *err)
{
    const char *id = ft_json_str(record, "id", WHAT, err);

    if (id && !ft_removal_id_valid(id)) {
        ft_err_set(err, FT_EFORMAT, "'id' of %s is no id of a removal", WHAT);
        return NULL;
    }
    return id;
}

/* Do 'sql', which takes a version and 'more', with each of "versions". */
static int each_version(struct ft_db *db, struct json_object *record,
                        const char *sql, struct ft_db_value more,
                        struct ft_err *err)
{
    struct json_object *list = ft_json_get(record, "versions",
                                           json_type_array, WHAT, err);
    size_t n = list ? json_object_array_length(list) : 0;

    if (!list)
        return -1;
    for (size_t i = 0; i < n; i++) {
        struct json_object *item = json_object_array_get_idx(list, i);

        if (!json_object_is_type(item, json_type_string) ||
            !ft_id_valid(json_object_get_string(item)))
            return ft_err_set(err, FT_EFORMAT, "'versions' of %s has what is "
                                               "no version", WHAT);
        if (ft_db_run(db, sql,
                      FT_DB_ARGS(ft_db_text(json_object_get_string(item)),
                                 more),
                      err) < 0)
            return -1;
    }
    return 0;
}

static struct ft_db_value text_of(struct json_object *record, const char *key)
{
    return ft_db_text(ft_json_str_or(record, key, NULL));
}

static struct ft_db_value time_of(struct json_object *record)
{
    return ft_db_int(ft_json_int_or(record, "time_us", 0));
}

/* --- kinds ---------------------------------------------------------------- */

/* A memo may name what has gone: none outlives a removal. */
static int apply_removal(struct ft_db *db, struct json_object *record,
                         struct ft_err *err)
{
    const char *id = need_removal(record, err);

    if (!id ||
        ft_db_run(db,
                  "INSERT OR IGNORE INTO removal(id, kind, time_us, user,"
                  " reason, purged) VALUES(?,?,?,?,?,0)",
                  FT_DB_ARGS(ft_db_text(id), text_of(record, "kind"),
                             time_of(record), text_of(record, "user"),
                             text_of(record, "reason")),
                  err) < 0 ||
        ft_db_run(db, "DELETE FROM memo", NULL, 0, err) < 0)
        return -1;
    return each_version(db, record,
                        "INSERT OR REPLACE INTO gone(version, removal)"
                        " VALUES(?,?)",
                        ft_db_text(id), err);
}

static int apply_purge(struct ft_db *db, struct json_object *record,
                       struct ft_err *err)
{
    const char *id = need_removal(record, err);

    if (!id)
        return -1;
    if (ft_db_run(db,
                  "DELETE FROM packed WHERE version IN"
                  " (SELECT version FROM gone WHERE removal=?)",
                  FT_DB_ARGS(ft_db_text(id)), err) < 0)
        return -1;
    return ft_db_run(db, "UPDATE removal SET purged=? WHERE id=?",
                     FT_DB_ARGS(time_of(record), ft_db_text(id)), err);
}

/* The file and the size that 'entry' says its version has. */
static int read_file_of(struct json_object *entry, const char **version,
                        const char **file, int64_t *size, struct ft_err *err)
{
    *version = ft_json_str(entry, "version", WHAT, err);
    *file = *version ? ft_json_str(entry, "file", WHAT, err) : NULL;
    if (!*file || ft_json_int(entry, "size", size, WHAT, err) < 0)
        return -1;
    if (ft_id_valid(*version) && ft_id_valid(*file) && *size >= 0)
        return 0;
    return ft_err_set(err, FT_EFORMAT, "a version of %s is malformed", WHAT);
}

static int set_file(struct ft_db *db, const char *version, const char *file,
                    int64_t size, struct ft_err *err)
{
    return ft_db_run(db, "UPDATE version SET file=?, size=? WHERE id=?",
                     FT_DB_ARGS(ft_db_text(file), ft_db_int(size),
                                ft_db_text(version)),
                     err);
}

/* It came back in other bytes.  Without a size before it may be compressed,
 * again or for the first time. */
static int change_file(struct ft_db *db, struct json_object *entry,
                       struct ft_err *err)
{
    const char *version, *file;
    int64_t size;

    if (read_file_of(entry, &version, &file, &size, err) < 0 ||
        ft_db_run(db,
                  "INSERT OR REPLACE INTO pressed(version, file)"
                  " SELECT id, file FROM version WHERE id=?",
                  FT_DB_ARGS(ft_db_text(version)), err) < 0)
        return -1;
    return set_file(db, version, file, size, err);
}

static int apply_restore(struct ft_db *db, struct json_object *record,
                         struct ft_err *err)
{
    struct json_object *files = ft_json_or_null(record, "files");
    int rc = 0;

    if (files && !json_object_is_type(files, json_type_array))
        return ft_err_set(err, FT_EFORMAT, "'files' of %s is no list", WHAT);
    for (size_t i = 0;
         rc == 0 && files && i < json_object_array_length(files); i++)
        rc = change_file(db, json_object_array_get_idx(files, i), err);
    return rc < 0 ? -1
                  : each_version(db, record,
                                 "DELETE FROM gone WHERE version=?"
                                 " AND ? IS NULL", ft_db_text(NULL), err);
}

static int pin_one(struct ft_db *db, struct json_object *record,
                   const char *version, struct ft_err *err)
{
    return ft_db_run(db,
                     "INSERT OR REPLACE INTO pin(version, time_us, user,"
                     " reason) VALUES(?,?,?,?)",
                     FT_DB_ARGS(ft_db_text(version), time_of(record),
                                text_of(record, "user"),
                                text_of(record, "reason")),
                     err);
}

static int apply_pin(struct ft_db *db, struct json_object *record,
                     struct ft_err *err)
{
    struct json_object *list = ft_json_or_null(record, "versions");

    if (each_version(db, record,
                     "DELETE FROM pin WHERE version=? AND ? IS NULL",
                     ft_db_text(NULL), err) < 0)
        return -1;
    for (size_t i = 0; ft_json_bool_or(record, "pinned", false) &&
                       i < json_object_array_length(list);
         i++)
        if (pin_one(db, record,
                    json_object_get_string(
                        json_object_array_get_idx(list, i)),
                    err) < 0)
            return -1;
    return 0;
}

/* A member is [version, offset]. */
static int pack_one(struct ft_db *db, struct json_object *member, int64_t pack,
                    struct ft_err *err)
{
    struct json_object *version, *offset;

    if (!json_object_is_type(member, json_type_array) ||
        json_object_array_length(member) != 2)
        return ft_err_set(err, FT_EFORMAT, "a member is no list of two");
    version = json_object_array_get_idx(member, 0);
    offset = json_object_array_get_idx(member, 1);
    if (!json_object_is_type(version, json_type_string) ||
        !ft_id_valid(json_object_get_string(version)) ||
        !json_object_is_type(offset, json_type_int))
        return ft_err_set(err, FT_EFORMAT, "a member is malformed");
    return ft_db_run(db,
                     "INSERT OR REPLACE INTO packed(version, pack, offset)"
                     " VALUES(?,?,?)",
                     FT_DB_ARGS(ft_db_text(json_object_get_string(version)),
                                ft_db_int(pack),
                                ft_db_int(json_object_get_int64(offset))),
                     err);
}

static const char *need_pack(struct json_object *record, struct ft_err *err)
{
    const char *digest = ft_json_str(record, "pack", WHAT, err);

    if (digest && !ft_id_valid(digest)) {
        ft_err_set(err, FT_EFORMAT, "'pack' of %s is no SHA-256", WHAT);
        return NULL;
    }
    return digest;
}

static int apply_unpack(struct ft_db *db, struct json_object *record,
                        struct ft_err *err)
{
    const char *digest = need_pack(record, err);

    if (!digest ||
        ft_db_run(db,
                  "DELETE FROM packed WHERE pack IN"
                  " (SELECT n FROM pack WHERE digest=?)",
                  FT_DB_ARGS(ft_db_text(digest)), err) < 0)
        return -1;
    return ft_db_run(db, "DELETE FROM pack WHERE digest=?",
                     FT_DB_ARGS(ft_db_text(digest)), err);
}

static int apply_pack(struct ft_db *db, struct json_object *record,
                      struct ft_err *err)
{
    struct json_object *list = ft_json_get(record, "members",
                                           json_type_array, WHAT, err);
    const char *digest = need_pack(record, err);
    int64_t size, n;

    if (!list || !digest || ft_json_int(record, "size", &size, WHAT, err) < 0 ||
        apply_unpack(db, record, err) < 0 ||
        ft_db_run(db, "INSERT INTO pack(digest, size, time_us) VALUES(?,?,?)",
                  FT_DB_ARGS(ft_db_text(digest), ft_db_int(size),
                             time_of(record)),
                  err) < 0)
        return -1;
    n = ft_db_last_id(db);
    for (size_t i = 0; i < json_object_array_length(list); i++)
        if (pack_one(db, json_object_array_get_idx(list, i), n, err) < 0)
            return -1;
    return 0;
}

/* One version has another file: what it had is remembered. */
static int press_one(struct ft_db *db, struct json_object *entry,
                     struct ft_err *err)
{
    const char *version, *file;
    int64_t size;

    if (read_file_of(entry, &version, &file, &size, err) < 0)
        return -1;
    if (ft_db_run(db,
                  "INSERT OR REPLACE INTO pressed(version, file, size)"
                  " SELECT id, file, size FROM version WHERE id=?",
                  FT_DB_ARGS(ft_db_text(version)), err) < 0)
        return -1;
    return set_file(db, version, file, size, err);
}

/* "kept" were tried and gain nothing: a row without a file. */
static int keep_one(struct ft_db *db, struct json_object *item,
                    struct ft_err *err)
{
    const char *version = json_object_is_type(item, json_type_string)
                              ? json_object_get_string(item)
                              : "";

    if (!ft_id_valid(version))
        return ft_err_set(err, FT_EFORMAT, "'kept' of %s has what is no "
                                           "version", WHAT);
    return ft_db_run(db, "INSERT OR IGNORE INTO pressed(version) VALUES(?)",
                     FT_DB_ARGS(ft_db_text(version)), err);
}

static int apply_recompress(struct ft_db *db, struct json_object *record,
                            struct ft_err *err)
{
    struct json_object *list = ft_json_get(record, "versions",
                                           json_type_array, WHAT, err);
    struct json_object *kept = ft_json_or_null(record, "kept");
    int rc = list ? 0 : -1;

    if (kept && !json_object_is_type(kept, json_type_array))
        rc = ft_err_set(err, FT_EFORMAT, "'kept' of %s is no list", WHAT);
    for (size_t i = 0; rc == 0 && i < json_object_array_length(list); i++)
        rc = press_one(db, json_object_array_get_idx(list, i), err);
    for (size_t i = 0;
         rc == 0 && kept && i < json_object_array_length(kept); i++)
        rc = keep_one(db, json_object_array_get_idx(kept, i), err);
    return rc;
}

int ft_upkeep_apply(struct ft_db *db, const char *kind,
                    struct json_object *record, struct ft_err *err)
{
    static const struct {
        const char *kind;
        int (*apply)(struct ft_db *db, struct json_object *record,
                     struct ft_err *err);
    } kinds[] = {
        { "gc", apply_removal },       { "evict", apply_removal },
        { "purge", apply_purge },      { "restore", apply_restore },
        { "pin", apply_pin },          { "pack", apply_pack },
        { "unpack", apply_unpack },   { "recompress", apply_recompress },
    };

    for (size_t i = 0; i < FT_ARRAY_LEN(kinds); i++)
        if (strcmp(kinds[i].kind, kind) == 0)
            return kinds[i].apply(db, record, err) < 0 ? -1 : 1;
    return 0;
}

/* One that was compressed and then removed comes back as the record says. */
int ft_upkeep_present(struct ft_db *db, const char *version, bool known,
                      const char *file, int64_t size, struct ft_err *err)
{
    if (known &&
        ft_db_run(db,
                  "UPDATE version SET file=?2, size=?3 WHERE id=?1"
                  " AND id IN (SELECT version FROM pressed)"
                  " AND id IN (SELECT version FROM gone)"
                  " AND id NOT IN (SELECT version FROM packed)",
                  FT_DB_ARGS(ft_db_text(version), ft_db_text(file),
                             ft_db_int(size)),
                  err) < 0)
        return -1;
    return ft_db_run(db, "DELETE FROM gone WHERE version=?",
                     FT_DB_ARGS(ft_db_text(version)), err);
}

/* import_match.c - lists, records and files of an archive, compared
 *
 * Nothing is imported that says what is not so: a record brings a version that
 * is there, a state binds versions that somebody has, and a file is what list
 * and record say.
 */
#include <string.h>

#include "base/path.h"
#include "data/archive/archive_impl.h"

/* --- lists and records ---------------------------------------------------- */

/* Nothing must be found by 'rows', which are ended; what is, is 'wrong'. */
static int none(struct ft_rows *rows, const char *wrong, struct ft_err *err)
{
    int rc = rows ? ft_rows_next(rows, err) : -1;

    if (rc == 1)
        rc = ft_err_set(err, FT_EFORMAT, "version %.12s… %s",
                        ft_rows_text(rows, 0), wrong);
    ft_rows_end(rows);
    return rc;
}

static int check_versions(struct ft_db *db, struct ft_err *err)
{
    if (none(ft_db_ask(db,
                       "SELECT l.id FROM listed l LEFT JOIN version v"
                       " ON v.id = l.id WHERE v.id IS NULL",
                       NULL, 0, err),
             "is in the archive without a record that brings it", err) < 0)
        return -1;
    if (none(ft_db_ask(db,
                       "SELECT v.id FROM version v LEFT JOIN listed l"
                       " ON l.id = v.id WHERE l.id IS NULL",
                       NULL, 0, err),
             "is named by a record, but not in the archive", err) < 0)
        return -1;
    return none(ft_db_ask(db,
                          "SELECT v.id FROM version v JOIN listed l"
                          " ON l.id = v.id WHERE v.size <> l.size OR"
                          " v.file <> l.file OR v.content <> l.content",
                          NULL, 0, err),
                "is one thing in the records and another in the list", err);
}

/* States may bind what is in the archive, or was in the store before. */
static int check_changes(struct ft_intake *intake, struct ft_err *err)
{
    struct ft_rows *rows = ft_db_ask(
        intake->db,
        "SELECT DISTINCT c.object, c.cell, c.version FROM change c"
        " LEFT JOIN listed l ON l.id = c.version WHERE c.version IS NOT NULL"
        " AND l.id IS NULL",
        NULL, 0, err);
    int rc = rows ? 0 : -1;

    while (rc == 0 && (rc = ft_rows_next(rows, err)) == 1) {
        rc = ft_store_knows(intake->store, ft_rows_text(rows, 2), err);
        if (rc == 0)
            rc = ft_err_set(err, FT_EFORMAT,
                            "a state binds version %.12s…, which is neither "
                            "in the archive nor in the project",
                            ft_rows_text(rows, 2));
        rc = rc < 0 ? -1 : 0;
    }
    ft_rows_end(rows);
    return rc;
}

/* "" or the canonical text of an object. */
static bool is_cell(const char *cell)
{
    struct json_object *json = *cell ? ft_json_parse(cell, strlen(cell), "",
                                                     NULL)
                                     : NULL;
    struct ft_str text = FT_STR_INIT;
    bool ok = !*cell || (json_object_is_type(json, json_type_object) &&
                         ft_json_canonical(json, &text, NULL) == 0 &&
                         strcmp(text.s, cell) == 0);

    json_object_put(json);
    ft_str_release(&text);
    return ok && ft_intake_plain(cell);
}

static int check_names(struct ft_intake *intake, struct ft_err *err)
{
    struct ft_rows *rows = ft_db_ask(
        intake->db, "SELECT DISTINCT object, cell FROM change", NULL, 0, err);
    int rc = rows ? 0 : -1;

    while (rc == 0 && (rc = ft_rows_next(rows, err)) == 1)
        rc = ft_object_dot(ft_rows_text(rows, 0)) &&
                     is_cell(ft_rows_text(rows, 1))
                 ? 0
                 : ft_err_set(err, FT_EFORMAT,
                              "a state binds an object without a valid name");
    ft_rows_end(rows);
    return rc;
}

/* 1 when 'db' answers the question about 'text'. */
static int has(struct ft_db *db, const char *sql, const char *text,
               struct ft_err *err)
{
    struct ft_rows *rows = ft_db_ask(db, sql, FT_DB_ARGS(ft_db_text(text)),
                                     err);

    return ft_rows_any(rows, err);
}

static int check_state(struct ft_intake *intake, const char *name,
                       const char *state, struct ft_err *err)
{
    int rc = has(intake->db, "SELECT 1 FROM state WHERE id=?", state, err);

    if (rc == 0)
        return ft_err_set(err, FT_EFORMAT,
                          "'%s' points to a state that is not in the archive",
                          name);
    return rc < 0 ? -1 : 0;
}

/* Branches or tags. */
static int check_pointers(struct ft_intake *intake, const char *what,
                          struct ft_err *err)
{
    struct json_object *list = ft_json_or_null(intake->manifest, what);

    for (size_t i = 0; i < json_object_array_length(list); i++) {
        struct json_object *pointer = json_object_array_get_idx(list, i);
        const char *name = ft_json_str_or(pointer, "name", "");
        const char *state = ft_json_str_or(pointer, "state", "");

        if (check_state(intake, name, state, err) < 0 ||
            check_state(intake, name, ft_json_str_or(pointer, "tip", state),
                        err) < 0)
            return -1;
    }
    return 0;
}

static int check_workflows(struct ft_intake *intake, struct ft_err *err)
{
    static const char ask[] = "SELECT 1 FROM workflow WHERE digest=?";
    struct ft_rows *rows = ft_db_ask(
        intake->db, "SELECT DISTINCT workflow FROM state WHERE workflow <> ''",
        NULL, 0, err);
    int rc = rows ? 0 : -1;

    while (rc == 0 && (rc = ft_rows_next(rows, err)) == 1) {
        const char *digest = ft_rows_text(rows, 0);

        rc = has(intake->db, ask, digest, err);
        if (rc == 0)
            rc = has(ft_index_db(intake->store->index), ask, digest, err);
        if (rc == 0)
            rc = ft_err_set(err, FT_EFORMAT, "the workflow %.12s… of a state "
                            "is not in the archive", digest);
        rc = rc < 0 ? -1 : 0;
    }
    ft_rows_end(rows);
    return rc;
}

int ft_intake_match(struct ft_intake *intake, struct ft_err *err)
{
    if (check_versions(intake->db, err) < 0 ||
        check_changes(intake, err) < 0 || check_names(intake, err) < 0 ||
        check_pointers(intake, "branches", err) < 0 ||
        check_pointers(intake, "tags", err) < 0)
        return -1;
    return check_workflows(intake, err);
}

/* --- a version file ------------------------------------------------------- */

static int compare(const char *what, const char *have, const char *listed,
                   struct ft_err *err)
{
    if (strcmp(have ? have : "", listed ? listed : "") == 0)
        return 0;
    return ft_err_set(err, FT_EFORMAT,
                      "its file has the %s '%.80s', the archive says '%.80s'",
                      what, have ? have : "", listed ? listed : "");
}

static int compare_all(struct ft_rows *rows, const char *id,
                       struct json_object *answer, struct ft_err *err)
{
    struct json_object *record = ft_json_or_null(answer, "record");

    if (!record || ft_intake_texts(record, "its lineage", err) < 0)
        return -1;
    if (compare("id", ft_json_str_or(answer, "version", ""), id, err) < 0 ||
        compare("content", ft_json_str_or(answer, "content", ""),
                ft_rows_text(rows, 0), err) < 0 ||
        compare("digest", ft_json_str_or(answer, "file", ""),
                ft_rows_text(rows, 1), err) < 0)
        return -1;
    if (compare("object", ft_json_str_or(record, "object", ""),
                ft_rows_text(rows, 2), err) < 0 ||
        compare("type", ft_json_str_or(record, "type", ""),
                ft_rows_text(rows, 3), err) < 0)
        return -1;
    return compare("unit", ft_json_str_or(record, "unit", NULL),
                   ft_rows_text(rows, 4), err);
}

int ft_intake_version(struct ft_intake *intake, const char *id,
                      struct json_object *answer,
                      const struct ft_import_request *request,
                      struct ft_err *err)
{
    struct ft_rows *rows = ft_db_ask(
        intake->db,
        "SELECT v.content, v.file, v.object, v.type, v.unit, r.cell, v.size,"
        " r.task"
        " FROM version v JOIN result r ON r.seq = v.result WHERE v.id=?",
        FT_DB_ARGS(ft_db_text(id)), err);
    int rc = rows ? ft_rows_next(rows, err) : -1;
    int known = ft_store_knows(intake->store, id, err);

    if (rc == 1 && known >= 0)
        rc = compare_all(rows, id, answer, err);
    else if (rc >= 0)
        rc = known < 0 ? -1 : ft_err_set(err, FT_EFORMAT, "it has no record");
    if (rc < 0)
        ft_err_context(err, "version %.12s…", id);
    if (rc == 0 && request->each) {
        const char *cell = ft_rows_text(rows, 5);
        struct ft_import_version version = {
            .id = id,
            .object = ft_rows_text(rows, 2),
            .type = ft_rows_text(rows, 3),
            .unit = ft_rows_text(rows, 4),
            .task = ft_rows_text(rows, 7),
            .cell = cell ? cell : "",
            .size_bytes = (uint64_t)ft_rows_int(rows, 6),
            .known = known == 1,
        };

        request->each(&version, request->arg);
    }
    ft_rows_end(rows);
    return rc;
}

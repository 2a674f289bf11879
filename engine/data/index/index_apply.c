/* index_apply.c - what each kind of oplog record does to the index */
#include "data/index/index_apply.h"

#include <string.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/json.h"
#include "base/sha256.h"
#include "data/index/index_upkeep.h"
#include "data/store/id.h"
#include "model/object.h"

const char *ft_apply_need_id(struct json_object *obj, const char *key,
                             struct ft_err *err)
{
    const char *id = ft_json_str(obj, key, FT_APPLY_WHAT, err);

    if (id && !ft_id_valid(id)) {
        ft_err_set(err, FT_EFORMAT, "'%s' of %s is no SHA-256", key,
                   FT_APPLY_WHAT);
        return NULL;
    }
    return id;
}

/* --- results -------------------------------------------------------------- */

static int check_output(struct json_object *out, struct ft_err *err)
{
    enum ft_object_type type;
    const char *content, *text;

    if (!ft_apply_need_id(out, "version", err) ||
        !ft_apply_need_id(out, "file", err))
        return -1;
    content = ft_json_str(out, "content", FT_APPLY_WHAT, err);
    text = ft_json_str(out, "type", FT_APPLY_WHAT, err);
    if (!content || !text || !ft_json_str(out, "name", FT_APPLY_WHAT, err))
        return -1;
    if (!ft_content_valid(content))
        return ft_err_set(err, FT_EFORMAT, "'%s' is no content digest",
                          content);
    if (!ft_object_type_parse(text, &type))
        return ft_err_set(err, FT_EFORMAT, "'%s' is no type of object", text);
    return 0;
}

static int add_output(const struct ft_apply *a, struct json_object *out,
                      struct ft_err *err)
{
    const char *object;
    int64_t size;
    bool known;

    if (!json_object_is_type(out, json_type_object))
        return ft_err_set(err, FT_EFORMAT, "an output is no object");
    object = ft_json_str(out, "object", FT_APPLY_WHAT, err);
    if (!object || check_output(out, err) < 0 ||
        ft_json_int(out, "size", &size, FT_APPLY_WHAT, err) < 0)
        return -1;
    if (ft_db_run(a->db,
                  "INSERT OR IGNORE INTO version(id, result, object, type,"
                  " unit, content, file, size) VALUES(?,?,?,?,?,?,?,?)",
                  FT_DB_ARGS(ft_db_text(ft_json_str_or(out, "version", "")),
                             ft_db_int((int64_t)a->record->seq),
                             ft_db_text(object),
                             ft_db_text(ft_json_str_or(out, "type", "")),
                             ft_db_text(ft_json_str_or(out, "unit", NULL)),
                             ft_db_text(ft_json_str_or(out, "content", "")),
                             ft_db_text(ft_json_str_or(out, "file", "")),
                             ft_db_int(size)),
                  err) < 0)
        return -1;
    known = !ft_db_changed(a->db);
    if (ft_upkeep_present(a->db, ft_json_str_or(out, "version", ""), known,
                          ft_json_str_or(out, "file", ""), size, err) < 0)
        return -1;
    return ft_db_run(
        a->db,
        "INSERT OR REPLACE INTO output(result, name, version) VALUES(?,?,?)",
        FT_DB_ARGS(ft_db_int((int64_t)a->record->seq),
                   ft_db_text(ft_json_str_or(out, "name", "")),
                   ft_db_text(ft_json_str_or(out, "version", ""))),
        err);
}

/* One edge of lineage: the result was made from the version 'id'. */
static int add_input(const struct ft_apply *a, struct json_object *id,
                     struct ft_err *err)
{
    uint8_t bytes[FT_SHA256_BYTES];

    if (!json_object_is_type(id, json_type_string) ||
        !ft_id_valid(json_object_get_string(id)))
        return ft_err_set(err, FT_EFORMAT, "an input of %s is no SHA-256",
                          FT_APPLY_WHAT);
    ft_sha256_bytes(json_object_get_string(id), bytes);
    return ft_db_run(
        a->db, "INSERT OR IGNORE INTO made_from(input, result) VALUES(?,?)",
        FT_DB_ARGS(ft_db_blob(bytes, sizeof(bytes)),
                   ft_db_int((int64_t)a->record->seq)),
        err);
}

/* Records of before there was 'inputs', and those with very many, do not list
 * what they were made from: only their version files do. */
static int add_inputs(const struct ft_apply *a, size_t n_out,
                      struct ft_err *err)
{
    struct json_object *inputs = NULL;
    int rc = 0;

    if (!json_object_object_get_ex(a->json, "inputs", &inputs))
        return !n_out ? 0
                      : ft_db_run(a->db,
                                  "INSERT INTO unlisted(result) VALUES(?)",
                                  FT_DB_ARGS(ft_db_int(
                                      (int64_t)a->record->seq)),
                                  err);
    if (!json_object_is_type(inputs, json_type_array))
        return ft_err_set(err, FT_EFORMAT, "'inputs' of %s is no list",
                          FT_APPLY_WHAT);
    for (size_t i = 0; rc == 0 && i < json_object_array_length(inputs); i++)
        rc = add_input(a, json_object_array_get_idx(inputs, i), err);
    return rc;
}

static int apply_result(const struct ft_apply *a, struct ft_err *err)
{
    struct json_object *out = ft_json_get(a->json, "out", json_type_array,
                                          FT_APPLY_WHAT, err);
    struct json_object *cell = ft_json_or_null(a->json, "cell");
    struct json_object *lineage = ft_json_or_null(a->json, "lineage");
    struct ft_str cell_text = FT_STR_INIT, lineage_text = FT_STR_INIT;
    const char *task = ft_json_str(a->json, "task", FT_APPLY_WHAT, err);
    int rc = -1;

    if (!out || !task)
        goto done;
    if (cell && ft_json_canonical(cell, &cell_text, err) < 0)
        goto done;
    if (lineage && ft_json_canonical(lineage, &lineage_text, err) < 0)
        goto done;
    rc = ft_db_run(
        a->db,
        "INSERT INTO result(seq, run, stage, task, cell, cache_key, time_us,"
        " cpu_s, module, lineage) VALUES(?,?,?,?,?,?,?,?,?,?)",
        FT_DB_ARGS(ft_db_int((int64_t)a->record->seq),
                   ft_db_text(ft_json_str_or(a->json, "run", "")),
                   ft_db_text(ft_json_str_or(a->json, "stage", "")),
                   ft_db_text(task), ft_db_text(cell_text.s),
                   ft_db_text(ft_json_str_or(a->json, "cache_key", NULL)),
                   ft_db_int(ft_json_int_or(a->json, "time_us", 0)),
                   ft_db_num(ft_json_num_or(a->json, "cpu_s", 0)),
                   ft_db_text(ft_json_str_or(a->json, "module", "")),
                   ft_db_text(lineage ? lineage_text.s : NULL)),
        err);
    for (size_t i = 0; rc == 0 && i < json_object_array_length(out); i++)
        rc = add_output(a, json_object_array_get_idx(out, i), err);
    if (rc == 0)
        rc = add_inputs(a, json_object_array_length(out), err);
done:
    ft_str_release(&lineage_text);
    ft_str_release(&cell_text);
    return rc;
}

/* The results of another project, and where they are from. */
static int apply_import(const struct ft_apply *a, struct ft_err *err)
{
    struct json_object *foreign = ft_json_get(
        a->json, "foreign", json_type_object, FT_APPLY_WHAT, err);
    const char *project, *user;
    int64_t exported_us;

    if (!foreign || apply_result(a, err) < 0)
        return -1;
    project = ft_json_str(foreign, "project", FT_APPLY_WHAT, err);
    user = project ? ft_json_str(foreign, "user", FT_APPLY_WHAT, err) : NULL;
    if (!user ||
        ft_json_int(foreign, "exported_us", &exported_us, FT_APPLY_WHAT,
                    err) < 0)
        return -1;
    return ft_db_run(a->db,
                     "INSERT INTO origin(result, project, user, exported_us)"
                     " VALUES(?,?,?,?)",
                     FT_DB_ARGS(ft_db_int((int64_t)a->record->seq),
                                ft_db_text(project), ft_db_text(user),
                                ft_db_int(exported_us)),
                     err);
}

/* --- states --------------------------------------------------------------- */

/* A change is [object, cell, pos, version]; version null: no longer there. */
static int add_change(const struct ft_apply *a, int64_t state,
                      struct json_object *change, struct ft_err *err)
{
    const char *object, *cell, *version;

    if (!json_object_is_type(change, json_type_array) ||
        json_object_array_length(change) != 4)
        return ft_err_set(err, FT_EFORMAT, "a change is no list of four");
    object = ft_json_at_or(change, 0, NULL);
    cell = ft_json_at_or(change, 1, NULL);
    version = ft_json_at_or(change, 3, NULL);
    if (!object || !cell || (version && !ft_id_valid(version)) ||
        (!version && json_object_array_get_idx(change, 3)))
        return ft_err_set(err, FT_EFORMAT, "a change is malformed");
    return ft_db_run(
        a->db,
        "INSERT OR REPLACE INTO change(state, object, cell, pos, version)"
        " VALUES(?,?,?,?,?)",
        FT_DB_ARGS(
            ft_db_int(state), ft_db_text(object), ft_db_text(cell),
            ft_db_int(json_object_get_int64(
                json_object_array_get_idx(change, 2))),
            ft_db_text(version)),
        err);
}

static int add_changes(const struct ft_apply *a, int64_t state,
                       struct ft_err *err)
{
    struct json_object *set = ft_json_get(a->json, "set", json_type_array,
                                          FT_APPLY_WHAT, err);

    if (!set)
        return -1;
    for (size_t i = 0; i < json_object_array_length(set); i++)
        if (add_change(a, state, json_object_array_get_idx(set, i), err) < 0)
            return -1;
    return 0;
}

/* The changes of a state-part wait for their state under a number of their
 * own. */
static int64_t pending(uint64_t seq)
{
    return -(int64_t)seq - 1;
}

static int apply_state_part(const struct ft_apply *a, struct ft_err *err)
{
    return add_changes(a, pending(a->record->seq), err);
}

/* The state 'n' takes the changes of its parts, which stand directly before it.
 * What waits before them is of a state that a crash cut off. */
static int take_parts(const struct ft_apply *a, int64_t n, struct ft_err *err)
{
    struct json_object *parts = ft_json_or_null(a->json, "parts");
    uint64_t seq = a->record->seq;
    uint64_t n_parts = json_object_is_type(parts, json_type_array)
                           ? json_object_array_length(parts)
                           : 0;

    if (n_parts > seq)
        return ft_err_set(err, FT_EFORMAT, "parts of a state are missing");
    if (ft_db_run(a->db,
                  "UPDATE change SET state=?1 WHERE state>?2 AND state<=?3",
                  FT_DB_ARGS(ft_db_int(n), ft_db_int(pending(seq)),
                             ft_db_int(pending(seq - n_parts))),
                  err) < 0)
        return -1;
    return ft_db_run(a->db, "DELETE FROM change WHERE state<0", NULL, 0, err);
}

int ft_apply_find_state(struct ft_db *db, const char *id, int64_t *n,
                        struct ft_err *err)
{
    struct ft_rows *rows;
    int rc;

    *n = -1;
    if (!*id)
        return 0;
    rows = ft_db_ask(db, "SELECT n FROM state WHERE id=?",
                     FT_DB_ARGS(ft_db_text(id)), err);
    if (!rows)
        return -1;
    rc = ft_rows_next(rows, err);
    if (rc == 1)
        *n = ft_rows_int(rows, 0);
    ft_rows_end(rows);
    if (rc == 0)
        return ft_err_set(err, FT_EFORMAT, "state '%s' is not known", id);
    return rc < 0 ? -1 : 0;
}

struct ft_db_value ft_apply_state_value(int64_t n)
{
    return n < 0 ? ft_db_text(NULL) : ft_db_int(n);
}

/* The identity of a state is the digest of its record as it stands. */
static int insert_state(const struct ft_apply *a, int64_t parent,
                        int64_t merge, struct ft_err *err)
{
    struct json_object *json = a->json;
    struct json_object *params = ft_json_or_null(json, "params");
    struct json_object *source = ft_json_or_null(json, "source");
    struct ft_str params_text = FT_STR_INIT, source_text = FT_STR_INIT;
    struct ft_err unknown;
    char id[FT_SHA256_HEX + 1];
    int64_t n;
    int rc;

    ft_sha256_text(a->record->payload, a->record->len, id);
    if (ft_apply_find_state(a->db, id, &n, &unknown) == 0)
        return ft_err_set(err, FT_EFORMAT, "state '%s' is recorded twice", id);
    rc = params ? ft_json_canonical(params, &params_text, err) : 0;
    if (rc == 0 && source)
        rc = ft_json_canonical(source, &source_text, err);
    if (rc == 0)
        rc = ft_db_run(
            a->db,
            "INSERT INTO state(id, parent, merge, time_us, run, workflow,"
            " workflow_file, outcome, user, params, source, n_objects,"
            " n_changed) VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?)",
            FT_DB_ARGS(
                ft_db_text(id), ft_apply_state_value(parent),
                ft_apply_state_value(merge),
                ft_db_int(ft_json_int_or(json, "time_us", 0)),
                ft_db_text(ft_json_str_or(json, "run", "")),
                ft_db_text(ft_json_str_or(json, "workflow", "")),
                ft_db_text(ft_json_str_or(json, "workflow_file", "")),
                ft_db_text(ft_json_str_or(json, "outcome", "")),
                ft_db_text(ft_json_str_or(json, "user", "")),
                ft_db_text(params_text.s), ft_db_text(source_text.s),
                ft_db_int(ft_json_int_or(json, "n_objects", 0)),
                ft_db_int(ft_json_int_or(json, "n_changed", 0))),
            err);
    ft_str_release(&params_text);
    ft_str_release(&source_text);
    return rc;
}

static int apply_state(const struct ft_apply *a, struct ft_err *err)
{
    const char *parent = ft_json_str(a->json, "parent", FT_APPLY_WHAT, err);
    const char *merge = ft_json_str_or(a->json, "merge", "");
    int64_t parent_n, merge_n, n;

    if (!parent || ft_apply_find_state(a->db, parent, &parent_n, err) < 0 ||
        ft_apply_find_state(a->db, merge, &merge_n, err) < 0 ||
        insert_state(a, parent_n, merge_n, err) < 0)
        return -1;
    n = ft_db_last_id(a->db);
    if (take_parts(a, n, err) < 0)
        return -1;
    return add_changes(a, n, err);
}

static int apply_workflow(const struct ft_apply *a, struct ft_err *err)
{
    const char *digest = ft_apply_need_id(a->json, "digest", err);
    const char *text = ft_json_str(a->json, "text", FT_APPLY_WHAT, err);
    struct json_object *texts = ft_json_or_null(a->json, "texts");

    if (!digest || !text)
        return -1;
    return ft_db_run(
        a->db,
        "INSERT OR IGNORE INTO workflow(digest, text, texts) VALUES(?,?,?)",
        FT_DB_ARGS(ft_db_text(digest), ft_db_text(text),
                   ft_db_text(texts ? json_object_to_json_string_ext(
                                          texts, JSON_C_TO_STRING_PLAIN)
                                    : NULL)),
        err);
}

static int apply_module(const struct ft_apply *a, struct ft_err *err)
{
    const char *digest = ft_apply_need_id(a->json, "digest", err);
    const char *text = ft_json_str(a->json, "text", FT_APPLY_WHAT, err);

    if (!digest || !text)
        return -1;
    return ft_db_run(
        a->db, "INSERT OR IGNORE INTO module(digest, text) VALUES(?,?)",
        FT_DB_ARGS(ft_db_text(digest), ft_db_text(text)), err);
}

/* -------------------------------------------------------------------------- */

static const struct {
    const char *kind;
    int (*apply)(const struct ft_apply *a, struct ft_err *err);
} kinds[] = {
    { "result", apply_result },   { "adopt", apply_result },
    { "workflow", apply_workflow },
    { "module", apply_module },   { "state-part", apply_state_part },
    { "state", apply_state },     { "ref", ft_apply_ref },
    { "head", ft_apply_head },    { "tag", ft_apply_tag },
    { "import", apply_import },
};

static int apply_json(const struct ft_apply *a, struct ft_err *err)
{
    const char *kind;
    int done;

    if (!json_object_is_type(a->json, json_type_object))
        return ft_err_set(err, FT_EFORMAT, "%s is no JSON object",
                          FT_APPLY_WHAT);
    kind = ft_json_str(a->json, "kind", FT_APPLY_WHAT, err);
    if (!kind)
        return -1;
    for (size_t i = 0; i < FT_ARRAY_LEN(kinds); i++)
        if (strcmp(kinds[i].kind, kind) == 0)
            return kinds[i].apply(a, err);
    done = ft_upkeep_apply(a->db, kind, a->json, err);
    if (done)
        return done < 0 ? -1 : 0;
    ft_err_set(err, FT_EVERSION, "kind '%s' of %s is unknown", kind,
               FT_APPLY_WHAT);
    return ft_err_hint(err, "use the fedtwin that wrote this project");
}

int ft_index_apply(struct ft_db *db, const struct ft_log_record *record,
                   struct ft_err *err)
{
    struct ft_apply a = { .db = db, .record = record };
    int rc = -1;

    a.json = ft_json_parse(record->payload, record->len, FT_APPLY_WHAT, err);
    if (a.json)
        rc = apply_json(&a, err);
    json_object_put(a.json);
    if (rc < 0)
        ft_err_context(err, "oplog record %llu",
                       (unsigned long long)record->seq);
    return rc;
}

/* archive_state.c - a state without a past, for objects exported without it
 *
 * The objects of a branch that is exported without its history, or objects that
 * were named one by one, are bound by a state that the export makes: so they
 * have a branch to be found on where they are imported.  It depends on nothing
 * but what it binds, so that the same export has the same bytes.
 */
#include <string.h>

#include "data/archive/archive_impl.h"
#include "data/history/history_impl.h"

struct making {
    struct ft_pick *pick;
    const char *branch;
    ft_record_each *each;
    void *arg;
    int64_t time_us;
    struct json_object *set;   /* changes that are in no record yet */
    struct json_object *parts; /* digests of the records that hold the others */
    size_t set_bytes;
    int64_t n; /* bound objects */
};

/* Show 'record' as it stands in an oplog, and give its digest. */
static int show(struct making *making, struct json_object *record,
                char hex[FT_SHA256_HEX + 1], struct ft_err *err)
{
    struct ft_str text = FT_STR_INIT;
    int rc = ft_json_canonical(record, &text, err);

    if (rc == 0) {
        ft_sha256_text(text.s, text.len, hex);
        rc = making->each(text.s, text.len, making->arg, err);
    }
    ft_str_release(&text);
    return rc;
}

static int end_part(struct making *making, struct ft_err *err)
{
    struct json_object *part = ft_record_new("state-part",
                                             making->time_us * 1000);
    char hex[FT_SHA256_HEX + 1];
    int rc;

    json_object_object_add(part, "set", making->set);
    making->set = json_object_new_array();
    making->set_bytes = 0;
    rc = show(making, part, hex, err);
    if (rc == 0)
        json_object_array_add(making->parts, json_object_new_string(hex));
    json_object_put(part);
    return rc;
}

static int add_change(struct making *making, struct ft_rows *rows,
                      struct ft_err *err)
{
    struct json_object *change = json_object_new_array();

    if (making->set_bytes > FT_ARCHIVE_PART_BYTES &&
        end_part(making, err) < 0) {
        json_object_put(change);
        return -1;
    }
    for (int i = 0; i < 4; i++) {
        const char *text = ft_rows_text(rows, i);

        json_object_array_add(
            change, i == 2 ? json_object_new_int64(ft_rows_int(rows, i))
                           : json_object_new_string(text));
        making->set_bytes += text ? 2 * strlen(text) : 0;
    }
    json_object_array_add(making->set, change);
    making->n++;
    return 0;
}

static int add_changes(struct making *making, struct ft_err *err)
{
    struct ft_rows *rows = ft_db_ask(
        making->pick->db,
        "SELECT object, cell, pos, version FROM bound WHERE branch=?"
        " ORDER BY object, pos",
        FT_DB_ARGS(ft_db_text(making->branch)), err);
    int rc = rows ? 0 : -1;

    while (rc == 0 && (rc = ft_rows_next(rows, err)) == 1)
        rc = add_change(making, rows, err);
    ft_rows_end(rows);
    return rc;
}

static int add_json(struct json_object *record, const char *key,
                    const char *text, struct ft_err *err)
{
    struct json_object *json;

    if (!text || !*text)
        return 0;
    json = ft_json_parse(text, strlen(text), "a state", err);
    if (!json)
        return -1;
    json_object_object_add(record, key, json);
    return 0;
}

/* What the state says beside its objects: as that of the branch, or nothing
 * but when the newest of its objects was made. */
static int describe(struct making *making, struct json_object *record,
                    struct ft_err *err)
{
    struct ft_rows *rows = ft_db_ask(
        ft_index_db(making->pick->store->index),
        "SELECT s.workflow, s.workflow_file, s.user, s.params, s.time_us,"
        " s.source"
        " FROM branch b JOIN state s ON s.n = b.state WHERE b.name=?",
        FT_DB_ARGS(ft_db_text(making->pick->loose ? "" : making->branch)),
        err);
    int rc = rows ? ft_rows_next(rows, err) : -1;
    const char *params = rc == 1 ? ft_rows_text(rows, 3) : NULL;
    const char *source = rc == 1 ? ft_rows_text(rows, 5) : NULL;

    ft_json_add_str(record, "workflow", rc == 1 ? ft_rows_text(rows, 0) : "");
    ft_json_add_str(record, "workflow_file",
                    rc == 1 ? ft_rows_text(rows, 1) : "");
    if (rc == 1)
        ft_json_add_str(record, "user", ft_rows_text(rows, 2));
    else
        ft_history_add_user(record);
    if (add_json(record, "params", params, err) < 0 ||
        add_json(record, "source", source, err) < 0)
        rc = -1;
    if (rc == 1)
        making->time_us = ft_rows_int(rows, 4);
    ft_rows_end(rows);
    return rc < 0 ? -1 : 0;
}

static int newest(struct making *making, struct ft_err *err)
{
    struct ft_rows *bound = ft_db_ask(
        making->pick->db, "SELECT version FROM bound WHERE branch=?",
        FT_DB_ARGS(ft_db_text(making->branch)), err);
    struct ft_version version;
    int rc = bound ? 0 : -1;

    while (rc == 0 && (rc = ft_rows_next(bound, err)) == 1) {
        rc = ft_store_version(making->pick->store, ft_rows_text(bound, 0),
                              &version, err);
        if (rc < 0)
            break;
        if (version.time_ns / 1000 > making->time_us)
            making->time_us = version.time_ns / 1000;
        ft_version_release(&version);
    }
    ft_rows_end(bound);
    return rc;
}

static int make(struct making *making, char id[FT_SHA256_HEX + 1],
                struct ft_err *err)
{
    struct json_object *about = json_object_new_object();
    struct json_object *state = NULL;
    int rc = -1;

    if (describe(making, about, err) < 0 ||
        (making->pick->loose && newest(making, err) < 0) ||
        add_changes(making, err) < 0)
        goto done;
    state = ft_record_new("state", making->time_us * 1000);
    json_object_object_foreach(about, key, value)
        json_object_object_add(state, key, json_object_get(value));
    ft_json_add_str(state, "parent", "");
    ft_json_add_str(state, "run", "");
    ft_json_add_str(state, "outcome", "export");
    ft_json_add_int(state, "n_objects", making->n);
    ft_json_add_int(state, "n_changed", making->n);
    if (json_object_array_length(making->parts))
        json_object_object_add(state, "parts",
                               json_object_get(making->parts));
    json_object_object_add(state, "set", json_object_get(making->set));
    rc = show(making, state, id, err);
done:
    json_object_put(state);
    json_object_put(about);
    return rc;
}

int ft_pick_state(struct ft_pick *pick, const char *branch,
                  ft_record_each *each, void *arg,
                  char id[FT_SHA256_HEX + 1], struct ft_err *err)
{
    struct making making = {
        .pick = pick,
        .branch = branch,
        .each = each,
        .arg = arg,
        .set = json_object_new_array(),
        .parts = json_object_new_array(),
    };
    int rc = make(&making, id, err);

    json_object_put(making.set);
    json_object_put(making.parts);
    return rc;
}

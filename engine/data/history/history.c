/* history.c - new states: what a project becomes
 *
 * The record of a state holds only what differs from its parent, so a state
 * costs what it changes.  Its id covers the id of the parent, and so everything
 * before it.  Changes that do not fit into one record precede it in records of
 * kind state-part, whose digests it lists.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "data/history/delta.h"
#include "data/history/history_impl.h"
#include "data/store/store_impl.h"
#include "data/upkeep/removal.h"

/* Changes of about so many bytes go into one record. */
#define PART_BYTES (4u << 20)
/* The digest of a state is computed of pieces of about so many bytes. */
#define HASH_BYTES 65536

/* --- records -------------------------------------------------------------- */

void ft_records_add(struct ft_records *records, struct json_object *record)
{
    records->item = ft_grow(records->item, records->n, &records->cap,
                            sizeof(struct json_object *));
    records->item[records->n++] = record;
}

void ft_records_release(struct ft_records *records)
{
    for (size_t i = 0; i < records->n; i++)
        json_object_put(records->item[i]);
    free(records->item);
}

/* The SHA-256 of the canonical text. */
static int digest_of(struct json_object *record, char hex[FT_SHA256_HEX + 1],
                     struct ft_err *err)
{
    struct ft_str text = FT_STR_INIT;
    int rc = ft_json_canonical(record, &text, err);

    if (rc == 0)
        ft_sha256_text(text.s, text.len, hex);
    ft_str_release(&text);
    return rc;
}

static struct json_object *change_of(const struct ft_bound *bound)
{
    struct json_object *change = json_object_new_array();

    json_object_array_add(change, json_object_new_string(bound->object));
    json_object_array_add(change, json_object_new_string(bound->cell));
    json_object_array_add(change, json_object_new_int64(bound->pos_after));
    json_object_array_add(change, bound->after
                                      ? json_object_new_string(bound->after)
                                      : NULL);
    return change;
}

/* End the list 'set' as a record of its own, listed in 'parts'. */
static int add_part(struct ft_records *records, struct json_object *set,
                    struct json_object *parts, int64_t now_ns,
                    struct ft_err *err)
{
    struct json_object *part = ft_record_new("state-part", now_ns);
    char digest[FT_SHA256_HEX + 1];

    json_object_object_add(part, "set", set);
    ft_records_add(records, part);
    if (digest_of(part, digest, err) < 0)
        return -1;
    json_object_array_add(parts, json_object_new_string(digest));
    return 0;
}

/* All changes: the last of them into *set, those before into records. */
static int add_changes(struct ft_records *records, const struct ft_delta *delta,
                       int64_t now_ns, struct json_object *state,
                       struct ft_err *err)
{
    struct json_object *set = json_object_new_array();
    struct json_object *parts = json_object_new_array();
    size_t bytes = 0;
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < delta->map.len; i++) {
        const struct ft_bound *bound = delta->map.entry[i].value;

        if (!ft_bound_differs(bound) && !ft_bound_moved(bound))
            continue;
        if (bytes > PART_BYTES) {
            rc = add_part(records, set, parts, now_ns, err);
            set = json_object_new_array();
            bytes = 0;
        }
        json_object_array_add(set, change_of(bound));
        bytes += strlen(bound->object) + 2 * strlen(bound->cell) + 100;
    }
    if (json_object_array_length(parts))
        json_object_object_add(state, "parts", parts);
    else
        json_object_put(parts);
    json_object_object_add(state, "set", set);
    return rc;
}

static struct json_object *state_record(const struct ft_state_new *state,
                                        const struct ft_tip *tip,
                                        const struct ft_delta *delta,
                                        int64_t now_ns)
{
    struct json_object *record = ft_record_new("state", now_ns);

    ft_json_add_str(record, "parent", tip->id);
    ft_json_add_str(record, "run", state->run ? state->run : "");
    ft_json_add_str(record, "workflow", state->workflow);
    ft_json_add_str(record, "workflow_file", state->workflow_file);
    ft_json_add_str(record, "outcome", state->outcome);
    ft_history_add_user(record);
    ft_json_add_int(record, "n_objects", (int64_t)delta->n_objects);
    ft_json_add_int(record, "n_changed", (int64_t)delta->n_changed);
    if (state->merge)
        ft_json_add_str(record, "merge", state->merge);
    if (state->source)
        json_object_object_add(record, "source",
                               json_object_get(state->source));
    if (state->params)
        json_object_object_add(record, "params",
                               json_object_get(state->params));
    return record;
}

static const char *op_of(const struct ft_state_new *state)
{
    if (state->merge)
        return "merge";
    return state->run && *state->run ? "run" : "put";
}

/* States that were undone would be on no branch any more: they get their own,
 * before the current one goes another way. */
static int keep_undone(struct ft_records *records, struct ft_db *db,
                       const struct ft_tip *tip, int64_t now_ns,
                       struct ft_recorded *recorded, struct ft_err *err)
{
    struct ft_ref_change keep = { .branch = recorded->kept, .op = "keep",
                                  .state = tip->undone };

    if (!*tip->undone)
        return 0;
    if (ft_history_free_name(db, tip->branch, recorded->kept, err) < 0)
        return -1;
    ft_records_add(records, ft_history_ref(&keep, now_ns));
    return 0;
}

static int add_ref(struct ft_records *records, struct json_object *state,
                   const struct ft_tip *tip, const char *op, int64_t now_ns,
                   struct ft_err *err)
{
    char id[FT_SHA256_HEX + 1];
    struct ft_ref_change change = { .branch = tip->branch, .op = op,
                                    .state = id, .old = tip->id };

    if (digest_of(state, id, err) < 0)
        return -1;
    ft_records_add(records, ft_history_ref(&change, now_ns));
    return 0;
}

/* 1 when the row that 'sql' asks for by its digest is there. */
static int has_digest(struct ft_db *db, const char *sql, const char *digest,
                      struct ft_err *err)
{
    struct ft_rows *rows = ft_db_ask(db, sql, FT_DB_ARGS(ft_db_text(digest)),
                                     err);

    return ft_rows_any(rows, err);
}

static int add_workflow(struct ft_db *db, struct ft_records *records,
                        const struct ft_state_new *state, int64_t now_ns,
                        struct ft_err *err)
{
    struct json_object *record;
    int known;

    if (!state->workflow_text)
        return 0;
    known = has_digest(db, "SELECT 1 FROM workflow WHERE digest=?",
                       state->workflow, err);
    if (known != 0)
        return known < 0 ? -1 : 0;
    record = ft_record_new("workflow", now_ns);
    ft_json_add_str(record, "digest", state->workflow);
    ft_json_add_str(record, "text", state->workflow_text);
    if (state->workflow_more)
        json_object_object_add(record, "texts",
                               json_object_get(state->workflow_more));
    ft_records_add(records, record);
    return 0;
}

static int add_modules(struct ft_db *db, struct ft_records *records,
                       const struct ft_state_new *state, int64_t now_ns,
                       struct ft_err *err)
{
    size_t n = state->module_texts
                   ? json_object_array_length(state->module_texts) : 0;

    for (size_t i = 0; i < n; i++) {
        struct json_object *pair =
            json_object_array_get_idx(state->module_texts, i);
        struct json_object *digest = json_object_array_get_idx(pair, 0);
        struct json_object *record;
        int known = has_digest(db, "SELECT 1 FROM module WHERE digest=?",
                               json_object_get_string(digest), err);

        if (known < 0)
            return -1;
        if (known)
            continue;
        record = ft_record_new("module", now_ns);
        json_object_object_add(record, "digest", json_object_get(digest));
        json_object_object_add(
            record, "text",
            json_object_get(json_object_array_get_idx(pair, 1)));
        ft_records_add(records, record);
    }
    return 0;
}

/* --- a state that was compared before ------------------------------------- */

/* Canonical JSON, "" where there is none. */
struct texts {
    struct ft_str params, source;
};

static int write_texts(const struct ft_state_new *state, struct texts *texts,
                       struct ft_err *err)
{
    *texts = (struct texts){ FT_STR_INIT, FT_STR_INIT };
    if (state->params &&
        ft_json_canonical(state->params, &texts->params, err) < 0)
        return -1;
    return state->source
               ? ft_json_canonical(state->source, &texts->source, err) : 0;
}

static void texts_release(struct texts *texts)
{
    ft_str_release(&texts->params);
    ft_str_release(&texts->source);
}

/* Whether a state of very many objects is that of the tip is found out once,
 * and then known by this digest of all that the answer depends on. */
static void key_of(const struct ft_state_new *state, const struct ft_tip *tip,
                   const struct texts *texts, char key[FT_SHA256_HEX + 1])
{
    struct ft_sha256 *sha = ft_sha256_new();
    struct ft_str text = FT_STR_INIT;
    uint8_t digest[FT_SHA256_BYTES];

    ft_str_addf(&text, "state\n%s\n%s\n%s\n%s\n", tip->id, state->workflow,
                texts->params.s, texts->source.s);
    for (size_t i = 0; i < state->n; i++) {
        const struct ft_binding *bind = &state->bind[i];

        ft_str_addn(&text, bind->object, strlen(bind->object) + 1);
        ft_str_addn(&text, bind->cell, strlen(bind->cell) + 1);
        ft_str_addn(&text, bind->version, strlen(bind->version) + 1);
        if (text.len > HASH_BYTES) {
            ft_sha256_add(sha, text.s, text.len);
            ft_str_cut(&text, 0);
        }
    }
    ft_sha256_add(sha, text.s, text.len);
    ft_sha256_end(sha, digest);
    ft_sha256_hex(digest, key);
    ft_str_release(&text);
    ft_sha256_free(sha);
}

static bool is_known_same(struct ft_store *store, const char *key)
{
    struct ft_str run = FT_STR_INIT, nothing = FT_STR_INIT;
    bool known = ft_store_memo_get(store, key, &run, &nothing);

    ft_str_release(&run);
    ft_str_release(&nothing);
    return known;
}

/* 'state' is that of the tip as it is now. */
static void remember_same(struct ft_store *store,
                          const struct ft_state_new *state,
                          const struct texts *texts)
{
    struct ft_tip tip = { 0 };
    char key[FT_SHA256_HEX + 1];

    if (ft_tip_read(store, &tip, NULL) == 0) {
        key_of(state, &tip, texts, key);
        ft_store_memo_put(store, key, "", "", 0);
    }
    ft_tip_release(&tip);
}

/* --- recording ------------------------------------------------------------ */

int ft_history_state(struct ft_store *store, const struct ft_state_new *state,
                     const struct ft_tip *tip, const struct ft_delta *delta,
                     struct ft_records *records, struct ft_recorded *recorded,
                     struct ft_err *err)
{
    struct ft_db *db = ft_index_db(store->index);
    int64_t now_ns = ft_clock_now_ns();
    struct json_object *record = state_record(state, tip, delta, now_ns);
    int rc = -1;

    if (add_workflow(db, records, state, now_ns, err) == 0 &&
        add_modules(db, records, state, now_ns, err) == 0 &&
        add_changes(records, delta, now_ns, record, err) == 0) {
        ft_records_add(records, json_object_get(record));
        rc = keep_undone(records, db, tip, now_ns, recorded, err);
    }
    if (rc == 0)
        rc = add_ref(records, record, tip, op_of(state), now_ns, err);
    json_object_put(record);
    return rc;
}

/* The lock is held and the index knows all. */
static int commit_state(struct ft_store *store,
                        const struct ft_state_new *state,
                        const struct ft_tip *tip, const struct ft_delta *delta,
                        struct ft_recorded *recorded, struct ft_err *err)
{
    struct ft_records records = { 0 };
    int rc = ft_history_state(store, state, tip, delta, &records, recorded,
                              err);

    if (rc == 0)
        rc = ft_payload_revive_bound(store, delta, err);
    if (rc == 0)
        rc = ft_history_commit(store, records.item, records.n, err);
    if (rc == 0)
        recorded->changed = true;
    else
        *recorded->kept = '\0';
    ft_records_release(&records);
    return rc;
}

/* Compare with the tip, object by object: the same, or a new state. */
static int record_delta(struct ft_store *store,
                        const struct ft_state_new *state,
                        const struct ft_tip *tip, const struct texts *texts,
                        struct ft_recorded *recorded, struct ft_err *err)
{
    struct ft_delta delta = { 0 };
    bool same;
    int rc = -1;

    if (ft_delta_init(&delta, store, err) < 0)
        goto done;
    for (size_t i = 0; i < state->n; i++)
        if (ft_delta_set(&delta, store, &state->bind[i], err) < 0)
            goto done;
    if (!state->merge && ft_delta_keep_put(&delta, store, err) < 0)
        goto done;
    ft_delta_count(&delta);
    same = *tip->id && strcmp(tip->workflow, state->workflow) == 0 &&
           strcmp(tip->params, texts->params.s) == 0 &&
           strcmp(tip->source, texts->source.s) == 0 && !delta.n_changed &&
           !delta.n_moved && !state->merge;
    rc = same ? 0 : commit_state(store, state, tip, &delta, recorded, err);
done:
    ft_delta_release(&delta);
    return rc;
}

static int record_locked(struct ft_store *store,
                         const struct ft_state_new *state,
                         const struct texts *texts,
                         struct ft_recorded *recorded, struct ft_err *err)
{
    char key[FT_SHA256_HEX + 1];
    struct ft_tip tip = { 0 };
    int rc = -1;

    if (ft_index_follow(store->index, store->log, err) < 0 ||
        ft_tip_read(store, &tip, err) < 0 ||
        (state->parent && ft_tip_expect(&tip, state->parent, err) < 0))
        goto done;
    key_of(state, &tip, texts, key);
    if (*tip.id && !state->merge && is_known_same(store, key)) {
        rc = 0;
    } else {
        rc = record_delta(store, state, &tip, texts, recorded, err);
        if (rc == 0)
            remember_same(store, state, texts);
    }
done:
    ft_tip_release(&tip);
    return rc;
}

int ft_store_record_state(struct ft_store *store,
                          const struct ft_state_new *state,
                          struct ft_recorded *recorded, struct ft_err *err)
{
    struct texts texts;
    int rc = -1;

    *recorded = (struct ft_recorded){ 0 };
    if (write_texts(state, &texts, err) == 0 &&
        ft_history_lock(store, err) == 0) {
        rc = record_locked(store, state, &texts, recorded, err);
        ft_oplog_unlock(store->log);
    }
    texts_release(&texts);
    return rc;
}

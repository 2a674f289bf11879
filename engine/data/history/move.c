/* move.c - undo and redo, branches and tags: each is one record */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/user.h"
#include "data/history/history_impl.h"

/* --- records -------------------------------------------------------------- */

static void add_text(struct json_object *record, const char *key,
                     const char *text)
{
    ft_json_add_str(record, key, text ? text : "");
}

void ft_history_add_user(struct json_object *record)
{
    char *user = ft_user_name();

    ft_json_add_str(record, "user", user);
    free(user);
}

struct json_object *ft_history_ref(const struct ft_ref_change *change,
                                   int64_t now_ns)
{
    struct json_object *ref = ft_record_new("ref", now_ns);

    add_text(ref, "branch", change->branch);
    add_text(ref, "op", change->op);
    add_text(ref, "state", change->state);
    add_text(ref, "old", change->old);
    if (change->undone && *change->undone)
        add_text(ref, "tip", change->undone);
    ft_history_add_user(ref);
    return ref;
}

int ft_history_may_change(const struct ft_store *store, struct ft_err *err)
{
    if (store->is_view)
        return ft_err_set(err, FT_EACCES, "the past cannot be changed");
    return ft_store_need_write(store, err);
}

int ft_history_lock(struct ft_store *store, struct ft_err *err)
{
    if (ft_history_may_change(store, err) < 0)
        return -1;
    return ft_oplog_lock(store->log, err);
}

int ft_history_commit(struct ft_store *store,
                      struct json_object *const *record, size_t n,
                      struct ft_err *err)
{
    int rc = ft_oplog_append(store->log, record, n, err);

    if (rc == 0)
        rc = ft_oplog_sync(store->log, err);
    (void)ft_index_follow(store->index, store->log, NULL);
    return rc;
}

/* Commit the one 'record', which is released. */
static int commit_one(struct ft_store *store, struct json_object *record,
                      struct ft_err *err)
{
    int rc = ft_history_commit(store, &record, 1, err);

    json_object_put(record);
    return rc;
}

/* --- what is there -------------------------------------------------------- */

/* One id, "" when there is no row: 1, 0 or -1. */
static int ask_id(struct ft_db *db, const char *sql,
                  const struct ft_db_value *args, size_t n,
                  char id[FT_SHA256_HEX + 1], struct ft_err *err)
{
    struct ft_rows *rows = ft_db_ask(db, sql, args, n, err);
    int rc = rows ? ft_rows_next(rows, err) : -1;

    ft_copy_id(id, rc == 1 ? ft_rows_text(rows, 0) : NULL);
    ft_rows_end(rows);
    return rc;
}

static int find_branch(struct ft_db *db, const char *name,
                       char id[FT_SHA256_HEX + 1], struct ft_err *err)
{
    return ask_id(db,
                  "SELECT s.id FROM branch b JOIN state s ON s.n = b.state"
                  " WHERE b.name=?",
                  FT_DB_ARGS(ft_db_text(name)), id, err);
}

static int find_tag(struct ft_db *db, const char *name,
                    char id[FT_SHA256_HEX + 1], struct ft_err *err)
{
    return ask_id(db,
                  "SELECT s.id FROM tag t JOIN state s ON s.n = t.state"
                  " WHERE t.name=?",
                  FT_DB_ARGS(ft_db_text(name)), id, err);
}

/* A name that is neither a branch nor a tag: 1 when it is one. */
static int is_taken(struct ft_db *db, const char *name, struct ft_err *err)
{
    char id[FT_SHA256_HEX + 1];
    int rc = find_branch(db, name, id, err);

    return rc ? rc : find_tag(db, name, id, err);
}

int ft_history_free_name(struct ft_db *db, const char *branch,
                         char name[FT_NAME_MAX + 1], struct ft_err *err)
{
    int taken = 1;

    for (unsigned i = 2; taken == 1; i++) {
        struct ft_str text = FT_STR_INIT;

        /* Room for the number. */
        ft_str_addf(&text, "%.*s-%u", FT_NAME_MAX - 11, branch, i);
        ft_copy_name(name, text.s);
        ft_str_release(&text);
        taken = is_taken(db, name, err);
    }
    return taken;
}

/* --- undo and redo -------------------------------------------------------- */

/* Up to 'n' parents of 'state': how many there were, and the last. */
static int go_up(struct ft_db *db, int64_t state, size_t n, size_t *gone,
                 char id[FT_SHA256_HEX + 1], struct ft_err *err)
{
    struct ft_rows *rows = ft_db_ask(
        db,
        "WITH RECURSIVE path(n, depth) AS (SELECT ?1, 0 UNION ALL"
        " SELECT s.parent, depth+1 FROM path JOIN state s ON s.n = path.n"
        "  WHERE s.parent IS NOT NULL AND depth < ?2)"
        " SELECT s.id, depth FROM path JOIN state s ON s.n = path.n"
        " ORDER BY depth DESC LIMIT 1",
        FT_DB_ARGS(ft_db_int(state), ft_db_int((int64_t)n)), err);
    int rc = rows ? ft_rows_next(rows, err) : -1;

    if (rc == 1) {
        ft_copy_id(id, ft_rows_text(rows, 0));
        *gone = (size_t)ft_rows_int(rows, 1);
    }
    ft_rows_end(rows);
    return rc == 1 ? 0 : -1;
}

/* Up to 'n' states from 'tip' on towards the one 'undone', which came of it. */
static int go_down(struct ft_db *db, const struct ft_tip *tip, size_t n,
                   size_t *gone, char id[FT_SHA256_HEX + 1],
                   struct ft_err *err)
{
    struct ft_rows *rows = ft_db_ask(
        db,
        "WITH RECURSIVE path(n, depth) AS ("
        " SELECT n, 0 FROM state WHERE id=?1 UNION ALL"
        " SELECT s.parent, depth+1 FROM path JOIN state s ON s.n = path.n"
        "  WHERE s.parent IS NOT NULL AND s.parent <> ?2)"
        " SELECT s.id, (SELECT count(*) FROM path) - depth FROM path"
        " JOIN state s ON s.n = path.n"
        " WHERE depth >= (SELECT count(*) FROM path) - ?3"
        " ORDER BY depth LIMIT 1",
        FT_DB_ARGS(ft_db_text(tip->undone), ft_db_int(tip->n),
                   ft_db_int((int64_t)n)),
        err);
    int rc = rows ? ft_rows_next(rows, err) : -1;

    if (rc == 1) {
        ft_copy_id(id, ft_rows_text(rows, 0));
        *gone = (size_t)ft_rows_int(rows, 1);
    }
    ft_rows_end(rows);
    return rc == 1 ? 0 : -1;
}

static int fail_nothing(const struct ft_tip *tip, const char *op,
                        struct ft_err *err)
{
    ft_err_set(err, FT_ENOENT, "there is nothing to %s on branch '%s'", op,
               tip->branch);
    return ft_err_hint(err, "'fedtwin log' shows its states");
}

/* Where to go from 'tip': move->to and move->n, and what redo leads to then. */
static int find_way(struct ft_store *store, const struct ft_tip *tip, bool back,
                    size_t n, struct ft_move *move, const char **undone,
                    struct ft_err *err)
{
    struct ft_db *db = ft_index_db(store->index);

    if (!*tip->id || (!back && !*tip->undone))
        return 0;
    if (back) {
        *undone = *tip->undone ? tip->undone : tip->id;
        return go_up(db, tip->n, n, &move->n, move->to, err);
    }
    if (go_down(db, tip, n, &move->n, move->to, err) < 0)
        return -1;
    *undone = strcmp(move->to, tip->undone) == 0 ? NULL : tip->undone;
    return 0;
}

static int move_locked(struct ft_store *store, bool back, size_t n,
                       struct ft_move *move, struct ft_err *err)
{
    const char *op = back ? "undo" : "redo", *undone = NULL;
    struct ft_tip tip = { 0 };
    int rc = -1;

    if (ft_index_follow(store->index, store->log, err) < 0 ||
        ft_tip_read(store, &tip, err) < 0 ||
        find_way(store, &tip, back, n, move, &undone, err) < 0)
        goto done;
    if (!move->n) {
        rc = fail_nothing(&tip, op, err);
        goto done;
    }
    ft_copy_name(move->branch, tip.branch);
    ft_copy_id(move->from, tip.id);
    {
        struct ft_ref_change change = { .branch = tip.branch, .op = op,
                                        .state = move->to, .old = tip.id,
                                        .undone = undone };

        rc = commit_one(store, ft_history_ref(&change, ft_clock_now_ns()),
                        err);
    }
done:
    ft_tip_release(&tip);
    return rc;
}

static int move_branch(struct ft_store *store, bool back, size_t n,
                       struct ft_move *move, struct ft_err *err)
{
    int rc;

    *move = (struct ft_move){ 0 };
    if (ft_history_lock(store, err) < 0)
        return -1;
    rc = move_locked(store, back, n, move, err);
    ft_oplog_unlock(store->log);
    return rc;
}

int ft_history_undo(struct ft_store *store, size_t n, struct ft_move *move,
                    struct ft_err *err)
{
    return move_branch(store, true, n, move, err);
}

int ft_history_redo(struct ft_store *store, size_t n, struct ft_move *move,
                    struct ft_err *err)
{
    return move_branch(store, false, n, move, err);
}

/* --- forward to what came of it ------------------------------------------- */

static int forward_locked(struct ft_store *store, const char *from,
                          const char *to, struct ft_recorded *recorded,
                          struct ft_err *err)
{
    int64_t now_ns = ft_clock_now_ns();
    struct ft_ref_change change = { .op = "merge", .state = to, .old = from };
    struct ft_ref_change keep = { .branch = recorded->kept, .op = "keep" };
    struct json_object *record[2] = { NULL, NULL };
    struct ft_tip tip = { 0 };
    size_t n = 0;
    int rc = ft_index_follow(store->index, store->log, err);

    if (rc == 0)
        rc = ft_tip_read(store, &tip, err);
    if (rc == 0)
        rc = ft_tip_expect(&tip, from, err);
    if (rc == 0 && *tip.undone && strcmp(tip.undone, to) != 0) {
        rc = ft_history_free_name(ft_index_db(store->index), tip.branch,
                                  recorded->kept, err);
        keep.state = tip.undone;
        record[n++] = ft_history_ref(&keep, now_ns);
    }
    change.branch = tip.branch;
    record[n++] = ft_history_ref(&change, now_ns);
    if (rc == 0)
        rc = ft_history_commit(store, record, n, err);
    recorded->changed = rc == 0;
    for (size_t i = 0; i < n; i++)
        json_object_put(record[i]);
    ft_tip_release(&tip);
    return rc;
}

int ft_history_forward(struct ft_store *store, const char *from,
                       const char *to, struct ft_recorded *recorded,
                       struct ft_err *err)
{
    int rc;

    if (ft_history_lock(store, err) < 0)
        return -1;
    rc = forward_locked(store, from, to, recorded, err);
    ft_oplog_unlock(store->log);
    return rc;
}

/* --- branches ------------------------------------------------------------- */

/* The same as ft_history_find(); the lock is held. */
static int find_at(struct ft_store *store, const char *at,
                   char id[FT_SHA256_HEX + 1], struct ft_err *err)
{
    if (ft_index_follow(store->index, store->log, err) < 0)
        return -1;
    return ft_history_find(store, at, id, err);
}

static int check_name(const char *name, struct ft_err *err)
{
    if (ft_name_valid(name))
        return 0;
    ft_err_set(err, FT_EUSAGE, "'%s' is no name", name);
    return ft_err_hint(err, "a name is a letter and up to %d more letters, "
                            "digits, '_' and '-'", FT_NAME_MAX - 1);
}

/* With 'force' it may be taken by one of its own kind. */
static int check_free(struct ft_db *db, const char *name, bool tag, bool force,
                      char old[FT_SHA256_HEX + 1], struct ft_err *err)
{
    char other[FT_SHA256_HEX + 1];
    int own = tag ? find_tag(db, name, old, err)
                  : find_branch(db, name, old, err);
    int foreign = own < 0 ? -1
                  : tag   ? find_branch(db, name, other, err)
                          : find_tag(db, name, other, err);

    if (foreign < 0)
        return -1;
    if (foreign)
        return ft_err_set(err, FT_EEXIST, "there is a %s '%s'",
                          tag ? "branch" : "tag", name);
    if (!own || force)
        return 0;
    ft_err_set(err, FT_EEXIST, "there is a %s '%s' already",
               tag ? "tag" : "branch", name);
    return ft_err_hint(err, "--force moves it");
}

static int add_branch_locked(struct ft_store *store, const char *name,
                             const char *at, bool force, struct ft_move *move,
                             struct ft_err *err)
{
    struct ft_ref_change change = { .branch = name, .state = move->to,
                                    .old = move->from };

    if (find_at(store, at, move->to, err) < 0 ||
        check_free(ft_index_db(store->index), name, false, force, move->from,
                   err) < 0)
        return -1;
    change.op = *move->from ? "reset" : "branch";
    return commit_one(store, ft_history_ref(&change, ft_clock_now_ns()), err);
}

int ft_history_add_branch(struct ft_store *store, const char *name,
                          const char *at, bool force, struct ft_move *move,
                          struct ft_err *err)
{
    int rc;

    *move = (struct ft_move){ 0 };
    if (check_name(name, err) < 0 || ft_history_lock(store, err) < 0)
        return -1;
    ft_copy_name(move->branch, name);
    rc = add_branch_locked(store, name, at, force, move, err);
    ft_oplog_unlock(store->log);
    return rc;
}

/* Is every state of the branch reached from another branch or a tag?  1, 0 or
 * -1.  States are numbered as they came, so it suffices to look at the tip. */
static int is_elsewhere(struct ft_db *db, const char *name,
                        struct ft_err *err)
{
    struct ft_rows *rows = ft_db_ask(
        db,
        "WITH RECURSIVE target(n) AS (SELECT ifnull(tip, state) FROM branch"
        "  WHERE name=?1),"
        " chain(n) AS (SELECT ifnull(tip, state) FROM branch WHERE name<>?1"
        " UNION SELECT state FROM tag"
        " UNION SELECT p.n FROM chain JOIN state s ON s.n = chain.n"
        "  JOIN state p ON p.n IN (s.parent, s.merge)"
        "  WHERE p.n >= (SELECT n FROM target))"
        " SELECT 1 FROM chain WHERE n = (SELECT n FROM target)",
        FT_DB_ARGS(ft_db_text(name)), err);

    return ft_rows_any(rows, err);
}

static int check_deletion(struct ft_store *store, const char *name, bool force,
                          struct ft_err *err)
{
    const char *current = ft_store_branch(store, err);
    int elsewhere;

    if (!current)
        return -1;
    if (strcmp(current, name) == 0) {
        ft_err_set(err, FT_EUSAGE, "'%s' is the current branch", name);
        return ft_err_hint(err, "'fedtwin switch' to another one first");
    }
    if (force)
        return 0;
    elsewhere = is_elsewhere(ft_index_db(store->index), name, err);
    if (elsewhere)
        return elsewhere < 0 ? -1 : 0;
    ft_err_set(err, FT_EUSAGE, "states of '%s' are on no other branch or tag",
               name);
    return ft_err_hint(err, "merge or tag it, or delete it with --force");
}

static int delete_locked(struct ft_store *store, const char *name, bool force,
                         struct ft_err *err)
{
    char old[FT_SHA256_HEX + 1];
    struct ft_ref_change change = { .branch = name, .op = "delete",
                                    .old = old };
    int rc = ft_index_follow(store->index, store->log, err);

    if (rc == 0)
        rc = find_branch(ft_index_db(store->index), name, old, err);
    if (rc == 0 || (rc == 1 && !*old))
        return ft_history_no_branch(store, name, err);
    if (rc < 0 || check_deletion(store, name, force, err) < 0)
        return -1;
    return commit_one(store, ft_history_ref(&change, ft_clock_now_ns()), err);
}

int ft_history_delete_branch(struct ft_store *store, const char *name,
                             bool force, struct ft_err *err)
{
    int rc;

    if (ft_history_lock(store, err) < 0)
        return -1;
    rc = delete_locked(store, name, force, err);
    ft_oplog_unlock(store->log);
    return rc;
}

static int switch_locked(struct ft_store *store, const char *name,
                         struct ft_err *err)
{
    char id[FT_SHA256_HEX + 1];
    struct json_object *record;
    int rc = ft_index_follow(store->index, store->log, err);

    if (rc == 0)
        rc = find_branch(ft_index_db(store->index), name, id, err);
    if (rc == 0)
        return ft_history_no_branch(store, name, err);
    if (rc < 0)
        return -1;
    record = ft_record_new("head", ft_clock_now_ns());
    ft_json_add_str(record, "branch", name);
    ft_history_add_user(record);
    return commit_one(store, record, err);
}

int ft_history_switch(struct ft_store *store, const char *name,
                      struct ft_err *err)
{
    int rc;

    if (ft_history_lock(store, err) < 0)
        return -1;
    rc = switch_locked(store, name, err);
    ft_oplog_unlock(store->log);
    return rc;
}

/* --- tags ----------------------------------------------------------------- */

static int commit_tag(struct ft_store *store, const char *name,
                      const char *state, struct ft_err *err)
{
    struct json_object *record = ft_record_new("tag", ft_clock_now_ns());

    ft_json_add_str(record, "name", name);
    ft_json_add_str(record, "state", state);
    ft_history_add_user(record);
    return commit_one(store, record, err);
}

int ft_history_add_tag(struct ft_store *store, const char *name,
                       const char *at, bool force,
                       char id[FT_SHA256_HEX + 1], struct ft_err *err)
{
    char old[FT_SHA256_HEX + 1];
    int rc = -1;

    if (check_name(name, err) < 0 || ft_history_lock(store, err) < 0)
        return -1;
    if (find_at(store, at, id, err) == 0 &&
        check_free(ft_index_db(store->index), name, true, force, old, err) ==
            0)
        rc = commit_tag(store, name, id, err);
    ft_oplog_unlock(store->log);
    return rc;
}

int ft_history_delete_tag(struct ft_store *store, const char *name,
                          struct ft_err *err)
{
    char old[FT_SHA256_HEX + 1];
    int rc;

    if (ft_history_lock(store, err) < 0)
        return -1;
    rc = ft_index_follow(store->index, store->log, err);
    if (rc == 0)
        rc = find_tag(ft_index_db(store->index), name, old, err);
    if (rc == 1)
        rc = commit_tag(store, name, "", err);
    else if (rc == 0)
        rc = ft_err_set(err, FT_ENOENT, "there is no tag '%s'", name);
    ft_oplog_unlock(store->log);
    return rc;
}

/* space.c - how much a project holds, and how much it may */
#include "data/store/space.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "data/history/history_impl.h"
#include "text/quantity.h"

#define SHOWN 3 /* of the largest objects, in a refusal */

bool ft_size_setting(const char *env, uint64_t *bytes)
{
    const char *text = getenv(env);
    struct ft_quantity q;

    if (!text || !*text ||
        ft_quantity_parse_in(text, "byte", &q, NULL) < 0 || q.si < 0 ||
        q.si > 1e18)
        return false;
    *bytes = (uint64_t)q.si;
    return true;
}

/* --- sums ----------------------------------------------------------------- */

#define PRESENT " v.id NOT IN (SELECT version FROM gone)"

static const char *const rows_by[] = {
    [FT_SPACE_OBJECT] =
        "SELECT v.object, count(*), sum(v.size) FROM version v"
        " WHERE" PRESENT " GROUP BY 1 ORDER BY 3 DESC, 1",
    [FT_SPACE_RUN] =
        "SELECT CASE r.run WHEN '' THEN '(put)' ELSE r.run END, count(*),"
        " sum(v.size) FROM version v JOIN result r ON r.seq = v.result"
        " WHERE" PRESENT " GROUP BY 1 ORDER BY 3 DESC, 1",
    [FT_SPACE_BRANCH] =
        "SELECT b.branch, count(*), sum(b.size) FROM (SELECT DISTINCT"
        " b.branch, v.id, v.size FROM binding b JOIN version v"
        " ON v.id = b.version WHERE" PRESENT ") b"
        " GROUP BY 1 ORDER BY 3 DESC, 1",
};

/* The objects of every branch, since only the current one's are kept ready. */
static int bind_branches(struct ft_store *store, struct ft_err *err)
{
    struct ft_names names = { 0 };
    int rc = ft_store_branches(store, &names, err);

    for (size_t i = 0; rc == 0 && i < names.n; i++)
        rc = ft_store_bound(store, names.item[i].name, err) ? 0 : -1;
    ft_names_release(&names);
    return rc;
}

int ft_store_space(struct ft_store *store, enum ft_taken_by by,
                   struct ft_taken *space, struct ft_err *err)
{
    struct ft_db *db = ft_store_db(store, err);
    struct ft_rows *rows = NULL;
    size_t cap = 0;
    int rc = db ? 0 : -1;

    *space = (struct ft_taken){ 0 };
    if (rc == 0 && by == FT_SPACE_BRANCH)
        rc = bind_branches(store, err);
    if (rc == 0)
        rows = ft_db_ask(db, rows_by[by], NULL, 0, err);
    rc = rows ? 0 : -1;
    while (rc == 0 && (rc = ft_rows_next(rows, err)) == 1) {
        space->item = ft_grow(space->item, space->n, &cap,
                              sizeof(*space->item));
        space->item[space->n++] = (struct ft_taken_row){
            ft_strdup(ft_rows_text(rows, 0)), (size_t)ft_rows_int(rows, 1),
            (uint64_t)ft_rows_int(rows, 2)
        };
        rc = 0;
    }
    ft_rows_end(rows);
    if (rc < 0)
        ft_taken_release(space);
    return rc;
}

void ft_taken_release(struct ft_taken *space)
{
    for (size_t i = 0; i < space->n; i++)
        free(space->item[i].name);
    free(space->item);
    *space = (struct ft_taken){ 0 };
}

static int ask_sum(struct ft_db *db, const char *sql, int64_t from, size_t *n,
                   uint64_t *bytes, struct ft_err *err)
{
    struct ft_rows *rows = ft_db_ask(db, sql, FT_DB_ARGS(ft_db_int(from)),
                                     err);
    int rc = rows ? ft_rows_next(rows, err) : -1;

    if (rc == 1) {
        *n = (size_t)ft_rows_int(rows, 0);
        *bytes = (uint64_t)ft_rows_int(rows, 1);
    }
    ft_rows_end(rows);
    return rc < 0 ? -1 : 0;
}

int ft_store_space_sums(struct ft_store *store, struct ft_taken_sums *sums,
                        struct ft_err *err)
{
    struct ft_db *db = ft_store_db(store, err);

    if (!db ||
        ask_sum(db,
                "SELECT count(*), coalesce(sum(v.size), 0) FROM version v"
                " WHERE" PRESENT " AND ?1 = 0",
                0, &sums->n_present, &sums->present, err) < 0)
        return -1;
    return ask_sum(db,
                   "SELECT count(*), coalesce(sum(v.size), 0) FROM gone g"
                   " JOIN removal m ON m.id = g.removal"
                   " JOIN version v ON v.id = g.version"
                   " WHERE m.purged = 0 AND ?1 = 0",
                   0, &sums->n_trash, &sums->trash, err);
}

/* --- quota ---------------------------------------------------------------- */

static int64_t newest_result(struct ft_db *db)
{
    struct ft_rows *rows = ft_db_ask(db, "SELECT max(seq) FROM result", NULL,
                                     0, NULL);
    int64_t seq = rows && ft_rows_next(rows, NULL) == 1 ? ft_rows_int(rows, 0)
                                                        : 0;

    ft_rows_end(rows);
    return seq;
}

/* All over again. */
static int sum_up(struct ft_store *store, struct ft_err *err)
{
    struct ft_taken_sums sums;

    if (ft_store_space_sums(store, &sums, err) < 0)
        return -1;
    store->used_seq = newest_result(ft_index_db(store->index));
    store->used_bytes = sums.present + sums.trash;
    return 0;
}

/* What was published since, by anybody. */
static int add_new(struct ft_store *store, struct ft_err *err)
{
    struct ft_db *db = ft_store_db(store, err);
    uint64_t bytes = 0;
    size_t n;

    if (!db ||
        ask_sum(db,
                "SELECT count(*), coalesce(sum(v.size), 0) FROM output o"
                " JOIN version v ON v.id = o.version"
                " WHERE o.result > ?1 AND v.result = o.result",
                store->used_seq, &n, &bytes, err) < 0)
        return -1;
    store->used_seq = newest_result(db);
    store->used_bytes += bytes;
    return 0;
}

static void add_size(struct ft_str *out, uint64_t bytes)
{
    static const char *const unit[] = { "B", "KiB", "MiB", "GiB", "TiB" };
    double x = (double)bytes;
    size_t i = 0;

    while (x >= 1000 && i + 1 < FT_ARRAY_LEN(unit)) {
        x /= 1024;
        i++;
    }
    ft_str_addf(out, "%.4g %s", x, unit[i]);
}

static int refuse(struct ft_store *store, uint64_t bytes, struct ft_err *err)
{
    struct ft_str text = FT_STR_INIT;
    struct ft_taken space = { 0 };

    ft_str_add(&text, "publishing ");
    add_size(&text, bytes);
    ft_str_add(&text, " would go over the quota of the project: ");
    add_size(&text, store->used_bytes);
    ft_str_add(&text, " of ");
    add_size(&text, store->quota_bytes);
    ft_str_add(&text, " are used");
    (void)ft_store_space(store, FT_SPACE_OBJECT, &space, NULL);
    for (size_t i = 0; i < space.n && i < SHOWN; i++) {
        ft_str_addf(&text, "%s%.40s ", i ? ", " : "; ", space.item[i].name);
        add_size(&text, space.item[i].bytes);
    }
    ft_err_set(err, FT_ENOSPC, "%s", text.s);
    ft_err_hint(err, "'fedtwin data usage' tells more; 'fedtwin gc --purge' "
                     "and 'fedtwin data evict' free space; the setting is "
                     "'store.quota'");
    ft_taken_release(&space);
    ft_str_release(&text);
    return -1;
}

int ft_store_check_quota(struct ft_store *store, uint64_t bytes,
                         struct ft_err *err)
{
    uint64_t more = bytes + store->pending_bytes;

    if (!store->quota_known && ft_size_setting(FT_QUOTA_ENV,
                                                &store->quota_bytes) &&
        store->quota_bytes && sum_up(store, err) < 0)
        return -1;
    store->quota_known = true;
    if (!store->quota_bytes)
        return 0;
    if (add_new(store, err) < 0)
        return -1;
    if (store->used_bytes + more <= store->quota_bytes)
        return 0;
    if (ft_index_follow(store->index, store->log, err) < 0 ||
        sum_up(store, err) < 0) /* something may have been removed */
        return -1;
    if (store->used_bytes + more <= store->quota_bytes)
        return 0;
    return refuse(store, more, err);
}

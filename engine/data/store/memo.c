/* memo.c - what a caller remembers from run to run, to save itself time
 *
 * Memos lie in the index and nowhere else: they vanish when it is made anew,
 * and when the oplog was replaced, so they can never outlive what they say.
 */
#include "base/sha256.h"
#include "data/store/id.h"
#include "data/store/store_impl.h"

/* Older ones go when all of them have more bytes. */
#define KEPT_BYTES (128ll << 20)

static int put(struct ft_db *db, const char *key, const char *run,
               const void *bytes, size_t len)
{
    return ft_db_run(db,
                     "INSERT OR REPLACE INTO memo(key, run, size, payload)"
                     " VALUES(?,?,?,?)",
                     FT_DB_ARGS(ft_db_text(key), ft_db_text(run),
                                ft_db_int((int64_t)len),
                                ft_db_blob(bytes, len)),
                     NULL);
}

/* 'n' grows with every memo, and replacing one makes it the newest. */
static int forget_old(struct ft_db *db)
{
    return ft_db_run(db,
                     "DELETE FROM memo WHERE n IN (SELECT n FROM (SELECT n,"
                     " sum(size) OVER (ORDER BY n DESC) AS total FROM memo)"
                     " WHERE total > ?)",
                     FT_DB_ARGS(ft_db_int(KEPT_BYTES)), NULL);
}

void ft_store_memo_put(struct ft_store *store, const char *key,
                       const char *run, const void *bytes, size_t len)
{
    struct ft_db *db = ft_store_db(store, NULL);

    if (!db || !ft_id_valid(key) || len > FT_MEMO_MAX)
        return;
    if (ft_db_script(db, "BEGIN IMMEDIATE", NULL) < 0)
        return;
    if (put(db, key, run, bytes, len) < 0 || forget_old(db) < 0 ||
        ft_db_script(db, "COMMIT", NULL) < 0)
        (void)ft_db_script(db, "ROLLBACK", NULL);
}

bool ft_store_memo_get(struct ft_store *store, const char *key,
                       struct ft_str *run, struct ft_str *payload)
{
    struct ft_db *db = ft_store_db(store, NULL);
    struct ft_rows *rows;
    const void *bytes;
    bool found;
    size_t len;

    if (!db)
        return false;
    rows = ft_db_ask(db, "SELECT run, payload FROM memo WHERE key=?",
                     FT_DB_ARGS(ft_db_text(key)), NULL);
    found = rows && ft_rows_next(rows, NULL) == 1;
    if (found) {
        ft_str_add(run, ft_rows_text(rows, 0));
        bytes = ft_rows_blob(rows, 1, &len);
        ft_str_addn(payload, bytes, len);
    }
    ft_rows_end(rows);
    return found;
}

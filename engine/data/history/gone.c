/* gone.c - what a state lacks that the one before it had */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "data/history/history_impl.h"

/* The newest change of any object, or of one, that took it away. */
#define GONE_COLUMNS "p.id, s.run, s.outcome"
#define ASK_STATE                                                           \
    "SELECT " GONE_COLUMNS ", count(DISTINCT c.object) FROM branch b"       \
    " JOIN state s ON s.n = b.state JOIN state p ON p.n = s.parent"         \
    " JOIN change c ON c.state = s.n AND c.version IS NULL"                 \
    " WHERE b.name=?1 AND NOT EXISTS (SELECT 1 FROM binding n"              \
    "  WHERE n.branch = ?1 AND n.object = c.object) GROUP BY p.id"
#define ASK_OBJECT                                                          \
    "WITH RECURSIVE chain(n, depth) AS ("                                   \
    " SELECT state, 0 FROM branch WHERE name=?1 UNION ALL"                  \
    " SELECT s.parent, depth+1 FROM chain JOIN state s ON s.n = chain.n"    \
    "  WHERE s.parent IS NOT NULL)"                                         \
    " SELECT " GONE_COLUMNS ", 1 FROM chain JOIN state s ON s.n = chain.n"  \
    " JOIN state p ON p.n = s.parent WHERE EXISTS (SELECT 1 FROM change c"  \
    "  WHERE c.state = chain.n AND c.object=?2 AND c.version IS NULL)"      \
    " ORDER BY depth LIMIT 1"

int ft_store_gone(struct ft_store *store, const char *branch,
                  const char *object, struct ft_gone *gone, struct ft_err *err)
{
    struct ft_db *db = ft_store_bound(store, branch, err);
    struct ft_rows *rows =
        !db ? NULL
        : object ? ft_db_ask(db, ASK_OBJECT,
                             FT_DB_ARGS(ft_db_text(branch),
                                        ft_db_text(object)), err)
                 : ft_db_ask(db, ASK_STATE, FT_DB_ARGS(ft_db_text(branch)),
                             err);
    const char *run, *outcome;
    int rc = rows ? ft_rows_next(rows, err) : -1;

    *gone = (struct ft_gone){ .run = NULL };
    if (rc == 1) {
        ft_copy_id(gone->before, ft_rows_text(rows, 0));
        run = ft_rows_text(rows, 1);
        outcome = ft_rows_text(rows, 2);
        gone->run = ft_strdup(run ? run : "");
        gone->failed = outcome && strcmp(outcome, "ok") != 0;
        gone->n = (size_t)ft_rows_int(rows, 3);
    }
    ft_rows_end(rows);
    return rc;
}

void ft_gone_release(struct ft_gone *gone)
{
    free(gone->run);
    *gone = (struct ft_gone){ .run = NULL };
}

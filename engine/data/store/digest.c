/* digest.c - digests of users' files, remembered while a file stays as it is */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "data/store/store_impl.h"

/* A file that was written so recently may be written again without a change
 * of its times, whose resolution is coarse on some file systems. */
#define SETTLED_NS 1000000000

struct stamp {
    int64_t dev, ino, size, mtime_ns, ctime_ns;
};

static int64_t ns_of(struct timespec t)
{
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static int read_stamp(const char *path, struct stamp *stamp,
                      struct ft_err *err)
{
    struct stat st;

    if (stat(path, &st) < 0)
        return ft_err_sys(err, "cannot read '%s'", path);
    if (!S_ISREG(st.st_mode))
        return ft_err_set(err, FT_EIO, "'%s' is not a plain file", path);
    *stamp = (struct stamp){
        .dev = (int64_t)st.st_dev,
        .ino = (int64_t)st.st_ino,
        .size = st.st_size,
        .mtime_ns = ns_of(st.st_mtim),
        .ctime_ns = ns_of(st.st_ctim),
    };
    return 0;
}

static bool same(const struct stamp *a, const struct stamp *b)
{
    return a->dev == b->dev && a->ino == b->ino && a->size == b->size &&
           a->mtime_ns == b->mtime_ns && a->ctime_ns == b->ctime_ns;
}

static bool is_settled(const struct stamp *stamp, int64_t now_ns)
{
    return now_ns - stamp->mtime_ns > SETTLED_NS &&
           now_ns - stamp->ctime_ns > SETTLED_NS;
}

/* 1 when the index knows the digest of exactly this file. */
static int recall(struct ft_db *db, const struct stamp *stamp,
                  char hex[FT_SHA256_HEX + 1])
{
    struct ft_rows *rows = ft_db_ask(
        db,
        "SELECT digest FROM file_digest WHERE dev=? AND ino=? AND size=?"
        " AND mtime_ns=? AND ctime_ns=?",
        FT_DB_ARGS(ft_db_int(stamp->dev), ft_db_int(stamp->ino),
                   ft_db_int(stamp->size), ft_db_int(stamp->mtime_ns),
                   ft_db_int(stamp->ctime_ns)),
        NULL);
    int rc = rows ? ft_rows_next(rows, NULL) : -1;

    if (rc == 1)
        snprintf(hex, FT_SHA256_HEX + 1, "%s", ft_rows_text(rows, 0));
    ft_rows_end(rows);
    return rc;
}

static void remember(struct ft_db *db, const struct stamp *stamp,
                     const char *hex)
{
    /* Only time is lost when the index cannot take it. */
    (void)ft_db_run(
        db, "INSERT OR REPLACE INTO file_digest VALUES(?,?,?,?,?,?)",
        FT_DB_ARGS(ft_db_int(stamp->dev), ft_db_int(stamp->ino),
                   ft_db_int(stamp->size), ft_db_int(stamp->mtime_ns),
                   ft_db_int(stamp->ctime_ns), ft_db_text(hex)),
        NULL);
}

int ft_store_file_digest(struct ft_store *store, const char *path,
                         char hex[FT_SHA256_HEX + 1], struct ft_err *err)
{
    struct ft_db *db = ft_index_db(store->index);
    struct stamp before, after;
    uint64_t size_bytes;

    if (read_stamp(path, &before, err) < 0)
        return -1;
    if (recall(db, &before, hex) == 1)
        return 0;
    if (ft_sha256_file(path, hex, &size_bytes, err) < 0 ||
        read_stamp(path, &after, err) < 0)
        return -1;
    if (!same(&before, &after))
        return ft_err_set(err, FT_EBUSY, "'%s' changed while it was read",
                          path);
    if (is_settled(&after, ft_clock_now_ns()))
        remember(db, &after, hex);
    return 0;
}

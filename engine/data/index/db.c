/* db.c - the little of SQLite that the index needs */
#include "data/index/db.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/err.h"

/* A rebuild of a large index by another process takes this long at most. */
#define BUSY_MS 60000

/* Pages in the write-ahead log from which on a commit copies them into the
 * database: of the log that is found, and of one's own.  Fewer are left to the
 * next process: to copy takes two syncs, to truncate or delete the log much
 * longer; to read this much of it takes a fraction of a millisecond. */
#define LOG_PAGES_FOUND 128
#define LOG_PAGES 1000
#define LOG_BYTES_KEPT "4194304"

struct cached {
    const char *sql; /* compared by address */
    sqlite3_stmt *stmt;
};

struct ft_db {
    sqlite3 *sqlite;
    struct cached *stmt;
    size_t n, cap;
    int log_pages; /* in the write-ahead log after the last commit */
};

struct ft_rows; /* is a sqlite3_stmt */

static const struct {
    int sqlite;
    enum ft_code code;
} codes[] = {
    { SQLITE_CORRUPT, FT_EFORMAT }, { SQLITE_NOTADB, FT_EFORMAT },
    { SQLITE_FULL, FT_ENOSPC },     { SQLITE_BUSY, FT_EBUSY },
    { SQLITE_LOCKED, FT_EBUSY },    { SQLITE_READONLY, FT_EACCES },
    { SQLITE_PERM, FT_EACCES },     { SQLITE_CANTOPEN, FT_EACCES },
    { SQLITE_AUTH, FT_EACCES },     { SQLITE_SCHEMA, FT_EFORMAT },
    { SQLITE_ERROR, FT_EFORMAT }, /* a table or column that is not there */
};

static int fail(sqlite3 *sqlite, struct ft_err *err)
{
    int rc = sqlite3_errcode(sqlite) & 0xff;
    enum ft_code code = FT_EIO;

    for (size_t i = 0; i < FT_ARRAY_LEN(codes); i++)
        if (codes[i].sqlite == rc)
            code = codes[i].code;
    ft_err_set(err, code, "index: %s", sqlite3_errmsg(sqlite));
    if (code == FT_EFORMAT)
        ft_err_hint(err, "'fedtwin fsck --rebuild' makes a new index");
    return -1;
}

/* --- opening -------------------------------------------------------------- */

/* Copy the log into the database, as far as nobody is in the way; what stays
 * is done next time. */
static void copy_log(struct ft_db *db, int mode)
{
    (void)sqlite3_wal_checkpoint_v2(db->sqlite, NULL, mode, NULL, NULL);
}

static int committed(void *arg, sqlite3 *sqlite, const char *name, int pages)
{
    struct ft_db *db = arg;
    int limit = db->log_pages ? LOG_PAGES : LOG_PAGES_FOUND;

    (void)sqlite;
    (void)name;
    db->log_pages = pages;
    if (pages >= limit) /* the next commit begins the log anew */
        copy_log(db, SQLITE_CHECKPOINT_PASSIVE);
    return SQLITE_OK;
}

/* Of two processes that make the same database, SQLite tells one at once that
 * it is busy, for the other may wait for it; so wait here. */
static int use_log(struct ft_db *db, struct ft_err *err)
{
    const struct timespec pause = { .tv_nsec = 2000000 };
    int64_t end_ns = ft_clock_mono_ns() + BUSY_MS * 1000000LL;
    struct ft_err local = { 0 };
    int rc;

    while ((rc = ft_db_script(db, "PRAGMA journal_mode=WAL", &local)) < 0 &&
           local.code == FT_EBUSY && ft_clock_mono_ns() < end_ns)
        nanosleep(&pause, NULL);
    if (rc < 0 && err)
        *err = local;
    return rc;
}

/* A write-ahead log that stays when its last user goes. */
static int keep_log(struct ft_db *db, struct ft_err *err)
{
    (void)sqlite3_wal_hook(db->sqlite, committed, db);
    if (sqlite3_db_config(db->sqlite, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1,
                          NULL) != SQLITE_OK)
        return fail(db->sqlite, err);
    if (use_log(db, err) < 0)
        return -1;
    return ft_db_script(db,
                        "PRAGMA synchronous=NORMAL;"
                        "PRAGMA journal_size_limit=" LOG_BYTES_KEPT,
                        err);
}

static int set_up(struct ft_db *db, enum ft_db_mode mode, bool shared_disk,
                  struct ft_err *err)
{
    sqlite3_busy_timeout(db->sqlite, BUSY_MS);
    sqlite3_extended_result_codes(db->sqlite, 1);
    if (ft_db_set_cache(db, FT_DB_CACHE_MIB, err) < 0)
        return -1;
    if (mode != FT_DB_WRITE)
        return 0;
    if (!shared_disk)
        return keep_log(db, err);
    return ft_db_script(db,
                        "PRAGMA journal_mode=TRUNCATE; PRAGMA mmap_size=0;"
                        "PRAGMA synchronous=NORMAL",
                        err);
}

/* SQLite makes a new file unwritable to its group whatever the umask, and gives
 * those beside it the same mode.  A file that is there is not opened here:
 * closing it would end the locks that this process has on it. */
static void create(const char *path)
{
    int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);

    if (fd >= 0)
        close(fd);
}

/* One thread alone uses SQLite; its locks and its counting of memory are a
 * tenth of the time of a commit.  Only the first call has an effect. */
static void configure(void)
{
    (void)sqlite3_config(SQLITE_CONFIG_SINGLETHREAD);
    (void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

struct ft_db *ft_db_open(const char *path, enum ft_db_mode mode,
                         bool shared_disk, struct ft_err *err)
{
    static const int flags[] = {
        [FT_DB_WRITE] = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE,
        [FT_DB_READ] = SQLITE_OPEN_READONLY,
        [FT_DB_MEMORY] = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE,
    };
    struct ft_db *db = ft_calloc(1, sizeof(*db));
    int rc;

    configure();
    if (mode == FT_DB_WRITE)
        create(path);
    rc = sqlite3_open_v2(mode == FT_DB_MEMORY ? ":memory:" : path,
                         &db->sqlite, flags[mode], NULL);

    if (!db->sqlite)
        FT_BUG("SQLite has no memory");
    if (rc != SQLITE_OK) {
        fail(db->sqlite, err);
        ft_db_close(db);
        return NULL;
    }
    if (set_up(db, mode, shared_disk, err) < 0) {
        ft_db_close(db);
        return NULL;
    }
    return db;
}

void ft_db_close(struct ft_db *db)
{
    if (!db)
        return;
    for (size_t i = 0; i < db->n; i++)
        sqlite3_finalize(db->stmt[i].stmt);
    free(db->stmt);
    if (db->log_pages >= LOG_PAGES) {
        sqlite3_busy_timeout(db->sqlite, 0);
        copy_log(db, SQLITE_CHECKPOINT_TRUNCATE);
    }
    sqlite3_close(db->sqlite);
    free(db);
}

/* --- statements ----------------------------------------------------------- */

struct ft_db_value ft_db_text(const char *s)
{
    return (struct ft_db_value){ .type = s ? FT_DB_TEXT : FT_DB_NULL,
                                 .text = s };
}

struct ft_db_value ft_db_int(int64_t i)
{
    return (struct ft_db_value){ .type = FT_DB_INT, .i = i };
}

struct ft_db_value ft_db_num(double num)
{
    return (struct ft_db_value){ .type = FT_DB_NUM, .num = num };
}

struct ft_db_value ft_db_blob(const void *bytes, size_t len)
{
    return (struct ft_db_value){ .type = FT_DB_BLOB, .bytes = bytes,
                                 .len = len };
}

int ft_db_script(struct ft_db *db, const char *sql, struct ft_err *err)
{
    if (sqlite3_exec(db->sqlite, sql, NULL, NULL, NULL) != SQLITE_OK)
        return fail(db->sqlite, err);
    return 0;
}

int ft_db_set_cache(struct ft_db *db, unsigned mib, struct ft_err *err)
{
    char sql[48];

    snprintf(sql, sizeof(sql), "PRAGMA cache_size=-%u", mib * 1024);
    return ft_db_script(db, sql, err);
}

static sqlite3_stmt *prepare(struct ft_db *db, const char *sql,
                             struct ft_err *err)
{
    sqlite3_stmt *stmt;

    for (size_t i = 0; i < db->n; i++)
        if (db->stmt[i].sql == sql)
            return db->stmt[i].stmt;
    if (sqlite3_prepare_v3(db->sqlite, sql, -1, SQLITE_PREPARE_PERSISTENT,
                           &stmt, NULL) != SQLITE_OK) {
        fail(db->sqlite, err);
        return NULL;
    }
    db->stmt = ft_grow(db->stmt, db->n, &db->cap, sizeof(*db->stmt));
    db->stmt[db->n++] = (struct cached){ sql, stmt };
    return stmt;
}

static int bind(sqlite3_stmt *stmt, int place, const struct ft_db_value *value)
{
    switch (value->type) {
    case FT_DB_TEXT:
        return sqlite3_bind_text(stmt, place, value->text, -1, SQLITE_STATIC);
    case FT_DB_INT:
        return sqlite3_bind_int64(stmt, place, value->i);
    case FT_DB_NUM:
        return sqlite3_bind_double(stmt, place, value->num);
    case FT_DB_BLOB: /* no address would be NULL, not an empty one */
        return sqlite3_bind_blob64(stmt, place,
                                   value->len ? value->bytes : "",
                                   value->len, SQLITE_STATIC);
    case FT_DB_NULL:
        break;
    }
    return sqlite3_bind_null(stmt, place);
}

struct ft_rows *ft_db_ask(struct ft_db *db, const char *sql,
                          const struct ft_db_value *args, size_t n,
                          struct ft_err *err)
{
    sqlite3_stmt *stmt = prepare(db, sql, err);

    if (!stmt)
        return NULL;
    for (size_t i = 0; i < n; i++)
        if (bind(stmt, (int)i + 1, &args[i]) != SQLITE_OK)
            FT_BUG("statement does not take %zu values: %s", n, sql);
    return (struct ft_rows *)stmt;
}

int ft_rows_next(struct ft_rows *rows, struct ft_err *err)
{
    sqlite3_stmt *stmt = (sqlite3_stmt *)rows;

    switch (sqlite3_step(stmt)) {
    case SQLITE_ROW:
        return 1;
    case SQLITE_DONE:
        return 0;
    default:
        return fail(sqlite3_db_handle(stmt), err);
    }
}

const char *ft_rows_text(struct ft_rows *rows, int column)
{
    return (const char *)sqlite3_column_text((sqlite3_stmt *)rows, column);
}

int64_t ft_rows_int(struct ft_rows *rows, int column)
{
    return sqlite3_column_int64((sqlite3_stmt *)rows, column);
}

const void *ft_rows_blob(struct ft_rows *rows, int column, size_t *len)
{
    const void *bytes = sqlite3_column_blob((sqlite3_stmt *)rows, column);

    *len = (size_t)sqlite3_column_bytes((sqlite3_stmt *)rows, column);
    return bytes;
}

void ft_rows_end(struct ft_rows *rows)
{
    if (!rows)
        return;
    sqlite3_reset((sqlite3_stmt *)rows);
    sqlite3_clear_bindings((sqlite3_stmt *)rows);
}

int ft_rows_any(struct ft_rows *rows, struct ft_err *err)
{
    int rc = rows ? ft_rows_next(rows, err) : -1;

    ft_rows_end(rows);
    return rc;
}

char *ft_rows_own(struct ft_rows *rows, int column)
{
    const char *text = ft_rows_text(rows, column);

    return ft_strdup(text ? text : "");
}

int ft_db_run(struct ft_db *db, const char *sql,
              const struct ft_db_value *args, size_t n, struct ft_err *err)
{
    struct ft_rows *rows = ft_db_ask(db, sql, args, n, err);
    int rc;

    if (!rows)
        return -1;
    rc = ft_rows_next(rows, err);
    ft_rows_end(rows);
    return rc < 0 ? -1 : 0;
}

bool ft_db_changed(struct ft_db *db)
{
    return sqlite3_changes(db->sqlite) > 0;
}

int64_t ft_db_last_id(struct ft_db *db)
{
    return sqlite3_last_insert_rowid(db->sqlite);
}

/* db.h - the little of SQLite that the index needs
 *
 * db.c is the only file that includes sqlite3.h.  Statements are prepared once
 * and kept with the database; their SQL must be a string constant, because the
 * cache compares addresses.
 */
#ifndef FT_DATA_DB_H
#define FT_DATA_DB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ft_db;
struct ft_err;
struct ft_rows; /* a statement under way */

enum ft_db_mode {
    FT_DB_WRITE,  /* created when missing */
    FT_DB_READ,   /* nothing is written */
    FT_DB_MEMORY, /* private, gone with the process */
};

/* 'path' is not used for FT_DB_MEMORY.  'shared_disk': more than one host may
 * see the file, so that the write-ahead log cannot be used.
 *   FT_EFORMAT   not a database, or damaged
 *   FT_EBUSY     another process kept it locked too long
 *   FT_ENOSPC, FT_EACCES, FT_EIO */
struct ft_db *ft_db_open(const char *path, enum ft_db_mode mode,
                         bool shared_disk, struct ft_err *err);
void ft_db_close(struct ft_db *db); /* NULL is fine */

/* A parameter of a statement, made by one of those below. */
struct ft_db_value {
    enum { FT_DB_NULL, FT_DB_TEXT, FT_DB_INT, FT_DB_NUM, FT_DB_BLOB } type;
    const char *text;
    const void *bytes;
    size_t len;
    int64_t i;
    double num;
};
struct ft_db_value ft_db_text(const char *s); /* NULL gives NULL */
struct ft_db_value ft_db_int(int64_t i);
struct ft_db_value ft_db_num(double num);
struct ft_db_value ft_db_blob(const void *bytes, size_t len);

/* FT_DB_ARGS(a, b) gives the last two parameters but one: array and length. */
#define FT_DB_ARGS(...)                                                     \
    (const struct ft_db_value[]){ __VA_ARGS__ },                            \
        sizeof((const struct ft_db_value[]){ __VA_ARGS__ }) /               \
            sizeof(struct ft_db_value)

/* Keep up to so many MiB of the database in memory.  Keys are digests, so that
 * each is on another page. */
#define FT_DB_CACHE_MIB 64 /* unless set */
int ft_db_set_cache(struct ft_db *db, unsigned mib, struct ft_err *err);

/* Statements that give no rows, several divided by ';' (not cached). */
int ft_db_script(struct ft_db *db, const char *sql, struct ft_err *err);

/* One statement that gives no rows. */
int ft_db_run(struct ft_db *db, const char *sql,
              const struct ft_db_value *args, size_t n, struct ft_err *err);

/* One that does.  End it with ft_rows_end() before the same SQL is asked
 * again; args must stay until then. */
struct ft_rows *ft_db_ask(struct ft_db *db, const char *sql,
                          const struct ft_db_value *args, size_t n,
                          struct ft_err *err);
/* 1: there is a row; 0: no more; -1. */
int ft_rows_next(struct ft_rows *rows, struct ft_err *err);
/* Of the row, columns from 0.  Borrowed until the next call; NULL for NULL. */
const char *ft_rows_text(struct ft_rows *rows, int column);
int64_t ft_rows_int(struct ft_rows *rows, int column);
const void *ft_rows_blob(struct ft_rows *rows, int column, size_t *len);
void ft_rows_end(struct ft_rows *rows); /* NULL is fine */
/* 1 when there is a row, 0, or -1; ends 'rows', which may be NULL (then -1). */
int ft_rows_any(struct ft_rows *rows, struct ft_err *err);
/* The text as an own copy, "" for NULL. */
char *ft_rows_own(struct ft_rows *rows, int column);

bool ft_db_changed(struct ft_db *db);    /* whether the last statement did */
int64_t ft_db_last_id(struct ft_db *db); /* of the last row inserted */

#endif

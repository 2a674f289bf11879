/* index.c - the oplog in a form that answers questions fast */
#include "data/index/index.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/sha256.h"
#include "data/index/index_apply.h"
#include "data/index/index_path.h"
#include "data/index/index_upkeep.h"

#define SCHEMA_VERSION 9

/* Of an index of some million versions all that is not written in order: a page
 * that must be read again for each of them costs more than everything else. */
#define FIRST_CACHE_MIB 256

static const char schema[] =
    "CREATE TABLE place(one INTEGER PRIMARY KEY CHECK(one = 1), offset, seq,"
    " head TEXT, last);"
    "INSERT INTO place VALUES(1, 0, 0, '', 0);"
    "CREATE TABLE result(seq INTEGER PRIMARY KEY, run TEXT, stage TEXT,"
    " task TEXT, cell TEXT, cache_key TEXT, time_us, cpu_s, module TEXT,"
    " lineage TEXT);"
    "CREATE TABLE version(id TEXT PRIMARY KEY, result INTEGER, object TEXT,"
    " type TEXT, unit TEXT, content TEXT, file TEXT, size);"
    "CREATE TABLE output(result INTEGER, name TEXT, version TEXT,"
    " PRIMARY KEY(result, name)) WITHOUT ROWID;"
    "CREATE TABLE made_from(input BLOB, result INTEGER,"
    " PRIMARY KEY(input, result)) WITHOUT ROWID;"
    "CREATE TABLE unlisted(result INTEGER PRIMARY KEY);"
    "CREATE TABLE workflow(digest TEXT PRIMARY KEY, text TEXT,"
    " texts TEXT);"
    "CREATE TABLE module(digest TEXT PRIMARY KEY, text TEXT);"
    "CREATE TABLE state(n INTEGER PRIMARY KEY, id TEXT UNIQUE,"
    " parent INTEGER, merge INTEGER, time_us, run TEXT, workflow TEXT,"
    " workflow_file TEXT, outcome TEXT, user TEXT, params TEXT, source TEXT,"
    " n_objects, n_changed);"
    "CREATE TABLE change(state INTEGER, object TEXT, cell TEXT, pos,"
    " version TEXT, PRIMARY KEY(state, object, cell)) WITHOUT ROWID;"
    "CREATE INDEX state_run ON state(run);"
    "CREATE TABLE branch(name TEXT PRIMARY KEY, state INTEGER, tip INTEGER,"
    " bound INTEGER);"
    "CREATE TABLE head(one INTEGER PRIMARY KEY CHECK(one = 1), branch TEXT);"
    "CREATE TABLE tag(name TEXT PRIMARY KEY, state INTEGER, time_us, user);"
    "CREATE TABLE move(seq INTEGER PRIMARY KEY, time_us, op TEXT,"
    " branch TEXT, state INTEGER, old INTEGER, user TEXT);"
    "CREATE TABLE binding(branch TEXT, object TEXT, cell TEXT, pos,"
    " version TEXT, PRIMARY KEY(branch, object, cell)) WITHOUT ROWID;"
    "CREATE INDEX binding_order ON binding(branch, object, pos);"
    "CREATE TABLE origin(result INTEGER PRIMARY KEY, project TEXT, user TEXT,"
    " exported_us);"
    "CREATE TABLE file_digest(dev, ino, size, mtime_ns, ctime_ns,"
    " digest TEXT, PRIMARY KEY(dev, ino)) WITHOUT ROWID;"
    "CREATE TABLE memo(n INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT UNIQUE,"
    " run TEXT, size, payload BLOB);"
    "PRAGMA user_version=9;";

/* Made after the first replay: of random keys a sorted list is ten times faster
 * to make than one by one. */
static const char make_keys[] =
    "CREATE INDEX result_key ON result(cache_key)"
    " WHERE cache_key IS NOT NULL;"
    "CREATE INDEX result_task ON result(task);";

static const char empty_all[] =
    "DROP INDEX IF EXISTS result_key; DROP INDEX IF EXISTS result_task;"
    "UPDATE place SET offset=0, seq=0, head='', last=0;"
    "DELETE FROM result; DELETE FROM version; DELETE FROM output;"
    "DELETE FROM made_from; DELETE FROM unlisted;"
    "DELETE FROM workflow; DELETE FROM module; DELETE FROM state;"
    "DELETE FROM change;"
    "DELETE FROM branch; DELETE FROM head; DELETE FROM tag;"
    "DELETE FROM move; DELETE FROM binding; DELETE FROM memo;"
    "DELETE FROM origin;";

struct ft_index {
    char *meta;
    char *path; /* of the database, when it is on disk */
    struct ft_db *db;
    bool memory;
    bool writable;
    bool behind; /* records were read from the log that it has not got */
};

/* --- opening the database ------------------------------------------------- */

static int ask_version(struct ft_db *db, int64_t *version, struct ft_err *err)
{
    struct ft_rows *rows = ft_db_ask(db, "PRAGMA user_version", NULL, 0, err);
    int rc = rows ? ft_rows_next(rows, err) : -1;

    if (rc == 1)
        *version = ft_rows_int(rows, 0);
    ft_rows_end(rows);
    return rc == 1 ? 0 : -1;
}

/* Two processes may both find the new file empty; the second waits. */
static int create_schema(struct ft_db *db, struct ft_err *err)
{
    int64_t version = 0;

    if (ft_db_script(db, "BEGIN IMMEDIATE", err) < 0)
        return -1;
    if (ask_version(db, &version, err) < 0 ||
        (version == 0 && (ft_db_script(db, ft_upkeep_schema, err) < 0 ||
                          ft_db_script(db, schema, err) < 0)) ||
        ft_db_script(db, "COMMIT", err) < 0) {
        (void)ft_db_script(db, "ROLLBACK", NULL);
        return -1;
    }
    return 0;
}

static int check_schema(struct ft_db *db, bool create, struct ft_err *err)
{
    int64_t version = 0;

    if (ask_version(db, &version, err) < 0)
        return -1;
    if (version == 0 && create)
        return create_schema(db, err);
    if (version != SCHEMA_VERSION)
        return ft_err_set(err, FT_EFORMAT, "index: schema %lld is unknown",
                          (long long)version);
    return 0;
}

/* 'path' NULL: in memory. */
static struct ft_db *open_db(const char *path, enum ft_db_mode mode,
                             struct ft_err *err)
{
    struct ft_db *db = ft_db_open(path, mode,
                                  path && ft_index_shared_disk(path), err);

    if (db && check_schema(db, mode != FT_DB_READ, err) < 0) {
        ft_db_close(db);
        return NULL;
    }
    return db;
}

/* What is no index of ours is removed: it holds nothing of its own. */
static struct ft_db *open_or_replace(const char *path, struct ft_err *err)
{
    struct ft_db *db = open_db(path, FT_DB_WRITE, err);

    if (db || err->code != FT_EFORMAT ||
        ft_index_path_remove(path, err) < 0)
        return db;
    return open_db(path, FT_DB_WRITE, err);
}

static int open_for_writing(struct ft_index *index, struct ft_err *err)
{
    index->db = open_or_replace(index->path, err);
    index->writable = index->db != NULL;
    return index->db ? 0 : -1;
}

/* Where the project must not be written, the user's cache may. */
static int open_private(struct ft_index *index, struct ft_err *err)
{
    free(index->path);
    index->path = ft_index_path_private(index->meta, err);
    return index->path ? open_for_writing(index, err) : -1;
}

static int open_for_reading(struct ft_index *index, struct ft_err *err)
{
    if (ft_index_path_is_given())
        return open_for_writing(index, err);
    index->db = open_db(index->path, FT_DB_READ, err);
    return index->db ? 0 : open_private(index, err);
}

static int use_memory(struct ft_index *index, struct ft_err *err)
{
    ft_db_close(index->db);
    index->memory = true;
    index->writable = true;
    index->db = open_db(NULL, FT_DB_MEMORY, err);
    return index->db ? 0 : -1;
}

static int open_any(struct ft_index *index, enum ft_index_mode mode,
                    struct ft_err *err)
{
    int rc = -1;

    index->path = ft_index_path(index->meta);
    if (mode == FT_INDEX_WRITE)
        rc = open_for_writing(index, err);
    else if (mode == FT_INDEX_READ)
        rc = open_for_reading(index, err);
    if (rc == 0 || (mode != FT_INDEX_MEMORY && err->code == FT_EBUSY))
        return rc;
    return use_memory(index, err);
}

/* --- replaying ------------------------------------------------------------ */

/* One replay: a transaction that begins with the first record. */
struct replay {
    struct ft_index *index;
    struct ft_oplog_place place; /* after the newest record entered */
    bool begun;
    bool first; /* of an empty index */
    bool clear; /* forget everything first */
    bool moved; /* 'place' is to be written */
};

static int read_place(struct ft_db *db, struct ft_oplog_place *place,
                      struct ft_err *err)
{
    struct ft_rows *rows = ft_db_ask(
        db, "SELECT offset, seq, head, last FROM place", NULL, 0, err);
    int rc = rows ? ft_rows_next(rows, err) : -1;

    if (rc == 1) {
        const char *head = ft_rows_text(rows, 2);

        *place = (struct ft_oplog_place){
            .at.offset = (uint64_t)ft_rows_int(rows, 0),
            .at.seq = (uint64_t)ft_rows_int(rows, 1),
            .last = (uint64_t)ft_rows_int(rows, 3),
        };
        if (head && strlen(head) == FT_SHA256_HEX)
            ft_sha256_bytes(head, place->at.head);
    }
    ft_rows_end(rows);
    if (rc == 0)
        ft_err_set(err, FT_EFORMAT, "index: no place");
    return rc == 1 ? 0 : -1;
}

static int write_place(struct ft_db *db, const struct ft_oplog_place *place,
                       struct ft_err *err)
{
    char head[FT_SHA256_HEX + 1];

    ft_sha256_hex(place->at.head, head);
    return ft_db_run(db, "UPDATE place SET offset=?, seq=?, head=?, last=?",
                     FT_DB_ARGS(ft_db_int((int64_t)place->at.offset),
                                ft_db_int((int64_t)place->at.seq),
                                ft_db_text(head),
                                ft_db_int((int64_t)place->last)),
                     err);
}

static int begin(struct replay *replay, struct ft_err *err)
{
    struct ft_db *db = replay->index->db;

    if (replay->begun)
        return 0;
    if (!replay->index->writable)
        return ft_err_set(err, FT_EACCES, "index: it cannot be written");
    if (ft_db_script(db, "BEGIN IMMEDIATE", err) < 0)
        return -1;
    replay->begun = true;
    if (replay->clear && (ft_db_script(db, empty_all, err) < 0 ||
                          ft_db_script(db, ft_upkeep_empty, err) < 0))
        return -1;
    if (read_place(db, &replay->place, err) < 0)
        return -1;
    replay->first = !replay->place.at.seq;
    return replay->first ? ft_db_set_cache(db, FIRST_CACHE_MIB, err) : 0;
}

/* Another process may have entered the record already. */
static int enter(const struct ft_log_record *record, void *arg,
                 struct ft_err *err)
{
    struct replay *replay = arg;

    if (begin(replay, err) < 0)
        return -1;
    if (record->seq < replay->place.at.seq)
        return 0;
    if (record->seq > replay->place.at.seq)
        return ft_err_set(err, FT_EBUSY, "index: another process emptied it");
    if (ft_index_apply(replay->index->db, record, err) < 0)
        return -1;
    replay->place.at.seq = record->seq + 1;
    replay->place.last = record->offset;
    replay->moved = true;
    return 0;
}

/* End the transaction: with 'rc' 0 keep what was done. */
static int end(struct replay *replay, const struct ft_oplog *log, int rc,
               struct ft_err *err)
{
    struct ft_db *db = replay->index->db;

    if (rc == 0 && replay->clear)
        rc = begin(replay, err);
    if (rc == 0 && replay->first && replay->moved)
        rc = ft_db_script(db, make_keys, err);
    if (rc == 0 && replay->moved) {
        ft_oplog_reader_end(log, &replay->place.at);
        rc = write_place(db, &replay->place, err);
    }
    if (rc == 0 && replay->begun)
        rc = ft_db_script(db, "COMMIT", err);
    if (rc < 0 && replay->begun)
        (void)ft_db_script(db, "ROLLBACK", NULL);
    if (replay->first)
        (void)ft_db_set_cache(db, FT_DB_CACHE_MIB, NULL);
    return rc;
}

/* Open the log where the index ended, or from its start into an empty index. */
static struct ft_oplog *open_log(struct ft_index *index, bool clear,
                                 struct ft_err *err)
{
    struct replay replay = { .index = index, .clear = clear };
    struct ft_oplog *log;

    if (!clear && read_place(index->db, &replay.place, err) < 0)
        return NULL;
    log = ft_oplog_open(index->meta,
                        replay.place.at.offset ? &replay.place.at : NULL,
                        enter, &replay, err);
    if (end(&replay, log, log ? 0 : -1, err) < 0) {
        ft_oplog_close(log);
        return NULL;
    }
    return log;
}

/* 1 when the log still holds what the index was made from. */
static int is_of_this_log(const struct ft_index *index, struct ft_err *err)
{
    struct ft_oplog_place place;

    if (read_place(index->db, &place, err) < 0)
        return -1;
    if (!place.at.offset)
        return 1;
    return ft_oplog_matches(index->meta, &place, err);
}

/* An index that may only be read and does not serve is left for a private one,
 * or for one in memory. */
static int make_writable(struct ft_index *index, struct ft_err *err)
{
    ft_db_close(index->db);
    index->db = NULL;
    return open_private(index, err) == 0 ? 0 : use_memory(index, err);
}

static struct ft_oplog *open_from_start(struct ft_index *index,
                                        struct ft_err *err)
{
    if (!index->writable && make_writable(index, err) < 0)
        return NULL;
    return open_log(index, true, err);
}

/* A fault of the index itself, not of the log: db.c says so in the message,
 * before which there may be the record that was being entered. */
static bool is_index_fault(const struct ft_err *err)
{
    return strstr(err->msg, "index: ") && err->code != FT_EBUSY;
}

/* Go on with a new file where the old one was damaged, else in memory. */
static struct ft_oplog *replay_anew(struct ft_index *index, struct ft_err *err)
{
    struct ft_oplog *log = NULL;

    if (err->code == FT_EFORMAT && index->writable && !index->memory &&
        ft_index_path_remove(index->path, err) == 0) {
        ft_db_close(index->db);
        index->db = open_db(index->path, FT_DB_WRITE, err);
        log = index->db ? open_log(index, true, err) : NULL;
    }
    if (!log && use_memory(index, err) == 0)
        log = open_log(index, true, err);
    return log;
}

static struct ft_oplog *replay_all(struct ft_index *index, struct ft_err *err)
{
    int same = is_of_this_log(index, err);
    struct ft_oplog *log = NULL;

    if (same < 0 && !is_index_fault(err))
        return NULL;
    if (same == 1)
        log = open_log(index, false, err);
    if (!log && same >= 0) /* also when the log was replaced just now */
        log = open_from_start(index, err);
    if (!log && is_index_fault(err) && !index->memory)
        log = replay_anew(index, err);
    return log;
}

struct ft_index *ft_index_open(const char *meta, enum ft_index_mode mode,
                               struct ft_oplog **log, struct ft_err *err)
{
    struct ft_index *index = ft_calloc(1, sizeof(*index));
    struct ft_err local;

    if (!err)
        err = &local;
    index->meta = ft_strdup(meta);
    if (open_any(index, mode, err) < 0)
        goto fail;
    *log = replay_all(index, err);
    if (!*log)
        goto fail;
    return index;
fail:
    ft_index_close(index);
    return NULL;
}

void ft_index_close(struct ft_index *index)
{
    if (!index)
        return;
    ft_db_close(index->db);
    free(index->path);
    free(index->meta);
    free(index);
}

struct ft_db *ft_index_db(const struct ft_index *index)
{
    return index->db;
}

bool ft_index_writable(const struct ft_index *index)
{
    return index->writable;
}

bool ft_index_in_memory(const struct ft_index *index)
{
    return index->memory;
}

/* --- following ------------------------------------------------------------ */

/* The log's reader has gone past records that the index has not got: read
 * again from where the index is. */
static int catch_up(struct ft_index *index, struct ft_oplog *log,
                    struct ft_err *err)
{
    struct replay replay = { .index = index, .clear = index->memory };
    int rc;

    if (!replay.clear && read_place(index->db, &replay.place, err) < 0)
        return -1;
    rc = ft_oplog_rewind(log, replay.place.at.offset ? &replay.place.at : NULL,
                         enter, &replay, err);
    return end(&replay, log, rc, err);
}

int ft_index_follow(struct ft_index *index, struct ft_oplog *log,
                    struct ft_err *err)
{
    struct replay replay = { .index = index };
    struct ft_err local = { 0 };
    int rc;

    if (!index->behind) {
        rc = ft_oplog_follow(log, enter, &replay, &local);
        rc = end(&replay, log, rc, &local);
    } else {
        rc = catch_up(index, log, &local);
    }
    index->behind = rc < 0;
    if (rc < 0 && is_index_fault(&local) && !index->memory &&
        use_memory(index, &local) == 0) {
        rc = catch_up(index, log, &local);
        index->behind = rc < 0;
    }
    if (rc < 0 && err)
        *err = local;
    return rc;
}

int ft_index_settle(struct ft_index *index, struct ft_oplog *log,
                    struct ft_err *err)
{
    return index->behind ? ft_index_follow(index, log, err) : 0;
}

struct ft_db *ft_index_scratch(const char *path, struct ft_err *err)
{
    return open_db(path, FT_DB_WRITE, err);
}

int ft_index_remove(const char *meta, struct ft_err *err)
{
    char *path = ft_index_path(meta);
    int rc = ft_index_path_remove(path, err);

    free(path);
    return rc;
}

/* store.h - the versions of every object of a project, and how they came to be
 *
 * An object is a named result such as "heat.temperature"; of a matrix each cell
 * is an object of its own.  A version is one immutable HDF5 file.  The oplog is
 * the authority: what it does not name does not exist; SQLite only finds things
 * fast.  Several processes may use one store: appends happen under a lock.
 *
 * Every question is about the current branch, or what ft_store_at() looks at
 * (history.h).
 *
 * Publishing hashes and copies whole files, so it is asynchronous: the work is
 * done by fedtwin-worker and ft_store_advance() reports it.  Everything else is
 * quick.
 */
#ifndef FT_DATA_STORE_H
#define FT_DATA_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/sha256.h"
#include "base/str.h"
#include "model/object.h"

struct ft_err;
struct ft_project;
struct ft_store;
struct json_object;

#define FT_CONTENT_TEXT (7 + FT_SHA256_HEX + 1) /* "sha256:" hex NUL */

enum ft_store_mode {
    FT_STORE_READ,
    FT_STORE_WRITE,
    FT_STORE_PUBLISH, /* the same, and something will be published: the worker
                         starts while the index is opened */
};

/* Opening replays what the index has not seen yet; a missing or damaged index
 * is rebuilt from the oplog.  The worker starts on first use. */
struct ft_store *ft_store_open(const struct ft_project *project,
                               enum ft_store_mode mode, struct ft_err *err);
/* The project's directory, absolute; borrowed. */
const char *ft_store_dir(const struct ft_store *store);
/* NULL is fine.  What was started and not reported is given up: nothing of it
 * is visible, and nobody is told. */
void ft_store_close(struct ft_store *store);

/* --- publishing ----------------------------------------------------------- */

/* One output of a finished task. */
struct ft_output {
    const char *name;       /* "temperature" */
    const char *path;       /* what the stage wrote; it stays */
    enum ft_object_type type;
    const char *unit;       /* field and image: required in the file; or NULL */
    const char *media_type; /* file, or NULL */
    const char *file_name;  /* file: name it is given back under; or NULL */
    struct json_object *units; /* {"column": "unit"}: table that is text and
                                  does not say them itself; or NULL */
    struct json_object *convert; /* of another program's file: "convert" of
                                    worker.md; or NULL */
    /* Filled by publishing: */
    char version[FT_SHA256_HEX + 1];
    char content[FT_CONTENT_TEXT];
    char file_digest[FT_SHA256_HEX + 1];
    uint64_t size_bytes;
    struct json_object *summary; /* see worker.md; borrowed, valid until the
                                    next ft_store_advance() or _publish() */
};

/* The results of one task; all appear together or none does. */
struct ft_result {
    const char *run, *stage, *task; /* "heat", "heat[power=45 W]" */
    struct json_object *cell;       /* {"power": …}, or NULL */
    const char *cache_key;          /* hex, or NULL: never reused */
    struct json_object *lineage;    /* the record without content, object,
                                       type, unit: publishing adds them */
    struct ft_output *out;
    size_t n_out;
    double cpu_s; /* spent by the task: what a later reuse saves */
};

/* What is finished.  'token' is the one given at the start; 'err' is NULL when
 * all went well.  After a failure nothing of the request is visible. */
typedef void ft_store_done(void *token, const struct ft_err *err, void *arg);

/* Start to publish; 'result' and what it points to must stay until it is
 * reported.  Fails only when the request cannot be taken at all. */
int ft_store_publish_start(struct ft_store *store, struct ft_result *result,
                           void *token, struct ft_err *err);

/* Start to write the bytes of a version of type file to 'dest'. */
int ft_store_extract_start(struct ft_store *store, const char *version,
                           const char *dest, void *token, struct ft_err *err);

/* Readable when ft_store_advance() has something to do; changes when the worker
 * is restarted (ask again after each advance); -1 while nothing is under
 * way. */
int ft_store_fd(const struct ft_store *store);
size_t ft_store_pending(const struct ft_store *store);

/* Take the worker's answers, append the oplog records of all finished results
 * and make them durable with one sync - the commit point -, then report each.
 * With 'wait' returns only when at least one was reported.  A worker that died
 * is restarted; a request that killed it twice fails with FT_EFORMAT. */
int ft_store_advance(struct ft_store *store, bool wait, ft_store_done *done,
                     void *arg, struct ft_err *err);

/* Talk to the worker, but commit and report nothing yet: how many results and
 * other requests the next ft_store_advance() has to report.  They share its
 * sync, so that it pays to let some gather. */
size_t ft_store_gather(struct ft_store *store);

/* Start, wait and report in one. */
int ft_store_publish(struct ft_store *store, struct ft_result *result,
                     struct ft_err *err);
int ft_store_extract(struct ft_store *store, const char *version,
                     const char *dest, struct ft_err *err);

/* --- finding -------------------------------------------------------------- */

/* A version as the oplog knows it; every text is owned by the struct. */
struct ft_version {
    char id[FT_SHA256_HEX + 1];
    char content[FT_CONTENT_TEXT];
    char file_digest[FT_SHA256_HEX + 1];
    uint64_t size_bytes;
    enum ft_object_type type;
    int64_t time_ns; /* of the commit */
    char *object, *task, *run, *module;
    char *cell; /* canonical JSON, "" without a matrix */
    char *unit; /* or NULL */
    bool gone;  /* its payload was removed (upkeep.h); its record is kept */
};
void ft_version_release(struct ft_version *version);

struct ft_versions {
    struct ft_version *item;
    size_t n;
};
void ft_versions_release(struct ft_versions *versions);

/* "o/ab/ab….h5" as an absolute path; the caller frees.  NULL when 'version' is
 * not 64 hexadecimal digits. */
char *ft_store_path(const struct ft_store *store, const char *version);

/* The same for who wants to read it: the file is there, or made again from a
 * container.  One that was removed is brought back when it still lies in the
 * trash and the store may be written; FT_ENOENT tells how to get it
 * otherwise. */
char *ft_store_file(struct ft_store *store, const char *version,
                    struct ft_err *err);

/* One version by id.  FT_ENOENT. */
int ft_store_version(struct ft_store *store, const char *id,
                     struct ft_version *version, struct ft_err *err);

/* REF = [BRANCH:]stage.output[{axis=value,…}][~N], or at least 4 digits of a
 * version id.  All cells when no selector is given, in matrix order, of a loop
 * the last turn unless one is chosen; ~N is the N-th state back in which the
 * object differs.  FT_ENOENT (with the nearest name), FT_EUSAGE (malformed, or
 * an ambiguous id). */
int ft_store_resolve(struct ft_store *store, const char *ref,
                     struct ft_versions *versions, struct ft_err *err);

/* Before looking for versions that are to be used: from now on nobody removes
 * any, until ft_store_used() says that a journal names those that were found.
 * FT_EBUSY. */
int ft_store_use(struct ft_store *store, struct ft_err *err);
bool ft_store_uses(const struct ft_store *store);
void ft_store_used(struct ft_store *store);

/* The results kept under a cache key: 1 found, 0 none.  'versions' are in the
 * order of the names given; each file is known to exist.  An output that the
 * task did not write (it was optional) has an empty id. */
int ft_store_cached(struct ft_store *store, const char *cache_key,
                    const char *const *output, size_t n_outputs,
                    struct ft_versions *versions, struct ft_err *err);
/* The same when a payload may have been removed ('gone'): what the result is
 * and holds is known, so that it serves whoever does not need its bytes. */
int ft_store_cached_gone(struct ft_store *store, const char *cache_key,
                         const char *const *output, size_t n_outputs,
                         struct ft_versions *versions, struct ft_err *err);

/* The payload of 'version', which was removed, still lies in the trash. */
bool ft_store_in_trash(struct ft_store *store, const char *version);
/* Was any payload ever removed that did not come back? */
bool ft_store_any_gone(struct ft_store *store);
/* The payload of 'version' was removed, and lies nowhere. */
bool ft_store_lost(struct ft_store *store, const char *version);

/* Is any result kept under a cache key? */
bool ft_store_any_cached(struct ft_store *store);

/* Whether the files of these versions are there: 1, or 0 and the first that is
 * not.  For asking about very many that are known from a memo. */
int ft_store_versions_exist(struct ft_store *store,
                            const char (*id)[FT_SHA256_HEX + 1], size_t n,
                            size_t *first_missing);

/* Remember 'bytes' under 'key' (64 hexadecimal digits) from run to run, so as
 * not to find the same out again.  A memo may be gone at any time - the index
 * was made anew, or older ones made room for newer ones -, and what is too long
 * is not kept; it is never older than the oplog. */
#define FT_MEMO_MAX (64u << 20)
void ft_store_memo_put(struct ft_store *store, const char *key,
                       const char *run, const void *bytes, size_t len);
/* Append what is remembered to 'run' and 'payload'; false: nothing is. */
bool ft_store_memo_get(struct ft_store *store, const char *key,
                       struct ft_str *run, struct ft_str *payload);

/* The newest result of the same task in another run, for "why did it run
 * again": its cache key ingredients as recorded by ft_result.lineage.  The
 * caller releases.  NULL with FT_ENOENT when the task has no result. */
struct json_object *ft_store_last_lineage(struct ft_store *store,
                                          const char *task,
                                          struct ft_err *err);

/* The lineage record of a task of 'run' that has no outputs, which the oplog
 * keeps; the caller releases.  NULL when there is none. */
struct json_object *ft_store_bare_lineage(struct ft_store *store,
                                          const char *run, const char *task);

/* The lineage record of a version, from the version file itself. */
struct json_object *ft_store_lineage(struct ft_store *store, const char *id,
                                     struct ft_err *err);

/* The versions that were made from the version 'id' itself, in the order in
 * which they were committed, whatever branch or run they belong to.  What was
 * made from another version of equal content is not among them. */
int ft_store_derived(struct ft_store *store, const char *id,
                     struct ft_versions *versions, struct ft_err *err);

/* The versions that 'run' made, in the order of their commit, and then those of
 * other runs that it took over, under the object and cell that it knew them by.
 * FT_ENOENT when the store knows nothing of such a run. */
int ft_store_run_versions(struct ft_store *store, const char *run,
                          struct ft_versions *versions, struct ft_err *err);

/* The versions that were published together with the version 'id', that one
 * included, by name: all outputs of its task.  FT_ENOENT. */
int ft_store_siblings(struct ft_store *store, const char *id,
                      struct ft_versions *versions, struct ft_err *err);

/* A new directory below tmp/ of the project; what a crash leaves there is swept
 * later.  The caller removes it and frees the path. */
char *ft_store_scratch(const struct ft_store *store, struct ft_err *err);

/* SHA-256 of a user's file, from the index when device, inode, size, mtime and
 * ctime are as they were and the file was not written in the last second. */
int ft_store_file_digest(struct ft_store *store, const char *path,
                         char hex[FT_SHA256_HEX + 1], struct ft_err *err);

/* Compare a version with its digests, file and content.  FT_EFORMAT when it is
 * not what was recorded, FT_ENOENT when its file is gone. */
int ft_store_verify(struct ft_store *store, const struct ft_version *version,
                    struct ft_err *err);

/* What an HDF5 version holds: datasets, shapes, units, groups, min and max
 * (worker.md "describe"), and a table as text (FT_EFORMAT for other types). */
struct json_object *ft_store_describe(struct ft_store *store, const char *id,
                                      struct ft_err *err);
int ft_store_table_csv(struct ft_store *store, const char *id,
                       const char *dest, struct ft_err *err);

/* What a file that is not in the store says of its grid: the answer to "survey"
 * (worker.md).  'members', "array" and "slice", are taken over. */
int ft_store_survey(struct ft_store *store, const char *path,
                    struct json_object *members, struct json_object **answer,
                    struct ft_err *err);

/* The rows of a table: an array with, for each column in order, {"name",
 * "unit" (null: text), "kind" ("number" or "text"), "values": […]}, numbers as
 * stored, in that unit.  The caller releases.
 *   FT_EFORMAT  not a table, or a number that is not finite (or a text that is
 *               not printable), named by column and row
 *   FT_EUSAGE   more than 'max_rows' rows, or more than 8 MiB of values */
int ft_store_table_rows(struct ft_store *store, const char *id,
                        size_t max_rows, struct json_object **rows,
                        struct ft_err *err);
/* The same of the last row alone, which is quick however long the table is; a
 * table without rows gives empty "values". */
int ft_store_table_last(struct ft_store *store, const char *id,
                        struct json_object **rows, struct ft_err *err);

/* --- what is there now --------------------------------------------------- */

/* Objects of the current state, by name and cell; 'max' 0: all. */
int ft_store_list(struct ft_store *store, const char *prefix, size_t max,
                  struct ft_versions *versions, struct ft_err *err);

/* The versions made last, newest first, at most 'max', of whatever state. */
int ft_store_newest(struct ft_store *store, const char *prefix, size_t max,
                    struct ft_versions *versions, struct ft_err *err);

/* --- upkeep --------------------------------------------------------------- */

enum ft_fsck_level {
    FT_FSCK_QUICK,   /* log chain, files exist with the right size */
    FT_FSCK_FULL,    /* and file digests */
    FT_FSCK_DEEP,    /* and content digests, lineage closed */
};

/* One finding a call: severity "error", "warning" (orphans, temporary files)
 * or "info". */
typedef void ft_fsck_report(const char *severity, const char *path,
                            const char *text, void *arg);

struct ft_fsck_totals {
    size_t records, versions, orphans, missing, damaged;
    size_t gone; /* versions whose payload was removed */
};

/* Check without changing anything; FT_EFORMAT when an error was reported. */
int ft_store_fsck(const struct ft_project *project, enum ft_fsck_level level,
                  ft_fsck_report *report, void *arg,
                  struct ft_fsck_totals *totals, struct ft_err *err);

/* Make the index anew from the oplog; when the oplog is gone, first write a new
 * one from the version files (branches and states are lost then, and the
 * report says so).  A damaged oplog is kept beside the new one. */
int ft_store_rebuild(const struct ft_project *project,
                     ft_fsck_report *report, void *arg,
                     struct ft_fsck_totals *totals, struct ft_err *err);

/* Take an orphan (a version file that the oplog does not name) into it. */
int ft_store_adopt(const struct ft_project *project, const char *path,
                   struct ft_err *err);

/* The same with every orphan that is whole; each is reported. */
int ft_store_adopt_orphans(const struct ft_project *project,
                           ft_fsck_report *report, void *arg,
                           struct ft_err *err);

#endif

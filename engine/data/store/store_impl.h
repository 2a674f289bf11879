/* store_impl.h - what the files of the store share; nobody else includes it */
#ifndef FT_DATA_STORE_IMPL_H
#define FT_DATA_STORE_IMPL_H

#include "base/err.h"
#include "base/json.h"
#include "data/index/db.h"
#include "data/index/index.h"
#include "data/store/client.h"
#include "data/store/job.h"
#include "data/store/oplog.h"
#include "data/store/store.h"

struct ft_store {
    char *dir, *meta;
    bool can_write;
    struct ft_oplog *log;
    struct ft_index *index;
    struct ft_client *client;
    char *branch;         /* the current one, as last read */
    bool branch_is_fixed; /* by ft_store_use_branch() */
    bool is_view;         /* ft_store_at(): it looks at the past */
    bool uses;            /* see ft_store_uses() */
    bool quota_known;     /* see space.h; 0: none */
    uint64_t quota_bytes, used_bytes;
    int64_t used_seq;     /* the newest result in 'used_bytes' */
    char *own_dir; /* for members of containers, in a project that must not be
                      written; removed in the end; or NULL */
    int objects_fd; /* of o/, opened when it is needed first; or -1 */
    size_t n_pending;       /* jobs that were not reported */
    uint64_t pending_bytes; /* that they may still write */
    struct job_list ready;  /* finished, not reported */
    struct job_list reported; /* kept until the next report: summaries */
};

/* How the names of directories below tmp/ begin that an import unpacks into. */
#define FT_TMP_IMPORT "import-"
/* And those that a task is executed in once more (run/rerun/rerun.h). */
#define FT_TMP_RERUN "rerun-"

/* The index, brought up to date if it was not; NULL on failure. */
struct ft_db *ft_store_db(struct ft_store *store, struct ft_err *err);

/* FT_EACCES when the store was opened, or the project is, for reading only. */
int ft_store_need_write(const struct ft_store *store, struct ft_err *err);

/* Ask the worker and wait.  'request' is taken over; the caller releases
 * *answer. */
int ft_store_call(struct ft_store *store, struct json_object *request,
                  const char *what, uint64_t size_bytes,
                  struct json_object **answer, struct ft_err *err);
struct json_object *ft_store_request(const char *op, const char *path);
/* Ask about the version 'id', or about it and 'other'.  'members' are added to
 * the request and taken over; NULL: none. */
int ft_store_ask_two(struct ft_store *store, const char *op, const char *id,
                     const char *other, struct json_object *members,
                     struct json_object **answer, struct ft_err *err);
/* The units of all arrays of a version, each once, as the file writes them. */
struct json_object *ft_store_units(struct ft_store *store, const char *id,
                                   struct ft_err *err);

/* 1 when the oplog names the version 'id', 0 when not. */
int ft_store_knows(struct ft_store *store, const char *id, struct ft_err *err);

/* Append the members every record has: kind and time. */
struct json_object *ft_record_new(const char *kind, int64_t now_ns);
/* Inputs that a record lists: 64 digits each, and it must stay far below the
 * limit of a record. */
#define FT_RECORD_INPUTS_MAX 100000
/* The oplog record of a result that was published ("result"), or of version
 * files that were found ("adopt"). */
struct json_object *ft_record_result(const struct ft_result *result,
                                     const char *kind, int64_t now_ns);

/* What FT_VERSION_COLUMNS gives, from such a row. */
#define FT_VERSION_COLUMNS                                                  \
    "v.id, v.content, v.file, v.size, v.type, r.time_us, v.object, r.task," \
    " r.run, r.module, r.cell, v.unit,"                                       \
    " EXISTS(SELECT 1 FROM gone g WHERE g.version = v.id)"
/* The same of a binding: a version that was reused keeps the object and the
 * cell that it was made for, and is shown under those that it is bound to. */
#define FT_BOUND_COLUMNS                                                    \
    "v.id, v.content, v.file, v.size, v.type, r.time_us, b.object, r.task," \
    " r.run, r.module, b.cell, v.unit,"                                       \
    " EXISTS(SELECT 1 FROM gone g WHERE g.version = v.id)"
#define FT_BOUND_FROM                                                       \
    " FROM binding b JOIN version v ON v.id = b.version"                    \
    " JOIN result r ON r.seq = v.result"
int ft_version_read(struct ft_rows *rows, struct ft_version *version,
                    struct ft_err *err);
/* All rows; ends 'rows', which may be NULL (then -1). */
int ft_versions_read(struct ft_rows *rows, struct ft_versions *versions,
                     struct ft_err *err);

#endif

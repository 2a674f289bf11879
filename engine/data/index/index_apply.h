/* index_apply.h - what each kind of oplog record does to the index */
#ifndef FT_DATA_INDEX_APPLY_H
#define FT_DATA_INDEX_APPLY_H

#include "base/logfile.h"
#include "data/index/db.h"

struct ft_err;
struct json_object;

/* Check 'record' and enter it.  The caller holds a transaction and ends it
 * after a failure:
 *   FT_EFORMAT   the record is not as share/doc/formats/oplog.md says
 *   FT_EVERSION  its kind is unknown */
int ft_index_apply(struct ft_db *db, const struct ft_log_record *record,
                   struct ft_err *err);

/* --- for the files that do it --------------------------------------------- */

#define FT_APPLY_WHAT "the record"

struct ft_apply {
    struct ft_db *db;
    const struct ft_log_record *record;
    struct json_object *json;
};

/* A member that must be 64 hexadecimal digits; NULL when it is not. */
const char *ft_apply_need_id(struct json_object *obj, const char *key,
                             struct ft_err *err);
/* *n becomes the number of the state 'id' in the index, -1 for "". */
int ft_apply_find_state(struct ft_db *db, const char *id, int64_t *n,
                        struct ft_err *err);

/* The same as a value of a column: NULL for -1. */
struct ft_db_value ft_apply_state_value(int64_t n);

/* index_move.c: where branches and tags point to. */
int ft_apply_ref(const struct ft_apply *a, struct ft_err *err);
int ft_apply_head(const struct ft_apply *a, struct ft_err *err);
int ft_apply_tag(const struct ft_apply *a, struct ft_err *err);

#endif

/* index_apply.h - what each kind of oplog record does to the index */
#ifndef FT_DATA_INDEX_APPLY_H
#define FT_DATA_INDEX_APPLY_H

#include "base/logfile.h"
#include "data/db.h"

struct ft_err;

/* Check 'record' and enter it.  The caller holds a transaction and ends it
 * after a failure:
 *   FT_EFORMAT   the record is not as share/doc/formats/oplog.md says
 *   FT_EVERSION  its kind is unknown */
int ft_index_apply(struct ft_db *db, const struct ft_log_record *record,
                   struct ft_err *err);

#endif

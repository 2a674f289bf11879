/* fsck_pack.h - the part of fsck that looks into containers */
#ifndef FT_DATA_FSCK_PACK_H
#define FT_DATA_FSCK_PACK_H

#include "data/upkeep/packs.h"

/* Look for 'version' in a container: 1 it is there and, as far as 'level'
 * looks, as recorded; 0 no container has it; -1 it is damaged.  For a deep
 * check *path is a file made of it, which the caller removes and frees. */
int ft_fsck_packed(struct ft_db *db, const char *meta, const char *version,
                   enum ft_fsck_level level, char **path, struct ft_err *err);

/* The containers themselves: those of the index, and what else lies there. */
int ft_fsck_packs(struct ft_db *db, const char *meta, enum ft_fsck_level level,
                  ft_fsck_report *report, void *arg, struct ft_err *err);

#endif

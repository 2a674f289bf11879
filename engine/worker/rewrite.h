/* rewrite.h - all groups and datasets of a file once more, in another file
 *
 * Values, attributes, shapes and types stay what they are, so the content
 * digest does too; only how the values are stored is new.
 */
#ifndef FT_WORKER_REWRITE_H
#define FT_WORKER_REWRITE_H

#include "worker/scan.h"

enum ft_rewrite_how {
    FT_REWRITE_COMPRESSED, /* all but small datasets deflated, with checksums */
    FT_REWRITE_GUARDED,    /* checksums for those that have none */
};

/* What could not be copied as it is makes a file stay: attributes that refer to
 * objects (their addresses would be others) except those of dimension scales,
 * and groups that remember the order in which they were filled.  Set *why, in
 * words; NULL: it can be rewritten. */
int ft_rewrite_refuses(const struct ft_scan *scan, const char **why,
                       struct ft_err *err);

/* Write everything but /fedtwin into the new file 'to'. */
int ft_rewrite(const struct ft_scan *scan, hid_t to, enum ft_rewrite_how how,
               struct ft_err *err);

/* One group and its attributes, without what is in it. */
int ft_rewrite_group(hid_t from, hid_t to, const char *path,
                     struct ft_err *err);

#endif

/* recompress.h - a version file anew, with its values compressed
 *
 * Groups, datasets, attributes and lineage stay what they are, so that version
 * and content digest do; only how the values are stored changes.
 */
#ifndef FT_WORKER_RECOMPRESS_H
#define FT_WORKER_RECOMPRESS_H

#include "worker/version_file.h"

struct ft_recompressed {
    char was[FT_SHA256_HEX + 1]; /* the digest of the file that was read */
    const char *kept; /* why there is no new file; NULL: there is one */
    char *path;       /* of it, below tmp/, durable; the caller frees */
    struct ft_verified verified; /* it, read back; without a record */
};

/* Read the version file at 'path' and write the new one below meta/tmp.  On
 * failure, and when 'kept' is set, nothing is left there. */
int ft_recompress(const char *meta, const char *path,
                  struct ft_recompressed *done, struct ft_err *err);

#endif

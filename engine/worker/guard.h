/* guard.h - values that HDF5 would read without looking get checksums
 *
 * Programs write large datasets without HDF5's checksums: with them, a parallel
 * write takes twice as long.  Whoever reads a version, with whatever program,
 * shall not get rotten values; so the copy that becomes the version has them.
 */
#ifndef FT_WORKER_GUARD_H
#define FT_WORKER_GUARD_H

#include "worker/draft.h"

/* Copy the HDF5 file 'src', which is open as 'fd', into 'draft' with checksums
 * on all datasets, and leave it open there.  Return 1; 0 when 'src' has all of
 * them, is a version already or cannot be rewritten (rewrite.h): then nothing
 * was done; -1, FT_EBUSY when 'src' changed meanwhile. */
int ft_guard_copy(int fd, const char *src, struct ft_draft *draft,
                  struct ft_err *err);

#endif

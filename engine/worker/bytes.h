/* bytes.h - objects of type file: plain bytes inside an HDF5 file */
#ifndef FT_WORKER_BYTES_H
#define FT_WORKER_BYTES_H

#include "worker/scan.h"

#define FT_BYTES_PATH "/file/bytes"
#define FT_BYTES_MEDIA_TYPE "application/octet-stream"

/* Write the bytes of 'src' into the new HDF5 file 'path'.  'name' is the name
 * they are given back under. */
int ft_bytes_pack(const char *src, const char *path, const char *name,
                  const char *media_type, struct ft_err *err);

/* Write the bytes of a checked file to 'dest': whole, or not at all; an older
 * file is replaced. */
int ft_bytes_unpack(const struct ft_scan *scan, const char *dest,
                    uint64_t *size_bytes, struct ft_err *err);

#endif

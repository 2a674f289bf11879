/* bytes.h - objects of type file: plain bytes inside an HDF5 file */
#ifndef FT_WORKER_BYTES_H
#define FT_WORKER_BYTES_H

#include "worker/content.h"

#define FT_BYTES_PATH "/file/bytes"
#define FT_BYTES_MEDIA_TYPE "application/octet-stream"

/* Bytes that are to be packed. */
struct ft_bytes {
    int fd;
    uint64_t size_bytes;
    const char *path; /* for errors */
    const char *name; /* they are given back under */
    const char *media_type;
};

/* Write them into the new HDF5 file 'file'; 'content' is the content digest
 * that it must have. */
int ft_bytes_pack(const struct ft_bytes *bytes, hid_t file,
                  char content[FT_CONTENT_TEXT], struct ft_err *err);

/* Write the bytes of a checked file to 'dest': whole, or not at all; an older
 * file is replaced. */
int ft_bytes_unpack(const struct ft_scan *scan, const char *dest,
                    uint64_t *size_bytes, struct ft_err *err);

#endif

/* copy.h - copying whole files */
#ifndef FT_WORKER_COPY_H
#define FT_WORKER_COPY_H

#include <stdint.h>

struct ft_err;

/* Open a regular file for reading; FT_EFORMAT when it is anything else. */
int ft_source_open(const char *path, uint64_t *size_bytes,
                   struct ft_err *err);

/* Copy the 'size' bytes of 'in' to the empty file 'out'; FT_EBUSY when 'in'
 * has another length by now.  The names are for errors. */
int ft_copy(int in, const char *in_name, int out, const char *out_name,
            uint64_t size_bytes, struct ft_err *err);

#endif

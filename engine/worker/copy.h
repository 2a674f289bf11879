/* copy.h - copying whole files */
#ifndef FT_WORKER_COPY_H
#define FT_WORKER_COPY_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct ft_err;

/* Open a regular file for reading; FT_EFORMAT when it is anything else. */
int ft_source_open(const char *path, uint64_t *size_bytes,
                   struct ft_err *err);

/* Read until there are 'len' bytes or no more; how many, or -1 with errno. */
ssize_t ft_read_all(int fd, void *bytes, size_t len);
/* FT_EBUSY: what was to be copied is not what it was.  Return -1. */
int ft_copy_changed(const char *name, struct ft_err *err);

/* Copy the 'size' bytes of 'in' to the empty file 'out'; FT_EBUSY when 'in'
 * has another length by now.  The names are for errors. */
int ft_copy(int in, const char *in_name, int out, const char *out_name,
            uint64_t size_bytes, struct ft_err *err);

#endif

/* outfile.h - a plain file that appears whole or not at all */
#ifndef FT_WORKER_OUTFILE_H
#define FT_WORKER_OUTFILE_H

#include <stddef.h>

struct ft_err;

struct ft_outfile {
    int fd;
    char *path, *part; /* 'part' until it is finished */
};

/* Start a file that will be 'path', in whose directory it is made. */
int ft_outfile_init(struct ft_outfile *out, const char *path,
                    struct ft_err *err);
int ft_outfile_add(struct ft_outfile *out, const void *bytes, size_t len,
                   struct ft_err *err);
/* Give it its name; an older file is replaced. */
int ft_outfile_finish(struct ft_outfile *out, struct ft_err *err);
/* Also removes what was not finished. */
void ft_outfile_release(struct ft_outfile *out);

#endif

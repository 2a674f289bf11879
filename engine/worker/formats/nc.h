/* nc.h - the variables of a netCDF file, of whatever format
 *
 *   nc_classic.c   CDF-1, CDF-2, CDF-5: a reader of ours, a few hundred lines
 *                  over pread(), because netCDF-C would bring libcurl, libxml2
 *                  and its URLs into the sandbox and cost every commit the
 *                  start of a dozen libraries
 *   nc_hdf5.c      netCDF-4: by HDF5, under the rules for hostile files; a
 *                  plain HDF5 file is one whose dimensions have no names
 *
 * Both fill these structs; nc_image.c makes an object of them.
 */
#ifndef FT_WORKER_NC_H
#define FT_WORKER_NC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

struct ft_err;

#define FT_NC_RANK_MAX 8
#define FT_NC_POINTS_MAX (UINT64_C(1) << 26) /* of what is read at once */
#define FT_NC_FILE_MAX (UINT64_C(1) << 40)   /* bytes */

/* A variable; what is not told is for the format. */
struct ft_nc_var {
    char *path;           /* "t", "group/t" */
    char kind;            /* i u f: its numbers; 0: something else */
    bool text;            /* characters, of one byte each */
    uint8_t size;         /* bytes of a number */
    int rank;
    uint64_t dim[FT_NC_RANK_MAX];
    char *dim_name[FT_NC_RANK_MAX]; /* NULL: it has none */
    bool coordinate;      /* of the dimension of its name */
    size_t index;
    int32_t dim_id[FT_NC_RANK_MAX];
    uint64_t begin;       /* in the file */
    bool record;          /* its first dimension is the unlimited one */
};

/* An attribute: a text, or numbers. */
struct ft_nc_attr {
    char *text;
    double *number;
    size_t count; /* of numbers */
};

struct ft_nc {
    const char *name; /* of the file */
    const struct ft_nc_format *format;
    void *own;
};

/* Every call returns -1 with FT_EFORMAT or FT_EIO. */
struct ft_nc_format {
    const char *name;
    void (*close)(struct ft_nc *nc);
    /* Show each variable of numbers that is no coordinate to 'each'. */
    int (*list)(struct ft_nc *nc, void (*each)(const char *path, void *arg),
                void *arg, struct ft_err *err);
    /* 1 found, 0 when there is none. */
    int (*find)(struct ft_nc *nc, const char *path, struct ft_nc_var *var,
                struct ft_err *err);
    /* The coordinate variable of dimension 'i', likewise. */
    int (*coordinate)(struct ft_nc *nc, const struct ft_nc_var *var, int i,
                      struct ft_nc_var *found, struct ft_err *err);
    int (*attr)(struct ft_nc *nc, const struct ft_nc_var *var,
                const char *name, struct ft_nc_attr *attr, struct ft_err *err);
    /* The box at 'start' as numbers, row-major. */
    int (*read)(struct ft_nc *nc, const struct ft_nc_var *var,
                const uint64_t *start, const uint64_t *count, double *to,
                struct ft_err *err);
    /* All characters of a text. */
    int (*read_text)(struct ft_nc *nc, const struct ft_nc_var *var, char *to,
                     struct ft_err *err);
};

/* The whole of a variable with one or two dimensions: numbers or text. */
struct ft_nc_array {
    uint64_t rows, columns; /* columns: 1 of one dimension */
    double *number;         /* or NULL: */
    char *text;             /* with a zero behind the last row */
};

extern const struct ft_nc_format ft_nc_classic, ft_nc_hdf5;

/* Open 'src', of either format; 'name' of it is borrowed. */
int ft_nc_open(struct ft_nc *nc, const char *src, struct ft_err *err);
int ft_nc_open_classic(struct ft_nc *nc, int fd, uint64_t size_bytes,
                       struct ft_err *err); /* takes 'fd' over */
int ft_nc_open_hdf5(struct ft_nc *nc, struct ft_err *err);
void ft_nc_close(struct ft_nc *nc);

/* --- groups of an HDF5 file ----------------------------------------------- */

/* The names in the group 'path', sorted: '*n' of them, for the caller to free
 * with ft_names_free(); 1, 0 when there is no such group, -1. */
int ft_nc_hdf5_names(struct ft_nc *nc, const char *path, char ***name,
                     size_t *n, struct ft_err *err);

/* An attribute of the group 'path': 1, 0 when one of them is not there, -1. */
int ft_nc_hdf5_attr(struct ft_nc *nc, const char *path, const char *name,
                    struct ft_nc_attr *attr, struct ft_err *err);

/* The list 'path' of texts, each an array of '*width' bytes: '*n' of them, for
 * the caller to free; 1, 0 when there is none, -1. */
int ft_nc_hdf5_lines(struct ft_nc *nc, const char *path, char **text,
                     size_t *width, size_t *n, struct ft_err *err);

/* --- arrays --------------------------------------------------------------- */

/* Texts of attributes; NULL when there is no such text.  The caller frees. */
int ft_nc_text(struct ft_nc *nc, const struct ft_nc_var *var, const char *name,
               char **text, struct ft_err *err);

/* Read the variable 'path', of at most FT_NC_POINTS_MAX elements; 1, 0 when
 * there is none, -1.  The caller releases the array. */
int ft_nc_read_array(struct ft_nc *nc, const char *path,
                     struct ft_nc_array *array, struct ft_err *err);
void ft_nc_array_release(struct ft_nc_array *array);

void ft_nc_var_release(struct ft_nc_var *var);
void ft_nc_attr_release(struct ft_nc_attr *attr);

#endif

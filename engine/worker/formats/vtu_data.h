/* vtu_data.h - the numbers of one array of a .vtu file
 *
 *   bytes of the file - base64 - header - zlib - byte order - values
 */
#ifndef FT_WORKER_VTU_DATA_H
#define FT_WORKER_VTU_DATA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ft_err;

/* One of VTK's types of numbers. */
struct ft_vtu_number {
    const char *name; /* "Float64" */
    char kind;        /* i u f */
    uint8_t size;     /* bytes */
};

/* NULL when there is none of this name. */
const struct ft_vtu_number *ft_vtu_number(const char *name);

/* How the file writes what is not text. */
struct ft_vtu_layout {
    bool big;    /* the most significant byte comes first */
    bool zlib;   /* packed in blocks */
    uint8_t header_size; /* bytes of the numbers in front: 4 or 8 */
};

/* Where the bytes come from: a text in memory, or a part of a file. */
struct ft_vtu_source {
    const char *text; /* or NULL: */
    int fd;
    uint64_t at, end; /* what is left, of the text or the file */
    bool base64;
};

/* Where the values go. */
struct ft_vtu_values {
    const struct ft_vtu_number *number;
    bool integer;   /* wanted: int64_t, else double */
    bool exact;     /* 'most' is also the least */
    uint64_t most, count, cap;
    union {
        int64_t *i;
        double *f;
    } value;        /* owned by the caller */
};

/* Each reads the whole array; FT_EFORMAT without place. */
int ft_vtu_read_text(const char *text, struct ft_vtu_values *values,
                     struct ft_err *err);
int ft_vtu_read_bytes(const struct ft_vtu_layout *layout,
                      const struct ft_vtu_source *source,
                      struct ft_vtu_values *values, struct ft_err *err);

#endif

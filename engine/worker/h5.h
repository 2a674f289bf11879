/* h5.h - HDF5 with one clear message for every failure
 *
 * Every function of HDF5 is called with its automatic error printing off
 * (ft_h5_init); what failed is taken from its error stack by ft_h5_error().
 */
#ifndef FT_WORKER_H5_H
#define FT_WORKER_H5_H

/* One interface for HDF5 1.10 (Debian 12) and 1.14 (Debian 13). */
#ifndef H5_USE_110_API
#define H5_USE_110_API 1
#endif
#include <hdf5.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"

struct ft_err;

#define FT_H5_RANK_MAX 8
#define FT_H5_ATTR_MAX (1u << 20)   /* bytes of one attribute's value */
#define FT_H5_RECORD_MAX (16u << 20) /* bytes of /fedtwin's record */

/* No printing, no plugins, no cleaning up at exit (after a failed write that
 * crashes). */
int ft_h5_init(struct ft_err *err);

/* Fill 'err' from the text given and the innermost entry of HDF5's error
 * stack, and clear the stack.  The code is FT_EFORMAT unless a system call
 * failed.  Return -1. */
int ft_h5_error(struct ft_err *err, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* A file of at most so many bytes is changed in memory and written at once when
 * it is closed. */
#define FT_H5_SMALL (1u << 20)

/* An open file.  FT_EFORMAT also for a file that only holds HDF5 behind a user
 * block, and one that its writer did not close. */
hid_t ft_h5_open(const char *path, bool write, struct ft_err *err);
/* A new file in which nothing depends on the time; replaces 'path'.  'small':
 * what will be in it is. */
hid_t ft_h5_create(const char *path, bool small, struct ft_err *err);
/* Flush and close a file that was written.  After a failure the library is in
 * doubt: see ft_h5_in_doubt(). */
int ft_h5_finish(hid_t file, const char *path, struct ft_err *err);

/* Close an identifier of any kind; a negative one is fine. */
int ft_h5_close(hid_t id);

/* True when identifiers are left that nothing can close any more. */
bool ft_h5_in_doubt(void);

/* Property lists without object times; links of any depth are made. */
hid_t ft_h5_group_plist(void);
hid_t ft_h5_dataset_plist(void);

/* --- element types -------------------------------------------------------- */

/* A type that the content digest covers. */
struct ft_h5_type {
    char text[24]; /* "f8", "S12"; "S" alone: text of variable length */
    char kind;     /* i u f S */
    size_t size;   /* bytes of an element; 0: text of variable length */
};

/* Recognise 'type'; -1 when it is none of ours. */
int ft_h5_type_of(hid_t type, struct ft_h5_type *known);
/* The type in memory: little-endian, text padded with zeros.  'type' is the
 * type in the file.  The caller closes. */
hid_t ft_h5_type_memory(hid_t type, const struct ft_h5_type *known);
/* "a compound type" and so on, for messages. */
const char *ft_h5_type_class(hid_t type);
/* A number in memory, little-endian. */
double ft_h5_number(const struct ft_h5_type *type, const void *at);
/* Text ends at its first zero byte: clear what stands behind. */
void ft_h5_text_clean(char *bytes, size_t count, size_t size);

/* --- attributes ----------------------------------------------------------- */

/* One attribute's value: 'count' elements in 'bytes', text of variable length
 * brought to the width of its longest element. */
struct ft_h5_attr {
    struct ft_h5_type type;
    bool null; /* no value at all (a null data space) */
    int rank;
    hsize_t dim[FT_H5_RANK_MAX];
    size_t count;
    struct ft_str bytes;
};

/* Read attribute 'name' of 'object'; 'path' names the object in errors.  At
 * most 'max' bytes. */
int ft_h5_attr_read(hid_t object, const char *path, const char *name,
                    size_t max, struct ft_h5_attr *attr, struct ft_err *err);
void ft_h5_attr_release(struct ft_h5_attr *attr);

/* A scalar text attribute, for the caller to free; NULL when it is missing
 * ('err' untouched) or not one text ('err' filled). */
char *ft_h5_attr_text(hid_t object, const char *path, const char *name,
                      struct ft_err *err);

/* Write a fixed-length ASCII text; an empty one takes one byte. */
int ft_h5_attr_write_text(hid_t object, const char *name, const char *text,
                          size_t len, struct ft_err *err);

/* May the values of a field or image have this name?  FT_EUSAGE. */
int ft_h5_check_name(const char *name, struct ft_err *err);

/* Valid UTF-8 without control characters: fit for a line of JSON. */
bool ft_h5_text_valid(const char *text);

#endif

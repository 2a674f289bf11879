/* publish.h - from what a stage wrote to a version that stays */
#ifndef FT_WORKER_PUBLISH_H
#define FT_WORKER_PUBLISH_H

#include "worker/version_file.h"

struct ft_convert;

/* Write what 'src' holds into the new file 'file'. */
typedef int ft_convert_fn(const char *src, const struct ft_convert *how,
                          hid_t file, struct ft_err *err);

/* How a file of another program is read. */
struct ft_convert {
    ft_convert_fn *read;
    double length_m;   /* metres in the unit of the coordinates */
    const char *array; /* that makes a field; or NULL */
    const char *unit;  /* of the array's values, or NULL */
    struct json_object *json; /* "convert" of the request */
};

struct ft_publish {
    const char *meta; /* absolute: the project's .fedtwin */
    const char *src;
    const struct ft_kind *kind;
    const char *unit;       /* or NULL */
    const char *media_type; /* file, or NULL */
    const char *file_name;  /* file, or NULL: the base name of 'src' */
    struct json_object *units;  /* of columns of a CSV text, or NULL */
    const struct ft_convert *convert; /* or NULL */
    struct json_object *record; /* without "content"; is completed */
};

struct ft_published {
    struct ft_verified verified;
    struct json_object *summary; /* owned */
};

/* Make a version of 'src', which stays as it is.  When this returns 0 the
 * version is whole, durable and has its final name; else nothing of it is
 * visible.  A version that exists already is checked and is fine. */
int ft_publish(const struct ft_publish *publish,
               struct ft_published *published, struct ft_err *err);

/* Give the version file at 'path' its final name: it is copied there unless it
 * has it, after all of it was checked. */
int ft_adopt(const char *meta, const char *path,
             struct ft_verified *verified, struct ft_err *err);

#endif

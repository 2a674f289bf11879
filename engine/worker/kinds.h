/* kinds.h - the types of objects: is a file what its type says?
 *
 * See share/doc/formats/objects.md.
 */
#ifndef FT_WORKER_KINDS_H
#define FT_WORKER_KINDS_H

#include "worker/scan.h"

struct json_object;

struct ft_kind {
    const char *name; /* "mesh" */

    /* Check every rule of the type.  'unit' is the text that the values' unit
     * must be; NULL: any. */
    int (*check)(const struct ft_scan *scan, const char *unit,
                 struct ft_err *err);

    /* Add what a person wants to know to 'summary' (worker.md).  The file has
     * passed check() when it was published. */
    int (*describe)(const struct ft_scan *scan, struct json_object *summary,
                    struct ft_err *err);
};

extern const struct ft_kind ft_kind_mesh;
extern const struct ft_kind ft_kind_field;
extern const struct ft_kind ft_kind_image;
extern const struct ft_kind ft_kind_table;
extern const struct ft_kind ft_kind_file;

/* NULL when there is no such type. */
const struct ft_kind *ft_kind_find(const char *name);

/* --- what the types share ------------------------------------------------- */

/* The dataset at 'path', which must have the element type 'type' ("f8") and
 * 'rank' dimensions (-1: any); NULL with 'err' filled. */
const struct ft_item *ft_kind_dataset(const struct ft_scan *scan,
                                      const char *path, const char *type,
                                      int rank, struct ft_err *err);
const struct ft_item *ft_kind_group(const struct ft_scan *scan,
                                    const char *path, struct ft_err *err);

/* Attribute "units" of the item: NULL when it has none.  The caller frees. */
int ft_kind_units(const struct ft_scan *scan, const struct ft_item *item,
                  char **unit, struct ft_err *err);
/* The item must have a unit, and it must be 'want' (NULL: any).  Texts are
 * compared after runs of white space became one space. */
int ft_kind_check_unit(const struct ft_scan *scan, const struct ft_item *item,
                       const char *want, struct ft_err *err);

/* A text attribute of the item, which must be there.  The caller frees. */
char *ft_kind_text(const struct ft_scan *scan, const struct ft_item *item,
                   const char *name, struct ft_err *err);

/* Read 'n' numbers from attribute 'name' of /VTKHDF; 'type' is "i8" or "f8". */
int ft_kind_numbers(const struct ft_scan *scan, const char *name,
                    const char *type, size_t n, void *value,
                    struct ft_err *err);

/* Add "min" and "max" of all numbers that are not NaN; nothing when there is
 * none, or one of the two is infinite. */
int ft_kind_add_range(const struct ft_scan *scan, const struct ft_item *item,
                      struct json_object *out, struct ft_err *err);

#endif

/* kinds.c - the types of objects: is a file what its type says? */
#include "worker/kinds.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/json.h"
#include "worker/slab.h"

const struct ft_kind *ft_kind_find(const char *name)
{
    static const struct ft_kind *const kind[] = {
        &ft_kind_mesh, &ft_kind_field, &ft_kind_image, &ft_kind_table,
        &ft_kind_file,
    };

    for (size_t i = 0; i < FT_ARRAY_LEN(kind); i++)
        if (strcmp(kind[i]->name, name) == 0)
            return kind[i];
    return NULL;
}

const struct ft_item *ft_kind_dataset(const struct ft_scan *scan,
                                      const char *path, const char *type,
                                      int rank, struct ft_err *err)
{
    const struct ft_item *item = ft_scan_find(scan, path);

    if (!item || !item->dataset)
        ft_err_set(err, FT_EFORMAT, "there is no dataset '%s'", path);
    else if (strcmp(item->type.text, type) != 0)
        ft_err_set(err, FT_EFORMAT, "'%s' has elements of type %s, not %s",
                   path, item->type.text, type);
    else if (rank >= 0 && (item->rank != rank || item->null))
        ft_err_set(err, FT_EFORMAT, "'%s' has %d dimensions, not %d", path,
                   item->rank, rank);
    else
        return item;
    return NULL;
}

const struct ft_item *ft_kind_group(const struct ft_scan *scan,
                                    const char *path, struct ft_err *err)
{
    const struct ft_item *item = ft_scan_find(scan, path);

    if (item && !item->dataset)
        return item;
    ft_err_set(err, FT_EFORMAT, "there is no group '%s'", path);
    return NULL;
}

/* --- attributes ----------------------------------------------------------- */

/* 1 with the text, 0 when there is no such attribute. */
static int find_text(const struct ft_scan *scan, const struct ft_item *item,
                     const char *name, char **text, struct ft_err *err)
{
    struct ft_err why = { 0 };
    hid_t object = ft_item_open(scan->file, item);

    *text = NULL;
    if (object < 0)
        return ft_h5_error(err, "cannot open '%s'", item->path);
    *text = ft_h5_attr_text(object, item->path, name, &why);
    ft_h5_close(object);
    if (*text || why.code == FT_OK)
        return *text != NULL;
    if (err)
        *err = why;
    return -1;
}

char *ft_kind_text(const struct ft_scan *scan, const struct ft_item *item,
                   const char *name, struct ft_err *err)
{
    char *text;

    if (find_text(scan, item, name, &text, err) == 0)
        ft_err_set(err, FT_EFORMAT, "'%s' has no attribute '%s'", item->path,
                   name);
    return text;
}

int ft_kind_units(const struct ft_scan *scan, const struct ft_item *item,
                  char **unit, struct ft_err *err)
{
    return find_text(scan, item, "units", unit, err) < 0 ? -1 : 0;
}

/* Runs of white space become one space, none at the ends; in place. */
static void squeeze(char *text)
{
    char *to = text;

    for (const char *s = text; *s; s++) {
        if (!isspace((unsigned char)*s))
            *to++ = *s;
        else if (to > text && to[-1] != ' ')
            *to++ = ' ';
    }
    if (to > text && to[-1] == ' ')
        to--;
    *to = '\0';
}

static int compare_units(const struct ft_item *item, const char *have,
                         const char *want, struct ft_err *err)
{
    if (!*have) {
        ft_err_set(err, FT_EFORMAT, "the unit of '%s' is empty", item->path);
        return ft_err_hint(err, "write \"1\" for numbers without dimension");
    }
    if (!want || strcmp(have, want) == 0)
        return 0;
    ft_err_set(err, FT_EFORMAT, "the values of '%s' are in '%s', not in '%s'",
               item->path, have, want);
    return ft_err_hint(err, "convert the values, and write the unit exactly "
                            "as the module's manifest or task.json has it");
}

int ft_kind_check_unit(const struct ft_scan *scan, const struct ft_item *item,
                       const char *want, struct ft_err *err)
{
    char *have = ft_kind_text(scan, item, "units", err);
    char *wanted = want ? ft_strdup(want) : NULL;
    int rc = -1;

    if (have) {
        squeeze(have);
        if (wanted)
            squeeze(wanted);
        rc = compare_units(item, have, wanted, err);
    }
    free(wanted);
    free(have);
    return rc;
}

/* --- ranges --------------------------------------------------------------- */

struct range {
    const struct ft_h5_type *type;
    double min, max; /* min > max: nothing seen */
};

static int widen(const void *bytes, size_t count, void *arg,
                 struct ft_err *err)
{
    struct range *range = arg;
    const char *at = bytes;

    (void)err;
    for (size_t i = 0; i < count; i++, at += range->type->size) {
        double x = ft_h5_number(range->type, at);

        if (x < range->min) /* false for NaN */
            range->min = x;
        if (x > range->max)
            range->max = x;
    }
    return 0;
}

int ft_kind_add_range(const struct ft_scan *scan, const struct ft_item *item,
                      struct json_object *out, struct ft_err *err)
{
    struct range range = { .type = &item->type,
                           .min = INFINITY, .max = -INFINITY };

    if (item->type.kind == 'S')
        return 0;
    if (ft_slab_each(scan->file, item, widen, &range, err) < 0)
        return -1;
    if (isfinite(range.min) && isfinite(range.max)) { /* JSON has no more */
        ft_json_add_num(out, "min", range.min);
        ft_json_add_num(out, "max", range.max);
    }
    return 0;
}

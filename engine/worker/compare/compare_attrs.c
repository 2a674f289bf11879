/* compare_attrs.c - how the attributes of a group or dataset differ */
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/json.h"
#include "worker/compare/compare_in.h"

#define ATTR_NUMBERS_SHOWN 16

static struct json_object *attr_value(const struct ft_h5_attr *attr)
{
    struct json_object *list;

    if (!attr || attr->null)
        return NULL;
    if (attr->count == 1)
        return ft_gaps_value(&attr->type, attr->bytes.s);
    list = json_object_new_array();
    for (size_t i = 0; i < attr->count && i < ATTR_NUMBERS_SHOWN; i++)
        json_object_array_add(
            list, ft_gaps_value(&attr->type,
                                attr->bytes.s + i * attr->type.size));
    return list;
}

/* Whether two attributes agree: texts exactly, numbers within 'rtol'. */
static bool attrs_agree(const struct ft_sides *sides,
                        const struct ft_h5_attr *a,
                        const struct ft_h5_attr *b)
{
    struct ft_gaps gaps;
    bool agree;

    if (a->null != b->null || a->rank != b->rank || a->count != b->count ||
        memcmp(a->dim, b->dim, (size_t)a->rank * sizeof(a->dim[0])) != 0 ||
        !ft_gaps_comparable(&a->type, &b->type))
        return false;
    ft_gaps_init(&gaps, sides->how, &a->type, &b->type, NULL, false);
    for (size_t i = 0; i < a->count; i++)
        ft_gaps_see(&gaps, a->bytes.s + i * a->type.size,
                    b->bytes.s + i * b->type.size);
    agree = gaps.beyond == 0;
    ft_gaps_release(&gaps);
    return agree;
}

static void list_attr(struct ft_sides *sides, const char *path,
                      const char *name, const struct ft_h5_attr *a,
                      const struct ft_h5_attr *b)
{
    struct json_object *out;

    sides->differs = true;
    if (json_object_array_length(sides->attributes) >= FT_COMPARE_LIST_MAX) {
        sides->left_out++;
        return;
    }
    out = json_object_new_object();
    ft_json_add_str(out, "of", path);
    ft_json_add_str(out, "name", name);
    ft_compare_pair(out, "values", attr_value(a), attr_value(b));
    json_object_array_add(sides->attributes, out);
}

/* An attribute that may be missing on one side (id < 0 or not there). */
static int compare_attr(struct ft_sides *sides, const hid_t id[2],
                        const bool there[2], const char *path,
                        const char *name, struct ft_err *err)
{
    struct ft_h5_attr attr[2] = { { .bytes = FT_STR_INIT },
                                  { .bytes = FT_STR_INIT } };
    int rc = 0;

    for (int i = 0; i < 2 && rc == 0; i++)
        if (there[i])
            rc = ft_h5_attr_read(id[i], path, name, FT_H5_ATTR_MAX, &attr[i],
                                 err);
    if (rc == 0 && !(there[0] && there[1] &&
                     attrs_agree(sides, &attr[0], &attr[1])))
        list_attr(sides, path, name, there[0] ? &attr[0] : NULL,
                  there[1] ? &attr[1] : NULL);
    ft_h5_attr_release(&attr[0]);
    ft_h5_attr_release(&attr[1]);
    return rc;
}

/* Units are compared with the values. */
static bool skips_attr(const struct ft_item *item, const char *name)
{
    return ft_content_skips_attr(name) ||
           (item->dataset && strcmp(name, "units") == 0);
}

/* By merging the sorted names. */
int ft_compare_attrs(struct ft_sides *sides, const struct ft_item *a,
                     const struct ft_item *b, struct ft_err *err)
{
    hid_t id[2] = { ft_item_open(sides->scan[0]->file, a),
                    ft_item_open(sides->scan[1]->file, b) };
    char **name[2] = { NULL, NULL };
    size_t n[2] = { 0, 0 }, at[2] = { 0, 0 };
    int rc = -1;

    if (id[0] < 0 || id[1] < 0) {
        ft_h5_error(err, "cannot open '%s'", a->path);
        goto done;
    }
    for (int i = 0; i < 2; i++) {
        name[i] = ft_scan_attrs(id[i], a->path, &n[i], err);
        if (!name[i])
            goto done;
    }
    rc = 0;
    while (rc == 0 && (at[0] < n[0] || at[1] < n[1])) {
        int order = at[0] == n[0]   ? 1
                    : at[1] == n[1] ? -1
                                    : strcmp(name[0][at[0]], name[1][at[1]]);
        bool there[2] = { order <= 0, order >= 0 };
        const char *this = there[0] ? name[0][at[0]] : name[1][at[1]];

        if (!skips_attr(a, this))
            rc = compare_attr(sides, id, there, a->path, this, err);
        at[0] += there[0];
        at[1] += there[1];
    }
done:
    for (int i = 0; i < 2; i++) {
        ft_names_free(name[i], n[i]);
        ft_h5_close(id[i]);
    }
    return rc;
}

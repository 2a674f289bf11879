/* compare.c - how two versions of one object differ */
#include "worker/compare/compare.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/json.h"
#include "worker/compare/compare_in.h"
#include "worker/slab.h"
#include "worker/table.h"

#define VTK "/VTKHDF/"

/* --- lists ---------------------------------------------------------------- */

struct json_object *ft_compare_list(struct ft_sides *sides, const char *name,
                                    const char *state)
{
    struct json_object *entry;

    if (strcmp(state, "within") != 0)
        sides->differs = true;
    if (json_object_array_length(sides->arrays) >= FT_COMPARE_LIST_MAX) {
        sides->left_out++;
        return NULL;
    }
    entry = json_object_new_object();
    ft_json_add_str(entry, "name", name);
    ft_json_add_str(entry, "state", state);
    json_object_array_add(sides->arrays, entry);
    return entry;
}

void ft_compare_measures(struct ft_sides *sides, const struct ft_item *item,
                         const struct ft_gaps *gaps, struct json_object *out)
{
    struct json_object *list = json_object_new_array();

    ft_gaps_add(gaps, out);
    if (gaps->max_abs > 0)
        json_object_object_add(
            out, "where",
            ft_where(sides, item, gaps->max_index,
                     ft_gaps_value(&gaps->type[0], gaps->max_value[0]),
                     ft_gaps_value(&gaps->type[1], gaps->max_value[1])));
    for (size_t i = 0; i < gaps->n_first &&
                       sides->places < FT_COMPARE_PLACES_MAX; i++) {
        const struct ft_gap *gap = &gaps->first[i];

        sides->places++;
        json_object_array_add(
            list, ft_where(sides, item, gap->index,
                           json_object_get(gap->value[0]),
                           json_object_get(gap->value[1])));
    }
    json_object_object_add(out, "first", list);
}

/* --- what can be compared ------------------------------------------------- */

void ft_compare_pair(struct json_object *out, const char *key,
                     struct json_object *a, struct json_object *b)
{
    struct json_object *pair = json_object_new_array();

    json_object_array_add(pair, a);
    json_object_array_add(pair, b);
    json_object_object_add(out, key, pair);
}

void ft_compare_counts(struct json_object *out, const char *key, uint64_t a,
                       uint64_t b)
{
    ft_compare_pair(out, key, json_object_new_int64((int64_t)a),
                    json_object_new_int64((int64_t)b));
}

static struct json_object *text_or_null(const char *text)
{
    return text ? json_object_new_string(text) : NULL;
}

bool ft_compare_units(const char *a, const char *b, struct json_object *out)
{
    bool same = a && b ? strcmp(a, b) == 0 : a == b;

    if (out && !same)
        ft_compare_pair(out, "units", text_or_null(a), text_or_null(b));
    else if (out && a)
        ft_json_add_str(out, "unit", a);
    return !same;
}

bool ft_compare_shapes(const struct ft_item *a, const struct ft_item *b)
{
    return a->rank == b->rank && a->null == b->null &&
           memcmp(a->dim, b->dim, (size_t)a->rank * sizeof(a->dim[0])) == 0;
}

static struct json_object *shape_of(const struct ft_item *item)
{
    struct json_object *shape = json_object_new_array();

    for (int i = 0; i < item->rank; i++)
        json_object_array_add(shape,
                              json_object_new_int64((int64_t)item->dim[i]));
    return shape;
}

/* Why the values are not compared, or NULL. */
static const char *obstacle(const struct ft_sides *sides,
                            const struct ft_item *a, const struct ft_item *b,
                            char *const unit[2])
{
    if (!ft_compare_shapes(a, b))
        return "shape";
    if (!ft_gaps_comparable(&a->type, &b->type))
        return "type";
    if (ft_compare_units(unit[0], unit[1], NULL))
        return "units";
    if (ft_starts_with(a->path, VTK "PointData/") && !sides->same_points)
        return "mesh";
    if (ft_starts_with(a->path, VTK "CellData/") && !sides->same_cells)
        return "mesh";
    if (ft_starts_with(a->path, VTK "PointData/") && !sides->same_grid)
        return "grid";
    return NULL;
}

/* --- arrays --------------------------------------------------------------- */

int ft_compare_piece(const void *a, const void *b, size_t count, void *arg,
                     struct ft_err *err)
{
    struct ft_gaps *gaps = arg;
    const char *x = a, *y = b;

    (void)err;
    for (size_t i = 0; i < count; i++)
        ft_gaps_see(gaps, x + i * gaps->type[0].size,
                    y + i * gaps->type[1].size);
    return 0;
}

static void list_array(struct ft_sides *sides, const struct ft_item *a,
                       const struct ft_item *b, const char *unit,
                       const struct ft_gaps *gaps)
{
    struct json_object *out;
    bool same_type = strcmp(a->type.text, b->type.text) == 0;

    if (!gaps->differ && same_type)
        return;
    out = ft_compare_list(sides, a->path,
                          gaps->beyond || !same_type ? "differs" : "within");
    if (!out)
        return;
    ft_compare_units(unit, unit, out);
    if (!same_type)
        ft_compare_pair(out, "types", text_or_null(a->type.text),
                        text_or_null(b->type.text));
    json_object_object_add(out, "shape", shape_of(a));
    ft_compare_measures(sides, a, gaps, out);
}

static int compare_values(struct ft_sides *sides, const struct ft_item *a,
                          const struct ft_item *b, const char *unit,
                          struct ft_err *err)
{
    bool vectors = a->rank > 1 && a->dim[a->rank - 1] == 3 &&
                   a->type.kind == 'f' && b->type.kind == 'f';
    struct ft_gaps gaps;
    int rc;

    ft_gaps_init(&gaps, sides->how, &a->type, &b->type, unit, vectors);
    rc = ft_slab_pairs(sides->scan[0]->file, a, sides->scan[1]->file, b,
                       ft_compare_piece, &gaps, err);
    if (rc == 0)
        list_array(sides, a, b, unit, &gaps);
    ft_gaps_release(&gaps);
    return rc;
}

static void list_obstacle(struct ft_sides *sides, const struct ft_item *a,
                          const struct ft_item *b, char *const unit[2],
                          const char *why)
{
    struct json_object *out = ft_compare_list(sides, a->path, why);

    if (!out)
        return;
    ft_compare_units(unit[0], unit[1], out);
    ft_compare_pair(out, "shapes", shape_of(a), shape_of(b));
    if (strcmp(a->type.text, b->type.text) != 0)
        ft_compare_pair(out, "types", text_or_null(a->type.text),
                        text_or_null(b->type.text));
}

static int compare_array(struct ft_sides *sides, const struct ft_item *a,
                         const struct ft_item *b, struct ft_err *err)
{
    char *unit[2] = { NULL, NULL };
    const char *why;
    int rc = -1;

    sides->compared++;
    if (ft_kind_units(sides->scan[0], a, &unit[0], err) < 0 ||
        ft_kind_units(sides->scan[1], b, &unit[1], err) < 0)
        goto done;
    why = obstacle(sides, a, b, unit);
    if (why)
        list_obstacle(sides, a, b, unit, why);
    rc = why ? 0 : compare_values(sides, a, b, unit[0], err);
done:
    free(unit[0]);
    free(unit[1]);
    return rc;
}

/* --- everything ----------------------------------------------------------- */

/* Is the item compared by what its type knows of it? */
static bool is_special(const struct ft_sides *sides,
                       const struct ft_item *item)
{
    if (sides->kind == &ft_kind_table)
        return item->dataset && ft_starts_with(item->path,
                                               FT_TABLE_PATH "/");
    return sides->kind == &ft_kind_file &&
           strcmp(item->path, "/file/bytes") == 0;
}

static int compare_item(struct ft_sides *sides, const struct ft_item *a,
                        const struct ft_item *b, struct ft_err *err)
{
    const struct ft_item *any = a ? a : b;

    if (is_special(sides, any))
        return 0;
    if (!a || !b) {
        if (any->dataset)
            ft_compare_list(sides, any->path, a ? "removed" : "added");
        return 0;
    }
    if (ft_compare_attrs(sides, a, b, err) < 0)
        return -1;
    if (a->dataset && b->dataset)
        return compare_array(sides, a, b, err);
    if (a->dataset != b->dataset)
        ft_compare_list(sides, a->path, "type");
    return 0;
}

/* Merge the sorted lists of items. */
static int compare_items(struct ft_sides *sides, struct ft_err *err)
{
    const struct ft_scan *a = sides->scan[0], *b = sides->scan[1];
    size_t i = 0, j = 0;
    int rc = 0;

    while (rc == 0 && (i < a->n || j < b->n)) {
        int order = i == a->n   ? 1
                    : j == b->n ? -1
                                : strcmp(a->item[i].path, b->item[j].path);

        rc = compare_item(sides, order <= 0 ? &a->item[i] : NULL,
                          order >= 0 ? &b->item[j] : NULL, err);
        i += order <= 0;
        j += order >= 0;
    }
    return rc;
}

static int compare_kind(struct ft_sides *sides, struct json_object *answer,
                        struct ft_err *err)
{
    if (sides->kind == &ft_kind_mesh || sides->kind == &ft_kind_field)
        return ft_compare_mesh(sides, answer, err);
    if (sides->kind == &ft_kind_image)
        return ft_compare_grid(sides, answer, err);
    if (sides->kind == &ft_kind_table)
        return ft_compare_table(sides, answer, err);
    return ft_compare_file(sides, answer, err);
}

int ft_compare(const struct ft_version_file *a,
               const struct ft_version_file *b, const struct ft_compare *how,
               struct json_object *answer, struct ft_err *err)
{
    struct ft_sides sides = { .how = how, .scan = { &a->scan, &b->scan },
                              .kind = a->kind, .same_points = true,
                              .same_cells = true, .same_grid = true };

    ft_compare_pair(answer, "versions", text_or_null(a->lineage.version),
                    text_or_null(b->lineage.version));
    ft_json_add_str(answer, "type", a->kind->name);
    if (a->kind != b->kind) {
        ft_compare_pair(answer, "types", text_or_null(a->kind->name),
                        text_or_null(b->kind->name));
        ft_json_add_bool(answer, "same", false);
        return 0;
    }
    sides.arrays = json_object_new_array();
    sides.attributes = json_object_new_array();
    json_object_object_add(answer, "arrays", sides.arrays);
    json_object_object_add(answer, "attributes", sides.attributes);
    if (compare_kind(&sides, answer, err) < 0 ||
        compare_items(&sides, err) < 0)
        return -1;
    ft_json_add_bool(answer, "same", !sides.differs);
    ft_json_add_int(answer, "compared", (int64_t)sides.compared);
    ft_json_add_int(answer, "left_out", (int64_t)sides.left_out);
    return 0;
}

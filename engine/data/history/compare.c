/* compare.c - compare two versions, with tolerances in their own units
 *
 * The worker does the work but knows nothing of units; here they are known.
 */
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/json.h"
#include "data/history/diff.h"
#include "data/store/store_impl.h"

/* A difference in 'unit' in SI: an offset, as degC has, does not count, and it
 * vanishes beside a number that is large enough. */
static double interval_scale(const struct ft_unit *unit)
{
    return ft_unit_to_si(unit, 0x1p90) / 0x1p90;
}

/* The tolerance for arrays in 'unit', or 0. */
static double tolerance_in(const struct ft_compare *how, const char *unit,
                           bool *used)
{
    const struct ft_unit *to = ft_unit_parse(unit, NULL);

    for (size_t i = 0; to && i < how->n_atol; i++) {
        const struct ft_quantity *q = &how->atol[i];

        if (!ft_unit_same_dimension(q->unit, to))
            continue;
        used[i] = true;
        if (interval_scale(q->unit) == interval_scale(to))
            return q->written;
        return q->written * interval_scale(q->unit) / interval_scale(to);
    }
    return 0;
}

/* {"K": 0.1, …} for the units of a version. */
static struct json_object *tolerances(struct ft_store *store, const char *id,
                                      const struct ft_compare *how,
                                      bool *used, struct ft_err *err)
{
    struct json_object *units = ft_store_units(store, id, err);
    struct json_object *atol = units ? json_object_new_object() : NULL;

    for (size_t i = 0; units && i < json_object_array_length(units); i++) {
        const char *unit = json_object_get_string(
            json_object_array_get_idx(units, i));
        double x = tolerance_in(how, unit, used);

        if (x > 0)
            ft_json_add_num(atol, unit, x);
    }
    json_object_put(units);
    return atol;
}

static void note_dimension(struct json_object *array)
{
    struct json_object *units = ft_json_or_null(array, "units");
    const struct ft_unit *unit[2] = { NULL, NULL };

    for (size_t i = 0; units && i < 2; i++) {
        const char *text = json_object_get_string(
            json_object_array_get_idx(units, i));

        unit[i] = text ? ft_unit_parse(text, NULL) : NULL;
    }
    if (units)
        ft_json_add_bool(array, "same_dimension",
                         unit[0] && unit[1] &&
                             ft_unit_same_dimension(unit[0], unit[1]));
}

/* The worker looked at the files that were meant. */
static int check_versions(struct json_object *answer, const char *a,
                          const char *b, struct ft_err *err)
{
    struct json_object *pair = ft_json_or_null(answer, "versions");
    const char *const id[2] = { a, b };

    for (size_t i = 0; i < 2; i++) {
        const char *have = json_object_get_string(
            json_object_is_type(pair, json_type_array)
                ? json_object_array_get_idx(pair, i) : NULL);

        if (!have || strcmp(have, id[i]) != 0)
            return ft_err_set(err, FT_EFORMAT, "the file of version %.12s "
                              "holds another version", id[i]);
    }
    return 0;
}

struct json_object *ft_store_compare(struct ft_store *store, const char *a,
                                     const char *b,
                                     const struct ft_compare *how, bool *used,
                                     struct ft_err *err)
{
    static const char *const known[] = { "id", "ok", "versions" };
    struct json_object *members = json_object_new_object();
    struct json_object *answer = NULL, *atol, *arrays;

    ft_json_add_num(members, "rtol", how->rtol);
    if (how->key)
        ft_json_add_str(members, "key", how->key);
    if (how->first)
        ft_json_add_int(members, "first", (int64_t)how->first);
    if (how->n_atol) {
        atol = tolerances(store, a, how, used, err);
        if (!atol) {
            json_object_put(members);
            return NULL;
        }
        json_object_object_add(members, "atol", atol);
    }
    if (ft_store_ask_two(store, "compare", a, b, members, &answer, err) < 0)
        return NULL;
    if (check_versions(answer, a, b, err) < 0) {
        json_object_put(answer);
        return NULL;
    }
    for (size_t i = 0; i < FT_ARRAY_LEN(known); i++)
        json_object_object_del(answer, known[i]);
    arrays = ft_json_or_null(answer, "arrays");
    for (size_t i = 0; arrays && i < json_object_array_length(arrays); i++)
        note_dimension(json_object_array_get_idx(arrays, i));
    return answer;
}

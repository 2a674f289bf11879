/* diff_object.c - how one object differs, as text for people */
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/str.h"
#include "cli/diff_parts.h"
#include "cli/term.h"

#define ARRAYS_SHOWN 20 /* of an object */
#define LINES_SHOWN 40  /* of a file's text */
#define VTK "/VTKHDF/"

/* --- words ---------------------------------------------------------------- */

/* A number for people; "nan" and "inf" are texts. */
static void add_number(struct json_object *obj, const char *key,
                       struct ft_str *out)
{
    struct json_object *value = ft_json_or_null(obj, key);

    if (json_object_is_type(value, json_type_string))
        ft_str_add(out, json_object_get_string(value));
    else
        ft_str_addf(out, "%.6g", json_object_get_double(value));
}

static void add_unit(struct json_object *array, struct ft_str *out)
{
    const char *unit = ft_json_str_or(array, "unit", "1");

    if (strcmp(unit, "1") != 0) {
        ft_str_addc(out, ' ');
        ft_safe_text(unit, strlen(unit), out);
    }
}

static const char *label(struct json_object *array)
{
    const char *name = ft_json_str_or(array, "name", "?");

    return ft_starts_with(name, VTK) ? name + strlen(VTK) : name;
}

static bool is_compared(struct json_object *array)
{
    return ft_json_or_null(array, "count") != NULL;
}

static bool is_number(struct json_object *array)
{
    return ft_json_or_null(array, "max_abs") != NULL;
}

/* "point 17", "cell 3, component 2", "row 4", "[1, 2, 3]". */
static void add_index(struct json_object *array, struct json_object *where,
                      struct ft_str *out)
{
    static const struct {
        const char *prefix, *word;
    } row[] = {
        { "PointData/", "point" }, { "Points", "point" },
        { "CellData/", "cell" },   { "Types", "cell" },
    };
    const char *name = label(array), *word = NULL;
    size_t n = ft_diff_length(where, "index");
    long long first = json_object_get_int64(ft_diff_item(where, "index", 0));

    for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++)
        if (ft_starts_with(name, row[i].prefix))
            word = row[i].word;
    if (n == 1 && *name != '/' && !word) {
        ft_str_addf(out, "row %lld", first + 1); /* of a table */
    } else if (word && n <= 2) {
        ft_str_addf(out, "%s %lld", word, first);
        if (n == 2)
            ft_str_addf(out, ", component %lld",
                        (long long)json_object_get_int64(
                            ft_diff_item(where, "index", 1)) + 1);
    } else {
        for (size_t i = 0; i < n; i++) {
            ft_str_add(out, i ? ", " : "[");
            ft_diff_add(where, "index", i, out);
        }
        ft_str_addc(out, ']');
    }
}

/* "point 17 at (0, 1, 0)" */
static void add_place(struct json_object *array, struct json_object *where,
                      struct ft_str *out)
{
    size_t n = ft_diff_length(where, "at");

    add_index(array, where, out);
    for (size_t i = 0; i < n; i++) {
        ft_str_add(out, i ? ", " : " at (");
        ft_diff_add(where, "at", i, out);
    }
    if (n)
        ft_str_addc(out, ')');
}

/* Why an array was not compared. */
static void add_obstacle(struct json_object *array, struct ft_str *out)
{
    const char *state = ft_json_str_or(array, "state", "");

    if (strcmp(state, "units") == 0) {
        ft_str_add(out, "not compared: units ");
        ft_diff_add_pair(array, "units", out);
        if (ft_json_bool_or(array, "same_dimension", false))
            ft_str_add(out, " (of one dimension; nothing is converted)");
    } else if (strcmp(state, "shape") == 0) {
        ft_str_add(out, "not compared: shape ");
        ft_diff_add_pair(array, "shapes", out);
    } else if (strcmp(state, "type") == 0) {
        ft_str_add(out, "not compared: numbers against texts");
    } else if (strcmp(state, "mesh") == 0 || strcmp(state, "grid") == 0) {
        ft_str_addf(out, "not compared: another %s", state);
    } else {
        ft_str_add(out, state);
    }
}

/* --- in a few words ------------------------------------------------------- */

/* The array that says most: values before coordinates, what differs before
 * what agrees within the tolerances. */
static struct json_object *main_array(struct json_object *compare)
{
    struct json_object *best = NULL;
    int best_rank = -1;

    for (size_t i = 0; i < ft_diff_length(compare, "arrays"); i++) {
        struct json_object *array = ft_diff_item(compare, "arrays", i);
        int rank = ft_starts_with(label(array), "PointData/") ||
                   (ft_starts_with(label(array), "CellData/") &&
                    strcmp(label(array), "CellData/group") != 0) ? 2 : 0;

        rank += strcmp(ft_json_str_or(array, "state", ""), "within") != 0;
        if (rank > best_rank) {
            best = array;
            best_rank = rank;
        }
    }
    return best;
}

static void add_measure(struct json_object *array, struct ft_str *out)
{
    if (!is_compared(array)) {
        add_obstacle(array, out);
        return;
    }
    if (!is_number(array)) {
        ft_str_addf(out, "%lld of %lld texts",
                    (long long)ft_json_int_or(array, "differ", 0),
                    (long long)ft_json_int_or(array, "count", 0));
        return;
    }
    ft_str_add(out, "max ");
    add_number(array, "max_abs", out);
    add_unit(array, out);
    if (ft_json_or_null(array, "l2_rel")) {
        ft_str_add(out, ", L2 relative ");
        add_number(array, "l2_rel", out);
    }
    if (ft_json_or_null(array, "nan"))
        ft_str_addf(out, ", %lld NaN on one side",
                    (long long)ft_json_int_or(array, "nan", 0));
}

static void add_file(struct json_object *file, struct ft_str *out)
{
    if (ft_json_or_null(file, "lines")) {
        ft_str_addf(out, "lines: %lld removed, %lld added",
                    (long long)ft_json_int_or(file, "removed", 0),
                    (long long)ft_json_int_or(file, "added", 0));
        return;
    }
    ft_str_add(out, "bytes: ");
    ft_diff_add_pair(file, "sizes", out);
    ft_str_addf(out, ", first difference at %lld",
                (long long)ft_json_int_or(file, "first", 0));
}

/* Rows of both tables that have no partner in the other. */
static int64_t count_lone(struct json_object *rows)
{
    return json_object_get_int64(ft_diff_item(rows, "lone", 0)) +
           json_object_get_int64(ft_diff_item(rows, "lone", 1));
}

/* One on which values are not compared. */
static bool is_other_mesh(struct json_object *mesh)
{
    return mesh && !ft_json_bool_or(mesh, "same_cells", true);
}

void ft_diff_summary(struct json_object *object, struct ft_str *out)
{
    struct json_object *compare = ft_json_or_null(object, "compare");
    struct json_object *rows = compare ? ft_json_or_null(compare, "rows")
                                       : NULL;
    struct json_object *file = compare ? ft_json_or_null(compare, "file")
                                       : NULL;
    struct json_object *mesh = compare ? ft_json_or_null(compare, "mesh")
                                       : NULL;
    struct json_object *array = main_array(compare);
    size_t n = ft_diff_length(compare, "arrays");
    const char *why = ft_json_str_or(object, "not_compared", NULL);

    if (why)
        ft_safe_text(why, strlen(why), out);
    if (compare && ft_json_or_null(compare, "types")) {
        ft_str_add(out, "type ");
        ft_diff_add_pair(compare, "types", out);
    }
    if (file && ft_json_or_null(file, "first"))
        add_file(file, out);
    if (rows && count_lone(rows)) {
        ft_str_add(out, "rows ");
        ft_diff_add_pair(rows, "count", out);
        ft_str_addf(out, ", %lld without a partner%s",
                    (long long)count_lone(rows), array ? "; " : "");
    }
    if (is_other_mesh(mesh)) {
        ft_str_add(out, "another mesh: points ");
        ft_diff_add_pair(mesh, "points", out);
        ft_str_add(out, ", cells ");
        ft_diff_add_pair(mesh, "cells", out);
    } else if (array) {
        ft_safe_text(label(array), strlen(label(array)), out);
        ft_str_add(out, ": ");
        add_measure(array, out);
        if (n > 1)
            ft_str_addf(out, " (and %zu more)", n - 1);
    }
    if (!out->len && ft_diff_length(compare, "attributes"))
        ft_str_add(out, "attributes");
}

/* --- in full -------------------------------------------------------------- */

static void print_first(struct json_object *array)
{
    size_t n = ft_diff_length(array, "first");
    int64_t beyond = ft_json_int_or(array, "beyond", 0);

    if (beyond == 1 && ft_json_int_or(array, "differ", 0) == 1 &&
        ft_json_or_null(array, "where"))
        return; /* it is the largest */
    for (size_t i = 0; i < n; i++) {
        struct json_object *where = ft_diff_item(array, "first", i);
        struct ft_str text = FT_STR_INIT;

        add_index(array, where, &text);
        ft_str_add(&text, ": ");
        ft_diff_add_pair(where, "values", &text);
        printf("      %s\n", text.s);
        ft_str_release(&text);
    }
    if (n && beyond > (int64_t)n)
        printf("      ... and %lld more value%s\n",
               (long long)(beyond - (int64_t)n),
               beyond - (int64_t)n == 1 ? "" : "s");
}

/* "2 of 4 values differ, 1 beyond the tolerances" */
static void print_count(struct json_object *array)
{
    long long differ = ft_json_int_or(array, "differ", 0);
    long long beyond = ft_json_int_or(array, "beyond", 0);

    printf("%lld of %lld value%s differ", differ,
           (long long)ft_json_int_or(array, "count", 0),
           ft_json_int_or(array, "count", 0) == 1 ? "" : "s");
    if (beyond < differ)
        printf(", %lld beyond the tolerances", beyond);
    if (ft_json_or_null(array, "nan"))
        printf(", %lld with NaN on one side alone",
               (long long)ft_json_int_or(array, "nan", 0));
    if (ft_diff_length(array, "types")) {
        struct ft_str types = FT_STR_INIT;

        ft_diff_add_pair(array, "types", &types);
        printf(", types %s", types.s);
        ft_str_release(&types);
    }
    putchar('\n');
}

static void print_measures(struct json_object *array)
{
    struct json_object *where = ft_json_or_null(array, "where");
    struct ft_str text = FT_STR_INIT;

    if (!where)
        return;
    ft_str_add(&text, "largest ");
    add_number(array, "max_abs", &text);
    add_unit(array, &text);
    ft_str_add(&text, " in ");
    add_place(array, where, &text);
    ft_str_add(&text, ": ");
    ft_diff_add_pair(where, "values", &text);
    ft_str_add(&text, "\n      relative ");
    add_number(array, "max_rel", &text);
    ft_str_add(&text, ", L2 ");
    add_number(array, "l2", &text);
    add_unit(array, &text);
    if (ft_json_or_null(array, "l2_rel")) {
        ft_str_add(&text, ", L2 relative ");
        add_number(array, "l2_rel", &text);
    }
    if (ft_json_or_null(array, "max_length")) {
        ft_str_add(&text, ", longest vector ");
        add_number(array, "max_length", &text);
        add_unit(array, &text);
    }
    printf("      %s\n", text.s);
    ft_str_release(&text);
}

static void print_array(struct json_object *array)
{
    struct ft_str text = FT_STR_INIT;

    ft_safe_text(label(array), strlen(label(array)), &text);
    if (ft_json_or_null(array, "unit")) {
        ft_str_add(&text, " [");
        ft_safe_text(ft_json_str_or(array, "unit", ""),
                     strlen(ft_json_str_or(array, "unit", "")), &text);
        ft_str_addc(&text, ']');
    }
    printf("    %s: ", text.s);
    ft_str_cut(&text, 0);
    if (is_compared(array)) {
        print_count(array);
        print_measures(array);
        print_first(array);
    } else {
        add_obstacle(array, &text);
        printf("%s\n", text.s);
    }
    ft_str_release(&text);
}

static void print_pair(const char *what, struct json_object *obj,
                       const char *key)
{
    struct ft_str text = FT_STR_INIT;

    ft_diff_add_pair(obj, key, &text);
    printf("    %s %s\n", what, text.s);
    ft_str_release(&text);
}

static void print_mesh(struct json_object *mesh)
{
    if (!mesh || ft_json_bool_or(mesh, "same", true))
        return;
    print_pair("another mesh: points", mesh, "points");
    print_pair("              cells", mesh, "cells");
}

static void print_rows(struct json_object *rows)
{
    struct ft_str text = FT_STR_INIT;

    if (!rows || !count_lone(rows))
        return;
    print_pair("rows", rows, "count");
    ft_diff_add(rows, "lone", 0, &text);
    ft_str_add(&text, " of the first, ");
    ft_diff_add(rows, "lone", 1, &text);
    printf("    without a partner: %s of the second\n", text.s);
    ft_str_release(&text);
}

static void print_attribute(struct json_object *attribute)
{
    struct ft_str text = FT_STR_INIT;
    const char *name = ft_json_str_or(attribute, "name", "");
    const char *of = ft_json_str_or(attribute, "of", "");

    ft_safe_text(name, strlen(name), &text);
    ft_str_add(&text, " of ");
    ft_safe_text(of, strlen(of), &text);
    ft_str_add(&text, ": ");
    ft_diff_add_pair(attribute, "values", &text);
    printf("    attribute %s\n", text.s);
    ft_str_release(&text);
}

void ft_diff_print_object(struct json_object *object)
{
    struct json_object *compare = ft_json_or_null(object, "compare");
    struct json_object *file = ft_json_or_null(compare, "file");
    size_t n = ft_diff_length(compare, "arrays");
    size_t attributes = ft_diff_length(compare, "attributes"), more;
    struct ft_str name = FT_STR_INIT;

    ft_safe_text(ft_json_str_or(object, "name", ""),
                 strlen(ft_json_str_or(object, "name", "")), &name);
    printf("\n  %s%s%s\n", ft_tone(stdout, FT_BOLD), name.s,
           ft_tone(stdout, FT_PLAIN));
    print_mesh(ft_json_or_null(compare, "mesh"));
    print_rows(ft_json_or_null(compare, "rows"));
    for (size_t i = 0; i < n && i < ARRAYS_SHOWN; i++)
        print_array(ft_diff_item(compare, "arrays", i));
    for (size_t i = 0; i < attributes && i < ARRAYS_SHOWN; i++)
        print_attribute(ft_diff_item(compare, "attributes", i));
    more = (n > ARRAYS_SHOWN ? n - ARRAYS_SHOWN : 0) +
           (attributes > ARRAYS_SHOWN ? attributes - ARRAYS_SHOWN : 0) +
           (size_t)ft_json_int_or(compare, "left_out", 0);
    if (more)
        printf("    ... and %zu more\n", more);
    if (file && ft_json_or_null(file, "lines")) {
        ft_diff_print_lines(file, "    ", LINES_SHOWN);
    } else if (file && ft_json_or_null(file, "first")) {
        ft_str_cut(&name, 0);
        add_file(file, &name);
        printf("    %s, %lld of the common bytes differ\n", name.s,
               (long long)ft_json_int_or(file, "differ", 0));
    }
    ft_str_release(&name);
}

/* diff_params.c - parameters that differ, in the units of the workflow */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/number.h"
#include "data/history/diff_in.h"
#include "text/doc.h"

/* --- values as text ------------------------------------------------------- */

/* The shortest number in 'unit' that is exactly 'si': what the user wrote. */
static double written_number(const struct ft_unit *unit, double si)
{
    char text[40];
    double x = ft_unit_from_si(unit, si);

    for (int digits = 1; digits <= 17; digits++) {
        double shorter;

        snprintf(text, sizeof(text), "%.*g", digits, x);
        shorter = strtod(text, NULL);
        if (ft_unit_to_si(unit, shorter) == si)
            return shorter;
    }
    return x;
}

static void quantity_text(struct json_object *value, const char *unit,
                          struct ft_str *out)
{
    const char *si_text = ft_json_str_or(value, "unit", "");
    const struct ft_unit *si = ft_unit_parse(si_text, NULL);
    const struct ft_unit *shown = unit ? ft_unit_parse(unit, NULL) : NULL;
    struct ft_quantity q = { .si = ft_json_num_or(value, "value", 0) };

    if (!shown || !si || !ft_unit_same_dimension(shown, si))
        shown = si;
    if (!shown) {
        ft_number_text(q.si, out);
        ft_str_addf(out, " %s", si_text);
        return;
    }
    q.unit = shown;
    q.written = written_number(shown, q.si);
    ft_quantity_text(&q, out);
}

/* {"value": number, "unit": text} and nothing more. */
static bool is_quantity(struct json_object *value)
{
    struct json_object *number = ft_json_or_null(value, "value");

    return json_object_object_length(value) == 2 &&
           json_object_is_type(ft_json_or_null(value, "unit"),
                               json_type_string) &&
           (json_object_is_type(number, json_type_int) ||
            json_object_is_type(number, json_type_double));
}

/* 'decl' is the declaration in the workflow, or NULL; its fields are those of a
 * record. */
static void value_text(struct json_object *value, const struct ft_node *decl,
                       const char *unit, struct ft_str *out)
{
    const struct ft_node *own = ft_node_get(decl, "unit");
    const struct ft_node *fields = ft_node_get(decl, "fields");
    const char *sep = "";

    if (own && own->kind == FT_NODE_SCALAR)
        unit = own->text;
    if (json_object_is_type(value, json_type_array)) {
        ft_str_addc(out, '[');
        for (size_t i = 0; i < json_object_array_length(value); i++) {
            ft_str_add(out, i ? ", " : "");
            value_text(json_object_array_get_idx(value, i), decl, unit, out);
        }
        ft_str_addc(out, ']');
    } else if (!json_object_is_type(value, json_type_object)) {
        ft_str_add(out, json_object_is_type(value, json_type_double)
                            ? "" : json_object_get_string(value)
                                       ? json_object_get_string(value)
                                       : "(none)");
        if (json_object_is_type(value, json_type_double))
            ft_number_text(json_object_get_double(value), out);
    } else if (is_quantity(value)) {
        quantity_text(value, unit, out);
    } else {
        ft_str_addc(out, '{');
        json_object_object_foreach(value, key, item)
        {
            const struct ft_node *field = ft_node_get(fields, key);

            ft_str_addf(out, "%s%s: ", sep, key);
            value_text(item, field ? field : decl, unit, out);
            sep = ", ";
        }
        ft_str_addc(out, '}');
    }
}

void ft_diff_value_text(struct json_object *value, const char *unit,
                        struct ft_str *out)
{
    value_text(value, NULL, unit, out);
}

/* --- declarations --------------------------------------------------------- */

/* The workflow's text, for the units that its parameters are declared in. */
static struct ft_doc *parse(const struct ft_diff_side *side)
{
    struct ft_diags diags = FT_DIAGS_INIT;
    struct ft_doc *doc = NULL;

    if (side->text)
        doc = ft_doc_parse("workflow", side->text, strlen(side->text),
                           &diags);
    ft_diags_release(&diags);
    return doc;
}

static const struct ft_node *declaration(const struct ft_doc *doc,
                                         const char *name)
{
    return doc ? ft_node_get(ft_node_get(ft_doc_root(doc), "params"), name)
               : NULL;
}

/* --- the list ------------------------------------------------------------- */

struct json_object *ft_diff_pair(struct json_object *a,
                                 struct json_object *b)
{
    struct json_object *pair = json_object_new_array();

    json_object_array_add(pair, a);
    json_object_array_add(pair, b);
    return pair;
}

static struct json_object *text_of(struct json_object *value,
                                   const struct ft_node *decl)
{
    struct ft_str text = FT_STR_INIT;
    struct json_object *json;

    value_text(value, decl, NULL, &text);
    json = json_object_new_string(text.s);
    ft_str_release(&text);
    return json;
}

struct both {
    struct json_object *list;
    struct ft_doc *doc[2];
};

static void add(const struct both *both, const char *name, bool in_a,
                struct json_object *a, bool in_b, struct json_object *b)
{
    const struct ft_node *decl[2] = { declaration(both->doc[0], name),
                                      declaration(both->doc[1], name) };
    struct json_object *out = json_object_new_object();

    ft_json_add_str(out, "name", name);
    ft_json_add_str(out, "state", !in_a   ? "added"
                                  : !in_b ? "removed"
                                          : "changed");
    json_object_object_add(out, "values",
                           ft_diff_pair(in_a ? text_of(a, decl[0]) : NULL,
                                        in_b ? text_of(b, decl[1]) : NULL));
    json_object_object_add(out, "si",
                           ft_diff_pair(json_object_get(a),
                                        json_object_get(b)));
    json_object_array_add(both->list, out);
}

/* Numbers that were written in two ways are equal as values. */
static bool same_value(struct json_object *a, struct json_object *b)
{
    struct ft_str x = FT_STR_INIT, y = FT_STR_INIT;
    bool same = ft_json_canonical(a, &x, NULL) == 0 &&
                ft_json_canonical(b, &y, NULL) == 0 && strcmp(x.s, y.s) == 0;

    ft_str_release(&x);
    ft_str_release(&y);
    return same;
}

struct json_object *ft_diff_params(const struct ft_diff_side *a,
                                   const struct ft_diff_side *b)
{
    struct both both = { .list = json_object_new_array(),
                         .doc = { parse(a), parse(b) } };
    struct json_object *other;

    if (a->params) {
        json_object_object_foreach(a->params, key, value)
        {
            bool there = json_object_object_get_ex(b->params, key, &other);

            if (!there || !same_value(value, other))
                add(&both, key, true, value, there, there ? other : NULL);
        }
    }
    if (b->params) {
        json_object_object_foreach(b->params, key, value)
        {
            if (!json_object_object_get_ex(a->params, key, &other))
                add(&both, key, false, NULL, true, value);
        }
    }
    ft_doc_free(both.doc[0]);
    ft_doc_free(both.doc[1]);
    return both.list;
}

/* axis.c - matrix and foreach: the values of the axes
 *
 * Only the axes are kept, never their product: a cell is its index.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/map.h"
#include "base/str.h"
#include "model/build.h"
#include "model/scalar.h"
#include "model/scope.h"
#include "text/field.h"

static const struct ft_field range_fields[] = {
    { .key = "from", .type = FT_FIELD_TEXT, .required = true,
      .doc = "first value" },
    { .key = "to", .type = FT_FIELD_TEXT, .required = true,
      .doc = "last value; not passed" },
    { .key = "step", .type = FT_FIELD_TEXT, .doc = "1 when not said" },
    { 0 },
};

/* Where a value was evaluated, for what is found wrong with it later. */
struct reader {
    struct ft_build *b;
    const struct ft_stage *stage;
    struct ft_axis *axis;
    struct ft_scope scope;
    struct ft_cell_scope cell;
};

static bool eval(struct reader *r, const struct ft_node *node,
                 struct ft_value *value)
{
    struct ft_mark at = node->mark;
    struct ft_err err = { 0 };

    if (ft_scalar_eval(r->stage->text->doc, node, &r->scope, value, &at, &err)
        == 0)
        return true;
    ft_diag_err(r->b->diags, r->stage->text->doc, &at, FT_D_EXPR, &err);
    return false;
}

static bool fail(struct reader *r, const struct ft_node *node,
                 enum ft_diag_code code, const char *what)
{
    ft_diag_add(r->b->diags, r->stage->text->doc, &node->mark, code,
                "axis '%s' %s", r->axis->name, what);
    return false;
}

static bool is_plain(const struct ft_value *value)
{
    return value->kind != FT_VALUE_NULL && value->kind < FT_VALUE_LIST;
}

/* --- ranges --------------------------------------------------------------- */

/* A bound of a range as a number in the unit of its first value. */
static bool bound(struct reader *r, const struct ft_node *node,
                  const struct ft_value *first, double *x)
{
    const struct ft_unit *unit = first->quantity.unit;
    struct ft_value value = FT_VALUE_INIT;
    bool ok = eval(r, node, &value);

    if (!ok)
        return false;
    if (value.kind != first->kind)
        ok = fail(r, node, FT_D_EXPR_TYPE, "mixes numbers and quantities");
    else if (value.kind == FT_VALUE_NUMBER)
        *x = value.number;
    else if (strcmp(ft_unit_text(value.quantity.unit),
                    ft_unit_text(unit)) == 0)
        *x = value.quantity.written;
    else if (!ft_unit_same_dimension(value.quantity.unit, unit))
        ok = fail(r, node, FT_D_DIMENSION, "mixes units of two dimensions");
    else if (ft_unit_has_offset(unit))
        ok = fail(r, node, FT_D_DIMENSION,
                  "needs one unit for from, to and step");
    else
        *x = ft_unit_from_si(unit, value.quantity.si);
    ft_value_release(&value);
    return ok;
}

/* Without the last digits, so that 0.1 + 2 * 0.1 is 0.3. */
static double tidy(double x)
{
    char text[32];

    snprintf(text, sizeof(text), "%.14g", x);
    return strtod(text, NULL);
}

static bool fill_range(struct reader *r, const struct ft_node *node,
                       const struct ft_value *first, double to, double step)
{
    double from = first->kind == FT_VALUE_NUMBER ? first->number
                                                 : first->quantity.written;
    double steps = step != 0 ? floor((to - from) / step + 1e-9) : -1;

    if (!(steps >= 0))
        return fail(r, node, FT_D_RANGE, "has an empty range");
    if (steps >= FT_AXIS_MAX)
        return fail(r, node, FT_D_LIMIT, "has too many values");
    r->axis->n = (size_t)steps + 1;
    r->axis->value = ft_calloc(r->axis->n, sizeof(*r->axis->value));
    for (size_t i = 0; i < r->axis->n; i++) {
        struct ft_value *value = &r->axis->value[i];

        *value = *first;
        value->number = value->quantity.written =
            tidy(from + (double)i * step);
        if (first->kind == FT_VALUE_QUANTITY)
            value->quantity.si = ft_unit_to_si(first->quantity.unit,
                                               value->quantity.written);
    }
    return true;
}

static bool read_range(struct reader *r, const struct ft_node *node)
{
    const struct ft_node *from = ft_node_get(node, "from");
    const struct ft_node *step_node = ft_node_get(node, "step");
    struct ft_value first = FT_VALUE_INIT;
    struct ft_str where = FT_STR_INIT;
    double to = 0, step = 1;
    bool ok;

    ft_str_addf(&where, "axis '%s'", r->axis->name);
    ok = ft_fields_check(r->stage->text->doc, node, range_fields, where.s,
                         r->b->diags);
    ft_str_release(&where);
    if (!ok || !eval(r, from, &first))
        return false;
    if (first.kind != FT_VALUE_NUMBER && first.kind != FT_VALUE_QUANTITY)
        ok = fail(r, from, FT_D_TYPE, "needs numbers for a range");
    ok = ok && bound(r, ft_node_get(node, "to"), &first, &to);
    if (ok && step_node)
        ok = bound(r, step_node, &first, &step);
    ok = ok && fill_range(r, node, &first, to, step);
    ft_value_release(&first);
    return ok;
}

/* --- lists ---------------------------------------------------------------- */

/* All values have to be of one kind: "45 W" beside "65 Wat" is a misspelt
 * unit, not a text. */
static bool check_kind(struct reader *r, const struct ft_node *node,
                       const struct ft_value *first,
                       const struct ft_value *value)
{
    struct ft_quantity q;
    struct ft_err err = { 0 };

    if (value->kind == first->kind) {
        if (value->kind != FT_VALUE_QUANTITY ||
            ft_unit_same_dimension(value->quantity.unit,
                                   first->quantity.unit))
            return true;
        return fail(r, node, FT_D_DIMENSION,
                    "mixes units of two dimensions");
    }
    if (first->kind != FT_VALUE_QUANTITY || value->kind != FT_VALUE_TEXT ||
        ft_quantity_parse(value->text, &q, &err) == 0)
        return fail(r, node, FT_D_EXPR_TYPE, "mixes kinds of values");
    ft_diag_err(r->b->diags, r->stage->text->doc, &node->mark, FT_D_QUANTITY,
                &err);
    return false;
}

static bool check_values(struct reader *r, const struct ft_node *node)
{
    const struct ft_axis *axis = r->axis;
    struct ft_map seen = FT_MAP_INIT;
    struct ft_str text = FT_STR_INIT;
    bool ok = true;

    for (size_t i = 0; i < axis->n; i++) {
        const struct ft_node *at = node->kind == FT_NODE_LIST ? node->item[i]
                                                              : node;

        if (!is_plain(&axis->value[i])) {
            ok = fail(r, at, FT_D_TYPE, "takes numbers, texts and booleans");
            continue;
        }
        ok &= check_kind(r, at, &axis->value[0], &axis->value[i]);
        ft_str_cut(&text, 0);
        ft_value_text(&axis->value[i], &text);
        if (ft_map_put(&seen, text.s, r))
            ok = fail(r, at, FT_D_DUPLICATE_KEY, "has a value twice");
    }
    ft_map_release(&seen);
    ft_str_release(&text);
    return ok;
}

static bool read_list(struct reader *r, const struct ft_node *node)
{
    struct ft_axis *axis = r->axis;
    bool ok = true;

    axis->value = ft_calloc(node->n, sizeof(*axis->value));
    axis->n = node->n;
    for (size_t i = 0; i < node->n; i++) {
        if (node->item[i]->kind == FT_NODE_SCALAR)
            ok &= eval(r, node->item[i], &axis->value[i]);
        else
            ok = fail(r, node->item[i], FT_D_TYPE,
                      "takes numbers, texts and booleans");
    }
    return ok && check_values(r, node);
}

/* An expression that gives a list. */
static bool read_expr(struct reader *r, const struct ft_node *node)
{
    struct ft_value list = FT_VALUE_INIT;

    if (!eval(r, node, &list))
        return false;
    if (list.kind != FT_VALUE_LIST) {
        ft_value_release(&list);
        return fail(r, node, FT_D_EXPR_TYPE, "needs a list");
    }
    r->axis->value = list.item;
    r->axis->n = list.n;
    return check_values(r, node);
}

static bool read_axis(struct reader *r, const struct ft_node *node)
{
    bool ok;

    if (r->stage->space->no_values)
        return false; /* what is missing has been reported */
    if (node->kind == FT_NODE_LIST)
        ok = read_list(r, node);
    else if (node->kind == FT_NODE_MAP)
        ok = read_range(r, node);
    else if (ft_node_has_expr(node))
        ok = read_expr(r, node);
    else
        ok = fail(r, node, FT_D_TYPE, "needs a list or {from, to, step}");
    if (ok && !r->axis->n)
        ok = fail(r, node, FT_D_RANGE, "has no values");
    return ok;
}

/* --- the axes of a stage -------------------------------------------------- */

static bool is_outer(const struct ft_stage *stage, const char *name)
{
    for (size_t a = 0; a < stage->n_outer; a++)
        if (strcmp(stage->axis[a].name, name) == 0)
            return true;
    return false;
}

static bool add_axis(struct ft_build *b, struct ft_stage *stage,
                     const char *name, const struct ft_node *node)
{
    struct ft_axis *axis = &stage->axis[stage->n_axes++];
    struct reader r = { .b = b, .stage = stage, .axis = axis };

    *axis = (struct ft_axis){ .name = ft_strdup(name) };
    if (strcmp(name, "turn") == 0) {
        ft_diag_add(b->diags, stage->text->doc, &node->mark, FT_D_NAME,
                    "an axis cannot be called 'turn'");
        ft_diag_hint(b->diags, "it counts the turns of a 'loop'");
        return false;
    }
    if (is_outer(stage, name)) {
        ft_diag_add(b->diags, stage->text->doc, &node->mark,
                    FT_D_DUPLICATE_KEY, "axis '%s' of stage '%s' is an axis of "
                    "'%s', too", name, stage->name, stage->space->use->name);
        ft_diag_hint(b->diags, strcmp(name, "item") == 0
                                   ? "write one 'foreach' as a 'matrix'"
                                   : "rename one of the two");
        return false;
    }
    ft_cell_scope_init(&r.cell, &r.scope, b->wf, NULL, 0, NULL);
    r.cell.space = stage->space;
    if (!read_axis(&r, node))
        return false;
    if (axis->n > FT_CELLS_MAX / stage->n_cells) {
        ft_diag_add(b->diags, stage->text->doc, &node->mark, FT_D_LIMIT,
                    "stage '%s' has more than %d tasks", stage->name,
                    FT_CELLS_MAX);
        return false;
    }
    stage->n_cells *= axis->n;
    return true;
}

/* For 'n' axes behind those of the stage around this one. */
static void make_room(struct ft_stage *stage, size_t n)
{
    stage->axis = ft_realloc(stage->axis, stage->n_axes + n,
                             sizeof(*stage->axis));
}

static void take_outer(struct ft_stage *stage)
{
    const struct ft_stage *use = stage->space->use;

    stage->n_cells = use ? use->n_cells : 1;
    if (!stage->n_outer)
        return;
    make_room(stage, stage->n_outer);
    memcpy(stage->axis, use->axis, stage->n_outer * sizeof(*stage->axis));
    stage->n_axes = stage->n_outer;
}

static bool read_matrix(struct ft_build *b, struct ft_stage *stage,
                        const struct ft_node *matrix)
{
    bool ok = true;

    if (matrix->n > FT_AXES_MAX - stage->n_outer) {
        ft_diag_add(b->diags, stage->text->doc, &matrix->mark, FT_D_LIMIT,
                    "stage '%s' has more than %d axes", stage->name,
                    FT_AXES_MAX);
        return false;
    }
    make_room(stage, matrix->n);
    for (size_t i = 0; i < matrix->n; i++)
        ok &= add_axis(b, stage, matrix->key[i]->text, matrix->item[i]);
    return ok;
}

static void see(const struct ft_ref *ref, void *arg)
{
    bool *object = arg;

    *object |= !ft_scope_reserved(ref->part[0]) ||
               strcmp(ref->part[0], "inputs") == 0;
}

/* "foreach: ${stage.output}" or "${store('...')}": what that is, an input can
 * tell once all stages have been read. */
static bool is_rows(const struct ft_node *foreach)
{
    const char *text = foreach->text;
    struct ft_template tpl = { 0 };
    bool object = false;
    size_t at;

    if (!ft_node_has_expr(foreach))
        return false;
    if (ft_starts_with(text, "${") &&
        ft_starts_with(text + 2 + strspn(text + 2, " "), "store("))
        return true;
    if (ft_template_parse(foreach->text, foreach->len, &tpl, &at, NULL) < 0)
        return false;
    for (size_t i = 0; i < tpl.n; i++)
        if (tpl.piece[i].expr)
            ft_expr_refs(tpl.piece[i].expr, see, &object);
    ft_template_release(&tpl);
    return object;
}

/* The rows themselves come in the run. */
static bool take_rows(struct ft_build *b, struct ft_stage *stage,
                      const struct ft_node *foreach)
{
    if (stage->n_outer || ft_node_get(stage->node, "use")) {
        ft_diag_add(b->diags, stage->text->doc, &foreach->mark,
                    FT_D_UNSUPPORTED, "this version cannot execute 'foreach' "
                    "over rows %s", stage->n_outer
                        ? "in a workflow that is used by a matrix"
                        : "of a stage that uses a workflow");
        return false;
    }
    stage->rows = ft_calloc(1, sizeof(*stage->rows));
    *stage->rows = (struct ft_input){ .name = ft_strdup("foreach"),
                                      .node = foreach };
    return true;
}

void ft_axes_read(struct ft_build *b, struct ft_stage *stage)
{
    const struct ft_node *matrix = ft_node_get(stage->node, "matrix");
    const struct ft_node *foreach = ft_node_get(stage->node, "foreach");
    bool ok = true;

    take_outer(stage);
    if (matrix && foreach) {
        ft_diag_add(b->diags, stage->text->doc,
                    &ft_node_key(stage->node, "foreach")->mark, FT_D_TYPE,
                    "stage '%s' has 'matrix' and 'foreach'", stage->name);
        ft_diag_hint(b->diags, "add the list to 'matrix' as another axis");
        ok = false;
    } else if (matrix) {
        ok = read_matrix(b, stage, matrix);
    } else if (foreach && is_rows(foreach)) {
        ok = take_rows(b, stage, foreach);
    } else if (foreach) {
        make_room(stage, 1);
        ok = add_axis(b, stage, "item", foreach);
    }
    if (stage->space->use && stage->space->use->state->no_axes)
        ok = false;
    stage->state->no_axes = !ok;
}

/* --- rows ----------------------------------------------------------------- */

void ft_axes_release(struct ft_axis *axis, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < axis[i].n; k++)
            ft_value_release(&axis[i].value[k]);
        free(axis[i].value);
        free(axis[i].name);
    }
}

void ft_stage_set_rows(struct ft_stage *stage, struct ft_axis *column,
                       size_t n_columns, size_t n_rows)
{
    ft_stage_forget_rows(stage);
    column = ft_realloc(column, n_columns + stage->n_axes, sizeof(*column));
    for (size_t i = 0; i < stage->n_axes; i++)
        column[n_columns + i] = stage->axis[i];
    free(stage->axis);
    stage->axis = column;
    stage->n_axes += n_columns;
    stage->n_zipped = n_columns;
    stage->n_cells = n_rows * (stage->loop ? stage->loop->max : 1);
}

void ft_stage_forget_rows(struct ft_stage *stage)
{
    ft_axes_release(stage->axis, stage->n_zipped);
    for (size_t i = stage->n_zipped; i < stage->n_axes; i++)
        stage->axis[i - stage->n_zipped] = stage->axis[i];
    stage->n_axes -= stage->n_zipped;
    stage->n_zipped = 0;
    stage->n_cells = stage->loop ? stage->loop->max : 1;
}

/* loop.c - a stage that runs again and again: turns, carry, condition
 *
 * A turn is a cell: the last axis counts them, so that everything that knows
 * cells knows turns.  When a loop ends early, the cells behind are not needed.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/str.h"
#include "model/build.h"
#include "model/eval.h"
#include "model/scalar.h"
#include "model/scope.h"
#include "text/field.h"
#include "text/suggest.h"

static const char *const on_max[] = { "fail", "accept", NULL };

const struct ft_field ft_loop_fields[] = {
    { .key = "until", .type = FT_FIELD_TEXT,
      .doc = "end when this holds after a turn" },
    { .key = "while", .type = FT_FIELD_TEXT,
      .doc = "go on when this holds after a turn" },
    { .key = "max", .type = FT_FIELD_INT, .expr = true, .required = true,
      .min = 1, .max = FT_TURNS_MAX, .doc = "most turns" },
    { .key = "on_max", .type = FT_FIELD_CHOICE, .choices = on_max,
      .doc = "what 'max' turns are when the condition was not met: a failure "
             "(fail), or the result (accept)" },
    { .key = "carry", .type = FT_FIELD_MAP, .of = FT_FIELD_TEXT,
      .words = true,
      .doc = "inputs of a turn that are outputs of the one before" },
    { 0 },
};

static const struct ft_node *get(const struct ft_stage *stage,
                                 const char *key)
{
    return ft_node_get(ft_node_get(stage->node, "loop"), key);
}

static void report(struct ft_build *b, const struct ft_stage *stage,
                   const struct ft_node *node, const struct ft_err *err)
{
    struct ft_mark mark = node->mark;

    if (err->line) {
        mark.line = err->line;
        mark.col = err->col;
    }
    mark.width = 1;
    ft_diag_err(b->diags, stage->text->doc, &mark, FT_D_EXPR, err);
}

/* --- the turns ------------------------------------------------------------ */

/* 'max' may be an expression of parameters; 0 after a report. */
static size_t read_max(struct ft_build *b, const struct ft_stage *stage)
{
    const struct ft_node *node = get(stage, "max");
    struct ft_value value = FT_VALUE_INIT;
    struct ft_cell_scope cell;
    struct ft_scope scope;
    struct ft_mark at;
    struct ft_err err = { 0 };
    double max = 0;

    if (stage->space->no_values)
        return 0; /* what is missing has been reported */
    ft_cell_scope_init(&cell, &scope, b->wf, NULL, 0, NULL);
    cell.space = stage->space;
    cell.space = stage->space;
    if (ft_scalar_eval(stage->text->doc, node, &scope, &value, &at, &err) < 0) {
        report(b, stage, node, &err);
        return 0;
    }
    if (value.kind == FT_VALUE_NUMBER)
        max = value.number;
    ft_value_release(&value);
    if (max >= 1 && max <= FT_TURNS_MAX && floor(max) == max)
        return (size_t)max;
    ft_diag_add(b->diags, stage->text->doc, &node->mark, FT_D_RANGE,
                "'max' of the loop of stage '%s' must be a whole number from "
                "1 to %d", stage->name, FT_TURNS_MAX);
    return 0;
}

static bool add_turns(struct ft_build *b, struct ft_stage *stage, size_t max)
{
    struct ft_axis *axis;

    if (stage->n_axes == FT_AXES_MAX || max > FT_CELLS_MAX / stage->n_cells) {
        ft_diag_add(b->diags, stage->text->doc, &get(stage, "max")->mark,
                    FT_D_LIMIT,
                    stage->n_axes == FT_AXES_MAX
                        ? "stage '%s' has more than %d axes, with its turns"
                        : "stage '%s' has more than %d tasks",
                    stage->name,
                    stage->n_axes == FT_AXES_MAX ? FT_AXES_MAX
                                                 : FT_CELLS_MAX);
        return false;
    }
    stage->axis = ft_realloc(stage->axis, stage->n_axes + 1,
                             sizeof(*stage->axis));
    axis = &stage->axis[stage->n_axes++];
    *axis = (struct ft_axis){
        .name = ft_strdup("turn"),
        .value = ft_calloc(max, sizeof(*axis->value)),
        .n = max,
    };
    for (size_t i = 0; i < max; i++)
        axis->value[i] = (struct ft_value){ .kind = FT_VALUE_NUMBER,
                                            .number = (double)i + 1 };
    stage->n_cells *= max;
    return true;
}

static void read_loop(struct ft_build *b, struct ft_stage *stage)
{
    const struct ft_node *until = get(stage, "until");
    const struct ft_node *go_on = get(stage, "while");
    const struct ft_node *last = get(stage, "on_max");
    bool uses = stage->action == FT_ACTION_USE;

    stage->loop = ft_calloc(1, sizeof(*stage->loop));
    *stage->loop = (struct ft_loop){
        .use = uses ? stage : NULL,
        .condition = until ? until : go_on,
        .go_on = !until && go_on,
        .accept = last && strcmp(last->text, "accept") == 0,
        .max = read_max(b, stage),
    };
    if (until && go_on) {
        ft_diag_add(b->diags, stage->text->doc, &go_on->mark, FT_D_TYPE,
                    "the loop of stage '%s' has 'until' and 'while'",
                    stage->name);
        ft_diag_hint(b->diags, "join them: ${a and not b}");
    }
    /* Nothing of a turn could be found again but that it was done. */
    if (!stage->n_out && !uses)
        stage->cache = FT_CACHE_NEVER;
    if (!stage->loop->max ||
        (!stage->state->no_axes &&
         !add_turns(b, stage, stage->loop->max)))
        stage->state->no_axes = true;
}

void ft_loop_read(struct ft_build *b, struct ft_stage *stage)
{
    const struct ft_stage *use = stage->space->use;

    if (use && use->loop)
        ft_round_join(b, stage, use->loop);
    else if (ft_node_get(stage->node, "loop"))
        read_loop(b, stage);
}

void ft_loop_release(struct ft_stage *stage)
{
    struct ft_loop *loop = stage->loop;

    if (!loop || (loop->use && loop->use != stage))
        return;
    free(loop->before);
    free(loop);
}

/* --- what turns carry ----------------------------------------------------- */

/* The NAME of "${out.NAME}"; the caller frees.  NULL: something else. */
static char *carried_name(const struct ft_node *node)
{
    const char *s = node->text;
    size_t len;

    if (!ft_starts_with(s, "${") || !ft_ends_with(s, "}"))
        return NULL;
    s += 2 + strspn(s + 2, " ");
    if (!ft_starts_with(s, "out."))
        return NULL;
    s += strlen("out.");
    len = strcspn(s, " }");
    return len && strspn(s + len, " }") == strlen(s + len)
               ? ft_strndup(s, len) : NULL;
}

char *ft_carry_name(struct ft_build *b, const struct ft_stage *stage,
                    const struct ft_node *node)
{
    char *name = carried_name(node);

    if (!name)
        ft_diag_add(b->diags, stage->text->doc, &node->mark, FT_D_EXPR_TYPE,
                    "a turn carries an output of the one before: "
                    "\"${out.NAME}\"");
    return name;
}

static bool find_carried(struct ft_build *b, const struct ft_stage *stage,
                         const struct ft_node *node, size_t *output)
{
    char *name = ft_carry_name(b, stage, node);
    bool found = false;

    if (!name)
        return false;
    for (size_t i = 0; i < stage->n_out && !found; i++) {
        found = strcmp(stage->out[i].name, name) == 0;
        if (found)
            *output = i;
    }
    if (!found && !stage->state->no_outputs) {
        ft_diag_add(b->diags, stage->text->doc, &node->mark,
                    FT_D_UNKNOWN_OUTPUT, "stage '%s' has no output '%s'",
                    stage->name, name);
        ft_hint_port(b, name, stage->out, stage->n_out);
    }
    free(name);
    return found;
}

/* The input called 'key', or a new one that the first turn does not have. */
static struct ft_input *carried_input(struct ft_stage *stage,
                                      const struct ft_node *key,
                                      const struct ft_node *node)
{
    struct ft_input *in;

    for (size_t i = 0; i < stage->n_in; i++)
        if (strcmp(stage->in[i].name, key->text) == 0)
            return &stage->in[i];
    stage->in = ft_realloc(stage->in, stage->n_in + 1, sizeof(*stage->in));
    in = &stage->in[stage->n_in++];
    *in = (struct ft_input){
        .name = ft_strdup(key->text),
        .kind = FT_SOURCE_NONE,
        .node = node,
        .port = stage->module ? ft_module_in(stage->module, key->text) : NULL,
    };
    return in;
}

void ft_carry_check(struct ft_build *b, const struct ft_stage *stage,
                    const struct ft_input *in, const struct ft_node *node,
                    const char *from, const struct ft_port *out)
{
    const struct ft_port *port = in->port;

    if (port && port->type != out->type) {
        ft_diag_add(b->diags, stage->text->doc, &node->mark, FT_D_OBJECT_TYPE,
                    "input '%s' takes %s, but '%s.%s' is %s", in->name,
                    ft_object_type_noun(port->type), from, out->name,
                    ft_object_type_noun(out->type));
    } else if (port && port->unit && out->unit &&
               !ft_unit_same_dimension(port->unit, out->unit)) {
        ft_diag_add(b->diags, stage->text->doc, &node->mark, FT_D_OBJECT_TYPE,
                    "input '%s' takes %s in %s, but '%s.%s' is in %s",
                    in->name, ft_object_type_noun(port->type),
                    ft_unit_text(port->unit), from, out->name,
                    ft_unit_text(out->unit));
    }
}

static void check_carried(struct ft_build *b, const struct ft_stage *stage,
                          const struct ft_input *in,
                          const struct ft_node *key,
                          const struct ft_node *node)
{
    if (!stage->module || in->port) {
        ft_carry_check(b, stage, in, node, stage->name,
                       &stage->out[in->carry - 1]);
        return;
    }
    ft_diag_add(b->diags, stage->text->doc, &key->mark, FT_D_UNKNOWN_OUTPUT,
                "module '%s' has no input '%s'", stage->module->name,
                in->name);
    ft_hint_port(b, in->name, stage->module->in, stage->module->n_in);
}

void ft_carry_read(struct ft_build *b, struct ft_stage *stage)
{
    const struct ft_node *carry = get(stage, "carry");
    size_t output;

    if (!carry || !stage->loop || stage->loop->use)
        return;
    for (size_t i = 0; i < carry->n; i++) {
        struct ft_input *in;

        if (!find_carried(b, stage, carry->item[i], &output))
            continue;
        in = carried_input(stage, carry->key[i], carry->item[i]);
        in->carry = 1 + output;
        in->carry_stage = (size_t)(stage - b->wf->stage);
        check_carried(b, stage, in, carry->key[i], carry->item[i]);
    }
}

/* --- the condition -------------------------------------------------------- */

struct checking {
    struct ft_build *b;
    const struct ft_stage *stage;
    const struct ft_node *node;
    size_t offset;   /* of the expression in the text of the node */
    bool needs_turn; /* it names what only a turn that has ended knows */
};

static void wrong_name(struct checking *c, const struct ft_ref *ref,
                       const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
static void wrong_name(struct checking *c, const struct ft_ref *ref,
                       const char *fmt, ...)
{
    struct ft_mark mark = ft_node_mark_at(c->stage->text->doc, c->node,
                                          c->offset + ref->offset,
                                          ref->length);
    struct ft_str text = FT_STR_INIT;
    va_list ap;

    va_start(ap, fmt);
    ft_str_vaddf(&text, fmt, ap);
    va_end(ap);
    ft_diag_add(c->b->diags, c->stage->text->doc, &mark, FT_D_EXPR_NAME, "%s",
                text.s);
    ft_str_release(&text);
}

/* The output called 'name'; NULL after reporting. */
static const struct ft_port *find_out(struct checking *c,
                                      const struct ft_ref *ref,
                                      const char *name)
{
    const struct ft_stage *stage = c->stage;
    const struct ft_export *export =
        stage->used ? ft_export_find(stage->used, name) : NULL;

    for (size_t i = 0; i < stage->n_out; i++)
        if (strcmp(stage->out[i].name, name) == 0)
            return &stage->out[i];
    if (export && !export->known)
        return NULL; /* reported where it is declared */
    if (export) {
        if (!c->needs_turn)
            stage->loop->judge = export->stage;
        return &c->b->wf->stage[export->stage].out[export->output];
    }
    wrong_name(c, ref, "%sstage '%s' has no output '%s'",
               stage->used ? "the workflow of " : "", stage->name, name);
    if (stage->used)
        ft_hint_exports(c->b, stage->used);
    else
        ft_hint_port(c->b, name, stage->out, stage->n_out);
    return NULL;
}

/* "out.TABLE.COLUMN": which columns there are is known after a turn. */
static void check_column(struct checking *c, const struct ft_ref *ref)
{
    const char *name = ref->n > 1 ? ref->part[1] : "";
    const struct ft_port *out = find_out(c, ref, name);

    if (out && out->type != FT_OBJECT_TABLE)
        wrong_name(c, ref, "output '%s' is %s; a condition can look into a "
                   "table only", name, ft_object_type_noun(out->type));
    else if (out && ref->n != 3)
        wrong_name(c, ref, "a column has to follow, as in out.%s.COLUMN",
                   name);
}

static void check_report(struct checking *c, const struct ft_ref *ref)
{
    if (c->stage->used) {
        wrong_name(c, ref, "the turns of '%s' have several stages, which do "
                   "not report together", c->stage->name);
        ft_diag_hint(c->b->diags, "a condition can look into a table: "
                                  "out.TABLE.COLUMN");
    } else if (ref->n != 2) {
        wrong_name(c, ref, "a name has to follow, as in report.residual");
    }
}

static void check_name(const struct ft_ref *ref, void *arg)
{
    struct checking *c = arg;
    const char *first = ref->part[0];

    if (strcmp(first, "report") == 0) {
        check_report(c, ref);
        c->needs_turn = true;
    } else if (strcmp(first, "out") == 0) {
        check_column(c, ref);
        c->needs_turn = true;
    } else if (strcmp(first, "item") == 0 && c->stage->rows) {
        c->needs_turn = true;
    }
}

/* Without what it looks at nobody could tell whether the loop is over, and all
 * else that the turns have made would look like a result. */
static void check_judge(struct checking *c)
{
    const struct ft_stage *stage = c->stage;
    const struct ft_stage *judge;

    if (!stage->used || !stage->used->n_stages || !c->needs_turn)
        return;
    judge = &c->b->wf->stage[stage->loop->judge];
    if (!judge->optional)
        return;
    ft_diag_add(c->b->diags, stage->text->doc, &c->node->mark, FT_D_UNSUPPORTED,
                "the condition looks at what '%s' makes, which is optional",
                judge->name);
    ft_diag_hint(c->b->diags, "it has to be there after each turn");
}

void ft_loop_check(struct ft_build *b, const struct ft_stage *stage)
{
    bool own = stage->loop && (!stage->loop->use || stage->loop->use == stage);
    const struct ft_node *node = own ? stage->loop->condition : NULL;
    struct checking c = { .b = b, .stage = stage, .node = node };
    struct ft_template tpl = { 0 };
    struct ft_err err = { 0 };
    size_t at;
    bool yes;

    if (!node)
        return;
    if (ft_template_parse(node->text, node->len, &tpl, &at, &err) < 0) {
        report(b, stage, node, &err);
        return;
    }
    for (size_t i = 0; i < tpl.n; i++) {
        c.offset = tpl.piece[i].offset;
        if (tpl.piece[i].expr)
            ft_expr_refs(tpl.piece[i].expr, check_name, &c);
    }
    ft_template_release(&tpl);
    check_judge(&c);
    if (!c.needs_turn &&
        ft_eval_loop(b->wf, stage, 0, NULL, &yes, &err) < 0)
        report(b, stage, node, &err);
}

/* input.c - where the inputs of a stage come from: files and the edges */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/path.h"
#include "base/str.h"
#include "model/build.h"
#include "model/eval.h"
#include "model/scalar.h"
#include "model/scope.h"
#include "text/field.h"
#include "text/suggest.h"

struct reader {
    struct ft_build *b;
    const struct ft_stage *stage; /* NULL: a default of the workflow itself */
    const struct ft_text *text;
    const struct ft_node *node; /* as written in there */
    struct ft_input *in;
};

static void report(const struct reader *r, const struct ft_mark *mark,
                   enum ft_diag_code code, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
static void report(const struct reader *r, const struct ft_mark *mark,
                   enum ft_diag_code code, const char *fmt, ...)
{
    struct ft_str text = FT_STR_INIT;
    va_list ap;

    va_start(ap, fmt);
    ft_str_vaddf(&text, fmt, ap);
    va_end(ap);
    ft_diag_add(r->b->diags, r->text->doc, mark ? mark :
                &r->node->mark, code, "%s", text.s);
    ft_str_release(&text);
}

/* --- files ---------------------------------------------------------------- */

/* Does 'path' end in one of the endings "geo step stp"? */
static bool has_ending(const char *path, const char *endings)
{
    const char *dot = strrchr(ft_path_base(path), '.');
    size_t len;

    for (; dot && *endings; endings += len + (endings[len] == ' ')) {
        len = strcspn(endings, " ");
        if (strlen(dot + 1) == len && memcmp(dot + 1, endings, len) == 0)
            return true;
    }
    return false;
}

static void check_ending(const struct reader *r, const char *path)
{
    const struct ft_port *port = r->in->port;

    if (!port || !port->format || has_ending(path, port->format))
        return;
    report(r, NULL, FT_D_OBJECT_TYPE,
           "input '%s' does not take the file '%s'", r->in->name,
           ft_path_base(path));
    ft_diag_hint(r->b->diags, "files that end in %s", port->format);
}

static void check_file(const struct reader *r, const char *path)
{
    struct stat st;

    if (r->b->past)
        return;
    if (stat(path, &st) < 0) {
        report(r, NULL, FT_D_INPUT_FILE, "the input file '%s' is not there",
               path);
        ft_hint_file(r->b, path);
    } else if (!S_ISREG(st.st_mode)) {
        report(r, NULL, FT_D_INPUT_FILE, "the input '%s' is not a file",
               path);
    } else {
        check_ending(r, path);
    }
}

static void check_is_file(const struct reader *r)
{
    if (r->in->port && r->in->port->type != FT_OBJECT_FILE)
        report(r, NULL, FT_D_OBJECT_TYPE,
               "input '%s' takes %s, not a file of yours", r->in->name,
               ft_object_type_noun(r->in->port->type));
}

/* A path of each cell that ft_values_check() would look at, as far as they
 * differ, is looked for by itself: a missing file is known before the run. */
static void read_path(const struct reader *r, bool per_cell)
{
    struct ft_err err = { 0 };
    struct ft_mark mark = r->node->mark;
    size_t cells = per_cell ? r->stage->n_cells : 1;
    char *path;

    r->in->kind = FT_SOURCE_FILE;
    if (r->stage->space->no_values || r->stage->state->no_axes ||
        ft_eval_needs_row(r->stage, r->in->node))
        return;
    if (cells > FT_CHECKED_CELLS)
        cells = FT_CHECKED_CELLS;
    for (size_t cell = 0; cell < cells; cell++) {
        if (ft_eval_path(r->b->wf, r->stage, cell, r->in, &path, &err) < 0) {
            mark.line = err.line;
            mark.col = err.col;
            mark.width = 1;
            ft_diag_err(r->b->diags, r->text->doc, &mark, FT_D_EXPR,
                        &err);
            return;
        }
        check_file(r, path);
        if (per_cell)
            free(path);
        else
            r->in->path = path;
    }
    check_is_file(r);
}

/* --- objects -------------------------------------------------------------- */

/* The place of 'len' bytes at 'offset' of the expression. */
static struct ft_mark place(const struct reader *r, size_t offset, size_t len)
{
    return ft_node_mark_at(r->text->doc, r->node,
                           r->in->offset + offset, len);
}

static void check_unit(const struct reader *r, const struct ft_port *out,
                       const char *from)
{
    const struct ft_port *port = r->in->port;

    if (!port->unit || !out->unit ||
        ft_unit_same_dimension(port->unit, out->unit))
        return;
    report(r, NULL, FT_D_OBJECT_TYPE,
           "input '%s' takes %s in %s, but '%s.%s' is in %s", r->in->name,
           ft_object_type_noun(port->type), ft_unit_text(port->unit), from,
           out->name, ft_unit_text(out->unit));
}

/* Cells that reach the input: all that no selector has narrowed down. */
static size_t count_gathered(const struct ft_input *in,
                             const struct ft_stage *from)
{
    size_t n = from->n_cells;
    bool turn = false;

    for (size_t a = 0; a < in->n_shared; a++)
        n /= from->axis[a].n;
    for (size_t k = 0; k < in->n_axes; k++)
        for (size_t a = 0; a < from->n_axes; a++)
            if (strcmp(in->axis[k], from->axis[a].name) == 0) {
                n /= from->axis[a].n;
                turn |= strcmp(in->axis[k], "turn") == 0;
            }
    /* Of a loop the last turn counts. */
    return from->loop && !turn ? n / from->loop->max : n;
}

static void check_port(const struct reader *r, const struct ft_stage *from)
{
    const struct ft_port *port = r->in->port;
    const struct ft_port *out = &from->out[r->in->output];
    size_t n;

    if (!port)
        return;
    if (port->type != out->type) {
        report(r, NULL, FT_D_OBJECT_TYPE,
               "input '%s' takes %s, but '%s.%s' is %s", r->in->name,
               ft_object_type_noun(port->type), from->name, out->name,
               ft_object_type_noun(out->type));
        return;
    }
    check_unit(r, out, from->name);
    if (out->type == FT_OBJECT_FILE)
        check_ending(r, out->path);
    if (port->many || from->state->no_axes)
        return;
    if (from->rows) {
        report(r, NULL, FT_D_OBJECT_TYPE, "input '%s' takes one object, but "
               "there is a '%s.%s' for each row", r->in->name, from->name,
               out->name);
        return;
    }
    n = count_gathered(r->in, from);
    if (n < 2)
        return;
    report(r, NULL, FT_D_OBJECT_TYPE,
           "input '%s' takes one object, but '%s.%s' are %zu", r->in->name,
           from->name, out->name, n);
    ft_hint_axes(r->b, r->in, r->stage, from);
}

static void check_selectors(const struct reader *r, const struct ft_ref *ref,
                            const struct ft_stage *from)
{
    const char *known[FT_AXES_MAX], *near;
    struct ft_mark mark;
    size_t n = 0;

    for (size_t a = r->in->n_shared; a < from->n_axes; a++)
        known[n++] = from->axis[a].name;
    for (size_t k = 0; k < r->in->n_axes; k++) {
        size_t a = 0;

        while (a < n && strcmp(known[a], r->in->axis[k]) != 0)
            a++;
        if (a < n)
            continue;
        mark = place(r, ref->offset, ref->length);
        report(r, &mark, FT_D_EXPR_NAME, "stage '%s' has no axis '%s'",
               from->name, r->in->axis[k]);
        near = ft_suggest(r->in->axis[k], known, n);
        if (near)
            ft_diag_hint(r->b->diags, "did you mean '%s'?", near);
    }
}

static bool find_output(const struct reader *r, const struct ft_ref *ref,
                        const struct ft_stage *from)
{
    struct ft_mark mark;

    if (ref->n != 2) {
        mark = place(r, ref->offset, ref->length);
        report(r, &mark, FT_D_UNKNOWN_OUTPUT,
               "an object of stage '%s' is written '%s.OUTPUT'", ref->part[0],
               ref->part[0]);
        ft_hint_port(r->b, "", from->out, from->n_out);
        return false;
    }
    for (size_t i = 0; i < from->n_out; i++) {
        if (strcmp(from->out[i].name, ref->part[1]) != 0)
            continue;
        r->in->output = i;
        return true;
    }
    mark = place(r, ref->offset + strlen(ref->part[0]) + 1,
                 strlen(ref->part[1]));
    report(r, &mark, FT_D_UNKNOWN_OUTPUT, "stage '%s' has no output '%s'",
           ref->part[0], ref->part[1]);
    ft_hint_port(r->b, ref->part[1], from->out, from->n_out);
    return false;
}

/* The input gets an output of 'from', some of whose axes may be chosen. */
static void take_object(const struct reader *r, const struct ft_ref *ref,
                        const struct ft_stage *from)
{
    r->in->kind = FT_SOURCE_OBJECT;
    r->in->stage = (size_t)(from - r->b->wf->stage);
    r->in->axis = ref->axis;
    r->in->chosen = ref->chosen;
    r->in->n_axes = ref->n_axes;
    r->in->n_shared = r->stage->n_outer;
    if (!from->state->no_axes)
        check_selectors(r, ref, from);
}

/* ${tune.temperature}, where 'tune' uses another workflow. */
static void read_export(const struct reader *r, const struct ft_ref *ref,
                        const struct ft_space *inner)
{
    const struct ft_export *out =
        ref->n == 2 ? ft_export_find(inner, ref->part[1]) : NULL;
    struct ft_mark mark = place(r, ref->offset, ref->length);

    if (out && out->known) {
        r->in->output = out->output;
        take_object(r, ref, &r->b->wf->stage[out->stage]);
        check_port(r, &r->b->wf->stage[out->stage]);
        return;
    }
    if (out || !inner->use->used)
        return; /* reported where it is declared */
    report(r, &mark, FT_D_UNKNOWN_OUTPUT, "the workflow of stage '%s' has no "
           "output '%s'", ref->part[0], ref->n == 2 ? ref->part[1] : "");
    ft_hint_exports(r->b, inner);
}

/* ${inputs.mesh}: what the stage that uses this workflow gives. */
static void read_given(const struct reader *r, const struct ft_ref *ref)
{
    const struct ft_space *space = r->stage->space;
    const struct ft_port *mine = r->in->port, *port;
    const struct ft_stage *from;
    const char *name = ref->n == 2 ? ref->part[1] : "";
    struct ft_mark mark = place(r, ref->offset, ref->length);
    size_t i = 0;

    while (i < space->n_in && strcmp(space->in[i].name, name) != 0)
        i++;
    if (i == space->n_in || ref->n_axes) {
        if (space->bad_inputs)
            return;
        report(r, &mark, FT_D_UNKNOWN_OUTPUT,
               ref->n_axes ? "cells of '%s' are chosen where it is given"
                           : "the workflow has no input '%s'", name);
        ft_hint_port(r->b, name, space->in, space->n_in);
        return;
    }
    port = &space->in[i];
    if (mine && mine->type != port->type) {
        report(r, NULL, FT_D_OBJECT_TYPE,
               "input '%s' takes %s, but 'inputs.%s' is %s", r->in->name,
               ft_object_type_noun(mine->type), name,
               ft_object_type_noun(port->type));
        return;
    }
    /* What is carried is left out in the first turn only: who says what it
     * takes has to know, as of a stage that loops by itself. */
    if (port->optional && !(mine ? mine->optional : space->input[i].carry))
        report(r, NULL, FT_D_OBJECT_TYPE,
               "input '%s' is needed, but 'inputs.%s' may be left out",
               r->in->name, name);
    ft_binding_take(space, i, r->in);
    if (!r->in->node || r->in->kind != FT_SOURCE_OBJECT)
        return;
    from = &r->b->wf->stage[r->in->stage];
    if (from->out[r->in->output].type == port->type) /* else reported */
        check_port(r, from);
}

static void read_object(const struct reader *r, const struct ft_ref *ref)
{
    const struct ft_stage *from;
    const struct ft_space *inner;
    struct ft_mark mark;

    if (strcmp(ref->part[0], "inputs") == 0) {
        read_given(r, ref);
        return;
    }
    from = ft_space_stage(r->b, r->stage->space, ref->part[0]);
    inner = from ? NULL : ft_space_inner(r->b, r->stage->space, ref->part[0]);
    if (from) {
        take_object(r, ref, from);
        if (!from->state->no_outputs && find_output(r, ref, from))
            check_port(r, from);
    } else if (inner) {
        read_export(r, ref, inner);
    } else {
        mark = place(r, ref->offset, strlen(ref->part[0]));
        report(r, &mark, FT_D_UNKNOWN_STAGE, "unknown stage '%s'",
               ref->part[0]);
        ft_hint_stage(r->b, r->stage->space, ref->part[0]);
    }
}

/* --- one input ------------------------------------------------------------ */

/* What an expression refers to. */
struct seen {
    struct ft_ref first;
    size_t n;
    bool per_cell, object;
};

static void see(const struct ft_ref *ref, void *arg)
{
    struct seen *seen = arg;
    const char *name = ref->part[0];

    if (!seen->n++ || ref->offset < seen->first.offset)
        seen->first = *ref;
    if (strcmp(name, "matrix") == 0 || strcmp(name, "item") == 0 ||
        strcmp(name, "turn") == 0)
        seen->per_cell = true;
    else if (!ft_scope_reserved(name) || strcmp(name, "inputs") == 0)
        seen->object = true;
}

/* The text of ${store('...')}, or NULL; the caller frees. */
static char *stored_reference(const struct ft_node *node)
{
    const char *s = node->text, *end = s + node->len;
    char quote;

    if (!ft_starts_with(s, "${") || !ft_ends_with(s, "}"))
        return NULL;
    s += 2 + strspn(s + 2, " ");
    if (!ft_starts_with(s, "store("))
        return NULL;
    s += strlen("store(");
    s += strspn(s, " ");
    quote = *s;
    for (end--; end > s && (end[-1] == ' ' || end[-1] == ')'); end--)
        continue;
    if ((quote != '\'' && quote != '"') || end - s < 3 || end[-1] != quote)
        return NULL;
    return ft_strndup(s + 1, (size_t)(end - s) - 2);
}

/* Behind the "{axis = value}" at 's'; braces in texts do not count. */
static size_t skip_selectors(const char *s, size_t len)
{
    size_t i = 0, depth = 0;
    char quote = 0;

    do {
        if (quote)
            quote = s[i] == quote ? 0 : quote;
        else if (s[i] == '\'' || s[i] == '"')
            quote = s[i];
        else if (s[i] == '{')
            depth++;
        else if (s[i] == '}')
            depth--;
    } while (++i < len && depth);
    return i;
}

/* The whole of the expression is one reference. */
static bool is_whole(const struct reader *r, const struct ft_template *tpl,
                     const struct ft_ref *ref)
{
    const char *text = r->node->text + tpl->piece[0].offset;
    size_t len = r->node->len - tpl->piece[0].offset - 1;
    size_t end = ref->offset + ref->length;

    end += strspn(text + end, " \n");
    if (ref->n_axes)
        end += skip_selectors(text + end, len - end);
    end += strspn(text + end, " \n");
    return ref->offset == strspn(text, " \n") && end == len;
}

static void read_expr(const struct reader *r)
{
    const struct ft_node *node = r->node;
    struct ft_template tpl = { 0 };
    struct seen seen = { 0 };
    struct ft_err err = { 0 };
    size_t at = 0;

    if (ft_template_parse(node->text, node->len, &tpl, &at, &err) < 0) {
        struct ft_mark mark = ft_scalar_mark(r->text->doc, node, at);

        ft_diag_err(r->b->diags, r->text->doc, &mark, FT_D_EXPR, &err);
        return;
    }
    for (size_t i = 0; i < tpl.n; i++)
        if (tpl.piece[i].expr)
            ft_expr_refs(tpl.piece[i].expr, see, &seen);
    if (!seen.object) {
        read_path(r, seen.per_cell);
    } else if (tpl.n == 1 && is_whole(r, &tpl, &seen.first)) {
        r->in->expr = tpl.piece[0].expr;
        r->in->offset = tpl.piece[0].offset;
        tpl.piece[0].expr = NULL;
        read_object(r, &seen.first);
    } else {
        report(r, NULL, FT_D_EXPR_TYPE,
               "an input is a path or one reference ${stage.output}");
    }
    ft_template_release(&tpl);
}

static void read_input(const struct reader *r)
{
    const struct ft_node *node = r->node;
    char *stored;

    if (node->kind != FT_NODE_SCALAR || !node->len || ft_node_is_null(node)) {
        report(r, NULL, FT_D_TYPE,
               "input '%s' must be a path or ${stage.output}, not %s",
               r->in->name, ft_node_kind_text(node));
        if (node->kind == FT_NODE_LIST)
            ft_diag_hint(r->b->diags, "a reference to a stage with a matrix "
                                      "gathers all of its objects");
        return;
    }
    stored = stored_reference(node);
    if (stored) {
        r->in->kind = FT_SOURCE_STORED;
        r->in->path = stored;
    } else {
        read_expr(r);
    }
}

/* --- all of a stage ------------------------------------------------------- */

static void find_port(const struct reader *r, const struct ft_node *key)
{
    const struct ft_module *module = r->stage->module;

    if (!module)
        return;
    r->in->port = ft_module_in(module, r->in->name);
    if (r->in->port)
        return;
    report(r, &key->mark, FT_D_UNKNOWN_OUTPUT,
           "module '%s' has no input '%s'", module->name, r->in->name);
    ft_hint_port(r->b, r->in->name, module->in, module->n_in);
}

static void check_missing(struct ft_build *b, const struct ft_stage *stage,
                          const struct ft_node *in)
{
    const struct ft_module *module = stage->module;

    for (size_t i = 0; module && i < module->n_in; i++) {
        const struct ft_port *port = &module->in[i];

        if (port->optional || stage->state->misspelt || ft_node_get(in,
                                                                    port->name))
            continue;
        ft_diag_add(b->diags, stage->text->doc, in ? &in->mark : &stage->mark,
                    FT_D_MISSING_KEY,
                    "stage '%s' lacks the input '%s' (%s) of module '%s'",
                    stage->name, port->name, ft_object_type_noun(port->type),
                    module->name);
    }
}

/* --- what begins with one input ------------------------------------------- */

void ft_input_read(struct ft_build *b, const struct ft_stage *stage,
                   struct ft_input *in)
{
    struct reader r = { .b = b, .stage = stage, .text = stage->text,
                        .node = in->node, .in = in };

    read_input(&r);
}

void ft_input_default(struct ft_build *b, const struct ft_text *text,
                      struct ft_input *in)
{
    struct reader r = { .b = b, .text = text, .node = in->node, .in = in };

    in->path = stored_reference(in->node);
    if (in->path) {
        in->kind = FT_SOURCE_STORED;
    } else if (ft_node_has_expr(in->node)) {
        report(&r, NULL, FT_D_EXPR_TYPE,
               "a default is a path or ${store('...')}");
    } else {
        in->kind = FT_SOURCE_FILE;
        in->path = ft_path_join(text->dir, in->node->text);
        check_file(&r, in->path);
        check_is_file(&r);
    }
}

/* What 'foreach' takes its rows from. */
static const struct ft_port rows_port = { .type = FT_OBJECT_TABLE };

void ft_inputs_read(struct ft_build *b, struct ft_stage *stage)
{
    const struct ft_node *in = ft_node_get(stage->node, "in");

    ft_needs_read(b, stage);
    check_missing(b, stage, in);
    if (in)
        stage->in = ft_calloc(in->n, sizeof(*stage->in));
    for (size_t i = 0; in && i < in->n; i++) {
        struct reader r = { .b = b, .stage = stage, .text = stage->text,
                            .node = in->item[i],
                            .in = &stage->in[stage->n_in++] };

        r.in->name = ft_strdup(in->key[i]->text);
        r.in->node = in->item[i];
        find_port(&r, in->key[i]);
        read_input(&r);
        if (!r.in->node)
            ft_input_release(&stage->in[--stage->n_in]); /* left out */
    }
    if (stage->rows) {
        stage->rows->port = &rows_port;
        ft_input_read(b, stage, stage->rows);
    }
    ft_carry_read(b, stage);
}

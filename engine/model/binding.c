/* binding.c - inputs and outputs of a workflow that another uses
 *
 *   outer workflow            used workflow
 *   use: heat.yaml            inputs: {mesh: {type: mesh}}
 *   in: {mesh: ...}  ----->   ${inputs.mesh} in the 'in' of its stages
 *   ${heat.peak}     <-----   outputs: {peak: "${measure.peak}"}
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"
#include "model/build.h"
#include "model/port.h"
#include "model/scalar.h"
#include "text/field.h"

/* The file whose 'inputs' and 'outputs' count. */
static const struct ft_text *main_text(const struct ft_space *space)
{
    return space->part[space->n_parts - 1];
}

static const struct ft_node *declared(const struct ft_space *space,
                                      const char *key)
{
    return ft_node_get(ft_doc_root(main_text(space)->doc), key);
}

/* --- inputs --------------------------------------------------------------- */

void ft_bindings_declare(struct ft_build *b, struct ft_space *space)
{
    const struct ft_doc *doc = main_text(space)->doc;
    const struct ft_node *inputs = declared(space, "inputs");
    struct ft_diags scratch = FT_DIAGS_INIT;
    bool ok = inputs && inputs->kind == FT_NODE_MAP;

    for (size_t i = 0; ok && i < inputs->n; i++)
        ok = ft_fields_check(doc, inputs->item[i], ft_workflow_in_fields, "",
                             &scratch);
    ft_diags_release(&scratch);
    space->bad_inputs = inputs && !ok; /* reported with the keys of the file */
    if (ok && !ft_ports_read(doc, inputs, true, &space->in, &space->n_in,
                             b->diags))
        space->bad_inputs = true;
    space->input = ft_calloc(space->n_in, sizeof(*space->input));
    for (size_t i = 0; i < space->n_in; i++) {
        space->input[i].name = ft_strdup(space->in[i].name);
        space->input[i].port = &space->in[i];
    }
}

/* The index of the input 'name', or space->n_in. */
static size_t find_input(const struct ft_space *space, const char *name)
{
    size_t i = 0;

    while (i < space->n_in && strcmp(space->in[i].name, name) != 0)
        i++;
    return i;
}

static void bind(struct ft_build *b, struct ft_space *space,
                 const struct ft_node *key, const struct ft_node *node)
{
    struct ft_stage *use = space->use;
    size_t i = find_input(space, key->text);

    if (i == space->n_in) {
        ft_diag_add(b->diags, use->text->doc, &key->mark,
                    FT_D_UNKNOWN_OUTPUT, "workflow '%s' has no input '%s'",
                    ft_node_get(use->node, "use")->text, key->text);
        ft_hint_port(b, key->text, space->in, space->n_in);
        return;
    }
    space->input[i].node = node;
    ft_input_read(b, use, &space->input[i]);
}

static void report_missing(struct ft_build *b, const struct ft_space *space,
                           const struct ft_port *port)
{
    const struct ft_stage *use = space->use;

    if (!use) {
        ft_diag_add(b->diags, main_text(space)->doc, &port->mark,
                    FT_D_MISSING_KEY,
                    "the input '%s' of the workflow has no default",
                    port->name);
        ft_diag_hint(b->diags, "give it one, or use the workflow as a stage "
                               "of another");
        return;
    }
    if (use->state->misspelt)
        return; /* reported with the keys */
    ft_diag_add(b->diags, use->text->doc, &use->mark, FT_D_MISSING_KEY,
                "stage '%s' lacks the input '%s' (%s) of workflow '%s'",
                use->name, port->name, ft_object_type_noun(port->type),
                ft_node_get(use->node, "use")->text);
}

static void take_default(struct ft_build *b, struct ft_space *space, size_t i)
{
    const struct ft_node *node = declared(space, "inputs")->item[i];
    const struct ft_node *deflt = ft_node_get(node, "default");

    if (deflt) {
        space->input[i].node = deflt;
        ft_input_default(b, main_text(space), &space->input[i]);
    } else if (!space->in[i].optional) {
        report_missing(b, space, &space->in[i]);
    }
}

void ft_bindings_read(struct ft_build *b, struct ft_space *space)
{
    const struct ft_node *in = NULL;

    if (space->use) {
        ft_needs_read(b, space->use);
        in = ft_node_get(space->use->node, "in");
    }
    if (space->bad_inputs)
        return;
    for (size_t i = 0; in && i < in->n; i++)
        bind(b, space, in->key[i], in->item[i]);
    for (size_t i = 0; i < space->n_in; i++)
        if (!space->input[i].node)
            take_default(b, space, i);
    ft_round_carry(b, space);
}

void ft_binding_take(const struct ft_space *space, size_t i,
                     struct ft_input *in)
{
    const struct ft_input *from = &space->input[i];
    char *name = in->name;
    const struct ft_port *port = in->port;

    ft_expr_free(in->expr); /* ${inputs.NAME} itself */
    *in = *from;
    in->name = name;
    in->port = port;
    in->path = from->path ? ft_strdup(from->path) : NULL;
    in->expr = NULL; /* stays with the space */
    if (!in->by)
        in->by = space->use;
}

/* --- outputs -------------------------------------------------------------- */

static void report_export(struct ft_build *b, const struct ft_space *space,
                          const struct ft_node *node,
                          enum ft_diag_code code, const char *name,
                          const char *what)
{
    ft_diag_add(b->diags, main_text(space)->doc, &node->mark, code,
                "the output '%s' of the workflow %s", name, what);
}

static bool export_of_stage(struct ft_build *b, const struct ft_space *space,
                            const struct ft_node *node,
                            const struct ft_ref *ref, struct ft_export *out)
{
    const struct ft_stage *stage = ft_space_stage(b, space, ref->part[0]);

    if (!stage)
        return false;
    out->stage = (size_t)(stage - b->wf->stage);
    while (out->output < stage->n_out &&
           strcmp(stage->out[out->output].name, ref->part[1]) != 0)
        out->output++;
    out->known = out->output < stage->n_out;
    if (out->known || stage->state->no_outputs)
        return true;
    report_export(b, space, node, FT_D_UNKNOWN_OUTPUT, out->name,
                  "is one that its stage does not have");
    ft_hint_port(b, ref->part[1], stage->out, stage->n_out);
    return true;
}

const struct ft_export *ft_export_find(const struct ft_space *space,
                                       const char *name)
{
    for (size_t i = 0; i < space->n_out; i++)
        if (strcmp(space->out[i].name, name) == 0)
            return &space->out[i];
    return NULL;
}

static void find_export(struct ft_build *b, const struct ft_space *space,
                        const struct ft_node *node, const struct ft_ref *ref,
                        struct ft_export *out)
{
    const struct ft_space *inner;
    const struct ft_export *found;
    char *name = out->name;

    if (export_of_stage(b, space, node, ref, out))
        return;
    inner = ft_space_inner(b, space, ref->part[0]);
    if (!inner) {
        report_export(b, space, node, FT_D_UNKNOWN_STAGE, name,
                      "is one of an unknown stage");
        ft_hint_stage(b, space, ref->part[0]);
        return;
    }
    found = ft_export_find(inner, ref->part[1]);
    if (found) {
        *out = *found;
        out->name = name;
    } else if (inner->use->used) {
        report_export(b, space, node, FT_D_UNKNOWN_OUTPUT, name,
                      "is one that the workflow inside does not have");
    }
}

/* The one reference that a text consists of. */
struct only {
    struct ft_ref ref;
    size_t n;
};

static void count_refs(const struct ft_ref *ref, void *arg)
{
    struct only *only = arg;

    only->ref = *ref;
    only->n++;
}

static void read_export(struct ft_build *b, const struct ft_space *space,
                        const struct ft_node *node, struct ft_export *out)
{
    const struct ft_doc *doc = main_text(space)->doc;
    struct ft_template tpl = { 0 };
    struct only only = { 0 };
    struct ft_err err = { 0 };
    size_t at = 0;

    if (node->kind != FT_NODE_SCALAR)
        return; /* reported with the keys of the file */
    if (ft_template_parse(node->text, node->len, &tpl, &at, &err) < 0) {
        struct ft_mark mark = ft_scalar_mark(doc, node, at);

        ft_diag_err(b->diags, doc, &mark, FT_D_EXPR, &err);
        return;
    }
    if (tpl.n == 1 && tpl.piece[0].expr)
        ft_expr_refs(tpl.piece[0].expr, count_refs, &only);
    if (only.n == 1 && only.ref.n == 2 && !only.ref.n_axes &&
        only.ref.offset + only.ref.length + strlen("${}") == node->len) {
        find_export(b, space, node, &only.ref, out);
    } else {
        report_export(b, space, node, FT_D_EXPR_TYPE, out->name,
                      "must be one reference ${stage.output}");
        ft_diag_hint(b->diags, "cells are chosen where the output is used");
    }
    ft_template_release(&tpl);
}

void ft_exports_read(struct ft_build *b, struct ft_space *space)
{
    const struct ft_node *node = declared(space, "outputs");

    if (!node || node->kind != FT_NODE_MAP)
        return;
    space->out = ft_calloc(node->n, sizeof(*space->out));
    for (size_t i = 0; i < node->n; i++) {
        space->out[i].name = ft_strdup(node->key[i]->text);
        space->n_out++;
        read_export(b, space, node->item[i], &space->out[i]);
    }
}

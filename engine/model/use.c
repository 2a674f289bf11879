/* use.c - a stage that uses another workflow, whose stages take its place
 *
 * The stage itself is not executed: it stays as the 'use' of the space that its
 * workflow opens, so that its axes, its conditions and the values that it hands
 * over can be evaluated for any cell of the stages inside.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/path.h"
#include "base/str.h"
#include "model/build.h"
#include "model/scope.h"
#include "text/field.h"

/* Keys that say how a program runs: the stages inside have their own. */
static const char *const refused[] = { "out", "retry", "timeout",
                                       "resources", "modules" };

static void refuse_keys(struct ft_build *b, const struct ft_stage *use)
{
    for (size_t i = 0; i < FT_ARRAY_LEN(refused); i++) {
        const struct ft_node *key = ft_node_key(use->node, refused[i]);

        if (!key)
            continue;
        ft_diag_add(b->diags, use->text->doc, &key->mark, FT_D_UNKNOWN_KEY,
                    "a stage that uses a workflow cannot have '%s'",
                    refused[i]);
        ft_diag_hint(b->diags, "the stages of that workflow have their own");
    }
}

/* Is 'text' a file of the space or of one around it? */
static bool is_around(const struct ft_space *space, const struct ft_text *text)
{
    for (; space; space = space->use ? space->use->space : NULL)
        for (size_t i = 0; i < space->n_parts; i++)
            if (space->part[i] == text)
                return true;
    return false;
}

static const struct ft_text *find_workflow(struct ft_build *b,
                                           const struct ft_stage *use)
{
    const struct ft_node *node = ft_node_get(use->node, "use");
    const struct ft_text *text;

    if (use->space->depth == FT_NESTED_MAX) {
        ft_diag_add(b->diags, use->text->doc, &node->mark, FT_D_LIMIT,
                    "workflows use one another more than %d deep",
                    FT_NESTED_MAX);
        return NULL;
    }
    text = ft_text_load(b, use->text, node);
    if (text && is_around(use->space, text)) {
        ft_diag_add(b->diags, use->text->doc, &node->mark, FT_D_CYCLE,
                    "the workflow '%s' uses itself", text->path);
        return NULL;
    }
    if (!text || !ft_version_check(b, text))
        return NULL;
    ft_fields_check(text->doc, ft_doc_root(text->doc), ft_workflow_fields,
                    "the workflow", b->diags);
    return ft_doc_root(text->doc)->kind == FT_NODE_MAP ? text : NULL;
}

void ft_use_read(struct ft_build *b, struct ft_stage *use)
{
    const struct ft_text *text = NULL;

    if (!use->state->broken)
        ft_stage_read(b, use);
    if (!use->state->broken) {
        refuse_keys(b, use);
        text = find_workflow(b, use);
    }
    ft_space_open(b, use, text);
}

/* --- parameters ----------------------------------------------------------- */

struct seeing {
    const struct ft_space *space;
    bool varies;
};

static void see(const struct ft_ref *ref, void *arg)
{
    struct seeing *seeing = arg;
    const struct ft_space *space = seeing->space;
    const struct ft_param *param;

    if (strcmp(ref->part[0], "params") != 0) {
        seeing->varies = true; /* an axis, or an error of each cell */
        return;
    }
    param = ref->n == 2 ? ft_params_find(space->params, ref->part[1]) : NULL;
    if (param && space->varying && space->varying[param - space->params->item])
        seeing->varies = true;
}

/* Has the node other values in other cells of a stage in 'space'? */
static bool varies(const struct ft_node *node, const struct ft_space *space)
{
    struct seeing seeing = { .space = space };
    struct ft_template tpl = { 0 };
    size_t at;

    for (size_t i = 0; i < node->n; i++)
        if (varies(node->item[i], space))
            return true;
    if (!ft_node_has_expr(node) ||
        ft_template_parse(node->text, node->len, &tpl, &at, NULL) < 0)
        return false;
    for (size_t i = 0; i < tpl.n; i++)
        if (tpl.piece[i].expr)
            ft_expr_refs(tpl.piece[i].expr, see, &seeing);
    ft_template_release(&tpl);
    return seeing.varies;
}

/* The value of parameter 'i' in 'cell' of the stage that opens the space. */
static bool eval_param(struct ft_build *b, const struct ft_space *space,
                       size_t i, size_t cell, const struct ft_node *given,
                       struct ft_value *value)
{
    struct ft_cell_scope cs;
    struct ft_scope scope;

    ft_cell_scope_init(&cs, &scope, b->wf, space->use, cell, NULL);
    return ft_param_eval(&space->params->item[i], space->use->text->doc,
                         given, &scope, value, b->diags) == 0;
}

static void take_value(struct ft_build *b, struct ft_space *space, size_t i)
{
    const struct ft_stage *use = space->use;
    const struct ft_param *param = &space->params->item[i];
    const struct ft_node *given = ft_node_get(use->with, param->name);
    struct ft_value value = FT_VALUE_INIT;

    if (!given && param->required && use->state->misspelt) {
        space->no_values = true; /* reported with the keys */
    } else if (!given && param->required) {
        ft_diag_add(b->diags, use->text->doc, &use->mark, FT_D_MISSING_KEY,
                    "stage '%s' lacks the parameter '%s' of workflow '%s'",
                    use->name, param->name, ft_node_get(use->node,
                                                        "use")->text);
        space->no_values = true;
    } else if (given && varies(given, use->space)) {
        space->varying[i] = given;
    } else if (given && eval_param(b, space, i, 0, given, &value)) {
        ft_value_release(&space->value[i]);
        space->value[i] = value;
    } else if (given) {
        space->no_values = true;
    }
}

void ft_use_values(struct ft_build *b, struct ft_space *space)
{
    const struct ft_stage *use = space->use;

    if (space->no_values)
        return; /* its declarations are wrong */
    ft_with_check(b, use, space->params, "workflow",
                  ft_node_get(use->node, "use")->text);
    space->varying = ft_calloc(space->params->n, sizeof(*space->varying));
    if (use->space->no_values || use->state->no_axes)
        space->no_values = true;
    for (size_t i = 0; i < space->params->n && !use->space->no_values; i++)
        take_value(b, space, i);
}

void ft_use_check(struct ft_build *b, struct ft_space *space)
{
    size_t errors = b->diags->n_errors;

    if (space->use->space->no_values)
        space->no_values = true;
    if (!space->no_values)
        ft_values_check(b, space->use);
    if (b->diags->n_errors > errors)
        space->no_values = true;
}

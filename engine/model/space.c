/* space.c - a file and what it includes: parameters and names of stages
 *
 * All of them share one space of names.  What is included comes first, as if it
 * stood at the top of the file; a file that is included twice counts once.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/str.h"
#include "model/build.h"
#include "model/scope.h"
#include "text/field.h"

const struct ft_field ft_include_fields[] = {
    { .key = "fedtwin", .type = FT_FIELD_INT, .required = true, .min = 1,
      .max = 1, .doc = "version of this format: 1" },
    { .key = "doc", .type = FT_FIELD_TEXT,
      .doc = "one sentence for people" },
    { .key = "include", .type = FT_FIELD_LIST, .of = FT_FIELD_TEXT,
      .scalar_ok = true, .doc = "files with more parameters and stages" },
    { .key = "params", .type = FT_FIELD_MAP, .of = FT_FIELD_STRUCT,
      .words = true, .fields = ft_param_fields, .item = "parameter",
      .doc = "parameters of whatever includes the file" },
    { .key = "stages", .type = FT_FIELD_MAP, .of = FT_FIELD_STRUCT,
      .words = true, .fields = ft_stage_fields, .item = "stage",
      .doc = "stages of whatever includes the file" },
    { 0 },
};

struct reader {
    struct ft_build *b;
    struct ft_space *space;
    const struct ft_text **part; /* the files of the space, in order */
    size_t n;
    struct ft_params *params;
};

/* The files that are being read, the innermost first. */
struct chain {
    const struct ft_text *text;
    const struct chain *up;
    size_t depth;
};

static const struct ft_node *get(const struct ft_text *text, const char *key)
{
    return ft_node_get(ft_doc_root(text->doc), key);
}

/* --- what is included ----------------------------------------------------- */

static bool in_chain(struct reader *r, const struct ft_text *from,
                     const struct ft_node *node, const struct ft_text *text,
                     const struct chain *chain)
{
    struct ft_str circle = FT_STR_INIT;
    const struct chain *c = chain;

    while (c && c->text != text)
        c = c->up;
    if (!c)
        return false;
    for (c = chain; c->text != text; c = c->up)
        ft_str_addf(&circle, " <- %s", c->text->path);
    ft_diag_add(r->b->diags, from->doc, &node->mark, FT_D_CYCLE,
                "files include each other in a circle: %s%s <- %s",
                text->path, circle.s ? circle.s : "", text->path);
    ft_str_release(&circle);
    return true;
}

static bool is_part(const struct reader *r, const struct ft_text *text)
{
    for (size_t i = 0; i < r->n; i++)
        if (r->part[i] == text)
            return true;
    return false;
}

static void gather(struct reader *r, const struct ft_text *text,
                   const struct chain *up);

static void include(struct reader *r, const struct ft_text *from,
                    const struct ft_node *node, const struct chain *chain)
{
    const struct ft_text *text;

    if (node->kind != FT_NODE_SCALAR || !node->len)
        return; /* reported with the keys of the file */
    if (chain->depth == FT_NESTED_MAX) {
        ft_diag_add(r->b->diags, from->doc, &node->mark, FT_D_LIMIT,
                    "files include one another more than %d deep",
                    FT_NESTED_MAX);
        return;
    }
    text = ft_text_load(r->b, from, node);
    if (!text || in_chain(r, from, node, text, chain) || is_part(r, text) ||
        !ft_version_check(r->b, text))
        return;
    ft_fields_check(text->doc, ft_doc_root(text->doc), ft_include_fields,
                    "the included file", r->b->diags);
    gather(r, text, chain);
}

static void gather(struct reader *r, const struct ft_text *text,
                   const struct chain *up)
{
    const struct ft_node *list = get(text, "include");
    struct chain chain = { .text = text, .up = up,
                           .depth = up ? up->depth + 1 : 0 };

    if (list && list->kind == FT_NODE_SCALAR)
        include(r, text, list, &chain);
    for (size_t i = 0; list && i < list->n; i++)
        include(r, text, list->item[i], &chain);
    r->part = ft_realloc(r->part, r->n + 1, sizeof(*r->part));
    r->part[r->n++] = text;
}

/* --- parameters ----------------------------------------------------------- */

static void report_twice(struct reader *r, const struct ft_text *text,
                         const char *what, const char *name,
                         const struct ft_mark *again,
                         const struct ft_mark *first)
{
    ft_diag_add(r->b->diags, text->doc, again, FT_D_DUPLICATE_KEY,
                "the %s '%s' stands in '%s' at line %d, too", what, name,
                first->file, first->line);
    ft_diag_hint(r->b->diags, "a file and what it includes share their names");
}

static void add_param(struct reader *r, const struct ft_text *text,
                      struct ft_param *param)
{
    const struct ft_param *first = ft_params_find(r->params, param->name);

    if (first)
        report_twice(r, text, "parameter", param->name, &param->mark,
                     &first->mark);
    r->params->item = ft_realloc(r->params->item, r->params->n + 1,
                                 sizeof(*r->params->item));
    r->params->item[r->params->n++] = *param;
}

/* False after reporting, here or with the keys of the file. */
static bool read_params(struct reader *r, const struct ft_text *text)
{
    const struct ft_node *node = get(text, "params");
    struct ft_diags scratch = FT_DIAGS_INIT;
    struct ft_params own = { 0 };
    bool ok = !node || node->kind == FT_NODE_MAP;

    for (size_t i = 0; ok && node && i < node->n; i++)
        ok = ft_fields_check(text->doc, node->item[i], ft_param_fields, "",
                             &scratch);
    ft_diags_release(&scratch);
    if (!ok || !node)
        return ok;
    ok = ft_params_read(text->doc, node, &own, r->b->diags);
    for (size_t i = 0; i < own.n; i++)
        add_param(r, text, &own.item[i]);
    free(own.item); /* its elements have moved */
    return ok;
}

/* --- names of stages ------------------------------------------------------ */

static void add_stage(struct reader *r, const struct ft_text *text,
                      const struct ft_node *key, const struct ft_node *node)
{
    struct ft_workflow *wf = r->b->wf;
    long first = ft_workflow_stage(wf, key->text);
    struct ft_stage *stage;

    if (ft_scope_reserved(key->text)) {
        ft_diag_add(r->b->diags, text->doc, &key->mark, FT_D_NAME,
                    "a stage cannot be called '%s'", key->text);
        ft_diag_hint(r->b->diags, "the word has a meaning in expressions");
    }
    if (first >= 0) {
        report_twice(r, text, "stage", key->text, &key->mark,
                     &wf->stage[first].mark);
        return;
    }
    stage = &wf->stage[wf->n_stages++];
    *stage = (struct ft_stage){
        .name = ft_strdup(key->text),
        .mark = key->mark,
        .text = text,
        .space = r->space,
        .node = node,
        .n_cells = 1,
    };
    ft_map_put(&wf->index, stage->name, stage);
}

static size_t count_stages(const struct reader *r)
{
    size_t n = 0;

    for (size_t i = 0; i < r->n; i++) {
        const struct ft_node *stages = get(r->part[i], "stages");

        if (stages && stages->kind == FT_NODE_MAP)
            n += stages->n;
    }
    return n;
}

/* Names first, so that any stage can refer to any other. */
static void name_stages(struct reader *r)
{
    const struct ft_text *main = r->part[r->n - 1];
    const struct ft_node *at = get(main, "stages");
    size_t n = count_stages(r);

    if (!n || n > FT_STAGES_MAX) {
        ft_diag_add(r->b->diags, main->doc,
                    at ? &at->mark : &ft_doc_root(main->doc)->mark,
                    n ? FT_D_LIMIT : FT_D_MISSING_KEY,
                    n    ? "the workflow has more than %d stages"
                    : at ? "the workflow has no stages"
                         : "the workflow lacks the key 'stages'",
                    FT_STAGES_MAX);
        return;
    }
    r->b->wf->stage = ft_calloc(n, sizeof(*r->b->wf->stage));
    for (size_t i = 0; i < r->n; i++) {
        const struct ft_node *stages = get(r->part[i], "stages");

        for (size_t k = 0; stages && stages->kind == FT_NODE_MAP &&
                           k < stages->n; k++)
            add_stage(r, r->part[i], stages->key[k], stages->item[k]);
    }
}

/* --- all of it ------------------------------------------------------------ */

static struct ft_space *new_space(struct ft_workflow *wf)
{
    struct ft_space *space = ft_calloc(1, sizeof(*space));

    wf->space = ft_realloc(wf->space, wf->n_spaces + 1, sizeof(*wf->space));
    wf->space[wf->n_spaces++] = space;
    return space;
}

void ft_space_read(struct ft_build *b, const struct ft_text *text,
                   const struct ft_setting *setting, size_t n_settings)
{
    struct ft_workflow *wf = b->wf;
    struct reader r = { .b = b, .space = new_space(wf),
                        .params = &wf->params };
    bool ok = true;

    gather(&r, text, NULL);
    for (size_t i = 0; i < r.n; i++)
        ok &= read_params(&r, r.part[i]);
    wf->value = ft_calloc(wf->params.n, sizeof(*wf->value));
    for (size_t i = 0; i < wf->params.n; i++)
        ft_value_copy(&wf->params.item[i].deflt, &wf->value[i]);
    r.space->params = &wf->params;
    r.space->value = wf->value;
    r.space->no_values = !ok || !ft_settings_apply(b, setting, n_settings);
    name_stages(&r);
    free(r.part);
}

void ft_space_free(struct ft_space *space)
{
    free(space);
}

/* space.c - a file and what it includes: parameters and names of stages
 *
 * All of them share one space of names; a stage that uses another workflow
 * opens a space of its own for that (use.c).  What is included comes first, as
 * if it stood at the top of the file; a file that is included twice counts
 * once.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/path.h"
#include "base/str.h"
#include "model/build.h"
#include "model/port.h"
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

static bool is_part(const struct ft_space *space, const struct ft_text *text)
{
    for (size_t i = 0; i < space->n_parts; i++)
        if (space->part[i] == text)
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
    if (!text || in_chain(r, from, node, text, chain) || is_part(r->space, text)
        || !ft_version_check(r->b, text))
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
    r->space->part = ft_realloc(r->space->part, r->space->n_parts + 1,
                                sizeof(*r->space->part));
    r->space->part[r->space->n_parts++] = text;
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
    const struct ft_param *first = ft_params_find(r->space->params,
                                                  param->name);

    if (first)
        report_twice(r, text, "parameter", param->name, &param->mark,
                     &first->mark);
    r->space->params->item = ft_realloc(r->space->params->item,
                                        r->space->params->n + 1,
                                        sizeof(*r->space->params->item));
    r->space->params->item[r->space->params->n++] = *param;
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

static char *full_name(const struct ft_space *space, const char *name)
{
    return ft_asprintf("%s%s", space->prefix, name);
}

/* What the keys of the stage, which have been reported, leave to be read. */
static void judge_keys(struct ft_build *b, const struct ft_stage *stage)
{
    const char *unknown = ft_diag_code_id(FT_D_UNKNOWN_KEY);
    struct ft_stage_state *state = stage->state;
    struct ft_diags scratch = FT_DIAGS_INIT;

    if (b->diags->n_errors)
        ft_fields_check(stage->text->doc, stage->node, ft_stage_fields, "",
                        &scratch);
    for (size_t i = 0; i < scratch.len; i++) {
        if (strcmp(scratch.item[i].code, unknown) == 0)
            state->misspelt = true;
        else
            state->broken = state->no_outputs = state->no_axes = true;
    }
    ft_diags_release(&scratch);
}

/* May the space have a stage of this name? */
static bool take_name(struct reader *r, const struct ft_text *text,
                      const struct ft_node *key, const char *name)
{
    const struct ft_node *first = ft_map_get(&r->b->names, name);

    if (first) {
        report_twice(r, text, "stage", key->text, &key->mark, &first->mark);
        return false;
    }
    if (strlen(name) > FT_STAGE_NAME_MAX) {
        ft_diag_add(r->b->diags, text->doc, &key->mark, FT_D_LIMIT,
                    "the whole name of stage '%s' has more than %d characters",
                    key->text, FT_STAGE_NAME_MAX);
        return false;
    }
    if (ft_scope_reserved(key->text)) {
        ft_diag_add(r->b->diags, text->doc, &key->mark, FT_D_NAME,
                    "a stage cannot be called '%s'", key->text);
        ft_diag_hint(r->b->diags, "the word has a meaning in expressions");
    }
    ft_map_put(&r->b->names, name, (void *)key);
    return true;
}

static void append_stage(struct ft_build *b, const struct ft_stage *stage)
{
    struct ft_workflow *wf = b->wf;

    if (wf->n_stages == FT_STAGES_MAX)
        ft_diag_add(b->diags, stage->text->doc, &stage->mark, FT_D_LIMIT,
                    "the workflow has more than %d stages", FT_STAGES_MAX);
    wf->stage = ft_grow(wf->stage, wf->n_stages, &b->cap_stages,
                        sizeof(*wf->stage));
    wf->stage[wf->n_stages++] = *stage;
}

static void add_stage(struct reader *r, const struct ft_text *text,
                      const struct ft_node *key, const struct ft_node *node)
{
    char *name = full_name(r->space, key->text);
    struct ft_stage *use, stage = {
        .name = name,
        .mark = key->mark,
        .text = text,
        .space = r->space,
        .node = node,
        .n_outer = r->space->use ? r->space->use->n_axes : 0,
        .n_cells = 1,
    };

    if (!take_name(r, text, key, name)) {
        free(name);
        return;
    }
    stage.state = ft_calloc(1, sizeof(*stage.state));
    judge_keys(r->b, &stage);
    if (!ft_node_get(node, "use")) {
        append_stage(r->b, &stage);
        return;
    }
    use = ft_calloc(1, sizeof(*use));
    *use = stage;
    ft_use_read(r->b, use);
}

/* Names first, so that any stage can refer to any other. */
static void name_stages(struct reader *r)
{
    struct ft_workflow *wf = r->b->wf;
    const struct ft_space *space = r->space;
    const struct ft_text *main = space->part[space->n_parts - 1];
    const struct ft_node *at = get(main, "stages");
    bool any = at && at->kind != FT_NODE_MAP; /* reported */

    r->space->first = wf->n_stages;
    for (size_t i = 0; i < space->n_parts; i++) {
        const struct ft_node *stages = get(space->part[i], "stages");

        if (!stages || stages->kind != FT_NODE_MAP)
            continue;
        any |= stages->n > 0;
        for (size_t k = 0; k < stages->n && wf->n_stages <= FT_STAGES_MAX;
             k++)
            add_stage(r, space->part[i], stages->key[k], stages->item[k]);
    }
    r->space->n_stages = wf->n_stages - space->first;
    if (!any)
        ft_diag_add(r->b->diags, main->doc,
                    at ? &at->mark : &ft_doc_root(main->doc)->mark,
                    FT_D_MISSING_KEY,
                    at ? "the workflow has no stages"
                       : "the workflow lacks the key 'stages'");
}

struct ft_stage *ft_space_stage(const struct ft_build *b,
                                const struct ft_space *space,
                                const char *name)
{
    char *full = full_name(space, name);
    struct ft_stage *stage = ft_map_get(&b->wf->index, full);

    free(full);
    return stage;
}

struct ft_space *ft_space_inner(const struct ft_build *b,
                                const struct ft_space *space,
                                const char *name)
{
    char *full = full_name(space, name);
    struct ft_space *inner = NULL;

    for (size_t i = 1; i < b->wf->n_spaces && !inner; i++)
        if (strcmp(b->wf->space[i]->use->name, full) == 0)
            inner = b->wf->space[i];
    free(full);
    return inner;
}

/* --- all of it ------------------------------------------------------------ */

static struct ft_space *new_space(struct ft_workflow *wf,
                                  struct ft_stage *use)
{
    struct ft_space *space = ft_calloc(1, sizeof(*space));

    space->use = use;
    space->prefix = use ? ft_asprintf("%s.", use->name) : ft_strdup("");
    space->depth = use ? use->space->depth + 1 : 0;
    wf->space = ft_realloc(wf->space, wf->n_spaces + 1, sizeof(*wf->space));
    wf->space[wf->n_spaces++] = space;
    return space;
}

/* Files and declarations; the values are at their defaults. */
static void declare(struct reader *r, const struct ft_text *text)
{
    struct ft_space *space = r->space;
    bool ok = true;

    gather(r, text, NULL);
    for (size_t i = 0; i < space->n_parts; i++)
        ok &= read_params(r, space->part[i]);
    space->value = ft_calloc(space->params->n, sizeof(*space->value));
    for (size_t i = 0; i < space->params->n; i++)
        ft_value_copy(&space->params->item[i].deflt, &space->value[i]);
    space->no_values = !ok;
    ft_bindings_declare(r->b, space);
}

void ft_space_read(struct ft_build *b, const struct ft_text *text,
                   const struct ft_setting *setting, size_t n_settings)
{
    struct ft_workflow *wf = b->wf;
    struct reader r = { .b = b, .space = new_space(wf, NULL) };

    r.space->params = &wf->params;
    declare(&r, text);
    wf->value = r.space->value;
    if (!r.space->no_values && !ft_settings_apply(b, setting, n_settings))
        r.space->no_values = true;
    name_stages(&r);
}

void ft_space_open(struct ft_build *b, struct ft_stage *use,
                   const struct ft_text *text)
{
    struct reader r = { .b = b, .space = new_space(b->wf, use) };

    r.space->params = ft_calloc(1, sizeof(*r.space->params));
    if (!text)
        return;
    use->used = r.space;
    declare(&r, text);
    ft_use_values(b, r.space);
    name_stages(&r);
}

static void release_values(struct ft_space *space)
{
    for (size_t i = 0; space->value && i < space->params->n; i++)
        ft_value_release(&space->value[i]);
    free(space->value);
    ft_params_release(space->params);
    free(space->params);
}

void ft_space_free(struct ft_space *space)
{
    if (space->use) {
        release_values(space);
        ft_stage_release(space->use);
        free(space->use);
    }
    for (size_t i = 0; i < space->n_in && space->input; i++)
        ft_input_release(&space->input[i]);
    for (size_t i = 0; i < space->n_out; i++)
        free(space->out[i].name);
    ft_ports_release(space->in, space->n_in);
    free(space->input);
    free(space->out);
    free(space->varying);
    free(space->part);
    free(space->prefix);
    free(space);
}

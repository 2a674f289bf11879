/* workflow.c - the top level of a workflow, its parameters, and lookups */
#include "model/workflow.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/path.h"
#include "model/build.h"
#include "model/port.h"
#include "text/field.h"

const struct ft_field ft_workflow_fields[] = {
    { .key = "fedtwin", .type = FT_FIELD_INT, .required = true, .min = 1,
      .max = 1, .doc = "version of this format: 1" },
    { .key = "workflow", .type = FT_FIELD_NAME, .required = true,
      .doc = "name of the workflow" },
    { .key = "doc", .type = FT_FIELD_TEXT,
      .doc = "one sentence for people" },
    { .key = "params", .type = FT_FIELD_MAP, .of = FT_FIELD_STRUCT,
      .words = true, .fields = ft_param_fields, .item = "parameter",
      .doc = "values that -p can change" },
    { .key = "inputs", .type = FT_FIELD_MAP, .of = FT_FIELD_STRUCT,
      .words = true, .fields = ft_workflow_in_fields, .item = "input",
      .doc = "what a stage that uses the workflow gives in 'in'" },
    { .key = "outputs", .type = FT_FIELD_MAP, .of = FT_FIELD_TEXT,
      .words = true,
      .doc = "what that stage has as outputs: ${stage.output}" },
    { .key = "include", .type = FT_FIELD_LIST, .of = FT_FIELD_TEXT,
      .scalar_ok = true, .doc = "files with more parameters and stages" },
    { .key = "budget", .type = FT_FIELD_STRUCT, .fields = ft_budget_fields,
      .doc = "what a run may cost; it pauses before it costs more" },
    { .key = "deadline", .type = FT_FIELD_TEXT,
      .doc = "when a run has to be done: an instant such as "
             "2026-11-21T18:00Z, or how long after its start, such as 2 h" },
    { .key = "stages", .type = FT_FIELD_MAP, .of = FT_FIELD_STRUCT,
      .words = true, .fields = ft_stage_fields,
      .item = "stage", .doc = "what is done" },
    { 0 },
};

/* --- stages --------------------------------------------------------------- */

static bool has_stages(const struct ft_space *space)
{
    return !space->use || space->use->used;
}

/* What is inside first: outputs of a used workflow may be those of one that it
 * uses.  Its inputs the other way round. */
static void read_edges(struct ft_build *b)
{
    struct ft_workflow *wf = b->wf;

    for (size_t i = wf->n_spaces; i-- > 0;)
        if (has_stages(wf->space[i]))
            ft_exports_read(b, wf->space[i]);
    for (size_t i = 0; i < wf->n_spaces; i++)
        if (has_stages(wf->space[i]))
            ft_bindings_read(b, wf->space[i]);
    for (size_t i = 0; i < wf->n_stages; i++)
        if (!wf->stage[i].state->broken)
            ft_inputs_read(b, &wf->stage[i]);
}

static void read_stages(struct ft_build *b)
{
    struct ft_workflow *wf = b->wf;

    for (size_t i = 0; i < wf->n_stages; i++) {
        ft_map_put(&wf->index, wf->stage[i].name, &wf->stage[i]);
        if (!wf->stage[i].state->broken)
            ft_stage_read(b, &wf->stage[i]);
    }
    read_edges(b);
    ft_order_find(b);
    for (size_t i = 0; i < wf->n_spaces; i++)
        if (wf->space[i]->use && has_stages(wf->space[i]))
            ft_use_check(b, wf->space[i]);
    for (size_t i = 0; i < wf->n_stages; i++)
        ft_values_check(b, &wf->stage[i]);
}

/* Nothing of this is needed once the workflow is built. */
static void end_reading(struct ft_build *b)
{
    ft_map_release(&b->names);
    for (size_t i = 0; i < b->wf->n_stages; i++) {
        free(b->wf->stage[i].state);
        b->wf->stage[i].state = NULL;
    }
    for (size_t i = 0; i < b->wf->n_spaces; i++) {
        if (!b->wf->space[i]->use)
            continue;
        free(b->wf->space[i]->use->state);
        b->wf->space[i]->use->state = NULL;
    }
}

/* --- the file ------------------------------------------------------------- */

bool ft_version_check(struct ft_build *b, const struct ft_text *text)
{
    const struct ft_node *root = ft_doc_root(text->doc);
    const struct ft_node *node = ft_node_get(root, "fedtwin");
    long long version;

    if (root->kind != FT_NODE_MAP ||
        (node && ft_node_int(node, &version) && version == 1))
        return true;
    ft_diag_add(b->diags, text->doc, node ? &node->mark : &root->mark,
                FT_D_VERSION, node ? "this version of workflows is not known"
                                   : "the workflow lacks the key 'fedtwin'");
    ft_diag_hint(b->diags, "write 'fedtwin: 1' at the top");
    return false;
}

static char *text_of(const struct ft_node *root, const char *key)
{
    const struct ft_node *node = ft_node_get(root, key);

    return node && node->kind == FT_NODE_SCALAR ? ft_strdup(node->text)
                                                : NULL;
}

static void read_limits(struct ft_build *b, const struct ft_node *root)
{
    struct ft_err err = { 0 };

    if (ft_limits_read(root, &b->wf->limits, &err) < 0)
        ft_diag_err(b->diags, b->wf->doc, &ft_node_get(root, "deadline")->mark,
                    FT_D_TYPE, &err);
}

/* What is read, beside the document itself. */
struct origin {
    const char *dir;
    const struct ft_setting *setting;
    size_t n_settings;
    const struct ft_kept *kept;
};

static void read_all(struct ft_build *b, const struct origin *from)
{
    const struct ft_node *root = ft_doc_root(b->wf->doc);

    if (!ft_version_check(b, b->wf->text[0]))
        return;
    ft_fields_check(b->wf->doc, root, ft_workflow_fields, "the workflow",
                    b->diags);
    b->wf->name = text_of(root, "workflow");
    b->wf->what = text_of(root, "doc");
    if (root->kind != FT_NODE_MAP)
        return;
    read_limits(b, root);
    ft_space_read(b, b->wf->text[0], from->setting, from->n_settings);
    read_stages(b);
    ft_texts_digest(b->wf);
}

/* Takes 'doc', which may be NULL. */
static struct ft_workflow *build(struct ft_doc *doc,
                                 const struct origin *from,
                                 struct ft_module_set *modules,
                                 struct ft_diags *diags)
{
    struct ft_build b = { .modules = modules, .diags = diags,
                          .kept = from->kept,
                          .past = from->kept && !from->kept->to_run };
    size_t errors = diags->n_errors;
    char *path;

    if (!doc)
        return NULL;
    b.wf = ft_calloc(1, sizeof(*b.wf));
    b.wf->doc = doc;
    b.wf->file = ft_strdup(ft_doc_file(doc));
    b.wf->dir = ft_strdup(from->dir);
    path = ft_path_join(from->dir, ft_path_base(b.wf->file));
    ft_text_add(&b, path, from->dir, doc);
    free(path);
    read_all(&b, from);
    end_reading(&b);
    ft_diags_sort(diags);
    if (diags->n_errors == errors)
        return b.wf;
    ft_workflow_free(b.wf);
    return NULL;
}

struct ft_workflow *ft_workflow_read(const char *path,
                                     struct ft_module_set *modules,
                                     const struct ft_setting *setting,
                                     size_t n_settings,
                                     struct ft_diags *diags)
{
    char *dir = ft_path_dir(path);
    struct origin from = { .dir = dir, .setting = setting,
                           .n_settings = n_settings };
    struct ft_workflow *wf;

    wf = build(ft_doc_read(path, diags), &from, modules, diags);
    free(dir);
    return wf;
}

struct ft_workflow *ft_workflow_parse(const char *file, const char *dir,
                                      const char *text, size_t len,
                                      struct ft_module_set *modules,
                                      const struct ft_setting *setting,
                                      size_t n_settings,
                                      struct ft_diags *diags)
{
    struct origin from = { .dir = dir, .setting = setting,
                           .n_settings = n_settings };

    return build(ft_doc_parse(file, text, len, diags), &from, modules,
                 diags);
}

struct ft_workflow *ft_workflow_recall(const struct ft_kept *kept,
                                       struct ft_module_set *modules,
                                       struct ft_diags *diags)
{
    struct origin from = { .dir = kept->dir, .setting = kept->setting,
                           .n_settings = kept->n_settings, .kept = kept };

    return build(ft_doc_parse(kept->file, kept->text, strlen(kept->text),
                              diags), &from, modules, diags);
}

void ft_workflow_free(struct ft_workflow *wf)
{
    if (!wf)
        return;
    for (size_t i = 0; i < wf->n_stages; i++)
        ft_stage_release(&wf->stage[i]);
    free(wf->stage);
    for (size_t i = 0; wf->value && i < wf->params.n; i++)
        ft_value_release(&wf->value[i]);
    free(wf->value);
    ft_params_release(&wf->params);
    ft_map_release(&wf->index);
    free(wf->order);
    free(wf->file);
    free(wf->dir);
    free(wf->name);
    free(wf->what);
    free(wf->digest);
    for (size_t i = wf->n_spaces; i-- > 0;) /* those inside may share a loop */
        ft_space_free(wf->space[i]);
    free(wf->space);
    for (size_t i = 0; i < wf->n_texts; i++)
        ft_text_free(wf->text[i]);
    free(wf->text);
    free(wf);
}

/* --- lookups -------------------------------------------------------------- */

long ft_workflow_stage(const struct ft_workflow *wf, const char *name)
{
    const struct ft_stage *stage = ft_map_get(&wf->index, name);

    return stage ? stage - wf->stage : -1;
}

size_t ft_stage_place(const struct ft_stage *stage, size_t cell, size_t axis)
{
    size_t behind = axis < stage->n_zipped ? stage->n_zipped : axis + 1;

    for (size_t a = behind; a < stage->n_axes; a++)
        cell /= stage->axis[a].n;
    return cell % stage->axis[axis].n;
}

const struct ft_value *ft_stage_cell(const struct ft_stage *stage, size_t cell,
                                     size_t axis)
{
    return &stage->axis[axis].value[ft_stage_place(stage, cell, axis)];
}

size_t ft_stage_outer_cell(const struct ft_stage *stage, size_t cell)
{
    for (size_t a = stage->n_axes; a-- > stage->n_outer;)
        cell /= stage->axis[a].n;
    return cell;
}

bool ft_stage_same_round(const struct ft_stage *a, const struct ft_stage *b)
{
    return ft_stage_in_round(a) && a->loop == b->loop;
}

void ft_loop_stages(const struct ft_workflow *wf, const struct ft_stage *stage,
                    size_t *first, size_t *n)
{
    bool round = ft_stage_in_round(stage);

    *first = round ? stage->loop->use->used->first
                   : (size_t)(stage - wf->stage);
    *n = round ? stage->loop->use->used->n_stages : 1;
}

bool ft_stage_has_when(const struct ft_stage *stage)
{
    while (stage && !stage->when)
        stage = stage->space->use;
    return stage;
}

void ft_task_name(const struct ft_stage *stage, size_t cell,
                  struct ft_str *out)
{
    ft_str_add(out, stage->name);
    for (size_t a = 0; a < stage->n_axes; a++) {
        ft_str_addf(out, "%s%s=", a ? "," : "[", stage->axis[a].name);
        ft_value_text(ft_stage_cell(stage, cell, a), out);
    }
    if (stage->n_axes)
        ft_str_addc(out, ']');
}

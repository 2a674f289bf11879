/* workflow.c - the top level of a workflow, its parameters, and lookups */
#include "model/workflow.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/path.h"
#include "base/sha256.h"
#include "model/build.h"
#include "model/scope.h"
#include "text/field.h"
#include "text/suggest.h"

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
    { .key = "stages", .type = FT_FIELD_MAP, .of = FT_FIELD_STRUCT,
      .required = true, .words = true, .fields = ft_stage_fields,
      .item = "stage", .doc = "what is done" },
    { 0 },
};

/* --- parameters ----------------------------------------------------------- */

static void report_setting(struct ft_build *b,
                           const struct ft_setting *setting,
                           enum ft_diag_code code, const struct ft_err *err)
{
    char *file = ft_asprintf("-p %s", setting->name);
    struct ft_mark mark = { .file = file };

    ft_diag_err(b->diags, NULL, &mark, code, err);
    free(file);
}

static void unknown_setting(struct ft_build *b,
                            const struct ft_setting *setting)
{
    const struct ft_params *params = &b->wf->params;
    const char **known = ft_calloc(params->n, sizeof(*known)), *near;
    struct ft_err err = { 0 };

    for (size_t i = 0; i < params->n; i++)
        known[i] = params->item[i].name;
    near = ft_suggest(setting->name, known, params->n);
    ft_err_set(&err, FT_EDOC, "the workflow has no parameter '%s'",
               setting->name);
    if (near)
        ft_err_hint(&err, "did you mean '%s'?", near);
    report_setting(b, setting, FT_D_UNKNOWN_PARAM, &err);
    free(known);
}

/* Later settings of the same name win, as options do. */
static void apply_setting(struct ft_build *b, const struct ft_setting *setting)
{
    const struct ft_param *param = ft_params_find(&b->wf->params,
                                                  setting->name);
    struct ft_value made = FT_VALUE_INIT, *value;
    struct ft_err err = { 0 };

    if (!param) {
        unknown_setting(b, setting);
        return;
    }
    value = &b->wf->value[param - b->wf->params.item];
    if (ft_param_from_text(param, setting->text, &made, &err) < 0) {
        report_setting(b, setting, FT_D_TYPE, &err);
        b->no_values = true;
        return;
    }
    ft_value_release(value);
    *value = made;
}

static void take_values(struct ft_build *b, const struct ft_setting *setting,
                        size_t n_settings)
{
    struct ft_workflow *wf = b->wf;

    wf->value = ft_calloc(wf->params.n, sizeof(*wf->value));
    for (size_t i = 0; i < wf->params.n; i++)
        ft_value_copy(&wf->params.item[i].deflt, &wf->value[i]);
    for (size_t i = 0; i < n_settings; i++)
        apply_setting(b, &setting[i]);
    for (size_t i = 0; i < wf->params.n && !b->no_values; i++) {
        const struct ft_param *param = &wf->params.item[i];

        if (!param->required || wf->value[i].kind != FT_VALUE_NULL)
            continue;
        ft_diag_add(b->diags, wf->doc, &param->mark, FT_D_MISSING_KEY,
                    "the parameter '%s' has no value", param->name);
        ft_diag_hint(b->diags, "give one with -p %s=VALUE, or a default",
                     param->name);
        b->no_values = true;
    }
}

static void read_params(struct ft_build *b, const struct ft_setting *setting,
                        size_t n_settings)
{
    const struct ft_node *params = ft_node_get(ft_doc_root(b->wf->doc),
                                               "params");
    struct ft_diags scratch = FT_DIAGS_INIT;

    if (params) {
        b->no_values = params->kind != FT_NODE_MAP;
        for (size_t i = 0; !b->no_values && i < params->n; i++)
            if (!ft_fields_check(b->wf->doc, params->item[i],
                                 ft_param_fields, "", &scratch))
                b->no_values = true;
    }
    ft_diags_release(&scratch);
    if (b->no_values)
        return; /* reported with the keys of the whole file */
    if (params && !ft_params_read(b->wf->doc, params, &b->wf->params,
                                  b->diags))
        b->no_values = true;
    take_values(b, setting, n_settings);
}

/* --- stages --------------------------------------------------------------- */

static void check_stage_name(struct ft_build *b, const struct ft_node *key)
{
    if (!ft_scope_reserved(key->text))
        return;
    ft_diag_add(b->diags, b->wf->doc, &key->mark, FT_D_NAME,
                "a stage cannot be called '%s'", key->text);
    ft_diag_hint(b->diags, "the word has a meaning in expressions");
}

/* Names first, so that any stage can refer to any other. */
static bool name_stages(struct ft_build *b, const struct ft_node *stages)
{
    struct ft_workflow *wf = b->wf;

    if (!stages->n || stages->n > FT_STAGES_MAX) {
        ft_diag_add(b->diags, wf->doc, &stages->mark,
                    stages->n ? FT_D_LIMIT : FT_D_MISSING_KEY,
                    stages->n ? "the workflow has more than %d stages"
                              : "the workflow has no stages",
                    FT_STAGES_MAX);
        return false;
    }
    wf->stage = ft_calloc(stages->n, sizeof(*wf->stage));
    b->state = ft_calloc(stages->n, sizeof(*b->state));
    for (size_t i = 0; i < stages->n; i++) {
        struct ft_stage *stage = &wf->stage[wf->n_stages++];

        stage->name = ft_strdup(stages->key[i]->text);
        stage->mark = stages->key[i]->mark;
        stage->node = stages->item[i];
        stage->n_cells = 1;
        ft_map_put(&wf->index, stage->name, &wf->stage[i]);
        check_stage_name(b, stages->key[i]);
    }
    return true;
}

/* Stages whose keys are wrong stay names without outputs. */
static void find_broken(struct ft_build *b)
{
    struct ft_diags scratch = FT_DIAGS_INIT;

    for (size_t i = 0; i < b->wf->n_stages; i++) {
        struct ft_stage_state *state = &b->state[i];

        if (ft_fields_check(b->wf->doc, b->wf->stage[i].node,
                            ft_stage_fields, "", &scratch))
            continue;
        state->broken = state->no_outputs = state->no_axes = true;
    }
    ft_diags_release(&scratch);
}

static void read_stages(struct ft_build *b)
{
    const struct ft_node *stages = ft_node_get(ft_doc_root(b->wf->doc),
                                               "stages");
    struct ft_workflow *wf = b->wf;

    if (!stages || stages->kind != FT_NODE_MAP || !name_stages(b, stages))
        return;
    if (b->diags->n_errors)
        find_broken(b);
    for (size_t i = 0; i < wf->n_stages; i++)
        if (!b->state[i].broken)
            ft_stage_read(b, i);
    for (size_t i = 0; i < wf->n_stages; i++)
        if (!b->state[i].broken)
            ft_inputs_read(b, &wf->stage[i]);
    ft_order_find(b);
    for (size_t i = 0; i < wf->n_stages; i++)
        ft_values_check(b, &wf->stage[i]);
}

/* --- the file ------------------------------------------------------------- */

static bool check_version(struct ft_build *b, const struct ft_node *root)
{
    const struct ft_node *node = ft_node_get(root, "fedtwin");
    long long version;

    if (node && ft_node_int(node, &version) && version == 1)
        return true;
    ft_diag_add(b->diags, b->wf->doc, node ? &node->mark : &root->mark,
                FT_D_VERSION, node ? "this version of workflows is not known"
                                   : "the workflow lacks the key 'fedtwin'");
    ft_diag_hint(b->diags, "write 'fedtwin: 1' at the top");
    return false;
}

static void read_top(struct ft_build *b)
{
    const struct ft_node *root = ft_doc_root(b->wf->doc);
    const struct ft_node *name = ft_node_get(root, "workflow");
    const struct ft_node *what = ft_node_get(root, "doc");
    const char *text;
    size_t len;
    char hex[FT_SHA256_HEX + 1];

    text = ft_doc_text(b->wf->doc, &len);
    ft_sha256_text(text, len, hex);
    b->wf->digest = ft_strdup(hex);
    if (name && name->kind == FT_NODE_SCALAR)
        b->wf->name = ft_strdup(name->text);
    if (what && what->kind == FT_NODE_SCALAR)
        b->wf->what = ft_strdup(what->text);
}

/* Takes 'doc', which may be NULL. */
static struct ft_workflow *build(struct ft_doc *doc, const char *dir,
                                 struct ft_module_set *modules,
                                 const struct ft_setting *setting,
                                 size_t n_settings, bool recall,
                                 struct ft_diags *diags)
{
    struct ft_build b = { .modules = modules, .diags = diags,
                          .recall = recall };
    size_t errors = diags->n_errors;

    if (!doc)
        return NULL;
    b.wf = ft_calloc(1, sizeof(*b.wf));
    b.wf->doc = doc;
    b.wf->file = ft_strdup(ft_doc_file(doc));
    b.wf->dir = ft_strdup(dir);
    if (ft_doc_root(doc)->kind != FT_NODE_MAP ||
        check_version(&b, ft_doc_root(doc))) {
        ft_fields_check(doc, ft_doc_root(doc), ft_workflow_fields,
                        "the workflow", diags);
        read_top(&b);
        read_params(&b, setting, n_settings);
        read_stages(&b);
    }
    free(b.state);
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
    struct ft_workflow *wf;

    wf = build(ft_doc_read(path, diags), dir, modules, setting, n_settings,
               false, diags);
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
    return build(ft_doc_parse(file, text, len, diags), dir, modules, setting,
                 n_settings, false, diags);
}

struct ft_workflow *ft_workflow_recall(const char *file, const char *dir,
                                       const char *text, size_t len,
                                       struct ft_module_set *modules,
                                       const struct ft_setting *setting,
                                       size_t n_settings,
                                       struct ft_diags *diags)
{
    return build(ft_doc_parse(file, text, len, diags), dir, modules, setting,
                 n_settings, true, diags);
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
    ft_doc_free(wf->doc);
    free(wf);
}

/* --- lookups -------------------------------------------------------------- */

long ft_workflow_stage(const struct ft_workflow *wf, const char *name)
{
    const struct ft_stage *stage = ft_map_get(&wf->index, name);

    return stage ? stage - wf->stage : -1;
}

const struct ft_value *ft_stage_cell(const struct ft_stage *stage, size_t cell,
                                     size_t axis)
{
    for (size_t a = stage->n_axes; --a > axis;)
        cell /= stage->axis[a].n;
    return &stage->axis[axis].value[cell % stage->axis[axis].n];
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

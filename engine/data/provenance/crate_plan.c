/* crate_plan.c - what a run meant to do: workflow, tools, steps, connections
 *
 *   workflow ── hasPart ── tool ── input, output ── formal parameter
 *       └────── step ───── HowToStep ── workExample ── tool
 *                              └── connection ── formal -> formal parameter
 *
 * Only stages of which a task was started or taken over are steps: a tool must
 * be the instrument of some action.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/json.h"
#include "base/path.h"
#include "data/provenance/crate.h"
#include "model/workflow.h"

#define LANGUAGE "#fedtwin-workflow"

/* --- ids ------------------------------------------------------------------ */

char *ft_crate_tool_id(const struct ft_stage *stage)
{
    const struct ft_module *module = stage->module;
    char *text, *id;

    if (!module)
        return ft_crate_id("tool/stage", stage->name);
    text = ft_asprintf("%s/%s", module->name, module->digest);
    id = ft_crate_id("tool", text);
    free(text);
    return id;
}

char *ft_crate_step_id(const struct ft_stage *stage)
{
    return ft_crate_id("step", stage->name);
}

char *ft_crate_formal_id(const char *tool, const char *kind, const char *name)
{
    struct ft_str id = FT_STR_INIT;

    ft_str_addf(&id, "%s/%s/", tool, kind);
    ft_prov_escape(&id, name);
    return ft_str_take(&id);
}

char *ft_crate_workflow_param_id(const char *name)
{
    return ft_crate_id("workflow/param", name);
}

char *ft_crate_workflow_output_id(const char *stage, const char *output)
{
    char *text = ft_asprintf("%s/%s", stage, output);
    char *id = ft_crate_id("workflow/out", text);

    free(text);
    return id;
}

/* --- formal parameters ---------------------------------------------------- */

/* A value that is no single one - of a record, a list, one for each group - is
 * a structure. */
static const char *type_of(const struct ft_param *param)
{
    static const char *const types[] = {
        [FT_PARAM_QUANTITY] = "Float", [FT_PARAM_NUMBER] = "Float",
        [FT_PARAM_INTEGER] = "Integer", [FT_PARAM_TEXT] = "Text",
        [FT_PARAM_BOOL] = "Boolean", [FT_PARAM_UNIT] = "Text",
        [FT_PARAM_RECORD] = "PropertyValue",
    };

    return param->each == FT_EACH_ONE ? types[param->type] : "PropertyValue";
}

static void add_param(struct ft_crate_doc *doc, const char *owner,
                      const char *id, const struct ft_param *param)
{
    struct json_object *formal = ft_crate_entity(doc, id, "FormalParameter");

    ft_json_add_str(formal, "name", param->name);
    ft_json_add_str(formal, "additionalType", type_of(param));
    ft_json_add_bool(formal, "valueRequired", param->required);
    ft_crate_text(formal, "description", param->doc);
    if (param->unit)
        ft_json_add_str(formal, "unitText", ft_unit_si_text(param->unit));
    ft_crate_link(doc, owner, "input", id);
}

static void add_port(struct ft_crate_doc *doc, const char *owner,
                     const char *key, const char *id, const char *name,
                     const struct ft_port *port)
{
    struct json_object *formal = ft_crate_entity(doc, id, "FormalParameter");

    ft_json_add_str(formal, "name", name);
    ft_json_add_str(formal, "additionalType", "File");
    if (port) {
        ft_json_add_bool(formal, "valueRequired", !port->optional);
        ft_crate_text(formal, "description", port->doc);
        ft_crate_text(formal, "encodingFormat",
                      port->media_type ? port->media_type
                                       : "application/x-hdf5");
        if (port->unit)
            ft_json_add_str(formal, "unitText", ft_unit_text(port->unit));
    }
    ft_crate_link(doc, owner, key, id);
}

/* --- tools ---------------------------------------------------------------- */

static const char *action_text(enum ft_action action)
{
    static const char *const text[] = {
        [FT_ACTION_MODULE] = "module", [FT_ACTION_RUN] = "command",
        [FT_ACTION_SHELL] = "shell script",
        [FT_ACTION_PYTHON] = "Python script", [FT_ACTION_USE] = "workflow",
    };

    return text[action];
}

static void name_tool(struct json_object *tool, const struct ft_stage *stage)
{
    char *text;

    if (stage->module) {
        ft_json_add_str(tool, "name", stage->module->name);
        ft_crate_text(tool, "softwareVersion", stage->module->version);
        ft_crate_text(tool, "description", stage->module->doc);
        return;
    }
    text = ft_asprintf("%s of stage '%s'", action_text(stage->action),
                       stage->name);
    ft_json_add_str(tool, "name", text);
    ft_crate_text(tool, "description", stage->doc);
    free(text);
}

static void add_tool_ports(struct ft_crate_doc *doc, const char *tool,
                           const struct ft_stage *stage)
{
    for (size_t i = 0; i < stage->n_in; i++) {
        char *id = ft_crate_formal_id(tool, "in", stage->in[i].name);

        add_port(doc, tool, "input", id, stage->in[i].name, stage->in[i].port);
        free(id);
    }
    for (size_t i = 0; i < stage->n_out; i++) {
        char *id = ft_crate_formal_id(tool, "out", stage->out[i].name);

        add_port(doc, tool, "output", id, stage->out[i].name, &stage->out[i]);
        free(id);
    }
    for (size_t i = 0; stage->module && i < stage->module->params.n; i++) {
        const struct ft_param *param = &stage->module->params.item[i];
        char *id = ft_crate_formal_id(tool, "param", param->name);

        add_param(doc, tool, id, param);
        free(id);
    }
}

/* Environment modules are what the program needs beside itself. */
static void add_requirements(struct ft_crate_doc *doc, const char *tool,
                             const struct ft_stage *stage)
{
    for (size_t i = 0; i < stage->n_modules; i++) {
        char *id = ft_crate_id("environment-module", stage->modules[i]);

        ft_json_add_str(ft_crate_entity(doc, id, "SoftwareApplication"), "name",
                        stage->modules[i]);
        ft_crate_link(doc, tool, "softwareRequirements", id);
        free(id);
    }
}

static void add_tool(struct ft_crate_doc *doc, const char *workflow,
                     const char *id, const struct ft_stage *stage)
{
    if (!ft_crate_find(doc, id))
        name_tool(ft_crate_entity(doc, id, "SoftwareApplication"), stage);
    add_tool_ports(doc, id, stage);
    add_requirements(doc, id, stage);
    ft_crate_link(doc, workflow, "hasPart", id);
}

/* --- steps ---------------------------------------------------------------- */

static void connect(struct ft_crate_doc *doc, const char *owner,
                    const char *source, const char *target)
{
    char *text = ft_asprintf("%s/to/%s", source + 1, target + 1);
    char *id = ft_asprintf("#connection/%s", text);
    struct json_object *connection =
        ft_crate_entity(doc, id, "ParameterConnection");

    ft_crate_point(connection, "sourceParameter", source);
    ft_crate_point(connection, "targetParameter", target);
    ft_crate_link(doc, owner, "connection", id);
    free(id);
    free(text);
}

/* From outputs of stages to inputs of this one. */
static void add_data_connections(const struct ft_crate *crate,
                                 struct ft_crate_doc *doc, const char *step,
                                 const char *tool,
                                 const struct ft_stage *stage)
{
    for (size_t i = 0; i < stage->n_in; i++) {
        const struct ft_input *in = &stage->in[i];
        const struct ft_stage *maker;
        char *from, *source, *target;

        if (in->kind != FT_SOURCE_OBJECT)
            continue;
        maker = &crate->run->wf->stage[in->stage];
        from = ft_crate_tool_id(maker);
        source = ft_crate_formal_id(from, "out", maker->out[in->output].name);
        target = ft_crate_formal_id(tool, "in", in->name);
        if (ft_crate_find(doc, source))
            connect(doc, step, source, target);
        free(target);
        free(source);
        free(from);
    }
}

/* --- parameters of the workflow in those of a module ---------------------- */

struct use {
    struct ft_crate_doc *doc;
    const struct ft_workflow *wf;
    const char *step, *target;
};

static void use_ref(const struct ft_ref *ref, void *arg)
{
    struct use *use = arg;
    char *source;

    if (ref->n < 2 || strcmp(ref->part[0], "params") != 0 ||
        !ft_params_find(&use->wf->params, ref->part[1]))
        return;
    source = ft_crate_workflow_param_id(ref->part[1]);
    connect(use->doc, use->step, source, use->target);
    free(source);
}

/* Every expression of the value was checked when the workflow was read. */
static void use_value(struct use *use, const struct ft_node *node)
{
    struct ft_template tpl = { 0 };
    size_t at;

    for (size_t i = 0; i < node->n; i++)
        use_value(use, node->item[i]);
    if (node->kind != FT_NODE_SCALAR ||
        ft_template_parse(node->text, node->len, &tpl, &at, NULL) < 0)
        return;
    for (size_t i = 0; i < tpl.n; i++)
        if (tpl.piece[i].expr)
            ft_expr_refs(tpl.piece[i].expr, use_ref, use);
    ft_template_release(&tpl);
}

/* In a workflow that another uses "params" are other ones. */
static void add_param_connections(const struct ft_crate *crate,
                                  struct ft_crate_doc *doc, const char *step,
                                  const char *tool,
                                  const struct ft_stage *stage)
{
    struct use use = { .doc = doc, .wf = crate->run->wf, .step = step };

    if (!stage->module || !stage->with || stage->space->use)
        return;
    for (size_t i = 0; i < stage->with->n; i++) {
        char *target = ft_crate_formal_id(tool, "param",
                                          stage->with->key[i]->text);

        use.target = target;
        use_value(&use, stage->with->item[i]);
        free(target);
    }
}

/* --- steps ---------------------------------------------------------------- */

/* Every output is a result of the workflow, too. */
static void add_outputs(struct ft_crate_doc *doc, const char *workflow,
                        const char *tool, const struct ft_stage *stage)
{
    for (size_t i = 0; i < stage->n_out; i++) {
        const char *name = stage->out[i].name;
        char *target = ft_crate_workflow_output_id(stage->name, name);
        char *source = ft_crate_formal_id(tool, "out", name);
        char *object = ft_asprintf("%s.%s", stage->name, name);

        add_port(doc, workflow, "output", target, object, &stage->out[i]);
        connect(doc, workflow, source, target);
        free(object);
        free(source);
        free(target);
    }
}

static void add_step(const struct ft_crate *crate, struct ft_crate_doc *doc,
                     const struct ft_stage *stage, size_t position)
{
    const char *workflow = crate->text[0];
    char *tool = ft_crate_tool_id(stage), *id = ft_crate_step_id(stage);
    char *at = ft_asprintf("%zu", position);
    struct json_object *step = ft_crate_entity(doc, id, "HowToStep");

    add_tool(doc, workflow, tool, stage);
    ft_json_add_str(step, "name", stage->name);
    ft_json_add_str(step, "position", at);
    ft_crate_text(step, "description", stage->doc);
    ft_crate_point(step, "workExample", tool);
    ft_crate_link(doc, workflow, "step", id);
    add_outputs(doc, workflow, tool, stage);
    add_data_connections(crate, doc, id, tool, stage);
    add_param_connections(crate, doc, id, tool, stage);
    free(at);
    free(id);
    free(tool);
}

/* In an order in which they can be executed, makers first. */
static void add_steps(const struct ft_crate *crate, struct ft_crate_doc *doc)
{
    const struct ft_workflow *wf = crate->run->wf;
    bool *started = ft_calloc(wf->n_stages + 1, sizeof(*started));

    for (size_t i = 0; i < crate->run->n_tasks; i++)
        started[crate->run->task[i].stage] = true;
    for (size_t i = 0; i < wf->n_stages; i++)
        if (started[wf->order[i]])
            add_step(crate, doc, &wf->stage[wf->order[i]], i + 1);
    free(started);
}

/* --- the workflow --------------------------------------------------------- */

static void add_file(struct ft_crate_doc *doc, const char *id,
                     const struct ft_text *text)
{
    struct json_object *file = ft_crate_entity(doc, id, "File");
    char hex[FT_SHA256_HEX + 1], *size;
    size_t len;
    const char *bytes = ft_doc_text(text->doc, &len);

    ft_sha256_text(bytes, len, hex);
    size = ft_asprintf("%zu", len);
    ft_json_add_str(file, "name", ft_path_base(text->path));
    ft_json_add_str(file, "encodingFormat", "application/yaml");
    ft_json_add_str(file, "contentSize", size);
    ft_json_add_str(file, "sha256", hex);
    ft_crate_link(doc, "./", "hasPart", id);
    free(size);
}

void ft_crate_plan(const struct ft_crate *crate, struct ft_crate_doc *doc)
{
    const struct ft_workflow *wf = crate->run->wf;
    struct json_object *main, *language;

    for (size_t i = 0; i < wf->n_texts; i++)
        add_file(doc, crate->text[i], wf->text[i]);
    main = ft_crate_find(doc, crate->text[0]);
    ft_crate_add_type(main, "SoftwareSourceCode");
    ft_crate_add_type(main, "ComputationalWorkflow");
    ft_crate_add_type(main, "HowTo");
    ft_json_add_str(main, "name", wf->name);
    ft_crate_text(main, "alternateName", wf->file);
    ft_crate_text(main, "description", wf->what);
    ft_json_add_str(main, "version", wf->digest);
    ft_crate_point(main, "programmingLanguage", LANGUAGE);
    for (size_t i = 1; i < wf->n_texts; i++)
        ft_crate_link(doc, crate->text[0], "isBasedOn", crate->text[i]);
    language = ft_crate_entity(doc, LANGUAGE, "ComputerLanguage");
    ft_json_add_str(language, "name", "fedtwin workflow");
    ft_json_add_str(language, "version", "1");
    for (size_t i = 0; i < wf->params.n; i++) {
        char *id = ft_crate_workflow_param_id(wf->params.item[i].name);

        add_param(doc, crate->text[0], id, &wf->params.item[i]);
        free(id);
    }
    add_steps(crate, doc);
}

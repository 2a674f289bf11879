/* crate_action.c - what a run did: actions, what they used and made, by whom
 *
 *   OrganizeAction ── object ── ControlAction ── object ── CreateAction
 *    (the engine)      └ ...     (one task)                (its execution)
 *         └── result ── CreateAction (the whole run)
 *
 * A task that took its results over points to the action of the earlier run
 * that made them.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/path.h"
#include "data/provenance/crate.h"
#include "data/provenance/crate_value.h"
#include "model/workflow.h"

#define ACTION "CreateAction"

struct actions {
    const struct ft_crate *crate;
    struct ft_crate_doc *doc;
    struct ft_map task; /* id of an action -> its task of the run */
    char *engine;       /* id of the engine of the run */
    char *run;          /* id of the action of the run */
};

/* --- data ----------------------------------------------------------------- */

/* A version whose file is not in the crate is named by what it is. */
static char *version_id(const struct ft_crate *crate, const char *version)
{
    return ft_map_get(crate->payload, version)
               ? ft_asprintf(FT_CRATE_RESULTS "/%s.h5", version)
               : ft_asprintf("urn:fedtwin:version:%s", version);
}

static struct json_object *add_data(struct ft_crate_doc *doc, const char *id)
{
    struct json_object *file = ft_crate_entity(doc, id, "File");

    ft_crate_link(doc, "./", "hasPart", id);
    return file;
}

static char *add_version(struct actions *a, const char *version)
{
    long i = ft_lineage_find(a->crate->lineage, version);
    const struct ft_lineage_node *node =
        i < 0 ? NULL : &a->crate->lineage->node[i];
    char *id = version_id(a->crate, version), *text;
    bool seen = ft_crate_find(a->doc, id) != NULL;
    struct json_object *file = add_data(a->doc, id);
    char time[FT_TIME_TEXT];

    if (seen || !node || !node->known)
        return id;
    ft_time_text(node->version.time_ns, time);
    text = ft_asprintf("%s%s%s", node->version.object,
                       *node->version.cell ? " " : "", node->version.cell);
    ft_json_add_str(file, "name", text);
    free(text);
    text = ft_asprintf("urn:fedtwin:version:%s", version);
    ft_json_add_str(file, "identifier", text);
    free(text);
    text = ft_asprintf("%llu", (unsigned long long)node->version.size_bytes);
    ft_json_add_str(file, "contentSize", text);
    free(text);
    ft_json_add_str(file, "sha256", node->version.file_digest);
    ft_json_add_str(file, "encodingFormat", "application/x-hdf5");
    ft_json_add_str(file, "dateCreated", time);
    ft_crate_text(file, "unitText", node->version.unit);
    return id;
}

/* A file of the user's: the store has its digest, not its bytes. */
static char *add_user_file(struct ft_crate_doc *doc, struct json_object *input)
{
    const char *content = ft_json_str_or(input, "content", "");
    const char *path = ft_json_str_or(input, "path", "");
    struct ft_str id = FT_STR_INIT;
    struct json_object *file;

    ft_str_add(&id, "urn:fedtwin:content:");
    ft_prov_escape(&id, content);
    file = add_data(doc, id.s);
    ft_crate_text(file, "name", ft_path_base(path));
    ft_crate_text(file, "alternateName", path);
    if (ft_starts_with(content, "sha256:"))
        ft_json_add_str(file, "sha256", content + strlen("sha256:"));
    return ft_str_take(&id);
}

static void add_inputs(struct actions *a, const char *action, const char *tool,
                       struct json_object *record)
{
    struct json_object *inputs = ft_json_or_null(record, "inputs");
    size_t n = json_object_is_type(inputs, json_type_array)
                   ? json_object_array_length(inputs)
                   : 0;

    for (size_t i = 0; i < n; i++) {
        struct json_object *input = json_object_array_get_idx(inputs, i);
        const char *version = ft_json_str_or(input, "version", NULL);
        char *id =
            version ? add_version(a, version) : add_user_file(a->doc, input);
        char *formal =
            ft_crate_formal_id(tool, "in", ft_json_str_or(input, "name", "?"));

        ft_crate_example(a->doc, id, formal);
        ft_crate_link(a->doc, action, "object", id);
        if (!version && ft_map_get(&a->task, action))
            ft_crate_link(a->doc, a->run, "object", id);
        free(formal);
        free(id);
    }
}

/* --- executions of tasks -------------------------------------------------- */

static void set_status(struct json_object *action, bool ok, const char *error)
{
    ft_json_add_str(action, "actionStatus",
                    ok ? "http://schema.org/CompletedActionStatus"
                       : "http://schema.org/FailedActionStatus");
    if (!ok)
        ft_crate_text(action, "error", error);
}

static void set_times(struct json_object *action, int64_t start_ns,
                      int64_t end_ns)
{
    char text[FT_TIME_TEXT];

    if (start_ns) {
        ft_time_text(start_ns, text);
        ft_json_add_str(action, "startTime", text);
    }
    if (end_ns) {
        ft_time_text(end_ns, text);
        ft_json_add_str(action, "endTime", text);
    }
}

/* The tool of a task that is of another workflow. */
static char *add_foreign_tool(struct ft_crate_doc *doc,
                              struct json_object *record)
{
    struct ft_str id = FT_STR_INIT;
    struct json_object *tool;

    ft_str_add(&id, "#tool/");
    ft_prov_tool_name(&id, record);
    tool = ft_crate_entity(doc, id.s, "SoftwareApplication");
    ft_crate_text(tool, "name", ft_json_str_or(record, "module", NULL));
    ft_crate_text(tool, "softwareVersion",
                  ft_json_str_or(record, "module_version", NULL));
    return ft_str_take(&id);
}

static char *tool_of(struct actions *a, const char *action,
                     struct json_object *record)
{
    const struct ft_prov_task *task = ft_map_get(&a->task, action);

    if (task)
        return ft_crate_tool_id(&a->crate->run->wf->stage[task->stage]);
    if (!*ft_json_str_or(record, "run", ""))
        return ft_crate_engine(a->doc, ft_json_str_or(record, "engine", NULL));
    return add_foreign_tool(a->doc, record);
}

static struct json_object *start_action(struct actions *a, const char *id,
                                        const char *name, const char *tool)
{
    struct json_object *action = ft_crate_entity(a->doc, id, ACTION);

    ft_crate_text(action, "name", name);
    ft_crate_point(action, "instrument", tool);
    ft_crate_link(a->doc, "./", "mentions", id);
    return action;
}

/* What was executed: the command line, or the module. */
static void describe(struct json_object *action, struct json_object *record)
{
    struct json_object *command = ft_json_or_null(record, "command");
    char *text;

    text = command ? ft_strdup(ft_json_text(command))
                   : ft_asprintf("module %s",
                                 ft_json_str_or(record, "module", "?"));
    ft_json_add_str(action, "description", text);
    free(text);
}

/* The action of a record, once; its id is the caller's. */
static char *add_execution(struct actions *a, struct json_object *record,
                           const char *version)
{
    struct ft_str id = FT_STR_INIT;
    struct json_object *action;
    char *tool;

    ft_str_add(&id, "#task/");
    ft_prov_record_name(&id, record, version);
    if (ft_crate_find(a->doc, id.s))
        return ft_str_take(&id);
    tool = tool_of(a, id.s, record);
    action = start_action(a, id.s, ft_json_str_or(record, "task", NULL), tool);
    describe(action, record);
    ft_crate_text(action, "startTime", ft_json_str_or(record, "start", NULL));
    ft_crate_text(action, "endTime", ft_json_str_or(record, "end", NULL));
    set_status(action, true, NULL);
    ft_crate_agent(a->doc, action, "agent",
                   ft_json_str_or(record, "user", NULL));
    ft_crate_place(a->doc, action, record);
    add_inputs(a, id.s, tool, record);
    ft_crate_params(a->doc, id.s, tool, ft_json_or_null(record, "params"));
    ft_crate_seed(a->doc, id.s, record);
    ft_crate_environment(a->doc, id.s, record);
    ft_crate_figures(a->doc, id.s, ft_json_or_null(record, "usage"), "usage",
                     id.s, "resourceUsage");
    free(tool);
    return ft_str_take(&id);
}

/* A task that left nothing but its end in the journal of the run. */
static char *add_bare_execution(struct actions *a,
                                const struct ft_prov_task *task)
{
    const struct ft_prov_run *run = a->crate->run;
    struct ft_str id = FT_STR_INIT;
    struct json_object *action;
    char *tool = ft_crate_tool_id(&run->wf->stage[task->stage]);

    ft_str_add(&id, "#task/");
    ft_prov_task_name(&id, run->id, task->name, task->attempt);
    action = start_action(a, id.s, task->name, tool);
    ft_json_add_str(action, "description",
                    "A task without results: only its end is known.");
    set_times(action, task->start_ns, task->end_ns);
    set_status(action, task->outcome != FT_PROV_FAILED, task->reason);
    ft_crate_agent(a->doc, action, "agent", run->user);
    free(tool);
    return ft_str_take(&id);
}

/* --- versions and their makers -------------------------------------------- */

static void add_made(struct actions *a, const struct ft_lineage_node *node)
{
    struct json_object *record = ft_lineage_record(node);
    char *action = add_execution(a, record, node->version.id);
    char *version = add_version(a, node->version.id);

    ft_crate_link(a->doc, action, "result", version);
    ft_crate_figures(a->doc, action, ft_json_or_null(record, "report"),
                     "report", version, "additionalProperty");
    free(version);
    free(action);
    json_object_put(record);
}

/* The record name of what made a version of the graph; NULL: it is not there.
 * The caller frees. */
static char *maker_of(const struct ft_lineage *lineage, const char *version)
{
    long i = *version ? ft_lineage_find(lineage, version) : -1;
    struct json_object *record =
        i < 0 ? NULL : ft_lineage_record(&lineage->node[i]);
    struct ft_str id = FT_STR_INIT;

    if (!record)
        return NULL;
    ft_str_add(&id, "#task/");
    ft_prov_record_name(&id, record, version);
    json_object_put(record);
    return ft_str_take(&id);
}

static const struct ft_version *first_result(const struct ft_prov_task *task)
{
    for (size_t i = 0; task->out && i < task->out->n; i++)
        if (*task->out->item[i].id)
            return &task->out->item[i];
    return NULL;
}

/* Which task of the run an action belongs to decides its tool. */
static void find_tasks(struct actions *a)
{
    const struct ft_prov_run *run = a->crate->run;

    for (size_t i = 0; i < run->n_tasks; i++) {
        const struct ft_version *result = first_result(&run->task[i]);
        struct ft_str id = FT_STR_INIT;
        char *maker;

        if (result) {
            maker = maker_of(a->crate->lineage, result->id);
        } else {
            ft_str_add(&id, "#task/");
            ft_prov_task_name(&id, run->id, run->task[i].name,
                              run->task[i].attempt);
            maker = ft_str_take(&id);
        }
        if (maker)
            (void)ft_map_put(&a->task, maker, &run->task[i]);
        free(maker);
    }
}

/* What the task made realizes the outputs of its stage, and of the workflow. */
static void add_results(struct actions *a, const struct ft_prov_task *task)
{
    const struct ft_stage *stage = &a->crate->run->wf->stage[task->stage];
    char *tool = ft_crate_tool_id(stage);

    for (size_t i = 0; task->out && i < task->out->n && i < stage->n_out; i++) {
        const char *name = stage->out[i].name;
        char *formal = ft_crate_formal_id(tool, "out", name);
        char *output = ft_crate_workflow_output_id(stage->name, name);
        char *id = *task->out->item[i].id
                       ? add_version(a, task->out->item[i].id)
                       : NULL;

        if (id) {
            ft_crate_example(a->doc, id, formal);
            ft_crate_example(a->doc, id, output);
            ft_crate_link(a->doc, a->run, "result", id);
        }
        free(id);
        free(output);
        free(formal);
    }
    free(tool);
}

/* --- the run -------------------------------------------------------------- */

static void add_control(struct actions *a, const struct ft_prov_task *task,
                        const char *organize)
{
    const struct ft_prov_run *run = a->crate->run;
    const struct ft_version *result = first_result(task);
    char *execution = result         ? maker_of(a->crate->lineage, result->id)
                      : task->record ? add_execution(a, task->record, "")
                                     : add_bare_execution(a, task);
    char *text = ft_asprintf("%s/%s", run->id, task->name);
    char *id = ft_crate_id("control", text);
    char *step = ft_crate_step_id(&run->wf->stage[task->stage]);
    struct json_object *control;

    if (execution) {
        control = ft_crate_entity(a->doc, id, "ControlAction");
        ft_json_add_str(control, "name", task->name);
        ft_crate_point(control, "instrument", step);
        ft_crate_point(control, "object", execution);
        set_status(control, task->outcome != FT_PROV_FAILED, task->reason);
        ft_crate_link(a->doc, organize, "object", id);
    }
    free(step);
    free(id);
    free(text);
    free(execution);
}

static void add_run(struct actions *a)
{
    const struct ft_prov_run *run = a->crate->run;
    struct json_object *action =
        start_action(a, a->run, run->id, a->crate->text[0]);

    ft_json_add_str(action, "description",
                    run->wf->what ? run->wf->what : "A run of the workflow.");
    set_times(action, run->start_ns, run->end_ns);
    set_status(action, run->succeeded, run->reason ? run->reason : run->state);
    ft_crate_agent(a->doc, action, "agent", run->user);
    ft_crate_agent(a->doc, ft_crate_find(a->doc, "./"), "author", run->user);
    for (size_t i = 0; i < run->wf->params.n; i++) {
        const char *name = run->wf->params.item[i].name;
        struct json_object *value = ft_value_json(&run->wf->value[i]);
        char *id = ft_crate_value(a->doc, "value", a->run, name, value);
        char *formal = ft_crate_workflow_param_id(name);

        ft_crate_example(a->doc, id, formal);
        ft_crate_link(a->doc, a->run, "object", id);
        json_object_put(value);
        free(formal);
        free(id);
    }
}

static void add_organize(struct actions *a)
{
    const struct ft_prov_run *run = a->crate->run;
    char *id = ft_crate_id("organize", run->id);
    struct json_object *action = ft_crate_entity(a->doc, id, "OrganizeAction");
    char *name = ft_asprintf("fedtwin runs %s", run->wf->name);

    ft_json_add_str(action, "name", name);
    ft_crate_point(action, "instrument", a->engine);
    ft_crate_point(action, "result", a->run);
    set_times(action, run->start_ns, run->end_ns);
    set_status(action, run->succeeded, run->reason ? run->reason : run->state);
    ft_crate_agent(a->doc, action, "agent", run->user);
    ft_crate_link(a->doc, "./", "mentions", id);
    for (size_t i = 0; i < run->n_tasks; i++)
        add_control(a, &run->task[i], id);
    free(name);
    free(id);
}

void ft_crate_actions(const struct ft_crate *crate, struct ft_crate_doc *doc)
{
    char *engine = ft_prov_engine(crate->lineage, crate->run->id);
    struct actions a = {
        .crate = crate,
        .doc = doc,
        .engine = ft_crate_engine(doc, engine),
        .run = ft_crate_id("run", crate->run->id),
    };

    find_tasks(&a);
    add_run(&a);
    for (size_t i = 0; i < crate->lineage->n; i++)
        if (crate->lineage->node[i].known)
            add_made(&a, &crate->lineage->node[i]);
    for (size_t i = 0; i < crate->run->n_tasks; i++)
        add_results(&a, &crate->run->task[i]);
    add_organize(&a);
    ft_map_release(&a.task);
    free(a.run);
    free(a.engine);
    free(engine);
}

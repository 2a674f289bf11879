/* provenance_json.c - lineage as a PROV-JSON document */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/json.h"
#include "data/provenance.h"
#include "data/provenance_doc.h"
#include "data/revision.h"
#include "model/workflow.h"

/* --- agents and plans ----------------------------------------------------- */

static char *add_user(struct ft_prov_doc *doc, const char *user)
{
    char *id = ft_prov_id("user", user);
    struct json_object *obj = ft_prov_element(doc, "agent", id);

    ft_prov_add_name(obj, "prov:type", "prov:Person");
    ft_json_add_str(obj, "prov:label", user);
    return id;
}

static char *add_engine(struct ft_prov_doc *doc, const char *engine)
{
    char *id = ft_prov_id("engine", engine);
    struct json_object *obj = ft_prov_element(doc, "agent", id);

    ft_prov_add_name(obj, "prov:type", "prov:SoftwareAgent");
    ft_json_add_str(obj, "prov:label", engine);
    return id;
}

static char *add_workflow(struct ft_prov_doc *doc, const char *digest,
                          const char *label)
{
    char *id = ft_prov_id("workflow", digest);
    struct json_object *obj = ft_prov_element(doc, "entity", id);

    ft_prov_add_name(obj, "prov:type", "prov:Plan");
    ft_prov_add_text(obj, "prov:label", label);
    ft_json_add_str(obj, "ft:sha256", digest);
    return id;
}

static char *add_tool(struct ft_prov_doc *doc, struct json_object *record)
{
    struct ft_str id = FT_STR_INIT;
    struct json_object *obj;

    ft_str_add(&id, "tool:");
    ft_prov_tool_name(&id, record);
    if (!ft_prov_has(doc, "entity", id.s)) {
        obj = ft_prov_element(doc, "entity", id.s);
        ft_prov_add_name(obj, "prov:type", "prov:Plan");
        ft_prov_add_member(obj, "prov:label", record, "module");
        ft_prov_add_member(obj, "ft:version", record, "module_version");
        ft_prov_add_member(obj, "ft:manifest_sha256", record, "module_digest");
        ft_prov_add_member(obj, "ft:program_sha256", record, "program");
        ft_prov_add_member(obj, "ft:determinism", record, "determinism");
        if (!ft_json_or_null(record, "module_digest"))
            ft_prov_add_member(obj, "ft:command", record, "command");
        ft_prov_add_member(obj, "ft:files", record, "files");
    }
    return ft_str_take(&id);
}

/* 'activity' was done by 'agent', according to 'plan' (may be NULL). */
static void associate(struct ft_prov_doc *doc, const char *activity,
                      const char *agent, const char *plan)
{
    struct json_object *obj = json_object_new_object();

    ft_json_add_str(obj, "prov:activity", activity);
    ft_json_add_str(obj, "prov:agent", agent);
    if (plan)
        ft_json_add_str(obj, "prov:plan", plan);
    ft_prov_relation(doc, "wasAssociatedWith", obj);
}

/* The user stands behind the activity, the engine carries it out. */
static void add_agents(struct ft_prov_doc *doc, const char *activity,
                       const char *user, const char *engine, const char *plan)
{
    char *person = user && *user ? add_user(doc, user) : NULL;
    char *agent = engine && *engine ? add_engine(doc, engine) : NULL;
    struct json_object *obj;

    if (agent)
        associate(doc, activity, agent, plan);
    if (person)
        associate(doc, activity, person, agent ? NULL : plan);
    if (agent && person) {
        obj = json_object_new_object();
        ft_json_add_str(obj, "prov:delegate", agent);
        ft_json_add_str(obj, "prov:responsible", person);
        ft_json_add_str(obj, "prov:activity", activity);
        ft_prov_relation(doc, "actedOnBehalfOf", obj);
    }
    free(agent);
    free(person);
}

/* --- what a task was given ------------------------------------------------ */

static void add_used(struct ft_prov_doc *doc, const char *activity,
                     const char *entity, const char *role)
{
    struct json_object *obj = json_object_new_object();

    ft_json_add_str(obj, "prov:activity", activity);
    ft_json_add_str(obj, "prov:entity", entity);
    ft_json_add_str(obj, "prov:role", role);
    ft_prov_relation(doc, "used", obj);
}

/* A value that 'activity' ("task:…", "run:…") was given as 'key'. */
static void add_value(struct ft_prov_doc *doc, const char *activity,
                      const char *kind, const char *key,
                      struct json_object *value)
{
    struct ft_str id = FT_STR_INIT, text = FT_STR_INIT;
    const char *unit = ft_prov_value(value, &text);
    struct json_object *obj;

    ft_str_addf(&id, "value:%s/", strchr(activity, ':') + 1);
    ft_prov_escape(&id, key);
    obj = ft_prov_element(doc, "entity", id.s);
    ft_prov_add_name(obj, "prov:type", kind);
    ft_json_add_str(obj, "prov:label", key);
    if (unit)
        ft_prov_add_typed(obj, "prov:value", text.s, "xsd:double");
    else
        ft_json_add_str(obj, "prov:value", text.s);
    ft_prov_add_text(obj, "ft:unit", unit);
    add_used(doc, activity, id.s, key);
    ft_str_release(&text);
    ft_str_release(&id);
}

static void add_values(struct ft_prov_doc *doc, const char *activity,
                       struct json_object *params)
{
    if (!json_object_is_type(params, json_type_object))
        return;
    json_object_object_foreach(params, key, value)
        add_value(doc, activity, "ft:Parameter", key, value);
}

/* Variables and modules of the shell, where they were set for the task. */
static void add_environment(struct ft_prov_doc *doc, const char *activity,
                            struct json_object *record)
{
    static const char *const keys[] = { "environment", "modules" };

    for (size_t i = 0; i < FT_ARRAY_LEN(keys); i++) {
        struct json_object *value = ft_json_or_null(record, keys[i]);

        if (json_object_is_type(value, json_type_array) &&
            json_object_array_length(value))
            add_value(doc, activity, "ft:Environment", keys[i], value);
    }
}

/* The entity of one input; the caller frees.  What is not in the graph is
 * named all the same. */
static char *add_input(struct ft_prov_doc *doc, struct json_object *input)
{
    const char *version = ft_json_str_or(input, "version", NULL);
    const char *content = ft_json_str_or(input, "content", "");
    char *id = version ? ft_prov_id("version", version)
                       : ft_prov_id("content", content);
    bool seen = ft_prov_has(doc, "entity", id);
    struct json_object *obj = ft_prov_element(doc, "entity", id);

    if (!seen) {
        ft_prov_add_text(obj, "ft:content", content);
        ft_prov_add_text(obj, "ft:object",
                         ft_json_str_or(input, "object", NULL));
        ft_prov_add_text(obj, "ft:path", ft_json_str_or(input, "path", NULL));
    }
    return id;
}

static void add_inputs(struct ft_prov_doc *doc, const char *activity,
                       struct json_object *record)
{
    struct json_object *inputs = ft_json_or_null(record, "inputs");

    if (!json_object_is_type(inputs, json_type_array))
        return;
    for (size_t i = 0; i < json_object_array_length(inputs); i++) {
        struct json_object *input = json_object_array_get_idx(inputs, i);
        char *entity = add_input(doc, input);

        add_used(doc, activity, entity, ft_json_str_or(input, "name", "?"));
        free(entity);
    }
}

/* --- activities ----------------------------------------------------------- */

static void add_usage(struct json_object *obj, struct json_object *record)
{
    struct json_object *usage = ft_json_or_null(record, "usage");

    if (!json_object_is_type(usage, json_type_object))
        return;
    json_object_object_foreach(usage, key, value) {
        char *term = ft_asprintf("ft:usage_%s", key);

        ft_prov_add_number(obj, term, value);
        free(term);
    }
}

static void add_place(struct json_object *obj, struct json_object *record)
{
    const char *host = ft_json_str_or(record, "host", "");
    const char *site = ft_json_str_or(record, "site", "local");
    struct ft_str id = FT_STR_INIT;

    if (!*host)
        return;
    ft_str_add(&id, "host:");
    ft_prov_escape(&id, site);
    ft_str_addc(&id, '/');
    ft_prov_escape(&id, host);
    ft_prov_add_name(obj, "prov:location", id.s);
    ft_str_release(&id);
}

/* The run of a task; what is known of it beside its name comes from add_run().
 */
static void add_run_of(struct ft_prov_doc *doc, const char *activity,
                       struct json_object *record, struct json_object *obj)
{
    const char *run = ft_json_str_or(record, "run", "");
    const char *digest = ft_json_str_or(record, "workflow", "");
    char *id = ft_prov_id("run", run), *plan;
    bool seen = ft_prov_has(doc, "activity", id);
    struct json_object *start;

    if (!seen)
        ft_prov_add_name(ft_prov_element(doc, "activity", id), "prov:type",
                         "ft:Run");
    if (!seen && *digest) {
        plan = add_workflow(doc, digest, NULL);
        add_agents(doc, id, ft_json_str_or(record, "user", NULL),
                   ft_json_str_or(record, "engine", NULL), plan);
        free(plan);
    }
    ft_prov_add_name(obj, "dct:isPartOf", id);
    start = json_object_new_object();
    ft_json_add_str(start, "prov:activity", activity);
    ft_json_add_str(start, "prov:starter", id);
    ft_prov_add_text(start, "prov:time", ft_json_str_or(record, "start", NULL));
    ft_prov_relation(doc, "wasStartedBy", start);
    free(id);
}

static void describe_task(struct ft_prov_doc *doc, const char *activity,
                          struct json_object *record, struct json_object *obj)
{
    static const char *const members[][2] = {
        { "prov:label", "task" },      { "ft:stage", "stage" },
        { "ft:cell", "cell" },         { "ft:attempt", "attempt" },
        { "ft:ranks", "ranks" },       { "ft:cache_key", "cache_key" },
        { "prov:startTime", "start" }, { "prov:endTime", "end" },
        { "ft:source", "source" },
    };
    bool put = !*ft_json_str_or(record, "run", "");
    char *tool = put ? NULL : add_tool(doc, record);
    struct json_object *seed = ft_json_or_null(record, "seed");

    ft_prov_add_name(obj, "prov:type", put ? "ft:Put" : "ft:Task");
    for (size_t i = 0; i < FT_ARRAY_LEN(members); i++)
        ft_prov_add_member(obj, members[i][0], record, members[i][1]);
    add_place(obj, record);
    add_usage(obj, record);
    add_agents(doc, activity, ft_json_str_or(record, "user", NULL),
               ft_json_str_or(record, "engine", NULL), tool);
    add_inputs(doc, activity, record);
    add_values(doc, activity, ft_json_or_null(record, "params"));
    if (seed)
        add_value(doc, activity, "ft:Seed", "seed", seed);
    add_environment(doc, activity, record);
    if (!put)
        add_run_of(doc, activity, record, obj);
    free(tool);
}

/* The task that a record tells of, once; the caller frees its name. */
static char *add_task(struct ft_prov_doc *doc, struct json_object *record,
                      const char *version)
{
    struct ft_str id = FT_STR_INIT;
    bool seen;

    ft_str_add(&id, "task:");
    ft_prov_record_name(&id, record, version);
    seen = ft_prov_has(doc, "activity", id.s);
    if (!seen)
        describe_task(doc, id.s, record,
                      ft_prov_element(doc, "activity", id.s));
    return ft_str_take(&id);
}

/* --- versions ------------------------------------------------------------- */

static void describe_version(struct json_object *obj,
                             const struct ft_version *version)
{
    char time[FT_TIME_TEXT];

    ft_prov_add_text(obj, "prov:label", version->object);
    ft_prov_add_name(obj, "prov:type", "ft:Version");
    ft_prov_add_text(obj, "ft:object", version->object);
    ft_prov_add_text(obj, "ft:cell", version->cell);
    ft_prov_add_text(obj, "ft:content", version->content);
    ft_prov_add_text(obj, "ft:file_sha256", version->file_digest);
    ft_prov_add_text(obj, "ft:type", ft_object_type_text(version->type));
    ft_prov_add_text(obj, "ft:unit", version->unit);
    ft_prov_add_typed(obj, "ft:committed",
                      (ft_time_text(version->time_ns, time), time),
                      "xsd:dateTime");
}

/* The numbers that a task reported say how good its results are. */
static void add_quality(struct ft_prov_doc *doc, const char *activity,
                        const char *entity, struct json_object *record)
{
    struct json_object *report = ft_json_or_null(record, "report");

    if (!json_object_is_type(report, json_type_object))
        return;
    json_object_object_foreach(report, key, value) {
        struct ft_str id = FT_STR_INIT, metric = FT_STR_INIT;
        struct json_object *obj;

        if (ft_prov_is_progress(key))
            continue;
        ft_str_addf(&id, "value:%s/report/", strchr(entity, ':') + 1);
        ft_prov_escape(&id, key);
        ft_str_add(&metric, "ft:report_");
        ft_prov_escape(&metric, key);
        obj = ft_prov_element(doc, "entity", id.s);
        ft_prov_add_name(obj, "prov:type", "dqv:QualityMeasurement");
        ft_prov_add_name(obj, "dqv:isMeasurementOf", metric.s);
        ft_prov_add_name(obj, "dqv:computedOn", entity);
        ft_prov_add_number(obj, "dqv:value", value);
        ft_prov_relate(doc, "wasGeneratedBy", "prov:entity", id.s,
                       "prov:activity", activity);
        ft_str_release(&metric);
        ft_str_release(&id);
    }
}

static void add_derivations(struct ft_prov_doc *doc, const char *activity,
                            const char *entity, struct json_object *record)
{
    struct json_object *inputs = ft_json_or_null(record, "inputs");

    if (!json_object_is_type(inputs, json_type_array))
        return;
    for (size_t i = 0; i < json_object_array_length(inputs); i++) {
        char *used = add_input(doc, json_object_array_get_idx(inputs, i));
        struct json_object *obj = json_object_new_object();

        ft_json_add_str(obj, "prov:generatedEntity", entity);
        ft_json_add_str(obj, "prov:usedEntity", used);
        ft_json_add_str(obj, "prov:activity", activity);
        ft_prov_relation(doc, "wasDerivedFrom", obj);
        free(used);
    }
}

/* Nobody can use a version any more whose payload was taken away. */
static void add_removal(struct ft_prov_doc *doc, struct ft_store *store,
                        const char *entity, const char *version)
{
    struct json_object *removal = ft_revision_removal(store, version), *obj;
    int64_t time_ns = ft_json_int_or(removal, "time_us", 0) * 1000;
    char *activity;

    if (!removal)
        return;
    activity = ft_prov_id("removal", ft_json_str_or(removal, "id", ""));
    obj = ft_prov_element(doc, "activity", activity);
    ft_prov_add_name(obj, "prov:type", "ft:Removal");
    ft_prov_add_member(obj, "prov:label", removal, "kind");
    ft_prov_add_member(obj, "ft:reason", removal, "reason");
    ft_prov_add_time(obj, "prov:startTime", time_ns);
    add_agents(doc, activity, ft_json_str_or(removal, "user", NULL), NULL,
               NULL);
    obj = json_object_new_object();
    ft_json_add_str(obj, "prov:entity", entity);
    ft_json_add_str(obj, "prov:activity", activity);
    ft_prov_add_time(obj, "prov:time", time_ns);
    ft_prov_relation(doc, "wasInvalidatedBy", obj);
    free(activity);
    json_object_put(removal);
}

static void add_version(struct ft_prov_doc *doc, struct ft_store *store,
                        const struct ft_lineage_node *node)
{
    struct json_object *record = ft_lineage_record(node), *obj;
    char *entity = ft_prov_id("version", node->version.id), *activity;

    obj = ft_prov_element(doc, "entity", entity);
    if (node->known) {
        describe_version(obj, &node->version);
        activity = add_task(doc, record, node->version.id);
        obj = json_object_new_object();
        ft_json_add_str(obj, "prov:entity", entity);
        ft_json_add_str(obj, "prov:activity", activity);
        ft_prov_add_text(obj, "prov:time", ft_json_str_or(record, "end", NULL));
        ft_prov_relation(doc, "wasGeneratedBy", obj);
        add_derivations(doc, activity, entity, record);
        add_quality(doc, activity, entity, record);
        add_removal(doc, store, entity, node->version.id);
        free(activity);
    }
    free(entity);
    json_object_put(record);
}

/* --- what replaced what --------------------------------------------------- */

static int add_earlier(struct ft_prov_doc *doc, struct ft_store *store,
                       const struct ft_revision *revision, struct ft_err *err)
{
    char *now = ft_prov_id("version", revision->version);
    char *before = ft_prov_id("version", revision->earlier);
    struct ft_version version;
    struct json_object *obj;
    int rc = 0;

    if (!ft_prov_has(doc, "entity", before)) {
        rc = ft_store_version(store, revision->earlier, &version, err);
        if (rc == 0) {
            describe_version(ft_prov_element(doc, "entity", before), &version);
            ft_version_release(&version);
        }
    }
    if (rc == 0) {
        obj = json_object_new_object();
        ft_json_add_str(obj, "prov:generatedEntity", now);
        ft_json_add_str(obj, "prov:usedEntity", before);
        ft_prov_add_name(obj, "prov:type", "prov:Revision");
        ft_prov_relation(doc, "wasDerivedFrom", obj);
    }
    free(before);
    free(now);
    return rc;
}

/* Of the versions that were asked for, by the states of the runs that made
 * them. */
static int add_revisions(struct ft_prov_doc *doc, struct ft_store *store,
                         const struct ft_lineage *lineage, struct ft_err *err)
{
    struct ft_map runs = FT_MAP_INIT;
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < lineage->n; i++) {
        const struct ft_lineage_node *node = &lineage->node[i];
        struct ft_revisions revisions;

        if (!node->asked || !node->known || !*node->version.run ||
            ft_map_put(&runs, node->version.run, &runs))
            continue;
        rc = ft_revisions_read(store, node->version.run, &revisions, err);
        for (size_t k = 0; rc == 0 && k < revisions.n; k++)
            if (ft_lineage_find(lineage, revisions.item[k].version) >= 0)
                rc = add_earlier(doc, store, &revisions.item[k], err);
        ft_revisions_release(&revisions);
    }
    ft_map_release(&runs);
    return rc;
}

/* --- the run -------------------------------------------------------------- */

static void add_bare_task(struct ft_prov_doc *doc,
                          const struct ft_prov_run *run,
                          const struct ft_prov_task *task)
{
    struct ft_str id = FT_STR_INIT;
    char *starter = ft_prov_id("run", run->id);
    struct json_object *obj;

    ft_str_add(&id, "task:");
    ft_prov_task_name(&id, run->id, task->name, task->attempt);
    obj = ft_prov_element(doc, "activity", id.s);
    ft_prov_add_name(obj, "prov:type", "ft:Task");
    ft_json_add_str(obj, "prov:label", task->name);
    ft_json_add_str(obj, "ft:stage", run->wf->stage[task->stage].name);
    ft_json_add_str(obj, "ft:outcome",
                    task->outcome == FT_PROV_FAILED ? "failed" : "ok");
    ft_prov_add_text(obj, "ft:reason", task->reason);
    ft_prov_add_time(obj, "prov:startTime", task->start_ns);
    ft_prov_add_time(obj, "prov:endTime", task->end_ns);
    ft_prov_add_name(obj, "dct:isPartOf", starter);
    ft_prov_relate(doc, "wasStartedBy", "prov:activity", id.s, "prov:starter",
                   starter);
    free(starter);
    ft_str_release(&id);
}

/* Tasks without versions are not in the graph. */
static void add_other_tasks(struct ft_prov_doc *doc,
                            const struct ft_prov_run *run)
{
    for (size_t i = 0; i < run->n_tasks; i++) {
        const struct ft_prov_task *task = &run->task[i];

        if (task->record)
            free(add_task(doc, task->record, ""));
        else if (task->outcome == FT_PROV_FAILED ||
                 (task->outcome == FT_PROV_MADE && !task->out))
            add_bare_task(doc, run, task);
    }
}

static void add_run(struct ft_prov_doc *doc, const struct ft_lineage *lineage,
                    const struct ft_prov_run *run)
{
    char *id = ft_prov_id("run", run->id), *plan;
    char *engine = ft_prov_engine(lineage, run->id);
    struct json_object *obj = ft_prov_element(doc, "activity", id);

    ft_prov_add_name(obj, "prov:type", "ft:Run");
    ft_json_add_str(obj, "prov:label", run->id);
    ft_json_add_str(obj, "ft:state", run->state);
    ft_prov_add_text(obj, "ft:reason", run->reason);
    ft_prov_add_text(obj, "ft:workflow_file", run->wf->file);
    ft_prov_add_time(obj, "prov:startTime", run->start_ns);
    ft_prov_add_time(obj, "prov:endTime", run->end_ns);
    plan = add_workflow(doc, run->wf->digest, run->wf->name);
    add_agents(doc, id, run->user, engine, plan);
    for (size_t i = 0; i < run->wf->params.n; i++) {
        struct json_object *value = ft_value_json(&run->wf->value[i]);

        add_value(doc, id, "ft:Parameter", run->wf->params.item[i].name, value);
        json_object_put(value);
    }
    free(plan);
    free(engine);
    free(id);
}

/* -------------------------------------------------------------------------- */

struct json_object *ft_prov_json(struct ft_store *store,
                                 const struct ft_lineage *lineage,
                                 const struct ft_prov_run *run,
                                 struct ft_err *err)
{
    struct ft_prov_doc doc;

    ft_prov_doc_init(&doc);
    if (run)
        add_run(&doc, lineage, run);
    for (size_t i = 0; i < lineage->n; i++)
        add_version(&doc, store, &lineage->node[i]);
    if (run)
        add_other_tasks(&doc, run);
    if (add_revisions(&doc, store, lineage, err) < 0) {
        json_object_put(doc.root);
        return NULL;
    }
    return doc.root;
}

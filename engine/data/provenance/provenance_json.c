/* provenance_json.c - lineage as a PROV-JSON document */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/json.h"
#include "data/provenance/provenance.h"
#include "data/provenance/provenance_doc.h"
#include "data/provenance/provenance_task.h"
#include "data/provenance/revision.h"
#include "model/workflow.h"

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
        char *used = ft_prov_input(doc, json_object_array_get_idx(inputs, i));
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
    ft_prov_agents(doc, activity, ft_json_str_or(removal, "user", NULL), NULL,
                   NULL);
    obj = json_object_new_object();
    ft_json_add_str(obj, "prov:entity", entity);
    ft_json_add_str(obj, "prov:activity", activity);
    ft_prov_add_time(obj, "prov:time", time_ns);
    ft_prov_relation(doc, "wasInvalidatedBy", obj);
    free(activity);
    json_object_put(removal);
}

/* Of a version that was imported: nobody here has seen how it was made. */
static void describe_origin(struct json_object *obj,
                            const struct ft_foreign *foreign)
{
    char time[FT_TIME_TEXT];

    if (!foreign->project)
        return;
    ft_time_text(foreign->exported_us * 1000, time);
    ft_prov_add_text(obj, "ft:imported_from", foreign->project);
    ft_prov_add_text(obj, "ft:exported_by", foreign->user);
    ft_prov_add_typed(obj, "ft:exported", time, "xsd:dateTime");
}

static void add_version(struct ft_prov_doc *doc, struct ft_store *store,
                        const struct ft_lineage_node *node)
{
    struct json_object *record = ft_lineage_record(node), *obj;
    char *entity = ft_prov_id("version", node->version.id), *activity;

    obj = ft_prov_element(doc, "entity", entity);
    if (node->known) {
        describe_version(obj, &node->version);
        describe_origin(obj, &node->foreign);
        activity = ft_prov_task(doc, record, node->version.id);
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
            free(ft_prov_task(doc, task->record, ""));
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
    plan = ft_prov_workflow(doc, run->wf->digest, run->wf->name);
    ft_prov_agents(doc, id, run->user, engine, plan);
    for (size_t i = 0; i < run->wf->params.n; i++) {
        struct json_object *value = ft_value_json(&run->wf->value[i]);

        ft_prov_used_value(doc, id, "ft:Parameter",
                           run->wf->params.item[i].name, value);
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

/* provenance_task.c - tasks of a PROV-JSON document: agents, plans, inputs */
#include "data/provenance/provenance_task.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/json.h"
#include "data/provenance/provenance.h"
#include "data/provenance/provenance_doc.h"

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

char *ft_prov_workflow(struct ft_prov_doc *doc, const char *digest,
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
void ft_prov_agents(struct ft_prov_doc *doc, const char *activity,
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
void ft_prov_used_value(struct ft_prov_doc *doc, const char *activity,
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
        ft_prov_used_value(doc, activity, "ft:Parameter", key, value);
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
            ft_prov_used_value(doc, activity, "ft:Environment", keys[i], value);
    }
}

/* The entity of one input; the caller frees.  What is not in the graph is
 * named all the same. */
char *ft_prov_input(struct ft_prov_doc *doc, struct json_object *input)
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
        char *entity = ft_prov_input(doc, input);

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
        plan = ft_prov_workflow(doc, digest, NULL);
        ft_prov_agents(doc, id, ft_json_str_or(record, "user", NULL),
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
    ft_prov_agents(doc, activity, ft_json_str_or(record, "user", NULL),
                   ft_json_str_or(record, "engine", NULL), tool);
    add_inputs(doc, activity, record);
    add_values(doc, activity, ft_json_or_null(record, "params"));
    if (seed)
        ft_prov_used_value(doc, activity, "ft:Seed", "seed", seed);
    add_environment(doc, activity, record);
    if (!put)
        add_run_of(doc, activity, record, obj);
    free(tool);
}

/* The task that a record tells of, once; the caller frees its name. */
char *ft_prov_task(struct ft_prov_doc *doc, struct json_object *record,
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

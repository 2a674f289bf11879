/* record.c - what a bound task looks like to its program and to posterity:
 * task.json (share/doc/formats/task.md), lineage (version.md) */
#include "plan/bind.h"

#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/json.h"
#include "base/path.h"
#include "plan/scope.h"

#define TASK_SCHEMA 1
#define LINEAGE_SCHEMA 1

static const struct ft_stage *stage_of(const struct ft_plan *plan,
                                       const struct ft_bound *bound)
{
    return &plan->wf->stage[ft_plan_stage_of(plan, bound->task)];
}

static struct json_object *recipe_member(const struct ft_bound *bound,
                                         const char *key)
{
    struct json_object *value = NULL;

    json_object_object_get_ex(bound->recipe, key, &value);
    return json_object_get(value);
}

static void add_version(struct json_object *obj,
                        const struct ft_bound_input *in)
{
    ft_json_add_str(obj, "object", in->version->object);
    ft_json_add_str(obj, "version", in->version->id);
    if (in->version->unit)
        ft_json_add_str(obj, "unit", in->version->unit);
    if (*in->version->cell)
        json_object_object_add(obj, "cell",
                               json_tokener_parse(in->version->cell));
}

static struct json_object *task_input(const struct ft_bound_input *in,
                                      const char *dir)
{
    struct json_object *obj = json_object_new_object();
    char *path = ft_bound_input_path(in, dir);

    ft_json_add_str(obj, "path", path);
    ft_json_add_str(obj, "type", ft_object_type_text(in->type));
    ft_json_add_str(obj, "content", in->content);
    if (in->version)
        add_version(obj, in);
    if (in->extract)
        ft_json_add_str(obj, "stored", in->path);
    free(path);
    return obj;
}

/* Every declared input is there, an optional one that got nothing as []. */
static struct json_object *task_inputs(const struct ft_stage *stage,
                                       const struct ft_bound *bound,
                                       const char *dir)
{
    struct json_object *all = json_object_new_object();

    for (size_t i = 0; i < stage->n_in; i++)
        json_object_object_add(all, stage->in[i].name,
                               json_object_new_array());
    for (size_t i = 0; i < bound->n_in; i++)
        json_object_array_add(ft_json_or_null(all, bound->in[i].name),
                              task_input(&bound->in[i], dir));
    return all;
}

static struct json_object *task_outputs(const struct ft_stage *stage)
{
    struct json_object *all = json_object_new_object();

    for (size_t i = 0; i < stage->n_out; i++) {
        const struct ft_port *port = &stage->out[i];
        struct json_object *obj = json_object_new_object();

        ft_json_add_str(obj, "path", port->path);
        ft_json_add_str(obj, "type", ft_object_type_text(port->type));
        if (port->unit)
            ft_json_add_str(obj, "unit", ft_unit_text(port->unit));
        if (port->media_type)
            ft_json_add_str(obj, "media_type", port->media_type);
        if (port->optional)
            ft_json_add_bool(obj, "optional", true);
        json_object_object_add(all, port->name, obj);
    }
    return all;
}

struct json_object *ft_bound_task_json(const struct ft_plan *plan,
                                       const struct ft_bound *bound,
                                       const char *run, int attempt,
                                       const char *dir, const char *restart)
{
    const struct ft_stage *stage = stage_of(plan, bound);
    struct json_object *task = json_object_new_object();
    struct ft_resources res;

    ft_plan_resources(plan, bound->task, attempt, &res);
    ft_json_add_int(task, "schema", TASK_SCHEMA);
    ft_json_add_str(task, "run", run);
    ft_json_add_str(task, "task", bound->name);
    ft_json_add_int(task, "attempt", attempt);
    json_object_object_add(task, "module", recipe_member(bound, "module"));
    if (stage->module)
        ft_json_add_str(task, "module_version", stage->module->version);
    if (bound->cell)
        json_object_object_add(task, "cell", json_object_get(bound->cell));
    json_object_object_add(task, "params", recipe_member(bound, "params"));
    json_object_object_add(task, "inputs", task_inputs(stage, bound, dir));
    json_object_object_add(task, "outputs", task_outputs(stage));
    ft_json_add_int(task, "seed", bound->seed);
    ft_json_add_int(task, "ranks", bound->ranks);
    ft_json_add_int(task, "threads", res.threads);
    ft_json_add_str(task, "restart", restart);
    return task;
}

/* A user's file is named relative to the workflow where it lies below it, so
 * that moving a project does not change its lineage. */
static const char *shown_path(const struct ft_plan *plan, const char *path)
{
    size_t len = plan->dir ? strlen(plan->dir) : 0;

    if (len && strncmp(path, plan->dir, len) == 0 && path[len] == '/')
        return path + len + 1;
    return path;
}

static struct json_object *lineage_inputs(const struct ft_plan *plan,
                                          const struct ft_bound *bound)
{
    struct json_object *list = json_object_new_array();

    for (size_t i = 0; i < bound->n_in; i++) {
        const struct ft_bound_input *in = &bound->in[i];
        struct json_object *obj = json_object_new_object();

        ft_json_add_str(obj, "name", in->name);
        ft_json_add_str(obj, "content", in->content);
        if (in->version)
            add_version(obj, in);
        else
            ft_json_add_str(obj, "path", shown_path(plan, in->path));
        json_object_array_add(list, obj);
    }
    return list;
}

static void add_user_and_host(struct json_object *record)
{
    char host[256] = "";
    struct passwd *pw = getpwuid(geteuid());

    gethostname(host, sizeof(host) - 1);
    ft_json_add_str(record, "host", host);
    if (pw)
        ft_json_add_str(record, "user", pw->pw_name);
}

struct json_object *ft_bound_lineage(const struct ft_plan *plan,
                                     const struct ft_bound *bound,
                                     const char *run, int attempt,
                                     const char *site)
{
    static const char *const determinism[] = {
        [FT_DET_BITWISE] = "bitwise",
        [FT_DET_TOLERANCE] = "tolerance",
        [FT_DET_NONE] = "none",
    };
    const struct ft_stage *stage = stage_of(plan, bound);
    struct json_object *record = json_object_new_object();

    json_object_object_foreach(bound->recipe, key, value)
        json_object_object_add(record, key, json_object_get(value));
    json_object_object_add(record, "inputs", lineage_inputs(plan, bound));
    ft_json_add_int(record, "schema", LINEAGE_SCHEMA);
    ft_json_add_int(record, "ranks", bound->ranks);
    ft_json_add_str(record, "stage", stage->name);
    ft_json_add_str(record, "task", bound->name);
    if (bound->cell)
        json_object_object_add(record, "cell", json_object_get(bound->cell));
    ft_json_add_str(record, "run", run);
    ft_json_add_int(record, "attempt", attempt);
    ft_json_add_str(record, "workflow", plan->wf->digest);
    ft_json_add_str(record, "cache_key", bound->key);
    if (stage->module)
        ft_json_add_str(record, "determinism",
                        determinism[stage->module->determinism]);
    ft_json_add_str(record, "site", site);
    ft_json_add_str(record, "engine", "fedtwin " PACKAGE_VERSION);
    add_user_and_host(record);
    return record;
}

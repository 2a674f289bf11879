/* rerun_compare.c - what a task wrote now beside what it wrote then */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/json.h"
#include "base/path.h"
#include "run/rerun/rerun.h"

const char *const ft_rerun_state_names[] = {
    [FT_RERUN_IDENTICAL] = "identical", [FT_RERUN_WITHIN] = "within",
    [FT_RERUN_DIFFERS] = "differs",     [FT_RERUN_MISSING] = "missing",
    [FT_RERUN_EXTRA] = "extra",
};

/* --- publishing ----------------------------------------------------------- */

/* The record is the same but for what publishing says of each output. */
static struct json_object *common_record(const struct ft_rerun *rerun)
{
    static const char *const own[] = { "object", "type", "unit", "content" };
    struct json_object *copy = NULL;

    if (json_object_deep_copy(rerun->record, &copy, NULL) < 0)
        FT_BUG("a record that cannot be copied");
    for (size_t i = 0; i < FT_ARRAY_LEN(own); i++)
        json_object_object_del(copy, own[i]);
    return copy;
}

static void add_output(struct ft_result *result, const struct ft_port *port,
                       const char *dir)
{
    char *path = ft_path_join(dir, port->path);

    if (!ft_path_exists(path)) {
        free(path);
        return;
    }
    result->out[result->n_out++] = (struct ft_output){
        .name = port->name,
        .path = path,
        .type = port->type,
        .unit = port->unit ? ft_unit_text(port->unit) : NULL,
        .media_type = port->media_type,
        .file_name = ft_path_base(port->path),
    };
}

static void make_result(const struct ft_rerun *rerun, const char *dir,
                        struct ft_result *result)
{
    const struct ft_stage *stage =
        &rerun->wf->stage[ft_plan_stage_of(rerun->plan, rerun->bound->task)];

    *result = (struct ft_result){
        .run = ft_json_str_or(rerun->record, "run", ""),
        .stage = stage->name,
        .task = ft_json_str_or(rerun->record, "task", ""),
        .cell = rerun->bound->cell,
        .lineage = common_record(rerun),
        .out = ft_calloc(stage->n_out + 1, sizeof(*result->out)),
    };
    for (size_t i = 0; i < stage->n_out; i++)
        add_output(result, &stage->out[i], dir);
}

static void release_result(struct ft_result *result)
{
    for (size_t i = 0; i < result->n_out; i++)
        free((char *)result->out[i].path);
    free(result->out);
    json_object_put(result->lineage);
}

/* --- comparing ------------------------------------------------------------ */

struct comparing {
    const struct ft_rerun *rerun;
    struct ft_store *store;             /* of the project */
    const struct ft_project *scratch;   /* and what was made now: */
    struct ft_store *made;
    const struct ft_compare *how;
    bool *used;
};

static const struct ft_version *find_was(const struct ft_rerun *rerun,
                                         const char *object)
{
    for (size_t i = 0; i < rerun->was.n; i++)
        if (strcmp(rerun->was.item[i].object, object) == 0)
            return &rerun->was.item[i];
    return NULL;
}

/* Both have to be in one store to be looked into. */
static int look_into(const struct comparing *c, const struct ft_output *out,
                     struct ft_rerun_output *to, struct ft_err *err)
{
    char *path;
    int rc;

    if (to->was->gone)
        return 0;
    path = ft_store_file(c->store, to->was->id, err);
    rc = path ? ft_store_adopt(c->scratch, path, err) : -1;
    free(path);
    if (rc < 0)
        return -1;
    to->compare = ft_store_compare(c->made, to->was->id, out->version, c->how,
                                   c->used, err);
    if (!to->compare)
        return -1;
    if (ft_json_bool_or(to->compare, "same", false))
        to->state = FT_RERUN_WITHIN;
    return 0;
}

static int compare_output(const struct comparing *c,
                          const struct ft_output *out,
                          struct ft_rerun_output *to, struct ft_err *err)
{
    to->object = ft_asprintf("%s.%s", ft_json_str_or(c->rerun->record,
                                                     "stage", ""), out->name);
    to->was = find_was(c->rerun, to->object);
    to->path = ft_store_path(c->made, out->version);
    memcpy(to->content, out->content, sizeof(to->content));
    to->state = FT_RERUN_DIFFERS;
    if (!to->was)
        to->state = FT_RERUN_EXTRA;
    else if (strcmp(to->was->content, out->content) == 0)
        to->state = FT_RERUN_IDENTICAL;
    else
        return look_into(c, out, to, err);
    return 0;
}

static void add_missing(const struct ft_version *was,
                        struct ft_rerun_outputs *outputs)
{
    for (size_t i = 0; i < outputs->n; i++)
        if (outputs->item[i].was == was)
            return;
    outputs->item[outputs->n++] = (struct ft_rerun_output){
        .object = ft_strdup(was->object),
        .was = was,
        .state = FT_RERUN_MISSING,
    };
}

static int compare_all(const struct comparing *c,
                       const struct ft_result *result,
                       struct ft_rerun_outputs *outputs, struct ft_err *err)
{
    const struct ft_versions *was = &c->rerun->was;

    outputs->item = ft_calloc(result->n_out + was->n + 1,
                              sizeof(*outputs->item));
    for (size_t i = 0; i < result->n_out; i++)
        if (compare_output(c, &result->out[i], &outputs->item[outputs->n++],
                           err) < 0)
            return -1;
    for (size_t i = 0; i < was->n; i++)
        add_missing(&was->item[i], outputs);
    return 0;
}

int ft_rerun_compare(const struct ft_rerun *rerun, struct ft_store *store,
                     const char *dir, const char *scratch,
                     const struct ft_compare *how, bool *used,
                     struct ft_rerun_outputs *outputs, struct ft_err *err)
{
    struct comparing c = { .rerun = rerun, .store = store, .how = how,
                           .used = used };
    struct ft_project *project = NULL;
    struct ft_result result;
    int rc = ft_project_init(scratch, err);

    *outputs = (struct ft_rerun_outputs){ 0 };
    make_result(rerun, dir, &result);
    if (rc == 0)
        project = ft_project_open(scratch, err);
    if (project)
        c.made = ft_store_open(project, FT_STORE_PUBLISH, err);
    c.scratch = project;
    rc = -1;
    if (c.made && (!result.n_out ||
                   ft_store_publish(c.made, &result, err) == 0))
        rc = compare_all(&c, &result, outputs, err);
    if (rc < 0)
        ft_rerun_outputs_release(outputs);
    ft_store_close(c.made);
    ft_project_close(project);
    release_result(&result);
    return rc;
}

void ft_rerun_outputs_release(struct ft_rerun_outputs *outputs)
{
    for (size_t i = 0; i < outputs->n; i++) {
        free(outputs->item[i].object);
        free(outputs->item[i].path);
        json_object_put(outputs->item[i].compare);
    }
    free(outputs->item);
    *outputs = (struct ft_rerun_outputs){ 0 };
}

/* bind.c - a task with its inputs known: inputs, recipe and cache key */
#include "plan/bind.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/json.h"
#include "base/path.h"
#include "base/words.h"
#include "model/eval.h"
#include "plan/command.h"
#include "plan/scope.h"

void ft_bound_free(struct ft_bound *bound)
{
    if (!bound)
        return;
    for (size_t i = 0; i < bound->n_in; i++) {
        free(bound->in[i].path);
        free(bound->in[i].extract);
        ft_versions_release(&bound->in[i].stored);
    }
    free(bound->in);
    free(bound->name);
    json_object_put(bound->recipe);
    json_object_put(bound->cell);
    free(bound);
}

/* --- inputs --------------------------------------------------------------- */

struct binding {
    const struct ft_plan *plan;
    const struct ft_stage *stage;
    size_t cell;
    const struct ft_have *have;
    struct ft_store *store;
    struct ft_bound *bound;
    size_t cap_in;
};

static struct ft_bound_input *add_input(struct binding *b,
                                        const struct ft_input *in)
{
    struct ft_bound *bound = b->bound;
    struct ft_bound_input *next;

    bound->in = ft_grow(bound->in, bound->n_in, &b->cap_in,
                        sizeof(*bound->in));
    next = &bound->in[bound->n_in++];
    *next = (struct ft_bound_input){ .name = in->name,
                                     .type = FT_OBJECT_FILE };
    return next;
}

/* An error about an input stands where the input is written. */
static int at_input(const struct ft_input *in, struct ft_err *err)
{
    if (err && !err->line) {
        snprintf(err->file, sizeof(err->file), "%s", in->node->mark.file);
        err->line = in->node->mark.line;
        err->col = in->node->mark.col;
    }
    return -1;
}

static int bind_file(struct binding *b, const struct ft_input *in,
                     struct ft_err *err)
{
    struct ft_bound_input *el;
    char hex[FT_SHA256_HEX + 1];
    char *path, *real;

    if (ft_eval_path(b->plan->wf, b->stage, b->cell, in, &path, err) < 0)
        return -1;
    real = realpath(path, NULL);
    if (!real)
        ft_err_sys(err, "cannot find input '%s' at '%s'", in->name, path);
    free(path);
    if (!real || ft_store_file_digest(b->store, real, hex, err) < 0) {
        free(real);
        return at_input(in, err);
    }
    el = add_input(b, in);
    el->path = real;
    snprintf(el->content, sizeof(el->content), "sha256:%s", hex);
    return 0;
}

/* An object of type file is handed over as a plain file under the name that
 * the stage which made it had given it. */
static void use_version(struct binding *b, struct ft_bound_input *el,
                        const struct ft_version *version,
                        const char *file_name, size_t k, size_t n)
{
    el->version = version;
    el->type = version->type;
    el->path = ft_store_path(b->store, version->id);
    memcpy(el->content, version->content, sizeof(el->content));
    if (version->type != FT_OBJECT_FILE)
        return;
    if (n == 1)
        el->extract = ft_asprintf("in/%s/%s", el->name, file_name);
    else
        el->extract = ft_asprintf("in/%s/%zu/%s", el->name, k, file_name);
}

/* The last turn that was needed, for the last one that there could be. */
static size_t last_needed(const struct binding *b, size_t task)
{
    size_t first = ft_plan_first_turn(b->plan, task);

    while (task > first && !b->have->needed(b->have, task))
        task--;
    return task;
}

static int bind_object(struct binding *b, size_t i, struct ft_err *err)
{
    const struct ft_input *in = &b->stage->in[i];
    const char *path, *file_name;
    struct ft_tasks tasks = { 0 };
    size_t from, output;
    int rc = 0;

    ft_plan_source(b->plan, b->bound->task, i, &from, &output);
    path = b->plan->wf->stage[from].out[output].path;
    file_name = path ? ft_path_base(path) : in->name;
    if (ft_plan_producers(b->plan, b->bound->task, i, &tasks, err) < 0)
        rc = at_input(in, err);
    for (size_t k = 0; k < tasks.n && rc == 0; k++) {
        size_t task = tasks.last_turns ? last_needed(b, tasks.item[k])
                                       : tasks.item[k];
        const struct ft_version *version =
            b->have->version(b->have, task, output);

        if (version)
            use_version(b, add_input(b, in), version, file_name, k, tasks.n);
    }
    ft_tasks_release(&tasks);
    return rc;
}

static int bind_stored(struct binding *b, const struct ft_input *in,
                       struct ft_err *err)
{
    struct ft_versions found = { 0 };

    if (ft_store_resolve(b->store, in->path, &found, err) < 0)
        return at_input(in, err);
    for (size_t k = 0; k < found.n; k++)
        use_version(b, add_input(b, in), &found.item[k], in->name, k,
                    found.n);
    /* The first element keeps what all of them point into. */
    if (found.n)
        b->bound->in[b->bound->n_in - found.n].stored = found;
    return 0;
}

/* What an earlier execution had, under the names that it knew it by. */
static void bind_given(struct binding *b, size_t i)
{
    const struct ft_input *in = &b->stage->in[i];
    const struct ft_versions *given = b->have->given(b->have, in->name);
    const char *path = NULL;
    size_t from, output;

    if (ft_plan_source(b->plan, b->bound->task, i, &from, &output))
        path = b->plan->wf->stage[from].out[output].path;
    for (size_t k = 0; k < given->n; k++)
        use_version(b, add_input(b, in), &given->item[k],
                    path ? ft_path_base(path) : in->name, k, given->n);
}

static int bind_input(struct binding *b, size_t i, struct ft_err *err)
{
    const struct ft_input *in = &b->stage->in[i];
    size_t stage, output;
    bool made = ft_plan_source(b->plan, b->bound->task, i, &stage, &output);

    if (b->have->given && (made || in->kind == FT_SOURCE_STORED))
        bind_given(b, i);
    else if (made)
        return bind_object(b, i, err);
    else if (in->kind == FT_SOURCE_FILE)
        return bind_file(b, in, err);
    else if (in->kind == FT_SOURCE_STORED)
        return bind_stored(b, in, err);
    return 0;
}

static int bind_inputs(struct binding *b, struct ft_err *err)
{
    for (size_t i = 0; i < b->stage->n_in; i++) {
        const struct ft_input *in = &b->stage->in[i];
        size_t before = b->bound->n_in;

        if (bind_input(b, i, err) < 0)
            return -1;
        if (b->bound->n_in == before && in->port && !in->port->optional) {
            ft_err_set(err, FT_EDOC, "input '%s' of '%s' has no object",
                       in->name, b->bound->name);
            return at_input(in, err);
        }
    }
    return 0;
}

/* --- recipe --------------------------------------------------------------- */

static struct json_object *cell_json(const struct ft_stage *stage, size_t cell)
{
    struct json_object *obj;

    if (!stage->n_axes)
        return NULL;
    obj = json_object_new_object();
    for (size_t a = 0; a < stage->n_axes; a++)
        json_object_object_add(obj, stage->axis[a].name,
                               ft_value_json(ft_stage_cell(stage, cell, a)));
    return obj;
}

char *ft_plan_cell_text(const struct ft_plan *plan, size_t task)
{
    size_t s = ft_plan_stage_of(plan, task);
    struct json_object *cell = cell_json(&plan->wf->stage[s],
                                         task - plan->stage[s].first);
    struct ft_str text = FT_STR_INIT;

    /* Axis values have been checked: JSON can say all of them. */
    if (cell && ft_json_canonical(cell, &text, NULL) < 0)
        FT_BUG("task %zu has a cell that JSON cannot say", task);
    json_object_put(cell);
    return ft_str_take(&text);
}

void ft_plan_claim(const struct ft_plan *plan, size_t task,
                   struct ft_versions *found)
{
    const struct ft_stage *stage =
        &plan->wf->stage[ft_plan_stage_of(plan, task)];

    for (size_t i = 0; i < found->n && i < stage->n_out; i++) {
        struct ft_version *version = &found->item[i];

        if (!*version->id)
            continue; /* an optional output that is not there */
        free(version->object);
        free(version->cell);
        version->object = ft_asprintf("%s.%s", stage->name,
                                      stage->out[i].name);
        version->cell = ft_plan_cell_text(plan, task);
    }
}

static struct json_object *words_json(char **word)
{
    struct json_object *list = json_object_new_array();

    for (size_t i = 0; word[i]; i++)
        json_object_array_add(list, json_object_new_string(word[i]));
    return list;
}

/* name -> digest of a file that belongs to the command. */
static int add_file(struct binding *b, struct json_object *files,
                    const char *name, const char *path, struct ft_err *err)
{
    char hex[FT_SHA256_HEX + 1];

    if (ft_store_file_digest(b->store, path, hex, err) < 0)
        return -1;
    ft_json_add_str(files, name, hex);
    return 0;
}

/* Scripts and files that the command names; a module's program as well. */
static int recipe_files(struct binding *b, struct json_object *files,
                        struct ft_err *err)
{
    const struct ft_stage *stage = b->stage;
    const struct ft_module *module = stage->module;
    int rc = 0;

    if (module && module->program)
        rc = add_file(b, files, ft_path_base(module->program),
                      module->program, err);
    if (module && module->python && rc == 0)
        rc = add_file(b, files, ft_path_base(module->python), module->python,
                      err);
    if (stage->action == FT_ACTION_PYTHON && stage->script)
        rc = add_file(b, files, ft_path_base(stage->script), stage->script,
                      err);
    if (stage->action != FT_ACTION_RUN)
        return rc;
    for (size_t i = 0; i < stage->command->n && rc == 0; i++) {
        const struct ft_node *arg = stage->command->item[i];
        char *path = ft_command_file(stage, arg);

        if (path)
            rc = add_file(b, files, arg->text, path, err);
        free(path);
    }
    return rc;
}

/* A module's command follows from its manifest; every other stage's is part of
 * the recipe, with "{in.x}" in place of paths. */
static int recipe_command(struct binding *b, struct json_object *recipe,
                          struct ft_err *err)
{
    struct ft_task_scope ts;
    char **word;

    ft_task_scope_init(&ts, b->plan, b->bound, NULL, NULL);
    if (b->stage->action == FT_ACTION_RUN ||
        b->stage->action == FT_ACTION_SHELL ||
        (b->stage->action == FT_ACTION_PYTHON && !b->stage->script)) {
        if (ft_command_build(&ts, &word, err) < 0)
            return -1;
        /* Which interpreter runs it is the site's affair. */
        if (b->stage->action == FT_ACTION_PYTHON) {
            free(word[0]);
            word[0] = ft_strdup("python");
        }
        json_object_object_add(recipe, "command", words_json(word));
        ft_words_free(word);
    }
    if (ft_command_env(&ts, &word, err) < 0)
        return -1;
    /* The first is FEDTWIN_STAGE: a name that does not change results. */
    json_object_object_add(recipe, "environment", words_json(word + 1));
    ft_words_free(word);
    return 0;
}

static int recipe_params(struct binding *b, struct json_object *recipe,
                         struct ft_err *err)
{
    struct ft_value params = FT_VALUE_INIT;

    if (!b->stage->module) {
        json_object_object_add(recipe, "params", json_object_new_object());
        return 0;
    }
    if (ft_eval_params(b->plan->wf, b->stage, b->cell, &params, err) < 0)
        return -1;
    json_object_object_add(recipe, "params",
                           ft_params_json(&b->stage->module->params, &params));
    ft_value_release(&params);
    return 0;
}

static struct json_object *recipe_inputs(const struct binding *b)
{
    struct json_object *list = json_object_new_array();

    for (size_t i = 0; i < b->bound->n_in; i++) {
        const struct ft_bound_input *el = &b->bound->in[i];
        struct json_object *obj = json_object_new_object();

        ft_json_add_str(obj, "name", el->name);
        ft_json_add_str(obj, "content", el->content);
        /* Programs look at endings: a.geo and a.step are two things. */
        if (!el->version)
            ft_json_add_str(obj, "file", ft_path_base(el->path));
        else if (*el->version->cell)
            ft_json_add_str(obj, "cell", el->version->cell);
        json_object_array_add(list, obj);
    }
    return list;
}

static struct json_object *recipe_outputs(const struct ft_stage *stage)
{
    struct json_object *list = json_object_new_array();

    for (size_t i = 0; i < stage->n_out; i++) {
        const struct ft_port *port = &stage->out[i];
        struct json_object *obj = json_object_new_object();

        ft_json_add_str(obj, "name", port->name);
        ft_json_add_str(obj, "type", ft_object_type_text(port->type));
        if (port->unit)
            ft_json_add_str(obj, "unit", ft_unit_text(port->unit));
        ft_json_add_str(obj, "path", port->path);
        json_object_array_add(list, obj);
    }
    return list;
}

static const char *const action_names[] = {
    [FT_ACTION_RUN] = "run",
    [FT_ACTION_SHELL] = "shell",
    [FT_ACTION_PYTHON] = "python",
};

static struct json_object *recipe_modules(const struct ft_stage *stage)
{
    struct json_object *list = json_object_new_array();

    for (size_t i = 0; i < stage->n_modules; i++)
        json_object_array_add(list,
                              json_object_new_string(stage->modules[i]));
    return list;
}

static int make_recipe(struct binding *b, struct ft_err *err)
{
    const struct ft_module *module = b->stage->module;
    struct json_object *recipe = json_object_new_object();
    struct json_object *files = json_object_new_object();
    struct ft_resources res;

    b->bound->recipe = recipe;
    json_object_object_add(recipe, "files", files);
    ft_json_add_str(recipe, "module",
                    module ? module->name : action_names[b->stage->action]);
    if (module) {
        ft_json_add_str(recipe, "module_version", module->version);
        ft_json_add_str(recipe, "module_digest", module->digest);
    }
    if (b->bound->cell) /* task.json tells it, so results may depend on it */
        json_object_object_add(recipe, "cell",
                               json_object_get(b->bound->cell));
    ft_json_add_int(recipe, "seed", b->bound->seed);
    ft_plan_resources(b->plan, b->bound->task, 1, &res);
    b->bound->ranks = res.ranks;
    if (!module || module->determinism != FT_DET_BITWISE)
        ft_json_add_int(recipe, "ranks", res.ranks);
    if (b->stage->n_modules)
        json_object_object_add(recipe, "modules", recipe_modules(b->stage));
    json_object_object_add(recipe, "inputs", recipe_inputs(b));
    json_object_object_add(recipe, "outputs", recipe_outputs(b->stage));
    if (recipe_params(b, recipe, err) < 0 ||
        recipe_command(b, recipe, err) < 0 ||
        recipe_files(b, files, err) < 0)
        return -1;
    return 0;
}

/* Values of the cell may give none that a site could have. */
static int check_resources(const struct binding *b, struct ft_err *err)
{
    struct ft_diags diags = FT_DIAGS_INIT;
    struct ft_resources res;
    int rc = 0;

    if (!ft_eval_resources(b->plan->wf, b->stage, b->cell, &res, &diags))
        rc = ft_diags_to_err(&diags, err);
    ft_diags_release(&diags);
    return rc;
}

static int make_key(struct ft_bound *bound, struct ft_err *err)
{
    struct ft_str text = FT_STR_INIT;
    int rc = ft_json_canonical(bound->recipe, &text, err);

    if (rc == 0)
        ft_sha256_text(text.s, text.len, bound->key);
    ft_str_release(&text);
    return rc;
}

int ft_bound_set_ranks(struct ft_bound *bound, int ranks, struct ft_err *err)
{
    if (ranks == bound->ranks)
        return 0;
    bound->ranks = ranks;
    if (!json_object_object_get_ex(bound->recipe, "ranks", NULL))
        return 0; /* they do not matter */
    ft_json_add_int(bound->recipe, "ranks", ranks);
    return make_key(bound, err);
}

static struct binding begin(const struct ft_plan *plan, size_t task,
                            const struct ft_have *have,
                            struct ft_store *store)
{
    size_t s = ft_plan_stage_of(plan, task);
    struct binding b = {
        .plan = plan,
        .stage = &plan->wf->stage[s],
        .cell = task - plan->stage[s].first,
        .have = have,
        .store = store,
        .bound = ft_calloc(1, sizeof(*b.bound)),
    };

    b.bound->task = task;
    return b;
}

struct ft_bound *ft_bind_known(const struct ft_plan *plan, size_t task,
                               const struct ft_have *have,
                               struct ft_store *store, bool *all)
{
    struct binding b = begin(plan, task, have, store);
    struct ft_err err;

    *all = true;
    for (size_t i = 0; i < b.stage->n_in; i++)
        *all &= bind_input(&b, i, &err) == 0;
    return b.bound;
}

struct ft_bound *ft_bind(const struct ft_plan *plan, size_t task,
                         const struct ft_have *have, struct ft_store *store,
                         struct ft_err *err)
{
    struct binding b = begin(plan, task, have, store);
    struct ft_bound *bound = b.bound;
    struct ft_str name = FT_STR_INIT;

    ft_task_name(b.stage, b.cell, &name);
    bound->name = ft_str_take(&name);
    bound->cell = cell_json(b.stage, b.cell);
    if (ft_eval_seed(plan->wf, b.stage, b.cell, &bound->seed, err) == 0 &&
        check_resources(&b, err) == 0 && bind_inputs(&b, err) == 0 &&
        make_recipe(&b, err) == 0 && make_key(bound, err) == 0)
        return bound;
    ft_err_context(err, "task '%s'", bound->name);
    ft_bound_free(bound);
    return NULL;
}

/* stage.c - the keys of one stage */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/path.h"
#include "model/build.h"
#include "model/port.h"
#include "text/field.h"
#include "text/quantity.h"

/* A task that went well or was cancelled is not tried again. */
static const char *const retry_on[] = {
    "error", "oom", "timeout", "node_fail", "preempted", "lost", NULL,
};

static const char *const cache_policies[] = {
    [FT_CACHE_CONTENT] = "content",
    [FT_CACHE_NEVER] = "never",
    NULL,
};

const char *const ft_form_names[] = {
    [FT_FORM_AUTO] = "auto",   [FT_FORM_JOB] = "job",
    [FT_FORM_ARRAY] = "array", [FT_FORM_PILOT] = "pilot",
    NULL,
};

#define RETRIES_MAX 100

static const struct ft_field scale_fields[] = {
    { .key = "memory", .type = FT_FIELD_NUMBER, .min = 1, .max = 100,
      .doc = "factor on the memory of each further attempt" },
    { .key = "walltime", .type = FT_FIELD_NUMBER, .min = 1, .max = 100,
      .doc = "factor on the walltime of each further attempt" },
    { 0 },
};

static const struct ft_field retry_fields[] = {
    { .key = "max", .type = FT_FIELD_INT, .required = true, .min = 0,
      .max = RETRIES_MAX, .doc = "further attempts" },
    { .key = "on", .type = FT_FIELD_LIST, .of = FT_FIELD_CHOICE,
      .scalar_ok = true, .choices = retry_on,
      .doc = "outcomes that are tried again; all of these when not said" },
    { .key = "backoff", .type = FT_FIELD_QUANTITY, .unit = "s", .min = 0,
      .max = HUGE_VAL,
      .doc = "wait before the second attempt; doubles each time" },
    { .key = "scale", .type = FT_FIELD_STRUCT, .fields = scale_fields,
      .doc = "what grows with each attempt" },
    { 0 },
};

const struct ft_field ft_stage_fields[] = {
    { .key = "module", .type = FT_FIELD_TEXT,
      .doc = "the module that does the work" },
    { .key = "run", .type = FT_FIELD_LIST, .of = FT_FIELD_TEXT,
      .doc = "argument list of a program; no shell" },
    { .key = "shell", .type = FT_FIELD_TEXT, .doc = "text for sh -eu" },
    { .key = "python", .type = FT_FIELD_TEXT,
      .doc = "path of a script (.py), or the script itself" },
    { .key = "use", .type = FT_FIELD_TEXT,
      .doc = "another workflow as a stage" },
    { .key = "in", .type = FT_FIELD_MAP, .of = FT_FIELD_ANY,
      .words = true, .doc = "inputs: a path, or ${stage.output}" },
    { .key = "with", .type = FT_FIELD_MAP, .of = FT_FIELD_ANY,
      .doc = "parameters of the module" },
    { .key = "out", .type = FT_FIELD_MAP, .of = FT_FIELD_STRUCT,
      .words = true, .fields = ft_out_fields, .item = "output",
      .doc = "outputs of run, shell and python" },
    { .key = "needs", .type = FT_FIELD_LIST, .of = FT_FIELD_NAME,
      .scalar_ok = true, .doc = "stages that have to be done before" },
    { .key = "matrix", .type = FT_FIELD_MAP, .of = FT_FIELD_ANY,
      .words = true, .doc = "axes whose product gives the tasks" },
    { .key = "foreach", .type = FT_FIELD_LIST, .of = FT_FIELD_ANY,
      .expr = true, .doc = "one task for each; its value is ${item}" },
    { .key = "when", .type = FT_FIELD_TEXT,
      .doc = "condition; tasks for which it is false are skipped" },
    { .key = "loop", .type = FT_FIELD_STRUCT, .fields = ft_loop_fields,
      .doc = "run again until it converges" },
    { .key = "retry", .type = FT_FIELD_STRUCT, .fields = retry_fields,
      .doc = "what to do when an attempt fails" },
    { .key = "timeout", .type = FT_FIELD_QUANTITY, .unit = "s",
      .min = 1e-3, .max = HUGE_VAL, .doc = "longest run of one attempt" },
    { .key = "resources", .type = FT_FIELD_STRUCT,
      .fields = ft_task_resources_fields, .doc = "what a task takes" },
    { .key = "env", .type = FT_FIELD_MAP, .of = FT_FIELD_TEXT,
      .words = true, .doc = "environment variables" },
    { .key = "modules", .type = FT_FIELD_LIST, .of = FT_FIELD_TEXT,
      .scalar_ok = true, .doc = "environment modules to load" },
    { .key = "container", .type = FT_FIELD_TEXT,
      .doc = "image to run in" },
    { .key = "site", .type = FT_FIELD_NAME, .doc = "the site to run at" },
    { .key = "submit", .type = FT_FIELD_CHOICE, .choices = ft_form_names,
      .doc = "at a batch system: each task as a job, all as a job array, in a "
             "pilot that runs many, or auto, whichever suits them" },
    { .key = "cache", .type = FT_FIELD_CHOICE, .choices = cache_policies,
      .doc = "reuse results of equal tasks (content), or never" },
    { .key = "seed", .type = FT_FIELD_TEXT,
      .doc = "whole number for random numbers, 0 when not said" },
    { .key = "optional", .type = FT_FIELD_BOOL,
      .doc = "its failure stops nothing and does not fail the run" },
    { .key = "doc", .type = FT_FIELD_TEXT,
      .doc = "one sentence for people" },
    { 0 },
};

/* Read and checked, but this version does not execute them. */
static const char *const unsupported[] = { "container" };

/* --- small parts ---------------------------------------------------------- */

static const struct ft_node *get(const struct ft_stage *stage,
                                 const char *key)
{
    return ft_node_get(stage->node, key);
}

static char *text_of(const struct ft_stage *stage, const char *key)
{
    const struct ft_node *node = get(stage, key);

    return node ? ft_strdup(node->text) : NULL;
}

static double seconds(const struct ft_node *node, const char *key)
{
    const struct ft_node *at = ft_node_get(node, key);
    struct ft_quantity q = { 0 };

    return at && ft_quantity_parse(at->text, &q, NULL) == 0 ? q.si : 0;
}

static double factor(const struct ft_node *node, const char *key)
{
    const struct ft_node *at = ft_node_get(node, key);
    double x = 1;

    if (at)
        ft_node_number(at, &x);
    return x;
}

static unsigned outcome_bit(const char *name)
{
    unsigned i = 0;

    while (ft_outcome_names[i] && strcmp(ft_outcome_names[i], name) != 0)
        i++;
    return 1u << i;
}

static void read_retry(struct ft_stage *stage)
{
    const struct ft_node *retry = get(stage, "retry");
    const struct ft_node *on = ft_node_get(retry, "on");
    const struct ft_node *scale = ft_node_get(retry, "scale");
    long long max = 0;

    stage->retry = (struct ft_retry){
        .backoff_s = seconds(retry, "backoff"),
        .scale_memory = factor(scale, "memory"),
        .scale_walltime = factor(scale, "walltime"),
    };
    if (!retry)
        return;
    ft_node_int(ft_node_get(retry, "max"), &max);
    stage->retry.max = (int)max;
    for (size_t i = 0; !on && retry_on[i]; i++)
        stage->retry.on |= outcome_bit(retry_on[i]);
    if (on && on->kind == FT_NODE_SCALAR)
        stage->retry.on = outcome_bit(on->text);
    for (size_t i = 0; on && i < on->n; i++)
        stage->retry.on |= outcome_bit(on->item[i]->text);
}

static void report_unsupported(struct ft_build *b,
                               const struct ft_stage *stage)
{
    for (size_t i = 0; i < FT_ARRAY_LEN(unsupported); i++) {
        const struct ft_node *key = ft_node_key(stage->node, unsupported[i]);

        if (key)
            ft_diag_add(b->diags, stage->text->doc, &key->mark,
                        FT_D_UNSUPPORTED, "this version cannot execute '%s'",
                        unsupported[i]);
    }
}

/* --- the action ----------------------------------------------------------- */

static const struct {
    const char *key;
    enum ft_action action;
} actions[] = {
    { "module", FT_ACTION_MODULE }, { "run", FT_ACTION_RUN },
    { "shell", FT_ACTION_SHELL },   { "python", FT_ACTION_PYTHON },
    { "use", FT_ACTION_USE },
};

/* Exactly one of the keys; the second one is where the error stands. */
static bool find_action(struct ft_build *b, struct ft_stage *stage)
{
    const struct ft_node *second = NULL;
    size_t n = 0;

    for (size_t i = 0; i < FT_ARRAY_LEN(actions); i++) {
        const struct ft_node *key = ft_node_key(stage->node, actions[i].key);

        if (!key)
            continue;
        if (!n++)
            stage->action = actions[i].action;
        if (!second || key->mark.line > second->mark.line)
            second = key;
    }
    if (n == 1)
        return true;
    if (!n && stage->state->misspelt)
        return false;
    ft_diag_add(b->diags, stage->text->doc, n ? &second->mark : &stage->mark,
                FT_D_ACTION, "stage '%s' %s", stage->name,
                n ? "has more than one action" : "does nothing");
    ft_diag_hint(b->diags, "exactly one of module, run, shell, python, use");
    return false;
}

/* "plot.py" is a path, anything longer the script itself. */
static void read_python(struct ft_build *b, struct ft_stage *stage)
{
    const char *text = stage->command->text;

    if (strpbrk(text, " \n;") || !ft_ends_with(text, ".py"))
        return;
    stage->script = ft_path_join(stage->text->dir, text);
    if (b->past || ft_path_exists(stage->script))
        return;
    ft_diag_add(b->diags, stage->text->doc, &stage->command->mark,
                FT_D_INPUT_FILE, "the script '%s' of stage '%s' is not there",
                text, stage->name);
    ft_diag_hint(b->diags, "paths start at the workflow's file");
}

static void report_missing(struct ft_build *b, const struct ft_stage *stage,
                           const struct ft_node *name)
{
    const struct ft_module *m = stage->module;
    const char *path = m->program ? m->program : m->python;

    ft_diag_add(b->diags, stage->text->doc, &name->mark, FT_D_PROGRAM,
                "the program '%s' of module '%s' %s", ft_path_base(path),
                m->name, ft_path_exists(path) ? "cannot be started"
                                              : "is not there");
    ft_diag_hint(b->diags, "'%s' names it", m->file);
}

static void read_module(struct ft_build *b, struct ft_stage *stage)
{
    const struct ft_node *name = get(stage, "module");
    const struct ft_node *out = ft_node_key(stage->node, "out");

    stage->module = ft_module_find(b->modules, name->text, stage->text->doc,
                                   &name->mark, b->diags);
    if (out) {
        ft_diag_add(b->diags, stage->text->doc, &out->mark, FT_D_UNKNOWN_KEY,
                    "a stage that uses a module cannot have 'out'");
        ft_diag_hint(b->diags, "the module declares its outputs");
    }
    if (!stage->module) {
        stage->state->no_outputs = true;
        return;
    }
    if (stage->module->missing && !b->past)
        report_missing(b, stage, name);
    stage->out = ft_ports_copy(stage->module->out, stage->module->n_out);
    stage->n_out = stage->module->n_out;
}

static void read_command(struct ft_build *b, struct ft_stage *stage)
{
    const struct ft_node *out = get(stage, "out");
    const struct ft_node *with = ft_node_key(stage->node, "with");

    stage->command = get(stage, actions[stage->action].key);
    if (stage->action == FT_ACTION_RUN && !stage->command->n)
        ft_diag_add(b->diags, stage->text->doc, &stage->command->mark,
                    FT_D_TYPE, "the argument list 'run' of stage '%s' is empty",
                    stage->name);
    if (stage->action == FT_ACTION_PYTHON)
        read_python(b, stage);
    if (with) {
        ft_diag_add(b->diags, stage->text->doc, &with->mark, FT_D_UNKNOWN_KEY,
                    "only a stage that uses a module can have 'with'");
        ft_diag_hint(b->diags, "write the values into the command or 'env'");
    }
    if (out && !ft_ports_read(stage->text->doc, out, false, &stage->out,
                              &stage->n_out, b->diags))
        stage->state->no_outputs = true;
}

/* --- all of it ------------------------------------------------------------ */

static enum ft_cache_policy cache_policy(const struct ft_stage *stage)
{
    const struct ft_node *node = get(stage, "cache");

    return node && strcmp(node->text, "never") == 0 ? FT_CACHE_NEVER
                                                    : FT_CACHE_CONTENT;
}

static enum ft_form form_of(const struct ft_stage *stage)
{
    const struct ft_node *node = get(stage, "submit");

    for (int i = 0; node && ft_form_names[i]; i++)
        if (strcmp(node->text, ft_form_names[i]) == 0)
            return (enum ft_form)i;
    return FT_FORM_AUTO;
}

static bool is_optional(const struct ft_stage *stage)
{
    const struct ft_node *node = get(stage, "optional");
    bool optional = false;

    if (node)
        ft_node_bool(node, &optional);
    return optional;
}

/* What a stage around this one says for all stages inside. */
static void inherit(struct ft_stage *stage)
{
    const struct ft_stage *use = stage->space->use;

    if (!use)
        return;
    if (!stage->site && use->site)
        stage->site = ft_strdup(use->site);
    if (stage->form == FT_FORM_AUTO)
        stage->form = use->form;
    if (use->cache == FT_CACHE_NEVER)
        stage->cache = FT_CACHE_NEVER;
    stage->optional |= use->optional;
}

static void add_module(struct ft_build *b, struct ft_stage *stage,
                       const struct ft_node *name)
{
    if (!name->len || name->text[0] == '-' ||
        name->text[strcspn(name->text, " \t\n")] || ft_node_has_expr(name))
        ft_diag_add(b->diags, stage->text->doc, &name->mark, FT_D_NAME,
                    "'%s' is not the name of an environment module",
                    name->text);
    stage->modules[stage->n_modules++] = ft_strdup(name->text);
}

static void read_modules(struct ft_build *b, struct ft_stage *stage)
{
    const struct ft_node *modules = get(stage, "modules");

    if (!modules)
        return;
    stage->modules = ft_calloc(modules->n + 1, sizeof(*stage->modules));
    if (modules->kind == FT_NODE_SCALAR)
        add_module(b, stage, modules);
    for (size_t i = 0; i < modules->n; i++)
        add_module(b, stage, modules->item[i]);
}

static void read_resources(struct ft_stage *stage)
{
    const struct ft_node *resources = get(stage, "resources");

    if (!resources)
        return;
    ft_resources_read(resources, &stage->resources);
    for (size_t i = 0; i < resources->n; i++)
        if (ft_node_has_expr(resources->item[i]))
            stage->varying = resources;
}

void ft_stage_read(struct ft_build *b, struct ft_stage *stage)
{
    stage->doc = text_of(stage, "doc");
    stage->site = text_of(stage, "site");
    stage->with = get(stage, "with");
    stage->when = get(stage, "when");
    stage->env = get(stage, "env");
    stage->seed = get(stage, "seed");
    stage->timeout_s = seconds(stage->node, "timeout");
    stage->cache = cache_policy(stage);
    stage->form = form_of(stage);
    stage->optional = is_optional(stage);
    read_resources(stage);
    read_retry(stage);
    read_modules(b, stage);
    report_unsupported(b, stage);
    ft_axes_read(b, stage);
    inherit(stage);
    if (!find_action(b, stage))
        stage->state->broken = stage->state->no_outputs = true;
    else if (stage->action == FT_ACTION_MODULE)
        read_module(b, stage);
    else if (stage->action != FT_ACTION_USE)
        read_command(b, stage);
    ft_loop_read(b, stage);
}

void ft_input_release(struct ft_input *in)
{
    free(in->name);
    free(in->path);
    ft_expr_free(in->expr);
}

void ft_stage_release(struct ft_stage *stage)
{
    for (size_t i = 0; i < stage->n_in; i++)
        ft_input_release(&stage->in[i]);
    if (stage->rows)
        ft_input_release(stage->rows);
    ft_axes_release(stage->axis + stage->n_outer,
                    stage->n_axes - stage->n_outer);
    for (size_t i = 0; i < stage->n_modules; i++)
        free(stage->modules[i]);
    free(stage->modules);
    ft_ports_release(stage->out, stage->n_out);
    free(stage->in);
    free(stage->rows);
    free(stage->axis);
    free(stage->needs);
    ft_loop_release(stage);
    free(stage->name);
    free(stage->doc);
    free(stage->script);
    free(stage->site);
}

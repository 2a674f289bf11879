/* resources.c - what a task asks of a site */
#include <math.h>
#include <string.h>

#include "model/eval.h"
#include "model/module.h"
#include "model/scope.h"
#include "text/field.h"
#include "text/quantity.h"

#define COUNT_MAX 10000000 /* ranks, nodes: past any machine, within an int */

#define FIELDS(EXPR)                                                         \
    { .key = "nodes", .type = FT_FIELD_INT, .expr = EXPR, .min = 1,          \
      .max = COUNT_MAX, .doc = "computers" },                                \
    { .key = "ranks", .type = FT_FIELD_INT, .expr = EXPR, .min = 1,          \
      .max = COUNT_MAX, .doc = "MPI ranks; of a program without MPI: 1" },   \
    { .key = "threads", .type = FT_FIELD_INT, .expr = EXPR, .min = 1,        \
      .max = COUNT_MAX, .doc = "threads of each rank" },                     \
    { .key = "gpus", .type = FT_FIELD_INT, .expr = EXPR, .min = 0,           \
      .max = COUNT_MAX, .doc = "GPUs of the whole task" },                   \
    { .key = "memory", .type = FT_FIELD_QUANTITY, .expr = EXPR, .unit = "B", \
      .min = 1, .max = HUGE_VAL,                                             \
      .doc = "memory of the whole task, such as 2 GiB" },                    \
    { .key = "walltime", .type = FT_FIELD_QUANTITY, .expr = EXPR,            \
      .unit = "s", .min = 1e-3, .max = HUGE_VAL,                             \
      .doc = "longest run, such as 10 min" },                                \
    { 0 }

const struct ft_field ft_resources_fields[] = { FIELDS(false) };
const struct ft_field ft_task_resources_fields[] = { FIELDS(true) };

static int count(const struct ft_node *node, const char *key)
{
    const struct ft_node *at = ft_node_get(node, key);
    long long n = 0;

    if (at)
        ft_node_int(at, &n);
    return (int)n;
}

static double amount(const struct ft_node *node, const char *key)
{
    const struct ft_node *at = ft_node_get(node, key);
    struct ft_quantity q = { 0 };

    if (at && ft_quantity_parse(at->text, &q, NULL) < 0)
        return 0;
    return q.si;
}

void ft_resources_read(const struct ft_node *node, struct ft_resources *res)
{
    *res = (struct ft_resources){
        .nodes = count(node, "nodes"),
        .ranks = count(node, "ranks"),
        .threads = count(node, "threads"),
        .gpus = count(node, "gpus"),
        .memory_bytes = amount(node, "memory"),
        .walltime_s = amount(node, "walltime"),
    };
}

/* --- of one cell ---------------------------------------------------------- */

/* The members behind the keys; NULL: it is one of the other kind. */
static int *count_of(struct ft_resources *res, const char *key)
{
    return strcmp(key, "nodes") == 0     ? &res->nodes
           : strcmp(key, "ranks") == 0   ? &res->ranks
           : strcmp(key, "threads") == 0 ? &res->threads
           : strcmp(key, "gpus") == 0    ? &res->gpus
                                         : NULL;
}

static double *amount_of(struct ft_resources *res, const char *key)
{
    return strcmp(key, "memory") == 0 ? &res->memory_bytes
                                      : &res->walltime_s;
}

/* What an expression in a field gives is checked as a parameter is. */
static struct ft_param as_param(const struct ft_field *field)
{
    return (struct ft_param){
        .name = (char *)field->key,
        .type = field->unit ? FT_PARAM_QUANTITY : FT_PARAM_INTEGER,
        .unit = field->unit ? ft_unit_parse(field->unit, NULL) : NULL,
        .has_min = true,
        .has_max = isfinite(field->max),
        .min = field->min,
        .max = field->max,
    };
}

bool ft_eval_resources(const struct ft_workflow *wf,
                       const struct ft_stage *stage, size_t cell,
                       struct ft_resources *res, struct ft_diags *diags)
{
    struct ft_cell_scope cs;
    struct ft_scope scope;
    bool ok = true;

    *res = stage->resources;
    if (!stage->varying)
        return true;
    ft_cell_scope_init(&cs, &scope, wf, stage, cell, NULL);
    for (const struct ft_field *f = ft_task_resources_fields; f->key; f++) {
        const struct ft_node *node = ft_node_get(stage->varying, f->key);
        struct ft_value value = FT_VALUE_INIT;
        struct ft_param param;

        if (!node || !ft_node_has_expr(node))
            continue;
        param = as_param(f);
        if (ft_param_eval(&param, stage->text->doc, node, &scope, &value,
                          diags) < 0)
            ok = false;
        else if (f->unit)
            *amount_of(res, f->key) = value.quantity.si;
        else
            *count_of(res, f->key) = (int)value.number;
        ft_value_release(&value);
    }
    return ok;
}

/* resources.c - what a task asks of a site */
#include <math.h>

#include "model/module.h"
#include "text/field.h"
#include "text/quantity.h"

#define COUNT_MAX 10000000 /* ranks, nodes: past any machine, within an int */

const struct ft_field ft_resources_fields[] = {
    { .key = "nodes", .type = FT_FIELD_INT, .min = 1, .max = COUNT_MAX,
      .doc = "computers" },
    { .key = "ranks", .type = FT_FIELD_INT, .min = 1, .max = COUNT_MAX,
      .doc = "MPI ranks; of a program without MPI: 1" },
    { .key = "threads", .type = FT_FIELD_INT, .min = 1, .max = COUNT_MAX,
      .doc = "threads of each rank" },
    { .key = "gpus", .type = FT_FIELD_INT, .min = 0, .max = COUNT_MAX,
      .doc = "GPUs of the whole task" },
    { .key = "memory", .type = FT_FIELD_QUANTITY, .unit = "B", .min = 1,
      .max = HUGE_VAL, .doc = "memory of the whole task, such as 2 GiB" },
    { .key = "walltime", .type = FT_FIELD_QUANTITY, .unit = "s",
      .min = 1e-3, .max = HUGE_VAL, .doc = "longest run, such as 10 min" },
    { 0 },
};

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

/* limits.c - what a run may cost, and when it has to be done */
#include "model/limits.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/err.h"
#include "text/quantity.h"
#include "text/suggest.h"

#define NS_PER_S 1e9
#define DEADLINE_MAX_S 3.2e9 /* a century: within the range of instants */

const struct ft_field ft_budget_fields[] = {
    { .key = "core_time", .type = FT_FIELD_QUANTITY, .unit = "s",
      .min = 1e-3, .max = HUGE_VAL,
      .doc = "slots held times wall time, such as 2 h" },
    { .key = "energy", .type = FT_FIELD_QUANTITY, .unit = "J", .min = 1e-3,
      .max = HUGE_VAL, .doc = "where the site meters it, such as 1 MJ" },
    { 0 },
};

/* Where the value of a key goes. */
static double *member(struct ft_limits *limits, const char *key)
{
    return strcmp(key, "energy") == 0 ? &limits->energy_j : &limits->core_s;
}

int ft_limits_read(const struct ft_node *root, struct ft_limits *limits,
                   struct ft_err *err)
{
    const struct ft_node *budget = ft_node_get(root, "budget");
    const struct ft_node *deadline = ft_node_get(root, "deadline");

    for (const struct ft_field *f = ft_budget_fields; f->key; f++) {
        const struct ft_node *node = ft_node_get(budget, f->key);
        struct ft_quantity q;

        if (node && node->kind == FT_NODE_SCALAR &&
            ft_quantity_parse_in(node->text, f->unit, &q, NULL) == 0)
            *member(limits, f->key) = q.si;
    }
    if (!deadline || deadline->kind != FT_NODE_SCALAR)
        return 0;
    return ft_limits_set_deadline(limits, deadline->text, err);
}

/* --- from the command line ------------------------------------------------ */

static int unknown_budget(const char *name, struct ft_err *err)
{
    const char *known[FT_ARRAY_LEN(ft_budget_fields)], *near;
    size_t n = 0;

    for (const struct ft_field *f = ft_budget_fields; f->key; f++)
        known[n++] = f->key;
    near = ft_suggest(name, known, n);
    ft_err_set(err, FT_EUSAGE, "a budget has no '%s'", name);
    return near ? ft_err_hint(err, "did you mean '%s'?", near)
                : ft_err_hint(err, "core_time='2 h' or energy='1 MJ'");
}

static int set_budget(struct ft_limits *limits, const char *name,
                      const char *value, struct ft_err *err)
{
    const struct ft_field *f = ft_budget_fields;
    struct ft_quantity q;

    while (f->key && strcmp(f->key, name) != 0)
        f++;
    if (!f->key)
        return unknown_budget(name, err);
    if (ft_quantity_parse_in(value, f->unit, &q, err) < 0)
        return ft_err_context(err, "budget %s", name);
    if (q.si < f->min)
        return ft_err_set(err, FT_EUSAGE, "budget %s: '%s' is too little",
                          name, value);
    *member(limits, f->key) = q.si;
    return 0;
}

int ft_limits_set_budget(struct ft_limits *limits, const char *text,
                         struct ft_err *err)
{
    const char *eq = strchr(text, '=');
    char *name;
    int rc;

    if (!eq) {
        ft_err_set(err, FT_EUSAGE, "budget '%s' is not of the form NAME=VALUE",
                   text);
        return ft_err_hint(err, "such as core_time='2 h'");
    }
    name = ft_strndup(text, (size_t)(eq - text));
    rc = set_budget(limits, name, eq + 1, err);
    free(name);
    return rc;
}

int ft_limits_set_deadline(struct ft_limits *limits, const char *text,
                           struct ft_err *err)
{
    int64_t at_ns = 0;
    struct ft_quantity q = { 0 };

    if (ft_time_parse(text, &at_ns) < 0) {
        if (ft_quantity_parse_in(text, "s", &q, NULL) < 0) {
            ft_err_set(err, FT_EUSAGE, "deadline '%s' is neither an instant "
                       "nor a duration", text);
            return ft_err_hint(err, "such as 2026-11-21T18:00Z (with a zone) "
                               "or 2 h (with a unit)");
        }
        if (!(q.si > 0 && q.si <= DEADLINE_MAX_S))
            return ft_err_set(err, FT_EUSAGE, "deadline '%s' is not between "
                              "now and a century on", text);
    } else if (at_ns <= 0) {
        return ft_err_set(err, FT_EUSAGE, "deadline '%s' is long past", text);
    }
    limits->deadline_ns = at_ns;
    limits->deadline_s = q.si;
    return 0;
}

/* --- together ------------------------------------------------------------- */

void ft_limits_override(struct ft_limits *limits,
                        const struct ft_limits *over)
{
    if (over->core_s > 0)
        limits->core_s = over->core_s;
    if (over->energy_j > 0)
        limits->energy_j = over->energy_j;
    if (over->deadline_s > 0 || over->deadline_ns) {
        limits->deadline_s = over->deadline_s;
        limits->deadline_ns = over->deadline_ns;
    }
}

int64_t ft_limits_deadline(const struct ft_limits *limits, int64_t start_ns)
{
    return limits->deadline_s > 0
               ? start_ns + (int64_t)(limits->deadline_s * NS_PER_S)
               : limits->deadline_ns;
}

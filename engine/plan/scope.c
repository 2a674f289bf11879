/* scope.c - what a stage's own text may name: in., out., run., task. */
#include "plan/scope.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/path.h"

char *ft_bound_input_path(const struct ft_bound_input *in, const char *dir)
{
    return in->extract ? ft_path_join(dir, in->extract)
                       : ft_strdup(in->path);
}

static void set_text(struct ft_value *value, char *text)
{
    *value = (struct ft_value){ .kind = FT_VALUE_TEXT, .text = text };
}

static char *input_text(const struct ft_task_scope *ts,
                        const struct ft_bound_input *in, size_t k)
{
    return ts->dir ? ft_bound_input_path(in, ts->dir)
                   : ft_asprintf("{in.%s.%zu}", in->name, k);
}

/* The path of the only element, or a list of paths. */
static int look_input(const struct ft_task_scope *ts, const char *name,
                      struct ft_value *value, struct ft_err *err)
{
    const struct ft_stage *stage = ts->stage;
    const struct ft_bound *bound = ts->bound;
    size_t first = 0, n = 0, s = 0;

    while (s < stage->n_in && strcmp(stage->in[s].name, name) != 0)
        s++;
    if (s == stage->n_in)
        return ft_err_set(err, FT_EDOC, "stage '%s' has no input '%s'",
                          stage->name, name);
    while (first < bound->n_in && strcmp(bound->in[first].name, name) != 0)
        first++;
    while (first + n < bound->n_in &&
           strcmp(bound->in[first + n].name, name) == 0)
        n++;
    if (n == 1) {
        set_text(value, input_text(ts, &bound->in[first], 0));
        return 0;
    }
    *value = (struct ft_value){ .kind = FT_VALUE_LIST, .n = n };
    value->item = ft_calloc(n, sizeof(*value->item));
    for (size_t k = 0; k < n; k++)
        set_text(&value->item[k], input_text(ts, &bound->in[first + k], k));
    return 0;
}

static int look_output(const struct ft_task_scope *ts, const char *name,
                       struct ft_value *value, struct ft_err *err)
{
    const struct ft_stage *stage = ts->stage;

    for (size_t i = 0; i < stage->n_out; i++) {
        if (strcmp(stage->out[i].name, name) != 0)
            continue;
        set_text(value, ft_strdup(stage->out[i].path));
        return 0;
    }
    return ft_err_set(err, FT_EDOC, "stage '%s' has no output '%s'",
                      stage->name, name);
}

static int look(const struct ft_scope *scope, const struct ft_ref *ref,
                struct ft_value *value, struct ft_err *err)
{
    const struct ft_task_scope *ts = scope->arg;
    const char *group = ref->part[0], *name = ref->n == 2 ? ref->part[1] : "";

    if (strcmp(group, "in") == 0)
        return look_input(ts, name, value, err);
    if (strcmp(group, "out") == 0)
        return look_output(ts, name, value, err);
    if (strcmp(group, "run") == 0 && strcmp(name, "id") == 0) {
        set_text(value, ft_strdup(ts->run ? ts->run : "{run.id}"));
        return 0;
    }
    if (strcmp(group, "task") == 0 && strcmp(name, "name") == 0) {
        set_text(value, ft_strdup(ts->bound->name));
        return 0;
    }
    if (strcmp(group, "task") == 0 && strcmp(name, "index") == 0) {
        *value = (struct ft_value){
            .kind = FT_VALUE_NUMBER,
            .number = (double)ts->cell,
        };
        return 0;
    }
    return ft_err_set(err, FT_EDOC, "unknown name '%s.%s'", group, name);
}

void ft_task_scope_init(struct ft_task_scope *ts, const struct ft_plan *plan,
                        const struct ft_bound *bound, const char *run,
                        const char *dir)
{
    size_t s = ft_plan_stage_of(plan, bound->task);

    *ts = (struct ft_task_scope){
        .scope = { .look = look, .arg = ts },
        .plan = plan,
        .bound = bound,
        .stage = &plan->wf->stage[s],
        .cell = bound->task - plan->stage[s].first,
        .run = run,
        .dir = dir,
    };
}

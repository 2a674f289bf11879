/* stage_picture.c - the stages of a workflow as a picture and as JSON */
#include "cli/stage_picture.h"

#include <string.h>

#include "base/alloc.h"
#include "base/json.h"

#define SCHEMA 1

/* --- how the tasks of a stage are ----------------------------------------- */

static const struct {
    const char *kind;
    unsigned states; /* bit set */
} kinds[] = {
    { "ok", 1u << FT_TASK_SUCCEEDED },
    { "cached", 1u << FT_TASK_CACHED },
    { "skip", 1u << FT_TASK_SKIPPED },
    { "bad", 1u << FT_TASK_FAILED | 1u << FT_TASK_CANCELLED |
                 1u << FT_TASK_EXPIRED | 1u << FT_TASK_LOST },
    { "run", 1u << FT_TASK_RUNNING | 1u << FT_TASK_SUBMITTED },
    { "wait", 1u << FT_TASK_WAITING | 1u << FT_TASK_READY },
};

const char *ft_task_state_kind(enum ft_task_state state)
{
    for (size_t k = 0; k < FT_ARRAY_LEN(kinds); k++)
        if (kinds[k].states & 1u << state)
            return kinds[k].kind;
    return "wait";
}

static size_t count_kind(const struct ft_run *run, size_t s, size_t k)
{
    size_t n = 0;

    for (unsigned state = 0; state < FT_TASK_STATE_COUNT; state++)
        if (kinds[k].states & 1u << state)
            n += ft_run_shown(run, s, state);
    return n;
}

/* The colour of a stage is that of what matters most in it. */
static const char *stage_kind(const struct ft_run *run, size_t s)
{
    static const unsigned char first[] = { 3, 4, 5, 0, 1, 2 };

    for (size_t i = 0; i < FT_ARRAY_LEN(first); i++)
        if (count_kind(run, s, first[i]))
            return kinds[first[i]].kind;
    return "wait";
}

/* --- the picture ---------------------------------------------------------- */

const char *ft_stage_what(const struct ft_stage *stage)
{
    static const char *const what[] = {
        [FT_ACTION_MODULE] = "module", [FT_ACTION_RUN] = "run",
        [FT_ACTION_SHELL] = "shell",   [FT_ACTION_PYTHON] = "python",
        [FT_ACTION_USE] = "use",
    };

    return stage->module ? stage->module->name : what[stage->action];
}

static void count_text(const struct ft_run *run, size_t s, struct ft_str *out)
{
    const char *sep = "";

    for (unsigned state = 0; state < FT_TASK_STATE_COUNT; state++) {
        if (!ft_run_shown(run, s, state))
            continue;
        ft_str_addf(out, "%s%u %s", sep, ft_run_shown(run, s, state),
                    ft_task_state_names[state]);
        sep = ", ";
    }
}

static void add_stage(struct ft_picture *p, const struct ft_plan *plan,
                      const struct ft_run *run, size_t s)
{
    const struct ft_stage *stage = &plan->wf->stage[s];
    size_t n = run ? ft_run_stage_tasks(run, s) : plan->stage[s].n, at;
    struct ft_str count = FT_STR_INIT;
    struct ft_picture_box *box;

    if (run)
        count_text(run, s, &count);
    else if (stage->loop)
        ft_str_addf(&count, "up to %zu turns", n);
    else if (stage->n_axes)
        ft_str_addf(&count, "%zu task%s", n, n == 1 ? "" : "s");
    at = ft_picture_add(p, stage->name, ft_stage_what(stage),
                        count.len ? count.s : NULL);
    ft_str_release(&count);
    if (!run || !n)
        return;
    box = &p->box[at];
    box->kind = stage_kind(run, s);
    for (size_t k = 0; k < FT_ARRAY_LEN(kinds); k++)
        box->part[box->n_parts++] = (struct ft_picture_part){
            kinds[k].kind, (double)count_kind(run, s, k) / (double)n,
        };
}

static void about(const struct ft_plan *plan, const struct ft_run *run,
                  struct ft_str *out)
{
    const struct ft_workflow *wf = plan->wf;

    ft_str_addf(out, "%zu stage%s, %zu task%s: ", wf->n_stages,
                wf->n_stages == 1 ? "" : "s", plan->n_tasks,
                plan->n_tasks == 1 ? "" : "s");
    for (size_t s = 0; s < wf->n_stages; s++) {
        ft_str_addf(out, "%s%s", s ? "; " : "", wf->stage[s].name);
        if (!run)
            continue;
        ft_str_add(out, ": ");
        count_text(run, s, out);
    }
}

struct ft_picture *ft_stage_picture(const struct ft_plan *plan,
                                    const struct ft_run *run)
{
    const struct ft_workflow *wf = plan->wf;
    struct ft_str text = FT_STR_INIT, title = FT_STR_INIT;
    struct ft_picture *p;

    about(plan, run, &text);
    ft_str_addf(&title, "Workflow %s", wf->name);
    if (run)
        ft_str_addf(&title, ", run %s: %s", run->id,
                    ft_run_state_names[run->state]);
    p = ft_picture_new(title.s, text.s);
    for (size_t s = 0; s < wf->n_stages; s++)
        add_stage(p, plan, run, s);
    for (size_t s = 0; s < wf->n_stages; s++) {
        const struct ft_stage *stage = &wf->stage[s];

        for (size_t i = 0; i < stage->n_in; i++)
            if (stage->in[i].kind == FT_SOURCE_OBJECT)
                ft_picture_connect(p, stage->in[i].stage, s,
                                   wf->stage[stage->in[i].stage]
                                       .out[stage->in[i].output].name,
                                   false);
        for (size_t i = 0; i < stage->n_needs; i++)
            ft_picture_connect(p, stage->needs[i], s, "", true);
    }
    ft_str_release(&title);
    ft_str_release(&text);
    return p;
}

/* --- JSON ----------------------------------------------------------------- */

static struct json_object *stage_json(const struct ft_plan *plan,
                                      const struct ft_run *run, size_t s)
{
    const struct ft_stage *stage = &plan->wf->stage[s];
    struct json_object *obj = json_object_new_object(), *counts;

    ft_json_add_str(obj, "stage", stage->name);
    ft_json_add_str(obj, "module", stage->module ? stage->module->name : NULL);
    ft_json_add_int(obj, "tasks", (int64_t)plan->stage[s].n);
    if (!run)
        return obj;
    counts = json_object_new_object();
    for (unsigned state = 0; state < FT_TASK_STATE_COUNT; state++)
        if (ft_run_shown(run, s, state))
            ft_json_add_int(counts, ft_task_state_names[state],
                            ft_run_shown(run, s, state));
    json_object_object_add(obj, "counts", counts);
    return obj;
}

static void add_edge(struct json_object *list, const struct ft_workflow *wf,
                     size_t from, size_t to, const char *output,
                     const char *input)
{
    struct json_object *obj = json_object_new_object();

    ft_json_add_str(obj, "from", wf->stage[from].name);
    ft_json_add_str(obj, "to", wf->stage[to].name);
    ft_json_add_str(obj, "output", output);
    ft_json_add_str(obj, "input", input);
    json_object_array_add(list, obj);
}

struct json_object *ft_stage_graph_json(const struct ft_plan *plan,
                                        const struct ft_run *run)
{
    const struct ft_workflow *wf = plan->wf;
    struct json_object *obj = json_object_new_object();
    struct json_object *stages = json_object_new_array();
    struct json_object *edges = json_object_new_array();

    ft_json_add_int(obj, "schema", SCHEMA);
    ft_json_add_str(obj, "workflow", wf->name);
    ft_json_add_str(obj, "run", run ? run->id : NULL);
    for (size_t s = 0; s < wf->n_stages; s++) {
        const struct ft_stage *stage = &wf->stage[s];

        json_object_array_add(stages, stage_json(plan, run, s));
        for (size_t i = 0; i < stage->n_in; i++) {
            const struct ft_input *in = &stage->in[i];

            if (in->kind == FT_SOURCE_OBJECT)
                add_edge(edges, wf, in->stage, s,
                         wf->stage[in->stage].out[in->output].name, in->name);
        }
        for (size_t i = 0; i < stage->n_needs; i++)
            add_edge(edges, wf, stage->needs[i], s, NULL, NULL);
    }
    json_object_object_add(obj, "stages", stages);
    json_object_object_add(obj, "edges", edges);
    return obj;
}

/* report_results.c - which result was made from which */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/map.h"
#include "cli/markup.h"
#include "cli/picture.h"
#include "cli/report.h"
#include "cli/term.h"

#define BOXES_MAX 80 /* beyond, one box for all cells of an object */
#define ID_SHOWN 12

/* Boxes of the picture by what they stand for. */
struct drawing {
    struct ft_report *report;
    struct ft_picture *picture;
    size_t *box;   /* of each result, 1 + its number; 0: none yet */
    size_t *first; /* of each stage: its first result in 'box' */
    bool cells;    /* one box for each cell */
    struct ft_map files; /* path -> 1 + box */
    bool broken;
};

static const struct ft_version *version(const struct ft_run *run, size_t task,
                                        size_t out)
{
    const struct ft_task_detail *d = ft_run_detail(run, task);

    return d && out < d->out.n && *d->out.item[out].id ? &d->out.item[out]
                                                       : NULL;
}

static bool has_results(const struct ft_run *run, size_t task)
{
    unsigned state = run->task[task].state;

    return state == FT_TASK_SUCCEEDED || state == FT_TASK_CACHED;
}

/* Of a loop the last turn stands for all of them. */
static size_t task_of(const struct drawing *d, size_t stage, size_t cell)
{
    const struct ft_plan_stage *ps = &d->report->run->plan->stage[stage];

    return ft_run_last_turn(d->report->run,
                            ps->first + (cell + 1) * ps->turns - 1);
}

static size_t cells_of(const struct ft_plan *plan, size_t stage)
{
    return plan->stage[stage].n / plan->stage[stage].turns;
}

static size_t *slot_of(struct drawing *d, size_t stage, size_t cell,
                       size_t out)
{
    size_t n_out = d->report->run->plan->wf->stage[stage].n_out;

    return &d->box[d->first[stage] + (d->cells ? cell * n_out : 0) + out];
}

static void box_texts(const struct drawing *d, size_t stage, size_t cell,
                      size_t out, struct ft_str text[3])
{
    const struct ft_run *run = d->report->run;
    const struct ft_stage *st = &run->plan->wf->stage[stage];
    size_t task = task_of(d, stage, cell);
    const struct ft_version *v = version(run, task, out);
    struct ft_str name = FT_STR_INIT;

    ft_str_addf(&text[0], "%s.%s", st->name, st->out[out].name);
    if (d->cells && st->n_axes) {
        ft_plan_task_name(run->plan, task, &name);
        ft_str_add(&text[1], name.s + strlen(st->name));
        ft_str_add(&text[1], " ");
        ft_str_release(&name);
    }
    ft_str_add(&text[1], ft_object_type_text(st->out[out].type));
    if (!d->cells && st->n_axes)
        ft_str_addf(&text[2], "%zu cells", cells_of(run->plan, stage));
    else if (v)
        ft_str_addf(&text[2], "%.*s  ", ID_SHOWN, v->id);
    if (v && (d->cells || !st->n_axes))
        ft_size_text((double)v->size_bytes, &text[2]);
}

static bool any_results(const struct ft_run *run, size_t stage)
{
    return run->counts[stage][FT_TASK_SUCCEEDED] +
               run->counts[stage][FT_TASK_CACHED] > 0;
}

/* The box of a result, made when it is first asked for; 0: there is none. */
static size_t result_box(struct drawing *d, size_t stage, size_t cell,
                         size_t out)
{
    const struct ft_run *run = d->report->run;
    size_t task = task_of(d, stage, cell);
    size_t *slot = slot_of(d, stage, cell, out);
    struct ft_str text[3] = { FT_STR_INIT, FT_STR_INIT, FT_STR_INIT };

    if (*slot || (d->cells ? !has_results(run, task)
                           : !any_results(run, stage)))
        return *slot;
    box_texts(d, stage, cell, out, text);
    *slot = 1 + ft_picture_add(d->picture, text[0].s, text[1].s, text[2].s);
    d->picture->box[*slot - 1].kind =
        run->task[task].state == FT_TASK_CACHED ? "cached" : "ok";
    for (int i = 0; i < 3; i++)
        ft_str_release(&text[i]);
    return *slot;
}

static size_t file_box(struct drawing *d, const char *path)
{
    size_t at = (size_t)(uintptr_t)ft_map_get(&d->files, path);

    if (at)
        return at;
    at = 1 + ft_picture_add(d->picture, strrchr(path, '/')
                                            ? strrchr(path, '/') + 1 : path,
                            "file", NULL);
    d->picture->box[at - 1].kind = "file";
    ft_map_put(&d->files, path, (void *)(uintptr_t)at);
    return at;
}

static bool connected(const struct drawing *d, size_t from, size_t to)
{
    for (size_t a = d->picture->n_arrows; a-- > 0;)
        if (d->picture->arrow[a].from == from &&
            d->picture->arrow[a].to == to)
            return true;
    return false;
}

/* To every result of a task. */
static void connect_box(struct drawing *d, size_t from, size_t stage,
                        size_t cell)
{
    for (size_t o = 0; o < d->report->run->plan->wf->stage[stage].n_out; o++) {
        size_t to = result_box(d, stage, cell, o);

        if (from && to && from != to && !connected(d, from - 1, to - 1))
            ft_picture_connect(d->picture, from - 1, to - 1, "", false);
    }
}

static void draw_input(struct drawing *d, size_t stage, size_t cell, size_t i)
{
    const struct ft_plan *plan = d->report->run->plan;
    const struct ft_input *in = &plan->wf->stage[stage].in[i];
    size_t task = plan->stage[stage].first + cell * plan->stage[stage].turns;
    struct ft_tasks from = { 0 };
    size_t source, output;

    if (in->kind == FT_SOURCE_FILE && in->path)
        connect_box(d, file_box(d, in->path), stage, cell);
    if (ft_plan_source(plan, task, i, &source, &output) &&
        ft_plan_producers(plan, task, i, &from, NULL) == 0)
        for (size_t k = 0; k < from.n; k++) {
            size_t at = (from.item[k] - plan->stage[source].first) /
                        plan->stage[source].turns;

            connect_box(d, result_box(d, source, d->cells ? at : 0, output),
                        stage, cell);
            if (!d->cells)
                break; /* the others have the same box */
        }
    ft_tasks_release(&from);
}

static void draw(struct drawing *d)
{
    const struct ft_plan *plan = d->report->run->plan;

    for (size_t s = 0; s < plan->wf->n_stages; s++)
        for (size_t c = 0; plan->stage[s].n &&
                           c < (d->cells ? cells_of(plan, s) : 1); c++) {
            connect_box(d, 0, s, c); /* so that each is there */
            for (size_t i = 0; i < plan->wf->stage[s].n_in; i++)
                draw_input(d, s, c, i);
        }
}

static size_t count_results(const struct ft_plan *plan, bool cells,
                            size_t *first)
{
    size_t n = 0;

    for (size_t s = 0; s < plan->wf->n_stages; s++) {
        if (first)
            first[s] = n;
        n += (cells ? cells_of(plan, s) : 1) * plan->wf->stage[s].n_out;
    }
    return n;
}

void ft_report_results(struct ft_report *r)
{
    const struct ft_plan *plan = r->run->plan;
    struct drawing d = { .report = r };

    d.cells = count_results(plan, true, NULL) <= BOXES_MAX;
    d.first = ft_calloc(plan->wf->n_stages + 1, sizeof(*d.first));
    d.box = ft_calloc(count_results(plan, d.cells, d.first) + 1,
                      sizeof(*d.box));
    d.picture = ft_picture_new("Results of the run",
                               "Which result was made from which.");
    draw(&d);
    if (d.picture->n_boxes) {
        ft_report_open(r, "results", "Results",
                       "Every version that the run made or reused, and what "
                       "it was made from; of a loop the last turn stands for "
                       "all.");
        ft_str_add(r->out, "<div class=\"wide\">");
        ft_picture_svg(d.picture, false, r->out);
        ft_str_add(r->out, "</div>\n");
        ft_report_close(r);
    }
    ft_picture_free(d.picture);
    ft_map_release(&d.files);
    free(d.box);
    free(d.first);
}

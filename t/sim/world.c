/* world.c - a random workflow, and what follows from its text */
#include <string.h>

#include "base/alloc.h"
#include "model/workflow.h"
#include "t/sim/sim.h"

static void random_links(struct world *w, size_t at, uint64_t *seed)
{
    struct spec *spec = &w->spec[at];

    for (size_t i = 0; i < LINKS_MAX && at; i++) {
        struct link link = { sim_below(seed, 3),
                             sim_below(seed, (unsigned)at) };
        const struct spec *from = &w->spec[link.from];

        if (sim_chance(seed, 35))
            continue;
        if (link.kind != LINK_NEEDS && !from->outputs)
            link.kind = LINK_NEEDS;
        if (link.kind == LINK_CHOSEN && (!from->n_a || !spec->n_a ||
                                         spec->n_a > from->n_a))
            link.kind = LINK_GATHER;
        spec->link[spec->n_links++] = link;
    }
}

static void random_spec(struct world *w, size_t at, uint64_t *seed)
{
    static const unsigned classes[] = {
        1u << FT_OUT_ERROR,
        1u << FT_OUT_OOM | 1u << FT_OUT_TIMEOUT,
        1u << FT_OUT_ERROR | 1u << FT_OUT_OOM | 1u << FT_OUT_TIMEOUT,
    };
    struct spec *spec = &w->spec[at];

    *spec = (struct spec){
        .n_a = sim_below(seed, 4),
        .ranks = 1 + sim_below(seed, 4),
        .memory_gib = sim_below(seed, 4),
        .scale = 1 + sim_below(seed, 3),
        .retry_max = sim_below(seed, 4),
        .retry_on = classes[sim_below(seed, FT_ARRAY_LEN(classes))],
        .when = -1,
        .optional = sim_chance(seed, 15),
        .outputs = sim_chance(seed, 75),
    };
    if (spec->n_a && sim_chance(seed, 30))
        spec->n_b = 1 + sim_below(seed, 3);
    if (spec->n_a && sim_chance(seed, 20))
        spec->when = (int)sim_below(seed, spec->n_a + 1);
    spec->n = (spec->n_a ? spec->n_a : 1) * (spec->n_b ? spec->n_b : 1);
    spec->first = at ? w->spec[at - 1].first + w->spec[at - 1].n : 0;
    random_links(w, at, seed);
}

/* --- its text ------------------------------------------------------------- */

static void write_axis(struct ft_str *text, const char *name, unsigned n)
{
    if (n)
        ft_str_addf(text, "      %s: {from: 0, to: %u}\n", name, n - 1);
}

static void write_links(struct ft_str *text, const struct spec *spec)
{
    const char *before = "    in:\n";

    for (size_t i = 0; i < spec->n_links; i++) {
        const struct link *link = &spec->link[i];

        if (link->kind == LINK_NEEDS)
            continue;
        ft_str_addf(text, "%s      x%zu: \"${s%zu.o%s}\"\n", before, i,
                    link->from,
                    link->kind == LINK_CHOSEN ? "{a = matrix.a}" : "");
        before = "";
    }
    before = "    needs: [";
    for (size_t i = 0; i < spec->n_links; i++) {
        /* None may stand twice. */
        if (spec->link[i].kind != LINK_NEEDS ||
            (i && spec->link[0].kind == LINK_NEEDS &&
             spec->link[0].from == spec->link[i].from))
            continue;
        ft_str_addf(text, "%ss%zu", before, spec->link[i].from);
        before = ", ";
    }
    if (*before == ',')
        ft_str_add(text, "]\n");
}

static void write_retry(struct ft_str *text, const struct spec *spec)
{
    const char *before = "";

    ft_str_addf(text, "    retry: {max: %u, backoff: 3 s, "
                "scale: {memory: %u}, on: [", spec->retry_max, spec->scale);
    for (unsigned o = 0; o < FT_OUTCOMES; o++) {
        if (!(spec->retry_on & 1u << o))
            continue;
        ft_str_addf(text, "%s%s", before, ft_outcome_names[o]);
        before = ", ";
    }
    ft_str_add(text, "]}\n");
}

static void write_stage(struct ft_str *text, const struct spec *spec,
                        size_t at)
{
    ft_str_addf(text, "  s%zu:\n    run: [\"true\"]\n", at);
    if (spec->outputs)
        ft_str_add(text, "    out: {o: {type: file, path: o}}\n");
    ft_str_addf(text, "    resources: {ranks: %u", spec->ranks);
    if (spec->memory_gib)
        ft_str_addf(text, ", memory: %u GiB", spec->memory_gib);
    ft_str_add(text, "}\n");
    if (spec->n_a)
        ft_str_add(text, "    matrix:\n");
    write_axis(text, "a", spec->n_a);
    write_axis(text, "b", spec->n_b);
    if (spec->when >= 0)
        ft_str_addf(text, "    when: \"${matrix.a < %d}\"\n", spec->when);
    if (spec->optional)
        ft_str_add(text, "    optional: true\n");
    write_retry(text, spec);
    write_links(text, spec);
}

/* --- the whole ------------------------------------------------------------ */

void world_open(struct world *w, uint64_t seed)
{
    struct ft_diags diags = FT_DIAGS_INIT;

    *w = (struct world){ .text = FT_STR_INIT };
    w->modules = ft_module_set_new(NULL);
    w->n_stages = 1 + sim_below(&seed, STAGES_MAX);
    ft_str_add(&w->text, "fedtwin: 1\nworkflow: random\nstages:\n");
    for (size_t s = 0; s < w->n_stages; s++) {
        random_spec(w, s, &seed);
        write_stage(&w->text, &w->spec[s], s);
    }
    w->wf = ft_workflow_parse("random.yaml", "/", w->text.s, w->text.len,
                              w->modules, NULL, 0, &diags);
    w->plan = w->wf ? ft_plan_new(w->wf, &diags) : NULL;
    if (!w->plan)
        FT_BUG("no plan: %s\n%s", diags.len ? diags.item[0].msg : "?",
               w->text.s);
    ft_diags_release(&diags);
}

void world_close(struct world *w)
{
    ft_plan_free(w->plan);
    ft_workflow_free(w->wf);
    ft_module_set_free(w->modules);
    ft_str_release(&w->text);
}

const struct spec *world_spec(const struct world *w, size_t task)
{
    const struct spec *spec = w->spec;

    while (task >= spec->first + spec->n)
        spec++;
    return spec;
}

bool world_feeds(const struct world *w, size_t task, const struct link *link,
                 size_t producer)
{
    const struct spec *to = world_spec(w, task);
    const struct spec *from = &w->spec[link->from];
    unsigned n_b = from->n_b ? from->n_b : 1;

    if (producer < from->first || producer >= from->first + from->n)
        return false;
    return link->kind != LINK_CHOSEN ||
           (producer - from->first) / n_b ==
               (task - to->first) / (to->n_b ? to->n_b : 1);
}

/* graph.c - needs, and an order of the stages or the circle against it */
#include <stdlib.h>

#include "base/alloc.h"
#include "base/str.h"
#include "model/build.h"

/* --- needs ---------------------------------------------------------------- */

static void add_needs(struct ft_stage *stage, size_t first, size_t n)
{
    stage->needs = ft_realloc(stage->needs, stage->n_needs + n,
                              sizeof(*stage->needs));
    for (size_t i = 0; i < n; i++)
        stage->needs[stage->n_needs++] = first + i;
}

static void read_need(struct ft_build *b, struct ft_stage *stage,
                      const struct ft_node *name)
{
    const struct ft_stage *from = ft_space_stage(b, stage->space, name->text);
    const struct ft_space *inner =
        from ? NULL : ft_space_inner(b, stage->space, name->text);

    if (from) {
        add_needs(stage, (size_t)(from - b->wf->stage), 1);
    } else if (inner) {
        add_needs(stage, inner->first, inner->n_stages);
    } else {
        ft_diag_add(b->diags, stage->text->doc, &name->mark,
                    FT_D_UNKNOWN_STAGE, "unknown stage '%s'", name->text);
        ft_hint_stage(b, stage->space, name->text);
    }
}

void ft_needs_read(struct ft_build *b, struct ft_stage *stage)
{
    const struct ft_node *needs = ft_node_get(stage->node, "needs");
    const struct ft_stage *use = stage->space->use;

    if (needs && needs->kind == FT_NODE_SCALAR)
        read_need(b, stage, needs);
    for (size_t i = 0; needs && i < needs->n; i++)
        read_need(b, stage, needs->item[i]);
    for (size_t i = 0; use && i < use->n_needs; i++)
        add_needs(stage, use->needs[i], 1);
}

/* --- order ---------------------------------------------------------------- */

enum colour { WHITE, GREY, BLACK };

/* Depth first with a stack of its own: a chain may be ten thousand long. */
struct walk {
    struct ft_build *b;
    enum colour *colour;
    size_t *stack; /* the grey stages, from where the walk began */
    size_t *next;  /* the next edge of each */
    size_t depth;
    size_t n_order;
    bool circle;
};

/* Edge 'k' of a stage: inputs first, then 'needs', then what the stages that it
 * goes round with need. */
static bool edge(const struct ft_stage *stage, size_t k, size_t *to)
{
    for (size_t i = 0; i < stage->n_in; i++) {
        if (stage->in[i].kind != FT_SOURCE_OBJECT)
            continue;
        if (!k--) {
            *to = stage->in[i].stage;
            return true;
        }
    }
    if (stage->rows && stage->rows->kind == FT_SOURCE_OBJECT && !k--) {
        *to = stage->rows->stage;
        return true;
    }
    if (k < stage->n_needs) {
        *to = stage->needs[k];
        return true;
    }
    k -= stage->n_needs;
    if (!ft_stage_in_round(stage) || k >= stage->loop->n_before)
        return false;
    *to = stage->loop->before[k];
    return true;
}

/* The grey stages from 'to' on are the circle. */
static void report_circle(struct walk *w, size_t to)
{
    const struct ft_workflow *wf = w->b->wf;
    struct ft_str text = FT_STR_INIT;
    size_t i = w->depth;

    while (w->stack[i - 1] != to)
        i--;
    for (; i <= w->depth; i++)
        ft_str_addf(&text, "%s <- ", wf->stage[w->stack[i - 1]].name);
    ft_str_add(&text, wf->stage[to].name);
    ft_diag_add(w->b->diags, wf->stage[to].text->doc, &wf->stage[to].mark,
                FT_D_CYCLE, "stages depend on each other in a circle: %s",
                text.s);
    ft_str_release(&text);
    w->circle = true;
}

static void push(struct walk *w, size_t stage)
{
    w->colour[stage] = GREY;
    w->next[stage] = 0;
    w->stack[w->depth++] = stage;
}

static void visit(struct walk *w, size_t from)
{
    push(w, from);
    while (w->depth) {
        size_t at = w->stack[w->depth - 1], to;

        if (!edge(&w->b->wf->stage[at], w->next[at]++, &to)) {
            w->colour[at] = BLACK;
            w->b->wf->order[w->n_order++] = at;
            w->depth--;
        } else if (w->colour[to] == WHITE) {
            push(w, to);
        } else if (w->colour[to] == GREY) {
            report_circle(w, to);
        }
    }
}

bool ft_order_find(struct ft_build *b)
{
    size_t n = b->wf->n_stages;
    struct walk w = { .b = b,
                      .colour = ft_calloc(n, sizeof(*w.colour)),
                      .stack = ft_calloc(n, sizeof(*w.stack)),
                      .next = ft_calloc(n, sizeof(*w.next)) };

    ft_rounds_connect(b);
    b->wf->order = ft_calloc(n, sizeof(*b->wf->order));
    for (size_t i = 0; i < n; i++)
        if (w.colour[i] == WHITE)
            visit(&w, i);
    free(w.colour);
    free(w.stack);
    free(w.next);
    return !w.circle;
}

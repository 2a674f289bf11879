/* log_graph.c - the lines beside a list of states that show how they follow */
#include "cli/log_graph.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

void ft_log_graph_release(struct ft_log_graph *graph)
{
    free(graph->lane);
    *graph = (struct ft_log_graph){ 0 };
}

static void insert(struct ft_log_graph *graph, size_t at, const char *id)
{
    graph->lane = ft_grow(graph->lane, graph->n, &graph->cap,
                          sizeof(*graph->lane));
    memmove(graph->lane + at + 1, graph->lane + at,
            (graph->n - at) * sizeof(*graph->lane));
    graph->n++;
    memcpy(graph->lane[at], id, sizeof(*graph->lane));
}

static void drop(struct ft_log_graph *graph, size_t at)
{
    graph->n--;
    memmove(graph->lane + at, graph->lane + at + 1,
            (graph->n - at) * sizeof(*graph->lane));
}

/* The first lane from 'from' on that leads to 'id', or n. */
static size_t find(const struct ft_log_graph *graph, size_t from,
                   const char *id)
{
    while (from < graph->n && strcmp(graph->lane[from], id) != 0)
        from++;
    return from;
}

/* Lanes 'n' of them go straight down, a sign where the state is. */
static void add_lanes(struct ft_str *out, size_t n, size_t mark, char sign)
{
    for (size_t i = 0; i < n; i++) {
        ft_str_addc(out, i == mark ? sign : '|');
        ft_str_addc(out, ' ');
    }
}

/* Lane 'from' runs into lane 'to' on its left, those behind move up. */
static void add_join(struct ft_str *out, size_t n, size_t to, size_t from)
{
    for (size_t i = 0; i < from; i++) {
        ft_str_addc(out, '|');
        ft_str_addc(out, i + 1 == from ? '/' : i >= to ? '_' : ' ');
    }
    for (size_t i = from + 1; i < n; i++)
        ft_str_add(out, " /");
    ft_str_addc(out, '\n');
}

/* A second lane leaves lane 'at', those behind make room. */
static void add_fork(struct ft_str *out, size_t n, size_t at)
{
    add_lanes(out, at, n, ' ');
    ft_str_add(out, "|\\");
    for (size_t i = at + 1; i < n; i++)
        ft_str_add(out, " \\");
    ft_str_addc(out, '\n');
}

void ft_log_graph_next(struct ft_log_graph *graph,
                       const struct ft_state *state, struct ft_str *before,
                       struct ft_str *head, struct ft_str *body,
                       struct ft_str *after)
{
    size_t at = find(graph, 0, state->id), other;

    if (at == graph->n)
        insert(graph, at, state->id);
    while ((other = find(graph, at + 1, state->id)) < graph->n) {
        add_join(before, graph->n, at, other);
        drop(graph, other);
    }
    add_lanes(head, graph->n, at, state->undone ? 'o' : '*');
    if (!*state->parent) {
        drop(graph, at);
        add_lanes(body, graph->n + 1, at, ' ');
        return;
    }
    add_lanes(body, graph->n, graph->n, ' ');
    memcpy(graph->lane[at], state->parent, sizeof(state->parent));
    if (*state->merge) {
        add_fork(after, graph->n, at);
        insert(graph, at + 1, state->merge);
    }
}

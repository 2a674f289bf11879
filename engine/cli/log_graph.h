/* log_graph.h - the lines beside a list of states that show how they follow */
#ifndef FT_CLI_LOG_GRAPH_H
#define FT_CLI_LOG_GRAPH_H

#include "base/str.h"
#include "data/history/history.h"

/* Each lane leads down to a state that is still to come. */
struct ft_log_graph {
    char (*lane)[FT_SHA256_HEX + 1];
    size_t n, cap;
};
#define FT_LOG_GRAPH_INIT { 0 }

/* The next state, after those that came of it: append to 'head' the line
 * beside its first line, to 'body' the one beside its others; whole lines that
 * come before and after the state go to 'before' and 'after'. */
void ft_log_graph_next(struct ft_log_graph *graph,
                       const struct ft_state *state, struct ft_str *before,
                       struct ft_str *head, struct ft_str *body,
                       struct ft_str *after);
void ft_log_graph_release(struct ft_log_graph *graph);

#endif

/* lineage_text.c - a lineage graph as text, as JSON and for Graphviz */
#include "cli/lineage_text.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/str.h"

#define SCHEMA 1
#define ID_SHOWN 12
#define INDENT 2
#define INDENT_MAX 60 /* columns: a loop may be 100,000 turns deep */

/* --- edges by the end at which they start --------------------------------- */

/* at[i] .. at[i+1] are the edges of node i in 'edge'. */
struct fan {
    size_t *at;
    const struct ft_lineage_edge **edge;
};

static size_t end_of(const struct ft_lineage_edge *edge, unsigned way)
{
    return way == FT_LINEAGE_UP ? edge->to : edge->from;
}

static size_t other_end(const struct ft_lineage_edge *edge, unsigned way)
{
    return way == FT_LINEAGE_UP ? edge->from : edge->to;
}

static void fan_init(struct fan *fan, const struct ft_lineage *lineage,
                     unsigned way)
{
    size_t *next = ft_calloc(lineage->n + 1, sizeof(*next));

    fan->at = ft_calloc(lineage->n + 2, sizeof(*fan->at));
    fan->edge = ft_calloc(lineage->n_edges + 1, sizeof(*fan->edge));
    for (size_t i = 0; i < lineage->n_edges; i++)
        fan->at[end_of(&lineage->edge[i], way) + 1]++;
    for (size_t i = 0; i < lineage->n; i++) {
        fan->at[i + 1] += fan->at[i];
        next[i] = fan->at[i];
    }
    for (size_t i = 0; i < lineage->n_edges; i++)
        fan->edge[next[end_of(&lineage->edge[i], way)]++] = &lineage->edge[i];
    free(next);
}

static void fan_release(struct fan *fan)
{
    free(fan->at);
    free(fan->edge);
}

/* --- text ----------------------------------------------------------------- */

static void add_params(struct ft_str *out, struct json_object *params)
{
    if (!json_object_is_type(params, json_type_object))
        return;
    json_object_object_foreach(params, key, value) {
        struct json_object *number = ft_json_or_null(value, "value");

        ft_str_addf(out, " %s=", key);
        if (number)
            ft_str_addf(out, "%s %s", json_object_get_string(number),
                        ft_json_str_or(value, "unit", ""));
        else
            ft_str_add(out, json_object_to_json_string_ext(
                                value, JSON_C_TO_STRING_PLAIN));
    }
}

static int pad_of(size_t depth)
{
    return depth * INDENT < INDENT_MAX ? (int)depth * INDENT : INDENT_MAX;
}

static void add_made(struct ft_str *out, struct json_object *r, int pad)
{
    const char *run = ft_json_str_or(r, "run", NULL);
    const char *version = ft_json_str_or(r, "module_version", NULL);

    if (run && *run) {
        ft_str_addf(out, "%*s  by %s, module %s", pad, "",
                    ft_json_str_or(r, "task", "?"),
                    ft_json_str_or(r, "module", "?"));
        if (version && *version)
            ft_str_addf(out, " %s", version);
        add_params(out, ft_json_or_null(r, "params"));
        ft_str_addf(out, "\n%*s  run %s", pad, "", run);
    } else {
        ft_str_addf(out, "%*s  put from file %s", pad, "",
                    ft_json_str_or(r, "source", "?"));
    }
    ft_str_addf(out, " on %s (%s) by %s, ended %s\n",
                ft_json_str_or(r, "host", "?"), ft_json_str_or(r, "site", "?"),
                ft_json_str_or(r, "user", "?"), ft_json_str_or(r, "end", "?"));
}

static void add_foreign(struct ft_str *out, const struct ft_foreign *foreign,
                        int pad)
{
    char when[FT_TIME_TEXT];

    if (!foreign->project)
        return;
    ft_time_text(foreign->exported_us * 1000, when);
    ft_str_addf(out, "%*s  imported from project '%s', exported by %s, %s\n",
                pad, "", foreign->project, foreign->user, when);
}

/* The user's own files end a path. */
static void add_files(struct ft_str *out, struct json_object *r, int pad)
{
    struct json_object *inputs = ft_json_or_null(r, "inputs");

    if (!json_object_is_type(inputs, json_type_array))
        return;
    for (size_t i = 0; i < json_object_array_length(inputs); i++) {
        struct json_object *input = json_object_array_get_idx(inputs, i);

        if (!ft_json_str_or(input, "version", NULL))
            ft_str_addf(out, "%*s  from %s: file %s\n", pad, "",
                        ft_json_str_or(input, "name", "?"),
                        ft_json_str_or(input, "path", "?"));
    }
}

static const char *name_of(const struct ft_lineage_node *node)
{
    return node->known ? node->version.object : "(not in this project)";
}

/* A node that is still to be shown, the last of the stack first. */
struct step {
    size_t node, depth;
    const struct ft_lineage_edge *by; /* that led here, or NULL */
};

struct tree {
    const struct ft_lineage *lineage;
    unsigned way;
    struct fan fan;
    bool *shown;
    struct step *stack;
    size_t n, cap;
    struct ft_str *out;
};

static void push(struct tree *t, struct step step)
{
    t->stack = ft_grow(t->stack, t->n, &t->cap, sizeof(*t->stack));
    t->stack[t->n++] = step;
}

static void push_next(struct tree *t, size_t node, size_t depth)
{
    for (size_t i = t->fan.at[node + 1]; i > t->fan.at[node]; i--)
        push(t, (struct step){ other_end(t->fan.edge[i - 1], t->way),
                               depth + 1, t->fan.edge[i - 1] });
}

/* 'again': what was made from it is shown elsewhere, in the tree above or with
 * the other way. */
static void show(struct tree *t, const struct step *step, bool again)
{
    const struct ft_lineage_node *node = &t->lineage->node[step->node];
    struct json_object *record;
    int pad = pad_of(step->depth);

    if (step->by)
        ft_str_addf(t->out, "%*s  %s %s\n", pad_of(step->depth - 1), "",
                    t->way == FT_LINEAGE_UP ? "from" : "into", step->by->name);
    ft_str_addf(t->out, "%*s%s  %.*s%s\n", pad, "", name_of(node), ID_SHOWN,
                node->version.id,
                again                ? "  (see above)"
                : node->version.gone ? "  (removed)"
                                     : "");
    if (again || !node->known)
        return;
    record = ft_lineage_record(node);
    add_made(t->out, record, pad);
    add_foreign(t->out, &node->foreign, pad);
    add_files(t->out, record, pad);
    json_object_put(record);
}

static void grow(struct tree *t, size_t root)
{
    push(t, (struct step){ root, 0, NULL });
    while (t->n) {
        struct step step = t->stack[--t->n];
        bool again = t->shown[step.node];

        /* The root of the other way has been shown; not what is behind it. */
        if (step.by || !again)
            show(t, &step, again);
        if (again && step.by)
            continue;
        t->shown[step.node] = true;
        push_next(t, step.node, step.depth);
    }
}

void ft_lineage_text(const struct ft_lineage *lineage, unsigned ways,
                     struct ft_str *out)
{
    static const unsigned order[] = { FT_LINEAGE_UP, FT_LINEAGE_DOWN };
    struct tree tree[FT_ARRAY_LEN(order)] = { 0 };
    bool *shown = ft_calloc(lineage->n + 1, sizeof(*shown));

    for (size_t w = 0; w < FT_ARRAY_LEN(order); w++) {
        tree[w] = (struct tree){ .lineage = lineage, .way = order[w],
                                 .shown = shown, .out = out };
        fan_init(&tree[w].fan, lineage, order[w]);
    }
    for (size_t i = 0; i < lineage->n; i++) {
        if (!lineage->node[i].asked || shown[i])
            continue;
        for (size_t w = 0; w < FT_ARRAY_LEN(order); w++)
            if (ways & order[w])
                grow(&tree[w], i);
    }
    for (size_t w = 0; w < FT_ARRAY_LEN(order); w++) {
        fan_release(&tree[w].fan);
        free(tree[w].stack);
    }
    free(shown);
    if (lineage->cut)
        ft_str_add(out, "(not followed further: --depth)\n");
}

/* --- JSON ----------------------------------------------------------------- */

static struct json_object *ends_json(const struct ft_lineage *lineage,
                                     const struct fan *fan, unsigned way,
                                     size_t node)
{
    struct json_object *list = json_object_new_array();

    for (size_t i = fan->at[node]; i < fan->at[node + 1]; i++)
        json_object_array_add(
            list, json_object_new_string(
                      lineage->node[other_end(fan->edge[i], way)].version.id));
    return list;
}

struct json_object *ft_lineage_json(const struct ft_lineage *lineage)
{
    struct json_object *obj = json_object_new_object();
    struct json_object *list = json_object_new_array();
    struct fan up, down;

    fan_init(&up, lineage, FT_LINEAGE_UP);
    fan_init(&down, lineage, FT_LINEAGE_DOWN);
    for (size_t i = 0; i < lineage->n; i++) {
        struct json_object *node = json_object_new_object();

        ft_json_add_str(node, "version", lineage->node[i].version.id);
        json_object_object_add(node, "record",
                               ft_lineage_record(&lineage->node[i]));
        if (lineage->node[i].foreign.project)
            json_object_object_add(
                node, "foreign",
                ft_foreign_json(&lineage->node[i].foreign));
        json_object_object_add(node, "from",
                               ends_json(lineage, &up, FT_LINEAGE_UP, i));
        json_object_object_add(node, "into",
                               ends_json(lineage, &down, FT_LINEAGE_DOWN, i));
        json_object_array_add(list, node);
    }
    fan_release(&up);
    fan_release(&down);
    ft_json_add_int(obj, "schema", SCHEMA);
    json_object_object_add(obj, "versions", list);
    ft_json_add_bool(obj, "cut", lineage->cut);
    return obj;
}

/* --- Graphviz ------------------------------------------------------------- */

/* Quotes and backslashes are all that DOT strings need. */
static void add_dot_text(struct ft_str *out, const char *text)
{
    for (; *text; text++) {
        if (*text == '"' || *text == '\\')
            ft_str_addc(out, '\\');
        ft_str_addc(out, *text);
    }
}

static void add_dot_node(struct ft_str *out, const char *id,
                         const char *label, const char *more,
                         const char *style)
{
    ft_str_addf(out, "  \"%s\" [%s, label=\"", id, style);
    add_dot_text(out, label);
    ft_str_add(out, "\\n");
    add_dot_text(out, more);
    ft_str_add(out, "\"];\n");
}

static void add_dot_edge(struct ft_str *out, const char *from, const char *to,
                         const char *label)
{
    ft_str_addf(out, "  \"%s\" -> \"%s\" [label=\"", from, to);
    add_dot_text(out, label);
    ft_str_add(out, "\"];\n");
}

/* A file of the user's is one node for each content. */
static void add_dot_files(struct ft_str *out,
                          const struct ft_lineage_node *node,
                          struct json_object *record, struct ft_map *seen)
{
    struct json_object *inputs = ft_json_or_null(record, "inputs");

    if (!json_object_is_type(inputs, json_type_array))
        return;
    for (size_t i = 0; i < json_object_array_length(inputs); i++) {
        struct json_object *input = json_object_array_get_idx(inputs, i);
        const char *content = ft_json_str_or(input, "content", "");

        if (ft_json_str_or(input, "version", NULL))
            continue;
        if (!ft_map_put(seen, content, seen))
            add_dot_node(out, content, ft_json_str_or(input, "path", "?"),
                         "file", "shape=note");
        add_dot_edge(out, content, node->version.id,
                     ft_json_str_or(input, "name", "?"));
    }
}

void ft_lineage_dot(const struct ft_lineage *lineage, struct ft_str *out)
{
    struct ft_map seen = FT_MAP_INIT;

    ft_str_add(out, "digraph lineage {\n  rankdir=LR;\n");
    for (size_t i = 0; i < lineage->n; i++) {
        const struct ft_lineage_node *node = &lineage->node[i];
        struct json_object *record = ft_lineage_record(node);

        add_dot_node(out, node->version.id, name_of(node),
                     ft_json_str_or(record, "module", ""),
                     node->asked ? "shape=box, style=bold" : "shape=box");
        add_dot_files(out, node, record, &seen);
        json_object_put(record);
    }
    for (size_t i = 0; i < lineage->n_edges; i++)
        add_dot_edge(out, lineage->node[lineage->edge[i].from].version.id,
                     lineage->node[lineage->edge[i].to].version.id,
                     lineage->edge[i].name);
    ft_str_add(out, "}\n");
    ft_map_release(&seen);
}

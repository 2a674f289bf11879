/* cmd_lineage.c - fedtwin lineage: how a version was made */
#include <stdio.h>

#include "base/err.h"
#include "base/json.h"
#include "base/map.h"
#include "base/str.h"
#include "cli/open.h"
#include "cli/term.h"

#define SCHEMA 1
#define STATUS_USAGE 2
#define ID_SHOWN 12
#define DEPTH_MAX 1000

/* What is printed grows as inputs are followed; each version appears once in a
 * graph and is named again, not repeated, in a text. */
struct walk {
    struct ft_session *s;
    struct ft_map seen; /* version id -> the walk itself */
    struct ft_str out;
    struct json_object *list; /* --json */
    bool dot;
    long depth_max;
};

static void add_params(struct ft_str *out, struct json_object *params)
{
    if (!params)
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

static void add_text(struct walk *w, const char *id, struct json_object *r,
                     long depth)
{
    const char *run = ft_json_str_or(r, "run", NULL);
    const char *version = ft_json_str_or(r, "module_version", NULL);
    int pad = (int)depth * 2;

    ft_str_addf(&w->out, "%*s%s  %.*s\n", pad, "",
                ft_json_str_or(r, "object", "?"), ID_SHOWN, id);
    if (run && *run) {
        ft_str_addf(&w->out, "%*s  by %s, module %s", pad, "",
                    ft_json_str_or(r, "task", "?"),
                    ft_json_str_or(r, "module", "?"));
        if (version && *version)
            ft_str_addf(&w->out, " %s", version);
        add_params(&w->out, ft_json_or_null(r, "params"));
        ft_str_addf(&w->out, "\n%*s  run %s", pad, "", run);
    } else {
        ft_str_addf(&w->out, "%*s  put from file %s", pad, "",
                    ft_json_str_or(r, "source", "?"));
    }
    ft_str_addf(&w->out, " on %s (%s) by %s, ended %s\n",
                ft_json_str_or(r, "host", "?"), ft_json_str_or(r, "site", "?"),
                ft_json_str_or(r, "user", "?"), ft_json_str_or(r, "end", "?"));
}

/* Quotes and backslashes are all that DOT strings need. */
static void add_dot_text(struct ft_str *out, const char *text)
{
    for (; *text; text++) {
        if (*text == '"' || *text == '\\')
            ft_str_addc(out, '\\');
        ft_str_addc(out, *text);
    }
}

static void add_dot_node(struct walk *w, const char *id, const char *label,
                         const char *more, const char *shape)
{
    ft_str_addf(&w->out, "  \"%s\" [shape=%s, label=\"", id, shape);
    add_dot_text(&w->out, label);
    ft_str_add(&w->out, "\\n");
    add_dot_text(&w->out, more);
    ft_str_add(&w->out, "\"];\n");
}

static void add_dot_edge(struct walk *w, const char *from, const char *to,
                         const char *label)
{
    ft_str_addf(&w->out, "  \"%s\" -> \"%s\" [label=\"", from, to);
    add_dot_text(&w->out, label);
    ft_str_add(&w->out, "\"];\n");
}

static int visit(struct walk *w, const char *id, long depth,
                 struct ft_err *err);

/* A file of the user's ends a path; a version is followed. */
static int visit_input(struct walk *w, const char *id,
                       struct json_object *input, long depth,
                       struct ft_err *err)
{
    const char *version = ft_json_str_or(input, "version", NULL);
    const char *name = ft_json_str_or(input, "name", "?");
    const char *content = ft_json_str_or(input, "content", "");

    if (w->dot) {
        if (!version && !ft_map_put(&w->seen, content, w))
            add_dot_node(w, content, ft_json_str_or(input, "path", "?"),
                         "file", "note");
        add_dot_edge(w, version ? version : content, id, name);
    } else if (!w->list) {
        ft_str_addf(&w->out, "%*s  from %s%s%s\n", (int)depth * 2, "", name,
                    version ? "" : ": file ",
                    version ? "" : ft_json_str_or(input, "path", "?"));
    }
    return version ? visit(w, version, depth + 1, err) : 0;
}

static void add_json(struct walk *w, const char *id, struct json_object *r)
{
    struct json_object *obj = json_object_new_object();

    ft_json_add_str(obj, "version", id);
    json_object_object_add(obj, "record", json_object_get(r));
    json_object_array_add(w->list, obj);
}

static int visit(struct walk *w, const char *id, long depth,
                 struct ft_err *err)
{
    bool again = ft_map_put(&w->seen, id, w) != NULL;
    struct json_object *r, *inputs;
    int rc = 0;

    if (again && (w->dot || w->list))
        return 0;
    r = ft_store_lineage(w->s->store, id, err);
    if (!r)
        return -1;
    if (w->dot)
        add_dot_node(w, id, ft_json_str_or(r, "object", "?"),
                     ft_json_str_or(r, "module", ""), "box");
    else if (w->list)
        add_json(w, id, r);
    else
        add_text(w, id, r, depth);
    inputs = ft_json_or_null(r, "inputs");
    if (again && inputs && json_object_array_length(inputs))
        ft_str_addf(&w->out, "%*s  (its inputs are above)\n", (int)depth * 2,
                    "");
    else if (depth < w->depth_max)
        for (size_t i = 0;
             rc == 0 && inputs && i < json_object_array_length(inputs); i++)
            rc = visit_input(w, id, json_object_array_get_idx(inputs, i),
                             depth, err);
    json_object_put(r);
    return rc;
}

static void print_walk(struct walk *w)
{
    struct json_object *obj;

    if (w->list) {
        obj = json_object_new_object();
        ft_json_add_int(obj, "schema", SCHEMA);
        json_object_object_add(obj, "versions", w->list);
        ft_print_json(obj);
        w->list = NULL;
    } else if (w->dot) {
        printf("digraph lineage {\n  rankdir=LR;\n%s}\n", w->out.s);
    } else {
        fputs(w->out.s, stdout);
    }
}

int ft_cmd_lineage(struct ft_cli *cli)
{
    struct ft_session s = FT_SESSION_INIT;
    struct ft_versions versions = { 0 };
    struct walk w = { .s = &s, .out = FT_STR_INIT };
    struct ft_err err;
    int status;

    w.depth_max = ft_cli_number(cli, "depth", DEPTH_MAX);
    if (w.depth_max < 0)
        return STATUS_USAGE;
    w.dot = ft_cli_has(cli, "dot");
    w.list = ft_cli_has(cli, "json") ? json_object_new_array() : NULL;
    status = ft_session_store(&s, FT_STORE_READ);
    if (!status && ft_store_resolve(s.store, cli->arg[0], &versions, &err) < 0)
        status = ft_print_err(&err);
    for (size_t i = 0; !status && i < versions.n; i++)
        if (visit(&w, versions.item[i].id, 0, &err) < 0)
            status = ft_print_err(&err);
    if (!status)
        print_walk(&w);
    json_object_put(w.list);
    ft_str_release(&w.out);
    ft_map_release(&w.seen);
    ft_versions_release(&versions);
    ft_session_close(&s);
    return status;
}

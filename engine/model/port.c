/* port.c - inputs and outputs as a manifest or a stage declares them */
#include "model/port.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/path.h"
#include "base/str.h"
#include "text/field.h"

/* Of a module, and of a workflow that another uses. */
#define IN_FIELDS                                                           \
    { .key = "type", .type = FT_FIELD_CHOICE, .required = true,             \
      .choices = ft_object_type_names, .doc = "type of object" },           \
    { .key = "unit", .type = FT_FIELD_TEXT,                                 \
      .doc = "unit of a field or image; without it any will do" },          \
    { .key = "optional", .type = FT_FIELD_BOOL, .doc = "may be left out" }, \
    { .key = "many", .type = FT_FIELD_BOOL,                                 \
      .doc = "takes any number of objects, as a gathered matrix gives" },   \
    { .key = "format", .type = FT_FIELD_LIST, .of = FT_FIELD_TEXT,          \
      .scalar_ok = true, .doc = "endings that a file may have" },           \
    { .key = "doc", .type = FT_FIELD_TEXT,                                  \
      .doc = "one sentence for the manual" }

const struct ft_field ft_in_fields[] = {
    IN_FIELDS,
    { .key = "shown_in", .type = FT_FIELD_TEXT,
      .doc = "parameter with the unit that values of a field or image are "
             "shown in: it has their dimension" },
    { 0 },
};

const struct ft_field ft_workflow_in_fields[] = {
    IN_FIELDS,
    { .key = "default", .type = FT_FIELD_TEXT,
      .doc = "path, or ${store('...')}, of an input that is not given" },
    { 0 },
};

const struct ft_field ft_out_fields[] = {
    { .key = "type", .type = FT_FIELD_CHOICE, .required = true,
      .choices = ft_object_type_names, .doc = "type of object" },
    { .key = "unit", .type = FT_FIELD_TEXT,
      .doc = "unit of a field or image; 'any': the file says it" },
    { .key = "optional", .type = FT_FIELD_BOOL,
      .doc = "the program may leave it out" },
    { .key = "path", .type = FT_FIELD_TEXT,
      .doc = "file in the attempt directory; NAME.h5 when not said" },
    { .key = "media_type", .type = FT_FIELD_TEXT,
      .doc = "media type of a file, such as image/png" },
    { .key = "doc", .type = FT_FIELD_TEXT,
      .doc = "one sentence for the manual" },
    { 0 },
};

/* Of an output whose unit follows from what the task is given: the file says
 * it, and readers compare. */
#define ANY_UNIT "any"

/* What the engine itself puts into an attempt directory. */
static const char *const reserved[] = {
    "task.json", "result.json", "stdout.txt", "stderr.txt",
    "progress.ndjson", "in",
};

struct reader {
    const struct ft_doc *doc;
    const struct ft_node *node;
    struct ft_port *port;
    struct ft_diags *diags;
};

static bool has_unit(enum ft_object_type type)
{
    return type == FT_OBJECT_FIELD || type == FT_OBJECT_IMAGE;
}

static bool refuse_key(const struct reader *r, const char *key)
{
    const struct ft_node *at = ft_node_key(r->node, key);

    if (!at)
        return true;
    ft_diag_add(r->diags, r->doc, &at->mark, FT_D_UNKNOWN_KEY,
                "'%s' of type %s cannot have '%s'", r->port->name,
                ft_object_type_text(r->port->type), key);
    return false;
}

static bool read_unit(const struct reader *r, bool input)
{
    const struct ft_node *unit = ft_node_get(r->node, "unit");
    struct ft_err err = { 0 };

    if (!has_unit(r->port->type))
        return refuse_key(r, "unit");
    if (input ? !unit : unit && strcmp(unit->text, ANY_UNIT) == 0)
        return true;
    if (!unit) {
        ft_diag_add(r->diags, r->doc, &r->port->mark, FT_D_MISSING_KEY,
                    "the %s '%s' lacks the key 'unit'",
                    ft_object_type_text(r->port->type), r->port->name);
        ft_diag_hint(r->diags, "values without dimension have the unit 1");
        return false;
    }
    r->port->unit = ft_unit_parse(unit->text, &err);
    if (r->port->unit)
        return true;
    ft_diag_err(r->diags, r->doc, &unit->mark, FT_D_UNIT, &err);
    return false;
}

static bool read_shown(const struct reader *r)
{
    const struct ft_node *shown = ft_node_get(r->node, "shown_in");

    if (!has_unit(r->port->type))
        return refuse_key(r, "shown_in");
    if (shown)
        r->port->shown_in = ft_strdup(shown->text);
    return true;
}

static bool is_reserved(const char *path)
{
    size_t len = strcspn(path, "/");

    for (size_t i = 0; i < FT_ARRAY_LEN(reserved); i++)
        if (strlen(reserved[i]) == len && !memcmp(reserved[i], path, len))
            return true;
    return false;
}

static bool bad_path(const struct reader *r, const struct ft_node *at,
                     const char *why, const char *hint)
{
    ft_diag_add(r->diags, r->doc, at ? &at->mark : &r->port->mark,
                FT_D_NAME, "the path of output '%s' %s", r->port->name, why);
    ft_diag_hint(r->diags, "%s", hint);
    return false;
}

static bool read_path(const struct reader *r)
{
    const struct ft_node *path = ft_node_get(r->node, "path");

    if (!path && r->port->type == FT_OBJECT_FILE)
        return bad_path(r, NULL, "is missing",
                        "a file has no usual name: say 'path: NAME.END'");
    if (!path) {
        r->port->path = ft_asprintf("%s.h5", r->port->name);
        return true;
    }
    if (ft_node_has_expr(path))
        return bad_path(r, path, "cannot hold an expression",
                        "each attempt has a directory of its own: the "
                        "same name does for all");
    if (!path->len || !ft_path_is_below(path->text))
        return bad_path(r, path, "leaves the attempt directory",
                        "say a relative path without '..'");
    if (is_reserved(path->text))
        return bad_path(r, path, "is one that the engine uses itself",
                        "take another name");
    r->port->path = ft_strdup(path->text);
    return true;
}

static bool read_media_type(const struct reader *r)
{
    const struct ft_node *type = ft_node_get(r->node, "media_type");
    size_t len;

    if (r->port->type != FT_OBJECT_FILE)
        return refuse_key(r, "media_type");
    if (!type)
        return true;
    len = strcspn(type->text, "/");
    if (!len || !type->text[len] || !type->text[len + 1]) {
        ft_diag_add(r->diags, r->doc, &type->mark, FT_D_NAME,
                    "'%s' is not a media type", type->text);
        ft_diag_hint(r->diags, "for example 'image/png'");
        return false;
    }
    r->port->media_type = ft_strdup(type->text);
    return true;
}

static bool read_format(const struct reader *r)
{
    const struct ft_node *format = ft_node_get(r->node, "format");
    struct ft_str all = FT_STR_INIT;

    if (r->port->type != FT_OBJECT_FILE)
        return refuse_key(r, "format");
    if (!format)
        return true;
    if (format->kind == FT_NODE_SCALAR)
        ft_str_add(&all, format->text);
    for (size_t i = 0; i < format->n; i++)
        ft_str_addf(&all, "%s%s", i ? " " : "", format->item[i]->text);
    r->port->format = ft_str_take(&all);
    return true;
}

static bool read_flag(const struct ft_node *node, const char *key)
{
    const struct ft_node *flag = ft_node_get(node, key);
    bool value = false;

    if (flag)
        ft_node_bool(flag, &value);
    return value;
}

static bool read_port(const struct reader *r, bool input)
{
    const struct ft_node *what = ft_node_get(r->node, "doc");
    bool ok;

    if (!ft_object_type_parse(ft_node_get(r->node, "type")->text,
                              &r->port->type))
        FT_BUG("the type of '%s' was not checked", r->port->name);
    if (what)
        r->port->doc = ft_strdup(what->text);
    r->port->optional = read_flag(r->node, "optional");
    r->port->many = read_flag(r->node, "many");
    ok = read_unit(r, input);
    if (input) {
        ok &= read_shown(r);
        return read_format(r) && ok;
    }
    ok &= read_path(r);
    return read_media_type(r) && ok;
}

/* Two outputs in one file would overwrite each other. */
static bool check_paths(const struct ft_doc *doc, const struct ft_port *port,
                        size_t n, struct ft_diags *diags)
{
    bool ok = true;

    for (size_t i = 1; i < n; i++) {
        for (size_t j = 0; j < i; j++) {
            if (!port[i].path || !port[j].path ||
                strcmp(port[i].path, port[j].path) != 0)
                continue;
            ft_diag_add(diags, doc, &port[i].mark, FT_D_NAME,
                        "the outputs '%s' and '%s' have the same path '%s'",
                        port[j].name, port[i].name, port[i].path);
            ok = false;
        }
    }
    return ok;
}

bool ft_ports_read(const struct ft_doc *doc, const struct ft_node *node,
                   bool input, struct ft_port **port, size_t *n,
                   struct ft_diags *diags)
{
    bool ok = true;

    *port = ft_calloc(node->n, sizeof(**port));
    for (*n = 0; *n < node->n; ++*n) {
        struct reader r = { .doc = doc, .node = node->item[*n],
                            .port = &(*port)[*n], .diags = diags };

        r.port->name = ft_strdup(node->key[*n]->text);
        r.port->mark = node->key[*n]->mark;
        ok &= read_port(&r, input);
    }
    return check_paths(doc, *port, *n, diags) && ok;
}

void ft_ports_release(struct ft_port *port, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        free(port[i].name);
        free(port[i].doc);
        free(port[i].path);
        free(port[i].media_type);
        free(port[i].format);
        free(port[i].shown_in);
    }
    free(port);
}

struct ft_port *ft_ports_copy(const struct ft_port *port, size_t n)
{
    struct ft_port *copy = ft_calloc(n, sizeof(*copy));

    for (size_t i = 0; i < n; i++) {
        copy[i] = port[i];
        copy[i].name = ft_strdup(port[i].name);
        copy[i].doc = ft_strdup(port[i].doc);
        copy[i].path = ft_strdup(port[i].path);
        copy[i].media_type = ft_strdup(port[i].media_type);
        copy[i].format = ft_strdup(port[i].format);
        copy[i].shown_in = ft_strdup(port[i].shown_in);
    }
    return copy;
}

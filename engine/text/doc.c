/* doc.c - from libyaml's events to a tree with limits
 *
 * lines.c has seen the text before; events build the tree bottom up.  libyaml
 * counts lines and columns from 0; here, and nowhere else, one is added.
 */
#include "text/doc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/map.h"
#include "base/path.h"
#include "base/str.h"
#include "text/lines.h"
#include "text/utf8.h"

struct ft_doc {
    char *file;
    char *text;
    size_t len;
    struct ft_node **node; /* every node, owned here: the tree is a DAG */
    size_t n_nodes, cap_nodes;
    struct ft_node *root;
};

/* A collection whose end has not been seen. */
struct frame {
    struct ft_node *node;
    struct ft_node *key; /* of a map: waiting for its value */
    size_t cap;
    size_t size;   /* nodes, aliases expanded */
    int height;    /* collections below this one */
    size_t anchor; /* index + 1, or 0 */
    struct ft_map seen; /* keys of a map */
};

struct anchor {
    char *name;
    struct ft_node *node;
    size_t size; /* 0: not closed yet */
    int height;
};

struct builder {
    struct ft_doc *doc;
    struct ft_diags *diags;
    yaml_parser_t yaml;
    struct frame frame[FT_DOC_DEPTH_MAX];
    int depth;
    struct anchor *anchor;
    size_t n_anchors, cap_anchors;
    size_t n_aliases;
    size_t size; /* nodes so far, aliases expanded */
};

/* --- places --------------------------------------------------------------- */

static struct ft_mark mark_of(const struct ft_doc *doc, yaml_mark_t start,
                              yaml_mark_t end)
{
    struct ft_mark mark = { .file = doc->file,
                            .line = (int)start.line + 1,
                            .col = (int)start.column + 1,
                            .width = 1 };

    if (end.line == start.line && end.column > start.column)
        mark.width = (int)(end.column - start.column);
    return mark;
}

/* --- syntax errors -------------------------------------------------------- */

/* The unquoted "${" that ended a plain scalar in flow style, or NULL. */
static const char *bare_expr(const char *line, size_t len, size_t col)
{
    const char *at = ft_utf8_skip(line, len, col);

    if (at > line && at < line + len && at[-1] == '$' && *at == '{')
        return at - 1;
    return NULL;
}

static void report_bare_expr(struct builder *b, struct ft_mark mark,
                             const char *line, size_t len, const char *at)
{
    const char *stop = memchr(at, '}', (size_t)(line + len - at));
    size_t n = stop ? (size_t)(stop + 1 - at) : 2;

    mark.col = (int)ft_utf8_count(line, (size_t)(at - line)) + 1;
    mark.width = (int)ft_utf8_count(at, n);
    ft_diag_add(b->diags, b->doc, &mark, FT_D_SYNTAX,
                "an expression has to be quoted inside {...} and [...]");
    if (stop)
        ft_diag_hint(b->diags, "write \"%.*s\"", (int)n, at);
    else
        ft_diag_hint(b->diags, "write \"${...}\"");
}

static bool tab_indents(const char *line, size_t len)
{
    size_t i = 0;

    while (i < len && (line[i] == ' ' || line[i] == '\t'))
        if (line[i++] == '\t')
            return true;
    return false;
}

/* What libyaml's parser says, in our words where they are better. */
static void report_syntax(struct builder *b)
{
    const yaml_parser_t *yaml = &b->yaml;
    struct ft_mark mark = mark_of(b->doc, yaml->problem_mark,
                                  yaml->problem_mark);
    size_t len = 0;
    const char *line = ft_doc_line(b->doc, mark.line, &len), *at;

    if (!yaml->problem) {
        ft_diag_add(b->diags, b->doc, &mark, FT_D_SYNTAX,
                    "the text is not well-formed YAML");
        return;
    }
    if (!len && yaml->context) { /* the end: show what was never closed */
        mark = mark_of(b->doc, yaml->context_mark, yaml->context_mark);
        ft_diag_add(b->diags, b->doc, &mark, FT_D_SYNTAX, "%s %s",
                    yaml->problem, yaml->context);
        return;
    }
    at = line ? bare_expr(line, len, yaml->problem_mark.column) : NULL;
    if (at) {
        report_bare_expr(b, mark, line, len, at);
        return;
    }
    if (line && tab_indents(line, len)) {
        ft_diag_add(b->diags, b->doc, &mark, FT_D_SYNTAX,
                    "a tab cannot indent in YAML");
        ft_diag_hint(b->diags, "use spaces");
        return;
    }
    ft_diag_add(b->diags, b->doc, &mark, FT_D_SYNTAX, "%s", yaml->problem);
    if (yaml->context && yaml->context_mark.line != yaml->problem_mark.line)
        ft_diag_hint(b->diags, "%s that starts in line %zu", yaml->context,
                     yaml->context_mark.line + 1);
    else if (yaml->context)
        ft_diag_hint(b->diags, "%s", yaml->context);
}

/* --- building ------------------------------------------------------------- */

static int limit(struct builder *b, const struct ft_mark *mark,
                 const char *what, size_t max)
{
    ft_diag_add(b->diags, b->doc, mark, FT_D_LIMIT, "more than %zu %s", max,
                what);
    return -1;
}

static void refuse(struct builder *b, const struct ft_mark *mark,
                   const char *what)
{
    ft_diag_add(b->diags, b->doc, mark, FT_D_TAG, "%s", what);
}

static struct ft_node *new_node(struct ft_doc *doc, enum ft_node_kind kind,
                                struct ft_mark mark)
{
    struct ft_node *node = ft_calloc(1, sizeof(*node));

    node->kind = kind;
    node->mark = mark;
    doc->node = ft_grow(doc->node, doc->n_nodes, &doc->cap_nodes,
                        sizeof(*doc->node));
    doc->node[doc->n_nodes++] = node;
    return node;
}

static void put_item(struct frame *frame, struct ft_node *value)
{
    struct ft_node *node = frame->node;

    if (node->n == frame->cap) {
        frame->cap = frame->cap ? frame->cap * 2 : 4;
        node->item = ft_realloc(node->item, frame->cap, sizeof(*node->item));
        if (node->kind == FT_NODE_MAP)
            node->key = ft_realloc(node->key, frame->cap, sizeof(*node->key));
    }
    if (node->kind == FT_NODE_MAP)
        node->key[node->n] = frame->key;
    node->item[node->n++] = value;
}

/* 'value' is the next child of the open map: a key, or the value of one.  A
 * key that cannot stand drops its value with it. */
static void add_to_map(struct builder *b, struct frame *frame,
                       struct ft_node *value, bool alias)
{
    const struct ft_node *first;

    if (!frame->key) {
        frame->key = value;
        if (value->kind != FT_NODE_SCALAR || alias)
            refuse(b, &value->mark, "a key has to be text");
        return;
    }
    if (frame->key->kind != FT_NODE_SCALAR)
        goto done; /* reported with the key */
    if (!frame->key->quoted && strcmp(frame->key->text, "<<") == 0) {
        refuse(b, &frame->key->mark, "merge keys ('<<') are not accepted");
        goto done;
    }
    first = ft_map_get(&frame->seen, frame->key->text);
    if (first) {
        ft_diag_add(b->diags, b->doc, &frame->key->mark, FT_D_DUPLICATE_KEY,
                    "the key '%s' stands twice", frame->key->text);
        ft_diag_hint(b->diags, "it is first in line %d", first->mark.line);
        goto done;
    }
    ft_map_put(&frame->seen, frame->key->text, frame->key);
    put_item(frame, value);
done:
    frame->key = NULL;
}

/* Put a complete node where it belongs. */
static void add_node(struct builder *b, struct ft_node *node, size_t size,
                    int height, bool alias)
{
    struct frame *frame;

    if (!b->depth) {
        b->doc->root = node;
        return;
    }
    frame = &b->frame[b->depth - 1];
    frame->size += size;
    if (height > frame->height)
        frame->height = height;
    if (frame->node->kind == FT_NODE_MAP)
        add_to_map(b, frame, node, alias);
    else
        put_item(frame, node);
}

static int count_nodes(struct builder *b, const struct ft_mark *mark,
                       size_t more)
{
    b->size += more;
    if (b->size > FT_DOC_NODES_MAX)
        return limit(b, mark, "values", FT_DOC_NODES_MAX);
    return 0;
}

/* Remember '&name'; the index + 1, or 0 without a name. */
static size_t add_anchor(struct builder *b, const yaml_char_t *name,
                         struct ft_node *node)
{
    if (!name)
        return 0;
    b->anchor = ft_grow(b->anchor, b->n_anchors, &b->cap_anchors,
                        sizeof(*b->anchor));
    b->anchor[b->n_anchors] = (struct anchor){
        .name = ft_strdup((const char *)name), .node = node
    };
    return ++b->n_anchors;
}

static void close_anchor(struct builder *b, size_t anchor, size_t size,
                         int height)
{
    if (!anchor)
        return;
    b->anchor[anchor - 1].size = size;
    b->anchor[anchor - 1].height = height;
}

static int on_scalar(struct builder *b, const yaml_event_t *event,
                     struct ft_mark mark)
{
    const char *text = (const char *)event->data.scalar.value;
    size_t len = event->data.scalar.length;
    struct ft_node *node;

    if (event->data.scalar.tag)
        refuse(b, &mark, "tags ('!...') are not accepted");
    if (len > FT_DOC_SCALAR_MAX)
        return limit(b, &mark, "bytes in one value", FT_DOC_SCALAR_MAX);
    if (memchr(text, '\0', len)) {
        ft_diag_add(b->diags, b->doc, &mark, FT_D_ENCODING,
                    "a NUL character may not stand in a value");
        return -1;
    }
    if (count_nodes(b, &mark, 1) < 0)
        return -1;
    node = new_node(b->doc, FT_NODE_SCALAR, mark);
    node->text = ft_strndup(text, len);
    node->len = len;
    node->quoted = event->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
    close_anchor(b, add_anchor(b, event->data.scalar.anchor, node), 1, 0);
    add_node(b, node, 1, 0, false);
    return 0;
}

static int on_open(struct builder *b, const yaml_event_t *event,
                   struct ft_mark mark)
{
    bool list = event->type == YAML_SEQUENCE_START_EVENT;
    const yaml_char_t *tag = list ? event->data.sequence_start.tag
                                  : event->data.mapping_start.tag;
    const yaml_char_t *anchor = list ? event->data.sequence_start.anchor
                                     : event->data.mapping_start.anchor;
    struct frame *frame;

    if (tag)
        refuse(b, &mark, "tags ('!...') are not accepted");
    if (b->depth == FT_DOC_DEPTH_MAX)
        return limit(b, &mark, "levels of nesting", FT_DOC_DEPTH_MAX);
    if (count_nodes(b, &mark, 1) < 0)
        return -1;
    frame = &b->frame[b->depth++];
    *frame = (struct frame){ .seen = FT_MAP_INIT, .size = 1 };
    frame->node = new_node(b->doc, list ? FT_NODE_LIST : FT_NODE_MAP, mark);
    frame->anchor = add_anchor(b, anchor, frame->node);
    return 0;
}

static int on_close(struct builder *b, const yaml_event_t *event)
{
    struct frame frame = b->frame[--b->depth];

    /* Flow style on one line: underline all of it. */
    if ((int)event->end_mark.line + 1 == frame.node->mark.line)
        frame.node->mark.width =
            (int)event->end_mark.column + 1 - frame.node->mark.col;
    ft_map_release(&frame.seen);
    close_anchor(b, frame.anchor, frame.size, frame.height + 1);
    add_node(b, frame.node, frame.size, frame.height + 1, false);
    return 0;
}

static int on_alias(struct builder *b, const yaml_event_t *event,
                    struct ft_mark mark)
{
    const char *name = (const char *)event->data.alias.anchor;
    const struct anchor *found = NULL;

    for (size_t i = b->n_anchors; i && !found; i--)
        if (strcmp(b->anchor[i - 1].name, name) == 0)
            found = &b->anchor[i - 1];
    if (!found || !found->size) {
        ft_diag_add(b->diags, b->doc, &mark, FT_D_SYNTAX,
                    found ? "the alias '*%s' stands inside its own anchor"
                          : "the alias '*%s' has no anchor before it",
                    name);
        return -1;
    }
    if (++b->n_aliases > FT_DOC_ALIASES_MAX)
        return limit(b, &mark, "aliases", FT_DOC_ALIASES_MAX);
    if (b->depth + found->height > FT_DOC_DEPTH_MAX)
        return limit(b, &mark, "levels of nesting", FT_DOC_DEPTH_MAX);
    if (count_nodes(b, &mark, found->size) < 0)
        return -1;
    add_node(b, found->node, found->size, found->height, true);
    return 0;
}

static int on_event(struct builder *b, const yaml_event_t *event)
{
    struct ft_mark mark = mark_of(b->doc, event->start_mark, event->end_mark);

    switch (event->type) {
    case YAML_DOCUMENT_START_EVENT:
        if (b->doc->root) {
            mark.width = 3;
            refuse(b, &mark, "a second document ('---') is not accepted");
            return -1;
        }
        return 0;
    case YAML_SCALAR_EVENT:
        return on_scalar(b, event, mark);
    case YAML_SEQUENCE_START_EVENT:
    case YAML_MAPPING_START_EVENT:
        return on_open(b, event, mark);
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT:
        return on_close(b, event);
    case YAML_ALIAS_EVENT:
        return on_alias(b, event, mark);
    default:
        return 0;
    }
}

/* All events; 0 when there is a tree. */
static int build(struct builder *b)
{
    bool more = true;
    int rc = 0;

    while (more && rc == 0) {
        yaml_event_t event;

        if (!yaml_parser_parse(&b->yaml, &event)) {
            report_syntax(b);
            return -1;
        }
        more = event.type != YAML_STREAM_END_EVENT;
        rc = on_event(b, &event);
        yaml_event_delete(&event);
    }
    if (rc == 0 && !b->doc->root) {
        struct ft_mark mark = { .file = b->doc->file };

        ft_diag_add(b->diags, NULL, &mark, FT_D_SYNTAX, "the file is empty");
        rc = -1;
    }
    return rc;
}

static void release_builder(struct builder *b)
{
    while (b->depth)
        ft_map_release(&b->frame[--b->depth].seen);
    for (size_t i = 0; i < b->n_anchors; i++)
        free(b->anchor[i].name);
    free(b->anchor);
    yaml_parser_delete(&b->yaml);
}

static struct ft_doc *new_doc(const char *file, const char *text, size_t len)
{
    struct ft_doc *doc = ft_calloc(1, sizeof(*doc));

    if (len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0) {
        text += 3; /* a byte order mark is no character of the first line */
        len -= 3;
    }
    doc->file = ft_strdup(file);
    doc->text = ft_strndup(text, len);
    doc->len = len;
    return doc;
}

struct ft_doc *ft_doc_parse(const char *file, const char *text, size_t len,
                            struct ft_diags *diags)
{
    struct builder b = { .diags = diags };
    struct ft_doc *doc;
    int rc = -1;

    if (len > FT_DOC_SIZE_MAX) {
        ft_diag_add(diags, NULL, &(struct ft_mark){ .file = file },
                    FT_D_LIMIT, "the file has more than %u bytes",
                    FT_DOC_SIZE_MAX);
        return NULL;
    }
    doc = new_doc(file, text, len);
    if (ft_encoding_check(doc, diags)) {
        b.doc = doc;
        if (!yaml_parser_initialize(&b.yaml))
            FT_BUG("libyaml has no memory");
        yaml_parser_set_encoding(&b.yaml, YAML_UTF8_ENCODING);
        yaml_parser_set_input_string(
            &b.yaml, (const unsigned char *)doc->text, doc->len);
        rc = build(&b);
        release_builder(&b);
    }
    if (rc == 0)
        return doc;
    ft_doc_free(doc);
    return NULL;
}

struct ft_doc *ft_doc_read(const char *path, struct ft_diags *diags)
{
    struct ft_mark mark = { .file = path };
    struct ft_str text = FT_STR_INIT;
    struct ft_err err = { 0 };
    struct ft_doc *doc = NULL;

    if (ft_file_read(path, FT_DOC_SIZE_MAX, &text, &err) < 0)
        ft_diag_err(diags, NULL, &mark,
                    err.code == FT_EFORMAT ? FT_D_LIMIT : FT_D_FILE, &err);
    else
        doc = ft_doc_parse(path, text.s, text.len, diags);
    ft_str_release(&text);
    return doc;
}

void ft_doc_free(struct ft_doc *doc)
{
    if (!doc)
        return;
    for (size_t i = 0; i < doc->n_nodes; i++) {
        free(doc->node[i]->text);
        free(doc->node[i]->item);
        free(doc->node[i]->key);
        free(doc->node[i]);
    }
    free(doc->node);
    free(doc->text);
    free(doc->file);
    free(doc);
}

const struct ft_node *ft_doc_root(const struct ft_doc *doc)
{
    return doc->root;
}

const char *ft_doc_file(const struct ft_doc *doc)
{
    return doc->file;
}

const char *ft_doc_text(const struct ft_doc *doc, size_t *len)
{
    *len = doc->len;
    return doc->text;
}

const char *ft_doc_line(const struct ft_doc *doc, int line, size_t *len)
{
    return ft_line_find(doc->text, doc->len, line, len);
}

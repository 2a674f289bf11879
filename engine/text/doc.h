/* doc.h - a YAML 1.1 document as a tree that knows where everything stands
 *
 * Only plain data: mappings with text keys, sequences, scalars.  No tags, no
 * merge keys, no NUL inside a scalar, one document per text.  Aliases are
 * allowed and counted; an alias is the anchored node itself, so the tree is a
 * DAG, but its expanded size is bounded by FT_DOC_NODES_MAX.
 */
#ifndef FT_TEXT_DOC_H
#define FT_TEXT_DOC_H

#include <stdbool.h>
#include <stddef.h>

#include "text/diag.h"

#define FT_DOC_SIZE_MAX (8u << 20) /* bytes of text */
#define FT_DOC_DEPTH_MAX 32        /* nesting */
#define FT_DOC_NODES_MAX 500000    /* nodes, an alias counted as its target */
#define FT_DOC_ALIASES_MAX 1000
#define FT_DOC_SCALAR_MAX (1u << 20) /* bytes of one scalar */

enum ft_node_kind { FT_NODE_SCALAR, FT_NODE_LIST, FT_NODE_MAP };

struct ft_node {
    enum ft_node_kind kind;
    struct ft_mark mark; /* of the value */
    /* FT_NODE_SCALAR */
    char *text;  /* UTF-8, never NULL for a scalar */
    size_t len;
    bool quoted; /* quoted or block style: always text, never null or bool */
    /* FT_NODE_LIST and FT_NODE_MAP */
    struct ft_node **item; /* children; for a map the values */
    struct ft_node **key;  /* for a map: scalars, as many as items */
    size_t n;
};

struct ft_doc;

/* Parse 'len' bytes; 'file' names them in diagnostics (copied).  Problems go
 * to 'diags'.  Return NULL when no tree could be built.  A duplicate key or a
 * tag is an error too, but the rest of the tree is returned, so that a caller
 * can report what else is wrong: the errors are counted in 'diags'. */
struct ft_doc *ft_doc_parse(const char *file, const char *text, size_t len,
                            struct ft_diags *diags);

/* The same from a file; a file that cannot be read is FT_D_FILE. */
struct ft_doc *ft_doc_read(const char *path, struct ft_diags *diags);

const struct ft_node *ft_doc_root(const struct ft_doc *doc);
const char *ft_doc_file(const struct ft_doc *doc);

/* The text as it was read, and one line of it without its end (borrowed;
 * NULL when there is no such line). */
const char *ft_doc_text(const struct ft_doc *doc, size_t *len);
const char *ft_doc_line(const struct ft_doc *doc, int line, size_t *len);

void ft_doc_free(struct ft_doc *doc); /* NULL is fine */

/* The value under 'name' in a map, or NULL; 'node' may be NULL or no map. */
const struct ft_node *ft_node_get(const struct ft_node *node,
                                  const char *name);
/* The key node of that entry, or NULL. */
const struct ft_node *ft_node_key(const struct ft_node *node,
                                  const char *name);

/* Where byte 'offset' of a scalar's text stands in the source, for errors
 * inside "${...}"; 'len' bytes are underlined.  Exact inside an expression in
 * any style of scalar, as long as no escape stands before it in there. */
struct ft_mark ft_node_mark_at(const struct ft_doc *doc,
                               const struct ft_node *node, size_t offset,
                               size_t len);

/* A plain scalar that is empty, '~' or 'null'. */
bool ft_node_is_null(const struct ft_node *node);
/* A plain 'true' or 'false' (YAML 1.2 core spelling only). */
bool ft_node_bool(const struct ft_node *node, bool *value);
/* A plain decimal integer (no leading zero) or finite number, the whole
 * scalar. */
bool ft_node_int(const struct ft_node *node, long long *value);
bool ft_node_number(const struct ft_node *node, double *value);

/* "a mapping", "a list", "text" ... for messages. */
const char *ft_node_kind_text(const struct ft_node *node);

#endif

/* crate_doc.h - the entities of an RO-Crate, each once under its id
 *
 * "#kind/..." names what has no place of its own; ft_crate_id() makes such ids.
 */
#ifndef FT_DATA_CRATE_DOC_H
#define FT_DATA_CRATE_DOC_H

#include "base/map.h"

struct json_object;

struct ft_crate_doc {
    struct json_object *graph;
    struct ft_map entity; /* id -> its object, borrowed from 'graph' */
    struct ft_map link;   /* what ft_crate_link() has entered */
};

void ft_crate_doc_init(struct ft_crate_doc *doc);
/* The whole document, which the caller releases; 'doc' is released. */
struct json_object *ft_crate_doc_end(struct ft_crate_doc *doc);

/* "#kind/" and 'text', escaped; the caller frees. */
char *ft_crate_id(const char *kind, const char *text);

/* The entity 'id', made with 'type' when it is missing; borrowed. */
struct json_object *ft_crate_entity(struct ft_crate_doc *doc, const char *id,
                                    const char *type);
struct json_object *ft_crate_find(const struct ft_crate_doc *doc,
                                  const char *id); /* or NULL */
/* One type more. */
void ft_crate_add_type(struct json_object *entity, const char *type);

/* Members: one reference, or one more in a list that has each once. */
void ft_crate_point(struct json_object *entity, const char *key,
                    const char *to);
void ft_crate_link(struct ft_crate_doc *doc, const char *from, const char *key,
                   const char *to);
/* A text; NULL and "" add nothing. */
void ft_crate_text(struct json_object *entity, const char *key,
                   const char *text);

#endif

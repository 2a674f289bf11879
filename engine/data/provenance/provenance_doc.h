/* provenance_doc.h - the records of a PROV-JSON document
 *
 * Names in it are "prefix:local" with one of the prefixes of provenance_doc.c;
 * what comes from outside goes through ft_prov_id().
 */
#ifndef FT_DATA_PROVENANCE_DOC_H
#define FT_DATA_PROVENANCE_DOC_H

#include <stdbool.h>
#include <stdint.h>

struct json_object;

struct ft_prov_doc {
    struct json_object *root;
};

/* With its prefixes; the caller releases doc->root. */
void ft_prov_doc_init(struct ft_prov_doc *doc);

/* "prefix:" and 'text', escaped; the caller frees. */
char *ft_prov_id(const char *prefix, const char *text);

/* The entity, activity or agent ('kind') called 'id', made when it is missing;
 * borrowed. */
struct json_object *ft_prov_element(struct ft_prov_doc *doc, const char *kind,
                                    const char *id);
bool ft_prov_has(struct ft_prov_doc *doc, const char *kind, const char *id);

/* Add the relation 'obj', which is taken over: "used", "wasGeneratedBy", ... */
void ft_prov_relation(struct ft_prov_doc *doc, const char *kind,
                      struct json_object *obj);
/* One without further attributes. */
void ft_prov_relate(struct ft_prov_doc *doc, const char *kind, const char *key,
                    const char *a, const char *other_key, const char *b);

/* Attributes.  An empty or NULL text, a value that is missing and the time 0
 * add nothing. */
void ft_prov_add_text(struct json_object *obj, const char *key,
                      const char *text);
void ft_prov_add_typed(struct json_object *obj, const char *key,
                       const char *text, const char *type);
void ft_prov_add_name(struct json_object *obj, const char *key,
                      const char *name);
void ft_prov_add_time(struct json_object *obj, const char *key, int64_t ns);
/* A number as xsd:long or xsd:double; a text ("nan") stays one. */
void ft_prov_add_number(struct json_object *obj, const char *key,
                        struct json_object *value);
/* A member of a record, whatever it is: objects and lists as JSON text. */
void ft_prov_add_member(struct json_object *obj, const char *key,
                        struct json_object *record, const char *member);

#endif

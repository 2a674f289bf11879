/* crate_value.h - who, where, with which values, at what cost
 *
 * Parts of actions; 'action' is an id, and ids that are returned are the
 * caller's.  What a record does not tell adds nothing.
 */
#ifndef FT_DATA_CRATE_VALUE_H
#define FT_DATA_CRATE_VALUE_H

struct ft_crate_doc;
struct json_object;

/* The entity has the user as its 'key': "agent", "author". */
void ft_crate_agent(struct ft_crate_doc *doc, struct json_object *entity,
                    const char *key, const char *user);
void ft_crate_place(struct ft_crate_doc *doc, struct json_object *action,
                    struct json_object *record);
/* "fedtwin 0.1.0", NULL: not known. */
char *ft_crate_engine(struct ft_crate_doc *doc, const char *engine);

/* The PropertyValue "#kind/OWNER/KEY". */
char *ft_crate_value(struct ft_crate_doc *doc, const char *kind,
                     const char *owner, const char *key,
                     struct json_object *value);
/* 'entity' realizes the formal parameter 'formal', if there is such a one. */
void ft_crate_example(struct ft_crate_doc *doc, const char *entity,
                      const char *formal);

void ft_crate_params(struct ft_crate_doc *doc, const char *action,
                     const char *tool, struct json_object *params);
void ft_crate_seed(struct ft_crate_doc *doc, const char *action,
                   struct json_object *record);
void ft_crate_environment(struct ft_crate_doc *doc, const char *action,
                          struct json_object *record);

/* Figures that were measured: what the action used ('kind' "usage"), or
 * reported of its results ("report").  'owner' links to each by 'key'. */
void ft_crate_figures(struct ft_crate_doc *doc, const char *action,
                      struct json_object *figures, const char *kind,
                      const char *owner, const char *key);

#endif

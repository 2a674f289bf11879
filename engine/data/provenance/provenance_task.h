/* provenance_task.h - tasks of a PROV-JSON document: agents, plans, inputs
 *
 * Names that are returned are the caller's.
 */
#ifndef FT_DATA_PROVENANCE_TASK_H
#define FT_DATA_PROVENANCE_TASK_H

struct ft_prov_doc;
struct json_object;

/* The activity of the task that 'record' tells of, with all that it was given,
 * once; 'version' names what a person has put. */
char *ft_prov_task(struct ft_prov_doc *doc, struct json_object *record,
                   const char *version);

/* The entity of one member of 'inputs' of a record. */
char *ft_prov_input(struct ft_prov_doc *doc, struct json_object *input);

/* A value that 'activity' ("task:...", "run:...") was given as 'key'; 'kind' is
 * its type, "ft:Parameter". */
void ft_prov_used_value(struct ft_prov_doc *doc, const char *activity,
                        const char *kind, const char *key,
                        struct json_object *value);

/* The user stands behind the activity, the engine carries it out, according to
 * the plan; each may be NULL. */
void ft_prov_agents(struct ft_prov_doc *doc, const char *activity,
                    const char *user, const char *engine, const char *plan);

char *ft_prov_workflow(struct ft_prov_doc *doc, const char *digest,
                       const char *label);

#endif

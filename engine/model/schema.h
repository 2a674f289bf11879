/* schema.h - JSON Schemas of the three kinds of file, from the field tables */
#ifndef FT_MODEL_SCHEMA_H
#define FT_MODEL_SCHEMA_H

struct json_object;

extern const char *const ft_schema_names[]; /* workflow, module, site, NULL */

/* The schema called 'name', or NULL; the caller releases it. */
struct json_object *ft_schema(const char *name);

#endif

/* ref_text.h - a version as people and programs see it */
#ifndef FT_CLI_REF_TEXT_H
#define FT_CLI_REF_TEXT_H

#include "data/store/store.h"

struct ft_str;
struct json_object;

/* "heat.temperature{power=45 m2.kg.s-3}": a REF that finds it again. */
void ft_ref_text(const struct ft_version *version, struct ft_str *out);

/* {"object","cell","version","content","type","unit","size","time","run",
 * "task","module"} */
struct json_object *ft_ref_version_json(const struct ft_version *version);

/* The lineage of a file that a person stored by hand. */
struct json_object *ft_ref_put_lineage(const char *stage, const char *object,
                                       const char *path);

#endif

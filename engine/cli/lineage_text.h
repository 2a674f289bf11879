/* lineage_text.h - a lineage graph as text, as JSON and for Graphviz */
#ifndef FT_CLI_LINEAGE_TEXT_H
#define FT_CLI_LINEAGE_TEXT_H

#include "data/provenance/lineage.h"

struct ft_str;
struct json_object;

/* Trees from each version that was asked for; 'ways' is one or both of enum
 * ft_lineage_way.  What was shown is named again, not repeated. */
void ft_lineage_text(const struct ft_lineage *lineage, unsigned ways,
                     struct ft_str *out);

/* {"schema":1,"versions":[{"version","record","from","into"}],"cut"} */
struct json_object *ft_lineage_json(const struct ft_lineage *lineage);

void ft_lineage_dot(const struct ft_lineage *lineage, struct ft_str *out);

#endif

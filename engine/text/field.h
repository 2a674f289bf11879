/* field.h - const tables that say which keys a mapping may have
 *
 * Each kind of mapping in a workflow, module or site file is one table.  The
 * same tables check documents, suggest the nearest key and generate the JSON
 * Schemas that editors use, so the three cannot drift apart.
 */
#ifndef FT_TEXT_FIELD_H
#define FT_TEXT_FIELD_H

#include <stdbool.h>
#include <stddef.h>

#include "text/doc.h"

enum ft_field_type {
    FT_FIELD_TEXT,     /* any scalar, taken as text */
    FT_FIELD_NAME,     /* ft_name_valid() */
    FT_FIELD_BOOL,
    FT_FIELD_INT,      /* min and max apply */
    FT_FIELD_NUMBER,
    FT_FIELD_QUANTITY, /* 'unit' gives the dimension; min and max in SI */
    FT_FIELD_CHOICE,   /* one of 'choices' */
    FT_FIELD_ANY,      /* checked by the caller */
    FT_FIELD_LIST,     /* of 'of' */
    FT_FIELD_MAP,      /* name -> 'of' */
    FT_FIELD_STRUCT,   /* a mapping with the table 'fields' */
};

struct ft_field {
    const char *key; /* NULL ends a table */
    enum ft_field_type type;
    bool required;
    bool expr;  /* a "${...}" may stand instead of the value */
    bool scalar_ok; /* FT_FIELD_LIST: a single element may stand alone */
    enum ft_field_type of;        /* elements of a list or map */
    const struct ft_field *fields; /* of a struct, or of struct elements */
    bool words; /* FT_FIELD_MAP: expressions use the names, so no '-' */
    const char *item; /* what an entry of a map is called: "stage" */
    const char *const *choices;    /* NULL-terminated */
    const char *unit;              /* of a quantity */
    double min, max;               /* both 0: no range */
    const char *doc;               /* one sentence, for schema and manual */
};

/* Check 'node' against 'table', recursively: unknown keys (with the nearest
 * name), missing required keys, wrong forms.  'where' names the mapping in
 * messages ("stage 'heat'").  Return true when nothing was reported. */
bool ft_fields_check(const struct ft_doc *doc, const struct ft_node *node,
                     const struct ft_field *table, const char *where,
                     struct ft_diags *diags);

/* Is there a "${" in this scalar? */
bool ft_node_has_expr(const struct ft_node *node);

/* A mapping that ft_fields_check() found nothing wrong with, as JSON: keys as
 * written, quantities as numbers in SI units. */
struct json_object *ft_fields_json(const struct ft_node *node,
                                   const struct ft_field *table);

/* A JSON Schema (draft 2020-12) object for 'table'. */
struct json_object *ft_fields_schema(const struct ft_field *table);

#endif

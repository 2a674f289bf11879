/* params.h - typed parameters of modules and workflows, and their values
 *
 *   size:         {type: quantity, unit: mm, default: 2 mm, min: 0.1 mm}
 *   conductivity: {type: quantity, unit: W/m/K, each: group}
 *   convection:   {type: record, each: group, fields: {...}}
 *   restart:      {type: boolean, optional: true}
 *   length_unit:  {type: unit, unit: m, optional: true}
 *
 * A parameter without default has to be given unless it is optional; it then
 * has no value.
 *
 * each: one (default), list, or group.  'group' takes a mapping from names of
 * groups in the mesh to values; a bare value means every group and reaches the
 * program as {"*": value}.
 */
#ifndef FT_MODEL_PARAMS_H
#define FT_MODEL_PARAMS_H

#include <stdbool.h>
#include <stddef.h>

#include "text/expr.h"
#include "text/field.h"

struct json_object;

enum ft_param_type {
    FT_PARAM_QUANTITY,
    FT_PARAM_NUMBER,
    FT_PARAM_INTEGER,
    FT_PARAM_TEXT, /* "string" in YAML */
    FT_PARAM_BOOL, /* "boolean" in YAML */
    FT_PARAM_UNIT, /* its value is the text of a unit, see ft_params_json() */
    FT_PARAM_RECORD,
};
enum ft_param_each { FT_EACH_ONE, FT_EACH_LIST, FT_EACH_GROUP };

struct ft_param {
    char *name;
    char *doc; /* or NULL */
    enum ft_param_type type;
    enum ft_param_each each;
    const struct ft_unit *unit; /* of a quantity; of a unit, or NULL: any */
    bool required;              /* neither default nor optional */
    struct ft_value deflt;      /* FT_VALUE_NULL: none */
    bool has_min, has_max;
    double min, max; /* SI, or plain numbers */
    char **choice;   /* texts, or NULL */
    size_t n_choices;
    struct ft_param *field; /* of a record */
    size_t n_fields;
    struct ft_mark mark;
};

struct ft_params {
    struct ft_param *item;
    size_t n;
};

extern const struct ft_field ft_param_fields[]; /* keys of one declaration */

/* Read a mapping of declarations that ft_fields_check() has accepted (a
 * FT_FIELD_MAP of FT_FIELD_STRUCT with ft_param_fields).  False after
 * reporting; 'params' is then incomplete but can be released. */
bool ft_params_read(const struct ft_doc *doc, const struct ft_node *node,
                    struct ft_params *params, struct ft_diags *diags);
void ft_params_release(struct ft_params *params);
const struct ft_param *ft_params_find(const struct ft_params *params,
                                      const char *name);

/* A value of 'param' from YAML: each expression in it is evaluated in 'scope'
 * and checked where it stands.  Checks type, unit, range, choices and record
 * fields, fills defaults inside records; reports every problem.  Return -1
 * after reporting. */
int ft_param_eval(const struct ft_param *param, const struct ft_doc *doc,
                  const struct ft_node *node, const struct ft_scope *scope,
                  struct ft_value *value, struct ft_diags *diags);

/* The same where no expression may stand (a default), from a value (a gather,
 * another parameter) and from the text of -p on the command line. */
int ft_param_from_node(const struct ft_param *param, const struct ft_doc *doc,
                       const struct ft_node *node, struct ft_value *value,
                       struct ft_diags *diags);
int ft_param_from_value(const struct ft_param *param,
                        const struct ft_value *given, struct ft_value *value,
                        struct ft_err *err);
int ft_param_from_text(const struct ft_param *param, const char *text,
                       struct ft_value *value, struct ft_err *err);

/* The values of 'declared' for a program, by name, as task.json has them. */
struct json_object *ft_params_json(const struct ft_params *declared,
                                   const struct ft_value *values);

/* The text from which ft_param_from_text() makes 'value' again. */
void ft_param_to_text(const struct ft_param *param,
                      const struct ft_value *value, struct ft_str *out);

const char *ft_param_type_text(enum ft_param_type type);

#endif

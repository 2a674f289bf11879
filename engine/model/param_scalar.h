/* param_scalar.h - one scalar of a parameter; for param_*.c only */
#ifndef FT_MODEL_PARAM_SCALAR_H
#define FT_MODEL_PARAM_SCALAR_H

#include "model/params.h"

struct ft_convert {
    const struct ft_doc *doc;     /* or NULL */
    const struct ft_scope *scope; /* NULL: no expressions */
    struct ft_diags *diags;
};

/* What is converted: a node of a document, or a value that an expression
 * gave, and where either stands. */
struct ft_source {
    const struct ft_node *node;   /* this, */
    const struct ft_value *value; /* or this */
    struct ft_mark mark;
};

/* Convert to the type of 'param', which is no record, whatever its 'each'. */
bool ft_convert_scalar(const struct ft_convert *ctx,
                       const struct ft_param *param, struct ft_source src,
                       struct ft_value *out);

/* Report that 'src' is not 'want' (NULL: what the type of 'param' is called);
 * false. */
bool ft_convert_wrong(const struct ft_convert *ctx,
                      const struct ft_param *param, struct ft_source src,
                      const char *want);

#endif

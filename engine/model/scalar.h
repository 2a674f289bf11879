/* scalar.h - the value of one scalar of a document */
#ifndef FT_MODEL_SCALAR_H
#define FT_MODEL_SCALAR_H

#include "text/doc.h"
#include "text/expr.h"

struct ft_err;

/* What a scalar without expressions means: nothing, true or false, a number,
 * text; plain text that reads as a number with a unit is a quantity. */
void ft_scalar_literal(const struct ft_node *node, struct ft_value *value);

/* The same for a scalar that may hold expressions.  On failure 'at' is the
 * place of the problem, which 'err' carries as well. */
int ft_scalar_eval(const struct ft_doc *doc, const struct ft_node *node,
                   const struct ft_scope *scope, struct ft_value *value,
                   struct ft_mark *at, struct ft_err *err);

/* The place of byte 'offset' of a scalar, with the name there underlined. */
struct ft_mark ft_scalar_mark(const struct ft_doc *doc,
                              const struct ft_node *node, size_t offset);

/* Put a place into an error. */
void ft_err_place(struct ft_err *err, const struct ft_mark *mark);

#endif

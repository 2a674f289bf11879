/* eval.h - the values that one task of a stage gets
 *
 * A task is a cell of its stage's matrix.  Everything here is computed anew for
 * each cell, so that a matrix of millions costs nothing until its tasks start.
 * Errors carry file, line and column of the text that has no value.
 */
#ifndef FT_MODEL_EVAL_H
#define FT_MODEL_EVAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/workflow.h"

struct ft_err;

/* Does the node name an item of rows that are not known yet?  It has no value
 * then, and its names are checked when the rows have come. */
bool ft_eval_needs_row(const struct ft_stage *stage,
                       const struct ft_node *node);

/* The value of a node: a scalar with expressions, a list or a mapping.  'task'
 * resolves in., out., run. and task.; NULL: they are unknown names. */
int ft_eval_node(const struct ft_workflow *wf, const struct ft_stage *stage,
                 size_t cell, const struct ft_scope *task,
                 const struct ft_node *node, struct ft_value *value,
                 struct ft_err *err);

/* The pieces of a scalar in order, for a caller that puts them together in its
 * own way: 'add' gets what was written ('value' NULL) or the value of an
 * expression ('text' NULL), borrowed. */
int ft_eval_pieces(const struct ft_workflow *wf, const struct ft_stage *stage,
                   size_t cell, const struct ft_scope *task,
                   const struct ft_node *node,
                   void (*add)(void *arg, const char *text,
                               const struct ft_value *value),
                   void *arg, struct ft_err *err);

/* Every parameter of the stage's module as a map, defaults filled in, checked
 * against its declaration; a parameter without a value is left out. */
int ft_eval_params(const struct ft_workflow *wf, const struct ft_stage *stage,
                   size_t cell, struct ft_value *params, struct ft_err *err);

/* The same, reporting all that is wrong; false then. */
bool ft_params_collect(const struct ft_workflow *wf,
                       const struct ft_stage *stage, size_t cell,
                       struct ft_value *params, struct ft_diags *diags);

/* Does 'when' allow the cell?  Without 'when' it does. */
int ft_eval_when(const struct ft_workflow *wf, const struct ft_stage *stage,
                 size_t cell, bool *yes, struct ft_err *err);

/* Does the condition of the loop hold after this turn?  'turn' resolves what
 * only a turn that has ended knows: report.NAME, out.TABLE.COLUMN. */
int ft_eval_loop(const struct ft_workflow *wf, const struct ft_stage *stage,
                 size_t cell, const struct ft_scope *turn, bool *yes,
                 struct ft_err *err);

/* The seed, an integer in 0 .. 2^53-1; 0 when the stage says none. */
int ft_eval_seed(const struct ft_workflow *wf, const struct ft_stage *stage,
                 size_t cell, int64_t *seed, struct ft_err *err);

/* What the stage itself says of the resources of a cell; 0: nothing.  False
 * after reporting; what has no value is left at what others say of it. */
bool ft_eval_resources(const struct ft_workflow *wf,
                       const struct ft_stage *stage, size_t cell,
                       struct ft_resources *res, struct ft_diags *diags);

/* What selector 'k' of the data reference 'in' asks for: in
 * "${heat.temperature{power = matrix.power}}" the value of matrix.power. */
int ft_eval_chosen(const struct ft_workflow *wf, const struct ft_stage *stage,
                   size_t cell, const struct ft_input *in, size_t k,
                   struct ft_value *value, struct ft_err *err);

/* The path of input 'in' of kind FT_SOURCE_FILE, which may depend on the cell;
 * the caller frees.  The file need not exist. */
int ft_eval_path(const struct ft_workflow *wf, const struct ft_stage *stage,
                 size_t cell, const struct ft_input *in, char **path,
                 struct ft_err *err);

#endif

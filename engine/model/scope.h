/* scope.h - what expressions of one cell may name: params, matrix, item */
#ifndef FT_MODEL_SCOPE_H
#define FT_MODEL_SCOPE_H

#include <stdbool.h>

#include "model/workflow.h"

struct ft_cell_scope {
    const struct ft_workflow *wf;
    const struct ft_space *space;
    const struct ft_stage *stage; /* NULL: parameters only */
    size_t cell;
    const struct ft_scope *task; /* in., out., run., task.; or NULL */
    bool condition; /* of a loop: 'task' knows report. and out. instead */
};

/* Make 'scope' look into 'cs', which has to live as long. */
void ft_cell_scope_init(struct ft_cell_scope *cs, struct ft_scope *scope,
                        const struct ft_workflow *wf,
                        const struct ft_stage *stage, size_t cell,
                        const struct ft_scope *task);

/* Words that begin a reference and so cannot name a stage. */
bool ft_scope_reserved(const char *name);

#endif

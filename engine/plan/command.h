/* command.h - pieces of the command that the recipe shares */
#ifndef FT_PLAN_COMMAND_H
#define FT_PLAN_COMMAND_H

#include "plan/scope.h"

/* The argument list in the given scope; freed with ft_words_free(). */
int ft_command_build(const struct ft_task_scope *ts, char ***argv,
                     struct ft_err *err);

/* "NAME=value" of the stage's 'env', FEDTWIN_STAGE first; likewise. */
int ft_command_env(const struct ft_task_scope *ts, char ***env,
                   struct ft_err *err);

/* The file beside the workflow that a word of a 'run' list names, as a path
 * that the caller frees, or NULL; never one that the stage writes. */
char *ft_command_file(const struct ft_stage *stage,
                      const struct ft_node *arg);

#endif

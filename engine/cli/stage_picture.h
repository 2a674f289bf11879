/* stage_picture.h - the stages of a workflow as a picture and as JSON */
#ifndef FT_CLI_STAGE_PICTURE_H
#define FT_CLI_STAGE_PICTURE_H

#include "cli/picture.h"
#include "plan/plan.h"
#include "run/record/run.h"

/* With 'run' (or NULL) each box tells how its tasks are. */
struct ft_picture *ft_stage_picture(const struct ft_plan *plan,
                                    const struct ft_run *run);

/* {"schema": 1, "workflow", "stages": [...], "edges": [...]}; the caller
 * releases. */
struct json_object *ft_stage_graph_json(const struct ft_plan *plan,
                                        const struct ft_run *run);

/* The kinds of colour (picture.h) that tasks in some state have. */
const char *ft_task_state_kind(enum ft_task_state state);

/* What a stage does: its module, "run", "shell", ... */
const char *ft_stage_what(const struct ft_stage *stage);

#endif

/* run_text.h - a run as JSON and as tables, for status, run and resume */
#ifndef FT_CLI_RUN_TEXT_H
#define FT_CLI_RUN_TEXT_H

#include "run/record/run.h"

struct json_object;

/* {"schema":1, "run", "workflow", "state", "start", "end", "stages":[…],
 * "tasks":[…]}; tasks only when asked for. */
struct json_object *ft_run_text_json(const struct ft_run *run, bool tasks);

/* What people asked of it: nothing, or a line each.  To stdout. */
void ft_run_text_steer(const struct ft_run *run);
/* What keeps tasks waiting at their sites: nothing, or a line for each reason.
 * To stdout. */
void ft_run_text_waits(const struct ft_run *run);
/* To stdout. */
void ft_run_text_stages(const struct ft_run *run);
void ft_run_text_tasks(const struct ft_run *run);

#endif

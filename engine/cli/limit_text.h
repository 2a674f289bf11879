/* limit_text.h - budget, deadline and outlook of a run, as text and as JSON */
#ifndef FT_CLI_LIMIT_TEXT_H
#define FT_CLI_LIMIT_TEXT_H

#include "run/record/run.h"

struct json_object;

/* Is shown one limit: "budget", "deadline" or "forecast", and what of it. */
typedef void ft_limit_line(const char *what, const char *text, void *arg);
void ft_limit_text_each(const struct ft_run *run, ft_limit_line *line,
                        void *arg);
/* A line for each limit that there is. */
void ft_limit_text_print(const struct ft_run *run);

/* Members "budget", "deadline" and "forecast", where there is one. */
void ft_limit_text_json(const struct ft_run *run, struct json_object *obj);

#endif

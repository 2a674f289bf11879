/* freight_text.h - what a plan's tasks would have to move to sites */
#ifndef FT_CLI_FREIGHT_TEXT_H
#define FT_CLI_FREIGHT_TEXT_H

#include <stddef.h>

struct ft_forecast;
struct ft_plan;
struct ft_session;
struct ft_str;
struct json_object;

/* One for each site of the session that does not see the project. */
struct ft_freights {
    struct ft_freight **item;
    size_t n;
};
struct ft_freights ft_freights_of(const struct ft_session *s,
                                  const struct ft_forecast *forecast);
void ft_freights_release(struct ft_freights *freights);

/* "14 B to far in 0.1 s; nothing to near" */
void ft_freights_task(const struct ft_freights *freights, size_t task,
                      struct ft_str *out);
/* The same as the member "moves" of 'obj'; none without such a site. */
void ft_freights_add_task(const struct ft_freights *freights, size_t task,
                          struct json_object *obj);

/* A line for each stage with tasks that would run, and each site; then one for
 * the site. */
void ft_freights_print(const struct ft_freights *freights,
                       const struct ft_plan *plan);
/* The same as the member "moves" of 'obj'. */
void ft_freights_add(const struct ft_freights *freights,
                     const struct ft_plan *plan, struct json_object *obj);

#endif

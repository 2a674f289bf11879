/* fit.h - can the sites have what the tasks of a plan ask for? */
#ifndef FT_PLAN_FIT_H
#define FT_PLAN_FIT_H

#include <stdbool.h>
#include <stddef.h>

struct ft_diags;
struct ft_forecast;
struct ft_plan;
struct ft_site;

/* Is there one among the sites for every task that is to run, by what their
 * files say?  Reports FT_D_RESOURCES where a stage asks for too much: errors,
 * and the answer is false; or, without a forecast, warnings, for results may
 * be there already.  NULL among the sites is this machine, which takes all. */
bool ft_plan_fit(const struct ft_plan *plan, const struct ft_forecast *forecast,
                 struct ft_site *const *site, size_t n_sites,
                 struct ft_diags *diags);

#endif

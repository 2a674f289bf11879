/* fit.c - can the sites have what the tasks of a plan ask for? */
#include "plan/fit.h"

#include <string.h>

#include "base/str.h"
#include "model/site.h"
#include "model/site_need.h"
#include "plan/plan.h"
#include "plan/reuse.h"

#define LOOKED_AT_MAX 1000 /* tasks of a stage whose cells differ */

struct checking {
    const struct ft_plan *plan;
    const struct ft_forecast *forecast; /* or NULL */
    struct ft_site *const *site;
    size_t n_sites;
    struct ft_diags *diags;
};

static bool will_run(const struct checking *c, size_t task)
{
    bool yes = true;

    if (c->forecast)
        return c->forecast->decision[task] == FT_WILL_RUN;
    return ft_plan_when(c->plan, task, &yes, NULL) < 0 || yes;
}

/* Is there a site for the task?  If not, 'why' says what is wrong with each. */
static bool has_site(const struct checking *c, const struct ft_stage *stage,
                     size_t task, struct ft_str *why)
{
    struct ft_resources res;
    double limit_s;

    ft_plan_resources(c->plan, task, 1, &res);
    limit_s = ft_resources_limit_s(&res, stage->timeout_s);
    for (size_t i = 0; i < c->n_sites; i++) {
        const struct ft_site *site = c->site[i];
        struct ft_need need;

        if (c->n_sites > 1 && stage->site &&
            strcmp(stage->site, site ? site->name : "local") != 0)
            continue; /* one that the stage does not ask for */
        if (!site || !ft_site_is_remote(site))
            return true;
        ft_need_of(site, &res, limit_s, &need);
        ft_str_addf(why, "%s%s (", why->len ? ", " : "", site->name);
        if (ft_need_queue(site, &need, why))
            return true;
        ft_str_add(why, ")");
    }
    if (!why->len)
        ft_str_addf(why, "the run has no site '%s'", stage->site);
    return false;
}

static void report(const struct checking *c, const struct ft_stage *stage,
                   size_t task, const char *why)
{
    const struct ft_node *resources = ft_node_get(stage->node, "resources");
    struct ft_str name = FT_STR_INIT;

    ft_plan_task_name(c->plan, task, &name);
    (c->forecast ? ft_diag_add : ft_diag_warn)(
        c->diags, stage->text->doc, resources ? &resources->mark : &stage->mark,
        FT_D_RESOURCES, "no queue takes task '%s': %s", name.s, why);
    ft_diag_hint(c->diags, "'fedtwin site show NAME' tells the limits of a "
                           "site");
    ft_str_release(&name);
}

/* The first task of the stage that finds no site is reported. */
static bool check_stage(const struct checking *c, size_t s)
{
    const struct ft_plan_stage *tasks = &c->plan->stage[s];
    const struct ft_stage *stage = &c->plan->wf->stage[s];
    size_t step = stage->varying ? 1 + tasks->n / LOOKED_AT_MAX : 1;
    bool ok = true;

    for (size_t i = 0; ok && i < tasks->n; i += step) {
        struct ft_str why = FT_STR_INIT;

        if (!will_run(c, tasks->first + i))
            continue;
        ok = has_site(c, stage, tasks->first + i, &why);
        if (!ok)
            report(c, stage, tasks->first + i, why.s);
        ft_str_release(&why);
        if (!stage->varying)
            break; /* the others ask for the same */
    }
    return ok;
}

bool ft_plan_fit(const struct ft_plan *plan, const struct ft_forecast *forecast,
                 struct ft_site *const *site, size_t n_sites,
                 struct ft_diags *diags)
{
    const struct checking c = { plan, forecast, site, n_sites, diags };
    bool ok = true;

    for (size_t s = 0; n_sites && s < plan->wf->n_stages; s++)
        ok &= check_stage(&c, s);
    return ok || !forecast;
}

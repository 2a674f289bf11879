/* form_text.c - in which form a plan's tasks would go to batch systems */
#include "cli/form_text.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/json.h"
#include "cli/open.h"
#include "cli/term.h"
#include "model/site.h"
#include "plan/reuse.h"
#include "run/accounts/estimate.h"
#include "run/site/form.h"
#include "run/site/script.h"

#define STATUS_USAGE 2

/* What is known of a stage before a run. */
struct prospect {
    struct ft_form_task task;
    size_t n; /* tasks that would run */
};

static struct ft_estimate *read_estimates(const struct ft_session *s)
{
    struct ft_estimate *e = ft_calloc(s->plan->wf->n_stages, sizeof(*e));

    if (s->project)
        ft_estimates_read(s->project, s->plan, NULL, e);
    return e;
}

static struct prospect look_at(const struct ft_session *s, size_t stage,
                               const struct ft_forecast *f,
                               const struct ft_estimate *estimate)
{
    const struct ft_plan_stage *tasks = &s->plan->stage[stage];
    const struct ft_stage *st = &s->plan->wf->stage[stage];
    struct ft_resources res = { 0 };
    struct prospect p = { .n = 0 };

    for (size_t i = 0; i < tasks->n; i++)
        p.n += f->decision[tasks->first + i] == FT_WILL_RUN;
    if (!p.n)
        return p;
    ft_plan_resources(s->plan, tasks->first, 1, &res);
    p.task = (struct ft_form_task){
        .wish = st->form,
        .nodes = res.nodes,
        .slots = (int)ft_resources_cores(&res),
        .gpus = res.gpus,
        .serve = st->module && st->module->serve &&
                 ft_plan_is_mpi(st, &res),
        .timeout_s = st->timeout_s > 0 && (!(res.walltime_s > 0) ||
                                           st->timeout_s < res.walltime_s)
                         ? st->timeout_s : res.walltime_s,
        .expected_s = estimate[stage].n ? estimate[stage].task_s : 0,
        .n_waiting = p.n,
        .n_alike = p.n,
    };
    return p;
}

/* What the site itself allows is not known before it is asked. */
static int max_array(const struct ft_site *site)
{
    return site->max_array ? site->max_array : INT_MAX;
}

/* Call 'each' for every stage with tasks to run and every batch system. */
static void walk(const struct ft_session *s, const struct ft_forecast *f,
                 void (*each)(const struct ft_site *site,
                              const struct ft_stage *stage, enum ft_form form,
                              const char *why, void *arg),
                 void *arg)
{
    struct ft_estimate *estimate;

    if (!s->n_sites)
        return;
    estimate = read_estimates(s);
    for (size_t i = 0; i < s->n_sites; i++)
        for (size_t k = 0; k < s->plan->wf->n_stages; k++) {
            struct prospect p = look_at(s, k, f, estimate);
            const struct ft_site *site = s->site[i];
            struct ft_str why = FT_STR_INIT;
            enum ft_form form;

            if (!p.n || !site || !ft_site_is_remote(site))
                continue;
            form = ft_form_choose(site, &p.task, max_array(site), &why);
            each(site, &s->plan->wf->stage[k], form, why.s, arg);
            ft_str_release(&why);
        }
    free(estimate);
}

/* --- as text, as JSON ----------------------------------------------------- */

static void print_form(const struct ft_site *site,
                       const struct ft_stage *stage, enum ft_form form,
                       const char *why, void *arg)
{
    static const char *const as[] = {
        [FT_FORM_AUTO] = "",
        [FT_FORM_JOB] = "jobs of their own",
        [FT_FORM_ARRAY] = "a job array",
        [FT_FORM_PILOT] = "tasks of pilots",
    };

    (void)arg;
    printf("%s at %s: as %s: %s\n", stage->name, site->name, as[form], why);
}

void ft_forms_print(const struct ft_session *s, const struct ft_forecast *f)
{
    walk(s, f, print_form, NULL);
}

static void add_form(const struct ft_site *site, const struct ft_stage *stage,
                     enum ft_form form, const char *why, void *arg)
{
    struct json_object *obj = json_object_new_object();

    ft_json_add_str(obj, "stage", stage->name);
    ft_json_add_str(obj, "site", site->name);
    ft_json_add_str(obj, "form", ft_form_names[form]);
    ft_json_add_str(obj, "why", why);
    json_object_array_add(arg, obj);
}

void ft_forms_add(const struct ft_session *s, const struct ft_forecast *f,
                  struct json_object *obj)
{
    struct json_object *list = json_object_new_array();

    walk(s, f, add_form, list);
    json_object_object_add(obj, "forms", list);
}

/* --- scripts -------------------------------------------------------------- */

int ft_forms_check(const struct ft_session *s)
{
    for (size_t i = 0; i < (s->n_sites ? s->n_sites : 1); i++) {
        const struct ft_site *site = s->n_sites ? s->site[i] : NULL;

        if (site && ft_site_is_remote(site))
            continue;
        ft_print_error("site '%s' has no batch scripts: tasks are started as "
                       "they are", site ? site->name : "local");
        ft_print_hint("name a cluster with --site; 'fedtwin site list' shows "
                      "them");
        return STATUS_USAGE;
    }
    return 0;
}

struct wanted {
    const struct ft_site *site;
    bool form[FT_FORM_PILOT + 1];
};

static void note_form(const struct ft_site *site, const struct ft_stage *stage,
                      enum ft_form form, const char *why, void *arg)
{
    struct wanted *w = arg;

    (void)stage;
    (void)why;
    if (site == w->site)
        w->form[form] = true;
}

/* What the agent is to do stands in the script itself. */
static char *far_script(const struct ft_site *site, const char *agent)
{
    char *output = ft_asprintf("%s/jobs/RUN.STAGE.CELL.ATTEMPT.out",
                               site->root);
    char *script = ft_job_far_script(site, agent, output,
                                     "{\"schema\": 1, \"tag\": ...}");

    free(output);
    return script;
}

/* The same for all tasks, but for the file that tells the agent what to do. */
static void print_script(const struct ft_session *s, const struct ft_site *site,
                         bool array)
{
    char *file = ft_asprintf("%s/runs/RUN/jobs/%s.json",
                             s->project ? s->project->meta : ".fedtwin",
                             array ? "array-N" : "STAGE.CELL.ATTEMPT");
    char *agent = ft_site_program(site, "fedtwin-agent");
    char *script = array          ? ft_job_array_script(site, agent, file)
                   : site->shared ? ft_job_script(site, agent, file)
                                  : far_script(site, agent);

    fputs(script, stdout);
    free(script);
    free(agent);
    free(file);
}

void ft_forms_scripts(const struct ft_session *s, const struct ft_forecast *f)
{
    for (size_t i = 0; i < s->n_sites; i++) {
        struct wanted w = { .site = s->site[i] };
        bool array, jobs;

        walk(s, f, note_form, &w);
        array = w.form[FT_FORM_ARRAY];
        jobs = w.form[FT_FORM_JOB] || w.form[FT_FORM_PILOT] || !array;
        if (i)
            printf("\n");
        if (jobs)
            print_script(s, s->site[i], false);
        if (jobs && array)
            printf("\n");
        if (array)
            print_script(s, s->site[i], true);
    }
}

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
#include "model/site_need.h"
#include "plan/reuse.h"
#include "run/accounts/estimate.h"
#include "run/site/form.h"
#include "run/site/script.h"

#define STATUS_USAGE 2
#define PROSPECTS_MAX 16 /* of a stage whose cells differ */

/* What is known before a run of tasks of a stage that ask for the same. */
struct prospect {
    struct ft_form_task task;
    struct ft_need need;
    size_t first, n; /* tasks that would run */
};

/* What goes to a batch system, and as what. */
struct going {
    const struct ft_session *session;
    const struct ft_site *site;
    const struct ft_stage *stage;
    const struct prospect *prospect;
    bool whole; /* all of the stage */
    size_t n_left; /* of the stage, after the last one of it */
    enum ft_form form;
    const char *why;
};

static struct ft_estimate *read_estimates(const struct ft_session *s)
{
    struct ft_estimate *e = ft_calloc(s->plan->wf->n_stages, sizeof(*e));

    if (s->project)
        ft_estimates_read(s->project, s->plan, NULL, e);
    return e;
}

static struct prospect prospect_of(const struct going *g, size_t task,
                                   double expected_s)
{
    const struct ft_stage *stage = g->stage;
    struct ft_resources res;
    struct prospect p;

    ft_plan_resources(g->session->plan, task, 1, &res);
    p = (struct prospect){
        .first = task,
        .task = {
            .wish = stage->form,
            .nodes = res.nodes,
            .slots = (int)ft_resources_cores(&res),
            .gpus = res.gpus,
            .serve = stage->module && stage->module->serve &&
                     ft_plan_is_mpi(stage, &res),
            .memory_bytes = res.memory_bytes,
            .timeout_s = ft_resources_limit_s(&res, stage->timeout_s),
            .expected_s = expected_s,
        },
    };
    ft_need_of(g->site, &res, p.task.timeout_s, &p.need);
    return p;
}

/* Those of the stage, '*n': by what an array may have in common, as the adapter
 * does; and how many tasks ask for something else still.  The caller frees. */
static struct prospect *look_at(const struct going *g,
                                const struct ft_forecast *f,
                                double expected_s, size_t *n, size_t *n_left)
{
    const struct ft_plan *plan = g->session->plan;
    const struct ft_plan_stage *tasks = &plan->stage[g->stage -
                                                     plan->wf->stage];
    struct prospect *p = ft_calloc(PROSPECTS_MAX, sizeof(*p));
    size_t at, n_waiting = 0;

    *n = *n_left = 0;
    for (size_t t = tasks->first; t < tasks->first + tasks->n; t++) {
        struct prospect one;

        if (f->decision[t] != FT_WILL_RUN)
            continue;
        n_waiting++;
        at = 0;
        if (!*n || g->stage->varying) {
            one = prospect_of(g, t, expected_s);
            while (at < *n && !ft_need_same(&p[at].need, &one.need))
                at++;
        }
        if (at == PROSPECTS_MAX) {
            ++*n_left;
            continue;
        }
        if (at == *n)
            p[(*n)++] = one;
        p[at].n++;
    }
    for (size_t i = 0; i < *n; i++) {
        p[i].task.n_waiting = n_waiting;
        p[i].task.n_alike = p[i].n;
    }
    return p;
}

/* What the site itself allows is not known before it is asked. */
static int max_array(const struct ft_site *site)
{
    return site->max_array ? site->max_array : INT_MAX;
}

static void walk_stage(struct going *g, const struct ft_forecast *f,
                       const struct ft_estimate *estimate,
                       void (*each)(const struct going *g, void *arg),
                       void *arg)
{
    double expected_s = estimate->n ? estimate->task_s : 0;
    size_t n, n_left;
    struct prospect *p = look_at(g, f, expected_s, &n, &n_left);

    g->whole = n == 1;
    for (size_t i = 0; i < n; i++) {
        struct ft_str why = FT_STR_INIT;

        g->prospect = &p[i];
        g->n_left = i + 1 == n ? n_left : 0;
        g->form = ft_form_choose(g->site, &p[i].task, max_array(g->site),
                                 &why);
        g->why = why.s;
        each(g, arg);
        ft_str_release(&why);
    }
    free(p);
}

/* Call 'each' for all that would run, on every batch system. */
static void walk(const struct ft_session *s, const struct ft_forecast *f,
                 void (*each)(const struct going *g, void *arg), void *arg)
{
    struct ft_estimate *estimate;

    if (!s->n_sites)
        return;
    estimate = read_estimates(s);
    for (size_t i = 0; i < s->n_sites; i++) {
        struct going g = { .session = s, .site = s->site[i] };

        if (!g.site || !ft_site_is_remote(g.site))
            continue;
        for (size_t k = 0; k < s->plan->wf->n_stages; k++) {
            g.stage = &s->plan->wf->stage[k];
            walk_stage(&g, f, &estimate[k], each, arg);
        }
    }
    free(estimate);
}

/* --- as text, as JSON ----------------------------------------------------- */

/* "heat", or "heat[ranks=4] and 2 more". */
static void add_who(const struct going *g, struct ft_str *out)
{
    if (g->whole) {
        ft_str_add(out, g->stage->name);
        return;
    }
    ft_plan_task_name(g->session->plan, g->prospect->first, out);
    if (g->prospect->n > 1)
        ft_str_addf(out, " and %zu more", g->prospect->n - 1);
}

static void print_form(const struct going *g, void *arg)
{
    static const char *const as[][2] = {
        [FT_FORM_AUTO] = { "", "" },
        [FT_FORM_JOB] = { "a job of its own", "jobs of their own" },
        [FT_FORM_ARRAY] = { "a job array", "a job array" },
        [FT_FORM_PILOT] = { "a task of pilots", "tasks of pilots" },
    };
    struct ft_str who = FT_STR_INIT;

    (void)arg;
    add_who(g, &who);
    printf("%s at %s: as %s: %s\n", who.s, g->site->name,
           as[g->form][g->prospect->n > 1], g->why);
    if (g->n_left)
        printf("%zu more tasks of %s ask for something else\n", g->n_left,
               g->stage->name);
    ft_str_release(&who);
}

void ft_forms_print(const struct ft_session *s, const struct ft_forecast *f)
{
    walk(s, f, print_form, NULL);
}

static void add_form(const struct going *g, void *arg)
{
    struct json_object *obj = json_object_new_object();
    struct ft_str first = FT_STR_INIT;

    ft_plan_task_name(g->session->plan, g->prospect->first, &first);
    ft_json_add_str(obj, "stage", g->stage->name);
    ft_json_add_str(obj, "first", first.s);
    ft_json_add_int(obj, "tasks", (int64_t)g->prospect->n);
    ft_json_add_str(obj, "site", g->site->name);
    ft_json_add_str(obj, "form", ft_form_names[g->form]);
    ft_json_add_str(obj, "why", g->why);
    if (g->n_left)
        ft_json_add_int(obj, "unlisted", (int64_t)g->n_left);
    json_object_array_add(arg, obj);
    ft_str_release(&first);
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

static void note_form(const struct going *g, void *arg)
{
    struct wanted *w = arg;

    if (g->site == w->site)
        w->form[g->form] = true;
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

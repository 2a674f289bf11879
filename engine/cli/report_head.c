/* report_head.c - what ran, when, by whom, at what cost; with which values */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "cli/limit_text.h"
#include "cli/markup.h"
#include "cli/report.h"
#include "cli/stage_picture.h"
#include "cli/term.h"
#include "run/accounts/deadline.h"
#include "run/accounts/usage.h"

#define PARAMS_SHOWN_MAX 200 /* bytes in the head */

/* --- the head ------------------------------------------------------------- */

static const char *run_kind(enum ft_run_state state)
{
    static const char *const kind[] = {
        [FT_RUN_RUNNING] = "run",     [FT_RUN_SUCCEEDED] = "ok",
        [FT_RUN_FAILED] = "bad",      [FT_RUN_CANCELLED] = "skip",
        [FT_RUN_EXPIRED] = "bad",     [FT_RUN_PAUSED] = "wait",
        [FT_RUN_INTERRUPTED] = "wait",
    };

    return kind[state];
}

static void tile(struct ft_report *r, const char *value, const char *what)
{
    ft_str_add(r->out, "<div class=\"tile\"><b>");
    ft_markup_text(r->out, value);
    ft_str_addf(r->out, "</b><span>%s</span></div>\n", what);
}

static void tile_duration(struct ft_report *r, double s, const char *what)
{
    struct ft_str text = FT_STR_INIT;

    ft_duration_text(s, &text);
    tile(r, text.s, what);
    ft_str_release(&text);
}

static void tile_size(struct ft_report *r, double bytes, const char *what)
{
    struct ft_str text = FT_STR_INIT;

    ft_size_text(bytes, &text);
    tile(r, text.s, what);
    ft_str_release(&text);
}

static void add_tiles(struct ft_report *r)
{
    const struct ft_run *run = r->run;
    struct ft_usage use;
    char text[64];
    size_t done = ft_run_count(run, FT_TASK_SUCCEEDED) +
                  ft_run_count(run, FT_TASK_CACHED) +
                  ft_run_count(run, FT_TASK_SKIPPED);

    ft_usage_of_run(run, &use);
    ft_str_add(r->out, "<div class=\"tiles\">\n");
    snprintf(text, sizeof(text), "%zu / %zu", done, ft_run_tasks(run));
    tile(r, text, "tasks done");
    if (ft_run_count(run, FT_TASK_FAILED)) {
        snprintf(text, sizeof(text), "%zu", ft_run_count(run, FT_TASK_FAILED));
        tile(r, text, "failed");
    }
    tile_duration(r, (double)(r->end_ns - run->start_ns) / 1e9, "wall time");
    if (use.core_s > 0)
        tile_duration(r, use.core_s, "slot time");
    if (use.cpu_s > 0)
        tile_duration(r, use.cpu_s, "CPU time");
    if (use.peak_bytes > 0)
        tile_size(r, use.peak_bytes, "largest memory peak of a task");
    if (use.result_bytes > 0)
        tile_size(r, use.result_bytes, "of results");
    if (use.n_cached) {
        snprintf(text, sizeof(text), "%zu", use.n_cached);
        tile(r, text, "tasks reused");
    }
    if (use.n_saved)
        tile_duration(r, use.saved_core_s, "slot time saved by reuse");
    if (use.n_metered) {
        snprintf(text, sizeof(text), "%.4g kJ", use.energy_j / 1e3);
        tile(r, text, "energy measured");
    }
    ft_str_add(r->out, "</div>\n");
}

static void fact(struct ft_report *r, const char *what, const char *value)
{
    if (!value || !*value)
        return;
    ft_str_addf(r->out, "<dt>%s</dt><dd>", what);
    ft_markup_text(r->out, value);
    ft_str_add(r->out, "</dd>\n");
}

/* What was foreseen last, while it may still come true. */
static void fact_outlook(struct ft_report *r)
{
    struct ft_str text = FT_STR_INIT;

    if (r->run->state == FT_RUN_RUNNING)
        ft_outlook_text(r->run, &r->run->outlook, &text);
    fact(r, "Forecast", text.s);
    ft_str_release(&text);
}

static void fact_time(struct ft_report *r, const char *what, int64_t ns)
{
    char text[FT_TIME_TEXT];

    ft_time_text(ns, text);
    fact(r, what, ns ? text : NULL);
}

static void fact_limit(const char *what, const char *text, void *arg)
{
    fact(arg, what, text);
}

/* The first few machines that tasks ran on. */
static void fact_sites(struct ft_report *r)
{
    const struct ft_run *run = r->run;
    struct ft_str text = FT_STR_INIT;

    for (size_t i = 0; i < run->n_sites; i++)
        ft_str_addf(&text, "%s%s", i ? ", " : "",
                    run->site_file[i] ? run->site_file[i] : "local");
    fact(r, "Site", run->n_sites ? text.s : "local");
    ft_str_release(&text);
}

static void fact_hosts(struct ft_report *r)
{
    const char *seen[6];
    struct ft_str text = FT_STR_INIT;
    size_t n = 0, k;

    for (size_t i = 0; i < r->run->n_details && n < 6; i++) {
        const char *host = r->run->detail[i].host;

        for (k = 0; host && k < n && strcmp(seen[k], host) != 0; k++)
            ;
        if (host && k == n)
            seen[n++] = host;
    }
    for (k = 0; k < n && k < 5; k++)
        ft_str_addf(&text, "%s%s", k ? ", " : "", seen[k]);
    if (n == 6)
        ft_str_add(&text, " and more");
    fact(r, "Machines", text.s);
    ft_str_release(&text);
}

/* "size = 2 mm, ambient = 25 degC"; the section has all of them. */
static void fact_params(struct ft_report *r)
{
    const struct ft_workflow *wf = r->run->plan->wf;
    struct ft_str text = FT_STR_INIT;

    for (size_t i = 0; i < wf->params.n && text.len < PARAMS_SHOWN_MAX; i++) {
        ft_str_addf(&text, "%s%s = ", i ? ", " : "", wf->params.item[i].name);
        ft_value_text(&wf->value[i], &text);
        if (text.len >= PARAMS_SHOWN_MAX)
            ft_str_add(&text, ", …");
    }
    fact(r, "Parameters", text.s);
    ft_str_release(&text);
}

void ft_report_head(struct ft_report *r)
{
    const struct ft_run *run = r->run;
    const struct ft_workflow *wf = run->plan->wf;

    ft_str_add(r->out, "<h1>");
    ft_markup_text(r->out, wf->name);
    ft_str_addf(r->out, " <span class=\"badge b-%s\">%s</span></h1>\n",
                run_kind(run->state), ft_run_state_names[run->state]);
    if (wf->what) {
        ft_str_add(r->out, "<p class=\"doc\">");
        ft_markup_text(r->out, wf->what);
        ft_str_add(r->out, "</p>\n");
    }
    add_tiles(r);
    ft_str_add(r->out, "<dl class=\"facts\">\n");
    fact(r, "Run", run->id);
    fact(r, "Workflow", run->workflow_file);
    fact_params(r);
    fact_time(r, "Started", run->start_ns);
    fact_time(r, "Ended", run->end_ns);
    if (run->limits.deadline_ns)
        fact_time(r, "Deadline", run->limits.deadline_ns);
    fact_outlook(r);
    fact(r, "Because", run->reason);
    fact(r, "By", run->user);
    fact(r, "Runner", run->runner);
    fact_sites(r);
    fact_hosts(r);
    ft_limit_text_each(r->run, fact_limit, r);
    ft_str_add(r->out, "</dl>\n");
}

/* --- settings ------------------------------------------------------------- */

static void add_param(struct ft_report *r, const struct ft_workflow *wf,
                      size_t i)
{
    const struct ft_param *param = &wf->params.item[i];
    struct ft_str value = FT_STR_INIT, deflt = FT_STR_INIT;

    ft_value_text(&wf->value[i], &value);
    if (param->deflt.kind != FT_VALUE_NULL)
        ft_value_text(&param->deflt, &deflt);
    ft_str_add(r->out, "<tr>");
    ft_report_cell(r, param->name);
    ft_report_cell(r, value.s);
    ft_report_cell(r, strcmp(value.s, deflt.s) == 0 ? "as declared" : deflt.s);
    ft_report_cell(r, param->unit ? ft_unit_text(param->unit) : "");
    ft_report_cell(r, param->doc ? param->doc : "");
    ft_str_add(r->out, "</tr>\n");
    ft_str_release(&value);
    ft_str_release(&deflt);
}

static void add_params(struct ft_report *r)
{
    const struct ft_workflow *wf = r->run->plan->wf;

    if (!wf->params.n)
        return;
    ft_str_add(r->out, "<h3>Parameters</h3>\n<div class=\"wide\"><table>"
                       "<thead><tr><th>Parameter</th><th>Value</th>"
                       "<th>Default</th><th>Unit</th><th>Meaning</th></tr>"
                       "</thead><tbody>\n");
    for (size_t i = 0; i < wf->params.n; i++)
        add_param(r, wf, i);
    ft_str_add(r->out, "</tbody></table></div>\n");
}

static bool is_first_use(const struct ft_workflow *wf, size_t s)
{
    for (size_t i = 0; i < s; i++)
        if (wf->stage[i].module == wf->stage[s].module)
            return false;
    return wf->stage[s].module != NULL;
}

static void add_modules(struct ft_report *r)
{
    const struct ft_workflow *wf = r->run->plan->wf;
    size_t n = 0;

    for (size_t s = 0; s < wf->n_stages; s++) {
        const struct ft_module *m = wf->stage[s].module;

        if (!is_first_use(wf, s))
            continue;
        if (!n++)
            ft_str_add(r->out, "<h3>Modules</h3>\n<div class=\"wide\"><table>"
                               "<thead><tr><th>Module</th><th>Version</th>"
                               "<th>Manifest (SHA-256)</th></tr></thead>"
                               "<tbody>\n");
        ft_str_add(r->out, "<tr>");
        ft_report_cell(r, m->name);
        ft_report_cell(r, m->version ? m->version : "");
        ft_str_add(r->out, "<td class=\"mono text\">");
        ft_markup_text(r->out, m->digest ? m->digest : "");
        ft_str_add(r->out, "</td></tr>\n");
    }
    if (n)
        ft_str_add(r->out, "</tbody></table></div>\n");
}

void ft_report_settings(struct ft_report *r)
{
    const struct ft_workflow *wf = r->run->plan->wf;
    size_t len;
    const char *text = ft_doc_text(wf->doc, &len);

    ft_report_open(r, "settings", "Settings",
                   "What this run was made of, to the letter.");
    add_params(r);
    add_modules(r);
    ft_str_add(r->out, "<h3>Workflow</h3>\n<p class=\"mono\">SHA-256 ");
    ft_markup_text(r->out, wf->digest ? wf->digest : "");
    ft_str_add(r->out, "</p>\n<details><summary>its text</summary><pre>");
    ft_markup_textn(r->out, text, len);
    ft_str_add(r->out, "</pre></details>\n");
    ft_report_close(r);
}

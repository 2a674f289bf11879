/* report_stages.c - the graph and the statistics of stages, what was reused */
#include <stdio.h>

#include "cli/markup.h"
#include "cli/report.h"
#include "cli/stage_picture.h"
#include "cli/term.h"
#include "run/accounts/summary.h"
#include "run/accounts/usage.h"

/* --- the graph ------------------------------------------------------------ */

void ft_report_graph(struct ft_report *r)
{
    struct ft_picture *picture = ft_stage_picture(r->run->plan, r->run);

    ft_report_open(r, "graph", "Stages", NULL);
    ft_str_add(r->out, "<div class=\"legend\"><span><i class=\"dot b-ok\"></i>"
                       "succeeded</span><span><i class=\"dot b-cached\"></i>"
                       "reused</span><span><i class=\"dot b-run\"></i>running"
                       "</span><span><i class=\"dot b-wait\"></i>waiting"
                       "</span><span><i class=\"dot b-skip\"></i>skipped"
                       "</span><span><i class=\"dot b-bad\"></i>failed"
                       "</span></div>\n<div class=\"wide\">");
    ft_picture_svg(picture, false, r->out);
    ft_str_add(r->out, "</div>\n");
    ft_report_close(r);
    ft_picture_free(picture);
}

/* --- statistics ----------------------------------------------------------- */

static void duration_cell(struct ft_report *r, double s, bool known)
{
    struct ft_str text = FT_STR_INIT;

    if (known)
        ft_duration_text(s, &text);
    else
        ft_str_add(&text, "–");
    ft_report_number(r, text.s, known ? s : -1);
    ft_str_release(&text);
}

static void size_cell(struct ft_report *r, double bytes)
{
    struct ft_str text = FT_STR_INIT;

    if (bytes > 0)
        ft_size_text(bytes, &text);
    else
        ft_str_add(&text, "–");
    ft_report_number(r, text.s, bytes);
    ft_str_release(&text);
}

static void count_cell(struct ft_report *r, size_t n)
{
    char text[32];

    snprintf(text, sizeof(text), "%zu", n);
    ft_report_number(r, text, (double)n);
}

static void state_cell(struct ft_report *r, size_t s)
{
    const struct ft_run *run = r->run;
    size_t n = ft_run_stage_tasks(run, s);
    const char *sep = "";

    ft_str_addf(r->out, "<td data-key=\"%zu\">", n);
    for (unsigned st = 0; st < FT_TASK_STATE_COUNT; st++) {
        if (!ft_run_shown(run, s, st))
            continue;
        ft_str_addf(r->out, "%s%u&nbsp;%s", sep, ft_run_shown(run, s, st),
                    ft_task_state_names[st]);
        sep = ", ";
    }
    ft_str_add(r->out, "<div class=\"bar\">");
    for (unsigned st = FT_TASK_STATE_COUNT; st-- > 0;)
        if (ft_run_shown(run, s, st))
            ft_str_addf(r->out, "<i class=\"b-%s\" style=\"width:%.2f%%\">"
                                "</i>", ft_task_state_kind(st),
                        100.0 * ft_run_shown(run, s, st) / (double)n);
    ft_str_add(r->out, "</div></td>");
}

static void add_stage(struct ft_report *r, size_t s)
{
    const struct ft_stage *stage = &r->run->plan->wf->stage[s];
    const struct ft_usage *use = &r->run->usage[s];
    struct ft_durations d;

    ft_summary_durations(r->run, s, &d);
    ft_str_addf(r->out, "<tr><td class=\"name\"><i class=\"dot c%zu\"></i>",
                s % FT_REPORT_COLOURS);
    ft_markup_text(r->out, stage->name);
    ft_str_add(r->out, "</td>");
    ft_report_cell(r, ft_stage_what(stage));
    state_cell(r, s);
    duration_cell(r, d.min_s, d.n);
    duration_cell(r, d.median_s, d.n);
    duration_cell(r, d.p95_s, d.n);
    duration_cell(r, d.max_s, d.n);
    duration_cell(r, use->core_s, use->n_attempts);
    duration_cell(r, use->cpu_s, use->n_attempts);
    size_cell(r, use->peak_bytes);
    size_cell(r, use->result_bytes);
    count_cell(r, d.n_retries);
    ft_str_add(r->out, "</tr>\n");
}

void ft_report_stages(struct ft_report *r)
{
    static const struct {
        const char *text;
        bool number;
    } head[] = {
        { "Stage", false },     { "What", false },     { "Tasks", false },
        { "Shortest", true },   { "Median", true },    { "95 %", true },
        { "Longest", true },    { "Slot time", true }, { "CPU time", true },
        { "Memory peak", true },{ "Results", true },   { "Retries", true },
    };

    ft_report_open(r, "statistics", "Statistics",
                   "How long the tasks of each stage took and what they used; "
                   "slot time counts every slot that was held.");
    ft_str_add(r->out, "<div class=\"wide\"><table class=\"sort\"><thead><tr>");
    for (size_t i = 0; i < sizeof(head) / sizeof(head[0]); i++)
        ft_str_addf(r->out, "<th%s>%s</th>",
                    head[i].number ? " class=\"n\"" : "", head[i].text);
    ft_str_add(r->out, "</tr></thead><tbody>\n");
    for (size_t s = 0; s < r->run->plan->wf->n_stages; s++)
        add_stage(r, s);
    ft_str_add(r->out, "</tbody></table></div>\n");
    ft_report_close(r);
}

/* --- reuse ---------------------------------------------------------------- */

static void add_reused(struct ft_report *r, size_t s)
{
    const struct ft_usage *use = &r->run->usage[s];

    ft_str_add(r->out, "<tr>");
    ft_report_cell(r, r->run->plan->wf->stage[s].name);
    count_cell(r, r->run->counts[s][FT_TASK_CACHED]);
    count_cell(r, ft_run_stage_tasks(r->run, s));
    duration_cell(r, use->saved_core_s, use->n_saved);
    ft_str_add(r->out, "</tr>\n");
}

void ft_report_reuse(struct ft_report *r)
{
    size_t n_stages = r->run->plan->wf->n_stages;

    if (!ft_run_count(r->run, FT_TASK_CACHED))
        return;
    ft_report_open(r, "reuse", "Reuse",
                   "Results that were made before by the same recipe and not "
                   "made again.");
    ft_str_add(r->out, "<div class=\"wide\"><table><thead><tr><th>Stage</th>"
                       "<th class=\"n\">Reused</th><th class=\"n\">Tasks</th>"
                       "<th class=\"n\">Slot time saved</th></tr></thead>"
                       "<tbody>\n");
    for (size_t s = 0; s < n_stages; s++)
        if (r->run->counts[s][FT_TASK_CACHED])
            add_reused(r, s);
    ft_str_add(r->out, "</tbody></table></div>\n");
    ft_report_close(r);
}

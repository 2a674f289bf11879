/* report_tasks.c - the table of tasks */
#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "cli/markup.h"
#include "cli/report.h"
#include "cli/stage_picture.h"
#include "cli/term.h"
#include "run/accounts/summary.h"

#define ROWS_MAX 2000

/* What a table with room for some shows first: failures, then long tasks. */
struct row {
    size_t task;
    bool bad;
    double wall_s; /* -1: it did not run */
};

static int by_interest(const void *a, const void *b)
{
    const struct row *x = a, *y = b;

    if (x->bad != y->bad)
        return x->bad ? -1 : 1;
    if (x->wall_s > y->wall_s || x->wall_s < y->wall_s)
        return x->wall_s > y->wall_s ? -1 : 1;
    return x->task < y->task ? -1 : x->task > y->task;
}

static int by_task(const void *a, const void *b)
{
    const struct row *x = a, *y = b;

    return x->task < y->task ? -1 : x->task > y->task;
}

static struct row *choose_rows(const struct ft_report *r, size_t *n)
{
    size_t n_rows = 0;
    struct row *row = ft_calloc(r->run->plan->n_tasks + 1, sizeof(*row));
    int64_t start, end;

    for (size_t t = 0; t < r->run->plan->n_tasks; t++) {
        unsigned state = r->run->task[t].state;

        if (!ft_run_is_shown(r->run, t))
            continue;
        row[n_rows] = (struct row){ t, state > FT_TASK_SKIPPED, -1 };
        if (ft_task_times(r->run, t, r->now_ns, &start, &end))
            row[n_rows].wall_s = (double)(end - start) / 1e9;
        n_rows++;
    }
    *n = n_rows < ROWS_MAX ? n_rows : ROWS_MAX;
    if (n_rows > ROWS_MAX) {
        qsort(row, n_rows, sizeof(*row), by_interest);
        qsort(row, *n, sizeof(*row), by_task);
    }
    return row;
}

static void usage_cells(struct ft_report *r, const struct row *row)
{
    const struct ft_task_detail *d = ft_run_detail(r->run, row->task);
    double cpu = d ? d->user_s + d->system_s : 0;
    struct ft_str text = FT_STR_INIT;

    if (row->wall_s >= 0)
        ft_duration_text(row->wall_s, &text);
    ft_report_number(r, text.s, row->wall_s);
    ft_str_cut(&text, 0);
    if (cpu > 0)
        ft_duration_text(cpu, &text);
    ft_report_number(r, text.s, cpu);
    ft_str_cut(&text, 0);
    if (d && d->peak_rss_bytes > 0)
        ft_size_text(d->peak_rss_bytes, &text);
    ft_report_number(r, text.s, d ? d->peak_rss_bytes : 0);
    ft_str_release(&text);
}

static void add_row(struct ft_report *r, const struct row *row)
{
    const struct ft_task_detail *d = ft_run_detail(r->run, row->task);
    const struct ft_task *t = &r->run->task[row->task];
    struct ft_str name = FT_STR_INIT;
    char attempts[16];

    ft_plan_task_name(r->run->plan, row->task, &name);
    ft_str_add(r->out, "<tr>");
    ft_report_cell(r, name.s);
    ft_str_addf(r->out, "<td><i class=\"dot b-%s\"></i>%s</td>",
                ft_task_state_kind(t->state), ft_task_state_names[t->state]);
    snprintf(attempts, sizeof(attempts), "%u", t->attempts);
    ft_report_number(r, attempts, t->attempts);
    usage_cells(r, row);
    ft_report_cell(r, d && d->host ? d->host : "");
    ft_report_cell(r, d && d->reason ? d->reason : "");
    ft_str_add(r->out, "</tr>\n");
    ft_str_release(&name);
}

void ft_report_tasks(struct ft_report *r)
{
    size_t n, n_tasks = ft_run_tasks(r->run);
    struct row *row = choose_rows(r, &n);

    ft_report_open(r, "tasks", "Tasks", NULL);
    if (n < n_tasks)
        ft_str_addf(r->out, "<p>The %zu that failed or took longest, of %zu; "
                            "<code>fedtwin status %s -t</code> lists all."
                            "</p>\n", n, n_tasks, r->run->id);
    ft_str_add(r->out, "<input type=\"search\" data-rows=\"task-table\" "
                       "aria-label=\"Search tasks\" placeholder=\"Search "
                       "tasks\" hidden>\n<div class=\"wide\"><table "
                       "id=\"task-table\" class=\"sort\"><thead><tr>"
                       "<th>Task</th><th>State</th><th class=\"n\">Attempts"
                       "</th><th class=\"n\">Time</th><th class=\"n\">CPU time"
                       "</th><th class=\"n\">Memory peak</th><th>Machine</th>"
                       "<th>Reason</th></tr></thead><tbody>\n");
    for (size_t i = 0; i < n; i++)
        add_row(r, &row[i]);
    ft_str_add(r->out, "</tbody></table></div>\n");
    ft_report_close(r);
    free(row);
}

/* report_time.c - the time line, slots in use, the critical path */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "cli/markup.h"
#include "cli/report.h"
#include "cli/stage_picture.h"
#include "cli/term.h"
#include "run/accounts/summary.h"

#define WIDTH 1180.0
#define LEFT 64.0    /* of the drawing area */
#define RIGHT 1170.0
#define LANE 16.0
#define LANES_MAX 64  /* beyond, slots are shown only as their number */
#define BARS_MAX 2000 /* beyond, neighbours of one stage are drawn as one */
#define AREA_HEIGHT 150.0
#define PARTS 360     /* of the time, in the chart of slots */
#define AREAS_MAX 11  /* stages with an area of their own */
#define PATH_SHOWN_MAX 200

/* --- the axis ------------------------------------------------------------- */

static double span_s(const struct ft_report *r)
{
    double s = (double)(r->end_ns - r->run->start_ns) / 1e9;

    return s > 1e-3 ? s : 1e-3;
}

static double x_of(const struct ft_report *r, int64_t ns)
{
    double s = (double)(ns - r->run->start_ns) / 1e9;
    double x = LEFT + s / span_s(r) * (RIGHT - LEFT);

    return x < LEFT ? LEFT : x > RIGHT ? RIGHT : x;
}

/* A round time that divides the span into at most eight. */
static double tick_s(double span)
{
    static const double step[] = {
        1e-3, 2e-3, 5e-3, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20,
        30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 14400, 21600, 43200,
    };
    double day = 86400;

    for (size_t i = 0; i < FT_ARRAY_LEN(step); i++)
        if (span / step[i] <= 8)
            return step[i];
    while (span / day > 8)
        day *= 2;
    return day;
}

static void add_axis(struct ft_report *r, double height)
{
    double span = span_s(r), step = tick_s(span);

    for (int i = 0; i * step <= span; i++) {
        double x = LEFT + i * step / span * (RIGHT - LEFT);
        struct ft_str text = FT_STR_INIT;

        if (i)
            ft_duration_text(i * step, &text);
        else
            ft_str_add(&text, "0");
        ft_str_addf(r->out, "<line class=\"grid\" x1=\"%.1f\" y1=\"0\" "
                            "x2=\"%.1f\" y2=\"%.1f\"/><text class=\"axis\" "
                            "x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">%s"
                            "</text>\n", x, x, height, x, height + 14,
                    x > RIGHT - 30 ? "end" : "middle", text.s);
        ft_str_release(&text);
    }
}

static void open_chart(struct ft_report *r, double height, const char *title)
{
    ft_str_addf(r->out, "<div class=\"wide chart\"><svg viewBox=\"0 0 %.0f "
                        "%.0f\" width=\"%.0f\" height=\"%.0f\" role=\"img\">"
                        "<title>%s</title>\n", WIDTH, height + 20, WIDTH,
                height + 20, title);
    add_axis(r, height);
}

/* --- bars ----------------------------------------------------------------- */

static bool is_bad(const struct ft_run *run, size_t task)
{
    unsigned state = run->task[task].state;

    return state == FT_TASK_FAILED || state == FT_TASK_LOST ||
           state == FT_TASK_EXPIRED;
}

static void bar_title(struct ft_report *r, const struct ft_bar *bar,
                      size_t n_more)
{
    const struct ft_run *run = r->run;
    struct ft_str text = FT_STR_INIT;

    ft_plan_task_name(run->plan, bar->task, &text);
    if (n_more)
        ft_str_addf(&text, " and %zu more", n_more);
    else
        ft_str_addf(&text, ": %s",
                    ft_task_state_names[run->task[bar->task].state]);
    ft_str_add(&text, ", ");
    ft_duration_text((double)(bar->end_ns - bar->start_ns) / 1e9, &text);
    ft_str_add(r->out, "<title>");
    ft_markup_text(r->out, text.s);
    ft_str_add(r->out, "</title>");
    ft_str_release(&text);
}

/* Where there is room for it. */
static void bar_name(struct ft_report *r, const struct ft_bar *bar, double x,
                     double width)
{
    struct ft_str name = FT_STR_INIT;

    ft_plan_task_name(r->run->plan, bar->task, &name);
    if (ft_picture_text_width(name.s) * 10 + 8 < width) {
        ft_str_addf(r->out, "<text class=\"in\" x=\"%.1f\" y=\"%.0f\">",
                    x + 5, (double)bar->lane * LANE + 12);
        ft_markup_text(r->out, name.s);
        ft_str_add(r->out, "</text>\n");
    }
    ft_str_release(&name);
}

static void add_bar(struct ft_report *r, const struct ft_bar *bar,
                    size_t n_more)
{
    const struct ft_run *run = r->run;
    double x = x_of(r, bar->start_ns), end = x_of(r, bar->end_ns);
    size_t stage = ft_plan_stage_of(run->plan, bar->task);
    const char *more = "";

    if (is_bad(run, bar->task))
        more = " k-bad";
    else if (run->task[bar->task].state == FT_TASK_RUNNING)
        more = " k-run";
    ft_str_addf(r->out, "<rect class=\"bit c%zu%s\" x=\"%.1f\" y=\"%.0f\" "
                        "width=\"%.1f\" height=\"%.0f\">",
                stage % FT_REPORT_COLOURS, more, x,
                (double)bar->lane * LANE + 2, end - x > 1 ? end - x : 1,
                LANE - 4);
    bar_title(r, bar, n_more);
    ft_str_add(r->out, "</rect>\n");
    if (!n_more)
        bar_name(r, bar, x, end - x);
}

/* Bars of one lane, gathered while they are of one stage and touch. */
struct gathered {
    struct ft_bar bar;
    size_t n;
};

static bool belongs(const struct ft_report *r, const struct gathered *g,
                    const struct ft_bar *bar)
{
    return g->n &&
           ft_plan_stage_of(r->run->plan, g->bar.task) ==
               ft_plan_stage_of(r->run->plan, bar->task) &&
           is_bad(r->run, g->bar.task) == is_bad(r->run, bar->task) &&
           x_of(r, bar->start_ns) - x_of(r, g->bar.end_ns) < 1;
}

static void add_gathered(struct ft_report *r, const struct ft_bars *bars)
{
    struct gathered *lane = ft_calloc(bars->n_lanes + 1, sizeof(*lane));

    for (size_t i = 0; i < bars->n; i++) {
        const struct ft_bar *bar = &bars->item[i];
        struct gathered *g = &lane[bar->lane];

        if (belongs(r, g, bar)) {
            g->n++;
            g->bar.end_ns = bar->end_ns;
            continue;
        }
        if (g->n)
            add_bar(r, &g->bar, g->n - 1);
        *g = (struct gathered){ *bar, 1 };
    }
    for (size_t l = 0; l < bars->n_lanes; l++)
        if (lane[l].n)
            add_bar(r, &lane[l].bar, lane[l].n - 1);
    free(lane);
}

static void add_bars(struct ft_report *r, const struct ft_bars *bars)
{
    double height = (double)bars->n_lanes * LANE;

    ft_str_addf(r->out, "<h3>Tasks side by side%s</h3>\n",
                bars->n > BARS_MAX ? "; neighbours of one stage are drawn as "
                                     "one" : "");
    open_chart(r, height, "When each task ran");
    for (size_t l = 0; l < bars->n_lanes; l++)
        ft_str_addf(r->out, "<text class=\"axis\" x=\"%.0f\" y=\"%.0f\" "
                            "text-anchor=\"end\">%zu</text>", LEFT - 8,
                    (double)l * LANE + 12, l + 1);
    if (bars->n > BARS_MAX)
        add_gathered(r, bars);
    else
        for (size_t i = 0; i < bars->n; i++)
            add_bar(r, &bars->item[i], 0);
    ft_str_add(r->out, "</svg></div>\n");
}

/* --- slots in use --------------------------------------------------------- */

struct areas {
    struct area {
        size_t stage;
        double sum;
    } *item; /* stages, the busiest first */
    size_t n;
    double low[PARTS], high[PARTS], all[PARTS];
    double top; /* of the axis */
};

static int by_sum(const void *a, const void *b)
{
    const struct area *x = a, *y = b;

    if (x->sum > y->sum || x->sum < y->sum)
        return x->sum > y->sum ? -1 : 1;
    return x->stage < y->stage ? -1 : x->stage > y->stage;
}

static void measure(const struct ft_report *r, size_t stage, double *busy)
{
    ft_summary_busy(r->run, stage, r->run->start_ns, r->end_ns, r->now_ns,
                    PARTS, busy);
}

static void find_areas(const struct ft_report *r, struct areas *areas)
{
    const struct ft_plan *plan = r->run->plan;

    areas->item = ft_calloc(plan->wf->n_stages + 1, sizeof(*areas->item));
    measure(r, FT_NO_STAGE, areas->all);
    areas->top = 1;
    for (size_t i = 0; i < PARTS; i++)
        if (areas->all[i] > areas->top)
            areas->top = areas->all[i];
    for (size_t s = 0; s < plan->wf->n_stages; s++) {
        struct ft_durations d;

        ft_summary_durations(r->run, s, &d);
        if (d.n || r->run->counts[s][FT_TASK_RUNNING])
            areas->item[areas->n++] = (struct area){ s, d.total_s };
    }
    qsort(areas->item, areas->n, sizeof(*areas->item), by_sum);
}

static void add_area(struct ft_report *r, const struct areas *a, size_t colour)
{
    double step = (RIGHT - LEFT) / PARTS, scale = AREA_HEIGHT / a->top;
    const char *sep = "";

    ft_str_addf(r->out, "<path class=\"c%zu\" d=\"M",
                colour % FT_REPORT_COLOURS);
    for (size_t i = 0; i < PARTS; i++) {
        double y = AREA_HEIGHT - a->high[i] * scale;

        ft_str_addf(r->out, "%s%.1f %.1fH%.1f", sep,
                    LEFT + (double)i * step, y, LEFT + (double)(i + 1) * step);
        sep = "L";
    }
    for (size_t i = PARTS; i-- > 0;)
        ft_str_addf(r->out, "L%.1f %.1fH%.1f", LEFT + (double)(i + 1) * step,
                    AREA_HEIGHT - a->low[i] * scale,
                    LEFT + (double)i * step);
    ft_str_add(r->out, "z\"/>\n");
}

static void add_areas(struct ft_report *r, struct areas *a)
{
    double busy[PARTS];

    for (size_t k = 0; k < a->n && k <= AREAS_MAX; k++) {
        bool rest = k == AREAS_MAX;

        if (!rest)
            measure(r, a->item[k].stage, busy);
        for (size_t i = 0; i < PARTS; i++) {
            a->low[i] = a->high[i];
            a->high[i] = rest ? a->all[i] : a->low[i] + busy[i];
        }
        add_area(r, a, rest ? FT_REPORT_COLOURS - 1 : a->item[k].stage);
    }
}

static void add_legend(struct ft_report *r, const struct areas *a)
{
    ft_str_add(r->out, "<div class=\"legend\">");
    for (size_t k = 0; k < a->n && k < AREAS_MAX; k++) {
        ft_str_addf(r->out, "<span><i class=\"dot c%zu\"></i>",
                    a->item[k].stage % FT_REPORT_COLOURS);
        ft_markup_text(r->out, r->run->plan->wf->stage[a->item[k].stage].name);
        ft_str_add(r->out, "</span>");
    }
    if (a->n > AREAS_MAX)
        ft_str_addf(r->out, "<span>and %zu more stages</span>",
                    a->n - AREAS_MAX);
    ft_str_add(r->out, "</div>\n");
}

static void add_busy(struct ft_report *r, struct areas *a)
{
    ft_str_add(r->out, "<h3>Slots in use</h3>\n");
    open_chart(r, AREA_HEIGHT, "Slots in use over time, by stage");
    ft_str_addf(r->out, "<text class=\"axis\" x=\"%.0f\" y=\"10\" "
                        "text-anchor=\"end\">%.3g</text><text class=\"axis\" "
                        "x=\"%.0f\" y=\"%.0f\" text-anchor=\"end\">0</text>\n",
                LEFT - 8, a->top, LEFT - 8, AREA_HEIGHT);
    add_areas(r, a);
    ft_str_add(r->out, "</svg></div>\n");
}

void ft_report_time(struct ft_report *r)
{
    struct areas *areas;
    struct ft_bars bars;

    ft_summary_bars(r->run, r->now_ns, &bars);
    if (bars.n) {
        areas = ft_calloc(1, sizeof(*areas));
        find_areas(r, areas);
        ft_report_open(r, "time", "Time line",
                       "The last attempt of each task; a red edge marks a "
                       "failure.");
        add_legend(r, areas);
        if (bars.n_lanes <= LANES_MAX)
            add_bars(r, &bars);
        add_busy(r, areas);
        ft_report_close(r);
        free(areas->item);
        free(areas);
    }
    ft_bars_release(&bars);
}

/* --- the critical path ---------------------------------------------------- */

static void add_step(struct ft_report *r, const struct ft_path_step *step)
{
    double s = (double)(step->end_ns - step->start_ns) / 1e9;
    double wall = span_s(r);
    size_t stage = ft_plan_stage_of(r->run->plan, step->task);
    struct ft_str text = FT_STR_INIT;

    ft_plan_task_name(r->run->plan, step->task, &text);
    ft_str_add(r->out, "<tr>");
    ft_report_cell(r, text.s);
    ft_str_cut(&text, 0);
    ft_duration_text(step->wait_s, &text);
    ft_report_number(r, text.s, step->wait_s);
    ft_str_cut(&text, 0);
    ft_duration_text(s, &text);
    ft_report_number(r, text.s, s);
    ft_str_cut(&text, 0);
    ft_str_addf(&text, "%.0f %%", 100 * s / wall);
    ft_report_number(r, text.s, s);
    ft_str_addf(r->out, "<td><div class=\"bar\"><i style=\"width:%.2f%%\">"
                        "</i><i class=\"c%zu\" style=\"width:%.2f%%\"></i>"
                        "</div></td></tr>\n",
                (x_of(r, step->start_ns) - LEFT) / (RIGHT - LEFT) * 100,
                stage % FT_REPORT_COLOURS,
                (x_of(r, step->end_ns) - x_of(r, step->start_ns)) /
                    (RIGHT - LEFT) * 100);
    ft_str_release(&text);
}

static void add_path_sum(struct ft_report *r, const struct ft_path *path)
{
    double work = 0, wait = 0;
    struct ft_str text = FT_STR_INIT;

    for (size_t i = 0; i < path->n; i++) {
        work += (double)(path->item[i].end_ns - path->item[i].start_ns) / 1e9;
        wait += path->item[i].wait_s;
    }
    ft_duration_text(work, &text);
    ft_str_add(&text, " of work and ");
    ft_duration_text(wait, &text);
    ft_str_addf(r->out, "<p>%s of waiting in %zu task%s: more slots can "
                        "shorten only the waiting.</p>\n", text.s, path->n,
                path->n == 1 ? "" : "s");
    ft_str_release(&text);
}

void ft_report_path(struct ft_report *r)
{
    struct ft_path path;

    ft_summary_path(r->run, r->now_ns, &path);
    if (path.n) {
        ft_report_open(r, "path", "Critical path",
                       "The chain of tasks that decided how long the run "
                       "took: before each stands what it waited for last.");
        add_path_sum(r, &path);
        ft_str_add(r->out, "<div class=\"wide\"><table><thead><tr><th>Task"
                           "</th><th class=\"n\">Waited</th><th class=\"n\">"
                           "Took</th><th class=\"n\">Of the run</th>"
                           "<th>When</th></tr></thead><tbody>\n");
        for (size_t i = 0; i < path.n && i < PATH_SHOWN_MAX; i++)
            add_step(r, &path.item[i]);
        ft_str_add(r->out, "</tbody></table></div>\n");
        if (path.n > PATH_SHOWN_MAX)
            ft_str_addf(r->out, "<p>… and %zu more</p>\n",
                        path.n - PATH_SHOWN_MAX);
        ft_report_close(r);
    }
    ft_path_release(&path);
}

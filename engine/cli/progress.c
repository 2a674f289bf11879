/* progress.c - a run as a person watches it */
#include "cli/progress.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/str.h"
#include "cli/term.h"

#define LINES_AT_ONCE 20 /* off a terminal; then one a second */
#define COUNT_EVERY_NS (10 * (int64_t)NS_PER_S)
#define BAR_WIDTH 10
#define NAME_WIDTH_MAX 24
#define NS_PER_S 1000000000

/* How many lines may be written: LINES_AT_ONCE, and one more each second. */
struct allowance {
    double left;
    int64_t at_ns; /* 0: not used yet */
};

struct ft_progress {
    ft_progress_begun *begun, *ended;
    void *ended_arg;
    void *arg;
    bool live;
    int drawn;         /* lines of the block on the screen */
    /* off a terminal */
    struct allowance news, troubles;
    int64_t counted_ns; /* when the tasks were counted last */
    size_t *heard; /* of each stage: 1 + the task that was heard of last */
};

/* --- what a stage is doing ------------------------------------------------ */

static uint32_t stage_count(const struct ft_run *run, size_t s,
                            enum ft_task_state state)
{
    return ft_run_shown(run, s, state);
}

static uint32_t stage_done(const struct ft_run *run, size_t s)
{
    return stage_count(run, s, FT_TASK_SUCCEEDED) +
           stage_count(run, s, FT_TASK_CACHED) +
           stage_count(run, s, FT_TASK_SKIPPED);
}

static uint32_t stage_bad(const struct ft_run *run, size_t s)
{
    return stage_count(run, s, FT_TASK_FAILED) +
           stage_count(run, s, FT_TASK_CANCELLED) +
           stage_count(run, s, FT_TASK_EXPIRED) +
           stage_count(run, s, FT_TASK_LOST);
}

static void hear(struct ft_progress *p, const struct ft_run *run, size_t task)
{
    if (p->heard)
        p->heard[ft_plan_stage_of(run->plan, task)] = task + 1;
}

/* The task that stands for a stage: the one that was heard of last. */
static bool find_spokesman(const struct ft_progress *p,
                           const struct ft_run *run, size_t s, size_t *task)
{
    if (!p->heard || !p->heard[s])
        return false;
    *task = p->heard[s] - 1;
    return run->task[*task].state == FT_TASK_RUNNING;
}

static void add_count(struct ft_str *out, uint32_t n, const char *what)
{
    if (n)
        ft_str_addf(out, "  %s %u", what, n);
}

static void add_activity(const struct ft_progress *p,
                         const struct ft_run *run, size_t s,
                         struct ft_str *out)
{
    const struct ft_loop *loop = run->plan->wf->stage[s].loop;
    const struct ft_task_detail *d;
    size_t task;

    add_count(out, stage_count(run, s, FT_TASK_CACHED), "cached");
    add_count(out, stage_count(run, s, FT_TASK_SKIPPED), "skipped");
    add_count(out, stage_count(run, s, FT_TASK_RUNNING), "running");
    add_count(out, stage_count(run, s, FT_TASK_SUBMITTED), "submitted");
    add_count(out, stage_count(run, s, FT_TASK_READY), "ready");
    add_count(out, stage_bad(run, s), "failed");
    if (!find_spokesman(p, run, s, &task))
        return;
    if (loop)
        ft_str_addf(out, "  turn %zu/%zu",
                    1 + task - ft_plan_first_turn(run->plan, task),
                    loop->max);
    d = ft_run_detail(run, task);
    if (!d)
        return;
    if (d->step >= 0 && d->of > 0)
        ft_str_addf(out, "  step %lld/%lld", (long long)d->step,
                    (long long)d->of);
    else if (d->step >= 0)
        ft_str_addf(out, "  step %lld", (long long)d->step);
    if (!isnan(d->residual))
        ft_str_addf(out, "  residual %.1e", d->residual);
}

static void add_bar(const struct ft_run *run, size_t s, struct ft_str *out)
{
    size_t n = ft_run_stage_tasks(run, s);
    size_t full = n ? stage_done(run, s) * BAR_WIDTH / n : BAR_WIDTH;

    for (size_t i = 0; i < BAR_WIDTH; i++)
        ft_str_add(out, i < full ? "━" : "╌");
}

static void add_stage_line(const struct ft_progress *p,
                           const struct ft_run *run, size_t s, int name_width,
                           struct ft_str *out)
{
    size_t n = ft_run_stage_tasks(run, s);
    uint32_t done = stage_done(run, s), bad = stage_bad(run, s);
    enum ft_tone tone = bad ? FT_RED : done == n ? FT_GREEN : FT_CYAN;

    ft_str_addf(out, " %-*.*s ", name_width, name_width,
                run->plan->wf->stage[s].name);
    ft_str_add(out, ft_tone(stderr, tone));
    if (done == n)
        ft_str_add(out, "✔         ");
    else if (bad && done + bad == n)
        ft_str_add(out, "✘         ");
    else
        add_bar(run, s, out);
    ft_str_add(out, ft_tone(stderr, FT_PLAIN));
    ft_str_addf(out, " %u/%zu", done, n);
    add_activity(p, run, s, out);
}

/* --- the block on a terminal ---------------------------------------------- */

static size_t done_in_run(const struct ft_run *run)
{
    return ft_run_count(run, FT_TASK_SUCCEEDED) +
           ft_run_count(run, FT_TASK_CACHED) +
           ft_run_count(run, FT_TASK_SKIPPED);
}

/* "eta 14 s": what executed tasks took, for what is still to be done. */
static void add_eta(const struct ft_run *run, struct ft_str *out)
{
    size_t executed = ft_run_count(run, FT_TASK_SUCCEEDED);
    size_t left = ft_run_tasks(run) - done_in_run(run);
    double elapsed =
        (double)(ft_clock_now_ns() - run->start_ns) / NS_PER_S;

    if (!executed || !left || run->end_ns)
        return;
    ft_str_add(out, "  eta ");
    ft_duration_text(elapsed / (double)executed * (double)left, out);
}

static void add_head(const struct ft_run *run, struct ft_str *out)
{
    int64_t end = run->end_ns ? run->end_ns : ft_clock_now_ns();

    ft_str_addf(out, "%s%s%s  run %s  [%zu/%zu]  ",
                ft_tone(stderr, FT_BOLD), run->plan->wf->name,
                ft_tone(stderr, FT_PLAIN), run->id, done_in_run(run),
                ft_run_tasks(run));
    ft_duration_text((double)(end - run->start_ns) / NS_PER_S, out);
    add_eta(run, out);
}

/* A stage that is finished well or has not begun gives way when there are more
 * stages than lines. */
static bool is_interesting(const struct ft_run *run, size_t s)
{
    size_t n = ft_run_stage_tasks(run, s);

    return stage_bad(run, s) ||
           (stage_done(run, s) < n &&
            stage_count(run, s, FT_TASK_WAITING) < n);
}

/* Each line is cut at the edge, so that it takes exactly one row; what is cut
 * ends with the colour turned off. */
static void add_cut(struct ft_str *out, const char *line, int columns)
{
    int col = 0;

    for (const char *c = line; *c; c++) {
        if (*c == '\033') {
            const char *end = strchr(c, 'm');

            if (!end)
                break;
            ft_str_addn(out, c, (size_t)(end - c) + 1);
            c = end;
            continue;
        }
        col += ((unsigned char)*c & 0xc0) != 0x80;
        if (col >= columns)
            break;
        ft_str_addc(out, *c);
    }
    ft_str_add(out, ft_tone(stderr, FT_PLAIN));
    ft_str_add(out, "\033[K\n");
}

static int name_width(const struct ft_run *run)
{
    size_t width = 0;

    for (size_t s = 0; s < run->plan->wf->n_stages; s++) {
        size_t len = strlen(run->plan->wf->stage[s].name);

        width = len > width ? len : width;
    }
    return width > NAME_WIDTH_MAX ? NAME_WIDTH_MAX : (int)width;
}

static void draw(struct ft_progress *p, const struct ft_run *run, bool all)
{
    struct ft_str out = FT_STR_INIT, line = FT_STR_INIT;
    size_t n_stages = run->plan->wf->n_stages;
    int columns, rows, lines = 1, width = name_width(run);

    ft_term_size(stderr, &columns, &rows);
    if (p->drawn)
        ft_str_addf(&out, "\033[%dA", p->drawn);
    add_head(run, &line);
    add_cut(&out, line.s, columns);
    for (size_t s = 0; s < n_stages && lines < rows - 2; s++) {
        if (!all && n_stages > (size_t)rows - 3 && !is_interesting(run, s))
            continue;
        ft_str_cut(&line, 0);
        add_stage_line(p, run, s, width, &line);
        add_cut(&out, line.s, columns);
        lines++;
    }
    ft_str_add(&out, "\033[J");
    fwrite(out.s, 1, out.len, stderr);
    fflush(stderr);
    p->drawn = lines;
    ft_str_release(&line);
    ft_str_release(&out);
}

/* --- lines elsewhere ------------------------------------------------------ */

static bool may_write(struct allowance *a, int64_t now)
{
    if (!a->at_ns)
        a->left = LINES_AT_ONCE;
    else if (now > a->at_ns)
        a->left += (double)(now - a->at_ns) / NS_PER_S;
    if (a->left > LINES_AT_ONCE)
        a->left = LINES_AT_ONCE;
    a->at_ns = now;
    if (a->left < 1)
        return false;
    a->left--;
    return true;
}

static void print_line(int64_t now, const char *text)
{
    char when[FT_TIME_TEXT];

    ft_time_text(now, when);
    fprintf(stderr, "%.19sZ %s\n", when, text);
}

/* What stands for the lines that are left out. */
static void print_counts(struct ft_progress *p, const struct ft_run *run,
                         int64_t now)
{
    size_t n_stages = run->plan->wf->n_stages, done = 0, bad = 0, running = 0;
    struct ft_str text = FT_STR_INIT;

    if (now - p->counted_ns < COUNT_EVERY_NS)
        return;
    p->counted_ns = now;
    for (size_t s = 0; s < n_stages; s++) {
        done += stage_done(run, s);
        bad += stage_bad(run, s);
        running += stage_count(run, s, FT_TASK_RUNNING);
    }
    ft_str_addf(&text, "%zu of %zu tasks done, %zu running", done,
                ft_run_tasks(run), running);
    if (bad)
        ft_str_addf(&text, ", %zu without result", bad);
    print_line(now, text.s);
    ft_str_release(&text);
}

/* A task whose program has ended runs until its results are published, which
 * is not worth a second line; one that is ready again is, for an attempt has
 * failed, and so is what keeps one waiting at its site. */
static bool is_worth_a_line(enum ft_task_state state,
                            const struct ft_task_detail *d)
{
    if (state == FT_TASK_READY || state == FT_TASK_SUBMITTED)
        return d && d->reason;
    return state != FT_TASK_WAITING &&
           !(state == FT_TASK_RUNNING && d && d->end_ns);
}

static void add_news(const struct ft_task_detail *d, enum ft_task_state state,
                     bool open, struct ft_str *out)
{
    bool again = state == FT_TASK_READY || state == FT_TASK_SUBMITTED;

    ft_str_addf(out, " %s", again && open ? "waits"
                            : again       ? "is tried again"
                                          : ft_task_state_names[state]);
    if (state == FT_TASK_SUCCEEDED && d && d->end_ns > d->start_ns) {
        ft_str_add(out, " in ");
        ft_duration_text((double)(d->end_ns - d->start_ns) / NS_PER_S, out);
    }
    if ((state == FT_TASK_FAILED || again) && d && d->reason)
        ft_str_addf(out, ": %s", d->reason);
}

static void print_task(struct ft_progress *p, const struct ft_run *run,
                       size_t task)
{
    const struct ft_task_detail *d = ft_run_detail(run, task);
    enum ft_task_state state = (enum ft_task_state)run->task[task].state;
    bool trouble = state == FT_TASK_FAILED || state == FT_TASK_READY;
    int64_t now = ft_clock_now_ns();
    struct ft_str text = FT_STR_INIT;

    if (!is_worth_a_line(state, d))
        return;
    if (!may_write(trouble ? &p->troubles : &p->news, now)) {
        print_counts(p, run, now);
        return;
    }
    ft_plan_task_name(run->plan, task, &text);
    if (d && d->ends_loop && d->reason)
        ft_str_addf(&text, ": %s", d->reason);
    else
        add_news(d, state, run->task[task].open, &text);
    print_line(now, text.s);
    ft_str_release(&text);
}

/* --- the watcher ---------------------------------------------------------- */

static void on_begin(const struct ft_run *run, void *arg)
{
    struct ft_progress *p = arg;
    struct ft_str text = FT_STR_INIT;

    if (p->begun)
        p->begun(run, p->arg);
    if (p->live) {
        free(p->heard);
        p->heard = ft_calloc(run->plan->wf->n_stages, sizeof(*p->heard));
    } else {
        ft_str_addf(&text, "run %s of %s: %zu task%s", run->id,
                    run->workflow_file, ft_run_tasks(run),
                    ft_run_tasks(run) == 1 ? "" : "s");
        p->counted_ns = ft_clock_now_ns();
        print_line(p->counted_ns, text.s);
    }
    ft_str_release(&text);
}

static void on_task(const struct ft_run *run, size_t task, void *arg)
{
    struct ft_progress *p = arg;

    if (!p->live)
        print_task(p, run, task);
    else if (run->task[task].state == FT_TASK_RUNNING)
        hear(p, run, task);
}

static void on_progress(const struct ft_run *run, size_t task,
                        const char *line, void *arg)
{
    (void)line; /* its numbers are in the run by now */
    hear(arg, run, task);
}

static void on_tick(const struct ft_run *run, void *arg)
{
    struct ft_progress *p = arg;

    if (p->live)
        draw(p, run, false);
}

static void on_note(const char *text, void *arg)
{
    struct ft_progress *p = arg;

    p->drawn = 0; /* the next block starts below the note */
    fprintf(stderr, "%s\n", text);
}

static void on_end(const struct ft_run *run, void *arg)
{
    struct ft_progress *p = arg;

    if (p->live)
        draw(p, run, true);
    if (p->ended)
        p->ended(run, p->ended_arg);
}

struct ft_progress *ft_progress_new(ft_progress_begun *begun, void *arg)
{
    struct ft_progress *p = ft_calloc(1, sizeof(*p));

    p->begun = begun;
    p->arg = arg;
    p->live = !begun && ft_term_is_live(stderr);
    return p;
}

void ft_progress_at_end(struct ft_progress *progress,
                        ft_progress_begun *ended, void *arg)
{
    progress->ended = ended;
    progress->ended_arg = arg;
}

void ft_progress_watcher(struct ft_progress *progress,
                         struct ft_watcher *watcher)
{
    *watcher = (struct ft_watcher){
        .begin = on_begin,
        .task = on_task,
        .progress = on_progress,
        .tick = on_tick,
        .note = on_note,
        .end = on_end,
        .arg = progress,
    };
}

void ft_progress_free(struct ft_progress *progress)
{
    if (!progress)
        return;
    free(progress->heard);
    free(progress);
}

void ft_progress_summary(const struct ft_run *run, struct ft_str *out)
{
    const char *sep = " ";

    ft_str_addf(out, "%zu task%s:", ft_run_tasks(run),
                ft_run_tasks(run) == 1 ? "" : "s");
    for (int state = 0; state < FT_TASK_STATE_COUNT; state++) {
        size_t n = ft_run_count(run, (enum ft_task_state)state);

        if (!n)
            continue;
        ft_str_addf(out, "%s%zu %s", sep, n, ft_task_state_names[state]);
        sep = ", ";
    }
    if (ft_run_forgiven(run))
        ft_str_addf(out, " (%zu optional failed)", ft_run_forgiven(run));
}

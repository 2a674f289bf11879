/* watch_screen.c - how a run looks on the whole screen
 *
 *   heatsink  run 20261121-115212-2421f0  running
 *   ━━━━━━━━━━╌╌╌╌╌╌╌╌╌╌  412/1024  40 %  12 min 03 s  3.1/s  eta 3 min 17 s
 *   budget, deadline, forecast
 *    mesh  ✔          64/64  cached 60
 *    heat  ━━━╌╌╌╌╌╌╌ 340/960  running 3  failed 1
 *
 *   Running (3)            each with its time, step and residual
 *   Failures (1)           the newest first, with the reason
 *   Waiting                what for
 *
 *   q quit  p pause  c cancel  f failures  arrows scroll
 */
#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/json.h"
#include "base/path.h"
#include "cli/limit_text.h"
#include "cli/term.h"
#include "cli/watch.h"
#include "run/accounts/deadline.h"
#include "run/adapter.h"

#define NAME_WIDTH_MAX 24
#define BAR 10
#define HEAD_ROWS 3
#define FOOT_ROWS 1
#define PROGRESS_TAIL 512
#define SORTED_MAX 256 /* running tasks that are shown in order */

/* One screen while it is put together. */
struct page {
    struct ft_watch *watch;
    const struct ft_run *run;
    int columns;
    size_t first, end; /* rows of the body that are visible */
    size_t at;         /* the next one */
    int64_t now_ns;
    struct ft_str *out;
    struct ft_str line;
};

/* --- lines ---------------------------------------------------------------- */

/* Cut at the edge: the terminal does not wrap, but half a colour would stay. */
static void put_line(struct page *p)
{
    int col = 0;

    for (const char *c = p->line.s; *c; c++) {
        if (*c == '\033') {
            size_t n = strcspn(c, "m");

            ft_str_addn(p->out, c, n + (c[n] != '\0'));
            c += c[n] ? n : n - 1;
            continue;
        }
        col += ((unsigned char)*c & 0xc0) != 0x80;
        if (col > p->columns)
            break;
        ft_str_addc(p->out, *c);
    }
    ft_str_add(p->out, ft_tone(stdout, FT_PLAIN));
    ft_str_add(p->out, "\033[K");
    ft_str_cut(&p->line, 0);
}

/* The next line of the body is visible: put it together, then end_line(). */
static bool wants_line(struct page *p)
{
    bool visible = p->at >= p->first && p->at < p->end;

    p->at++;
    return visible;
}

static void end_line(struct page *p)
{
    put_line(p);
    ft_str_add(p->out, "\r\n");
}

static void tone(struct page *p, enum ft_tone t)
{
    ft_str_add(&p->line, ft_tone(stdout, t));
}

/* Text of others, on one line. */
static void add_safe(struct page *p, const char *text)
{
    struct ft_str safe = FT_STR_INIT;

    ft_safe_text(text, strlen(text), &safe);
    for (char *c = safe.s; *c; c++)
        if (*c == '\n' || *c == '\t')
            *c = ' ';
    ft_str_add(&p->line, safe.s);
    ft_str_release(&safe);
}

static void heading(struct page *p, const char *text, size_t n)
{
    if (wants_line(p))
        end_line(p);
    if (!wants_line(p))
        return;
    tone(p, FT_BOLD);
    ft_str_add(&p->line, text);
    tone(p, FT_PLAIN);
    if (n)
        ft_str_addf(&p->line, " (%zu)", n);
    end_line(p);
}

/* --- the head ------------------------------------------------------------- */

static size_t done_of(const uint32_t count[FT_TASK_STATE_COUNT])
{
    return (size_t)count[FT_TASK_SUCCEEDED] + count[FT_TASK_CACHED] +
           count[FT_TASK_SKIPPED];
}

static size_t bad_of(const uint32_t count[FT_TASK_STATE_COUNT])
{
    return (size_t)count[FT_TASK_FAILED] + count[FT_TASK_CANCELLED] +
           count[FT_TASK_EXPIRED] + count[FT_TASK_LOST];
}

/* Turns of a loop that may never be needed do not count. */
static size_t count_stage(const struct ft_run *run, size_t s,
                          uint32_t count[FT_TASK_STATE_COUNT])
{
    size_t n = 0;

    for (unsigned state = 0; state < FT_TASK_STATE_COUNT; state++) {
        count[state] = ft_run_shown(run, s, state);
        n += count[state];
    }
    return n;
}

static void add_bar(struct page *p, size_t done, size_t n, size_t width)
{
    size_t full = n ? done * width / n : width;

    for (size_t i = 0; i < width; i++)
        ft_str_add(&p->line, i < full ? "━" : "╌");
}

static void head_state(struct page *p)
{
    const struct ft_run *run = p->run;
    enum ft_tone t = run->state == FT_RUN_RUNNING ? FT_CYAN
                     : run->state == FT_RUN_SUCCEEDED ? FT_GREEN : FT_RED;

    tone(p, FT_BOLD);
    add_safe(p, run->plan->wf->name);
    tone(p, FT_PLAIN);
    ft_str_addf(&p->line, "  run %s  ", run->id);
    tone(p, t);
    ft_str_add(&p->line, ft_run_state_names[run->state]);
    tone(p, FT_PLAIN);
    if (run->steer.paused) {
        tone(p, FT_YELLOW);
        ft_str_add(&p->line, "  paused");
        if (run->steer.paused_by) {
            ft_str_add(&p->line, " by ");
            add_safe(p, run->steer.paused_by);
        }
        tone(p, FT_PLAIN);
    }
    end_line(p);
}

static void head_total(struct page *p)
{
    const struct ft_run *run = p->run;
    size_t n = ft_run_tasks(run), left;
    double rate = ft_watch_rate(p->watch);
    uint32_t sum[FT_TASK_STATE_COUNT];

    for (unsigned s = 0; s < FT_TASK_STATE_COUNT; s++)
        sum[s] = (uint32_t)ft_run_count(run, s);
    tone(p, bad_of(sum) ? FT_RED : FT_GREEN);
    add_bar(p, done_of(sum), n, p->columns < 60 ? 10 : 20);
    tone(p, FT_PLAIN);
    ft_str_addf(&p->line, "  %zu/%zu  %zu %%  ", done_of(sum), n,
                n ? 100 * done_of(sum) / n : 100);
    ft_duration_text((double)((run->end_ns ? run->end_ns : p->now_ns) -
                              run->start_ns) / 1e9, &p->line);
    left = n - done_of(sum) - bad_of(sum);
    if (rate > 0 && left) {
        ft_str_addf(&p->line, "  %.3g/s  eta ", rate);
        ft_duration_text((double)left / rate, &p->line);
    }
    end_line(p);
}

static void add_limit(const char *what, const char *text, void *arg)
{
    struct page *p = arg;

    ft_str_addf(&p->line, "%s%s: ", p->line.len ? "; " : "", what);
    add_safe(p, text);
}

/* Budget, deadline and forecast, or nothing. */
static void head_limits(struct page *p)
{
    ft_limit_text_each(p->run, add_limit, p);
    end_line(p);
}

/* --- stages --------------------------------------------------------------- */

static int name_width(const struct ft_run *run, int columns)
{
    size_t most = columns < 60 ? 12 : NAME_WIDTH_MAX, width = 0;

    for (size_t s = 0; s < run->plan->wf->n_stages && width < most; s++) {
        size_t len = strlen(run->plan->wf->stage[s].name);

        width = len > width ? len : width;
    }
    return (int)(width > most ? most : width);
}

static void add_counts(struct page *p, const uint32_t *count)
{
    static const struct {
        enum ft_task_state state;
        const char *name;
    } shown[] = {
        { FT_TASK_CACHED, "cached" },       { FT_TASK_SKIPPED, "skipped" },
        { FT_TASK_RUNNING, "running" },     { FT_TASK_SUBMITTED, "submitted" },
        { FT_TASK_READY, "ready" },
    };

    for (size_t i = 0; i < sizeof(shown) / sizeof(shown[0]); i++)
        if (count[shown[i].state])
            ft_str_addf(&p->line, "  %s %u", shown[i].name,
                        count[shown[i].state]);
    if (!bad_of(count))
        return;
    tone(p, FT_RED);
    ft_str_addf(&p->line, "  failed %zu", bad_of(count));
    tone(p, FT_PLAIN);
}

static void stage_line(struct page *p, size_t s, int width)
{
    uint32_t count[FT_TASK_STATE_COUNT];
    size_t n = count_stage(p->run, s, count), done = done_of(count);

    if (!wants_line(p))
        return;
    ft_str_addf(&p->line, " %-*.*s ", width, width,
                p->run->plan->wf->stage[s].name);
    tone(p, bad_of(count) ? FT_RED : done == n ? FT_GREEN : FT_CYAN);
    if (done == n)
        ft_str_add(&p->line, "✔         ");
    else if (done + bad_of(count) == n)
        ft_str_add(&p->line, "✘         ");
    else
        add_bar(p, done, n, BAR);
    tone(p, FT_PLAIN);
    ft_str_addf(&p->line, " %zu/%zu", done, n);
    add_counts(p, count);
    end_line(p);
}

/* What is finished well or has not begun gives way when there is no room. */
static bool gives_way(const struct ft_run *run, size_t s)
{
    uint32_t count[FT_TASK_STATE_COUNT];
    size_t n = count_stage(run, s, count);

    return !bad_of(count) &&
           (done_of(count) == n || count[FT_TASK_WAITING] == n);
}

static void stage_lines(struct page *p)
{
    size_t n_stages = p->run->plan->wf->n_stages, hidden = 0;
    int width = name_width(p->run, p->columns);
    bool narrow = n_stages > (p->end - p->first) / 2 && !p->watch->scroll;

    for (size_t s = 0; s < n_stages; s++) {
        if (narrow && gives_way(p->run, s))
            hidden++;
        else
            stage_line(p, s, width);
    }
    if (hidden && wants_line(p)) {
        tone(p, FT_DIM);
        ft_str_addf(&p->line, " and %zu stages that are done or have not "
                              "begun", hidden);
        end_line(p);
    }
}

/* --- running tasks -------------------------------------------------------- */

/* The last line that the stage has told of its progress. */
static void add_progress(struct page *p, size_t task)
{
    char *dir = ft_run_attempt_dir(p->watch->project, p->run, task, 0);
    char *path = ft_path_join(dir, FT_PROGRESS_FILE), *line;
    char text[PROGRESS_TAIL + 1];
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW);
    off_t size = fd < 0 ? 0 : lseek(fd, 0, SEEK_END);
    ssize_t n = size > 0 ? pread(fd, text, PROGRESS_TAIL,
                                 size > PROGRESS_TAIL ? size - PROGRESS_TAIL
                                                      : 0)
                         : 0;
    struct json_object *obj;

    if (fd >= 0)
        close(fd);
    free(dir);
    free(path);
    while (n > 0 && text[n - 1] != '\n') /* not whole yet */
        n--;
    if (n <= 0)
        return;
    text[n - 1] = '\0';
    line = strrchr(text, '\n') ? strrchr(text, '\n') + 1 : text;
    obj = ft_json_parse(line, strlen(line), "progress", NULL);
    if (ft_json_int_or(obj, "step", -1) >= 0)
        ft_str_addf(&p->line, "  step %lld",
                    (long long)ft_json_int_or(obj, "step", 0));
    if (ft_json_int_or(obj, "of", 0) > 0)
        ft_str_addf(&p->line, "/%lld",
                    (long long)ft_json_int_or(obj, "of", 0));
    if (ft_json_num_or(obj, "residual", -1) >= 0)
        ft_str_addf(&p->line, "  residual %.1e",
                    ft_json_num_or(obj, "residual", 0));
    json_object_put(obj);
}

static void add_task_name(struct page *p, size_t task)
{
    struct ft_str name = FT_STR_INIT;

    ft_plan_task_name(p->run->plan, task, &name);
    ft_str_add(&p->line, " ");
    add_safe(p, name.s);
    ft_str_release(&name);
}

static int by_number(const void *a, const void *b)
{
    size_t x = *(const size_t *)a, y = *(const size_t *)b;

    return x < y ? -1 : x > y;
}

static void running_lines(struct page *p)
{
    struct ft_watch *w = p->watch;
    size_t shown[SORTED_MAX];
    bool sorted = w->n_running <= SORTED_MAX;

    if (!w->n_running)
        return;
    heading(p, "Running", w->n_running);
    if (sorted) {
        memcpy(shown, w->running, w->n_running * sizeof(*shown));
        qsort(shown, w->n_running, sizeof(*shown), by_number);
    }
    for (size_t i = 0; i < w->n_running; i++) {
        size_t task = sorted ? shown[i] : w->running[i];
        const struct ft_task_detail *d = ft_run_detail(p->run, task);

        if (!wants_line(p))
            continue;
        add_task_name(p, task);
        if (d && d->start_ns) {
            ft_str_add(&p->line, "  ");
            ft_duration_text((double)(p->now_ns - d->start_ns) / 1e9,
                             &p->line);
        }
        if (p->run->task[task].attempts > 1)
            ft_str_addf(&p->line, "  attempt %u",
                        p->run->task[task].attempts);
        add_progress(p, task);
        end_line(p);
    }
}

/* --- failures and waiting ------------------------------------------------- */

static void failure_lines(struct page *p)
{
    const struct ft_watch *w = p->watch;

    if (!w->n_failed && !w->only_failures)
        return;
    heading(p, w->n_failed ? "Failures" : "No failures", w->n_failed);
    for (size_t i = w->n_failed; i-- > 0;) {
        const struct ft_task_detail *d = ft_run_detail(p->run, w->failed[i]);

        if (!wants_line(p))
            continue;
        tone(p, FT_RED);
        add_task_name(p, w->failed[i]);
        tone(p, FT_PLAIN);
        if (d && d->reason) {
            ft_str_add(&p->line, "  ");
            add_safe(p, d->reason);
        }
        end_line(p);
    }
}

static void waiting_line(struct page *p, size_t n, const char *what)
{
    if (!n || !wants_line(p))
        return;
    ft_str_addf(&p->line, " %zu %s", n, what);
    end_line(p);
}

static void waiting_lines(struct page *p)
{
    const struct ft_run *run = p->run;
    size_t waiting = ft_run_count(run, FT_TASK_WAITING);
    size_t ready = ft_run_count(run, FT_TASK_READY), held = 0;

    for (size_t i = 0; i < run->steer.n_holds; i++)
        held += run->steer.hold[i].end - run->steer.hold[i].first;
    if (run->state != FT_RUN_RUNNING || !(waiting + ready + held))
        return;
    heading(p, "Waiting", waiting + ready);
    if (run->steer.paused && wants_line(p)) {
        ft_str_add(&p->line, " nothing starts: the run is paused");
        if (run->steer.paused_reason) {
            ft_str_add(&p->line, ": ");
            add_safe(p, run->steer.paused_reason);
        }
        end_line(p);
    }
    waiting_line(p, held, "held until they are released");
    waiting_line(p, ft_run_count(run, FT_TASK_SUBMITTED), "handed to the site");
    waiting_line(p, ready, "prepared, for a slot");
    waiting_line(p, waiting, "for other tasks or for a slot");
}

/* A deadline that will be missed. */
static void late_line(struct page *p)
{
    const struct ft_run *run = p->run;
    struct ft_str text = FT_STR_INIT;

    if (run->state != FT_RUN_RUNNING ||
        !ft_outlook_is_late(run, &run->outlook) || !wants_line(p))
        return;
    ft_outlook_text(run, &run->outlook, &text);
    tone(p, FT_RED);
    ft_str_add(&p->line, "the run ");
    add_safe(p, text.s);
    tone(p, FT_PLAIN);
    end_line(p);
    ft_str_release(&text);
}

/* --- the screen ----------------------------------------------------------- */

static void add_body(struct page *p)
{
    p->at = 0;
    late_line(p);
    if (!p->watch->only_failures) {
        stage_lines(p);
        running_lines(p);
    }
    failure_lines(p);
    if (!p->watch->only_failures)
        waiting_lines(p);
}

static void add_foot(struct page *p)
{
    const struct ft_watch *w = p->watch;

    if (w->sure) {
        tone(p, FT_YELLOW);
        ft_str_add(&p->line, "cancel this run? y: yes, any other key: no");
    } else if (w->note.len) {
        add_safe(p, w->note.s);
    } else {
        tone(p, FT_DIM);
        ft_str_addf(&p->line, "q quit  p %s  c cancel  f %s  j/k scroll",
                    p->run->steer.paused ? "unpause" : "pause",
                    w->only_failures ? "all" : "failures");
    }
    put_line(p);
}

void ft_watch_draw(struct ft_watch *w, int columns, int rows, int64_t now_ns,
                   struct ft_str *out)
{
    size_t room = rows > HEAD_ROWS + FOOT_ROWS
                      ? (size_t)(rows - HEAD_ROWS - FOOT_ROWS) : 0;
    struct page p = { .watch = w, .run = w->run, .columns = columns,
                      .now_ns = now_ns, .out = out, .line = FT_STR_INIT };
    size_t mark, used;

    ft_str_add(out, "\033[H");
    head_state(&p);
    head_total(&p);
    head_limits(&p);
    mark = out->len;
    for (int pass = 0; pass < 2; pass++) {
        p.first = w->scroll;
        p.end = w->scroll + room;
        add_body(&p);
        if (w->scroll + room <= p.at || !w->scroll)
            break;
        w->scroll = p.at > room ? p.at - room : 0; /* past the end: back */
        ft_str_cut(out, mark);
    }
    used = p.at > w->scroll ? p.at - w->scroll : 0;
    for (; used < room; used++)
        end_line(&p);
    add_foot(&p);
    ft_str_add(out, "\033[J");
    ft_str_release(&p.line);
}

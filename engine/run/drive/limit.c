/* limit.c - keep a run within its budget, and end it at its deadline */
#include <math.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/amount.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/json.h"
#include "base/user.h"
#include "run/accounts/budget.h"
#include "run/accounts/estimate.h"
#include "run/accounts/usage.h"
#include "run/drive/drive_in.h"

#define NS_PER_S 1e9
#define NS_PER_MS 1000000
#define METERLESS_S 1.0 /* core time after which a meter must have shown */

/* --- the limits in force -------------------------------------------------- */

static int check_deadline(int64_t deadline_ns, int64_t now_ns,
                          struct ft_err *err)
{
    char when[FT_TIME_TEXT];

    if (!deadline_ns || deadline_ns > now_ns)
        return 0;
    ft_time_text(deadline_ns, when);
    ft_err_set(err, FT_EUSAGE, "the deadline %.19sZ has passed already", when);
    return ft_err_hint(err, "give another one with --deadline");
}

int ft_limit_begin(struct ft_drive *d, struct ft_err *err)
{
    struct ft_limits *limits = &d->run->limits;

    *limits = d->plan->wf->limits;
    ft_limits_override(limits, &d->options.limits);
    limits->deadline_ns = ft_limits_deadline(limits, d->run->start_ns);
    limits->deadline_s = 0;
    return check_deadline(limits->deadline_ns, d->run->start_ns, err);
}

/* What the resume says anew; NULL: nothing. */
static struct json_object *make_act(struct ft_drive *d, int64_t now_ns)
{
    const struct ft_limits *over = &d->options.limits;
    int64_t old_ns = d->run->limits.deadline_ns;
    int64_t new_ns = ft_limits_deadline(over, now_ns);
    bool passed = !new_ns && old_ns && (old_ns <= now_ns ||
                                        d->run->state == FT_RUN_EXPIRED);
    struct json_object *act;
    char *user;

    if (!(over->core_s > 0) && !(over->energy_j > 0) && !new_ns && !passed)
        return NULL;
    act = json_object_new_object();
    user = ft_user_name();
    ft_json_add_str(act, "k", "set");
    ft_json_add_int(act, "at", now_ns);
    ft_json_add_str(act, "by", user);
    if (over->core_s > 0)
        ft_json_add_num(act, "core_time", over->core_s);
    if (over->energy_j > 0)
        ft_json_add_num(act, "energy", over->energy_j);
    if (new_ns || passed)
        ft_json_add_int(act, "deadline", new_ns);
    if (passed && d->watcher.note)
        d->watcher.note("the deadline has passed: the run goes on without "
                        "one", d->watcher.arg);
    free(user);
    return act;
}

int ft_limit_resume(struct ft_drive *d, struct ft_err *err)
{
    int64_t now_ns = ft_drive_now_ns(d);
    struct json_object *act;
    int rc = 0;

    if (check_deadline(ft_limits_deadline(&d->options.limits, now_ns), now_ns,
                       err) < 0)
        return -1;
    act = make_act(d, now_ns);
    if (act)
        rc = ft_journal_steer(d->journal, d->run, act, err);
    json_object_put(act);
    return rc;
}

/* --- the deadline --------------------------------------------------------- */

void ft_limit_expire(struct ft_drive *d)
{
    if (d->fate == FT_RUN_RUNNING || d->fate == FT_RUN_PAUSED)
        ft_drive_stop(d, FT_RUN_EXPIRED, "the deadline has passed", false);
}

static void on_deadline(uv_timer_t *timer)
{
    ft_limit_expire(timer->data);
}

void ft_limit_arm(struct ft_drive *d)
{
    int64_t deadline_ns = d->run->limits.deadline_ns, left_ns;

    if (!deadline_ns)
        return;
    if (d->adapter->pass) {
        d->end_ns = deadline_ns;
        return;
    }
    left_ns = deadline_ns - ft_clock_now_ns();
    (void)uv_timer_start(&d->deadline, on_deadline,
                         left_ns > 0 ? (uint64_t)(left_ns / NS_PER_MS) : 0, 0);
}

/* --- the budget ----------------------------------------------------------- */

/* The most that an attempt of 'task' may cost. */
static double worst_core_s(struct ft_drive *d, size_t task)
{
    size_t s = ft_plan_stage_of(d->plan, task);
    double timeout_s = ft_run_timeout_s(d->run, task), worst_s;
    int slots = ft_sched_slots(d->sched, d->run, task);
    struct ft_resources res;

    ft_run_resources(d->run, task, &res);
    worst_s = ft_resources_limit_s(&res, timeout_s);
    if (!(worst_s > 0))
        worst_s = ft_estimate_update(&ft_ahead_estimates(d)[s],
                                     &d->run->usage[s]).task_s;
    return worst_s * slots;
}

/* What runs may come to, at least what it has come to. */
static double booked_core_s(const struct ft_drive *d)
{
    int64_t now_ns = ft_drive_now_ns(d);
    double sum = 0;

    for (size_t i = 0; i < d->n_flights; i++) {
        const struct ft_flight *f = d->flight[i];
        const struct ft_task_detail *detail = ft_run_detail(d->run, f->task);
        double since_s = 0;

        if (!f->booked || f->ending.end_ns)
            continue;
        if (f->submitted && detail && detail->start_ns)
            since_s = (double)(now_ns - detail->start_ns) / NS_PER_S;
        sum += fmax(f->worst_core_s,
                    since_s * ft_sched_slots(d->sched, d->run, f->task));
    }
    return sum;
}

struct verdict {
    enum ft_budget_answer answer;
    struct ft_str why; /* when it is FT_BUDGET_NO */
};

static void ask(struct verdict *v, const struct ft_budget_case *c,
                const char *what,
                void (*text)(double amount, struct ft_str *out))
{
    enum ft_budget_answer answer = ft_budget_ask(c);

    if (answer <= v->answer)
        return;
    v->answer = answer;
    if (answer != FT_BUDGET_NO)
        return;
    text(c->spent, &v->why);
    ft_str_add(&v->why, " of ");
    text(c->limit, &v->why);
    ft_str_addf(&v->why, " %s spent", what);
    if (c->spent < c->limit) {
        ft_str_add(&v->why, ", the next task may take ");
        text(c->worst, &v->why);
    }
}

static void ask_all(struct ft_drive *d, double worst_s, struct verdict *v)
{
    const struct ft_limits *limits = &d->run->limits;
    struct ft_budget_case core = { .limit = limits->core_s,
                                   .worst = worst_s };
    struct ft_budget_case energy = { .limit = limits->energy_j };
    struct ft_usage sum;
    double rate;

    ft_usage_of_run(d->run, &sum);
    core.spent = sum.core_s;
    core.booked = booked_core_s(d);
    ask(v, &core, "core time", ft_amount_time);
    if (limits->energy_j > 0 && !sum.n_metered && sum.core_s > METERLESS_S) {
        v->answer = FT_BUDGET_NO;
        ft_str_cut(&v->why, 0);
        ft_str_add(&v->why, "the site does not meter energy, so that a budget "
                            "of it cannot be kept");
        return;
    }
    rate = sum.core_s > 0 ? sum.energy_j / sum.core_s : 0;
    energy.spent = sum.energy_j;
    energy.booked = rate * core.booked;
    energy.worst = rate * worst_s;
    ask(v, &energy, "energy", ft_amount_energy);
}

static size_t tasks_left(const struct ft_drive *d)
{
    size_t n = d->plan->n_tasks;

    for (size_t s = 0; s < d->plan->wf->n_stages; s++)
        n -= ft_run_stage_settled(d->run, s);
    return n;
}

/* What runs may end; the run then ends as paused, to be resumed. */
static void pause_run(struct ft_drive *d, const char *why)
{
    size_t left = tasks_left(d);

    if (d->fate != FT_RUN_RUNNING)
        return;
    d->fate = FT_RUN_PAUSED;
    d->reason = ft_asprintf("budget: %s; %zu task%s left", why, left,
                            left == 1 ? " is" : "s are");
    ft_sched_close(d->sched);
    if (d->watcher.note)
        d->watcher.note(d->reason, d->watcher.arg);
}

bool ft_limit_start(struct ft_drive *d, size_t task)
{
    const struct ft_limits *limits = &d->run->limits;
    struct verdict v = { FT_BUDGET_YES, FT_STR_INIT };
    struct ft_flight *f;
    double worst_s;

    if (!(limits->core_s > 0) && !(limits->energy_j > 0))
        return true;
    worst_s = worst_core_s(d, task);
    ask_all(d, worst_s, &v);
    if (v.answer == FT_BUDGET_YES) {
        f = ft_flight_find(d, task);
        f->booked = true;
        f->worst_core_s = worst_s;
    } else {
        ft_sched_freed(d->sched, task);
        ft_sched_prepared(d->sched, task);
        ft_sched_halt(d->sched);
    }
    if (v.answer == FT_BUDGET_NO)
        pause_run(d, v.why.s);
    ft_str_release(&v.why);
    return v.answer == FT_BUDGET_YES;
}

/* limit_text.c - budget, deadline and outlook of a run */
#include "cli/limit_text.h"

#include <stdio.h>

#include "base/amount.h"
#include "base/clock.h"
#include "base/json.h"
#include "cli/term.h"
#include "run/accounts/deadline.h"
#include "run/accounts/usage.h"

static bool has_budget(const struct ft_run *run)
{
    return run->limits.core_s > 0 || run->limits.energy_j > 0;
}

static void show_spent(const char *what, double spent, double limit,
                       void (*amount)(double amount, struct ft_str *out),
                       ft_limit_line *line, void *arg)
{
    struct ft_str text = FT_STR_INIT;

    if (!(limit > 0))
        return;
    amount(spent, &text);
    ft_str_add(&text, " of ");
    amount(limit, &text);
    ft_str_addf(&text, " %s spent", what);
    line("budget", text.s, arg);
    ft_str_release(&text);
}

void ft_limit_text_each(const struct ft_run *run, ft_limit_line *line,
                        void *arg)
{
    struct ft_str text = FT_STR_INIT;
    struct ft_usage sum;

    if (has_budget(run)) {
        ft_usage_of_run(run, &sum);
        show_spent("core time", sum.core_s, run->limits.core_s,
                   ft_amount_time, line, arg);
        show_spent("energy", sum.energy_j, run->limits.energy_j,
                   ft_amount_energy, line, arg);
    }
    if (run->limits.deadline_ns) {
        ft_when_text(run->limits.deadline_ns, &text);
        line("deadline", text.s, arg);
        ft_str_cut(&text, 0);
    }
    if (run->state == FT_RUN_RUNNING)
        ft_outlook_text(run, &run->outlook, &text);
    if (text.len)
        line("forecast", text.s, arg);
    ft_str_release(&text);
}

static void print_line(const char *what, const char *text, void *arg)
{
    (void)arg;
    printf("%s: %s\n", what, text);
}

void ft_limit_text_print(const struct ft_run *run)
{
    ft_limit_text_each(run, print_line, NULL);
}

static void add_time(struct json_object *obj, const char *key, int64_t ns)
{
    char text[FT_TIME_TEXT];

    ft_time_text(ns, text);
    ft_json_add_str(obj, key, text);
}

static struct json_object *budget_json(const struct ft_run *run)
{
    struct json_object *obj = json_object_new_object();
    struct ft_usage sum;

    ft_usage_of_run(run, &sum);
    if (run->limits.core_s > 0) {
        ft_json_add_num(obj, "core_s", run->limits.core_s);
        ft_json_add_num(obj, "core_s_spent", sum.core_s);
    }
    if (run->limits.energy_j > 0) {
        ft_json_add_num(obj, "energy_j", run->limits.energy_j);
        ft_json_add_num(obj, "energy_j_spent", sum.energy_j);
    }
    return obj;
}

static struct json_object *forecast_json(const struct ft_run *run)
{
    const struct ft_outlook *o = &run->outlook;
    struct json_object *obj = json_object_new_object();

    add_time(obj, "at", o->at_ns);
    add_time(obj, "end", o->end_ns);
    ft_json_add_bool(obj, "late", ft_outlook_is_late(run, o));
    ft_json_add_str(obj, "path", o->path);
    ft_json_add_num(obj, "path_s", o->path_s);
    ft_json_add_int(obj, "unknown_stages", (int64_t)o->n_unknown);
    return obj;
}

void ft_limit_text_json(const struct ft_run *run, struct json_object *obj)
{
    if (has_budget(run))
        json_object_object_add(obj, "budget", budget_json(run));
    if (run->limits.deadline_ns)
        add_time(obj, "deadline", run->limits.deadline_ns);
    if (run->outlook.at_ns)
        json_object_object_add(obj, "forecast", forecast_json(run));
}

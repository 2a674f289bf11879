/* steer_request.c - make an act of what somebody asks for, or say what is wrong
 * with it */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/json.h"
#include "run/record/change.h"
#include "run/record/run.h"
#include "run/record/steer.h"
#include "text/quantity.h"
#include "text/suggest.h"

#define WHAT "the request"
#define REASON_MAX 400 /* bytes */

struct asking {
    const struct ft_run *run;
    struct json_object *request;
    struct json_object *act; /* being made */
};

/* --- the tasks ------------------------------------------------------------ */

static int unknown_task(const struct ft_run *run, const char *name,
                        struct ft_err *err)
{
    const struct ft_workflow *wf = run->plan->wf;
    const char **known = ft_calloc(wf->n_stages + 1, sizeof(*known));
    const char *near;

    for (size_t s = 0; s < wf->n_stages; s++)
        known[s] = wf->stage[s].name;
    near = ft_suggest(name, known, wf->n_stages);
    free(known);
    ft_err_set(err, FT_EUSAGE, "run '%s' has no stage or task '%s'", run->id,
               name);
    return near ? ft_err_hint(err, "did you mean '%s'?", near)
                : ft_err_hint(err, "'fedtwin status %s -t' lists them",
                              run->id);
}

static int not_yet(const char *name, struct ft_err *err)
{
    ft_err_set(err, FT_EUSAGE, "the tasks of stage '%s' are not known yet",
               name);
    return ft_err_hint(err, "its rows have to be made first");
}

/* A stage's name means all of its tasks. */
static int find_tasks(const struct ft_run *run, const char *name,
                      size_t *first, size_t *end, struct ft_err *err)
{
    long stage = ft_workflow_stage(run->plan->wf, name), task;

    if (stage >= 0 && !run->plan->stage[stage].n)
        return ft_err_set(err, FT_EUSAGE, "stage '%s' has no tasks yet",
                          name);
    if (stage >= 0) {
        *first = run->plan->stage[stage].first;
        *end = *first + run->plan->stage[stage].n;
        return run->plan->stage[stage].unknown ? not_yet(name, err) : 0;
    }
    task = ft_plan_find_task(run->plan, name);
    if (task < 0)
        return unknown_task(run, name, err);
    *first = (size_t)task;
    *end = *first + 1;
    return 0;
}

static void add_range(struct json_object *list, size_t first, size_t end)
{
    struct json_object *pair = json_object_new_array();

    json_object_array_add(pair, json_object_new_int64((int64_t)first));
    json_object_array_add(pair, json_object_new_int64((int64_t)end));
    json_object_array_add(list, pair);
}

typedef bool task_test(const struct ft_run *run, size_t task);

/* Put the tasks that are asked for into the act.  At least one of each name has
 * to pass 'test' (may be NULL). */
static int add_tasks(const struct asking *a, task_test *test,
                     const char *refusal, struct ft_err *err)
{
    struct json_object *names = ft_json_get(a->request, "tasks",
                                            json_type_array, WHAT, err);
    struct json_object *list = json_object_new_array();
    size_t n = names ? json_object_array_length(names) : 0;

    json_object_object_add(a->act, "tasks", list);
    for (size_t i = 0; i < n; i++) {
        const char *name =
            json_object_get_string(json_object_array_get_idx(names, i));
        size_t first = 0, end = 0, t;

        if (find_tasks(a->run, name ? name : "", &first, &end, err) < 0)
            return -1;
        for (t = first; test && t < end && !test(a->run, t); t++)
            ;
        if (t == end)
            return ft_err_set(err, FT_EUSAGE, "'%s' %s", name, refusal);
        add_range(list, first, end);
    }
    if (names && !n)
        return ft_err_set(err, FT_EUSAGE, "no task is named");
    return names ? 0 : -1;
}

/* --- pause and hold ------------------------------------------------------- */

static int drop_act(struct asking *a)
{
    json_object_put(a->act);
    a->act = NULL;
    return 0;
}

static int make_pause(struct asking *a, struct ft_err *err)
{
    const char *reason = ft_json_str_or(a->request, "reason", NULL);

    if (a->run->steer.paused)
        return drop_act(a);
    if (reason && strlen(reason) > REASON_MAX)
        return ft_err_set(err, FT_EUSAGE, "the reason has more than %d bytes",
                          REASON_MAX);
    if (reason)
        ft_json_add_str(a->act, "reason", reason);
    return 0;
}

static int make_unpause(struct asking *a, struct ft_err *err)
{
    (void)err;
    return a->run->steer.paused ? 0 : drop_act(a);
}

static bool has_ended(const struct ft_run *run, size_t task)
{
    return ft_task_state_final((enum ft_task_state)run->task[task].state);
}

static bool may_start(const struct ft_run *run, size_t task)
{
    unsigned state = run->task[task].state;

    return state == FT_TASK_WAITING || state == FT_TASK_READY ||
           state >= FT_TASK_FAILED;
}

static bool may_be_cancelled(const struct ft_run *run, size_t task)
{
    return !has_ended(run, task);
}

static int make_hold(struct asking *a, struct ft_err *err)
{
    return add_tasks(a, may_start, "has started already", err);
}

static bool is_held(const struct ft_run *run, size_t task)
{
    return ft_run_held(run, task) != NULL;
}

static bool has_failed(const struct ft_run *run, size_t task)
{
    return run->task[task].state >= FT_TASK_FAILED;
}

/* Neighbours share a range. */
static int add_failed(const struct asking *a, struct ft_err *err)
{
    struct json_object *list = json_object_new_array();
    size_t n = a->run->plan->n_tasks;

    json_object_object_add(a->act, "tasks", list);
    for (size_t t = 0, end; t < n; t = end + 1) {
        for (end = t; end < n && has_failed(a->run, end); end++)
            ;
        if (end > t)
            add_range(list, t, end);
    }
    if (json_object_array_length(list))
        return 0;
    ft_err_set(err, FT_EUSAGE, "no task of run '%s' has failed", a->run->id);
    return ft_err_hint(err, "'fedtwin retry %s/TASK' executes one again that "
                       "has not", a->run->id);
}

/* Without names: what failed. */
static int make_retry(struct asking *a, struct ft_err *err)
{
    if (!json_object_object_get_ex(a->request, "tasks", NULL))
        return add_failed(a, err);
    return add_tasks(a, has_ended, "has not ended yet", err);
}

static int make_release(struct asking *a, struct ft_err *err)
{
    return add_tasks(a, is_held, "is not held", err);
}

/* Of single tasks: a run as a whole is another matter. */
static int make_cancel(struct asking *a, struct ft_err *err)
{
    const char *reason = ft_json_str_or(a->request, "reason", NULL);

    if (reason)
        ft_json_add_str(a->act, "reason", reason);
    return add_tasks(a, may_be_cancelled, "has ended already", err);
}

/* --- set ------------------------------------------------------------------ */

static int read_whole(const char *text, long min, long max, long *n,
                      struct ft_err *err)
{
    char *end;

    errno = 0;
    *n = strtol(text, &end, 10);
    if (errno || end == text || *end || *n < min || *n > max)
        return ft_err_set(err, FT_EUSAGE, "'%s' is no whole number from %ld "
                          "to %ld", text, min, max);
    return 0;
}

/* What can be set; a quantity has a unit, a whole number a range. */
static const struct set_key {
    const char *name;
    const char *unit; /* or NULL */
    bool of_task;     /* else of the run */
    bool whole;
    long min, max; /* of a quantity only the latter; 0: none */
} set_keys[] = {
    { "jobs", NULL, false, true, 1, 1000000 },
    { "priority", NULL, false, true, -FT_PRIORITY_MAX, FT_PRIORITY_MAX },
    { "weight", "1", false, false, 0, FT_WEIGHT_MAX },
    { "core_time", "s", false, false, 0, 0 },
    { "energy", "J", false, false, 0, 0 },
    { "memory", "B", true, false, 0, 0 },
    { "walltime", "s", true, false, 0, 0 },
    { "timeout", "s", true, false, 0, 0 },
    { "ranks", NULL, true, true, 1, 1000000 },
};

static const struct set_key *find_key(const char *name, struct ft_err *err)
{
    const char *known[FT_ARRAY_LEN(set_keys)], *near;

    for (size_t i = 0; i < FT_ARRAY_LEN(set_keys); i++) {
        if (strcmp(set_keys[i].name, name) == 0)
            return &set_keys[i];
        known[i] = set_keys[i].name;
    }
    ft_err_set(err, FT_EUSAGE, "'%s' cannot be set", name);
    near = ft_suggest(name, known, FT_ARRAY_LEN(set_keys));
    if (near)
        ft_err_hint(err, "did you mean '%s'?", near);
    else
        ft_err_hint(err, "jobs, priority, weight, core_time and energy of "
                    "a run; memory, walltime, timeout and ranks of a task");
    return NULL;
}

static int set_quantity(const struct set_key *key, const char *text,
                        struct json_object *act, struct ft_err *err)
{
    struct ft_quantity q;
    struct ft_err why;

    if (ft_quantity_parse_in(text, key->unit, &q, &why) < 0) {
        ft_err_set(err, FT_EUSAGE, "%s: %s", key->name, why.msg);
        return *why.hint ? ft_err_hint(err, "%s", why.hint) : -1;
    }
    if (!(q.si > 0) || (key->max && q.si > (double)key->max))
        return ft_err_set(err, FT_EUSAGE, "%s: '%s' is not above 0%s",
                          key->name, text,
                          key->max ? " and at most 1000" : "");
    ft_json_add_num(act, key->name, q.si);
    return 0;
}

static int set_one(const char *name, const char *text, bool has_tasks,
                   struct json_object *act, struct ft_err *err)
{
    const struct set_key *key = find_key(name, err);
    long n;

    if (!key)
        return -1;
    if (key->of_task != has_tasks) {
        ft_err_set(err, FT_EUSAGE, "'%s' is set for a %s", name,
                   key->of_task ? "stage or task" : "run as a whole");
        return ft_err_hint(err, key->of_task
                                    ? "fedtwin set RUN/STAGE %s=…"
                                    : "fedtwin set RUN %s=…", name);
    }
    if (!key->whole)
        return set_quantity(key, text, act, err);
    if (read_whole(text, key->min, key->max, &n, err) < 0)
        return ft_err_context(err, "%s", name);
    ft_json_add_int(act, name, n);
    return 0;
}

int ft_steer_check(const char *key, const char *text, struct ft_err *err)
{
    struct json_object *act = json_object_new_object();
    int rc = set_one(key, text, false, act, err);

    json_object_put(act);
    return rc;
}

static int make_set(struct asking *a, struct ft_err *err)
{
    struct json_object *set = ft_json_get(a->request, "set", json_type_object,
                                          WHAT, err);
    bool has_tasks = json_object_object_get_ex(a->request, "tasks", NULL);

    if (!set)
        return -1;
    if (json_object_object_length(set) == 0)
        return ft_err_set(err, FT_EUSAGE, "nothing is to be set");
    json_object_object_foreach(set, name, value)
        if (set_one(name, json_object_get_string(value), has_tasks, a->act,
                    err) < 0)
            return -1;
    return has_tasks ? add_tasks(a, NULL, "", err) : 0;
}

/* --- requests ------------------------------------------------------------- */

int ft_steer_request(const struct ft_run *run, struct json_object *request,
                     const char *by, int64_t now_ns, struct json_object **act,
                     struct ft_err *err)
{
    static const struct {
        const char *op;
        int (*make)(struct asking *a, struct ft_err *err);
    } ops[] = {
        { "pause", make_pause }, { "unpause", make_unpause },
        { "hold", make_hold },   { "release", make_release },
        { "retry", make_retry }, { "cancel", make_cancel },
        { "set", make_set },
    };
    const char *op = ft_json_str_or(request, "op", "");
    struct asking a = { .run = run, .request = request };

    for (size_t i = 0; i < FT_ARRAY_LEN(ops); i++) {
        if (strcmp(ops[i].op, op) != 0)
            continue;
        a.act = json_object_new_object();
        ft_json_add_str(a.act, "k", op);
        ft_json_add_int(a.act, "at", now_ns);
        ft_json_add_str(a.act, "by", by);
        if (ops[i].make(&a, err) < 0) {
            json_object_put(a.act);
            return -1;
        }
        *act = a.act;
        return 0;
    }
    return ft_err_set(err, FT_EUSAGE, "unknown request '%s'", op);
}

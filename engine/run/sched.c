/* sched.c - what to do next */
#include "run/sched.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"

#define NS_PER_S 1e9
#define BACKOFF_MAX_S 3600.0
#define FAULT_BACKOFF_S 1.0      /* after the site's fault; doubles */
#define FAULT_BACKOFF_MAX_S 60.0
#define LOOK_MAX 1000 /* cells that one question looks at */

/* A first-in-first-out list of tasks. */
struct queue {
    size_t *item;
    size_t head, n, cap; /* item[head .. n) */
};

struct stage {
    size_t waits;  /* stages in 'after' that are not complete */
    size_t *next;  /* stages that wait for this one as a whole */
    size_t n_next;
    size_t rank;   /* position in the workflow's order */
    size_t cursor; /* cells before it were looked at */
    struct queue open; /* cells whose chosen producers are there by now */
    bool listed;   /* in sched->candidate */
    bool complete;
};

/* Consumers of one producer, when cells are chosen: a linked list in 'edge'. */
struct edge {
    size_t consumer;
    uint32_t next; /* 1 + index, or 0 */
};

struct ready {
    size_t task, rank;
};

struct later {
    int64_t when_ns;
    size_t task;
};

struct ft_sched {
    const struct ft_plan *plan;
    struct ft_sched_limits limit;
    struct stage *stage;
    size_t *candidate; /* heap of stages with cells to look at, last first */
    size_t n_candidates;
    struct edge *edge;
    size_t n_edges, cap_edges;
    uint32_t *first_edge; /* of each task: 1 + index; NULL: no stage chooses */
    uint32_t *missing;    /* of each task: producers that are not there */
    struct ready *ready;  /* sorted: last stage first, then as prepared */
    size_t n_ready, cap_ready;
    struct later *later; /* heap, earliest first */
    size_t n_later, cap_later;
    size_t in_flight; /* between todo and finished */
    size_t n_running;
    int used_slots;
    double used_memory;
    int overtaken; /* times that the first ready task was passed by */
    bool closed;
};

/* --- small containers ----------------------------------------------------- */

static void push(struct queue *q, size_t task)
{
    q->item = ft_grow(q->item, q->n, &q->cap, sizeof(*q->item));
    q->item[q->n++] = task;
}

static bool pop(struct queue *q, size_t *task)
{
    if (q->head == q->n)
        return false;
    *task = q->item[q->head++];
    if (q->head == q->n)
        q->head = q->n = 0;
    return true;
}

/* Does the stage at heap place 'a' come before the one at 'b'? */
static bool comes_first(const struct ft_sched *s, size_t a, size_t b)
{
    return s->stage[s->candidate[a]].rank > s->stage[s->candidate[b]].rank;
}

static void swap_candidates(struct ft_sched *s, size_t a, size_t b)
{
    size_t keep = s->candidate[a];

    s->candidate[a] = s->candidate[b];
    s->candidate[b] = keep;
}

static void list_stage(struct ft_sched *s, size_t stage)
{
    size_t i = s->n_candidates;

    if (s->stage[stage].listed)
        return;
    s->stage[stage].listed = true;
    s->candidate[s->n_candidates++] = stage;
    for (; i && comes_first(s, i, (i - 1) / 2); i = (i - 1) / 2)
        swap_candidates(s, i, (i - 1) / 2);
}

static void unlist_first(struct ft_sched *s)
{
    size_t i = 0, child;

    s->stage[s->candidate[0]].listed = false;
    s->candidate[0] = s->candidate[--s->n_candidates];
    for (; (child = 2 * i + 1) < s->n_candidates; i = child) {
        if (child + 1 < s->n_candidates && comes_first(s, child + 1, child))
            child++;
        if (!comes_first(s, child, i))
            break;
        swap_candidates(s, child, i);
    }
}

static void swap_later(struct ft_sched *s, size_t a, size_t b)
{
    struct later keep = s->later[a];

    s->later[a] = s->later[b];
    s->later[b] = keep;
}

static void add_later(struct ft_sched *s, size_t task, int64_t when_ns)
{
    size_t i = s->n_later;

    s->later = ft_grow(s->later, s->n_later, &s->cap_later,
                       sizeof(*s->later));
    s->later[s->n_later++] = (struct later){ when_ns, task };
    for (; i && s->later[i].when_ns < s->later[(i - 1) / 2].when_ns;
         i = (i - 1) / 2)
        swap_later(s, i, (i - 1) / 2);
}

static size_t take_later(struct ft_sched *s)
{
    size_t task = s->later[0].task, i = 0, child;

    s->later[0] = s->later[--s->n_later];
    for (; (child = 2 * i + 1) < s->n_later; i = child) {
        if (child + 1 < s->n_later &&
            s->later[child + 1].when_ns < s->later[child].when_ns)
            child++;
        if (s->later[i].when_ns <= s->later[child].when_ns)
            break;
        swap_later(s, child, i);
    }
    return task;
}

/* --- stages --------------------------------------------------------------- */

/* Every cell is there, so that a stage that gathers can go on. */
static bool is_complete(const struct ft_sched *s, const struct ft_run *run,
                        size_t stage)
{
    const uint32_t *count = run->counts[stage];

    return (size_t)count[FT_TASK_SUCCEEDED] + count[FT_TASK_CACHED] +
               count[FT_TASK_SKIPPED] == s->plan->stage[stage].n;
}

static void complete_stage(struct ft_sched *s, size_t stage)
{
    struct stage *st = &s->stage[stage];

    st->complete = true;
    for (size_t i = 0; i < st->n_next; i++)
        if (--s->stage[st->next[i]].waits == 0)
            list_stage(s, st->next[i]);
}

static void connect_stages(struct ft_sched *s)
{
    const struct ft_plan *plan = s->plan;

    for (size_t i = 0; i < plan->wf->n_stages; i++) {
        const struct ft_plan_stage *ps = &plan->stage[i];

        s->stage[plan->wf->order[i]].rank = i;
        s->stage[i].waits = ps->n_after;
        for (size_t k = 0; k < ps->n_after; k++) {
            struct stage *from = &s->stage[ps->after[k]];

            from->next = ft_realloc(from->next, from->n_next + 1,
                                    sizeof(*from->next));
            from->next[from->n_next++] = i;
        }
    }
}

struct ft_sched *ft_sched_new(const struct ft_plan *plan,
                              const struct ft_run *run,
                              const struct ft_sched_limits *limits)
{
    struct ft_sched *s = ft_calloc(1, sizeof(*s));
    bool chooses = false;

    s->plan = plan;
    s->limit = *limits;
    s->stage = ft_calloc(plan->wf->n_stages, sizeof(*s->stage));
    s->candidate = ft_calloc(plan->wf->n_stages, sizeof(*s->candidate));
    connect_stages(s);
    for (size_t i = 0; i < plan->wf->n_stages; i++) {
        chooses |= plan->stage[i].chooses;
        if (s->stage[i].waits == 0)
            list_stage(s, i);
    }
    if (chooses) {
        s->first_edge = ft_calloc(plan->n_tasks, sizeof(*s->first_edge));
        s->missing = ft_calloc(plan->n_tasks, sizeof(*s->missing));
    }
    for (size_t i = 0; i < plan->wf->n_stages; i++)
        if (is_complete(s, run, i))
            complete_stage(s, i);
    return s;
}

void ft_sched_free(struct ft_sched *s)
{
    if (!s)
        return;
    for (size_t i = 0; i < s->plan->wf->n_stages; i++) {
        free(s->stage[i].next);
        free(s->stage[i].open.item);
    }
    free(s->stage);
    free(s->candidate);
    free(s->edge);
    free(s->first_edge);
    free(s->missing);
    free(s->ready);
    free(s->later);
    free(s);
}

/* --- what a task waits for ------------------------------------------------ */

static bool is_there(const struct ft_run *run, size_t task)
{
    unsigned state = run->task[task].state;

    return state == FT_TASK_SUCCEEDED || state == FT_TASK_CACHED ||
           state == FT_TASK_SKIPPED;
}

static void add_edge(struct ft_sched *s, size_t producer, size_t consumer)
{
    s->edge = ft_grow(s->edge, s->n_edges, &s->cap_edges, sizeof(*s->edge));
    s->edge[s->n_edges] = (struct edge){ consumer, s->first_edge[producer] };
    s->first_edge[producer] = (uint32_t)++s->n_edges;
    s->missing[consumer]++;
}

/* Note which of the producers that 'task' chooses are not there yet. */
static int await_producers(struct ft_sched *s, const struct ft_run *run,
                           size_t stage, size_t task, struct ft_err *err)
{
    const struct ft_stage *st = &s->plan->wf->stage[stage];
    struct ft_tasks from = { 0 };
    int rc = 0;

    for (size_t i = 0; i < st->n_in && rc == 0; i++) {
        if (st->in[i].kind != FT_SOURCE_OBJECT || !st->in[i].n_axes)
            continue;
        rc = ft_plan_producers(s->plan, task, i, &from, err);
        for (size_t k = 0; k < from.n && rc == 0; k++)
            if (!is_there(run, from.item[k]))
                add_edge(s, from.item[k], task);
    }
    ft_tasks_release(&from);
    return rc;
}

/* Did everything that feeds the required input 'in' get skipped? */
static int input_skipped(const struct ft_plan *plan, const struct ft_run *run,
                         size_t task, const struct ft_stage *stage, size_t in,
                         bool *skipped, struct ft_err *err)
{
    const struct ft_input *input = &stage->in[in];
    struct ft_tasks from = { 0 };
    size_t n = 0;
    int rc;

    *skipped = false;
    if (input->kind != FT_SOURCE_OBJECT ||
        (input->port && input->port->optional) ||
        !run->counts[input->stage][FT_TASK_SKIPPED])
        return 0;
    rc = ft_plan_producers(plan, task, in, &from, err);
    for (size_t k = 0; k < from.n && rc == 0; k++)
        n += run->task[from.item[k]].state == FT_TASK_SKIPPED;
    *skipped = rc == 0 && from.n && n == from.n;
    ft_tasks_release(&from);
    return rc;
}

/* A task whose turn has come is skipped by 'when', or after its inputs. */
static int must_skip(const struct ft_sched *s, const struct ft_run *run,
                     size_t stage, size_t task, bool *skip,
                     struct ft_err *err)
{
    const struct ft_stage *st = &s->plan->wf->stage[stage];
    bool yes = true;

    if (st->when && ft_plan_when(s->plan, task, &yes, err) < 0)
        return -1;
    *skip = !yes;
    for (size_t i = 0; i < st->n_in && !*skip; i++)
        if (input_skipped(s->plan, run, task, st, i, skip, err) < 0)
            return -1;
    return 0;
}

/* --- what comes next ------------------------------------------------------ */

static void need_of(const struct ft_sched *s, const struct ft_run *run,
                    size_t task, int *slots, double *memory_bytes)
{
    struct ft_resources res;
    double cores;

    ft_plan_resources(s->plan, task, 1 + run->task[task].charged, &res);
    cores = (double)(res.ranks ? res.ranks : 1) *
            (res.threads ? res.threads : 1);
    *slots = cores < s->limit.slots ? (int)cores : s->limit.slots;
    *memory_bytes = fmin(res.memory_bytes, s->limit.memory_bytes);
}

static bool fits(const struct ft_sched *s, const struct ft_run *run,
                 size_t task)
{
    double memory_bytes;
    int slots;

    need_of(s, run, task, &slots, &memory_bytes);
    return slots <= s->limit.slots - s->used_slots &&
           memory_bytes <= s->limit.memory_bytes - s->used_memory;
}

/* The first ready task that fits.  One that waits for much may be overtaken,
 * but not for ever. */
static bool take_ready(struct ft_sched *s, const struct ft_run *run,
                       size_t *task)
{
    double memory_bytes;
    size_t i = 0;
    int slots;

    if (s->used_slots >= s->limit.slots)
        return false;
    while (i < s->n_ready && !fits(s, run, s->ready[i].task)) {
        if (s->overtaken >= FT_SCHED_OVERTAKE_MAX)
            return false;
        i++;
    }
    if (i == s->n_ready)
        return false;
    s->overtaken = i ? s->overtaken + 1 : 0;
    *task = s->ready[i].task;
    memmove(&s->ready[i], &s->ready[i + 1],
            (--s->n_ready - i) * sizeof(*s->ready));
    need_of(s, run, *task, &slots, &memory_bytes);
    s->used_slots += slots;
    s->used_memory += memory_bytes;
    s->n_running++;
    return true;
}

/* The next cell of 'stage' that has everything it waits for: 1, none now: 0.
 * -1: 'task' has an input that cannot be told. */
static int next_cell(struct ft_sched *s, const struct ft_run *run,
                     size_t stage, size_t *task, int *looks,
                     struct ft_err *err)
{
    const struct ft_plan_stage *ps = &s->plan->stage[stage];
    struct stage *st = &s->stage[stage];

    while (pop(&st->open, task))
        if (run->task[*task].state == FT_TASK_WAITING)
            return 1;
    while (st->cursor < ps->n && *looks > 0) {
        *task = ps->first + st->cursor++;
        --*looks;
        if (run->task[*task].state != FT_TASK_WAITING)
            continue;
        if (!ps->chooses)
            return 1;
        if (await_producers(s, run, stage, *task, err) < 0)
            return -1;
        if (!s->missing[*task])
            return 1;
    }
    return 0;
}

/* Look at the stages that have cells left, the last in the workflow first. */
static void look_further(struct ft_sched *s, const struct ft_run *run,
                         struct ft_todo *todo, struct ft_err *err)
{
    int looks = LOOK_MAX, found = 0;
    bool skip = false;

    while (s->n_candidates && !found && looks > 0) {
        size_t stage = s->candidate[0];

        found = next_cell(s, run, stage, &todo->task, &looks, err);
        if (found > 0)
            found = must_skip(s, run, stage, todo->task, &skip, err) < 0
                        ? -1 : 1;
        else if (!found && s->stage[stage].cursor == s->plan->stage[stage].n)
            unlist_first(s);
    }
    if (found)
        s->in_flight++;
    if (found < 0)
        todo->kind = FT_TODO_FAIL;
    else if (found)
        todo->kind = skip ? FT_TODO_SKIP : FT_TODO_PREPARE;
    else if (s->n_candidates)
        todo->kind = FT_TODO_AGAIN;
}

void ft_sched_next(struct ft_sched *s, const struct ft_run *run,
                   int64_t now_ns, struct ft_todo *todo, struct ft_err *err)
{
    todo->kind = FT_TODO_NOTHING;
    if (s->closed)
        return;
    if (take_ready(s, run, &todo->task)) {
        todo->kind = FT_TODO_START;
    } else if (s->n_later && s->later[0].when_ns <= now_ns) {
        todo->task = take_later(s);
        todo->kind = FT_TODO_PREPARE;
        s->in_flight++;
    } else if (s->in_flight - s->n_running < s->limit.ahead) {
        /* What is being published counts as well: when the store falls
         * behind, less is prepared. */
        look_further(s, run, todo, err);
    }
}

/* --- what happened -------------------------------------------------------- */

void ft_sched_prepared(struct ft_sched *s, size_t task)
{
    size_t rank = s->stage[ft_plan_stage_of(s->plan, task)].rank;
    size_t i = s->n_ready;

    s->ready = ft_grow(s->ready, s->n_ready, &s->cap_ready,
                       sizeof(*s->ready));
    while (i && s->ready[i - 1].rank < rank)
        i--;
    memmove(&s->ready[i + 1], &s->ready[i],
            (s->n_ready++ - i) * sizeof(*s->ready));
    s->ready[i] = (struct ready){ task, rank };
}

void ft_sched_freed(struct ft_sched *s, const struct ft_run *run, size_t task)
{
    double memory_bytes;
    int slots;

    need_of(s, run, task, &slots, &memory_bytes);
    s->used_slots -= slots;
    s->used_memory -= memory_bytes;
    if (--s->n_running == 0)
        s->used_memory = 0; /* no rounding error adds up */
}

void ft_sched_later(struct ft_sched *s, size_t task, int64_t when_ns)
{
    s->in_flight--;
    add_later(s, task, when_ns);
}

static bool is_site_fault(enum ft_outcome outcome)
{
    return outcome == FT_OUT_NODE_FAIL || outcome == FT_OUT_PREEMPTED ||
           outcome == FT_OUT_LOST;
}

bool ft_sched_retry(struct ft_sched *s, const struct ft_run *run, size_t task,
                    enum ft_outcome outcome, int64_t now_ns)
{
    const struct ft_retry *retry =
        &s->plan->wf->stage[ft_plan_stage_of(s->plan, task)].retry;
    const struct ft_task *t = &run->task[task];
    int faults = t->attempts - t->charged;
    double pause_s;

    if (s->closed || t->attempts >= FT_ATTEMPTS_MAX)
        return false;
    if (is_site_fault(outcome)) {
        if (faults > FT_SITE_FAULTS_MAX)
            return false;
        pause_s = fmin(FAULT_BACKOFF_S * pow(2, faults - 1),
                       FAULT_BACKOFF_MAX_S);
    } else {
        if (!(retry->on & 1u << outcome) || t->charged > retry->max)
            return false;
        pause_s = fmin(retry->backoff_s * pow(2, t->charged - 1),
                       BACKOFF_MAX_S);
    }
    ft_sched_later(s, task, now_ns + (int64_t)(pause_s * NS_PER_S));
    return true;
}

void ft_sched_finished(struct ft_sched *s, const struct ft_run *run,
                       size_t task)
{
    size_t stage = ft_plan_stage_of(s->plan, task);

    s->in_flight--;
    if (!is_there(run, task)) {
        if (!s->limit.keep_going)
            s->closed = true;
        return;
    }
    for (uint32_t e = s->first_edge ? s->first_edge[task] : 0; e;
         e = s->edge[e - 1].next) {
        size_t consumer = s->edge[e - 1].consumer;
        size_t to;

        if (--s->missing[consumer])
            continue;
        to = ft_plan_stage_of(s->plan, consumer);
        push(&s->stage[to].open, consumer);
        list_stage(s, to);
    }
    if (!s->stage[stage].complete && is_complete(s, run, stage))
        complete_stage(s, stage);
}

void ft_sched_close(struct ft_sched *s)
{
    s->closed = true;
}

/* --- questions ------------------------------------------------------------ */

bool ft_sched_over(const struct ft_sched *s)
{
    if (s->closed)
        return s->in_flight == s->n_ready;
    return !s->in_flight && !s->n_later && !s->n_candidates;
}

bool ft_sched_closed(const struct ft_sched *s)
{
    return s->closed;
}

int64_t ft_sched_due(const struct ft_sched *s)
{
    return s->n_later && !s->closed ? s->later[0].when_ns : -1;
}

size_t ft_sched_running(const struct ft_sched *s)
{
    return s->n_running;
}

/* sched_room.c - slots and memory, and which ready task gets them */
#include <math.h>

#include "run/sched_in.h"

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
bool ft_sched_take_ready(struct ft_sched *s, const struct ft_run *run,
                         size_t *task)
{
    double memory_bytes;
    size_t i = 0;
    int slots;

    if (s->used_slots >= s->limit.slots)
        return false;
    while (i < s->ready.n && !fits(s, run, s->ready.at[i].item)) {
        if (s->overtaken >= FT_SCHED_OVERTAKE_MAX)
            return false;
        i++;
    }
    if (i == s->ready.n)
        return false;
    s->overtaken = i ? s->overtaken + 1 : 0;
    *task = s->ready.at[i].item;
    ft_sorted_remove(&s->ready, i);
    need_of(s, run, *task, &slots, &memory_bytes);
    s->used_slots += slots;
    s->used_memory += memory_bytes;
    s->n_running++;
    return true;
}

void ft_sched_prepared(struct ft_sched *s, size_t task)
{
    size_t rank = s->stage[ft_plan_stage_of(s->plan, task)].rank;

    ft_sorted_add(&s->ready, -(int64_t)rank, task);
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

int ft_sched_slots(const struct ft_sched *s, const struct ft_run *run,
                   size_t task)
{
    double memory_bytes;
    int slots;

    need_of(s, run, task, &slots, &memory_bytes);
    return slots;
}

/* sched_room.c - slots and memory, and which ready task gets them */
#include <math.h>

#include "run/record/steer.h"
#include "run/sched/sched_in.h"

static void need_of(const struct ft_sched *s, const struct ft_run *run,
                    size_t task, int *slots, double *memory_bytes)
{
    struct ft_resources res;
    double cores;

    ft_run_resources(run, task, &res);
    cores = ft_resources_cores(&res);
    *slots = cores < s->limit.slots ? (int)cores : s->limit.slots;
    *memory_bytes = fmin(res.memory_bytes, s->limit.memory_bytes);
}

static bool fits(const struct ft_sched *s, const struct ft_run *run,
                 size_t task)
{
    double memory_bytes;
    int slots;

    need_of(s, run, task, &slots, &memory_bytes);
    return slots <= s->slots - s->used_slots &&
           memory_bytes <= s->memory_bytes - s->used_memory;
}

size_t ft_sched_held_ready(const struct ft_sched *s, const struct ft_run *run)
{
    size_t n = 0;

    for (size_t i = 0; run->steer.n_holds && i < s->ready.n; i++)
        n += ft_run_held(run, s->ready.at[i].item) != NULL;
    return n;
}

/* The first ready task that fits, and whether it had to overtake another.  One
 * that waits for much may be overtaken, but not for ever; one that is held
 * waits for nothing. */
static bool find_ready(const struct ft_sched *s, const struct ft_run *run,
                       size_t *at, bool *overtakes)
{
    *overtakes = false;
    for (size_t i = 0; i < s->ready.n; i++) {
        if (ft_run_held(run, s->ready.at[i].item))
            continue;
        *at = i;
        if (fits(s, run, s->ready.at[i].item))
            return true;
        if (s->overtaken >= FT_SCHED_OVERTAKE_MAX)
            return false;
        *overtakes = true;
    }
    return false;
}

bool ft_sched_take_ready(struct ft_sched *s, const struct ft_run *run,
                         size_t *task)
{
    struct ft_room room;
    bool overtakes;
    size_t i;

    if (s->halted || s->used_slots >= s->slots ||
        !find_ready(s, run, &i, &overtakes))
        return false;
    s->overtaken = overtakes ? s->overtaken + 1 : 0;
    *task = room.task = s->ready.at[i].item;
    ft_sorted_remove(&s->ready, i);
    need_of(s, run, *task, &room.slots, &room.memory_bytes);
    ft_rooms_put(&s->taken, &room);
    s->used_slots += room.slots;
    s->used_memory += room.memory_bytes;
    s->n_running++;
    return true;
}

void ft_sched_prepared(struct ft_sched *s, size_t task)
{
    size_t rank = s->stage[ft_plan_stage_of(s->plan, task)].rank;

    ft_sched_not_preparing(s, task);
    ft_sorted_add(&s->ready, -(int64_t)rank, task);
}

void ft_sched_freed(struct ft_sched *s, size_t task)
{
    struct ft_room room = ft_rooms_take(&s->taken, task);

    s->halted = false;
    s->used_slots -= room.slots;
    s->used_memory -= room.memory_bytes;
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

void ft_sched_demand(const struct ft_sched *s, const struct ft_run *run,
                     struct ft_sched_demand *demand)
{
    double memory_bytes;
    int slots;

    *demand = (struct ft_sched_demand){ .used = s->used_slots,
                                        .used_bytes = s->used_memory };
    demand->wanted = s->used_slots;
    for (size_t i = 0; !s->closed && !s->paused && i < s->ready.n &&
                       demand->wanted < s->limit.slots;
         i++) {
        if (ft_run_held(run, s->ready.at[i].item))
            continue;
        need_of(s, run, s->ready.at[i].item, &slots, &memory_bytes);
        if (!demand->unit) {
            demand->unit = slots;
            demand->unit_bytes = memory_bytes;
        }
        demand->wanted += slots;
    }
    if (!s->closed && !s->paused && s->candidate.n)
        demand->wanted = s->limit.slots; /* there will be more in a moment */
    else if (!s->closed && !s->paused)
        demand->wanted += (int)s->preparing.n;
    if (demand->wanted > s->limit.slots)
        demand->wanted = s->limit.slots;
    if (demand->wanted < demand->used)
        demand->wanted = demand->used;
    if (!demand->unit)
        demand->unit = 1;
}

/* usage.c - what attempts cost */
#include "run/accounts/usage.h"

#include "run/record/run.h"

#define NS_PER_S 1e9

double ft_ending_wall_s(const struct ft_ending *e)
{
    return e->end_ns > e->start_ns && e->start_ns
               ? (double)(e->end_ns - e->start_ns) / NS_PER_S : 0;
}

double ft_ending_core_s(const struct ft_ending *e)
{
    return ft_ending_wall_s(e) * (e->slots > 0 ? e->slots : 1);
}

static void count_verdict(struct ft_usage *u, const struct ft_ending *e)
{
    if (e->outcome == FT_OUT_OK) {
        u->n_ok++;
        u->ok_s += ft_ending_wall_s(e);
    } else {
        u->n_failed++;
        u->failed_core_s += ft_ending_core_s(e);
    }
}

void ft_usage_attempt(struct ft_usage *u, const struct ft_ending *e)
{
    u->n_attempts++;
    u->core_s += ft_ending_core_s(e);
    u->cpu_s += e->user_s + e->system_s;
    if (e->peak_rss_bytes > u->peak_bytes)
        u->peak_bytes = e->peak_rss_bytes;
    u->read_bytes += e->read_bytes;
    u->written_bytes += e->written_bytes;
    if (e->energy_j > 0) {
        u->n_metered++;
        u->energy_j += e->energy_j;
    }
    count_verdict(u, e);
}

void ft_usage_refuse(struct ft_usage *u, const struct ft_ending *e)
{
    if (e->outcome == FT_OUT_OK)
        return;
    u->n_ok--;
    u->ok_s -= ft_ending_wall_s(e);
    count_verdict(u, e);
}

void ft_usage_add(struct ft_usage *sum, const struct ft_usage *other)
{
    sum->n_attempts += other->n_attempts;
    sum->n_failed += other->n_failed;
    sum->n_unended += other->n_unended;
    sum->n_metered += other->n_metered;
    sum->n_cached += other->n_cached;
    sum->n_saved += other->n_saved;
    sum->core_s += other->core_s;
    sum->failed_core_s += other->failed_core_s;
    sum->saved_core_s += other->saved_core_s;
    sum->cpu_s += other->cpu_s;
    if (other->peak_bytes > sum->peak_bytes)
        sum->peak_bytes = other->peak_bytes;
    sum->read_bytes += other->read_bytes;
    sum->written_bytes += other->written_bytes;
    sum->result_bytes += other->result_bytes;
    sum->energy_j += other->energy_j;
    sum->n_ok += other->n_ok;
    sum->ok_s += other->ok_s;
}

struct ft_usage ft_usage_of_stage(const struct ft_run *run, size_t stage)
{
    struct ft_usage usage = run->usage[stage];

    usage.n_cached = run->counts[stage][FT_TASK_CACHED];
    return usage;
}

void ft_usage_of_run(const struct ft_run *run, struct ft_usage *sum)
{
    *sum = (struct ft_usage){ 0 };
    for (size_t s = 0; s < run->plan->wf->n_stages; s++) {
        struct ft_usage usage = ft_usage_of_stage(run, s);

        ft_usage_add(sum, &usage);
    }
}

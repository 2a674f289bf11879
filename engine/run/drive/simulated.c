/* simulated.c - time and results where a site is only simulated */
#include "base/clock.h"
#include "run/drive/drive_in.h"

#define NO_DIGEST                                                            \
    "0000000000000000000000000000000000000000000000000000000000000000"

static char nothing[] = "";

const struct ft_version ft_imagined_version = {
    .id = NO_DIGEST,
    .content = "sha256:" NO_DIGEST,
    .object = nothing, .task = nothing, .run = nothing, .module = nothing,
    .cell = nothing,
};

int64_t ft_drive_now_ns(const struct ft_drive *d)
{
    return d->adapter && d->adapter->now ? d->adapter->now(d->site)
                                         : ft_clock_now_ns();
}

int64_t ft_drive_mono_ns(const struct ft_drive *d)
{
    return d->adapter->now ? d->adapter->now(d->site) : ft_clock_mono_ns();
}

bool ft_drive_pass_time(struct ft_drive *d)
{
    int64_t due = ft_sched_due(d->sched);
    bool late = d->end_ns && ft_drive_now_ns(d) >= d->end_ns;

    if (d->end_ns && !late && (due < 0 || due > d->end_ns))
        due = d->end_ns;
    d->adapter->pass(d->site, due);
    return late;
}

/* deadline.c - what is said about the end of a run that goes on */
#include "run/accounts/deadline.h"

#include <math.h>
#include <stdlib.h>

#include "base/amount.h"
#include "base/clock.h"
#include "run/record/change.h"

#define NS_PER_S 1e9
#define NEWS_SHARE 0.1    /* of the time left, by which the end has to move */
#define MARGIN_SHARE 0.05 /* likewise, before the deadline */

static double seconds(int64_t from_ns, int64_t to_ns)
{
    return (double)(to_ns - from_ns) / NS_PER_S;
}

bool ft_outlook_is_late(const struct ft_run *run,
                        const struct ft_outlook *outlook)
{
    return outlook->at_ns && run->limits.deadline_ns &&
           outlook->end_ns > run->limits.deadline_ns;
}

void ft_outlook_text(const struct ft_run *run,
                     const struct ft_outlook *outlook, struct ft_str *out)
{
    char when[FT_TIME_TEXT];
    double late_s = seconds(run->limits.deadline_ns, outlook->end_ns);

    if (!outlook->at_ns)
        return;
    ft_time_text(outlook->end_ns, when);
    ft_str_addf(out, "will end about %.19sZ", when);
    if (run->limits.deadline_ns) {
        ft_str_add(out, ", ");
        ft_amount_time(fabs(late_s), out);
        ft_str_add(out, late_s > 0 ? " late" : " before its deadline");
    }
    if (outlook->path && *outlook->path) {
        ft_str_addf(out, "; longest path %s, ", outlook->path);
        ft_amount_time(outlook->path_s, out);
    }
    if (outlook->n_unknown)
        ft_str_addf(out, "; %zu stage%s of unknown duration may take longer",
                    outlook->n_unknown, outlook->n_unknown == 1 ? "" : "s");
}

bool ft_outlook_is_news(const struct ft_run *run,
                        const struct ft_outlook *told,
                        const struct ft_outlook *now)
{
    bool late = ft_outlook_is_late(run, now);
    double left_s = seconds(now->at_ns, now->end_ns);
    double spare_s = seconds(now->end_ns, run->limits.deadline_ns);

    if (!told->at_ns)
        return true;
    if (late != ft_outlook_is_late(run, told))
        return late || spare_s >= MARGIN_SHARE * left_s;
    return fabs(seconds(told->end_ns, now->end_ns)) > NEWS_SHARE * left_s &&
           left_s > 1;
}

void ft_run_foresee(struct ft_run *run, struct ft_outlook *outlook)
{
    free(run->outlook.path);
    run->outlook = *outlook;
    outlook->path = NULL;
}

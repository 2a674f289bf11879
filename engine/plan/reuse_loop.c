/* reuse_loop.c - which turns of a loop would run
 *
 * A loop that was made before is followed from turn to turn: what a turn that
 * would be reused has left behind tells whether another is needed.
 */
#include <stdlib.h>

#include "base/alloc.h"
#include "base/json.h"
#include "plan/reuse_in.h"
#include "plan/turn.h"

/* What comes after a turn that would be reused. */
static int judge(struct ft_forecasting *f, size_t task, enum ft_turn *turn,
                 struct ft_err *err)
{
    struct ft_turn_facts facts = { .have = &f->have, .store = f->store };
    struct ft_str reason = FT_STR_INIT;
    int rc;

    facts.report = ft_turn_report(f->store, &f->out->found[task]);
    rc = ft_turn_judge(f->plan, task, &facts, turn, &reason, err);
    if (rc == 0 && *turn != FT_TURN_NEXT)
        f->out->reason[task] = ft_reuse_keep(f->out, ft_str_take(&reason));
    json_object_put(facts.report);
    ft_str_release(&reason);
    return rc;
}

/* The stages that go round together, in the workflow's order. */
struct round {
    size_t *stage;
    size_t n;
};

static struct round round_of(const struct ft_workflow *wf, size_t s)
{
    struct round round = { 0 };
    size_t from, n;

    ft_loop_stages(wf, &wf->stage[s], &from, &n);
    round.stage = ft_calloc(n, sizeof(*round.stage));
    if (n == 1)
        round.stage[round.n++] = s;
    for (size_t i = 0; i < wf->n_stages && round.n < n; i++)
        if (wf->order[i] >= from && wf->order[i] < from + n)
            round.stage[round.n++] = wf->order[i];
    return round;
}

/* One turn of all of them: does one run, or do none do anything? */
static int forecast_turn(struct ft_forecasting *f, const struct round *round,
                         size_t task, bool *runs, bool *skipped,
                         struct ft_err *err)
{
    *runs = false;
    *skipped = true;
    for (size_t i = 0; i < round->n; i++) {
        size_t beside = ft_plan_beside(f->plan, task, round->stage[i]);

        if (ft_reuse_task(f, round->stage[i], beside, err) < 0)
            return -1;
        *runs |= f->out->decision[beside] == FT_WILL_RUN;
        *skipped &= f->out->decision[beside] == FT_WILL_SKIP;
    }
    return 0;
}

/* The turns of one cell: as far as they were made before it is known how many
 * are needed. */
static int forecast_turns(struct ft_forecasting *f, const struct round *round,
                          size_t first, struct ft_err *err)
{
    size_t n = f->plan->stage[round->stage[0]].turns, k;
    enum ft_turn turn = FT_TURN_NEXT;
    bool runs = false, skipped;

    for (k = 0; k < n && !runs && turn == FT_TURN_NEXT; k++) {
        if (forecast_turn(f, round, first + k, &runs, &skipped, err) < 0)
            return -1;
        if (skipped)
            turn = FT_TURN_END;
        else if (!runs && judge(f, ft_plan_judged(f->plan, first + k), &turn,
                                err) < 0)
            return -1;
    }
    for (; k < n; k++)
        for (size_t i = 0; i < round->n; i++)
            ft_reuse_decide(f, ft_plan_beside(f->plan, first + k,
                                              round->stage[i]),
                            runs ? FT_MAY_RUN : FT_NOT_NEEDED,
                            runs ? ft_strdup("when the loop goes on") : NULL);
    return 0;
}

int ft_reuse_loop(struct ft_forecasting *f, size_t s, struct ft_err *err)
{
    const struct ft_plan_stage *ps = &f->plan->stage[s];
    struct round round;
    int rc = 0;

    /* Whatever feeds one of the stages comes before the first of them. */
    if (f->went_round[s])
        return 0;
    round = round_of(f->plan->wf, s);
    for (size_t i = 0; i < round.n; i++)
        f->went_round[round.stage[i]] = true;
    for (size_t c = 0; c < ps->n && rc == 0; c += ps->turns)
        rc = forecast_turns(f, &round, ps->first + c, err);
    free(round.stage);
    return rc;
}

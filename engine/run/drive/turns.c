/* turns.c - what is known only as the run goes: whether a loop goes on after a
 * turn, and the rows that a stage is done for
 *
 * What decides is durable before it is asked: what the turn reported, and its
 * results.  So a decision to go on needs no record of its own: a resumed run
 * comes to the same.  That a loop is over is recorded, once for all its turns.
 */
#include "base/clock.h"
#include "base/json.h"
#include "plan/expand.h"
#include "plan/turn.h"
#include "run/drive/drive_in.h"
#include "run/record/change.h"

/* A turn that was reused has reported in another run. */
static void recall_report(struct ft_drive *d, size_t task)
{
    const struct ft_task_detail *detail = ft_run_detail(d->run, task);
    struct json_object *report;

    if (!detail || detail->report)
        return;
    report = ft_turn_report(d->store, &detail->out);
    if (report)
        ft_run_report(d->run, task, report);
    json_object_put(report);
}

/* Of several stages a turn may come to nothing: each was skipped. */
static bool is_empty_turn(const struct ft_drive *d, size_t task)
{
    const struct ft_workflow *wf = d->plan->wf;
    const struct ft_stage *stage =
        &wf->stage[ft_plan_stage_of(d->plan, task)];
    bool empty = ft_stage_in_round(stage);
    size_t first, n;

    ft_loop_stages(wf, stage, &first, &n);
    for (size_t s = first; s < first + n && empty; s++)
        empty = ft_run_absent(d->run, ft_plan_beside(d->plan, task, s));
    return empty;
}

static int judge(struct ft_drive *d, size_t task, enum ft_turn *turn,
                 struct ft_str *reason, struct ft_err *err)
{
    struct ft_turn_facts facts = { .have = &d->have,
                                   .store = d->adapter->bare ? NULL
                                                             : d->store };
    const struct ft_task_detail *detail;

    recall_report(d, task);
    detail = ft_run_detail(d->run, task);
    facts.report = detail ? detail->report : NULL;
    if (!is_empty_turn(d, task))
        return ft_turn_judge(d->plan, task, &facts, turn, reason, err);
    *turn = FT_TURN_END;
    ft_str_add(reason, "ended with a turn in which all was skipped");
    return 0;
}

void ft_drive_decide(struct ft_drive *d, size_t task)
{
    struct ft_str reason = FT_STR_INIT;
    enum ft_turn turn;
    struct ft_err err;

    if (judge(d, task, &turn, &reason, &err) < 0) {
        ft_drive_unprepared(d, task, &err);
    } else if (turn == FT_TURN_FAILED) {
        ft_drive_fail(d, task, FT_TASK_FAILED, reason.s);
    } else if (turn == FT_TURN_END) {
        ft_journal_end_loop(d->journal, d->run, task, reason.s);
        ft_drive_changed(d, task);
        ft_sched_turn(d->sched, d->run, task, false);
    } else {
        ft_sched_turn(d->sched, d->run, task, true);
    }
    ft_str_release(&reason);
}

void ft_drive_expand(struct ft_drive *d, size_t stage)
{
    struct json_object *columns = NULL;
    struct ft_str reason = FT_STR_INIT;
    struct ft_err err;

    if (ft_plan_read_rows(d->plan, stage, &d->have, d->store, &columns, &err) <
            0 ||
        ft_journal_expand(d->journal, d->run, stage, columns,
                          ft_drive_now_ns(d), &err) < 0) {
        ft_str_add(&reason, err.msg);
        if (*err.hint)
            ft_str_addf(&reason, "; %s", err.hint);
        ft_journal_cannot_expand(d->journal, d->run, stage, reason.s,
                                 ft_drive_now_ns(d));
        if (ft_drive_is_ours(err.code))
            ft_drive_give_up(d, &err);
    }
    ft_sched_expanded(d->sched, d->run, stage);
    json_object_put(columns);
    ft_str_release(&reason);
}

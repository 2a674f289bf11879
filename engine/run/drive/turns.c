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

void ft_drive_decide(struct ft_drive *d, size_t task)
{
    static const struct ft_versions none = { 0 };
    const struct ft_task_detail *detail;
    struct ft_str reason = FT_STR_INIT;
    struct ft_turn_facts facts = { .store = d->store };
    enum ft_turn turn;
    struct ft_err err;

    recall_report(d, task);
    detail = ft_run_detail(d->run, task);
    facts.report = detail ? detail->report : NULL;
    facts.out = detail ? &detail->out : &none;
    if (ft_turn_judge(d->plan, task, &facts, &turn, &reason, &err) < 0) {
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

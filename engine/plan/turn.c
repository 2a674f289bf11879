/* turn.c - after a turn of a loop: another one, or is it over? */
#include "plan/turn.h"

#include <string.h>

#include "base/err.h"
#include "base/json.h"
#include "model/eval.h"
#include "plan/rows.h"

struct judging {
    const struct ft_plan *plan;
    const struct ft_stage *stage; /* where the loop is written */
    const struct ft_turn_facts *facts;
    size_t cell; /* also of each stage that goes round */
    size_t turn; /* from 1 */
    struct ft_str values;  /* ", report.residual = 8.1e-07" */
    struct ft_str strange; /* what was not a number, in words; or empty */
};

/* --- what the condition may name ------------------------------------------ */

/* Each name once, with the value that was found. */
static void note_value(struct judging *j, const struct ft_ref *ref,
                       const struct ft_value *value)
{
    struct ft_str text = FT_STR_INIT;

    for (size_t i = 0; i < ref->n; i++)
        ft_str_addf(&text, "%s%s", i ? "." : ", ", ref->part[i]);
    ft_str_add(&text, " = ");
    if (value->kind == FT_VALUE_NUMBER)
        ft_str_addf(&text, "%.6g", value->number);
    else
        ft_value_text(value, &text);
    if (!strstr(j->values.s, text.s))
        ft_str_add(&j->values, text.s);
    ft_str_release(&text);
}

static int look_report(struct judging *j, const char *name,
                       struct ft_value *value, struct ft_err *err)
{
    struct json_object *x = ft_json_or_null(j->facts->report, name);
    const char *text = json_object_is_type(x, json_type_string)
                           ? json_object_get_string(x) : NULL;

    if (!x) {
        ft_err_set(err, FT_EDOC, "turn %zu did not report '%s'", j->turn,
                   name);
        return ft_err_hint(err, "a progress line {\"%s\": NUMBER} does",
                           name);
    }
    if (text) {
        ft_str_addf(&j->strange, "'%s' is %s", name, text);
        return ft_err_set(err, FT_EDOC, "'%s' is %s", name, text);
    }
    *value = (struct ft_value){ .kind = FT_VALUE_NUMBER,
                                .number = json_object_get_double(x) };
    return 0;
}

/* Who makes the output 'name'; both are known to be there. */
static void find_maker(const struct judging *j, const char *name,
                       size_t *stage, size_t *output)
{
    const struct ft_space *space = j->stage->used;
    const struct ft_stage *own = j->stage;

    for (size_t i = 0; space && i < space->n_out; i++)
        if (strcmp(space->out[i].name, name) == 0) {
            *stage = space->out[i].stage;
            *output = space->out[i].output;
        }
    for (size_t i = 0; !space && i < own->n_out; i++)
        if (strcmp(own->out[i].name, name) == 0) {
            *stage = (size_t)(own - j->plan->wf->stage);
            *output = i;
        }
}

/* "out.TABLE.COLUMN": the column's value in the last row. */
static int look_table(struct judging *j, const struct ft_ref *ref,
                      struct ft_value *value, struct ft_err *err)
{
    struct json_object *rows = NULL, *column;
    size_t stage = 0, output = 0, n = 0;
    const struct ft_version *table;
    int rc = -1;

    find_maker(j, ref->part[1], &stage, &output);
    table = j->facts->have->version(j->facts->have,
                                    j->plan->stage[stage].first + j->cell,
                                    output);
    if (!table || !j->facts->store)
        return ft_err_set(err, FT_EDOC, "turn %zu did not write '%s'",
                          j->turn, ref->part[1]);
    if (ft_store_table_last(j->facts->store, table->id, &rows, err) < 0)
        return ft_err_context(err, "'%s' of turn %zu", ref->part[1], j->turn);
    column = ft_rows_column(rows, ref->part[2], err);
    if (column)
        n = json_object_array_length(ft_json_or_null(column, "values"));
    if (column && !n)
        ft_err_set(err, FT_EDOC, "'%s' of turn %zu has no rows",
                   ref->part[1], j->turn);
    else if (column)
        rc = ft_rows_value(column, n - 1, value, err);
    json_object_put(rows);
    return rc;
}

static int look(const struct ft_scope *scope, const struct ft_ref *ref,
                struct ft_value *value, struct ft_err *err)
{
    struct judging *j = scope->arg;

    int rc = ref->n == 3
                 ? look_table(j, ref, value, err)
                 : look_report(j, ref->n == 2 ? ref->part[1] : "", value, err);

    if (rc < 0)
        return -1;
    note_value(j, ref, value);
    return 0;
}

/* --- the verdict ---------------------------------------------------------- */

/* "${report.residual < 1e-6}" without its brackets. */
static void add_condition(const struct judging *j, struct ft_str *out)
{
    const struct ft_node *node = j->stage->loop->condition;
    const char *text = node->text;
    size_t len = node->len;

    if (ft_starts_with(text, "${") && ft_ends_with(text, "}")) {
        text += 2;
        len -= 3;
    }
    ft_str_addn(out, text, len);
    ft_str_add(out, j->values.s);
}

static void end_at_max(const struct judging *j, enum ft_turn *turn,
                       struct ft_str *reason)
{
    bool accept = j->stage->loop->accept;

    *turn = accept ? FT_TURN_END : FT_TURN_FAILED;
    ft_str_addf(reason, "did not converge in %zu turn%s: ", j->turn,
                j->turn == 1 ? "" : "s");
    add_condition(j, reason);
    if (accept)
        ft_str_add(reason, "; accepted");
}

static int judge(struct judging *j, enum ft_turn *turn, struct ft_str *reason,
                 struct ft_err *err)
{
    const struct ft_loop *loop = j->stage->loop;
    struct ft_scope scope = { .look = look, .arg = j };
    bool yes;

    *turn = FT_TURN_NEXT;
    if (!loop->condition) {
        if (j->turn == loop->max) {
            *turn = FT_TURN_END;
            ft_str_addf(reason, "ended after turn %zu, the last", j->turn);
        }
        return 0;
    }
    if (ft_eval_loop(j->plan->wf, j->stage, j->cell, &scope, &yes, err) < 0) {
        if (!j->strange.len)
            return -1;
        *turn = FT_TURN_FAILED;
        ft_str_addf(reason, "diverged in turn %zu: %s", j->turn,
                    j->strange.s);
        return 0;
    }
    if (yes != loop->go_on) {
        *turn = FT_TURN_END;
        ft_str_addf(reason, loop->go_on ? "ended after turn %zu: not "
                                        : "converged after turn %zu: ",
                    j->turn);
        add_condition(j, reason);
    } else if (j->turn == loop->max) {
        end_at_max(j, turn, reason);
    }
    return 0;
}

int ft_turn_judge(const struct ft_plan *plan, size_t task,
                  const struct ft_turn_facts *facts, enum ft_turn *turn,
                  struct ft_str *reason, struct ft_err *err)
{
    size_t s = ft_plan_stage_of(plan, task);
    const struct ft_stage *stage = &plan->wf->stage[s];
    struct judging j = {
        .plan = plan,
        .stage = ft_stage_in_round(stage) ? stage->loop->use : stage,
        .facts = facts,
        .cell = task - plan->stage[s].first,
        .turn = 1 + task - ft_plan_first_turn(plan, task),
        .values = FT_STR_INIT,
        .strange = FT_STR_INIT,
    };
    int rc = judge(&j, turn, reason, err);

    ft_str_release(&j.values);
    ft_str_release(&j.strange);
    return rc;
}

struct json_object *ft_turn_report(struct ft_store *store,
                                   const struct ft_versions *out)
{
    struct json_object *lineage = NULL, *report;

    for (size_t i = 0; i < out->n && !lineage; i++)
        if (*out->item[i].id)
            lineage = ft_store_lineage(store, out->item[i].id, NULL);
    report = json_object_get(ft_json_or_null(lineage, "report"));
    json_object_put(lineage);
    return report;
}

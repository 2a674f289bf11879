/* expand.c - tasks for the rows of a table, once that is there */
#include "plan/expand.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/json.h"
#include "base/map.h"
#include "base/path.h"
#include "plan/rows.h"

/* --- which table ---------------------------------------------------------- */

static int stored_table(const struct ft_input *rows, struct ft_store *store,
                        char id[FT_SHA256_HEX + 1], struct ft_err *err)
{
    struct ft_versions found = { 0 };
    int rc = ft_store_resolve(store, rows->path, &found, err);

    if (rc == 0 && found.n != 1)
        rc = ft_err_set(err, FT_EDOC, "'foreach' takes one table, '%s' are "
                        "%zu", rows->path, found.n);
    if (rc == 0)
        memcpy(id, found.item[0].id, FT_SHA256_HEX + 1);
    ft_versions_release(&found);
    return rc;
}

/* 'id' stays empty where there is none. */
static int made_table(const struct ft_plan *plan, size_t stage,
                      const struct ft_have *have, char id[FT_SHA256_HEX + 1],
                      struct ft_err *err)
{
    const struct ft_input *rows = plan->wf->stage[stage].rows;
    const struct ft_version *version = NULL;
    struct ft_tasks tasks = { 0 };
    int rc = ft_plan_row_makers(plan, stage, &tasks, err);

    if (rc == 0 && tasks.n == 1) {
        size_t task = tasks.item[0], first = ft_plan_first_turn(plan, task);

        while (tasks.last_turns && task > first && !have->needed(have, task))
            task--;
        version = have->version(have, task, rows->output);
    }
    if (version)
        memcpy(id, version->id, FT_SHA256_HEX + 1);
    ft_tasks_release(&tasks);
    return rc;
}

int ft_plan_read_rows(const struct ft_plan *plan, size_t stage,
                      const struct ft_have *have, struct ft_store *store,
                      struct json_object **columns, struct ft_err *err)
{
    const struct ft_input *rows = plan->wf->stage[stage].rows;
    char id[FT_SHA256_HEX + 1] = "";
    int rc = rows->kind == FT_SOURCE_STORED
                 ? stored_table(rows, store, id, err)
                 : made_table(plan, stage, have, id, err);

    if (rc < 0)
        return -1;
    if (*id)
        return ft_store_table_rows(store, id, FT_CELLS_MAX, columns, err);
    *columns = json_object_new_array();
    return 0;
}

void ft_plan_rows_text(const struct ft_plan *plan, size_t stage,
                       struct ft_str *out)
{
    const struct ft_input *rows = plan->wf->stage[stage].rows;
    const struct ft_stage *from = &plan->wf->stage[rows->stage];

    ft_str_add(out, "as many tasks as '");
    if (rows->kind == FT_SOURCE_STORED)
        ft_str_add(out, rows->path);
    else
        ft_str_addf(out, "%s.%s", from->name, from->out[rows->output].name);
    ft_str_add(out, "' has rows");
}

/* --- rows as axes --------------------------------------------------------- */

struct table {
    struct ft_axis *column;
    size_t n_columns, n_rows;
};

static void release_table(struct table *t)
{
    for (size_t i = 0; t->column && i < t->n_columns; i++) {
        for (size_t k = 0; k < t->column[i].n; k++)
            ft_value_release(&t->column[i].value[k]);
        free(t->column[i].value);
        free(t->column[i].name);
    }
    free(t->column);
}

static size_t count_rows(struct json_object *columns)
{
    struct json_object *first = json_object_array_get_idx(columns, 0);
    struct json_object *values = ft_json_or_null(first, "values");

    return json_object_is_type(values, json_type_array)
               ? json_object_array_length(values) : 0;
}

static int read_column(struct json_object *from, size_t n,
                       struct ft_axis *axis, struct ft_err *err)
{
    const char *name = ft_json_str_or(from, "name", "");

    if (!ft_name_valid(name) || strchr(name, '-'))
        return ft_err_set(err, FT_EDOC, "the column '%s' has a name that "
                          "expressions cannot say", name);
    if (strcmp(name, "turn") == 0)
        return ft_err_set(err, FT_EDOC, "a column cannot be called 'turn'");
    axis->name = ft_strdup(name);
    axis->value = ft_calloc(n, sizeof(*axis->value));
    for (; axis->n < n; axis->n++)
        if (ft_rows_value(from, axis->n, &axis->value[axis->n], err) < 0)
            return -1;
    return 0;
}

static int read_table(struct json_object *columns, struct table *t,
                      struct ft_err *err)
{
    size_t n = json_object_array_length(columns);

    t->n_rows = count_rows(columns);
    t->column = ft_calloc(n, sizeof(*t->column));
    for (; t->n_columns < n; t->n_columns++)
        if (read_column(json_object_array_get_idx(columns, t->n_columns),
                        t->n_rows, &t->column[t->n_columns], err) < 0) {
            t->n_columns++; /* as far as it was read */
            return -1;
        }
    return 0;
}

static void row_text(const struct table *t, size_t row, struct ft_str *out)
{
    for (size_t i = 0; i < t->n_columns; i++) {
        ft_str_addf(out, "%s%s=", i ? "," : "", t->column[i].name);
        ft_value_text(&t->column[i].value[row], out);
    }
}

/* Two tasks of one name could not be told apart. */
static int check_unique(const struct table *t, struct ft_err *err)
{
    struct ft_map seen = FT_MAP_INIT;
    struct ft_str text = FT_STR_INIT;
    int rc = 0;

    for (size_t row = 0; row < t->n_rows && rc == 0; row++) {
        const struct ft_value *value = &t->column[0].value[row], *first;

        ft_str_cut(&text, 0);
        row_text(t, row, &text);
        first = ft_map_put(&seen, text.s, (void *)value);
        if (first)
            rc = ft_err_set(err, FT_EDOC, "rows %zu and %zu are equal: %s",
                            (size_t)(first - t->column[0].value) + 1, row + 1,
                            text.s);
    }
    ft_map_release(&seen);
    ft_str_release(&text);
    return rc;
}

static int check_limits(const struct ft_plan *plan,
                        const struct ft_stage *stage, const struct table *t,
                        struct ft_err *err)
{
    size_t turns = stage->loop ? stage->loop->max : 1;

    if (t->n_columns + stage->n_axes > FT_AXES_MAX)
        return ft_err_set(err, FT_EDOC, "the table has more than %zu columns",
                          FT_AXES_MAX - stage->n_axes);
    if (t->n_rows > FT_CELLS_MAX / turns ||
        t->n_rows * turns > FT_TASKS_MAX - plan->n_tasks)
        return ft_err_set(err, FT_EDOC, "%zu rows are too many tasks",
                          t->n_rows);
    return 0;
}

int ft_plan_expand(struct ft_plan *plan, size_t stage,
                   struct json_object *columns, struct ft_err *err)
{
    struct ft_stage *st = &plan->wf->stage[stage];
    struct table t = { 0 };

    if (!json_object_is_type(columns, json_type_array))
        return ft_err_set(err, FT_EFORMAT, "the rows of a table cannot be "
                          "read");
    if (read_table(columns, &t, err) < 0 ||
        check_limits(plan, st, &t, err) < 0 || check_unique(&t, err) < 0) {
        release_table(&t);
        return -1;
    }
    ft_stage_set_rows(st, t.column, t.n_columns, t.n_rows);
    plan->stage[stage].unknown = false;
    plan->stage[stage].n = st->n_cells;
    ft_plan_add_range(plan, stage);
    return 0;
}

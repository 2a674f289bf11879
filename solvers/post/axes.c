/* axes.c - cells of a matrix as columns of a table */
#include "post/axes.h"

#include <json-c/json.h>
#include <stdio.h>
#include <string.h>

/* What the coherent SI units of task.json are called in tables. */
static const struct {
    const char *coherent, *usual;
} units[] = {
    { "m.kg.s-2", "N" }, { "m-1.kg.s-2", "Pa" }, { "m2.kg.s-2", "J" },
    { "m2.kg.s-3", "W" }, { "kg.s-3", "W m-2" }, { "m-1.kg.s-3", "W m-3" },
    { "m.kg.s-3.K-1", "W m-1 K-1" }, { "kg.s-3.K-1", "W m-2 K-1" },
    { "m2.s-2.K-1", "J kg-1 K-1" }, { "m-3.kg", "kg m-3" },
    { "m2.kg.s-3.A-1", "V" }, { "m.s-1", "m s-1" }, { "m.s-2", "m s-2" },
};

static const char *usual_unit(const char *unit)
{
    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
        if (strcmp(units[i].coherent, unit) == 0)
            return units[i].usual;
    return unit;
}

/* What kind of value an axis has, as far as a table cares. */
static const char *unit_of(struct json_object *value, struct json_object **x)
{
    struct json_object *unit;

    *x = value;
    if (json_object_is_type(value, json_type_object) &&
        json_object_object_get_ex(value, "unit", &unit) &&
        json_object_object_get_ex(value, "value", x))
        return usual_unit(json_object_get_string(unit));
    return json_object_is_type(value, json_type_double) ? "1" : "";
}

static PetscErrorCode add_axis(struct post_axes *axes, const char *name,
                               struct json_object *value)
{
    struct post_axis *axis = &axes->axis[axes->n];
    struct json_object *x;

    PetscFunctionBeginUser;
    if (axes->n == POST_AXES_MAX)
        PetscFunctionReturn(stg_fail(axes->task, "the matrix has more than %d "
                                     "parameters", POST_AXES_MAX));
    (void)snprintf(axis->name, sizeof(axis->name), "%s", name);
    (void)snprintf(axis->unit, sizeof(axis->unit), "%s", unit_of(value, &x));
    PetscCall(PetscCalloc1(axes->runs, &axis->value));
    axes->n++;
    PetscFunctionReturn(0);
}

/* The position of a text among the words of an axis; it may become one. */
static PetscErrorCode find_word(struct post_axis *axis, const char *text,
                                double *position)
{
    char *word = NULL;
    const char *at = axis->words;
    size_t n;
    int i = 0;

    PetscFunctionBeginUser;
    PetscCall(post_words_add(&word, *text ? text : "-"));
    for (; at && *at; at += n + (at[n] == ' '), i++) {
        n = strcspn(at, " ");
        if (strlen(word) == n && strncmp(at, word, n) == 0)
            break;
    }
    *position = i;
    if (!at || !*at)
        PetscCall(post_words_add(&axis->words, word));
    PetscCall(PetscFree(word));
    PetscFunctionReturn(0);
}

static bool is_plain(const char *unit)
{
    return !*unit || strcmp(unit, "1") == 0;
}

static PetscErrorCode set_value(struct post_axes *axes, size_t run,
                                const char *name, struct json_object *value)
{
    struct post_axis *axis = NULL;
    struct json_object *x;
    const char *unit = unit_of(value, &x);
    bool number = json_object_is_type(x, json_type_double) ||
                  json_object_is_type(x, json_type_int) ||
                  json_object_is_type(x, json_type_boolean);

    PetscFunctionBeginUser;
    for (size_t i = 0; i < axes->n; i++)
        if (strcmp(axes->axis[i].name, name) == 0)
            axis = &axes->axis[i];
    if (!axis && run > 0)
        PetscFunctionReturn(stg_fail(axes->task, "run %zu has a parameter "
                                     "'%s' that run 0 does not have", run,
                                     name));
    if (!axis) {
        PetscCall(add_axis(axes, name, value));
        axis = &axes->axis[axes->n - 1];
    }
    if (is_plain(axis->unit) && is_plain(unit)) {
        if (*unit) /* 1, 0.5, ...: the whole number was one by chance */
            (void)snprintf(axis->unit, sizeof(axis->unit), "1");
    } else if (strcmp(axis->unit, unit) != 0) {
        PetscFunctionReturn(stg_fail(axes->task, "parameter '%s' is in '%s' in "
                                     "run %zu, but in '%s' in run 0", name,
                                     unit, run, axis->unit));
    }
    if (number) /* true is 1 */
        axis->value[run] = json_object_get_double(x);
    else
        PetscCall(find_word(axis, json_object_get_string(x),
                            &axis->value[run]));
    PetscFunctionReturn(0);
}

PetscErrorCode post_axes_read(struct stg_task *task, const char *input,
                              struct post_axes *axes)
{
    PetscFunctionBeginUser;
    *axes = (struct post_axes){ .task = task };
    axes->runs = stg_input_count(task, input);
    for (size_t run = 0; run < axes->runs; run++) {
        struct stg_input element;
        size_t n = 0;

        PetscCall(stg_input(task, input, run, &element));
        if (!element.cell.json)
            continue;
        json_object_object_foreach(element.cell.json, name, value) {
            PetscCall(set_value(axes, run, name, value));
            n++;
        }
        if (n != axes->n)
            PetscFunctionReturn(stg_fail(task, "run %zu has %zu parameters, "
                                         "but run 0 has %zu", run, n,
                                         axes->n));
    }
    PetscFunctionReturn(0);
}

void post_axes_release(struct post_axes *axes)
{
    for (size_t i = 0; i < axes->n; i++) {
        PetscFree(axes->axis[i].words);
        PetscFree(axes->axis[i].value);
    }
    axes->n = 0;
}

PetscErrorCode post_axes_columns(const struct post_axes *axes,
                                 struct post_sheet *sheet)
{
    PetscFunctionBeginUser;
    if (axes->runs > 1)
        PetscCall(post_sheet_counter(sheet, "run", NULL));
    for (size_t i = 0; i < axes->n; i++) {
        const struct post_axis *axis = &axes->axis[i];

        if (*axis->unit)
            PetscCall(post_sheet_column(sheet, axis->name, axis->unit, NULL));
        else
            PetscCall(post_sheet_counter(sheet, axis->name, axis->words));
    }
    PetscFunctionReturn(0);
}

size_t post_axes_row(const struct post_axes *axes, size_t run, double value[])
{
    size_t n = 0;

    if (axes->runs > 1)
        value[n++] = (double)run;
    for (size_t i = 0; i < axes->n; i++)
        value[n++] = axes->axis[i].value[run];
    return n;
}

/* case.c - read the parameters; every complaint is in the user's words */
#include "heat/case.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fe/comm.h"
#include "fe/func.h"
#include "stage/mesh.h"
#include "stage/stage.h"

#define MAX_PROBES 10000
#define MAX_STEPS 100000000
#define KNOWN_MAX 8 /* groups that a complaint names */

/* Parameters that give one value to each of some groups. */
static const struct row {
    const char *name;
    enum heat_kind kind;
    const char *unit; /* NULL: the text of a function */
    bool cells;       /* may be given for groups of cells */
    bool facets;      /* may be given for groups of facets */
} rows[] = {
    { "fixed", HEAT_FIXED, "K", false, true },
    { "fixed_function", HEAT_FIXED, NULL, false, true },
    { "flux", HEAT_FLUX, "W.m-2", false, true },
    { "flux_function", HEAT_FLUX, NULL, false, true },
    { "convection", HEAT_CONVECTION, "K", false, true },
    { "source", HEAT_SOURCE, "W.m-3", true, false },
    { "source_function", HEAT_SOURCE, NULL, true, false },
    { "power", HEAT_POWER, "W", true, true },
};
#define N_ROWS (sizeof(rows) / sizeof(rows[0]))

struct reader {
    struct stg_task *task;
    struct stg_value all;
    const struct stg_mesh *mesh;
    struct heat_case *c;
};

/* --- groups ------------------------------------------------------------ */

static bool fits(const struct reader *r, const struct row *row, int dim)
{
    return (row->cells && dim == r->mesh->dimension) ||
           (row->facets && dim == r->mesh->dimension - 1);
}

static PetscErrorCode no_group(struct reader *r, const struct row *row,
                               const char *name)
{
    char known[300] = "";
    size_t used = 0, n = 0;
    const char *wrong = "the mesh has no group";

    for (size_t g = 0; g < r->mesh->n_groups; g++) {
        const struct stg_group *group = &r->mesh->groups[g];

        if (strcmp(group->name, name) == 0)
            wrong = "this cannot be given for group";
        if (!fits(r, row, group->dimension) || used >= sizeof(known))
            continue;
        if (n++ == KNOWN_MAX)
            used += (size_t)snprintf(known + used, sizeof(known) - used,
                                     ", …");
        else if (n <= KNOWN_MAX)
            used += (size_t)snprintf(known + used, sizeof(known) - used,
                                     "%s'%s'", used ? ", " : "", group->name);
    }
    return stg_fail(r->task, "parameter '%s': %s '%s'; it has %s%s", row->name,
                    wrong, name, used ? "" : "none that could be meant",
                    known);
}

/* The position of the named group that the parameter can be given for. */
static PetscErrorCode find_group(struct reader *r, const struct row *row,
                                 const char *name, int *group)
{
    *group = -1;
    for (size_t g = 0; g < r->mesh->n_groups; g++)
        if (strcmp(r->mesh->groups[g].name, name) == 0 &&
            fits(r, row, r->mesh->groups[g].dimension) &&
            (*group < 0 || r->mesh->groups[g].dimension <
                               r->mesh->dimension))
            *group = (int)g; /* of one name, facets go before cells */
    if (*group < 0)
        return no_group(r, row, name);
    return 0;
}

/* Does a boundary condition name the group itself, not by "*"? */
static bool is_named(const struct reader *r, const char *group, bool cells)
{
    struct stg_value map;

    for (size_t i = 0; i < N_ROWS; i++)
        if (rows[i].cells == cells && stg_has(&r->all, rows[i].name) &&
            !stg_get(&r->all, rows[i].name, &map) && stg_has(&map, group))
            return true;
    return false;
}

/* --- conditions -------------------------------------------------------- */

static PetscErrorCode read_func(struct reader *r, const struct stg_value *v,
                                struct fe_func **func)
{
    const char *text;
    char msg[FE_MSG];

    PetscFunctionBeginUser;
    PetscCall(stg_as_text(v, &text));
    *func = fe_func_new(text, msg, sizeof(msg));
    if (!*func)
        PetscFunctionReturn(stg_fail(r->task, "parameter '%s': %s", v->name,
                                     msg));
    PetscFunctionReturn(0);
}

static PetscErrorCode read_value(struct reader *r, const struct row *row,
                                 const struct stg_value *v,
                                 struct heat_condition *condition)
{
    PetscFunctionBeginUser;
    if (row->kind == HEAT_CONVECTION) {
        PetscCall(stg_get_quantity(v, "coefficient", "W.m-2.K-1",
                                   &condition->coefficient));
        PetscCall(stg_get_quantity(v, "ambient", "K", &condition->value));
        if (condition->coefficient < 0)
            PetscFunctionReturn(stg_fail(
                r->task, "parameter '%s': the coefficient of convection must "
                "not be negative", v->name));
    } else if (row->unit) {
        PetscCall(stg_as_quantity(v, row->unit, &condition->value));
    } else {
        PetscCall(read_func(r, v, &condition->func));
    }
    if ((row->kind == HEAT_FIXED || row->kind == HEAT_CONVECTION) &&
        condition->value < 0)
        PetscFunctionReturn(stg_fail(r->task, "parameter '%s': a temperature "
                                     "is below absolute zero", v->name));
    PetscFunctionReturn(0);
}

static PetscErrorCode add_condition(struct reader *r, const struct row *row,
                                    const struct stg_value *v, int group,
                                    int dim)
{
    struct heat_case *c = r->c;
    struct heat_condition *condition = &c->condition[c->n_conditions];

    PetscFunctionBeginUser;
    *condition = (struct heat_condition){
        .kind = row->kind, .name = row->name, .group = group, .dim = dim,
    };
    PetscCall(read_value(r, row, v, condition));
    c->n_conditions++;
    PetscFunctionReturn(0);
}

/* "*": every group that no such parameter names; for cells also those that
 * are in no group. */
static PetscErrorCode add_others(struct reader *r, const struct row *row,
                                 const struct stg_value *v)
{
    int dim = r->mesh->dimension;

    PetscFunctionBeginUser;
    if (row->kind == HEAT_POWER)
        PetscFunctionReturn(stg_fail(r->task, "parameter 'power' needs the "
                                     "name of a group"));
    for (size_t g = 0; g < r->mesh->n_groups; g++) {
        const struct stg_group *group = &r->mesh->groups[g];

        if (fits(r, row, group->dimension) &&
            !is_named(r, group->name, row->cells))
            PetscCall(add_condition(r, row, v, (int)g, group->dimension));
    }
    if (row->cells)
        PetscCall(add_condition(r, row, v, -1, dim));
    PetscFunctionReturn(0);
}

static PetscErrorCode read_conditions(struct reader *r, const struct row *row)
{
    struct stg_value map, v;
    const char *name;
    size_t n;
    int group;

    PetscFunctionBeginUser;
    if (!stg_has(&r->all, row->name))
        PetscFunctionReturn(0);
    PetscCall(stg_get(&r->all, row->name, &map));
    PetscCall(stg_count(&map, &n));
    for (size_t i = 0; i < n; i++) {
        PetscCall(stg_member(&map, i, &name, &v));
        if (strcmp(name, "*") == 0) {
            PetscCall(add_others(r, row, &v));
            continue;
        }
        PetscCall(find_group(r, row, name, &group));
        PetscCall(add_condition(r, row, &v, group,
                                r->mesh->groups[group].dimension));
    }
    PetscFunctionReturn(0);
}

/* A fixed temperature leaves no room for another condition on its facets. */
static PetscErrorCode check_conflicts(struct reader *r)
{
    const struct heat_case *c = r->c;

    for (int i = 0; i < c->n_conditions; i++)
        for (int j = 0; j < c->n_conditions; j++) {
            const struct heat_condition *p = &c->condition[i],
                                        *q = &c->condition[j];

            if (i != j && p->kind == HEAT_FIXED && p->group == q->group &&
                p->dim == q->dim)
                return stg_fail(r->task, "group '%s' is in '%s' and in '%s'; "
                                "a surface with a fixed temperature can have "
                                "no other condition",
                                r->mesh->groups[p->group].name, p->name,
                                q->name);
        }
    return 0;
}

static PetscErrorCode read_all_conditions(struct reader *r)
{
    PetscFunctionBeginUser;
    PetscCall(PetscCalloc1(N_ROWS * (r->mesh->n_groups + 2),
                           &r->c->condition));
    for (size_t i = 0; i < N_ROWS; i++)
        PetscCall(read_conditions(r, &rows[i]));
    PetscCall(check_conflicts(r));
    if (r->c->scheme != HEAT_STEADY)
        PetscFunctionReturn(0);
    for (int i = 0; i < r->c->n_conditions; i++)
        if (r->c->condition[i].kind == HEAT_FIXED ||
            r->c->condition[i].coefficient > 0)
            PetscFunctionReturn(0);
    PetscFunctionReturn(stg_fail(r->task, "a steady temperature needs a group "
                                 "with 'fixed' or 'convection', or it is not "
                                 "determined"));
}

/* --- materials --------------------------------------------------------- */

/* One property of group 'g'; g == n_groups: of cells without a group. */
static PetscErrorCode read_property(struct reader *r, const char *name,
                                    const char *unit, size_t g, double *x)
{
    bool grouped = g < r->mesh->n_groups;
    struct stg_value map, v;

    PetscFunctionBeginUser;
    *x = NAN; /* unknown; an error once a cell asks for it */
    PetscCall(stg_get(&r->all, name, &map));
    if (!stg_group_value(&map, grouped ? r->mesh->groups[g].name : "*", &v)) {
        if (!grouped)
            PetscFunctionReturn(0);
        PetscFunctionReturn(stg_fail(r->task, "parameter '%s' has no value "
                                     "for group '%s'", name,
                                     r->mesh->groups[g].name));
    }
    PetscCall(stg_as_quantity(&v, unit, x));
    if (!(*x > 0))
        PetscFunctionReturn(stg_fail(r->task, "parameter '%s' must be "
                                     "positive, not %g", v.name, *x));
    PetscFunctionReturn(0);
}

static PetscErrorCode check_names(struct reader *r, const char *param)
{
    const struct row row = { .name = param, .cells = true };
    struct stg_value map, v;
    const char *name;
    size_t n;
    int group;

    PetscFunctionBeginUser;
    PetscCall(stg_get(&r->all, param, &map));
    PetscCall(stg_count(&map, &n));
    for (size_t i = 0; i < n; i++) {
        PetscCall(stg_member(&map, i, &name, &v));
        if (strcmp(name, "*") != 0)
            PetscCall(find_group(r, &row, name, &group));
    }
    PetscFunctionReturn(0);
}

static PetscErrorCode read_materials(struct reader *r)
{
    size_t n = r->mesh->n_groups;
    bool moving = r->c->scheme != HEAT_STEADY;
    static const char *const names[] = { "conductivity", "density",
                                         "specific_heat" };

    PetscFunctionBeginUser;
    PetscCall(PetscCalloc1(n + 1, &r->c->material));
    for (int i = 0; i < (moving ? 3 : 1); i++) {
        if (!stg_has(&r->all, names[i]))
            PetscFunctionReturn(stg_fail(r->task, "parameter '%s' is missing; "
                                         "a transient calculation needs it",
                                         names[i]));
        PetscCall(check_names(r, names[i]));
    }
    for (size_t g = 0; g <= n; g++) {
        struct heat_material *m = &r->c->material[g];
        double density, specific;

        if (g < n && r->mesh->groups[g].dimension != r->mesh->dimension)
            continue;
        PetscCall(read_property(r, names[0], "W.m-1.K-1", g,
                                &m->conductivity));
        if (!moving)
            continue;
        PetscCall(read_property(r, names[1], "kg.m-3", g, &density));
        PetscCall(read_property(r, names[2], "J.kg-1.K-1", g, &specific));
        m->capacity = density * specific;
    }
    PetscFunctionReturn(0);
}

/* --- time -------------------------------------------------------------- */

static PetscErrorCode read_scheme(struct reader *r)
{
    static const char *const names[] = { "steady", "theta", "bdf2" };
    const char *text = "steady";
    int i = 0;

    PetscFunctionBeginUser;
    if (stg_has(&r->all, "scheme"))
        PetscCall(stg_get_text(&r->all, "scheme", &text));
    while (i < 3 && strcmp(text, names[i]) != 0)
        i++;
    if (i == 3)
        PetscFunctionReturn(stg_fail(r->task, "parameter 'scheme' must be "
                                     "steady, theta or bdf2, not '%s'", text));
    r->c->scheme = (enum heat_scheme)i;
    PetscFunctionReturn(0);
}

static PetscErrorCode read_time(struct reader *r)
{
    struct heat_case *c = r->c;
    double end_s, steps;
    int64_t every = 1;

    PetscFunctionBeginUser;
    c->theta = 0.5;
    if (stg_has(&r->all, "theta"))
        PetscCall(stg_get_number(&r->all, "theta", &c->theta));
    if (!(c->theta >= 0.5 && c->theta <= 1))
        PetscFunctionReturn(stg_fail(r->task, "parameter 'theta' must be "
                                     "between 0.5 and 1, not %g", c->theta));
    PetscCall(stg_get_quantity(&r->all, "step", "s", &c->step_s));
    PetscCall(stg_get_quantity(&r->all, "end", "s", &end_s));
    if (!(c->step_s > 0))
        PetscFunctionReturn(stg_fail(r->task, "parameter 'step' must be "
                                     "positive"));
    steps = round(end_s / c->step_s);
    if (!(steps >= 1 && steps <= MAX_STEPS) ||
        fabs(steps * c->step_s - end_s) > 1e-9 * end_s)
        PetscFunctionReturn(stg_fail(r->task, "parameter 'end' (%g s) must be "
                                     "a whole number of steps of %g s, at "
                                     "most %d of them", end_s, c->step_s,
                                     MAX_STEPS));
    c->steps = (PetscInt)steps;
    if (stg_has(&r->all, "summary_every"))
        PetscCall(stg_get_integer(&r->all, "summary_every", &every));
    c->every = (PetscInt)PetscClipInterval(every, 1, MAX_STEPS);
    c->checkpoint_s = INFINITY;
    if (stg_has(&r->all, "checkpoint"))
        PetscCall(stg_get_quantity(&r->all, "checkpoint", "s",
                                   &c->checkpoint_s));
    PetscFunctionReturn(0);
}

static PetscErrorCode read_initial(struct reader *r, bool has_field)
{
    struct stg_value v;
    bool value = stg_has(&r->all, "initial_temperature");
    bool func = stg_has(&r->all, "initial_function");

    PetscFunctionBeginUser;
    if (value + func + has_field != 1)
        PetscFunctionReturn(stg_fail(
            r->task, "a transient calculation needs exactly one of parameter "
            "'initial_temperature', parameter 'initial_function' and input "
            "'initial'"));
    if (value)
        PetscCall(stg_get_quantity(&r->all, "initial_temperature", "K",
                                   &r->c->initial));
    if (func) {
        PetscCall(stg_get(&r->all, "initial_function", &v));
        PetscCall(read_func(r, &v, &r->c->initial_func));
    }
    PetscFunctionReturn(0);
}

/* --- the rest ---------------------------------------------------------- */

static PetscErrorCode read_probes(struct reader *r)
{
    struct stg_value list, v;
    size_t n;

    PetscFunctionBeginUser;
    if (!stg_has(&r->all, "probes"))
        PetscFunctionReturn(0);
    PetscCall(stg_get(&r->all, "probes", &list));
    PetscCall(stg_count(&list, &n));
    if (n > MAX_PROBES)
        PetscFunctionReturn(stg_fail(r->task, "parameter 'probes' has more "
                                     "than %d points", MAX_PROBES));
    PetscCall(PetscCalloc1(n, &r->c->probe));
    for (size_t i = 0; i < n; i++) {
        PetscCall(stg_element(&list, i, &v));
        PetscCall(stg_get_quantity(&v, "x", "m", &r->c->probe[i][0]));
        PetscCall(stg_get_quantity(&v, "y", "m", &r->c->probe[i][1]));
        if (stg_has(&v, "z"))
            PetscCall(stg_get_quantity(&v, "z", "m", &r->c->probe[i][2]));
    }
    r->c->n_probes = (int)n;
    PetscFunctionReturn(0);
}

static PetscErrorCode read_solver(struct reader *r)
{
    struct heat_case *c = r->c;
    int64_t iterations = 500;

    PetscFunctionBeginUser;
    c->tolerance = 1e-12;
    if (stg_has(&r->all, "tolerance"))
        PetscCall(stg_get_number(&r->all, "tolerance", &c->tolerance));
    if (!(c->tolerance > 0 && c->tolerance < 1))
        PetscFunctionReturn(stg_fail(r->task, "parameter 'tolerance' must be "
                                     "between 0 and 1"));
    if (stg_has(&r->all, "iterations"))
        PetscCall(stg_get_integer(&r->all, "iterations", &iterations));
    c->iterations = (PetscInt)PetscClipInterval(iterations, 1, MAX_STEPS);
    if (stg_has(&r->all, "petsc_options"))
        PetscCall(stg_get_text(&r->all, "petsc_options", &c->petsc_options));
    PetscFunctionReturn(0);
}

static PetscErrorCode read_space(struct reader *r)
{
    struct heat_case *c = r->c;
    struct stg_value v;

    PetscFunctionBeginUser;
    c->thickness_m = 1;
    if (stg_has(&r->all, "thickness") && r->mesh->dimension == 2)
        PetscCall(stg_get_quantity(&r->all, "thickness", "m",
                                   &c->thickness_m));
    if (!(c->thickness_m > 0))
        PetscFunctionReturn(stg_fail(r->task, "parameter 'thickness' must be "
                                     "positive"));
    if (stg_has(&r->all, "exact")) {
        PetscCall(stg_get(&r->all, "exact", &v));
        PetscCall(read_func(r, &v, &c->exact));
    }
    PetscFunctionReturn(0);
}

PetscErrorCode heat_case_read(struct stg_task *task,
                              const struct stg_mesh *mesh, bool has_initial,
                              struct heat_case *c)
{
    struct reader r = { task, stg_params(task), mesh, c };

    PetscFunctionBeginUser;
    c->every = 1;
    PetscCall(read_scheme(&r));
    if (c->scheme != HEAT_STEADY) {
        PetscCall(read_time(&r));
        PetscCall(read_initial(&r, has_initial));
    }
    PetscCall(read_space(&r));
    PetscCall(read_materials(&r));
    PetscCall(read_all_conditions(&r));
    PetscCall(read_probes(&r));
    PetscCall(read_solver(&r));
    PetscFunctionReturn(0);
}

void heat_case_release(struct heat_case *c)
{
    for (int i = 0; i < c->n_conditions; i++)
        fe_func_free(c->condition[i].func);
    fe_func_free(c->initial_func);
    fe_func_free(c->exact);
    (void)PetscFree(c->condition);
    (void)PetscFree(c->material);
    (void)PetscFree(c->probe);
}

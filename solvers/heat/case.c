/* case.c - read the parameters; every complaint is in the user's words */
#include "heat/case.h"

#include <math.h>
#include <string.h>

#include "fe/func.h"
#include "physics/held.h"
#include "stage/stage.h"

#define MAX_STEPS 100000000

/* Parameters that give one value to each of some groups. */
static const struct phy_param params[] = {
    { "fixed", HEAT_FIXED, PHY_QUANTITY, "K", .facets = true },
    { "fixed_function", HEAT_FIXED, PHY_FUNCTION, .facets = true },
    { "flux", HEAT_FLUX, PHY_QUANTITY, "W.m-2", .facets = true },
    { "flux_function", HEAT_FLUX, PHY_FUNCTION, .facets = true,
      .solution = "T" },
    { "convection", HEAT_CONVECTION, PHY_RECORD, .facets = true },
    { "radiation", HEAT_RADIATION, PHY_RECORD, .facets = true },
    { "source", HEAT_SOURCE, PHY_QUANTITY, "W.m-3", .cells = true },
    { "source_function", HEAT_SOURCE, PHY_FUNCTION, .cells = true,
      .solution = "T" },
    { "power", HEAT_POWER, PHY_QUANTITY, "W", .cells = true, .facets = true,
      .named = true },
    { "contact", HEAT_CONTACT, PHY_RECORD, .facets = true, .named = true,
      .solution = "T" },
};
#define N_PARAMS ((int)(sizeof(params) / sizeof(params[0])))

struct reader {
    const struct phy_domain *d;
    struct stg_task *task;
    struct stg_value all;
    struct heat_case *c;
};

/* --- conditions ---------------------------------------------------------- */

static PetscErrorCode read_record(struct reader *r,
                                  struct phy_condition *condition)
{
    const struct stg_value *v = &condition->given;

    PetscFunctionBeginUser;
    PetscCall(stg_get_quantity(v, "ambient", "K", &condition->value.value));
    if (condition->kind == HEAT_CONVECTION) {
        PetscCall(stg_get_quantity(v, "coefficient", "W.m-2.K-1",
                                   &condition->coefficient));
        if (condition->coefficient < 0)
            PetscFunctionReturn(stg_fail(
                r->task, "parameter '%s': the coefficient of convection must "
                "not be negative", v->name));
    } else {
        PetscCall(stg_get_number(v, "emissivity", &condition->coefficient));
        if (!(condition->coefficient >= 0 && condition->coefficient <= 1))
            PetscFunctionReturn(stg_fail(
                r->task, "parameter '%s': the emissivity must be between 0 "
                "and 1, not %g", v->name, condition->coefficient));
    }
    PetscFunctionReturn(0);
}

/* What a contact can be given by; the value to that power is conductance. */
static const struct {
    const char *name, *unit; /* no unit: a function */
    double power;
} laws[] = {
    { "resistance", "m2.K.W-1", -1 },
    { "resistance_function", NULL, -1 },
    { "conductance", "W.m-2.K-1", 1 },
    { "conductance_function", NULL, 1 },
};
#define N_LAWS ((int)(sizeof(laws) / sizeof(laws[0])))

static PetscErrorCode read_contact(struct reader *r,
                                   struct phy_condition *condition)
{
    struct phy_coef *coef = &condition->value;
    struct stg_value v;
    int given = 0;

    PetscFunctionBeginUser;
    for (int i = 0; i < N_LAWS; i++) {
        if (!stg_has(&condition->given, laws[i].name))
            continue;
        given++;
        condition->coefficient = laws[i].power;
        PetscCall(stg_get(&condition->given, laws[i].name, &v));
        phy_coef_release(coef);
        if (laws[i].unit)
            PetscCall(phy_coef_quantity(&v, laws[i].unit, coef));
        else
            PetscCall(phy_coef_function(&v, condition->param->solution, coef));
        if (!coef->func && !(coef->value > 0))
            PetscFunctionReturn(stg_fail(r->task, "parameter '%s' must be "
                                         "positive, not %g", v.name,
                                         coef->value));
    }
    if (given != 1)
        PetscFunctionReturn(stg_fail(
            r->task, "parameter '%s' needs one of 'resistance', "
            "'resistance_function', 'conductance' and 'conductance_function'",
            condition->given.name));
    r->c->unsymmetric |= phy_coef_is_nonlinear(coef);
    PetscFunctionReturn(0);
}

bool heat_anchors(const struct phy_condition *condition)
{
    switch (condition->kind) {
    case HEAT_FIXED: return true;
    case HEAT_CONTACT: return false;
    case HEAT_CONVECTION:
    case HEAT_RADIATION: return condition->coefficient > 0;
    default: return phy_coef_is_nonlinear(&condition->value);
    }
}

static PetscErrorCode read_conditions(struct reader *r)
{
    struct phy_conditions *list = &r->c->conditions;
    bool anchored = r->c->scheme != HEAT_STEADY;

    PetscFunctionBeginUser;
    PetscCall(phy_conditions_read(r->d, params, N_PARAMS, list));
    for (int i = 0; i < list->n; i++) {
        struct phy_condition *c = &list->item[i];

        if (c->kind == HEAT_CONVECTION || c->kind == HEAT_RADIATION)
            PetscCall(read_record(r, c));
        if (c->kind == HEAT_CONTACT)
            PetscCall(read_contact(r, c));
        if ((c->kind == HEAT_FIXED || c->kind == HEAT_CONVECTION ||
             c->kind == HEAT_RADIATION) && c->value.value < 0)
            PetscFunctionReturn(stg_fail(r->task, "parameter '%s': a "
                                         "temperature is below absolute zero",
                                         c->given.name));
        r->c->nonlinear |= phy_coef_is_nonlinear(&c->value) ||
                           c->kind == HEAT_RADIATION;
        anchored |= heat_anchors(c);
    }
    PetscCall(phy_held_alone(r->d, list, HEAT_FIXED, "a surface with a fixed "
                             "temperature can have no other condition"));
    PetscCall(phy_held_alone(r->d, list, HEAT_CONTACT, "a contact can have no "
                             "other condition"));
    if (!anchored)
        PetscFunctionReturn(stg_fail(r->task, "a steady temperature needs a "
                                     "group with 'fixed', 'convection' or "
                                     "'radiation', or it is not determined"));
    PetscFunctionReturn(0);
}

/* --- materials ----------------------------------------------------------- */

static PetscErrorCode read_property(struct reader *r, const char *name,
                                    const char *unit, size_t at)
{
    struct phy_coef *coef;
    PetscErrorCode rc;

    PetscFunctionBeginUser;
    PetscCall(PetscCalloc1(r->c->n_materials, &coef));
    rc = phy_property(r->d, name, unit, "T", coef);
    for (size_t g = 0; g < r->c->n_materials; g++) {
        struct heat_material *m = &r->c->material[g];

        *(struct phy_coef *)((char *)m + at) = coef[g];
        m->varies |= coef[g].func || r->d->axial;
        r->c->nonlinear |= phy_coef_is_nonlinear(&coef[g]);
    }
    PetscCall(PetscFree(coef));
    PetscFunctionReturn(rc);
}

static PetscErrorCode read_materials(struct reader *r)
{
    static const struct {
        const char *name, *function, *unit;
        size_t at;
    } rows[] = {
        { "conductivity", "conductivity_function", "W.m-1.K-1",
          offsetof(struct heat_material, conductivity) },
        { "density", "density_function", "kg.m-3",
          offsetof(struct heat_material, density) },
        { "specific_heat", "specific_heat_function", "J.kg-1.K-1",
          offsetof(struct heat_material, specific_heat) },
    };

    PetscFunctionBeginUser;
    r->c->n_materials = r->d->input.n_groups + 1;
    PetscCall(PetscCalloc1(r->c->n_materials, &r->c->material));
    for (int i = 0; i < (r->c->scheme == HEAT_STEADY ? 1 : 3); i++) {
        if (i > 0 && !stg_has(&r->all, rows[i].name) &&
            !stg_has(&r->all, rows[i].function))
            PetscFunctionReturn(stg_fail(r->task, "parameter '%s' is missing; "
                                         "a transient calculation needs it",
                                         rows[i].name));
        PetscCall(read_property(r, rows[i].name, rows[i].unit, rows[i].at));
        r->c->unsymmetric |= i == 0 && r->c->nonlinear;
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

/* Steps of one length, or as long as the error allows. */
static PetscErrorCode read_steps(struct reader *r)
{
    struct heat_case *c = r->c;
    double steps;

    PetscFunctionBeginUser;
    PetscCall(stg_get_quantity(&r->all, "step", "s", &c->step_s));
    PetscCall(stg_get_quantity(&r->all, "end", "s", &c->end_s));
    if (!(c->step_s > 0))
        PetscFunctionReturn(stg_fail(r->task, "parameter 'step' must be "
                                     "positive"));
    if (stg_has(&r->all, "error")) {
        PetscCall(stg_get_quantity(&r->all, "error", "K", &c->error));
        if (c->scheme != HEAT_BDF2)
            PetscFunctionReturn(stg_fail(r->task, "parameter 'error' needs "
                                         "scheme 'bdf2'"));
        if (!(c->error > 0) || !(c->end_s > 0))
            PetscFunctionReturn(stg_fail(r->task, "parameters 'error' and "
                                         "'end' must be positive"));
        PetscFunctionReturn(0);
    }
    steps = round(c->end_s / c->step_s);
    if (!(steps >= 1 && steps <= MAX_STEPS) ||
        fabs(steps * c->step_s - c->end_s) > 1e-9 * c->end_s)
        PetscFunctionReturn(stg_fail(r->task, "parameter 'end' (%g s) must be "
                                     "a whole number of steps of %g s, at "
                                     "most %d of them", c->end_s, c->step_s,
                                     MAX_STEPS));
    c->steps = (PetscInt)steps;
    PetscFunctionReturn(0);
}

static PetscErrorCode read_time(struct reader *r)
{
    struct heat_case *c = r->c;
    int64_t every = 1;

    PetscFunctionBeginUser;
    c->theta = 0.5;
    if (stg_has(&r->all, "theta"))
        PetscCall(stg_get_number(&r->all, "theta", &c->theta));
    if (!(c->theta >= 0.5 && c->theta <= 1))
        PetscFunctionReturn(stg_fail(r->task, "parameter 'theta' must be "
                                     "between 0.5 and 1, not %g", c->theta));
    PetscCall(read_steps(r));
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
        PetscCall(phy_function(&v, &r->c->initial_func));
    }
    PetscFunctionReturn(0);
}

/* --- the rest ---------------------------------------------------------- */

static PetscErrorCode read_solver(struct reader *r)
{
    struct heat_case *c = r->c;
    int64_t iterations = 500, newton = 50;

    PetscFunctionBeginUser;
    c->tolerance = 1e-12;
    c->newton_tolerance = 1e-9;
    if (stg_has(&r->all, "tolerance"))
        PetscCall(stg_get_number(&r->all, "tolerance", &c->tolerance));
    if (!(c->tolerance > 0 && c->tolerance < 1))
        PetscFunctionReturn(stg_fail(r->task, "parameter 'tolerance' must be "
                                     "between 0 and 1"));
    if (stg_has(&r->all, "newton_tolerance"))
        PetscCall(stg_get_number(&r->all, "newton_tolerance",
                                 &c->newton_tolerance));
    if (!(c->newton_tolerance > 0 && c->newton_tolerance < 1))
        PetscFunctionReturn(stg_fail(r->task, "parameter 'newton_tolerance' "
                                     "must be between 0 and 1"));
    if (stg_has(&r->all, "newton_iterations"))
        PetscCall(stg_get_integer(&r->all, "newton_iterations", &newton));
    c->newton = (PetscInt)PetscClipInterval(newton, 1, MAX_STEPS);
    if (stg_has(&r->all, "iterations"))
        PetscCall(stg_get_integer(&r->all, "iterations", &iterations));
    c->iterations = (PetscInt)PetscClipInterval(iterations, 1, MAX_STEPS);
    if (stg_has(&r->all, "petsc_options"))
        PetscCall(stg_get_text(&r->all, "petsc_options", &c->petsc_options));
    PetscFunctionReturn(0);
}

static PetscErrorCode read_exact(struct reader *r)
{
    struct stg_value v;

    PetscFunctionBeginUser;
    if (!stg_has(&r->all, "exact"))
        PetscFunctionReturn(0);
    PetscCall(stg_get(&r->all, "exact", &v));
    PetscCall(phy_function(&v, &r->c->exact));
    PetscFunctionReturn(0);
}

PetscErrorCode heat_case_read(struct phy_domain *d, bool has_initial,
                              struct heat_case *c)
{
    struct reader r = { d, d->task, stg_params(d->task), c };

    PetscFunctionBeginUser;
    c->every = 1;
    PetscCall(read_scheme(&r));
    if (c->scheme != HEAT_STEADY) {
        PetscCall(read_time(&r));
        PetscCall(read_initial(&r, has_initial));
    }
    PetscCall(phy_read_symmetry(d));
    PetscCall(read_exact(&r));
    PetscCall(read_materials(&r));
    PetscCall(read_conditions(&r));
    PetscCall(phy_probes_read(d->task, &c->probe, &c->n_probes));
    PetscCall(read_solver(&r));
    PetscFunctionReturn(0);
}

void heat_case_release(struct heat_case *c)
{
    phy_conditions_release(&c->conditions);
    for (size_t g = 0; c->material && g < c->n_materials; g++) {
        phy_coef_release(&c->material[g].conductivity);
        phy_coef_release(&c->material[g].density);
        phy_coef_release(&c->material[g].specific_heat);
    }
    fe_func_free(c->initial_func);
    fe_func_free(c->exact);
    (void)PetscFree(c->material);
    (void)PetscFree(c->probe);
}

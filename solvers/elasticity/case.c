/* case.c - read the parameters; every complaint is in the user's words */
#include "elasticity/case.h"

#include <math.h>
#include <string.h>

#include "fe/func.h"
#include "physics/given.h"
#include "stage/stage.h"

#define MAX_ITERATIONS 100000000

/* Parameters that give something to each of some groups.  The fields of a
 * record are quantities in its unit or, without one, texts of functions. */
static const struct phy_param params[] = {
    { "fixed", ELA_FIXED, PHY_NAMES, .facets = true, .edges = true,
      .points = true },
    { "symmetry", ELA_SYMMETRY, PHY_NAMES, .facets = true },
    { "displacement", ELA_DISPLACEMENT, PHY_RECORD, "m", .facets = true,
      .edges = true, .points = true, .by_itself = true },
    { "displacement_function", ELA_DISPLACEMENT, PHY_RECORD, .facets = true,
      .edges = true, .points = true, .by_itself = true },
    { "traction", ELA_TRACTION, PHY_RECORD, "Pa", .facets = true,
      .by_itself = true },
    { "traction_function", ELA_TRACTION, PHY_RECORD, .facets = true,
      .by_itself = true },
    { "pressure", ELA_PRESSURE, PHY_QUANTITY, "Pa", .facets = true,
      .by_itself = true },
    { "pressure_function", ELA_PRESSURE, PHY_FUNCTION, .facets = true,
      .by_itself = true },
    { "force", ELA_FORCE, PHY_RECORD, "N", .facets = true, .named = true },
    { "body_force", ELA_BODY, PHY_RECORD, "N.m-3", .cells = true,
      .by_itself = true },
    { "body_function", ELA_BODY, PHY_RECORD, .cells = true,
      .by_itself = true },
};
#define N_PARAMS ((int)(sizeof(params) / sizeof(params[0])))

static const char *const axes[] = { "x", "y", "z" };

struct reader {
    struct phy_domain *d;
    struct stg_task *task;
    struct stg_value all;
    const struct stg_mesh *mesh;
    int needs;
    struct ela_case *c;
};

/* --- conditions -------------------------------------------------------- */

/* The components of a record. */
static PetscErrorCode read_vector(struct reader *r, const char *unit,
                                  const struct stg_value *v,
                                  struct ela_condition *condition)
{
    struct stg_value part;
    struct phy_coef coef;
    int n = 0;

    PetscFunctionBeginUser;
    for (int k = 0; k < 3; k++) {
        if (!stg_has(v, axes[k]))
            continue;
        PetscCall(stg_get(v, axes[k], &part));
        if (k >= r->mesh->dimension)
            PetscFunctionReturn(stg_fail(r->task, "parameter '%s' cannot be "
                                         "given on a mesh of two dimensions",
                                         part.name));
        coef = (struct phy_coef){ 0 };
        if (unit)
            PetscCall(phy_coef_quantity(&part, unit, &coef));
        else
            PetscCall(phy_coef_function(&part, NULL, &coef));
        condition->value[k] = coef.value;
        condition->func[k] = coef.func;
        condition->given[k] = true;
        n++;
    }
    if (n == 0)
        PetscFunctionReturn(stg_fail(r->task, "parameter '%s' has neither x "
                                     "nor y nor z", v->name));
    PetscFunctionReturn(0);
}

/* A condition as it was given; the function moves. */
static PetscErrorCode take_condition(struct reader *r,
                                     struct phy_condition *given)
{
    struct ela_condition *condition = &r->c->condition[r->c->n_conditions++];

    PetscFunctionBeginUser;
    *condition = (struct ela_condition){
        .kind = given->kind, .name = given->name, .group = given->group,
        .dim = given->dim, .measure = given->measure,
        .value[0] = given->value.value, .func[0] = given->value.func,
    };
    given->value.func = NULL;
    if (given->param->form == PHY_RECORD)
        PetscCall(read_vector(r, given->param->unit, &given->given,
                              condition));
    if (r->c->space == ELA_AXIAL && condition->kind == ELA_FORCE &&
        condition->given[0])
        PetscFunctionReturn(stg_fail(r->task, "parameter '%s' has x, but all "
                                     "around the axis such forces add up to "
                                     "none; use 'traction' or 'pressure'",
                                     condition->name));
    PetscFunctionReturn(0);
}

/* Does the condition hold its points along 'k'? */
static bool holds(const struct ela_condition *condition, int k)
{
    return condition->kind == ELA_FIXED || condition->given[k];
}

/* One group cannot be held twice along one axis. */
static PetscErrorCode check_conflicts(struct reader *r)
{
    const struct ela_case *c = r->c;

    for (int i = 0; i < c->n_conditions; i++)
        for (int j = 0; j < i; j++)
            for (int k = 0; k < c->dofs; k++) {
                const struct ela_condition *p = &c->condition[i],
                                           *q = &c->condition[j];

                if (ELA_HOLDS(p->kind) && ELA_HOLDS(q->kind) &&
                    p->group >= 0 && p->group == q->group && holds(p, k) &&
                    holds(q, k))
                    return stg_fail(r->task, "group '%s' is held along %s by "
                                    "'%s' and by '%s'",
                                    r->mesh->groups[p->group].name, axes[k],
                                    q->name, p->name);
            }
    return 0;
}

/* What vibrates about a deformed state would need its stresses. */
static PetscErrorCode check_rest(struct reader *r)
{
    for (int i = 0; i < r->c->n_conditions; i++)
        for (int k = 0; k < 3; k++)
            if (r->c->condition[i].value[k] != 0)
                return stg_fail(r->task, "parameter 'displacement' can only "
                                "hold points at 0 m here, not at %g m",
                                r->c->condition[i].value[k]);
    return 0;
}

static PetscErrorCode read_conditions(struct reader *r, int n_points)
{
    struct phy_conditions list = { 0 };
    PetscErrorCode rc;

    PetscFunctionBeginUser;
    rc = phy_conditions_read(r->d, params, N_PARAMS, &list);
    PetscCall(PetscCalloc1(list.n + n_points + 1, /* and gravity */
                           &r->c->condition));
    for (int i = 0; i < list.n && !rc; i++)
        rc = take_condition(r, &list.item[i]);
    phy_conditions_release(&list);
    PetscFunctionReturn(rc);
}

/* The text 'along' of a point: letters of axes. */
static PetscErrorCode read_along(struct reader *r, const struct stg_value *v,
                                 bool given[3])
{
    const char *text = "";

    PetscFunctionBeginUser;
    PetscCall(stg_get_text(v, "along", &text));
    for (const char *c = text; *c; c++) {
        if (*c < 'x' || *c >= 'x' + r->c->dofs)
            PetscFunctionReturn(stg_fail(r->task, "parameter '%s.along' is "
                                         "'%s'; it takes the letters of axes "
                                         "of the mesh, such as %s", v->name,
                                         text, r->c->dofs == 2 ? "xy" : "xyz"));
        given[*c - 'x'] = true;
    }
    PetscFunctionReturn(0);
}

/* Points that are held, in no group. */
static PetscErrorCode take_points(struct reader *r, double (*at)[3], int n)
{
    struct stg_value list, v;

    PetscFunctionBeginUser;
    if (n > 0)
        PetscCall(stg_get(&r->all, "points", &list));
    for (int i = 0; i < n; i++) {
        struct ela_condition *p = &r->c->condition[r->c->n_conditions++];

        *p = (struct ela_condition){
            .kind = ELA_POINT, .name = "points", .group = -1,
            .at = { at[i][0], at[i][1], at[i][2] },
        };
        PetscCall(stg_element(&list, (size_t)i, &v));
        PetscCall(read_along(r, &v, p->given));
    }
    PetscFunctionReturn(0);
}

static PetscErrorCode read_supports_and_loads(struct reader *r)
{
    double(*at)[3] = NULL;
    int n = 0;

    PetscFunctionBeginUser;
    PetscCall(phy_points_read(r->task, "points", &at, &n));
    PetscCall(read_conditions(r, n));
    PetscCall(take_points(r, at, n));
    PetscCall(PetscFree(at));
    PetscFunctionReturn(0);
}

/* --- materials --------------------------------------------------------- */

static const struct property {
    const char *name, *unit;
    struct phy_range range;
    size_t at;
} properties[] = {
    { "young", "Pa", { 0, INFINITY, "positive" },
      offsetof(struct ela_material, young) },
    { "poisson", NULL,
      { -1, 0.5, "between -1 and 0.5, both excluded (an incompressible "
                 "material has 0.5 and needs a mixed formulation)" },
      offsetof(struct ela_material, poisson) },
    { "expansion", "K-1", { -INFINITY, INFINITY, "finite" },
      offsetof(struct ela_material, expansion) },
    { "density", "kg.m-3", { 0, INFINITY, "positive" },
      offsetof(struct ela_material, density) },
};
#define N_PROPERTIES (sizeof(properties) / sizeof(properties[0]))

static PetscErrorCode read_property(struct reader *r, const struct property *p)
{
    size_t n = r->mesh->n_groups + 1;
    PetscErrorCode rc;
    double *value;

    PetscFunctionBeginUser;
    PetscCall(PetscCalloc1(n, &value));
    rc = phy_constant(r->d, p->name, p->unit, &p->range, value);
    for (size_t g = 0; g < n; g++)
        *(double *)((char *)&r->c->material[g] + p->at) = value[g];
    PetscCall(PetscFree(value));
    PetscFunctionReturn(rc);
}

/* In a plane the law is written for the two strains in it. */
static void make_law(enum ela_space space, struct ela_material *m)
{
    double nu = m->poisson;
    double lambda = m->young * nu / ((1 + nu) * (1 - 2 * nu));
    double mu = m->young / (2 * (1 + nu));
    double beta = (3 * lambda + 2 * mu) * m->expansion;

    m->law = (struct ela_law){ .lambda = lambda, .mu = mu, .beta = beta,
                               .expansion = m->expansion,
                               .out_lambda = lambda, .out_beta = beta,
                               .axial = space == ELA_AXIAL };
    if (space != ELA_PLANE_STRESS)
        return;
    m->law.lambda = m->young * nu / (1 - nu * nu);
    m->law.beta = m->young * m->expansion / (1 - nu);
    m->law.out_lambda = m->law.out_beta = 0;
}

/* Expansion and density are asked for only where something needs them. */
static PetscErrorCode read_materials(struct reader *r)
{
    size_t n = r->mesh->n_groups;
    const bool asked[N_PROPERTIES] = { true, true, r->c->heated,
                                       r->needs & ELA_NEEDS_DENSITY };
    static const char *const why[N_PROPERTIES] = { "", "",
        "; a temperature needs it", "; mass and gravity need it" };

    PetscFunctionBeginUser;
    PetscCall(PetscCalloc1(n + 1, &r->c->material));
    for (size_t i = 0; i < N_PROPERTIES; i++) {
        if (!asked[i])
            continue;
        if (!stg_has(&r->all, properties[i].name))
            PetscFunctionReturn(stg_fail(r->task, "parameter '%s' is "
                                         "missing%s", properties[i].name,
                                         why[i]));
        PetscCall(read_property(r, &properties[i]));
    }
    for (size_t g = 0; g <= n; g++)
        make_law(r->c->space, &r->c->material[g]);
    PetscFunctionReturn(0);
}

/* --- the rest ---------------------------------------------------------- */

static PetscErrorCode read_space(struct reader *r)
{
    struct ela_case *c = r->c;
    const char *text = "";

    PetscFunctionBeginUser;
    c->dofs = r->mesh->dimension;
    if (c->dofs == 3)
        PetscFunctionReturn(0);
    if (stg_has(&r->all, "plane"))
        PetscCall(stg_get_text(&r->all, "plane", &text));
    c->space = strcmp(text, "stress") == 0   ? ELA_PLANE_STRESS
               : strcmp(text, "strain") == 0 ? ELA_PLANE_STRAIN
               : strcmp(text, "axial") == 0  ? ELA_AXIAL
                                             : ELA_SOLID;
    if (c->space == ELA_SOLID)
        PetscFunctionReturn(stg_fail(r->task, "a mesh of two dimensions needs "
                                     "parameter 'plane': stress (a sheet), "
                                     "strain (a long body) or axial (a body "
                                     "of revolution)"));
    PetscCall(phy_read_depth(r->d, "plane", c->space == ELA_AXIAL));
    PetscFunctionReturn(0);
}

static PetscErrorCode read_heat(struct reader *r)
{
    struct ela_case *c = r->c;
    bool field = stg_input_count(r->task, "temperature") > 0;
    bool value = stg_has(&r->all, "uniform_temperature");
    bool func = stg_has(&r->all, "temperature_function");
    struct stg_value v;

    PetscFunctionBeginUser;
    if (field + value + func > 1)
        PetscFunctionReturn(stg_fail(
            r->task, "at most one of input 'temperature', parameter "
            "'uniform_temperature' and parameter 'temperature_function' can "
            "be given"));
    c->heated = field || value || func;
    if (!c->heated)
        PetscFunctionReturn(0);
    if (!stg_has(&r->all, "reference_temperature"))
        PetscFunctionReturn(stg_fail(r->task, "parameter "
                                     "'reference_temperature' is missing: the "
                                     "temperature without thermal strain"));
    PetscCall(stg_get_quantity(&r->all, "reference_temperature", "K",
                               &c->reference));
    if (value)
        PetscCall(stg_get_quantity(&r->all, "uniform_temperature", "K",
                                   &c->warm));
    if (func) {
        PetscCall(stg_get(&r->all, "temperature_function", &v));
        PetscCall(phy_function(&v, &c->warm_func));
    }
    PetscFunctionReturn(0);
}

/* One condition on all cells; it makes them need a density. */
static PetscErrorCode read_gravity(struct reader *r)
{
    struct ela_condition *condition = &r->c->condition[r->c->n_conditions];
    struct stg_value v;

    PetscFunctionBeginUser;
    if (!stg_has(&r->all, "acceleration"))
        PetscFunctionReturn(0);
    PetscCall(stg_get(&r->all, "acceleration", &v));
    *condition = (struct ela_condition){ .kind = ELA_GRAVITY,
                                         .name = "acceleration", .group = -1,
                                         .dim = r->mesh->dimension };
    r->c->n_conditions++;
    PetscCall(read_vector(r, "m.s-2", &v, condition));
    if (r->c->space == ELA_AXIAL && condition->given[0])
        PetscFunctionReturn(stg_fail(r->task, "parameter 'acceleration' has x,"
                                     " but only one along the axis, y, leaves "
                                     "a body of revolution as it is; spinning "
                                     "loads it by 'body_function'"));
    r->needs |= ELA_NEEDS_DENSITY;
    PetscFunctionReturn(0);
}

static PetscErrorCode read_exact(struct reader *r)
{
    struct stg_value v, part;

    PetscFunctionBeginUser;
    if (!stg_has(&r->all, "exact"))
        PetscFunctionReturn(0);
    PetscCall(stg_get(&r->all, "exact", &v));
    for (int k = 0; k < r->mesh->dimension; k++) {
        PetscCall(stg_get(&v, axes[k], &part));
        PetscCall(phy_function(&part, &r->c->exact[k]));
    }
    PetscFunctionReturn(0);
}

static PetscErrorCode read_solver(struct reader *r)
{
    struct ela_case *c = r->c;
    int64_t iterations = 1000;

    PetscFunctionBeginUser;
    c->tolerance = 1e-12;
    if (stg_has(&r->all, "tolerance"))
        PetscCall(stg_get_number(&r->all, "tolerance", &c->tolerance));
    if (!(c->tolerance > 0 && c->tolerance < 1))
        PetscFunctionReturn(stg_fail(r->task, "parameter 'tolerance' must be "
                                     "between 0 and 1"));
    if (stg_has(&r->all, "iterations"))
        PetscCall(stg_get_integer(&r->all, "iterations", &iterations));
    c->iterations = (PetscInt)PetscClipInterval(iterations, 1,
                                                MAX_ITERATIONS);
    if (stg_has(&r->all, "petsc_options"))
        PetscCall(stg_get_text(&r->all, "petsc_options", &c->petsc_options));
    PetscFunctionReturn(0);
}

PetscErrorCode ela_case_read(struct phy_domain *d, int needs,
                             struct ela_case *c)
{
    struct reader r = { d, d->task, stg_params(d->task), &d->input, needs,
                        c };

    PetscFunctionBeginUser;
    PetscCall(read_space(&r));
    PetscCall(read_supports_and_loads(&r));
    PetscCall(check_conflicts(&r));
    if (!(needs & ELA_NEEDS_LOADS))
        PetscCall(check_rest(&r));
    if (needs & ELA_NEEDS_LOADS) {
        PetscCall(read_heat(&r));
        PetscCall(read_gravity(&r));
        PetscCall(read_exact(&r));
        PetscCall(phy_probes_read(d->task, &c->probe, &c->n_probes));
    }
    PetscCall(read_materials(&r));
    PetscCall(read_solver(&r));
    PetscFunctionReturn(0);
}

void ela_case_release(struct ela_case *c)
{
    for (int i = 0; i < c->n_conditions; i++)
        for (int k = 0; k < 3; k++)
            fe_func_free(c->condition[i].func[k]);
    for (int k = 0; k < 3; k++)
        fe_func_free(c->exact[k]);
    fe_func_free(c->warm_func);
    (void)PetscFree(c->condition);
    (void)PetscFree(c->material);
    (void)PetscFree(c->probe);
}

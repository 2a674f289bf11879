/* case.c - read the parameters; every complaint is in the user's words */
#include "elasticity/case.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "fe/comm.h"
#include "fe/func.h"
#include "stage/mesh.h"
#include "stage/stage.h"

#define MAX_PROBES 10000
#define MAX_ITERATIONS 100000000
#define KNOWN_MAX 8 /* groups that a complaint names */

/* Parameters that give something to each of some groups. */
static const struct row {
    const char *name;
    enum ela_kind kind;
    enum { NAMES, SCALAR, VECTOR } form; /* NAMES: a list of groups */
    const char *unit; /* NULL: the text of a function */
    bool cells;       /* for groups of cells; else for those of facets */
} rows[] = {
    { "fixed", ELA_FIXED, NAMES, NULL, false },
    { "symmetry", ELA_SYMMETRY, NAMES, NULL, false },
    { "displacement", ELA_DISPLACEMENT, VECTOR, "m", false },
    { "displacement_function", ELA_DISPLACEMENT, VECTOR, NULL, false },
    { "traction", ELA_TRACTION, VECTOR, "Pa", false },
    { "traction_function", ELA_TRACTION, VECTOR, NULL, false },
    { "pressure", ELA_PRESSURE, SCALAR, "Pa", false },
    { "pressure_function", ELA_PRESSURE, SCALAR, NULL, false },
    { "force", ELA_FORCE, VECTOR, "N", false },
    { "body_force", ELA_BODY, VECTOR, "N.m-3", true },
    { "body_function", ELA_BODY, VECTOR, NULL, true },
};
#define N_ROWS (sizeof(rows) / sizeof(rows[0]))

static const char *const axes[] = { "x", "y", "z" };

struct reader {
    struct stg_task *task;
    struct stg_value all;
    const struct stg_mesh *mesh;
    int needs;
    struct ela_case *c;
};

/* --- groups ------------------------------------------------------------ */

static bool fits(const struct reader *r, const struct row *row, int dim)
{
    return dim == r->mesh->dimension - !row->cells;
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

static PetscErrorCode find_group(struct reader *r, const struct row *row,
                                 const char *name, int *group)
{
    *group = -1;
    for (size_t g = 0; g < r->mesh->n_groups; g++)
        if (strcmp(r->mesh->groups[g].name, name) == 0 &&
            fits(r, row, r->mesh->groups[g].dimension))
            *group = (int)g;
    if (*group < 0)
        return no_group(r, row, name);
    return 0;
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

static PetscErrorCode read_component(struct reader *r, const struct row *row,
                                     const struct stg_value *v, int k,
                                     struct ela_condition *condition)
{
    PetscFunctionBeginUser;
    condition->given[k] = true;
    if (k >= r->mesh->dimension)
        PetscFunctionReturn(stg_fail(r->task, "parameter '%s' cannot be given "
                                     "on a mesh of two dimensions", v->name));
    if (row->unit)
        PetscCall(stg_as_quantity(v, row->unit, &condition->value[k]));
    else
        PetscCall(read_func(r, v, &condition->func[k]));
    if (!isfinite(condition->value[k]))
        PetscFunctionReturn(stg_fail(r->task, "parameter '%s' is not finite",
                                     v->name));
    PetscFunctionReturn(0);
}

static PetscErrorCode add_condition(struct reader *r, const struct row *row,
                                    const struct stg_value *v, int group)
{
    struct ela_case *c = r->c;
    struct ela_condition *condition = &c->condition[c->n_conditions++];
    struct stg_value part;
    int n = 0;

    PetscFunctionBeginUser;
    *condition = (struct ela_condition){
        .kind = row->kind, .name = row->name, .group = group,
        .dim = r->mesh->dimension - !row->cells,
    };
    if (row->form == NAMES)
        PetscFunctionReturn(0);
    if (row->form == SCALAR) {
        PetscCall(read_component(r, row, v, 0, condition));
        PetscFunctionReturn(0);
    }
    for (int k = 0; k < 3; k++) {
        if (!stg_has(v, axes[k]))
            continue;
        PetscCall(stg_get(v, axes[k], &part));
        PetscCall(read_component(r, row, &part, k, condition));
        n++;
    }
    if (n == 0)
        PetscFunctionReturn(stg_fail(r->task, "parameter '%s' has neither x "
                                     "nor y nor z", v->name));
    PetscFunctionReturn(0);
}

/* "*": every group that the parameter does not name; for cells also those
 * that are in no group. */
static PetscErrorCode add_others(struct reader *r, const struct row *row,
                                 const struct stg_value *map,
                                 const struct stg_value *v)
{
    PetscFunctionBeginUser;
    if (row->kind == ELA_FORCE)
        PetscFunctionReturn(stg_fail(r->task, "parameter 'force' needs the "
                                     "name of a group"));
    for (size_t g = 0; g < r->mesh->n_groups; g++)
        if (fits(r, row, r->mesh->groups[g].dimension) &&
            !stg_has(map, r->mesh->groups[g].name))
            PetscCall(add_condition(r, row, v, (int)g));
    if (row->cells)
        PetscCall(add_condition(r, row, v, -1));
    PetscFunctionReturn(0);
}

static PetscErrorCode read_map(struct reader *r, const struct row *row,
                               const struct stg_value *map)
{
    struct stg_value v;
    const char *name;
    size_t n;
    int group;

    PetscFunctionBeginUser;
    PetscCall(stg_count(map, &n));
    for (size_t i = 0; i < n; i++) {
        PetscCall(stg_member(map, i, &name, &v));
        if (strcmp(name, "*") == 0) {
            PetscCall(add_others(r, row, map, &v));
            continue;
        }
        PetscCall(find_group(r, row, name, &group));
        PetscCall(add_condition(r, row, &v, group));
    }
    PetscFunctionReturn(0);
}

static PetscErrorCode read_list(struct reader *r, const struct row *row,
                                const struct stg_value *list)
{
    struct stg_value v;
    const char *name;
    size_t n;
    int group;

    PetscFunctionBeginUser;
    PetscCall(stg_count(list, &n));
    for (size_t i = 0; i < n; i++) {
        PetscCall(stg_element(list, i, &v));
        PetscCall(stg_as_text(&v, &name));
        PetscCall(find_group(r, row, name, &group));
        for (int k = 0; k < r->c->n_conditions; k++)
            if (r->c->condition[k].group == group &&
                r->c->condition[k].kind == row->kind)
                PetscFunctionReturn(stg_fail(r->task, "parameter '%s' names "
                                             "group '%s' twice", row->name,
                                             name));
        PetscCall(add_condition(r, row, &v, group));
    }
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
                    p->group == q->group && holds(p, k) && holds(q, k))
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

static PetscErrorCode read_conditions(struct reader *r)
{
    size_t room = (N_ROWS + 1) * (r->mesh->n_groups + 1);
    struct stg_value v;

    PetscFunctionBeginUser;
    PetscCall(PetscCalloc1(room, &r->c->condition));
    for (size_t i = 0; i < N_ROWS; i++) {
        if (!stg_has(&r->all, rows[i].name))
            continue;
        PetscCall(stg_get(&r->all, rows[i].name, &v));
        if (rows[i].form == NAMES)
            PetscCall(read_list(r, &rows[i], &v));
        else
            PetscCall(read_map(r, &rows[i], &v));
    }
    PetscFunctionReturn(0);
}

/* --- materials --------------------------------------------------------- */

static const struct property {
    const char *name, *unit;
    size_t at;
} properties[] = {
    { "young", "Pa", offsetof(struct ela_material, young) },
    { "poisson", NULL, offsetof(struct ela_material, poisson) },
    { "expansion", "K-1", offsetof(struct ela_material, expansion) },
    { "density", "kg.m-3", offsetof(struct ela_material, density) },
};
#define N_PROPERTIES (sizeof(properties) / sizeof(properties[0]))

static PetscErrorCode check_property(struct reader *r, const char *name,
                                     const struct property *p, double x)
{
    const char *want = NULL;

    if (p->at == offsetof(struct ela_material, poisson) &&
        !(x > -1 && x < 0.5))
        want = "between -1 and 0.5, both excluded (an incompressible material "
               "has 0.5 and needs a mixed formulation)";
    else if (p->at != offsetof(struct ela_material, poisson) &&
             p->at != offsetof(struct ela_material, expansion) && !(x > 0))
        want = "positive";
    else if (!isfinite(x))
        want = "finite";
    if (want)
        return stg_fail(r->task, "parameter '%s' must be %s, not %g", name,
                        want, x);
    return 0;
}

/* One property of group 'g'; g == n_groups: of cells without a group, for
 * which it may be unknown: an error once there is such a cell. */
static PetscErrorCode read_property(struct reader *r, const struct property *p,
                                    size_t g)
{
    bool grouped = g < r->mesh->n_groups;
    const char *name = grouped ? r->mesh->groups[g].name : "*";
    double *x = (double *)((char *)&r->c->material[g] + p->at);
    struct stg_value map, v;

    PetscFunctionBeginUser;
    *x = NAN;
    PetscCall(stg_get(&r->all, p->name, &map));
    if (!stg_group_value(&map, name, &v)) {
        if (grouped)
            PetscFunctionReturn(stg_fail(r->task, "parameter '%s' has no "
                                         "value for group '%s'", p->name,
                                         name));
        PetscFunctionReturn(0);
    }
    if (p->unit)
        PetscCall(stg_as_quantity(&v, p->unit, x));
    else
        PetscCall(stg_as_number(&v, x));
    PetscCall(check_property(r, v.name, p, *x));
    PetscFunctionReturn(0);
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
                               .out_lambda = lambda, .out_beta = beta };
    if (space != ELA_PLANE_STRESS)
        return;
    m->law.lambda = m->young * nu / (1 - nu * nu);
    m->law.beta = m->young * m->expansion / (1 - nu);
    m->law.out_lambda = m->law.out_beta = 0;
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
        PetscCall(check_names(r, properties[i].name));
        for (size_t g = 0; g <= n; g++)
            if (g == n ||
                r->mesh->groups[g].dimension == r->mesh->dimension)
                PetscCall(read_property(r, &properties[i], g));
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
    c->thickness_m = 1;
    if (c->dofs == 3)
        PetscFunctionReturn(0);
    if (stg_has(&r->all, "plane"))
        PetscCall(stg_get_text(&r->all, "plane", &text));
    if (strcmp(text, "stress") != 0 && strcmp(text, "strain") != 0)
        PetscFunctionReturn(stg_fail(r->task, "a mesh of two dimensions needs "
                                     "parameter 'plane': stress (a sheet) or "
                                     "strain (a long body)"));
    c->space = strcmp(text, "stress") == 0 ? ELA_PLANE_STRESS
                                           : ELA_PLANE_STRAIN;
    if (stg_has(&r->all, "thickness"))
        PetscCall(stg_get_quantity(&r->all, "thickness", "m",
                                   &c->thickness_m));
    if (!(c->thickness_m > 0))
        PetscFunctionReturn(stg_fail(r->task, "parameter 'thickness' must be "
                                     "positive"));
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
        PetscCall(read_func(r, &v, &c->warm_func));
    }
    PetscFunctionReturn(0);
}

/* One condition on all cells; it makes them need a density. */
static PetscErrorCode read_gravity(struct reader *r)
{
    static const struct row row = { "acceleration", ELA_GRAVITY, VECTOR,
                                    "m.s-2", true };
    struct stg_value v;

    PetscFunctionBeginUser;
    if (!stg_has(&r->all, row.name))
        PetscFunctionReturn(0);
    PetscCall(stg_get(&r->all, row.name, &v));
    PetscCall(add_condition(r, &row, &v, -1));
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
        PetscCall(read_func(r, &part, &r->c->exact[k]));
    }
    PetscFunctionReturn(0);
}

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
        for (int k = 0; k < 3; k++)
            if (k < 2 || stg_has(&v, axes[k]))
                PetscCall(stg_get_quantity(&v, axes[k], "m",
                                           &r->c->probe[i][k]));
    }
    r->c->n_probes = (int)n;
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

PetscErrorCode ela_case_read(struct stg_task *task,
                             const struct stg_mesh *mesh, int needs,
                             struct ela_case *c)
{
    struct reader r = { task, stg_params(task), mesh, needs, c };

    PetscFunctionBeginUser;
    PetscCall(read_space(&r));
    PetscCall(read_conditions(&r));
    PetscCall(check_conflicts(&r));
    if (!(needs & ELA_NEEDS_LOADS))
        PetscCall(check_rest(&r));
    if (needs & ELA_NEEDS_LOADS) {
        PetscCall(read_heat(&r));
        PetscCall(read_gravity(&r));
        PetscCall(read_exact(&r));
        PetscCall(read_probes(&r));
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

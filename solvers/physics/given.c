/* given.c - read conditions and properties by group */
#include "physics/given.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "physics/near.h"

#define KNOWN_MAX 8 /* groups that a complaint names */
#define MAX_POINTS 10000

struct reader {
    const struct phy_domain *d;
    struct stg_value all;
    const struct phy_param *params;
    int n_params;
    struct phy_conditions *list;
};

/* --- groups -------------------------------------------------------------- */

static bool fits(const struct phy_domain *d, const struct phy_param *param,
                 int dim)
{
    return (param->cells && dim == d->input.dimension) ||
           (param->facets && dim == d->input.dimension - 1) ||
           (param->edges && dim == 1 && d->input.dimension == 3) ||
           (param->points && dim == 0);
}

/* "'inlet', 'outlet', ..." of those that the parameter can be given for. */
static void list_known(const struct phy_domain *d,
                       const struct phy_param *param, char *known, size_t size)
{
    size_t used = 0, n = 0;

    known[0] = '\0';
    for (size_t g = 0; g < d->input.n_groups && used < size; g++) {
        const struct stg_group *group = &d->input.groups[g];

        if (!fits(d, param, group->dimension) || n++ > KNOWN_MAX)
            continue;
        if (n > KNOWN_MAX)
            used += (size_t)snprintf(known + used, size - used, ", …");
        else
            used += (size_t)snprintf(known + used, size - used, "%s'%s'",
                                     used ? ", " : "", group->name);
    }
}

static PetscErrorCode no_group(const struct phy_domain *d,
                               const struct phy_param *param, const char *name)
{
    char known[240], hint[STG_GROUP_NAME_MAX + 24] = "";
    const char *wrong = "the mesh has no group", *near = NULL;
    int best = PHY_NEAR_MAX + 1;

    for (size_t g = 0; g < d->input.n_groups; g++) {
        const struct stg_group *group = &d->input.groups[g];
        int far = phy_distance(name, group->name);

        if (far == 0)
            wrong = "this cannot be given for group";
        if (far > 0 && far < best && fits(d, param, group->dimension)) {
            best = far;
            near = group->name;
        }
    }
    list_known(d, param, known, sizeof(known));
    if (near)
        (void)snprintf(hint, sizeof(hint), " did you mean '%s'?", near);
    return stg_fail(d->task, "parameter '%s': %s '%s';%s it has %s%s",
                    param->name, wrong, name, hint,
                    known[0] ? "" : "none that could be meant", known);
}

/* Of groups of one name facets go first, then edges, points, cells. */
static bool goes_before(const struct phy_domain *d, const struct stg_group *a,
                        const struct stg_group *b)
{
    int dim = d->input.dimension;

    return a->dimension % dim > b->dimension % dim;
}

/* The position of the named group that the parameter can be given for. */
static PetscErrorCode find_group(const struct phy_domain *d,
                                 const struct phy_param *param,
                                 const char *name, int *group)
{
    const struct stg_group *groups = d->input.groups;

    *group = -1;
    for (size_t g = 0; g < d->input.n_groups; g++)
        if (strcmp(groups[g].name, name) == 0 &&
            fits(d, param, groups[g].dimension) &&
            (*group < 0 || goes_before(d, &groups[g], &groups[*group])))
            *group = (int)g;
    return *group < 0 ? no_group(d, param, name) : 0;
}

/* Is the group not left to the "*" of 'param'? */
static bool is_named(const struct reader *r, const struct phy_param *param,
                     const char *group)
{
    struct stg_value map;

    for (int i = 0; i < r->n_params; i++)
        if ((param->by_itself ? &r->params[i] == param
                              : r->params[i].cells == param->cells) &&
            stg_has(&r->all, r->params[i].name) &&
            !stg_get(&r->all, r->params[i].name, &map) &&
            stg_has(&map, group))
            return true;
    return false;
}

/* --- conditions ---------------------------------------------------------- */

static PetscErrorCode add_condition(struct reader *r,
                                    const struct phy_param *param,
                                    const struct stg_value *v, int group,
                                    int dim, bool everywhere)
{
    struct phy_condition *condition = &r->list->item[r->list->n];

    PetscFunctionBeginUser;
    *condition = (struct phy_condition){
        .param = param, .kind = param->kind, .name = param->name,
        .group = group, .dim = dim, .everywhere = everywhere,
        .value.name = param->name, .given = *v,
    };
    r->list->n++;
    if (param->form == PHY_QUANTITY)
        PetscCall(phy_coef_quantity(v, param->unit, &condition->value));
    else if (param->form == PHY_FUNCTION)
        PetscCall(phy_coef_function(v, param->solution, &condition->value));
    PetscFunctionReturn(0);
}

static PetscErrorCode add_others(struct reader *r,
                                 const struct phy_param *param,
                                 const struct stg_value *v)
{
    PetscFunctionBeginUser;
    if (param->named)
        PetscFunctionReturn(stg_fail(r->d->task, "parameter '%s' needs the "
                                     "name of a group", param->name));
    for (size_t g = 0; g < r->d->input.n_groups; g++) {
        const struct stg_group *group = &r->d->input.groups[g];

        if (fits(r->d, param, group->dimension) &&
            group->dimension >= r->d->input.dimension - 1 &&
            !is_named(r, param, group->name))
            PetscCall(add_condition(r, param, v, (int)g, group->dimension,
                                    true));
    }
    if (param->cells)
        PetscCall(add_condition(r, param, v, -1, r->d->input.dimension, true));
    PetscFunctionReturn(0);
}

static PetscErrorCode read_names(struct reader *r,
                                 const struct phy_param *param,
                                 const struct stg_value *names)
{
    struct stg_value v;
    const char *name;
    size_t n;
    int group;

    PetscFunctionBeginUser;
    PetscCall(stg_count(names, &n));
    for (size_t i = 0; i < n; i++) {
        PetscCall(stg_element(names, i, &v));
        PetscCall(stg_as_text(&v, &name));
        PetscCall(find_group(r->d, param, name, &group));
        for (int k = 0; k < r->list->n; k++)
            if (r->list->item[k].param == param &&
                r->list->item[k].group == group)
                PetscFunctionReturn(stg_fail(r->d->task, "parameter '%s' "
                                             "names group '%s' twice",
                                             param->name, name));
        PetscCall(add_condition(r, param, &v, group,
                                r->d->input.groups[group].dimension, false));
    }
    PetscFunctionReturn(0);
}

static PetscErrorCode read_map(struct reader *r, const struct phy_param *param,
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
            PetscCall(add_others(r, param, &v));
            continue;
        }
        PetscCall(find_group(r->d, param, name, &group));
        PetscCall(add_condition(r, param, &v, group,
                                r->d->input.groups[group].dimension, false));
    }
    PetscFunctionReturn(0);
}

/* Measures; a condition on a group that is named but empty would do nothing,
 * which nobody asks for. */
static PetscErrorCode measure(const struct phy_domain *d,
                              struct phy_conditions *list)
{
    double x[FE_MAX_NODES][3], *sum;

    PetscFunctionBeginUser;
    PetscCall(PetscCalloc1(list->n, &sum));
    for (int b = 0; b < d->mesh->n_all_blocks; b++)
        for (PetscInt c = 0; c < d->mesh->block[b].n; c++) {
            double size;

            fe_mesh_corners(d->mesh, &d->mesh->block[b], c, x);
            size = phy_measure(d, b, x);
            for (int i = 0; i < list->n; i++)
                if (phy_holds(&list->item[i], &d->mesh->block[b], c))
                    sum[i] += size;
        }
    PetscCallMPI(MPI_Allreduce(MPI_IN_PLACE, sum, list->n, MPI_DOUBLE, MPI_SUM,
                               d->mesh->comm));
    for (int i = 0; i < list->n; i++)
        list->item[i].measure = sum[i];
    PetscCall(PetscFree(sum));
    for (int i = 0; i < list->n; i++) {
        const struct phy_condition *c = &list->item[i];

        if (!c->everywhere && !(c->measure > 0))
            PetscFunctionReturn(stg_fail(
                d->task, "parameter '%s': group '%s' is empty",
                c->name, d->group[c->group].name));
    }
    PetscFunctionReturn(0);
}

PetscErrorCode phy_conditions_read(const struct phy_domain *d,
                                   const struct phy_param params[], int n,
                                   struct phy_conditions *list)
{
    struct reader r = { d, stg_params(d->task), params, n, list };

    PetscFunctionBeginUser;
    PetscCall(PetscCalloc1((size_t)n * (d->input.n_groups + 2), &list->item));
    for (int i = 0; i < n; i++) {
        struct stg_value v;

        if (!stg_has(&r.all, params[i].name))
            continue;
        PetscCall(stg_get(&r.all, params[i].name, &v));
        if (params[i].form == PHY_NAMES)
            PetscCall(read_names(&r, &params[i], &v));
        else
            PetscCall(read_map(&r, &params[i], &v));
    }
    PetscCall(measure(d, list));
    PetscFunctionReturn(0);
}

void phy_conditions_release(struct phy_conditions *list)
{
    for (int i = 0; i < list->n; i++)
        phy_coef_release(&list->item[i].value);
    (void)PetscFree(list->item);
    list->n = 0;
}

/* --- properties ---------------------------------------------------------- */

/* The parameter 'name' or 'name'_function as a row, if the task has it. */
static bool is_given(const struct phy_domain *d, const char *name,
                     struct stg_value *map)
{
    struct stg_value all = stg_params(d->task);

    return stg_has(&all, name) && !stg_get(&all, name, map);
}

static PetscErrorCode check_names(const struct phy_domain *d, const char *name,
                                  const struct stg_value *map)
{
    const struct phy_param param = { .name = name, .cells = true };
    struct stg_value v;
    const char *group;
    size_t n;
    int at;

    PetscFunctionBeginUser;
    PetscCall(stg_count(map, &n));
    for (size_t i = 0; i < n; i++) {
        PetscCall(stg_member(map, i, &group, &v));
        if (strcmp(group, "*") != 0)
            PetscCall(find_group(d, &param, group, &at));
    }
    PetscFunctionReturn(0);
}

/* Cells without a group need the value of "*". */
static PetscErrorCode check_ungrouped(const struct phy_domain *d,
                                      const char *name, bool has)
{
    const struct fe_mesh *mesh = d->mesh;
    char msg[FE_MSG] = "";

    PetscFunctionBeginUser;
    for (int b = 0; b < mesh->n_cell_blocks; b++)
        for (PetscInt c = 0; c < mesh->block[b].n && !has && !msg[0]; c++)
            if (mesh->block[b].group[c] < 0)
                (void)snprintf(msg, sizeof(msg), "cell %d of the mesh is in "
                               "no group, and parameter '%s' gives values to "
                               "groups only; add one for '*'",
                               (int)mesh->block[b].id[c], name);
    PetscCall(fe_agree(mesh->comm, msg));
    PetscFunctionReturn(0);
}

/* A property as it is given. */
struct property {
    const char *name, *unit, *solution;
    const struct phy_range *range;
    struct stg_value constant, function;
    bool has_constant, has_function;
};

static PetscErrorCode read_constant(const struct property *p,
                                    const struct stg_value *v, double *x)
{
    const struct phy_range *range = p->range;
    struct phy_coef coef = { 0 };

    PetscFunctionBeginUser;
    if (p->unit)
        PetscCall(phy_coef_quantity(v, p->unit, &coef));
    else
        PetscCall(stg_as_number(v, &coef.value));
    if (!(coef.value > range->above && coef.value < range->below))
        PetscFunctionReturn(stg_fail(v->task, "parameter '%s' must be %s, not "
                                     "%g", v->name, range->words, coef.value));
    *x = coef.value;
    PetscFunctionReturn(0);
}

/* The value of one group, or of cells without (""). */
static PetscErrorCode read_group(const struct property *p, const char *group,
                                 struct phy_coef *coef, bool *found)
{
    struct stg_value v;
    bool own_function = p->has_function && group[0] &&
                        stg_has(&p->function, group);
    bool own_constant = p->has_constant && group[0] &&
                        stg_has(&p->constant, group);

    PetscFunctionBeginUser;
    *found = true;
    if (own_function && own_constant)
        PetscFunctionReturn(stg_fail(p->constant.task, "parameters '%s' and "
                                     "'%s' both have a value for group '%s'",
                                     p->constant.name, p->function.name,
                                     group));
    if (!own_constant && p->has_function &&
        stg_group_value(&p->function, group, &v))
        PetscCall(phy_coef_function(&v, p->solution, coef));
    else if (p->has_constant && stg_group_value(&p->constant, group, &v))
        PetscCall(read_constant(p, &v, &coef->value));
    else
        *found = false;
    PetscFunctionReturn(0);
}

static PetscErrorCode read_property(const struct phy_domain *d,
                                    const struct property *p,
                                    struct phy_coef coef[])
{
    size_t n = d->input.n_groups;
    bool found = false;

    PetscFunctionBeginUser;
    if (!p->has_constant && !p->has_function)
        PetscFunctionReturn(stg_fail(d->task, "parameter '%s' is missing",
                                     p->name));
    if (p->has_constant)
        PetscCall(check_names(d, p->name, &p->constant));
    if (p->has_function)
        PetscCall(check_names(d, p->function.name, &p->function));
    for (size_t g = 0; g <= n; g++) {
        const char *group = g < n ? d->input.groups[g].name : "";

        coef[g].name = p->name;
        if (g < n && d->input.groups[g].dimension != d->input.dimension)
            continue;
        PetscCall(read_group(p, group, &coef[g], &found));
        if (!found && g < n)
            PetscFunctionReturn(stg_fail(d->task, "parameter '%s' has no "
                                         "value for group '%s'", p->name,
                                         group));
    }
    PetscCall(check_ungrouped(d, p->name, found));
    PetscFunctionReturn(0);
}

PetscErrorCode phy_property(const struct phy_domain *d, const char *name,
                            const char *unit, const char *solution,
                            struct phy_coef coef[])
{
    static const struct phy_range positive = { 0, INFINITY, "positive" };
    struct property p = { .name = name, .unit = unit, .solution = solution,
                          .range = &positive };
    char function_name[64];

    PetscFunctionBeginUser;
    (void)snprintf(function_name, sizeof(function_name), "%s_function", name);
    p.has_constant = is_given(d, name, &p.constant);
    p.has_function = is_given(d, function_name, &p.function);
    PetscCall(read_property(d, &p, coef));
    PetscFunctionReturn(0);
}

PetscErrorCode phy_constant(const struct phy_domain *d, const char *name,
                            const char *unit, const struct phy_range *range,
                            double value[])
{
    struct property p = { .name = name, .unit = unit, .range = range };
    size_t n = d->input.n_groups + 1;
    struct phy_coef *coef;
    PetscErrorCode rc;

    PetscFunctionBeginUser;
    p.has_constant = is_given(d, name, &p.constant);
    PetscCall(PetscCalloc1(n, &coef));
    rc = read_property(d, &p, coef);
    for (size_t g = 0; g < n; g++)
        value[g] = coef[g].value;
    PetscCall(PetscFree(coef));
    PetscFunctionReturn(rc);
}

/* --- probes --------------------------------------------------------------- */

PetscErrorCode phy_points_read(struct stg_task *task, const char *name,
                               double (**point)[3], int *n)
{
    struct stg_value all = stg_params(task), list, v;
    size_t count;

    PetscFunctionBeginUser;
    if (!stg_has(&all, name))
        PetscFunctionReturn(0);
    PetscCall(stg_get(&all, name, &list));
    PetscCall(stg_count(&list, &count));
    if (count > MAX_POINTS)
        PetscFunctionReturn(stg_fail(task, "parameter '%s' has more than "
                                     "%d points", name, MAX_POINTS));
    PetscCall(PetscCalloc1(count, point));
    for (size_t i = 0; i < count; i++) {
        PetscCall(stg_element(&list, i, &v));
        PetscCall(stg_get_quantity(&v, "x", "m", &(*point)[i][0]));
        PetscCall(stg_get_quantity(&v, "y", "m", &(*point)[i][1]));
        if (stg_has(&v, "z"))
            PetscCall(stg_get_quantity(&v, "z", "m", &(*point)[i][2]));
    }
    *n = (int)count;
    PetscFunctionReturn(0);
}

PetscErrorCode phy_probes_read(struct stg_task *task, double (**probe)[3],
                               int *n)
{
    return phy_points_read(task, "probes", probe, n);
}

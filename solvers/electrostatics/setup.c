/* setup.c - from the task to a divided mesh, conductors and dielectrics */
#include <math.h>

#include "electrostatics/es.h"
#include "fe/kernel.h"
#include "physics/held.h"

static const struct phy_param params[] = {
    { "potential", ES_POTENTIAL, PHY_QUANTITY, "V", .facets = true },
    { "potential_function", ES_POTENTIAL, PHY_FUNCTION, .facets = true },
    { "surface_charge", ES_SURFACE_CHARGE, PHY_QUANTITY, "C.m-2",
      .facets = true },
    { "surface_charge_function", ES_SURFACE_CHARGE, PHY_FUNCTION,
      .facets = true },
    { "charge", ES_CHARGE, PHY_QUANTITY, "C.m-3", .cells = true },
    { "charge_function", ES_CHARGE, PHY_FUNCTION, .cells = true },
};
#define N_PARAMS ((int)(sizeof(params) / sizeof(params[0])))

void es_factors(const struct es *es, const struct fe_block *block, PetscInt c,
                const struct fe_tab *tab, const double x[][3], double factor[])
{
    PetscInt g = block->group[c] < 0 ? es->d.mesh->n_groups : block->group[c];
    double at[FE_MAX_POINTS][3], weight[FE_MAX_POINTS];
    char msg[FE_MSG] = ""; /* texts are finite: es_setup() has seen to it */

    fe_kernel_points(tab, x, at, weight);
    for (int q = 0; q < tab->points; q++) {
        factor[q] = phy_depth(&es->d, at[q]);
        if (tab->elem->dim == es->d.mesh->dim)
            factor[q] *= phy_coef_at(&es->permittivity[g], at[q], 0, 0, NULL,
                                     msg);
    }
}

/* --- what is given -------------------------------------------------------- */

/* A permittivity given as text has to be positive everywhere. */
static PetscErrorCode check_permittivity(const struct es *es)
{
    const struct fe_mesh *mesh = es->d.mesh;
    double x[FE_MAX_NODES][3], factor[FE_MAX_POINTS];
    char msg[FE_MSG] = "";

    PetscFunctionBeginUser;
    for (int b = 0; b < mesh->n_cell_blocks; b++)
        for (PetscInt c = 0; c < mesh->block[b].n && !msg[0]; c++) {
            const struct fe_tab *tab = &es->d.tab[b];

            fe_mesh_corners(mesh, &mesh->block[b], c, x);
            es_factors(es, &mesh->block[b], c, tab, x, factor);
            for (int q = 0; q < tab->points && !msg[0]; q++)
                if (!(factor[q] > 0) || !isfinite(factor[q]))
                    (void)snprintf(msg, sizeof(msg), "parameter "
                                   "'relative_permittivity_function': the "
                                   "function is not positive near x = %g, "
                                   "y = %g, z = %g m", x[0][0], x[0][1],
                                   x[0][2]);
        }
    PetscCall(fe_agree(mesh->comm, msg));
    PetscFunctionReturn(0);
}

static PetscErrorCode find_conductors(struct es *es)
{
    const struct phy_conditions *list = &es->conditions;

    PetscFunctionBeginUser;
    PetscCall(PetscCalloc1(list->n + 1, &es->conductor));
    for (int i = 0; i < list->n; i++)
        if (list->item[i].kind == ES_POTENTIAL && !list->item[i].value.func)
            es->conductor[es->n_conductors++].condition = i;
    if (es->wants_capacitance && es->n_conductors < 2)
        PetscFunctionReturn(stg_fail(es->task, "'capacitance' needs two groups "
                                     "with 'potential' or more, not %d",
                                     es->n_conductors));
    PetscFunctionReturn(0);
}

static PetscErrorCode find_fixed(struct es *es)
{
    PetscInt *mark;

    PetscFunctionBeginUser;
    PetscCall(PetscMalloc1(es->d.n + 1, &es->held_by));
    PetscCall(PetscMalloc1(es->d.n + 1, &es->fixed));
    PetscCall(PetscMalloc1(es->d.n + 1, &mark));
    PetscCall(phy_held_alone(&es->d, &es->conditions, ES_POTENTIAL, "a "
                             "surface whose potential is given can have no "
                             "other condition"));
    PetscCall(phy_held_by(&es->d, &es->conditions, ES_POTENTIAL,
                          es->held_by));
    for (PetscInt i = 0; i < es->d.n; i++)
        mark[i] = es->fixed[i] = es->held_by[i] >= 0;
    PetscCall(phy_parts_marked(&es->d, mark, "touches no group with "
                               "'potential', so its potential is not "
                               "determined"));
    PetscCall(PetscFree(mark));
    PetscFunctionReturn(0);
}

static PetscErrorCode read_options(struct es *es)
{
    const struct stg_value all = stg_params(es->task);
    int64_t most = 500;

    PetscFunctionBeginUser;
    es->tolerance = 1e-12;
    if (stg_has(&all, "tolerance"))
        PetscCall(stg_get_number(&all, "tolerance", &es->tolerance));
    if (stg_has(&all, "iterations"))
        PetscCall(stg_get_integer(&all, "iterations", &most));
    if (!(es->tolerance > 0) || most < 1)
        PetscFunctionReturn(stg_fail(es->task, "parameters 'tolerance' and "
                                     "'iterations' must be positive"));
    es->most = (PetscInt)most;
    if (stg_has(&all, "petsc_options"))
        PetscCall(stg_get_text(&all, "petsc_options", &es->petsc_options));
    if (stg_has(&all, "capacitance"))
        PetscCall(stg_get_bool(&all, "capacitance", &es->wants_capacitance));
    if (stg_has(&all, "exact")) {
        struct phy_coef coef = { 0 };
        struct stg_value text;

        PetscCall(stg_get(&all, "exact", &text));
        PetscCall(phy_coef_function(&text, NULL, &coef));
        es->exact = coef.func;
    }
    PetscFunctionReturn(0);
}

PetscErrorCode es_setup(struct es *es)
{
    PetscFunctionBeginUser;
    PetscCall(phy_domain_open(es->task, &es->d));
    PetscCall(read_options(es));
    PetscCall(phy_read_symmetry(&es->d));
    PetscCall(PetscCalloc1(es->d.mesh->n_groups + 1, &es->permittivity));
    PetscCall(phy_property(&es->d, "relative_permittivity", "1", NULL,
                           es->permittivity));
    PetscCall(check_permittivity(es));
    PetscCall(phy_conditions_read(&es->d, params, N_PARAMS,
                                  &es->conditions));
    PetscCall(find_conductors(es));
    PetscCall(find_fixed(es));
    PetscCall(PetscCalloc3(es->d.n + 1, &es->u, es->d.n + 1, &es->r,
                           es->d.n + 1, &es->w));
    PetscFunctionReturn(0);
}

PetscErrorCode es_release(struct es *es)
{
    PetscFunctionBeginUser;
    PetscCall(fe_solver_release(&es->solver));
    PetscCall(fe_matrix_release(&es->matrix));
    for (int g = 0; es->permittivity && g <= es->d.mesh->n_groups; g++)
        phy_coef_release(&es->permittivity[g]);
    PetscCall(PetscFree(es->permittivity));
    PetscCall(PetscFree3(es->u, es->r, es->w));
    PetscCall(PetscFree(es->held_by));
    PetscCall(PetscFree(es->fixed));
    PetscCall(PetscFree(es->conductor));
    PetscCall(PetscFree(es->capacitance_f));
    fe_func_free(es->exact);
    phy_conditions_release(&es->conditions);
    PetscCall(phy_domain_release(&es->d));
    PetscFunctionReturn(0);
}

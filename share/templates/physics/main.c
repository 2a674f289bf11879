/* @MODULE@: diffusion with a reaction, -div(k grad u) + rate u^3 = f, steady
 *
 * u is a number without a unit, and k may depend on it.  fedtwin's page
 * share/doc/physics.md walks through this file.
 *
 *     prepare()   the mesh, what is said of its groups, the nodes that are held
 *     look()      what the equations say at the points of a cell or facet
 *     residual(), jacobian()   the same, integrated
 *     solve()     Newton's method
 *     report()    the outputs
 */
#include <math.h>

#include "fe/kernel.h"
#include "fe/norm.h"
#include "physics/held.h"
#include "physics/newton.h"
#include "stage/table.h"

enum { FIXED, FLUX, SOURCE };

/* What may be said of groups of cells and of facets; see physics/given.h. */
static const struct phy_param params[] = {
    { "fixed", FIXED, PHY_QUANTITY, "1", .facets = true },
    { "fixed_function", FIXED, PHY_FUNCTION, .facets = true },
    { "flux", FLUX, PHY_QUANTITY, "m.s-1", .facets = true },
    { "flux_function", FLUX, PHY_FUNCTION, .facets = true, .solution = "u" },
    { "source", SOURCE, PHY_QUANTITY, "s-1", .cells = true },
    { "source_function", SOURCE, PHY_FUNCTION, .cells = true,
      .solution = "u" },
};
#define N_PARAMS (int)(sizeof(params) / sizeof(*params))

struct diffusion {
    struct phy_domain d;
    struct phy_conditions conditions;
    struct phy_coef *k; /* by group, m2 s-1 */
    double rate;        /* s-1 */
    PetscInt *held_by;
    char *fixed;
    double *u, *r;
    char msg[FE_MSG]; /* why a function has no value, or "" */
};

/* What the equations say at the points of a cell or facet. */
struct points {
    double value[FE_MAX_POINTS], grad[FE_MAX_POINTS][3];
    double k[FE_MAX_POINTS], k_slope[FE_MAX_POINTS];
    double lost[FE_MAX_POINTS], lost_slope[FE_MAX_POINTS];
};

/* Diffusion and reaction, which are in cells alone. */
static void look_inside(struct diffusion *p, PetscInt group, int q,
                        const double place[3], struct points *at)
{
    const struct phy_coef *k = &p->k[group >= 0 ? group
                                                : p->d.mesh->n_groups];
    double u = at->value[q];

    at->k[q] = phy_coef_at(k, place, 0, u, &at->k_slope[q], p->msg);
    at->lost[q] = p->rate * u * u * u;
    at->lost_slope[q] = 3 * p->rate * u * u;
}

static void look(struct diffusion *p, int b, PetscInt c, const double u[],
                 double x[][3], struct points *at)
{
    const struct fe_block *block = &p->d.mesh->block[b];
    const struct fe_tab *tab = &p->d.tab[b];
    double of_cell[FE_MAX_NODES], place[FE_MAX_POINTS][3],
        weight[FE_MAX_POINTS], slope;

    *at = (struct points){ 0 };
    fe_mesh_corners(p->d.mesh, block, c, x);
    fe_mesh_take(block, c, 1, u, of_cell);
    fe_kernel_values(tab, x, of_cell, at->value, at->grad);
    fe_kernel_points(tab, x, place, weight);
    for (int q = 0; q < tab->points; q++) {
        if (b < p->d.mesh->n_cell_blocks)
            look_inside(p, block->group[c], q, place[q], at);
        for (int i = 0; i < p->conditions.n; i++) {
            const struct phy_condition *given = &p->conditions.item[i];

            if (given->kind == FIXED || !phy_holds(given, block, c))
                continue;
            at->lost[q] -= phy_coef_at(&given->value, place[q], 0,
                                       at->value[q], &slope, p->msg);
            at->lost_slope[q] -= slope;
        }
    }
}

static PetscErrorCode residual(void *context, const double u[], double r[])
{
    struct diffusion *p = context;
    const struct fe_mesh *mesh = p->d.mesh;
    double x[FE_MAX_NODES][3], of_cell[FE_MAX_NODES];
    struct points at;

    PetscFunctionBeginUser;
    PetscCall(PetscArrayzero(r, p->d.n));
    for (int b = 0; b < mesh->n_blocks; b++) {
        const struct fe_block *block = &mesh->block[b];

        for (PetscInt c = 0; c < block->n; c++) {
            look(p, b, c, u, x, &at);
            for (int q = 0; q < p->d.tab[b].points; q++)
                for (int l = 0; l < 3; l++)
                    at.grad[q][l] *= at.k[q];
            fe_kernel_residual_at(&p->d.tab[b], x, at.grad, at.lost, of_cell);
            fe_mesh_add(block, c, 1, of_cell, r);
        }
    }
    PetscCall(fe_agree(mesh->comm, p->msg));
    PetscCall(fe_mesh_gather(mesh, r));
    PetscFunctionReturn(0);
}

static PetscErrorCode jacobian(void *context, const double u[],
                               struct fe_matrix *matrix)
{
    struct diffusion *p = context;
    const struct fe_mesh *mesh = p->d.mesh;
    double x[FE_MAX_NODES][3], a[FE_MAX_NODES * FE_MAX_NODES];
    struct points at;

    PetscFunctionBeginUser;
    for (int b = 0; b < mesh->n_blocks; b++)
        for (PetscInt c = 0; c < mesh->block[b].n; c++) {
            look(p, b, c, u, x, &at);
            for (int q = 0; q < p->d.tab[b].points; q++)
                for (int l = 0; l < 3; l++)
                    at.grad[q][l] *= at.k_slope[q];
            fe_kernel_matrix_at(&p->d.tab[b], x, at.k, at.grad, at.lost_slope,
                                a);
            fe_matrix_add(mesh, matrix, b, c, a);
        }
    PetscFunctionReturn(0);
}

/* Nodes on facets with 'fixed' have its value, and keep it. */
static PetscErrorCode hold(struct diffusion *p)
{
    PetscFunctionBeginUser;
    PetscCall(phy_held_by(&p->d, &p->conditions, FIXED, p->held_by));
    for (PetscInt i = 0; i < p->d.n; i++)
        if (p->held_by[i] >= 0) {
            p->fixed[i] = 1;
            p->u[i] = phy_coef_at(
                &p->conditions.item[p->held_by[i]].value,
                p->d.mesh->x + 3 * i, 0, 0, NULL, p->msg);
        }
    PetscCall(fe_agree(p->d.mesh->comm, p->msg));
    PetscFunctionReturn(0);
}

/* Every part of the mesh has a node that is held. */
static PetscErrorCode check_held(struct diffusion *p)
{
    PetscInt *mark;

    PetscFunctionBeginUser;
    PetscCall(PetscMalloc1(p->d.n, &mark));
    for (PetscInt i = 0; i < p->d.n; i++)
        mark[i] = p->fixed[i];
    PetscCall(phy_parts_marked(&p->d, mark, "touches no group with 'fixed', "
                               "so its u is not determined"));
    PetscCall(PetscFree(mark));
    PetscFunctionReturn(0);
}

static PetscErrorCode prepare(struct diffusion *p, struct stg_task *task)
{
    struct stg_value all = stg_params(task);

    PetscFunctionBeginUser;
    PetscCall(stg_get_quantity(&all, "rate", "s-1", &p->rate));
    PetscCall(phy_domain_open(task, &p->d));
    PetscCall(phy_conditions_read(&p->d, params, N_PARAMS, &p->conditions));
    PetscCall(PetscCalloc1(p->d.input.n_groups + 1, &p->k));
    PetscCall(phy_property(&p->d, "diffusivity", "m2.s-1", "u", p->k));
    PetscCall(PetscCalloc3(p->d.n, &p->u, p->d.n, &p->r, p->d.n, &p->fixed));
    PetscCall(PetscMalloc1(p->d.n, &p->held_by));
    PetscCall(hold(p));
    PetscCall(check_held(p));
    PetscFunctionReturn(0);
}

static PetscErrorCode solve(struct diffusion *p, struct phy_outcome *outcome)
{
    const struct phy_equations equations = {
        .domain = &p->d, .unknowns = 1, .fixed = p->fixed, .prefix = "u_",
        .preset = FE_UNSYMMETRIC, .context = p, .residual = residual,
        .jacobian = jacobian,
    };
    struct phy_newton newton = { .tolerance = 1e-11, .most = 30,
                                 .tells = true };

    PetscFunctionBeginUser;
    PetscCall(phy_newton_new(&equations, NULL, 1e-8, 500, &newton));
    PetscCall(phy_newton_solve(&newton, p->u, p->r, outcome));
    PetscCall(phy_newton_release(&newton));
    if (outcome->cause[0])
        PetscFunctionReturn(stg_fail(p->d.task, "no solution: %s",
                                     outcome->cause));
    PetscFunctionReturn(0);
}

/* Norms of u - exact, when the task says what is exact. */
static PetscErrorCode find_errors(struct diffusion *p, double *l2, double *h1)
{
    struct stg_value all = stg_params(p->d.task), v;
    struct phy_coef exact = { 0 };

    PetscFunctionBeginUser;
    *l2 = *h1 = NAN;
    if (!stg_has(&all, "exact"))
        PetscFunctionReturn(0);
    PetscCall(stg_get(&all, "exact", &v));
    PetscCall(phy_coef_function(&v, NULL, &exact));
    PetscCall(fe_error_norms(p->d.mesh, p->u, exact.func, 0, l2, h1));
    phy_coef_release(&exact);
    PetscFunctionReturn(0);
}

static PetscErrorCode report(struct diffusion *p,
                             const struct phy_outcome *outcome)
{
    const struct stg_field field = {
        .name = "u", .unit = "1", .place = STG_ON_POINTS, .components = 1,
        .time_s = NAN,
    };
    int64_t newton = outcome->newton, nodes = p->d.mesh->n_nodes;
    const char *path;
    double mean, l2, h1;

    PetscFunctionBeginUser;
    PetscCall(phy_write(&p->d, "u", &field, p->u));
    PetscCall(phy_mean(&p->d, p->u, &mean));
    PetscCall(find_errors(p, &l2, &h1));
    PetscCall(stg_output_path(p->d.task, "summary", &path));
    PetscCall(stg_table_write(p->d.task, path, (struct stg_column[]){
        { "nodes", NULL, "1", .integer = &nodes },
        { "newton", "iterations of Newton's method", "1", .integer = &newton },
        { "mean", "mean of u", "1", .real = &mean },
        { "l2_error", "norm of u - exact", "1", .real = &l2 },
        { "h1_error", "norm of its gradient", "1", .real = &h1 },
    }, 5, 1));
    PetscFunctionReturn(0);
}

static PetscErrorCode calculate(struct diffusion *p, struct stg_task *task)
{
    struct phy_outcome outcome;

    PetscFunctionBeginUser;
    PetscCall(prepare(p, task));
    PetscCall(solve(p, &outcome));
    PetscCall(report(p, &outcome));
    PetscFunctionReturn(0);
}

/* What was allocated is freed whatever happens: with --serve the program takes
 * one task after another. */
static PetscErrorCode run(struct stg_task *task)
{
    struct diffusion p = { 0 };
    PetscErrorCode rc = calculate(&p, task);

    for (size_t g = 0; p.k && g <= p.d.input.n_groups; g++)
        phy_coef_release(&p.k[g]);
    PetscCall(PetscFree(p.k));
    PetscCall(PetscFree3(p.u, p.r, p.fixed));
    PetscCall(PetscFree(p.held_by));
    phy_conditions_release(&p.conditions);
    PetscCall(phy_domain_release(&p.d));
    return rc;
}

static const struct stg_program program = {
    .name = "@MODULE@", .module = "@MODULE@", .run = run,
};

int main(int argc, char **argv)
{
    return stg_main(argc, argv, &program);
}

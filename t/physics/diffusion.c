/* diffusion.c - the smallest physics: -div(k grad u) + u^3 = f, steady
 *
 * share/doc/physics.md walks through this file; t3063-physics.t runs it.  The
 * parameters are 'diffusivity' (m2/s, or _function of u), 'fixed_function' and
 * 'source_function', by group, and 'exact'.
 */
#include "fe/kernel.h"
#include "fe/norm.h"
#include "physics/held.h"
#include "physics/newton.h"
#include "stage/table.h"

enum { FIXED, SOURCE };

static const struct phy_param params[] = {
    { "fixed_function", FIXED, PHY_FUNCTION, .facets = true },
    { "source_function", SOURCE, PHY_FUNCTION, .cells = true,
      .solution = "u" },
};

struct diffusion {
    struct phy_domain d;
    struct phy_conditions conditions;
    struct phy_coef *k; /* by group */
    PetscInt *held_by;
    char *fixed;
    double *u, *r;
    char msg[FE_MSG];
};

/* What the equations say at the points of a cell. */
struct points {
    double value[FE_MAX_POINTS], grad[FE_MAX_POINTS][3];
    double k[FE_MAX_POINTS], k_slope[FE_MAX_POINTS];
    double made[FE_MAX_POINTS], made_slope[FE_MAX_POINTS]; /* u^3 - f */
};

static void look(struct diffusion *p, int b, PetscInt c, const double u[],
                 double x[][3], struct points *at)
{
    const struct fe_block *block = &p->d.mesh->block[b];
    const struct fe_tab *tab = &p->d.tab[b];
    PetscInt group = block->group[c] >= 0 ? block->group[c]
                                          : p->d.mesh->n_groups;
    double of_cell[FE_MAX_NODES], place[FE_MAX_POINTS][3],
        weight[FE_MAX_POINTS];

    fe_mesh_corners(p->d.mesh, block, c, x);
    for (int i = 0; i < block->elem->nodes; i++)
        of_cell[i] = u[block->node[c * block->elem->nodes + i]];
    fe_kernel_values(tab, x, of_cell, at->value, at->grad);
    fe_kernel_points(tab, x, place, weight);
    for (int q = 0; q < tab->points; q++) {
        double v = at->value[q], slope;

        at->k[q] = phy_coef_at(&p->k[group], place[q], 0, v, &at->k_slope[q],
                               p->msg);
        at->made[q] = v * v * v;
        at->made_slope[q] = 3 * v * v;
        for (int i = 0; i < p->conditions.n; i++)
            if (phy_holds(&p->conditions.item[i], block, c)) {
                at->made[q] -= phy_coef_at(&p->conditions.item[i].value,
                                           place[q], 0, v, &slope, p->msg);
                at->made_slope[q] -= slope;
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
    for (int b = 0; b < mesh->n_cell_blocks; b++) {
        const struct fe_block *block = &mesh->block[b];
        int nodes = block->elem->nodes;

        for (PetscInt c = 0; c < block->n; c++) {
            look(p, b, c, u, x, &at);
            for (int q = 0; q < p->d.tab[b].points; q++)
                for (int l = 0; l < 3; l++)
                    at.grad[q][l] *= at.k[q];
            fe_kernel_residual_at(&p->d.tab[b], x, at.grad, at.made, of_cell);
            for (int i = 0; i < nodes; i++)
                r[block->node[c * nodes + i]] += of_cell[i];
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
    for (int b = 0; b < mesh->n_cell_blocks; b++)
        for (PetscInt c = 0; c < mesh->block[b].n; c++) {
            look(p, b, c, u, x, &at);
            for (int q = 0; q < p->d.tab[b].points; q++)
                for (int l = 0; l < 3; l++)
                    at.grad[q][l] *= at.k_slope[q];
            fe_kernel_matrix_at(&p->d.tab[b], x, at.k, at.grad, at.made_slope,
                                a);
            fe_matrix_add(mesh, matrix, b, c, a);
        }
    PetscFunctionReturn(0);
}

static PetscErrorCode prepare(struct diffusion *p, struct stg_task *task)
{
    PetscFunctionBeginUser;
    PetscCall(phy_domain_open(task, &p->d));
    PetscCall(phy_conditions_read(&p->d, params, 2, &p->conditions));
    PetscCall(PetscCalloc1(p->d.input.n_groups + 1, &p->k));
    PetscCall(phy_property(&p->d, "diffusivity", "m2.s-1", "u", p->k));
    PetscCall(PetscCalloc3(p->d.n, &p->u, p->d.n, &p->r, p->d.n, &p->fixed));
    PetscCall(PetscMalloc1(p->d.n, &p->held_by));
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

static PetscErrorCode solve(struct diffusion *p)
{
    const struct phy_equations equations = {
        .domain = &p->d, .unknowns = 1, .fixed = p->fixed, .prefix = "u_",
        .preset = FE_UNSYMMETRIC, .context = p, .residual = residual,
        .jacobian = jacobian,
    };
    struct phy_newton newton = { .tolerance = 1e-11, .most = 30,
                                 .tells = true };
    struct phy_outcome outcome;

    PetscFunctionBeginUser;
    PetscCall(phy_newton_new(&equations, NULL, 1e-8, 500, &newton));
    PetscCall(phy_newton_solve(&newton, p->u, p->r, &outcome));
    PetscCall(phy_newton_release(&newton));
    if (outcome.cause[0])
        PetscFunctionReturn(stg_fail(p->d.task, "no solution: %s",
                                     outcome.cause));
    PetscFunctionReturn(0);
}

static PetscErrorCode report(struct diffusion *p)
{
    const struct stg_field field = {
        .name = "u", .unit = "1", .place = STG_ON_POINTS, .components = 1,
        .time_s = PETSC_INFINITY - PETSC_INFINITY,
    };
    struct stg_value all = stg_params(p->d.task), v;
    struct phy_coef exact = { 0 };
    const char *path;
    double l2, h1;

    PetscFunctionBeginUser;
    PetscCall(phy_write(&p->d, "u", &field, p->u));
    PetscCall(stg_get(&all, "exact", &v));
    PetscCall(phy_coef_function(&v, NULL, &exact));
    PetscCall(fe_error_norms(p->d.mesh, p->u, exact.func, 0, &l2, &h1));
    phy_coef_release(&exact);
    PetscCall(stg_output_path(p->d.task, "summary", &path));
    PetscCall(stg_table_write(p->d.task, path, (struct stg_column[]){
        { "l2_error", NULL, "1", .real = &l2 },
        { "h1_error", NULL, "1", .real = &h1 },
    }, 2, 1));
    PetscFunctionReturn(0);
}

static PetscErrorCode calculate(struct diffusion *p, struct stg_task *task)
{
    PetscFunctionBeginUser;
    PetscCall(prepare(p, task));
    PetscCall(solve(p));
    PetscCall(report(p));
    PetscFunctionReturn(0);
}

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
    .name = "diffusion", .module = "test.diffusion", .run = run,
};

int main(int argc, char **argv)
{
    return stg_main(argc, argv, &program);
}

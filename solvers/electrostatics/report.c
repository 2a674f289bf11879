/* report.c - the fields and tables that are handed over */
#include <math.h>
#include <stdio.h>

#include "electrostatics/es.h"
#include "fe/kernel.h"
#include "fe/norm.h"
#include "stage/table.h"

/* --- fields --------------------------------------------------------------- */

/* E = -grad u at the centres of the cells, or D = epsilon E. */
static PetscErrorCode write_vectors(struct es *es, const char *output,
                                    const char *long_name, const char *unit,
                                    bool displacement)
{
    const struct stg_field field = {
        .name = output, .long_name = long_name, .unit = unit,
        .place = STG_ON_CELLS, .components = 3, .time_s = NAN,
    };
    const struct fe_mesh *mesh = es->d.mesh;
    double x[FE_MAX_NODES][3], at[FE_MAX_POINTS][3], weight[FE_MAX_POINTS],
        *v;
    PetscInt n = 0, place = 0;
    char msg[FE_MSG] = "";
    struct fe_tab tab;

    PetscFunctionBeginUser;
    for (int b = 0; b < mesh->n_cell_blocks; b++)
        n += mesh->block[b].n;
    PetscCall(PetscMalloc1(3 * n + 1, &v));
    fe_cell_gradients(mesh, es->u, v);
    for (int b = 0; b < mesh->n_cell_blocks; b++) {
        const struct fe_block *block = &mesh->block[b];

        fe_tab_init(&tab, block->elem, FE_RULE_CENTRE);
        for (PetscInt c = 0; c < block->n; c++) {
            PetscInt g = block->group[c] < 0 ? mesh->n_groups
                                             : block->group[c];
            double factor = -1;

            fe_mesh_corners(mesh, block, c, x);
            fe_kernel_points(&tab, x, at, weight);
            if (displacement)
                factor *= ES_EPSILON_0 * phy_coef_at(&es->permittivity[g],
                                                     at[0], 0, 0, NULL, msg);
            for (int a = 0; a < 3; a++)
                v[place++] *= factor;
        }
    }
    PetscCall(phy_write(&es->d, output, &field, v));
    PetscCall(PetscFree(v));
    PetscFunctionReturn(0);
}

static PetscErrorCode write_fields(struct es *es)
{
    const struct stg_field potential = {
        .name = "potential", .long_name = "electric potential", .unit = "V",
        .place = STG_ON_POINTS, .components = 1, .time_s = NAN,
    };

    PetscFunctionBeginUser;
    PetscCall(phy_write(&es->d, "potential", &potential, es->u));
    PetscCall(write_vectors(es, "field", "electric field", "V m-1", false));
    PetscCall(write_vectors(es, "displacement", "electric displacement",
                            "C m-2", true));
    PetscFunctionReturn(0);
}

/* --- tables --------------------------------------------------------------- */

static const struct phy_condition *condition_of(const struct es *es, int k)
{
    return &es->conditions.item[es->conductor[k].condition];
}

/* The names of the conductors as CF's flag meanings: blanks separate them. */
static PetscErrorCode join_names(const struct es *es, char **names)
{
    size_t len = 1, at = 0;

    PetscFunctionBeginUser;
    for (int k = 0; k < es->n_conductors; k++)
        len += STG_GROUP_NAME_MAX + 1;
    PetscCall(PetscCalloc1(len, names));
    for (int k = 0; k < es->n_conductors; k++) {
        const char *c = es->d.group[condition_of(es, k)->group].name;

        if (k > 0)
            (*names)[at++] = ' ';
        for (; *c; c++)
            (*names)[at++] = *c == ' ' ? '_' : *c;
    }
    PetscFunctionReturn(0);
}

static PetscErrorCode write_conductors(struct es *es, const char *names)
{
    const size_t n = (size_t)es->n_conductors;
    double *potential, *charge, *force;
    const char *path;
    int64_t *which;

    PetscFunctionBeginUser;
    if (!stg_wants(es->task, "conductors"))
        PetscFunctionReturn(0);
    PetscCall(stg_output_path(es->task, "conductors", &path));
    PetscCall(PetscMalloc4(n, &which, n, &potential, n, &charge, 3 * n,
                           &force));
    for (size_t k = 0; k < n; k++) {
        which[k] = (int64_t)k;
        potential[k] = condition_of(es, (int)k)->value.value;
        charge[k] = es->conductor[k].charge_c;
        for (size_t a = 0; a < 3; a++)
            force[a * n + k] = es->conductor[k].force_n[a];
    }
    PetscCall(stg_table_write(es->task, path, (struct stg_column[]){
        { "conductor", "group of the mesh", "1", names, .integer = which },
        { "potential", "potential", "V", .real = potential },
        { "charge", "charge", "C", .real = charge },
        { "force_x", "force along x", "N", .real = force },
        { "force_y", "force along y", "N", .real = force + n },
        { "force_z", "force along z", "N", .real = force + 2 * n },
    }, 6, n));
    PetscCall(PetscFree4(which, potential, charge, force));
    PetscFunctionReturn(0);
}

/* Row by row.  Between a conductor and itself the mutual capacitance is that
 * to everything else that is held at zero. */
static PetscErrorCode write_capacitance(struct es *es, const char *names)
{
    const size_t n = (size_t)es->n_conductors;
    const double *maxwell = es->capacitance_f;
    int64_t *row, *column;
    const char *path;
    double *mutual;

    PetscFunctionBeginUser;
    if (!es->wants_capacitance || !stg_wants(es->task, "capacitance"))
        PetscFunctionReturn(0);
    PetscCall(stg_output_path(es->task, "capacitance", &path));
    PetscCall(PetscMalloc3(n * n, &row, n * n, &column, n * n, &mutual));
    for (size_t i = 0; i < n * n; i++) {
        row[i] = (int64_t)(i / n);
        column[i] = (int64_t)(i % n);
        mutual[i] = -maxwell[i];
        if (row[i] != column[i])
            continue;
        mutual[i] = 0;
        for (size_t k = 0; k < n; k++)
            mutual[i] += maxwell[i / n * n + k];
    }
    PetscCall(stg_table_write(es->task, path, (struct stg_column[]){
        { "conductor", "whose charge it is", "1", names, .integer = row },
        { "other", "whose potential it is", "1", names,
          .integer = column },
        { "maxwell", "capacitance matrix of Maxwell", "F", .real = maxwell },
        { "mutual", "capacitance between the two; in the diagonal, to what "
                    "else is held", "F", .real = mutual },
    }, 4, n * n));
    PetscCall(PetscFree3(row, column, mutual));
    PetscFunctionReturn(0);
}

static PetscErrorCode write_summary(struct es *es)
{
    const int64_t unknowns = es->d.mesh->n_nodes;
    const int64_t iterations = es->iterations;
    double l2 = 0, h1 = 0;
    const char *path;

    PetscFunctionBeginUser;
    if (es->exact)
        PetscCall(fe_error_norms(es->d.mesh, es->u, es->exact, 0, &l2, &h1));
    PetscCall(stg_output_path(es->task, "summary", &path));
    PetscCall(stg_table_write(es->task, path, (struct stg_column[]){
        { "energy", "energy of the field", "J", .real = &es->energy_j },
        { "given_charge", "charge given in space and on surfaces", "C",
          .real = &es->free_charge_c },
        { "imbalance", "charge unaccounted for, relative", "1",
          .real = &es->imbalance },
        { "residual", "residual of the equations, relative", "1",
          .real = &es->residual },
        { "iterations", "iterations of the linear solver", "1",
          .integer = &iterations },
        { "dofs", "unknowns", "1", .integer = &unknowns },
        { "l2_error", "L2 norm of the error, SI", "1", .real = &l2 },
        { "h1_error", "H1 seminorm of the error, SI", "1", .real = &h1 },
    }, es->exact ? 8 : 6, 1));
    PetscFunctionReturn(0);
}

PetscErrorCode es_write(struct es *es)
{
    char *names;

    PetscFunctionBeginUser;
    PetscCall(join_names(es, &names));
    PetscCall(write_fields(es));
    PetscCall(write_conductors(es, names));
    PetscCall(write_capacitance(es, names));
    PetscCall(write_summary(es));
    PetscCall(PetscFree(names));
    PetscFunctionReturn(0);
}

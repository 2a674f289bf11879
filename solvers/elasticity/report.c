/* report.c - the summary, the reactions, the probes and the fields */
#include <math.h>
#include <string.h>

#include "elasticity/ela.h"
#include "fe/norm.h"
#include "stage/stage.h"
#include "stage/table.h"

/* --- summary ----------------------------------------------------------- */

static PetscErrorCode find_largest(struct ela *ela)
{
    int n = ela->c.dofs;
    double most = 0;

    PetscFunctionBeginUser;
    for (PetscInt i = 0; i < ela->mesh->n_owned; i++) {
        double square = 0;

        for (int k = 0; k < n; k++)
            square += ela->u[i * n + k] * ela->u[i * n + k];
        most = fmax(most, square);
    }
    PetscCallMPI(MPI_Allreduce(MPI_IN_PLACE, &most, 1, MPI_DOUBLE, MPI_MAX,
                               ela->mesh->comm));
    ela->result.max_displacement = sqrt(most);
    PetscFunctionReturn(0);
}

/* One component of an array with n values a node; the caller frees it. */
static PetscErrorCode component(const struct ela *ela, int n, int k,
                                const double v[], double **one)
{
    PetscInt nodes = ela->mesh->n_owned + ela->mesh->n_ghosts;

    PetscFunctionBeginUser;
    PetscCall(PetscMalloc1(nodes, one));
    for (PetscInt i = 0; i < nodes; i++)
        (*one)[i] = v[i * n + k];
    PetscFunctionReturn(0);
}

static PetscErrorCode find_errors(struct ela *ela)
{
    double l2 = 0, h1 = 0;

    PetscFunctionBeginUser;
    for (int k = 0; k < ela->c.dofs && ela->c.exact[0]; k++) {
        double *u, part[2];

        PetscCall(component(ela, ela->c.dofs, k, ela->u, &u));
        PetscCall(fe_error_norms(ela->mesh, u, ela->c.exact[k], 0, &part[0],
                                 &part[1]));
        PetscCall(PetscFree(u));
        l2 += part[0] * part[0];
        h1 += part[1] * part[1];
    }
    ela->result.l2_error = sqrt(l2);
    ela->result.h1_error = sqrt(h1);
    PetscFunctionReturn(0);
}

static PetscErrorCode write_summary(struct ela *ela)
{
    const struct ela_result *r = &ela->result;
    int64_t iterations = (int64_t)r->iterations;
    int64_t dofs = (int64_t)ela->mesh->n_nodes * ela->c.dofs;
    int64_t order = PetscMax(ela->domain.input.order, 1);
    size_t n = ela->c.exact[0] ? 12 : 10;
    const char *path;

    PetscFunctionBeginUser;
    PetscCall(find_largest(ela));
    PetscCall(find_errors(ela));
    PetscCall(stg_output_path(ela->task, "summary", &path));
    PetscCall(stg_table_write(ela->task, path, (struct stg_column[]){
        { "max_displacement", "largest displacement of a node", "m",
          .real = &r->max_displacement },
        { "max_von_mises", "largest von Mises stress at a node", "Pa",
          .real = &r->max_von_mises },
        { "strain_energy", "elastic strain energy", "J",
          .real = &r->strain_energy },
        { "volume", "volume of the body", "m3", .real = &r->volume },
        { "force_imbalance", "sum of all forces, relative", "1",
          .real = &r->force_imbalance },
        { "moment_imbalance", "sum of all moments, relative", "1",
          .real = &r->moment_imbalance },
        { "residual", "residual of the equations, relative", "1",
          .real = &r->residual },
        { "iterations", "iterations of the linear solver", "1",
          .integer = &iterations },
        { "dofs", "unknowns", "1", .integer = &dofs },
        { "order", "order of the elements", "1", .integer = &order },
        { "l2_error", "L2 norm of the error of displacement, SI", "1",
          .real = &r->l2_error },
        { "h1_error", "H1 seminorm of the error, SI", "1",
          .real = &r->h1_error },
    }, n, 1));
    PetscFunctionReturn(0);
}

/* --- reactions --------------------------------------------------------- */

/* The names of the groups as CF's flag meanings: blanks separate them. */
static PetscErrorCode join_names(const struct ela *ela, char **names)
{
    size_t len = sizeof("none"), at = 0;

    PetscFunctionBeginUser;
    for (int g = 0; g < ela->mesh->n_groups; g++)
        len += strlen(ela->mesh->group[g].name) + 1;
    PetscCall(PetscMalloc1(len, names));
    for (int g = 0; g < ela->mesh->n_groups; g++) {
        for (const char *c = ela->mesh->group[g].name; *c; c++)
            (*names)[at++] = *c == ' ' ? '_' : *c;
        (*names)[at++] = ' ';
    }
    PetscCall(PetscStrncpy(*names + at, "none", len - at));
    PetscFunctionReturn(0);
}

/* The force and the moment of each condition on the body. */
static PetscErrorCode write_reactions(struct ela *ela)
{
    /* in the order of enum ela_kind */
    static const char kinds[] = "fixed symmetry displacement traction "
                                "pressure force body_force acceleration "
                                "points";
    size_t n = (size_t)ela->c.n_conditions;
    int64_t *kind, *group;
    double *force, *moment, *measure;
    const char *path;
    char *groups;

    PetscFunctionBeginUser;
    if (!stg_wants(ela->task, "reactions"))
        PetscFunctionReturn(0);
    PetscCall(stg_output_path(ela->task, "reactions", &path));
    PetscCall(join_names(ela, &groups));
    PetscCall(PetscCalloc5(n, &kind, n, &group, 3 * n, &force, 3 * n, &moment,
                           n, &measure));
    for (size_t i = 0; i < n; i++) {
        const struct ela_condition *c = &ela->c.condition[i];

        kind[i] = c->kind;
        group[i] = c->group >= 0 ? c->group : ela->mesh->n_groups;
        measure[i] = c->measure;
        for (size_t k = 0; k < 3; k++) {
            force[k * n + i] = c->force[k];
            moment[k * n + i] = c->moment[k];
        }
    }
    PetscCall(stg_table_write(ela->task, path, (struct stg_column[]){
        { "condition", "kind of condition", "1", kinds, .integer = kind },
        { "group", "group of the mesh", "1", groups, .integer = group },
        { "force_x", "force on the body", "N", .real = force },
        { "force_y", "force on the body", "N", .real = force + n },
        { "force_z", "force on the body", "N", .real = force + 2 * n },
        { "moment_x", "moment about the origin", "N m", .real = moment },
        { "moment_y", "moment about the origin", "N m", .real = moment + n },
        { "moment_z", "moment about the origin", "N m",
          .real = moment + 2 * n },
        { "measure", "points, length of edges, area of facets or volume of "
          "cells, SI", "1", .real = measure },
    }, 9, n));
    PetscCall(PetscFree5(kind, group, force, moment, measure));
    PetscCall(PetscFree(groups));
    PetscFunctionReturn(0);
}

/* --- probes ------------------------------------------------------------ */

#define PROBED 10 /* three displacements, six stresses, von Mises */

static PetscErrorCode probe_all(struct ela *ela, double value[])
{
    int n = ela->c.n_probes;

    PetscFunctionBeginUser;
    for (int k = 0; k < PROBED; k++) {
        double *one;

        if (k < 3 && k >= ela->c.dofs)
            continue;
        if (k < 3)
            PetscCall(component(ela, ela->c.dofs, k, ela->u, &one));
        else if (k < 9)
            PetscCall(component(ela, 6, k - 3, ela->stress[0], &one));
        else
            PetscCall(component(ela, 1, 0, ela->von_mises, &one));
        PetscCall(fe_probe(ela->mesh, n, ela->place, one, value + k * n));
        PetscCall(PetscFree(one));
    }
    PetscFunctionReturn(0);
}

static PetscErrorCode write_probes(struct ela *ela)
{
    static const struct {
        const char *name, *long_name, *unit;
    } columns[PROBED] = {
        { "u_x", "displacement", "m" }, { "u_y", "displacement", "m" },
        { "u_z", "displacement", "m" }, { "s_xx", "stress", "Pa" },
        { "s_yy", "stress", "Pa" }, { "s_zz", "stress", "Pa" },
        { "s_xy", "stress", "Pa" }, { "s_yz", "stress", "Pa" },
        { "s_xz", "stress", "Pa" }, { "von_mises", "von Mises stress", "Pa" },
    };
    struct stg_column column[4 + PROBED];
    size_t n = (size_t)ela->c.n_probes;
    double *value, *at;
    int64_t *which;
    const char *path;

    PetscFunctionBeginUser;
    if (n == 0 || !stg_wants(ela->task, "probes"))
        PetscFunctionReturn(0);
    PetscCall(stg_output_path(ela->task, "probes", &path));
    PetscCall(PetscCalloc3(PROBED * n, &value, 3 * n, &at, n, &which));
    for (size_t i = 0; i < n; i++) {
        which[i] = (int64_t)i + 1;
        for (size_t k = 0; k < 3; k++)
            at[k * n + i] = ela->c.probe[i][k];
    }
    PetscCall(probe_all(ela, value));
    column[0] = (struct stg_column){ "probe", "number of the probe, from 1",
                                     "1", .integer = which };
    for (size_t k = 0; k < 3; k++)
        column[1 + k] = (struct stg_column){ (const char *[]){ "x", "y", "z" }
                                                 [k], "position", "m",
                                             .real = at + k * n };
    for (size_t k = 0; k < PROBED; k++)
        column[4 + k] = (struct stg_column){
            columns[k].name, columns[k].long_name, columns[k].unit,
            .real = value + k * n,
        };
    PetscCall(stg_table_write(ela->task, path, column, 4 + PROBED, n));
    PetscCall(PetscFree3(value, at, which));
    PetscFunctionReturn(0);
}

/* --- fields ------------------------------------------------------------ */

PetscErrorCode ela_write(struct ela *ela)
{
    PetscFunctionBeginUser;
    PetscCall(ela_write_vector(ela, "displacement", "displacement", "m",
                               ela->u));
    PetscCall(phy_write(&ela->domain, "stress", &(struct stg_field){
        .name = "stress", .long_name = "stress xx yy zz xy yz xz",
        .unit = "Pa", .components = 6, .time_s = NAN }, ela->stress[0]));
    PetscCall(phy_write(&ela->domain, "von_mises", &(struct stg_field){
        .name = "von_mises", .long_name = "von Mises stress", .unit = "Pa",
        .components = 1, .time_s = NAN }, ela->von_mises));
    PetscCall(write_summary(ela));
    PetscCall(write_reactions(ela));
    PetscCall(write_probes(ela));
    PetscFunctionReturn(0);
}

/* report.c - the summary, the probes and the fields that are handed over */
#include <math.h>
#include <stddef.h>
#include <string.h>

#include "fe/kernel.h"
#include "fe/norm.h"
#include "heat/heat.h"
#include "stage/stage.h"
#include "stage/table.h"

/* --- one line ---------------------------------------------------------- */

static PetscErrorCode find_range(const struct heat *heat, struct heat_row *row)
{
    double range[2] = { INFINITY, INFINITY }; /* min, -max */

    PetscFunctionBeginUser;
    for (PetscInt i = 0; i < heat->mesh->n_owned; i++) {
        range[0] = fmin(range[0], heat->u[i]);
        range[1] = fmin(range[1], -heat->u[i]);
    }
    PetscCallMPI(MPI_Allreduce(MPI_IN_PLACE, range, 2, MPI_DOUBLE, MPI_MIN,
                               heat->mesh->comm));
    row->t_min = range[0];
    row->t_max = -range[1];
    PetscFunctionReturn(0);
}

/* What is missing is compared with the heat that moves, also that between
 * parts of the body that cool and others that warm up. */
static void balance(const struct heat *heat, struct heat_row *row)
{
    double most = heat->moved;

    for (int i = 0; i < heat->c.conditions.n; i++) {
        const struct phy_condition *condition = &heat->c.conditions.item[i];
        double w = condition->kind == HEAT_CONTACT ? 0 : condition->flow;

        row->heat_in += w > 0 ? w : 0;
        row->heat_out += w < 0 ? -w : 0;
    }
    row->stored = heat->stored;
    most = fmax(most, fmax(row->heat_in, row->heat_out));
    if (most > 0)
        row->imbalance = fabs(row->heat_in - row->heat_out - row->stored) /
                         most;
}

PetscErrorCode heat_report_room(struct heat *heat)
{
    PetscInt probes = heat->c.n_probes;

    PetscFunctionBeginUser;
    if (heat->n_rows < heat->max_rows)
        PetscFunctionReturn(0);
    heat->max_rows = 2 * heat->n_rows + 16;
    PetscCall(PetscRealloc((size_t)heat->max_rows * sizeof(*heat->row),
                           &heat->row));
    PetscCall(PetscRealloc((size_t)(heat->max_rows * probes) *
                           sizeof(*heat->probed), &heat->probed));
    PetscFunctionReturn(0);
}

PetscErrorCode heat_report(struct heat *heat, PetscInt iterations,
                           double residual)
{
    struct heat_row row = {
        .step = (double)heat->step,
        .time_s = heat->time_s,
        .iterations = (double)iterations,
        .residual = residual,
    };

    PetscFunctionBeginUser;
    PetscCall(heat_report_room(heat));
    PetscCall(find_range(heat, &row));
    PetscCall(phy_mean(&heat->d, heat->u, &row.t_mean));
    balance(heat, &row);
    if (heat->c.exact)
        PetscCall(fe_error_norms(heat->mesh, heat->u, heat->c.exact,
                                 row.time_s, &row.l2_error, &row.h1_error));
    PetscCall(fe_probe(heat->mesh, heat->c.n_probes, heat->place, heat->u,
                       heat->probed + heat->n_rows * heat->c.n_probes));
    heat->row[heat->n_rows++] = row;
    PetscFunctionReturn(0);
}

/* --- tables ------------------------------------------------------------ */

/* Columns of the summary, each a member of a line. */
static const struct {
    const char *name, *unit, *long_name;
    size_t at;
} columns[] = {
    { "time", "s", "time at the end of the step",
      offsetof(struct heat_row, time_s) },
    { "t_min", "K", "lowest temperature", offsetof(struct heat_row, t_min) },
    { "t_max", "K", "highest temperature", offsetof(struct heat_row, t_max) },
    { "t_mean", "K", "mean temperature by volume",
      offsetof(struct heat_row, t_mean) },
    { "heat_in", "W", "heat into the body",
      offsetof(struct heat_row, heat_in) },
    { "heat_out", "W", "heat out of the body",
      offsetof(struct heat_row, heat_out) },
    { "stored", "W", "rate of heat storage",
      offsetof(struct heat_row, stored) },
    { "imbalance", "1", "heat unaccounted for, relative",
      offsetof(struct heat_row, imbalance) },
    { "residual", "1", "residual of the equations, relative",
      offsetof(struct heat_row, residual) },
    { "l2_error", "1", "L2 norm of the error, SI",
      offsetof(struct heat_row, l2_error) },
    { "h1_error", "1", "H1 seminorm of the error, SI",
      offsetof(struct heat_row, h1_error) },
};
#define N_COLUMNS (sizeof(columns) / sizeof(columns[0]))
#define N_EXACT 2 /* the last ones, there with an exact solution only */

static PetscErrorCode write_summary(struct heat *heat)
{
    struct stg_column column[N_COLUMNS + 3];
    size_t n = N_COLUMNS - (heat->c.exact ? 0 : N_EXACT);
    size_t rows = (size_t)heat->n_rows;
    const char *path;
    double *real;
    int64_t *whole;

    PetscFunctionBeginUser;
    PetscCall(stg_output_path(heat->task, "summary", &path));
    PetscCall(PetscMalloc2(n * rows, &real, 3 * rows, &whole));
    for (size_t r = 0; r < rows; r++) {
        for (size_t k = 0; k < n; k++)
            real[k * rows + r] = *(const double *)(
                (const char *)&heat->row[r] + columns[k].at);
        whole[r] = (int64_t)heat->row[r].step;
        whole[rows + r] = (int64_t)heat->row[r].iterations;
        whole[2 * rows + r] = heat->mesh->n_nodes;
    }
    column[0] = (struct stg_column){ .name = "step",
                                     .long_name = "step of time",
                                     .unit = "1",
                                     .integer = whole };
    for (size_t k = 0; k < n; k++)
        column[1 + k] = (struct stg_column){
            .name = columns[k].name,
            .long_name = columns[k].long_name,
            .unit = columns[k].unit,
            .real = real + k * rows,
        };
    column[n + 1] = (struct stg_column){
        .name = "iterations",
        .long_name = "iterations of the linear solver",
        .unit = "1",
        .integer = whole + rows,
    };
    column[n + 2] = (struct stg_column){ .name = "dofs",
                                         .long_name = "unknowns",
                                         .unit = "1",
                                         .integer = whole + 2 * rows };
    PetscCall(stg_table_write(heat->task, path, column, n + 3, rows));
    PetscCall(PetscFree2(real, whole));
    PetscFunctionReturn(0);
}

/* One row for each time and probe. */
static PetscErrorCode write_probes(struct heat *heat)
{
    size_t probes = (size_t)heat->c.n_probes;
    size_t rows = (size_t)heat->n_rows * probes;
    const char *path;
    double *time, *x, *y, *z;
    int64_t *which;

    PetscFunctionBeginUser;
    if (probes == 0 || !stg_wants(heat->task, "probes"))
        PetscFunctionReturn(0);
    PetscCall(stg_output_path(heat->task, "probes", &path));
    PetscCall(PetscMalloc5(rows, &time, rows, &x, rows, &y, rows, &z, rows,
                           &which));
    for (size_t i = 0; i < rows; i++) {
        const double *at = heat->c.probe[i % probes];

        time[i] = heat->row[i / probes].time_s;
        which[i] = (int64_t)(i % probes) + 1;
        x[i] = at[0];
        y[i] = at[1];
        z[i] = at[2];
    }
    PetscCall(stg_table_write(heat->task, path, (struct stg_column[]){
        { "time", "time", "s", .real = time },
        { "probe", "number of the probe, from 1", "1", .integer = which },
        { "x", "position", "m", .real = x },
        { "y", "position", "m", .real = y },
        { "z", "position", "m", .real = z },
        { "temperature", "temperature", "K", .real = heat->probed },
    }, 6, rows));
    PetscCall(PetscFree5(time, x, y, z, which));
    PetscFunctionReturn(0);
}

/* The names of the groups as CF's flag meanings: blanks separate them there. */
static PetscErrorCode join_names(const struct heat *heat, char **names)
{
    size_t len = sizeof("none"), at = 0;

    PetscFunctionBeginUser;
    for (size_t g = 0; g < heat->d.input.n_groups; g++)
        len += strlen(heat->d.group[g].name) + 1;
    PetscCall(PetscMalloc1(len, names));
    for (size_t g = 0; g < heat->d.input.n_groups; g++) {
        for (const char *c = heat->d.group[g].name; *c; c++)
            (*names)[at++] = *c == ' ' ? '_' : *c;
        (*names)[at++] = ' ';
    }
    PetscCall(PetscStrncpy(*names + at, "none", len - at));
    PetscFunctionReturn(0);
}

/* The heat of each condition at the end. */
static PetscErrorCode write_balance(struct heat *heat)
{
    /* in the order of enum heat_kind */
    static const char kinds[] = "fixed flux convection source power "
                                "radiation contact";
    size_t n = (size_t)heat->c.conditions.n;
    int64_t *kind, *group;
    const char *path;
    double *w, *area, *volume;
    char *groups;

    PetscFunctionBeginUser;
    if (!stg_wants(heat->task, "balance"))
        PetscFunctionReturn(0);
    PetscCall(stg_output_path(heat->task, "balance", &path));
    PetscCall(join_names(heat, &groups));
    PetscCall(PetscCalloc5(n, &kind, n, &group, n, &w, n, &area, n, &volume));
    for (size_t i = 0; i < n; i++) {
        const struct phy_condition *c = &heat->c.conditions.item[i];

        kind[i] = c->kind;
        group[i] = c->group >= 0 ? c->group : (int64_t)heat->d.input.n_groups;
        w[i] = c->flow;
        *(c->dim == heat->mesh->dim ? &volume[i] : &area[i]) = c->measure;
    }
    PetscCall(stg_table_write(heat->task, path, (struct stg_column[]){
        { "condition", "kind of condition", "1", kinds, .integer = kind },
        { "group", "group of the mesh", "1", groups, .integer = group },
        { "area", "area of the group", "m2", .real = area },
        { "volume", "volume of the group", "m3", .real = volume },
        { "heat", "heat into the body, or across a contact", "W", .real = w },
    }, 5, n));
    PetscCall(PetscFree5(kind, group, w, area, volume));
    PetscCall(PetscFree(groups));
    PetscFunctionReturn(0);
}

/* --- fields ------------------------------------------------------------ */

static PetscErrorCode write_temperature(struct heat *heat, double time_s)
{
    const struct stg_field field = {
        .name = "temperature", .long_name = "temperature", .unit = "K",
        .place = STG_ON_POINTS, .components = 1, .time_s = time_s,
    };

    PetscFunctionBeginUser;
    PetscCall(phy_write(&heat->d, "temperature", &field, heat->u));
    PetscFunctionReturn(0);
}

/* The conductivity at the centre of a cell. */
static double conductivity_in(const struct heat *heat,
                              const struct fe_block *block, PetscInt c)
{
    PetscInt group = block->group[c];
    const struct heat_material *m =
        &heat->c.material[group >= 0 ? group : heat->mesh->n_groups];
    double x[FE_MAX_NODES][3], at[FE_MAX_POINTS][3], weight[FE_MAX_POINTS],
        t = 0;
    char msg[FE_MSG] = "";
    struct fe_tab tab;

    if (!m->conductivity.func)
        return m->conductivity.value;
    fe_tab_init(&tab, block->elem, FE_RULE_CENTRE);
    fe_mesh_corners(heat->mesh, block, c, x);
    fe_kernel_points(&tab, x, at, weight);
    for (int i = 0; i < block->elem->nodes; i++)
        t += tab.n[0][i] * heat->u[block->node[c * block->elem->nodes + i]];
    return phy_coef_at(&m->conductivity, at[0], heat->time_s, t, NULL, msg);
}

/* -k grad T of each cell, in the order of the blocks. */
static PetscErrorCode write_flux(struct heat *heat, double time_s)
{
    const struct stg_field field = {
        .name = "flux", .long_name = "heat flux", .unit = "W m-2",
        .place = STG_ON_CELLS, .components = 3, .time_s = time_s,
    };
    const struct fe_mesh *mesh = heat->mesh;
    PetscInt n = 0, at = 0;
    double *flux;

    PetscFunctionBeginUser;
    for (int b = 0; b < mesh->n_cell_blocks; b++)
        n += mesh->block[b].n;
    PetscCall(PetscMalloc1(3 * n, &flux));
    fe_cell_gradients(mesh, heat->u, flux);
    for (int b = 0; b < mesh->n_cell_blocks; b++)
        for (PetscInt c = 0; c < mesh->block[b].n; c++) {
            double k = conductivity_in(heat, &mesh->block[b], c);

            for (int l = 0; l < 3; l++)
                flux[at++] *= -k;
        }
    PetscCall(phy_write(&heat->d, "flux", &field, flux));
    PetscCall(PetscFree(flux));
    PetscFunctionReturn(0);
}

PetscErrorCode heat_write(struct heat *heat)
{
    double time_s = heat->c.scheme == HEAT_STEADY ? NAN : heat->time_s;

    PetscFunctionBeginUser;
    PetscCall(write_temperature(heat, time_s));
    PetscCall(write_flux(heat, time_s));
    PetscCall(write_summary(heat));
    PetscCall(write_probes(heat));
    PetscCall(write_balance(heat));
    PetscFunctionReturn(0);
}

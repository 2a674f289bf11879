/* report.c - the table of modes, the summary and the shapes */
#include <math.h>
#include <stdio.h>

#include "modes/modes.h"
#include "stage/stage.h"
#include "stage/table.h"

#define MOST_SHAPES 20 /* outputs that the manifest has */

static PetscErrorCode write_modes(struct modes *modes)
{
    enum { FREQUENCY, MASS, SHARE = MASS + 3, ERROR = SHARE + 3, REALS };
    size_t n = (size_t)modes->n;
    double *real, sum[3] = { 0, 0, 0 };
    int64_t *whole;
    const char *path;

    PetscFunctionBeginUser;
    PetscCall(stg_output_path(modes->ela.task, "modes", &path));
    PetscCall(PetscMalloc2(REALS * n, &real, 2 * n, &whole));
    for (size_t i = 0; i < n; i++) {
        const struct mode *mode = &modes->mode[i];

        whole[i] = (int64_t)i + 1;
        whole[n + i] = mode->rigid;
        real[FREQUENCY * n + i] = mode->frequency_hz;
        real[ERROR * n + i] = mode->error;
        for (size_t k = 0; k < 3; k++) {
            sum[k] += mode->mass_kg[k];
            real[(MASS + k) * n + i] = mode->mass_kg[k];
            real[(SHARE + k) * n + i] = sum[k] / modes->total_kg;
        }
    }
    PetscCall(stg_table_write(modes->ela.task, path, (struct stg_column[]){
        { "mode", "number of the mode, from 1", "1", .integer = whole },
        { "frequency", "natural frequency", "Hz", .real = real },
        { "rigid", "motion without strain", "1", "no yes",
          .integer = whole + n },
        { "mass_x", "effective mass", "kg", .real = real + MASS * n },
        { "mass_y", "effective mass", "kg", .real = real + (MASS + 1) * n },
        { "mass_z", "effective mass", "kg", .real = real + (MASS + 2) * n },
        { "share_x", "of the mass, modes so far", "1",
          .real = real + SHARE * n },
        { "share_y", "of the mass, modes so far", "1",
          .real = real + (SHARE + 1) * n },
        { "share_z", "of the mass, modes so far", "1",
          .real = real + (SHARE + 2) * n },
        { "error", "residual of the equation, relative", "1",
          .real = real + ERROR * n },
    }, 10, n));
    PetscCall(PetscFree2(real, whole));
    PetscFunctionReturn(0);
}

static PetscErrorCode write_summary(struct modes *modes)
{
    int64_t order = PetscMax(modes->ela.domain.input.order, 1);
    int64_t dofs, rigid = modes->n_free_motions;
    PetscInt n;
    const char *path;

    PetscFunctionBeginUser;
    PetscCall(ISGetSize(modes->free, &n));
    dofs = n;
    PetscCall(stg_output_path(modes->ela.task, "summary", &path));
    PetscCall(stg_table_write(modes->ela.task, path, (struct stg_column[]){
        { "mass", "mass of the body", "kg", .real = &modes->total_kg },
        { "volume", "volume of the body", "m3",
          .real = &modes->ela.result.volume },
        { "rigid_motions", "that the supports leave", "1",
          .integer = &rigid },
        { "dofs", "free unknowns", "1", .integer = &dofs },
        { "order", "order of the elements", "1", .integer = &order },
    }, 5, 1));
    PetscFunctionReturn(0);
}

/* One shape; its largest displacement is 1. */
static PetscErrorCode write_shape(struct modes *modes, int which)
{
    struct ela *ela = &modes->ela;
    int n = ela->c.dofs;
    double most = 0, *u = modes->shape[which];
    char name[32], long_name[64];

    PetscFunctionBeginUser;
    (void)snprintf(name, sizeof(name), "shape_%d", which + 1);
    (void)snprintf(long_name, sizeof(long_name), "mode %d, %.6g Hz", which + 1,
                   modes->mode[which].frequency_hz);
    for (PetscInt i = 0; i < ela->mesh->n_owned; i++) {
        double square = 0;

        for (int k = 0; k < n; k++)
            square += u[i * n + k] * u[i * n + k];
        most = fmax(most, square);
    }
    PetscCallMPI(MPI_Allreduce(MPI_IN_PLACE, &most, 1, MPI_DOUBLE, MPI_MAX,
                               ela->mesh->comm));
    for (PetscInt i = 0; i < (ela->mesh->n_owned + ela->mesh->n_ghosts) * n;
         i++)
        u[i] /= sqrt(most);
    PetscCall(ela_write_vector(ela, name, long_name, "1", u));
    PetscFunctionReturn(0);
}

PetscErrorCode modes_write(struct modes *modes)
{
    PetscFunctionBeginUser;
    PetscCall(write_modes(modes));
    PetscCall(write_summary(modes));
    for (int i = 0; i < modes->n && i < MOST_SHAPES; i++)
        PetscCall(write_shape(modes, i));
    PetscFunctionReturn(0);
}

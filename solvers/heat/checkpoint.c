/* checkpoint.c - the state between two steps, in a file of PETSc's binary form
 *
 *     int32   MAGIC, FORMAT, scheme, points, step, rows, probes
 *     float64 time, last step, next step, step of the case in s, rows of the
 *             summary, rows * probes temperatures
 *     Vec     the temperature, the one before, and the rate before, by point of
 *             the input mesh
 *
 * The order of the input makes the file independent of the number of ranks.
 */
#include "heat/heat.h"
#include "stage/stage.h"

#define MAGIC 0x66744854
#define FORMAT 2

enum { H_MAGIC, H_FORMAT, H_SCHEME, H_POINTS, H_STEP, H_ROWS, H_PROBES, H_N };

enum { T_NOW, T_LAST, T_NEXT, T_STEP, T_N };

#define ROW_VALUES (sizeof(struct heat_row) / sizeof(double))

static PetscErrorCode open_viewer(struct heat *heat, const char *path,
                                  PetscFileMode mode, PetscViewer *viewer)
{
    PetscFunctionBeginUser;
    PetscCall(PetscViewerCreate(heat->mesh->comm, viewer));
    PetscCall(PetscViewerSetType(*viewer, PETSCVIEWERBINARY));
    PetscCall(PetscViewerBinarySkipInfo(*viewer));
    PetscCall(PetscViewerFileSetMode(*viewer, mode));
    PetscCall(PetscViewerFileSetName(*viewer, path));
    PetscFunctionReturn(0);
}

static PetscErrorCode input_vec(struct heat *heat, Vec *vec)
{
    PetscFunctionBeginUser;
    PetscCall(VecCreateMPI(heat->mesh->comm, heat->mesh->n_input_points,
                           PETSC_DETERMINE, vec));
    PetscFunctionReturn(0);
}

static PetscErrorCode write_nodes(struct heat *heat, const double u[],
                                  PetscViewer viewer)
{
    Vec vec;
    double *a;

    PetscFunctionBeginUser;
    PetscCall(input_vec(heat, &vec));
    PetscCall(VecGetArrayWrite(vec, &a));
    PetscCall(fe_mesh_to_input(heat->mesh, u, a));
    PetscCall(VecRestoreArrayWrite(vec, &a));
    PetscCall(VecView(vec, viewer));
    PetscCall(VecDestroy(&vec));
    PetscFunctionReturn(0);
}

static PetscErrorCode read_nodes(struct heat *heat, double u[],
                                 PetscViewer viewer)
{
    Vec vec;
    const double *a;

    PetscFunctionBeginUser;
    PetscCall(input_vec(heat, &vec));
    PetscCall(VecLoad(vec, viewer));
    PetscCall(VecGetArrayRead(vec, &a));
    PetscCall(fe_mesh_from_input(heat->mesh, a, u));
    PetscCall(VecRestoreArrayRead(vec, &a));
    PetscCall(VecDestroy(&vec));
    PetscCall(fe_mesh_spread(heat->mesh, u));
    PetscFunctionReturn(0);
}

PetscErrorCode heat_checkpoint(struct heat *heat)
{
    PetscInt head[H_N] = {
        MAGIC, FORMAT, (PetscInt)heat->c.scheme, heat->mesh->n_nodes,
        heat->step, heat->n_rows, heat->c.n_probes,
    };
    double times[T_N] = { heat->time_s, heat->last_s, heat->next_s,
                          heat->c.step_s };
    PetscViewer viewer;
    const char *path;

    PetscFunctionBeginUser;
    PetscCall(stg_checkpoint_part(heat->task, &path));
    PetscCall(open_viewer(heat, path, FILE_MODE_WRITE, &viewer));
    PetscCall(PetscViewerBinaryWrite(viewer, head, H_N, PETSC_INT));
    PetscCall(PetscViewerBinaryWrite(viewer, times, T_N, PETSC_DOUBLE));
    PetscCall(PetscViewerBinaryWrite(viewer, heat->row,
                                     heat->n_rows * (PetscInt)ROW_VALUES,
                                     PETSC_DOUBLE));
    PetscCall(PetscViewerBinaryWrite(viewer, heat->probed,
                                     heat->n_rows * heat->c.n_probes,
                                     PETSC_DOUBLE));
    PetscCall(write_nodes(heat, heat->u, viewer));
    PetscCall(write_nodes(heat, heat->u_old, viewer));
    PetscCall(write_nodes(heat, heat->rate_old, viewer));
    PetscCall(PetscViewerDestroy(&viewer));
    PetscCall(stg_checkpoint_commit(heat->task));
    PetscFunctionReturn(0);
}

PetscErrorCode heat_restart(struct heat *heat, const char *path)
{
    PetscInt head[H_N];
    double times[T_N];
    PetscViewer viewer;

    PetscFunctionBeginUser;
    PetscCall(open_viewer(heat, path, FILE_MODE_READ, &viewer));
    PetscCall(PetscViewerBinaryRead(viewer, head, H_N, NULL, PETSC_INT));
    PetscCall(PetscViewerBinaryRead(viewer, times, T_N, NULL, PETSC_DOUBLE));
    if (head[H_MAGIC] != MAGIC || head[H_FORMAT] != FORMAT ||
        head[H_SCHEME] != (PetscInt)heat->c.scheme ||
        head[H_POINTS] != heat->mesh->n_nodes ||
        times[T_STEP] != heat->c.step_s ||
        head[H_STEP] < 1 ||
        !(times[T_NOW] > 0 && times[T_NOW] <= heat->c.end_s * (1 + 1e-9)) ||
        head[H_ROWS] < 0 || head[H_ROWS] > head[H_STEP] ||
        head[H_PROBES] != heat->c.n_probes)
        PetscFunctionReturn(stg_fail(heat->task, "the checkpoint '%s' is not "
                                     "one of this calculation", path));
    heat->step = head[H_STEP];
    heat->time_s = times[T_NOW];
    heat->last_s = times[T_LAST];
    heat->next_s = times[T_NEXT];
    heat->n_rows = heat->max_rows = head[H_ROWS];
    PetscCall(heat_report_room(heat));
    PetscCall(PetscViewerBinaryRead(viewer, heat->row,
                                    heat->n_rows * (PetscInt)ROW_VALUES, NULL,
                                    PETSC_DOUBLE));
    PetscCall(PetscViewerBinaryRead(viewer, heat->probed,
                                    heat->n_rows * heat->c.n_probes, NULL,
                                    PETSC_DOUBLE));
    PetscCall(read_nodes(heat, heat->u, viewer));
    PetscCall(read_nodes(heat, heat->u_old, viewer));
    PetscCall(read_nodes(heat, heat->rate_old, viewer));
    PetscCall(PetscViewerDestroy(&viewer));
    PetscFunctionReturn(0);
}

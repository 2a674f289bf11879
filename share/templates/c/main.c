/* @MODULE@: light that water absorbs, I = I0 exp(-absorption * depth)
 *
 * Every rank runs this on its part of the mesh.  Functions of the stage library
 * (include/fedtwin/stage/) return a PETSc error code, which PetscCall() hands
 * on; numbers that they give are in coherent SI units (kg, m, s, K, ...).
 */
#include <math.h>

#include "stage/mesh.h"
#include "stage/stage.h"
#include "stage/table.h"

struct water {
    double surface, absorption; /* W m-2, m-1 */
    double level;               /* m, of the surface */
    double top, bottom;         /* m, of the mesh */
};

/* The highest and the lowest point of all ranks. */
static PetscErrorCode find_ends(struct stg_task *task,
                                const struct stg_mesh *mesh,
                                struct water *water)
{
    double end[2] = { -INFINITY, -INFINITY }; /* the top, minus the bottom */

    PetscFunctionBeginUser;
    for (int64_t i = 0; i < mesh->my_points; i++) {
        double height = mesh->point[3 * i + mesh->dimension - 1];

        end[0] = fmax(end[0], height);
        end[1] = fmax(end[1], -height);
    }
    PetscCallMPI(MPI_Allreduce(MPI_IN_PLACE, end, 2, MPI_DOUBLE, MPI_MAX,
                               stg_comm(task)));
    water->top = end[0];
    water->bottom = -end[1];
    PetscFunctionReturn(0);
}

static PetscErrorCode read_water(struct stg_task *task,
                                 const struct stg_mesh *mesh,
                                 struct water *water)
{
    struct stg_value all = stg_params(task);

    PetscFunctionBeginUser;
    PetscCall(stg_get_quantity(&all, "surface", "W.m-2", &water->surface));
    PetscCall(stg_get_quantity(&all, "absorption", "m-1", &water->absorption));
    PetscCall(find_ends(task, mesh, water));
    water->level = water->top;
    if (stg_has(&all, "level"))
        PetscCall(stg_get_quantity(&all, "level", "m", &water->level));
    /* One line that says what is wrong, and what would be right. */
    if (water->level < water->top)
        PetscFunctionReturn(stg_fail(task, "'level' is %g m, but the mesh "
                                     "reaches up to %g m: give that or more",
                                     water->level, water->top));
    PetscFunctionReturn(0);
}

static double light_at(const struct water *water, double height)
{
    return water->surface * exp(-water->absorption * (water->level - height));
}

static PetscErrorCode write_light(struct stg_task *task,
                                  const struct stg_mesh *mesh,
                                  const struct water *water)
{
    struct stg_field light = {
        .name = "light", .unit = "W m-2", .place = STG_ON_POINTS,
        .components = 1, .time_s = NAN,
    };
    PetscErrorCode rc;
    const char *path;

    PetscFunctionBeginUser;
    PetscCall(stg_output_path(task, "light", &path));
    PetscCall(PetscMalloc1(mesh->my_points, &light.value));
    for (int64_t i = 0; i < mesh->my_points; i++)
        light.value[i] = light_at(water, mesh->point[3 * i +
                                                     mesh->dimension - 1]);
    rc = stg_field_write(task, path, mesh, &light);
    PetscCall(PetscFree(light.value));
    PetscFunctionReturn(rc);
}

static PetscErrorCode write_summary(struct stg_task *task,
                                    const struct water *water)
{
    double depth = water->level - water->bottom;
    double light = light_at(water, water->bottom);
    const char *path;

    PetscFunctionBeginUser;
    PetscCall(stg_output_path(task, "summary", &path));
    PetscCall(stg_table_write(task, path, (struct stg_column[]){
        { "depth", "depth of the deepest point", "m", .real = &depth },
        { "light", "intensity there", "W m-2", .real = &light },
    }, 2, 1));
    PetscFunctionReturn(0);
}

static PetscErrorCode calculate(struct stg_task *task, struct stg_mesh *mesh)
{
    struct water water = { 0 };
    const char *path;

    PetscFunctionBeginUser;
    PetscCall(stg_input_path(task, "mesh", &path));
    PetscCall(stg_mesh_read(task, path, mesh));
    PetscCall(read_water(task, mesh, &water));
    PetscCall(write_light(task, mesh, &water));
    PetscCall(write_summary(task, &water));
    PetscFunctionReturn(0);
}

/* What was allocated is freed whatever happens: with --serve the program takes
 * one task after another. */
static PetscErrorCode run(struct stg_task *task)
{
    struct stg_mesh mesh = { 0 };
    PetscErrorCode rc = calculate(task, &mesh);

    stg_mesh_release(&mesh);
    return rc;
}

static const struct stg_program program = {
    .name = "@MODULE@", .module = "@MODULE@", .run = run,
};

int main(int argc, char **argv)
{
    return stg_main(argc, argv, &program);
}

/* main.c - mesh.gmsh: let Gmsh mesh a geometry, keep its groups */
#include <stdio.h>

#include "mesh_gmsh/convert.h"
#include "mesh/faces.h"
#include "mesh_gmsh/gmsh.h"
#include "mesh/quality.h"
#include "mesh_gmsh/script.h"
#include "mesh_gmsh/size_field.h"

/* A condition on a facet that is the face of no cell would do nothing. */
static PetscErrorCode check_facets(struct stg_task *task,
                                   const struct stg_mesh *mesh)
{
    struct face *face = NULL;
    int64_t faces = 0, first = -1;
    PetscErrorCode rc = faces_sort(mesh, &face, &faces);

    if (!rc && faces_loose(mesh, face, faces, &first) > 0)
        rc = stg_fail(task, "group '%s' is not on the surface of any cell "
                      "that is in a group; put what it bounds into a group "
                      "too, or drop it",
                      stg_group_with_id(mesh, mesh->group[first])->name);
    PetscFree(face);
    return rc;
}

static PetscErrorCode check_quality(struct stg_task *task,
                                    const struct stg_mesh *mesh,
                                    struct quality **quality)
{
    PetscCall(quality_measure(mesh, quality));
    quality_print(*quality);
    if (quality_bad_cells(*quality) > 0)
        return stg_fail(task, "%lld of %lld cells are flat or inside out; use "
                        "another size or repair the geometry",
                        (long long)quality_bad_cells(*quality),
                        (long long)mesh->my_cells);
    return 0;
}

/* Rank 0 does all of it; Gmsh is one process. */
static PetscErrorCode make_mesh(struct stg_task *task, struct stg_mesh *mesh,
                                struct quality **quality)
{
    const char *path = SCRIPT_DIR "/" SCRIPT_MESH;
    struct options options;
    struct msh msh = { 0 };
    PetscErrorCode rc;

    PetscCall(options_read(task, &options));
    PetscCall(script_write(task, &options));
    if (options.size_field)
        PetscCall(size_field_write(task, &options));
    PetscCall(gmsh_run(task, &options));
    rc = msh_read(task, path, &msh);
    if (!rc)
        rc = convert(task, &options, &msh, mesh);
    msh_release(&msh);
    if (!rc)
        rc = check_facets(task, mesh);
    if (!rc)
        rc = check_quality(task, mesh, quality);
    fflush(stdout);
    return rc;
}

/* The groups are the same on every rank. */
static PetscErrorCode share_groups(struct stg_task *task,
                                   struct stg_mesh *mesh)
{
    MPI_Comm comm = stg_comm(task);
    int n = (int)mesh->n_groups;
    PetscErrorCode rc = 0;

    PetscCallMPI(MPI_Bcast(&mesh->dimension, 1, MPI_INT, 0, comm));
    PetscCallMPI(MPI_Bcast(&n, 1, MPI_INT, 0, comm));
    if (stg_rank(task) != 0)
        rc = PetscCalloc1(n + 1, &mesh->groups);
    PetscCall(stg_agree(task, rc));
    mesh->n_groups = (size_t)n;
    PetscCallMPI(MPI_Bcast(mesh->groups, n * (int)sizeof(*mesh->groups),
                           MPI_BYTE, 0, comm));
    return 0;
}

static PetscErrorCode write_outputs(struct stg_task *task,
                                    struct stg_mesh *mesh,
                                    const struct quality *quality)
{
    const char *path;

    PetscCall(share_groups(task, mesh));
    PetscCall(stg_mesh_number(task, mesh));
    PetscCall(stg_output_path(task, "mesh", &path));
    PetscCall(stg_mesh_write(task, path, mesh));
    if (!stg_wants(task, "quality"))
        return 0;
    PetscCall(stg_output_path(task, "quality", &path));
    return quality_write(task, path, quality);
}

static PetscErrorCode run(struct stg_task *task)
{
    struct stg_mesh mesh = { 0 };
    struct quality *quality = NULL;
    PetscErrorCode rc = 0;

    if (stg_rank(task) == 0)
        rc = make_mesh(task, &mesh, &quality);
    rc = stg_agree(task, rc);
    if (!rc)
        rc = write_outputs(task, &mesh, quality);
    quality_free(quality);
    stg_mesh_release(&mesh);
    return rc;
}

static const struct stg_program program = {
    .name = "fedtwin-mesh-gmsh",
    .module = "mesh.gmsh",
    .run = run,
};

int main(int argc, char **argv)
{
    return stg_main(argc, argv, &program);
}

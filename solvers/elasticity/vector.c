/* vector.c - the exchanges of fe/mesh.h for several values a node */
#include "elasticity/vector.h"

PetscErrorCode ela_spread(const struct fe_mesh *mesh, int n, double v[])
{
    double *ghosts = v + (size_t)mesh->n_owned * n;
    MPI_Datatype tuple;

    PetscFunctionBeginUser;
    PetscCallMPI(MPI_Type_contiguous(n, MPI_DOUBLE, &tuple));
    PetscCallMPI(MPI_Type_commit(&tuple));
    PetscCall(PetscSFBcastBegin(mesh->halo, tuple, v, ghosts, MPI_REPLACE));
    PetscCall(PetscSFBcastEnd(mesh->halo, tuple, v, ghosts, MPI_REPLACE));
    PetscCallMPI(MPI_Type_free(&tuple));
    PetscFunctionReturn(0);
}

PetscErrorCode ela_gather(const struct fe_mesh *mesh, int n, double v[])
{
    const double *ghosts = v + (size_t)mesh->n_owned * n;
    MPI_Datatype tuple;

    PetscFunctionBeginUser;
    PetscCallMPI(MPI_Type_contiguous(n, MPI_DOUBLE, &tuple));
    PetscCallMPI(MPI_Type_commit(&tuple));
    PetscCall(PetscSFReduceBegin(mesh->halo, tuple, ghosts, v, MPI_SUM));
    PetscCall(PetscSFReduceEnd(mesh->halo, tuple, ghosts, v, MPI_SUM));
    PetscCallMPI(MPI_Type_free(&tuple));
    PetscFunctionReturn(0);
}

/* comm.c - agreeing on errors, and sending items where they belong */
#include "fe/comm.h"

#include <string.h>

PetscErrorCode fe_agree(MPI_Comm comm, const char *msg)
{
    PetscMPIInt rank, size, first;
    char text[FE_MSG] = "";

    PetscFunctionBeginUser;
    PetscCallMPI(MPI_Comm_rank(comm, &rank));
    PetscCallMPI(MPI_Comm_size(comm, &size));
    first = msg[0] ? rank : size;
    PetscCallMPI(MPI_Allreduce(MPI_IN_PLACE, &first, 1, MPI_INT, MPI_MIN,
                               comm));
    if (first == size)
        PetscFunctionReturn(0);
    if (first == rank)
        PetscCall(PetscStrncpy(text, msg, sizeof(text)));
    PetscCallMPI(MPI_Bcast(text, sizeof(text), MPI_CHAR, first, comm));
    SETERRQ(comm, PETSC_ERR_USER_INPUT, "%s", text);
}

/* Offsets from counts; return the sum. */
static PetscInt offsets(PetscMPIInt size, const PetscMPIInt count[],
                        PetscMPIInt offset[])
{
    PetscInt sum = 0;

    for (PetscMPIInt r = 0; r < size; r++) {
        offset[r] = (PetscMPIInt)sum;
        sum += count[r];
    }
    return sum;
}

PetscErrorCode fe_exchange(MPI_Comm comm, PetscInt n, const PetscMPIInt dest[],
                           size_t size, const void *items, PetscInt *n_got,
                           void **got)
{
    PetscMPIInt ranks, *n_out, *n_in, *out_at, *in_at;
    MPI_Datatype type;
    char *packed, *arrived;
    PetscInt total;

    PetscFunctionBeginUser;
    PetscCallMPI(MPI_Comm_size(comm, &ranks));
    PetscCall(PetscCalloc4(ranks, &n_out, ranks, &n_in, ranks, &out_at, ranks,
                           &in_at));
    PetscCall(PetscMalloc1((size_t)n * size, &packed));
    for (PetscInt i = 0; i < n; i++)
        n_out[dest[i]]++;
    (void)offsets(ranks, n_out, out_at);
    for (PetscInt i = 0; i < n; i++)
        memcpy(packed + (size_t)out_at[dest[i]]++ * size,
               (const char *)items + (size_t)i * size, size);
    (void)offsets(ranks, n_out, out_at);

    PetscCallMPI(MPI_Alltoall(n_out, 1, MPI_INT, n_in, 1, MPI_INT, comm));
    total = offsets(ranks, n_in, in_at);
    PetscCall(PetscMalloc1((size_t)total * size, &arrived));
    PetscCallMPI(MPI_Type_contiguous((int)size, MPI_BYTE, &type));
    PetscCallMPI(MPI_Type_commit(&type));
    PetscCallMPI(MPI_Alltoallv(packed, n_out, out_at, type, arrived, n_in,
                               in_at, type, comm));
    PetscCallMPI(MPI_Type_free(&type));
    PetscCall(PetscFree(packed));
    PetscCall(PetscFree4(n_out, n_in, out_at, in_at));
    *n_got = total;
    *got = arrived;
    PetscFunctionReturn(0);
}

PetscErrorCode fe_start(MPI_Comm comm, PetscInt n, PetscInt *start)
{
    PetscFunctionBeginUser;
    PetscCallMPI(MPI_Scan(&n, start, 1, MPIU_INT, MPI_SUM, comm));
    *start -= n;
    PetscFunctionReturn(0);
}

PetscErrorCode fe_graph(MPI_Comm comm, PetscInt n_roots, PetscInt n_leaves,
                        const PetscInt at[], PetscSF *sf)
{
    PetscLayout layout;

    PetscFunctionBeginUser;
    PetscCall(PetscLayoutCreateFromSizes(comm, n_roots, PETSC_DECIDE, 1,
                                         &layout));
    PetscCall(PetscSFCreate(comm, sf));
    PetscCall(PetscSFSetGraphLayout(*sf, layout, n_leaves, NULL,
                                    PETSC_OWN_POINTER, at));
    PetscCall(PetscLayoutDestroy(&layout));
    PetscFunctionReturn(0);
}

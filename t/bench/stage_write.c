/* stage_write.c - a large field through the stage library and through MPI-IO
 *
 * usage: mpirun -n RANKS stage_write MIB REPEATS
 *
 * Each rank has its part of MIB mebibytes of numbers.  They are written to a
 * new file of the working directory by plain collective MPI-IO, and as a
 * dataset of a new HDF5 file by the stage library, in turns.  Both are opened,
 * written by all ranks together, synced by all ranks, and closed.  Prints the
 * medians in milliseconds, one a line.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "stage/h5.h"
#include "stage/task.h"

#define REPEATS_MAX 100
#define RAW "raw.bin"
#define STAGE "stage.h5"

struct bench {
    struct stg_task task;
    PetscInt mine; /* numbers of this rank; the same on all */
    double *data;
};

static PetscErrorCode write_raw(struct bench *b)
{
    MPI_Offset bytes = (MPI_Offset)b->mine * (MPI_Offset)sizeof(double);
    MPI_File file;

    PetscCallMPI(MPI_File_open(b->task.comm, RAW,
                               MPI_MODE_CREATE | MPI_MODE_WRONLY,
                               MPI_INFO_NULL, &file));
    PetscCallMPI(MPI_File_write_at_all(file, b->task.rank * bytes, b->data,
                                       (int)b->mine, MPI_DOUBLE,
                                       MPI_STATUS_IGNORE));
    PetscCallMPI(MPI_File_sync(file));
    PetscCallMPI(MPI_File_close(&file));
    return 0;
}

static PetscErrorCode write_stage(struct bench *b)
{
    hsize_t mine = (hsize_t)b->mine;
    struct stg_rows rows = {
        .name = "/values",
        .type = H5T_IEEE_F64LE,
        .total = mine * (hsize_t)b->task.ranks,
        .first = mine * (hsize_t)b->task.rank,
        .mine = mine,
    };
    struct stg_h5 h5;
    PetscErrorCode rc;

    rc = stg_h5_create(&b->task, STAGE,
                       (int64_t)(rows.total * sizeof(double)), &h5);
    if (!rc)
        rc = stg_h5_write(&h5, &rows, b->data);
    return stg_h5_close(&h5, rc);
}

/* One run, on all ranks from the first to the last. */
static PetscErrorCode measure(struct bench *b, const char *path,
                              PetscErrorCode (*run)(struct bench *b),
                              double *ms)
{
    double start_s;

    PetscCallMPI(MPI_Barrier(b->task.comm));
    start_s = MPI_Wtime();
    PetscCall(run(b));
    PetscCallMPI(MPI_Barrier(b->task.comm));
    *ms = (MPI_Wtime() - start_s) * 1e3;
    if (b->task.rank == 0)
        (void)unlink(path);
    return 0;
}

static int compare(const void *a, const void *b)
{
    const double *x = a, *y = b;

    return (*x > *y) - (*x < *y);
}

static double median(double *ms, int n)
{
    qsort(ms, (size_t)n, sizeof(*ms), compare);
    return ms[n / 2];
}

static PetscErrorCode run_all(struct bench *b, int repeats)
{
    double raw[REPEATS_MAX], stage[REPEATS_MAX];

    PetscCall(PetscMalloc1(b->mine, &b->data));
    for (PetscInt i = 0; i < b->mine; i++)
        b->data[i] = (double)i * 1e-3 + b->task.rank;
    for (int i = 0; i < repeats; i++) {
        PetscCall(measure(b, RAW, write_raw, &raw[i]));
        PetscCall(measure(b, STAGE, write_stage, &stage[i]));
    }
    if (b->task.rank == 0)
        printf("%.1f\n%.1f\n", median(raw, repeats), median(stage, repeats));
    PetscCall(PetscFree(b->data));
    return 0;
}

int main(int argc, char **argv)
{
    struct bench b = { .task = { .comm = MPI_COMM_WORLD, .progress_fd = -1 } };
    long mib = argc == 3 ? strtol(argv[1], NULL, 10) : 0;
    long repeats = argc == 3 ? strtol(argv[2], NULL, 10) : 0;

    if (mib < 2 || mib > 8192 || repeats < 1 || repeats > REPEATS_MAX) {
        fprintf(stderr, "usage: stage_write 2..8192 1..%d\n", REPEATS_MAX);
        return 2;
    }
    PetscCall(PetscInitialize(NULL, NULL, NULL, NULL));
    PetscCallMPI(MPI_Comm_dup(MPI_COMM_WORLD, &b.task.agree));
    PetscCallMPI(MPI_Comm_rank(MPI_COMM_WORLD, &b.task.rank));
    PetscCallMPI(MPI_Comm_size(MPI_COMM_WORLD, &b.task.ranks));
    b.mine = (PetscInt)(mib << 17) / b.task.ranks;
    PetscCall(run_all(&b, (int)repeats));
    PetscCallMPI(MPI_Comm_free(&b.task.agree));
    return (int)PetscFinalize();
}

/* main.c - fedtwin-hello: do the ranks of an MPI program find each other?
 *
 * Rank 0 prints "RANKS NODES HOST...", one host for each node, once all have
 * exchanged something.  'fedtwin site test' starts it as a stage would be.
 */
#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Every name once; they are few. */
static void print_hosts(const char *name, int n_ranks)
{
    int n_nodes = 0;

    for (int pass = 0; pass < 2; pass++) {
        if (pass)
            printf("%d %d", n_ranks, n_nodes);
        for (int i = 0; i < n_ranks; i++) {
            const char *one = name + (size_t)i * MPI_MAX_PROCESSOR_NAME;
            int first = 0;

            while (strcmp(name + (size_t)first * MPI_MAX_PROCESSOR_NAME, one))
                first++;
            if (first < i)
                continue;
            if (pass)
                printf(" %s", one);
            else
                n_nodes++;
        }
    }
    printf("\n");
}

int main(int argc, char **argv)
{
    char own[MPI_MAX_PROCESSOR_NAME] = "", *all = NULL;
    long rank_sum = 0, mine;
    int rank, size, length;

    MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    MPI_Get_processor_name(own, &length);
    mine = rank;
    MPI_Allreduce(&mine, &rank_sum, 1, MPI_LONG, MPI_SUM, MPI_COMM_WORLD);
    if (rank == 0)
        all = malloc((size_t)size * sizeof(own));
    if ((rank == 0 && !all) || rank_sum != (long)size * (size - 1) / 2) {
        fprintf(stderr, "the ranks' numbers add up to %ld\n", rank_sum);
        MPI_Abort(MPI_COMM_WORLD, 1);
    }
    MPI_Gather(own, sizeof(own), MPI_CHAR, all, sizeof(own), MPI_CHAR, 0,
               MPI_COMM_WORLD);
    if (rank == 0)
        print_hosts(all, size);
    free(all);
    MPI_Finalize();
    return 0;
}

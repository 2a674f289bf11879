/* main.c - fedtwin-hello: do the ranks of an MPI program find each other?
 *
 * Rank 0 prints "RANKS NODES HOST...", one host for each node, once all have
 * exchanged something.  'fedtwin site test' starts it as a stage would be.
 *
 *     fedtwin-hello --call PORT WORD HOST...
 *
 * says WORD to the first HOST that listens at PORT, and prints its name.
 */
#include <errno.h>
#include <mpi.h>
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define CONNECT_MS 2000

/* --- calling -------------------------------------------------------------- */

/* Within the time; 0, or -1. */
static int connect_to(int fd, const struct addrinfo *to)
{
    struct pollfd ready = { .fd = fd, .events = POLLOUT };
    socklen_t len = sizeof(int);
    int problem = 0;

    if (connect(fd, to->ai_addr, to->ai_addrlen) == 0)
        return 0;
    if (errno != EINPROGRESS || poll(&ready, 1, CONNECT_MS) != 1 ||
        getsockopt(fd, SOL_SOCKET, SO_ERROR, &problem, &len) < 0 || problem)
        return -1;
    return 0;
}

static int say(const char *host, const char *port, const char *word)
{
    const struct addrinfo kind = { .ai_family = AF_INET,
                                   .ai_socktype = SOCK_STREAM };
    struct addrinfo *to = NULL;
    int fd = -1, rc = -1;

    if (getaddrinfo(host, port, &kind, &to) != 0)
        return -1;
    fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    if (fd >= 0 && connect_to(fd, to) == 0 &&
        send(fd, word, strlen(word), MSG_NOSIGNAL) == (ssize_t)strlen(word))
        rc = 0;
    if (fd >= 0)
        close(fd);
    freeaddrinfo(to);
    return rc;
}

static int call(char **argv)
{
    for (char **host = argv + 2; argv[0] && argv[1] && *host; host++)
        if (say(*host, argv[0], argv[1]) == 0) {
            printf("%s\n", *host);
            return 0;
        }
    return 1;
}

/* --- MPI ------------------------------------------------------------------ */

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

    if (argc > 1 && strcmp(argv[1], "--call") == 0)
        return call(argv + 2);
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

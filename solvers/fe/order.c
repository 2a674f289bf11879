/* order.c - breadth first through cells: each cell is opened once */
#include "fe/order.h"

/* The cells of each node: cells start[i] .. start[i + 1] of 'cell'. */
struct around {
    PetscCount *start;
    PetscInt *cell;
};

static PetscErrorCode find_around(PetscInt n, PetscInt n_cells,
                                  const PetscCount first[],
                                  const PetscInt node[], struct around *around)
{
    PetscFunctionBeginUser;
    PetscCall(PetscCalloc1(n + 2, &around->start));
    for (PetscCount k = 0; k < first[n_cells]; k++)
        if (node[k] >= 0 && node[k] < n)
            around->start[node[k] + 2]++;
    for (PetscInt i = 0; i < n; i++)
        around->start[i + 2] += around->start[i + 1];
    PetscCall(PetscMalloc1(around->start[n + 1], &around->cell));
    for (PetscInt c = 0; c < n_cells; c++)
        for (PetscCount k = first[c]; k < first[c + 1]; k++)
            if (node[k] >= 0 && node[k] < n)
                around->cell[around->start[node[k] + 1]++] = c;
    PetscFunctionReturn(0);
}

PetscErrorCode fe_order(PetscInt n, PetscInt n_cells, const PetscCount first[],
                        const PetscInt node[], PetscInt order[])
{
    struct around around = { 0 };
    PetscInt *queue, done = 0, reached = 0;
    char *opened;

    PetscFunctionBeginUser;
    PetscCall(find_around(n, n_cells, first, node, &around));
    PetscCall(PetscMalloc1(n, &queue));
    PetscCall(PetscCalloc1(n_cells, &opened));
    for (PetscInt i = 0; i < n; i++)
        order[i] = -1;
    for (PetscInt i = 0; i < n; i++) {
        if (order[i] >= 0)
            continue;
        order[i] = reached;
        queue[reached++] = i;
        for (; done < reached; done++)
            for (PetscCount p = around.start[queue[done]];
                 p < around.start[queue[done] + 1]; p++) {
                PetscInt c = around.cell[p];

                for (PetscCount k = first[c]; !opened[c] && k < first[c + 1];
                     k++)
                    if (node[k] >= 0 && node[k] < n && order[node[k]] < 0) {
                        order[node[k]] = reached;
                        queue[reached++] = node[k];
                    }
                opened[c] = 1;
            }
    }
    PetscCall(PetscFree(around.start));
    PetscCall(PetscFree(around.cell));
    PetscCall(PetscFree(queue));
    PetscCall(PetscFree(opened));
    PetscFunctionReturn(0);
}

/* order.h - number the nodes of a part so that neighbours are near in memory
 *
 * Nodes are taken as they are reached from the first one through the cells,
 * layer after layer.  A row of the matrix then has its columns in a few short
 * runs, each a little further than in the row before: processors foresee that.
 * Along a space-filling curve neighbours are near, too, but jump; multigrid
 * took half as much time again.
 */
#ifndef FE_ORDER_H
#define FE_ORDER_H

#include <petscsys.h>

/* The nodes of cell c are node[first[c]] .. node[first[c + 1]]; those below 0
 * or not below 'n' are left out.  order[i] < n is the new number of node i.
 * Parts that hang together nowhere follow each other in the order of their
 * first nodes; each starts at that.  Not collective. */
PetscErrorCode fe_order(PetscInt n, PetscInt n_cells, const PetscCount first[],
                        const PetscInt node[], PetscInt order[]);

#endif

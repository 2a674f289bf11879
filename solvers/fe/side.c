/* side.c - meet each facet with the faces of cells that have its corners
 *
 * A facet and its cells may be on different ranks: both send what they know
 * to the owner of the smallest corner, which answers the facet.
 */
#include "fe/side.h"

#include <stdlib.h>

#include "fe/comm.h"

#define CORNERS 4 /* of a face, at most */

/* The faces of a cell by its corners, turning right-handed round the normal
 * that points out; -1 fills up. */
static const struct faces {
    int dim, corners, n;
    signed char face[6][CORNERS];
} shapes[] = {
    { 2, 3, 3, { { 0, 1, -1, -1 }, { 1, 2, -1, -1 }, { 2, 0, -1, -1 } } },
    { 2, 4, 4, { { 0, 1, -1, -1 }, { 1, 2, -1, -1 }, { 2, 3, -1, -1 },
                 { 3, 0, -1, -1 } } },
    { 3, 4, 4, { { 0, 2, 1, -1 }, { 0, 1, 3, -1 }, { 1, 2, 3, -1 },
                 { 0, 3, 2, -1 } } },
    { 3, 8, 6, { { 0, 3, 2, 1 }, { 4, 5, 6, 7 }, { 0, 1, 5, 4 },
                 { 1, 2, 6, 5 }, { 2, 3, 7, 6 }, { 3, 0, 4, 7 } } },
};

struct item {
    PetscInt node[CORNERS]; /* numbers, rising; -1 in front */
    PetscInt facet;         /* on its rank; -1: a face of a cell */
    PetscMPIInt from;
    int turn;               /* of the corners as they were given, 1 or -1 */
    int sign;               /* the answer */
};

static int rising(const void *a, const void *b)
{
    PetscInt x = *(const PetscInt *)a, y = *(const PetscInt *)b;

    return (x > y) - (x < y);
}

/* Faces first, then the facet that asks for them. */
static int by_corners(const void *a, const void *b)
{
    const struct item *p = a, *q = b;

    for (int i = 0; i < CORNERS; i++)
        if (p->node[i] != q->node[i])
            return p->node[i] < q->node[i] ? -1 : 1;
    return (p->facet > q->facet) - (p->facet < q->facet);
}

/* 'n' corners in the order of a turn. */
static void fill_item(struct item *item, int n, const PetscInt number[])
{
    int least = 0;

    for (int i = 0; i < CORNERS; i++)
        item->node[i] = i < n ? number[i] : -1;
    for (int i = 1; i < n; i++)
        if (number[i] < number[least])
            least = i;
    item->turn = number[(least + 1) % n] < number[(least + n - 1) % n]
        ? 1 : -1;
    if (n == 2)
        item->turn = number[0] < number[1] ? 1 : -1;
    qsort(item->node, CORNERS, sizeof(item->node[0]), rising);
}

static const struct faces *faces_of(const struct fe_elem *elem, int corners)
{
    for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++)
        if (shapes[i].dim == elem->dim && shapes[i].corners == corners)
            return &shapes[i];
    return NULL;
}

/* Nodes of facets, known to all ranks that have the node. */
static PetscErrorCode mark_nodes(const struct fe_mesh *mesh, PetscInt mark[])
{
    PetscFunctionBeginUser;
    for (int b = mesh->n_cell_blocks; b < mesh->n_blocks; b++)
        for (PetscInt i = 0;
             i < mesh->block[b].n * mesh->block[b].elem->nodes; i++)
            mark[mesh->block[b].node[i]] = 1;
    PetscCall(PetscSFReduceBegin(mesh->halo, MPIU_INT, mark + mesh->n_owned,
                                 mark, MPI_MAX));
    PetscCall(PetscSFReduceEnd(mesh->halo, MPIU_INT, mark + mesh->n_owned,
                               mark, MPI_MAX));
    PetscCall(PetscSFBcastBegin(mesh->halo, MPIU_INT, mark,
                                mark + mesh->n_owned, MPI_REPLACE));
    PetscCall(PetscSFBcastEnd(mesh->halo, MPIU_INT, mark,
                              mark + mesh->n_owned, MPI_REPLACE));
    PetscFunctionReturn(0);
}

/* The faces of the cells of a block whose corners are all marked, from
 * item[n] on; with 'item' NULL they are only counted.  How many then. */
static PetscInt add_faces(const struct fe_mesh *mesh, int b,
                          const PetscInt mark[], PetscMPIInt rank, PetscInt n,
                          struct item item[])
{
    const struct fe_block *block = &mesh->block[b];
    const struct faces *shape = faces_of(block->elem, block->elem->corners);

    for (PetscInt c = 0; c < block->n; c++)
        for (int f = 0; f < shape->n; f++) {
            PetscInt number[CORNERS];
            int k = 0;

            for (; k < CORNERS && shape->face[f][k] >= 0; k++) {
                PetscInt i = block->node[c * block->elem->nodes +
                                         shape->face[f][k]];

                if (!mark[i])
                    break;
                number[k] = fe_mesh_number(mesh, i);
            }
            if (k < CORNERS && shape->face[f][k] >= 0)
                continue;
            if (item) {
                item[n] = (struct item){ .facet = -1, .from = rank };
                fill_item(&item[n], k, number);
            }
            n++;
        }
    return n;
}

static PetscInt add_facets(const struct fe_mesh *mesh, PetscMPIInt rank,
                           PetscInt n, struct item item[])
{
    PetscInt facet = 0;

    for (int b = mesh->n_cell_blocks; b < mesh->n_blocks; b++) {
        const struct fe_block *block = &mesh->block[b];

        for (PetscInt c = 0; c < block->n; c++, n++, facet++) {
            PetscInt number[CORNERS];

            for (int k = 0; item && k < block->elem->corners; k++)
                number[k] = fe_mesh_number(
                    mesh, block->node[c * block->elem->nodes + k]);
            if (!item)
                continue;
            item[n] = (struct item){ .facet = facet, .from = rank };
            fill_item(&item[n], block->elem->corners, number);
        }
    }
    return n;
}

static PetscErrorCode collect(const struct fe_mesh *mesh, PetscInt *n,
                              struct item **item)
{
    PetscInt *mark, at = 0;
    PetscMPIInt rank;

    PetscFunctionBeginUser;
    PetscCallMPI(MPI_Comm_rank(mesh->comm, &rank));
    PetscCall(PetscCalloc1(mesh->n_owned + mesh->n_ghosts, &mark));
    PetscCall(mark_nodes(mesh, mark));
    *n = add_facets(mesh, rank, 0, NULL);
    for (int b = 0; b < mesh->n_cell_blocks; b++)
        *n = add_faces(mesh, b, mark, rank, *n, NULL);
    PetscCall(PetscMalloc1(*n, item));
    at = add_facets(mesh, rank, 0, *item);
    for (int b = 0; b < mesh->n_cell_blocks; b++)
        at = add_faces(mesh, b, mark, rank, at, *item);
    PetscCall(PetscFree(mark));
    PetscFunctionReturn(0);
}

/* To the owner of the smallest corner. */
static PetscErrorCode find_owners(const struct fe_mesh *mesh, PetscInt n,
                                  const struct item item[],
                                  PetscMPIInt dest[])
{
    PetscLayout layout;

    PetscFunctionBeginUser;
    PetscCall(PetscLayoutCreateFromSizes(mesh->comm, mesh->n_owned,
                                         PETSC_DECIDE, 1, &layout));
    for (PetscInt i = 0; i < n; i++) {
        int k = 0;

        while (item[i].node[k] < 0)
            k++;
        PetscCall(PetscLayoutFindOwner(layout, item[i].node[k], &dest[i]));
    }
    PetscCall(PetscLayoutDestroy(&layout));
    PetscFunctionReturn(0);
}

static bool same_face(const struct item *p, const struct item *q)
{
    for (int i = 0; i < CORNERS; i++)
        if (p->node[i] != q->node[i])
            return false;
    return true;
}

/* Answer the facets among the sorted items and bring them to the front; how
 * many they are. */
static PetscInt answer(PetscInt n, struct item item[], PetscMPIInt dest[])
{
    struct item last = { .node = { -1, -1, -1, -1 } };
    PetscInt facets = 0;
    int faces = 0, turn = 0;

    for (PetscInt i = 0; i < n; i++) {
        struct item asked = item[i]; /* item[facets] may be this one */

        if (!same_face(&last, &asked))
            faces = 0;
        last = asked;
        if (asked.facet < 0) {
            faces++;
            turn = asked.turn;
            continue;
        }
        asked.sign = faces == 1 ? turn * asked.turn : 0;
        dest[facets] = asked.from;
        item[facets++] = asked;
    }
    return facets;
}

PetscErrorCode fe_sides(const struct fe_mesh *mesh, int sign[])
{
    struct item *item, *met, *back;
    PetscMPIInt *dest;
    PetscInt n, m;
    void *got;

    PetscFunctionBeginUser;
    PetscCall(collect(mesh, &n, &item));
    PetscCall(PetscMalloc1(n, &dest));
    PetscCall(find_owners(mesh, n, item, dest));
    PetscCall(fe_exchange(mesh->comm, n, dest, sizeof(*item), item, &m, &got));
    PetscCall(PetscFree(item));
    PetscCall(PetscFree(dest));
    met = got;
    PetscCall(PetscMalloc1(m, &dest));
    qsort(met, (size_t)m, sizeof(*met), by_corners);
    n = answer(m, met, dest);
    PetscCall(fe_exchange(mesh->comm, n, dest, sizeof(*met), met, &m, &got));
    back = got;
    for (PetscInt i = 0; i < m; i++)
        sign[back[i].facet] = back[i].sign;
    PetscCall(PetscFree(met));
    PetscCall(PetscFree(dest));
    PetscCall(PetscFree(back));
    PetscFunctionReturn(0);
}

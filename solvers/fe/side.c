/* side.c - meet each facet with the faces of cells that have its corners
 *
 * A facet and its cells may be on different ranks: both send what they know
 * to the owner of the smallest corner, which answers the facet.
 */
#include "fe/side.h"

#include <stdlib.h>

#include "fe/comm.h"
#include "fe/face.h"

struct item {
    int64_t face[FE_FACE_MAX]; /* fe_face_key() of the numbers of its corners */
    PetscInt facet;            /* on its rank; -1: a face of a cell */
    PetscMPIInt from;
    int turn;                  /* of the corners as they were given, 1 or -1 */
    int sign;                  /* the answer */
};

/* Faces first, then the facet that asks for them. */
static int by_corners(const void *a, const void *b)
{
    const struct item *p = a, *q = b;
    int order = fe_face_compare(p->face, q->face);

    return order ? order : (p->facet > q->facet) - (p->facet < q->facet);
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
    const struct fe_faces *shape = fe_elem_faces(block->elem);

    for (PetscInt c = 0; c < block->n; c++)
        for (int f = 0; f < shape->n; f++) {
            int64_t number[FE_FACE_MAX];
            int k = 0;

            for (; k < FE_FACE_MAX && shape->corner[f][k] >= 0; k++) {
                PetscInt i = block->node[c * block->elem->nodes +
                                         shape->corner[f][k]];

                if (!mark[i])
                    break;
                number[k] = fe_mesh_number(mesh, i);
            }
            if (k < FE_FACE_MAX && shape->corner[f][k] >= 0)
                continue;
            if (item) {
                item[n] = (struct item){ .facet = -1, .from = rank };
                item[n].turn = fe_face_key(k, number, item[n].face);
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
            int64_t number[FE_FACE_MAX];

            for (int k = 0; item && k < block->elem->corners; k++)
                number[k] = fe_mesh_number(
                    mesh, block->node[c * block->elem->nodes + k]);
            if (!item)
                continue;
            item[n] = (struct item){ .facet = facet, .from = rank };
            item[n].turn = fe_face_key(block->elem->corners, number,
                                       item[n].face);
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

        while (item[i].face[k] < 0)
            k++;
        PetscCall(PetscLayoutFindOwner(layout, (PetscInt)item[i].face[k],
                                       &dest[i]));
    }
    PetscCall(PetscLayoutDestroy(&layout));
    PetscFunctionReturn(0);
}

/* Answer the facets among the sorted items and bring them to the front; how
 * many they are. */
static PetscInt answer(PetscInt n, struct item item[], PetscMPIInt dest[])
{
    struct item last = { .face = { -1, -1, -1, -1 } };
    PetscInt facets = 0;
    int faces = 0, turn = 0;

    for (PetscInt i = 0; i < n; i++) {
        struct item asked = item[i]; /* item[facets] may be this one */

        if (fe_face_compare(last.face, asked.face) != 0)
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

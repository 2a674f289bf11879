/* raise.c - new points in the middle of edges, faces and cells
 *
 * A new point is known by the numbers of the corners around it.  Each rank
 * asks for those of its cells; the rank that read the first of the corners
 * counts each of them once and answers with its number:
 *
 *     cells here -> asks, each once -> owner: sorted, numbered -> answers
 *
 * The key of a point is (a, b, -1) on an edge and (a, b, c) on a face, with the
 * lowest corners in ascending order: cells that share three corners of a face
 * share the face.  Middles of hexahedra belong to one cell, but take the same
 * way as (a, cell, -2).
 */
#include "physics/raise.h"

#include <stdlib.h>
#include <string.h>

#include "fe/comm.h"
#include "fe/elem.h"
#include "physics/points.h"

#define KEY 3

/* A new point: asked for here, answered by the rank that owns it. */
struct ask {
    int64_t key[KEY];
    double x[3];
    PetscInt rank, at; /* who asks, and his number of it */
};

struct answer {
    PetscInt at;
    int64_t number;
};

/* A place in the list of nodes of a raised cell that waits for its point. */
struct want {
    int64_t key[KEY];
    PetscInt node; /* position in the new list of nodes */
    PetscInt cell; /* mine, counted from 0 */
    int which;     /* of its nodes */
};

struct raiser {
    struct stg_task *task;
    struct stg_mesh *mesh;
    const struct fe_elem **elem; /* of each of my cells, raised */
    int64_t *offset, *node;      /* the new ones */
    double (*x)[3];              /* of the old nodes of my cells */
    struct want *want;
    struct ask *ask;
    PetscInt n_want, n_ask;
    int64_t *number;             /* answers to my asks */
    PetscInt n_new;              /* new points counted here ... */
    double (*new_x)[3];          /* ... and their places */
};

/* --- what is asked for --------------------------------------------------- */

static PetscErrorCode find_elements(struct raiser *r)
{
    const struct stg_mesh *mesh = r->mesh;
    PetscErrorCode rc = 0;
    PetscInt n = 0;

    PetscFunctionBeginUser;
    PetscCall(PetscMalloc1(mesh->my_cells, &r->elem));
    PetscCall(PetscMalloc1(mesh->my_cells + 1, &r->offset));
    r->offset[0] = 0;
    for (int64_t c = 0; c < mesh->my_cells && !rc; c++) {
        const struct fe_elem *elem = fe_elem_vtk(mesh->type[c]);

        if (!elem || elem->order != 1) {
            rc = stg_fail(r->task, "cell %lld of the mesh is a %s: second "
                          "order needs a mesh of segments, triangles, "
                          "quadrilaterals, tetrahedra and hexahedra of one "
                          "order", (long long)(mesh->first_cell + c),
                          stg_cell_type(mesh->type[c])->name);
            break;
        }
        r->elem[c] = fe_elem_vtk(elem->raised);
        r->offset[c + 1] = r->offset[c] + r->elem[c]->nodes;
        n += r->elem[c]->nodes - r->elem[c]->corners;
    }
    PetscCall(stg_agree(r->task, rc));
    PetscCall(PetscMalloc1(r->offset[mesh->my_cells], &r->node));
    PetscCall(PetscMalloc1(n, &r->want));
    PetscFunctionReturn(0);
}

static int by_number(const void *a, const void *b)
{
    int64_t p = *(const int64_t *)a, q = *(const int64_t *)b;

    return p < q ? -1 : p > q;
}

static int by_key(const void *a, const void *b)
{
    const int64_t *p = a, *q = b; /* the key is the first member */

    for (int i = 0; i < KEY; i++)
        if (p[i] != q[i])
            return p[i] < q[i] ? -1 : 1;
    return 0;
}

/* The key of node 'i' of a cell with a number and the corners 'node'. */
static void make_key(const struct fe_elem *elem, int i, int64_t cell,
                     const int64_t node[], int64_t key[KEY])
{
    int corner[FE_MAX_CORNERS], n = fe_elem_parents(elem, i, corner);
    int64_t all[FE_MAX_CORNERS];

    for (int k = 0; k < n; k++)
        all[k] = node[corner[k]];
    qsort(all, (size_t)n, sizeof(all[0]), by_number);
    for (int k = 0; k < KEY; k++)
        key[k] = k < n ? all[k] : -1;
    if (n == FE_MAX_CORNERS) {
        key[1] = cell;
        key[2] = -2;
    }
}

static void list_wants(struct raiser *r)
{
    const struct stg_mesh *mesh = r->mesh;

    for (int64_t c = 0; c < mesh->my_cells; c++) {
        const struct fe_elem *elem = r->elem[c];
        const int64_t *old = mesh->node + mesh->offset[c];

        memcpy(r->node + r->offset[c], old,
               (size_t)elem->corners * sizeof(old[0]));
        for (int i = elem->corners; i < elem->nodes; i++) {
            struct want *want = &r->want[r->n_want++];

            want->node = (PetscInt)r->offset[c] + i;
            want->cell = (PetscInt)c;
            want->which = i;
            make_key(elem, i, mesh->first_cell + c, old, want->key);
        }
    }
    qsort(r->want, (size_t)r->n_want, sizeof(r->want[0]), by_key);
}

/* The place of a new point.  Its corners are added in ascending order, so that
 * every rank that asks for it says the same. */
static void find_middle(const struct raiser *r, const struct want *want,
                        double x[3])
{
    const struct fe_elem *elem = r->elem[want->cell];
    int64_t first = r->mesh->offset[want->cell];
    int corner[FE_MAX_CORNERS], n = fe_elem_parents(elem, want->which, corner);
    int64_t last = -1;

    x[0] = x[1] = x[2] = 0;
    for (int turn = 0; turn < n; turn++) {
        int next = -1;

        for (int k = 0; k < n; k++) {
            int64_t number = r->mesh->node[first + corner[k]];

            if (number > last &&
                (next < 0 || number < r->mesh->node[first + corner[next]]))
                next = k;
        }
        if (next < 0)
            break; /* a corner twice: the check of the cells will tell */
        last = r->mesh->node[first + corner[next]];
        for (int k = 0; k < 3; k++)
            x[k] += r->x[first + corner[next]][k] / n;
    }
}

/* Coordinates of the nodes of my cells. */
static PetscErrorCode fetch_points(struct raiser *r)
{
    const struct stg_mesh *mesh = r->mesh;
    PetscInt n = (PetscInt)mesh->offset[mesh->my_cells], *at;
    MPI_Datatype triple;
    PetscSF sf;

    PetscFunctionBeginUser;
    PetscCall(PetscMalloc1(n, &at));
    PetscCall(PetscMalloc1(n, &r->x));
    for (PetscInt i = 0; i < n; i++)
        at[i] = (PetscInt)mesh->node[i];
    PetscCall(fe_graph(stg_comm(r->task), (PetscInt)mesh->my_points, n, at,
                       &sf));
    PetscCallMPI(MPI_Type_contiguous(3, MPI_DOUBLE, &triple));
    PetscCallMPI(MPI_Type_commit(&triple));
    PetscCall(PetscSFBcastBegin(sf, triple, mesh->point, r->x, MPI_REPLACE));
    PetscCall(PetscSFBcastEnd(sf, triple, mesh->point, r->x, MPI_REPLACE));
    PetscCallMPI(MPI_Type_free(&triple));
    PetscCall(PetscSFDestroy(&sf));
    PetscCall(PetscFree(at));
    PetscFunctionReturn(0);
}

/* One ask for each key of the sorted wants. */
static PetscErrorCode list_asks(struct raiser *r)
{
    PetscFunctionBeginUser;
    PetscCall(PetscMalloc1(r->n_want, &r->ask));
    for (PetscInt i = 0; i < r->n_want; i++) {
        struct ask *ask = &r->ask[r->n_ask];

        if (i > 0 && by_key(&r->want[i - 1], &r->want[i]) == 0)
            continue;
        memcpy(ask->key, r->want[i].key, sizeof(ask->key));
        find_middle(r, &r->want[i], ask->x);
        ask->rank = stg_rank(r->task);
        ask->at = r->n_ask++;
    }
    PetscFunctionReturn(0);
}

/* --- numbers ------------------------------------------------------------- */

/* Number what the others ask for, and answer.  'asks' is sorted here. */
static PetscErrorCode answer(struct raiser *r, PetscInt n, struct ask asks[])
{
    struct answer *reply;
    PetscMPIInt *dest;
    PetscInt start, n_got, at = -1;
    void *got;

    PetscFunctionBeginUser;
    qsort(asks, (size_t)n, sizeof(asks[0]), by_key);
    for (PetscInt i = 0; i < n; i++)
        r->n_new += i == 0 || by_key(&asks[i - 1], &asks[i]) != 0;
    PetscCall(fe_start(stg_comm(r->task), r->n_new, &start));
    PetscCall(PetscMalloc1(r->n_new, &r->new_x));
    PetscCall(PetscMalloc2(n, &reply, n, &dest));
    for (PetscInt i = 0; i < n; i++) {
        if (i == 0 || by_key(&asks[i - 1], &asks[i]) != 0)
            memcpy(r->new_x[++at], asks[i].x, sizeof(asks[i].x));
        reply[i] = (struct answer){ asks[i].at, r->mesh->points + start + at };
        dest[i] = (PetscMPIInt)asks[i].rank;
    }
    PetscCall(fe_exchange(stg_comm(r->task), n, dest, sizeof(reply[0]), reply,
                          &n_got, &got));
    PetscCall(PetscMalloc1(r->n_ask, &r->number));
    for (PetscInt i = 0; i < n_got; i++)
        r->number[((struct answer *)got)[i].at] =
            ((struct answer *)got)[i].number;
    PetscCall(PetscFree(got));
    PetscCall(PetscFree2(reply, dest));
    PetscFunctionReturn(0);
}

/* Ask the rank that read the first corner. */
static PetscErrorCode number_points(struct raiser *r)
{
    PetscLayout layout;
    PetscMPIInt *dest;
    PetscInt n_got;
    void *got;

    PetscFunctionBeginUser;
    PetscCall(PetscLayoutCreateFromSizes(stg_comm(r->task),
                                         (PetscInt)r->mesh->my_points,
                                         PETSC_DECIDE, 1, &layout));
    PetscCall(PetscMalloc1(r->n_ask, &dest));
    for (PetscInt i = 0; i < r->n_ask; i++)
        PetscCall(PetscLayoutFindOwner(layout, (PetscInt)r->ask[i].key[0],
                                       &dest[i]));
    PetscCall(fe_exchange(stg_comm(r->task), r->n_ask, dest,
                          sizeof(r->ask[0]), r->ask, &n_got, &got));
    PetscCall(PetscLayoutDestroy(&layout));
    PetscCall(PetscFree(dest));
    PetscCall(answer(r, n_got, got));
    PetscCall(PetscFree(got));
    PetscFunctionReturn(0);
}

static void fill_nodes(struct raiser *r)
{
    PetscInt at = -1;

    for (PetscInt i = 0; i < r->n_want; i++) {
        at += i == 0 || by_key(&r->want[i - 1], &r->want[i]) != 0;
        r->node[r->want[i].node] = r->number[at];
    }
}

static PetscErrorCode release(struct raiser *r)
{
    PetscFunctionBeginUser;
    PetscCall(PetscFree(r->elem));
    PetscCall(PetscFree(r->offset));
    PetscCall(PetscFree(r->node));
    PetscCall(PetscFree(r->x));
    PetscCall(PetscFree(r->want));
    PetscCall(PetscFree(r->ask));
    PetscCall(PetscFree(r->number));
    PetscCall(PetscFree(r->new_x));
    PetscFunctionReturn(0);
}

static PetscErrorCode raise_cells(struct raiser *r)
{
    struct stg_mesh *mesh = r->mesh;

    PetscFunctionBeginUser;
    PetscCall(find_elements(r));
    list_wants(r);
    PetscCall(fetch_points(r));
    PetscCall(list_asks(r));
    PetscCall(number_points(r));
    fill_nodes(r);
    PetscCall(phy_points_add(r->task, mesh, r->n_new, r->new_x));
    for (int64_t c = 0; c < mesh->my_cells; c++)
        mesh->type[c] = (uint8_t)r->elem[c]->vtk;
    PetscCall(PetscFree(mesh->offset));
    PetscCall(PetscFree(mesh->node));
    mesh->offset = r->offset;
    mesh->node = r->node;
    mesh->order = 2;
    r->offset = r->node = NULL;
    PetscFunctionReturn(0);
}

PetscErrorCode phy_raise(struct stg_task *task, struct stg_mesh *mesh)
{
    struct raiser r = { .task = task, .mesh = mesh };
    PetscErrorCode rc;
    int straight = 0;

    PetscFunctionBeginUser;
    for (int64_t c = 0; c < mesh->my_cells; c++)
        straight |= stg_cell_type(mesh->type[c])->order == 1;
    PetscCallMPI(MPI_Allreduce(MPI_IN_PLACE, &straight, 1, MPI_INT, MPI_LOR,
                               stg_comm(task)));
    if (!straight)
        PetscFunctionReturn(0);
    rc = raise_cells(&r);
    PetscCall(release(&r));
    PetscFunctionReturn(rc);
}

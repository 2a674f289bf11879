/* around.c - parts of the cells around each point, by union-find */
#include "physics/around.h"

#include <stdlib.h>

static int compare(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

/* Cells first. */
static int by_cell(const void *a, const void *b)
{
    const struct phy_meet *p = a, *q = b;
    int order = compare(p->point, q->point);

    if (!order)
        order = compare(q->kind == PHY_CELL, p->kind == PHY_CELL);
    return order ? order : compare(p->number, q->number);
}

/* Contacts first, then other facets. */
static int by_face(const void *a, const void *b)
{
    const struct phy_meet *p = a, *q = b;
    int order = compare(p->point, q->point);

    if (!order)
        order = fe_face_compare(p->face, q->face);
    if (!order)
        order = compare(p->kind, q->kind);
    return order ? order : compare(p->number, q->number);
}

static PetscInt find_slot(PetscInt up[], PetscInt i)
{
    while (up[i] != i) {
        up[i] = up[up[i]]; /* halve the path */
        i = up[i];
    }
    return i;
}

/* A cell at a point has the slot of its first face there; the slots of a point
 * rise with its cells. */
static PetscErrorCode make_slots(struct phy_around *around)
{
    struct phy_meet *met = around->met;

    PetscFunctionBeginUser;
    qsort(met, (size_t)around->n, sizeof(*met), by_cell);
    PetscCall(PetscMalloc1(around->n, &around->up));
    PetscCall(PetscMalloc1(around->n, &around->point));
    for (PetscInt i = 0; i < around->n; i++) {
        bool again = i > 0 && by_cell(&met[i - 1], &met[i]) == 0;

        met[i].slot = again ? met[i - 1].slot : i;
        around->up[i] = i;
        around->point[i] = again || met[i].kind != PHY_CELL ? -1
                                                            : met[i].point;
    }
    qsort(met, (size_t)around->n, sizeof(*met), by_face);
    PetscFunctionReturn(0);
}

/* One face at one point: the facets on it and then its cells. */
struct face {
    const struct phy_meet *meet;
    PetscInt facets, cells;
};

/* The face that begins with met[i]; where the next one begins. */
static PetscInt next_face(const struct phy_around *around, PetscInt i,
                          struct face *face)
{
    const struct phy_meet *met = around->met;

    *face = (struct face){ .meet = &met[i] };
    for (; i < around->n && met[i].point == face->meet->point &&
           fe_face_compare(met[i].face, face->meet->face) == 0; i++)
        *(met[i].kind == PHY_CELL ? &face->cells : &face->facets) += 1;
    return i;
}

/* What is wrong with a face that has a contact, or NULL. */
static const char *fault_of(const struct face *face)
{
    if (face->facets > 1)
        return "that is listed twice";
    if (face->cells < 2)
        return "with a body on one side only";
    return face->cells > 2 ? "at which more than two cells meet" : NULL;
}

PetscErrorCode phy_around_join(struct phy_around *around,
                               const struct phy_meet **fault,
                               const char **what)
{
    struct face face;

    PetscFunctionBeginUser;
    *what = NULL;
    PetscCall(make_slots(around));
    for (PetscInt i = 0; i < around->n && !*what;) {
        i = next_face(around, i, &face);
        if (face.meet->kind == PHY_CONTACT) {
            *fault = face.meet;
            *what = fault_of(&face);
            continue;
        }
        for (PetscInt k = 1; k < face.cells; k++) {
            const struct phy_meet *cell = face.meet + face.facets + k;
            PetscInt p = find_slot(around->up, cell[-1].slot);
            PetscInt q = find_slot(around->up, cell->slot);

            around->up[PetscMax(p, q)] = PetscMin(p, q);
        }
    }
    PetscFunctionReturn(0);
}

PetscErrorCode phy_around_release(struct phy_around *around)
{
    PetscFunctionBeginUser;
    PetscCall(PetscFree(around->met));
    PetscCall(PetscFree(around->up));
    PetscCall(PetscFree(around->point));
    PetscFunctionReturn(0);
}

/* Does slot 'i' stand for a part that is not the first one at its point?
 * '*last' is the point of the part before. */
static bool is_new(struct phy_around *around, PetscInt i, int64_t *last)
{
    int64_t before = *last;

    if (around->point[i] < 0 || find_slot(around->up, i) != i)
        return false;
    *last = around->point[i];
    return *last == before;
}

PetscErrorCode phy_around_number(MPI_Comm comm, struct phy_around *around,
                                 struct phy_split *split)
{
    int64_t last = -1;
    PetscInt start;

    PetscFunctionBeginUser;
    PetscCall(PetscMalloc1(around->n, &split->origin));
    for (PetscInt i = 0; i < around->n; i++)
        if (is_new(around, i, &last))
            split->origin[split->n++] = (PetscInt)last;
    PetscCall(fe_start(comm, split->n, &start));
    split->first = split->points + start;
    last = -1;
    for (PetscInt i = 0, k = 0; i < around->n; i++)
        if (is_new(around, i, &last))
            around->point[i] = split->first + k++;
    PetscFunctionReturn(0);
}

/* Is 'a' the first side of the facet? */
static bool is_first(const struct phy_meet *facet, const struct phy_meet *a,
                     const struct phy_meet *b)
{
    if (a->group != b->group)
        return a->group < b->group;
    if (a->turn != b->turn) /* the normals of a and facet are one */
        return a->turn == facet->turn;
    return a->number < b->number;
}

/* Replies for the facets and cells of a face. */
static void answer_face(struct phy_around *around, const struct face *face,
                        struct phy_reply reply[], PetscMPIInt dest[])
{
    const struct phy_meet *cell = face->meet + face->facets, *side[2];

    side[0] = cell;
    side[1] = cell + (face->cells > 1);
    if (face->meet->kind == PHY_CONTACT && !is_first(face->meet, cell, side[1]))
        side[0] = side[1], side[1] = cell;
    for (PetscInt k = 0; k < face->facets + face->cells; k++) {
        const struct phy_meet *meet = face->meet + k;

        reply[k].at = meet->at;
        dest[k] = (PetscMPIInt)meet->rank;
        for (int e = 0; e < 2; e++) {
            const struct phy_meet *at = k < face->facets ? side[e] : meet;

            reply[k].point[e] = face->cells == 0
                ? meet->point
                : around->point[find_slot(around->up, at->slot)];
        }
    }
}

void phy_around_answer(struct phy_around *around, struct phy_reply reply[],
                       PetscMPIInt dest[])
{
    struct face face;

    for (PetscInt i = 0, next; i < around->n; i = next) {
        next = next_face(around, i, &face);
        answer_face(around, &face, reply + i, dest + i);
    }
}

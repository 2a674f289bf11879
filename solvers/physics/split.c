/* split.c - points on contacts become one point for each body that meets there
 *
 * Cells and facets with such a point tell the rank that read it which faces of
 * theirs have the point; it finds the parts (around.h) and answers:
 *
 *     cells, facets here -> phy_meet  -> owner of the point
 *                        <- phy_reply <-
 */
#include "physics/split.h"

#include <stdio.h>
#include <string.h>

#include "fe/comm.h"
#include "fe/face.h"
#include "physics/around.h"
#include "physics/points.h"

struct splitter {
    struct stg_task *task;
    const char *name;      /* of the parameter */
    struct stg_mesh *mesh;
    char *is_contact;      /* by group */
    PetscInt *on_contact;  /* by place in the list of nodes */
    struct phy_meet *ask;
    PetscInt n_ask, most_ask;
    struct phy_around around; /* what arrived */
    int64_t *other;        /* by place: the point on the other side */
    struct phy_split *split;
};

/* --- what is on a contact ------------------------------------------------ */

static PetscErrorCode find_groups(struct splitter *s, bool *some)
{
    struct stg_value all = stg_params(s->task), map, v;
    const char *name;
    size_t n = 0;

    PetscFunctionBeginUser;
    PetscCall(PetscCalloc1(s->mesh->n_groups + 1, &s->is_contact));
    if (stg_has(&all, s->name)) {
        PetscCall(stg_get(&all, s->name, &map));
        PetscCall(stg_count(&map, &n));
    }
    *some = n > 0;
    for (size_t i = 0; i < n; i++) {
        const struct stg_group *group;

        PetscCall(stg_member(&map, i, &name, &v));
        group = stg_group_named(s->mesh, s->mesh->dimension - 1, name);
        if (group) /* who reads the conditions complains of others */
            s->is_contact[group - s->mesh->groups] = 1;
    }
    PetscFunctionReturn(0);
}

/* The position of the group of cell 'c', n_groups without. */
static int group_of(const struct stg_mesh *mesh, int64_t c)
{
    const struct stg_group *group = stg_group_with_id(mesh, mesh->group[c]);

    return group ? (int)(group - mesh->groups) : (int)mesh->n_groups;
}

static enum phy_kind kind_of(const struct splitter *s, int64_t c)
{
    const struct stg_mesh *mesh = s->mesh;

    if (stg_cell_type(mesh->type[c])->dimension == mesh->dimension)
        return PHY_CELL;
    return s->is_contact[group_of(mesh, c)] ? PHY_CONTACT : PHY_FACET;
}

/* Every rank learns which nodes of its cells are on a contact. */
static PetscErrorCode mark_points(struct splitter *s, bool *some)
{
    const struct stg_mesh *mesh = s->mesh;
    PetscInt n = (PetscInt)mesh->offset[mesh->my_cells], *at, *of_point;
    int found = 0;
    PetscSF sf;

    PetscFunctionBeginUser;
    PetscCall(PetscMalloc1(n, &at));
    PetscCall(PetscCalloc1(n, &s->on_contact));
    PetscCall(PetscCalloc1(mesh->my_points, &of_point));
    for (PetscInt i = 0; i < n; i++)
        at[i] = (PetscInt)mesh->node[i];
    for (int64_t c = 0; c < mesh->my_cells; c++)
        for (int64_t i = mesh->offset[c];
             kind_of(s, c) == PHY_CONTACT && i < mesh->offset[c + 1]; i++)
            s->on_contact[i] = found = 1;
    PetscCall(fe_graph(stg_comm(s->task), (PetscInt)mesh->my_points, n, at,
                       &sf));
    PetscCall(PetscSFReduceBegin(sf, MPIU_INT, s->on_contact, of_point,
                                 MPI_MAX));
    PetscCall(PetscSFReduceEnd(sf, MPIU_INT, s->on_contact, of_point,
                               MPI_MAX));
    PetscCall(PetscSFBcastBegin(sf, MPIU_INT, of_point, s->on_contact,
                                MPI_REPLACE));
    PetscCall(PetscSFBcastEnd(sf, MPIU_INT, of_point, s->on_contact,
                              MPI_REPLACE));
    PetscCall(PetscSFDestroy(&sf));
    PetscCall(PetscFree(at));
    PetscCall(PetscFree(of_point));
    PetscCallMPI(MPI_Allreduce(MPI_IN_PLACE, &found, 1, MPI_INT, MPI_LOR,
                               stg_comm(s->task)));
    *some = found != 0;
    PetscFunctionReturn(0);
}

/* --- what is sent -------------------------------------------------------- */

static PetscErrorCode ask(struct splitter *s, const struct phy_meet *meet)
{
    PetscFunctionBeginUser;
    if (s->n_ask == s->most_ask) {
        s->most_ask = 2 * s->most_ask + 64;
        PetscCall(PetscRealloc((size_t)s->most_ask * sizeof(*s->ask),
                               &s->ask));
    }
    s->ask[s->n_ask++] = *meet;
    PetscFunctionReturn(0);
}

/* Node 'i' of cell 'c' is on a contact: the faces that have it. */
static PetscErrorCode ask_cell(struct splitter *s, int64_t c, int i,
                               struct phy_meet *meet)
{
    const struct fe_elem *elem = fe_elem_vtk(s->mesh->type[c]);
    const struct fe_faces *faces = fe_elem_faces(elem);
    const int64_t *node = s->mesh->node + s->mesh->offset[c];

    PetscFunctionBeginUser;
    for (int f = 0; f < faces->n; f++) {
        int64_t number[FE_FACE_MAX];
        int n = 0;

        if (!fe_face_has(elem, f, i))
            continue;
        for (; n < FE_FACE_MAX && faces->corner[f][n] >= 0; n++)
            number[n] = node[faces->corner[f][n]];
        meet->turn = fe_face_key(n, number, meet->face);
        PetscCall(ask(s, meet));
    }
    PetscFunctionReturn(0);
}

static PetscErrorCode list_asks(struct splitter *s)
{
    const struct stg_mesh *mesh = s->mesh;

    PetscFunctionBeginUser;
    for (int64_t c = 0; c < mesh->my_cells; c++) {
        const struct fe_elem *elem = fe_elem_vtk(mesh->type[c]);
        const int64_t *node = mesh->node + mesh->offset[c];
        struct phy_meet meet = { .number = mesh->first_cell + c,
                                 .rank = stg_rank(s->task) };

        if (elem->dim < mesh->dimension - 1)
            continue; /* an edge keeps the points with the old numbers */
        for (int i = 0; i < elem->nodes; i++) {
            meet.at = (PetscInt)mesh->offset[c] + i;
            if (!s->on_contact[meet.at])
                continue;
            meet.point = node[i];
            meet.kind = kind_of(s, c);
            meet.group = group_of(mesh, c);
            if (meet.kind == PHY_CELL) {
                PetscCall(ask_cell(s, c, i, &meet));
                continue;
            }
            meet.turn = fe_face_key(elem->corners, node, meet.face);
            PetscCall(ask(s, &meet));
        }
    }
    PetscFunctionReturn(0);
}

static PetscErrorCode send_asks(struct splitter *s)
{
    PetscLayout layout;
    PetscMPIInt *dest;
    void *got;

    PetscFunctionBeginUser;
    PetscCall(PetscLayoutCreateFromSizes(stg_comm(s->task),
                                         (PetscInt)s->mesh->my_points,
                                         PETSC_DECIDE, 1, &layout));
    PetscCall(PetscMalloc1(s->n_ask, &dest));
    for (PetscInt i = 0; i < s->n_ask; i++)
        PetscCall(PetscLayoutFindOwner(layout, (PetscInt)s->ask[i].point,
                                       &dest[i]));
    PetscCall(fe_exchange(stg_comm(s->task), s->n_ask, dest, sizeof(s->ask[0]),
                          s->ask, &s->around.n, &got));
    s->around.met = got;
    PetscCall(PetscLayoutDestroy(&layout));
    PetscCall(PetscFree(dest));
    PetscFunctionReturn(0);
}

/* --- what comes back ----------------------------------------------------- */

static PetscErrorCode find_parts(struct splitter *s)
{
    const struct stg_mesh *mesh = s->mesh;
    struct phy_split *split = s->split;
    const struct phy_meet *facet;
    const char *what;
    char msg[FE_MSG] = "";

    PetscFunctionBeginUser;
    PetscCall(phy_around_join(&s->around, &facet, &what));
    if (what)
        (void)snprintf(msg, sizeof(msg), "parameter '%s': group '%s' has a "
                       "facet %s (cell %lld of the mesh); a contact lies "
                       "between two bodies", s->name,
                       mesh->groups[facet->group].name, what,
                       (long long)facet->number);
    PetscCall(fe_agree(stg_comm(s->task), msg));
    split->points = mesh->points;
    PetscCall(phy_around_number(stg_comm(s->task), &s->around, split));
    PetscFunctionReturn(0);
}

static PetscErrorCode take_replies(struct splitter *s)
{
    PetscInt n = s->around.n, n_got;
    struct phy_reply *reply, *got;
    PetscMPIInt *dest;

    PetscFunctionBeginUser;
    PetscCall(PetscMalloc2(n, &reply, n, &dest));
    phy_around_answer(&s->around, reply, dest);
    PetscCall(fe_exchange(stg_comm(s->task), n, dest, sizeof(reply[0]), reply,
                          &n_got, (void **)&got));
    PetscCall(PetscFree2(reply, dest));
    PetscCall(PetscMalloc1(s->mesh->offset[s->mesh->my_cells], &s->other));
    for (PetscInt i = 0; i < n_got; i++) {
        s->mesh->node[got[i].at] = got[i].point[0];
        s->other[got[i].at] = got[i].point[1];
    }
    PetscCall(PetscFree(got));
    PetscFunctionReturn(0);
}

/* Nothing jumps at a contact whose points all are joined round its end. */
static PetscErrorCode check_split(struct splitter *s)
{
    const struct stg_mesh *mesh = s->mesh;
    size_t n = mesh->n_groups;
    char msg[FE_MSG] = "";
    int *has; /* by group: facets; points that are split */

    PetscFunctionBeginUser;
    PetscCall(PetscCalloc1(2 * n, &has));
    for (int64_t c = 0; c < mesh->my_cells; c++)
        for (int64_t i = mesh->offset[c];
             kind_of(s, c) == PHY_CONTACT && i < mesh->offset[c + 1]; i++) {
            int group = group_of(mesh, c);

            has[group] = 1;
            has[n + (size_t)group] |= mesh->node[i] != s->other[i];
        }
    PetscCallMPI(MPI_Allreduce(MPI_IN_PLACE, has, (int)(2 * n), MPI_INT,
                               MPI_LOR, stg_comm(s->task)));
    for (size_t g = 0; g < n && !msg[0]; g++)
        if (has[g] && !has[n + g])
            (void)snprintf(msg, sizeof(msg), "parameter '%s': group '%s' ends "
                           "inside a body at each of its points, so that "
                           "nothing can jump there; use smaller cells or "
                           "'order: 2'", s->name, mesh->groups[g].name);
    PetscCall(PetscFree(has));
    PetscCall(fe_agree(stg_comm(s->task), msg));
    PetscFunctionReturn(0);
}

/* Cells for fe_mesh_new(): a facet of a contact gets the nodes of both
 * sides. */
static PetscErrorCode make_pairs(struct splitter *s)
{
    const struct stg_mesh *mesh = s->mesh;
    int64_t n = mesh->offset[mesh->my_cells], at = 0;

    PetscFunctionBeginUser;
    PetscCall(PetscMalloc1(mesh->my_cells, &s->split->type));
    PetscCall(PetscMalloc1(2 * n, &s->split->node));
    for (int64_t c = 0; c < mesh->my_cells; c++) {
        int64_t from = mesh->offset[c], nodes = mesh->offset[c + 1] - from;
        bool pair = kind_of(s, c) == PHY_CONTACT;

        s->split->type[c] = (uint8_t)(mesh->type[c] + (pair ? FE_PAIR : 0));
        for (int64_t i = 0; i < nodes; i++)
            s->split->node[at++] = mesh->node[from + i];
        for (int64_t i = 0; pair && i < nodes; i++)
            s->split->node[at++] = s->other[from + i];
    }
    PetscFunctionReturn(0);
}

static PetscErrorCode add_points(struct splitter *s)
{
    const struct phy_split *split = s->split;
    double (*x)[3];

    PetscFunctionBeginUser;
    PetscCall(PetscMalloc1(split->n, &x));
    for (PetscInt k = 0; k < split->n; k++)
        memcpy(x[k], s->mesh->point +
                     3 * (split->origin[k] - s->mesh->first_point),
               sizeof(x[k]));
    PetscCall(phy_points_add(s->task, s->mesh, split->n, x));
    PetscCall(PetscFree(x));
    PetscFunctionReturn(0);
}

/* --- all of it ----------------------------------------------------------- */

static PetscErrorCode release(struct splitter *s)
{
    PetscFunctionBeginUser;
    PetscCall(PetscFree(s->is_contact));
    PetscCall(PetscFree(s->on_contact));
    PetscCall(PetscFree(s->ask));
    PetscCall(phy_around_release(&s->around));
    PetscCall(PetscFree(s->other));
    PetscFunctionReturn(0);
}

/* Has every cell an element? */
static PetscErrorCode is_fit(const struct splitter *s, bool *fit)
{
    int all = 1;

    PetscFunctionBeginUser;
    for (int64_t c = 0; c < s->mesh->my_cells; c++)
        all &= fe_elem_vtk(s->mesh->type[c]) != NULL;
    PetscCallMPI(MPI_Allreduce(MPI_IN_PLACE, &all, 1, MPI_INT, MPI_LAND,
                               stg_comm(s->task)));
    *fit = all != 0;
    PetscFunctionReturn(0);
}

static PetscErrorCode split_points(struct splitter *s, struct phy_split **ret)
{
    bool go_on;

    PetscFunctionBeginUser;
    PetscCall(find_groups(s, &go_on));
    if (go_on)
        PetscCall(is_fit(s, &go_on));
    if (go_on)
        PetscCall(mark_points(s, &go_on));
    if (!go_on)
        PetscFunctionReturn(0);
    PetscCall(PetscNew(ret));
    s->split = *ret;
    PetscCall(list_asks(s));
    PetscCall(send_asks(s));
    PetscCall(find_parts(s));
    PetscCall(take_replies(s));
    PetscCall(check_split(s));
    PetscCall(make_pairs(s));
    PetscCall(add_points(s));
    PetscFunctionReturn(0);
}

PetscErrorCode phy_split(struct stg_task *task, const char *name,
                         struct stg_mesh *mesh, struct phy_split **split)
{
    struct splitter s = { .task = task, .name = name, .mesh = mesh };
    PetscErrorCode rc, released;

    PetscFunctionBeginUser;
    rc = split_points(&s, split);
    released = release(&s);
    PetscFunctionReturn(rc ? rc : released);
}

PetscErrorCode phy_split_free(struct phy_split **split)
{
    PetscFunctionBeginUser;
    if (!*split)
        PetscFunctionReturn(0);
    PetscCall(PetscFree((*split)->origin));
    PetscCall(PetscFree((*split)->type));
    PetscCall(PetscFree((*split)->node));
    PetscCall(PetscFree(*split));
    PetscFunctionReturn(0);
}

PetscErrorCode phy_split_copy(MPI_Comm comm, const struct phy_split *split,
                              const struct stg_mesh *mesh, double value[])
{
    PetscInt *at;
    double *copy;
    PetscSF sf;

    PetscFunctionBeginUser;
    PetscCall(PetscMalloc2(split->n, &at, split->n, &copy));
    PetscCall(fe_graph(comm, (PetscInt)mesh->my_points, split->n,
                       split->origin, &sf));
    PetscCall(PetscSFBcastBegin(sf, MPI_DOUBLE, value, copy, MPI_REPLACE));
    PetscCall(PetscSFBcastEnd(sf, MPI_DOUBLE, value, copy, MPI_REPLACE));
    PetscCall(PetscSFDestroy(&sf));
    for (PetscInt k = 0; k < split->n; k++)
        at[k] = (PetscInt)split->first + k;
    PetscCall(fe_graph(comm, (PetscInt)mesh->my_points, split->n, at, &sf));
    PetscCall(PetscSFReduceBegin(sf, MPI_DOUBLE, copy, value, MPI_REPLACE));
    PetscCall(PetscSFReduceEnd(sf, MPI_DOUBLE, copy, value, MPI_REPLACE));
    PetscCall(PetscSFDestroy(&sf));
    PetscCall(PetscFree2(at, copy));
    PetscFunctionReturn(0);
}

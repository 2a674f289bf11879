/* support.c - from conditions to held axes of nodes
 *
 * Each rank marks, as one bit a condition, what holds the nodes of its facets,
 * edges and points; ranks that share a node merge their marks.  What follows
 * from the marks of a node is the same on each of them.
 */
#include "elasticity/support.h"

#include <limits.h>
#include <math.h>
#include <stdio.h>

#include "elasticity/eigen.h"
#include "fe/comm.h"
#include "fe/func.h"
#include "fe/locate.h"
#include "fe/map.h"
#include "physics/domain.h"

#define BITS 30        /* of a word of marks */
#define PARALLEL 1e-6  /* sine of the angle of directions that are one */
#define FLAT 1e-4      /* sine of the angle that a plane's facets may have */

/* --- normals ----------------------------------------------------------- */

/* The sum of w n n' over the facets of a group. */
static void add_normals(const struct fe_mesh *mesh, int group, double sum[9])
{
    struct fe_tab tab;
    double x[FE_MAX_NODES][3], j[3][3], n[3] = { 0, 0, 0 };

    for (int b = mesh->n_cell_blocks; b < mesh->n_blocks; b++) {
        const struct fe_block *block = &mesh->block[b];

        fe_tab_init(&tab, block->elem, FE_RULE_SYSTEM);
        for (PetscInt c = 0; c < block->n; c++) {
            if (block->group[c] != group)
                continue;
            fe_mesh_corners(mesh, block, c, x);
            for (int q = 0; q < tab.points; q++) {
                double size;

                fe_jacobian(block->elem->dim, block->elem->nodes, x,
                            tab.dn[q], j);
                if (block->elem->dim == 2)
                    fe_cross(j[0], j[1], n);
                else
                    n[0] = j[0][1], n[1] = -j[0][0];
                size = sqrt(fe_dot(n, n));
                for (int k = 0; k < 9; k++)
                    sum[k] += tab.w[q] * n[k / 3] * n[k % 3] / size;
            }
        }
    }
}

static PetscErrorCode find_normal(const struct fe_mesh *mesh,
                                  struct ela_condition *condition)
{
    double sum[9] = { 0 }, root[3], v[3][ELA_EIGEN_MAX], *n, size;
    int most = 0;

    PetscFunctionBeginUser;
    add_normals(mesh, condition->group, sum);
    PetscCallMPI(MPI_Allreduce(MPI_IN_PLACE, sum, 9, MPI_DOUBLE, MPI_SUM,
                               mesh->comm));
    ela_eigen(3, sum, root, v);
    PetscCheck(root[0] + root[1] <= FLAT * FLAT * root[2], mesh->comm,
               PETSC_ERR_USER_INPUT, "parameter 'symmetry': group '%s' is not "
               "flat; a plane of symmetry needs a group of its own",
               mesh->group[condition->group].name);
    n = v[2];
    for (int k = 0; k < 3; k++) {
        if (fabs(n[k]) > fabs(n[most]))
            most = k;
        if (fabs(n[k]) <= PARALLEL)
            n[k] = 0; /* so that it may be an axis of space */
    }
    size = sqrt(fe_dot(n, n)) * (n[most] < 0 ? -1 : 1);
    for (int k = 0; k < 3; k++)
        condition->normal[k] = n[k] / size;
    PetscFunctionReturn(0);
}

/* --- marks ------------------------------------------------------------- */

/* The conditions that hold, in the order of the groups, then the points. */
struct holders {
    int n, *condition;
    int words;
    PetscInt *mark; /* [words][nodes] */
};

static int turn(const struct ela_condition *condition)
{
    return condition->kind == ELA_POINT ? INT_MAX : condition->group;
}

static PetscErrorCode order_holders(const struct ela_case *c,
                                    struct holders *h)
{
    PetscFunctionBeginUser;
    PetscCall(PetscMalloc1(c->n_conditions + 1, &h->condition));
    for (int i = 0; i < c->n_conditions; i++) {
        int at = h->n;

        if (!ELA_HOLDS(c->condition[i].kind))
            continue;
        for (; at > 0 && turn(&c->condition[h->condition[at - 1]]) >
                             turn(&c->condition[i]); at--)
            h->condition[at] = h->condition[at - 1];
        h->condition[at] = i;
        h->n++;
    }
    h->words = (h->n + BITS - 1) / BITS;
    PetscFunctionReturn(0);
}

static void mark_nodes(const struct fe_mesh *mesh, int group, PetscInt bit,
                       PetscInt mark[])
{
    for (int b = mesh->n_cell_blocks; b < mesh->n_all_blocks; b++) {
        const struct fe_block *block = &mesh->block[b];
        int nodes = block->elem->nodes;

        for (PetscInt i = 0; i < block->n * nodes; i++)
            if (block->group[i / nodes] == group)
                mark[block->node[i]] |= bit;
    }
}

/* The nearest corner of the cell that has the point: nodes in the middle of
 * edges are none of the mesh of first order that corrects the solution. */
static PetscErrorCode mark_point(const struct fe_mesh *mesh, double at[3],
                                 PetscInt bit, PetscInt mark[])
{
    double x[FE_MAX_NODES][3], least = INFINITY;
    const struct fe_block *block;
    struct fe_place place;
    int nearest = 0;

    PetscFunctionBeginUser;
    PetscCall(fe_locate(mesh, "parameter 'points'", 1,
                        (double(*)[3])at, &place));
    if (place.block < 0)
        PetscFunctionReturn(0);
    block = &mesh->block[place.block];
    fe_mesh_corners(mesh, block, place.cell, x);
    for (int i = 0; i < block->elem->corners; i++) {
        double d[3] = { x[i][0] - at[0], x[i][1] - at[1], x[i][2] - at[2] };

        if (fe_dot(d, d) < least) {
            least = fe_dot(d, d);
            nearest = i;
        }
    }
    mark[block->node[place.cell * block->elem->nodes + nearest]] |= bit;
    PetscFunctionReturn(0);
}

static PetscErrorCode mark_all(const struct fe_mesh *mesh,
                               struct ela_case *c, struct holders *h)
{
    PetscInt n = mesh->n_owned + mesh->n_ghosts;

    PetscFunctionBeginUser;
    PetscCall(order_holders(c, h));
    PetscCall(PetscCalloc1((size_t)h->words * n, &h->mark));
    for (int k = 0; k < h->n; k++) {
        struct ela_condition *condition = &c->condition[h->condition[k]];
        PetscInt bit = (PetscInt)1 << k % BITS, *mark = h->mark + k / BITS * n;

        if (condition->kind == ELA_POINT)
            PetscCall(mark_point(mesh, condition->at, bit, mark));
        else
            mark_nodes(mesh, condition->group, bit, mark);
    }
    for (int w = 0; w < h->words; w++) {
        PetscInt *mark = h->mark + w * n, *ghosts = mark + mesh->n_owned;

        PetscCall(PetscSFReduceBegin(mesh->halo, MPIU_INT, ghosts, mark,
                                     MPI_BOR));
        PetscCall(PetscSFReduceEnd(mesh->halo, MPIU_INT, ghosts, mark,
                                   MPI_BOR));
        PetscCall(PetscSFBcastBegin(mesh->halo, MPIU_INT, mark, ghosts,
                                    MPI_REPLACE));
        PetscCall(PetscSFBcastEnd(mesh->halo, MPIU_INT, mark, ghosts,
                                  MPI_REPLACE));
    }
    PetscFunctionReturn(0);
}

/* --- axes -------------------------------------------------------------- */

/* What holds one node, as it grows. */
struct hold {
    int n;
    double axis[3][3], value[3];
    int by[3];
};

/* Hold the node along 'along' too, if it is not held there already. */
static void add_direction(struct hold *hold, const double along[3],
                          double value, int by)
{
    double d[3] = { along[0], along[1], along[2] }, size;

    for (int i = 0; i < hold->n; i++) {
        double part = fe_dot(d, hold->axis[i]);

        for (int a = 0; a < 3; a++)
            d[a] -= part * hold->axis[i][a];
        value -= part * hold->value[i];
    }
    size = sqrt(fe_dot(d, d));
    if (size < PARALLEL)
        return;
    for (int a = 0; a < 3; a++)
        hold->axis[hold->n][a] = d[a] / size;
    hold->value[hold->n] = value / size;
    hold->by[hold->n++] = by;
}

static const double space[3][3] = { { 1, 0, 0 }, { 0, 1, 0 }, { 0, 0, 1 } };

static void add_holder(struct hold *hold, const struct ela_condition *condition,
                       int by, int dofs, const double x[3], char msg[FE_MSG])
{
    if (condition->kind == ELA_SYMMETRY) {
        add_direction(hold, condition->normal, 0, by);
        return;
    }
    for (int k = 0; k < dofs; k++) {
        double value = condition->value[k];

        if (condition->kind != ELA_FIXED && !condition->given[k])
            continue;
        if (condition->func[k])
            value = fe_func_value(condition->func[k], x, 0);
        if (!isfinite(value))
            (void)snprintf(msg, FE_MSG, "parameter '%s': the function is not "
                           "finite at x = %g, y = %g, z = %g m",
                           condition->name, x[0], x[1], x[2]);
        add_direction(hold, space[k], value, by);
    }
}

/* Are all directions those of space?  Then put each in its own place. */
static bool is_plain(const struct hold *hold, int place[3])
{
    for (int i = 0; i < hold->n; i++) {
        place[i] = -1;
        for (int a = 0; a < 3; a++)
            if (fabs(hold->axis[i][a]) == 1)
                place[i] = a;
        if (place[i] < 0)
            return false;
    }
    return true;
}

/* Axes of its own for a node that is held along others than those of space. */
static PetscErrorCode add_frame(struct ela_support *support, PetscInt node,
                                const struct hold *hold)
{
    static const int order[3] = { 2, 0, 1 };
    struct hold full = *hold;
    PetscInt n = support->n_frames;

    PetscFunctionBeginUser;
    if ((n & (n - 1)) == 0) /* twice the room */
        PetscCall(PetscRealloc((size_t)(n ? 2 * n : 1) *
                               sizeof(*support->axes), &support->axes));
    for (int k = support->dofs == 2; k < 3 && full.n < support->dofs; k++)
        add_direction(&full, space[order[k]], 0, -1);
    for (int k = 0; k < 9; k++)
        support->axes[n][k / 3][k % 3] = full.axis[k / 3][k % 3];
    support->frame[node] = n;
    support->n_frames++;
    PetscFunctionReturn(0);
}

static PetscErrorCode hold_node(struct ela_support *support, PetscInt node,
                                const struct hold *hold)
{
    int place[3] = { 0, 1, 2 };
    bool plain = is_plain(hold, place);

    PetscFunctionBeginUser;
    if (!plain)
        PetscCall(add_frame(support, node, hold));
    for (int i = 0; i < hold->n; i++) {
        int a = plain ? place[i] : i;
        PetscInt at = node * support->dofs + a;
        double sign = plain && hold->axis[i][a] < 0 ? -1 : 1;

        support->fixed[at] = 1;
        support->value[at] = sign * hold->value[i];
        support->by[at] = hold->by[i];
    }
    PetscFunctionReturn(0);
}

PetscErrorCode ela_support_find(const struct phy_domain *d, struct ela_case *c,
                                struct ela_support *support)
{
    const struct fe_mesh *mesh = d->mesh;
    PetscInt n = mesh->n_owned + mesh->n_ghosts;
    struct holders h = { 0 };
    char msg[FE_MSG] = "";

    PetscFunctionBeginUser;
    support->dofs = c->dofs;
    support->axial = d->axial;
    PetscCall(PetscCalloc1(n * c->dofs, &support->fixed));
    PetscCall(PetscCalloc1(n * c->dofs, &support->value));
    PetscCall(PetscMalloc1(n * c->dofs, &support->by));
    PetscCall(PetscMalloc1(n, &support->frame));
    for (int i = 0; i < c->n_conditions; i++)
        if (c->condition[i].kind == ELA_SYMMETRY)
            PetscCall(find_normal(mesh, &c->condition[i]));
    PetscCall(mark_all(mesh, c, &h));
    for (PetscInt i = 0; i < n; i++) {
        struct hold hold = { 0 };

        support->frame[i] = -1;
        for (int k = 0; k < c->dofs; k++)
            support->by[i * c->dofs + k] = -1;
        if (d->axial && fabs(mesh->x[3 * i]) <= d->axis_m)
            add_direction(&hold, space[0], 0, -1);
        for (int k = 0; k < h.n; k++)
            if (h.mark[k / BITS * n + i] >> k % BITS & 1)
                add_holder(&hold, &c->condition[h.condition[k]],
                           h.condition[k], c->dofs, mesh->x + 3 * i, msg);
        PetscCall(hold_node(support, i, &hold));
    }
    PetscCall(PetscFree(h.condition));
    PetscCall(PetscFree(h.mark));
    PetscCall(fe_agree(mesh->comm, msg));
    PetscFunctionReturn(0);
}

void ela_support_release(struct ela_support *support)
{
    (void)PetscFree(support->fixed);
    (void)PetscFree(support->value);
    (void)PetscFree(support->by);
    (void)PetscFree(support->frame);
    (void)PetscFree(support->axes);
}

/* --- to and from the axes ---------------------------------------------- */

void ela_to_axes(const struct ela_support *support, PetscInt node, double v[])
{
    int n = support->dofs;
    double old[3];

    if (support->frame[node] < 0)
        return;
    for (int k = 0; k < n; k++)
        old[k] = v[k];
    for (int k = 0; k < n; k++) {
        v[k] = 0;
        for (int a = 0; a < n; a++)
            v[k] += support->axes[support->frame[node]][k][a] * old[a];
    }
}

void ela_from_axes(const struct ela_support *support, PetscInt node,
                   double v[])
{
    int n = support->dofs;
    double old[3];

    if (support->frame[node] < 0)
        return;
    for (int k = 0; k < n; k++)
        old[k] = v[k];
    for (int a = 0; a < n; a++) {
        v[a] = 0;
        for (int k = 0; k < n; k++)
            v[a] += support->axes[support->frame[node]][k][a] * old[k];
    }
}

void ela_matrix_to_axes(const struct ela_support *support, int nodes,
                        const PetscInt node[], double a[])
{
    int m = support->dofs, n = nodes * m;

    for (int i = 0; i < nodes; i++) {
        if (support->frame[node[i]] < 0)
            continue;
        for (int p = 0; p < n; p++) /* its columns, then its rows */
            ela_to_axes(support, node[i], a + p * n + i * m);
        for (int p = 0; p < n; p++) {
            double v[3];

            for (int k = 0; k < m; k++)
                v[k] = a[(i * m + k) * n + p];
            ela_to_axes(support, node[i], v);
            for (int k = 0; k < m; k++)
                a[(i * m + k) * n + p] = v[k];
        }
    }
}

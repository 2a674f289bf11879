/* mesh.c - divide a mesh: nodes by a space-filling curve, then cells after
 * their nodes, then the ghosts that the cells need
 *
 * The curve decides who owns a node; the cells there, its number (order.h).
 */
#include "fe/mesh.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fe/check.h"
#include "fe/comm.h"
#include "fe/curve.h"
#include "fe/order.h"

/* A node and a cell on their way to the rank that will own them. */
struct node {
    uint64_t key;
    PetscInt id;
    double x[3];
};

struct cell {
    uint64_t key; /* its order among the others, see sort_cells() */
    PetscInt id;
    PetscInt group; /* position in the table of groups, or -1 */
    int vtk;
    PetscInt node[FE_MAX_NODES]; /* numbers */
};

/* --- nodes ------------------------------------------------------------- */

/* Along the curve; ids make the order of coincident points definite. */
static int by_key(const void *a, const void *b)
{
    const struct node *p = a, *q = b;

    if (p->key != q->key)
        return p->key < q->key ? -1 : 1;
    return p->id < q->id ? -1 : p->id > q->id;
}

/* Send every point to its owner; *nodes is the caller's (PetscFree). */
static PetscErrorCode divide_points(struct fe_mesh *mesh,
                                    const struct fe_slab *slab,
                                    struct node **nodes)
{
    struct fe_curve curve;
    struct node *item;
    uint64_t *key, *last;
    PetscMPIInt *dest, ranks;
    PetscInt start, n = slab->n_points;
    void *got;

    PetscFunctionBeginUser;
    PetscCallMPI(MPI_Comm_size(mesh->comm, &ranks));
    PetscCall(PetscMalloc4(n, &item, n, &key, n, &dest, ranks, &last));
    PetscCall(fe_curve_init(&curve, mesh->comm, n, slab->x));
    PetscCall(fe_start(mesh->comm, n, &start));
    for (PetscInt i = 0; i < n; i++) {
        const double *x = slab->x + 3 * i;

        key[i] = fe_curve_key(&curve, x);
        item[i] = (struct node){ key[i], start + i, { x[0], x[1], x[2] } };
    }
    PetscCall(fe_curve_split(mesh->comm, n, key, last));
    for (PetscInt i = 0; i < n; i++)
        dest[i] = fe_curve_part(key[i], ranks, last);
    PetscCall(fe_exchange(mesh->comm, n, dest, sizeof(*item), item,
                          &mesh->n_owned, &got));
    PetscCall(PetscFree4(item, key, dest, last));
    qsort(got, (size_t)mesh->n_owned, sizeof(**nodes), by_key);
    PetscCall(fe_start(mesh->comm, mesh->n_owned, &mesh->first));
    *nodes = got;
    PetscFunctionReturn(0);
}

static PetscErrorCode connect_points(struct fe_mesh *mesh,
                                     const struct node nodes[])
{
    PetscInt *id;

    PetscFunctionBeginUser;
    PetscCall(PetscMalloc1(mesh->n_owned, &id));
    for (PetscInt i = 0; i < mesh->n_owned; i++)
        id[i] = nodes[i].id;
    PetscCall(fe_graph(mesh->comm, mesh->n_input_points, mesh->n_owned, id,
                         &mesh->points));
    PetscCall(PetscFree(id));
    PetscFunctionReturn(0);
}

/* --- cells ------------------------------------------------------------- */

/* The numbers of the nodes of each input cell of this rank, in the order of
 * slab->node; *number is the caller's. */
static PetscErrorCode number_nodes(struct fe_mesh *mesh,
                                   const struct fe_slab *slab, PetscInt n,
                                   PetscInt **number)
{
    PetscInt *own, *of_point, *id;
    PetscSF sf;

    PetscFunctionBeginUser;
    PetscCall(PetscMalloc1(n, number));
    PetscCall(PetscMalloc3(mesh->n_owned, &own, mesh->n_input_points,
                           &of_point, n, &id));
    for (PetscInt i = 0; i < mesh->n_owned; i++)
        own[i] = mesh->first + i;
    PetscCall(PetscSFReduceBegin(mesh->points, MPIU_INT, own, of_point,
                                 MPI_REPLACE));
    PetscCall(PetscSFReduceEnd(mesh->points, MPIU_INT, own, of_point,
                               MPI_REPLACE));
    for (PetscInt i = 0; i < n; i++)
        id[i] = (PetscInt)slab->node[i];
    PetscCall(fe_graph(mesh->comm, mesh->n_input_points, n, id, &sf));
    PetscCall(PetscSFBcastBegin(sf, MPIU_INT, of_point, *number,
                                MPI_REPLACE));
    PetscCall(PetscSFBcastEnd(sf, MPIU_INT, of_point, *number, MPI_REPLACE));
    PetscCall(PetscSFDestroy(&sf));
    PetscCall(PetscFree3(own, of_point, id));
    PetscFunctionReturn(0);
}

static PetscInt find_group(const struct fe_mesh *mesh, int id, int dim)
{
    for (int g = 0; g < mesh->n_groups; g++)
        if (mesh->group[g].id == id && mesh->group[g].dim == dim)
            return g;
    return -1;
}

static int by_block(const void *a, const void *b)
{
    const struct cell *p = a, *q = b;

    if (p->key != q->key)
        return p->key < q->key ? -1 : 1;
    return p->id < q->id ? -1 : p->id > q->id;
}

/* Cells before facets before edges before points, then by type, then near
 * each other in memory where their nodes are. */
static void sort_cells(PetscInt n, struct cell cells[])
{
    for (PetscInt c = 0; c < n; c++) {
        uint64_t type = (uint64_t)(3 - fe_elem_vtk(cells[c].vtk)->dim) << 8 |
                        (uint64_t)cells[c].vtk;

        cells[c].key = type << 54 | (uint64_t)cells[c].node[0];
    }
    qsort(cells, (size_t)n, sizeof(*cells), by_block);
}

/* A cell goes to the owner of its first node. */
static PetscErrorCode divide_cells(struct fe_mesh *mesh,
                                   const struct fe_slab *slab, PetscInt *n_got,
                                   struct cell **cells)
{
    struct cell *item;
    PetscInt *number, start, at = 0, n_nodes = 0;
    PetscMPIInt *dest;
    PetscLayout layout;
    void *got;

    PetscFunctionBeginUser;
    for (PetscInt c = 0; c < slab->n_cells; c++)
        n_nodes += fe_elem_vtk(slab->vtk[c])->nodes;
    PetscCall(number_nodes(mesh, slab, n_nodes, &number));
    PetscCall(PetscLayoutCreateFromSizes(mesh->comm, mesh->n_owned,
                                         PETSC_DECIDE, 1, &layout));
    PetscCall(fe_start(mesh->comm, slab->n_cells, &start));
    PetscCall(PetscCalloc1(slab->n_cells, &item));
    PetscCall(PetscMalloc1(slab->n_cells, &dest));
    for (PetscInt c = 0; c < slab->n_cells; c++) {
        const struct fe_elem *elem = fe_elem_vtk(slab->vtk[c]);

        item[c].id = start + c;
        item[c].vtk = elem->vtk;
        item[c].group = find_group(mesh, slab->group[c], elem->dim);
        for (int i = 0; i < elem->nodes; i++)
            item[c].node[i] = number[at++];
        PetscCall(PetscLayoutFindOwner(layout, item[c].node[0], &dest[c]));
    }
    PetscCall(fe_exchange(mesh->comm, slab->n_cells, dest, sizeof(*item),
                          item, n_got, &got));
    PetscCall(PetscLayoutDestroy(&layout));
    PetscCall(PetscFree(item));
    PetscCall(PetscFree(dest));
    PetscCall(PetscFree(number));
    *cells = got;
    PetscFunctionReturn(0);
}

/* --- ghosts and blocks ------------------------------------------------- */

static bool owns(const struct fe_mesh *mesh, PetscInt number)
{
    return number >= mesh->first && number < mesh->first + mesh->n_owned;
}

/* The nodes of cells that others own, as often as cells have them. */
static PetscInt list_foreign(const struct fe_mesh *mesh, PetscInt n,
                             const struct cell cells[], PetscInt list[])
{
    PetscInt m = 0;

    for (PetscInt c = 0; c < n; c++) {
        int nodes = fe_elem_vtk(cells[c].vtk)->nodes;

        for (int i = 0; i < nodes; i++) {
            if (owns(mesh, cells[c].node[i]))
                continue;
            if (list)
                list[m] = cells[c].node[i];
            m++;
        }
    }
    return m;
}

static PetscErrorCode find_ghosts(struct fe_mesh *mesh, PetscInt n,
                                  const struct cell cells[])
{
    PetscInt *list, m = list_foreign(mesh, n, cells, NULL);

    PetscFunctionBeginUser;
    PetscCall(PetscMalloc1(m, &list));
    (void)list_foreign(mesh, n, cells, list);
    PetscCall(PetscSortRemoveDupsInt(&m, list));
    mesh->n_ghosts = m;
    mesh->ghost = list;
    PetscCall(fe_graph(mesh->comm, mesh->n_owned, m, list, &mesh->halo));
    PetscFunctionReturn(0);
}

static PetscErrorCode find_local(const struct fe_mesh *mesh, PetscInt number,
                                 PetscInt *local)
{
    PetscFunctionBeginUser;
    if (owns(mesh, number)) {
        *local = number - mesh->first;
    } else {
        PetscCall(PetscFindInt(number, mesh->n_ghosts, mesh->ghost, local));
        *local += mesh->n_owned;
    }
    PetscFunctionReturn(0);
}

static PetscErrorCode make_block(struct fe_mesh *mesh, PetscInt n,
                                 const struct cell cells[])
{
    struct fe_block *block = &mesh->block[mesh->n_all_blocks++];
    int nodes;

    PetscFunctionBeginUser;
    block->elem = fe_elem_vtk(cells[0].vtk);
    block->n = n;
    nodes = block->elem->nodes;
    PetscCall(PetscMalloc3(n * nodes, &block->node, n, &block->group, n,
                           &block->id));
    for (PetscInt c = 0; c < n; c++) {
        block->id[c] = cells[c].id;
        block->group[c] = cells[c].group;
        for (int i = 0; i < nodes; i++)
            PetscCall(find_local(mesh, cells[c].node[i],
                                 &block->node[c * nodes + i]));
    }
    if (block->elem->dim == mesh->dim)
        mesh->n_cell_blocks = mesh->n_all_blocks;
    if (block->elem->dim >= mesh->dim - 1)
        mesh->n_blocks = mesh->n_all_blocks;
    PetscFunctionReturn(0);
}

static PetscErrorCode make_blocks(struct fe_mesh *mesh, PetscInt n,
                                  const struct cell cells[])
{
    PetscInt *id, from = 0, n_cells = 0;

    PetscFunctionBeginUser;
    for (PetscInt c = 1; c <= n; c++)
        if (c == n || cells[c].vtk != cells[from].vtk) {
            PetscCall(make_block(mesh, c - from, cells + from));
            from = c;
        }
    PetscCall(PetscMalloc1(n, &id));
    for (PetscInt c = 0; c < n; c++) {
        id[c] = cells[c].id;
        n_cells += fe_elem_vtk(cells[c].vtk)->dim == mesh->dim;
    }
    PetscCall(fe_graph(mesh->comm, mesh->n_input_cells, n_cells, id,
                         &mesh->cells));
    PetscCall(PetscFree(id));
    PetscCallMPI(MPI_Allreduce(&n_cells, &mesh->n_cells, 1, MPIU_INT, MPI_SUM,
                               mesh->comm));
    PetscFunctionReturn(0);
}

/* New numbers of owned nodes and then ghosts, in the order of mesh->ghost. */
static PetscErrorCode find_order(const struct fe_mesh *mesh, PetscInt n,
                                 const struct cell cells[], PetscInt number[])
{
    PetscCount *first, at = 0;
    PetscInt *node;

    PetscFunctionBeginUser;
    PetscCall(PetscCalloc1(n + 1, &first));
    for (PetscInt c = 0; c < n; c++)
        first[c + 1] = first[c] + fe_elem_vtk(cells[c].vtk)->nodes;
    PetscCall(PetscMalloc1(first[n], &node));
    for (PetscInt c = 0; c < n; c++)
        for (int i = 0; at < first[c + 1]; i++)
            node[at++] = cells[c].node[i] - mesh->first;
    PetscCall(fe_order(mesh->n_owned, n, first, node, number));
    for (PetscInt i = 0; i < mesh->n_owned; i++)
        number[i] += mesh->first;
    PetscCall(PetscSFBcastBegin(mesh->halo, MPIU_INT, number,
                                number + mesh->n_owned, MPI_REPLACE));
    PetscCall(PetscSFBcastEnd(mesh->halo, MPIU_INT, number,
                              number + mesh->n_owned, MPI_REPLACE));
    PetscCall(PetscFree(first));
    PetscCall(PetscFree(node));
    PetscFunctionReturn(0);
}

/* From the numbers along the curve to those that the cells suggest. */
static PetscErrorCode renumber(struct fe_mesh *mesh, struct node nodes[],
                               PetscInt n, struct cell cells[])
{
    PetscInt *number, local;
    struct node *old;

    PetscFunctionBeginUser;
    PetscCall(find_ghosts(mesh, n, cells));
    PetscCall(PetscMalloc2(mesh->n_owned + mesh->n_ghosts, &number,
                           mesh->n_owned, &old));
    PetscCall(find_order(mesh, n, cells, number));
    PetscCall(PetscArraycpy(old, nodes, mesh->n_owned));
    for (PetscInt i = 0; i < mesh->n_owned; i++)
        nodes[number[i] - mesh->first] = old[i];
    for (PetscInt c = 0; c < n; c++) {
        int of_cell = fe_elem_vtk(cells[c].vtk)->nodes;

        for (int i = 0; i < of_cell; i++) {
            PetscCall(find_local(mesh, cells[c].node[i], &local));
            cells[c].node[i] = number[local];
        }
    }
    sort_cells(n, cells);
    PetscCall(PetscFree2(number, old));
    PetscCall(PetscFree(mesh->ghost));
    PetscCall(PetscSFDestroy(&mesh->halo));
    PetscCall(PetscSFDestroy(&mesh->points));
    PetscCall(connect_points(mesh, nodes));
    PetscCall(find_ghosts(mesh, n, cells));
    PetscFunctionReturn(0);
}

static PetscErrorCode place_nodes(struct fe_mesh *mesh,
                                  const struct node nodes[])
{
    MPI_Datatype triple;
    double *x;

    PetscFunctionBeginUser;
    PetscCall(PetscMalloc1(3 * (mesh->n_owned + mesh->n_ghosts), &x));
    for (PetscInt i = 0; i < mesh->n_owned; i++)
        memcpy(x + 3 * i, nodes[i].x, sizeof(nodes[i].x));
    PetscCallMPI(MPI_Type_contiguous(3, MPI_DOUBLE, &triple));
    PetscCallMPI(MPI_Type_commit(&triple));
    PetscCall(PetscSFBcastBegin(mesh->halo, triple, x, x + 3 * mesh->n_owned,
                                MPI_REPLACE));
    PetscCall(PetscSFBcastEnd(mesh->halo, triple, x, x + 3 * mesh->n_owned,
                              MPI_REPLACE));
    PetscCallMPI(MPI_Type_free(&triple));
    mesh->x = x;
    PetscFunctionReturn(0);
}

PetscErrorCode fe_mesh_new(MPI_Comm comm, const struct fe_slab *slab,
                           const struct fe_group group[], int n_groups,
                           struct fe_mesh **ret)
{
    struct fe_mesh *mesh;
    struct node *nodes = NULL;
    struct cell *cells = NULL;
    PetscInt n;

    PetscFunctionBeginUser;
    PetscCall(PetscNew(&mesh));
    mesh->comm = comm;
    mesh->group = group;
    mesh->n_groups = n_groups;
    mesh->n_input_points = slab->n_points;
    mesh->n_input_cells = slab->n_cells;
    PetscCall(fe_check_slab(comm, slab, group, n_groups, &mesh->dim,
                            &mesh->n_nodes));
    PetscCall(divide_points(mesh, slab, &nodes));
    PetscCall(connect_points(mesh, nodes));
    PetscCall(divide_cells(mesh, slab, &n, &cells));
    PetscCall(renumber(mesh, nodes, n, cells));
    PetscCall(place_nodes(mesh, nodes));
    PetscCall(make_blocks(mesh, n, cells));
    PetscCall(PetscFree(nodes));
    PetscCall(PetscFree(cells));
    PetscCall(fe_check_cells(mesh));
    *ret = mesh;
    PetscFunctionReturn(0);
}

PetscErrorCode fe_mesh_free(struct fe_mesh **ret)
{
    struct fe_mesh *mesh = *ret;

    PetscFunctionBeginUser;
    if (!mesh)
        PetscFunctionReturn(0);
    for (int b = 0; b < mesh->n_all_blocks; b++) {
        struct fe_block *block = &mesh->block[b];

        PetscCall(PetscFree3(block->node, block->group, block->id));
    }
    PetscCall(PetscSFDestroy(&mesh->halo));
    PetscCall(PetscSFDestroy(&mesh->points));
    PetscCall(PetscSFDestroy(&mesh->cells));
    PetscCall(PetscFree(mesh->ghost));
    PetscCall(PetscFree(mesh->x));
    PetscCall(PetscFree(*ret));
    PetscFunctionReturn(0);
}

/* --- values ------------------------------------------------------------ */

PetscErrorCode fe_mesh_spread(const struct fe_mesh *mesh, double v[])
{
    double *ghosts = v + mesh->n_owned;

    PetscFunctionBeginUser;
    PetscCall(PetscSFBcastBegin(mesh->halo, MPI_DOUBLE, v, ghosts,
                                MPI_REPLACE));
    PetscCall(PetscSFBcastEnd(mesh->halo, MPI_DOUBLE, v, ghosts,
                              MPI_REPLACE));
    PetscFunctionReturn(0);
}

PetscErrorCode fe_mesh_gather(const struct fe_mesh *mesh, double v[])
{
    const double *ghosts = v + mesh->n_owned;

    PetscFunctionBeginUser;
    PetscCall(PetscSFReduceBegin(mesh->halo, MPI_DOUBLE, ghosts, v, MPI_SUM));
    PetscCall(PetscSFReduceEnd(mesh->halo, MPI_DOUBLE, ghosts, v, MPI_SUM));
    PetscFunctionReturn(0);
}

PetscErrorCode fe_mesh_to_input(const struct fe_mesh *mesh, const double v[],
                                double input[])
{
    PetscFunctionBeginUser;
    PetscCall(PetscSFReduceBegin(mesh->points, MPI_DOUBLE, v, input,
                                 MPI_REPLACE));
    PetscCall(PetscSFReduceEnd(mesh->points, MPI_DOUBLE, v, input,
                               MPI_REPLACE));
    PetscFunctionReturn(0);
}

PetscErrorCode fe_mesh_from_input(const struct fe_mesh *mesh,
                                  const double input[], double v[])
{
    PetscFunctionBeginUser;
    PetscCall(PetscSFBcastBegin(mesh->points, MPI_DOUBLE, input, v,
                                MPI_REPLACE));
    PetscCall(PetscSFBcastEnd(mesh->points, MPI_DOUBLE, input, v,
                              MPI_REPLACE));
    PetscFunctionReturn(0);
}

PetscErrorCode fe_mesh_cells_to_input(const struct fe_mesh *mesh,
                                      const double v[], double input[])
{
    MPI_Datatype triple;

    PetscFunctionBeginUser;
    PetscCallMPI(MPI_Type_contiguous(3, MPI_DOUBLE, &triple));
    PetscCallMPI(MPI_Type_commit(&triple));
    PetscCall(PetscSFReduceBegin(mesh->cells, triple, v, input, MPI_REPLACE));
    PetscCall(PetscSFReduceEnd(mesh->cells, triple, v, input, MPI_REPLACE));
    PetscCallMPI(MPI_Type_free(&triple));
    PetscFunctionReturn(0);
}

/* convert.c - pick cells, facets, points and groups out of a file of Gmsh */
#include "mesh_gmsh/convert.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "mesh/shape.h"

/* --- what is taken -------------------------------------------------------- */

/* Cells of the highest dimension; facets, edges of solids and points in a
 * group. */
static bool is_taken(const struct msh_block *block, int dimension)
{
    return block->dimension == dimension ||
           (block->dimension < dimension && block->label >= 0);
}

static PetscErrorCode check_labels(struct stg_task *task,
                                   const struct options *options,
                                   const struct msh *msh)
{
    const char *kind = options->dimension == 3 ? "Volume" : "Surface";
    int64_t cells = 0;

    for (int64_t i = 0; i < msh->blocks; i++) {
        const struct msh_block *block = &msh->block[i];

        if (block->dimension != options->dimension)
            continue;
        cells += block->elements;
        if (block->label < 0)
            return stg_fail(task, "the geometry has no group of cells; add "
                            "'Physical %s(\"name\") = {...};' to it, or set "
                            "'groups: entities'",
                            kind);
    }
    if (cells == 0)
        return stg_fail(task, "the mesh has no cells of dimension %d in a "
                        "group; add 'Physical %s(\"name\") = {...};' to the "
                        "geometry, or set 'groups: entities'",
                        options->dimension, kind);
    return 0;
}

/* --- groups --------------------------------------------------------------- */

/* number[i] is the number of the group that label i becomes. */
static PetscErrorCode make_groups(const struct msh *msh, int dimension,
                                  struct stg_mesh *mesh, int32_t *number)
{
    PetscCall(PetscCalloc1(msh->labels + 1, &mesh->groups));
    for (int d = dimension; d >= 0; d--) {
        for (int64_t i = 0; i < msh->labels; i++) {
            const struct msh_label *label = &msh->label[i];
            struct stg_group *group = &mesh->groups[mesh->n_groups];

            if (label->dimension != d)
                continue;
            group->id = number[i] = (int32_t)++mesh->n_groups;
            group->dimension = d;
            memcpy(group->name, label->name, sizeof(group->name));
        }
    }
    return 0;
}

static PetscErrorCode check_names(struct stg_task *task,
                                  const struct stg_mesh *mesh)
{
    for (size_t i = 0; i < mesh->n_groups; i++) {
        const struct stg_group *group = &mesh->groups[i];

        if (stg_group_named(mesh, group->dimension, group->name) != group)
            return stg_fail(task, "two groups have the name '%s'",
                            group->name);
    }
    return 0;
}

/* --- cells ---------------------------------------------------------------- */

/* In VTK's order. */
static void take_nodes(const struct msh_block *block, const char *data,
                       uint64_t *node_tag)
{
    const uint8_t *order = msh_type(block->type)->node;
    int nodes = msh_cell_type(block->type)->nodes;

    for (int i = 0; i < nodes; i++)
        memcpy(&node_tag[i],
               data + (size_t)(1 + (order ? order[i] : i)) * sizeof(uint64_t),
               sizeof(uint64_t));
}

static void add_block(const struct msh_block *block, const int32_t *number,
                      uint64_t *node_tag, struct stg_mesh *mesh)
{
    const struct stg_cell_type *type = msh_cell_type(block->type);
    const char *data = block->data;

    for (int64_t i = 0; i < block->elements; i++) {
        int64_t at = mesh->my_cells++, first = mesh->offset[at];

        mesh->type[at] = (uint8_t)type->cell;
        mesh->group[at] = block->label >= 0 ? number[block->label] : 0;
        mesh->offset[at + 1] = first + type->nodes;
        take_nodes(block, data, node_tag + first);
        data += (size_t)(1 + type->nodes) * sizeof(uint64_t);
    }
}

static PetscErrorCode make_cells(const struct msh *msh, int dimension,
                                 const int32_t *number, struct stg_mesh *mesh,
                                 uint64_t **node_tag)
{
    int64_t cells = 0, nodes = 0;

    for (int64_t i = 0; i < msh->blocks; i++) {
        if (!is_taken(&msh->block[i], dimension))
            continue;
        cells += msh->block[i].elements;
        nodes += msh->block[i].elements *
                 msh_cell_type(msh->block[i].type)->nodes;
    }
    PetscCall(PetscMalloc1(cells + 1, &mesh->type));
    PetscCall(PetscMalloc1(cells + 1, &mesh->group));
    PetscCall(PetscMalloc1(cells + 1, &mesh->offset));
    PetscCall(PetscMalloc1(nodes + 1, &mesh->node));
    PetscCall(PetscMalloc1(nodes + 1, node_tag));
    mesh->offset[0] = 0;
    for (int d = dimension; d >= 0; d--)
        for (int64_t i = 0; i < msh->blocks; i++)
            if (msh->block[i].dimension == d &&
                is_taken(&msh->block[i], dimension))
                add_block(&msh->block[i], number, *node_tag, mesh);
    return 0;
}

/* --- points --------------------------------------------------------------- */

struct place {
    uint64_t tag;
    int64_t at;     /* in the file */
    int64_t number; /* in the mesh, -1: not used */
};

static int compare_tags(const void *a, const void *b)
{
    uint64_t x = ((const struct place *)a)->tag;
    uint64_t y = ((const struct place *)b)->tag;

    return (x > y) - (x < y);
}

static int compare_places(const void *a, const void *b)
{
    int64_t x = ((const struct place *)a)->at;
    int64_t y = ((const struct place *)b)->at;

    return (x > y) - (x < y);
}

static struct place *find_place(struct place *place, int64_t n, uint64_t tag)
{
    const struct place key = { .tag = tag };

    return bsearch(&key, place, (size_t)n, sizeof(*place), compare_tags);
}

/* Points come last, and name nodes that a cell must have. */
static PetscErrorCode mark_used(struct stg_task *task,
                                const struct stg_mesh *mesh,
                                const uint64_t *node_tag, struct place *place,
                                int64_t n)
{
    for (int64_t c = 0; c < mesh->my_cells; c++)
        for (int64_t i = mesh->offset[c]; i < mesh->offset[c + 1]; i++) {
            struct place *found = find_place(place, n, node_tag[i]);

            if (!found)
                return stg_fail(task, "a cell refers to node %llu, which the "
                                "mesh does not have",
                                (unsigned long long)node_tag[i]);
            if (mesh->type[c] == STG_VERTEX && found->number < 0)
                return stg_fail(task, "group '%s' has a point that no cell "
                                "has; take it out of the group, or put it "
                                "into the mesh with 'Point{...} In "
                                "Surface{...};' or 'In Volume'",
                                stg_group_with_id(mesh, mesh->group[c])->name);
            found->number = 0;
        }
    return 0;
}

/* Number the points that are used in the order of the file. */
static PetscErrorCode make_points(const struct msh *msh, double unit_m,
                                  struct place *place, struct stg_mesh *mesh)
{
    qsort(place, (size_t)msh->nodes, sizeof(*place), compare_places);
    for (int64_t i = 0; i < msh->nodes; i++)
        if (place[i].number == 0)
            place[i].number = mesh->my_points++;
    PetscCall(PetscMalloc1(3 * mesh->my_points + 1, &mesh->point));
    for (int64_t i = 0; i < msh->nodes; i++)
        for (int k = 0; place[i].number >= 0 && k < 3; k++)
            mesh->point[3 * place[i].number + k] =
                unit_m * msh->xyz[3 * place[i].at + k];
    qsort(place, (size_t)msh->nodes, sizeof(*place), compare_tags);
    return 0;
}

static PetscErrorCode connect(struct stg_task *task, const struct msh *msh,
                              double unit_m, const uint64_t *node_tag,
                              struct stg_mesh *mesh)
{
    struct place *place;
    PetscErrorCode rc;

    PetscCall(PetscMalloc1(msh->nodes + 1, &place));
    for (int64_t i = 0; i < msh->nodes; i++)
        place[i] = (struct place){ msh->node_tag[i], i, -1 };
    qsort(place, (size_t)msh->nodes, sizeof(*place), compare_tags);
    rc = mark_used(task, mesh, node_tag, place, msh->nodes);
    if (!rc)
        rc = make_points(msh, unit_m, place, mesh);
    for (int64_t i = 0; !rc && i < mesh->offset[mesh->my_cells]; i++)
        mesh->node[i] = find_place(place, msh->nodes, node_tag[i])->number;
    PetscFree(place);
    return rc;
}

/* --- a mesh in the plane -------------------------------------------------- */

/* Twice the area of a cell in the x-y plane; negative when it is clockwise. */
static double signed_area(const struct stg_mesh *mesh, int64_t cell)
{
    const int64_t *node = mesh->node + mesh->offset[cell];
    int n = shape_straight(mesh->type[cell])->nodes;
    double sum = 0;

    for (int i = 0; i < n; i++) {
        const double *a = mesh->point + 3 * node[i];
        const double *b = mesh->point + 3 * node[(i + 1) % n];

        sum += a[0] * b[1] - b[0] * a[1];
    }
    return sum;
}

static void reverse(int64_t *node, int n)
{
    for (int i = 0; i < n / 2; i++) {
        int64_t kept = node[i];

        node[i] = node[n - 1 - i];
        node[n - 1 - i] = kept;
    }
}

/* Go around the other way, from the same corner: the edges, which follow the
 * corners, are then those from the last to the first. */
static void turn_over(const struct stg_mesh *mesh, int64_t cell)
{
    int64_t *node = mesh->node + mesh->offset[cell];
    int corners = shape_straight(mesh->type[cell])->nodes;

    reverse(node + 1, corners - 1);
    if (stg_cell_type(mesh->type[cell])->order > 1)
        reverse(node + corners, corners);
}

/* Solvers in two dimensions use x and y, with cells in the mathematical
 * sense. */
static PetscErrorCode settle_plane(struct stg_task *task,
                                   struct stg_mesh *mesh)
{
    double low = INFINITY, high = -INFINITY, reach = 0;

    for (int64_t i = 0; i < mesh->my_points; i++) {
        const double *x = mesh->point + 3 * i;

        low = fmin(low, x[2]);
        high = fmax(high, x[2]);
        reach = fmax(reach, fmax(fabs(x[0]), fabs(x[1])));
    }
    if (high - low > 1e-9 * reach)
        return stg_fail(task, "the mesh has dimension 2, but z runs from %g "
                        "to %g m; it must lie in a plane of constant z",
                        low, high);
    for (int64_t i = 0; i < mesh->my_cells; i++)
        if (stg_cell_type(mesh->type[i])->dimension == 2 &&
            signed_area(mesh, i) < 0)
            turn_over(mesh, i);
    return 0;
}

PetscErrorCode convert(struct stg_task *task, const struct options *options,
                       const struct msh *msh, struct stg_mesh *mesh)
{
    uint64_t *node_tag = NULL;
    int32_t *number = NULL;
    PetscErrorCode rc = check_labels(task, options, msh);

    mesh->dimension = options->dimension;
    if (!rc)
        rc = PetscCalloc1(msh->labels + 1, &number);
    if (!rc)
        rc = make_groups(msh, options->dimension, mesh, number);
    if (!rc)
        rc = check_names(task, mesh);
    if (!rc)
        rc = make_cells(msh, options->dimension, number, mesh, &node_tag);
    if (!rc)
        rc = connect(task, msh, options->length_unit_m, node_tag, mesh);
    if (!rc && options->dimension == 2)
        rc = settle_plane(task, mesh);
    PetscFree(node_tag);
    PetscFree(number);
    return rc;
}

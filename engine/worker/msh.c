/* msh.c - mesh files of Gmsh: from elements and groups to a mesh */
#include "worker/msh.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/err.h"
#include "worker/copy.h"
#include "worker/grid.h"
#include "worker/msh_file.h"

#define UNUSED (-1) /* a node of no cell */

struct making {
    struct ft_msh_file *file;
    struct ft_grid *grid;
    int dimension;
    int32_t *number; /* of the group that a label becomes, 0 for none */
    struct place *place; /* of the nodes, sorted by tag */
};

struct place {
    uint64_t tag;
    int64_t at;     /* in the file */
    int64_t number; /* in the mesh, or UNUSED */
};

/* --- groups --------------------------------------------------------------- */

static int check_names(const struct making *m, struct ft_err *err)
{
    struct ft_map names = FT_MAP_INIT;
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < m->grid->n_groups; i++) {
        struct ft_grid_group *group = &m->grid->groups[i];
        char *key = ft_asprintf("%d %s", group->dimension, group->name);

        if (ft_map_put(&names, key, group))
            rc = ft_err_set(err, FT_EFORMAT, "%s: two groups of dimension %d "
                            "have the name '%s'", m->file->in.name,
                            group->dimension, group->name);
        free(key);
    }
    ft_map_release(&names);
    return rc;
}

/* Those of cells first, then those of facets, each in the order of the file. */
static int make_groups(struct making *m, struct ft_err *err)
{
    struct ft_msh_file *file = m->file;
    struct ft_grid *grid = m->grid;

    grid->groups = ft_calloc(file->labels, sizeof(*grid->groups));
    m->number = ft_calloc(file->labels, sizeof(*m->number));
    for (int d = m->dimension; d >= m->dimension - 1; d--) {
        for (size_t i = 0; i < file->labels; i++) {
            const struct ft_msh_label *label = file->label[i];
            struct ft_grid_group *group = &grid->groups[grid->n_groups];

            if (label->dimension != d)
                continue;
            m->number[i] = (int32_t)++grid->n_groups;
            group->dimension = d;
            memcpy(group->name, label->name, sizeof(group->name));
        }
    }
    return check_names(m, err);
}

/* --- cells ---------------------------------------------------------------- */

/* Cells of the highest dimension, and facets in a group. */
static bool is_taken(const struct making *m, size_t i, int dimension)
{
    return ft_grid_dimension(m->file->type[i]) == dimension &&
           (dimension == m->dimension ||
            m->file->element_label[i] != FT_MSH_NONE);
}

static int find_dimension(struct making *m, struct ft_err *err)
{
    for (size_t i = 0; i < m->file->elements; i++)
        if (ft_grid_dimension(m->file->type[i]) > m->dimension)
            m->dimension = ft_grid_dimension(m->file->type[i]);
    return m->dimension >= 2
               ? 0 : ft_err_set(err, FT_EFORMAT, "%s: there are no flat or "
                                "solid cells", m->file->in.name);
}

static void count_cells(struct making *m)
{
    for (size_t i = 0; i < m->file->elements; i++)
        if (is_taken(m, i, m->dimension) || is_taken(m, i, m->dimension - 1)) {
            m->grid->n_cells++;
            m->grid->n_connectivity +=
                (uint64_t)ft_grid_nodes(m->file->type[i]);
        }
}

/* The connectivity holds tags until all nodes are known. */
static void make_cells(struct making *m)
{
    struct ft_msh_file *file = m->file;
    struct ft_grid *grid = m->grid;
    uint64_t cell = 0;

    count_cells(m);
    grid->types = ft_calloc(grid->n_cells, sizeof(*grid->types));
    grid->group = ft_calloc(grid->n_cells, sizeof(*grid->group));
    grid->offsets = ft_calloc(grid->n_cells + 1, sizeof(*grid->offsets));
    grid->connectivity = ft_calloc(grid->n_connectivity,
                                   sizeof(*grid->connectivity));
    for (int d = m->dimension; d >= m->dimension - 1; d--) {
        const uint64_t *node = file->node;

        for (size_t i = 0; i < file->elements; i++) {
            int n = ft_grid_nodes(file->type[i]);
            int32_t label = file->element_label[i];

            if (is_taken(m, i, d)) {
                grid->types[cell] = file->type[i];
                grid->group[cell] = label == FT_MSH_NONE ? 0
                                                         : m->number[label];
                memcpy(grid->connectivity + grid->offsets[cell], node,
                       (size_t)n * sizeof(*node));
                grid->offsets[cell + 1] = grid->offsets[cell] + n;
                cell++;
            }
            node += n;
        }
    }
}

/* --- points --------------------------------------------------------------- */

static int compare_tags(const void *a, const void *b)
{
    uint64_t x = ((const struct place *)a)->tag;
    uint64_t y = ((const struct place *)b)->tag;

    return (x > y) - (x < y);
}

static int sort_places(struct making *m, struct ft_err *err)
{
    size_t n = m->file->nodes;

    m->place = ft_calloc(n, sizeof(*m->place));
    for (size_t i = 0; i < n; i++)
        m->place[i] = (struct place){ m->file->node_tag[i], (int64_t)i,
                                      UNUSED };
    if (n)
        qsort(m->place, n, sizeof(*m->place), compare_tags);
    for (size_t i = 1; i < n; i++)
        if (m->place[i].tag == m->place[i - 1].tag)
            return ft_err_set(err, FT_EFORMAT, "%s: node %llu is there twice",
                              m->file->in.name,
                              (unsigned long long)m->place[i].tag);
    return 0;
}

static struct place *find_place(const struct making *m, int64_t tag)
{
    const struct place key = { .tag = (uint64_t)tag };

    return bsearch(&key, m->place, m->file->nodes, sizeof(key), compare_tags);
}

/* Points that are used keep the order of the file. */
static int number_points(struct making *m, struct ft_err *err)
{
    struct ft_grid *grid = m->grid;
    int64_t *number = ft_calloc(m->file->nodes, sizeof(*number));
    int rc = 0;

    for (uint64_t i = 0; rc == 0 && i < grid->n_connectivity; i++) {
        const struct place *place = find_place(m, grid->connectivity[i]);

        if (place)
            number[place->at] = 1;
        else
            rc = ft_err_set(err, FT_EFORMAT, "%s: an element uses node %llu, "
                            "which is not there", m->file->in.name,
                            (unsigned long long)grid->connectivity[i]);
    }
    for (size_t i = 0; rc == 0 && i < m->file->nodes; i++)
        number[i] = number[i] ? (int64_t)grid->n_points++ : UNUSED;
    for (size_t i = 0; rc == 0 && i < m->file->nodes; i++)
        m->place[i].number = number[m->place[i].at];
    free(number);
    return rc;
}

static int make_points(struct making *m, double length_m, struct ft_err *err)
{
    struct ft_grid *grid = m->grid;

    if (!m->file->nodes)
        return ft_err_set(err, FT_EFORMAT, "%s: there are no nodes",
                          m->file->in.name);
    if (sort_places(m, err) < 0 || number_points(m, err) < 0)
        return -1;
    grid->points = ft_calloc(grid->n_points, 3 * sizeof(*grid->points));
    for (size_t i = 0; i < m->file->nodes; i++) {
        const struct place *place = &m->place[i];

        for (int k = 0; place->number != UNUSED && k < 3; k++)
            grid->points[3 * place->number + k] =
                length_m * m->file->xyz[3 * place->at + k];
    }
    for (uint64_t i = 0; i < grid->n_connectivity; i++)
        grid->connectivity[i] = find_place(m, grid->connectivity[i])->number;
    return 0;
}

/* --- a mesh in the plane -------------------------------------------------- */

/* Twice the area in the x-y plane; negative when it runs clockwise. */
static double signed_area(const struct ft_grid *grid, uint64_t cell)
{
    const int64_t *node = grid->connectivity + grid->offsets[cell];
    int n = ft_grid_nodes(grid->types[cell]);
    double sum = 0;

    for (int i = 0; i < n; i++) {
        const double *a = grid->points + 3 * node[i];
        const double *b = grid->points + 3 * node[(i + 1) % n];

        sum += a[0] * b[1] - b[0] * a[1];
    }
    return sum;
}

/* Gmsh's surfaces may look down. */
static void turn_cells(const struct ft_grid *grid)
{
    for (uint64_t i = 0; i < grid->n_cells; i++) {
        int64_t *node = grid->connectivity + grid->offsets[i];
        int n = ft_grid_nodes(grid->types[i]);

        if (ft_grid_dimension(grid->types[i]) != 2 || signed_area(grid, i) >= 0)
            continue;
        for (int k = 0; k < n / 2; k++) {
            int64_t kept = node[k];

            node[k] = node[n - 1 - k];
            node[n - 1 - k] = kept;
        }
    }
}

/* -------------------------------------------------------------------------- */

static int make_grid(struct making *m, double length_m, struct ft_err *err)
{
    if (find_dimension(m, err) < 0 || make_groups(m, err) < 0)
        return -1;
    make_cells(m);
    if (make_points(m, length_m, err) < 0)
        return -1;
    if (m->dimension == 2)
        turn_cells(m->grid);
    if (ft_grid_check(m->grid, err) < 0)
        return ft_err_context(err, "%s", m->file->in.name);
    return 0;
}

static int write_mesh(struct ft_msh_file *file, double length_m, hid_t h5,
                      struct ft_err *err)
{
    struct ft_grid grid = { 0 };
    struct making m = { .file = file, .grid = &grid };
    int rc = make_grid(&m, length_m, err);

    if (rc == 0)
        rc = ft_grid_write(&grid, NULL, h5, err);
    free(m.number);
    free(m.place);
    ft_grid_release(&grid);
    return rc;
}

int ft_msh_read(const char *src, double length_m, hid_t h5,
                struct ft_err *err)
{
    struct ft_msh_file *file = ft_calloc(1, sizeof(*file));
    int rc = -1;

    file->in.name = src;
    file->in.line = 1;
    file->in.fd = ft_source_open(src, &file->in.size_bytes, err);
    if (file->in.fd < 0)
        goto done;
    if (file->in.size_bytes > FT_MSH_FILE_MAX)
        ft_err_set(err, FT_EFORMAT, "'%s' has %llu bytes: at most %llu are "
                   "taken", src, (unsigned long long)file->in.size_bytes,
                   (unsigned long long)FT_MSH_FILE_MAX);
    else if (ft_msh_read_file(file, err) == 0)
        rc = write_mesh(file, length_m, h5, err);
    close(file->in.fd);
done:
    ft_msh_file_release(file);
    free(file);
    return rc;
}

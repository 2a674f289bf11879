/* med.c - meshes in MED files
 *
 *   /INFOS_GENERALES            version
 *   /ENS_MAA/MESH/STEP/NOE/COO  points: all x, all y, all z
 *                     /MAI/TYPE/NOD, FAM     nodes of cells: all first ones,
 *                                            all second ones; their families
 *                 /NOE/FAM        families of points
 *   /FAS/MESH/ELEME/FAMILY/GRO/NOM           groups of a family of elements
 *            /NOEUD/FAMILY/GRO/NOM           of nodes
 */
#include "worker/formats/med.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/map.h"
#include "worker/formats/loose.h"
#include "worker/formats/nc.h"

/* VTK's nodes where they stand among MED's; NULL: in the same order. */
static const uint8_t hex27[] = {
    0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13,
    14, 15, 16, 17, 18, 19, 24, 22, 21, 23, 20, 25, 26,
};

static const struct kind {
    const char *name;
    uint8_t vtk; /* 0: points, which are passed over */
    const uint8_t *order;
} kinds[] = {
    { "PO1", 0, NULL },  { "SE2", 3, NULL },  { "SE3", 21, NULL },
    { "TR3", 5, NULL },  { "TR6", 22, NULL }, { "QU4", 9, NULL },
    { "QU8", 23, NULL }, { "QU9", 28, NULL }, { "TE4", 10, NULL },
    { "T10", 24, NULL }, { "HE8", 12, NULL }, { "H20", 25, NULL },
    { "H27", 29, hex27 }, { "PE6", 13, NULL }, { "PY5", 14, NULL },
};

/* The groups that elements or nodes of a family are in. */
struct family {
    double number;
    char **name;
    size_t names;
};

struct families {
    struct family *item; /* sorted by number */
    size_t n;
};

struct med {
    struct ft_nc nc;
    struct ft_loose mesh;
    char *root;           /* "ENS_MAA/MESH/STEP" */
    char *mesh_name;
    struct families of_elements, of_nodes;
    struct ft_map label;  /* "DIMENSION NAME" -> place in 'number' */
    double coordinates;   /* of a point */
    int dimension;
};

static int lacks(const struct med *m, const char *path, struct ft_err *err)
{
    return ft_err_set(err, FT_EFORMAT, "%s: there is no '%s' in this MED file",
                      m->nc.name, path);
}

/* A number in an attribute of a group that must be there. */
static int read_number(struct med *m, const char *path, const char *name,
                       double *number, struct ft_err *err)
{
    struct ft_nc_attr attr = { 0 };
    int rc = ft_nc_hdf5_attr(&m->nc, path, name, &attr, err);

    if (rc >= 0 && (rc == 0 || attr.count != 1))
        rc = ft_err_set(err, FT_EFORMAT, "%s: '%s' has no number '%s'",
                        m->nc.name, path, name);
    if (rc > 0)
        *number = attr.number[0];
    ft_nc_attr_release(&attr);
    return rc < 0 ? -1 : 0;
}

/* A list of numbers; 1, 0 when there is none, -1. */
static int read_list(struct med *m, const char *path, struct ft_nc_array *list,
                     struct ft_err *err)
{
    int rc = ft_nc_read_array(&m->nc, path, list, err);

    if (rc <= 0 || (list->number && list->columns == 1))
        return rc;
    ft_err_set(err, FT_EFORMAT, "%s: '%s' is not a list of numbers",
               m->nc.name, path);
    ft_nc_array_release(list);
    return -1;
}

/* A list that must be there, of so many numbers for each thing. */
static int read_whole(struct med *m, const char *path, uint64_t each,
                      struct ft_nc_array *list, struct ft_err *err)
{
    int rc = read_list(m, path, list, err);

    if (rc == 0)
        return lacks(m, path, err);
    if (rc < 0 || list->rows % each == 0)
        return rc < 0 ? -1 : 0;
    return ft_err_set(err, FT_EFORMAT, "%s: '%s' has %llu numbers, which is no "
                      "multiple of %llu", m->nc.name, path,
                      (unsigned long long)list->rows,
                      (unsigned long long)each);
}

/* The names in a group that must be there. */
static int read_names(struct med *m, const char *path, char ***names,
                      size_t *n, struct ft_err *err)
{
    int rc = ft_nc_hdf5_names(&m->nc, path, names, n, err);

    return rc == 0 ? lacks(m, path, err) : rc < 0 ? -1 : 0;
}

/* --- what the file holds -------------------------------------------------- */

static int check_version(struct med *m, struct ft_err *err)
{
    double major = 0;

    if (read_number(m, "INFOS_GENERALES", "MAJ", &major, err) < 0)
        return -1;
    if (major >= 3)
        return 0;
    ft_err_set(err, FT_EFORMAT, "%s: version %.0f of MED: 3 and later are read",
               m->nc.name, major);
    return ft_err_hint(err, "convert it with medimport");
}

/* The one name in the group 'path'. */
static int only_name(struct med *m, const char *path, const char *things,
                     char **name, struct ft_err *err)
{
    char **names;
    size_t n;

    if (read_names(m, path, &names, &n, err) < 0)
        return -1;
    *name = n == 1 ? ft_strdup(names[0]) : NULL;
    ft_names_free(names, n);
    return *name ? 0 : ft_err_set(err, FT_EFORMAT, "%s: '%s' has %zu %s: one "
                                  "is taken", m->nc.name, path, n, things);
}

static int find_mesh(struct med *m, struct ft_err *err)
{
    char *name = NULL, *step = NULL, *path = NULL;
    double type = 0;
    int rc = only_name(m, "ENS_MAA", "meshes", &name, err);

    if (rc == 0) {
        path = ft_asprintf("ENS_MAA/%s", name);
        rc = read_number(m, path, "TYP", &type, err);
    }
    if (rc == 0)
        rc = read_number(m, path, "ESP", &m->coordinates, err);
    if (rc == 0 && type != 0) {
        ft_err_set(err, FT_EFORMAT, "%s: the mesh '%s' is structured",
                   m->nc.name, name);
        rc = ft_err_hint(err, "convert it to an unstructured one");
    }
    if (rc == 0)
        rc = only_name(m, path, "time steps", &step, err);
    if (rc == 0) {
        m->root = ft_asprintf("%s/%s", path, step);
        m->mesh_name = ft_strdup(name);
    }
    free(path);
    free(step);
    free(name);
    return rc;
}

static int read_points(struct med *m, struct ft_err *err)
{
    struct ft_loose *mesh = &m->mesh;
    uint64_t space = m->coordinates == 2 ? 2 : m->coordinates == 3 ? 3 : 0;
    char *path = ft_asprintf("%s/NOE/COO", m->root);
    struct ft_nc_array list = { 0 };
    int rc = space ? read_whole(m, path, space, &list, err)
                   : ft_err_set(err, FT_EFORMAT, "%s: points with %.15g "
                                "coordinates", m->nc.name, m->coordinates);

    if (rc == 0) {
        mesh->nodes = list.rows / space;
        rc = ft_loose_check_room(mesh, 0, 0, err);
    }
    if (rc == 0) {
        mesh->xyz = ft_calloc(mesh->nodes, 3 * sizeof(*mesh->xyz));
        for (uint64_t k = 0; k < space; k++)
            for (uint64_t i = 0; i < mesh->nodes; i++)
                mesh->xyz[3 * i + k] = list.number[k * mesh->nodes + i];
    }
    ft_nc_array_release(&list);
    free(path);
    return rc;
}

/* --- families ------------------------------------------------------------- */

static int compare_families(const void *a, const void *b)
{
    const struct family *x = a, *y = b;

    return (x->number > y->number) - (x->number < y->number);
}

/* Names of 80 bytes, filled up with blanks or zeros. */
static char *cut_name(const char *text, size_t width)
{
    size_t n = strnlen(text, width);

    while (n && text[n - 1] == ' ')
        n--;
    return ft_strndup(text, n);
}

static int read_family(struct med *m, const char *list, const char *name,
                       struct family *family, struct ft_err *err)
{
    char *path = ft_asprintf("%s/%s", list, name), *lines = NULL;
    size_t width = 0, n = 0;
    double number = 0;
    int rc = read_number(m, path, "NUM", &number, err);

    if (rc == 0 && isnan(number))
        rc = ft_err_set(err, FT_EFORMAT, "%s: the number of family '%s' is "
                        "none", m->nc.name, name);
    family->number = number;
    free(path);
    path = ft_asprintf("%s/%s/GRO/NOM", list, name);
    if (rc == 0)
        rc = ft_nc_hdf5_lines(&m->nc, path, &lines, &width, &n, err);
    if (rc > 0) {
        family->name = ft_calloc(n, sizeof(*family->name));
        for (; family->names < n; family->names++)
            family->name[family->names] =
                cut_name(lines + family->names * width, width);
    }
    free(lines);
    free(path);
    return rc < 0 ? -1 : 0;
}

/* Those of "ELEME" or "NOEUD"; a file without groups may have none. */
static int read_families(struct med *m, const char *kind,
                         struct families *families, struct ft_err *err)
{
    char *list = ft_asprintf("FAS/%s/%s", m->mesh_name, kind), **names;
    size_t n;
    int rc = ft_nc_hdf5_names(&m->nc, list, &names, &n, err);

    if (rc > 0) {
        families->item = ft_calloc(n, sizeof(*families->item));
        families->n = n;
        rc = 0;
        for (size_t i = 0; rc == 0 && i < n; i++)
            rc = read_family(m, list, names[i], &families->item[i], err);
        ft_names_free(names, n);
        if (rc == 0 && n)
            qsort(families->item, n, sizeof(*families->item),
                  compare_families);
    }
    free(list);
    return rc;
}

static void families_release(struct families *families)
{
    for (size_t i = 0; i < families->n; i++) {
        for (size_t k = 0; k < families->item[i].names; k++)
            free(families->item[i].name[k]);
        free(families->item[i].name);
    }
    free(families->item);
}

/* The family with a number; *family is NULL when 0, which needs none. */
static int find_family(const struct med *m, const struct families *families,
                       double number, const struct family **family,
                       const char *what, struct ft_err *err)
{
    const struct family key = { .number = number };

    *family = families->n && !isnan(number)
                  ? bsearch(&key, families->item, families->n, sizeof(key),
                            compare_families) : NULL;
    if (*family || number == 0)
        return 0;
    return ft_err_set(err, FT_EFORMAT, "%s: %s is of family %.0f, which is "
                      "not there", m->nc.name, what, number);
}

/* The label of a group, which may be new. */
static int label_of(struct med *m, int dimension, const char *group,
                    int32_t *label, struct ft_err *err)
{
    char *name = ft_asprintf("%d %s", dimension, group);
    int32_t *known = ft_map_get(&m->label, name);

    if (!known) {
        *label = ft_loose_add_group(&m->mesh, dimension, group, err);
        known = ft_realloc(NULL, 1, sizeof(*known));
        *known = *label;
        (void)ft_map_put(&m->label, name, known);
    }
    *label = *known;
    free(name);
    return *label < 0 ? -1 : 0;
}

/* The label of elements of a dimension in a family. */
static int find_label(struct med *m, double number, int dimension,
                      int32_t *label, struct ft_err *err)
{
    const struct family *family;

    *label = FT_LOOSE_NONE;
    if (dimension < m->dimension - 1)
        return 0;
    if (find_family(m, &m->of_elements, number, &family, "an element",
                    err) < 0)
        return -1;
    if (!family || !family->names)
        return 0;
    if (family->names > 1) {
        ft_err_set(err, FT_EFORMAT, "%s: elements of family %.0f are in the "
                   "groups '%s' and '%s': they can be in one only",
                   m->nc.name, number, family->name[0], family->name[1]);
        return ft_err_hint(err, "save only groups that do not overlap");
    }
    return label_of(m, dimension, family->name[0], label, err);
}

/* --- elements ------------------------------------------------------------- */

static const struct kind *find_kind(const char *name)
{
    for (size_t i = 0; i < FT_ARRAY_LEN(kinds); i++)
        if (strcmp(name, kinds[i].name) == 0)
            return &kinds[i];
    return NULL;
}

static int add_elements(struct med *m, const struct kind *kind,
                        const struct ft_nc_array *nod,
                        const struct ft_nc_array *fam, struct ft_err *err)
{
    int nodes = ft_grid_nodes(kind->vtk);
    uint64_t n = nod->rows / (uint64_t)nodes;
    int32_t label = FT_LOOSE_NONE;

    for (uint64_t i = 0; i < n; i++) {
        int64_t *node;

        if (fam->number && (i == 0 || fam->number[i] != fam->number[i - 1]) &&
            find_label(m, fam->number[i], ft_grid_dimension(kind->vtk), &label,
                       err) < 0)
            return -1;
        node = ft_loose_add(&m->mesh, kind->vtk, label);
        for (int k = 0; k < nodes; k++) {
            uint64_t from = (uint64_t)(kind->order ? kind->order[k] : k);
            double number = nod->number[from * n + i];

            node[k] = ft_loose_index(number, m->mesh.nodes);
            if (node[k] < 0)
                return ft_err_set(err, FT_EFORMAT, "%s: an element '%s' uses "
                                  "node %.15g of %llu", m->nc.name, kind->name,
                                  number, (unsigned long long)m->mesh.nodes);
        }
    }
    return 0;
}

/* The families of 'n' elements; without any they are in no group. */
static int read_families_of(struct med *m, const struct kind *kind, uint64_t n,
                            struct ft_nc_array *fam, struct ft_err *err)
{
    char *path = ft_asprintf("%s/MAI/%s/FAM", m->root, kind->name);
    int rc = read_list(m, path, fam, err);

    if (rc > 0 && fam->rows != n)
        rc = ft_err_set(err, FT_EFORMAT, "%s: '%s' is not a list of %llu "
                        "numbers", m->nc.name, path, (unsigned long long)n);
    free(path);
    return rc < 0 ? -1 : 0;
}

static int read_elements(struct med *m, const struct kind *kind,
                         struct ft_err *err)
{
    struct ft_nc_array nod = { 0 }, fam = { 0 };
    char *path = ft_asprintf("%s/MAI/%s/NOD", m->root, kind->name);
    uint64_t nodes = (uint64_t)ft_grid_nodes(kind->vtk);
    int rc = read_whole(m, path, nodes, &nod, err);

    if (rc == 0)
        rc = read_families_of(m, kind, nod.rows / nodes, &fam, err);
    if (rc == 0)
        rc = ft_loose_check_room(&m->mesh, nod.rows / nodes, nodes, err);
    if (rc == 0)
        rc = add_elements(m, kind, &nod, &fam, err);
    ft_nc_array_release(&nod);
    ft_nc_array_release(&fam);
    free(path);
    return rc;
}

/* Families of curves in space may be in several groups: the dimension must be
 * known before. */
static int read_cells(struct med *m, struct ft_err *err)
{
    char *path = ft_asprintf("%s/MAI", m->root), **names = NULL;
    size_t n = 0;
    int rc = read_names(m, path, &names, &n, err);

    for (size_t i = 0; rc == 0 && i < n; i++) {
        const struct kind *kind = find_kind(names[i]);

        if (!kind)
            rc = ft_err_set(err, FT_EFORMAT, "%s: there are elements '%s': "
                            FT_GRID_TAKEN, m->nc.name, names[i]);
        else if (kind->vtk && ft_grid_dimension(kind->vtk) > m->dimension)
            m->dimension = ft_grid_dimension(kind->vtk);
    }
    for (size_t i = 0; rc == 0 && i < n; i++)
        if (find_kind(names[i])->vtk)
            rc = read_elements(m, find_kind(names[i]), err);
    ft_names_free(names, n);
    free(path);
    return rc;
}

/* --- groups of nodes ------------------------------------------------------ */

static int add_node(struct med *m, int64_t node, const struct family *family,
                    struct ft_err *err)
{
    for (size_t i = 0; i < family->names; i++) {
        int32_t label;

        if (label_of(m, 0, family->name[i], &label, err) < 0 ||
            ft_loose_check_room(&m->mesh, 1, 1, err) < 0)
            return -1;
        *ft_loose_add(&m->mesh, FT_LOOSE_POINT, label) = node;
    }
    return 0;
}

/* Nodes may be in several groups; without families they are in none. */
static int read_nodes(struct med *m, struct ft_err *err)
{
    char *path = ft_asprintf("%s/NOE/FAM", m->root);
    struct ft_nc_array fam = { 0 };
    int rc = read_list(m, path, &fam, err);

    if (rc > 0 && fam.rows != m->mesh.nodes)
        rc = ft_err_set(err, FT_EFORMAT, "%s: '%s' is not a list of %llu "
                        "numbers", m->nc.name, path,
                        (unsigned long long)m->mesh.nodes);
    for (uint64_t i = 0; rc >= 0 && i < fam.rows; i++) {
        const struct family *family = NULL;

        rc = find_family(m, &m->of_nodes, fam.number[i], &family, "a node",
                         err);
        if (rc == 0 && family)
            rc = add_node(m, (int64_t)i, family, err);
    }
    ft_nc_array_release(&fam);
    free(path);
    return rc < 0 ? -1 : 0;
}

/* -------------------------------------------------------------------------- */

static void release(struct med *m)
{
    families_release(&m->of_elements);
    families_release(&m->of_nodes);
    for (size_t i = 0; i < m->label.len; i++)
        free(m->label.entry[i].value);
    ft_map_release(&m->label);
    ft_loose_release(&m->mesh);
    free(m->root);
    free(m->mesh_name);
    ft_nc_close(&m->nc);
}

int ft_med_read(const char *src, double length_m, hid_t file,
                struct ft_err *err)
{
    struct med m = { .mesh = { .name = src, .either_hand = true } };
    int rc = -1;

    if (ft_nc_open(&m.nc, src, err) < 0)
        return -1;
    if (m.nc.format != &ft_nc_hdf5)
        ft_err_set(err, FT_EFORMAT, "'%s' is not an HDF5 file", src);
    else if (check_version(&m, err) == 0 && find_mesh(&m, err) == 0 &&
             read_points(&m, err) == 0 &&
             read_families(&m, "ELEME", &m.of_elements, err) == 0 &&
             read_families(&m, "NOEUD", &m.of_nodes, err) == 0 &&
             read_cells(&m, err) == 0 && read_nodes(&m, err) == 0)
        rc = ft_loose_write(&m.mesh, length_m, file, err);
    release(&m);
    return rc;
}

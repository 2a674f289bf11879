/* msh_parts.c - nodes and elements of both versions of Gmsh's format */
#include "worker/formats/msh_file.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "base/err.h"
#include "worker/formats/grid.h"

#define ENTITY_BYTES 16  /* of memory */
#define ELEMENT_BYTES 32 /* of memory, besides its nodes */
#define TAGS_MAX 4096    /* of one element */

static int check_elements(struct ft_msh_file *file, uint64_t n,
                          size_t bytes_binary, struct ft_err *err)
{
    return ft_msh_check_count(&file->in, n, "elements",
                              file->in.binary ? bytes_binary : 4,
                              ELEMENT_BYTES, err);
}

/* Room for 'n' elements of VTK's type 'type'. */
static int check_room(const struct ft_msh_file *file, uint64_t n, int type,
                      struct ft_err *err)
{
    return ft_loose_check_room(&file->mesh, n,
                               (uint64_t)ft_grid_nodes((uint8_t)type), err);
}

/* --- version 2.2 ---------------------------------------------------------- */

/* The count in front is text; what follows it in the line is its end. */
static int count2(struct ft_msh_file *file, uint64_t *n, struct ft_err *err)
{
    int64_t count = 0;

    if (ft_msh_text_int(&file->in, &count, err) < 0 ||
        ft_msh_end_line(&file->in, err) < 0)
        return -1;
    *n = (uint64_t)count;
    return 0;
}

static int read_xyz(struct ft_msh_file *file, struct ft_err *err)
{
    for (int k = 0; k < 3; k++)
        if (ft_msh_real(&file->in,
                        &file->mesh.xyz[3 * file->mesh.nodes + (uint64_t)k],
                        err) < 0)
            return -1;
    file->mesh.nodes++;
    return 0;
}

int ft_msh2_nodes(struct ft_msh_file *file, struct ft_err *err)
{
    uint64_t n = 0;
    int64_t tag = 0;

    if (count2(file, &n, err) < 0 || ft_msh_make_nodes(file, n, err) < 0)
        return -1;
    for (uint64_t i = 0; i < n; i++) {
        if (ft_msh_int(&file->in, &tag, err) < 0)
            return -1;
        file->node_tag[i] = (uint64_t)tag;
        if (read_xyz(file, err) < 0)
            return -1;
    }
    return 0;
}

/* The first tag is the physical group, 0 for none; its sign is a direction. */
static int read_tags2(struct ft_msh_file *file, int64_t n, int type,
                      int32_t *label, struct ft_err *err)
{
    int dimension = ft_grid_dimension((uint8_t)type);
    int64_t tag = 0;

    *label = FT_LOOSE_NONE;
    if (n < 0 || n > TAGS_MAX)
        return ft_msh_fail(&file->in, err, "an element with %lld tags",
                           (long long)n);
    for (int64_t i = 0; i < n; i++) {
        if (ft_msh_int(&file->in, &tag, err) < 0)
            return -1;
        if (i == 0 && tag &&
            ft_msh_find_label(file, dimension, llabs(tag), label, err) < 0)
            return -1;
    }
    return 0;
}

static int read_element2(struct ft_msh_file *file, int type, int64_t tags,
                         struct ft_err *err)
{
    int32_t label;

    if (read_tags2(file, tags, type, &label, err) < 0)
        return -1;
    return ft_msh_read_nodes_of(file, type, label, err);
}

/* Elements of one type, or a single one: the numbers in front of it. */
static int read_header2(struct ft_msh_file *file, int64_t head[3],
                        struct ft_err *err)
{
    struct ft_msh_in *in = &file->in;
    int64_t number = 0;

    head[1] = 1;
    if (!in->binary) /* number, type, how many tags */
        return ft_msh_int(in, &number, err) < 0 ||
               ft_msh_int(in, &head[0], err) < 0
                   ? -1 : ft_msh_int(in, &head[2], err);
    for (int i = 0; i < 3; i++) /* type, how many, how many tags */
        if (ft_msh_int(in, &head[i], err) < 0)
            return -1;
    return 0;
}

int ft_msh2_elements(struct ft_msh_file *file, struct ft_err *err)
{
    uint64_t n = 0, done = 0;
    int64_t number = 0, head[3];

    if (count2(file, &n, err) < 0 || check_elements(file, n, 8, err) < 0)
        return -1;
    while (done < n) {
        int type;

        if (read_header2(file, head, err) < 0)
            return -1;
        if (head[1] < 1 || (uint64_t)head[1] > n - done)
            return ft_msh_fail(&file->in, err, "a block of %lld elements where "
                               "%llu are left", (long long)head[1],
                               (unsigned long long)(n - done));
        type = ft_msh_type(&file->in, head[0], err);
        if (type < 0 || check_room(file, (uint64_t)head[1], type, err) < 0)
            return -1;
        for (int64_t i = 0; i < head[1]; i++)
            if ((file->in.binary && ft_msh_int(&file->in, &number, err) < 0) ||
                read_element2(file, type, head[2], err) < 0)
                return -1;
        done += (uint64_t)head[1];
    }
    return 0;
}

/* --- version 4.1 ---------------------------------------------------------- */

static int compare_entities(const void *a, const void *b)
{
    const struct ft_msh_entity *x = a, *y = b;

    if (x->dimension != y->dimension)
        return x->dimension - y->dimension;
    return (x->tag > y->tag) - (x->tag < y->tag);
}

/* A count of numbers, which are passed over or read by the caller. */
static int count_ints(struct ft_msh_file *file, const char *things,
                      uint64_t *n, struct ft_err *err)
{
    if (ft_msh_size(&file->in, n, err) < 0)
        return -1;
    return ft_msh_check_count(&file->in, *n, things, file->in.binary ? 4 : 1,
                              ENTITY_BYTES, err);
}

static void add_entity(struct ft_msh_file *file,
                       const struct ft_msh_entity *entity)
{
    file->entity = ft_grow(file->entity, file->entities, &file->entities_cap,
                           sizeof(*file->entity));
    file->entity[file->entities++] = *entity;
}

/* A point in several groups becomes several entities, of which the caller adds
 * the last one. */
static int read_labels(struct ft_msh_file *file, struct ft_msh_entity *entity,
                       struct ft_err *err)
{
    uint64_t n = 0;
    int64_t tag = 0;
    int32_t label;

    if (count_ints(file, "groups", &n, err) < 0)
        return -1;
    for (uint64_t i = 0; i < n; i++) {
        if (ft_msh_int(&file->in, &tag, err) < 0 ||
            ft_msh_find_label(file, entity->dimension, llabs(tag), &label,
                              err) < 0)
            return -1;
        if (entity->dimension == 0 && entity->label >= 0)
            add_entity(file, entity);
        else if (entity->label >= 0 && entity->label != label)
            return ft_msh_fail(&file->in, err, "entity %lld of dimension %d is "
                               "in the groups '%s' and '%s': it can be in one "
                               "only", (long long)entity->tag,
                               entity->dimension,
                               file->label[entity->label]->name,
                               file->label[label]->name);
        entity->label = label;
    }
    return 0;
}

static int read_entity(struct ft_msh_file *file, int dimension,
                       struct ft_err *err)
{
    struct ft_msh_entity entity = { .dimension = dimension,
                                    .label = FT_LOOSE_NONE };
    uint64_t n = 0;
    int64_t tag;
    double skipped;

    if (ft_msh_int(&file->in, &entity.tag, err) < 0)
        return -1;
    for (int i = 0; i < (dimension ? 6 : 3); i++)
        if (ft_msh_real(&file->in, &skipped, err) < 0)
            return -1;
    if (read_labels(file, &entity, err) < 0 ||
        (dimension && count_ints(file, "bounds", &n, err) < 0))
        return -1;
    for (uint64_t i = 0; i < n; i++)
        if (ft_msh_int(&file->in, &tag, err) < 0)
            return -1;
    add_entity(file, &entity);
    return 0;
}

int ft_msh4_entities(struct ft_msh_file *file, struct ft_err *err)
{
    uint64_t n[4];

    if (file->has_elements)
        return ft_msh_fail(&file->in, err, "'$Entities' behind '$Elements'");
    for (int d = 0; d < 4; d++)
        if (count_ints(file, "entities", &n[d], err) < 0)
            return -1;
    for (int d = 0; d < 4; d++)
        for (uint64_t i = 0; i < n[d]; i++)
            if (read_entity(file, d, err) < 0)
                return -1;
    if (file->entities)
        qsort(file->entity, file->entities, sizeof(*file->entity),
              compare_entities);
    return 0;
}

/* Blocks, nodes or elements in all, the least and the greatest tag. */
static int read_totals(struct ft_msh_file *file, uint64_t *blocks,
                       uint64_t *all, struct ft_err *err)
{
    uint64_t skipped;

    if (ft_msh_size(&file->in, blocks, err) < 0 ||
        ft_msh_size(&file->in, all, err) < 0 ||
        ft_msh_size(&file->in, &skipped, err) < 0 ||
        ft_msh_size(&file->in, &skipped, err) < 0)
        return -1;
    return ft_msh_check_count(&file->in, *blocks, "blocks",
                              file->in.binary ? 20 : 8, 1, err);
}

static int check_total(const struct ft_msh_file *file, uint64_t done,
                       uint64_t all, struct ft_err *err)
{
    return done == all ? 0 : ft_msh_fail(&file->in, err, "%llu of %llu are "
                                         "there", (unsigned long long)done,
                                         (unsigned long long)all);
}

static int read_node_block(struct ft_msh_file *file, uint64_t all,
                           struct ft_err *err)
{
    int64_t dimension = 0, tag, parametric = 0;
    uint64_t first = file->mesh.nodes;
    uint64_t n = 0;
    double skipped;

    if (ft_msh_int(&file->in, &dimension, err) < 0 ||
        ft_msh_int(&file->in, &tag, err) < 0 ||
        ft_msh_int(&file->in, &parametric, err) < 0 ||
        ft_msh_size(&file->in, &n, err) < 0)
        return -1;
    if (dimension < 0 || dimension > 3 || parametric < 0 || parametric > 1 ||
        n > all - first)
        return ft_msh_fail(&file->in, err, "a block of %llu nodes of dimension "
                           "%lld where %llu are left", (unsigned long long)n,
                           (long long)dimension,
                           (unsigned long long)(all - first));
    for (uint64_t i = 0; i < n; i++)
        if (ft_msh_size(&file->in, &file->node_tag[first + i], err) < 0)
            return -1;
    for (uint64_t i = 0; i < n; i++) {
        if (read_xyz(file, err) < 0)
            return -1;
        for (int64_t k = 0; parametric && k < dimension; k++)
            if (ft_msh_real(&file->in, &skipped, err) < 0)
                return -1;
    }
    return 0;
}

int ft_msh4_nodes(struct ft_msh_file *file, struct ft_err *err)
{
    uint64_t blocks = 0, all = 0;

    if (read_totals(file, &blocks, &all, err) < 0 ||
        ft_msh_make_nodes(file, all, err) < 0)
        return -1;
    for (uint64_t i = 0; i < blocks; i++)
        if (read_node_block(file, all, err) < 0)
            return -1;
    return check_total(file, file->mesh.nodes, all, err);
}

/* The entity, '*n' times if it is a point in so many groups; a file may have
 * none of them. */
static int find_entity(struct ft_msh_file *file, int64_t dimension,
                       int64_t tag, const struct ft_msh_entity **entity,
                       size_t *n, struct ft_err *err)
{
    const struct ft_msh_entity key = { .dimension = (int32_t)dimension,
                                       .tag = tag }, *found;

    *n = 0;
    if (!file->has_entities)
        return 0;
    found = file->entities
                ? bsearch(&key, file->entity, file->entities,
                          sizeof(*file->entity), compare_entities) : NULL;
    if (!found)
        return ft_msh_fail(&file->in, err, "elements of entity %lld of "
                           "dimension %lld, which '$Entities' does not have",
                           (long long)tag, (long long)dimension);
    while (found > file->entity && compare_entities(found - 1, &key) == 0)
        found--;
    *entity = found;
    while (found < file->entity + file->entities &&
           compare_entities(found, &key) == 0)
        found++;
    *n = (size_t)(found - *entity);
    return 0;
}

/* One element, which is there once for each group that it is in. */
static int read_element4(struct ft_msh_file *file, int type,
                         const struct ft_msh_entity *entity, size_t n,
                         struct ft_err *err)
{
    struct ft_loose *mesh = &file->mesh;
    uint64_t number;

    if (ft_msh_size(&file->in, &number, err) < 0 ||
        ft_msh_read_nodes_of(file, type, n ? entity->label : FT_LOOSE_NONE,
                             err) < 0)
        return -1;
    for (size_t i = 1; i < n; i++)
        if (type == FT_LOOSE_POINT) {
            int64_t *node = ft_loose_add(mesh, FT_LOOSE_POINT,
                                         entity[i].label);

            *node = mesh->node[mesh->refs - 2];
        }
    return 0;
}

static int read_element_block(struct ft_msh_file *file, uint64_t all,
                              uint64_t *done, struct ft_err *err)
{
    int64_t dimension = 0, tag = 0, gmsh_type = 0;
    const struct ft_msh_entity *entity = NULL;
    size_t groups = 0;
    uint64_t n = 0;
    int type;

    if (ft_msh_int(&file->in, &dimension, err) < 0 ||
        ft_msh_int(&file->in, &tag, err) < 0 ||
        ft_msh_int(&file->in, &gmsh_type, err) < 0 ||
        ft_msh_size(&file->in, &n, err) < 0)
        return -1;
    type = ft_msh_type(&file->in, gmsh_type, err);
    if (type < 0)
        return -1;
    if (dimension != ft_grid_dimension((uint8_t)type) ||
        n > all - *done)
        return ft_msh_fail(&file->in, err, "a block of %llu elements of "
                           "dimension %lld and Gmsh's type %lld where %llu are "
                           "left", (unsigned long long)n, (long long)dimension,
                           (long long)gmsh_type,
                           (unsigned long long)(all - *done));
    if (find_entity(file, dimension, tag, &entity, &groups, err) < 0 ||
        check_room(file, n * (groups ? groups : 1), type, err) < 0)
        return -1;
    for (uint64_t i = 0; i < n; i++)
        if (read_element4(file, type, entity, groups, err) < 0)
            return -1;
    *done += n;
    return 0;
}

int ft_msh4_elements(struct ft_msh_file *file, struct ft_err *err)
{
    uint64_t blocks = 0, all = 0, done = 0;

    if (read_totals(file, &blocks, &all, err) < 0 ||
        check_elements(file, all, 16, err) < 0)
        return -1;
    for (uint64_t i = 0; i < blocks; i++)
        if (read_element_block(file, all, &done, err) < 0)
            return -1;
    return check_total(file, done, all, err);
}

/* msh.c - read MSH 4.1 binary; the format is described in Gmsh's manual */
#include "mesh_gmsh/msh.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Gmsh's type, VTK's, and where each of VTK's nodes stands among Gmsh's; NULL:
 * in the same order.  Gmsh numbers the middles of edges and faces by the
 * corners, VTK goes around. */
static const uint8_t tet10[] = { 0, 1, 2, 3, 4, 5, 6, 7, 9, 8 };
static const uint8_t hex27[] = {
    0,  1,  2,  3,  4,  5,  6,  7,  8,  11, 13, 9,  16, 18,
    19, 17, 10, 12, 14, 15, 22, 23, 21, 24, 20, 25, 26,
};
static const struct msh_type types[] = {
    { 15, STG_VERTEX, NULL },
    { 1, STG_LINE, NULL },      { 2, STG_TRIANGLE, NULL },
    { 3, STG_QUAD, NULL },      { 4, STG_TET, NULL },
    { 5, STG_HEX, NULL },       { 6, STG_WEDGE, NULL },
    { 7, STG_PYRAMID, NULL },   { 8, STG_LINE3, NULL },
    { 9, STG_TRIANGLE6, NULL }, { 10, STG_QUAD9, NULL },
    { 11, STG_TET10, tet10 },   { 12, STG_HEX27, hex27 },
    { 16, STG_QUAD8, NULL },    { 17, STG_HEX20, hex27 },
};

const struct msh_type *msh_type(int type)
{
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
        if (types[i].type == type)
            return &types[i];
    return NULL;
}

const struct stg_cell_type *msh_cell_type(int type)
{
    const struct msh_type *found = msh_type(type);

    return found ? stg_cell_type(found->cell) : NULL;
}

/* --- a section of the file, read from the front --------------------------- */

struct cursor {
    struct stg_task *task;
    const char *at, *end;
    const char *section;
};

static PetscErrorCode cut_off(const struct cursor *c)
{
    return stg_fail(c->task, "the mesh that gmsh wrote ends inside '%s'",
                    c->section);
}

/* Take 'n' things of 'size' bytes; *data points into the file. */
static PetscErrorCode take(struct cursor *c, uint64_t n, size_t size,
                           const char **data)
{
    uint64_t left = (uint64_t)(c->end - c->at);

    if (n > left / size)
        return cut_off(c);
    *data = c->at;
    c->at += n * size;
    return 0;
}

static PetscErrorCode take_int(struct cursor *c, int *x)
{
    const char *data = NULL;

    PetscCall(take(c, 1, sizeof(*x), &data));
    memcpy(x, data, sizeof(*x));
    return 0;
}

static PetscErrorCode take_size(struct cursor *c, uint64_t *n)
{
    const char *data = NULL;

    PetscCall(take(c, 1, sizeof(*n), &data));
    memcpy(n, data, sizeof(*n));
    return 0;
}

/* A count of things that take at least 'size' bytes each. */
static PetscErrorCode take_count(struct cursor *c, size_t size, int64_t *n)
{
    uint64_t count = 0;

    PetscCall(take_size(c, &count));
    if (count > (uint64_t)(c->end - c->at) / size)
        return cut_off(c);
    *n = (int64_t)count;
    return 0;
}

static const char *find(const char *at, const char *end, const char *text)
{
    return memmem(at, (size_t)(end - at), text, strlen(text));
}

/* The section behind "$Name\n"; *found false when there is none. */
static PetscErrorCode open_section(struct stg_task *task,
                                   const struct msh *msh, const char *section,
                                   struct cursor *c, bool *found)
{
    const char *end = msh->bytes + msh->size, *begin;
    char line[64];

    snprintf(line, sizeof(line), "$%s\n", section);
    begin = find(msh->bytes, end, line);
    *c = (struct cursor){ .task = task, .section = section, .end = end };
    *found = begin != NULL;
    if (begin)
        c->at = begin + strlen(line);
    return 0;
}

static PetscErrorCode need_section(struct stg_task *task,
                                   const struct msh *msh, const char *section,
                                   struct cursor *c)
{
    bool found;

    PetscCall(open_section(task, msh, section, c, &found));
    if (!found)
        return stg_fail(task, "the mesh that gmsh wrote has no '%s'", section);
    return 0;
}

static PetscErrorCode end_section(const struct cursor *c)
{
    char line[64];

    snprintf(line, sizeof(line), "\n$End%s", c->section);
    if ((size_t)(c->end - c->at) < strlen(line) ||
        strncmp(c->at, line, strlen(line)) != 0)
        return cut_off(c);
    return 0;
}

/* --- sections ------------------------------------------------------------- */

static PetscErrorCode read_format(struct stg_task *task, const struct msh *msh)
{
    struct cursor c;
    int one;

    PetscCall(need_section(task, msh, "MeshFormat", &c));
    if (!find(c.at, c.end, "4.1 1 8\n") ||
        strncmp(c.at, "4.1 1 8\n", 8) != 0)
        return stg_fail(task, "gmsh wrote another format than MSH 4.1 binary");
    c.at += 8;
    PetscCall(take_int(&c, &one));
    if (one != 1)
        return stg_fail(task, "gmsh wrote the mesh in another byte order");
    return 0;
}

/* A line: dimension tag "name". */
static PetscErrorCode read_name(struct cursor *c, struct msh_label *label)
{
    const char *line_end = find(c->at, c->end, "\n");
    char line[STG_GROUP_NAME_MAX + 64], *name, *last;

    if (!line_end)
        return cut_off(c);
    if ((size_t)(line_end - c->at) >= sizeof(line))
        return stg_fail(c->task, "the name of a physical group has over %d "
                        "characters",
                        STG_GROUP_NAME_MAX);
    memcpy(line, c->at, (size_t)(line_end - c->at));
    line[line_end - c->at] = '\0';
    c->at = line_end + 1;
    label->dimension = (int)strtol(line, &name, 10);
    label->tag = (int)strtol(name, &name, 10);
    name = strchr(name, '"');
    last = strrchr(line, '"');
    if (!name || last == name)
        return cut_off(c);
    *last = '\0';
    name++;
    if (!stg_group_name_valid(name))
        return stg_fail(c->task, "physical group %d cannot have the name "
                        "'%s'; use printable ASCII",
                        label->tag, name);
    memcpy(label->name, name, strlen(name) + 1);
    return 0;
}

static PetscErrorCode read_names(struct stg_task *task, struct msh *msh)
{
    struct cursor c;
    bool found;
    char *end;
    long n;

    PetscCall(open_section(task, msh, "PhysicalNames", &c, &found));
    if (!found)
        return 0;
    n = strtol(c.at, &end, 10);
    if (n < 0 || n > c.end - c.at || *end != '\n')
        return cut_off(&c);
    c.at = end + 1;
    PetscCall(PetscCalloc1(n + 1, &msh->label));
    for (; msh->labels < n; msh->labels++)
        PetscCall(read_name(&c, &msh->label[msh->labels]));
    return 0;
}

/* The index of a physical group; one without a name gets its number. */
static PetscErrorCode find_label(struct msh *msh, int dimension, int tag,
                                 int *label)
{
    struct msh_label *added;

    for (int64_t i = 0; i < msh->labels; i++) {
        *label = (int)i;
        if (msh->label[i].dimension == dimension && msh->label[i].tag == tag)
            return 0;
    }
    PetscCall(PetscRealloc(sizeof(*msh->label) * (size_t)(msh->labels + 1),
                           &msh->label));
    added = &msh->label[msh->labels];
    added->dimension = dimension;
    added->tag = tag;
    snprintf(added->name, sizeof(added->name), "%d", tag);
    *label = (int)msh->labels++;
    return 0;
}

static const char *const entity_names[] = { "point", "curve", "surface",
                                            "volume" };

static PetscErrorCode read_labels(struct cursor *c, struct msh *msh,
                                  struct msh_entity *entity)
{
    int64_t n;
    int tag = 0, label = 0;

    PetscCall(take_count(c, sizeof(int), &n));
    entity->label = -1;
    for (int64_t i = 0; i < n; i++) {
        PetscCall(take_int(c, &tag));
        PetscCall(find_label(msh, entity->dimension, abs(tag), &label));
        if (entity->label >= 0 && entity->label != label)
            return stg_fail(c->task, "%s %d is in the groups '%s' and '%s'; "
                            "it can be in one only",
                            entity_names[entity->dimension], entity->tag,
                            msh->label[entity->label].name,
                            msh->label[label].name);
        entity->label = label;
    }
    return 0;
}

static PetscErrorCode read_entity(struct cursor *c, struct msh *msh,
                                  int dimension, struct msh_entity *entity)
{
    const char *skipped;
    int64_t n;

    entity->dimension = dimension;
    PetscCall(take_int(c, &entity->tag));
    PetscCall(take(c, dimension ? 6 : 3, sizeof(double), &skipped));
    PetscCall(read_labels(c, msh, entity));
    if (dimension == 0)
        return 0;
    PetscCall(take_count(c, sizeof(int), &n)); /* what bounds it */
    return take(c, (uint64_t)n, sizeof(int), &skipped);
}

static PetscErrorCode read_entities(struct stg_task *task, struct msh *msh)
{
    struct cursor c;
    int64_t n[4], all = 0;

    PetscCall(need_section(task, msh, "Entities", &c));
    for (int i = 0; i < 4; i++) {
        PetscCall(take_count(&c, sizeof(int), &n[i]));
        all += n[i];
    }
    PetscCall(PetscCalloc1(all + 1, &msh->entity));
    for (int dimension = 0; dimension < 4; dimension++)
        for (int64_t i = 0; i < n[dimension]; i++)
            PetscCall(read_entity(&c, msh, dimension,
                                  &msh->entity[msh->entities++]));
    return end_section(&c);
}

/* The numbers in front of all blocks of nodes or elements. */
static PetscErrorCode take_totals(struct cursor *c, int64_t *blocks,
                                  int64_t *things)
{
    const char *skipped;

    PetscCall(take_count(c, 3 * sizeof(int), blocks));
    PetscCall(take_count(c, sizeof(uint64_t), things));
    return take(c, 2, sizeof(uint64_t), &skipped);
}

static PetscErrorCode read_node_block(struct cursor *c, int64_t all,
                                      struct msh *msh)
{
    int dimension, entity, parametric;
    const char *tags = NULL, *xyz = NULL;
    int64_t n;

    PetscCall(take_int(c, &dimension));
    PetscCall(take_int(c, &entity));
    PetscCall(take_int(c, &parametric));
    PetscCall(take_count(c, sizeof(uint64_t), &n));
    if (parametric || n > all - msh->nodes)
        return cut_off(c);
    PetscCall(take(c, (uint64_t)n, sizeof(uint64_t), &tags));
    PetscCall(take(c, (uint64_t)n, 3 * sizeof(double), &xyz));
    memcpy(msh->node_tag + msh->nodes, tags, (size_t)n * sizeof(uint64_t));
    memcpy(msh->xyz + 3 * msh->nodes, xyz, (size_t)n * 3 * sizeof(double));
    msh->nodes += n;
    return 0;
}

static PetscErrorCode read_nodes(struct stg_task *task, struct msh *msh)
{
    struct cursor c;
    int64_t blocks, all;

    PetscCall(need_section(task, msh, "Nodes", &c));
    PetscCall(take_totals(&c, &blocks, &all));
    PetscCall(PetscMalloc1(all + 1, &msh->node_tag));
    PetscCall(PetscMalloc1(3 * all + 1, &msh->xyz));
    for (int64_t i = 0; i < blocks; i++)
        PetscCall(read_node_block(&c, all, msh));
    return end_section(&c);
}

static PetscErrorCode find_entity(const struct cursor *c,
                                  const struct msh *msh,
                                  struct msh_block *block)
{
    for (int64_t i = 0; i < msh->entities; i++) {
        if (msh->entity[i].dimension == block->dimension &&
            msh->entity[i].tag == block->entity) {
            block->label = msh->entity[i].label;
            return 0;
        }
    }
    return stg_fail(c->task, "the mesh that gmsh wrote has elements of an "
                    "unknown entity %d",
                    block->entity);
}

static PetscErrorCode read_element_block(struct cursor *c,
                                         const struct msh *msh,
                                         struct msh_block *block)
{
    const struct stg_cell_type *type;

    PetscCall(take_int(c, &block->dimension));
    PetscCall(take_int(c, &block->entity));
    PetscCall(take_int(c, &block->type));
    PetscCall(take_count(c, sizeof(uint64_t), &block->elements));
    PetscCall(find_entity(c, msh, block));
    type = msh_cell_type(block->type);
    if (!type)
        return stg_fail(c->task, "the mesh has cells of type %d of Gmsh; "
                        "supported are order 1, and order 2 without wedges "
                        "and pyramids",
                        block->type);
    return take(c, (uint64_t)block->elements,
                (size_t)(1 + type->nodes) * sizeof(uint64_t), &block->data);
}

static PetscErrorCode read_elements(struct stg_task *task, struct msh *msh)
{
    struct cursor c;
    int64_t blocks, all;

    PetscCall(need_section(task, msh, "Elements", &c));
    PetscCall(take_totals(&c, &blocks, &all));
    PetscCall(PetscCalloc1(blocks + 1, &msh->block));
    for (; msh->blocks < blocks; msh->blocks++)
        PetscCall(read_element_block(&c, msh, &msh->block[msh->blocks]));
    return end_section(&c);
}

/* --- the file ------------------------------------------------------------- */

static PetscErrorCode read_bytes(struct stg_task *task, int fd,
                                 const char *path, struct msh *msh)
{
    struct stat st;
    size_t got = 0;

    if (fstat(fd, &st) < 0)
        return stg_fail(task, "cannot read '%s': %s", path, strerror(errno));
    msh->size = (size_t)st.st_size;
    PetscCall(PetscMalloc1(msh->size + 1, &msh->bytes));
    msh->bytes[msh->size] = '\0';
    while (got < msh->size) {
        ssize_t n = read(fd, msh->bytes + got, msh->size - got);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return stg_fail(task, "cannot read '%s': %s", path,
                            n ? strerror(errno) : "it became shorter");
        got += (size_t)n;
    }
    return 0;
}

PetscErrorCode msh_read(struct stg_task *task, const char *path,
                        struct msh *msh)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    PetscErrorCode rc;

    memset(msh, 0, sizeof(*msh));
    if (fd < 0)
        return stg_fail(task, "cannot open '%s': %s", path, strerror(errno));
    rc = read_bytes(task, fd, path, msh);
    close(fd);
    PetscCall(rc);
    PetscCall(read_format(task, msh));
    PetscCall(read_names(task, msh));
    PetscCall(read_entities(task, msh));
    PetscCall(read_nodes(task, msh));
    return read_elements(task, msh);
}

void msh_release(struct msh *msh)
{
    PetscFree(msh->bytes);
    PetscFree(msh->label);
    PetscFree(msh->entity);
    PetscFree(msh->block);
    PetscFree(msh->node_tag);
    PetscFree(msh->xyz);
    memset(msh, 0, sizeof(*msh));
}

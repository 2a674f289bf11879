/* msh_file.c - the sections of a mesh file of Gmsh */
#include "worker/formats/msh_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"
#include "worker/formats/grid.h"

#define ONE 1 /* how a binary file shows its byte order */
#define NAME_LINE_MAX (FT_MESH_NAME_MAX + 64)
#define NODE_BYTES 80 /* of memory, with the point that it becomes */

/* --- format --------------------------------------------------------------- */

static int read_order(struct ft_msh_in *in, struct ft_err *err)
{
    int64_t one = 0;

    if (ft_msh_end_line(in, err) < 0)
        return -1;
    in->binary = true;
    if (ft_msh_int(in, &one, err) < 0)
        return -1;
    in->swap = one == (int64_t)ONE << 24;
    return one == ONE || in->swap
               ? 0 : ft_msh_fail(in, err, "the number that shows the byte "
                                 "order is %lld", (long long)one);
}

static int read_format(struct ft_msh_file *file, struct ft_err *err)
{
    struct ft_msh_in *in = &file->in;
    char version[FT_MSH_WORD + 1];
    int64_t binary = 0, size = 0;

    if (ft_msh_word(in, version, err) < 0 ||
        ft_msh_text_int(in, &binary, err) < 0 ||
        ft_msh_text_int(in, &size, err) < 0)
        return -1;
    file->version4 = strcmp(version, "4.1") == 0;
    if (!file->version4 && strcmp(version, "2.2") != 0) {
        ft_msh_fail(in, err, "version '%s' of Gmsh's format: 2.2 and 4.1 are "
                    "read", version);
        return ft_err_hint(err, "convert it: gmsh -save -format msh41 FILE");
    }
    if (binary < 0 || binary > 1 || size != 8)
        return ft_msh_fail(in, err, "file type %lld with numbers of %lld "
                           "bytes", (long long)binary, (long long)size);
    return binary ? read_order(in, err) : 0;
}

/* --- groups --------------------------------------------------------------- */

static struct ft_msh_label *add_label(struct ft_msh_file *file, int dimension,
                                      int64_t tag, struct ft_err *err)
{
    char key[40];
    struct ft_msh_label *label;

    if (file->labels == FT_MESH_GROUPS_MAX) {
        ft_msh_fail(&file->in, err, "more than %d groups", FT_MESH_GROUPS_MAX);
        return NULL;
    }
    snprintf(key, sizeof(key), "%d %lld", dimension, (long long)tag);
    label = ft_calloc(1, sizeof(*label));
    *label = (struct ft_msh_label){ (int32_t)file->labels, dimension, tag,
                                    "" };
    snprintf(label->name, sizeof(label->name), "%lld", (long long)tag);
    file->label = ft_grow(file->label, file->labels, &file->labels_cap,
                          sizeof(*file->label));
    file->label[file->labels++] = label;
    if (!ft_map_put(&file->label_at, key, label))
        return label;
    ft_msh_fail(&file->in, err, "physical group %lld of dimension %d is there "
                "twice", (long long)tag, dimension);
    return NULL;
}

int ft_msh_find_label(struct ft_msh_file *file, int dimension, int64_t tag,
                      int32_t *index, struct ft_err *err)
{
    struct ft_msh_label *label;
    char key[40];

    snprintf(key, sizeof(key), "%d %lld", dimension, (long long)tag);
    label = ft_map_get(&file->label_at, key);
    if (!label)
        label = add_label(file, dimension, tag, err);
    if (!label)
        return -1;
    *index = label->index;
    return 0;
}

/* DIMENSION TAG "NAME" */
static int read_name(struct ft_msh_file *file, struct ft_err *err)
{
    struct ft_msh_in *in = &file->in;
    int64_t dimension = 0, tag = 0;
    char line[NAME_LINE_MAX + 1], *name, *end;
    struct ft_msh_label *label;

    if (ft_msh_text_int(in, &dimension, err) < 0 ||
        ft_msh_text_int(in, &tag, err) < 0 ||
        ft_msh_rest(in, line, NAME_LINE_MAX, err) < 0)
        return -1;
    name = strchr(line, '"');
    end = strrchr(line, '"');
    if (dimension < 0 || dimension > 3 || !name || end == name)
        return ft_msh_fail(in, err, "this does not name a physical group");
    *end = '\0';
    if (!ft_mesh_name_valid(++name))
        return ft_msh_fail(in, err, "the name of physical group %lld is not 1 "
                           "to %d characters of printable ASCII",
                           (long long)tag, FT_MESH_NAME_MAX);
    label = add_label(file, (int)dimension, tag, err);
    if (!label)
        return -1;
    memcpy(label->name, name, strlen(name) + 1);
    return 0;
}

static int read_names(struct ft_msh_file *file, struct ft_err *err)
{
    int64_t n = 0;

    if (ft_msh_text_int(&file->in, &n, err) < 0 ||
        ft_msh_check_count(&file->in, (uint64_t)n, "names", 6,
                           sizeof(struct ft_msh_label), err) < 0)
        return -1;
    for (int64_t i = 0; i < n; i++)
        if (read_name(file, err) < 0)
            return -1;
    return 0;
}

/* --- elements ------------------------------------------------------------- */

/* Gmsh's types; where each of VTK's nodes stands among Gmsh's, NULL: in the
 * same order.  Gmsh numbers the middles of edges and faces by the corners, VTK
 * goes around. */
static const uint8_t tet10[] = { 0, 1, 2, 3, 4, 5, 6, 7, 9, 8 };
static const uint8_t hex27[] = {
    0,  1,  2,  3,  4,  5,  6,  7,  8,  11, 13, 9,  16, 18,
    19, 17, 10, 12, 14, 15, 22, 23, 21, 24, 20, 25, 26,
};
static const struct {
    int64_t gmsh;
    uint8_t vtk;
    const uint8_t *node;
} element[] = {
    { 15, 1, NULL },    { 1, 3, NULL },   { 2, 5, NULL },   { 3, 9, NULL },
    { 4, 10, NULL },    { 5, 12, NULL },  { 6, 13, NULL },  { 7, 14, NULL },
    { 8, 21, NULL },    { 9, 22, NULL },  { 10, 28, NULL }, { 11, 24, tet10 },
    { 12, 29, hex27 },  { 16, 23, NULL }, { 17, 25, hex27 },
};

int ft_msh_type(const struct ft_msh_in *in, int64_t type, struct ft_err *err)
{
    for (size_t i = 0; i < FT_ARRAY_LEN(element); i++)
        if (element[i].gmsh == type)
            return element[i].vtk;
    ft_msh_fail(in, err, "an element of Gmsh's type %lld: " FT_GRID_TAKEN,
                (long long)type);
    return ft_err_hint(err, "make the mesh with Mesh.ElementOrder = 1");
}

/* The tag of a node of an element, 4 or 8 bytes. */
static int read_ref(struct ft_msh_file *file, int64_t *tag, struct ft_err *err)
{
    uint64_t wide = 0;

    if (!file->version4)
        return ft_msh_int(&file->in, tag, err);
    if (ft_msh_size(&file->in, &wide, err) < 0)
        return -1;
    *tag = (int64_t)wide;
    return 0;
}

int ft_msh_read_nodes_of(struct ft_msh_file *file, int type, int32_t label,
                         struct ft_err *err)
{
    int n = ft_grid_nodes((uint8_t)type);
    int64_t tag[FT_GRID_CELL_NODES] = { 0 }, *node;
    const uint8_t *order = NULL;

    for (int i = 0; i < n; i++)
        if (read_ref(file, &tag[i], err) < 0)
            return -1;
    if (type == FT_LOOSE_POINT && label == FT_LOOSE_NONE)
        return 0;
    for (size_t i = 0; i < FT_ARRAY_LEN(element); i++)
        if (element[i].vtk == type)
            order = element[i].node;
    node = ft_loose_add(&file->mesh, (uint8_t)type, label);
    for (int i = 0; i < n; i++)
        node[i] = tag[order ? order[i] : i];
    return 0;
}

int ft_msh_make_nodes(struct ft_msh_file *file, uint64_t n,
                      struct ft_err *err)
{
    size_t bytes = file->in.binary ? (file->version4 ? 32 : 28) : 8;

    if (ft_msh_check_count(&file->in, n, "nodes", bytes, NODE_BYTES, err) < 0)
        return -1;
    file->node_tag = ft_calloc(n, sizeof(*file->node_tag));
    file->mesh.xyz = ft_calloc(n, 3 * sizeof(*file->mesh.xyz));
    return 0;
}

/* --- the file ------------------------------------------------------------- */

/* A section that is read, in one or both versions. */
static const struct section {
    const char *name;
    int (*read2)(struct ft_msh_file *file, struct ft_err *err);
    int (*read4)(struct ft_msh_file *file, struct ft_err *err);
    size_t seen; /* offset of a flag: it must not come twice; or 0 */
} sections[] = {
    { "PhysicalNames", read_names, read_names, 0 },
    { "Entities", NULL, ft_msh4_entities,
      offsetof(struct ft_msh_file, has_entities) },
    { "Nodes", ft_msh2_nodes, ft_msh4_nodes,
      offsetof(struct ft_msh_file, has_nodes) },
    { "Elements", ft_msh2_elements, ft_msh4_elements,
      offsetof(struct ft_msh_file, has_elements) },
};

static const struct section *find_section(const struct ft_msh_file *file,
                                          const char *word)
{
    for (size_t i = 0; i < FT_ARRAY_LEN(sections); i++)
        if (strcmp(sections[i].name, word + 1) == 0 &&
            (file->version4 || sections[i].read2))
            return &sections[i];
    return NULL;
}

static int read_known(struct ft_msh_file *file, const struct section *section,
                      struct ft_err *err)
{
    bool *seen = (bool *)((char *)file + section->seen);

    if (section->seen && *seen)
        return ft_msh_fail(&file->in, err, "a second section '%s'",
                           section->name);
    if (section->seen)
        *seen = true;
    if (ft_msh_end_line(&file->in, err) < 0)
        return -1;
    return file->version4 ? section->read4(file, err)
                          : section->read2(file, err);
}

static int check_end(struct ft_msh_file *file, const char *end,
                     struct ft_err *err)
{
    char word[FT_MSH_WORD + 1];
    int rc = ft_msh_word(&file->in, word, err);

    if (rc < 0)
        return -1;
    if (rc == 0)
        return ft_msh_fail(&file->in, err, "the file ends before '%s'", end);
    return strcmp(word, end) == 0
               ? 0 : ft_msh_fail(&file->in, err, "'%s' where '%s' should be",
                                 word, end);
}

static int refuse_partitions(const struct ft_msh_file *file,
                             const char *word, struct ft_err *err)
{
    ft_msh_fail(&file->in, err, "the mesh is partitioned ('%s')", word);
    return ft_err_hint(err, "save it in one piece: gmsh -part 0 -save FILE");
}

/* One section, whose first word was read. */
static int read_section(struct ft_msh_file *file, const char *word,
                        struct ft_err *err)
{
    const struct section *section = find_section(file, word);
    char end[FT_MSH_WORD + 8];

    if (*word != '$')
        return ft_msh_fail(&file->in, err, "'%s' where a section should begin",
                           word);
    if (strcmp(word, "$PartitionedEntities") == 0 ||
        strcmp(word, "$GhostElements") == 0)
        return refuse_partitions(file, word, err);
    snprintf(end, sizeof(end), "$End%s", word + 1);
    file->in.section = section ? section->name : NULL;
    if (!section)
        return ft_msh_skip_to(&file->in, end, err);
    if (read_known(file, section, err) < 0)
        return -1;
    return check_end(file, end, err);
}

int ft_msh_read_file(struct ft_msh_file *file, struct ft_err *err)
{
    char word[FT_MSH_WORD + 1];
    int rc = ft_msh_word(&file->in, word, err);

    if (rc < 0)
        return -1;
    if (strcmp(word, "$MeshFormat") != 0)
        return ft_msh_fail(&file->in, err, "it does not begin with "
                           "'$MeshFormat'");
    if (read_format(file, err) < 0 ||
        check_end(file, "$EndMeshFormat", err) < 0)
        return -1;
    while ((rc = ft_msh_word(&file->in, word, err)) > 0)
        if (read_section(file, word, err) < 0)
            return -1;
    if (rc < 0)
        return -1;
    if (!file->has_nodes || !file->has_elements)
        return ft_err_set(err, FT_EFORMAT, "%s: there is no section '%s'",
                          file->in.name,
                          file->has_nodes ? "$Elements" : "$Nodes");
    return 0;
}

void ft_msh_file_release(struct ft_msh_file *file)
{
    for (size_t i = 0; i < file->labels; i++)
        free(file->label[i]);
    free(file->label);
    ft_map_release(&file->label_at);
    free(file->entity);
    free(file->node_tag);
    ft_loose_release(&file->mesh);
}

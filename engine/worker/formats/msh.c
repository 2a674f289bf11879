/* msh.c - mesh files of Gmsh: from tags to a mesh */
#include "worker/formats/msh.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/err.h"
#include "worker/copy.h"
#include "worker/formats/msh_file.h"

struct place {
    uint64_t tag;
    int64_t at; /* among the nodes */
};

static int compare_tags(const void *a, const void *b)
{
    uint64_t x = ((const struct place *)a)->tag;
    uint64_t y = ((const struct place *)b)->tag;

    return (x > y) - (x < y);
}

/* The nodes sorted by tag; the caller frees. */
static struct place *sort_places(const struct ft_msh_file *file,
                                 struct ft_err *err)
{
    size_t n = file->mesh.nodes;
    struct place *place = ft_calloc(n, sizeof(*place));

    for (size_t i = 0; i < n; i++)
        place[i] = (struct place){ file->node_tag[i], (int64_t)i };
    qsort(place, n, sizeof(*place), compare_tags);
    for (size_t i = 1; i < n; i++) {
        if (place[i].tag != place[i - 1].tag)
            continue;
        ft_err_set(err, FT_EFORMAT, "%s: node %llu is there twice",
                   file->in.name, (unsigned long long)place[i].tag);
        free(place);
        return NULL;
    }
    return place;
}

/* Elements know their nodes by tags. */
static int find_nodes(struct ft_msh_file *file, struct ft_err *err)
{
    struct ft_loose *mesh = &file->mesh;
    struct place *place;
    int rc = 0;

    if (!mesh->nodes)
        return ft_err_set(err, FT_EFORMAT, "%s: there are no nodes",
                          file->in.name);
    place = sort_places(file, err);
    if (!place)
        return -1;
    for (size_t i = 0; rc == 0 && i < mesh->refs; i++) {
        const struct place key = { .tag = (uint64_t)mesh->node[i] };
        const struct place *found = bsearch(&key, place, mesh->nodes,
                                            sizeof(key), compare_tags);

        if (found)
            mesh->node[i] = found->at;
        else
            rc = ft_err_set(err, FT_EFORMAT, "%s: an element uses node %llu, "
                            "which is not there", file->in.name,
                            (unsigned long long)key.tag);
    }
    free(place);
    return rc;
}

static int write_mesh(struct ft_msh_file *file, double length_m, hid_t h5,
                      struct ft_err *err)
{
    for (size_t i = 0; i < file->labels; i++)
        if (ft_loose_add_group(&file->mesh, file->label[i]->dimension,
                               file->label[i]->name, err) < 0)
            return -1;
    if (find_nodes(file, err) < 0)
        return -1;
    return ft_loose_write(&file->mesh, length_m, h5, err);
}

int ft_msh_read(const char *src, double length_m, hid_t h5,
                struct ft_err *err)
{
    struct ft_msh_file *file = ft_calloc(1, sizeof(*file));
    int rc = -1;

    file->in.name = file->mesh.name = src;
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

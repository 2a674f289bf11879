/* nc_hdf5.c - netCDF-4 and plain HDF5 files
 *
 * Only the datasets that are asked for are opened, each after its links, layout
 * and shape were looked at (scan.h).  Their dimensions are those whose scales
 * they have attached.
 */
#include "worker/formats/nc.h"

#include <hdf5_hl.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"
#include "worker/scan.h"

#define CACHE_BYTES (64u << 20) /* chunks that stay decoded */
#define LINE_MAX_BYTES 256      /* of a text in a list */
#define LINES_MAX 65536

/* What a dimension without a variable is called by netCDF-C. */
static const char no_variable[] = "This is a netCDF dimension but not a netCDF "
                                  "variable.";

struct hdf5 {
    hid_t file;
    uint64_t bytes;
};

static void close_hdf5(struct ft_nc *nc)
{
    struct hdf5 *h = nc->own;

    ft_h5_close(h->file);
    free(h);
}

int ft_nc_open_hdf5(struct ft_nc *nc, struct ft_err *err)
{
    struct hdf5 *h;
    hsize_t bytes = 0;
    hid_t file = ft_h5_open(nc->name, false, err);

    if (file < 0)
        return -1;
    h = ft_calloc(1, sizeof(*h));
    h->file = file;
    nc->format = &ft_nc_hdf5;
    nc->own = h;
    if (H5Fget_filesize(file, &bytes) >= 0) {
        h->bytes = bytes;
        return 0;
    }
    ft_nc_close(nc);
    return ft_h5_error(err, "cannot read '%s'", nc->name);
}

/* --- datasets ------------------------------------------------------------- */

/* Names with one slash between them, none of which means another group. */
static bool is_plain_path(const char *path)
{
    size_t n = strcspn(path, "/");

    for (; n; path += n + 1, n = strcspn(path, "/")) {
        if (strncmp(path, ".", n) == 0 || strncmp(path, "..", n) == 0)
            return false;
        if (!path[n])
            return true;
    }
    return false;
}

/* 1 when every part of the path is a plain link, 0 when there is none. */
static int check_links(struct ft_nc *nc, const char *path, struct ft_err *err)
{
    const struct hdf5 *h = nc->own;
    size_t len = strlen(path);
    int rc = 1;

    if (len > FT_SCAN_PATH_MAX || !ft_h5_text_valid(path) ||
        !is_plain_path(path))
        return 0;
    for (size_t i = 1; rc > 0 && i <= len; i++) {
        char *part;
        H5L_info_t info;

        if (path[i] && path[i] != '/')
            continue;
        part = ft_strndup(path, i);
        if (H5Lexists(h->file, part, H5P_DEFAULT) <= 0 ||
            H5Lget_info(h->file, part, &info, H5P_DEFAULT) < 0)
            rc = 0;
        else if (info.type != H5L_TYPE_HARD)
            rc = ft_err_set(err, FT_EFORMAT, "%s: '%s' is not a plain link",
                            nc->name, part);
        free(part);
    }
    H5Eclear2(H5E_DEFAULT);
    return rc;
}

static hid_t open_path(const struct hdf5 *h, const char *path)
{
    hid_t plist = H5Pcreate(H5P_DATASET_ACCESS), id = -1;

    if (plist >= 0 && H5Pset_chunk_cache(plist, 1009, CACHE_BYTES, 1.0) >= 0)
        id = H5Dopen2(h->file, path, plist);
    ft_h5_close(plist);
    return id;
}

/* 1 with the open dataset, 0 when there is none. */
static int open_dataset(struct ft_nc *nc, const char *path, hid_t *id,
                        struct ft_err *err)
{
    struct hdf5 *h = nc->own;
    int rc = check_links(nc, path, err);

    *id = -1;
    if (rc <= 0)
        return rc;
    *id = open_path(h, path);
    H5Eclear2(H5E_DEFAULT);
    return *id >= 0;
}

/* Values that were never written are the fill value; that must be told. */
static bool may_lack_chunks(hid_t id)
{
    H5D_fill_value_t fill = H5D_FILL_VALUE_UNDEFINED;
    hid_t plist = H5Dget_create_plist(id);
    herr_t rc = plist < 0 ? -1 : H5Pfill_value_defined(plist, &fill);

    ft_h5_close(plist);
    return rc >= 0 && fill == H5D_FILL_VALUE_USER_DEFINED;
}

/* --- dimensions ----------------------------------------------------------- */

static herr_t note_scale(hid_t id, unsigned dim, hid_t scale, void *arg)
{
    char path[FT_SCAN_PATH_MAX + 1], **found = arg;
    ssize_t len = H5Iget_name(scale, path, sizeof(path));

    (void)id;
    (void)dim;
    if (len > 0 && (size_t)len < sizeof(path))
        *found = ft_strdup(path + (path[0] == '/'));
    return 1; /* the first one counts */
}

static void name_dimensions(hid_t id, struct ft_nc_var *var)
{
    if (var->coordinate && var->rank == 1)
        var->dim_name[0] = ft_strdup(var->path);
    if (H5Aexists(id, "DIMENSION_LIST") <= 0)
        return;
    for (int i = 0; i < var->rank; i++)
        if (!var->dim_name[i])
            (void)H5DSiterate_scales(id, (unsigned)i, NULL, note_scale,
                                     &var->dim_name[i]);
    H5Eclear2(H5E_DEFAULT);
}

/* Fill 'var' from the dataset, whose name it has. */
static int look_at(struct ft_nc *nc, hid_t id, struct ft_nc_var *var,
                   struct ft_err *err)
{
    const struct hdf5 *h = nc->own;
    struct ft_item item = { .path = var->path };
    htri_t scale = H5DSis_scale(id);

    if (ft_scan_dataset(id, h->bytes, !may_lack_chunks(id), &item, err) < 0)
        return ft_err_context(err, "%s", nc->name);
    var->text = item.type.kind == 'S' && item.type.size == 1;
    var->kind = item.type.kind == 'S' ? 0 : item.type.kind;
    var->size = (uint8_t)item.type.size;
    var->rank = item.rank;
    for (int i = 0; i < item.rank; i++)
        var->dim[i] = item.dim[i];
    var->coordinate = scale > 0;
    name_dimensions(id, var);
    return 0;
}

static int find_hdf5(struct ft_nc *nc, const char *path,
                     struct ft_nc_var *var, struct ft_err *err)
{
    hid_t id;
    int rc = open_dataset(nc, path, &id, err);

    if (rc <= 0)
        return rc;
    *var = (struct ft_nc_var){ .path = ft_strdup(path) };
    if (look_at(nc, id, var, err) < 0) {
        ft_nc_var_release(var);
        rc = -1;
    }
    ft_h5_close(id);
    return rc;
}

/* Is it the scale of a dimension that has no values? */
static bool is_empty_scale(hid_t id)
{
    char name[sizeof(no_variable)] = "";
    ssize_t n = H5DSget_scale_name(id, name, sizeof(name));

    H5Eclear2(H5E_DEFAULT);
    return n > 0 && strcmp(name, no_variable) == 0;
}

static int coordinate_hdf5(struct ft_nc *nc, const struct ft_nc_var *var,
                           int i, struct ft_nc_var *found, struct ft_err *err)
{
    hid_t id = -1;
    int rc = var->dim_name[i] ? open_dataset(nc, var->dim_name[i], &id, err)
                              : 0;

    if (rc > 0 && is_empty_scale(id))
        rc = 0;
    ft_h5_close(id);
    if (rc <= 0)
        return rc;
    rc = find_hdf5(nc, var->dim_name[i], found, err);
    if (rc > 0 && (found->rank != 1 || !found->kind)) {
        ft_nc_var_release(found);
        rc = 0;
    }
    return rc;
}

/* --- the list ------------------------------------------------------------- */

struct listing {
    void (*each)(const char *path, void *arg);
    void *arg;
    size_t n;
};

static bool is_array(hid_t id)
{
    hid_t type = H5Dget_type(id), space = -1, plist = H5Dget_create_plist(id);
    struct ft_h5_type known = { .kind = 'S' };
    bool yes = false;

    if (plist >= 0 && H5Pget_layout(plist) != H5D_VIRTUAL)
        space = H5Dget_space(id);
    if (type >= 0 && space >= 0 && ft_h5_type_of(type, &known) == 0)
        yes = known.kind != 'S' && H5Sget_simple_extent_ndims(space) > 0 &&
              H5DSis_scale(id) <= 0;
    ft_h5_close(space);
    ft_h5_close(plist);
    ft_h5_close(type);
    return yes;
}

static herr_t list_link(hid_t group, const char *name, const H5L_info_t *info,
                        void *arg)
{
    struct listing *list = arg;
    hid_t id;

    if (++list->n > FT_SCAN_OBJECTS_MAX)
        return -1;
    if (info->type != H5L_TYPE_HARD || !ft_h5_text_valid(name))
        return 0;
    id = H5Oopen(group, name, H5P_DEFAULT);
    if (id >= 0 && H5Iget_type(id) == H5I_DATASET && is_array(id))
        list->each(name, list->arg);
    ft_h5_close(id);
    return 0;
}

static int list_hdf5(struct ft_nc *nc,
                     void (*each)(const char *path, void *arg), void *arg,
                     struct ft_err *err)
{
    const struct hdf5 *h = nc->own;
    struct listing list = { each, arg, 0 };
    hsize_t index = 0;
    herr_t rc = H5Literate(h->file, H5_INDEX_NAME, H5_ITER_NATIVE, &index,
                           list_link, &list);

    if (rc < 0)
        return ft_h5_error(err, "cannot list '%s'", nc->name);
    H5Eclear2(H5E_DEFAULT);
    return 0;
}

/* --- attributes and values ------------------------------------------------ */

/* Of the open object 'id', which 'path' names; 1, 0 or -1. */
static int read_attr(struct ft_nc *nc, hid_t id, const char *path,
                     const char *name, struct ft_nc_attr *attr,
                     struct ft_err *err)
{
    struct ft_h5_attr raw;
    htri_t exists = id < 0 ? -1 : H5Aexists(id, name);
    int rc = exists < 0 ? ft_h5_error(err, "%s: cannot read the attributes of "
                                      "'%s'", nc->name, path)
             : exists ? ft_h5_attr_read(id, path, name, FT_H5_ATTR_MAX, &raw,
                                        err) : 0;

    if (exists <= 0 || rc < 0)
        return rc;
    if (raw.type.kind == 'S' && raw.count) {
        attr->text = ft_strndup(raw.bytes.s,
                                strnlen(raw.bytes.s, raw.type.size));
    } else if (raw.type.kind != 'S') {
        attr->count = raw.count;
        attr->number = ft_calloc(raw.count, sizeof(*attr->number));
        for (size_t i = 0; i < raw.count; i++)
            attr->number[i] = ft_h5_number(&raw.type, raw.bytes.s +
                                                          i * raw.type.size);
    }
    ft_h5_attr_release(&raw);
    return 1;
}

static int attr_hdf5(struct ft_nc *nc, const struct ft_nc_var *var,
                     const char *name, struct ft_nc_attr *attr,
                     struct ft_err *err)
{
    hid_t id = open_path(nc->own, var->path);
    int rc = read_attr(nc, id, var->path, name, attr, err);

    ft_h5_close(id);
    return rc;
}

static int read_hdf5(struct ft_nc *nc, const struct ft_nc_var *var,
                     const uint64_t *start, const uint64_t *count, double *to,
                     struct ft_err *err)
{
    const struct hdf5 *h = nc->own;
    hsize_t from[FT_NC_RANK_MAX], n[FT_NC_RANK_MAX], all = 1;
    hid_t id = open_path(h, var->path);
    hid_t space = id < 0 ? -1 : H5Dget_space(id), memory = -1;
    int rc = -1;

    for (int i = 0; i < var->rank; i++) {
        from[i] = start[i];
        n[i] = count[i];
        all *= count[i];
    }
    if (space >= 0)
        memory = H5Screate_simple(1, &all, NULL);
    if (memory >= 0 &&
        H5Sselect_hyperslab(space, H5S_SELECT_SET, from, NULL, n, NULL) >= 0 &&
        H5Dread(id, H5T_NATIVE_DOUBLE, memory, space, H5P_DEFAULT, to) >= 0)
        rc = 0;
    if (rc < 0)
        ft_h5_error(err, "%s: cannot read '%s'", nc->name, var->path);
    ft_h5_close(memory);
    ft_h5_close(space);
    ft_h5_close(id);
    return rc;
}

static int read_text_hdf5(struct ft_nc *nc, const struct ft_nc_var *var,
                          char *to, struct ft_err *err)
{
    hid_t id = open_path(nc->own, var->path);
    hid_t type = id < 0 ? -1 : H5Dget_type(id);
    int rc = 0;

    if (type < 0 ||
        H5Dread(id, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, to) < 0)
        rc = ft_h5_error(err, "%s: cannot read '%s'", nc->name, var->path);
    ft_h5_close(type);
    ft_h5_close(id);
    return rc;
}

const struct ft_nc_format ft_nc_hdf5 = {
    .name = "HDF5",
    .close = close_hdf5,
    .list = list_hdf5,
    .find = find_hdf5,
    .coordinate = coordinate_hdf5,
    .attr = attr_hdf5,
    .read = read_hdf5,
    .read_text = read_text_hdf5,
};

/* --- groups --------------------------------------------------------------- */

/* 1 with the open group, 0 when there is none. */
static int open_group(struct ft_nc *nc, const char *path, hid_t *id,
                      struct ft_err *err)
{
    const struct hdf5 *h = nc->own;
    int rc = check_links(nc, path, err);

    *id = rc > 0 ? H5Gopen2(h->file, path, H5P_DEFAULT) : -1;
    H5Eclear2(H5E_DEFAULT);
    return rc < 0 ? -1 : *id >= 0;
}

static herr_t add_name(hid_t group, const char *name, const H5L_info_t *info,
                       void *arg)
{
    (void)group;
    (void)info;
    return ft_h5_text_valid(name)
               ? ft_names_add(arg, name, FT_SCAN_OBJECTS_MAX) : -1;
}

int ft_nc_hdf5_names(struct ft_nc *nc, const char *path, char ***name,
                     size_t *n, struct ft_err *err)
{
    struct ft_names names = { 0 };
    hsize_t index = 0;
    hid_t id;
    int rc = open_group(nc, path, &id, err);

    if (rc > 0 && H5Literate(id, H5_INDEX_NAME, H5_ITER_INC, &index, add_name,
                             &names) < 0) {
        rc = ft_h5_error(err, "%s: cannot list '%s'", nc->name, path);
        ft_names_free(names.name, names.n);
        names = (struct ft_names){ 0 };
    }
    ft_h5_close(id);
    *name = names.name;
    *n = names.n;
    return rc;
}

int ft_nc_hdf5_attr(struct ft_nc *nc, const char *path, const char *name,
                    struct ft_nc_attr *attr, struct ft_err *err)
{
    hid_t id;
    int rc = open_group(nc, path, &id, err);

    if (rc > 0)
        rc = read_attr(nc, id, path, name, attr, err);
    ft_h5_close(id);
    return rc;
}

/* Is every element a text of at most LINE_MAX_BYTES, all in this file? */
static bool is_lines(hid_t id, hid_t type, size_t *width, size_t *n)
{
    hid_t plist = H5Dget_create_plist(id), space = -1;
    hid_t super = H5Tget_class(type) == H5T_ARRAY ? H5Tget_super(type) : -1;
    hsize_t bytes = 0, rows = 0;
    bool yes;

    if (plist >= 0 && H5Pget_layout(plist) != H5D_VIRTUAL)
        space = H5Dget_space(id); /* of a virtual one it can be elsewhere */
    yes = space >= 0 && super >= 0 && H5Tget_size(super) == 1 &&
          H5Tget_class(super) == H5T_INTEGER &&
          H5Tget_array_ndims(type) == 1 &&
          H5Tget_array_dims2(type, &bytes) >= 0 && bytes >= 1 &&
          bytes <= LINE_MAX_BYTES && H5Sget_simple_extent_ndims(space) == 1 &&
          H5Sget_simple_extent_dims(space, &rows, NULL) == 1 &&
          rows <= LINES_MAX && H5Pget_external_count(plist) == 0 &&
          H5Pget_nfilters(plist) == 0;
    *width = (size_t)bytes;
    *n = (size_t)rows;
    ft_h5_close(super);
    ft_h5_close(plist);
    ft_h5_close(space);
    return yes;
}

int ft_nc_hdf5_lines(struct ft_nc *nc, const char *path, char **text,
                     size_t *width, size_t *n, struct ft_err *err)
{
    hid_t id, type = -1;
    int rc = open_dataset(nc, path, &id, err);

    *text = NULL;
    if (rc > 0)
        type = H5Dget_type(id);
    if (rc > 0 && (type < 0 || !is_lines(id, type, width, n)))
        rc = ft_err_set(err, FT_EFORMAT, "%s: '%s' is not a list of texts",
                        nc->name, path);
    if (rc > 0) {
        *text = ft_calloc(*n + 1, *width);
        if (H5Dread(id, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, *text) < 0) {
            rc = ft_h5_error(err, "%s: cannot read '%s'", nc->name, path);
            free(*text);
            *text = NULL;
        }
    }
    H5Eclear2(H5E_DEFAULT);
    ft_h5_close(type);
    ft_h5_close(id);
    return rc;
}

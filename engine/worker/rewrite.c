/* rewrite.c - all groups and datasets of a file once more, in another file */
#include "worker/rewrite.h"

#include <hdf5_hl.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"
#include "worker/slab.h"

#define CHUNK_BYTES (1u << 20)
#define CACHE_SLOTS 1009
#define LEVEL 4           /* of deflate: more takes long and gains little */
#define LEAST_BYTES 4096  /* smaller datasets are not compressed */

/* --- what cannot be copied ------------------------------------------------ */

/* The two ends of a dimension scale: made anew, not copied. */
static bool is_scale_attr(const char *name)
{
    return strcmp(name, "DIMENSION_LIST") == 0 ||
           strcmp(name, "REFERENCE_LIST") == 0;
}

/* 1 when it has an attribute that is no number and no text, 0, or -1. */
static int has_odd_attr(hid_t object, const char *path, struct ft_err *err)
{
    size_t n = 0;
    char **name = ft_scan_attrs(object, path, &n, err);
    int odd = name ? 0 : -1;

    for (size_t i = 0; i < n && odd == 0; i++) {
        hid_t id = H5Aopen(object, name[i], H5P_DEFAULT);
        hid_t type = id < 0 ? -1 : H5Aget_type(id);
        H5T_class_t class = type < 0 ? H5T_NO_CLASS : H5Tget_class(type);

        odd = class != H5T_INTEGER && class != H5T_FLOAT &&
              class != H5T_STRING && !is_scale_attr(name[i]);
        ft_h5_close(type);
        ft_h5_close(id);
    }
    ft_names_free(name, n);
    return odd;
}

/* 1 when the object remembers the order of its links or attributes, 0, -1. */
static int has_order(hid_t object, bool dataset)
{
    hid_t plist = dataset ? H5Dget_create_plist(object)
                          : H5Gget_create_plist(object);
    unsigned links = 0, attrs = 0;
    int rc = plist < 0 ||
                     (!dataset &&
                      H5Pget_link_creation_order(plist, &links) < 0) ||
                     H5Pget_attr_creation_order(plist, &attrs) < 0
                 ? -1
                 : links || attrs;

    ft_h5_close(plist);
    return rc;
}

int ft_rewrite_refuses(const struct ft_scan *scan, const char **why,
                       struct ft_err *err)
{
    int order = 0, odd = 0;

    for (size_t i = 0; i < scan->n && !order && !odd; i++) {
        const struct ft_item *item = &scan->item[i];
        hid_t object = ft_item_open(scan->file, item);

        order = object < 0 ? -1 : has_order(object, item->dataset);
        if (order < 0)
            ft_h5_error(err, "cannot read '%s'", item->path);
        else
            odd = has_odd_attr(object, item->path, err);
        ft_h5_close(object);
    }
    *why = order > 0 ? "its groups or attributes have an order"
           : odd > 0 ? "it has attributes that are neither numbers nor text"
                     : NULL;
    return order < 0 || odd < 0 ? -1 : 0;
}

/* --- attributes ----------------------------------------------------------- */

/* The value of 'from' to 'to', unconverted. */
static int copy_value(hid_t from, hid_t to, hid_t type, hid_t space)
{
    hssize_t count = H5Sget_simple_extent_npoints(space);
    size_t size = H5Tget_size(type);
    htri_t variable = H5Tis_variable_str(type);
    void *value;
    int rc = -1;

    if (H5Sget_simple_extent_type(space) == H5S_NULL || count == 0)
        return 0;
    if (count < 0 || !size || variable < 0 ||
        (uint64_t)count > FT_H5_RECORD_MAX / size)
        return -1;
    value = ft_calloc((size_t)count, size);
    if (H5Aread(from, type, value) >= 0) {
        rc = H5Awrite(to, type, value) < 0 ? -1 : 0;
        if (variable &&
            H5Dvlen_reclaim(type, space, H5P_DEFAULT, value) < 0)
            rc = -1;
    }
    free(value);
    return rc;
}

static int copy_attr(hid_t from, hid_t to, const char *name)
{
    hid_t old = H5Aopen(from, name, H5P_DEFAULT), new = -1;
    hid_t kept = old < 0 ? -1 : H5Aget_type(old);
    hid_t type = kept < 0 ? -1 : H5Tcopy(kept); /* of no file */
    hid_t space = old < 0 ? -1 : H5Aget_space(old);
    hid_t plist = old < 0 ? -1 : H5Aget_create_plist(old);
    int rc = -1;

    if (type >= 0 && space >= 0 && plist >= 0)
        new = H5Acreate2(to, name, type, space, plist, H5P_DEFAULT);
    if (new >= 0)
        rc = copy_value(old, new, type, space);
    ft_h5_close(new);
    ft_h5_close(plist);
    ft_h5_close(space);
    ft_h5_close(type);
    ft_h5_close(kept);
    ft_h5_close(old);
    return rc;
}

static int copy_attrs(hid_t from, hid_t to, const char *path,
                      struct ft_err *err)
{
    size_t n = 0;
    char **name = ft_scan_attrs(from, path, &n, err);
    int rc = name ? 0 : -1;

    for (size_t i = 0; i < n && rc == 0; i++)
        if (!is_scale_attr(name[i]) && copy_attr(from, to, name[i]) < 0)
            rc = ft_h5_error(err, "could not copy attribute '%s' of '%s'",
                             name[i], path);
    ft_names_free(name, n);
    return rc;
}

/* --- objects -------------------------------------------------------------- */

int ft_rewrite_group(hid_t from, hid_t to, const char *path,
                     struct ft_err *err)
{
    hid_t old = H5Gopen2(from, path, H5P_DEFAULT), new = -1;
    hid_t plist = ft_h5_group_plist();
    int rc = -1;

    if (old >= 0 && plist >= 0)
        new = path[1] ? H5Gcreate2(to, path, H5P_DEFAULT, plist, H5P_DEFAULT)
                      : H5Gopen2(to, path, H5P_DEFAULT);
    if (new < 0)
        ft_h5_error(err, "could not copy group '%s'", path);
    else
        rc = copy_attrs(old, new, path, err);
    ft_h5_close(new);
    ft_h5_close(plist);
    ft_h5_close(old);
    return rc;
}

/* Chunks of whole rows, as many as CHUNK_BYTES take, and all about equally
 * large, so that the last one holds little that is not in the dataset. */
static void plan_chunk(const struct ft_item *item,
                       hsize_t chunk[FT_H5_RANK_MAX])
{
    uint64_t fit = CHUNK_BYTES / item->type.size; /* elements */

    for (int i = item->rank - 1; i >= 0; i--) {
        uint64_t most = fit ? fit : 1;
        uint64_t n = (item->dim[i] + most - 1) / most; /* chunks */

        chunk[i] = n ? (item->dim[i] + n - 1) / n : 1;
        fit = n > 1 ? 1 : most / chunk[i];
    }
}

/* Deflated, with checksums. */
static herr_t plan_compressed(hid_t plist, const struct ft_item *item)
{
    hsize_t chunk[FT_H5_RANK_MAX];

    if (!item->rank || item->count < LEAST_BYTES / item->type.size)
        return 0;
    plan_chunk(item, chunk);
    if (H5Premove_filter(plist, H5Z_FILTER_ALL) < 0 ||
        H5Pset_chunk(plist, item->rank, chunk) < 0 ||
        H5Pset_shuffle(plist) < 0 || H5Pset_deflate(plist, LEVEL) < 0)
        return -1;
    return H5Pset_fletcher32(plist);
}

/* With checksums: of the chunks that there are, or of new ones.  A single value
 * goes where HDF5 has checksums anyway.  What has a filter but no checksums is
 * shuffled; HDF5 1.10 frees what it must not when a filter is added to others
 * that were read from a file. */
static herr_t plan_guarded(hid_t plist, const struct ft_item *item)
{
    hsize_t chunk[FT_H5_RANK_MAX];

    if (item->guarded || !item->count)
        return 0;
    if (!item->rank)
        return H5Pset_layout(plist, H5D_COMPACT);
    if (!item->chunk[0]) {
        plan_chunk(item, chunk);
        if (H5Pset_chunk(plist, item->rank, chunk) < 0)
            return -1;
    } else if (H5Pget_nfilters(plist) > 0 &&
               (H5Premove_filter(plist, H5Z_FILTER_ALL) < 0 ||
                H5Pset_shuffle(plist) < 0)) {
        return -1;
    }
    return H5Pset_fletcher32(plist);
}

/* How the new dataset is stored; all else as in the old one.  What a chunk has
 * beyond the dataset's end is zero. */
static hid_t plan_dataset(hid_t old, const struct ft_item *item,
                          enum ft_rewrite_how how)
{
    hid_t plist = H5Dget_create_plist(old);

    if (plist >= 0 && H5Pset_alloc_time(plist, H5D_ALLOC_TIME_DEFAULT) >= 0 &&
        H5Pset_fill_time(plist, H5D_FILL_TIME_IFSET) >= 0 &&
        H5Pset_obj_track_times(plist, false) >= 0 &&
        (how == FT_REWRITE_COMPRESSED ? plan_compressed(plist, item)
                                      : plan_guarded(plist, item)) >= 0)
        return plist;
    ft_h5_close(plist);
    return -1;
}

static hid_t make_dataset(hid_t old, hid_t to, const struct ft_item *item,
                          enum ft_rewrite_how how)
{
    hid_t kept = H5Dget_type(old), type = kept < 0 ? -1 : H5Tcopy(kept);
    hid_t space = H5Dget_space(old), plist = plan_dataset(old, item, how);
    hid_t access = H5Pcreate(H5P_DATASET_ACCESS), new = -1;

    if (type >= 0 && space >= 0 && plist >= 0 && access >= 0 &&
        H5Pset_chunk_cache(access, CACHE_SLOTS, FT_SLAB_CACHE, 1.0) >= 0)
        new = H5Dcreate2(to, item->path, type, space, H5P_DEFAULT, plist,
                         access);
    ft_h5_close(access);
    ft_h5_close(plist);
    ft_h5_close(space);
    ft_h5_close(type);
    ft_h5_close(kept);
    return new;
}

static int copy_dataset(hid_t from, hid_t to, const struct ft_item *item,
                        enum ft_rewrite_how how, struct ft_err *err)
{
    hid_t old = H5Dopen2(from, item->path, H5P_DEFAULT), new = -1;
    int rc = -1;

    if (old >= 0)
        new = make_dataset(old, to, item, how);
    if (new < 0)
        ft_h5_error(err, "could not copy '%s'", item->path);
    else if (copy_attrs(old, new, item->path, err) == 0)
        rc = ft_slab_copy(from, item, new, err);
    if (new >= 0 && H5Dclose(new) < 0 && rc == 0)
        rc = ft_h5_error(err, "could not write '%s'", item->path);
    ft_h5_close(old);
    return rc;
}

/* --- dimension scales ----------------------------------------------------- */

struct scales {
    hid_t to, dataset; /* in the new file */
};

static herr_t attach(hid_t old, unsigned dim, hid_t old_scale, void *arg)
{
    const struct scales *s = arg;
    char path[FT_SCAN_PATH_MAX + 1];
    ssize_t len = H5Iget_name(old_scale, path, sizeof(path));
    hid_t scale;
    herr_t rc;

    (void)old;
    if (len <= 0 || (size_t)len >= sizeof(path))
        return -1;
    scale = H5Dopen2(s->to, path, H5P_DEFAULT);
    rc = scale < 0 ? -1 : H5DSattach_scale(s->dataset, scale, dim);
    ft_h5_close(scale);
    return rc < 0 ? -1 : 0;
}

/* Those of one dataset, in the order that they have in the old one. */
static int attach_scales(hid_t from, hid_t to, const struct ft_item *item,
                         struct ft_err *err)
{
    hid_t old = H5Dopen2(from, item->path, H5P_DEFAULT);
    struct scales s = { to, H5Dopen2(to, item->path, H5P_DEFAULT) };
    int rc = old < 0 || s.dataset < 0 ? -1 : 0;

    for (int i = 0; rc == 0 && i < item->rank &&
                    H5Aexists(old, "DIMENSION_LIST") > 0;
         i++)
        rc = H5DSiterate_scales(old, (unsigned)i, NULL, attach, &s) < 0 ? -1
                                                                        : 0;
    if (rc < 0)
        ft_h5_error(err, "could not copy the dimension scales of '%s'",
                    item->path);
    ft_h5_close(s.dataset);
    ft_h5_close(old);
    return rc;
}

/* -------------------------------------------------------------------------- */

/* Items are sorted by path: a group comes before what is in it. */
int ft_rewrite(const struct ft_scan *scan, hid_t to, enum ft_rewrite_how how,
               struct ft_err *err)
{
    int rc = 0;

    for (size_t i = 0; i < scan->n && rc == 0; i++) {
        const struct ft_item *item = &scan->item[i];

        rc = item->dataset
                 ? copy_dataset(scan->file, to, item, how, err)
                 : ft_rewrite_group(scan->file, to, item->path, err);
    }
    for (size_t i = 0; i < scan->n && rc == 0; i++)
        if (scan->item[i].dataset)
            rc = attach_scales(scan->file, to, &scan->item[i], err);
    return rc;
}

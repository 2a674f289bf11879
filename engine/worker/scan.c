/* scan.c - what is in an HDF5 file, or why it is not acceptable */
#include "worker/scan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/map.h"
#include "worker/version.h"

struct walk {
    struct ft_scan *scan;
    struct ft_map seen; /* by object address */
    const char *parent; /* path of the group that is being listed */
    int depth;
    struct ft_err *err;
};

/* --- attributes ----------------------------------------------------------- */

int ft_names_add(struct ft_names *names, const char *name, size_t most)
{
    if (names->n >= most)
        return -1;
    names->name = ft_grow(names->name, names->n, &names->cap,
                          sizeof(*names->name));
    names->name[names->n++] = ft_strdup(name);
    return 0;
}

static herr_t add_name(hid_t object, const char *name, const H5A_info_t *info,
                       void *arg)
{
    (void)object;
    (void)info;
    return ft_names_add(arg, name, FT_SCAN_ATTRS_MAX);
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

char **ft_scan_attrs(hid_t object, const char *path, size_t *n,
                     struct ft_err *err)
{
    struct ft_names names = { 0 };
    hsize_t index = 0;

    if (H5Aiterate2(object, H5_INDEX_NAME, H5_ITER_NATIVE, &index, add_name,
                    &names) < 0) {
        ft_h5_error(err, "cannot list the attributes of '%s' (limit: %d)",
                    path, FT_SCAN_ATTRS_MAX);
        ft_names_free(names.name, names.n);
        return NULL;
    }
    for (size_t i = 0; i < names.n; i++) {
        if (ft_h5_text_valid(names.name[i]))
            continue;
        ft_err_set(err, FT_EFORMAT, "the name of an attribute of '%s' is not "
                   "printable UTF-8 text", path);
        ft_names_free(names.name, names.n);
        return NULL;
    }
    if (!names.name)
        names.name = ft_calloc(1, sizeof(*names.name));
    qsort(names.name, names.n, sizeof(*names.name), compare_names);
    *n = names.n;
    return names.name;
}

void ft_names_free(char **name, size_t n)
{
    for (size_t i = 0; name && i < n; i++)
        free(name[i]);
    free(name);
}

/* --- datasets ------------------------------------------------------------- */

static int check_filters(hid_t plist, struct ft_item *item, struct ft_err *err)
{
    static const H5Z_filter_t known[] = { H5Z_FILTER_DEFLATE,
                                          H5Z_FILTER_SHUFFLE,
                                          H5Z_FILTER_FLETCHER32 };
    int n = H5Pget_nfilters(plist);

    if (n < 0)
        return ft_h5_error(err, "cannot read the filters of '%s'", item->path);
    for (int i = 0; i < n; i++) {
        unsigned flags, config;
        char name[64] = "";
        size_t values = 0, k = 0;
        H5Z_filter_t id = H5Pget_filter2(plist, (unsigned)i, &flags, &values,
                                         NULL, sizeof(name), name, &config);

        while (k < FT_ARRAY_LEN(known) && known[k] != id)
            k++;
        if (id != H5Z_FILTER_SHUFFLE)
            item->guarded = true;
        if (k < FT_ARRAY_LEN(known))
            continue;
        ft_err_set(err, FT_EFORMAT, "'%s' is packed with filter %d%s%s%s",
                   item->path, (int)id, *name ? " (" : "", name,
                   *name ? ")" : "");
        return ft_err_hint(err, "use gzip, shuffle and fletcher32 only");
    }
    return 0;
}

static int check_layout(hid_t plist, struct ft_item *item, struct ft_err *err)
{
    H5D_layout_t layout = H5Pget_layout(plist);
    uint64_t bytes = item->type.size;

    if (layout == H5D_VIRTUAL)
        return ft_err_set(err, FT_EFORMAT, "'%s' is a virtual dataset: its "
                          "values lie in other files", item->path);
    if (layout == H5D_CONTIGUOUS && H5Pget_external_count(plist) != 0)
        return ft_err_set(err, FT_EFORMAT, "'%s' keeps its values in another "
                          "file (external storage)", item->path);
    item->guarded = layout == H5D_COMPACT;
    if (layout == H5D_CONTIGUOUS || layout == H5D_COMPACT)
        return 0;
    if (layout != H5D_CHUNKED ||
        H5Pget_chunk(plist, FT_H5_RANK_MAX, item->chunk) != item->rank)
        return ft_h5_error(err, "'%s' has an unknown layout", item->path);
    for (int i = 0; i < item->rank; i++) {
        if (!item->chunk[i] || item->chunk[i] > FT_SCAN_CHUNK_MAX / bytes) {
            ft_err_set(err, FT_EFORMAT, "a chunk of '%s' is larger than %u "
                       "MiB", item->path, FT_SCAN_CHUNK_MAX >> 20);
            return ft_err_hint(err, "1 MiB is a good size");
        }
        bytes *= item->chunk[i];
    }
    return check_filters(plist, item, err);
}

/* Rank, sizes and number of elements. */
static int check_shape(hid_t space, struct ft_scan *scan,
                       struct ft_item *item, struct ft_err *err)
{
    uint64_t limit = FT_SCAN_DECLARED_FREE;

    if (scan->file_bytes < UINT64_MAX / FT_SCAN_RATIO_MAX / 2)
        limit += scan->file_bytes * FT_SCAN_RATIO_MAX;
    item->null = H5Sget_simple_extent_type(space) == H5S_NULL;
    item->rank = item->null ? 0 : H5Sget_simple_extent_ndims(space);
    if (item->rank < 0)
        return ft_h5_error(err, "cannot read the shape of '%s'", item->path);
    if (item->rank > FT_H5_RANK_MAX)
        return ft_err_set(err, FT_EFORMAT, "'%s' has %d dimensions (limit: "
                          "%d)", item->path, item->rank, FT_H5_RANK_MAX);
    if (H5Sget_simple_extent_dims(space, item->dim, NULL) < 0)
        return ft_h5_error(err, "cannot read the shape of '%s'", item->path);
    item->count = item->null ? 0 : 1;
    for (int i = 0; i < item->rank; i++)
        item->count = item->dim[i] && item->count > limit / item->dim[i]
                          ? UINT64_MAX : item->count * item->dim[i];
    if (item->count > limit / item->type.size ||
        item->count * item->type.size > limit - scan->declared_bytes) {
        ft_err_set(err, FT_EFORMAT, "'%s' declares far more values than the "
                   "file can hold (%llu bytes in the file)", item->path,
                   (unsigned long long)scan->file_bytes);
        return -1;
    }
    scan->declared_bytes += item->count * item->type.size;
    return 0;
}

/* A full disk leaves datasets whose missing values read as zero. */
static int check_complete(hid_t id, hid_t space, const struct ft_item *item,
                          struct ft_err *err)
{
    hsize_t have = 0, want = 1;
    H5D_space_status_t status;

    if (!item->count)
        return 0;
    if (!item->chunk[0]) {
        if (H5Dget_space_status(id, &status) < 0)
            return ft_h5_error(err, "cannot read '%s'", item->path);
        if (status == H5D_SPACE_STATUS_ALLOCATED)
            return 0;
        return ft_err_set(err, FT_EFORMAT, "'%s' was never written",
                          item->path);
    }
    for (int i = 0; i < item->rank; i++)
        want *= (item->dim[i] + item->chunk[i] - 1) / item->chunk[i];
    if (H5Dget_num_chunks(id, space, &have) < 0)
        return ft_h5_error(err, "cannot read the chunks of '%s'", item->path);
    if (have != want)
        return ft_err_set(err, FT_EFORMAT, "'%s' is incomplete: %llu of %llu "
                          "chunks were written", item->path,
                          (unsigned long long)have, (unsigned long long)want);
    return 0;
}

static int check_type(hid_t type, struct ft_item *item, struct ft_err *err)
{
    if (ft_h5_type_of(type, &item->type) < 0) {
        ft_err_set(err, FT_EFORMAT, "the elements of '%s' are %s", item->path,
                   ft_h5_type_class(type));
        return ft_err_hint(err, "write 1, 2, 4 or 8-byte integers, 4 or "
                                "8-byte floating-point numbers, or text");
    }
    if (!item->type.size) {
        ft_err_set(err, FT_EFORMAT, "'%s' is text of variable length",
                   item->path);
        return ft_err_hint(err, "write text of fixed length, such as S16");
    }
    if (item->type.size > FT_SCAN_WIDTH_MAX)
        return ft_err_set(err, FT_EFORMAT, "the texts of '%s' are %zu bytes "
                          "wide (limit: %d)", item->path, item->type.size,
                          FT_SCAN_WIDTH_MAX);
    return 0;
}

/* The layout is looked at before the data space: asking a virtual dataset for
 * its space can open other files. */
static int scan_dataset(struct walk *walk, hid_t id, struct ft_item *item,
                        bool complete)
{
    hid_t type = H5Dget_type(id), plist = H5Dget_create_plist(id);
    hid_t space = -1;
    int rc = -1;

    item->dataset = true;
    if (type < 0 || plist < 0) {
        ft_h5_error(walk->err, "cannot read '%s'", item->path);
        goto done;
    }
    if (H5Pget_layout(plist) != H5D_VIRTUAL)
        space = H5Dget_space(id);
    if (space >= 0)
        item->rank = H5Sget_simple_extent_ndims(space);
    if (check_type(type, item, walk->err) < 0 ||
        check_layout(plist, item, walk->err) < 0)
        goto done;
    if (space < 0) {
        ft_h5_error(walk->err, "cannot read the shape of '%s'", item->path);
        goto done;
    }
    if (check_shape(space, walk->scan, item, walk->err) < 0 ||
        (complete && check_complete(id, space, item, walk->err) < 0))
        goto done;
    rc = 0;
done:
    ft_h5_close(space);
    ft_h5_close(plist);
    ft_h5_close(type);
    return rc;
}

int ft_scan_dataset(hid_t id, uint64_t file_bytes, bool complete,
                    struct ft_item *item, struct ft_err *err)
{
    struct ft_scan scan = { .file_bytes = file_bytes };
    struct ft_err own;
    struct walk walk = { .scan = &scan, .err = err ? err : &own };

    return scan_dataset(&walk, id, item, complete);
}

/* --- groups --------------------------------------------------------------- */

static int scan_object(struct walk *walk, hid_t id, char *path);

static int check_link(const char *path, const H5L_info_t *info,
                      struct ft_err *err)
{
    switch (info->type) {
    case H5L_TYPE_HARD:
        return 0;
    case H5L_TYPE_SOFT:
        return ft_err_set(err, FT_EFORMAT, "'%s' is a soft link", path);
    case H5L_TYPE_EXTERNAL:
        return ft_err_set(err, FT_EFORMAT, "'%s' is a link to another file",
                          path);
    default:
        return ft_err_set(err, FT_EFORMAT, "'%s' is a link of an unknown kind",
                          path);
    }
}

static herr_t scan_link(hid_t group, const char *name, const H5L_info_t *info,
                        void *arg)
{
    struct walk *walk = arg;
    char *path;
    hid_t id;
    int rc = -1;

    if (!ft_h5_text_valid(name))
        return ft_err_set(walk->err, FT_EFORMAT, "a name in '%s' is not "
                          "printable UTF-8 text", walk->parent);
    path = ft_asprintf("%s/%s", walk->parent[1] ? walk->parent : "", name);
    if (strlen(path) > FT_SCAN_PATH_MAX) {
        ft_err_set(walk->err, FT_EFORMAT, "a path is longer than %d bytes",
                   FT_SCAN_PATH_MAX);
    } else if (check_link(path, info, walk->err) == 0) {
        id = H5Oopen(group, name, H5P_DEFAULT);
        if (id >= 0)
            rc = scan_object(walk, id, path);
        else
            ft_h5_error(walk->err, "cannot open '%s'", path);
        ft_h5_close(id);
    }
    free(path);
    return rc;
}

static int scan_group(struct walk *walk, hid_t id, const char *path)
{
    const char *parent = walk->parent;
    hsize_t index = 0;
    int rc;

    if (++walk->depth > FT_SCAN_DEPTH_MAX)
        return ft_err_set(walk->err, FT_EFORMAT, "groups are nested deeper "
                          "than %d at '%s'", FT_SCAN_DEPTH_MAX, path);
    walk->parent = path;
    walk->err->code = FT_OK;
    rc = H5Literate(id, H5_INDEX_NAME, H5_ITER_NATIVE, &index, scan_link,
                    walk) < 0 ? -1 : 0;
    if (rc < 0 && walk->err->code == FT_OK)
        ft_h5_error(walk->err, "cannot list '%s'", path);
    walk->parent = parent;
    walk->depth--;
    return rc;
}

/* Note that the object was seen; a second time is an error: the file would mean
 * the same bytes twice, or never end. */
static int see_once(struct walk *walk, hid_t id, const char *path)
{
    char key[32];
    H5O_info_t info;

    /* Everything that can be known of it, so that every index is read. */
    if (H5Oget_info2(id, &info, H5O_INFO_ALL) < 0)
        return ft_h5_error(walk->err, "cannot read '%s'", path);
    snprintf(key, sizeof(key), "%llx", (unsigned long long)info.addr);
    if (info.rc > 1 || ft_map_put(&walk->seen, key, walk))
        return ft_err_set(walk->err, FT_EFORMAT, "'%s' has more than one name "
                          "(hard links)", path);
    if (walk->seen.len > FT_SCAN_OBJECTS_MAX)
        return ft_err_set(walk->err, FT_EFORMAT, "more than %d groups and "
                          "datasets", FT_SCAN_OBJECTS_MAX);
    return 0;
}

static struct ft_item *add_item(struct ft_scan *scan, const char *path)
{
    scan->item = ft_grow(scan->item, scan->n, &scan->cap,
                         sizeof(*scan->item));
    scan->item[scan->n] = (struct ft_item){ .path = ft_strdup(path) };
    return &scan->item[scan->n++];
}

/* The bytes of all chunks of a dataset, or more than FT_SCAN_KEPT_BYTES. */
static uint64_t chunk_bytes(const struct ft_item *item)
{
    uint64_t bytes = item->type.size;

    for (int i = 0; i < item->rank && bytes <= FT_SCAN_KEPT_BYTES; i++) {
        uint64_t n = item->dim[i] / item->chunk[i] +
                     (item->dim[i] % item->chunk[i] != 0);

        if (n > FT_SCAN_KEPT_BYTES / item->chunk[i])
            return UINT64_MAX;
        bytes *= n * item->chunk[i];
    }
    return bytes;
}

/* Keep the object of an item open for those who read it next. */
static void keep(struct ft_scan *scan, hid_t id, struct ft_item *item)
{
    if (scan->n_kept >= FT_SCAN_KEPT_MAX ||
        (item->dataset && item->chunk[0] &&
         chunk_bytes(item) > FT_SCAN_KEPT_BYTES) ||
        H5Iinc_ref(id) < 0)
        return;
    item->kept = id;
    scan->n_kept++;
}

hid_t ft_item_open(hid_t file, const struct ft_item *item)
{
    if (!item->kept)
        return H5Oopen(file, item->path, H5P_DEFAULT);
    return H5Iinc_ref(item->kept) < 0 ? -1 : item->kept;
}

/* The engine's own group holds attributes only. */
static int scan_lineage(struct walk *walk, hid_t id)
{
    H5G_info_t info;

    if (H5Iget_type(id) != H5I_GROUP || H5Gget_info(id, &info) < 0 ||
        info.nlinks)
        return ft_err_set(walk->err, FT_EFORMAT, "'" FT_VERSION_GROUP "' is "
                          "not a group of attributes");
    walk->scan->has_lineage = true;
    return 0;
}

static int scan_object(struct walk *walk, hid_t id, char *path)
{
    struct ft_item *item;

    if (see_once(walk, id, path) < 0)
        return -1;
    if (strcmp(path, FT_VERSION_GROUP) == 0)
        return scan_lineage(walk, id);
    switch (H5Iget_type(id)) {
    case H5I_GROUP:
        keep(walk->scan, id, add_item(walk->scan, path));
        return scan_group(walk, id, path);
    case H5I_DATASET:
        item = add_item(walk->scan, path);
        if (scan_dataset(walk, id, item, true) < 0)
            return -1;
        keep(walk->scan, id, item);
        return 0;
    default:
        return ft_err_set(walk->err, FT_EFORMAT, "'%s' is neither a group nor "
                          "a dataset", path);
    }
}

static int compare_items(const void *a, const void *b)
{
    const struct ft_item *x = a, *y = b;

    return strcmp(x->path, y->path);
}

int ft_scan_init(struct ft_scan *scan, hid_t file, const char *path,
                 struct ft_err *err)
{
    struct ft_err own;
    struct walk walk = { .scan = scan, .seen = FT_MAP_INIT, .parent = "/",
                         .err = err ? err : &own };
    char root_path[] = "/";
    hsize_t bytes = 0;
    hid_t root;
    int rc = -1;

    *scan = (struct ft_scan){ .file = file };
    root = H5Gopen2(file, "/", H5P_DEFAULT);
    if (root < 0 || H5Fget_filesize(file, &bytes) < 0) {
        ft_h5_error(err, "cannot read '%s'", path);
    } else {
        scan->file_bytes = bytes;
        rc = scan_object(&walk, root, root_path);
        if (rc < 0)
            ft_err_context(err, "'%s'", path);
    }
    ft_h5_close(root);
    ft_map_release(&walk.seen);
    H5Eclear2(H5E_DEFAULT);
    if (rc < 0)
        ft_scan_release(scan);
    else
        qsort(scan->item, scan->n, sizeof(*scan->item), compare_items);
    return rc;
}

void ft_scan_release(struct ft_scan *scan)
{
    for (size_t i = 0; i < scan->n; i++) {
        if (scan->item[i].kept)
            ft_h5_close(scan->item[i].kept);
        free(scan->item[i].path);
    }
    free(scan->item);
    *scan = (struct ft_scan){ .file = -1 };
}

const struct ft_item *ft_scan_find(const struct ft_scan *scan,
                                   const char *path)
{
    struct ft_item key = { .path = (char *)path };

    return bsearch(&key, scan->item, scan->n, sizeof(*scan->item),
                   compare_items);
}

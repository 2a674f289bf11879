/* scan.h - what is in an HDF5 file, or why it is not acceptable
 *
 * Everything that could make a file mean something else than its own bytes, or
 * make reading it costly, is refused: links that are not plain, a second name
 * of the same object, external storage, virtual datasets, filters beyond
 * deflate, shuffle and Fletcher32, types that the content digest does not
 * cover, datasets that were not written completely, absurd shapes.
 */
#ifndef FT_WORKER_SCAN_H
#define FT_WORKER_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "worker/h5.h"

#define FT_SCAN_OBJECTS_MAX 65536
#define FT_SCAN_DEPTH_MAX 32
#define FT_SCAN_ATTRS_MAX 4096          /* of one object */
#define FT_SCAN_PATH_MAX 1024
#define FT_SCAN_CHUNK_MAX (256u << 20)  /* bytes */
#define FT_SCAN_WIDTH_MAX 65536         /* bytes of a text element */
/* Declared bytes against the file's size; deflate reaches 1032 at most. */
#define FT_SCAN_RATIO_MAX 1100
#define FT_SCAN_DECLARED_FREE (1u << 20)
/* To open an object of a small file costs more than to read it.  So many stay
 * open; of chunked datasets those that HDF5's own cache holds as a whole. */
#define FT_SCAN_KEPT_MAX 64
#define FT_SCAN_KEPT_BYTES (1u << 20)

/* One group or dataset. */
struct ft_item {
    char *path;
    bool dataset;
    hid_t kept; /* open as long as the scan lives; 0: it is not */
    /* Datasets only: */
    struct ft_h5_type type;
    bool null; /* no data space */
    int rank;
    hsize_t dim[FT_H5_RANK_MAX];
    hsize_t chunk[FT_H5_RANK_MAX]; /* all 0: not chunked */
    uint64_t count; /* elements */
    bool guarded;   /* HDF5 notices that stored values are not what was written:
                       checksums (Fletcher32's or deflate's), or the header's */
};

struct ft_scan {
    hid_t file;          /* borrowed */
    struct ft_item *item; /* without /fedtwin; sorted by path, bytewise */
    size_t n, cap, n_kept;
    uint64_t file_bytes, declared_bytes;
    bool has_lineage; /* there is a group /fedtwin */
};

/* Look at everything in 'file', which 'path' names in errors. */
int ft_scan_init(struct ft_scan *scan, hid_t file, const char *path,
                 struct ft_err *err);
/* Before the file is closed. */
void ft_scan_release(struct ft_scan *scan);

/* Look at the one dataset 'id', whose item->path is set, in the same way;
 * 'complete': chunks that were never written are an error. */
int ft_scan_dataset(hid_t id, uint64_t file_bytes, bool complete,
                    struct ft_item *item, struct ft_err *err);

/* The object of an item of 'file', for ft_h5_close(); negative on failure. */
hid_t ft_item_open(hid_t file, const struct ft_item *item);

/* The item at 'path', or NULL. */
const struct ft_item *ft_scan_find(const struct ft_scan *scan,
                                   const char *path);

/* The names of the attributes of 'object', sorted bytewise: '*n' of them.  The
 * caller frees with ft_names_free(). */
char **ft_scan_attrs(hid_t object, const char *path, size_t *n,
                     struct ft_err *err);
void ft_names_free(char **name, size_t n);

/* Such names while they are collected; start with zeroes. */
struct ft_names {
    char **name;
    size_t n, cap;
};
/* Append a copy.  -1: there are 'most' of them already. */
int ft_names_add(struct ft_names *names, const char *name, size_t most);

#endif

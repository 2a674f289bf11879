/* slab.c - the elements of a dataset in row-major order, a piece at a time */
#include "worker/slab.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "base/err.h"

#define DEFAULT_CACHE (1u << 20) /* bytes that HDF5 keeps of a dataset */

_Static_assert(FT_SCAN_KEPT_BYTES <= DEFAULT_CACHE,
               "a dataset that stays open has HDF5's own cache");

/* An open dataset and how it is cut: a piece is 'step' indices of dimension
 * 'split' and everything of the dimensions behind. */
struct cut {
    const struct ft_item *item;
    hid_t id, space, memory;
    int split;
    uint64_t row; /* elements of one index of 'split' */
    uint64_t step;
};

static uint64_t min_u64(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* Every chunk that a piece touches should be decoded once: whole chunks along
 * 'split' where they fit. */
static void plan_cut(struct cut *cut)
{
    const struct ft_item *item = cut->item;
    uint64_t limit = FT_SLAB_BYTES / item->type.size;

    cut->row = 1;
    cut->step = 1;
    if (!item->rank)
        return;
    cut->split = item->rank - 1;
    while (cut->split > 0 && cut->row * item->dim[cut->split] <= limit)
        cut->row *= item->dim[cut->split--];
    cut->step = limit / cut->row;
    if (item->chunk[cut->split] && item->chunk[cut->split] < cut->step)
        cut->step -= cut->step % item->chunk[cut->split];
    cut->step = min_u64(cut->step, item->dim[cut->split]);
}

/* Bytes of all chunks that one piece touches, at most FT_SLAB_CACHE. */
static size_t cache_bytes(const struct cut *cut)
{
    const struct ft_item *item = cut->item;
    uint64_t bytes = item->type.size;

    for (int i = 0; i < item->rank; i++) {
        uint64_t n = i < cut->split ? 1 : i > cut->split ? item->dim[i]
                                                         : cut->step;
        uint64_t chunk = item->chunk[i] ? item->chunk[i] : 1;

        n = (n + chunk - 1) / chunk * chunk;
        if (n > FT_SLAB_CACHE / bytes)
            return FT_SLAB_CACHE;
        bytes *= n;
    }
    return bytes;
}

/* With a cache for all chunks of a piece; that of HDF5 does for a few. */
static hid_t open_dataset(hid_t file, const struct cut *cut)
{
    size_t bytes = cut->item->chunk[0] ? cache_bytes(cut) : 0;
    hid_t plist, id = -1;

    if (bytes <= DEFAULT_CACHE)
        return ft_item_open(file, cut->item);
    plist = H5Pcreate(H5P_DATASET_ACCESS);
    if (plist >= 0 && H5Pset_chunk_cache(plist, 1009, bytes, 1.0) >= 0)
        id = H5Dopen2(file, cut->item->path, plist);
    ft_h5_close(plist);
    return id;
}

static int open_cut(hid_t file, struct cut *cut)
{
    hid_t type = -1;
    int rc = -1;

    cut->id = open_dataset(file, cut);
    if (cut->id >= 0) {
        cut->space = H5Dget_space(cut->id);
        type = H5Dget_type(cut->id);
    }
    if (type >= 0)
        cut->memory = ft_h5_type_memory(type, &cut->item->type);
    if (cut->space >= 0 && cut->memory >= 0)
        rc = 0;
    ft_h5_close(type);
    return rc;
}

static void close_cut(struct cut *cut)
{
    ft_h5_close(cut->memory);
    ft_h5_close(cut->space);
    ft_h5_close(cut->id);
}

/* One piece: where it lies, and how many elements it has. */
struct box {
    hsize_t start[FT_H5_RANK_MAX], extent[FT_H5_RANK_MAX];
    hsize_t count;
};

/* Select the box in the file.  The space in memory has its shape, or HDF5 would
 * look for the chunk of every single element. */
static hid_t select_box(const struct cut *cut, const struct box *box)
{
    int rank = cut->item->rank;

    if (!rank)
        return H5Screate(H5S_SCALAR);
    if (H5Sselect_hyperslab(cut->space, H5S_SELECT_SET, box->start, NULL,
                            box->extent, NULL) < 0)
        return -1;
    return H5Screate_simple(rank, box->extent, NULL);
}

static int read_box(const struct cut *cut, const struct box *box, void *bytes)
{
    const struct ft_h5_type *type = &cut->item->type;
    hid_t memory = select_box(cut, box);
    int rc = -1;

    if (memory >= 0 && H5Dread(cut->id, cut->memory, memory, cut->space,
                               H5P_DEFAULT, bytes) >= 0)
        rc = 0;
    if (rc == 0 && type->kind == 'S')
        ft_h5_text_clean(bytes, box->count, type->size);
    ft_h5_close(memory);
    return rc;
}

/* Step the dimensions before 'split'; false after the last one. */
static bool next_start(const struct cut *cut, hsize_t *start)
{
    for (int i = cut->split - 1; i >= 0; i--) {
        if (++start[i] < cut->item->dim[i])
            return true;
        start[i] = 0;
    }
    return false;
}

typedef int box_fn(const struct box *box, void *arg, struct ft_err *err);

static int each_box(const struct cut *cut, box_fn *each, void *arg,
                    struct ft_err *err)
{
    const struct ft_item *item = cut->item;
    uint64_t end = item->rank ? item->dim[cut->split] : 1;
    struct box box = { 0 };

    for (int i = 0; i < item->rank; i++)
        box.extent[i] = i < cut->split ? 1 : item->dim[i];
    do {
        for (uint64_t at = 0; at < end; at += cut->step) {
            uint64_t rows = min_u64(cut->step, end - at);

            box.start[cut->split] = at;
            box.extent[cut->split] = rows;
            box.count = rows * cut->row;
            if (each(&box, arg, err) < 0)
                return -1;
        }
        box.start[cut->split] = 0;
    } while (next_start(cut, box.start));
    return 0;
}

/* --- one dataset ---------------------------------------------------------- */

struct reading {
    const struct cut *cut;
    void *bytes;
    ft_slab_fn *each;
    void *arg;
};

static int read_one(const struct box *box, void *arg, struct ft_err *err)
{
    const struct reading *r = arg;

    if (read_box(r->cut, box, r->bytes) < 0)
        return ft_h5_error(err, "cannot read '%s'", r->cut->item->path);
    return r->each(r->bytes, box->count, r->arg, err);
}

int ft_slab_each(hid_t file, const struct ft_item *item, ft_slab_fn *each,
                 void *arg, struct ft_err *err)
{
    struct cut cut = { .item = item, .id = -1, .space = -1, .memory = -1 };
    struct reading r = { .cut = &cut, .each = each, .arg = arg };
    int rc = -1;

    if (!item->count)
        return 0;
    plan_cut(&cut);
    if (open_cut(file, &cut) < 0) {
        ft_h5_error(err, "cannot read '%s'", item->path);
    } else {
        r.bytes = ft_realloc(NULL, cut.row * cut.step, item->type.size);
        rc = each_box(&cut, read_one, &r, err);
    }
    free(r.bytes);
    close_cut(&cut);
    return rc;
}

/* --- two datasets --------------------------------------------------------- */

struct reading_two {
    const struct cut *cut[2];
    void *bytes[2];
    ft_slab_pair_fn *each;
    void *arg;
};

static int read_two(const struct box *box, void *arg, struct ft_err *err)
{
    const struct reading_two *r = arg;

    for (int i = 0; i < 2; i++)
        if (read_box(r->cut[i], box, r->bytes[i]) < 0)
            return ft_h5_error(err, "cannot read '%s'",
                               r->cut[i]->item->path);
    return r->each(r->bytes[0], r->bytes[1], box->count, r->arg, err);
}

/* The part of 'item' that both have. */
static struct ft_item common_part(const struct ft_item *item,
                                  const struct ft_item *other)
{
    struct ft_item part = *item;

    if (part.rank && part.dim[0] > other->dim[0]) {
        part.count = part.count / part.dim[0] * other->dim[0];
        part.dim[0] = other->dim[0];
    }
    return part;
}

/* Both are cut as the one with the larger elements would be. */
static void plan_cuts(struct cut *a, struct cut *b)
{
    struct cut *larger = a->item->type.size >= b->item->type.size ? a : b;
    struct cut *other = larger == a ? b : a;

    plan_cut(larger);
    other->split = larger->split;
    other->row = larger->row;
    other->step = larger->step;
}

int ft_slab_pairs(hid_t file_a, const struct ft_item *a, hid_t file_b,
                  const struct ft_item *b, ft_slab_pair_fn *each, void *arg,
                  struct ft_err *err)
{
    struct ft_item part[2] = { common_part(a, b), common_part(b, a) };
    struct cut cut[2] = {
        { .item = &part[0], .id = -1, .space = -1, .memory = -1 },
        { .item = &part[1], .id = -1, .space = -1, .memory = -1 },
    };
    struct reading_two r = { .cut = { &cut[0], &cut[1] }, .each = each,
                             .arg = arg };
    int rc = -1;

    if (!part[0].count)
        return 0;
    plan_cuts(&cut[0], &cut[1]);
    if (open_cut(file_a, &cut[0]) < 0 || open_cut(file_b, &cut[1]) < 0) {
        ft_h5_error(err, "cannot read '%s'", a->path);
    } else {
        for (int i = 0; i < 2; i++)
            r.bytes[i] = ft_realloc(NULL, cut[i].row * cut[i].step,
                                    part[i].type.size);
        rc = each_box(&cut[0], read_two, &r, err);
    }
    for (int i = 0; i < 2; i++) {
        free(r.bytes[i]);
        close_cut(&cut[i]);
    }
    return rc;
}

/* --- from one file to another --------------------------------------------- */

struct copying {
    const struct cut *cut;
    hid_t to;
    void *bytes;
};

static int copy_one(const struct box *box, void *arg, struct ft_err *err)
{
    const struct copying *c = arg;
    const struct cut *cut = c->cut;
    hid_t memory;
    int rc = 0;

    if (read_box(cut, box, c->bytes) < 0)
        return ft_h5_error(err, "cannot read '%s'", cut->item->path);
    memory = select_box(cut, box);
    if (memory < 0 || H5Dwrite(c->to, cut->memory, memory, cut->space,
                               H5P_DEFAULT, c->bytes) < 0)
        rc = ft_h5_error(err, "could not write '%s'", cut->item->path);
    ft_h5_close(memory);
    return rc;
}

/* Nothing is to be converted: the type in memory is that in the file. */
static int open_raw(hid_t file, struct cut *cut)
{
    if (open_cut(file, cut) < 0)
        return -1;
    ft_h5_close(cut->memory);
    cut->memory = H5Dget_type(cut->id);
    return cut->memory < 0 ? -1 : 0;
}

int ft_slab_copy(hid_t file, const struct ft_item *item, hid_t to,
                 struct ft_err *err)
{
    struct cut cut = { .item = item, .id = -1, .space = -1, .memory = -1 };
    struct copying c = { .cut = &cut, .to = to };
    int rc = -1;

    if (!item->count)
        return 0;
    plan_cut(&cut);
    if (open_raw(file, &cut) < 0) {
        ft_h5_error(err, "cannot read '%s'", item->path);
    } else {
        c.bytes = ft_realloc(NULL, cut.row * cut.step, item->type.size);
        rc = each_box(&cut, copy_one, &c, err);
    }
    free(c.bytes);
    close_cut(&cut);
    return rc;
}

/* -------------------------------------------------------------------------- */

int ft_slab_read(hid_t file, const struct ft_item *item, uint64_t start,
                 uint64_t count, void *bytes, struct ft_err *err)
{
    struct cut cut = { .item = item, .id = -1, .space = -1, .memory = -1,
                       .step = count };
    struct box box = { .start = { start }, .count = count };
    int rc = -1;

    if (!count)
        return 0;
    for (int i = 0; i < item->rank; i++)
        box.extent[i] = i ? item->dim[i] : count;
    for (int i = 1; i < item->rank; i++)
        box.count *= item->dim[i];
    if (open_cut(file, &cut) == 0)
        rc = read_box(&cut, &box, bytes);
    if (rc < 0)
        ft_h5_error(err, "cannot read '%s'", item->path);
    close_cut(&cut);
    return rc;
}

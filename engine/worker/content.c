/* content.c - the content digest (share/doc/formats/version.md) */
#include "worker/content.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"
#include "worker/slab.h"

/* The first byte of everything that is hashed says what it is. */
enum { LEAF = 0, NODE = 1, DATASET = 2, GROUP = 3, CONTENT = 4 };

/* --- the tree over a dataset's bytes -------------------------------------- */

static void start_leaf(struct ft_tiles *tiles)
{
    ft_sha256_add(tiles->sha, &(uint8_t){ LEAF }, 1);
    tiles->filled = 0;
}

/* Join the two topmost subtrees. */
static void join_top(struct ft_tiles *tiles)
{
    uint8_t node[1 + 2 * FT_SHA256_BYTES] = { NODE };

    tiles->depth--;
    memcpy(node + 1, tiles->stack[tiles->depth - 1], 2 * FT_SHA256_BYTES);
    ft_sha256(node, sizeof(node), tiles->stack[tiles->depth - 1]);
}

/* As in a binary counter, each bit that turns from 1 to 0 joins two subtrees
 * of equal size. */
static void end_leaf(struct ft_tiles *tiles)
{
    ft_sha256_end(tiles->sha, tiles->stack[tiles->depth++]);
    for (uint64_t n = tiles->leaves++; n & 1; n >>= 1)
        join_top(tiles);
}

void ft_tiles_init(struct ft_tiles *tiles)
{
    *tiles = (struct ft_tiles){ .sha = ft_sha256_new() };
    start_leaf(tiles);
}

void ft_tiles_add(struct ft_tiles *tiles, const void *bytes, size_t len)
{
    const char *at = bytes;

    while (len) {
        size_t n = FT_TILE_BYTES - tiles->filled;

        if (!n) { /* the next piece begins only when there is more */
            end_leaf(tiles);
            start_leaf(tiles);
            continue;
        }
        n = n < len ? n : len;
        ft_sha256_add(tiles->sha, at, n);
        tiles->filled += n;
        at += n;
        len -= n;
    }
}

void ft_tiles_root(struct ft_tiles *tiles, uint8_t root[FT_SHA256_BYTES])
{
    end_leaf(tiles);
    while (tiles->depth > 1)
        join_top(tiles);
    memcpy(root, tiles->stack[0], FT_SHA256_BYTES);
}

void ft_tiles_release(struct ft_tiles *tiles)
{
    ft_sha256_free(tiles->sha);
    tiles->sha = NULL;
}

/* --- entries -------------------------------------------------------------- */

static void add_text(struct ft_str *out, const char *text)
{
    ft_str_addn(out, text, strlen(text) + 1);
}

/* "3,4"; empty for a single value, "-" for none at all; with its terminator. */
static void add_shape(struct ft_str *out, bool null, int rank,
                      const hsize_t *dim)
{
    if (null)
        ft_str_addc(out, '-');
    for (int i = 0; i < rank; i++)
        ft_str_addf(out, "%s%llu", i ? "," : "", (unsigned long long)dim[i]);
    ft_str_addc(out, '\0');
}

bool ft_content_skips_attr(const char *name)
{
    static const char *const library[] = {
        "CLASS", "NAME", "DIMENSION_LIST", "REFERENCE_LIST", "_Netcdf4Dimid",
        "_Netcdf4Coordinates", "_nc3_strict", "_NCProperties",
    };

    for (size_t i = 0; i < FT_ARRAY_LEN(library); i++)
        if (strcmp(name, library[i]) == 0)
            return true;
    return false;
}

static int add_attr(hid_t object, const char *path, const char *name,
                    struct ft_str *out, struct ft_err *err)
{
    struct ft_h5_attr attr;

    if (ft_h5_attr_read(object, path, name, FT_H5_ATTR_MAX, &attr, err) < 0)
        return -1;
    add_text(out, name);
    add_text(out, attr.type.text);
    add_shape(out, attr.null, attr.rank, attr.dim);
    ft_str_addn(out, attr.bytes.s, attr.bytes.len);
    ft_str_addc(out, '\0');
    ft_h5_attr_release(&attr);
    return 0;
}

/* Append all attributes of the item, sorted by name. */
static int add_attrs(const struct ft_scan *scan, const struct ft_item *item,
                     struct ft_str *out, struct ft_err *err)
{
    hid_t object = ft_item_open(scan->file, item);
    char **name = NULL;
    size_t n = 0;
    int rc = -1;

    if (object < 0) {
        ft_h5_error(err, "cannot open '%s'", item->path);
        return -1;
    }
    name = ft_scan_attrs(object, item->path, &n, err);
    if (!name)
        goto done;
    for (size_t i = 0; i < n; i++)
        if (!ft_content_skips_attr(name[i]) &&
            add_attr(object, item->path, name[i], out, err) < 0)
            goto done;
    rc = 0;
done:
    ft_names_free(name, n);
    ft_h5_close(object);
    return rc;
}

struct stream {
    struct ft_tiles tiles;
    size_t size; /* of one element */
};

static int hash_piece(const void *bytes, size_t count, void *arg,
                      struct ft_err *err)
{
    struct stream *stream = arg;

    (void)err;
    ft_tiles_add(&stream->tiles, bytes, count * stream->size);
    return 0;
}

static int add_dataset(const struct ft_scan *scan, const struct ft_item *item,
                       struct ft_str *out, struct ft_err *err)
{
    struct stream stream = { .size = item->type.size };
    uint8_t root[FT_SHA256_BYTES];
    int rc;

    add_text(out, item->path);
    add_text(out, item->type.text);
    add_shape(out, item->null, item->rank, item->dim);
    ft_tiles_init(&stream.tiles);
    rc = ft_slab_each(scan->file, item, hash_piece, &stream, err);
    ft_tiles_root(&stream.tiles, root);
    ft_tiles_release(&stream.tiles);
    ft_str_addn(out, root, sizeof(root));
    return rc;
}

/* Add the digest of one item; a group without attributes has none. */
static int add_item(const struct ft_scan *scan, const struct ft_item *item,
                    struct ft_sha256 *sha, struct ft_err *err)
{
    struct ft_str entry = FT_STR_INIT;
    uint8_t digest[FT_SHA256_BYTES];
    size_t bare;
    int rc = 0;

    ft_str_addc(&entry, item->dataset ? DATASET : GROUP);
    if (item->dataset)
        rc = add_dataset(scan, item, &entry, err);
    else
        add_text(&entry, item->path);
    bare = entry.len;
    if (rc == 0)
        rc = add_attrs(scan, item, &entry, err);
    if (rc == 0 && (item->dataset || entry.len > bare)) {
        ft_sha256(entry.s, entry.len, digest);
        ft_sha256_add(sha, digest, sizeof(digest));
    }
    ft_str_release(&entry);
    return rc;
}

static void write_text(struct ft_sha256 *sha, char text[FT_CONTENT_TEXT])
{
    uint8_t digest[FT_SHA256_BYTES];

    ft_sha256_end(sha, digest);
    memcpy(text, FT_CONTENT_PREFIX, sizeof(FT_CONTENT_PREFIX));
    ft_sha256_hex(digest, text + sizeof(FT_CONTENT_PREFIX) - 1);
}

int ft_content_digest(const struct ft_scan *scan, char text[FT_CONTENT_TEXT],
                      struct ft_err *err)
{
    struct ft_sha256 *sha = ft_sha256_new();
    int rc = 0;

    ft_sha256_add(sha, &(uint8_t){ CONTENT }, 1);
    for (size_t i = 0; i < scan->n && rc == 0; i++)
        rc = add_item(scan, &scan->item[i], sha, err);
    if (rc == 0)
        write_text(sha, text);
    ft_sha256_free(sha);
    return rc;
}

/* --- objects of type file ------------------------------------------------- */

/* A text attribute as ft_h5_attr_write_text() makes it. */
static void add_text_attr(struct ft_str *out, const char *name,
                          const char *value)
{
    size_t len = *value ? strlen(value) : 1;

    add_text(out, name);
    ft_str_addf(out, "S%zu", len);
    ft_str_addc(out, '\0');
    add_shape(out, false, 0, NULL);
    ft_str_addn(out, value, len);
    ft_str_addc(out, '\0');
}

static void add_entry(struct ft_sha256 *sha, const struct ft_str *entry)
{
    uint8_t digest[FT_SHA256_BYTES];

    ft_sha256(entry->s, entry->len, digest);
    ft_sha256_add(sha, digest, sizeof(digest));
}

void ft_content_of_bytes(const char *name, const char *media_type,
                         uint64_t size_bytes,
                         const uint8_t root[FT_SHA256_BYTES],
                         char text[FT_CONTENT_TEXT])
{
    struct ft_sha256 *sha = ft_sha256_new();
    struct ft_str entry = FT_STR_INIT;

    ft_sha256_add(sha, &(uint8_t){ CONTENT }, 1);
    ft_str_addc(&entry, GROUP);
    add_text(&entry, "/file");
    add_text_attr(&entry, "media_type", media_type);
    add_text_attr(&entry, "name", name);
    add_entry(sha, &entry);
    ft_str_cut(&entry, 0);
    ft_str_addc(&entry, DATASET);
    add_text(&entry, "/file/bytes");
    add_text(&entry, "u1");
    add_shape(&entry, false, 1, &(hsize_t){ size_bytes });
    ft_str_addn(&entry, root, FT_SHA256_BYTES);
    add_entry(sha, &entry);
    write_text(sha, text);
    ft_str_release(&entry);
    ft_sha256_free(sha);
}

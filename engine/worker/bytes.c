/* bytes.c - objects of type file: plain bytes inside an HDF5 file */
#include "worker/bytes.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/json.h"
#include "base/path.h"
#include "worker/copy.h"
#include "worker/kinds.h"
#include "worker/outfile.h"
#include "worker/slab.h"

#define CHUNK (1u << 20)

/* --- packing -------------------------------------------------------------- */

/* The dataset; chunked, so that it has checksums, unless it is empty. */
static hid_t create_bytes(hid_t group, uint64_t size)
{
    hid_t plist = ft_h5_dataset_plist();
    hid_t space = H5Screate_simple(1, &(hsize_t){ size }, NULL), id = -1;
    uint64_t n = (size + CHUNK - 1) / CHUNK;
    hsize_t chunk = n ? (size + n - 1) / n : 0; /* equal ones waste nothing */

    if (plist >= 0 && space >= 0 &&
        (!size || (H5Pset_chunk(plist, 1, &chunk) >= 0 &&
                   H5Pset_fletcher32(plist) >= 0)))
        id = H5Dcreate2(group, "bytes", H5T_STD_U8LE, space, H5P_DEFAULT,
                        plist, H5P_DEFAULT);
    ft_h5_close(space);
    ft_h5_close(plist);
    return id;
}

static int write_piece(hid_t id, hid_t space, hsize_t at, hsize_t len,
                       const char *block)
{
    hid_t memory = H5Screate_simple(1, &len, NULL);
    int rc = memory >= 0 &&
             H5Sselect_hyperslab(space, H5S_SELECT_SET, &at, NULL, &len,
                                 NULL) >= 0 &&
             H5Dwrite(id, H5T_STD_U8LE, memory, space, H5P_DEFAULT,
                      block) >= 0 ? 0 : -1;

    ft_h5_close(memory);
    return rc;
}

static int write_bytes(hid_t id, const struct ft_bytes *bytes,
                       struct ft_tiles *tiles, struct ft_err *err)
{
    uint64_t size = bytes->size_bytes;
    hid_t space = H5Dget_space(id);
    char *block = ft_realloc(NULL, size < CHUNK ? size + 1 : CHUNK, 1);
    int rc = 0;

    for (uint64_t at = 0; at < size && rc == 0; at += CHUNK) {
        size_t len = size - at < CHUNK ? size - at : CHUNK;
        ssize_t n = ft_read_all(bytes->fd, block, len);

        if (n < 0)
            rc = ft_err_sys(err, "cannot read '%s'", bytes->path);
        else if ((size_t)n < len)
            rc = ft_copy_changed(bytes->path, err);
        else if (write_piece(id, space, at, len, block) < 0)
            rc = ft_h5_error(err, "could not write the bytes of '%s'",
                             bytes->path);
        else
            ft_tiles_add(tiles, block, len);
    }
    free(block);
    ft_h5_close(space);
    return rc;
}

/* Group /file with everything in it. */
static int write_group(const struct ft_bytes *bytes, hid_t file,
                       struct ft_tiles *tiles, struct ft_err *err)
{
    hid_t plist = ft_h5_group_plist(), id = -1;
    hid_t group = H5Gcreate2(file, "/file", H5P_DEFAULT, plist, H5P_DEFAULT);
    int rc = -1;

    if (group >= 0)
        id = create_bytes(group, bytes->size_bytes);
    if (id < 0) {
        ft_h5_error(err, "could not store '%s'", bytes->path);
        goto done;
    }
    if (ft_h5_attr_write_text(group, "name", bytes->name,
                              strlen(bytes->name), err) < 0 ||
        ft_h5_attr_write_text(group, "media_type", bytes->media_type,
                              strlen(bytes->media_type), err) < 0 ||
        write_bytes(id, bytes, tiles, err) < 0)
        goto done;
    rc = H5Dclose(id);
    id = -1;
    if (rc < 0)
        ft_h5_error(err, "could not store '%s'", bytes->path);
done:
    ft_h5_close(id);
    ft_h5_close(group);
    ft_h5_close(plist);
    return rc < 0 ? -1 : 0;
}

int ft_bytes_pack(const struct ft_bytes *bytes, hid_t file,
                  char content[FT_CONTENT_TEXT], struct ft_err *err)
{
    uint8_t root[FT_SHA256_BYTES];
    struct ft_tiles tiles;
    int rc;

    ft_tiles_init(&tiles);
    rc = write_group(bytes, file, &tiles, err);
    ft_tiles_root(&tiles, root);
    ft_tiles_release(&tiles);
    if (rc == 0)
        ft_content_of_bytes(bytes->name, bytes->media_type, bytes->size_bytes,
                            root, content);
    return rc;
}

/* --- unpacking ------------------------------------------------------------ */

static int write_out(const void *bytes, size_t count, void *arg,
                     struct ft_err *err)
{
    return ft_outfile_add(arg, bytes, count, err);
}

int ft_bytes_unpack(const struct ft_scan *scan, const char *dest,
                    uint64_t *size_bytes, struct ft_err *err)
{
    const struct ft_item *item = ft_kind_dataset(scan, FT_BYTES_PATH, "u1", 1,
                                                 err);
    struct ft_outfile out;
    int rc;

    if (!item || ft_outfile_init(&out, dest, err) < 0)
        return -1;
    rc = ft_slab_each(scan->file, item, write_out, &out, err);
    if (rc == 0)
        rc = ft_outfile_finish(&out, err);
    ft_outfile_release(&out);
    if (rc == 0)
        *size_bytes = item->count;
    return rc;
}

/* --- the type ------------------------------------------------------------- */

static int check_file(const struct ft_scan *scan, const char *unit,
                      struct ft_err *err)
{
    const struct ft_item *group = ft_kind_group(scan, "/file", err);
    char *name = NULL, *media_type = NULL;
    int rc = -1;

    (void)unit;
    if (!group || !ft_kind_dataset(scan, FT_BYTES_PATH, "u1", 1, err))
        return -1;
    name = ft_kind_text(scan, group, "name", err);
    media_type = name ? ft_kind_text(scan, group, "media_type", err) : NULL;
    if (media_type)
        rc = 0;
    free(media_type);
    free(name);
    return rc;
}

static int describe_file(const struct ft_scan *scan,
                         struct json_object *summary, struct ft_err *err)
{
    static const char *const member[] = { "name", "media_type" };
    const struct ft_item *group = ft_kind_group(scan, "/file", err);

    for (size_t i = 0; i < FT_ARRAY_LEN(member); i++) {
        char *text = group ? ft_kind_text(scan, group, member[i], err) : NULL;

        if (!text)
            return -1;
        ft_json_add_str(summary, member[i], text);
        free(text);
    }
    return 0;
}

const struct ft_kind ft_kind_file = {
    .name = "file",
    .check = check_file,
    .describe = describe_file,
};

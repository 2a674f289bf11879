/* pack.c - an archive, written member by member
 *
 * The same members give the same bytes: no times, owners or threads.
 */
#include "archive/pack.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/json.h"
#include "base/sha256.h"

#define LEVEL "3" /* of zstd: stronger ones gain little on numbers */
#define BLOCK_BYTES (256u << 10)
#define MEMBER_MODE 0444

struct ft_pack {
    struct archive *out;
    struct archive_entry *entry;
    char block[BLOCK_BYTES];
};

static int fail(struct ft_pack *pack, struct ft_err *err)
{
    int code = archive_errno(pack->out);
    const char *text = archive_error_string(pack->out);

    if (code > 0) {
        errno = code;
        return ft_err_sys(err, "cannot write the archive");
    }
    return ft_err_set(err, FT_EIO, "cannot write the archive: %s",
                      text ? text : "no reason given");
}

struct ft_pack *ft_pack_open(int fd, struct ft_err *err)
{
    struct ft_pack *pack = ft_calloc(1, sizeof(*pack));

    pack->out = archive_write_new();
    pack->entry = archive_entry_new();
    if (!pack->out || !pack->entry)
        FT_BUG("libarchive has no memory");
    if (archive_write_set_format_pax_restricted(pack->out) != ARCHIVE_OK ||
        archive_write_add_filter_zstd(pack->out) != ARCHIVE_OK ||
        archive_write_set_filter_option(pack->out, "zstd",
                                        "compression-level", LEVEL) !=
            ARCHIVE_OK ||
        archive_write_set_bytes_in_last_block(pack->out, 1) != ARCHIVE_OK ||
        archive_write_open_fd(pack->out, fd) != ARCHIVE_OK) {
        fail(pack, err);
        ft_pack_free(pack);
        return NULL;
    }
    return pack;
}

void ft_pack_free(struct ft_pack *pack)
{
    if (!pack)
        return;
    archive_entry_free(pack->entry);
    archive_write_free(pack->out);
    free(pack);
}

/* Open a regular file of 'size' bytes. */
static int open_member(const char *path, int64_t size, struct ft_err *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    struct stat st;

    if (fd < 0 || fstat(fd, &st) < 0) {
        ft_err_sys(err, "cannot read '%s'", path);
        ft_err_hint(err, "look with 'fedtwin fsck'");
    } else if (!S_ISREG(st.st_mode) || st.st_size != size) {
        ft_err_set(err, FT_EFORMAT,
                   "'%s' has %lld bytes, recorded are %lld", path,
                   (long long)st.st_size, (long long)size);
        ft_err_hint(err, "look with 'fedtwin fsck'");
    } else {
        return fd;
    }
    if (fd >= 0)
        close(fd);
    return -1;
}

static int write_header(struct ft_pack *pack, const char *name, int64_t size,
                        struct ft_err *err)
{
    struct archive_entry *entry = archive_entry_clear(pack->entry);

    archive_entry_set_pathname(entry, name);
    archive_entry_set_size(entry, size);
    archive_entry_set_filetype(entry, AE_IFREG);
    archive_entry_set_perm(entry, MEMBER_MODE);
    archive_entry_set_mtime(entry, 0, 0);
    if (archive_write_header(pack->out, entry) != ARCHIVE_OK)
        return fail(pack, err);
    return 0;
}

/* All bytes of 'fd', and their digest. */
static int write_bytes(struct ft_pack *pack, int fd, const char *path,
                       char hex[FT_SHA256_HEX + 1], struct ft_err *err)
{
    struct ft_sha256 *sha = ft_sha256_new();
    uint8_t digest[FT_SHA256_BYTES];
    ssize_t n;
    int rc = -1;

    while ((n = read(fd, pack->block, sizeof(pack->block))) != 0) {
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0) {
            ft_err_sys(err, "cannot read '%s'", path);
            goto done;
        }
        ft_sha256_add(sha, pack->block, (size_t)n);
        if (archive_write_data(pack->out, pack->block, (size_t)n) != n) {
            fail(pack, err);
            goto done;
        }
    }
    rc = 0;
done:
    ft_sha256_end(sha, digest);
    ft_sha256_hex(digest, hex);
    ft_sha256_free(sha);
    return rc;
}

int ft_pack_add(struct ft_pack *pack, struct json_object *member,
                struct ft_err *err)
{
    static const char what[] = "the member";
    const char *name = ft_json_str(member, "name", what, err);
    const char *path = ft_json_str(member, "path", what, err);
    const char *want = ft_json_str(member, "sha256", what, err);
    char hex[FT_SHA256_HEX + 1];
    int64_t size;
    int fd, rc = -1;

    if (!name || !path || !want ||
        ft_json_int(member, "size", &size, what, err) < 0)
        return -1;
    fd = open_member(path, size, err);
    if (fd < 0)
        return -1;
    if (write_header(pack, name, size, err) == 0 &&
        write_bytes(pack, fd, path, hex, err) == 0) {
        rc = strcmp(hex, want) == 0 ? 0 : -1;
        if (rc < 0) {
            ft_err_set(err, FT_EFORMAT,
                       "the bytes of '%s' have another digest than recorded",
                       path);
            ft_err_hint(err, "look with 'fedtwin fsck --full'");
        }
    }
    close(fd);
    return rc;
}

int ft_pack_end(struct ft_pack *pack, uint64_t *size_bytes,
                struct ft_err *err)
{
    if (archive_write_close(pack->out) != ARCHIVE_OK)
        return fail(pack, err);
    *size_bytes = (uint64_t)archive_filter_bytes(pack->out, -1);
    return 0;
}

/* pack.c - many small version files in one container */
#include "data/upkeep/pack.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/json.h"
#include "base/path.h"
#include "data/store/id.h"

#define MAGIC "FTPACK\0\1"
#define END_MAGIC "FTPACKE\0"
#define MAGIC_LEN 8
#define TRAILER (8 + FT_SHA256_BYTES + MAGIC_LEN)
#define CHUNK (1u << 20)

struct ft_pack_out {
    char *meta, *path; /* below tmp/ */
    int fd;
    uint64_t at;
    struct ft_sha256 *sha; /* of all bytes */
    struct json_object *members;
};

char *ft_pack_path(const char *meta, const char *digest)
{
    return ft_asprintf("%s/pack/%s.pack", meta, digest);
}

/* --- writing -------------------------------------------------------------- */

static int put(struct ft_pack_out *out, const void *bytes, size_t len,
               struct ft_err *err)
{
    if (ft_write_all(out->fd, bytes, len) < 0)
        return ft_err_sys(err, "cannot write '%s'", out->path);
    ft_sha256_add(out->sha, bytes, len);
    out->at += len;
    return 0;
}

struct ft_pack_out *ft_pack_new(const char *meta, struct ft_err *err)
{
    struct ft_pack_out *out = ft_calloc(1, sizeof(*out));
    char *stem = ft_path_join(meta, "tmp/pack");

    out->meta = ft_strdup(meta);
    out->path = ft_path_unused(stem, "");
    out->sha = ft_sha256_new();
    out->members = json_object_new_array();
    out->fd = open(out->path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    free(stem);
    if (out->fd < 0)
        ft_err_sys(err, "cannot create '%s'", out->path);
    if (out->fd < 0 || put(out, MAGIC, MAGIC_LEN, err) < 0) {
        ft_pack_free(out);
        return NULL;
    }
    return out;
}

void ft_pack_free(struct ft_pack_out *out)
{
    if (!out)
        return;
    if (out->fd >= 0) {
        close(out->fd);
        (void)unlink(out->path);
    }
    json_object_put(out->members);
    ft_sha256_free(out->sha);
    free(out->path);
    free(out->meta);
    free(out);
}

int ft_pack_add(struct ft_pack_out *out, const char *path,
                struct ft_pack_member *member, struct ft_err *err)
{
    struct ft_str bytes = FT_STR_INIT;
    struct json_object *entry;
    char digest[FT_SHA256_HEX + 1];
    int rc = 0;

    if (ft_file_read(path, member->size_bytes, &bytes, err) < 0) {
        ft_str_release(&bytes);
        return 0; /* gone, or longer */
    }
    ft_sha256_text(bytes.s, bytes.len, digest);
    if (bytes.len == member->size_bytes && strcmp(digest, member->file) == 0) {
        member->offset = out->at;
        rc = put(out, bytes.s, bytes.len, err) < 0 ? -1 : 1;
    }
    ft_str_release(&bytes);
    if (rc != 1)
        return rc;
    entry = json_object_new_array();
    json_object_array_add(entry, json_object_new_string(member->version));
    json_object_array_add(entry, json_object_new_string(member->file));
    json_object_array_add(entry,
                          json_object_new_int64((int64_t)member->offset));
    json_object_array_add(entry,
                          json_object_new_int64((int64_t)member->size_bytes));
    json_object_array_add(out->members, entry);
    return 1;
}

static void put_u64(uint8_t bytes[8], uint64_t n)
{
    for (int i = 0; i < 8; i++)
        bytes[i] = (uint8_t)(n >> (8 * i));
}

static uint64_t get_u64(const uint8_t bytes[8])
{
    uint64_t n = 0;

    for (int i = 8; i-- > 0;)
        n = n << 8 | bytes[i];
    return n;
}

static int put_index(struct ft_pack_out *out, struct ft_err *err)
{
    struct json_object *obj = json_object_new_object();
    struct ft_str text = FT_STR_INIT;
    uint8_t trailer[TRAILER];
    int rc;

    json_object_object_add(obj, "members", json_object_get(out->members));
    rc = ft_json_canonical(obj, &text, err);
    put_u64(trailer, text.len);
    ft_sha256(text.s, text.len, trailer + 8);
    memcpy(trailer + 8 + FT_SHA256_BYTES, END_MAGIC, MAGIC_LEN);
    if (rc == 0)
        rc = put(out, text.s, text.len, err);
    if (rc == 0)
        rc = put(out, trailer, sizeof(trailer), err);
    ft_str_release(&text);
    json_object_put(obj);
    return rc;
}

static int give_name(struct ft_pack_out *out, const char *digest,
                     struct ft_err *err)
{
    char *path = ft_pack_path(out->meta, digest), *dir = ft_path_dir(path);
    int rc = ft_path_mkdirs(dir, 0777, err);

    if (rc == 0)
        rc = ft_path_sync_parent(dir, err);
    if (rc == 0 && link(out->path, path) < 0 && errno != EEXIST)
        rc = ft_err_sys(err, "cannot create '%s'", path);
    if (rc == 0)
        rc = ft_path_sync_parent(path, err);
    free(dir);
    free(path);
    return rc;
}

int ft_pack_finish(struct ft_pack_out *out, char digest[FT_SHA256_HEX + 1],
                   uint64_t *size_bytes, struct ft_err *err)
{
    uint8_t bytes[FT_SHA256_BYTES];
    char read_back[FT_SHA256_HEX + 1];

    if (put_index(out, err) < 0)
        return -1;
    ft_sha256_end(out->sha, bytes);
    ft_sha256_hex(bytes, digest);
    if (fchmod(out->fd, 0440) < 0 || fsync(out->fd) < 0)
        return ft_err_sys(err, "cannot write '%s'", out->path);
    if (ft_sha256_file(out->path, read_back, size_bytes, err) < 0)
        return -1;
    if (strcmp(read_back, digest) != 0)
        return ft_err_set(err, FT_EIO, "'%s' does not read back as it was "
                                       "written", out->path);
    return give_name(out, digest, err);
}

/* --- reading -------------------------------------------------------------- */

static int damaged(const char *path, const char *what, struct ft_err *err)
{
    return ft_err_set(err, FT_EFORMAT, "the container '%s' is damaged: %s",
                      path, what);
}

/* 'len' bytes at 'at'; FT_EFORMAT when there are fewer. */
static int read_at(int fd, const char *path, uint64_t at, void *bytes,
                   size_t len, struct ft_err *err)
{
    size_t have = 0;

    while (have < len) {
        ssize_t n = pread(fd, (char *)bytes + have, len - have,
                          (off_t)(at + have));

        if (n == 0)
            return damaged(path, "it is short", err);
        if (n < 0 && errno != EINTR)
            return ft_err_sys(err, "cannot read '%s'", path);
        if (n > 0)
            have += (size_t)n;
    }
    return 0;
}

static int read_index(int fd, const char *path, struct ft_str *text,
                      struct ft_err *err)
{
    uint8_t trailer[TRAILER], digest[FT_SHA256_BYTES];
    struct stat st;
    uint64_t len;
    int rc;

    if (fstat(fd, &st) < 0)
        return ft_err_sys(err, "cannot read '%s'", path);
    if (st.st_size < MAGIC_LEN + TRAILER)
        return damaged(path, "it is short", err);
    if (read_at(fd, path, (uint64_t)st.st_size - TRAILER, trailer, TRAILER,
                err) < 0)
        return -1;
    len = get_u64(trailer);
    if (memcmp(trailer + 8 + FT_SHA256_BYTES, END_MAGIC, MAGIC_LEN) != 0 ||
        len > (uint64_t)st.st_size - MAGIC_LEN - TRAILER ||
        len > FT_JSON_SIZE_MAX)
        return damaged(path, "it has no trailer", err);
    text->s = ft_calloc(len + 1, 1);
    text->len = len;
    text->cap = len + 1;
    rc = read_at(fd, path, (uint64_t)st.st_size - TRAILER - len, text->s, len,
                 err);
    ft_sha256(text->s, len, digest);
    if (rc == 0 && memcmp(digest, trailer + 8, sizeof(digest)) != 0)
        rc = damaged(path, "its index has another digest", err);
    return rc;
}

static const char *id_at(struct json_object *entry, size_t i)
{
    struct json_object *item = json_object_array_get_idx(entry, i);
    const char *id = json_object_is_type(item, json_type_string)
                         ? json_object_get_string(item)
                         : "";

    return ft_id_valid(id) ? id : NULL;
}

static int64_t number_at(struct json_object *entry, size_t i)
{
    struct json_object *item = json_object_array_get_idx(entry, i);

    return json_object_is_type(item, json_type_int)
               ? json_object_get_int64(item)
               : -1;
}

static bool take_member(struct json_object *entry,
                        struct ft_pack_member *member)
{
    const char *version, *file;

    if (!json_object_is_type(entry, json_type_array) ||
        json_object_array_length(entry) != 4)
        return false;
    version = id_at(entry, 0);
    file = id_at(entry, 1);
    if (!version || !file || number_at(entry, 2) < MAGIC_LEN ||
        number_at(entry, 3) < 0)
        return false;
    memcpy(member->version, version, sizeof(member->version));
    memcpy(member->file, file, sizeof(member->file));
    member->offset = (uint64_t)number_at(entry, 2);
    member->size_bytes = (uint64_t)number_at(entry, 3);
    return true;
}

int ft_pack_read(const char *path, struct ft_pack_member **member, size_t *n,
                 struct ft_err *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC), rc;
    struct ft_str text = FT_STR_INIT;
    struct json_object *obj = NULL, *list = NULL;

    if (fd < 0)
        return ft_err_sys(err, "cannot open '%s'", path);
    rc = read_index(fd, path, &text, err);
    if (rc == 0) {
        obj = ft_json_parse(text.s, text.len, path, err);
        list = obj ? ft_json_get(obj, "members", json_type_array, path, err)
                   : NULL;
        rc = list ? 0 : -1;
    }
    *n = list ? json_object_array_length(list) : 0;
    *member = ft_calloc(*n + 1, sizeof(**member));
    for (size_t i = 0; rc == 0 && i < *n; i++)
        if (!take_member(json_object_array_get_idx(list, i), &(*member)[i]))
            rc = damaged(path, "its index is malformed", err);
    if (rc < 0) {
        free(*member);
        *member = NULL;
        *n = 0;
    }
    json_object_put(obj);
    ft_str_release(&text);
    close(fd);
    return rc;
}

/* The bytes of a member, checked. */
static int read_member(const char *path, const struct ft_pack_member *member,
                       struct ft_str *bytes, struct ft_err *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC), rc;
    char digest[FT_SHA256_HEX + 1];

    if (fd < 0)
        return ft_err_sys(err, "cannot open '%s'", path);
    if (member->size_bytes > FT_PACK_BYTES_MAX)
        rc = damaged(path, "a member is too long", err);
    else {
        bytes->s = ft_calloc(member->size_bytes + 1, 1);
        bytes->len = member->size_bytes;
        bytes->cap = member->size_bytes + 1;
        rc = read_at(fd, path, member->offset, bytes->s, bytes->len, err);
    }
    close(fd);
    if (rc < 0)
        return -1;
    ft_sha256_text(bytes->s, bytes->len, digest);
    if (strcmp(digest, member->file) != 0)
        return damaged(path, "a member has another digest", err);
    return 0;
}

int ft_pack_check(const char *path, const struct ft_pack_member *member,
                  struct ft_err *err)
{
    struct ft_str bytes = FT_STR_INIT;
    int rc = read_member(path, member, &bytes, err);

    ft_str_release(&bytes);
    return rc;
}

static int write_file(const char *part, const struct ft_str *bytes,
                      struct ft_err *err)
{
    int fd = open(part, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    int rc = 0;

    if (fd < 0 || ft_write_all(fd, bytes->s, bytes->len) < 0 ||
        fchmod(fd, 0440) < 0 || fsync(fd) < 0)
        rc = ft_err_sys(err, "cannot write '%s'", part);
    if (fd >= 0)
        close(fd);
    return rc;
}

int ft_pack_thaw(const char *tmp, const char *path,
                 const struct ft_pack_member *member, const char *dest,
                 struct ft_err *err)
{
    char *stem = ft_path_join(tmp, "thaw");
    char *part = ft_path_unused(stem, ""), *dir = ft_path_dir(dest);
    struct ft_str bytes = FT_STR_INIT;
    int rc = read_member(path, member, &bytes, err);

    if (rc == 0)
        rc = write_file(part, &bytes, err);
    if (rc == 0)
        rc = ft_path_mkdirs(dir, 0777, err);
    if (rc == 0 && link(part, dest) < 0 && errno != EEXIST)
        rc = ft_err_sys(err, "cannot create '%s'", dest);
    if (rc == 0)
        rc = ft_path_sync_parent(dest, err);
    (void)unlink(part);
    ft_str_release(&bytes);
    free(dir);
    free(part);
    free(stem);
    return rc;
}

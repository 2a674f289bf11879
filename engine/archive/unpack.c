/* unpack.c - an archive from elsewhere, read member by member */
#include "archive/unpack.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/json.h"
#include "base/path.h"

#define READ_BYTES (64u << 10)
#define MANIFEST_MAX (1 << 20)
#define LINE_MAX_BYTES 1024
#define MEMBER_MODE 0440

/* zstd makes any number of zeros of a few bytes.  Up to FREE_BYTES does no
 * harm; beyond, more than RATIO_MAX times what was read is not believed. */
#define FREE_BYTES (64ull << 20)
#define RATIO_MAX 1000

#define MANIFEST "manifest.json"
#define VERSIONS "versions.ndjson"
#define RECORDS "records.ndjson"

enum stage { AT_MANIFEST, AT_VERSIONS, AT_RECORDS, AT_OBJECTS };

/* A list of the manifest: how long it is and its digest. */
struct listed {
    int64_t size, count;
    char sha256[FT_SHA256_HEX + 1];
};

struct ft_unpack {
    struct archive *in;
    struct archive_entry *entry; /* borrowed; the header read last */
    char *dir;
    bool large;
    enum stage stage;
    struct listed versions, records;
    int64_t objects_size;     /* bytes of all versions, by the manifest */
    FILE *list;               /* versions.ndjson, as far as it was used */
    char *line;
    size_t line_cap;
    int64_t n_listed;         /* lines used */
    int64_t listed_size;      /* bytes of the versions of these */
    char last[FT_SHA256_HEX + 1]; /* id of the last one */
    uint64_t written;
};

/* --- the archive ---------------------------------------------------------- */

static int fail(struct ft_unpack *unpack, struct ft_err *err)
{
    const char *text = archive_error_string(unpack->in);

    return ft_err_set(err, FT_EFORMAT, "the archive is damaged: %s",
                      text ? text : "no reason given");
}

struct ft_unpack *ft_unpack_open(int fd, const char *dir, bool large,
                                 struct ft_err *err)
{
    struct ft_unpack *unpack = ft_calloc(1, sizeof(*unpack));

    unpack->dir = ft_strdup(dir);
    unpack->large = large;
    unpack->in = archive_read_new();
    if (!unpack->in)
        FT_BUG("libarchive has no memory");
    if (archive_read_support_filter_zstd(unpack->in) != ARCHIVE_OK ||
        archive_read_support_format_tar(unpack->in) != ARCHIVE_OK ||
        archive_read_open_fd(unpack->in, fd, READ_BYTES) != ARCHIVE_OK) {
        ft_err_set(err, FT_EFORMAT,
                   "this is no archive of fedtwin: no tar in zstd");
        ft_unpack_free(unpack);
        return NULL;
    }
    return unpack;
}

void ft_unpack_free(struct ft_unpack *unpack)
{
    if (!unpack)
        return;
    if (unpack->list)
        fclose(unpack->list);
    archive_read_free(unpack->in);
    free(unpack->line);
    free(unpack->dir);
    free(unpack);
}

/* Once more zstd below the first would hide how far it swells. */
static int check_layers(struct ft_unpack *unpack, struct ft_err *err)
{
    if (archive_filter_count(unpack->in) == 2 &&
        archive_filter_code(unpack->in, 0) == ARCHIVE_FILTER_ZSTD)
        return 0;
    return ft_err_set(err, FT_EFORMAT,
                      "this is no archive of fedtwin: no tar in zstd");
}

/* The header of the next member; 1, or 0 at the end. */
static int next_header(struct ft_unpack *unpack, struct ft_err *err)
{
    int rc = archive_read_next_header(unpack->in, &unpack->entry);

    if (rc == ARCHIVE_EOF)
        return 0;
    if (rc == ARCHIVE_OK)
        return 1;
    if (unpack->stage == AT_MANIFEST)
        return ft_err_set(err, FT_EFORMAT,
                          "this is no archive of fedtwin: no tar in zstd");
    return fail(unpack, err);
}

/* May it stand in a message? */
static bool is_printable(const char *text)
{
    for (; *text; text++)
        if ((unsigned char)*text < ' ' || (unsigned char)*text > '~')
            return false;
    return true;
}

/* A regular file called 'name' and nothing that could be anything else. */
static int check_header(struct ft_unpack *unpack, const char *name,
                        struct ft_err *err)
{
    struct archive_entry *entry = unpack->entry;
    const char *path = archive_entry_pathname(entry);

    if (!path || strcmp(path, name) != 0) {
        ft_err_set(err, FT_EFORMAT,
                   "the archive has '%.100s' where '%s' belongs",
                   path && is_printable(path) ? path : "an odd name", name);
        return -1;
    }
    if (archive_entry_hardlink(entry) || archive_entry_symlink(entry) ||
        archive_entry_filetype(entry) != AE_IFREG)
        return ft_err_set(err, FT_EFORMAT,
                          "'%s' in the archive is not a regular file", name);
    if (!archive_entry_size_is_set(entry) ||
        archive_entry_sparse_count(entry) > 0)
        return ft_err_set(err, FT_EFORMAT,
                          "'%s' in the archive has no plain size", name);
    return 0;
}

static int check_size(struct ft_unpack *unpack, int64_t size,
                      struct ft_err *err)
{
    int64_t have = archive_entry_size(unpack->entry);

    if (have == size)
        return 0;
    return ft_err_set(err, FT_EFORMAT,
                      "'%s' in the archive has %lld bytes, its list says %lld",
                      archive_entry_pathname(unpack->entry), (long long)have,
                      (long long)size);
}

static int check_ratio(struct ft_unpack *unpack, struct ft_err *err)
{
    uint64_t read = (uint64_t)archive_filter_bytes(unpack->in, -1);

    if (unpack->large || unpack->written <= FREE_BYTES ||
        unpack->written / RATIO_MAX <= read)
        return 0;
    ft_err_set(err, FT_EFORMAT, "the archive unpacks to more than %d times "
               "its size", RATIO_MAX);
    return ft_err_hint(err, "if you know where it is from, import it with "
                            "--large");
}

/* The member's bytes to 'fd'; *hex becomes their digest. */
static int copy_bytes(struct ft_unpack *unpack, int fd,
                      char hex[FT_SHA256_HEX + 1], struct ft_err *err)
{
    int64_t left = archive_entry_size(unpack->entry);
    struct ft_sha256 *sha = ft_sha256_new();
    uint8_t digest[FT_SHA256_BYTES];
    char block[READ_BYTES];
    ssize_t n = 0;
    int rc = -1;

    while (left > 0) {
        n = archive_read_data(unpack->in, block, sizeof(block));
        if (n <= 0 || n > left) {
            fail(unpack, err);
            goto done;
        }
        ft_sha256_add(sha, block, (size_t)n);
        left -= n;
        unpack->written += (uint64_t)n;
        if (check_ratio(unpack, err) < 0)
            goto done;
        if (ft_write_all(fd, block, (size_t)n) < 0) {
            ft_err_sys(err, "cannot write to '%s'", unpack->dir);
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

/* Write the member as 'name', durably; 'sha256' NULL: any bytes do. */
static int extract(struct ft_unpack *unpack, const char *name,
                   const char *sha256, struct ft_member *member,
                   struct ft_err *err)
{
    char *path = ft_path_join(unpack->dir, name);
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
                  MEMBER_MODE);
    char hex[FT_SHA256_HEX + 1];
    int rc = -1;

    if (fd < 0) {
        ft_err_sys(err, "cannot create '%s'", path);
        goto done;
    }
    if (copy_bytes(unpack, fd, hex, err) < 0)
        goto done;
    if (sha256 && strcmp(hex, sha256) != 0) {
        ft_err_set(err, FT_EFORMAT,
                   "'%s' in the archive has another digest than its list "
                   "says", archive_entry_pathname(unpack->entry));
        goto done;
    }
    if (fsync(fd) < 0) {
        ft_err_sys(err, "could not write '%s'", path);
        goto done;
    }
    snprintf(member->name, sizeof(member->name), "%s", name);
    member->size_bytes = (uint64_t)archive_entry_size(unpack->entry);
    rc = 0;
done:
    if (fd >= 0)
        close(fd);
    free(path);
    return rc;
}

/* --- the manifest --------------------------------------------------------- */

int ft_unpack_manifest(struct ft_unpack *unpack, struct ft_member *member,
                       struct ft_err *err)
{
    int rc = next_header(unpack, err);

    if (rc == 0)
        return ft_err_set(err, FT_EFORMAT, "the archive is empty");
    if (rc < 0 || check_layers(unpack, err) < 0 ||
        check_header(unpack, MANIFEST, err) < 0)
        return -1;
    if (archive_entry_size(unpack->entry) > MANIFEST_MAX)
        return ft_err_set(err, FT_EFORMAT,
                          "'" MANIFEST "' has more than %d bytes",
                          MANIFEST_MAX);
    return extract(unpack, MANIFEST, NULL, member, err);
}

static bool is_id(const char *text)
{
    return strlen(text) == FT_SHA256_HEX &&
           strspn(text, "0123456789abcdef") == FT_SHA256_HEX;
}

static int read_listed(struct json_object *manifest, const char *key,
                       struct listed *listed, struct ft_err *err)
{
    struct json_object *list = ft_json_get(manifest, key, json_type_object,
                                           MANIFEST, err);
    const char *sha256 = list ? ft_json_str(list, "sha256", key, err) : NULL;

    if (!sha256 || ft_json_int(list, "size", &listed->size, key, err) < 0 ||
        ft_json_int(list, "count", &listed->count, key, err) < 0)
        return -1;
    if (!is_id(sha256) || listed->size < 0 || listed->count < 0)
        return ft_err_set(err, FT_EFORMAT, "'%s' of " MANIFEST " is malformed",
                          key);
    memcpy(listed->sha256, sha256, sizeof(listed->sha256));
    return 0;
}

static int read_manifest(struct ft_unpack *unpack, struct ft_err *err)
{
    char *path = ft_path_join(unpack->dir, MANIFEST);
    struct json_object *manifest = ft_json_read(path, err);
    int rc = -1;

    if (manifest &&
        read_listed(manifest, "versions", &unpack->versions, err) == 0 &&
        read_listed(manifest, "records", &unpack->records, err) == 0)
        rc = ft_json_int(manifest, "size", &unpack->objects_size, MANIFEST,
                         err);
    json_object_put(manifest);
    free(path);
    return rc;
}

/* --- lists and versions --------------------------------------------------- */

/* One of the two lists; there must be one. */
static int take_list(struct ft_unpack *unpack, const char *name,
                     const struct listed *listed, struct ft_member *member,
                     struct ft_err *err)
{
    int rc = next_header(unpack, err);

    if (rc == 0)
        return ft_err_set(err, FT_EFORMAT, "the archive ends before '%s'",
                          name);
    if (rc < 0 || check_header(unpack, name, err) < 0 ||
        check_size(unpack, listed->size, err) < 0 ||
        extract(unpack, name, listed->sha256, member, err) < 0)
        return -1;
    return 1;
}

static int open_list(struct ft_unpack *unpack, struct ft_err *err)
{
    char *path = ft_path_join(unpack->dir, VERSIONS);

    unpack->list = fopen(path, "re");
    if (!unpack->list)
        ft_err_sys(err, "cannot read '%s'", path);
    free(path);
    return unpack->list ? 0 : -1;
}

/* What the list of versions says about the next one. */
struct line {
    char id[FT_SHA256_HEX + 1], file[FT_SHA256_HEX + 1];
    int64_t size;
};

static int parse_line(struct ft_unpack *unpack, size_t len, struct line *line,
                      struct ft_err *err)
{
    struct json_object *json = ft_json_parse(
        unpack->line, len < LINE_MAX_BYTES ? len : 0, VERSIONS, err);
    const char *id = json ? ft_json_str(json, "id", VERSIONS, err) : NULL;
    const char *file = id ? ft_json_str(json, "file", VERSIONS, err) : NULL;
    int rc = -1;

    if (!file || ft_json_int(json, "size", &line->size, VERSIONS, err) < 0)
        goto done;
    /* In order, so that none stands there twice. */
    if (!is_id(id) || !is_id(file) || strcmp(id, unpack->last) <= 0 ||
        line->size < 0 ||
        line->size > unpack->objects_size - unpack->listed_size) {
        ft_err_set(err, FT_EFORMAT, "line %lld of '" VERSIONS "' is malformed",
                   (long long)unpack->n_listed + 1);
        goto done;
    }
    memcpy(line->id, id, sizeof(line->id));
    memcpy(line->file, file, sizeof(line->file));
    rc = 1;
done:
    json_object_put(json);
    return rc;
}

/* 1, or 0 at the end of the list. */
static int next_line(struct ft_unpack *unpack, struct line *line,
                     struct ft_err *err)
{
    ssize_t len = getline(&unpack->line, &unpack->line_cap, unpack->list);

    if (len < 0 && ferror(unpack->list))
        return ft_err_sys(err, "cannot read '" VERSIONS "'");
    if (len < 0)
        return 0;
    if (parse_line(unpack, (size_t)len, line, err) < 0)
        return -1;
    unpack->n_listed++;
    unpack->listed_size += line->size;
    memcpy(unpack->last, line->id, sizeof(unpack->last));
    return 1;
}

static int check_end(struct ft_unpack *unpack, int more, struct ft_err *err)
{
    if (more)
        return ft_err_set(err, FT_EFORMAT,
                          "the archive has more members than its list");
    if (unpack->n_listed != unpack->versions.count ||
        unpack->listed_size != unpack->objects_size)
        return ft_err_set(err, FT_EFORMAT,
                          "'" VERSIONS "' is not what '" MANIFEST "' says");
    return 0;
}

static int take_version(struct ft_unpack *unpack, struct ft_member *member,
                        struct ft_err *err)
{
    char name[FT_SHA256_HEX + 16], file[FT_SHA256_HEX + 4];
    struct line line;
    int listed = next_line(unpack, &line, err);
    int more = listed < 0 ? -1 : next_header(unpack, err);

    if (more < 0)
        return -1;
    if (!listed)
        return check_end(unpack, more, err);
    if (!more)
        return ft_err_set(err, FT_EFORMAT,
                          "the archive ends before version %.12s", line.id);
    snprintf(name, sizeof(name), "o/%.2s/%s.h5", line.id, line.id);
    snprintf(file, sizeof(file), "%s.h5", line.id);
    if (check_header(unpack, name, err) < 0 ||
        check_size(unpack, line.size, err) < 0 ||
        extract(unpack, file, line.file, member, err) < 0)
        return -1;
    return 1;
}

int ft_unpack_next(struct ft_unpack *unpack, struct ft_member *member,
                   struct ft_err *err)
{
    switch (++unpack->stage) {
    case AT_VERSIONS:
        if (read_manifest(unpack, err) < 0)
            return -1;
        return take_list(unpack, VERSIONS, &unpack->versions, member, err);
    case AT_RECORDS:
        return take_list(unpack, RECORDS, &unpack->records, member, err);
    default:
        unpack->stage = AT_OBJECTS;
        if (!unpack->list && open_list(unpack, err) < 0)
            return -1;
        return take_version(unpack, member, err);
    }
}

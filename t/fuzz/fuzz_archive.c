/* fuzz_archive.c - archives that somebody sends
 *
 * An input that begins as zstd does is an archive as it stands.  Any other is a
 * tar, which is put into zstd here; the sums of its headers and the digests of
 * its two lists are made right first, so that damage gets further.
 *
 * Whatever comes, there are only files with the names that fedtwin-archive
 * gives, each once and as long as it says, and what is refused is refused as
 * malformed.
 */
#include "t/fuzz/fuzz.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "archive/unpack.h"
#include "base/alloc.h"
#include "base/err.h"
#include "base/path.h"
#include "base/str.h"

#define BLOCK 512
#define NAME_BYTES 100 /* of a header */
#define SIZE_AT 124
#define SUM_AT 148
#define MAGIC_AT 257
#define ZSTD_BLOCK_MAX (128u << 10)

static const uint8_t zstd_magic[] = { 0x28, 0xb5, 0x2f, 0xfd };

/* --- a tar made right again ----------------------------------------------- */

static bool is_header(const uint8_t *block)
{
    return memcmp(block + MAGIC_AT, "ustar", 5) == 0;
}

static void sum_header(uint8_t *block)
{
    unsigned sum = 0;
    char digits[8];

    memset(block + SUM_AT, ' ', 8);
    for (int i = 0; i < BLOCK; i++)
        sum += block[i];
    snprintf(digits, sizeof(digits), "%06o", sum);
    memcpy(block + SUM_AT, digits, 7); /* a space stands behind them */
}

/* The bytes of the first member called 'name'; NULL when there is none. */
static uint8_t *find_member(uint8_t *tar, size_t size, const char *name,
                            size_t *len)
{
    for (size_t at = 0; at + BLOCK <= size; at += BLOCK) {
        char digits[13] = "";

        if (!is_header(tar + at) ||
            strncmp((char *)tar + at, name, NAME_BYTES) != 0)
            continue;
        memcpy(digits, tar + at + SIZE_AT, 12);
        *len = strtoul(digits, NULL, 8);
        return *len <= size - at - BLOCK ? tar + at + BLOCK : NULL;
    }
    return NULL;
}

/* Put the digest of the member 'name' behind 'key' of the manifest. */
static void mend_digest(uint8_t *tar, size_t size, const char *name,
                        const char *key)
{
    static const char member[] = "\"sha256\":\"";
    size_t len, list_len;
    uint8_t *manifest = find_member(tar, size, "manifest.json", &len);
    uint8_t *list = find_member(tar, size, name, &list_len);
    uint8_t *at = manifest && list ? memmem(manifest, len, key, strlen(key))
                                   : NULL;
    uint8_t digest[FT_SHA256_BYTES];
    char hex[FT_SHA256_HEX + 1];

    if (at)
        at = memmem(at, len - (size_t)(at - manifest), member,
                    strlen(member));
    if (!at || at + strlen(member) + FT_SHA256_HEX > manifest + len)
        return;
    ft_sha256(list, list_len, digest);
    ft_sha256_hex(digest, hex);
    memcpy(at + strlen(member), hex, FT_SHA256_HEX);
}

static void mend(uint8_t *tar, size_t size)
{
    mend_digest(tar, size, "versions.ndjson", "\"versions\"");
    mend_digest(tar, size, "records.ndjson", "\"records\"");
    for (size_t at = 0; at + BLOCK <= size; at += BLOCK)
        if (is_header(tar + at))
            sum_header(tar + at);
}

/* One frame of blocks that are not compressed. */
static void add_zstd(struct ft_str *out, const uint8_t *bytes, size_t size)
{
    static const uint8_t descriptor = 0xa0; /* one segment, size in 4 bytes */

    ft_str_addn(out, zstd_magic, sizeof(zstd_magic));
    ft_str_addn(out, &descriptor, 1);
    for (int i = 0; i < 4; i++)
        ft_str_addc(out, (char)(size >> 8 * i));
    for (size_t at = 0; at < size || !at;) {
        size_t n = size - at < ZSTD_BLOCK_MAX ? size - at : ZSTD_BLOCK_MAX;
        uint32_t head = (uint32_t)n << 3 | (at + n == size);

        for (int i = 0; i < 3; i++)
            ft_str_addc(out, (char)(head >> 8 * i));
        ft_str_addn(out, bytes + at, n);
        at += n;
        if (!n)
            break;
    }
}

/* --- reading -------------------------------------------------------------- */

static bool is_ours(const char *name)
{
    return strcmp(name, "manifest.json") == 0 ||
           strcmp(name, "versions.ndjson") == 0 ||
           strcmp(name, "records.ndjson") == 0 ||
           (strspn(name, "0123456789abcdef") == FT_SHA256_HEX &&
            strcmp(name + FT_SHA256_HEX, ".h5") == 0);
}

static void check_member(const char *dir, const struct ft_member *member)
{
    char *path = ft_path_join(dir, member->name);
    struct stat st;

    if (!is_ours(member->name) || lstat(path, &st) < 0 ||
        !S_ISREG(st.st_mode) || (uint64_t)st.st_size != member->size_bytes)
        FT_BUG("member '%s' is not what was told", member->name);
    free(path);
}

/* Look at what is there, and remove it. */
static void sweep(const char *dir, size_t told, bool whole)
{
    DIR *stream = opendir(dir);
    struct dirent *entry;
    size_t n = 0;

    while (stream && (entry = readdir(stream))) {
        if (entry->d_name[0] == '.')
            continue;
        if (!is_ours(entry->d_name) ||
            unlinkat(dirfd(stream), entry->d_name, 0) < 0)
            FT_BUG("'%s' appeared", entry->d_name);
        n++;
    }
    if (!stream || n < told || n > told + !whole)
        FT_BUG("%zu files, %zu were told", n, told);
    closedir(stream);
}

static void unpack(int fd, const char *dir)
{
    struct ft_err err = { 0 };
    struct ft_unpack *unpack = ft_unpack_open(fd, dir, false, &err);
    struct ft_member member;
    size_t n = 0;
    int rc = unpack ? ft_unpack_manifest(unpack, &member, &err) : -1;

    if (rc == 0)
        rc = 1;
    while (rc == 1) {
        check_member(dir, &member);
        n++;
        rc = ft_unpack_next(unpack, &member, &err);
    }
    if (rc < 0 && err.code != FT_EFORMAT && err.code != FT_EVERSION)
        FT_BUG("refused for another reason: %s", err.msg);
    ft_unpack_free(unpack);
    sweep(dir, n, rc == 0);
}

static char dir[] = "/dev/shm/fuzz-archive-XXXXXX";

static void remove_dir(void)
{
    (void)rmdir(dir);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static bool made;
    struct ft_str bytes = FT_STR_INIT;
    int fd = memfd_create("archive", MFD_CLOEXEC);

    if (!made && (!mkdtemp(dir) || atexit(remove_dir) != 0))
        FT_BUG("cannot make a directory");
    made = true;
    if (size < sizeof(zstd_magic) ||
        memcmp(data, zstd_magic, sizeof(zstd_magic)) != 0) {
        uint8_t *tar = ft_calloc(size + 1, 1);

        memcpy(tar, data, size);
        mend(tar, size);
        add_zstd(&bytes, tar, size);
        free(tar);
    } else {
        ft_str_addn(&bytes, data, size);
    }
    if (fd < 0 || ft_write_all(fd, bytes.s, bytes.len) < 0 ||
        lseek(fd, 0, SEEK_SET) < 0)
        FT_BUG("cannot write");
    unpack(fd, dir);
    close(fd);
    ft_str_release(&bytes);
    return 0;
}

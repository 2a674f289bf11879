/* index_path.c - where the index lies, and on what kind of disk */
#include "data/index/index_path.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/path.h"
#include "base/sha256.h"

#define DIR_VARIABLE "FEDTWIN_INDEX_DIR"

/* File systems whose files other hosts may have open: SQLite's write-ahead log
 * needs memory that all its users share.  Numbers of statfs(2), of the file
 * systems' own sources and of GNU stat. */
static const struct {
    uint32_t type;
    const char *name;
} shared_disks[] = {
    { 0x6969, "NFS" },
    { 0x517b, "SMB" },
    { 0xff534d42, "CIFS" },
    { 0xfe534d42, "SMB2" },
    { 0x0bd00bd0, "Lustre" },
    { 0x47504653, "GPFS" },
    { 0x19830326, "BeeGFS" },
    { 0xaad7aaea, "PanFS" },
    { 0x00c36400, "Ceph" },
    { 0x20030528, "OrangeFS" },
    { 0x5346414f, "AFS" },
    { 0x6b414653, "AFS" },
    { 0x73757245, "Coda" },
    { 0x564c, "NCP" },
    { 0x01161970, "GFS2" },
    { 0x7461636f, "OCFS2" },
    { 0x61636673, "ACFS" },
    { 0xbeefdead, "StorNext" },
    { 0xa501fcf5, "VxFS" },
    { 0x013111a8, "IBRIX" },
    { 0x01021997, "9P" },
    { 0x786f4256, "a VirtualBox folder" },
    { 0xbacbacbc, "a VMware folder" },
    { 0x7c7c6673, "a Parallels folder" },
    { 0x65735546, "FUSE" }, /* may be any of them */
};

static const char *given_dir(void)
{
    const char *dir = getenv(DIR_VARIABLE);

    return dir && *dir ? dir : NULL;
}

bool ft_index_path_is_given(void)
{
    return given_dir() != NULL;
}

/* One directory serves many projects. */
static char *path_in(const char *dir, const char *meta)
{
    char hex[FT_SHA256_HEX + 1];

    ft_sha256_text(meta, strlen(meta), hex);
    return ft_asprintf("%s/fedtwin-%.16s.sqlite", dir, hex);
}

char *ft_index_path(const char *meta)
{
    const char *dir = given_dir();

    return dir ? path_in(dir, meta) : ft_path_join(meta, "index.sqlite");
}

char *ft_index_path_private(const char *meta, struct ft_err *err)
{
    const char *cache = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
    char *dir = NULL, *path = NULL;

    if (cache && *cache == '/')
        dir = ft_asprintf("%s/fedtwin", cache);
    else if (home && *home == '/')
        dir = ft_asprintf("%s/.cache/fedtwin", home);
    if (!dir)
        ft_err_set(err, FT_ENOENT, "index: no directory for caches");
    else if (ft_path_mkdirs(dir, 0700, err) == 0)
        path = path_in(dir, meta);
    free(dir);
    return path;
}

const char *ft_shared_disk_name(uint32_t type)
{
    for (size_t i = 0; i < FT_ARRAY_LEN(shared_disks); i++)
        if (type == shared_disks[i].type)
            return shared_disks[i].name;
    return NULL;
}

const char *ft_index_shared_disk(const char *path)
{
    char *dir = ft_path_dir(path);
    struct statfs fs;
    bool known = statfs(dir, &fs) == 0;

    free(dir);
    return known ? ft_shared_disk_name((uint32_t)fs.f_type)
                 : "an unknown file system";
}

int ft_index_path_remove(const char *path, struct ft_err *err)
{
    static const char *const tails[] = { "", "-wal", "-shm", "-journal" };
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < FT_ARRAY_LEN(tails); i++) {
        char *file = ft_asprintf("%s%s", path, tails[i]);

        if (unlink(file) < 0 && errno != ENOENT)
            rc = ft_err_sys(err, "cannot remove '%s'", file);
        free(file);
    }
    return rc;
}

/* publish.c - from what a stage wrote to a version that stays
 *
 * Everything happens to a copy below tmp/, so that nothing that the stage still
 * does can change what was checked:
 *
 *   reserve - copy - check - digest - add /fedtwin - close - read back -
 *   fsync - link to the final name - unlink the temporary one - fsync o/ab
 */
#include "worker/publish.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/json.h"
#include "base/path.h"
#include "worker/bytes.h"
#include "worker/copy.h"
#include "worker/csv.h"

/* --- the temporary file --------------------------------------------------- */

/* The descriptor stays open from the first byte to the fsync, so that no write
 * error gets lost in between. */
struct temp {
    char *path; /* NULL: none, or it has its final name */
    int fd;
};

static void temp_release(struct temp *temp)
{
    if (temp->path)
        (void)unlink(temp->path);
    free(temp->path);
    if (temp->fd >= 0)
        close(temp->fd);
    *temp = (struct temp){ .fd = -1 };
}

static int temp_init(struct temp *temp, const char *meta, struct ft_err *err)
{
    *temp = (struct temp){ .fd = -1 };
    for (unsigned n = 0; n < INT_MAX; n++) {
        char *path = ft_asprintf("%s/tmp/%ld-%u.h5", meta, (long)getpid(), n);
        int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

        if (fd >= 0) {
            *temp = (struct temp){ .path = path, .fd = fd };
            return 0;
        }
        if (errno != EEXIST) {
            ft_err_sys(err, "cannot create '%s'", path);
            free(path);
            return -1;
        }
        free(path);
    }
    return ft_err_set(err, FT_EEXIST, "'%s/tmp' is full of old files", meta);
}

/* Better to fail now than after gigabytes were copied; that a little more is
 * needed in the end, the writes will say. */
static int reserve(const char *meta, uint64_t bytes, struct ft_err *err)
{
    struct statvfs fs;

    if (statvfs(meta, &fs) < 0)
        return ft_err_sys(err, "cannot read '%s'", meta);
    if (!fs.f_blocks) /* a file system that does not say */
        return 0;
    if (bytes <= (uint64_t)fs.f_bavail * fs.f_frsize)
        return 0;
    ft_err_set(err, FT_ENOSPC, "no space left for %llu bytes in '%s'",
               (unsigned long long)bytes, meta);
    return ft_err_hint(err, "delete something, or see 'fedtwin gc'");
}

/* --- the final name ------------------------------------------------------- */

static char *final_path(const char *meta, const char *version)
{
    return ft_asprintf("%s/o/%.2s/%s.h5", meta, version, version);
}

/* Make the directory o/ab, durably. */
static int make_shard(const char *path, struct ft_err *err)
{
    char *dir = ft_path_dir(path);
    int rc = 0;

    if (mkdir(dir, 0777) == 0)
        rc = ft_path_sync_parent(dir, err);
    else if (errno != EEXIST)
        rc = ft_err_sys(err, "cannot create '%s'", dir);
    free(dir);
    return rc;
}

static int sync_file(const char *path, struct ft_err *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC), rc = 0;

    if (fd < 0 || fsync(fd) < 0)
        rc = ft_err_sys(err, "could not write '%s'", path);
    if (fd >= 0)
        close(fd);
    return rc;
}

/* A file with our name is there already: it must be whole, and then it is the
 * version.  Whoever made it may have died before it was durable. */
static int take_existing(const char *path, struct ft_verified *verified,
                         struct ft_err *err)
{
    struct ft_verified existing = { 0 };
    int rc = -1;

    if (ft_version_verify(path, true, &existing, err) < 0) {
        ft_err_context(err, "version %.12s exists already, but",
                       verified->version);
        ft_err_hint(err, "run 'fedtwin fsck'");
    } else if (strcmp(existing.version, verified->version) != 0) {
        ft_err_set(err, FT_EFORMAT, "'%s' holds version %.12s", path,
                   existing.version);
        ft_err_hint(err, "run 'fedtwin fsck'");
    } else if (sync_file(path, err) == 0) {
        memcpy(verified->file, existing.file, sizeof(verified->file));
        verified->size_bytes = existing.size_bytes;
        rc = 0;
    }
    json_object_put(existing.record);
    return rc;
}

/* Make the checked temporary file durable and give it its name. */
static int commit(struct temp *temp, const char *meta,
                  struct ft_verified *verified, struct ft_err *err)
{
    char *path = final_path(meta, verified->version);
    int rc = -1;

    if (fchmod(temp->fd, 0440) < 0 || fsync(temp->fd) < 0) {
        ft_err_sys(err, "could not write '%s'", temp->path);
        goto done;
    }
    if (make_shard(path, err) < 0)
        goto done;
    if (link(temp->path, path) < 0) {
        if (errno != EEXIST) {
            ft_err_sys(err, "cannot create '%s'", path);
            goto done;
        }
        if (take_existing(path, verified, err) < 0)
            goto done;
    }
    if (unlink(temp->path) < 0) {
        ft_err_sys(err, "cannot remove '%s'", temp->path);
        goto done;
    }
    free(temp->path);
    temp->path = NULL;
    rc = ft_path_sync_parent(path, err);
done:
    free(path);
    return rc;
}

/* --- publish -------------------------------------------------------------- */

/* 1 when the file begins as HDF5 files do. */
static int is_hdf5(int fd)
{
    char head[8];

    return pread(fd, head, sizeof(head), 0) == sizeof(head) &&
           memcmp(head, "\211HDF\r\n\032\n", sizeof(head)) == 0;
}

/* Bring 'src' into the temporary file, as HDF5. */
static int bring(const struct ft_publish *publish, struct temp *temp,
                 struct ft_err *err)
{
    uint64_t size = 0;
    int fd = ft_source_open(publish->src, &size, err), rc = -1;

    if (fd < 0)
        return -1;
    if (reserve(publish->meta, size, err) < 0)
        goto done;
    if (publish->kind == &ft_kind_file)
        rc = ft_bytes_pack(publish->src, temp->path,
                           publish->file_name ? publish->file_name
                                              : ft_path_base(publish->src),
                           publish->media_type ? publish->media_type
                                               : FT_BYTES_MEDIA_TYPE, err);
    else if (publish->kind == &ft_kind_table && !is_hdf5(fd))
        rc = ft_csv_read(publish->src, temp->path, err);
    else
        rc = ft_copy(fd, publish->src, temp->fd, temp->path, size, err);
done:
    close(fd);
    return rc;
}

/* Check the stranger's file 'file' and add the lineage. */
static int complete(const struct ft_publish *publish, hid_t file,
                    struct ft_err *err)
{
    struct ft_scan scan;
    struct ft_lineage lineage;
    char content[FT_CONTENT_TEXT];
    int rc = -1;

    if (ft_scan_init(&scan, file, publish->src, err) < 0)
        return -1;
    if (scan.has_lineage) {
        ft_err_set(err, FT_EFORMAT, "'%s' has a group '" FT_VERSION_GROUP
                   "', which only versions have", publish->src);
        ft_err_hint(err, "delete the group after copying a version");
    } else if (publish->kind->check(&scan, publish->unit, err) < 0 ||
               ft_content_digest(&scan, content, err) < 0) {
        ft_err_context(err, "'%s' is not a good %s", publish->src,
                       publish->kind->name);
    } else if (ft_lineage_init(&lineage, json_object_get(publish->record),
                               content, err) == 0) {
        rc = ft_lineage_write(file, &lineage, err);
        ft_lineage_release(&lineage);
    }
    ft_scan_release(&scan);
    return rc;
}

/* What was written is read back from the file as a stranger would. */
static int read_back(const char *path, struct ft_published *published,
                     struct ft_err *err)
{
    struct ft_verified *verified = &published->verified;
    struct ft_version_file vf;
    int rc = -1;

    if (ft_version_file_open(&vf, path, err) < 0)
        return -1;
    if (ft_version_file_check_content(&vf, err) < 0)
        goto done;
    published->summary = ft_version_file_summary(&vf, err);
    if (!published->summary ||
        ft_sha256_file(path, verified->file, &verified->size_bytes, err) < 0)
        goto done;
    memcpy(verified->version, vf.lineage.version, sizeof(verified->version));
    memcpy(verified->content, vf.lineage.content, sizeof(verified->content));
    rc = 0;
done:
    ft_version_file_close(&vf);
    return rc;
}

int ft_publish(const struct ft_publish *publish,
               struct ft_published *published, struct ft_err *err)
{
    struct temp temp;
    hid_t file = -1;
    int rc = -1;

    *published = (struct ft_published){ 0 };
    if (temp_init(&temp, publish->meta, err) < 0)
        return -1;
    if (bring(publish, &temp, err) < 0)
        goto done;
    file = ft_h5_open(temp.path, true, err);
    if (file < 0) {
        ft_err_context(err, "'%s'", publish->src);
        goto done;
    }
    if (complete(publish, file, err) < 0)
        goto done;
    rc = ft_h5_finish(file, temp.path, err);
    file = -1;
    if (rc == 0)
        rc = read_back(temp.path, published, err);
    if (rc == 0)
        rc = commit(&temp, publish->meta, &published->verified, err);
done:
    ft_h5_close(file);
    temp_release(&temp);
    if (rc < 0) {
        json_object_put(published->summary);
        *published = (struct ft_published){ 0 };
    }
    return rc < 0 ? -1 : 0;
}

/* --- adopt ---------------------------------------------------------------- */

static int copy_to_temp(const char *meta, const char *path, struct temp *temp,
                        struct ft_err *err)
{
    uint64_t size = 0;
    int fd = ft_source_open(path, &size, err), rc = -1;

    if (fd < 0)
        return -1;
    if (reserve(meta, size, err) == 0)
        rc = ft_copy(fd, path, temp->fd, temp->path, size, err);
    close(fd);
    return rc;
}

/* True when both names are the same file. */
static bool same_file(const char *a, const char *b)
{
    struct stat x, y;

    return lstat(a, &x) == 0 && lstat(b, &y) == 0 && x.st_dev == y.st_dev &&
           x.st_ino == y.st_ino;
}

/* The file has its name already: only make it durable. */
static int adopt_in_place(const char *path, struct ft_err *err)
{
    if (chmod(path, 0440) < 0)
        return ft_err_sys(err, "cannot change the mode of '%s'", path);
    if (sync_file(path, err) < 0)
        return -1;
    return ft_path_sync_parent(path, err);
}

int ft_adopt(const char *meta, const char *path,
             struct ft_verified *verified, struct ft_err *err)
{
    struct temp temp = { .fd = -1 };
    char *final = NULL;
    int rc = -1;

    if (ft_version_verify(path, true, verified, err) < 0)
        return -1;
    final = final_path(meta, verified->version);
    if (same_file(path, final)) {
        rc = adopt_in_place(path, err);
        goto done;
    }
    json_object_put(verified->record);
    verified->record = NULL;
    /* From here on the copy counts, not what 'path' may have become. */
    if (temp_init(&temp, meta, err) < 0 ||
        copy_to_temp(meta, path, &temp, err) < 0 ||
        ft_version_verify(temp.path, true, verified, err) < 0)
        goto done;
    rc = commit(&temp, meta, verified, err);
done:
    temp_release(&temp);
    free(final);
    if (rc < 0) {
        json_object_put(verified->record);
        *verified = (struct ft_verified){ 0 };
    }
    return rc;
}

/* publish.c - from what a stage wrote to a version that stays
 *
 * Everything happens to a copy below tmp/, so that nothing that the stage still
 * does can change what was checked:
 *
 *   reserve - copy - check - digest - add /fedtwin - close - read back -
 *   fsync - link to the final name - unlink the temporary one - fsync o/ab, o
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
#include "worker/draft.h"
#include "worker/formats/csv.h"
#include "worker/guard.h"

/* --- the final name ------------------------------------------------------- */

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

static char *final_path(const char *meta, const char *version)
{
    return ft_asprintf("%s/o/%.2s/%s.h5", meta, version, version);
}

/* Make the directory o/ab. */
static int make_shard(const char *path, struct ft_err *err)
{
    char *dir = ft_path_dir(path);
    int rc = 0;

    if (mkdir(dir, 0777) < 0 && errno != EEXIST)
        rc = ft_err_sys(err, "cannot create '%s'", dir);
    free(dir);
    return rc;
}

/* Make the name of a version durable, and that of o/ab: whoever made the
 * directory may have died before.  When nothing has changed this is quick. */
static int sync_names(const char *path, struct ft_err *err)
{
    char *dir = ft_path_dir(path);
    int rc = ft_path_sync_parent(path, err);

    if (rc == 0)
        rc = ft_path_sync_parent(dir, err);
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

/* The directory is nearly always there. */
static int give_name(const char *temporary, const char *path,
                     struct ft_verified *verified, struct ft_err *err)
{
    int rc = link(temporary, path);

    if (rc < 0 && errno == ENOENT) {
        if (make_shard(path, err) < 0)
            return -1;
        rc = link(temporary, path);
    }
    if (rc < 0 && errno == EEXIST)
        return take_existing(path, verified, err);
    return rc < 0 ? ft_err_sys(err, "cannot create '%s'", path) : 0;
}

/* Make the checked temporary file durable and give it its name. */
static int commit(struct ft_draft *draft, const char *meta,
                  struct ft_verified *verified, struct ft_err *err)
{
    char *path = final_path(meta, verified->version);
    int rc = -1;

    if (fchmod(draft->fd, 0440) < 0 || fsync(draft->fd) < 0) {
        ft_err_sys(err, "could not write '%s'", draft->path);
        goto done;
    }
    if (give_name(draft->path, path, verified, err) < 0)
        goto done;
    if (unlink(draft->path) < 0) {
        ft_err_sys(err, "cannot remove '%s'", draft->path);
        goto done;
    }
    free(draft->path);
    draft->path = NULL;
    rc = sync_names(path, err);
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

static int pack(const struct ft_publish *publish, int fd, uint64_t size,
                struct ft_draft *draft, char content[FT_CONTENT_TEXT],
                struct ft_err *err)
{
    struct ft_bytes bytes = {
        .fd = fd,
        .size_bytes = size,
        .path = publish->src,
        .name = publish->file_name ? publish->file_name
                                   : ft_path_base(publish->src),
        .media_type = publish->media_type ? publish->media_type
                                          : FT_BYTES_MEDIA_TYPE,
    };

    return ft_bytes_pack(&bytes, draft->file, content, err);
}

/* What is in a large file and has no checksums gets them. */
static int copy(const struct ft_publish *publish, int fd, uint64_t size,
                struct ft_draft *draft, struct ft_err *err)
{
    int guarded = size > FT_H5_SMALL
                      ? ft_guard_copy(fd, publish->src, draft, err) : 0;

    if (guarded)
        return guarded < 0 ? -1 : 0;
    if (ft_copy(fd, publish->src, draft->fd, draft->path, size, err) < 0)
        return -1;
    draft->file = ft_h5_open(draft->path, true, err);
    if (draft->file >= 0)
        return 0;
    return ft_err_context(err, "'%s'", publish->src);
}

/* A mesh or field that another program wrote. */
static int convert(const struct ft_publish *publish, struct ft_draft *draft,
                   struct ft_err *err)
{
    draft->file = ft_h5_create(draft->path, false, err);
    if (draft->file < 0)
        return -1;
    return publish->convert->read(publish->src, publish->convert, draft->file,
                                  err);
}

/* Bring 'src' into a new draft, as HDF5; *content stays empty when it is not
 * known yet. */
static int bring(const struct ft_publish *publish, struct ft_draft *draft,
                 char content[FT_CONTENT_TEXT], struct ft_err *err)
{
    bool bytes = publish->kind == &ft_kind_file;
    uint64_t size = 0;
    int fd = ft_source_open(publish->src, &size, err), rc = -1;

    if (fd < 0)
        return -1;
    if (reserve(publish->meta, size, err) < 0 ||
        ft_draft_init(draft, publish->meta, err) < 0)
        goto done;
    if (publish->convert) {
        rc = convert(publish, draft, err);
        goto done;
    }
    if (!bytes && (publish->kind != &ft_kind_table || is_hdf5(fd))) {
        if (publish->units) {
            ft_err_set(err, FT_EUSAGE, "'%s' is no CSV text: it says the "
                       "units of its columns itself", publish->src);
            goto done;
        }
        rc = copy(publish, fd, size, draft, err);
        goto done;
    }
    draft->file = ft_h5_create(draft->path, size <= FT_H5_SMALL, err);
    if (draft->file >= 0)
        rc = bytes ? pack(publish, fd, size, draft, content, err)
                   : ft_csv_read(publish->src, publish->units,
                                       draft->file, err);
done:
    close(fd);
    return rc;
}

/* Check the stranger's values in 'file' and digest them. */
static int check(const struct ft_publish *publish, hid_t file,
                 char content[FT_CONTENT_TEXT], struct ft_err *err)
{
    struct ft_scan scan;
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
    } else {
        rc = 0;
    }
    ft_scan_release(&scan);
    return rc;
}

static int add_lineage(const struct ft_publish *publish, hid_t file,
                       const char *content, struct ft_err *err)
{
    struct ft_lineage lineage;
    int rc;

    if (ft_lineage_init(&lineage, json_object_get(publish->record), content,
                        err) < 0)
        return -1;
    rc = ft_lineage_write(file, &lineage, err);
    ft_lineage_release(&lineage);
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
    struct ft_draft draft = { .fd = -1, .file = -1 };
    char content[FT_CONTENT_TEXT] = "";
    int rc = -1;

    *published = (struct ft_published){ 0 };
    if (bring(publish, &draft, content, err) == 0 &&
        (*content || check(publish, draft.file, content, err) == 0) &&
        add_lineage(publish, draft.file, content, err) == 0 &&
        ft_draft_finish(&draft, err) == 0 &&
        read_back(draft.path, published, err) == 0)
        rc = commit(&draft, publish->meta, &published->verified, err);
    ft_draft_release(&draft);
    if (rc < 0) {
        json_object_put(published->summary);
        *published = (struct ft_published){ 0 };
    }
    return rc;
}

/* --- adopt ---------------------------------------------------------------- */

static int copy_to_temp(const char *meta, const char *path,
                        struct ft_draft *draft, struct ft_err *err)
{
    uint64_t size = 0;
    int fd = ft_source_open(path, &size, err), rc = -1;

    if (fd < 0)
        return -1;
    if (reserve(meta, size, err) == 0 &&
        ft_draft_init(draft, meta, err) == 0)
        rc = ft_copy(fd, path, draft->fd, draft->path, size, err);
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
    struct stat st;

    /* Only its owner can change the mode. */
    if ((lstat(path, &st) < 0 || (st.st_mode & 07777) != 0440) &&
        chmod(path, 0440) < 0)
        return ft_err_sys(err, "cannot change the mode of '%s'", path);
    if (sync_file(path, err) < 0)
        return -1;
    return sync_names(path, err);
}

int ft_adopt(const char *meta, const char *path,
             struct ft_verified *verified, struct ft_err *err)
{
    struct ft_draft draft = { .fd = -1, .file = -1 };
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
    if (copy_to_temp(meta, path, &draft, err) < 0 ||
        ft_version_verify(draft.path, true, verified, err) < 0)
        goto done;
    rc = commit(&draft, meta, verified, err);
done:
    ft_draft_release(&draft);
    free(final);
    if (rc < 0) {
        json_object_put(verified->record);
        *verified = (struct ft_verified){ 0 };
    }
    return rc;
}

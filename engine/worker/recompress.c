/* recompress.c - a version file anew, with its values compressed
 *
 *   look - rewrite - close - read back - fsync
 */
#include "worker/recompress.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/json.h"
#include "worker/draft.h"
#include "worker/rewrite.h"

static int write_file(const struct ft_version_file *vf, struct ft_draft *draft,
                      struct ft_err *err)
{
    draft->file = ft_h5_create(draft->path, false, err);
    if (draft->file < 0 ||
        ft_rewrite(&vf->scan, draft->file, FT_REWRITE_COMPRESSED, err) < 0 ||
        ft_rewrite_group(vf->file, draft->file, FT_VERSION_GROUP, err) < 0)
        return -1;
    return ft_draft_finish(draft, err);
}

/* As a stranger would read it, it is the same version. */
static int read_back(const struct ft_version_file *vf, const char *path,
                     struct ft_verified *verified, struct ft_err *err)
{
    if (ft_version_verify(path, true, verified, err) < 0)
        return -1;
    json_object_put(verified->record);
    verified->record = NULL;
    if (strcmp(verified->version, vf->lineage.version) == 0 &&
        strcmp(verified->content, vf->lineage.content) == 0)
        return 0;
    return ft_err_set(err, FT_EFORMAT, "version %.12s is another one after "
                      "it was compressed", vf->lineage.version);
}

/* At least a tenth is worth the change. */
static bool is_gain(uint64_t was, uint64_t now)
{
    return now <= was - was / 10 - (was % 10 != 0);
}

static int rewrite(const struct ft_version_file *vf, struct ft_draft *draft,
                   uint64_t was_bytes, struct ft_recompressed *done,
                   struct ft_err *err)
{
    if (write_file(vf, draft, err) < 0 ||
        read_back(vf, draft->path, &done->verified, err) < 0)
        return -1;
    if (!is_gain(was_bytes, done->verified.size_bytes)) {
        done->kept = "it does not get a tenth smaller";
        return 0;
    }
    if (fchmod(draft->fd, 0440) < 0 || fsync(draft->fd) < 0)
        return ft_err_sys(err, "could not write '%s'", draft->path);
    done->path = draft->path;
    draft->path = NULL;
    return 0;
}

int ft_recompress(const char *meta, const char *path,
                  struct ft_recompressed *done, struct ft_err *err)
{
    struct ft_draft draft = { .fd = -1, .file = -1 };
    struct ft_version_file vf;
    uint64_t bytes = 0;
    int rc;

    *done = (struct ft_recompressed){ 0 };
    if (ft_version_file_open(&vf, path, err) < 0)
        return -1;
    rc = ft_sha256_file(path, done->was, &bytes, err);
    if (rc == 0)
        rc = ft_rewrite_refuses(&vf.scan, &done->kept, err);
    if (rc == 0 && !done->kept) {
        rc = ft_draft_init(&draft, meta, err);
        if (rc == 0)
            rc = rewrite(&vf, &draft, bytes, done, err);
        ft_draft_release(&draft);
    }
    ft_version_file_close(&vf);
    return rc;
}

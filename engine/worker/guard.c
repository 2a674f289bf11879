/* guard.c - values that HDF5 would read without looking get checksums */
#include "worker/guard.h"

#include <sys/stat.h>

#include "base/err.h"
#include "worker/copy.h"
#include "worker/rewrite.h"

static bool is_bare(const struct ft_scan *scan)
{
    for (size_t i = 0; i < scan->n; i++)
        if (scan->item[i].count && !scan->item[i].guarded)
            return true;
    return false;
}

/* 1 when the file is to be rewritten, 0, -1. */
static int is_wanted(const struct ft_scan *scan, struct ft_err *err)
{
    const char *why = NULL;

    if (scan->has_lineage || !is_bare(scan))
        return 0;
    if (ft_rewrite_refuses(scan, &why, err) < 0)
        return -1;
    return !why;
}

static bool is_same(const struct stat *a, const struct stat *b)
{
    return a->st_size == b->st_size &&
           a->st_mtim.tv_sec == b->st_mtim.tv_sec &&
           a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

static int rewrite(const struct ft_scan *scan, struct ft_draft *draft,
                   struct ft_err *err)
{
    draft->file = ft_h5_create(draft->path, false, err);
    if (draft->file < 0)
        return -1;
    return ft_rewrite(scan, draft->file, FT_REWRITE_GUARDED, err) < 0 ? -1 : 1;
}

/* As ft_guard_copy(), of a file that does not change. */
static int copy_still(const char *src, struct ft_draft *draft,
                      struct ft_err *err)
{
    hid_t file = ft_h5_open(src, false, err);
    struct ft_scan scan;
    int rc = -1;

    if (file < 0)
        return -1;
    if (ft_scan_init(&scan, file, src, err) == 0) {
        rc = is_wanted(&scan, err);
        if (rc > 0)
            rc = rewrite(&scan, draft, err);
        ft_scan_release(&scan);
    }
    ft_h5_close(file);
    return rc;
}

int ft_guard_copy(int fd, const char *src, struct ft_draft *draft,
                  struct ft_err *err)
{
    struct stat before, after;
    int rc;

    if (fstat(fd, &before) < 0)
        return ft_err_sys(err, "cannot read '%s'", src);
    rc = copy_still(src, draft, err);
    if (rc > 0 && fstat(fd, &after) < 0)
        return ft_err_sys(err, "cannot read '%s'", src);
    if (rc > 0 && !is_same(&before, &after))
        return ft_copy_changed(src, err);
    return rc;
}

/* export_impl.h - what the files of an export share */
#ifndef FT_DATA_EXPORT_IMPL_H
#define FT_DATA_EXPORT_IMPL_H

#include "data/archive/archive_impl.h"

/* A member that is a list: one canonical value a line. */
struct ft_list {
    FILE *file;
    char *path;
    struct ft_sha256 *sha;
    int64_t size, count;
    char sha256[FT_SHA256_HEX + 1]; /* when it is closed */
};

struct ft_exporting {
    struct ft_store *store;
    const struct ft_export_request *request;
    struct ft_export_totals *totals;
    ft_archive_progress *progress;
    void *arg;
    char *scratch; /* a directory */
    struct ft_pick pick;
    struct ft_list versions, records, manifest;
    /* While the oplog is read: */
    struct ft_str parts; /* state-parts whose state did not come yet */
    size_t n_results, n_states;
    struct json_object *branches, *tags;
    /* While packing: */
    struct ft_archiver archiver;
    uint64_t done_bytes;
};

/* Every version that was picked, by id. */
typedef int ft_each_version(struct ft_exporting *export,
                            const struct ft_version *v, struct ft_err *err);
int ft_export_versions(struct ft_exporting *export, ft_each_version *each,
                       struct ft_err *err);

/* Write manifest and lists into the scratch directory; what was picked has been
 * counted. */
int ft_export_lists(struct ft_exporting *export, struct ft_err *err);
void ft_list_release(struct ft_list *list);

#endif

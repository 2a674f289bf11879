/* archive.h - projects and objects in one file, out of a store and into another
 *
 * An archive is a zstd-compressed tar (share/doc/formats/archive.md): a
 * manifest, a list of versions, the records of the oplog that concern them, and
 * the version files.  It is written and read by fedtwin-archive, a member at a
 * time, so that memory does not grow with it.
 */
#ifndef FT_DATA_ARCHIVE_H
#define FT_DATA_ARCHIVE_H

#include "data/store/store.h"

/* --- export --------------------------------------------------------------- */

struct ft_export_request {
    const char *file; /* "-": standard output */
    /* Whole branches; or, if there are any, the objects that 'ref' names, which
     * become those of a branch without a past.  Neither: all branches. */
    const char *const *branch;
    size_t n_branches;
    const char *const *ref;
    size_t n_refs;
    bool no_history; /* of a branch only the objects of its newest state */
    bool closure;    /* and every version that these were made from */
    bool force;      /* replace an existing file */
    bool dry;        /* only count */
};

struct ft_export_totals {
    size_t n_branches, n_states, n_versions;
    uint64_t version_bytes; /* of the version files */
    uint64_t archive_bytes; /* of the archive; 0 when 'dry' */
};

/* 'done' of 'total' bytes of version files are in the archive, or checked. */
typedef void ft_archive_progress(uint64_t done, uint64_t total, void *arg);

/* Write an archive: whole, or not at all.
 *   FT_EEXIST  the file is there and 'force' is not set
 *   FT_ENOENT  there is no such branch or object, or a version file is gone
 *   FT_EUSAGE  branches as well as objects were named
 *   FT_EFORMAT a version file is damaged
 *   FT_EIO, FT_ENOSPC, FT_EACCES */
int ft_store_export(struct ft_store *store,
                    const struct ft_export_request *request,
                    ft_archive_progress *progress, void *arg,
                    struct ft_export_totals *totals, struct ft_err *err);

/* --- import --------------------------------------------------------------- */

/* One version of the archive. */
struct ft_import_version {
    const char *id, *object, *type, *unit; /* unit may be NULL */
    const char *task, *cell;               /* cell: canonical JSON or "" */
    uint64_t size_bytes;
    bool known; /* the store has it already */
};
typedef void ft_import_each(const struct ft_import_version *version,
                            void *arg);

struct ft_import_request {
    const char *file; /* "-": standard input */
    const char *as;   /* name for the one branch of the archive, or NULL */
    bool large;       /* it may swell without limit */
    bool dry;         /* verify everything, change nothing */
    ft_import_each *each; /* sees every version when it is verified, or NULL */
    ft_archive_progress *progress; /* or NULL */
    void *arg;            /* of these two */
};

/* A branch or tag of the archive and what became of it. */
struct ft_import_name {
    const char *what; /* "branch", "tag" */
    char *name, *as;  /* in the archive, here */
    char state[FT_SHA256_HEX + 1];
    char tip[FT_SHA256_HEX + 1]; /* the state that redo leads to, or "" */
    bool same; /* it was here with this state already */
};

struct ft_import_report {
    char *project, *user, *engine; /* where the archive is from */
    int64_t exported_us;
    size_t n_versions, n_new; /* in the archive; that the store did not have */
    uint64_t version_bytes;
    struct ft_import_name *item; /* branches, then tags */
    size_t n;
};

/* Take an archive into the store.  Every version is verified before any is
 * given its name; then the records are appended, those of the branches last.
 * No branch or tag that exists changes: one whose name is taken becomes
 * NAME-imported.  After a failure nothing is visible (when even appending
 * failed: what importing again completes).
 *   FT_EFORMAT   the archive is not what it must be, or says what is not so
 *   FT_EVERSION  it was made by a newer fedtwin
 *   FT_EEXIST    there is another branch called 'as'
 *   FT_EUSAGE    'as' is given and there is not one branch
 *   FT_ENOSPC, FT_ENOENT, FT_EACCES, FT_EIO */
int ft_store_import(struct ft_store *store,
                    const struct ft_import_request *request,
                    struct ft_import_report *report, struct ft_err *err);
void ft_import_report_release(struct ft_import_report *report);

#endif

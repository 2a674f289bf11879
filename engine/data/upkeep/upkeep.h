/* upkeep.h - what a store lets go, and how it comes back
 *
 * A removal (a gc, or an eviction) is one durable record of the oplog; the
 * payloads that it names move to the trash, from where they can be restored
 * until it is purged.  Their records - what they were, how they were made -
 * are kept for good.  share/doc/upkeep.md tells it to users.
 */
#ifndef FT_DATA_UPKEEP_H
#define FT_DATA_UPKEEP_H

#include "data/store/store.h"
#include "data/upkeep/trash.h"

struct ft_rows;

/* --- removals ------------------------------------------------------------- */

struct ft_removal {
    char id[FT_REMOVAL_ID_MAX];
    char *kind; /* "gc", "evict" */
    char *user, *reason; /* or NULL */
    int64_t time_ns;
    int64_t purged_ns; /* 0: it can be restored */
    size_t n;          /* versions that are still gone */
    uint64_t bytes;
};
struct ft_removals {
    struct ft_removal *item;
    size_t n;
};
/* All of them, newest first. */
int ft_store_removals(struct ft_store *store, struct ft_removals *removals,
                      struct ft_err *err);
void ft_removals_release(struct ft_removals *removals);

/* The payload of 'version' is gone: why, and how to get it back.  Always
 * FT_ENOENT. */
int ft_store_say_gone(struct ft_store *store, const char *version,
                      struct ft_err *err);

/* Bring back all that one removal took.  FT_ENOENT: no such removal, or it was
 * purged. */
int ft_store_restore(struct ft_store *store, const char *removal, size_t *n,
                     struct ft_err *err);

/* The payload of 'version', which was removed, has been made again: 'path' is a
 * file of that very version, with the same content.  Its bytes may be others -
 * what it had was compressed, say -, unless it comes back from the trash.
 * FT_EFORMAT when the file is not what it should be. */
int ft_store_regain(struct ft_store *store, const struct ft_version *version,
                    const char *path, struct ft_err *err);

/* Destroy what lies in the trash of one removal; the lineage records of its
 * versions are kept in .fedtwin/records. */
int ft_store_purge(struct ft_store *store, const struct ft_removal *removal,
                   struct ft_err *err);

/* Finish what a crash has left undone of removals and purges. */
int ft_store_settle(struct ft_store *store, struct ft_err *err);

/* --- what runs need ------------------------------------------------------- */

/* Run ids and version ids that must stay.  Told by the layer that can read
 * journals. */
struct ft_needs {
    struct ft_needed {
        char id[FT_SHA256_HEX + 1]; /* of a version, or of a run */
        bool run;                   /* all that this run has made */
    } *item;
    size_t n, cap;
    bool cached; /* it could not be found out: all that can be reused */
    bool live;   /* some run is under way */
};
void ft_needs_version(struct ft_needs *needs, const char *id);
/* The versions in the first column of 'rows', which it ends; NULL: -1. */
int ft_needs_rows(struct ft_needs *needs, struct ft_rows *rows,
                  struct ft_err *err);
void ft_needs_run(struct ft_needs *needs, const char *id);
void ft_needs_release(struct ft_needs *needs);

/* Fill 'needs'; called when nobody can come to need anything else. */
typedef int ft_needs_tell(void *arg, struct ft_needs *needs,
                          struct ft_err *err);

/* --- evict and pin -------------------------------------------------------- */

/* Remove the payloads of 'version'[0..n).  FT_EUSAGE when one is pinned, or a
 * run that has not ended needs it; then nothing is removed.  Those that are
 * gone already are skipped.  'removal' becomes "" when none was left. */
int ft_store_evict(struct ft_store *store, const struct ft_versions *versions,
                   const char *reason, ft_needs_tell *tell, void *arg,
                   char removal[FT_REMOVAL_ID_MAX], struct ft_err *err);

/* Protect from gc and eviction, or no longer. */
int ft_store_pin(struct ft_store *store, const struct ft_versions *versions,
                 bool pinned, const char *reason, struct ft_err *err);

/* --- gc ------------------------------------------------------------------- */

struct ft_gc_options {
    int64_t now_ns;
    double grace_s;        /* younger versions stay */
    size_t keep_states;    /* of each branch and tag; 0: all */
    int64_t keep_since_ns; /* and only states made since; INT64_MIN: all */
    ft_needs_tell *tell;   /* or NULL */
    void *arg;
};

/* Why a version stays or goes; FT_GC_KEPT_n first. */
enum ft_gc_why {
    FT_GC_IN_STATE, /* kept */
    FT_GC_PINNED,
    FT_GC_NEEDED,
    FT_GC_YOUNG,
    FT_GC_OLD_STATE, /* goes: only states behind the horizon bind it */
    FT_GC_LEFT,      /* only states that no branch or tag leads to */
    FT_GC_NEVER,     /* no state ever did */
    FT_GC_WHYS
};
extern const char *const ft_gc_why_text[FT_GC_WHYS];

struct ft_gc {
    char id[FT_REMOVAL_ID_MAX]; /* of the removal, "" when none was made */
    struct ft_gc_item {
        char version[FT_SHA256_HEX + 1];
        char *object;
        uint64_t size_bytes;
        enum ft_gc_why why;
    } *item; /* what goes, by object */
    size_t n, cap;
    size_t count[FT_GC_WHYS];
    uint64_t bytes[FT_GC_WHYS];
};
void ft_gc_release(struct ft_gc *gc);

/* What a sweep would take. */
int ft_store_gc_plan(struct ft_store *store,
                     const struct ft_gc_options *options, struct ft_gc *gc,
                     struct ft_err *err);
/* Take it. */
int ft_store_gc(struct ft_store *store, const struct ft_gc_options *options,
                struct ft_gc *gc, struct ft_err *err);

/* --- repack --------------------------------------------------------------- */

struct ft_repack_options {
    int64_t now_ns;
    uint64_t small_below; /* files of fewer bytes go into containers */
    double older_s;       /* if they were made so long ago */
    ft_needs_tell *tell;
    void *arg;
    bool dry; /* only count */
};

struct ft_repacked {
    size_t n_packs, n_packed; /* containers that were made, versions in them */
    uint64_t bytes;
    size_t n_bad;     /* files that are not as recorded: left alone */
    size_t n_unpacked; /* containers that were given up: most was removed */
    size_t n_dropped; /* files whose bytes are in a container */
    bool live;        /* these stay, since a run is under way */
};

/* Put small version files into containers, and remove what containers have.
 * Killed at any moment it leaves every version readable. */
int ft_store_repack(struct ft_store *store,
                    const struct ft_repack_options *options,
                    struct ft_repacked *done, struct ft_err *err);

/* --- compress ------------------------------------------------------------- */

struct ft_compress_options {
    int64_t now_ns;
    uint64_t larger_than; /* files of more bytes are tried */
    double older_s;       /* if they were made so long ago */
    bool dry;             /* only count */
};

struct ft_compressed {
    size_t n_tried;
    size_t n_compressed, n_kept; /* 'kept' gain too little: not tried again */
    uint64_t bytes_before, bytes_after; /* of those compressed; 'dry': tried */
    size_t n_bad; /* files that are not as recorded: left alone */
};

/* Write large version files anew with compressed values.  Versions and content
 * digests stay; who has an old file open keeps it.  Killed at any moment it
 * leaves every version readable. */
int ft_store_compress(struct ft_store *store,
                      const struct ft_compress_options *options,
                      struct ft_compressed *done, struct ft_err *err);

#endif

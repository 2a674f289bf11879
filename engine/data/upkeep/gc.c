/* gc.c - remove what nothing leads to any more
 *
 *   own the right to sweep   - no run chooses a version meanwhile
 *   lock the oplog           - nobody publishes, binds or moves a branch
 *   mark, record             - what goes is gone from here on
 *   unlock, then move the files to the trash (removal.c)
 *
 * Marking reads the whole index and the journals of runs that have not ended;
 * both cannot change under these locks, so what was marked is what is recorded.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "data/store/id.h"
#include "data/upkeep/mark.h"

const char *const ft_gc_why_text[FT_GC_WHYS] = {
    [FT_GC_IN_STATE] = "in a state that is kept",
    [FT_GC_PINNED] = "pinned",
    [FT_GC_NEEDED] = "of a run that has not ended",
    [FT_GC_YOUNG] = "younger than the grace",
    [FT_GC_OLD_STATE] = "only in states before the horizon",
    [FT_GC_LEFT] = "only in states that no branch or tag leads to",
    [FT_GC_NEVER] = "in no state",
};

void ft_gc_release(struct ft_gc *gc)
{
    for (size_t i = 0; i < gc->n; i++)
        free(gc->item[i].object);
    free(gc->item);
    *gc = (struct ft_gc){ 0 };
}

/* A file that came under its name a short while ago - adopted, restored - is
 * young whatever its record says. */
static bool is_young_file(const struct ft_store *store, const char *version,
                          const struct ft_gc_options *options)
{
    char *path = ft_store_path(store, version);
    struct stat st;
    bool young = path && lstat(path, &st) == 0 &&
                 (double)st.st_ctime >
                     (double)options->now_ns / 1e9 - options->grace_s;

    free(path);
    return young;
}

static void spare_young(struct ft_store *store,
                        const struct ft_gc_options *options, struct ft_gc *gc)
{
    size_t n = 0;

    for (size_t i = 0; i < gc->n; i++) {
        struct ft_gc_item *item = &gc->item[i];

        if (!is_young_file(store, item->version, options)) {
            gc->item[n++] = *item;
            continue;
        }
        gc->count[item->why]--;
        gc->bytes[item->why] -= item->size_bytes;
        gc->count[FT_GC_YOUNG]++;
        gc->bytes[FT_GC_YOUNG] += item->size_bytes;
        free(item->object);
    }
    gc->n = n;
}

static int plan(struct ft_store *store, const struct ft_gc_options *options,
                struct ft_gc *gc, struct ft_err *err)
{
    struct ft_needs needs = { 0 };
    struct ft_db *db;
    int rc = ft_index_follow(store->index, store->log, err);

    *gc = (struct ft_gc){ 0 };
    if (rc == 0 && options->tell)
        rc = options->tell(options->arg, &needs, err);
    db = rc == 0 ? ft_store_db(store, err) : NULL;
    rc = db ? ft_mark(db, options, &needs, err) : -1;
    if (rc == 0)
        rc = ft_mark_read(db, gc, err);
    if (rc == 0)
        spare_young(store, options, gc);
    if (db)
        ft_mark_end(db);
    ft_needs_release(&needs);
    if (rc < 0)
        ft_gc_release(gc);
    return rc;
}

int ft_store_gc_plan(struct ft_store *store,
                     const struct ft_gc_options *options, struct ft_gc *gc,
                     struct ft_err *err)
{
    if (ft_store_need_write(store, err) < 0)
        return -1;
    return plan(store, options, gc, err);
}

static int record(struct ft_store *store, const struct ft_gc_options *options,
                  struct ft_gc *gc, struct ft_err *err)
{
    const char **version = ft_calloc(gc->n + 1, sizeof(*version));
    struct ft_removal_new removal = {
        .id = gc->id, .kind = "gc", .version = version, .n = gc->n
    };
    int rc;

    ft_removal_id(options->now_ns, gc->id);
    for (size_t i = 0; i < gc->n; i++)
        version[i] = gc->item[i].version;
    rc = ft_removal_record(store, &removal, err);
    free(version);
    return rc;
}

int ft_store_gc(struct ft_store *store, const struct ft_gc_options *options,
                struct ft_gc *gc, struct ft_err *err)
{
    int rc;

    *gc = (struct ft_gc){ 0 };
    if (ft_store_need_write(store, err) < 0 ||
        ft_oplog_own(store->log, err) < 0)
        return -1;
    rc = ft_oplog_lock(store->log, err);
    if (rc == 0) {
        rc = plan(store, options, gc, err);
        if (rc == 0 && gc->n)
            rc = record(store, options, gc, err);
        ft_oplog_unlock(store->log);
    }
    ft_oplog_unuse(store->log);
    if (rc == 0 && gc->n)
        rc = ft_removal_move(store, gc->id, err);
    if (rc < 0)
        ft_gc_release(gc);
    return rc;
}

/* regain.c - a payload that was removed, and has been made again
 *
 * The worker checks the file, content and all, and gives it its name in o/ as
 * it does to one that is adopted.  That it is there again is one record, which
 * also says which bytes it has when these are not the ones that it had.
 */
#include <stdlib.h>
#include <string.h>

#include "base/path.h"
#include "data/store/id.h"
#include "data/store/publish.h"
#include "data/upkeep/removal.h"

#define ID_SHOWN 12

static struct json_object *record_new(const struct ft_version *version,
                                      const struct ft_output *file)
{
    struct json_object *back = json_object_new_array();
    struct json_object *record = ft_payload_restored(back), *list, *entry;

    json_object_array_add(back, json_object_new_string(version->id));
    if (strcmp(version->file_digest, file->file_digest) == 0)
        return record;
    list = json_object_new_array();
    entry = json_object_new_object();
    ft_json_add_str(entry, "version", version->id);
    ft_json_add_str(entry, "file", file->file_digest);
    ft_json_add_int(entry, "size", (int64_t)file->size_bytes);
    json_object_array_add(list, entry);
    json_object_object_add(record, "files", list);
    return record;
}

/* Under the lock: a gc may have moved the file to the trash once more. */
static int record(struct ft_store *store, const struct ft_version *version,
                  const struct ft_output *file, struct ft_err *err)
{
    struct ft_version now = { .gone = false };
    struct json_object *restore = NULL;
    size_t missing;
    int rc = ft_index_follow(store->index, store->log, err);

    if (rc == 0)
        rc = ft_store_version(store, version->id, &now, err);
    if (rc == 0 && now.gone) {
        restore = record_new(&now, file);
        if (!ft_store_versions_exist(store, &version->id, 1, &missing))
            rc = ft_err_set(err, FT_EBUSY, "version %.*s was removed while it "
                            "came back; try again", ID_SHOWN, version->id);
        else if (ft_oplog_append(store->log, &restore, 1, err) < 0 ||
                 ft_oplog_sync(store->log, err) < 0)
            rc = -1;
        (void)ft_index_follow(store->index, store->log, NULL);
    }
    ft_version_release(&now);
    json_object_put(restore);
    return rc;
}

/* What has the name now: the copy of 'path', or what a crash left there. */
static int adopt(struct ft_store *store, const struct ft_version *version,
                 const char *path, struct ft_output *file, struct ft_err *err)
{
    struct json_object *answer = NULL;
    int rc = ft_store_call(store, ft_store_request("adopt", path),
                           "take back a version", version->size_bytes, &answer,
                           err);

    if (rc == 0)
        rc = ft_publish_take(file, answer, err);
    if (rc == 0 && (strcmp(file->version, version->id) != 0 ||
                    strcmp(file->content, version->content) != 0))
        rc = ft_err_set(err, FT_EFORMAT, "'%s' is not version %.*s", path,
                        ID_SHOWN, version->id);
    json_object_put(answer);
    return rc;
}

/* The bytes that it had are still there. */
static int take_back(struct ft_store *store, const struct ft_version *version,
                     struct ft_err *err)
{
    char *path = ft_store_file(store, version->id, err);
    int rc = path ? 0 : -1;

    free(path);
    return rc;
}

int ft_store_regain(struct ft_store *store, const struct ft_version *version,
                    const char *path, struct ft_err *err)
{
    struct ft_output file = { 0 };
    int rc = ft_store_need_write(store, err);

    if (rc == 0 && ft_store_in_trash(store, version->id))
        return take_back(store, version, err);
    if (rc == 0)
        rc = adopt(store, version, path, &file, err);
    if (rc == 0)
        rc = ft_oplog_lock(store->log, err);
    if (rc < 0)
        return -1;
    rc = record(store, version, &file, err);
    ft_oplog_unlock(store->log);
    return rc;
}

/* regain.c - a payload that was removed, and has been made again
 *
 * The worker gives the file its name in o/ as it does to one that is adopted:
 * checked, whole and durable.  That it is there again is one record.
 */
#include <string.h>

#include "base/path.h"
#include "data/store/id.h"
#include "data/upkeep/removal.h"

#define ID_SHOWN 12

static int check_bytes(const struct ft_version *version, const char *path,
                       uint64_t *size_bytes, struct ft_err *err)
{
    char hex[FT_SHA256_HEX + 1];

    if (ft_sha256_file(path, hex, size_bytes, err) < 0)
        return -1;
    if (strcmp(hex, version->file_digest) == 0)
        return 0;
    return ft_err_set(err, FT_EUSAGE, "the file of version %.*s had other "
                      "bytes", ID_SHOWN, version->id);
}

/* Under the lock: a gc may have moved the file to the trash once more. */
static int record(struct ft_store *store, const struct ft_version *version,
                  struct ft_err *err)
{
    struct json_object *back = json_object_new_array();
    struct json_object *restore = ft_payload_restored(back);
    struct ft_version now = { .gone = false };
    size_t missing;
    int rc = ft_index_follow(store->index, store->log, err);

    if (rc == 0)
        rc = ft_store_version(store, version->id, &now, err);
    if (rc == 0 && now.gone) {
        json_object_array_add(back, json_object_new_string(version->id));
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

int ft_store_regain(struct ft_store *store, const struct ft_version *version,
                    const char *path, struct ft_err *err)
{
    struct json_object *answer = NULL;
    uint64_t size_bytes;
    int rc = ft_store_need_write(store, err);

    if (rc == 0)
        rc = check_bytes(version, path, &size_bytes, err);
    if (rc == 0)
        rc = ft_store_call(store, ft_store_request("adopt", path),
                           "take back a version", size_bytes, &answer, err);
    json_object_put(answer);
    if (rc == 0)
        rc = ft_oplog_lock(store->log, err);
    if (rc < 0)
        return -1;
    rc = record(store, version, err);
    ft_oplog_unlock(store->log);
    return rc;
}

/* fsck_pack.c - the part of fsck that looks into containers */
#include "data/upkeep/fsck_pack.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/path.h"
#include "data/store/id.h"

#define SUFFIX ".pack"

/* --- one version ---------------------------------------------------------- */

static int check_size(const char *path, const struct ft_pack_member *member,
                      struct ft_err *err)
{
    struct stat st;

    if (stat(path, &st) < 0)
        return ft_err_sys(err, "its container '%s' is gone", path);
    if ((uint64_t)st.st_size < member->offset + member->size_bytes)
        return ft_err_set(err, FT_EFORMAT, "its container '%s' is short",
                          path);
    return 0;
}

int ft_fsck_packed(struct ft_db *db, const char *meta, const char *version,
                   enum ft_fsck_level level, char **path, struct ft_err *err)
{
    char *pack, *tmp = ft_path_join(meta, "tmp");
    struct ft_pack_member member;
    int rc = ft_packs_find(db, meta, version, &member, &pack, err);

    *path = NULL;
    if (rc == 1 && check_size(pack, &member, err) < 0)
        rc = -1;
    if (rc == 1 && level == FT_FSCK_FULL &&
        ft_pack_check(pack, &member, err) < 0)
        rc = -1;
    if (rc == 1 && level == FT_FSCK_DEEP) {
        char *stem = ft_path_join(tmp, "fsck");

        *path = ft_path_unused(stem, ".h5");
        free(stem);
        if (ft_pack_thaw(tmp, pack, &member, *path, err) < 0) {
            free(*path);
            *path = NULL;
            rc = -1;
        }
    }
    free(tmp);
    free(pack);
    return rc;
}

/* --- containers ----------------------------------------------------------- */

/* What the index says of the container: 1 it knows it, 0, -1. */
static int ask_size(struct ft_db *db, const char *digest, int64_t *size)
{
    struct ft_rows *rows = ft_db_ask(db, "SELECT size FROM pack WHERE"
                                         " digest=?",
                                     FT_DB_ARGS(ft_db_text(digest)), NULL);
    int rc = rows ? ft_rows_next(rows, NULL) : -1;

    if (rc == 1)
        *size = ft_rows_int(rows, 0);
    ft_rows_end(rows);
    return rc;
}

/* Its trailer and, at a higher level, all of its bytes. */
static int check_pack(const char *path, const char *digest,
                      enum ft_fsck_level level, struct ft_err *err)
{
    struct ft_pack_member *member;
    char have[FT_SHA256_HEX + 1];
    uint64_t size_bytes;
    size_t n;

    if (ft_pack_read(path, &member, &n, err) < 0)
        return -1;
    free(member);
    if (level == FT_FSCK_QUICK)
        return 0;
    if (ft_sha256_file(path, have, &size_bytes, err) < 0)
        return -1;
    if (strcmp(have, digest) != 0)
        return ft_err_set(err, FT_EFORMAT,
                          "its bytes have another digest than its name");
    return 0;
}

static void look_at(struct ft_db *db, const char *path,
                    enum ft_fsck_level level, ft_fsck_report *report,
                    void *arg)
{
    const char *name = ft_path_base(path);
    char digest[FT_SHA256_HEX + 1] = "";
    struct ft_err err = { 0 };
    int64_t size;

    if (strlen(name) == FT_SHA256_HEX + strlen(SUFFIX) &&
        ft_ends_with(name, SUFFIX))
        memcpy(digest, name, FT_SHA256_HEX);
    if (!ft_id_valid(digest))
        report("warning", path, "it is no container by its name", arg);
    else if (ask_size(db, digest, &size) == 0)
        report("warning", path, "container that the oplog does not name: "
                                "left by a crash", arg);
    else if (check_pack(path, digest, level, &err) < 0)
        report("error", path, err.msg, arg);
}

int ft_fsck_packs(struct ft_db *db, const char *meta, enum ft_fsck_level level,
                  ft_fsck_report *report, void *arg, struct ft_err *err)
{
    char *dir = ft_path_join(meta, "pack");
    struct dirent **name = NULL;
    int n = ft_path_exists(dir) ? scandir(dir, &name, NULL, alphasort) : 0;
    int rc = n < 0 ? ft_err_sys(err, "cannot read '%s'", dir) : 0;

    for (int i = 0; i < n; i++) {
        char *path = ft_path_join(dir, name[i]->d_name);

        if (name[i]->d_name[0] != '.')
            look_at(db, path, level, report, arg);
        free(path);
        free(name[i]);
    }
    free(name);
    free(dir);
    return rc;
}

/* trash.c - where version files lie until the grace of their removal is over */
#include "data/upkeep/trash.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/path.h"
#include "data/store/id.h"

void ft_removal_id(int64_t now_ns, char id[FT_REMOVAL_ID_MAX])
{
    time_t now_s = (time_t)(now_ns / 1000000000);
    uint16_t chance = 0;
    struct tm tm;
    size_t len;

    gmtime_r(&now_s, &tm);
    if (getrandom(&chance, sizeof(chance), 0) != sizeof(chance))
        chance = (uint16_t)now_ns;
    len = strftime(id, FT_REMOVAL_ID_MAX, "%Y%m%d-%H%M%S", &tm);
    snprintf(id + len, FT_REMOVAL_ID_MAX - len, "-%04x", (unsigned)chance);
}

bool ft_removal_id_valid(const char *id)
{
    size_t len = strspn(id, "0123456789-abcdefghijklmnopqrstuvwxyz");

    return len && len < FT_REMOVAL_ID_MAX && !id[len];
}

char *ft_trash_dir(const char *meta, const char *removal)
{
    return ft_asprintf("%s/trash/%s", meta, removal);
}

char *ft_trash_path(const char *meta, const char *removal,
                    const char *version)
{
    return ft_asprintf("%s/trash/%s/%s.h5", meta, removal, version);
}

int ft_trash_make(const char *meta, const char *removal, struct ft_err *err)
{
    char *dir = ft_trash_dir(meta, removal);
    int rc = ft_path_mkdirs(dir, 0777, err);

    if (rc == 0)
        rc = ft_path_sync_parent(dir, err);
    free(dir);
    return rc;
}

/* 1, or 0 when 'from' is not there. */
static int move(const char *from, const char *to, struct ft_err *err)
{
    if (rename(from, to) == 0)
        return 1;
    if (errno == ENOENT)
        return 0;
    return ft_err_sys(err, "cannot move '%s' to '%s'", from, to);
}

int ft_trash_put(const char *meta, const char *removal, const char *version,
                 struct ft_err *err)
{
    char *from = ft_id_path(meta, version);
    char *to = ft_trash_path(meta, removal, version);
    int rc = move(from, to, err);

    free(to);
    free(from);
    return rc;
}

/* A crash may take either name of a file that was moved, never both: the new
 * one is durable before the old one has to be. */
int ft_trash_take(const char *meta, const char *removal, const char *version,
                  struct ft_err *err)
{
    char *from = ft_trash_path(meta, removal, version);
    char *to = ft_id_path(meta, version), *dir = ft_path_dir(to);
    int rc = ft_path_mkdirs(dir, 0777, err);

    if (rc == 0)
        rc = move(from, to, err);
    if (rc == 1 && (ft_path_sync_parent(to, err) < 0 ||
                    ft_path_sync_parent(dir, err) < 0))
        rc = -1;
    free(dir);
    free(to);
    free(from);
    return rc;
}

int ft_trash_sync(const char *meta, const char *removal, struct ft_err *err)
{
    char *inside = ft_trash_path(meta, removal, "x");
    int rc = ft_path_sync_parent(inside, err);

    free(inside);
    return rc;
}

int ft_trash_empty(const char *meta, const char *removal, struct ft_err *err)
{
    char *dir = ft_trash_dir(meta, removal);
    int rc = ft_path_remove(dir, err);

    free(dir);
    return rc;
}

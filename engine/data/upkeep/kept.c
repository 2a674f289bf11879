/* kept.c - the lineage records of versions whose payload is destroyed */
#include "data/upkeep/kept.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/path.h"
#include "data/upkeep/packs.h"
#include "data/upkeep/removal.h"

/* Questions that the worker has got ahead of its answers. */
#define AHEAD 64

static char *path_of(const struct ft_store *store, const char *removal)
{
    return ft_asprintf("%s/records/%s.jsonl", store->meta, removal);
}

/* --- writing -------------------------------------------------------------- */

struct writing {
    struct ft_store *store;
    FILE *file;
    struct ft_err err;
    bool failed;
};

struct asked {
    char version[FT_SHA256_HEX + 1];
    char *path;
};

static void fail(struct writing *w, const struct asked *asked,
                 const struct ft_err *err)
{
    if (w->failed)
        return;
    w->failed = true;
    w->err = *err;
    ft_err_context(&w->err, "the lineage of version %.12s cannot be kept",
                   asked->version);
    ft_err_hint(&w->err, "'fedtwin fsck --full' tells more; the trash stays");
}

/* The text must be the one that the version is named after. */
static int take_line(struct writing *w, const struct asked *asked,
                     struct json_object *answer, struct ft_err *err)
{
    struct json_object *record = ft_json_or_null(answer, "record");
    struct ft_str text = FT_STR_INIT;
    char id[FT_SHA256_HEX + 1] = "";
    int rc = record ? ft_json_canonical(record, &text, err) : 0;

    if (rc == 0)
        ft_sha256_text(text.s, text.len, id);
    if (rc == 0 && strcmp(id, asked->version) != 0)
        rc = ft_err_set(err, FT_EFORMAT, "'%s' holds another version",
                        asked->path);
    ft_str_addc(&text, '\n');
    if (rc == 0 && fwrite(text.s, 1, text.len, w->file) != text.len)
        rc = ft_err_sys(err, "cannot write the records");
    ft_str_release(&text);
    return rc;
}

static void take_answer(void *token, struct json_object *answer,
                        const struct ft_err *err, void *arg)
{
    struct writing *w = arg;
    struct asked *asked = token;
    struct ft_err local;

    if (err)
        fail(w, asked, err);
    else if (!w->failed && take_line(w, asked, answer, &local) < 0)
        fail(w, asked, &local);
    free(asked->path);
    free(asked);
}

static void ask_record(struct writing *w, struct ft_client *client,
                       const char *removal, const char *version)
{
    struct asked *asked = ft_calloc(1, sizeof(*asked));
    char *what;

    snprintf(asked->version, sizeof(asked->version), "%s", version);
    asked->path = ft_trash_path(w->store->meta, removal, version);
    if (!ft_path_exists(asked->path))
        (void)ft_packs_thaw(w->store, version, asked->path, NULL);
    if (!ft_path_exists(asked->path)) {
        free(asked->path);
        free(asked);
        return; /* what is not there has nothing to lose; fsck tells of it */
    }
    what = ft_asprintf("read '%s'", asked->path);
    ft_client_send(client, ft_store_request("record", asked->path), what,
                   ft_job_limit_s(0), asked);
    free(what);
}

static int write_all(struct writing *w, const char *removal,
                     const struct ft_needs *list, struct ft_err *err)
{
    struct ft_client *client = ft_client_new(w->store->meta, take_answer, w);

    for (size_t i = 0; i < list->n && !w->failed; i++) {
        ask_record(w, client, removal, list->item[i].id);
        while (ft_client_pending(client) >= AHEAD)
            ft_client_pump(client, true);
    }
    while (ft_client_pending(client))
        ft_client_pump(client, true);
    ft_client_free(client);
    if (w->failed && err)
        *err = w->err;
    return w->failed ? -1 : 0;
}

/* Whole under its name, or not at all. */
static int finish(FILE *file, const char *part, const char *path,
                  struct ft_err *err)
{
    if (fflush(file) != 0 || fsync(fileno(file)) < 0 ||
        rename(part, path) < 0)
        return ft_err_sys(err, "cannot write '%s'", path);
    return ft_path_sync_parent(path, err);
}

int ft_kept_write(struct ft_store *store, const char *removal,
                  const struct ft_needs *list, struct ft_err *err)
{
    struct writing w = { .store = store };
    char *path = path_of(store, removal), *dir = ft_path_dir(path);
    char *stem = ft_path_join(store->meta, "tmp/records");
    char *part = ft_path_unused(stem, "");
    int rc = 0;

    if (!list->n || ft_path_exists(path))
        goto done;
    rc = ft_path_mkdirs(dir, 0777, err);
    if (rc == 0)
        rc = ft_path_sync_parent(dir, err);
    if (rc == 0) {
        w.file = fopen(part, "we");
        rc = w.file ? write_all(&w, removal, list, err)
                    : ft_err_sys(err, "cannot create '%s'", part);
    }
    if (rc == 0)
        rc = finish(w.file, part, path, err);
    if (w.file)
        (void)fclose(w.file);
    if (rc < 0)
        (void)unlink(part);
done:
    free(part);
    free(stem);
    free(dir);
    free(path);
    return rc;
}

/* --- reading -------------------------------------------------------------- */

struct json_object *ft_kept_read(struct ft_store *store, const char *removal,
                                 const char *version, struct ft_err *err)
{
    char *path = path_of(store, removal), *line = NULL;
    FILE *file = fopen(path, "re");
    struct json_object *record = NULL;
    char id[FT_SHA256_HEX + 1];
    size_t cap = 0;
    ssize_t len;

    while (file && !record && (len = getline(&line, &cap, file)) > 0) {
        if (line[len - 1] == '\n')
            len--;
        ft_sha256_text(line, (size_t)len, id);
        if (strcmp(id, version) == 0)
            record = ft_json_parse(line, (size_t)len, path, err);
    }
    if (!record)
        ft_err_set(err, FT_ENOENT, "the record of version %.12s is not in "
                                   "'%s'", version, path);
    if (file)
        (void)fclose(file);
    free(line);
    free(path);
    return record;
}

/* From the file in the trash. */
static struct json_object *read_trashed(struct ft_store *store,
                                        const char *removal,
                                        const char *version,
                                        struct ft_err *err)
{
    char *path = ft_trash_path(store->meta, removal, version);
    char *what = ft_asprintf("read '%s'", path);
    struct json_object *answer = NULL, *record = NULL;

    if (!ft_path_exists(path))
        (void)ft_packs_thaw(store, version, path, NULL);
    if (ft_store_call(store, ft_store_request("record", path), what, 0,
                      &answer, err) == 0)
        record = ft_json_get(answer, "record", json_type_object,
                             "the answer of fedtwin-worker", err);
    json_object_get(record);
    json_object_put(answer);
    free(what);
    free(path);
    return record;
}

int ft_kept_lineage(struct ft_store *store, const char *version,
                    struct json_object **record, struct ft_err *err)
{
    struct ft_db *db = ft_store_db(store, err);
    struct ft_rows *rows =
        db ? ft_db_ask(db,
                       "SELECT m.id, m.purged FROM gone g JOIN removal m"
                       " ON m.id = g.removal WHERE g.version=?",
                       FT_DB_ARGS(ft_db_text(version)), err)
           : NULL;
    char removal[FT_REMOVAL_ID_MAX];
    bool purged;
    int rc = rows ? ft_rows_next(rows, err) : 0;

    if (rc == 1) {
        snprintf(removal, sizeof(removal), "%s", ft_rows_text(rows, 0));
        purged = ft_rows_int(rows, 1);
    }
    ft_rows_end(rows);
    if (rc == 1)
        *record = purged ? ft_kept_read(store, removal, version, err)
                         : read_trashed(store, removal, version, err);
    return rc == 1;
}

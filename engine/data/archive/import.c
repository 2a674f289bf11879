/* import.c - an archive into a store
 *
 *   fedtwin-archive unpacks it into a directory below tmp/ - the lists are
 *   checked (import_check.c) - fedtwin-worker verifies each version file -
 *   files get their names, records are appended (import_commit.c)
 *
 * Until the last step nothing but that directory has changed.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/path.h"
#include "data/archive/archive_impl.h"
#include "data/store/id.h"

/* What index, log and directories may need beside the files themselves. */
#define RESERVE_BYTES (1u << 20)

struct import {
    const struct ft_import_request *request;
    struct ft_import_report *report;
    struct ft_intake intake;
    struct ft_archiver archiver;
    uint64_t done_bytes;
};

/* --- what was unpacked ---------------------------------------------------- */

/* Of the manifest: all versions; of one of its members: a list. */
static uint64_t size_of(struct json_object *json)
{
    return (uint64_t)ft_json_int_or(json, "size", 0);
}

/* Better to refuse now than after hours. */
static int check_space(const struct ft_intake *intake, struct ft_err *err)
{
    /* The index of the records is about as long as they are. */
    struct json_object *manifest = intake->manifest;
    uint64_t need = size_of(manifest) +
                    size_of(ft_json_or_null(manifest, "versions")) +
                    3 * size_of(ft_json_or_null(manifest, "records")) +
                    RESERVE_BYTES;
    const char *meta = intake->store->meta;
    struct statvfs fs;
    uint64_t have;

    if (statvfs(meta, &fs) < 0)
        return ft_err_sys(err, "cannot ask for the space of '%s'", meta);
    have = (uint64_t)fs.f_bavail * fs.f_frsize;
    if (!fs.f_blocks || need <= have)
        return 0;
    ft_err_set(err, FT_ENOSPC,
               "the archive needs %.1f MB in '%s', %.1f MB are left",
               (double)need / 1e6, meta, (double)have / 1e6);
    return ft_err_hint(err, "free some space and import it again");
}

static int take_manifest(struct import *import, struct ft_err *err)
{
    if (ft_intake_manifest(&import->intake, err) < 0)
        return -1;
    return check_space(&import->intake, err);
}

/* Have the worker look at the unpacked file of version 'id'. */
static int verify(struct import *import, const char *id, uint64_t size,
                  struct ft_err *err)
{
    char *path = ft_asprintf("%s/%s.h5", import->intake.dir, id);
    char *what = ft_asprintf("import version %.12s", id);
    struct json_object *request = ft_store_request("verify", path);
    struct json_object *answer = NULL;
    int rc;

    ft_json_add_bool(request, "deep", true);
    ft_json_add_bool(request, "record", true);
    rc = ft_store_call(import->intake.store, request, what, size, &answer,
                       err);
    if (rc == 0)
        rc = ft_intake_version(&import->intake, id, answer, import->request,
                               err);
    else
        ft_err_context(err, "version %.12s", id);
    json_object_put(answer);
    free(what);
    free(path);
    return rc;
}

static int take_version(struct import *import, const char *name, uint64_t size,
                        struct ft_err *err)
{
    char *id = ft_strndup(name, strcspn(name, "."));
    int rc = verify(import, id, size, err);

    free(id);
    import->done_bytes += size;
    import->report->n_versions++;
    import->report->version_bytes += size;
    if (rc == 0 && import->request->progress)
        import->request->progress(import->done_bytes,
                                  size_of(import->intake.manifest),
                                  import->request->arg);
    return rc;
}

/* What comes first is checked before the next is unpacked; of the versions,
 * which are many, one is unpacked while another is verified. */
static int take_member(struct import *import, struct json_object *answer,
                       struct ft_err *err)
{
    const char *name = ft_json_str_or(answer, "name", "");
    bool is_version = ft_ends_with(name, ".h5");
    int rc = 0;

    if (is_version)
        rc = ft_archiver_send(&import->archiver, "go\n", err);
    else if (strcmp(name, FT_ARCHIVE_MANIFEST) == 0)
        rc = take_manifest(import, err);
    else if (strcmp(name, FT_ARCHIVE_RECORDS) == 0)
        rc = ft_intake_lists(&import->intake, err);
    if (rc < 0)
        return -1;
    if (is_version)
        return take_version(import, name,
                            (uint64_t)ft_json_int_or(answer, "size", 0), err);
    return ft_archiver_send(&import->archiver, "go\n", err);
}

/* Every member until the end, which has no name. */
static int take_members(struct import *import, struct ft_err *err)
{
    int rc = 0;

    while (rc == 0) {
        struct json_object *answer = ft_archiver_answer(&import->archiver,
                                                        err);
        bool more = answer && ft_json_or_null(answer, "name");

        rc = more ? take_member(import, answer, err) : answer ? 1 : -1;
        json_object_put(answer);
    }
    return rc < 0 ? -1 : 0;
}

static int unpack(struct import *import, int fd, struct ft_err *err)
{
    const char *arg[] = { "unpack", import->intake.dir,
                          import->request->large ? "large" : NULL, NULL };
    int rc = ft_archiver_start(&import->archiver, fd, arg, err);

    if (rc == 0)
        rc = take_members(import, err);
    ft_archiver_end(&import->archiver);
    return rc;
}

/* --- all of it ------------------------------------------------------------ */

static int make_dir(struct import *import, struct ft_err *err)
{
    char *path = ft_asprintf("%s/tmp/" FT_TMP_IMPORT "XXXXXX",
                             import->intake.store->meta);

    if (mkdtemp(path)) {
        import->intake.dir = path;
        return 0;
    }
    ft_err_sys(err, "cannot create '%s'", path);
    free(path);
    return -1;
}

static void fill_report(struct import *import)
{
    struct json_object *manifest = import->intake.manifest;
    struct ft_import_report *report = import->report;

    report->project = ft_strdup(ft_json_str_or(manifest, "project", ""));
    report->user = ft_strdup(ft_json_str_or(manifest, "user", ""));
    report->engine = ft_strdup(ft_json_str_or(manifest, "engine", ""));
    report->exported_us = ft_json_int_or(manifest, "exported_us", 0);
}

static int run(struct import *import, int fd, struct ft_err *err)
{
    if (make_dir(import, err) < 0 || unpack(import, fd, err) < 0)
        return -1;
    fill_report(import);
    if (ft_intake_count_new(&import->intake, &import->report->n_new, err) < 0)
        return -1;
    return import->request->dry
               ? ft_intake_names(&import->intake, import->request,
                                 import->report, err)
               : ft_intake_commit(&import->intake, import->request,
                                  import->report, err);
}

int ft_store_import(struct ft_store *store,
                    const struct ft_import_request *request,
                    struct ft_import_report *report, struct ft_err *err)
{
    struct import import = { .request = request, .report = report,
                             .intake.store = store };
    bool from_stdin = strcmp(request->file, "-") == 0;
    int fd = -1, rc = -1;

    *report = (struct ft_import_report){ 0 };
    if (ft_store_need_write(store, err) < 0)
        return -1;
    fd = from_stdin ? STDIN_FILENO
                    : open(request->file, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return ft_err_sys(err, "cannot open '%s'", request->file);
    if (!ft_store_db(store, err))
        goto done;
    rc = run(&import, fd, err);
done:
    ft_db_close(import.intake.db);
    if (import.intake.dir)
        (void)ft_path_remove(import.intake.dir, NULL); /* swept otherwise */
    json_object_put(import.intake.manifest);
    free(import.intake.dir);
    if (!from_stdin)
        close(fd);
    if (rc < 0)
        ft_import_report_release(report);
    return rc;
}

void ft_import_report_release(struct ft_import_report *report)
{
    for (size_t i = 0; i < report->n; i++) {
        free(report->item[i].name);
        free(report->item[i].as);
    }
    free(report->item);
    free(report->project);
    free(report->user);
    free(report->engine);
    *report = (struct ft_import_report){ 0 };
}

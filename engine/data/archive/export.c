/* export.c - versions, their records and their history into one file
 *
 *   pick what belongs in (archive_pick.c) - write manifest and lists into a
 *   directory beside the target (export_lists.c) - fedtwin-archive packs them
 *   and the version files - fsync - give the archive its name
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/path.h"
#include "base/umask.h"
#include "data/archive/export_impl.h"
#include "data/store/id.h"

/* --- packing -------------------------------------------------------------- */

static int pack_member(struct ft_exporting *export, const char *name,
                       const char *path, int64_t size, const char *sha256,
                       struct ft_err *err)
{
    struct json_object *member = json_object_new_object(), *answer = NULL;
    struct ft_str line = FT_STR_INIT;

    ft_json_add_str(member, "name", name);
    ft_json_add_str(member, "path", path);
    ft_json_add_int(member, "size", size);
    ft_json_add_str(member, "sha256", sha256);
    ft_str_addf(&line, "%s\n", ft_json_text(member));
    if (ft_archiver_send(&export->archiver, line.s, err) == 0)
        answer = ft_archiver_answer(&export->archiver, err);
    ft_str_release(&line);
    json_object_put(member);
    json_object_put(answer);
    return answer ? 0 : -1;
}

static int pack_list(struct ft_exporting *export, const char *name,
                     const struct ft_list *list, struct ft_err *err)
{
    return pack_member(export, name, list->path, list->size, list->sha256,
                       err);
}

static int pack_version(struct ft_exporting *export, const struct ft_version *v,
                        struct ft_err *err)
{
    char *path = ft_store_file(export->store, v->id, err);
    char name[FT_ID_NAME], member[FT_ID_NAME + 2];
    int rc = -1;

    if (path && ft_id_name(v->id, name)) {
        snprintf(member, sizeof(member), "o/%s", name);
        rc = pack_member(export, member, path, (int64_t)v->size_bytes,
                         v->file_digest, err);
    }
    free(path);
    export->done_bytes += v->size_bytes;
    if (rc == 0 && export->progress)
        export->progress(export->done_bytes, export->totals->version_bytes,
                         export->arg);
    return rc;
}

static int pack_all(struct ft_exporting *export, struct ft_err *err)
{
    struct json_object *answer;

    if (pack_list(export, FT_ARCHIVE_MANIFEST, &export->manifest, err) < 0 ||
        pack_list(export, FT_ARCHIVE_VERSIONS, &export->versions, err) < 0 ||
        pack_list(export, FT_ARCHIVE_RECORDS, &export->records, err) < 0 ||
        ft_export_versions(export, pack_version, err) < 0 ||
        ft_archiver_send(&export->archiver, NULL, err) < 0)
        return -1;
    answer = ft_archiver_answer(&export->archiver, err);
    if (!answer)
        return -1;
    export->totals->archive_bytes =
        (uint64_t)ft_json_int_or(answer, "size", 0);
    json_object_put(answer);
    return 0;
}

static int pack(struct ft_exporting *export, int fd, struct ft_err *err)
{
    static const char *const arg[] = { "pack", NULL };
    int rc = ft_archiver_start(&export->archiver, fd, arg, err);

    if (rc == 0)
        rc = pack_all(export, err);
    ft_archiver_end(&export->archiver);
    return rc;
}

/* --- the file ------------------------------------------------------------- */

static int fail_exists(const char *path, struct ft_err *err)
{
    ft_err_set(err, FT_EEXIST, "'%s' exists already", path);
    return ft_err_hint(err, "--force replaces it");
}

static int give_name(const struct ft_exporting *export, const char *from,
                     struct ft_err *err)
{
    const char *to = export->request->file;

    if (export->request->force ? rename(from, to) == 0 : link(from, to) == 0)
        return ft_path_sync_parent(to, err);
    if (errno == EEXIST)
        return fail_exists(to, err);
    return ft_err_sys(err, "cannot create '%s'", to);
}

static int pack_file(struct ft_exporting *export, struct ft_err *err)
{
    char *path = ft_path_join(export->scratch, "archive");
    mode_t mask = ft_umask_user();
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    int rc = -1;

    umask(mask);
    if (fd < 0) {
        ft_err_sys(err, "cannot create '%s'", path);
        goto done;
    }
    if (pack(export, fd, err) < 0)
        goto done;
    if (fsync(fd) < 0) {
        ft_err_sys(err, "could not write '%s'", path);
        goto done;
    }
    rc = give_name(export, path, err);
done:
    if (fd >= 0)
        close(fd);
    free(path);
    return rc;
}

/* Beside the target, so that a rename can move the archive there. */
static int make_scratch(struct ft_exporting *export, bool beside,
                        struct ft_err *err)
{
    const char *tmp = getenv("TMPDIR");
    char *path = beside ? ft_asprintf("%s.part-XXXXXX", export->request->file)
                        : ft_asprintf("%s/fedtwin-XXXXXX",
                                      tmp && *tmp ? tmp : "/tmp");

    if (mkdtemp(path)) {
        export->scratch = path;
        return 0;
    }
    ft_err_sys(err, "cannot create '%s'", path);
    free(path);
    return -1;
}

/* --- all of it ------------------------------------------------------------ */

/* What is gone cannot be exported. */
static int count_version(struct ft_exporting *export,
                         const struct ft_version *v, struct ft_err *err)
{
    struct ft_rows *rows = ft_db_ask(ft_index_db(export->store->index),
                                     "SELECT 1 FROM gone WHERE version=?",
                                     FT_DB_ARGS(ft_db_text(v->id)), err);
    int gone = rows ? ft_rows_next(rows, err) : -1;

    ft_rows_end(rows);
    export->totals->version_bytes += v->size_bytes;
    if (gone != 1)
        return gone;
    ft_err_set(err, FT_ENOENT, "version %.12s of '%s' was removed from the "
               "store", v->id, v->object);
    return ft_err_hint(err, "bring it back with 'fedtwin gc --restore', or "
                            "export with --no-history");
}

static int run(struct ft_exporting *export, struct ft_err *err)
{
    const struct ft_export_request *request = export->request;
    bool to_stdout = strcmp(request->file, "-") == 0;
    char *path;
    int rc;

    if (!to_stdout && !request->force && ft_path_exists(request->file))
        return fail_exists(request->file, err);
    if (make_scratch(export, !to_stdout && !request->dry, err) < 0)
        return -1;
    path = ft_path_join(export->scratch, "pick.sqlite");
    rc = ft_pick_init(&export->pick, export->store, request, path, err);
    free(path);
    if (rc == 0)
        rc = ft_export_versions(export, count_version, err);
    if (rc < 0 || request->dry)
        return rc;
    if (ft_export_lists(export, err) < 0)
        return -1;
    return to_stdout ? pack(export, STDOUT_FILENO, err)
                     : pack_file(export, err);
}

int ft_store_export(struct ft_store *store,
                    const struct ft_export_request *request,
                    ft_archive_progress *progress, void *arg,
                    struct ft_export_totals *totals, struct ft_err *err)
{
    struct ft_exporting export = {
        .store = store,
        .request = request,
        .totals = totals,
        .progress = progress,
        .arg = arg,
        .parts = FT_STR_INIT,
        .branches = json_object_new_array(),
        .tags = json_object_new_array(),
    };
    int rc;

    *totals = (struct ft_export_totals){ 0 };
    rc = run(&export, err);
    totals->n_branches = export.pick.n_branches;
    totals->n_states = export.pick.n_states;
    totals->n_versions = export.pick.n_versions;
    ft_pick_release(&export.pick);
    if (export.scratch)
        (void)ft_path_remove(export.scratch, NULL); /* scratch of ours */
    ft_list_release(&export.versions);
    ft_list_release(&export.records);
    ft_list_release(&export.manifest);
    json_object_put(export.branches);
    json_object_put(export.tags);
    ft_str_release(&export.parts);
    free(export.scratch);
    return rc;
}

/* fuzz_import.c - what an archive says about itself
 *
 * An input is manifest.json, versions.ndjson and records.ndjson of an archive,
 * divided by bytes of value 1: what the engine itself reads of an archive that
 * fedtwin-archive has unpacked (fuzz_archive).  They may be refused as
 * malformed or too new; nothing else may go wrong.
 */
#include "t/fuzz/fuzz.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/path.h"
#include "data/archive/archive_impl.h"
#include "data/store/project.h"

#define TOP "/dev/shm"
#define LIST_END 1

static const char *const lists[] = {
    FT_ARCHIVE_MANIFEST, FT_ARCHIVE_VERSIONS, FT_ARCHIVE_RECORDS
};
#define LISTS (sizeof(lists) / sizeof(lists[0]))

/* Made once: an empty project, which nothing is written to, and a database that
 * each input fills in a transaction of its own. */
static struct place {
    struct ft_project *project;
    struct ft_intake intake;
    int fd[LISTS];
} place;

static void clean_up(void)
{
    char *top = ft_path_dir(place.intake.dir);

    ft_db_close(place.intake.db);
    ft_store_close(place.intake.store);
    ft_project_close(place.project);
    (void)ft_path_remove(top, NULL);
    free(top);
    free(place.intake.dir);
}

static void open_lists(void)
{
    for (size_t i = 0; i < LISTS; i++) {
        char *path = ft_path_join(place.intake.dir, lists[i]);

        place.fd[i] = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
        if (place.fd[i] < 0)
            FT_BUG("cannot create '%s'", path);
        free(path);
    }
}

static void open_place(void)
{
    char *top = ft_asprintf(TOP "/fuzz-import-XXXXXX");
    struct ft_err err = { 0 };

    if (!mkdtemp(top) || ft_project_init(top, &err) < 0)
        FT_BUG("cannot make a project: %s", err.msg);
    place.intake.dir = ft_path_join(top, "lists");
    place.project = ft_project_open(top, &err);
    if (place.project)
        place.intake.store = ft_store_open(place.project, FT_STORE_READ, &err);
    if (!place.intake.store ||
        ft_path_mkdirs(place.intake.dir, 0700, &err) < 0 ||
        ft_intake_db(&place.intake, &err) < 0)
        FT_BUG("cannot open the project: %s", err.msg);
    open_lists();
    free(top);
    atexit(clean_up);
}

/* What stands before the next division becomes the list 'i'. */
static void write_list(size_t i, const uint8_t **data, size_t *size)
{
    const uint8_t *end = memchr(*data, LIST_END, *size);
    size_t len = end ? (size_t)(end - *data) : *size;

    if (ftruncate(place.fd[i], 0) < 0 ||
        pwrite(place.fd[i], *data, len, 0) != (ssize_t)len)
        FT_BUG("cannot write '%s'", lists[i]);
    len += end != NULL;
    *data += len;
    *size -= len;
}

static void script(const char *sql)
{
    struct ft_err err = { 0 };

    if (ft_db_script(place.intake.db, sql, &err) < 0)
        FT_BUG("%s: %s", sql, err.msg);
}

static int read_lists(struct ft_err *err)
{
    int rc;

    script("BEGIN");
    rc = ft_intake_read(&place.intake, err);
    script("ROLLBACK");
    return rc;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ft_err err = { 0 };

    if (!place.project)
        open_place();
    for (size_t i = 0; i < LISTS; i++)
        write_list(i, &data, &size);
    if ((ft_intake_manifest(&place.intake, &err) < 0 ||
         read_lists(&err) < 0) &&
        err.code != FT_EFORMAT && err.code != FT_EVERSION)
        FT_BUG("a list makes a failure: %s", err.msg);
    json_object_put(place.intake.manifest);
    place.intake.manifest = NULL;
    return 0;
}

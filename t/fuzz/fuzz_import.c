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

static struct place {
    char *dir; /* that the lists are in */
    struct ft_project *project;
    struct ft_store *store;
} place;

static void clean_up(void)
{
    char *top = ft_path_dir(place.dir);

    ft_store_close(place.store);
    ft_project_close(place.project);
    (void)ft_path_remove(top, NULL);
    free(top);
    free(place.dir);
}

/* An empty project, which nothing is written to. */
static void open_place(void)
{
    char *top = ft_asprintf(TOP "/fuzz-import-XXXXXX");
    struct ft_err err = { 0 };

    if (!mkdtemp(top) || ft_project_init(top, &err) < 0)
        FT_BUG("cannot make a project: %s", err.msg);
    place.dir = ft_path_join(top, "lists");
    place.project = ft_project_open(top, &err);
    if (place.project)
        place.store = ft_store_open(place.project, FT_STORE_READ, &err);
    if (!place.store)
        FT_BUG("cannot open the project: %s", err.msg);
    free(top);
    atexit(clean_up);
}

/* What stands before the next division becomes the file 'name'. */
static void write_list(const char *name, const uint8_t **data, size_t *size)
{
    const uint8_t *end = memchr(*data, LIST_END, *size);
    size_t len = end ? (size_t)(end - *data) : *size;
    char *path = ft_path_join(place.dir, name);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

    if (fd < 0 || ft_write_all(fd, *data, len) < 0)
        FT_BUG("cannot write '%s'", path);
    close(fd);
    free(path);
    len += end != NULL;
    *data += len;
    *size -= len;
}

static void read_lists(const uint8_t *data, size_t size)
{
    struct ft_intake intake = { .store = place.store, .dir = place.dir };
    struct ft_err err = { 0 };

    write_list(FT_ARCHIVE_MANIFEST, &data, &size);
    write_list(FT_ARCHIVE_VERSIONS, &data, &size);
    write_list(FT_ARCHIVE_RECORDS, &data, &size);
    if ((ft_intake_manifest(&intake, &err) < 0 ||
         ft_intake_lists(&intake, &err) < 0) &&
        err.code != FT_EFORMAT && err.code != FT_EVERSION)
        FT_BUG("a list makes a failure: %s", err.msg);
    ft_db_close(intake.db);
    json_object_put(intake.manifest);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ft_err err = { 0 };

    if (!place.store)
        open_place();
    if (ft_path_mkdirs(place.dir, 0700, &err) < 0)
        FT_BUG("%s", err.msg);
    read_lists(data, size);
    if (ft_path_remove(place.dir, &err) < 0)
        FT_BUG("%s", err.msg);
    return 0;
}

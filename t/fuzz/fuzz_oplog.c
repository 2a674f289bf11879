/* fuzz_oplog.c - records of an oplog that say anything at all
 *
 * An input is the payloads of records, one a line, as they stand in a log whose
 * chain is whole (fuzz_log does the rest).  They are entered into an index in
 * memory one after the other, up to the first that is refused.  Refused is
 * what is not as share/doc/formats/oplog.md says, and of an unknown kind;
 * nothing else may go wrong.
 */
#include "t/fuzz/fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/path.h"
#include "data/index/index.h"
#include "data/index/index_apply.h"

struct place {
    struct ft_index *index;
    struct ft_oplog *log;
};

/* An index of an oplog without records; its directory is not needed again. */
static struct place open_place(void)
{
    static const char header[] = "FTLOG\0\1";
    char meta[] = "/tmp/fuzz-oplog-XXXXXX";
    struct ft_err err = { 0 };
    struct place place = { 0 };
    char *path = NULL;

    if (mkdtemp(meta))
        path = ft_asprintf("%s/oplog/0.log", meta);
    if (path) {
        char *dir = ft_path_dir(path);

        if (ft_path_mkdirs(dir, 0700, &err) == 0 &&
            ft_file_write(path, header, sizeof(header), 0600, &err) == 0)
            place.index = ft_index_open(meta, FT_INDEX_MEMORY, &place.log,
                                        &err);
        (void)ft_path_remove(meta, NULL);
        free(dir);
    }
    free(path);
    if (!place.index)
        FT_BUG("cannot make an index: %s", err.msg);
    return place;
}

static void enter_all(struct ft_db *db, const char *text, size_t size)
{
    struct ft_log_record record = { .offset = 8 };
    struct ft_err err = { 0 };
    int rc = 0;

    while (rc == 0 && size) {
        const char *end = memchr(text, '\n', size);
        size_t len = end ? (size_t)(end - text) : size;

        record.payload = text;
        record.len = len;
        rc = ft_index_apply(db, &record, &err);
        if (rc < 0 && err.code != FT_EFORMAT && err.code != FT_EVERSION)
            FT_BUG("a record makes a failure: %s", err.msg);
        record.seq++;
        record.offset += len + 40;
        len += end != NULL;
        text += len;
        size -= len;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct place place;
    struct ft_err err = { 0 };
    struct ft_db *db;

    if (!place.index)
        place = open_place();
    db = ft_index_db(place.index);
    if (ft_db_script(db, "BEGIN", &err) < 0)
        FT_BUG("%s", err.msg);
    enter_all(db, (const char *)data, size);
    if (ft_db_script(db, "ROLLBACK", &err) < 0)
        FT_BUG("%s", err.msg);
    return 0;
}

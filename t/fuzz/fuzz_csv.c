/* fuzz_csv.c - tables as text
 *
 * A text that is taken makes a good table; that table written as text makes one
 * that is written in the same way; all else is refused as malformed.
 */
#include "t/fuzz/fuzz.h"

#include <string.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/path.h"
#include "t/fuzz/fresh.h"
#include "t/fuzz/shown.h"
#include "worker/formats/csv.h"
#include "worker/kinds.h"

#define WRITTEN_MAX (64u << 20)

static struct shown text, again;

/* Read the text 'path', and write the table that it makes to 'again', whose
 * bytes come into 'written'; false when it is refused. */
static bool read_table(const char *path, struct ft_str *written,
                       struct ft_err *err)
{
    struct ft_err wrong = { 0 };
    const char *table;
    hid_t file = fresh_file(&table);
    struct ft_scan scan;
    uint64_t rows;
    bool taken = ft_csv_read(path, NULL, file, err) == 0;

    if (taken && (ft_scan_init(&scan, file, table, &wrong) < 0 ||
                  ft_kind_table.check(&scan, NULL, &wrong) < 0 ||
                  ft_csv_write(&scan, again.path, &rows, &wrong) < 0 ||
                  ft_file_read(again.path, WRITTEN_MAX, written, &wrong) < 0))
        FT_BUG("what was taken is no table: %s", wrong.msg);
    if (taken)
        ft_scan_release(&scan);
    return taken;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ft_str first = FT_STR_INIT, second = FT_STR_INIT;
    struct ft_err err = { 0 };

    if (!*text.path) {
        shown_init(&text, ".csv");
        shown_init(&again, ".csv");
    }
    shown_set(&text, data, size);
    if (!read_table(text.path, &first, &err)) {
        if (err.code != FT_EFORMAT)
            FT_BUG("refused for another reason: %s", err.msg);
    } else {
        if (!read_table(again.path, &second, &err))
            FT_BUG("what was written is refused: %s", err.msg);
        if (first.len != second.len ||
            memcmp(first.s, second.s, first.len) != 0)
            FT_BUG("what was written makes another table");
    }
    ft_str_release(&first);
    ft_str_release(&second);
    return 0;
}

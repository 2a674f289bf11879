/* compare_file.c - how the bytes of two files differ */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/json.h"
#include "base/linediff.h"
#include "worker/bytes.h"
#include "worker/compare/compare_in.h"
#include "worker/slab.h"

struct bytes {
    uint64_t seen, differ, first; /* 'first' counts when 'differ' does */
    unsigned char value[2];       /* of that byte */
};

static int see_bytes(const void *a, const void *b, size_t count, void *arg,
                     struct ft_err *err)
{
    struct bytes *bytes = arg;
    const unsigned char *x = a, *y = b;

    (void)err;
    for (size_t i = 0; i < count; i++) {
        if (x[i] == y[i])
            continue;
        if (!bytes->differ++) {
            bytes->first = bytes->seen + i;
            bytes->value[0] = x[i];
            bytes->value[1] = y[i];
        }
    }
    bytes->seen += count;
    return 0;
}

/* The whole file, if it is a text that is short enough: UTF-8 whose only
 * control characters are those of lines and columns.  NULL: it is none. */
static char *read_text(const struct ft_scan *scan,
                       const struct ft_item *item, struct ft_err *err)
{
    char *text = ft_calloc(item->count + 1, 1);
    bool printable = false;

    if (ft_slab_read(scan->file, item, 0, item->count, text, err) == 0 &&
        ft_utf8_valid(text, item->count)) {
        printable = true;
        for (uint64_t i = 0; i < item->count && printable; i++)
            printable = (unsigned char)text[i] >= ' ' ? text[i] != 0x7f
                                                      : text[i] == '\n' ||
                                                        text[i] == '\t' ||
                                                        text[i] == '\r';
    }
    if (printable)
        return text;
    free(text);
    return NULL;
}

static void add_lines(const struct ft_sides *sides,
                      const struct ft_item *const item[2],
                      struct json_object *out)
{
    struct ft_linediff counts;
    struct ft_str lines = FT_STR_INIT;
    char *text[2] = { NULL, NULL };

    if (item[0]->count > FT_COMPARE_TEXT_MAX ||
        item[1]->count > FT_COMPARE_TEXT_MAX)
        return;
    for (int i = 0; i < 2; i++)
        text[i] = read_text(sides->scan[i], item[i], NULL);
    if (text[0] && text[1]) {
        ft_linediff(text[0], item[0]->count, text[1], item[1]->count,
                    sides->how->lines, &lines, &counts);
        ft_json_add_str(out, "lines", lines.s);
        ft_json_add_int(out, "removed", (int64_t)counts.removed);
        ft_json_add_int(out, "added", (int64_t)counts.added);
        ft_json_add_int(out, "lines_left_out", (int64_t)counts.left_out);
    }
    ft_str_release(&lines);
    free(text[0]);
    free(text[1]);
}

int ft_compare_file(struct ft_sides *sides, struct json_object *answer,
                    struct ft_err *err)
{
    const struct ft_item *const item[2] = {
        ft_kind_dataset(sides->scan[0], FT_BYTES_PATH, "u1", 1, err),
        ft_kind_dataset(sides->scan[1], FT_BYTES_PATH, "u1", 1, err),
    };
    struct json_object *out;
    struct bytes bytes = { 0 };

    if (!item[0] || !item[1] ||
        ft_slab_pairs(sides->scan[0]->file, item[0], sides->scan[1]->file,
                      item[1], see_bytes, &bytes, err) < 0)
        return -1;
    out = json_object_new_object();
    json_object_object_add(answer, "file", out);
    ft_compare_counts(out, "sizes", item[0]->count, item[1]->count);
    ft_json_add_int(out, "differ", (int64_t)bytes.differ);
    if (!bytes.differ && item[0]->count == item[1]->count)
        return 0;
    sides->differs = true;
    ft_json_add_int(out, "first", (int64_t)(bytes.differ ? bytes.first
                                                         : bytes.seen));
    if (bytes.differ)
        ft_compare_counts(out, "values", bytes.value[0], bytes.value[1]);
    add_lines(sides, item, out);
    return 0;
}

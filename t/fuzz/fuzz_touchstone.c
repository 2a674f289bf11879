/* fuzz_touchstone.c - network parameters that an instrument wrote
 *
 * The first byte says how many ports the file's name tells of.  What is taken
 * becomes a text of finite numbers, as many in each row as the first has names;
 * all else is refused with a line.
 */
#include "t/fuzz/fuzz.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"
#include "t/fuzz/shown.h"
#include "text/touchstone.h"

static const char *const endings[] = { ".s1p", ".s2p", ".S3P", ".s4p" };
#define ENDINGS (sizeof(endings) / sizeof(endings[0]))

static size_t count_fields(const char *line)
{
    size_t n = 1;

    for (; *line; line++)
        n += *line == ',';
    return n;
}

static void check_row(char *row, size_t columns)
{
    char *rest = row, *field;

    if (count_fields(row) != columns)
        FT_BUG("a row has another number of fields: %s", row);
    while ((field = strsep(&rest, ","))) {
        char *end;

        if (!isfinite(strtod(field, &end)) || end == field || *end)
            FT_BUG("'%s' is no finite number", field);
    }
}

static void check_table(char *text, unsigned ports)
{
    char *rest = text, *line = strsep(&rest, "\n");
    size_t columns = count_fields(line), rows = 0;

    if (columns != 2 + 2 * (size_t)ports * ports)
        FT_BUG("%zu columns of %u ports", columns, ports);
    while ((line = strsep(&rest, "\n")) && *line) {
        check_row(line, columns);
        rows++;
    }
    if (!rows)
        FT_BUG("a table without rows");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct shown file[ENDINGS];
    size_t i = size ? *data % ENDINGS : 0, len;
    struct ft_err err = { 0 };
    char *text;
    FILE *out = open_memstream(&text, &len);
    int rc;

    for (size_t k = 0; k < ENDINGS && !*file[k].path; k++)
        shown_init(&file[k], endings[k]);
    shown_set(&file[i], data + !!size, size - !!size);
    rc = ft_touchstone_csv(file[i].path, out, &err);
    fclose(out);
    if (rc < 0 && err.code != FT_EFORMAT)
        FT_BUG("refused for another reason: %s", err.msg);
    if (rc == 0)
        check_table(text, ft_touchstone_ports(file[i].path));
    free(text);
    return 0;
}

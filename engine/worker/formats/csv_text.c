/* csv_text.c - the fields of a text, one after another */
#include "worker/formats/csv_text.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "worker/formats/csv.h"
#include "worker/h5.h"

enum ft_csv_value ft_csv_value(const char *field, int64_t *integer,
                               double *number)
{
    const char *s = field + strspn(field, " \t");
    size_t len = strlen(s);
    char *end;

    while (len && (s[len - 1] == ' ' || s[len - 1] == '\t'))
        len--;
    if (!len || strpbrk(s, "xX(") || isspace((unsigned char)*s))
        return FT_CSV_TEXT;
    errno = 0;
    *number = strtod(s, &end);
    if (end != s + len || (errno == ERANGE && isinf(*number)))
        return FT_CSV_TEXT;
    if (strspn(s, "+-0123456789") < len)
        return FT_CSV_NUMBER;
    errno = 0;
    *integer = strtoll(s, &end, 10);
    return end == s + len && errno == 0 ? FT_CSV_INTEGER : FT_CSV_NUMBER;
}

int ft_csv_fail(const struct ft_csv_text *text, struct ft_err *err,
                const char *fmt, ...)
{
    struct ft_str why = FT_STR_INIT;
    va_list ap;

    va_start(ap, fmt);
    ft_str_vaddf(&why, fmt, ap);
    va_end(ap);
    ft_err_set(err, FT_EFORMAT, "%s:%d:%d: %s", text->name, text->field_line,
               text->field_col, why.s);
    ft_str_release(&why);
    return -1;
}

static int next_char(struct ft_csv_text *text)
{
    int c = getc(text->stream);

    if (c == '\r') { /* CR LF is one line end; a CR alone is one too */
        int after = getc(text->stream);

        if (after != '\n' && after != EOF)
            ungetc(after, text->stream);
        c = '\n';
    }
    if (c == '\n') {
        text->line++;
        text->col = 1;
    } else if ((c & 0xc0) != 0x80) { /* characters, not bytes */
        text->col++;
    }
    return c;
}

static int add_char(struct ft_csv_text *text, int c, struct ft_err *err)
{
    if (c == '\0')
        return ft_csv_fail(text, err, "there is a zero byte: not a text");
    if (text->field.len >= FT_CSV_FIELD_MAX)
        return ft_csv_fail(text, err, "the field is longer than %d bytes",
                           FT_CSV_FIELD_MAX);
    ft_str_addc(&text->field, (char)c);
    return 0;
}

/* The rest of a quoted field; the character behind it, or -2. */
static int read_quoted(struct ft_csv_text *text, struct ft_err *err)
{
    for (;;) {
        int c = next_char(text);

        if (c == EOF) {
            ft_csv_fail(text, err, "the quoted field does not end");
            return -2;
        }
        if (c == '"') {
            c = next_char(text);
            if (c != '"')
                return c;
        }
        if (add_char(text, c, err) < 0)
            return -2;
    }
}

int ft_csv_next(struct ft_csv_text *text, struct ft_err *err)
{
    int c;

    ft_str_cut(&text->field, 0);
    text->field_line = text->line;
    text->field_col = text->col;
    c = next_char(text);
    text->quoted = c == '"';
    if (text->quoted) {
        c = read_quoted(text, err);
        if (c == -2)
            return -1;
        if (c != ',' && c != '\n' && c != EOF)
            return ft_csv_fail(text, err,
                               "something follows the closing quote");
    }
    for (; c != ',' && c != '\n' && c != EOF; c = next_char(text)) {
        if (c == '"')
            return ft_csv_fail(text, err,
                               "a quote inside a field that is not "
                               "quoted");
        if (add_char(text, c, err) < 0)
            return -1;
    }
    if (ferror(text->stream))
        return ft_err_sys(err, "cannot read '%s'", text->name);
    if (!text->quoted && !ft_h5_text_valid(text->field.s))
        return ft_csv_fail(text, err, "not printable UTF-8 text");
    return c == ','    ? FT_CSV_END_FIELD
           : c == '\n' ? FT_CSV_END_ROW
                       : FT_CSV_END_TEXT;
}

int ft_csv_rewind(struct ft_csv_text *text, struct ft_err *err)
{
    char mark[3];

    if (fseek(text->stream, 0, SEEK_SET) < 0)
        return ft_err_sys(err, "cannot read '%s'", text->name);
    if (fread(mark, 1, sizeof(mark), text->stream) != sizeof(mark) ||
        memcmp(mark, "\xef\xbb\xbf", sizeof(mark)) != 0)
        rewind(text->stream);
    text->line = text->col = 1;
    return 0;
}

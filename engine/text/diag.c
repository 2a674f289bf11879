/* diag.c - collecting problems and drawing them under their source line */
#include "text/diag.h"

#include <json-c/json.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"
#include "text/utf8.h"
#include "text/doc.h"

static const struct {
    const char *id, *text;
} codes[] = {
#define X(name, id, text) [name] = { id, text },
    FT_DIAG_CODES(X)
#undef X
};

static const struct {
    const char *text, *colour;
} severities[] = {
    [FT_DIAG_ERROR] = { "error", "\033[1;31m" },
    [FT_DIAG_WARNING] = { "warning", "\033[1;35m" },
    [FT_DIAG_NOTE] = { "note", "\033[1;36m" },
};
static const char bold[] = "\033[1m", green[] = "\033[1;32m",
                  plain[] = "\033[0m";

const char *ft_diag_code_id(enum ft_diag_code code)
{
    return codes[code].id;
}

const char *ft_diag_code_text(enum ft_diag_code code)
{
    return codes[code].text;
}

static enum ft_diag_code code_of_id(const char *id, enum ft_diag_code other)
{
    for (size_t i = 0; i < FT_ARRAY_LEN(codes); i++)
        if (strcmp(codes[i].id, id) == 0)
            return (enum ft_diag_code)i;
    return other;
}

/* --- text that is safe to show -------------------------------------------- */

/* Append the characters of [s, end), at most 'max', one for one: what a
 * terminal could take for a command becomes '?'.  Return where it stopped. */
static const char *add_clean(struct ft_str *out, const char *s,
                             const char *end, size_t max)
{
    for (; s < end && max; max--) {
        uint32_t c;
        size_t len = ft_utf8_next(s, (size_t)(end - s), &c);

        if (!len) {
            ft_str_addc(out, '?');
            len = 1;
        } else if ((c < 0x20 && c != '\t') || (c >= 0x7f && c < 0xa0) ||
                   c == 0x2028 || c == 0x2029) {
            ft_str_addc(out, '?');
        } else {
            ft_str_addn(out, s, len);
        }
        s += len;
    }
    return s;
}

static char *clean_text(const char *fmt, va_list ap)
    __attribute__((format(printf, 1, 0)));
static char *clean_text(const char *fmt, va_list ap)
{
    struct ft_str raw = FT_STR_INIT, out = FT_STR_INIT;

    ft_str_vaddf(&raw, fmt, ap);
    if (add_clean(&out, raw.s, raw.s + raw.len, FT_DIAG_TEXT_MAX) <
        raw.s + raw.len)
        ft_str_add(&out, "...");
    ft_str_release(&raw);
    return ft_str_take(&out);
}

/* The part of the source line that shows the mark. */
static void take_source(struct ft_diag *diag, const struct ft_doc *doc)
{
    struct ft_str out = FT_STR_INIT;
    size_t len;
    const char *s = doc ? ft_doc_line(doc, diag->line, &len) : NULL;

    if (!s)
        return;
    diag->source_col = 1;
    if (diag->col > FT_DIAG_LINE_MAX * 3 / 4)
        diag->source_col = diag->col - FT_DIAG_LINE_MAX / 2;
    add_clean(&out, ft_utf8_skip(s, len, (size_t)diag->source_col - 1),
              s + len, FT_DIAG_LINE_MAX);
    diag->source = ft_str_take(&out);
}

/* --- adding --------------------------------------------------------------- */

static void add(struct ft_diags *diags, enum ft_severity severity,
                const struct ft_doc *doc, const struct ft_mark *mark,
                enum ft_diag_code code, const char *fmt, va_list ap)
    __attribute__((format(printf, 6, 0)));
static void add(struct ft_diags *diags, enum ft_severity severity,
                const struct ft_doc *doc, const struct ft_mark *mark,
                enum ft_diag_code code, const char *fmt, va_list ap)
{
    struct ft_diag *diag;

    if (severity == FT_DIAG_ERROR)
        diags->n_errors++;
    if (diags->len >= FT_DIAGS_MAX) {
        diags->dropped++;
        return;
    }
    diags->item = ft_grow(diags->item, diags->len, &diags->cap,
                          sizeof(*diags->item));
    diag = &diags->item[diags->len++];
    *diag = (struct ft_diag){
        .severity = severity,
        .file = ft_strdup(mark && mark->file ? mark->file : ""),
        .line = mark ? mark->line : 0,
        .col = mark ? mark->col : 0,
        .width = mark ? mark->width : 0,
        .msg = clean_text(fmt, ap),
    };
    snprintf(diag->code, sizeof(diag->code), "%s", codes[code].id);
    take_source(diag, doc);
}

void ft_diag_add(struct ft_diags *diags, const struct ft_doc *doc,
                 const struct ft_mark *mark, enum ft_diag_code code,
                 const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    add(diags, FT_DIAG_ERROR, doc, mark, code, fmt, ap);
    va_end(ap);
}

void ft_diag_warn(struct ft_diags *diags, const struct ft_doc *doc,
                  const struct ft_mark *mark, enum ft_diag_code code,
                  const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    add(diags, FT_DIAG_WARNING, doc, mark, code, fmt, ap);
    va_end(ap);
}

void ft_diag_hint(struct ft_diags *diags, const char *fmt, ...)
{
    struct ft_diag *diag;
    va_list ap;

    if (diags->dropped || !diags->len)
        return; /* the newest one is not kept */
    diag = &diags->item[diags->len - 1];
    free(diag->hint);
    va_start(ap, fmt);
    diag->hint = clean_text(fmt, ap);
    va_end(ap);
}

void ft_diag_err(struct ft_diags *diags, const struct ft_doc *doc,
                 const struct ft_mark *mark, enum ft_diag_code code,
                 const struct ft_err *err)
{
    ft_diag_add(diags, doc, mark, code_of_id(err->id, code), "%s", err->msg);
    if (err->hint[0])
        ft_diag_hint(diags, "%s", err->hint);
}

/* --- order ---------------------------------------------------------------- */

static int compare(const void *left, const void *right)
{
    const struct ft_diag *a = left, *b = right;
    int by = strcmp(a->file, b->file);

    if (!by)
        by = (a->line > b->line) - (a->line < b->line);
    if (!by)
        by = (a->col > b->col) - (a->col < b->col);
    if (!by)
        by = strcmp(a->code, b->code);
    return by ? by : strcmp(a->msg, b->msg);
}

static void release_one(struct ft_diag *diag)
{
    free(diag->file);
    free(diag->source);
    free(diag->msg);
    free(diag->hint);
}

void ft_diags_sort(struct ft_diags *diags)
{
    size_t kept = 0;

    if (diags->len)
        qsort(diags->item, diags->len, sizeof(*diags->item), compare);
    for (size_t i = 0; i < diags->len; i++) {
        if (kept && compare(&diags->item[kept - 1], &diags->item[i]) == 0) {
            diags->n_errors -= diags->item[i].severity == FT_DIAG_ERROR;
            release_one(&diags->item[i]);
        } else {
            diags->item[kept++] = diags->item[i];
        }
    }
    diags->len = kept;
}

/* --- showing -------------------------------------------------------------- */

static void add_coloured(struct ft_str *out, bool colour, const char *code,
                         const char *text)
{
    ft_str_addf(out, "%s%s%s", colour ? code : "", text, colour ? plain : "");
}

/* White space as wide as the source before the mark, then the carets. */
static void draw_caret(const struct ft_diag *diag, bool colour,
                       struct ft_str *out)
{
    const char *s = diag->source, *end = s + strlen(s);
    struct ft_str caret = FT_STR_INIT;
    int left = diag->width > 1 ? diag->width : 1;

    for (int col = diag->source_col; col < diag->col; col++) {
        ft_str_addc(out, s < end && *s == '\t' ? '\t' : ' ');
        s = ft_utf8_skip(s, (size_t)(end - s), 1);
    }
    do {
        ft_str_addc(&caret, '^');
        s = ft_utf8_skip(s, (size_t)(end - s), 1);
    } while (--left && s < end);
    add_coloured(out, colour, green, caret.s);
    ft_str_release(&caret);
}

static void draw_source(const struct ft_diag *diag, bool colour,
                        struct ft_str *out)
{
    char number[16];

    snprintf(number, sizeof(number), "%d", diag->line);
    ft_str_addf(out, " %s | %s\n", number, diag->source);
    ft_str_addf(out, " %*s | ", (int)strlen(number), "");
    draw_caret(diag, colour, out);
    if (diag->hint)
        ft_str_addf(out, " hint: %s", diag->hint);
    ft_str_addc(out, '\n');
}

void ft_diag_text(const struct ft_diag *diag, bool colour, struct ft_str *out)
{
    struct ft_str part = FT_STR_INIT;

    if (diag->file[0])
        ft_str_addf(&part, "%s:", diag->file);
    if (diag->line)
        ft_str_addf(&part, "%d:%d:", diag->line, diag->col);
    if (part.len) {
        add_coloured(out, colour, bold, part.s);
        ft_str_addc(out, ' ');
    }
    ft_str_release(&part);
    add_coloured(out, colour, severities[diag->severity].colour,
                 severities[diag->severity].text);
    ft_str_addf(out, " %s: %s\n", diag->code, diag->msg);
    if (diag->source)
        draw_source(diag, colour, out);
    else if (diag->hint)
        ft_str_addf(out, "   hint: %s\n", diag->hint);
}

struct json_object *ft_diags_json(const struct ft_diags *diags)
{
    struct json_object *list = json_object_new_array();

    for (size_t i = 0; i < diags->len; i++) {
        const struct ft_diag *diag = &diags->item[i];
        struct json_object *one = json_object_new_object();

        json_object_object_add(
            one, "severity",
            json_object_new_string(severities[diag->severity].text));
        json_object_object_add(one, "code",
                               json_object_new_string(diag->code));
        json_object_object_add(one, "file",
                               json_object_new_string(diag->file));
        json_object_object_add(one, "line", json_object_new_int(diag->line));
        json_object_object_add(one, "column", json_object_new_int(diag->col));
        json_object_object_add(one, "message",
                               json_object_new_string(diag->msg));
        json_object_object_add(
            one, "hint",
            diag->hint ? json_object_new_string(diag->hint) : NULL);
        json_object_array_add(list, one);
    }
    return list;
}

int ft_diags_to_err(const struct ft_diags *diags, struct ft_err *err)
{
    const struct ft_diag *first = NULL;

    for (size_t i = 0; i < diags->len && !first; i++)
        if (diags->item[i].severity == FT_DIAG_ERROR)
            first = &diags->item[i];
    if (!first)
        return ft_err_set(err, FT_EDOC, "the file has errors");
    ft_err_set(err, FT_EDOC, "%s", first->msg);
    if (!err)
        return -1;
    if (first->hint)
        ft_err_hint(err, "%s", first->hint);
    snprintf(err->id, sizeof(err->id), "%s", first->code);
    snprintf(err->file, sizeof(err->file), "%s", first->file);
    err->line = first->line;
    err->col = first->col;
    return -1;
}

void ft_diags_release(struct ft_diags *diags)
{
    for (size_t i = 0; i < diags->len; i++)
        release_one(&diags->item[i]);
    free(diags->item);
    *diags = (struct ft_diags)FT_DIAGS_INIT;
}

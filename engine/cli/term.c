/* term.c - what goes to the terminal: errors, tables, colour, JSON */
#include "cli/term.h"

#include <json-c/json.h>
#include <locale.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>
#include <wchar.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/str.h"
#include "text/diag.h"

/* The one thing that is decided once for the whole process. */
static enum ft_colour_when colour_when;

void ft_term_init(enum ft_colour_when when)
{
    const char *no = getenv("NO_COLOR");
    const char *term = getenv("TERM");

    colour_when = when;
    if (when == FT_COLOUR_AUTO &&
        ((no && *no) || !term || strcmp(term, "dumb") == 0))
        colour_when = FT_COLOUR_NEVER;
    setlocale(LC_CTYPE, "");
}

bool ft_term_colour(FILE *to)
{
    if (colour_when == FT_COLOUR_AUTO)
        return isatty(fileno(to));
    return colour_when == FT_COLOUR_ALWAYS;
}

bool ft_term_is_live(FILE *to)
{
    const char *term = getenv("TERM");

    return isatty(fileno(to)) && term && strcmp(term, "dumb") != 0;
}

void ft_term_size(FILE *to, int *columns, int *rows)
{
    struct winsize ws = { 0 };

    *columns = 80;
    *rows = 24;
    if (ioctl(fileno(to), TIOCGWINSZ, &ws) < 0)
        return;
    if (ws.ws_col)
        *columns = ws.ws_col;
    if (ws.ws_row)
        *rows = ws.ws_row;
}

const char *ft_tone(FILE *to, enum ft_tone tone)
{
    static const char *const sgr[] = {
        [FT_PLAIN] = "\033[0m",   [FT_BOLD] = "\033[1m",
        [FT_DIM] = "\033[2m",     [FT_RED] = "\033[31m",
        [FT_GREEN] = "\033[32m",  [FT_YELLOW] = "\033[33m",
        [FT_CYAN] = "\033[36m",
    };

    return ft_term_colour(to) ? sgr[tone] : "";
}

static void print_message(const char *kind, enum ft_tone tone,
                          const char *fmt, va_list ap)
{
    fprintf(stderr, "fedtwin: %s%s:%s ", ft_tone(stderr, tone), kind,
            ft_tone(stderr, FT_PLAIN));
    vfprintf(stderr, fmt, ap);
    fputc('\n', stderr);
}

void ft_print_error(const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    print_message("error", FT_RED, fmt, ap);
    va_end(ap);
}

void ft_print_warning(const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    print_message("warning", FT_YELLOW, fmt, ap);
    va_end(ap);
}

void ft_print_hint(const char *fmt, ...)
{
    va_list ap;

    fprintf(stderr, "fedtwin: hint: ");
    va_start(ap, fmt);
    vfprintf(stderr, fmt, ap);
    va_end(ap);
    fputc('\n', stderr);
}

int ft_print_err(const struct ft_err *err)
{
    struct ft_str text = FT_STR_INIT;

    if (err->file[0] && err->line)
        ft_str_addf(&text, "%s:%d:%d: ", err->file, err->line, err->col);
    else if (err->file[0])
        ft_str_addf(&text, "%s: ", err->file);
    ft_safe_text(err->msg, strlen(err->msg), &text);
    if (err->id[0])
        ft_str_addf(&text, " [%s]", err->id);
    ft_print_error("%s", text.s);
    if (err->hint[0])
        ft_print_hint("%s", err->hint);
    ft_str_release(&text);
    return ft_code_status(err->code);
}

void ft_print_diags(struct ft_diags *diags)
{
    struct ft_str text = FT_STR_INIT;
    size_t n = diags->n_errors;

    ft_diags_sort(diags);
    for (size_t i = 0; i < diags->len; i++)
        ft_diag_text(&diags->item[i], ft_term_colour(stderr), &text);
    fputs(text.s, stderr);
    ft_str_release(&text);
    if (diags->dropped)
        fprintf(stderr, "fedtwin: %zu more are not shown\n", diags->dropped);
    if (n > 1)
        fprintf(stderr, "fedtwin: %zu errors\n", n + diags->dropped);
}

/* --- tables --------------------------------------------------------------- */

void ft_table_init(struct ft_table *table, int n_cols, unsigned right)
{
    *table = (struct ft_table){ .n_cols = n_cols, .right = right };
}

void ft_table_add(struct ft_table *table, const char *fmt, ...)
{
    struct ft_str raw = FT_STR_INIT, text = FT_STR_INIT;
    va_list ap;

    va_start(ap, fmt);
    ft_str_vaddf(&raw, fmt, ap);
    va_end(ap);
    ft_safe_text(raw.s, raw.len, &text);
    ft_str_release(&raw);
    table->cell = ft_grow(table->cell, table->n, &table->cap,
                          sizeof(*table->cell));
    table->cell[table->n++] = ft_str_take(&text);
}

/* Columns of the terminal that UTF-8 text takes. */
static int width_of(const char *s)
{
    int n = 0;

    for (; *s; s++)
        n += ((unsigned char)*s & 0xc0) != 0x80;
    return n;
}

void ft_table_print(struct ft_table *table)
{
    int *width = ft_calloc((size_t)table->n_cols, sizeof(*width));

    for (size_t i = 0; i < table->n; i++) {
        int w = width_of(table->cell[i]);
        int *col = &width[i % (size_t)table->n_cols];

        *col = w > *col ? w : *col;
    }
    for (size_t i = 0; i < table->n; i++) {
        int col = (int)(i % (size_t)table->n_cols);
        int pad = width[col] - width_of(table->cell[i]);
        bool last = col == table->n_cols - 1;
        bool right = table->right & 1u << col;

        printf("%*s%s%*s%s", right ? pad : 0, "", table->cell[i],
               right || last ? 0 : pad, "", last ? "\n" : "  ");
    }
    free(width);
    ft_table_release(table);
}

void ft_table_release(struct ft_table *table)
{
    for (size_t i = 0; i < table->n; i++)
        free(table->cell[i]);
    free(table->cell);
    ft_table_init(table, table->n_cols, table->right);
}

/* --- texts ---------------------------------------------------------------- */

void ft_print_json(struct json_object *obj)
{
    puts(json_object_to_json_string_ext(
        obj, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_NOSLASHESCAPE));
    json_object_put(obj);
}

void ft_size_text(double bytes, struct ft_str *out)
{
    static const char *const unit[] = { "B", "KiB", "MiB", "GiB", "TiB" };
    size_t i = 0;

    while (bytes >= 1024 && i + 1 < FT_ARRAY_LEN(unit)) {
        bytes /= 1024;
        i++;
    }
    ft_str_addf(out, i ? "%.1f %s" : "%.0f %s", bytes, unit[i]);
}

void ft_duration_text(double s, struct ft_str *out)
{
    long n = (long)s;

    if (s < 1)
        ft_str_addf(out, "%.0f ms", s * 1e3);
    else if (s < 60)
        ft_str_addf(out, "%.1f s", s);
    else if (s < 3600)
        ft_str_addf(out, "%ld min %02ld s", n / 60, n % 60);
    else
        ft_str_addf(out, "%ld h %02ld min", n / 3600, n / 60 % 60);
}

void ft_when_text(int64_t ns, struct ft_str *out)
{
    time_t t = (time_t)(ns / 1000000000);
    char text[32];
    struct tm tm;

    localtime_r(&t, &tm);
    strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S", &tm);
    ft_str_add(out, text);
}

void ft_safe_text(const char *s, size_t len, struct ft_str *out)
{
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)s[i];

        /* U+0080 to U+009F, two bytes in UTF-8, are controls as well. */
        if (c == 0xc2 && i + 1 < len && (s[i + 1] & 0xe0) == 0x80)
            ft_str_addf(out, "\\u%04x", (unsigned char)s[++i]);
        else if ((c < 0x20 && c != '\n' && c != '\t') || c == 0x7f)
            ft_str_addf(out, "\\x%02x", c);
        else
            ft_str_addc(out, (char)c);
    }
}

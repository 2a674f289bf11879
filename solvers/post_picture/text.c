/* text.c - outlines of characters, units and numbers as people write them */
#include "post_picture/text.h"

#include <ctype.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct glyph {
    unsigned code;
    int width; /* in thousandths of the size */
    const char *outline;
} glyphs[] = {
#include "post_picture/glyphs.def"
};
#define N_GLYPHS (sizeof(glyphs) / sizeof(glyphs[0]))

static const struct glyph missing = {
    0, 600, "M80 0L80 700L520 700L520 0ZM130 50L470 50L470 650L130 650Z",
};

static const struct glyph *find_glyph(unsigned code)
{
    for (size_t i = 0; i < N_GLYPHS; i++)
        if (glyphs[i].code == code)
            return &glyphs[i];
    return &missing;
}

/* The next character of UTF-8; what is none of it counts byte by byte. */
static unsigned next_code(const char **text)
{
    const unsigned char *c = (const unsigned char *)*text;
    int more = *c >= 0xf0 ? 3 : *c >= 0xe0 ? 2 : *c >= 0xc0 ? 1 : 0;
    unsigned code = more ? *c & (0x3fu >> more) : *c;

    for (int i = 1; i <= more; i++) {
        if ((c[i] & 0xc0) != 0x80) {
            *text += 1;
            return *c;
        }
        code = code << 6 | (c[i] & 0x3f);
    }
    *text += more + 1;
    return code;
}

static void trace(cairo_t *cr, const struct glyph *glyph, double x, double y,
                  double scale)
{
    const char *at = glyph->outline;
    double p[4], px = 0, py = 0;

    while (*at) {
        char command = *at, *end = (char *)at + 1;
        int n = command == 'Q' ? 4 : command == 'Z' ? 0 : 2;

        for (int i = 0; i < n; i++)
            p[i] = strtod(end, &end) * (i % 2 ? -scale : scale) +
                   (i % 2 ? y : x);
        if (command == 'M')
            cairo_move_to(cr, p[0], p[1]);
        else if (command == 'L')
            cairo_line_to(cr, p[0], p[1]);
        else if (command == 'Q') /* as a cubic curve */
            cairo_curve_to(cr, px + 2 * (p[0] - px) / 3,
                           py + 2 * (p[1] - py) / 3, p[2] + 2 * (p[0] - p[2]) /
                           3, p[3] + 2 * (p[1] - p[3]) / 3, p[2], p[3]);
        else
            cairo_close_path(cr);
        if (n) {
            px = p[n - 2];
            py = p[n - 1];
        }
        at = end;
    }
}

/* Trace the text from x on, unless 'cr' is NULL; where it ends. */
static double run(cairo_t *cr, double x, double y, double size,
                  const char *text)
{
    bool up = false;

    while (*text) {
        const struct glyph *glyph;
        double scale = (up ? 0.7 : 1) * size / 1000;

        if (*text == TEXT_UP || *text == TEXT_DOWN) {
            up = *text++ == TEXT_UP;
            continue;
        }
        glyph = find_glyph(next_code(&text));
        if (cr)
            trace(cr, glyph, x, up ? y - 0.38 * size : y, scale);
        x += glyph->width * scale;
    }
    return x;
}

double text_width(double size, const char *text)
{
    return run(NULL, 0, 0, size, text);
}

void text_draw(cairo_t *cr, double x, double y, double size, double anchor,
               const char *text)
{
    cairo_new_path(cr);
    (void)run(cr, x - anchor * text_width(size, text), y, size, text);
    cairo_fill(cr);
}

void text_draw_up(cairo_t *cr, double x, double y, double size,
                  const char *text)
{
    cairo_save(cr);
    cairo_translate(cr, x, y);
    cairo_rotate(cr, -M_PI / 2);
    text_draw(cr, 0, 0, size, 0.5, text);
    cairo_restore(cr);
}

/* --- units and numbers ---------------------------------------------------- */

static void put(char *text, size_t size, size_t *used, const char *more)
{
    int n = snprintf(text + *used, size - *used, "%s", more);

    if (n > 0 && *used + (size_t)n < size)
        *used += (size_t)n;
}

static const char up[] = { TEXT_UP, '\0' }, down[] = { TEXT_DOWN, '\0' };
static const char minus[] = "\xe2\x88\x92";

void text_of_unit(const char *unit, char *text, size_t size)
{
    size_t used = 0;

    text[0] = '\0';
    if (strcmp(unit, "1") == 0)
        return;
    while (*unit) {
        bool exponent = used && (isdigit((unsigned char)*unit) ||
                                 (*unit == '-' && isdigit(
                                      (unsigned char)unit[1])));

        if (exponent) {
            put(text, size, &used, up);
            if (*unit == '-') {
                put(text, size, &used, minus);
                unit++;
            }
            while (isdigit((unsigned char)*unit))
                put(text, size, &used, (char[]){ *unit++, '\0' });
            put(text, size, &used, down);
        } else if (*unit == '^') {
            unit++;
        } else if (strncmp(unit, "degC", 4) == 0) {
            put(text, size, &used, "\xc2\xb0" "C");
            unit += 4;
        } else {
            put(text, size, &used, (char[]){ *unit == '.' ? ' ' : *unit,
                                             '\0' });
            unit++;
        }
    }
}

void text_of_quantity(const char *name, const char *unit, char *text,
                      size_t size)
{
    char of_unit[TEXT_MAX / 2];

    text_of_unit(unit, of_unit, sizeof(of_unit));
    (void)snprintf(text, size, *of_unit ? "%s [%s]" : "%s", name, of_unit);
}

void text_of_power(int exponent, char *text, size_t size)
{
    (void)snprintf(text, size, "10%c%s%d%c", TEXT_UP,
                   exponent < 0 ? minus : "", abs(exponent), TEXT_DOWN);
}

void text_of_number(double x, double step, char *text, size_t size)
{
    int power = step > 0 ? (int)floor(log10(step) + 1e-9) : 0;
    double largest = fmax(fabs(x), step);
    char plain[64], *e;
    size_t used = 0;

    if (fabs(x) < 1e-9 * step)
        x = 0;
    if (x == 0 || (largest < 1e5 && step >= 1e-4)) {
        (void)snprintf(plain, sizeof(plain), "%.*f", power < 0 ? -power : 0,
                       fabs(x));
        e = NULL;
    } else {
        int digits = (int)floor(log10(fabs(x)) + 1e-9) - power;

        (void)snprintf(plain, sizeof(plain), "%.*e", digits > 0 ? digits : 0,
                       fabs(x));
        e = strchr(plain, 'e');
    }
    text[0] = '\0';
    put(text, size, &used, x < 0 ? minus : "");
    if (!e) {
        put(text, size, &used, plain);
        return;
    }
    *e = '\0';
    if (strcmp(plain, "1") != 0) {
        put(text, size, &used, plain);
        put(text, size, &used, "\xc2\xb7");
    }
    text_of_power((int)strtol(e + 1, NULL, 10), text + used, size - used);
}

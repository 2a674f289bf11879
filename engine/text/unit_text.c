/* unit_text.c - a unit's text brought into one form and checked
 *
 * UDUNITS reads more than engineers mean: "m 2" is two metres to it, "W/m K"
 * is W.K/m, "s @ 5" is a clock.  What could be misread is refused here.
 */
#include "text/unit_text.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "base/err.h"
#include "text/quantity.h"

/* --- one notation --------------------------------------------------------- */

/* Longer spellings first where one begins another. */
static const struct {
    const char *from, *to;
} plain[] = {
    { "\u00b7", "." },     { "\u22c5", "." },      { "\u00d7", "*" },
    { "\u2212", "-" },     { "\u00b5", "u" },      { "\u03bc", "u" },
    { "\u03a9", "ohm" },   { "\u2126", "ohm" },    { "\u00b0C", "degC" },
    { "\u00b0F", "degF" }, { "\u00b0", "degree" }, { "\u00c5", "angstrom" },
};

static const struct {
    const char *from;
    char to;
} raised[] = {
    { "\u2070", '0' }, { "\u00b9", '1' }, { "\u00b2", '2' }, { "\u00b3", '3' },
    { "\u2074", '4' }, { "\u2075", '5' }, { "\u2076", '6' }, { "\u2077", '7' },
    { "\u2078", '8' }, { "\u2079", '9' }, { "\u207b", '-' }, { "\u207a", '+' },
};

/* Copy a run of raised characters as a power.  Return its length in bytes. */
static size_t plain_power(const char *s, struct ft_str *out)
{
    size_t len = 0, i;

    do {
        for (i = 0; i < FT_ARRAY_LEN(raised); i++)
            if (ft_starts_with(s + len, raised[i].from))
                break;
        if (i == FT_ARRAY_LEN(raised))
            return len;
        if (!len)
            ft_str_addc(out, '^');
        ft_str_addc(out, raised[i].to);
        len += strlen(raised[i].from);
    } while (s[len]);
    return len;
}

static size_t plain_symbol(const char *s, struct ft_str *out)
{
    for (size_t i = 0; i < FT_ARRAY_LEN(plain); i++)
        if (ft_starts_with(s, plain[i].from)) {
            ft_str_add(out, plain[i].to);
            return strlen(plain[i].from);
        }
    return 0;
}

void ft_unit_plain(const char *text, struct ft_str *out)
{
    size_t n;

    for (const char *s = text; *s; s += n) {
        n = plain_power(s, out);
        if (!n)
            n = plain_symbol(s, out);
        if (!n) {
            ft_str_addc(out, *s == '\t' ? ' ' : *s);
            n = 1;
        }
    }
}

/* --- names with two meanings ---------------------------------------------- */

#define TON "write 't', 'short_ton' or 'long_ton'"
#define GALLON "write 'US_liquid_gallon' or 'UK_liquid_gallon'"
#define CALORIE "write 'thermochemical_calorie' or 'IT_calorie'"

/* Case is ignored from the third letter on: "Ton" is as unclear as "ton", but
 * "kt" and "kT" are two things. */
static const struct {
    const char *name, *why, *hint;
} refused[] = {
    { "ton", "is 907, 1000 or 1016 kg", TON },
    { "tons", "is 907, 1000 or 1016 kg", TON },
    { "kton", "is unclear", TON },
    { "Mton", "is unclear", TON },
    { "gallon", "differs between countries", GALLON },
    { "gallons", "differs between countries", GALLON },
    { "pint", "differs between countries", "write 'US_liquid_pint' or 'l'" },
    { "pints", "differs between countries", "write 'US_liquid_pint' or 'l'" },
    { "pt", "differs between countries", "write 'US_liquid_pint' or 'l'" },
    { "quart", "differs between countries", "write 'US_liquid_quart' or 'l'" },
    { "quarts", "differs between countries", "write 'US_liquid_quart' or 'l'" },
    { "oz", "is a mass or a volume",
      "write 'avoirdupois_ounce' or 'US_fluid_ounce'" },
    { "cal", "is 4.184 or 4.1868 J", CALORIE },
    { "calorie", "is 4.184 or 4.1868 J", CALORIE },
    { "calories", "is 4.184 or 4.1868 J", CALORIE },
    { "kcal", "is 4184 or 4186.8 J", "write the energy in 'kJ'" },
    { "kt", "is a knot or 1000 tonnes", "write 'knot' or 'Gg'" },
    { "Nm", "is not known", "write 'N.m'" },
    { "Ah", "is not known", "write 'A.h'" },
    { "e", "is easily taken for a power of ten", "write the charge in 'C'" },
    { "dB", "is logarithmic", "convert the value first" },
    { "dBm", "is logarithmic", "convert the value first" },
    { "dBZ", "is logarithmic", "convert the value first" },
    { "since", "makes a date", "write a duration" },
    { "after", "makes a date", "write a duration" },
    { "from", "makes a date", "write a duration" },
    { "ref", "makes a date", "write a duration" },
    { "per", "is easily misread", "write '/'" },
};

static int check_name(const char *name, const char *shown, struct ft_err *err)
{
    size_t len = strlen(name);
    /* The only units that end in B; a decibyte was meant to be a decibel. */
    static const char *const bytes[] = { "B",   "kB",  "MB",  "GB",  "TB",
                                         "PB",  "EB",  "KiB", "MiB", "GiB",
                                         "TiB", "PiB", "EiB" };
    size_t i;

    for (i = 0; i < FT_ARRAY_LEN(refused); i++)
        if (len > 2 ? !strcasecmp(name, refused[i].name)
                    : !strcmp(name, refused[i].name)) {
            ft_err_set(err, FT_EDOC, "unit '%s' %s", refused[i].name,
                       refused[i].why);
            ft_err_hint(err, "%s", refused[i].hint);
            return ft_err_id(err, "FT0202");
        }
    if (name[len - 1] != 'B')
        return 0;
    for (i = 0; i < FT_ARRAY_LEN(bytes); i++)
        if (!strcmp(name, bytes[i]))
            return 0;
    ft_err_set(err, FT_EDOC, "unknown unit '%s'", shown);
    ft_err_hint(err, "bytes are 'B', 'kB', 'KiB', 'MB', 'MiB' and so on");
    return ft_err_id(err, "FT0202");
}

/* --- form ----------------------------------------------------------------- */

/* Reads a unit from left to right. */
struct reader {
    const char *s;     /* where it stands */
    const char *shown; /* the unit as written */
    int depth;         /* open parentheses */
    bool below;        /* a '/' was read on this level */
};

static int malformed(const struct reader *r, const char *what, const char *hint,
                     struct ft_err *err)
{
    ft_err_set(err, FT_EDOC, "unit '%s' %s", r->shown, what);
    if (hint)
        ft_err_hint(err, "%s", hint);
    return ft_err_id(err, "FT0202");
}

static bool in_name(char c)
{
    return isalpha((unsigned char)c) || c == '_' || c == '%';
}

/* "2", "-1", "^2", "**-3", or nothing. */
static int read_power(struct reader *r, struct ft_err *err)
{
    bool marked = true;
    size_t n;

    if (ft_starts_with(r->s, "**"))
        r->s += 2;
    else if (*r->s == '^')
        r->s++;
    else
        marked = false;
    if (marked || isdigit((unsigned char)r->s[*r->s == '-' || *r->s == '+']))
        r->s += *r->s == '-' || *r->s == '+';
    n = strspn(r->s, "0123456789");
    if (n > 2 || (marked && !n))
        return malformed(r, "has a power that is no small whole number", NULL,
                         err);
    r->s += n;
    if (*r->s == '.' && isdigit((unsigned char)r->s[1]))
        return malformed(r, "has a power that is no small whole number", NULL,
                         err);
    return 0;
}

static int read_product(struct reader *r, struct ft_err *err);

/* A name or a parenthesis, and its power. */
static int read_factor(struct reader *r, struct ft_err *err)
{
    bool below = r->below;
    char name[FT_UNIT_MAX + 1];
    size_t at = 0;

    if (*r->s == '(') {
        if (++r->depth > FT_UNIT_MAX / 4)
            return malformed(r, "is nested too deep", NULL, err);
        r->s++;
        if (read_product(r, err) < 0)
            return -1;
        if (*r->s != ')')
            return malformed(r, "lacks a ')'", NULL, err);
        r->s++;
        r->depth--;
        r->below = below;
        return read_power(r, err);
    }
    if (isdigit((unsigned char)*r->s))
        return malformed(r, "has a number inside",
                         "put the number in front of the unit", err);
    if (!in_name(*r->s))
        return malformed(r, "is malformed", NULL, err);
    if (ft_unit_next_name(r->s, &at, name, sizeof(name)) &&
        check_name(name, r->shown, err) < 0)
        return -1;
    r->s += at;
    if (*r->s == '(')
        return malformed(r, "is malformed", NULL, err);
    return read_power(r, err);
}

/* The operator between two factors: '/', '*' for any product, 0 at the end. */
static char read_operator(struct reader *r)
{
    bool space = *r->s == ' ';
    char c;

    r->s += strspn(r->s, " ");
    c = *r->s;
    if (c == '/' || c == '.' || c == '*') {
        r->s++;
        r->s += strspn(r->s, " ");
        return c == '/' ? '/' : '*';
    }
    return space && c && c != ')' ? '*' : '\0';
}

static int read_product(struct reader *r, struct ft_err *err)
{
    char op;

    r->below = false;
    r->s += strspn(r->s, " ");
    if (*r->s == '1' && r->s[1 + strspn(r->s + 1, " ")] == '/')
        r->s++; /* "1/s" */
    else if (read_factor(r, err) < 0)
        return -1;
    while ((op = read_operator(r)) != '\0') {
        if (op == '*' && r->below)
            return malformed(r, "can be read in two ways",
                             "write 'a/(b c)' or 'a/b/c'", err);
        r->below = r->below || op == '/';
        if (read_factor(r, err) < 0)
            return -1;
    }
    return 0;
}

int ft_unit_text_check(const char *text, const char *shown, struct ft_err *err)
{
    struct reader r = { .s = text, .shown = shown };

    if (read_product(&r, err) < 0)
        return -1;
    if (*r.s)
        return malformed(&r, "is malformed", NULL, err);
    return 0;
}

bool ft_unit_next_name(const char *text, size_t *at, char name[], size_t size)
{
    size_t start = *at, end;

    while (text[start] && !in_name(text[start]))
        start++;
    for (end = start; in_name(text[end]);)
        end++;
    *at = end;
    if (end == start || end - start >= size)
        return false;
    memcpy(name, text + start, end - start);
    name[end - start] = '\0';
    return true;
}

/* expr_lex.c - an expression's text as tokens
 *
 * The one difficulty is where a unit ends: in "10 m/s" all of "m/s" is the
 * unit, in "10 m/params.n" only "m".  So the longest piece that could be a
 * unit and is one counts.
 */
#include "text/expr_lex.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"

static bool begins_name(char c)
{
    return isalpha((unsigned char)c) || c == '_';
}

static bool in_name(char c)
{
    return begins_name(c) || isdigit((unsigned char)c);
}

/* A letter of a unit; bytes past ASCII belong to signs such as the degree. */
static bool begins_unit(char c)
{
    return begins_name(c) || (unsigned char)c >= 0x80;
}

/* Words that stand for signs; none of them is a unit. */
static const struct {
    const char *word, *sign;
} words[] = { { "and", "&&" }, { "or", "||" }, { "not", "!" } };

static const char *word_sign(const char *s, size_t len)
{
    for (size_t i = 0; i < FT_ARRAY_LEN(words); i++)
        if (strlen(words[i].word) == len && !memcmp(s, words[i].word, len))
            return words[i].sign;
    return NULL;
}

static size_t spaces(const char *s)
{
    return strspn(s, " \t\r\n");
}

/* --- numbers and units ---------------------------------------------------- */

/* Length of a unit's name with its power at 's', 0 when there is none. */
static size_t unit_name(const char *s)
{
    size_t n = 0, sign;

    while (begins_unit(s[n]))
        n++;
    if (!n || word_sign(s, n))
        return 0;
    if (s[n] == '^')
        n++;
    else if (s[n] == '*' && s[n + 1] == '*')
        n += 2;
    sign = s[n] == '-' || s[n] == '+';
    if (isdigit((unsigned char)s[n + sign]))
        n += sign + strspn(s + n + sign, "0123456789");
    return n;
}

/* Length of "(m K)" at 's', 0 when it does not end. */
static size_t unit_group(const char *s)
{
    size_t n = *s == '(' ? strcspn(s, ")") : 0;

    return n && s[n] ? n + 1 : 0;
}

/* The next place after 'n' bytes of unit where it could end, or 0. */
static size_t unit_more(const char *s, size_t n)
{
    size_t joint = n, more;

    if (s[joint] == '/' || s[joint] == '.')
        joint++;
    else
        joint += spaces(s + joint);
    if (joint == n)
        return 0;
    more = unit_name(s + joint);
    if (!more && s[n] == '/')
        more = unit_group(s + joint);
    return more ? joint + more : 0;
}

static bool begins_operand(const char *s)
{
    size_t n = 0;

    while (in_name(s[n]))
        n++;
    if (n)
        return !word_sign(s, n);
    return *s && strchr("(['\"-.", *s);
}

/* "50 %" is a percentage unless something to divide by follows. */
static size_t percent(const char *s)
{
    return *s == '%' && !begins_operand(s + 1 + spaces(s + 1)) ? 1 : 0;
}

#define UNIT_ENDS 16 /* places where one unit could end */

/* The unit at 's'; *len is its length, 0 when none begins here. */
static int read_unit(const char *s, const struct ft_unit **unit, size_t *len,
                     struct ft_err *err)
{
    size_t end[UNIT_ENDS], n = 0, at = percent(s);
    char text[FT_UNIT_MAX + 1];

    *unit = ft_unit_one();
    *len = 0;
    if (!at)
        at = unit_name(s);
    while (at && at <= FT_UNIT_MAX && n < UNIT_ENDS) {
        end[n++] = at;
        at = unit_more(s, at);
    }
    if (!n)
        return begins_unit(*s) && unit_name(s) > FT_UNIT_MAX
                   ? ft_expr_fail(err, "FT0202", "unit is too long")
                   : 0;
    for (size_t i = n; i-- > 0;) {
        memcpy(text, s, end[i]);
        text[end[i]] = '\0';
        /* The error to report is that of the shortest. */
        *unit = ft_unit_parse(text, i ? NULL : err);
        if (*unit) {
            *len = end[i];
            return 0;
        }
    }
    return -1;
}

static int lex_number(struct ft_lexer *lex, struct ft_err *err)
{
    const char *s = lex->text + lex->at;
    const struct ft_unit *unit;
    double x;
    size_t n = ft_number_scan(s, &x), gap, unit_len;

    lex->length = n;
    if (!n)
        return ft_expr_fail(err, "FT0301", "unexpected '.'");
    if (!isfinite(x))
        return ft_expr_fail(err, "FT0301",
                            "number '%.*s' is outside the range of numbers",
                            n < 40 ? (int)n : 40, s);
    gap = spaces(s + n);
    if (read_unit(s + n + gap, &unit, &unit_len, err) < 0) {
        lex->at += n + gap;
        return -1;
    }
    if (unit_len)
        lex->length = n + gap + unit_len;
    lex->kind = FT_TOKEN_NUMBER;
    return ft_value_from_written(x, unit, &lex->value, err);
}

/* --- text, names and signs ------------------------------------------------ */

static int unescape(char c)
{
    static const char from[] = "nt\\'\"", to[] = "\n\t\\'\"";
    const char *found = c ? strchr(from, c) : NULL;

    return found ? to[found - from] : -1;
}

static int lex_text(struct ft_lexer *lex, struct ft_err *err)
{
    const char *s = lex->text + lex->at;
    struct ft_str text = FT_STR_INIT;
    size_t n = 1;
    int c;

    for (; s[n] && s[n] != *s; n++) {
        c = (unsigned char)s[n];
        if (c == '\\') {
            c = unescape(s[++n]);
            if (c < 0) {
                lex->at += n - 1;
                ft_str_release(&text);
                return ft_expr_fail(err, "FT0301",
                                    "unknown escape in text; known are "
                                    "\\n \\t \\\\ \\' \\\"");
            }
        }
        ft_str_addc(&text, (char)c);
    }
    if (!s[n]) {
        ft_str_release(&text);
        return ft_expr_fail(err, "FT0301", "text without its closing %c", *s);
    }
    lex->length = n + 1;
    lex->kind = FT_TOKEN_TEXT;
    lex->value = ft_value_of_text(ft_str_take(&text));
    return 0;
}

static void set_sign(struct ft_lexer *lex, const char *sign, size_t length)
{
    size_t n = strlen(sign);

    lex->kind = FT_TOKEN_SIGN;
    lex->length = length;
    memcpy(lex->sign, sign, n + 1);
}

static void lex_name(struct ft_lexer *lex)
{
    const char *s = lex->text + lex->at;
    const char *sign;
    size_t n = 1;

    while (in_name(s[n]))
        n++;
    lex->kind = FT_TOKEN_NAME;
    lex->length = n;
    sign = word_sign(s, n);
    if (sign)
        set_sign(lex, sign, n);
}

static int lex_sign(struct ft_lexer *lex, struct ft_err *err)
{
    static const char *const signs[] = {
        "||", "&&", "==", "!=", "<=", ">=", "<", ">", "+", "-", "*", "/",
        "%",  "^",  "!",  "(",  ")",  "[",  "]", "{", "}", ",", ".", "=",
    };
    const char *s = lex->text + lex->at;

    for (size_t i = 0; i < FT_ARRAY_LEN(signs); i++)
        if (ft_starts_with(s, signs[i])) {
            set_sign(lex, signs[i], strlen(signs[i]));
            return 0;
        }
    if (isprint((unsigned char)*s))
        return ft_expr_fail(err, "FT0301", "unexpected '%c'", *s);
    return ft_expr_fail(err, "FT0301", "unexpected byte 0x%02x",
                        (unsigned char)*s);
}

int ft_lexer_next(struct ft_lexer *lex, struct ft_err *err)
{
    const char *s;

    ft_value_release(&lex->value);
    lex->at += lex->length;
    lex->length = 0;
    lex->at += spaces(lex->text + lex->at);
    s = lex->text + lex->at;
    if (!*s) {
        lex->kind = FT_TOKEN_END;
        return 0;
    }
    if (isdigit((unsigned char)*s) ||
        (*s == '.' && isdigit((unsigned char)s[1])))
        return lex_number(lex, err);
    if (*s == '\'' || *s == '"')
        return lex_text(lex, err);
    if (begins_name(*s)) {
        lex_name(lex);
        return 0;
    }
    return lex_sign(lex, err);
}

/* node.c - looking at the values of a document */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "text/doc.h"
#include "text/utf8.h"

static size_t find(const struct ft_node *node, const char *name)
{
    size_t i = 0;

    if (!node || node->kind != FT_NODE_MAP)
        return SIZE_MAX;
    while (i < node->n && strcmp(node->key[i]->text, name) != 0)
        i++;
    return i < node->n ? i : SIZE_MAX;
}

const struct ft_node *ft_node_get(const struct ft_node *node,
                                  const char *name)
{
    size_t i = find(node, name);

    return i == SIZE_MAX ? NULL : node->item[i];
}

const struct ft_node *ft_node_key(const struct ft_node *node,
                                  const char *name)
{
    size_t i = find(node, name);

    return i == SIZE_MAX ? NULL : node->key[i];
}

/* --- plain scalars -------------------------------------------------------- */

static bool plain(const struct ft_node *node)
{
    return node && node->kind == FT_NODE_SCALAR && !node->quoted;
}

bool ft_node_is_null(const struct ft_node *node)
{
    return plain(node) && (!node->len || strcmp(node->text, "~") == 0 ||
                           strcmp(node->text, "null") == 0);
}

bool ft_node_bool(const struct ft_node *node, bool *value)
{
    if (!plain(node))
        return false;
    if (strcmp(node->text, "true") != 0 && strcmp(node->text, "false") != 0)
        return false;
    *value = node->text[0] == 't';
    return true;
}

static const char *skip_digits(const char *s)
{
    return s + strspn(s, "0123456789");
}

bool ft_node_int(const struct ft_node *node, long long *value)
{
    const char *s, *digits;
    long long n;

    if (!plain(node))
        return false;
    s = node->text;
    digits = s + (*s == '-' || *s == '+');
    if (skip_digits(digits) == digits || *skip_digits(digits))
        return false;
    if (digits[0] == '0' && digits[1])
        return false; /* octal for YAML 1.1, decimal for 1.2: not guessed */
    errno = 0;
    n = strtoll(s, NULL, 10);
    if (errno)
        return false;
    *value = n;
    return true;
}

/* [-+] digits [. digits] [e [-+] digits], a digit before or after the point */
static bool is_number(const char *s)
{
    const char *whole, *point, *end;

    whole = s + (*s == '-' || *s == '+');
    end = point = skip_digits(whole);
    if (*point == '.')
        end = skip_digits(point + 1);
    if (end == whole || (end == whole + 1 && *whole == '.'))
        return false;
    if (*end == 'e' || *end == 'E') {
        const char *power = end + 1 + (end[1] == '-' || end[1] == '+');

        end = skip_digits(power);
        if (end == power)
            return false;
    }
    return !*end;
}

bool ft_node_number(const struct ft_node *node, double *value)
{
    double x;

    if (!plain(node) || !is_number(node->text))
        return false;
    x = strtod(node->text, NULL);
    if (!isfinite(x))
        return false;
    *value = x;
    return true;
}

const char *ft_node_kind_text(const struct ft_node *node)
{
    double number;
    bool boolean;

    if (node->kind == FT_NODE_LIST)
        return "a list";
    if (node->kind == FT_NODE_MAP)
        return "a mapping";
    if (ft_node_is_null(node))
        return "nothing";
    if (ft_node_bool(node, &boolean))
        return "true or false";
    return ft_node_number(node, &number) ? "a number" : "text";
}

/* --- places inside a scalar ----------------------------------------------- */

/* The start of the n-th "${" (from 1) at or behind 's', or NULL. */
static const char *nth_expr(const char *s, const char *end, size_t n)
{
    for (; s + 1 < end; s++)
        if (s[0] == '$' && s[1] == '{' && !--n)
            return s;
    return NULL;
}

/* How many "${" open in the first 'offset' bytes, and where the last does. */
static size_t count_exprs(const char *text, size_t offset, size_t *last)
{
    size_t n = 0;

    for (size_t i = 0; i + 1 < offset; i++) {
        if (text[i] == '$' && text[i + 1] == '{') {
            n++;
            *last = i;
        }
    }
    return n;
}

/* Advance 'mark' from 'from' to 'to', both in the document's text. */
static void walk(struct ft_mark *mark, const char *from, const char *to)
{
    for (const char *s = from; s < to; s++) {
        if (*s != '\n')
            continue;
        mark->line++;
        mark->col = 1;
        from = s + 1;
    }
    mark->col += (int)ft_utf8_count(from, (size_t)(to - from));
}

struct ft_mark ft_node_mark_at(const struct ft_doc *doc,
                               const struct ft_node *node, size_t offset,
                               size_t len)
{
    struct ft_mark mark = node->mark;
    size_t size, line_len = 0, last = 0, n;
    const char *end = ft_doc_text(doc, &size) + size, *s, *at;

    if (node->kind != FT_NODE_SCALAR || offset > node->len)
        return mark;
    if (len > node->len - offset)
        len = node->len - offset;
    s = ft_doc_line(doc, mark.line, &line_len);
    if (!s)
        return mark;
    s = ft_utf8_skip(s, line_len, (size_t)mark.col - 1);
    n = count_exprs(node->text, offset, &last);
    at = n ? nth_expr(s, end, n) : s + node->quoted;
    if (!at || (size_t)(end - at) < offset - last)
        return mark;
    walk(&mark, s, at + (offset - last));
    mark.width = (int)ft_utf8_count(node->text + offset, len);
    if (mark.width < 1)
        mark.width = 1;
    return mark;
}

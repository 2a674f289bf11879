/* template.c - text with expressions inside */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"
#include "text/expr_node.h"

/* Length of the expression at 's' up to its '}': braces may be nested and text
 * in quotes may hold any of them.  SIZE_MAX when it does not end. */
static size_t expression_length(const char *s, size_t len)
{
    size_t depth = 0;
    char quote = '\0';

    for (size_t i = 0; i < len; i++) {
        if (quote && s[i] == '\\')
            i++;
        else if (quote)
            quote = s[i] == quote ? '\0' : quote;
        else if (s[i] == '\'' || s[i] == '"')
            quote = s[i];
        else if (s[i] == '{')
            depth++;
        else if (s[i] == '}' && depth-- == 0)
            return i;
    }
    return SIZE_MAX;
}

static struct ft_template_piece *add_piece(struct ft_template *tpl, size_t *cap)
{
    struct ft_template_piece *piece;

    tpl->piece = ft_grow(tpl->piece, tpl->n, cap, sizeof(*tpl->piece));
    piece = &tpl->piece[tpl->n++];
    *piece = (struct ft_template_piece){ 0 };
    return piece;
}

/* What has been collected becomes a piece. */
static void add_literal(struct ft_template *tpl, size_t *cap,
                        struct ft_str *literal)
{
    if (literal->len)
        add_piece(tpl, cap)->text = ft_str_take(literal);
}

int ft_template_parse(const char *text, size_t len, struct ft_template *tpl,
                      size_t *at, struct ft_err *err)
{
    struct ft_template made = { 0 };
    struct ft_template_piece *piece;
    struct ft_str literal = FT_STR_INIT;
    size_t cap = 0, i = 0, n;
    int rc = -1;

    while (i < len) {
        if (len - i >= 3 && memcmp(text + i, "$${", 3) == 0) {
            ft_str_add(&literal, "${");
            i += 3;
        } else if (len - i >= 2 && memcmp(text + i, "${", 2) == 0) {
            n = expression_length(text + i + 2, len - i - 2);
            if (n == SIZE_MAX) {
                *at = i;
                ft_expr_fail(err, "FT0301", "'${' without its '}'");
                goto done;
            }
            add_literal(&made, &cap, &literal);
            piece = add_piece(&made, &cap);
            piece->offset = i + 2;
            piece->expr = ft_expr_parse(text + i + 2, n, at, err);
            if (!piece->expr) {
                *at += i + 2;
                goto done;
            }
            i += 2 + n + 1;
        } else {
            ft_str_addc(&literal, text[i++]);
        }
    }
    add_literal(&made, &cap, &literal);
    *tpl = made;
    made = (struct ft_template){ 0 };
    rc = 0;
done:
    ft_str_release(&literal);
    ft_template_release(&made);
    return rc;
}

void ft_template_release(struct ft_template *tpl)
{
    for (size_t i = 0; i < tpl->n; i++) {
        free(tpl->piece[i].text);
        ft_expr_free(tpl->piece[i].expr);
    }
    free(tpl->piece);
    *tpl = (struct ft_template){ 0 };
}

static int eval_piece(const struct ft_template_piece *piece,
                      const struct ft_scope *scope, struct ft_value *value,
                      size_t *at, struct ft_err *err)
{
    int rc = ft_expr_eval(piece->expr, scope, value, at, err);

    if (rc < 0)
        *at += piece->offset;
    return rc;
}

int ft_template_eval(const struct ft_template *tpl,
                     const struct ft_scope *scope, struct ft_value *value,
                     size_t *at, struct ft_err *err)
{
    struct ft_value part = FT_VALUE_INIT;
    struct ft_str text = FT_STR_INIT;

    if (tpl->n == 1 && tpl->piece[0].expr)
        return eval_piece(&tpl->piece[0], scope, value, at, err);
    for (size_t i = 0; i < tpl->n; i++) {
        if (tpl->piece[i].text) {
            ft_str_add(&text, tpl->piece[i].text);
            continue;
        }
        if (eval_piece(&tpl->piece[i], scope, &part, at, err) < 0) {
            ft_str_release(&text);
            return -1;
        }
        ft_value_text(&part, &text);
        ft_value_release(&part);
        if (text.len > FT_EXPR_BYTES_MAX) {
            *at = tpl->piece[i].offset;
            ft_expr_fail(err, "FT0304", "the text would be larger than %u MiB",
                         FT_EXPR_BYTES_MAX >> 20);
            ft_str_release(&text);
            return -1;
        }
    }
    *value = ft_value_of_text(ft_str_take(&text));
    return 0;
}

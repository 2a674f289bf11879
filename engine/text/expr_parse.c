/* expr_parse.c - an expression's tree, by recursive descent
 *
 * One function for a level of precedence would repeat itself, so the binary
 * operators stand in a table and are climbed (parse_binary).
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"
#include "text/expr_lex.h"
#include "text/expr_node.h"

struct parser {
    struct ft_lexer lex;
    int depth;
    size_t at; /* where parsing failed */
};

static const struct {
    const char *sign;
    enum ft_op op;
    int level; /* the higher, the tighter */
} binary[] = {
    { "||", FT_OP_OR, 1 }, { "&&", FT_OP_AND, 2 }, { "==", FT_OP_EQ, 4 },
    { "!=", FT_OP_NE, 4 }, { "<", FT_OP_LT, 4 },   { "<=", FT_OP_LE, 4 },
    { ">", FT_OP_GT, 4 },  { ">=", FT_OP_GE, 4 },  { "+", FT_OP_ADD, 5 },
    { "-", FT_OP_SUB, 5 }, { "*", FT_OP_MUL, 6 },  { "/", FT_OP_DIV, 6 },
    { "%", FT_OP_MOD, 6 },
};

#define LEVEL_NOT 3
#define LEVEL_COMPARE 4

static struct ft_expr *parse_binary(struct parser *p, int level,
                                    struct ft_err *err);
static struct ft_expr *parse_unary(struct parser *p, struct ft_err *err);

/* --- nodes ---------------------------------------------------------------- */

static struct ft_expr *new_node(enum ft_expr_kind kind, size_t at)
{
    struct ft_expr *node = ft_calloc(1, sizeof(*node));

    node->kind = kind;
    node->at = at;
    return node;
}

static void add_child(struct ft_expr *node, struct ft_expr *child)
{
    node->child =
        ft_grow(node->child, node->n, &node->cap, sizeof(*node->child));
    node->child[node->n++] = child;
}

void ft_expr_free(struct ft_expr *expr)
{
    if (!expr)
        return;
    for (size_t i = 0; i < expr->n; i++)
        ft_expr_free(expr->child[i]);
    for (size_t i = 0; i < expr->n_parts; i++)
        free(expr->part[i]);
    for (size_t i = 0; i < expr->n_axes; i++)
        free(expr->axis[i]);
    free(expr->child);
    free(expr->part);
    free(expr->axis);
    ft_value_release(&expr->value);
    free(expr);
}

/* --- tokens --------------------------------------------------------------- */

static int advance(struct parser *p, struct ft_err *err)
{
    int rc = ft_lexer_next(&p->lex, err);

    if (rc < 0)
        p->at = p->lex.at;
    return rc;
}

static bool at_sign(const struct parser *p, const char *sign)
{
    return p->lex.kind == FT_TOKEN_SIGN && strcmp(p->lex.sign, sign) == 0;
}

/* The token is not what the grammar wants. */
static int unexpected(struct parser *p, const char *wanted, struct ft_err *err)
{
    const struct ft_lexer *lex = &p->lex;

    p->at = lex->at;
    if (lex->kind == FT_TOKEN_END)
        return ft_expr_fail(err, "FT0301", "expected %s at the end", wanted);
    return ft_expr_fail(err, "FT0301", "expected %s, not '%.*s'", wanted,
                        lex->length < 40 ? (int)lex->length : 40,
                        lex->text + lex->at);
}

static int expect(struct parser *p, const char *sign, struct ft_err *err)
{
    char wanted[8] = { '\'', 0 };

    if (at_sign(p, sign))
        return advance(p, err);
    memcpy(wanted + 1, sign, strlen(sign));
    wanted[1 + strlen(sign)] = '\'';
    return unexpected(p, wanted, err);
}

static char *token_text(const struct parser *p)
{
    return ft_strndup(p->lex.text + p->lex.at, p->lex.length);
}

/* --- primaries ------------------------------------------------------------ */

/* Elements up to 'close', which is consumed; the opening sign has been. */
static int parse_elements(struct parser *p, struct ft_expr *node,
                          const char *close, struct ft_err *err)
{
    struct ft_expr *child;

    while (!at_sign(p, close)) {
        child = parse_binary(p, 1, err);
        if (!child)
            return -1;
        add_child(node, child);
        if (at_sign(p, close))
            break;
        if (expect(p, ",", err) < 0)
            return -1;
    }
    return advance(p, err);
}

static int check_arguments(struct parser *p, const struct ft_expr *call,
                           struct ft_err *err)
{
    const struct ft_function *f = call->function;

    if (call->n >= f->min && call->n <= f->max)
        return 0;
    p->at = call->at;
    if (f->min == f->max)
        return ft_expr_fail(err, "FT0301", "'%s' takes %zu argument%s, not %zu",
                            f->name, f->min, f->min == 1 ? "" : "s", call->n);
    return ft_expr_fail(err, "FT0301", "'%s' takes at %s %zu argument%s",
                        f->name, call->n < f->min ? "least" : "most",
                        call->n < f->min ? f->min : f->max,
                        (call->n < f->min ? f->min : f->max) == 1 ? "" : "s");
}

/* 'node' is a name and a '(' stands behind it. */
static int parse_call(struct parser *p, struct ft_expr *node,
                      struct ft_err *err)
{
    const char *name = node->part[0], *near;

    node->function = ft_function_find(name);
    if (!node->function) {
        p->at = node->at;
        ft_expr_fail(err, "FT0302", "unknown function '%s'", name);
        near = ft_function_nearest(name);
        return near ? ft_err_hint(err, "did you mean '%s'?", near)
                    : ft_err_hint(err, "'fedtwin help expressions' lists "
                                       "them; a file is its path alone");
    }
    node->kind = FT_EXPR_CALL;
    if (advance(p, err) < 0 || parse_elements(p, node, ")", err) < 0)
        return -1;
    return check_arguments(p, node, err);
}

/* "{axis = value, ...}"; the '{' is the token. */
static int parse_selectors(struct parser *p, struct ft_expr *node,
                           struct ft_err *err)
{
    struct ft_expr *child;
    size_t cap = 0;

    do {
        if (advance(p, err) < 0)
            return -1;
        if (p->lex.kind != FT_TOKEN_NAME)
            return unexpected(p, "the name of a matrix axis", err);
        node->axis =
            ft_grow(node->axis, node->n_axes, &cap, sizeof(*node->axis));
        node->axis[node->n_axes++] = token_text(p);
        if (advance(p, err) < 0 || expect(p, "=", err) < 0)
            return -1;
        child = parse_binary(p, 1, err);
        if (!child)
            return -1;
        add_child(node, child);
    } while (at_sign(p, ","));
    return expect(p, "}", err);
}

static bool take_constant(struct ft_expr *node)
{
    const char *name = node->part[0];

    if (node->n_parts != 1)
        return false;
    if (strcmp(name, "true") == 0 || strcmp(name, "false") == 0)
        node->value = ft_value_of_bool(*name == 't');
    else if (strcmp(name, "null") != 0)
        return false;
    node->kind = FT_EXPR_LITERAL;
    return true;
}

/* A constant, a call, or "name.name{...}". */
static int parse_name(struct parser *p, struct ft_expr *node,
                      struct ft_err *err)
{
    size_t cap = 0;

    for (;;) {
        if (p->lex.kind != FT_TOKEN_NAME)
            return unexpected(p, "a name", err);
        node->part =
            ft_grow(node->part, node->n_parts, &cap, sizeof(*node->part));
        node->part[node->n_parts++] = token_text(p);
        node->length = p->lex.at + p->lex.length - node->at;
        if (advance(p, err) < 0)
            return -1;
        if (!at_sign(p, "."))
            break;
        if (advance(p, err) < 0)
            return -1;
    }
    if (node->n_parts == 1 && at_sign(p, "("))
        return parse_call(p, node, err);
    if (take_constant(node))
        return 0;
    return at_sign(p, "{") ? parse_selectors(p, node, err) : 0;
}

static int parse_primary_into(struct parser *p, struct ft_expr *node,
                              struct ft_err *err)
{
    if (p->lex.kind == FT_TOKEN_NUMBER || p->lex.kind == FT_TOKEN_TEXT) {
        node->value = p->lex.value;
        p->lex.value = (struct ft_value)FT_VALUE_INIT;
        return advance(p, err);
    }
    if (at_sign(p, "[")) {
        node->kind = FT_EXPR_LIST;
        if (advance(p, err) < 0)
            return -1;
        return parse_elements(p, node, "]", err);
    }
    node->kind = FT_EXPR_REF;
    if (p->lex.kind != FT_TOKEN_NAME)
        return unexpected(p, "a value", err);
    return parse_name(p, node, err);
}

static struct ft_expr *parse_parenthesis(struct parser *p, struct ft_err *err)
{
    struct ft_expr *node;

    if (advance(p, err) < 0)
        return NULL;
    node = parse_binary(p, 1, err);
    if (node && expect(p, ")", err) < 0) {
        ft_expr_free(node);
        return NULL;
    }
    return node;
}

static struct ft_expr *parse_primary(struct parser *p, struct ft_err *err)
{
    struct ft_expr *node;

    if (at_sign(p, "("))
        return parse_parenthesis(p, err);
    node = new_node(FT_EXPR_LITERAL, p->lex.at);
    if (parse_primary_into(p, node, err) < 0) {
        ft_expr_free(node);
        return NULL;
    }
    return node;
}

/* A primary and what stands behind it: [index]. */
static struct ft_expr *parse_postfix(struct parser *p, struct ft_err *err)
{
    struct ft_expr *node = parse_primary(p, err), *outer, *index;

    while (node && at_sign(p, "[")) {
        outer = new_node(FT_EXPR_INDEX, p->lex.at);
        add_child(outer, node);
        node = outer;
        if (advance(p, err) < 0)
            goto fail;
        index = parse_binary(p, 1, err);
        if (!index)
            goto fail;
        add_child(outer, index);
        if (expect(p, "]", err) < 0)
            goto fail;
    }
    return node;
fail:
    ft_expr_free(node);
    return NULL;
}

/* --- operators ------------------------------------------------------------ */

/* Takes over 'left' and reads the right side at 'level', or as the power. */
static struct ft_expr *parse_right(struct parser *p, struct ft_expr *left,
                                   enum ft_op op, int level, struct ft_err *err)
{
    struct ft_expr *node = new_node(FT_EXPR_BINARY, p->lex.at), *right = NULL;

    node->op = op;
    add_child(node, left);
    if (advance(p, err) == 0)
        right =
            op == FT_OP_POW ? parse_unary(p, err) : parse_binary(p, level, err);
    if (!right) {
        ft_expr_free(node);
        return NULL;
    }
    add_child(node, right);
    return node;
}

static struct ft_expr *parse_prefix(struct parser *p, struct ft_err *err)
{
    bool negate = at_sign(p, "-");
    struct ft_expr *node, *child = NULL;
    size_t at = p->lex.at;

    if (advance(p, err) == 0)
        child = negate ? parse_unary(p, err) : parse_binary(p, LEVEL_NOT, err);
    if (!child)
        return NULL;
    /* "-5 degC" is a temperature, not the opposite of one. */
    if (negate && child->kind == FT_EXPR_LITERAL &&
        child->value.kind == FT_VALUE_QUANTITY) {
        struct ft_quantity *q = &child->value.quantity;

        if (ft_value_from_written(-q->written, q->unit, &child->value, err) <
            0) {
            p->at = at;
            ft_expr_free(child);
            return NULL;
        }
        child->at = at;
        return child;
    }
    node = new_node(negate ? FT_EXPR_NEGATE : FT_EXPR_NOT, at);
    add_child(node, child);
    return node;
}

/* What a '^' may stand behind; in "2 m ^ 3" it is not clear what is raised. */
static struct ft_expr *parse_base(struct parser *p, struct ft_err *err)
{
    bool unit = p->lex.kind == FT_TOKEN_NUMBER &&
                p->lex.value.kind == FT_VALUE_QUANTITY;
    struct ft_expr *node = parse_postfix(p, err);

    if (!node || !unit || !at_sign(p, "^"))
        return node;
    p->at = p->lex.at;
    ft_expr_fail(err, "FT0301", "a power after a unit can be read in two ways");
    ft_err_hint(err, "write '(2 m) ^ 3' or '2 m^3'");
    ft_expr_free(node);
    return NULL;
}

static struct ft_expr *parse_unary(struct parser *p, struct ft_err *err)
{
    struct ft_expr *node = NULL;

    if (++p->depth > FT_EXPR_DEPTH_MAX) {
        p->at = p->lex.at;
        ft_expr_fail(err, "FT0301", "nested deeper than %d", FT_EXPR_DEPTH_MAX);
    } else if (at_sign(p, "-") || at_sign(p, "!")) {
        node = parse_prefix(p, err);
    } else {
        node = parse_base(p, err);
        if (node && at_sign(p, "^"))
            node = parse_right(p, node, FT_OP_POW, 0, err);
    }
    p->depth--;
    return node;
}

static struct ft_expr *parse_binary(struct parser *p, int level,
                                    struct ft_err *err)
{
    struct ft_expr *node = parse_unary(p, err);
    bool compared = false;
    size_t i;

    while (node) {
        for (i = 0; i < FT_ARRAY_LEN(binary); i++)
            if (at_sign(p, binary[i].sign))
                break;
        if (i == FT_ARRAY_LEN(binary) || binary[i].level < level)
            break;
        if (binary[i].level == LEVEL_COMPARE && compared) {
            p->at = p->lex.at;
            ft_expr_fail(err, "FT0301", "comparisons cannot be chained");
            ft_err_hint(err, "write 'a < b and b < c'");
            ft_expr_free(node);
            return NULL;
        }
        compared = binary[i].level == LEVEL_COMPARE;
        node = parse_right(p, node, binary[i].op, binary[i].level + 1, err);
    }
    return node;
}

struct ft_expr *ft_expr_parse(const char *text, size_t len, size_t *at,
                              struct ft_err *err)
{
    struct parser p = { .at = 0 };
    struct ft_expr *expr = NULL;
    char *copy;

    if (len > FT_EXPR_LENGTH_MAX || memchr(text, '\0', len)) {
        *at =
            len > FT_EXPR_LENGTH_MAX ? FT_EXPR_LENGTH_MAX : strnlen(text, len);
        ft_expr_fail(err, "FT0301",
                     len > FT_EXPR_LENGTH_MAX
                         ? "expression is longer than 4096 bytes"
                         : "unexpected byte 0x00");
        return NULL;
    }
    copy = ft_strndup(text, len);
    p.lex = (struct ft_lexer){ .text = copy };
    if (advance(&p, err) == 0)
        expr = parse_binary(&p, 1, err);
    if (expr && p.lex.kind != FT_TOKEN_END) {
        unexpected(&p, "an operator", err);
        ft_expr_free(expr);
        expr = NULL;
    }
    if (!expr)
        *at = p.at;
    ft_value_release(&p.lex.value);
    free(copy);
    return expr;
}

/* --- references ----------------------------------------------------------- */

void ft_expr_refs(const struct ft_expr *expr,
                  void (*each)(const struct ft_ref *ref, void *arg), void *arg)
{
    if (expr->kind == FT_EXPR_REF) {
        const struct ft_ref ref = ft_expr_ref(expr);

        each(&ref, arg);
    }
    for (size_t i = 0; i < expr->n; i++)
        ft_expr_refs(expr->child[i], each, arg);
}

struct ft_ref ft_expr_ref(const struct ft_expr *expr)
{
    return (struct ft_ref){
        .part = (const char *const *)expr->part,
        .n = expr->n_parts,
        .offset = expr->at,
        .length = expr->length,
        .axis = (const char *const *)expr->axis,
        .chosen = expr->child,
        .n_axes = expr->n_axes,
    };
}

/* expr_eval.c - the value of an expression's tree */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"
#include "text/expr_node.h"

static int eval(struct ft_eval *ev, const struct ft_expr *node,
                struct ft_value *out, struct ft_err *err);

int ft_expr_fail(struct ft_err *err, const char *id, const char *fmt, ...)
{
    va_list ap;
    char *msg;

    if (!err)
        return -1;
    va_start(ap, fmt);
    if (vasprintf(&msg, fmt, ap) < 0)
        FT_BUG("bad format '%s'", fmt);
    va_end(ap);
    ft_err_set(err, FT_EDOC, "%s", msg);
    free(msg);
    return ft_err_id(err, id);
}

int ft_eval_spend(struct ft_eval *ev, double bytes, struct ft_err *err)
{
    if (bytes > (double)(FT_EXPR_BYTES_MAX - ev->spent))
        return ft_expr_fail(err, "FT0304",
                            "the value would be larger than %u MiB",
                            FT_EXPR_BYTES_MAX >> 20);
    ev->spent += (size_t)bytes;
    return 0;
}

static void release_all(struct ft_value *value, size_t n)
{
    for (size_t i = 0; i < n; i++)
        ft_value_release(&value[i]);
    free(value);
}

/* The values of all children, which the caller releases; NULL on failure. */
static struct ft_value *eval_children(struct ft_eval *ev,
                                      const struct ft_expr *node,
                                      struct ft_err *err)
{
    struct ft_value *value = ft_calloc(node->n, sizeof(*value));

    for (size_t i = 0; i < node->n; i++)
        if (eval(ev, node->child[i], &value[i], err) < 0) {
            release_all(value, i);
            return NULL;
        }
    return value;
}

static int eval_ref(struct ft_eval *ev, const struct ft_expr *node,
                    struct ft_value *out, struct ft_err *err)
{
    const struct ft_ref ref = ft_expr_ref(node);
    struct ft_value value = FT_VALUE_INIT;

    if (!ev->scope || !ev->scope->look)
        return ft_expr_fail(err, "FT0302", "no names are known here");
    if (ev->scope->look(ev->scope, &ref, &value, err) == 0) {
        *out = value;
        return 0;
    }
    return -1;
}

static int eval_bool(struct ft_eval *ev, const struct ft_expr *node,
                     const char *what, bool *b, struct ft_err *err)
{
    struct ft_value value = FT_VALUE_INIT;

    if (eval(ev, node, &value, err) < 0)
        return -1;
    if (value.kind == FT_VALUE_BOOL) {
        *b = value.boolean;
        return 0;
    }
    ft_expr_fail(err, "FT0303", "%s must be true or false, not %s", what,
                 ft_value_kind_text(value.kind));
    ft_value_release(&value);
    if (!ev->failed) {
        ev->failed = true;
        ev->at = node->at;
    }
    return -1;
}

/* The right side of 'and' and 'or' counts only when the left does not decide.
 */
static int eval_logic(struct ft_eval *ev, const struct ft_expr *node,
                      struct ft_value *out, struct ft_err *err)
{
    bool is_or = node->op == FT_OP_OR, b;
    const char *what = is_or ? "a side of 'or'" : "a side of 'and'";

    if (eval_bool(ev, node->child[0], what, &b, err) < 0)
        return -1;
    if (b != is_or && eval_bool(ev, node->child[1], what, &b, err) < 0)
        return -1;
    *out = ft_value_of_bool(b);
    return 0;
}

static int eval_binary(struct ft_eval *ev, const struct ft_expr *node,
                       struct ft_value *out, struct ft_err *err)
{
    struct ft_value *side;
    int rc;

    if (node->op == FT_OP_AND || node->op == FT_OP_OR)
        return eval_logic(ev, node, out, err);
    side = eval_children(ev, node, err);
    if (!side)
        return -1;
    rc = ft_value_operate(ev, node->op, &side[0], &side[1], out, err);
    release_all(side, node->n);
    return rc;
}

static int eval_not(struct ft_eval *ev, const struct ft_expr *node,
                    struct ft_value *out, struct ft_err *err)
{
    bool b;

    if (eval_bool(ev, node->child[0], "what follows 'not'", &b, err) < 0)
        return -1;
    *out = ft_value_of_bool(!b);
    return 0;
}

static int eval_negate(struct ft_eval *ev, const struct ft_expr *node,
                       struct ft_value *out, struct ft_err *err)
{
    struct ft_value value = FT_VALUE_INIT;
    int rc;

    if (eval(ev, node->child[0], &value, err) < 0)
        return -1;
    rc = ft_value_negate(&value, out, err);
    ft_value_release(&value);
    return rc;
}

/* if(condition, then, else) evaluates only the side that it yields. */
static int eval_if(struct ft_eval *ev, const struct ft_expr *node,
                   struct ft_value *out, struct ft_err *err)
{
    bool b;

    if (eval_bool(ev, node->child[0], "the condition of 'if'", &b, err) < 0)
        return -1;
    return eval(ev, node->child[b ? 1 : 2], out, err);
}

static int eval_call(struct ft_eval *ev, const struct ft_expr *node,
                     struct ft_value *out, struct ft_err *err)
{
    struct ft_value *arg;
    int rc;

    if (!node->function->call)
        return eval_if(ev, node, out, err);
    arg = eval_children(ev, node, err);
    if (!arg)
        return -1;
    rc = node->function->call(ev, arg, node->n, out, err);
    release_all(arg, node->n);
    return rc;
}

static int eval_list(struct ft_eval *ev, const struct ft_expr *node,
                     struct ft_value *out, struct ft_err *err)
{
    struct ft_value *item;

    if (ft_eval_spend(ev, (double)(node->n * sizeof(*item)), err) < 0)
        return -1;
    item = eval_children(ev, node, err);
    if (!item)
        return -1;
    *out =
        (struct ft_value){ .kind = FT_VALUE_LIST, .item = item, .n = node->n };
    return 0;
}

/* The item of 'all' that 'key' chooses. */
static const struct ft_value *choose(const struct ft_value *all,
                                     const struct ft_value *key,
                                     struct ft_err *err)
{
    if (all->kind == FT_VALUE_LIST && key->kind == FT_VALUE_NUMBER) {
        if (key->number >= 0 && key->number < (double)all->n &&
            key->number == floor(key->number))
            return &all->item[(size_t)key->number];
        ft_expr_fail(err, "FT0304",
                     "a list of %zu has no element %g; the first is 0", all->n,
                     key->number);
        return NULL;
    }
    if (all->kind == FT_VALUE_MAP && key->kind == FT_VALUE_TEXT) {
        for (size_t i = 0; i < all->n; i++)
            if (strcmp(all->key[i], key->text) == 0)
                return &all->item[i];
        ft_expr_fail(err, "FT0304", "the map has no entry '%s'", key->text);
        return NULL;
    }
    ft_expr_fail(err, "FT0303", "%s cannot be indexed by %s",
                 ft_value_kind_text(all->kind), ft_value_kind_text(key->kind));
    return NULL;
}

static int eval_index(struct ft_eval *ev, const struct ft_expr *node,
                      struct ft_value *out, struct ft_err *err)
{
    struct ft_value *side = eval_children(ev, node, err);
    const struct ft_value *item;

    if (!side)
        return -1;
    item = choose(&side[0], &side[1], err);
    if (item)
        ft_value_copy(item, out);
    release_all(side, node->n);
    return item ? 0 : -1;
}

static int eval_literal(struct ft_eval *ev, const struct ft_expr *node,
                        struct ft_value *out, struct ft_err *err)
{
    (void)ev, (void)err;
    ft_value_copy(&node->value, out);
    return 0;
}

static int eval(struct ft_eval *ev, const struct ft_expr *node,
                struct ft_value *out, struct ft_err *err)
{
    static int (*const by_kind[])(struct ft_eval * ev,
                                  const struct ft_expr *node,
                                  struct ft_value *out, struct ft_err *err) = {
        [FT_EXPR_LITERAL] = eval_literal, [FT_EXPR_REF] = eval_ref,
        [FT_EXPR_NOT] = eval_not,         [FT_EXPR_NEGATE] = eval_negate,
        [FT_EXPR_BINARY] = eval_binary,   [FT_EXPR_CALL] = eval_call,
        [FT_EXPR_INDEX] = eval_index,     [FT_EXPR_LIST] = eval_list,
    };
    int rc = by_kind[node->kind](ev, node, out, err);

    if (rc < 0 && !ev->failed) { /* the innermost place counts */
        ev->failed = true;
        ev->at = node->at;
    }
    return rc;
}

int ft_expr_eval(const struct ft_expr *expr, const struct ft_scope *scope,
                 struct ft_value *value, size_t *at, struct ft_err *err)
{
    struct ft_eval ev = { .scope = scope };
    int rc = eval(&ev, expr, value, err);

    if (rc < 0)
        *at = ev.at;
    return rc;
}

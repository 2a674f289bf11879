/* expr_node.h - the tree of an expression; for expr_*.c only
 *
 *     lexer -> parser -> tree of struct ft_expr -> evaluator -> ft_value
 */
#ifndef FT_TEXT_EXPR_NODE_H
#define FT_TEXT_EXPR_NODE_H

#include "text/expr.h"

enum ft_op {
    FT_OP_OR,
    FT_OP_AND,
    FT_OP_EQ,
    FT_OP_NE,
    FT_OP_LT,
    FT_OP_LE,
    FT_OP_GT,
    FT_OP_GE,
    FT_OP_ADD,
    FT_OP_SUB,
    FT_OP_MUL,
    FT_OP_DIV,
    FT_OP_MOD,
    FT_OP_POW,
};

enum ft_expr_kind {
    FT_EXPR_LITERAL, /* value */
    FT_EXPR_REF,     /* part, axis; child[i] is the value of axis[i] */
    FT_EXPR_NOT,     /* child[0] */
    FT_EXPR_NEGATE,  /* child[0] */
    FT_EXPR_BINARY,  /* op, child[0], child[1] */
    FT_EXPR_CALL,    /* function, child: arguments */
    FT_EXPR_INDEX,   /* child[0] [ child[1] ] */
    FT_EXPR_LIST,    /* child: elements */
};

struct ft_expr {
    enum ft_expr_kind kind;
    enum ft_op op;
    size_t at, length; /* in the text, for messages */
    struct ft_value value;
    const struct ft_function *function;
    char **part, **axis;
    size_t n_parts, n_axes;
    struct ft_expr **child;
    size_t n, cap;
};

/* One evaluation. */
struct ft_eval {
    const struct ft_scope *scope;
    bool failed;  /* 'at' is where */
    size_t at;    /* byte offset */
    size_t spent; /* bytes of lists and texts made so far */
};

/* What an expression may make while it is evaluated. */
#define FT_EXPR_BYTES_MAX (64u << 20)

#define FT_ARGS_MANY 255

/* A function of the language.  'call' NULL: arguments are evaluated lazily. */
struct ft_function {
    const char *name;
    size_t min, max; /* arguments */
    int (*call)(struct ft_eval *ev, const struct ft_value *arg, size_t n,
                struct ft_value *out, struct ft_err *err);
};

const struct ft_function *ft_function_find(const char *name);
const char *ft_function_nearest(const char *name);

/* What a reference names; borrowed from the node. */
struct ft_ref ft_expr_ref(const struct ft_expr *expr);

/* FT_EDOC with the given id; returns -1. */
int ft_expr_fail(struct ft_err *err, const char *id, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* Values as both sides of an operator.  'out' is set on success only. */
int ft_value_operate(struct ft_eval *ev, enum ft_op op,
                     const struct ft_value *a, const struct ft_value *b,
                     struct ft_value *out, struct ft_err *err);
int ft_value_negate(const struct ft_value *a, struct ft_value *out,
                    struct ft_err *err);

/* A number as a quantity of unit "1"; FT0303 for other kinds.  'what' names
 * the value in messages: "operand of '+'". */
int ft_value_quantity(const struct ft_value *value, const char *what,
                      struct ft_quantity *q, struct ft_err *err);
/* The value of 'si' or of 'written' shown in 'unit'; FT0304 when not finite. */
int ft_value_from_si(double si, const struct ft_unit *unit,
                     struct ft_value *out, struct ft_err *err);
int ft_value_from_written(double written, const struct ft_unit *unit,
                          struct ft_value *out, struct ft_err *err);
struct ft_value ft_value_of_text(char *text); /* takes over 'text' */
struct ft_value ft_value_of_bool(bool b);

/* Count 'bytes' that are about to be made; FT0304 past the limit. */
int ft_eval_spend(struct ft_eval *ev, double bytes, struct ft_err *err);

/* FT0303 when both have not one dimension: "'2 mm' and '3 s' ...". */
int ft_quantity_match(const struct ft_quantity *a, const struct ft_quantity *b,
                      struct ft_err *err);

#endif

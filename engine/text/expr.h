/* expr.h - the expressions inside ${...}
 *
 *   or        a or b        a || b
 *   and       a and b       a && b
 *   not       not a         !a
 *   compare   == != < <= > >=
 *   add       + -
 *   multiply  * / %
 *   unary     -
 *   power     a ^ 2         integer powers of quantities
 *   primary   3.5   3.5 mm   'text'  "text"  true  false  null  (a)
 *             name.name...   f(a, b)   a[0]   [a, b]
 *             stage.output{axis = expr, ...}      chosen cells of a matrix
 *
 * A number directly followed by a unit is a quantity: ${params.size / 2 + 1 mm}
 * adds lengths and refuses to add a time.  The unit is the longest piece that
 * is one: "10 m/s" is a speed, "10 m/params.n" and "10 m / s" are quotients,
 * "5 m-2" is 5 per square metre, "5 m - 2" a subtraction.
 * "5 % 2" is a remainder, "50 %" a percentage.  A name has letters, digits and
 * '_', so "params.n-1" subtracts.  In text a backslash stands before n, t, a
 * quote or another backslash.
 *
 * Sums are shown in the unit of the left side, products and quotients of two
 * units in SI.  Numbers and quantities
 * compare by their SI values; two kinds of values, or two dimensions, never
 * compare equal but are an error (null compares with all).  A value in a unit
 * with an offset (degC) may be compared, subtracted from another (which gives
 * kelvin), averaged, and have kelvin added; everything else is refused.
 *
 * The functions are a fixed list (ft_expr_functions).  An expression never runs
 * a program, reads a file or sees the environment.
 */
#ifndef FT_TEXT_EXPR_H
#define FT_TEXT_EXPR_H

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"
#include "text/quantity.h"

struct ft_err;
struct json_object;

#define FT_EXPR_DEPTH_MAX 64
#define FT_EXPR_LENGTH_MAX 4096 /* bytes of one expression */

enum ft_value_kind {
    FT_VALUE_NULL,
    FT_VALUE_BOOL,
    FT_VALUE_NUMBER, /* dimensionless; integers are exact up to 2^53 */
    FT_VALUE_QUANTITY,
    FT_VALUE_TEXT,
    FT_VALUE_LIST,
    FT_VALUE_MAP,
    FT_VALUE_OBJECT, /* a data reference: opaque here */
};

/* Owned by whoever declares it; start with FT_VALUE_INIT, end with
 * ft_value_release(). */
struct ft_value {
    enum ft_value_kind kind;
    bool boolean;
    double number;
    struct ft_quantity quantity;
    char *text;            /* FT_VALUE_TEXT, and the name of an object */
    struct ft_value *item; /* list and map */
    char **key;            /* map */
    size_t n;
};
#define FT_VALUE_INIT { .kind = FT_VALUE_NULL }

void ft_value_release(struct ft_value *value);
void ft_value_copy(const struct ft_value *from, struct ft_value *to);
bool ft_value_equal(const struct ft_value *a, const struct ft_value *b);
/* As it appears inside text: 2 mm, 3, true, text bare, lists comma-separated */
void ft_value_text(const struct ft_value *value, struct ft_str *out);
/* number, bool, text, null, list, map; quantity {"value":SI,"unit":"m"} */
struct json_object *ft_value_json(const struct ft_value *value);
const char *ft_value_kind_text(enum ft_value_kind kind); /* "a quantity" */

struct ft_expr; /* a parsed expression */

/* A name that an expression refers to: "params.size" is {"params","size"},
 * "heat.temperature{power = 45 W}" carries its selectors. */
struct ft_ref {
    const char *const *part;
    size_t n;
    size_t offset; /* bytes from the start of the expression text */
    size_t length;
    /* Selectors of a data reference; usually none. */
    const char *const *axis;
    struct ft_expr *const *chosen; /* borrowed, as many as axes */
    size_t n_axes;
};

/* Parse the text between "${" and "}".  On failure 'at' is the byte offset of
 * the problem.  ids FT0301, FT0302 unknown function, FT0202 unknown unit. */
struct ft_expr *ft_expr_parse(const char *text, size_t len, size_t *at,
                              struct ft_err *err);
void ft_expr_free(struct ft_expr *expr);

/* Call 'each' for every reference, selectors included. */
void ft_expr_refs(const struct ft_expr *expr,
                  void (*each)(const struct ft_ref *ref, void *arg),
                  void *arg);

/* Where names get their values.  'look' fills 'value' (which the caller then
 * owns) or returns -1 with id FT0302 and a suggestion. */
struct ft_scope {
    int (*look)(const struct ft_scope *scope, const struct ft_ref *ref,
                struct ft_value *value, struct ft_err *err);
    void *arg;
};

/* ids FT0302 unknown name, FT0303 kinds or dimensions that do not mix, FT0304
 * no value (division by zero, out of range, not finite).  'at' as above. */
int ft_expr_eval(const struct ft_expr *expr, const struct ft_scope *scope,
                 struct ft_value *value, size_t *at, struct ft_err *err);

/* --- text with expressions inside: "out-${matrix.power}.h5" --------------- */

/* Pieces in order; "$${" stands for a literal "${". */
struct ft_template {
    struct ft_template_piece {
        char *text;           /* literal, or NULL for an expression */
        struct ft_expr *expr; /* or NULL */
        size_t offset;        /* of the expression text in the scalar */
    } * piece;
    size_t n;
};

int ft_template_parse(const char *text, size_t len, struct ft_template *tpl,
                      size_t *at, struct ft_err *err);
void ft_template_release(struct ft_template *tpl);
/* A single expression keeps its kind; anything else becomes text. */
int ft_template_eval(const struct ft_template *tpl,
                     const struct ft_scope *scope, struct ft_value *value,
                     size_t *at, struct ft_err *err);

/* The functions, for the manual and for suggestions; ends with name NULL. */
struct ft_expr_function {
    const char *name;
    const char *args; /* "x, unit" */
    const char *doc;
};
extern const struct ft_expr_function ft_expr_functions[];

#endif

/* expr_call.h - the functions of the expression language; for expr_*.c only */
#ifndef FT_TEXT_EXPR_CALL_H
#define FT_TEXT_EXPR_CALL_H

#include "text/expr_node.h"

/* All functions but the lazy if(): name, C name, fewest and most arguments,
 * arguments as shown, sentence. */
#define FT_FUNCTIONS(X)                                                        \
    X("abs", ft_call_abs, 1, 1, "x", "x without its sign")                     \
    X("atan2", ft_call_atan2, 2, 2, "y, x", "angle of the point (x, y)")       \
    X("ceil", ft_call_ceil, 1, 1, "x", "next whole number up, in x's unit")    \
    X("contains", ft_call_contains, 2, 2, "all, part",                         \
      "is part in the text or list?")                                          \
    X("cos", ft_call_cos, 1, 1, "angle", "cosine")                             \
    X("endswith", ft_call_endswith, 2, 2, "text, end", "does text end so?")    \
    X("exp", ft_call_exp, 1, 1, "x", "e to the power of x")                    \
    X("floor", ft_call_floor, 1, 1, "x",                                       \
      "next whole number down, in x's unit")                                   \
    X("format", ft_call_format, 2, 2, "x, digits",                             \
      "x as text with so many digits after the point")                         \
    X("join", ft_call_join, 2, 2, "list, between", "the elements as one text") \
    X("len", ft_call_len, 1, 1, "x",                                           \
      "elements of a list or characters of a text")                            \
    X("log", ft_call_log, 1, 1, "x", "natural logarithm")                      \
    X("log10", ft_call_log10, 1, 1, "x", "decimal logarithm")                  \
    X("lower", ft_call_lower, 1, 1, "text", "text in small letters (ASCII)")   \
    X("max", ft_call_max, 1, FT_ARGS_MANY, "x, ...",                           \
      "the largest of the arguments or of one list")                           \
    X("mean", ft_call_mean, 1, FT_ARGS_MANY, "x, ...", "arithmetic mean")      \
    X("min", ft_call_min, 1, FT_ARGS_MANY, "x, ...",                           \
      "the smallest of the arguments or of one list")                          \
    X("pow", ft_call_pow, 2, 2, "x, n", "x to the power of n")                 \
    X("quantity", ft_call_quantity, 2, 2, "x, unit", "the number x in a unit") \
    X("range", ft_call_range, 2, 3, "from, end, step",                         \
      "list of values up to but without end; step 1 when left out")            \
    X("replace", ft_call_replace, 3, 3, "text, old, new",                      \
      "text with each old replaced")                                           \
    X("round", ft_call_round, 1, 1, "x", "nearest whole number, in x's unit")  \
    X("sin", ft_call_sin, 1, 1, "angle", "sine")                               \
    X("sqrt", ft_call_sqrt, 1, 1, "x", "square root, also of the unit")        \
    X("startswith", ft_call_startswith, 2, 2, "text, start",                   \
      "does text begin so?")                                                   \
    X("str", ft_call_str, 1, 1, "x", "x as text")                              \
    X("sum", ft_call_sum, 1, FT_ARGS_MANY, "x, ...",                           \
      "sum of the arguments or of one list")                                   \
    X("tan", ft_call_tan, 1, 1, "angle", "tangent")                            \
    X("unit", ft_call_unit, 1, 1, "x", "the unit of x as text")                \
    X("upper", ft_call_upper, 1, 1, "text", "text in capitals (ASCII)")        \
    X("value", ft_call_value, 2, 2, "x, unit", "the number of x in a unit")

#define FT_CALL(name)                                                  \
    int name(struct ft_eval *ev, const struct ft_value *arg, size_t n, \
             struct ft_value *out, struct ft_err *err)

#define X(name, call, min, max, args, doc) FT_CALL(call);
FT_FUNCTIONS(X)
#undef X

/* Arguments; each is FT0303 when it is of another kind. */
int ft_arg_text(const struct ft_value *arg, const char **text,
                struct ft_err *err);
int ft_arg_quantity(const struct ft_value *arg, struct ft_quantity *q,
                    struct ft_err *err);
/* An angle or another dimensionless number, in SI. */
int ft_arg_plain(const struct ft_value *arg, double *x, struct ft_err *err);

#endif

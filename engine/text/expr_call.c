/* expr_call.c - the table of functions and what their arguments must be */
#include "text/expr_call.h"

#include <string.h>

#include "base/alloc.h"
#include "base/err.h"
#include "text/suggest.h"

/* --- arguments ------------------------------------------------------------ */

int ft_arg_text(const struct ft_value *arg, const char **text,
                struct ft_err *err)
{
    if (arg->kind != FT_VALUE_TEXT)
        return ft_expr_fail(err, "FT0303", "the argument must be text, not %s",
                            ft_value_kind_text(arg->kind));
    *text = arg->text;
    return 0;
}

int ft_arg_quantity(const struct ft_value *arg, struct ft_quantity *q,
                    struct ft_err *err)
{
    return ft_value_quantity(arg, "the argument", q, err);
}

int ft_arg_plain(const struct ft_value *arg, double *x, struct ft_err *err)
{
    struct ft_quantity q;

    if (ft_arg_quantity(arg, &q, err) < 0)
        return -1;
    if (!ft_unit_same_dimension(q.unit, ft_unit_one()))
        return ft_expr_fail(err, "FT0303",
                            "the argument must have no dimension, but '%s' "
                            "has '%s'",
                            ft_unit_text(q.unit), ft_unit_si_text(q.unit));
    *x = q.si;
    return 0;
}

/* --- tables --------------------------------------------------------------- */

static const struct ft_function functions[] = { { "if", 3, 3, NULL },
#define X(name, call, min, max, args, doc) { name, min, max, call },
                                                FT_FUNCTIONS(X)
#undef X
};

const struct ft_expr_function ft_expr_functions[] = {
    { "if", "condition, a, b", "a when the condition holds, or else b" },
#define X(name, call, min, max, args, doc) { name, args, doc },
    FT_FUNCTIONS(X)
#undef X
        { NULL, NULL, NULL },
};

const struct ft_function *ft_function_find(const char *name)
{
    for (size_t i = 0; i < FT_ARRAY_LEN(functions); i++)
        if (strcmp(functions[i].name, name) == 0)
            return &functions[i];
    return NULL;
}

const char *ft_function_nearest(const char *name)
{
    const char *all[FT_ARRAY_LEN(functions)];

    for (size_t i = 0; i < FT_ARRAY_LEN(functions); i++)
        all[i] = functions[i].name;
    return ft_suggest(name, all, FT_ARRAY_LEN(all));
}

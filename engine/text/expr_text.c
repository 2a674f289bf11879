/* expr_text.c - functions on text and lists */
#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"
#include "text/expr_call.h"

/* --- text and lists ------------------------------------------------------- */

FT_CALL(ft_call_str)
{
    struct ft_str text = FT_STR_INIT;

    (void)n;
    ft_value_text(arg, &text);
    if (ft_eval_spend(ev, (double)text.len, err) < 0) {
        ft_str_release(&text);
        return -1;
    }
    *out = ft_value_of_text(ft_str_take(&text));
    return 0;
}

#define FORMAT_DIGITS_MAX 17

FT_CALL(ft_call_format)
{
    struct ft_str text = FT_STR_INIT;
    struct ft_quantity q;
    double digits;

    (void)ev, (void)n;
    if (ft_arg_quantity(&arg[0], &q, err) < 0 ||
        ft_arg_plain(&arg[1], &digits, err) < 0)
        return -1;
    if (digits < 0 || digits > FORMAT_DIGITS_MAX || digits != floor(digits))
        return ft_expr_fail(err, "FT0304",
                            "digits must be a whole number from 0 to %d",
                            FORMAT_DIGITS_MAX);
    ft_str_addf(&text, "%.*f", (int)digits, q.written);
    if (q.unit != ft_unit_one())
        ft_str_addf(&text, " %s", ft_unit_text(q.unit));
    *out = ft_value_of_text(ft_str_take(&text));
    return 0;
}

static size_t characters(const char *s)
{
    size_t n = 0;

    for (; *s; s++)
        n += ((unsigned char)*s & 0xc0) != 0x80;
    return n;
}

FT_CALL(ft_call_len)
{
    double len;

    (void)ev, (void)n;
    if (arg->kind == FT_VALUE_LIST || arg->kind == FT_VALUE_MAP)
        len = (double)arg->n;
    else if (arg->kind == FT_VALUE_TEXT)
        len = (double)characters(arg->text);
    else
        return ft_expr_fail(err, "FT0303", "%s has no length",
                            ft_value_kind_text(arg->kind));
    return ft_value_from_si(len, ft_unit_one(), out, err);
}

FT_CALL(ft_call_join)
{
    struct ft_str text = FT_STR_INIT;
    const char *between;

    (void)n;
    if (arg[0].kind != FT_VALUE_LIST)
        return ft_expr_fail(err, "FT0303", "%s is not a list",
                            ft_value_kind_text(arg[0].kind));
    if (ft_arg_text(&arg[1], &between, err) < 0 ||
        ft_eval_spend(ev, (double)arg[0].n * (double)strlen(between), err) < 0)
        return -1;
    for (size_t i = 0; i < arg[0].n; i++) {
        if (i)
            ft_str_add(&text, between);
        ft_value_text(&arg[0].item[i], &text);
    }
    *out = ft_value_of_text(ft_str_take(&text));
    return 0;
}

FT_CALL(ft_call_contains)
{
    const char *text, *part;
    bool found = false;

    (void)ev, (void)n;
    if (arg[0].kind == FT_VALUE_LIST) {
        for (size_t i = 0; i < arg[0].n && !found; i++)
            found = ft_value_equal(&arg[0].item[i], &arg[1]);
    } else {
        if (ft_arg_text(&arg[0], &text, err) < 0 ||
            ft_arg_text(&arg[1], &part, err) < 0)
            return -1;
        found = strstr(text, part) != NULL;
    }
    *out = ft_value_of_bool(found);
    return 0;
}

static int test_texts(bool (*test)(const char *s, const char *part),
                      const struct ft_value *arg, struct ft_value *out,
                      struct ft_err *err)
{
    const char *text, *part;

    if (ft_arg_text(&arg[0], &text, err) < 0 ||
        ft_arg_text(&arg[1], &part, err) < 0)
        return -1;
    *out = ft_value_of_bool(test(text, part));
    return 0;
}

FT_CALL(ft_call_startswith)
{
    (void)ev, (void)n;
    return test_texts(ft_starts_with, arg, out, err);
}

FT_CALL(ft_call_endswith)
{
    (void)ev, (void)n;
    return test_texts(ft_ends_with, arg, out, err);
}

/* Only ASCII: what another letter's capital is depends on the language. */
static int change_case(int (*change)(int c), const struct ft_value *arg,
                       struct ft_value *out, struct ft_err *err)
{
    const char *text;
    char *copy;

    if (ft_arg_text(arg, &text, err) < 0)
        return -1;
    copy = ft_strdup(text);
    for (char *s = copy; *s; s++)
        if (isascii((unsigned char)*s))
            *s = (char)change(*s);
    *out = ft_value_of_text(copy);
    return 0;
}

FT_CALL(ft_call_upper)
{
    (void)ev, (void)n;
    return change_case(toupper, arg, out, err);
}

FT_CALL(ft_call_lower)
{
    (void)ev, (void)n;
    return change_case(tolower, arg, out, err);
}

FT_CALL(ft_call_replace)
{
    struct ft_str result = FT_STR_INIT;
    const char *text, *old, *new, *found;
    size_t times = 0, old_len;

    (void)n;
    if (ft_arg_text(&arg[0], &text, err) < 0 ||
        ft_arg_text(&arg[1], &old, err) < 0 ||
        ft_arg_text(&arg[2], &new, err) < 0)
        return -1;
    old_len = strlen(old);
    if (!old_len)
        return ft_expr_fail(err, "FT0304", "the text to replace is empty");
    for (const char *s = text; (s = strstr(s, old)) != NULL; s += old_len)
        times++;
    if (ft_eval_spend(
            ev, (double)strlen(text) + (double)times * (double)strlen(new),
            err) < 0)
        return -1;
    for (; (found = strstr(text, old)) != NULL; text = found + old_len) {
        ft_str_addn(&result, text, (size_t)(found - text));
        ft_str_add(&result, new);
    }
    ft_str_add(&result, text);
    *out = ft_value_of_text(ft_str_take(&result));
    return 0;
}

/* How many steps lie before the end; one that rounding puts just in front of
 * it is the end. */
static int count_steps(const struct ft_quantity *from,
                       const struct ft_quantity *end, double step,
                       double *count, struct ft_err *err)
{
    if (step == 0) {
        ft_expr_fail(err, "FT0304", "the step is zero");
        return -1;
    }
    *count = ceil((end->si - from->si) / step - 1e-9);
    if (!isfinite(*count)) {
        ft_expr_fail(err, "FT0304", "the step is too small");
        return -1;
    }
    if (*count < 0)
        *count = 0;
    return 0;
}

FT_CALL(ft_call_range)
{
    struct ft_quantity from, end, step = { 1, ft_unit_one(), 1 };
    struct ft_value list = { .kind = FT_VALUE_LIST };
    double count, si;

    if (ft_arg_quantity(&arg[0], &from, err) < 0 ||
        ft_arg_quantity(&arg[1], &end, err) < 0 ||
        (n == 3 && ft_arg_quantity(&arg[2], &step, err) < 0) ||
        ft_quantity_match(&from, &end, err) < 0 ||
        ft_quantity_match(&from, &step, err) < 0)
        return -1;
    si = step.si;
    if (ft_unit_has_offset(step.unit)) /* "1 degC" cannot be a distance */
        return ft_expr_fail(err, "FT0303", "the step must be in '%s'",
                            ft_unit_si_text(step.unit));
    if (count_steps(&from, &end, si, &count, err) < 0 ||
        ft_eval_spend(ev, count * sizeof(list), err) < 0)
        return -1;
    list.item = ft_calloc((size_t)count, sizeof(*list.item));
    for (; list.n < (size_t)count; list.n++)
        if (ft_value_from_si(from.si + (double)list.n * si, from.unit,
                             &list.item[list.n], err) < 0) {
            ft_value_release(&list);
            return -1;
        }
    *out = list;
    return 0;
}

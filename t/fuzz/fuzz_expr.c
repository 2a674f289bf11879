/* fuzz_expr.c - parse and evaluate; mistakes lie inside the text */
#include "t/fuzz/fuzz.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/json.h"
#include "text/expr.h"

static int look(const struct ft_scope *scope, const struct ft_ref *ref,
                struct ft_value *value, struct ft_err *err)
{
    (void)scope;
    if (ref->n > 2)
        return ft_err_set(err, FT_EDOC, "unknown name");
    value->kind = ref->n == 1 ? FT_VALUE_NUMBER : FT_VALUE_OBJECT;
    value->number = 3;
    value->text = ref->n == 1 ? NULL : ft_strdup(ref->part[1]);
    return 0;
}

static void count_ref(const struct ft_ref *ref, void *arg)
{
    if (ref->offset + ref->length > *(size_t *)arg)
        FT_BUG("reference past the end");
}

static void use(struct ft_value *value)
{
    struct ft_str text = FT_STR_INIT;
    struct ft_value copy = FT_VALUE_INIT;

    ft_value_text(value, &text);
    ft_value_copy(value, &copy);
    if (!ft_value_equal(value, &copy))
        FT_BUG("copy differs: '%s'", text.s);
    json_object_put(ft_value_json(value));
    ft_value_release(&copy);
    ft_value_release(value);
    ft_str_release(&text);
}

static void check_mistake(size_t at, size_t size, const struct ft_err *err)
{
    if (at > size)
        FT_BUG("mistake at %zu of %zu bytes: %s", at, size, err->msg);
    if (!err->msg[0])
        FT_BUG("mistake without a message");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct ft_scope scope = { .look = look };
    struct ft_template tpl = { 0 };
    struct ft_value value = FT_VALUE_INIT;
    struct ft_err err = { 0 };
    struct ft_expr *expr;
    size_t at = SIZE_MAX;

    expr = ft_expr_parse((const char *)data, size, &at, &err);
    if (expr)
        ft_expr_refs(expr, count_ref, &size);
    if (expr && ft_expr_eval(expr, &scope, &value, &at, &err) == 0)
        use(&value);
    else
        check_mistake(at, size, &err);
    ft_expr_free(expr);

    at = SIZE_MAX;
    if (ft_template_parse((const char *)data, size, &tpl, &at, &err) == 0 &&
        ft_template_eval(&tpl, &scope, &value, &at, &err) == 0)
        use(&value);
    else
        check_mistake(at, size, &err);
    ft_template_release(&tpl);
    return 0;
}

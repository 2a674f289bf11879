/* json_err.c - a failure on its way from one program to another */
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/json.h"

static const struct {
    const char *name;
    enum ft_code code;
} codes[] = {
#define X(code, status, text) { #code, code },
    FT_CODES(X)
#undef X
};

void ft_json_add_err(struct json_object *answer, const struct ft_err *err)
{
    ft_json_add_bool(answer, "ok", false);
    ft_json_add_str(answer, "code", codes[err->code].name);
    ft_json_add_str(answer, "message", err->msg);
    if (*err->hint)
        ft_json_add_str(answer, "hint", err->hint);
}

int ft_json_err(struct json_object *answer, struct ft_err *err)
{
    const char *name = ft_json_str_or(answer, "code", "FT_EIO");
    enum ft_code code = FT_EIO;

    for (size_t i = 0; i < FT_ARRAY_LEN(codes); i++)
        if (strcmp(codes[i].name, name) == 0)
            code = codes[i].code;
    ft_err_set(err, code == FT_OK ? FT_EIO : code, "%s",
               ft_json_str_or(answer, "message", "it failed without a word"));
    return ft_err_hint(err, "%s", ft_json_str_or(answer, "hint", ""));
}

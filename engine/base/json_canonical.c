/* json_canonical.c - RFC 8785: one text for one value, so it can be hashed */
#include "base/json.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/number.h"

static int add_value(struct json_object *value, int depth, struct ft_str *out,
                     struct ft_err *err);

static void add_escape(unsigned char c, struct ft_str *out)
{
    static const char *const name[0x20] = {
        ['\b'] = "\\b", ['\t'] = "\\t", ['\n'] = "\\n",
        ['\f'] = "\\f", ['\r'] = "\\r",
    };

    if (c >= 0x20)
        ft_str_addf(out, "\\%c", c); /* a quote or a backslash */
    else if (name[c])
        ft_str_add(out, name[c]);
    else
        ft_str_addf(out, "\\u%04x", c);
}

static int add_text(const char *s, size_t len, struct ft_str *out,
                    struct ft_err *err)
{
    if (!ft_utf8_valid(s, len))
        return ft_err_set(err, FT_EFORMAT, "text is not UTF-8");
    ft_str_addc(out, '"');
    for (size_t i = 0; i < len; i++) {
        if ((unsigned char)s[i] < 0x20 || s[i] == '"' || s[i] == '\\')
            add_escape((unsigned char)s[i], out);
        else
            ft_str_addc(out, s[i]);
    }
    ft_str_addc(out, '"');
    return 0;
}

static int add_integer(struct json_object *value, struct ft_str *out,
                       struct ft_err *err)
{
    int64_t n = json_object_get_int64(value);

    /* json-c keeps what is above INT64_MAX as unsigned and saturates. */
    if (n > FT_INTEGER_MAX || n < -FT_INTEGER_MAX)
        return ft_err_set(err, FT_EFORMAT,
                          "integer %s is beyond 2^53, which JSON readers "
                          "do not keep exactly",
                          json_object_get_string(value));
    ft_number_text((double)n, out);
    return 0;
}

static int add_number(double x, struct ft_str *out, struct ft_err *err)
{
    if (!isfinite(x))
        return ft_err_set(err, FT_EFORMAT, "number is not finite");
    ft_number_text(x, out);
    return 0;
}

static int add_array(struct json_object *array, int depth, struct ft_str *out,
                     struct ft_err *err)
{
    size_t n = json_object_array_length(array);

    ft_str_addc(out, '[');
    for (size_t i = 0; i < n; i++) {
        if (i)
            ft_str_addc(out, ',');
        if (add_value(json_object_array_get_idx(array, i), depth, out, err) < 0)
            return -1;
    }
    ft_str_addc(out, ']');
    return 0;
}

/* The order of UTF-16 code units differs from that of UTF-8 bytes in one
 * thing: characters past U+FFFF (leading bytes F0..F4) are surrogates there
 * and stand before U+E000 (leading byte EE). */
static int rank(unsigned char c)
{
    if (c >= 0xf0)
        return c - 2;
    return c >= 0xee ? c + 0x10 : c;
}

static int compare_keys(const void *a, const void *b)
{
    const unsigned char *s = *(const unsigned char *const *)a;
    const unsigned char *t = *(const unsigned char *const *)b;

    while (*s && *s == *t)
        s++, t++;
    return rank(*s) - rank(*t);
}

static int add_object(struct json_object *obj, int depth, struct ft_str *out,
                      struct ft_err *err)
{
    size_t n = (size_t)json_object_object_length(obj), used = 0;
    const char **key = ft_calloc(n, sizeof(*key));
    int rc = -1;

    json_object_object_foreach(obj, name, unused)
    {
        (void)unused;
        key[used++] = name;
    }
    qsort(key, n, sizeof(*key), compare_keys);
    ft_str_addc(out, '{');
    for (size_t i = 0; i < n; i++) {
        if (i)
            ft_str_addc(out, ',');
        if (add_text(key[i], strlen(key[i]), out, err) < 0)
            goto done;
        ft_str_addc(out, ':');
        if (add_value(json_object_object_get(obj, key[i]), depth, out, err) < 0)
            goto done;
    }
    ft_str_addc(out, '}');
    rc = 0;
done:
    free(key);
    return rc;
}

static int add_value(struct json_object *value, int depth, struct ft_str *out,
                     struct ft_err *err)
{
    if (depth > FT_JSON_DEPTH_MAX)
        return ft_err_set(err, FT_EFORMAT, "JSON nested deeper than %d",
                          FT_JSON_DEPTH_MAX);
    switch (json_object_get_type(value)) {
    case json_type_null:
        ft_str_add(out, "null");
        return 0;
    case json_type_boolean:
        ft_str_add(out, json_object_get_boolean(value) ? "true" : "false");
        return 0;
    case json_type_int:
        return add_integer(value, out, err);
    case json_type_double:
        return add_number(json_object_get_double(value), out, err);
    case json_type_string:
        return add_text(json_object_get_string(value),
                        (size_t)json_object_get_string_len(value), out, err);
    case json_type_array:
        return add_array(value, depth + 1, out, err);
    case json_type_object:
        return add_object(value, depth + 1, out, err);
    }
    FT_BUG("unknown JSON type");
}

int ft_json_canonical(struct json_object *value, struct ft_str *out,
                      struct ft_err *err)
{
    size_t start = out->len;

    if (add_value(value, 0, out, err) == 0)
        return 0;
    ft_str_cut(out, start);
    return -1;
}

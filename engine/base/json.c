/* json.c - JSON read and written, checked access to json-c's values */
#include "base/json.h"

#include <json-c/json_visit.h>
#include <math.h>
#include <string.h>

#include "base/err.h"
#include "base/path.h"

/* --- reading -------------------------------------------------------------- */

/* json-c takes NaN and Infinity, which JSON does not have, and lets 1e999
 * become infinite. */
static int visit_finite(struct json_object *value, int flags,
                        struct json_object *parent, const char *key,
                        size_t *index, void *arg)
{
    (void)flags, (void)parent, (void)key, (void)index;
    if (!json_object_is_type(value, json_type_double) ||
        isfinite(json_object_get_double(value)))
        return JSON_C_VISIT_RETURN_CONTINUE;
    *(bool *)arg = false;
    return JSON_C_VISIT_RETURN_STOP;
}

static bool all_finite(struct json_object *value)
{
    bool finite = true;

    json_c_visit(value, 0, visit_finite, &finite);
    return finite;
}

static bool only_space(const char *s, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (!strchr(" \t\r\n", s[i]) || !s[i])
            return false;
    return true;
}

static int check_text(const char *text, size_t len, const char *what,
                      struct ft_err *err)
{
    const char *nul = memchr(text, '\0', len);

    if (len > FT_JSON_SIZE_MAX)
        return ft_err_set(err, FT_EFORMAT, "%s is larger than %u MiB", what,
                          FT_JSON_SIZE_MAX >> 20);
    if (nul)
        return ft_err_set(err, FT_EFORMAT,
                          "%s is not JSON: zero byte at offset %zu", what,
                          (size_t)(nul - text));
    if (!ft_utf8_valid(text, len))
        return ft_err_set(err, FT_EFORMAT, "%s is not JSON: not UTF-8", what);
    return 0;
}

/* The first character of well-formed UTF-8, and how long it is. */
static size_t decode(const char *s, uint32_t *code)
{
    const unsigned char *u = (const unsigned char *)s;
    size_t n = u[0] < 0x80 ? 1 : u[0] < 0xe0 ? 2 : u[0] < 0xf0 ? 3 : 4;

    *code = n == 1 ? u[0] : u[0] & (0x7fu >> n);
    for (size_t i = 1; i < n; i++)
        *code = *code << 6 | (u[i] & 0x3fu);
    return n;
}

/* json-c 0.18 takes every byte above 0x7f for a control character when it is
 * strict.  So it gets such characters as \u escapes.  One behind a backslash
 * stays, because it must stay an error. */
static void to_ascii(const char *text, size_t len, struct ft_str *ascii)
{
    bool escaped = false; /* by an odd number of backslashes */
    uint32_t c;

    for (size_t i = 0, n; i < len; i += n) {
        n = decode(text + i, &c);
        if (c < 0x80 || escaped) {
            ft_str_addn(ascii, text + i, n);
            escaped = c == '\\' && !escaped;
        } else if (c < 0x10000) {
            ft_str_addf(ascii, "\\u%04x", (unsigned)c);
        } else {
            ft_str_addf(ascii, "\\u%04x\\u%04x",
                        (unsigned)(0xd800 + ((c - 0x10000) >> 10)),
                        (unsigned)(0xdc00 + (c & 0x3ff)));
        }
    }
}

static struct json_object *parse_ascii(const char *text, size_t len,
                                       const char *what, struct ft_err *err)
{
    struct json_tokener *tok = json_tokener_new_ex(FT_JSON_DEPTH_MAX);
    struct json_object *value;
    enum json_tokener_error status;
    size_t end;

    json_tokener_set_flags(tok, JSON_TOKENER_STRICT |
                                    JSON_TOKENER_ALLOW_TRAILING_CHARS);
    value = json_tokener_parse_ex(tok, text, (int)len);
    end = json_tokener_get_parse_end(tok);
    if (json_tokener_get_error(tok) == json_tokener_continue) {
        value = json_tokener_parse_ex(tok, "", 1); /* ends a bare number */
        end = len;
    }
    status = json_tokener_get_error(tok);
    json_tokener_free(tok);
    if (status != json_tokener_success) {
        ft_err_set(err, FT_EFORMAT, "%s is not JSON: %s at offset %zu", what,
                   status == json_tokener_continue
                       ? "it ends too early"
                       : json_tokener_error_desc(status),
                   end);
    } else if (!only_space(text + end, len - end)) {
        ft_err_set(err, FT_EFORMAT,
                   "%s is not JSON: text after the value at offset %zu", what,
                   end);
    } else if (!all_finite(value)) {
        ft_err_set(err, FT_EFORMAT, "%s has a number that is not finite", what);
    } else {
        return value;
    }
    json_object_put(value);
    return NULL;
}

struct json_object *ft_json_parse(const char *text, size_t len,
                                  const char *what, struct ft_err *err)
{
    struct ft_str ascii = FT_STR_INIT;
    struct json_object *value;

    if (check_text(text, len, what, err) < 0)
        return NULL;
    if (ft_ascii_len(text, len) == len)
        return parse_ascii(text, len, what, err);
    to_ascii(text, len, &ascii);
    value = parse_ascii(ascii.s, ascii.len, what, err);
    ft_str_release(&ascii);
    return value;
}

struct json_object *ft_json_read(const char *path, struct ft_err *err)
{
    struct ft_str text = FT_STR_INIT;
    struct ft_str what = FT_STR_INIT;
    struct json_object *value = NULL;

    if (ft_file_read(path, FT_JSON_SIZE_MAX, &text, err) == 0) {
        ft_str_addf(&what, "'%s'", path);
        value = ft_json_parse(text.s, text.len, what.s, err);
    }
    ft_str_release(&what);
    ft_str_release(&text);
    return value;
}

/* --- writing -------------------------------------------------------------- */

const char *ft_json_text(struct json_object *value)
{
    return json_object_to_json_string_ext(
        value, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);
}

int ft_json_send(int fd, struct json_object *message)
{
    struct ft_str line = FT_STR_INIT;
    int rc;

    ft_str_addf(&line, "%s\n", ft_json_text(message));
    rc = ft_write_all(fd, line.s, line.len);
    ft_str_release(&line);
    json_object_put(message);
    return rc;
}

int ft_json_write(struct json_object *value, const char *path, mode_t mode,
                  ft_file_writer *write, struct ft_err *err)
{
    size_t len;
    const char *text = json_object_to_json_string_length(
        value, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_NOSLASHESCAPE, &len);

    return write(path, text, len, mode, err);
}

/* --- members -------------------------------------------------------------- */

static struct json_object *member(struct json_object *obj, const char *key)
{
    struct json_object *value = NULL;

    if (json_object_is_type(obj, json_type_object))
        json_object_object_get_ex(obj, key, &value);
    return value;
}

/* Text with a zero byte inside would be cut by every C function. */
static const char *text_of(struct json_object *value)
{
    const char *s;

    if (!json_object_is_type(value, json_type_string))
        return NULL;
    s = json_object_get_string(value);
    return strlen(s) == (size_t)json_object_get_string_len(value) ? s : NULL;
}

static bool integer_of(struct json_object *value, int64_t *n)
{
    if (!json_object_is_type(value, json_type_int))
        return false;
    *n = json_object_get_int64(value);
    return true;
}

static int refuse(struct json_object *obj, const char *key, const char *wanted,
                  const char *what, struct ft_err *err)
{
    if (!json_object_is_type(obj, json_type_object))
        return ft_err_set(err, FT_EFORMAT, "%s is not a JSON object", what);
    if (!json_object_object_get_ex(obj, key, NULL))
        return ft_err_set(err, FT_EFORMAT, "%s has no member '%s'", what, key);
    return ft_err_set(err, FT_EFORMAT, "member '%s' of %s is not %s", key, what,
                      wanted);
}

static const char *type_text(json_type type)
{
    static const char *const text[] = {
        [json_type_null] = "null",        [json_type_boolean] = "a boolean",
        [json_type_double] = "a number",  [json_type_int] = "an integer",
        [json_type_object] = "an object", [json_type_array] = "an array",
        [json_type_string] = "a string",
    };

    return text[type];
}

const char *ft_json_str(struct json_object *obj, const char *key,
                        const char *what, struct ft_err *err)
{
    const char *s = text_of(member(obj, key));

    if (!s)
        refuse(obj, key, "a string", what, err);
    return s;
}

int ft_json_int(struct json_object *obj, const char *key, int64_t *value,
                const char *what, struct ft_err *err)
{
    if (!integer_of(member(obj, key), value))
        return refuse(obj, key, "an integer", what, err);
    return 0;
}

struct json_object *ft_json_get(struct json_object *obj, const char *key,
                                json_type type, const char *what,
                                struct ft_err *err)
{
    struct json_object *value = member(obj, key);

    if (value && json_object_is_type(value, type))
        return value;
    refuse(obj, key, type_text(type), what, err);
    return NULL;
}

const char *ft_json_str_or(struct json_object *obj, const char *key,
                           const char *fallback)
{
    const char *s = text_of(member(obj, key));

    return s ? s : fallback;
}

int64_t ft_json_int_or(struct json_object *obj, const char *key,
                       int64_t fallback)
{
    int64_t n = fallback;

    integer_of(member(obj, key), &n);
    return n;
}

double ft_json_num_or(struct json_object *obj, const char *key, double fallback)
{
    struct json_object *value = member(obj, key);

    if (json_object_is_type(value, json_type_double) ||
        json_object_is_type(value, json_type_int))
        return json_object_get_double(value);
    return fallback;
}

bool ft_json_bool_or(struct json_object *obj, const char *key, bool fallback)
{
    struct json_object *value = member(obj, key);

    return json_object_is_type(value, json_type_boolean)
               ? json_object_get_boolean(value)
               : fallback;
}

const char *ft_json_at_or(struct json_object *list, size_t i,
                          const char *fallback)
{
    struct json_object *item = NULL;

    if (json_object_is_type(list, json_type_array))
        item = json_object_array_get_idx(list, i);
    return json_object_is_type(item, json_type_string)
               ? json_object_get_string(item) : fallback;
}

struct json_object *ft_json_or_null(struct json_object *obj, const char *key)
{
    return member(obj, key);
}

void ft_json_add_str(struct json_object *obj, const char *key, const char *s)
{
    json_object_object_add(obj, key, s ? json_object_new_string(s) : NULL);
}

void ft_json_add_int(struct json_object *obj, const char *key, int64_t n)
{
    json_object_object_add(obj, key, json_object_new_int64(n));
}

void ft_json_add_num(struct json_object *obj, const char *key, double x)
{
    json_object_object_add(obj, key, json_object_new_double(x));
}

void ft_json_add_bool(struct json_object *obj, const char *key, bool b)
{
    json_object_object_add(obj, key, json_object_new_boolean(b));
}

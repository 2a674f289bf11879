/* wire.c - requests and answers as lines of JSON */
#include "adapters/link/wire.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "base/json.h"

struct json_object *ft_wire_ok(void)
{
    struct json_object *answer = json_object_new_object();

    ft_json_add_bool(answer, "ok", true);
    return answer;
}

static void add_reason(struct json_object *obj, const char *fmt, va_list ap)
{
    struct ft_str text = FT_STR_INIT;

    ft_str_vaddf(&text, fmt, ap);
    ft_json_add_str(obj, "reason", text.s);
    ft_str_release(&text);
}

struct json_object *ft_wire_error(const char *error, const char *fmt, ...)
{
    struct json_object *answer = json_object_new_object();
    va_list ap;

    ft_json_add_bool(answer, "ok", false);
    ft_json_add_str(answer, "error", error);
    va_start(ap, fmt);
    add_reason(answer, fmt, ap);
    va_end(ap);
    return answer;
}

struct json_object *ft_wire_result(const char *result, const char *fmt, ...)
{
    struct json_object *item = json_object_new_object();
    va_list ap;

    ft_json_add_str(item, "result", result);
    va_start(ap, fmt);
    if (fmt)
        add_reason(item, fmt, ap);
    va_end(ap);
    return item;
}

struct json_object *ft_wire_request(const char *line, size_t len,
                                    struct json_object **answer)
{
    struct ft_err err = { 0 };
    struct json_object *request, *id;

    if (len > FT_WIRE_LINE_MAX)
        request = NULL, ft_err_set(&err, FT_EFORMAT, "the line is too long");
    else
        request = ft_json_parse(line, len, "request", &err);
    if (request && ft_json_str(request, "op", "request", &err)) {
        id = ft_json_or_null(request, "id");
        if (json_object_is_type(id, json_type_int))
            return request;
        ft_err_set(&err, FT_EFORMAT, "the request has no number 'id'");
    }
    json_object_put(request);
    *answer = ft_wire_error("protocol", "%s", err.msg);
    json_object_object_add(*answer, "id", NULL);
    return NULL;
}

static struct json_object *answer_line(const struct ft_wire_op *op,
                                       void *state, const char *line,
                                       size_t len)
{
    struct json_object *answer;
    struct json_object *request = ft_wire_request(line, len, &answer);
    const char *name;

    if (!request)
        return answer;
    name = ft_json_str_or(request, "op", "");
    while (op->name && strcmp(op->name, name) != 0)
        op++;
    answer = op->name ? op->answer(state, request)
                      : ft_wire_error("unsupported",
                                      "there is no operation '%s'", name);
    json_object_object_add(answer, "id",
                           json_object_get(ft_json_or_null(request, "id")));
    json_object_put(request);
    return answer;
}

void ft_wire_serve(const struct ft_wire_op *op, void *state)
{
    char *line = NULL;
    size_t cap = 0;
    ssize_t len;

    while ((len = getline(&line, &cap, stdin)) > 0)
        if (ft_json_send(STDOUT_FILENO,
                         answer_line(op, state, line, (size_t)len)) < 0)
            break;
    free(line);
}

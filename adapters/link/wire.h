/* wire.h - requests and answers as lines of JSON
 *
 * What an adapter program needs of the adapter protocol
 * (share/doc/formats/adapter.md).  Answers are json-c objects that the sender
 * releases.
 */
#ifndef FT_ADAPTERS_WIRE_H
#define FT_ADAPTERS_WIRE_H

#include <json-c/json.h>
#include <stddef.h>

#define FT_WIRE_PROTOCOL 1
#define FT_WIRE_LINE_MAX (16u << 20) /* bytes */

/* {"ok": true} */
struct json_object *ft_wire_ok(void);

/* {"ok": false, "error": ERROR, "reason": ...} */
struct json_object *ft_wire_error(const char *error, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* {"result": RESULT, "reason": ...}; no reason when 'fmt' is NULL. */
struct json_object *ft_wire_result(const char *result, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* Read a request: an object with a number "id" and a text "op".  The caller
 * releases it.  NULL: *answer is the error to send. */
struct json_object *ft_wire_request(const char *line, size_t len,
                                    struct json_object **answer);

/* What answers one operation; 'request' is borrowed. */
struct ft_wire_op {
    const char *name; /* NULL ends a table */
    struct json_object *(*answer)(void *state, struct json_object *request);
};

/* Answer the requests on standard input, in order, until its end. */
void ft_wire_serve(const struct ft_wire_op *op, void *state);

#endif

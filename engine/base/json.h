/* json.h - what json-c lacks: checked access, canonical text, files and lines
 *
 * json-c itself may be used anywhere; these are the few things on top.
 */
#ifndef FT_BASE_JSON_H
#define FT_BASE_JSON_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/path.h"
#include "base/str.h"

struct ft_err;

/* Limits on text that comes from outside. */
#define FT_JSON_DEPTH_MAX 64
#define FT_JSON_SIZE_MAX (64u << 20)

/* Parse exactly one JSON text.  'what' names it in errors.  FT_EFORMAT.
 * The caller releases the result with json_object_put(). */
struct json_object *ft_json_parse(const char *text, size_t len,
                                  const char *what, struct ft_err *err);
struct json_object *ft_json_read(const char *path, struct ft_err *err);

/* Append RFC 8785 canonical JSON: members sorted by UTF-16 code units,
 * shortest round-trip numbers (ECMAScript), no white space.  An integer
 * beyond 2^53 and a number that is not finite are FT_EFORMAT. */
int ft_json_canonical(struct json_object *value, struct ft_str *out,
                      struct ft_err *err);

/* One line of text without white space, slashes as they are; borrowed, until
 * the value changes. */
const char *ft_json_text(struct json_object *value);

/* Write that text as a line and release the value; -1: nobody
 * listens. */
int ft_json_send(int fd, struct json_object *message);

/* Write it indented to the file 'path'; how durably says 'write'. */
int ft_json_write(struct json_object *value, const char *path, mode_t mode,
                  ft_file_writer *write, struct ft_err *err);

/* A member of an object; 'what' names the object in errors.  FT_EFORMAT when
 * it is missing or of another type.  Results are borrowed. */
const char *ft_json_str(struct json_object *obj, const char *key,
                        const char *what, struct ft_err *err);
int ft_json_int(struct json_object *obj, const char *key, int64_t *value,
                const char *what, struct ft_err *err);
struct json_object *ft_json_get(struct json_object *obj, const char *key,
                                json_type type, const char *what,
                                struct ft_err *err);

/* The same without an error: NULL, or 'fallback', when missing or of another
 * type. */
const char *ft_json_str_or(struct json_object *obj, const char *key,
                           const char *fallback);
int64_t ft_json_int_or(struct json_object *obj, const char *key,
                       int64_t fallback);
double ft_json_num_or(struct json_object *obj, const char *key,
                      double fallback);
bool ft_json_bool_or(struct json_object *obj, const char *key, bool fallback);
struct json_object *ft_json_or_null(struct json_object *obj, const char *key);
/* Text 'i' of a list. */
const char *ft_json_at_or(struct json_object *list, size_t i,
                          const char *fallback);

/* A failure as the answer of one program to another: {"ok":false,"code",
 * "message","hint"}; and back, with FT_EIO for a code that is not known. */
void ft_json_add_err(struct json_object *answer, const struct ft_err *err);
int ft_json_err(struct json_object *answer, struct ft_err *err); /* is -1 */

/* Shorthands that add a member; NULL text adds null. */
void ft_json_add_str(struct json_object *obj, const char *key, const char *s);
void ft_json_add_int(struct json_object *obj, const char *key, int64_t n);
void ft_json_add_num(struct json_object *obj, const char *key, double x);
void ft_json_add_bool(struct json_object *obj, const char *key, bool b);

#endif

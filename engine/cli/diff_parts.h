/* diff_parts.h - parts of a difference as text; for diff_text.c alone */
#ifndef FT_CLI_DIFF_PARTS_H
#define FT_CLI_DIFF_PARTS_H

#include <stddef.h>

struct ft_str;
struct json_object;

/* --- diff_text.c ---------------------------------------------------------- */

/* The elements of a member that is a list: how many, and one of them. */
size_t ft_diff_length(struct json_object *obj, const char *key);
struct json_object *ft_diff_item(struct json_object *obj, const char *key,
                                 size_t i);
/* Append element 'i' of the pair under 'key', a text or a number of six digits;
 * "-" for null. */
void ft_diff_add(struct json_object *obj, const char *key, size_t i,
                 struct ft_str *out);
/* "A -> B" of the pair under 'key'. */
void ft_diff_add_pair(struct json_object *obj, const char *key,
                      struct ft_str *out);
/* Lines in unified form, in colour, at most 'max' of them. */
void ft_diff_print_lines(struct json_object *text, const char *indent,
                         size_t max);

/* --- diff_object.c -------------------------------------------------------- */

/* What the comparison of one object found, in a few words. */
void ft_diff_summary(struct json_object *object, struct ft_str *out);
/* And in full, to stdout. */
void ft_diff_print_object(struct json_object *object);

#endif

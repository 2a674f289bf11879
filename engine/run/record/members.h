/* members.h - the members of a flat JSON object, without building a tree
 *
 * Most records of a journal are objects of a few plain members, and a run has
 * millions of them.  A text that is not of the plain form below is not judged
 * here: json-c then says whether it is JSON and what it means.
 *
 *   {"key":value,...}    no white space, no member twice
 *   value                "printable ASCII without \", an integer of 64 bits,
 *                        a number, true, false, null, or a list of
 *                        these (kept as text, taken apart by
 *                        ft_members_next())
 */
#ifndef FT_RUN_MEMBERS_H
#define FT_RUN_MEMBERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

struct ft_err;
struct json_object;

#define FT_MEMBERS_MAX 24

enum ft_member_type {
    FT_MEMBER_NULL,
    FT_MEMBER_BOOL,
    FT_MEMBER_INT,
    FT_MEMBER_NUMBER,
    FT_MEMBER_TEXT,
    FT_MEMBER_LIST,
    FT_MEMBER_OTHER, /* an object: not for readers of flat records */
};

struct ft_member {
    const char *key;
    enum ft_member_type type;
    char *text; /* TEXT: terminated; LIST: behind its '[' */
    int64_t n;        /* INT; BOOL: 0 or 1 */
    double x;         /* NUMBER; INT as well */
};

/* Borrowed texts stay valid until the next call for the same struct. */
struct ft_members {
    struct ft_member item[FT_MEMBERS_MAX];
    size_t n;
    struct ft_str bytes;     /* the text, cut into pieces */
    struct json_object *obj; /* of a text that is not plain, or NULL */
};
#define FT_MEMBERS_INIT { .bytes = FT_STR_INIT }

/* Take a text apart.  FT_EFORMAT, as ft_json_parse(), when it is no JSON
 * object, or has more than FT_MEMBERS_MAX members. */
int ft_members_read(struct ft_members *members, const char *text, size_t len,
                    const char *what, struct ft_err *err);
void ft_members_release(struct ft_members *members);

/* NULL, or 'fallback', when there is none, or one of another type. */
const char *ft_members_text(const struct ft_members *members,
                            const char *key, const char *fallback);
char *ft_members_list(const struct ft_members *members, const char *key);
int64_t ft_members_int(const struct ft_members *members, const char *key,
                       int64_t fallback);
double ft_members_number(const struct ft_members *members, const char *key,
                         double fallback);

/* A member that has objects inside: the value itself, borrowed. */
struct json_object *ft_members_json(const struct ft_members *members,
                                    const char *key);

/* The next element of a list at '*at', which moves behind it.  False at the end
 * of the list, or before an element that is not plain.  Texts are terminated in
 * place, so that a list can be walked once. */
bool ft_members_next(char **at, struct ft_member *element);

#endif

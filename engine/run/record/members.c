/* members.c - the members of a flat JSON object */
#include "run/record/members.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/json.h"

#define DEPTH_MAX 4   /* of lists */

/* --- plain texts ---------------------------------------------------------- */

static bool take_char(char **at, char c)
{
    if (**at != c)
        return false;
    ++*at;
    return true;
}

/* At a quote.  With 'cut' the text is terminated where its closing quote is. */
static bool take_text(char **at, char **ret, bool cut)
{
    char *p = *at + 1;

    *ret = p;
    while (*p >= ' ' && *p < 0x7f && *p != '"' && *p != '\\')
        p++;
    if (*p != '"')
        return false;
    if (cut)
        *p = '\0';
    *at = p + 1;
    return true;
}

static size_t skip_digits(char **at)
{
    const char *from = *at;

    while (**at >= '0' && **at <= '9')
        ++*at;
    return (size_t)(*at - from);
}

/* False where 64 bits are not enough. */
static bool integer(const char *digit, bool negative, int64_t *ret)
{
    uint64_t n = 0, max = (uint64_t)INT64_MAX;

    for (; *digit >= '0' && *digit <= '9'; digit++) {
        unsigned d = (unsigned)(*digit - '0');

        if (n > (max - d) / 10)
            return false;
        n = n * 10 + d;
    }
    *ret = negative ? -(int64_t)n : (int64_t)n;
    return true;
}

/* ".5", "e-3" behind the integer part; the grammar is JSON's. */
static bool skip_fraction(char **at)
{
    if (take_char(at, '.') && !skip_digits(at))
        return false;
    if (!take_char(at, 'e') && !take_char(at, 'E'))
        return true;
    if (!take_char(at, '-'))
        take_char(at, '+');
    return skip_digits(at) > 0;
}

static bool take_number(char **at, struct ft_member *m)
{
    const char *from = *at, *digit;
    bool negative = take_char(at, '-');
    size_t n;

    digit = *at;
    n = skip_digits(at);
    if (!n || (n > 1 && *digit == '0'))
        return false;
    if (!strchr(".eE", **at) || !**at) {
        m->type = FT_MEMBER_INT;
        if (!integer(digit, negative, &m->n))
            return false;
        m->x = (double)m->n;
        return true;
    }
    if (!skip_fraction(at))
        return false;
    m->type = FT_MEMBER_NUMBER;
    m->x = strtod(from, NULL);
    return isfinite(m->x);
}

static bool take_word(char **at, struct ft_member *m)
{
    static const struct {
        const char *word;
        enum ft_member_type type;
        int64_t n;
    } words[] = {
        { "null", FT_MEMBER_NULL, 0 },
        { "true", FT_MEMBER_BOOL, 1 },
        { "false", FT_MEMBER_BOOL, 0 },
    };

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        size_t len = strlen(words[i].word);

        if (strncmp(*at, words[i].word, len) != 0)
            continue;
        *at += len;
        m->type = words[i].type;
        m->n = words[i].n;
        return true;
    }
    return false;
}

static bool take_value(char **at, struct ft_member *m, bool cut, int depth);

/* Texts inside stay whole: ft_members_next() cuts them. */
static bool take_list(char **at, struct ft_member *m, int depth)
{
    struct ft_member element;

    ++*at;
    m->type = FT_MEMBER_LIST;
    m->text = *at;
    if (depth == DEPTH_MAX)
        return false;
    if (take_char(at, ']'))
        return true;
    do {
        if (!take_value(at, &element, false, depth + 1))
            return false;
    } while (take_char(at, ','));
    return take_char(at, ']');
}

static bool take_value(char **at, struct ft_member *m, bool cut, int depth)
{
    switch (**at) {
    case '"':
        m->type = FT_MEMBER_TEXT;
        return take_text(at, &m->text, cut);
    case '[':
        return take_list(at, m, depth);
    case 'n':
    case 't':
    case 'f':
        return take_word(at, m);
    default:
        return take_number(at, m);
    }
}

static const struct ft_member *find(const struct ft_members *members,
                                    const char *key)
{
    for (size_t i = 0; i < members->n; i++)
        if (strcmp(members->item[i].key, key) == 0)
            return &members->item[i];
    return NULL;
}

/* False when the text is not of the plain form. */
static bool take_members(struct ft_members *members)
{
    char *at = members->bytes.s, *key;

    if (!take_char(&at, '{'))
        return false;
    do {
        struct ft_member *m = &members->item[members->n];

        if (members->n == FT_MEMBERS_MAX || *at != '"' ||
            !take_text(&at, &key, true) || !take_char(&at, ':') ||
            !take_value(&at, m, true, 0) || find(members, key))
            return false;
        m->key = key;
        members->n++;
    } while (take_char(&at, ','));
    return take_char(&at, '}') &&
           at == members->bytes.s + members->bytes.len;
}

/* --- others, by json-c ---------------------------------------------------- */

static void convert(struct json_object *value, struct ft_member *m)
{
    switch (json_object_get_type(value)) {
    case json_type_null:
        m->type = FT_MEMBER_NULL;
        break;
    case json_type_boolean:
        m->type = FT_MEMBER_BOOL;
        m->n = json_object_get_boolean(value);
        break;
    case json_type_int:
        m->type = FT_MEMBER_INT;
        m->n = json_object_get_int64(value);
        m->x = (double)m->n;
        break;
    case json_type_double:
        m->type = FT_MEMBER_NUMBER;
        m->x = json_object_get_double(value);
        break;
    case json_type_string:
        m->type = FT_MEMBER_TEXT;
        m->text = (char *)json_object_get_string(value);
        break;
    case json_type_array: /* as text again, which the object keeps */
        m->type = FT_MEMBER_LIST;
        m->text = (char *)ft_json_text(value) + 1;
        break;
    case json_type_object:
        m->type = FT_MEMBER_OTHER;
        break;
    }
}

static int read_any(struct ft_members *members, const char *text, size_t len,
                    const char *what, struct ft_err *err)
{
    members->obj = ft_json_parse(text, len, what, err);
    if (!members->obj)
        return -1;
    if (!json_object_is_type(members->obj, json_type_object))
        return ft_err_set(err, FT_EFORMAT, "%s is not a JSON object", what);
    members->n = 0;
    json_object_object_foreach(members->obj, key, value) {
        if (members->n == FT_MEMBERS_MAX)
            return ft_err_set(err, FT_EFORMAT, "%s has more than %d members",
                              what, FT_MEMBERS_MAX);
        members->item[members->n].key = key;
        convert(value, &members->item[members->n++]);
    }
    return 0;
}

int ft_members_read(struct ft_members *members, const char *text, size_t len,
                    const char *what, struct ft_err *err)
{
    json_object_put(members->obj);
    members->obj = NULL;
    members->n = 0;
    ft_str_cut(&members->bytes, 0);
    ft_str_addn(&members->bytes, text, len);
    return take_members(members) ? 0
                                 : read_any(members, text, len, what, err);
}

void ft_members_release(struct ft_members *members)
{
    json_object_put(members->obj);
    ft_str_release(&members->bytes);
    *members = (struct ft_members)FT_MEMBERS_INIT;
}

/* --- access --------------------------------------------------------------- */

const char *ft_members_text(const struct ft_members *members,
                            const char *key, const char *fallback)
{
    const struct ft_member *m = find(members, key);

    return m && m->type == FT_MEMBER_TEXT ? m->text : fallback;
}

char *ft_members_list(const struct ft_members *members, const char *key)
{
    const struct ft_member *m = find(members, key);

    return m && m->type == FT_MEMBER_LIST ? m->text : NULL;
}

int64_t ft_members_int(const struct ft_members *members, const char *key,
                       int64_t fallback)
{
    const struct ft_member *m = find(members, key);

    return m && m->type == FT_MEMBER_INT ? m->n : fallback;
}

double ft_members_number(const struct ft_members *members, const char *key,
                         double fallback)
{
    const struct ft_member *m = find(members, key);

    return m && (m->type == FT_MEMBER_INT || m->type == FT_MEMBER_NUMBER)
               ? m->x
               : fallback;
}

struct json_object *ft_members_json(const struct ft_members *members,
                                    const char *key)
{
    return ft_json_or_null(members->obj, key);
}

bool ft_members_next(char **at, struct ft_member *element)
{
    if (**at == ']')
        return false;
    take_char(at, ',');
    return take_value(at, element, true, 0);
}

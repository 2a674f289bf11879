/* ref.c - the text by which users name results */
#include "data/index/ref.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/json.h"
#include "base/path.h"
#include "base/sha256.h"
#include "data/store/id.h"
#include "text/quantity.h"

/* Two ways to write one quantity may differ in the last digits. */
#define SAME_RELATIVE 1e-12

static int reject(const char *text, const char *why, struct ft_err *err)
{
    ft_err_set(err, FT_EUSAGE, "malformed reference '%s': %s", text, why);
    return ft_err_hint(err, "write stage.output, stage.output{axis=value}, "
                            "stage.output~1 or digits of a version");
}

void ft_ref_release(struct ft_ref *ref)
{
    free(ref->id);
    free(ref->branch);
    free(ref->object);
    for (size_t i = 0; i < ref->n_picks; i++) {
        free(ref->pick[i].axis);
        free(ref->pick[i].value);
    }
    *ref = (struct ft_ref){ 0 };
}

/* --- parsing -------------------------------------------------------------- */

/* Each of these takes its part from *at on. */

static const char *take_branch(const char **at, struct ft_ref *ref)
{
    const char *colon = *at + strcspn(*at, ":.{~");

    if (*colon != ':')
        return NULL;
    ref->branch = ft_strndup(*at, (size_t)(colon - *at));
    *at = colon + 1;
    return ft_name_valid(ref->branch) ? NULL
                                      : "the branch before ':' is no name";
}

static const char *take_object(const char **at, struct ft_ref *ref)
{
    size_t len = strcspn(*at, "{~");

    ref->object = ft_strndup(*at, len);
    *at += len;
    if (!strchr(ref->object, '.'))
        return "it has no '.' between stage and output";
    return ft_object_dot(ref->object) ? NULL : "stage or output is no name";
}

static void skip_blanks(const char **at)
{
    *at += strspn(*at, " ");
}

/* What stands at *at before one of 'ends', without blanks around it. */
static char *take_until(const char **at, const char *ends)
{
    size_t len = strcspn(*at, ends);
    const char *text = *at;

    *at += len;
    while (len && text[len - 1] == ' ')
        len--;
    return ft_strndup(text, len);
}

/* A value ends at ',' or '}', or is in double quotes. */
static const char *take_value(const char **at, char **value)
{
    skip_blanks(at);
    if (**at == '"') {
        size_t len = strcspn(++*at, "\"");

        if ((*at)[len] != '"')
            return "a '\"' is not closed";
        *value = ft_strndup(*at, len);
        *at += len + 1;
        skip_blanks(at);
        return NULL;
    }
    *value = take_until(at, ",}");
    return **value ? NULL : "a value is empty";
}

static const char *take_pick(const char **at, struct ft_ref *ref)
{
    size_t i = ref->n_picks;

    if (i == FT_REF_AXES_MAX)
        return "it has too many axes";
    skip_blanks(at);
    ref->pick[i].axis = take_until(at, "=,}");
    ref->n_picks++;
    if (**at != '=')
        return "an axis has no '='";
    if (!ft_name_valid(ref->pick[i].axis))
        return "an axis is no name";
    ++*at;
    return take_value(at, &ref->pick[i].value);
}

static const char *take_picks(const char **at, struct ft_ref *ref)
{
    const char *why;

    if (**at != '{')
        return NULL;
    do {
        ++*at;
        why = take_pick(at, ref);
        if (why)
            return why;
    } while (**at == ',');
    if (**at != '}')
        return "'{' is not closed by '}'";
    ++*at;
    return NULL;
}

static const char *take_back(const char **at, struct ft_ref *ref)
{
    char *end;

    if (**at != '~')
        return NULL;
    ++*at;
    if (**at < '0' || **at > '9')
        return "'~' has no number";
    errno = 0;
    ref->back = strtoul(*at, &end, 10);
    *at = end;
    return errno ? "the number after '~' is too large" : NULL;
}

int ft_ref_parse(const char *text, struct ft_ref *ref, struct ft_err *err)
{
    size_t digits = ft_id_span(text);
    const char *at = text, *why = NULL;

    *ref = (struct ft_ref){ 0 };
    if (strlen(text) > FT_REF_TEXT_MAX)
        return ft_err_set(err, FT_EUSAGE, "a reference is too long");
    if (!text[digits] && digits >= FT_REF_DIGITS_MIN &&
        digits <= FT_SHA256_HEX) {
        ref->id = ft_strdup(text);
        return 0;
    }
    if ((why = take_branch(&at, ref)) || (why = take_object(&at, ref)) ||
        (why = take_picks(&at, ref)) || (why = take_back(&at, ref)) ||
        (why = *at ? "something stands behind its end" : NULL)) {
        ft_ref_release(ref);
        return reject(text, why, err);
    }
    return 0;
}

/* --- picking cells -------------------------------------------------------- */

static bool close_to(double a, double b)
{
    return a == b || fabs(a - b) <= SAME_RELATIVE * fmax(fabs(a), fabs(b));
}

static bool same_quantity(struct json_object *have, const char *want)
{
    const char *unit = ft_json_str_or(have, "unit", "");
    struct ft_quantity q;

    return ft_quantity_parse(want, &q, NULL) == 0 &&
           strcmp(ft_unit_si_text(q.unit), unit) == 0 &&
           close_to(q.si, ft_json_num_or(have, "value", NAN));
}

static bool same_number(struct json_object *have, const char *want)
{
    char *end;
    double x = strtod(want, &end);

    return end != want && !*end && close_to(x, json_object_get_double(have));
}

static bool same_value(struct json_object *have, const char *want)
{
    switch (json_object_get_type(have)) {
    case json_type_object:
        return same_quantity(have, want);
    case json_type_int:
    case json_type_double:
        return same_number(have, want);
    case json_type_boolean:
        return strcmp(want, json_object_get_boolean(have) ? "true"
                                                          : "false") == 0;
    case json_type_string:
        return strcmp(want, json_object_get_string(have)) == 0;
    default:
        return false;
    }
}

bool ft_ref_picks(const struct ft_ref *ref, const char *cell)
{
    struct json_object *values, *value;
    bool all = true;

    if (!ref->n_picks)
        return true;
    values = ft_json_parse(cell, strlen(cell), "cell", NULL);
    for (size_t i = 0; all && i < ref->n_picks; i++)
        all = json_object_is_type(values, json_type_object) &&
              json_object_object_get_ex(values, ref->pick[i].axis, &value) &&
              same_value(value, ref->pick[i].value);
    json_object_put(values);
    return all;
}

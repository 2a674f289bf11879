/* recipe.c - what of a cache key changed, in words */
#include "plan/bind.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/json.h"

static struct json_object *member(struct json_object *obj, const char *key)
{
    return ft_json_or_null(obj, key);
}

/* {"value": 0.002, "unit": "m"} reads "0.002 m"; anything else is JSON. */
static void add_value(struct ft_str *out, struct json_object *value)
{
    struct json_object *number = member(value, "value");
    struct json_object *unit = member(value, "unit");

    if (!value)
        ft_str_add(out, "nothing");
    else if (number && unit)
        ft_str_addf(out, "%s %s", json_object_get_string(number),
                    json_object_get_string(unit));
    else
        ft_str_add(out, json_object_to_json_string_ext(
                            value, JSON_C_TO_STRING_PLAIN));
}

static void add_change(struct ft_str *out, const char *what, const char *name,
                       struct json_object *before, struct json_object *after)
{
    ft_str_addf(out, "%s", what);
    if (name)
        ft_str_addf(out, " '%s'", name);
    ft_str_add(out, ": ");
    add_value(out, before);
    ft_str_add(out, " -> ");
    add_value(out, after);
    ft_str_addc(out, '\n');
}

/* Each member of two objects that differs, also one that only one has. */
static void diff_members(struct ft_str *out, const char *what,
                         struct json_object *before, struct json_object *after)
{
    if (after) {
        json_object_object_foreach(after, key, value) {
            struct json_object *old = member(before, key);

            if (!json_object_equal(old, value))
                add_change(out, what, key, old, value);
        }
    }
    if (before) {
        json_object_object_foreach(before, key, value) {
            if (!member(after, key))
                add_change(out, what, key, value, NULL);
        }
    }
}

/* A file's digests say little: that it changed is enough. */
static void diff_files(struct ft_str *out, struct json_object *before,
                       struct json_object *after)
{
    if (!after)
        return;
    json_object_object_foreach(after, key, value) {
        struct json_object *old = member(before, key);

        if (!old)
            ft_str_addf(out, "file '%s' is new\n", key);
        else if (!json_object_equal(old, value))
            ft_str_addf(out, "file '%s' has changed\n", key);
    }
}

static size_t count(struct json_object *list)
{
    return list ? json_object_array_length(list) : 0;
}

/* Elements of one name stand in order, so the two lists are walked together. */
static void diff_inputs(struct ft_str *out, struct json_object *before,
                        struct json_object *after)
{
    const char *last = "";

    if (count(before) != count(after)) {
        ft_str_addf(out, "number of inputs: %zu -> %zu\n", count(before),
                    count(after));
        return;
    }
    for (size_t i = 0; i < count(after); i++) {
        struct json_object *a = json_object_array_get_idx(before, i);
        struct json_object *b = json_object_array_get_idx(after, i);
        const char *name = ft_json_str_or(b, "name", "");

        if (strcmp(ft_json_str_or(a, "content", ""),
                   ft_json_str_or(b, "content", "")) == 0 ||
            strcmp(last, name) == 0)
            continue;
        ft_str_addf(out, "input '%s' has new content\n", name);
        last = name;
    }
}

void ft_recipe_diff(struct json_object *before, struct json_object *after,
                    struct ft_str *out)
{
    static const struct {
        const char *key, *what;
        bool may_miss; /* a recipe without it is one without any */
    } plain[] = {
        { "module", "module", false },
        { "module_version", "module version", false },
        { "cell", "cell", false },
        { "seed", "seed", false },
        { "ranks", "ranks", false },
        { "command", "command", false },
        { "environment", "environment", false },
        { "modules", "environment modules", true },
        { "outputs", "outputs", false },
    };
    size_t start = out->len;

    for (size_t i = 0; i < FT_ARRAY_LEN(plain); i++) {
        struct json_object *a = member(before, plain[i].key);
        struct json_object *b = member(after, plain[i].key);

        /* A recipe without ranks does not depend on them. */
        if ((b || plain[i].may_miss) && !json_object_equal(a, b))
            add_change(out, plain[i].what, NULL, a, b);
    }
    diff_members(out, "parameter", member(before, "params"),
                 member(after, "params"));
    diff_inputs(out, member(before, "inputs"), member(after, "inputs"));
    diff_files(out, member(before, "files"), member(after, "files"));
    if (out->len == start &&
        !json_object_equal(member(before, "module_digest"),
                           member(after, "module_digest")))
        ft_str_add(out, "the module's manifest has changed\n");
}

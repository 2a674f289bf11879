/* diff_recipes.c - how what made two versions differs, summed up by stages
 *
 * The lineage records of a stage's tasks mostly differ in the same way, so each
 * way is told once, with the number of tasks that it holds for.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/json.h"
#include "base/map.h"
#include "base/path.h"
#include "data/history/diff_in.h"

#define READ_MAX 20     /* tasks of one stage whose records are read */
#define CHANGES_MAX 100 /* ways that one stage can differ in */
#define SHOWN_MAX 300   /* bytes of a value */

struct change {
    char *what;
    struct json_object *values; /* of the first task */
    size_t tasks;
};

struct stage {
    char *name;
    struct ft_map tasks; /* whose versions differ, each once */
    size_t read;
    struct ft_map change; /* what -> struct change */
};

/* --- texts ---------------------------------------------------------------- */

static struct json_object *clipped(const char *text)
{
    size_t len = strlen(text), shown = len;
    struct json_object *json;
    char *part;

    if (shown > SHOWN_MAX)
        for (shown = SHOWN_MAX; shown && (text[shown] & 0xc0) == 0x80;)
            shown--; /* not within a character */
    part = ft_asprintf("%.*s%s", (int)shown, text, shown < len ? "…" : "");
    json = json_object_new_string(part);
    free(part);
    return json;
}

/* Leave out the lines that both begin with, and those that both end with. */
static void trim_lines(struct ft_str *a, struct ft_str *b)
{
    size_t from = 0, n = 0, least = a->len < b->len ? a->len : b->len;

    for (size_t i = 0; i < least && a->s[i] == b->s[i]; i++)
        if (a->s[i] == '\n')
            from = i + 1;
    for (size_t i = 0; i < least - from &&
                       a->s[a->len - 1 - i] == b->s[b->len - 1 - i]; i++)
        if (a->s[a->len - 1 - i] == '\n')
            n = i + 1;
    ft_str_cut(a, a->len - n);
    ft_str_cut(b, b->len - n);
    memmove(a->s, a->s + from, a->len - from + 1);
    memmove(b->s, b->s + from, b->len - from + 1);
    a->len -= from;
    b->len -= from;
}

/* What differs of two values, as texts. */
static struct json_object *values_json(struct json_object *a,
                                       struct json_object *b)
{
    struct ft_str text[2] = { FT_STR_INIT, FT_STR_INIT };
    struct json_object *pair;

    if (a)
        ft_diff_value_text(a, NULL, &text[0]);
    if (b)
        ft_diff_value_text(b, NULL, &text[1]);
    if (a && b && strchr(text[0].s, '\n') && strchr(text[1].s, '\n'))
        trim_lines(&text[0], &text[1]);
    pair = ft_diff_pair(a ? clipped(text[0].s) : NULL,
                        b ? clipped(text[1].s) : NULL);
    ft_str_release(&text[0]);
    ft_str_release(&text[1]);
    return pair;
}

/* --- one pair of records -------------------------------------------------- */

static void note(struct stage *stage, const char *what, const char *name,
                 struct json_object *a, struct json_object *b)
{
    char *key = ft_asprintf("%s%s%s", what, name ? " " : "",
                            name ? name : "");
    struct change *change = ft_map_get(&stage->change, key);

    if (!change && stage->change.len < CHANGES_MAX) {
        change = ft_calloc(1, sizeof(*change));
        change->what = ft_strdup(key);
        change->values = values_json(a, b);
        (void)ft_map_put(&stage->change, key, change);
    }
    if (change)
        change->tasks++;
    free(key);
}

static bool same(struct json_object *a, struct json_object *b)
{
    return a == b || (a && b && json_object_equal(a, b));
}

/* Members of two objects, such as parameters by their names. */
static void compare_members(struct stage *stage, const char *what,
                            struct json_object *a, struct json_object *b)
{
    struct json_object *other;

    if (json_object_is_type(a, json_type_object)) {
        json_object_object_foreach(a, key, value)
        {
            other = ft_json_or_null(b, key);
            if (!same(value, other))
                note(stage, what, key, value, other);
        }
    }
    if (json_object_is_type(b, json_type_object)) {
        json_object_object_foreach(b, key, value)
        {
            if (!ft_json_or_null(a, key))
                note(stage, what, key, NULL, value);
        }
    }
}

static size_t length_of(struct json_object *list)
{
    return json_object_is_type(list, json_type_array)
               ? json_object_array_length(list) : 0;
}

/* What an input is: the file or the object, and a part of its digest. */
static struct json_object *input_text(struct json_object *input)
{
    const char *content = ft_json_str_or(input, "content", "");
    const char *path = ft_json_str_or(input, "path", NULL);
    char *text;
    struct json_object *json;

    if (ft_starts_with(content, "sha256:"))
        content += strlen("sha256:");
    text = ft_asprintf("%s%s (%.12s)", path ? "file " : "",
                       path ? path : ft_json_str_or(input, "object", "?"),
                       content);
    json = json_object_new_string(text);
    free(text);
    return json;
}

/* Inputs have an order, and a gather gives many of one name. */
static void compare_inputs(struct stage *stage, struct json_object *a,
                           struct json_object *b)
{
    size_t n = length_of(a), m = length_of(b);

    for (size_t i = 0; i < n || i < m; i++) {
        struct json_object *x = i < n ? json_object_array_get_idx(a, i)
                                      : NULL;
        struct json_object *y = i < m ? json_object_array_get_idx(b, i)
                                      : NULL;
        const char *name = ft_json_str_or(x ? x : y, "name", "?");
        struct json_object *text[2];

        if (x && y &&
            strcmp(ft_json_str_or(x, "content", ""),
                   ft_json_str_or(y, "content", "")) == 0 &&
            strcmp(name, ft_json_str_or(y, "name", "")) == 0)
            continue;
        text[0] = x ? input_text(x) : NULL;
        text[1] = y ? input_text(y) : NULL;
        note(stage, "input", name, text[0], text[1]);
        json_object_put(text[0]);
        json_object_put(text[1]);
    }
}

/* Environment modules, and the environment where it is a list. */
static void compare_whole(struct stage *stage, const char *what,
                          struct json_object *a, struct json_object *b)
{
    if (length_of(a) + length_of(b) && !same(a, b))
        note(stage, what, NULL, a, b);
}

/* Of two commands of as many words, of which one differs, that word. */
static void narrow(struct json_object **a, struct json_object **b)
{
    struct json_object *x = NULL, *y = NULL;
    size_t n = length_of(*a), differ = 0;

    if (!n || length_of(*b) != n)
        return;
    for (size_t i = 0; i < n; i++) {
        struct json_object *one = json_object_array_get_idx(*a, i);
        struct json_object *other = json_object_array_get_idx(*b, i);

        if (same(one, other))
            continue;
        x = one;
        y = other;
        differ++;
    }
    if (differ == 1) {
        *a = x;
        *b = y;
    }
}

static void compare_records(struct stage *stage, struct json_object *a,
                            struct json_object *b)
{
    static const struct {
        const char *member, *what;
    } plain[] = {
        { "module", "module" },           { "module_version", "version" },
        { "module_digest", "manifest" },  { "program", "program" },
        { "command", "command" },         { "script", "script" },
        { "seed", "seed" },               { "ranks", "ranks" },
        { "threads", "threads" },         { "container", "container" },
        { "modules", "environment modules" },
        { "site", "site" },               { "engine", "engine" },
        { "determinism", "determinism" }, { "source", "source" },
    };
    struct json_object *env[2] = { ft_json_or_null(a, "environment"),
                                   ft_json_or_null(b, "environment") };

    for (size_t i = 0; i < FT_ARRAY_LEN(plain); i++) {
        struct json_object *x = ft_json_or_null(a, plain[i].member);
        struct json_object *y = ft_json_or_null(b, plain[i].member);

        if (same(x, y))
            continue;
        narrow(&x, &y);
        note(stage, plain[i].what, NULL, x, y);
    }
    compare_members(stage, "parameter", ft_json_or_null(a, "params"),
                    ft_json_or_null(b, "params"));
    compare_members(stage, "file", ft_json_or_null(a, "files"),
                    ft_json_or_null(b, "files"));
    compare_members(stage, "variable", env[0], env[1]);
    compare_whole(stage, "environment", env[0], env[1]);
    compare_inputs(stage, ft_json_or_null(a, "inputs"),
                   ft_json_or_null(b, "inputs"));
}

/* --- all pairs ------------------------------------------------------------ */

static struct stage *stage_of(struct ft_map *stages,
                              const struct ft_version *version)
{
    const char *dot = ft_object_dot(version->object);
    char *name = dot ? ft_strndup(version->object,
                                  (size_t)(dot - version->object))
                     : ft_strdup(version->object);
    struct stage *stage = ft_map_get(stages, name);

    if (stage) {
        free(name);
        return stage;
    }
    stage = ft_calloc(1, sizeof(*stage));
    stage->name = name;
    (void)ft_map_put(stages, name, stage);
    return stage;
}

/* Read the records of a pair, unless enough of the stage were read.  A file
 * that is gone tells nothing. */
static int look_at(struct ft_store *store, struct ft_map *stages,
                   const struct ft_diff_match *match, struct ft_err *err)
{
    struct stage *stage = stage_of(stages, match->b);
    struct json_object *a, *b;
    struct ft_err why;

    /* The outputs of one task have one record. */
    if (ft_map_put(&stage->tasks, match->b->cell, stage) ||
        stage->read == READ_MAX)
        return 0;
    a = ft_store_lineage(store, match->a->id, &why);
    b = a ? ft_store_lineage(store, match->b->id, &why) : NULL;
    if (b) {
        stage->read++;
        compare_records(stage, a, b);
    } else if (why.code != FT_ENOENT) {
        if (err)
            *err = why;
    }
    json_object_put(a);
    json_object_put(b);
    return b || why.code == FT_ENOENT ? 0 : -1;
}

static struct json_object *stage_json(const struct stage *stage)
{
    struct json_object *out = json_object_new_object();
    struct json_object *list = json_object_new_array();

    ft_json_add_str(out, "stage", stage->name);
    ft_json_add_int(out, "tasks", (int64_t)stage->tasks.len);
    ft_json_add_int(out, "read", (int64_t)stage->read);
    for (size_t i = 0; i < stage->change.len; i++) {
        const struct change *change = stage->change.entry[i].value;
        struct json_object *one = json_object_new_object();

        ft_json_add_str(one, "what", change->what);
        json_object_object_add(one, "values",
                               json_object_get(change->values));
        ft_json_add_int(one, "tasks", (int64_t)change->tasks);
        json_object_array_add(list, one);
    }
    json_object_object_add(out, "changes", list);
    return out;
}

static void stage_free(struct stage *stage)
{
    for (size_t i = 0; i < stage->change.len; i++) {
        struct change *change = stage->change.entry[i].value;

        json_object_put(change->values);
        free(change->what);
        free(change);
    }
    ft_map_release(&stage->change);
    ft_map_release(&stage->tasks);
    free(stage->name);
    free(stage);
}

struct json_object *ft_diff_recipes(struct ft_store *store,
                                    const struct ft_diff_match *match,
                                    size_t n, struct ft_err *err)
{
    struct json_object *list = json_object_new_array();
    struct ft_map stages = FT_MAP_INIT;
    int rc = 0;

    for (size_t i = 0; i < n && rc == 0; i++)
        if (match[i].a && match[i].b &&
            strcmp(match[i].a->id, match[i].b->id) != 0)
            rc = look_at(store, &stages, &match[i], err);
    for (size_t i = 0; i < stages.len; i++) {
        struct stage *stage = stages.entry[i].value;

        if (stage->change.len)
            json_object_array_add(list, stage_json(stage));
        stage_free(stage);
    }
    ft_map_release(&stages);
    if (rc == 0)
        return list;
    json_object_put(list);
    return NULL;
}

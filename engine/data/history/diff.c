/* diff.c - how two states, runs or versions of a project differ */
#include "data/history/diff.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/json.h"
#include "base/map.h"
#include "data/history/diff_in.h"
#include "data/history/history.h"

#define SCHEMA 1

/* How an object differs; the names are those of the JSON. */
enum verdict { SAME, WITHIN, DIFFERS, ADDED, REMOVED, VERDICTS };
static const char *const verdict_name[VERDICTS] = {
    "same", "within", "differs", "added", "removed",
};

struct diff {
    struct ft_store *store;
    const struct ft_diff_side *a, *b;
    struct ft_versions own[2];            /* of sides that are states */
    const struct ft_versions *objects[2]; /* of the sides */
    const struct ft_diff_how *how;
    bool *used;
    struct ft_diff_match *match;
    size_t n, cap;
    size_t count[VERDICTS];
    struct json_object *list; /* of objects */
    size_t left_out;
};

/* --- what the sides have -------------------------------------------------- */

static int read_state(struct diff *diff, size_t i, const char *other,
                      struct ft_err *err)
{
    const char *state = (i ? diff->b : diff->a)->name;

    ft_versions_release(&diff->own[i]);
    diff->objects[i] = &diff->own[i];
    return other ? ft_store_objects_apart(diff->store, state, other,
                                          &diff->own[i], err)
                 : ft_store_objects(diff->store, state, &diff->own[i], err);
}

/* Most of what two states have is the same, and need not be in memory: both
 * have as many objects beside those that were read. */
static bool is_rest_same(const struct diff *diff)
{
    return diff->a->n_objects >= diff->own[0].n &&
           diff->b->n_objects >= diff->own[1].n &&
           diff->a->n_objects - diff->own[0].n ==
               diff->b->n_objects - diff->own[1].n;
}

static int read_objects(struct diff *diff, struct ft_err *err)
{
    const struct ft_diff_side *a = diff->a, *b = diff->b;

    diff->objects[0] = &a->objects;
    diff->objects[1] = &b->objects;
    if (a->kind == FT_DIFF_STATE && b->kind == FT_DIFF_STATE &&
        !diff->how->only) {
        if (read_state(diff, 0, b->name, err) < 0 ||
            read_state(diff, 1, a->name, err) < 0)
            return -1;
        if (is_rest_same(diff)) {
            diff->count[SAME] = a->n_objects - diff->own[0].n;
            return 0;
        }
    }
    if (a->kind == FT_DIFF_STATE && read_state(diff, 0, NULL, err) < 0)
        return -1;
    return b->kind == FT_DIFF_STATE ? read_state(diff, 1, NULL, err) : 0;
}

/* --- which versions belong together --------------------------------------- */

static void add_match(struct diff *diff, const struct ft_version *a,
                      const struct ft_version *b)
{
    const char *only = diff->how->only;

    if (only && !ft_starts_with((a ? a : b)->object, only))
        return;
    diff->match = ft_grow(diff->match, diff->n, &diff->cap,
                          sizeof(*diff->match));
    diff->match[diff->n++] = (struct ft_diff_match){ a, b };
}

/* Objects have names in states and runs; what two REFs name need not. */
static char *key_of(const struct diff *diff, const struct ft_version *version)
{
    return ft_asprintf("%s\n%s",
                       diff->a->kind == FT_DIFF_DATA ? "" : version->object,
                       version->cell);
}

static void match_objects(struct diff *diff)
{
    const struct ft_versions *a = diff->objects[0], *b = diff->objects[1];
    struct ft_map map = FT_MAP_INIT;
    bool *seen = ft_calloc(b->n + 1, sizeof(*seen));

    if (diff->a->kind == FT_DIFF_DATA && a->n == 1 && b->n == 1) {
        add_match(diff, &a->item[0], &b->item[0]);
        free(seen);
        return;
    }
    for (size_t i = 0; i < b->n; i++) {
        char *key = key_of(diff, &b->item[i]);

        (void)ft_map_put(&map, key, &b->item[i]);
        free(key);
    }
    for (size_t i = 0; i < a->n; i++) {
        char *key = key_of(diff, &a->item[i]);
        struct ft_version *other = ft_map_get(&map, key);

        add_match(diff, &a->item[i], other);
        if (other)
            seen[other - b->item] = true;
        free(key);
    }
    for (size_t i = 0; i < b->n; i++)
        if (!seen[i])
            add_match(diff, NULL, &b->item[i]);
    ft_map_release(&map);
    free(seen);
}

/* --- objects -------------------------------------------------------------- */

static struct json_object *id_or_null(const struct ft_version *version)
{
    return version ? json_object_new_string(version->id) : NULL;
}

/* Take 'compare' over, or say why there is none. */
static void list_object(struct diff *diff, const struct ft_diff_match *match,
                        enum verdict verdict, struct json_object *compare,
                        const struct ft_err *why)
{
    const struct ft_version *any = match->b ? match->b : match->a;
    struct ft_str name = FT_STR_INIT;
    struct json_object *out;

    if (json_object_array_length(diff->list) >= diff->how->max) {
        diff->left_out++;
        json_object_put(compare);
        return;
    }
    out = json_object_new_object();
    diff->how->call(any, &name);
    ft_json_add_str(out, "name", name.s);
    ft_str_release(&name);
    ft_json_add_str(out, "object", any->object);
    if (*any->cell)
        json_object_object_add(out, "cell",
                               ft_json_parse(any->cell, strlen(any->cell),
                                             "a cell", NULL));
    ft_json_add_str(out, "state", verdict_name[verdict]);
    ft_json_add_str(out, "type", ft_object_type_text(any->type));
    json_object_object_add(out, "versions",
                           ft_diff_pair(id_or_null(match->a),
                                        id_or_null(match->b)));
    if (compare)
        json_object_object_add(out, "compare", compare);
    if (why)
        ft_json_add_str(out, "not_compared", why->msg);
    json_object_array_add(diff->list, out);
}

/* Two versions of other content.  A file that is gone cannot be looked into,
 * but it is known to have been another. */
static int compare_pair(struct diff *diff, const struct ft_diff_match *match,
                        enum verdict *verdict, struct ft_err *err)
{
    struct json_object *compare = NULL;
    struct ft_err why = { 0 };

    *verdict = DIFFERS;
    if (!diff->how->names) {
        compare = ft_store_compare(diff->store, match->a->id, match->b->id,
                                   &diff->how->compare, diff->used, &why);
        if (!compare && why.code != FT_ENOENT) {
            if (err)
                *err = why;
            return -1;
        }
        if (compare && ft_json_bool_or(compare, "same", false))
            *verdict = WITHIN;
    }
    list_object(diff, match, *verdict, compare,
                why.code == FT_OK ? NULL : &why);
    return 0;
}

static int compare_objects(struct diff *diff, struct ft_err *err)
{
    for (size_t i = 0; i < diff->n; i++) {
        const struct ft_diff_match *match = &diff->match[i];
        enum verdict verdict = !match->a ? ADDED : !match->b ? REMOVED : SAME;

        if (verdict != SAME)
            list_object(diff, match, verdict, NULL, NULL);
        else if (strcmp(match->a->content, match->b->content) != 0 &&
                 compare_pair(diff, match, &verdict, err) < 0)
            return -1;
        diff->count[verdict]++;
    }
    return 0;
}

static struct json_object *objects_json(const struct diff *diff)
{
    struct json_object *out = json_object_new_object();

    for (size_t i = 0; i < VERDICTS; i++)
        ft_json_add_int(out, verdict_name[i], (int64_t)diff->count[i]);
    json_object_object_add(out, "list", json_object_get(diff->list));
    ft_json_add_int(out, "left_out", (int64_t)diff->left_out);
    return out;
}

/* --- everything ----------------------------------------------------------- */

static struct json_object *side_json(const struct ft_diff_side *side)
{
    static const char *const kind[] = { "state", "run", "data",
                                        "file" };
    struct json_object *out = json_object_new_object();
    char when[FT_TIME_TEXT];

    ft_json_add_str(out, "kind", kind[side->kind]);
    ft_json_add_str(out, "name", side->name);
    if (side->time_ns) {
        ft_time_text(side->time_ns, when);
        ft_json_add_str(out, "time", when);
    }
    if (side->run && *side->run)
        ft_json_add_str(out, "run", side->run);
    if (side->workflow_file && *side->workflow_file)
        ft_json_add_str(out, "workflow_file", side->workflow_file);
    if (side->kind != FT_DIFF_FILE)
        ft_json_add_int(out, "objects",
                        (int64_t)(side->kind == FT_DIFF_STATE
                                      ? side->n_objects : side->objects.n));
    return out;
}

/* Parameters and workflow; whether they are the same. */
static bool add_history(const struct diff *diff, struct json_object *out)
{
    struct json_object *params, *workflow;

    if (diff->a->kind == FT_DIFF_DATA || diff->how->objects_only)
        return true;
    params = ft_diff_params(diff->a, diff->b);
    workflow = ft_diff_workflow(diff->a, diff->b);
    json_object_object_add(out, "params", params);
    json_object_object_add(out, "workflow", workflow);
    return !json_object_array_length(params) &&
           ft_json_bool_or(workflow, "same", true);
}

/* A workflow file has no objects yet. */
static bool has_objects(const struct diff *diff)
{
    return diff->a->kind != FT_DIFF_FILE && diff->b->kind != FT_DIFF_FILE;
}

static int add_recipes(const struct diff *diff, struct json_object *out,
                       struct ft_err *err)
{
    struct json_object *recipes;

    if (diff->how->names || diff->how->objects_only)
        return 0;
    recipes = ft_diff_recipes(diff->store, diff->match, diff->n, err);
    if (!recipes)
        return -1;
    json_object_object_add(out, "recipes", recipes);
    return 0;
}

static int add_objects(struct diff *diff, struct json_object *out,
                       struct ft_err *err)
{
    if (read_objects(diff, err) < 0)
        return -1;
    match_objects(diff);
    if (add_recipes(diff, out, err) < 0 || compare_objects(diff, err) < 0)
        return -1;
    json_object_object_add(out, "objects", objects_json(diff));
    return 0;
}

struct json_object *ft_diff(struct ft_store *store,
                            const struct ft_diff_side *a,
                            const struct ft_diff_side *b,
                            const struct ft_diff_how *how, bool *used,
                            struct ft_err *err)
{
    struct diff diff = { .store = store, .a = a, .b = b, .how = how,
                         .used = used, .list = json_object_new_array() };
    struct json_object *out = json_object_new_object();
    bool same;
    int rc;

    ft_json_add_int(out, "schema", SCHEMA);
    json_object_object_add(out, "a", side_json(a));
    json_object_object_add(out, "b", side_json(b));
    json_object_object_add(out, "same", NULL); /* its place; filled below */
    same = add_history(&diff, out);
    rc = has_objects(&diff) ? add_objects(&diff, out, err) : 0;
    ft_json_add_bool(out, "same",
                     same && !diff.count[DIFFERS] && !diff.count[ADDED] &&
                         !diff.count[REMOVED]);
    json_object_put(diff.list);
    free(diff.match);
    for (size_t i = 0; i < FT_ARRAY_LEN(diff.own); i++)
        ft_versions_release(&diff.own[i]);
    if (rc == 0)
        return out;
    json_object_put(out);
    return NULL;
}

/* merge.c - bring what another branch has into the current one */
#include "data/history/merge.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/map.h"
#include "data/history/history_impl.h"

#define WORKFLOW "workflow"

void ft_merge_release(struct ft_merge *merge)
{
    for (size_t i = 0; i < merge->n; i++) {
        free(merge->item[i].name);
        free(merge->item[i].cell);
        free(merge->item[i].base);
        free(merge->item[i].ours);
        free(merge->item[i].theirs);
    }
    free(merge->item);
    *merge = (struct ft_merge){ 0 };
}

/* --- what both came from -------------------------------------------------- */

/* States are numbered as they came, so of those that both lead to the newest
 * is the one that no other of them comes after. */
static int find_base(struct ft_db *db, struct ft_merge *merge,
                     struct ft_err *err)
{
    struct ft_rows *rows = ft_db_ask(
        db,
        "WITH RECURSIVE a(n) AS (SELECT n FROM state WHERE id=?1 UNION"
        " SELECT p.n FROM a JOIN state s ON s.n = a.n"
        "  JOIN state p ON p.n IN (s.parent, s.merge)),"
        " b(n) AS (SELECT n FROM state WHERE id=?2 UNION"
        " SELECT p.n FROM b JOIN state s ON s.n = b.n"
        "  JOIN state p ON p.n IN (s.parent, s.merge))"
        " SELECT id FROM state WHERE n ="
        "  (SELECT max(n) FROM a WHERE n IN (SELECT n FROM b))",
        FT_DB_ARGS(ft_db_text(merge->ours), ft_db_text(merge->theirs)), err);
    int rc = rows ? ft_rows_next(rows, err) : -1;

    ft_copy_id(merge->base, rc == 1 ? ft_rows_text(rows, 0) : NULL);
    ft_rows_end(rows);
    return rc < 0 ? -1 : 0;
}

bool ft_merge_is_done(const struct ft_merge *merge)
{
    return strcmp(merge->base, merge->theirs) == 0;
}

bool ft_merge_is_forward(const struct ft_merge *merge)
{
    return strcmp(merge->base, merge->ours) == 0;
}

/* --- three sides ---------------------------------------------------------- */

static bool same(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

/* Add what the sides have under one name, unless both have the same. */
static void add_item(struct ft_merge *merge, enum ft_merge_kind kind,
                     const char *name, const char *cell, const char *base,
                     const char *ours, const char *theirs)
{
    struct ft_merge_item *item;

    if (same(ours, theirs))
        return;
    merge->item = ft_grow(merge->item, merge->n, &merge->cap,
                          sizeof(*merge->item));
    item = &merge->item[merge->n++];
    *item = (struct ft_merge_item){
        .kind = kind, .name = ft_strdup(name), .cell = ft_strdup(cell),
        .base = ft_strdup(base), .ours = ft_strdup(ours),
        .theirs = ft_strdup(theirs),
        .side = same(base, ours)     ? FT_MERGE_THEIRS
                : same(base, theirs) ? FT_MERGE_OURS
                                     : FT_MERGE_CONFLICT,
    };
    item->both = item->side == FT_MERGE_CONFLICT;
}

/* --- objects -------------------------------------------------------------- */

/* One object and cell on the three sides; borrowed from the lists. */
struct trio {
    const struct ft_version *base, *ours, *theirs;
};

static void enter(struct ft_map *map, const struct ft_versions *list,
                  size_t side)
{
    for (size_t i = 0; i < list->n; i++) {
        const struct ft_version *v = &list->item[i];
        char *key = ft_asprintf("%s\n%s", v->object, v->cell);
        struct trio *trio = ft_map_get(map, key);

        if (!trio) {
            trio = ft_calloc(1, sizeof(*trio));
            (void)ft_map_put(map, key, trio);
        }
        *(side == 0 ? &trio->base : side == 1 ? &trio->ours : &trio->theirs) =
            v;
        free(key);
    }
}

static const char *id_of(const struct ft_version *v)
{
    return v ? v->id : NULL;
}

/* Results that were computed twice to the same content do not differ. */
static const struct ft_version *like(const struct ft_version *v,
                                     const struct ft_version *other)
{
    return v && other && strcmp(v->content, other->content) == 0 ? other : v;
}

static void add_objects(struct ft_merge *merge, const struct ft_map *map)
{
    for (size_t i = 0; i < map->len; i++) {
        const struct trio *trio = map->entry[i].value;
        const struct ft_version *any = trio->ours ? trio->ours
                                       : trio->theirs ? trio->theirs
                                                      : trio->base;
        const struct ft_version *ours = like(trio->ours, trio->base);
        const struct ft_version *theirs = like(like(trio->theirs, trio->base),
                                               trio->ours);

        if (theirs == trio->ours)
            continue;
        add_item(merge, FT_MERGE_OBJECT, any->object, any->cell,
                 id_of(trio->base), id_of(ours), id_of(theirs));
    }
}

static int merge_objects(struct ft_store *store, struct ft_merge *merge,
                         struct ft_err *err)
{
    const char *id[3] = { merge->base, merge->ours, merge->theirs };
    struct ft_versions list[3] = { { 0 } };
    struct ft_map map = FT_MAP_INIT;
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < 3; i++)
        if (*id[i])
            rc = ft_store_objects(store, id[i], &list[i], err);
    if (rc == 0) { /* in this order they are listed */
        enter(&map, &list[1], 1);
        enter(&map, &list[2], 2);
        enter(&map, &list[0], 0);
        add_objects(merge, &map);
    }
    for (size_t i = 0; i < map.len; i++)
        free(map.entry[i].value);
    ft_map_release(&map);
    for (size_t i = 0; i < 3; i++)
        ft_versions_release(&list[i]);
    return rc;
}

/* --- parameters and workflow ---------------------------------------------- */

static struct json_object *parse(const char *text)
{
    struct json_object *obj =
        text && *text ? ft_json_parse(text, strlen(text), "a state", NULL)
                      : NULL;

    return obj ? obj : json_object_new_object();
}

/* The canonical text of a member; the caller frees; NULL: there is none. */
static char *value_text(struct json_object *obj, const char *key)
{
    struct ft_str text = FT_STR_INIT;
    struct json_object *value;

    if (!json_object_object_get_ex(obj, key, &value) ||
        ft_json_canonical(value, &text, NULL) < 0)
        return NULL;
    return ft_str_take(&text);
}

static void merge_params(struct ft_merge *merge,
                         struct json_object *const obj[3])
{
    struct ft_map names = FT_MAP_INIT;

    for (size_t i = 0; i < 3; i++) {
        json_object_object_foreach(obj[i], key, value) {
            (void)value;
            (void)ft_map_put(&names, key, merge);
        }
    }
    for (size_t i = 0; i < names.len; i++) {
        const char *name = names.entry[i].key;
        char *text[3];

        for (size_t k = 0; k < 3; k++)
            text[k] = value_text(obj[k], name);
        add_item(merge, FT_MERGE_PARAM, name, "", text[0], text[1], text[2]);
        for (size_t k = 0; k < 3; k++)
            free(text[k]);
    }
    ft_map_release(&names);
}

static int merge_source(struct ft_store *store, struct ft_merge *merge,
                        struct ft_err *err)
{
    const char *id[3] = { merge->base, merge->ours, merge->theirs };
    struct ft_state state[3] = { { .time_ns = 0 } };
    struct json_object *params[3];
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < 3; i++)
        if (*id[i])
            rc = ft_store_state(store, id[i], &state[i], err);
    for (size_t i = 0; i < 3; i++)
        params[i] = parse(state[i].params);
    if (rc == 0) {
        add_item(merge, FT_MERGE_WORKFLOW, "", "", state[0].workflow,
                 state[1].workflow, state[2].workflow);
        merge_params(merge, params);
    }
    for (size_t i = 0; i < 3; i++) {
        json_object_put(params[i]);
        ft_state_release(&state[i]);
    }
    return rc;
}

int ft_merge_plan(struct ft_store *store, const char *theirs,
                  struct ft_merge *merge, struct ft_err *err)
{
    *merge = (struct ft_merge){ 0 };
    ft_copy_name(merge->theirs_name, theirs);
    if (ft_store_head(store, merge->ours, err) < 0 ||
        ft_history_find(store, theirs, merge->theirs, err) < 0)
        return -1;
    if (find_base(ft_index_db(store->index), merge, err) < 0)
        return -1;
    if (ft_merge_is_done(merge) || ft_merge_is_forward(merge))
        return 0;
    if (merge_source(store, merge, err) == 0 &&
        merge_objects(store, merge, err) == 0)
        return 0;
    ft_merge_release(merge);
    return -1;
}

/* --- deciding ------------------------------------------------------------- */

static bool is_named(const struct ft_merge_item *item, const char *name)
{
    if (!name)
        return true;
    return strcmp(item->kind == FT_MERGE_WORKFLOW ? WORKFLOW : item->name,
                  name) == 0;
}

size_t ft_merge_decide(struct ft_merge *merge, const char *name,
                       enum ft_merge_side side)
{
    size_t n = 0;

    for (size_t i = 0; i < merge->n; i++) {
        struct ft_merge_item *item = &merge->item[i];

        if (!item->both || !is_named(item, name))
            continue;
        if (side == FT_MERGE_NEITHER && item->kind != FT_MERGE_OBJECT)
            continue;
        if (!name && item->side != FT_MERGE_CONFLICT)
            continue; /* decided by its name */
        item->side = side;
        n++;
    }
    return n;
}

size_t ft_merge_conflicts(const struct ft_merge *merge)
{
    size_t n = 0;

    for (size_t i = 0; i < merge->n; i++)
        n += merge->item[i].side == FT_MERGE_CONFLICT;
    return n;
}

/* --- the new state -------------------------------------------------------- */

/* What a state is made of, each part from one side. */
struct made {
    struct ft_state ours, theirs;
    struct json_object *source[2]; /* of ours and theirs */
    struct ft_versions objects;    /* of ours */
    struct ft_binding *bind;
    size_t n;
};

static int read_made(struct ft_store *store, const struct ft_merge *merge,
                     struct made *made, struct ft_err *err)
{
    *made = (struct made){ .n = 0 };
    if (ft_store_state(store, merge->ours, &made->ours, err) < 0 ||
        ft_store_state(store, merge->theirs, &made->theirs, err) < 0 ||
        ft_store_objects(store, merge->ours, &made->objects, err) < 0)
        return -1;
    made->source[0] = parse(made->ours.source);
    made->source[1] = parse(made->theirs.source);
    return 0;
}

static void made_release(struct made *made)
{
    ft_state_release(&made->ours);
    ft_state_release(&made->theirs);
    json_object_put(made->source[0]);
    json_object_put(made->source[1]);
    ft_versions_release(&made->objects);
    free(made->bind);
}

/* Ours with what is taken of theirs, by object and cell. */
static void bind_all(const struct ft_merge *merge, struct made *made)
{
    struct ft_map items = FT_MAP_INIT;

    made->bind = ft_calloc(made->objects.n + merge->n, sizeof(*made->bind));
    for (size_t i = 0; i < merge->n; i++) {
        const struct ft_merge_item *item = &merge->item[i];
        char *key = ft_asprintf("%s\n%s", item->name, item->cell);

        if (item->kind == FT_MERGE_OBJECT)
            (void)ft_map_put(&items, key, (void *)item);
        free(key);
    }
    for (size_t i = 0; i < made->objects.n; i++) {
        const struct ft_version *v = &made->objects.item[i];
        char *key = ft_asprintf("%s\n%s", v->object, v->cell);
        const struct ft_merge_item *item = ft_map_get(&items, key);
        const char *id = !item                           ? v->id
                         : item->side == FT_MERGE_OURS   ? v->id
                         : item->side == FT_MERGE_THEIRS ? item->theirs
                                                         : NULL;

        if (id)
            made->bind[made->n++] = (struct ft_binding){ v->object, v->cell,
                                                         id };
        free(key);
    }
    for (size_t i = 0; i < merge->n; i++) {
        const struct ft_merge_item *item = &merge->item[i];

        if (item->kind == FT_MERGE_OBJECT && !item->ours &&
            item->side == FT_MERGE_THEIRS)
            made->bind[made->n++] = (struct ft_binding){ item->name,
                                                         item->cell,
                                                         item->theirs };
    }
    ft_map_release(&items);
}

/* The settings of 'source' with "name" from 'other', or without it. */
static void take_setting(struct json_object *source,
                         struct json_object *other, const char *name)
{
    struct json_object *from = ft_json_or_null(other, "settings");
    struct json_object *old = ft_json_or_null(source, "settings");
    struct json_object *list = json_object_new_array();

    for (size_t i = 0; old && i < json_object_array_length(old); i++) {
        struct json_object *pair = json_object_array_get_idx(old, i);

        if (strcmp(ft_json_at_or(pair, 0, ""), name) != 0)
            json_object_array_add(list, json_object_get(pair));
    }
    for (size_t i = 0; from && i < json_object_array_length(from); i++) {
        struct json_object *pair = json_object_array_get_idx(from, i);

        if (strcmp(ft_json_at_or(pair, 0, ""), name) == 0)
            json_object_array_add(list, json_object_get(pair));
    }
    json_object_object_add(source, "settings", list);
}

static void take_params(const struct ft_merge *merge, const struct made *made,
                        struct ft_state_new *state)
{
    struct json_object *theirs = parse(made->theirs.params), *value;

    for (size_t i = 0; i < merge->n; i++) {
        const struct ft_merge_item *item = &merge->item[i];

        if (item->kind != FT_MERGE_PARAM || item->side != FT_MERGE_THEIRS)
            continue;
        if (json_object_object_get_ex(theirs, item->name, &value))
            json_object_object_add(state->params, item->name,
                                   json_object_get(value));
        else
            json_object_object_del(state->params, item->name);
        take_setting(state->source, made->source[1], item->name);
    }
    json_object_put(theirs);
}

static void take_workflow(const struct ft_merge *merge,
                          const struct made *made, struct ft_state_new *state)
{
    static const char *const part[] = { "dir", "modules" };

    state->workflow = made->ours.workflow;
    state->workflow_file = made->ours.workflow_file;
    for (size_t i = 0; i < merge->n; i++) {
        if (merge->item[i].kind != FT_MERGE_WORKFLOW ||
            merge->item[i].side != FT_MERGE_THEIRS)
            continue;
        state->workflow = made->theirs.workflow;
        state->workflow_file = made->theirs.workflow_file;
        for (size_t k = 0; k < FT_ARRAY_LEN(part); k++)
            json_object_object_add(
                state->source, part[k],
                json_object_get(ft_json_or_null(made->source[1], part[k])));
    }
}

static int commit_state(struct ft_store *store, const struct ft_merge *merge,
                        struct ft_recorded *recorded, struct ft_err *err)
{
    struct ft_state_new state = { .outcome = "ok", .merge = merge->theirs,
                                  .parent = merge->ours };
    struct made made;
    int rc = read_made(store, merge, &made, err);

    if (rc == 0) {
        bind_all(merge, &made);
        state.bind = made.bind;
        state.n = made.n;
        state.params = parse(made.ours.params);
        state.source = json_object_get(made.source[0]);
        take_params(merge, &made, &state);
        take_workflow(merge, &made, &state);
        rc = ft_store_record_state(store, &state, recorded, err);
    }
    json_object_put(state.params);
    json_object_put(state.source);
    made_release(&made);
    return rc;
}

int ft_merge_commit(struct ft_store *store, const struct ft_merge *merge,
                    struct ft_recorded *recorded, struct ft_err *err)
{
    *recorded = (struct ft_recorded){ 0 };
    if (ft_merge_conflicts(merge))
        return ft_err_set(err, FT_EUSAGE, "%zu conflicts are not decided",
                          ft_merge_conflicts(merge));
    if (ft_merge_is_done(merge))
        return 0;
    return ft_merge_is_forward(merge)
               ? ft_history_forward(store, merge->ours, merge->theirs,
                                    recorded, err)
               : commit_state(store, merge, recorded, err);
}

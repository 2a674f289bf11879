/* gc_text.c - what a gc did, for people and for programs */
#include "cli/gc_text.h"

#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/str.h"
#include "cli/term.h"

#define SCHEMA 1

/* A row for each object and reason: items are sorted by object. */
struct group {
    const char *object;
    enum ft_gc_why why;
    size_t n;
    uint64_t bytes;
};

static bool next_group(const struct ft_gc *gc, size_t *at,
                       enum ft_gc_why *why, struct group *group)
{
    size_t end = *at;

    while (*at < gc->n) {
        const char *object = gc->item[*at].object;

        *group = (struct group){ .object = object, .why = *why };
        for (end = *at; end < gc->n && strcmp(gc->item[end].object,
                                              object) == 0; end++)
            if (gc->item[end].why == *why) {
                group->n++;
                group->bytes += gc->item[end].size_bytes;
            }
        if (++*why == FT_GC_WHYS) {
            *why = FT_GC_OLD_STATE;
            *at = end;
        }
        if (group->n)
            return true;
    }
    return false;
}

static void print_size(uint64_t bytes)
{
    struct ft_str text = FT_STR_INIT;

    ft_size_text((double)bytes, &text);
    fputs(text.s, stdout);
    ft_str_release(&text);
}

static void add_size(struct ft_table *table, uint64_t bytes)
{
    struct ft_str text = FT_STR_INIT;

    ft_size_text((double)bytes, &text);
    ft_table_add(table, "%s", text.s);
    ft_str_release(&text);
}

static void print_groups(const struct ft_gc *gc)
{
    enum ft_gc_why why = FT_GC_OLD_STATE;
    struct ft_table table;
    struct group group;
    size_t at = 0;

    if (!gc->n)
        return;
    ft_table_init(&table, 4, 1u << 1 | 1u << 2);
    ft_table_add(&table, "OBJECT");
    ft_table_add(&table, "VERSIONS");
    ft_table_add(&table, "SIZE");
    ft_table_add(&table, "WHY");
    while (next_group(gc, &at, &why, &group)) {
        ft_table_add(&table, "%s", group.object);
        ft_table_add(&table, "%zu", group.n);
        add_size(&table, group.bytes);
        ft_table_add(&table, "%s", ft_gc_why_text[group.why]);
    }
    ft_table_print(&table);
}

static void print_line(const char *label, size_t n, const char *what,
                       uint64_t bytes)
{
    if (!n)
        return;
    printf("%s %zu %s%s, ", label, n, what, n == 1 ? "" : "s");
    print_size(bytes);
    putchar('\n');
}

static void print_kept(const struct ft_gc *gc)
{
    for (int why = FT_GC_IN_STATE; why < FT_GC_OLD_STATE; why++) {
        if (!gc->count[why])
            continue;
        printf("kept: %zu version%s ", gc->count[why],
               gc->count[why] == 1 ? "" : "s");
        printf("%s, ", ft_gc_why_text[why]);
        print_size(gc->bytes[why]);
        putchar('\n');
    }
}

static void print(const struct ft_gc_done *done)
{
    const struct ft_run_clean *clean = done->clean;
    uint64_t bytes = 0;

    for (size_t i = 0; i < done->gc.n; i++)
        bytes += done->gc.item[i].size_bytes;
    print_groups(&done->gc);
    print_kept(&done->gc);
    print_line(done->dry ? "would go to the trash:" : "went to the trash:",
               done->gc.n, "version", bytes);
    print_line(done->dry ? "would be purged:" : "purged:", done->n_purged,
               "version", done->purged_bytes);
    if (clean->n_work + clean->n_runs) {
        printf("%s %zu run%s, attempt directories of %zu, ",
               done->dry ? "would be removed:" : "removed:", clean->n_runs,
               clean->n_runs == 1 ? "" : "s", clean->n_work);
        print_size(clean->bytes);
        putchar('\n');
    }
    print_line("in the trash:", done->n_trash, "version", done->trash_bytes);
    if (*done->gc.id)
        printf("'fedtwin gc --restore %s' takes it back\n", done->gc.id);
    else if (!done->gc.n && !done->n_purged &&
             !(clean->n_work + clean->n_runs))
        printf("nothing to remove\n");
}

static struct json_object *amount(size_t n, uint64_t bytes)
{
    struct json_object *obj = json_object_new_object();

    ft_json_add_int(obj, "n", (int64_t)n);
    ft_json_add_int(obj, "bytes", (int64_t)bytes);
    return obj;
}

static struct json_object *items(const struct ft_gc *gc)
{
    struct json_object *list = json_object_new_array();

    for (size_t i = 0; i < gc->n; i++) {
        struct json_object *obj = json_object_new_object();

        ft_json_add_str(obj, "version", gc->item[i].version);
        ft_json_add_str(obj, "object", gc->item[i].object);
        ft_json_add_int(obj, "bytes", (int64_t)gc->item[i].size_bytes);
        ft_json_add_str(obj, "why", ft_gc_why_text[gc->item[i].why]);
        json_object_array_add(list, obj);
    }
    return list;
}

static void print_json(const struct ft_gc_done *done)
{
    struct json_object *obj = json_object_new_object();
    struct json_object *kept = json_object_new_object();

    ft_json_add_int(obj, "schema", SCHEMA);
    ft_json_add_bool(obj, "dry_run", done->dry);
    ft_json_add_str(obj, "id", *done->gc.id ? done->gc.id : NULL);
    json_object_object_add(obj, "versions", items(&done->gc));
    for (int why = FT_GC_IN_STATE; why < FT_GC_OLD_STATE; why++)
        json_object_object_add(kept, ft_gc_why_text[why],
                               amount(done->gc.count[why],
                                      done->gc.bytes[why]));
    json_object_object_add(obj, "kept", kept);
    json_object_object_add(obj, "purged",
                           amount(done->n_purged, done->purged_bytes));
    json_object_object_add(obj, "trash",
                           amount(done->n_trash, done->trash_bytes));
    ft_json_add_int(obj, "runs", (int64_t)done->clean->n_runs);
    ft_json_add_int(obj, "work", (int64_t)done->clean->n_work);
    ft_json_add_int(obj, "run_bytes", (int64_t)done->clean->bytes);
    ft_print_json(obj);
}

void ft_gc_print(const struct ft_gc_done *done, bool json)
{
    if (json)
        print_json(done);
    else
        print(done);
}

/* --- removals ------------------------------------------------------------- */

static struct json_object *removal_json(const struct ft_removal *removal)
{
    struct json_object *obj = amount(removal->n, removal->bytes);

    ft_json_add_str(obj, "id", removal->id);
    ft_json_add_str(obj, "kind", removal->kind);
    ft_json_add_int(obj, "time_ns", removal->time_ns);
    ft_json_add_str(obj, "user", removal->user);
    ft_json_add_str(obj, "reason", removal->reason);
    ft_json_add_bool(obj, "purged", removal->purged_ns != 0);
    return obj;
}

static void print_removals(const struct ft_removals *removals)
{
    static const char *const head[] = { "REMOVAL", "KIND", "WHEN", "BY",
                                        "VERSIONS", "SIZE", "STATE" };
    struct ft_table table;

    ft_table_init(&table, 7, 1u << 4 | 1u << 5);
    for (int i = 0; i < 7; i++)
        ft_table_add(&table, "%s", head[i]);
    for (size_t i = 0; i < removals->n; i++) {
        const struct ft_removal *removal = &removals->item[i];
        struct ft_str when = FT_STR_INIT;

        ft_when_text(removal->time_ns, &when);
        ft_table_add(&table, "%s", removal->id);
        ft_table_add(&table, "%s", removal->kind);
        ft_table_add(&table, "%s", when.s);
        ft_table_add(&table, "%s", removal->user ? removal->user : "");
        ft_table_add(&table, "%zu", removal->n);
        add_size(&table, removal->bytes);
        ft_table_add(&table, "%s", removal->purged_ns ? "purged"
                                   : removal->n       ? "in the trash"
                                                      : "restored");
        ft_str_release(&when);
    }
    ft_table_print(&table);
}

void ft_gc_print_removals(const struct ft_removals *removals, bool json)
{
    struct json_object *obj, *list;

    if (!json) {
        if (removals->n)
            print_removals(removals);
        else
            fprintf(stderr, "nothing was ever removed\n");
        return;
    }
    obj = json_object_new_object();
    list = json_object_new_array();
    ft_json_add_int(obj, "schema", SCHEMA);
    for (size_t i = 0; i < removals->n; i++)
        json_object_array_add(list, removal_json(&removals->item[i]));
    json_object_object_add(obj, "removals", list);
    ft_print_json(obj);
}

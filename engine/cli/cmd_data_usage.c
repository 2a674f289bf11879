/* cmd_data_usage.c - fedtwin data usage: what takes the space of a project */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/json.h"
#include "base/str.h"
#include "cli/open.h"
#include "cli/term.h"
#include "data/store/space.h"
#include "run/record/upkeep.h"

#define SCHEMA 1
#define STATUS_USAGE 2

/* Parts of .fedtwin beside the payloads. */
static const char *const parts[] = { "runs", "oplog", "records", "tmp",
                                     "ballast", "pack" };

struct usage {
    struct ft_taken space;
    struct ft_taken_sums sums;
    uint64_t part[FT_ARRAY_LEN(parts)];
    uint64_t quota; /* 0: none */
};

static int read_by(const struct ft_cli *cli, enum ft_taken_by *by)
{
    static const char *const name[] = { "object", "run", "branch" };
    const char *text = ft_cli_option(cli, "by");

    for (size_t i = 0; i < FT_ARRAY_LEN(name); i++)
        if (!text || strcmp(text, name[i]) == 0) {
            *by = (enum ft_taken_by)i;
            return 0;
        }
    ft_print_error("--by takes object, run or branch, not '%s'", text);
    return STATUS_USAGE;
}

static void add_size(struct ft_table *table, uint64_t bytes)
{
    struct ft_str text = FT_STR_INIT;

    ft_size_text((double)bytes, &text);
    ft_table_add(table, "%s", text.s);
    ft_str_release(&text);
}

static void add_row(struct ft_table *table, const char *name, size_t n,
                    uint64_t bytes)
{
    ft_table_add(table, "%s", name);
    ft_table_add(table, "%zu", n);
    add_size(table, bytes);
}

static void print(const struct usage *u)
{
    struct ft_table table;

    ft_table_init(&table, 3, 1u << 1 | 1u << 2);
    ft_table_add(&table, "WHAT");
    ft_table_add(&table, "VERSIONS");
    ft_table_add(&table, "SIZE");
    for (size_t i = 0; i < u->space.n; i++)
        add_row(&table, u->space.item[i].name, u->space.item[i].n,
                u->space.item[i].bytes);
    add_row(&table, "(all)", u->sums.n_present, u->sums.present);
    add_row(&table, "(trash)", u->sums.n_trash, u->sums.trash);
    for (size_t i = 0; i < FT_ARRAY_LEN(parts); i++) {
        if (!u->part[i])
            continue;
        ft_table_add(&table, "(%s)", parts[i]);
        ft_table_add(&table, "%s", "");
        add_size(&table, u->part[i]);
    }
    if (u->quota) {
        ft_table_add(&table, "(quota)");
        ft_table_add(&table, "%s", "");
        add_size(&table, u->quota);
    }
    ft_table_print(&table);
}

static void print_json(const struct usage *u)
{
    struct json_object *obj = json_object_new_object();
    struct json_object *rows = json_object_new_array();

    ft_json_add_int(obj, "schema", SCHEMA);
    for (size_t i = 0; i < u->space.n; i++) {
        struct json_object *row = json_object_new_object();

        ft_json_add_str(row, "name", u->space.item[i].name);
        ft_json_add_int(row, "versions", (int64_t)u->space.item[i].n);
        ft_json_add_int(row, "bytes", (int64_t)u->space.item[i].bytes);
        json_object_array_add(rows, row);
    }
    json_object_object_add(obj, "rows", rows);
    ft_json_add_int(obj, "versions", (int64_t)u->sums.n_present);
    ft_json_add_int(obj, "bytes", (int64_t)u->sums.present);
    ft_json_add_int(obj, "trash_bytes", (int64_t)u->sums.trash);
    for (size_t i = 0; i < FT_ARRAY_LEN(parts); i++) {
        char *key = ft_asprintf("%s_bytes", parts[i]);

        ft_json_add_int(obj, key, (int64_t)u->part[i]);
        free(key);
    }
    if (u->quota)
        ft_json_add_int(obj, "quota_bytes", (int64_t)u->quota);
    ft_print_json(obj);
}

int ft_cmd_data_usage(struct ft_cli *cli)
{
    struct ft_session s = FT_SESSION_INIT;
    enum ft_taken_by by = FT_SPACE_OBJECT;
    struct usage u = { 0 };
    struct ft_err err;
    int status = read_by(cli, &by);

    if (!status)
        status = ft_session_store(&s, FT_STORE_READ);
    if (!status && (ft_store_space(s.store, by, &u.space, &err) < 0 ||
                    ft_store_space_sums(s.store, &u.sums, &err) < 0))
        status = ft_print_err(&err);
    for (size_t i = 0; !status && i < FT_ARRAY_LEN(parts); i++) {
        char *path = ft_asprintf("%s/%s", s.project->meta, parts[i]);

        u.part[i] = ft_disk_bytes(path);
        free(path);
    }
    (void)ft_size_setting(FT_QUOTA_ENV, &u.quota);
    if (!status && ft_cli_has(cli, "json"))
        print_json(&u);
    else if (!status)
        print(&u);
    ft_taken_release(&u.space);
    ft_session_close(&s);
    return status;
}

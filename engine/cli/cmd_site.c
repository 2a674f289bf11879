/* cmd_site.c - fedtwin site: list and show */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/json.h"
#include "cli/nodes_text.h"
#include "cli/site_text.h"
#include "cli/term.h"
#include "model/site.h"

#define SCHEMA 1
#define STATUS_USAGE 2
#define STATUS_INVALID 3

void ft_sites_read(struct ft_session *s, struct ft_site_set *set)
{
    if (!s->project)
        s->project = ft_project_open(NULL, NULL);
    ft_site_set_read(s->project ? s->project->dir : NULL, set);
}

const struct ft_site_entry *ft_sites_find(const struct ft_site_set *set,
                                          const char *name)
{
    const struct ft_site_entry *entry = ft_site_set_find(set, name);
    const char *near = entry ? NULL : ft_site_set_near(set, name);

    if (entry)
        return entry;
    ft_print_error("no site '%s' is registered", name);
    if (near)
        ft_print_hint("did you mean '%s'?", near);
    else
        ft_print_hint("'fedtwin site list' shows those that are");
    return NULL;
}

int ft_site_on_entry(const struct ft_cli *cli, ft_site_act *act)
{
    struct ft_session s = FT_SESSION_INIT;
    const struct ft_site_entry *entry;
    struct ft_site_set set;
    struct ft_err err;
    int status = 0;

    ft_sites_read(&s, &set);
    entry = ft_sites_find(&set, cli->arg[0]);
    if (!entry)
        status = STATUS_USAGE;
    else if (act(cli, &s, entry, &err) < 0)
        status = ft_print_err(&err);
    ft_site_set_release(&set);
    ft_session_close(&s);
    return status;
}

/* --- list ----------------------------------------------------------------- */

struct row {
    const char *name, *adapter, *level, *state, *doc, *file;
    const char *why; /* drained, or NULL */
    bool shadowed;
};

static void add_row(const struct row *row, struct ft_table *table,
                    struct json_object *list)
{
    struct json_object *obj = json_object_new_object();

    ft_json_add_str(obj, "site", row->name);
    ft_json_add_str(obj, "adapter", row->adapter);
    ft_json_add_str(obj, "level", row->level);
    ft_json_add_str(obj, "file", row->file);
    ft_json_add_str(obj, "doc", row->doc);
    ft_json_add_bool(obj, "valid", row->adapter != NULL);
    ft_json_add_bool(obj, "shadowed", row->shadowed);
    ft_json_add_str(obj, "drained", row->why);
    json_object_array_add(list, obj);
    ft_table_add(table, "%s", row->name);
    ft_table_add(table, "%s", row->adapter ? row->adapter : "-");
    ft_table_add(table, "%s", row->level);
    ft_table_add(table, "%s", row->state);
    ft_table_add(table, "%s", row->doc ? row->doc : "");
}

/* True when its file is valid. */
static bool add_entry(const struct ft_site_entry *entry,
                      struct ft_table *table, struct json_object *list)
{
    struct ft_diags diags = FT_DIAGS_INIT;
    struct ft_site *site = ft_site_entry_read(entry, &diags);
    struct row row = {
        .name = entry->name,
        .level = ft_site_level_names[entry->level],
        .file = entry->path,
        .state = "ready",
        .shadowed = entry->by != NULL,
    };
    char *why = NULL, *shadow = NULL;
    bool valid = site != NULL;

    if (site) {
        row.adapter = site->adapter;
        row.doc = site->doc_text;
        if (ft_site_drained(site, &why))
            row.state = row.why = why;
    } else {
        row.state = "invalid";
    }
    if (entry->by) {
        shadow = ft_asprintf("shadowed by that of the %s",
                             ft_site_level_names[entry->by->level]);
        row.state = shadow;
    } else {
        ft_print_diags(&diags);
    }
    add_row(&row, table, list);
    free(shadow);
    free(why);
    ft_site_free(site);
    ft_diags_release(&diags);
    return valid || entry->by;
}

int ft_cmd_site_list(struct ft_cli *cli)
{
    static const struct row local = { .name = "local", .adapter = "local",
                                      .level = "built in", .state = "ready",
                                      .doc = "this computer" };
    struct json_object *list = json_object_new_array(), *obj;
    struct ft_session s = FT_SESSION_INIT;
    struct ft_site_set set;
    struct ft_table table;
    bool valid = true;

    ft_sites_read(&s, &set);
    ft_table_init(&table, 5, 0);
    add_row(&local, &table, list);
    for (size_t i = 0; i < set.n; i++)
        valid &= add_entry(&set.item[i], &table, list);
    if (ft_cli_has(cli, "json")) {
        obj = json_object_new_object();
        ft_json_add_int(obj, "schema", SCHEMA);
        json_object_object_add(obj, "sites", json_object_get(list));
        ft_print_json(obj);
    } else {
        ft_table_print(&table);
    }
    ft_table_release(&table);
    json_object_put(list);
    ft_site_set_release(&set);
    ft_session_close(&s);
    return valid ? 0 : STATUS_INVALID;
}

/* --- show ----------------------------------------------------------------- */

static void add_time(struct ft_table *table, const char *name, double seconds)
{
    struct ft_str text = FT_STR_INIT;

    ft_duration_text(seconds, &text);
    ft_table_add(table, "%s", name);
    ft_table_add(table, "%s", text.s);
    ft_str_release(&text);
}

static void add_text(struct ft_table *table, const char *name,
                     const char *text)
{
    ft_table_add(table, "%s", name);
    ft_table_add(table, "%s", text);
}

static void add_max(struct ft_str *out, int n, const char *what)
{
    if (n)
        ft_str_addf(out, "%s%d %s", out->len ? ", " : "", n, what);
}

static void add_queue(struct ft_table *table,
                      const struct ft_site_queue *queue)
{
    struct ft_str text = FT_STR_INIT;

    add_max(&text, queue->max_nodes, "nodes");
    if (queue->max_walltime_s) {
        ft_str_addf(&text, "%sat most ", text.len ? ", " : "");
        ft_duration_text(queue->max_walltime_s, &text);
    }
    add_max(&text, queue->cores_per_node, "cores a node");
    if (queue->memory_per_node_bytes) {
        ft_str_add(&text, text.len ? ", " : "");
        ft_size_text(queue->memory_per_node_bytes, &text);
        ft_str_add(&text, " a node");
    }
    add_max(&text, queue->gpus_per_node, "GPUs a node");
    ft_table_add(table, "  %s%s", queue->name,
                 queue->is_default ? " (default)" : "");
    ft_table_add(table, "%s", text.s);
    ft_str_release(&text);
}

static void add_words(struct ft_table *table, const char *name,
                      char *const *word, size_t n)
{
    struct ft_str text = FT_STR_INIT;

    for (size_t i = 0; i < n; i++)
        ft_str_addf(&text, "%s%s", i ? " " : "", word[i]);
    if (n)
        add_text(table, name, text.s);
    ft_str_release(&text);
}

void ft_site_print(const struct ft_site *site)
{
    struct ft_table table;

    ft_table_init(&table, 2, 0);
    add_text(&table, "adapter:", site->adapter);
    if (site->program)
        add_text(&table, "program:", site->program);
    if (site->file)
        add_text(&table, "file:", site->file);
    if (site->slots) {
        ft_table_add(&table, "slots:");
        ft_table_add(&table, "%d", site->slots);
    }
    if (site->account)
        add_text(&table, "account:", site->account);
    add_words(&table, "MPI programs:", site->mpirun, site->n_mpirun);
    add_words(&table, "modules:", site->modules, site->n_modules);
    if (site->fedtwin_dir)
        add_text(&table, "fedtwin there:", site->fedtwin_dir);
    if (ft_site_is_remote(site)) {
        add_time(&table, "asked every:", site->status_interval_s);
        add_time(&table, "answers within:", site->answer_within_s);
        add_time(&table, "lost after:", site->lost_after_s);
        ft_table_add(&table, "jobs at a time:");
        ft_table_add(&table, "%d", site->max_in_flight);
        add_text(&table, "files:", site->shared ? "shared with this computer"
                                                : "its own");
    }
    if (site->n_queues) {
        add_text(&table, "queues:", "");
        for (size_t i = 0; i < site->n_queues; i++)
            add_queue(&table, &site->queue[i]);
    }
    ft_table_print(&table);
}

static void print_site_json(const struct ft_session *s,
                            const struct ft_site *site,
                            const struct ft_site_entry *entry,
                            const char *why)
{
    struct json_object *obj = json_object_new_object();

    ft_json_add_int(obj, "schema", SCHEMA);
    ft_json_add_str(obj, "level",
                    entry ? ft_site_level_names[entry->level] : NULL);
    ft_json_add_str(obj, "file", site->file);
    ft_json_add_str(obj, "drained", why);
    json_object_object_add(obj, "nodes_left_out",
                           ft_nodes_json_site(s->project, site->name));
    json_object_object_add(obj, "site", ft_site_json(site));
    ft_print_json(obj);
}

static void print_shadowed(const struct ft_site_set *set,
                           const struct ft_site_entry *entry)
{
    for (size_t i = 0; i < set->n; i++)
        if (entry && set->item[i].by == entry)
            printf("shadows %s\n", set->item[i].path);
}

int ft_cmd_site_show(struct ft_cli *cli)
{
    struct ft_session s = FT_SESSION_INIT;
    const struct ft_site_entry *entry;
    struct ft_str safe = FT_STR_INIT;
    struct ft_site_set set;
    struct ft_site *site = NULL;
    char *why = NULL;
    int status = ft_session_find_site(&s, cli->arg[0], &site);

    ft_sites_read(&s, &set);
    entry = ft_site_set_find(&set, cli->arg[0]);
    if (!status && ft_site_drained(site, &why))
        ft_safe_text(why, strlen(why), &safe);
    if (!status && ft_cli_has(cli, "json")) {
        print_site_json(&s, site, entry, why);
    } else if (!status) {
        printf("%s\n%s%s", site->name,
               site->doc_text ? site->doc_text : "",
               site->doc_text ? "\n" : "");
        if (why)
            printf("%s\n", safe.s);
        ft_nodes_text_site(s.project, site->name);
        ft_site_print(site);
        print_shadowed(&set, entry);
    }
    ft_str_release(&safe);
    free(why);
    ft_site_free(site);
    ft_site_set_release(&set);
    ft_session_close(&s);
    return status;
}

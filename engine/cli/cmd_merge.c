/* cmd_merge.c - fedtwin merge: bring in what another branch has */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/json.h"
#include "base/str.h"
#include "cli/execute.h"
#include "cli/open.h"
#include "cli/ref_text.h"
#include "cli/term.h"
#include "data/history/merge.h"

#define SCHEMA 1
#define STATUS_CONFLICT 1
#define STATUS_USAGE 2
#define ID_SHOWN 12

static const char *const side_text[] = {
    [FT_MERGE_CONFLICT] = "conflict", [FT_MERGE_OURS] = "ours",
    [FT_MERGE_THEIRS] = "theirs",     [FT_MERGE_NEITHER] = "recompute",
};

/* --- telling -------------------------------------------------------------- */

/* How the version came to be, on one line. */
static void print_version(struct ft_session *s, const char *who,
                          const char *id)
{
    struct ft_version v;
    struct ft_str when = FT_STR_INIT;

    if (!id) {
        printf("    %-7s none\n", who);
        return;
    }
    if (ft_store_version(s->store, id, &v, NULL) < 0)
        return;
    ft_when_text(v.time_ns, &when);
    printf("    %-7s %.*s  %s  ", who, ID_SHOWN, id, when.s);
    if (v.run && *v.run)
        printf("by '%s' of run %s\n", v.task, v.run);
    else
        printf("put\n");
    ft_str_release(&when);
    ft_version_release(&v);
}

static void print_text(const char *who, const char *text)
{
    printf("    %-7s %s\n", who, text ? text : "none");
}

/* As the user names it, with the cell as it was written. */
static void object_name(struct ft_session *s, const struct ft_merge_item *item,
                        struct ft_str *out)
{
    const char *id = item->ours ? item->ours
                     : item->theirs ? item->theirs : item->base;
    char none[] = "";
    struct ft_version made = { .task = NULL };
    struct ft_version v = { .object = item->name, .cell = item->cell,
                            .task = none };

    if (ft_store_version(s->store, id, &made, NULL) == 0)
        v.task = made.task;
    ft_ref_text(&v, out);
    ft_version_release(&made);
}

static void item_name(struct ft_session *s, const struct ft_merge_item *item,
                      struct ft_str *out)
{
    if (item->kind == FT_MERGE_WORKFLOW)
        ft_str_add(out, "workflow");
    else if (item->kind == FT_MERGE_PARAM)
        ft_str_addf(out, "params.%s", item->name);
    else
        object_name(s, item, out);
}

static void print_item(struct ft_session *s, const struct ft_merge_item *item)
{
    struct ft_str name = FT_STR_INIT;

    item_name(s, item, &name);
    printf("  %-9s %s\n", side_text[item->side], name.s);
    ft_str_release(&name);
    if (item->side != FT_MERGE_CONFLICT)
        return;
    if (item->kind == FT_MERGE_OBJECT) {
        print_version(s, "base", item->base);
        print_version(s, "ours", item->ours);
        print_version(s, "theirs", item->theirs);
    } else if (item->kind == FT_MERGE_PARAM) {
        print_text("base", item->base);
        print_text("ours", item->ours);
        print_text("theirs", item->theirs);
    } else {
        printf("    see 'fedtwin diff'\n");
    }
}

static struct json_object *item_json(const struct ft_merge_item *item)
{
    static const char *const kind[] = { "object", "parameter", "workflow" };
    struct json_object *one = json_object_new_object();

    ft_json_add_str(one, "kind", kind[item->kind]);
    ft_json_add_str(one, "name", item->name);
    ft_json_add_str(one, "cell", item->cell);
    ft_json_add_str(one, "taken", side_text[item->side]);
    ft_json_add_bool(one, "both_changed", item->both);
    ft_json_add_str(one, "base", item->base);
    ft_json_add_str(one, "ours", item->ours);
    ft_json_add_str(one, "theirs", item->theirs);
    return one;
}

static void print_json(const struct ft_merge *merge, bool done,
                       const struct ft_recorded *recorded)
{
    struct json_object *obj = json_object_new_object();
    struct json_object *list = json_object_new_array();

    ft_json_add_int(obj, "schema", SCHEMA);
    ft_json_add_str(obj, "base", *merge->base ? merge->base : NULL);
    ft_json_add_str(obj, "ours", merge->ours);
    ft_json_add_str(obj, "theirs", merge->theirs);
    ft_json_add_int(obj, "conflicts", (int64_t)ft_merge_conflicts(merge));
    ft_json_add_bool(obj, "merged", done);
    ft_json_add_str(obj, "kept", *recorded->kept ? recorded->kept : NULL);
    for (size_t i = 0; i < merge->n; i++)
        json_object_array_add(list, item_json(&merge->item[i]));
    json_object_object_add(obj, "changes", list);
    ft_print_json(obj);
}

static void print_merge(struct ft_session *s, const struct ft_merge *merge)
{
    for (size_t i = 0; i < merge->n; i++)
        print_item(s, &merge->item[i]);
}

static void print_end(const struct ft_merge *merge,
                      const struct ft_recorded *recorded)
{
    if (ft_merge_is_done(merge))
        printf("nothing to merge: '%s' is part of the current state\n",
               merge->theirs_name);
    else if (ft_merge_is_forward(merge))
        printf("went forward to %.*s\n", ID_SHOWN, merge->theirs);
    else
        printf("merged '%s' (%.*s)\n", merge->theirs_name, ID_SHOWN,
               merge->theirs);
    if (*recorded->kept)
        printf("what was undone before goes on as branch %s\n",
               recorded->kept);
}

/* --- deciding ------------------------------------------------------------- */

static int no_such(const char *text)
{
    ft_print_error("--take wants NAME=ours, NAME=theirs or NAME=recompute of "
                   "a conflict, not '%s'", text);
    return STATUS_USAGE;
}

/* "heat.temperature=theirs", "params.size=ours", "workflow=theirs". */
static int take(struct ft_merge *merge, const char *text)
{
    const char *eq = strrchr(text, '=');
    enum ft_merge_side side = FT_MERGE_OURS;
    char *name;
    size_t n;

    if (!eq)
        return no_such(text);
    while (side <= FT_MERGE_NEITHER && strcmp(side_text[side], eq + 1) != 0)
        side++;
    if (side > FT_MERGE_NEITHER)
        return no_such(text);
    name = ft_strndup(text, (size_t)(eq - text));
    n = ft_merge_decide(merge, ft_starts_with(name, "params.") ? name + 7
                                                               : name, side);
    free(name);
    return n ? 0 : no_such(text);
}

static int decide(const struct ft_cli *cli, struct ft_merge *merge)
{
    int status = 0;

    for (int i = 0; !status && i < cli->n_given; i++)
        if (strcmp(cli->given[i].name, "take") == 0)
            status = take(merge, cli->given[i].value);
    if (ft_cli_has(cli, "recompute"))
        (void)ft_merge_decide(merge, NULL, FT_MERGE_NEITHER);
    if (ft_cli_has(cli, "ours"))
        (void)ft_merge_decide(merge, NULL, FT_MERGE_OURS);
    if (ft_cli_has(cli, "theirs"))
        (void)ft_merge_decide(merge, NULL, FT_MERGE_THEIRS);
    return status;
}

static int fail_conflicts(size_t n)
{
    ft_print_error("%zu conflict%s: nothing was changed", n,
                   n == 1 ? "" : "s");
    ft_print_hint("decide with --take NAME=ours|theirs|recompute, --ours, "
                  "--theirs or --recompute");
    return STATUS_CONFLICT;
}

/* -------------------------------------------------------------------------- */

static bool is_to_compute(const struct ft_merge *merge)
{
    for (size_t i = 0; i < merge->n; i++)
        if (merge->item[i].side == FT_MERGE_NEITHER)
            return true;
    return false;
}

/* Execute the merged workflow with the merged parameters; what fits is
 * reused. */
static int compute(struct ft_session *s, const struct ft_cli *cli)
{
    struct ft_drive_options options;
    struct ft_execution what = { .options = &options,
                                 .json = ft_cli_has(cli, "json") };
    int status;

    ft_store_close(s->store);
    s->store = NULL;
    if (ft_execute_options(cli, &options) < 0)
        return STATUS_USAGE;
    status = ft_session_plan(s, cli, NULL);
    return status ? status : ft_execute(s, &what);
}

static int commit(struct ft_session *s, const struct ft_cli *cli,
                  const struct ft_merge *merge)
{
    struct ft_recorded recorded;
    struct ft_err err;

    if (ft_merge_commit(s->store, merge, &recorded, &err) < 0)
        return ft_print_err(&err);
    if (ft_cli_has(cli, "json")) {
        print_json(merge, true, &recorded);
    } else {
        print_merge(s, merge);
        print_end(merge, &recorded);
    }
    return is_to_compute(merge) ? compute(s, cli) : 0;
}

static int merge_with(struct ft_session *s, const struct ft_cli *cli,
                      struct ft_merge *merge)
{
    bool only_look = ft_cli_has(cli, "dry-run");
    size_t n = ft_merge_conflicts(merge);

    if (!n && !only_look)
        return commit(s, cli, merge);
    if (ft_cli_has(cli, "json"))
        print_json(merge, false, &(struct ft_recorded){ 0 });
    else
        print_merge(s, merge);
    return n ? fail_conflicts(n) : 0;
}

int ft_cmd_merge(struct ft_cli *cli)
{
    bool only_look = ft_cli_has(cli, "dry-run");
    struct ft_session s = FT_SESSION_INIT;
    struct ft_merge merge = { 0 };
    struct ft_err err;
    int status;

    if (ft_cli_has(cli, "ours") + ft_cli_has(cli, "theirs") +
            ft_cli_has(cli, "recompute") > 1) {
        ft_print_error("--ours, --theirs and --recompute exclude each other");
        return STATUS_USAGE;
    }
    status = ft_session_store(&s, only_look ? FT_STORE_READ : FT_STORE_WRITE);
    if (!status && ft_merge_plan(s.store, cli->arg[0], &merge, &err) < 0)
        status = ft_print_err(&err);
    if (!status)
        status = decide(cli, &merge);
    if (!status)
        status = merge_with(&s, cli, &merge);
    ft_merge_release(&merge);
    ft_session_close(&s);
    return status;
}

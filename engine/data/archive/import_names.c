/* import_names.c - branches and tags of an archive, and what they become */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "data/archive/archive_impl.h"
#include "data/history/history_impl.h"

/* So much of a name stays when "-imported-2" is added. */
#define NAME_KEPT 40

/* --- names ---------------------------------------------------------------- */

/* 1 when 'name' is a branch or tag already; '*same' when it is the same kind of
 * pointer to the same state. */
static int is_taken(struct ft_intake *intake, const char *name,
                    const struct ft_import_name *item, bool *same,
                    struct ft_err *err)
{
    struct ft_rows *rows = ft_db_ask(
        ft_index_db(intake->store->index),
        "SELECT 'branch', s.id FROM branch b JOIN state s ON s.n = b.state"
        " WHERE b.name=?1 UNION ALL"
        " SELECT 'tag', s.id FROM tag t JOIN state s ON s.n = t.state"
        " WHERE t.name=?1",
        FT_DB_ARGS(ft_db_text(name)), err);
    int rc = rows ? ft_rows_next(rows, err) : -1;

    *same = rc == 1 && strcmp(ft_rows_text(rows, 0), item->what) == 0 &&
            strcmp(ft_rows_text(rows, 1), item->state) == 0;
    ft_rows_end(rows);
    return rc;
}

/* Did another one of this archive get the name? */
static bool is_given(const struct ft_import_report *report, const char *name)
{
    for (size_t i = 0; i < report->n; i++)
        if (report->item[i].as && strcmp(report->item[i].as, name) == 0)
            return true;
    return false;
}

static char *candidate(const struct ft_import_name *item, const char *as,
                       unsigned i)
{
    if (i == 0)
        return ft_strdup(as ? as : item->name);
    return i == 1 ? ft_asprintf("%.*s-imported", NAME_KEPT, item->name)
                  : ft_asprintf("%.*s-imported-%u", NAME_KEPT, item->name, i);
}

/* NAME, NAME-imported, NAME-imported-2, …: the first that is free, or that
 * points to the state already. */
static int choose_name(struct ft_intake *intake,
                       const struct ft_import_report *report, const char *as,
                       struct ft_import_name *item, struct ft_err *err)
{
    for (unsigned i = 0;; i++) {
        char *name = candidate(item, as, i);
        int rc = is_taken(intake, name, item, &item->same, err);

        if (item->same || (rc == 0 && !is_given(report, name))) {
            item->as = name;
            return 0;
        }
        if (rc == 1 && as)
            rc = ft_err_set(err, FT_EEXIST, "there is a branch '%s' already",
                            name);
        free(name);
        if (rc < 0)
            return -1;
    }
}

static void copy_id(char to[FT_SHA256_HEX + 1], struct json_object *json,
                    const char *key)
{
    ft_copy_id(to, ft_json_str_or(json, key, ""));
}

static int add_names(struct ft_intake *intake, const char *list_name,
                     const char *what, const char *as,
                     struct ft_import_report *report, struct ft_err *err)
{
    struct json_object *list = ft_json_or_null(intake->manifest, list_name);

    for (size_t i = 0; i < json_object_array_length(list); i++) {
        struct json_object *json = json_object_array_get_idx(list, i);
        struct ft_import_name *item = &report->item[report->n++];

        item->what = what;
        item->name = ft_strdup(ft_json_str_or(json, "name", ""));
        copy_id(item->state, json, "state");
        copy_id(item->tip, json, "tip");
        if (choose_name(intake, report, as, item, err) < 0)
            return -1;
    }
    return 0;
}

int ft_intake_names(struct ft_intake *intake,
                    const struct ft_import_request *request,
                    struct ft_import_report *report, struct ft_err *err)
{
    size_t n_branches = json_object_array_length(
        ft_json_or_null(intake->manifest, "branches"));
    size_t n_tags = json_object_array_length(
        ft_json_or_null(intake->manifest, "tags"));

    if (request->as && n_branches != 1)
        return ft_err_set(err, FT_EUSAGE,
                          "the archive has %zu branches, which cannot all be "
                          "called '%s'", n_branches, request->as);
    report->item = ft_calloc(n_branches + n_tags, sizeof(*report->item));
    if (add_names(intake, "branches", "branch", request->as, report, err) < 0)
        return -1;
    return add_names(intake, "tags", "tag", NULL, report, err);
}

/* --- records -------------------------------------------------------------- */

static struct json_object *record_of(const struct ft_import_name *item,
                                     int64_t now_ns)
{
    struct ft_ref_change change = { .branch = item->as, .op = "import",
                                    .state = item->state,
                                    .undone = item->tip };
    struct json_object *tag;

    if (strcmp(item->what, "branch") == 0)
        return ft_history_ref(&change, now_ns);
    tag = ft_record_new("tag", now_ns);
    ft_json_add_str(tag, "name", item->as);
    ft_json_add_str(tag, "state", item->state);
    ft_history_add_user(tag);
    return tag;
}

/* Releases 'record'. */
static int show(struct json_object *record, ft_json_each *each, void *arg,
                struct ft_err *err)
{
    int rc = each(record, arg, err);

    json_object_put(record);
    return rc;
}

/* 1 when the project has a branch. */
static int any_branch(struct ft_intake *intake, struct ft_err *err)
{
    struct ft_rows *rows = ft_db_ask(ft_index_db(intake->store->index),
                                     "SELECT 1 FROM branch LIMIT 1", NULL, 0,
                                     err);

    return ft_rows_any(rows, err);
}

static struct json_object *head_of(struct ft_intake *intake,
                                   const struct ft_import_report *report,
                                   int64_t now_ns)
{
    const char *head = ft_json_str_or(intake->manifest, "head", "");
    struct json_object *record;

    for (size_t i = 0; i < report->n; i++) {
        const struct ft_import_name *item = &report->item[i];

        if (strcmp(item->what, "branch") == 0 &&
            strcmp(item->name, head) == 0) {
            record = ft_record_new("head", now_ns);
            ft_json_add_str(record, "branch", item->as);
            ft_history_add_user(record);
            return record;
        }
    }
    return NULL;
}

int ft_intake_point(struct ft_intake *intake,
                    const struct ft_import_report *report, ft_json_each *each,
                    void *arg, struct ft_err *err)
{
    int64_t now_ns = ft_clock_now_ns();
    int old = any_branch(intake, err), rc = old < 0 ? -1 : 0;
    struct json_object *head = old == 0 ? head_of(intake, report, now_ns)
                                        : NULL;

    for (size_t i = 0; rc == 0 && i < report->n; i++)
        if (!report->item[i].same)
            rc = show(record_of(&report->item[i], now_ns), each, arg, err);
    if (rc == 0 && head)
        return show(head, each, arg, err);
    json_object_put(head);
    return rc;
}

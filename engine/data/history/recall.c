/* recall.c - what a state was made by, to be run again */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "data/history/history_impl.h"
#include "model/workflow.h"

void ft_recalled_release(struct ft_recalled *recalled)
{
    free(recalled->file);
    free(recalled->text);
    free(recalled->dir);
    json_object_put(recalled->more);
    json_object_put(recalled->settings);
    json_object_put(recalled->modules);
    *recalled = (struct ft_recalled){ 0 };
}

/* The text of a manifest; the caller frees.  NULL with an error. */
static char *module_text(struct ft_db *db, const char *digest,
                         struct ft_err *err)
{
    struct ft_rows *rows = ft_db_ask(db,
                                     "SELECT text FROM module WHERE digest=?",
                                     FT_DB_ARGS(ft_db_text(digest)), err);
    int rc = rows ? ft_rows_next(rows, err) : -1;
    char *text = rc == 1 ? ft_strdup(ft_rows_text(rows, 0)) : NULL;

    ft_rows_end(rows);
    if (rc == 0)
        ft_err_set(err, FT_ENOENT, "manifest '%.12s' was not kept", digest);
    return text;
}

/* Put the text behind name and digest of each. */
static int add_texts(struct ft_db *db, struct json_object *modules,
                     struct ft_err *err)
{
    for (size_t i = 0; i < json_object_array_length(modules); i++) {
        struct json_object *one = json_object_array_get_idx(modules, i);
        char *text = module_text(db, ft_json_at_or(one, 1, ""), err);

        if (!text)
            return -1;
        json_object_array_add(one, json_object_new_string(text));
        free(text);
    }
    return 0;
}

/* Parts of "source"; a state of before there was one has none. */
static int read_source(struct ft_db *db, const char *text,
                       struct ft_recalled *recalled, struct ft_err *err)
{
    struct json_object *source;
    int rc;

    source = *text ? ft_json_parse(text, strlen(text), "a state", err)
                   : json_object_new_object();
    if (!source)
        return -1;
    recalled->dir = ft_strdup(ft_json_str_or(source, "dir", "."));
    recalled->settings =
        json_object_get(ft_json_or_null(source, "settings"));
    recalled->modules = json_object_get(ft_json_or_null(source, "modules"));
    if (!recalled->settings)
        recalled->settings = json_object_new_array();
    if (!recalled->modules)
        recalled->modules = json_object_new_array();
    rc = add_texts(db, recalled->modules, err);
    json_object_put(source);
    return rc;
}

static int fail_none(const char *state, struct ft_err *err)
{
    ft_err_set(err, FT_ENOENT, "state %.12s was not made by a workflow",
               state);
    return ft_err_hint(err, "give the file of a workflow");
}

int ft_store_recall(struct ft_store *store, const char *state,
                    struct ft_recalled *recalled, struct ft_err *err)
{
    struct ft_db *db = ft_store_db(store, err);
    char *workflow = NULL, *source = NULL;
    struct ft_rows *rows =
        db ? ft_db_ask(db,
                       "SELECT workflow, workflow_file, source FROM state"
                       " WHERE id=?",
                       FT_DB_ARGS(ft_db_text(state)), err)
           : NULL;
    int rc = rows ? ft_rows_next(rows, err) : -1;

    *recalled = (struct ft_recalled){ 0 };
    if (rc == 1) {
        workflow = ft_strdup(ft_rows_text(rows, 0));
        recalled->file = ft_strdup(ft_rows_text(rows, 1));
        source = ft_strdup(ft_rows_text(rows, 2));
    }
    ft_rows_end(rows);
    if (rc == 0 || (rc == 1 && !*workflow))
        rc = fail_none(state, err);
    if (rc == 1)
        rc = ft_store_workflow(store, workflow, &recalled->text,
                               &recalled->more, err);
    if (rc == 0)
        rc = read_source(db, source, recalled, err);
    if (rc < 0)
        ft_recalled_release(recalled);
    free(workflow);
    free(source);
    return rc;
}

/* --- the workflow --------------------------------------------------------- */

static size_t count(struct json_object *list)
{
    return list ? json_object_array_length(list) : 0;
}

static void keep_modules(const struct ft_recalled *recalled,
                         struct ft_module_set *modules)
{
    for (size_t i = 0; i < count(recalled->modules); i++) {
        struct json_object *one =
            json_object_array_get_idx(recalled->modules, i);

        ft_module_set_keep(modules, ft_json_at_or(one, 0, ""),
                           ft_json_at_or(one, 2, ""));
    }
}

struct ft_workflow *ft_recalled_workflow(const struct ft_recalled *recalled,
                                         const char *project_dir,
                                         struct ft_module_set *modules,
                                         const struct ft_setting *setting,
                                         size_t n_settings, bool to_run,
                                         struct ft_diags *diags)
{
    char *dir = ft_workflow_text_path(project_dir, recalled->dir);
    struct ft_kept kept = {
        .file = recalled->file, .dir = dir, .text = recalled->text,
        .setting = setting, .n_settings = n_settings,
        .n_more = count(recalled->more), .to_run = to_run,
    };
    struct ft_workflow *wf;

    kept.more = ft_calloc(kept.n_more, sizeof(*kept.more));
    for (size_t i = 0; i < kept.n_more; i++) {
        struct json_object *pair = json_object_array_get_idx(recalled->more,
                                                             i);

        kept.more[i].path = ft_workflow_text_path(
            dir, ft_json_at_or(pair, 0, ""));
        kept.more[i].text = ft_json_at_or(pair, 1, "");
    }
    keep_modules(recalled, modules);
    wf = ft_workflow_recall(&kept, modules, diags);
    for (size_t i = 0; i < kept.n_more; i++)
        free((char *)kept.more[i].path);
    free(kept.more);
    free(dir);
    return wf;
}

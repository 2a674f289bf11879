/* crate_dir.c - a run as a directory that is an RO-Crate
 *
 *   DIR/ro-crate-metadata.json
 *       workflow/heat.yaml          and what it includes
 *       results/<version>.h5        those that were chosen
 *
 * It is made beside DIR and renamed, so that a crate is never half there.
 */
#include "cli/crate_dir.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/json.h"
#include "base/path.h"
#include "base/umask.h"
#include "data/provenance/crate.h"
#include "model/workflow.h"

#define MODE_DIR 0777
#define MODE_FILE 0666

struct export {
    struct ft_store *store;
    const struct ft_lineage *lineage;
    const struct ft_prov_run *run;
    const struct ft_crate_choice *choice;
    char *part; /* the directory while it is made */
    char **text; /* paths in the crate of the files of the workflow */
    struct ft_map payload;
};

/* --- names ---------------------------------------------------------------- */

/* Only characters that stand for themselves in a URI, and no hidden file. */
static void tidy(char *name)
{
    for (char *c = name; *c; c++)
        if (!strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                    "0123456789._-/", *c) ||
            (*c == '.' && (c == name || c[-1] == '/')))
            *c = '_';
}

/* Where the file 'i' of the workflow goes: beside the first one as it was, or,
 * when it came from elsewhere, under a number. */
static char *text_name(const struct ft_workflow *wf, size_t i)
{
    const char *path = wf->text[i]->path, *base = ft_path_base(path);
    size_t len = strlen(wf->dir);
    char *name;

    if (i && strncmp(path, wf->dir, len) == 0 && path[len] == '/')
        path += len + 1;
    if (i == 0)
        name = ft_asprintf("workflow/%s", base);
    else if (ft_path_is_below(path))
        name = ft_asprintf("workflow/%s", path);
    else
        name = ft_asprintf("workflow/file-%zu/%s", i, base);
    tidy(name + strlen("workflow/"));
    return name;
}

static void name_texts(struct export *e)
{
    const struct ft_workflow *wf = e->run->wf;
    struct ft_map seen = FT_MAP_INIT;

    e->text = ft_calloc(wf->n_texts, sizeof(*e->text));
    for (size_t i = 0; i < wf->n_texts; i++) {
        e->text[i] = text_name(wf, i);
        if (ft_map_put(&seen, e->text[i], e)) {
            free(e->text[i]);
            e->text[i] = ft_asprintf("workflow/file-%zu.yaml", i);
        }
    }
    ft_map_release(&seen);
}

/* --- choosing ------------------------------------------------------------- */

static bool is_chosen(const struct export *e, const char *object, bool *used)
{
    const struct ft_crate_choice *choice = e->choice;

    if (choice->no_data)
        return false;
    for (size_t i = 0; i < choice->n_only; i++)
        if (strcmp(choice->only[i], object) == 0) {
            used[i] = true;
            return true;
        }
    return !choice->n_only;
}

/* The file may have been removed though the version is known: then it stays
 * out, unless it was asked for by name. */
static int add_payload(struct export *e, const char *version,
                       struct ft_err *err)
{
    char *path = ft_store_file(e->store, version, err);
    bool found = path != NULL;

    if (found)
        (void)ft_map_put(&e->payload, version, e);
    free(path);
    return found || (!e->choice->n_only && err->code == FT_ENOENT) ? 0 : -1;
}

static int choose_of_task(struct export *e, const struct ft_prov_task *task,
                          bool *used, struct ft_err *err)
{
    const struct ft_stage *stage = &e->run->wf->stage[task->stage];
    size_t n = task->out ? task->out->n : 0;
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < n && i < stage->n_out; i++) {
        char *object = ft_asprintf("%s.%s", stage->name, stage->out[i].name);

        if (*task->out->item[i].id && is_chosen(e, object, used))
            rc = add_payload(e, task->out->item[i].id, err);
        free(object);
    }
    return rc;
}

static int choose(struct export *e, struct ft_err *err)
{
    const struct ft_crate_choice *choice = e->choice;
    bool *used = ft_calloc(choice->n_only + 1, sizeof(*used));
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < e->run->n_tasks; i++)
        rc = choose_of_task(e, &e->run->task[i], used, err);
    for (size_t i = 0; rc == 0 && i < choice->n_only; i++)
        if (!used[i])
            rc = ft_err_set(err, FT_EUSAGE, "'%s' is no result of run %s",
                            choice->only[i], e->run->id);
    free(used);
    return rc;
}

/* --- writing -------------------------------------------------------------- */

static int write_file(struct export *e, const char *name, const char *bytes,
                      size_t len, struct ft_err *err)
{
    char *path = ft_path_join(e->part, name), *dir = ft_path_dir(path);
    mode_t mask = ft_umask_user();
    int rc = ft_path_mkdirs(dir, MODE_DIR, err);

    if (rc == 0)
        rc = ft_file_write(path, bytes, len, MODE_FILE, err);
    umask(mask);
    free(dir);
    free(path);
    return rc;
}

static int write_texts(struct export *e, struct ft_err *err)
{
    const struct ft_workflow *wf = e->run->wf;
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < wf->n_texts; i++) {
        size_t len;
        const char *bytes = ft_doc_text(wf->text[i]->doc, &len);

        rc = write_file(e, e->text[i], bytes, len, err);
    }
    return rc;
}

static int write_results(struct export *e, struct ft_err *err)
{
    char *dir = ft_path_join(e->part, FT_CRATE_RESULTS);
    mode_t mask = ft_umask_user();
    int rc = e->payload.len ? ft_path_mkdirs(dir, MODE_DIR, err) : 0;

    umask(mask);
    for (size_t i = 0; rc == 0 && i < e->payload.len; i++) {
        const char *id = e->payload.entry[i].key;
        char *from = ft_store_file(e->store, id, err);
        char *to = ft_asprintf("%s/%s.h5", dir, id);

        mask = ft_umask_user();
        rc = from ? ft_file_copy(from, to, err) : -1;
        umask(mask);
        free(to);
        free(from);
    }
    free(dir);
    return rc;
}

static int write_metadata(struct export *e, struct ft_err *err)
{
    struct ft_crate crate = {
        .lineage = e->lineage,
        .run = e->run,
        .license = e->choice->license,
        .now_ns = ft_clock_now_ns(),
        .text = e->text,
        .payload = &e->payload,
    };
    struct json_object *doc = ft_crate_metadata(&crate);
    const char *text = json_object_to_json_string_ext(
        doc, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_NOSLASHESCAPE);
    int rc = write_file(e, FT_CRATE_METADATA, text, strlen(text), err);

    json_object_put(doc);
    return rc;
}

static int write_all(struct export *e, struct ft_err *err)
{
    mode_t mask = ft_umask_user();
    int rc = mkdir(e->part, MODE_DIR);

    umask(mask);
    if (rc < 0)
        return ft_err_sys(err, "cannot make '%s'", e->part);
    if (write_texts(e, err) < 0 || write_results(e, err) < 0 ||
        write_metadata(e, err) < 0)
        return -1;
    if (rename(e->part, e->choice->dir) < 0)
        return ft_err_sys(err, "cannot name '%s'", e->choice->dir);
    return ft_path_sync_parent(e->choice->dir, err);
}

int ft_crate_write(struct ft_store *store, const struct ft_lineage *lineage,
                   const struct ft_prov_run *run,
                   const struct ft_crate_choice *choice, struct ft_err *err)
{
    struct export e = {
        .store = store, .lineage = lineage, .run = run, .choice = choice
    };
    int rc;

    if (!run->n_tasks)
        return ft_err_set(err, FT_EUSAGE,
                          "no task of run %s was started: there is nothing "
                          "to tell", run->id);
    if (ft_path_exists(choice->dir))
        return ft_err_set(err, FT_EEXIST, "'%s' exists already", choice->dir);
    e.part = ft_path_unused(choice->dir, ".part");
    name_texts(&e);
    rc = choose(&e, err);
    if (rc == 0)
        rc = write_all(&e, err);
    if (rc < 0)
        (void)ft_path_remove(e.part, NULL); /* the first error is reported */
    for (size_t i = 0; i < run->wf->n_texts; i++)
        free(e.text[i]);
    free(e.text);
    free(e.part);
    ft_map_release(&e.payload);
    return rc;
}

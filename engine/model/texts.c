/* texts.c - the files of a workflow: each is read once */
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/path.h"
#include "base/sha256.h"
#include "base/str.h"
#include "model/build.h"

/* Without "./" and doubled slashes, so that a file has one name.  ".." stays:
 * behind a symbolic link it is somewhere else. */
static char *tidy_path(const char *path)
{
    struct ft_str out = FT_STR_INIT;

    if (*path == '/')
        ft_str_addc(&out, '/');
    while (*path) {
        size_t len = strcspn(path, "/");

        if (len && !(len == 1 && *path == '.')) {
            if (out.len && out.s[out.len - 1] != '/')
                ft_str_addc(&out, '/');
            ft_str_addn(&out, path, len);
        }
        path += len + (path[len] == '/');
    }
    return ft_str_take(&out);
}

static struct ft_text *find(const struct ft_workflow *wf, const char *path)
{
    for (size_t i = 0; i < wf->n_texts; i++)
        if (strcmp(wf->text[i]->path, path) == 0)
            return wf->text[i];
    return NULL;
}

struct ft_text *ft_text_add(struct ft_build *b, const char *path,
                            const char *dir, struct ft_doc *doc)
{
    struct ft_workflow *wf = b->wf;
    struct ft_text *text;

    if (!doc)
        return NULL;
    text = ft_calloc(1, sizeof(*text));
    text->path = tidy_path(path);
    text->dir = ft_strdup(dir);
    text->doc = doc;
    wf->text = ft_realloc(wf->text, wf->n_texts + 1, sizeof(*wf->text));
    wf->text[wf->n_texts++] = text;
    return text;
}

/* From the disk, or from what the run has kept. */
static struct ft_doc *read_doc(struct ft_build *b, const struct ft_text *from,
                               const struct ft_node *node, const char *path)
{
    for (size_t i = 0; b->kept && i < b->kept->n_more; i++) {
        const struct ft_kept_text *kept = &b->kept->more[i];

        if (strcmp(kept->path, path) == 0)
            return ft_doc_parse(path, kept->text, strlen(kept->text),
                                b->diags);
    }
    if (ft_path_exists(path))
        return ft_doc_read(path, b->diags);
    ft_diag_add(b->diags, from->doc, &node->mark, FT_D_FILE,
                "the file '%s' is not there", path);
    ft_hint_file(b, path);
    return NULL;
}

const struct ft_text *ft_text_load(struct ft_build *b,
                                   const struct ft_text *from,
                                   const struct ft_node *node)
{
    char *joined = ft_path_join(from->dir, node->text);
    char *path = tidy_path(joined), *dir = ft_path_dir(path);
    struct ft_text *text = find(b->wf, path);

    if (!text && b->wf->n_texts == FT_TEXTS_MAX)
        ft_diag_add(b->diags, from->doc, &node->mark, FT_D_LIMIT,
                    "the workflow has more than %d files", FT_TEXTS_MAX);
    else if (!text)
        text = ft_text_add(b, path, dir, read_doc(b, from, node, path));
    free(joined);
    free(path);
    free(dir);
    return text;
}

const struct ft_doc *ft_text_doc(const struct ft_workflow *wf,
                                 const struct ft_mark *mark)
{
    for (size_t i = 0; i < wf->n_texts; i++)
        if (ft_doc_file(wf->text[i]->doc) == mark->file)
            return wf->text[i]->doc;
    return NULL;
}

void ft_texts_digest(struct ft_workflow *wf)
{
    char hex[FT_SHA256_HEX + 1];
    struct ft_str all = FT_STR_INIT;

    for (size_t i = 0; i < wf->n_texts; i++) {
        size_t len;
        const char *text = ft_doc_text(wf->text[i]->doc, &len);

        ft_sha256_text(text, len, hex);
        ft_str_addf(&all, "%s\n", hex);
    }
    if (wf->n_texts > 1)
        ft_sha256_text(all.s, all.len, hex);
    wf->digest = ft_strdup(hex);
    ft_str_release(&all);
}

static struct json_object *texts_json(const struct ft_workflow *wf,
                                      size_t skip)
{
    struct json_object *list = json_object_new_array();

    for (size_t i = 1; i < wf->n_texts; i++) {
        struct json_object *pair = json_object_new_array();
        const char *path = wf->text[i]->path;
        size_t len;
        const char *text = ft_doc_text(wf->text[i]->doc, &len);

        if (skip && strncmp(path, wf->text[0]->path, skip) == 0)
            path += skip;
        json_object_array_add(pair, json_object_new_string(path));
        json_object_array_add(pair,
                              json_object_new_string_len(text, (int)len));
        json_object_array_add(list, pair);
    }
    return list;
}

struct json_object *ft_workflow_params_json(const struct ft_workflow *wf)
{
    struct json_object *obj = json_object_new_object();

    for (size_t i = 0; i < wf->params.n; i++)
        json_object_object_add(obj, wf->params.item[i].name,
                               ft_value_json(&wf->value[i]));
    return obj;
}

struct json_object *ft_workflow_texts_json(const struct ft_workflow *wf)
{
    return texts_json(wf, 0);
}

struct json_object *ft_workflow_texts_below(const struct ft_workflow *wf)
{
    const char *first = wf->text[0]->path;

    return texts_json(wf, (size_t)(ft_path_base(first) - first));
}

char *ft_workflow_text_path(const char *dir, const char *path)
{
    char *joined = ft_path_join(dir, path), *tidy = tidy_path(joined);

    free(joined);
    return tidy;
}

struct json_object *ft_workflow_settings_json(const struct ft_workflow *wf)
{
    struct json_object *list = json_object_new_array();

    for (size_t i = 0; i < wf->params.n; i++) {
        const struct ft_param *param = &wf->params.item[i];
        struct ft_str text = FT_STR_INIT;
        struct json_object *pair;

        if (ft_value_equal(&wf->value[i], &param->deflt))
            continue;
        ft_param_to_text(param, &wf->value[i], &text);
        pair = json_object_new_array();
        json_object_array_add(pair, json_object_new_string(param->name));
        json_object_array_add(pair, json_object_new_string(text.s));
        json_object_array_add(list, pair);
        ft_str_release(&text);
    }
    return list;
}

void ft_text_free(struct ft_text *text)
{
    ft_doc_free(text->doc);
    free(text->path);
    free(text->dir);
    free(text);
}

/* module_set.c - finding manifests: project, $FEDTWIN_MODULE_PATH, installed */
#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/dirs.h"
#include "base/map.h"
#include "base/path.h"
#include "base/str.h"
#include "model/manifest.h"
#include "text/suggest.h"

#define ENDING ".yaml"

/* A manifest that was looked at; 'module' is NULL when it has errors. */
struct entry {
    struct ft_module *module;
    struct ft_doc *doc;
    char *path;
};

struct ft_module_set {
    char **dir;
    size_t n_dirs, cap_dirs;
    struct ft_map entries; /* name -> struct entry */
    struct ft_map kept;    /* name -> text of its manifest */
    char **name;           /* sorted; NULL until asked for */
    size_t n_names, cap_names;
};

static void add_dir(struct ft_module_set *set, char *dir)
{
    set->dir = ft_grow(set->dir, set->n_dirs, &set->cap_dirs,
                       sizeof(*set->dir));
    set->dir[set->n_dirs++] = dir;
}

struct ft_module_set *ft_module_set_new(const char *project_dir)
{
    struct ft_module_set *set = ft_calloc(1, sizeof(*set));
    const char *path = getenv("FEDTWIN_MODULE_PATH");

    set->entries = (struct ft_map)FT_MAP_INIT;
    set->kept = (struct ft_map)FT_MAP_INIT;
    if (project_dir)
        add_dir(set, ft_path_join(project_dir, "modules"));
    while (path && *path) {
        size_t len = strcspn(path, ":");

        if (len)
            add_dir(set, ft_strndup(path, len));
        path += len + (path[len] == ':');
    }
    add_dir(set, ft_strdup(ft_dirs()->modules));
    return set;
}

/* --- all names ------------------------------------------------------------ */

static int compare(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void add_names(struct ft_module_set *set, const char *path)
{
    DIR *dir = opendir(path); /* one that is not there holds no modules */
    const struct dirent *found;

    while (dir && (found = readdir(dir))) {
        char *name;

        if (!ft_ends_with(found->d_name, ENDING))
            continue;
        name = ft_strndup(found->d_name,
                          strlen(found->d_name) - strlen(ENDING));
        if (!ft_module_name_valid(name)) {
            free(name);
            continue;
        }
        set->name = ft_grow(set->name, set->n_names, &set->cap_names,
                            sizeof(*set->name));
        set->name[set->n_names++] = name;
    }
    if (dir)
        closedir(dir);
}

const char *const *ft_module_names(struct ft_module_set *set, size_t *n)
{
    size_t kept = 0;

    if (!set->name) {
        set->name = ft_calloc(1, sizeof(*set->name));
        set->cap_names = 1;
        for (size_t i = 0; i < set->n_dirs; i++)
            add_names(set, set->dir[i]);
        qsort(set->name, set->n_names, sizeof(*set->name), compare);
        for (size_t i = 0; i < set->n_names; i++) {
            if (kept && strcmp(set->name[kept - 1], set->name[i]) == 0)
                free(set->name[i]);
            else
                set->name[kept++] = set->name[i];
        }
        set->n_names = kept;
    }
    *n = set->n_names;
    return (const char *const *)set->name;
}

/* --- one module ----------------------------------------------------------- */

static void report_unknown(struct ft_module_set *set, const char *name,
                           const struct ft_doc *doc,
                           const struct ft_mark *mark,
                           struct ft_diags *diags)
{
    size_t n;
    const char *const *known = ft_module_names(set, &n);
    const char *near = ft_suggest(name, known, n);

    ft_diag_add(diags, doc, mark, FT_D_UNKNOWN_MODULE,
                "unknown module '%s'", name);
    if (near)
        ft_diag_hint(diags, "did you mean '%s'?", near);
    else
        ft_diag_hint(diags, "'fedtwin module list' shows the modules");
}

/* The path of the first manifest for 'name', or NULL; the caller frees. */
static char *find_manifest(const struct ft_module_set *set, const char *name)
{
    char *file = ft_asprintf("%s" ENDING, name), *path = NULL;

    for (size_t i = 0; i < set->n_dirs && !path; i++) {
        path = ft_path_join(set->dir[i], file);
        if (!ft_path_exists(path)) {
            free(path);
            path = NULL;
        }
    }
    free(file);
    return path;
}

void ft_module_set_keep(struct ft_module_set *set, const char *name,
                        const char *text)
{
    free(ft_map_put(&set->kept, name, ft_strdup(text)));
}

static struct entry *load(struct ft_module_set *set, const char *name,
                          struct ft_diags *diags)
{
    const char *kept = ft_map_get(&set->kept, name);
    char *path = ft_module_name_valid(name) ? find_manifest(set, name) : NULL;
    struct entry *entry;

    if (!path && kept)
        path = ft_asprintf("%s" ENDING, name);
    if (!path)
        return NULL;
    entry = ft_calloc(1, sizeof(*entry));
    entry->path = path;
    entry->doc = kept ? ft_doc_parse(path, kept, strlen(kept), diags)
                      : ft_doc_read(path, diags);
    if (entry->doc)
        entry->module = ft_manifest_read(entry->doc, name, diags);
    ft_map_put(&set->entries, name, entry);
    return entry;
}

const struct ft_module *ft_module_find(struct ft_module_set *set,
                                       const char *name,
                                       const struct ft_doc *doc,
                                       const struct ft_mark *mark,
                                       struct ft_diags *diags)
{
    struct entry *entry = ft_map_get(&set->entries, name);

    if (!entry)
        entry = load(set, name, diags);
    if (!entry) {
        report_unknown(set, name, doc, mark, diags);
        return NULL;
    }
    if (!entry->module)
        ft_diag_add(diags, doc, mark, FT_D_MANIFEST,
                    "module '%s' cannot be used: '%s' has errors", name,
                    entry->path);
    return entry->module;
}

void ft_module_set_free(struct ft_module_set *set)
{
    if (!set)
        return;
    for (size_t i = 0; i < set->kept.len; i++)
        free(set->kept.entry[i].value);
    ft_map_release(&set->kept);
    for (size_t i = 0; i < set->entries.len; i++) {
        struct entry *entry = set->entries.entry[i].value;

        ft_manifest_free(entry->module);
        ft_doc_free(entry->doc);
        free(entry->path);
        free(entry);
    }
    ft_map_release(&set->entries);
    for (size_t i = 0; i < set->n_dirs; i++)
        free(set->dir[i]);
    free(set->dir);
    for (size_t i = 0; i < set->n_names; i++)
        free(set->name[i]);
    free(set->name);
    free(set);
}

/* site_set.c - where site files are */
#include "model/site_set.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/dirs.h"
#include "base/path.h"
#include "base/str.h"
#include "model/site.h"
#include "text/suggest.h"

const char *const ft_site_level_names[] = {
    [FT_SITE_PROJECT] = "project",
    [FT_SITE_USER] = "user",
    [FT_SITE_SYSTEM] = "system",
    [FT_SITE_INSTALLED] = "installed",
    NULL,
};

static char *user_dir(void)
{
    const char *xdg = getenv("XDG_CONFIG_HOME");
    const char *home = getenv("HOME");

    if (xdg && xdg[0] == '/')
        return ft_path_join(xdg, "fedtwin/sites");
    return home ? ft_path_join(home, ".config/fedtwin/sites") : NULL;
}

char *ft_site_level_dir(enum ft_site_level level, const char *project_dir)
{
    switch (level) {
    case FT_SITE_PROJECT:
        return project_dir ? ft_path_join(project_dir, "sites") : NULL;
    case FT_SITE_USER:
        return user_dir();
    case FT_SITE_SYSTEM:
        return ft_strdup(ft_dirs()->system_sites);
    case FT_SITE_INSTALLED:
        break;
    }
    return ft_strdup(ft_dirs()->sites);
}

static void add_entry(struct ft_site_set *set, size_t *cap, const char *dir,
                      const char *file, enum ft_site_level level)
{
    char *name;

    if (!ft_ends_with(file, FT_SITE_ENDING))
        return;
    name = ft_strndup(file, strlen(file) - strlen(FT_SITE_ENDING));
    if (!ft_name_valid(name)) {
        free(name);
        return;
    }
    set->item = ft_grow(set->item, set->n, cap, sizeof(*set->item));
    set->item[set->n++] = (struct ft_site_entry){
        .name = name,
        .path = ft_path_join(dir, file),
        .level = level,
    };
}

static int compare(const void *a, const void *b)
{
    const struct ft_site_entry *x = a, *y = b;
    int by_name = strcmp(x->name, y->name);

    return by_name ? by_name : (int)x->level - (int)y->level;
}

void ft_site_set_read(const char *project_dir, struct ft_site_set *set)
{
    size_t cap = 0;

    *set = (struct ft_site_set){ 0 };
    for (int level = 0; level < FT_SITE_LEVELS; level++) {
        char *path = ft_site_level_dir((enum ft_site_level)level,
                                       project_dir);
        DIR *dir = path ? opendir(path) : NULL;
        const struct dirent *found;

        while (dir && (found = readdir(dir)))
            add_entry(set, &cap, path, found->d_name,
                      (enum ft_site_level)level);
        if (dir)
            closedir(dir);
        free(path);
    }
    if (set->n)
        qsort(set->item, set->n, sizeof(*set->item), compare);
    for (size_t i = 1; i < set->n; i++)
        if (strcmp(set->item[i - 1].name, set->item[i].name) == 0)
            set->item[i].by = set->item[i - 1].by ? set->item[i - 1].by
                                                  : &set->item[i - 1];
}

void ft_site_set_release(struct ft_site_set *set)
{
    for (size_t i = 0; i < set->n; i++) {
        free(set->item[i].name);
        free(set->item[i].path);
    }
    free(set->item);
    *set = (struct ft_site_set){ 0 };
}

const struct ft_site_entry *ft_site_set_find(const struct ft_site_set *set,
                                             const char *name)
{
    for (size_t i = 0; i < set->n; i++)
        if (strcmp(set->item[i].name, name) == 0)
            return &set->item[i];
    return NULL;
}

const char *ft_site_set_near(const struct ft_site_set *set, const char *name)
{
    const char **known = ft_calloc(set->n + 1, sizeof(*known));
    const char *near;

    for (size_t i = 0; i < set->n; i++)
        known[i] = set->item[i].name;
    known[set->n] = "local";
    near = ft_suggest(name, known, set->n + 1);
    free(known);
    return near;
}

struct ft_site *ft_site_entry_read(const struct ft_site_entry *entry,
                                   struct ft_diags *diags)
{
    struct ft_site *site = ft_site_read(entry->path, diags);

    if (!site || strcmp(site->name, entry->name) == 0)
        return site;
    ft_diag_add(diags, site->doc,
                &ft_node_get(ft_doc_root(site->doc), "site")->mark, FT_D_SITE,
                "the file '%s" FT_SITE_ENDING "' is about site '%s'",
                entry->name, site->name);
    ft_diag_hint(diags, "a registered site file has the name of its site");
    ft_site_free(site);
    return NULL;
}

/* hint.c - the nearest name, as a hint for the newest diagnostic */
#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/path.h"
#include "base/str.h"
#include "model/build.h"
#include "text/suggest.h"

#define FILES_MAX 1000 /* names of a directory that are looked at */

/* Names of the space itself, without those of workflows that it uses. */
void ft_hint_stage(struct ft_build *b, const struct ft_space *space,
                   const char *name)
{
    const struct ft_workflow *wf = b->wf;
    const char **known = ft_calloc(wf->n_stages + wf->n_spaces,
                                   sizeof(*known));
    size_t n = 0, skip = strlen(space->prefix);
    const char *near;

    for (size_t i = 0; i < wf->n_stages; i++)
        if (wf->stage[i].space == space)
            known[n++] = wf->stage[i].name + skip;
    for (size_t i = 0; i < wf->n_spaces; i++)
        if (wf->space[i]->use && wf->space[i]->use->space == space)
            known[n++] = wf->space[i]->use->name + skip;
    near = ft_suggest(name, known, n);
    if (near)
        ft_diag_hint(b->diags, "did you mean '%s'?", near);
    free(known);
}

void ft_hint_port(struct ft_build *b, const char *name,
                  const struct ft_port *port, size_t n)
{
    const char **known = ft_calloc(n, sizeof(*known));
    struct ft_str all = FT_STR_INIT;
    const char *near;

    for (size_t i = 0; i < n; i++) {
        known[i] = port[i].name;
        ft_str_addf(&all, "%s%s", i ? ", " : "", known[i]);
    }
    near = ft_suggest(name, known, n);
    if (near)
        ft_diag_hint(b->diags, "did you mean '%s'?", near);
    else if (n)
        ft_diag_hint(b->diags, "there is %s", all.s);
    ft_str_release(&all);
    free(known);
}

void ft_hint_file(struct ft_build *b, const char *path)
{
    char *dir_name = ft_path_dir(path);
    DIR *dir = opendir(dir_name);
    const struct dirent *found;
    char *name[FILES_MAX];
    const char *near;
    size_t n = 0;

    while (dir && n < FILES_MAX && (found = readdir(dir)))
        name[n++] = ft_strdup(found->d_name);
    near = ft_suggest(ft_path_base(path), (const char *const *)name, n);
    if (near)
        ft_diag_hint(b->diags, "did you mean '%s'?", near);
    else
        ft_diag_hint(b->diags, "paths start at the workflow's file");
    while (n)
        free(name[--n]);
    if (dir)
        closedir(dir);
    free(dir_name);
}

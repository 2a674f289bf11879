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

/* "did you mean 'x'?", or which there are. */
static void hint_name(struct ft_build *b, const char *name,
                      const char *const *known, size_t n)
{
    const char *near = ft_suggest(name, known, n);
    struct ft_str all = FT_STR_INIT;

    for (size_t i = 0; i < n; i++)
        ft_str_addf(&all, "%s%s", i ? ", " : "", known[i]);
    if (near)
        ft_diag_hint(b->diags, "did you mean '%s'?", near);
    else if (n)
        ft_diag_hint(b->diags, "there is %s", all.s);
    ft_str_release(&all);
}

/* Names of the space itself, without those of workflows that it uses. */
void ft_hint_stage(struct ft_build *b, const struct ft_space *space,
                   const char *name)
{
    const struct ft_workflow *wf = b->wf;
    const char **known = ft_calloc(wf->n_stages + wf->n_spaces,
                                   sizeof(*known));
    size_t n = 0, skip = strlen(space->prefix);

    for (size_t i = 0; i < wf->n_stages; i++)
        if (wf->stage[i].space == space)
            known[n++] = wf->stage[i].name + skip;
    for (size_t i = 0; i < wf->n_spaces; i++)
        if (wf->space[i]->use && wf->space[i]->use->space == space)
            known[n++] = wf->space[i]->use->name + skip;
    hint_name(b, name, known, n);
    free(known);
}

void ft_hint_port(struct ft_build *b, const char *name,
                  const struct ft_port *port, size_t n)
{
    const char **known = ft_calloc(n, sizeof(*known));

    for (size_t i = 0; i < n; i++)
        known[i] = port[i].name;
    hint_name(b, name, known, n);
    free(known);
}

static bool has_axis(const struct ft_stage *stage, const char *name)
{
    for (size_t a = 0; a < stage->n_axes; a++)
        if (strcmp(stage->axis[a].name, name) == 0)
            return true;
    return false;
}

void ft_hint_axes(struct ft_build *b, const struct ft_input *in,
                  const struct ft_stage *stage, const struct ft_stage *from)
{
    struct ft_str one = FT_STR_INIT, each = FT_STR_INIT, lacks = FT_STR_INIT;

    for (size_t a = in->n_shared; a < from->n_axes; a++) {
        const char *name = from->axis[a].name, *sep = one.len ? ", " : "";

        if (strcmp(name, "turn") == 0)
            continue; /* the last one is meant */
        ft_str_addf(&one, "%s%s = ...", sep, name);
        ft_str_addf(&each, "%s%s = %s%s", sep, name,
                    strcmp(name, "item") == 0 ? "" : "matrix.", name);
        if (!has_axis(stage, name))
            ft_str_addf(&lacks, "%s'%s'", lacks.len ? ", " : "", name);
    }
    if (lacks.len)
        ft_diag_hint(b->diags, "choose one: ${%s.%s{%s}}; for a task each, "
                     "repeat %s in this stage and write {%s}", from->name,
                     from->out[in->output].name, one.s, lacks.s, each.s);
    else
        ft_diag_hint(b->diags, "choose one: ${%s.%s{%s}}", from->name,
                     from->out[in->output].name, each.s);
    ft_str_release(&one);
    ft_str_release(&each);
    ft_str_release(&lacks);
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

void ft_hint_exports(struct ft_build *b, const struct ft_space *inner)
{
    struct ft_str all = FT_STR_INIT;

    for (size_t i = 0; i < inner->n_out; i++)
        ft_str_addf(&all, "%s%s", i ? ", " : "", inner->out[i].name);
    if (all.len)
        ft_diag_hint(b->diags, "there is %s", all.s);
    ft_str_release(&all);
}

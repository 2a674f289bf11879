/* dirs.c - where the parts of this fedtwin are */
#include "base/dirs.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/path.h"
#include "base/str.h"

/* Programs stand at the top of a build tree, unit tests two levels below. */
#define LEVELS_UP 2
#define MARK "share/uninstalled" /* in a build tree; holds the source's path \
                                  */

/* The directory of the running program; the caller frees.  Without /proc there
 * is no such name, and everything counts as installed. */
static char *program_dir(void)
{
    char path[PATH_MAX];
    ssize_t n = readlink("/proc/self/exe", path, sizeof(path) - 1);

    if (n <= 0)
        return ft_strdup("/");
    path[n] = '\0';
    return ft_path_dir(path);
}

/* The source directory of the build tree 'top', or NULL when it is none. */
static char *source_of(const char *top)
{
    struct ft_str text = FT_STR_INIT;
    char *mark = ft_path_join(top, MARK);
    char *source = NULL;

    if (ft_file_read(mark, PATH_MAX, &text, NULL) == 0 && text.s[0] == '/')
        source = ft_strndup(text.s, strcspn(text.s, "\n"));
    ft_str_release(&text);
    free(mark);
    return source;
}

/* The build tree that the program is in; *source is its source directory.  NULL
 * when there is none.  The caller frees both. */
static char *find_build(char **source)
{
    char *top = program_dir(), *up;

    for (int level = 0; level <= LEVELS_UP; level++) {
        *source = source_of(top);
        if (*source)
            return top;
        up = ft_path_dir(top);
        free(top);
        top = up;
    }
    free(top);
    return NULL;
}

static void fill(struct ft_dirs *dirs)
{
    char *source = NULL;
    char *build = find_build(&source);

    dirs->uninstalled = build != NULL;
    if (build) {
        dirs->libexec = ft_strdup(build);
        dirs->modules = ft_path_join(source, "share/modules");
        dirs->sites = ft_path_join(source, "share/sites");
        dirs->adapters = ft_path_join(source, "share/adapters");
        dirs->templates = ft_path_join(source, "share/templates");
        dirs->workflows = ft_path_join(source, "workflows");
        dirs->man = ft_path_join(build, "share/man");
        dirs->schemas = ft_path_join(build, "share/schemas");
    } else {
        dirs->libexec = ft_strdup(FT_LIBEXECDIR);
        dirs->modules = ft_strdup(FT_DATADIR "/modules");
        dirs->sites = ft_strdup(FT_DATADIR "/sites");
        dirs->system_sites = ft_strdup(FT_SYSCONFDIR "/fedtwin/sites");
        dirs->adapters = ft_strdup(FT_DATADIR "/adapters");
        dirs->templates = ft_strdup(FT_DATADIR "/templates");
        dirs->workflows = ft_strdup(FT_DATADIR "/workflows");
        dirs->man = ft_strdup(FT_MANDIR);
        dirs->schemas = ft_strdup(FT_DATADIR "/schemas");
    }
    free(source);
    free(build);
}

const struct ft_dirs *ft_dirs(void)
{
    static struct ft_dirs dirs;

    if (!dirs.libexec)
        fill(&dirs);
    return &dirs;
}

char *ft_dirs_program(const char *name)
{
    char *path = ft_path_join(ft_dirs()->libexec, name);

    if (access(path, X_OK) == 0)
        return path;
    free(path);
    return ft_strdup(name);
}

bool ft_dirs_is_program(const char *path)
{
    char *own = ft_dirs_program(ft_path_base(path));
    bool same = strcmp(own, path) == 0;

    free(own);
    return same;
}

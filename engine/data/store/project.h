/* project.h - a directory with .fedtwin/
 *
 *   .fedtwin/FORMAT    {"format":1,"compat":[],"ro_compat":[],"incompat":[]}
 *                      (compat "shared": sharing.h)
 *            oplog/0.log    the authority (see oplog.h)
 *            index.sqlite   rebuildable
 *            o/ab/<version>.h5   versions, mode 0440
 *            tmp/  trash/
 *            runs/<id>/     one directory a run (see run/record/journal.h)
 */
#ifndef FT_DATA_PROJECT_H
#define FT_DATA_PROJECT_H

#include <stdbool.h>

struct ft_err;

struct ft_project {
    char *dir;  /* absolute: the directory that the user sees */
    char *meta; /* dir/.fedtwin */
    bool read_only; /* an unknown ro_compat feature, or no write permission */
    bool shared;    /* its group may use it: see sharing.h */
};

/* Make 'dir' (created when missing) a project; FT_EEXIST when it is one. */
int ft_project_init(const char *dir, struct ft_err *err);

/* The project that holds 'start' (NULL: the working directory) or one of its
 * parents.  FT_ENOENT with a hint to 'fedtwin init'; FT_EVERSION for an
 * unknown incompatible feature.  New files of this process get the project's
 * modes from now on (base/umask.h).  Freed by ft_project_close(). */
struct ft_project *ft_project_open(const char *start, struct ft_err *err);
void ft_project_close(struct ft_project *project);

#endif

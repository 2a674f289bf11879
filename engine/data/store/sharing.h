/* sharing.h - a project that several users work on: its group and modes
 *
 * A shared project has the feature "shared" in FORMAT, which old versions may
 * ignore.  Its group is that of .fedtwin.  There
 *
 *   directories    u=rwx,g=rwxs     new files get the group by themselves
 *   files          the group may do what the owner may: 0660, versions 0440
 *   others         nothing
 *
 * In any other project nobody but the owner may write.  What stage programs
 * put below runs/<id>/work is theirs: only its directories and reading count.
 */
#ifndef FT_DATA_SHARING_H
#define FT_DATA_SHARING_H

#include <stdbool.h>
#include <sys/types.h>

#include "data/store/store.h"

struct json_object;

/* Whether 'format', the contents of FORMAT, has the feature. */
bool ft_sharing_is_on(struct json_object *format);

/* Share the project 'dir' with 'gid', (gid_t)-1 for the group that it has, and
 * give all its files their modes; a project that is shared already gets another
 * group.  FT_EBUSY while anybody writes to it; FT_EACCES when some files are
 * somebody else's, and then the rest is done. */
int ft_project_share(const char *dir, gid_t gid, struct ft_err *err);

/* Report files with modes or a group that they should not have, of each kind
 * of fault the first and the number; with 'mend', those that could not be
 * mended.  *faults counts what is reported. */
int ft_sharing_check(const struct ft_project *project, bool mend,
                     ft_fsck_report *report, void *arg, size_t *faults,
                     struct ft_err *err);

/* To an error for lack of permission: whom to ask for 'dir', a project or its
 * .fedtwin.  Returns -1. */
int ft_sharing_hint(const char *dir, struct ft_err *err);

#endif

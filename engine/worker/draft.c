/* draft.c - a version file while it is made: a temporary file that is open */
#include "worker/draft.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/err.h"

int ft_draft_init(struct ft_draft *draft, const char *meta,
                  struct ft_err *err)
{
    *draft = (struct ft_draft){ .fd = -1, .file = -1 };
    for (unsigned n = 0; n < INT_MAX; n++) {
        char *path = ft_asprintf("%s/tmp/%ld-%u.h5", meta, (long)getpid(), n);
        int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

        if (fd >= 0) {
            draft->path = path;
            draft->fd = fd;
            return 0;
        }
        if (errno != EEXIST) {
            ft_err_sys(err, "cannot create '%s'", path);
            free(path);
            return -1;
        }
        free(path);
    }
    return ft_err_set(err, FT_EEXIST, "'%s/tmp' is full of old files", meta);
}

void ft_draft_release(struct ft_draft *draft)
{
    ft_h5_close(draft->file);
    if (draft->path)
        (void)unlink(draft->path);
    free(draft->path);
    if (draft->fd >= 0)
        close(draft->fd);
    *draft = (struct ft_draft){ .fd = -1, .file = -1 };
}

int ft_draft_finish(struct ft_draft *draft, struct ft_err *err)
{
    hid_t file = draft->file;

    draft->file = -1;
    return ft_h5_finish(file, draft->path, err);
}

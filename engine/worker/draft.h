/* draft.h - a version file while it is made: a temporary file that is open */
#ifndef FT_WORKER_DRAFT_H
#define FT_WORKER_DRAFT_H

#include "worker/h5.h"

struct ft_draft {
    char *path; /* of the temporary file; NULL: it has its final name */
    int fd;     /* from the first byte to the fsync, so that no write error
                   gets lost in between */
    hid_t file; /* open for writing, or -1 */
};

/* A new file below tmp/. */
int ft_draft_init(struct ft_draft *draft, const char *meta,
                  struct ft_err *err);
/* Removes the temporary file. */
void ft_draft_release(struct ft_draft *draft);

/* Close 'draft->file'; all of it is in the temporary file then. */
int ft_draft_finish(struct ft_draft *draft, struct ft_err *err);

#endif

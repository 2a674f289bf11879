/* publish.h - results on their way into the store */
#ifndef FT_DATA_PUBLISH_H
#define FT_DATA_PUBLISH_H

#include "data/store/store.h"

struct job;

/* Send what is needed; a result that cannot be published is a job that failed
 * already. */
struct job *ft_publish_job(struct ft_store *store, struct ft_result *result,
                           void *token);

/* Fill 'out' from the worker's answer.  FT_EFORMAT. */
int ft_publish_take(struct ft_output *out, struct json_object *answer,
                    struct ft_err *err);

/* Commit the results that are ready. */
void ft_publish_commit(struct ft_store *store);

/* Of ft_store_put(): queue the 'record' of the result, and those that bind it
 * to the current branch as it is now.  The lock is held. */
int ft_put_append(struct ft_store *store, const struct ft_result *result,
                  struct json_object *record, struct ft_err *err);

#endif

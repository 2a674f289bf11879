/* told.h - statuses as the engine was told them, so that it hears only news
 *
 * Every answer to 'status' has a mark.  A request may name that of the last
 * answer, as "since", and list jobs as "known": of these it is told only what
 * is not as it was told last (share/doc/formats/adapter.md).  A mark of anybody
 * else, or of an answer before, makes everything news.
 */
#ifndef FT_ADAPTERS_SLURM_TOLD_H
#define FT_ADAPTERS_SLURM_TOLD_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/map.h"

struct ft_seen;

struct ft_told {
    char mark[48];      /* of the last answer; "": there was none */
    uint64_t n;         /* answers */
    struct ft_map seen; /* job: struct ft_seen, as it was told last */
};

/* An answer under way. */
struct ft_telling {
    struct ft_told *told;
    struct ft_map seen; /* as told->seen will be */
    bool since;         /* the last answer is known to who asks */
    struct json_object *list;
    bool complete; /* the caller clears it when something is not known */
};

void ft_telling_begin(struct ft_telling *telling, struct ft_told *told,
                      struct json_object *request);

/* Call 'add' for each job that is asked for; 'known': it may be left out when
 * there is no news of it. */
void ft_telling_each(struct ft_telling *telling, struct json_object *request,
                     void (*add)(struct ft_telling *telling, const char *job,
                                 bool known, void *arg),
                     void *arg);

/* Tell the status of 'job', unless it is 'known' and no news.  Of a state that
 * is not known nothing is told. */
void ft_telling_add(struct ft_telling *telling, const char *job, bool known,
                    const struct ft_seen *seen);

/* The answer, which the caller releases. */
struct json_object *ft_telling_end(struct ft_telling *telling);

void ft_told_release(struct ft_told *told);

/* The answer to 'find_by_tag' from all jobs, a map as told->seen. */
struct json_object *ft_told_found(const struct ft_map *jobs,
                                  const char *prefix);

#endif

/* told.c - statuses as the engine was told them, so that it hears only news */
#include "adapters/slurm/told.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "adapters/link/wire.h"
#include "adapters/slurm/state.h"
#include "base/alloc.h"
#include "base/clock.h"
#include "base/json.h"

static void free_seen(struct ft_map *seen)
{
    for (size_t i = 0; i < seen->len; i++)
        free(seen->entry[i].value);
    ft_map_release(seen);
    *seen = (struct ft_map){ 0 };
}

void ft_told_release(struct ft_told *told)
{
    free_seen(&told->seen);
}

struct json_object *ft_told_found(const struct ft_map *jobs,
                                  const char *prefix)
{
    struct json_object *answer = ft_wire_ok();
    struct json_object *list = json_object_new_array();
    bool complete = true;

    for (size_t i = 0; i < jobs->len; i++) {
        const struct ft_seen *seen = jobs->entry[i].value;
        struct json_object *status;

        if (!seen->tag || !ft_starts_with(seen->tag, prefix))
            continue;
        status = ft_state_status(jobs->entry[i].key, seen);
        if (status)
            json_object_array_add(list, status);
        else
            complete = false;
    }
    ft_json_add_bool(answer, "complete", complete);
    json_object_object_add(answer, "jobs", list);
    return answer;
}

void ft_telling_begin(struct ft_telling *telling, struct ft_told *told,
                      struct json_object *request)
{
    const char *since = ft_json_str_or(request, "since", "");

    *telling = (struct ft_telling){
        .told = told,
        .since = *since && strcmp(since, told->mark) == 0,
        .list = json_object_new_array(),
        .complete = true,
    };
}

void ft_telling_each(struct ft_telling *telling, struct json_object *request,
                     void (*add)(struct ft_telling *telling, const char *job,
                                 bool known, void *arg),
                     void *arg)
{
    static const char *const lists[] = { "jobs", "known" };

    for (size_t k = 0; k < FT_ARRAY_LEN(lists); k++) {
        struct json_object *jobs = ft_json_or_null(request, lists[k]);

        if (!json_object_is_type(jobs, json_type_array))
            continue;
        for (size_t i = 0; i < json_object_array_length(jobs); i++)
            add(telling, ft_json_at_or(jobs, i, ""), k == 1, arg);
    }
}

void ft_telling_add(struct ft_telling *telling, const char *job, bool known,
                    const struct ft_seen *seen)
{
    struct ft_seen *was = ft_map_put(&telling->told->seen, job, NULL);
    struct json_object *status;

    if (known && telling->since && was && ft_seen_equal(was, seen)) {
        free(ft_map_put(&telling->seen, job, was));
        return;
    }
    free(was);
    status = ft_state_status(job, seen);
    if (!status) {
        telling->complete = false;
        return;
    }
    json_object_array_add(telling->list, status);
    free(ft_map_put(&telling->seen, job, ft_seen_copy(seen)));
}

struct json_object *ft_telling_end(struct ft_telling *telling)
{
    struct ft_told *told = telling->told;
    struct json_object *answer = ft_wire_ok();

    free_seen(&told->seen);
    told->seen = telling->seen;
    /* No other program, and no other life of this one, has the same. */
    snprintf(told->mark, sizeof(told->mark), "%lld.%llu",
             (long long)ft_clock_now_ns(), (unsigned long long)++told->n);
    ft_json_add_bool(answer, "complete", telling->complete);
    ft_json_add_str(answer, "mark", told->mark);
    json_object_object_add(answer, "jobs", telling->list);
    return answer;
}

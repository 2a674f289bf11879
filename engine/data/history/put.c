/* put.c - one object alone: published and bound in one commit
 *
 * Its record, that of the state and that of the branch go into the oplog with
 * one sync and into the index with one transaction.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "data/history/delta.h"
#include "data/history/history_impl.h"
#include "data/store/job.h"
#include "data/store/publish.h"

/* JSON of the index. */
static struct json_object *parse_or_null(const char *text)
{
    return text && *text ? ft_json_parse(text, strlen(text), "a state", NULL)
                         : NULL;
}

/* A state that is the tip but for 'delta'; none when nothing changes. */
static int add_state(struct ft_store *store, const struct ft_tip *tip,
                     const struct ft_delta *delta, struct ft_records *records,
                     struct ft_err *err)
{
    struct ft_state_new state = {
        .workflow = tip->workflow ? tip->workflow : "",
        .workflow_file = tip->workflow_file ? tip->workflow_file : "",
        .params = parse_or_null(tip->params),
        .source = parse_or_null(tip->source),
        .outcome = "ok",
    };
    struct ft_recorded recorded = { 0 };
    int rc = 0;

    if (delta->n_changed)
        rc = ft_history_state(store, &state, tip, delta, records, &recorded,
                              err);
    json_object_put(state.params);
    json_object_put(state.source);
    return rc;
}

static char *object_of(const struct ft_result *result)
{
    return ft_asprintf("%s.%s", result->stage, result->out->name);
}

/* Where the branch is, and what it has of 'object'. */
static int look(struct ft_store *store, const char *object, struct ft_tip *tip,
                struct ft_delta *delta, struct ft_err *err)
{
    if (ft_index_follow(store->index, store->log, err) < 0 ||
        ft_tip_read(store, tip, err) < 0)
        return -1;
    return ft_delta_init_object(delta, store, object, err);
}

int ft_put_append(struct ft_store *store, const struct ft_result *result,
                  struct json_object *record, struct ft_err *err)
{
    char *object = object_of(result);
    struct ft_binding bind = { object, "", result->out->version };
    struct ft_records records = { 0 };
    struct ft_delta delta = { 0 };
    struct ft_tip tip = { 0 };
    int rc = -1;

    if (look(store, object, &tip, &delta, err) < 0 ||
        ft_delta_set_alone(&delta, &bind, err) < 0)
        goto done;
    ft_delta_count(&delta);
    ft_records_add(&records, json_object_get(record));
    rc = add_state(store, &tip, &delta, &records, err);
    if (rc == 0)
        rc = ft_oplog_append(store->log, records.item, records.n, err);
done:
    ft_records_release(&records);
    ft_tip_release(&tip);
    ft_delta_release(&delta);
    free(object);
    return rc;
}

/* Ask all that the commit will ask, while the worker is busy: the log is open
 * for writing then, and what the index reads and compiles is in memory.  What
 * fails here fails again when it matters. */
static void look_ahead(struct ft_store *store, const struct ft_result *result)
{
    char *object = object_of(result);
    struct ft_delta delta = { 0 };
    struct ft_tip tip = { 0 };

    if (ft_oplog_lock(store->log, NULL) == 0) {
        (void)look(store, object, &tip, &delta, NULL);
        ft_oplog_unlock(store->log);
    }
    ft_tip_release(&tip);
    ft_delta_release(&delta);
    free(object);
}

int ft_store_put(struct ft_store *store, struct ft_result *result,
                 struct ft_err *err)
{
    struct job *job;

    if (ft_history_may_change(store, err) < 0)
        return -1;
    job = ft_publish_job(store, result, NULL);
    job->puts = true;
    ft_client_pump(store->client, false);
    if (!job->ended)
        look_ahead(store, result);
    while (!job->ended)
        ft_client_pump(store->client, true);
    ft_client_rest(store->client);
    return ft_job_wait(store, job, err);
}

/* home_parcel.c - what an attempt starts with, for an agent that sees nothing
 *
 * A parcel is made in another thread, and kept while the attempt is under way:
 * an agent may come back and ask again.
 */
#include "adapters/home/home_in.h"

#include <stdlib.h>
#include <string.h>

#include "adapters/home/parcel.h"
#include "adapters/link/attempt_json.h"
#include "base/alloc.h"
#include "base/err.h"
#include "base/json.h"
#include "run/adapter.h"

#define PARCEL_MAX (15u << 20) /* bytes of the line that tells of it */

/* A parcel being made in another thread. */
struct packing {
    uv_work_t work;
    struct ft_home *home;
    struct ft_attempt *attempt; /* an own copy */
    struct ft_parcel *parcel;
    char *agent; /* its id: it may be gone, or have come back */
};

const struct ft_attempt *ft_home_attempt(const struct ft_home *home,
                                         uint64_t tag, bool *later)
{
    const struct ft_home_events *ev = &home->events;

    *later = false;
    return ev->attempt ? ev->attempt(tag, later, ev->arg) : NULL;
}

struct json_object *ft_home_line(const char *key, uint64_t tag)
{
    struct json_object *obj = json_object_new_object();

    ft_json_add_int(obj, key, (int64_t)tag);
    return obj;
}

struct ft_parcel *ft_home_parcel(const struct ft_home *home, uint64_t tag)
{
    struct ft_parcel *parcel = home->parcel;

    while (parcel && parcel->tag != tag)
        parcel = parcel->next;
    return parcel;
}

void ft_home_drop_parcel(struct ft_home *home, uint64_t tag)
{
    struct ft_parcel **at = &home->parcel, *parcel;

    while (*at && (*at)->tag != tag)
        at = &(*at)->next;
    parcel = *at;
    if (!parcel)
        return;
    *at = parcel->next;
    ft_parcel_free(parcel);
}

void ft_home_drop_parcels(struct ft_home *home)
{
    while (home->parcel)
        ft_home_drop_parcel(home, home->parcel->tag);
}

static struct json_object *file_json(const struct ft_home *home,
                                     const struct ft_parcel_file *file)
{
    const struct ft_home_events *ev = &home->events;
    struct json_object *obj = json_object_new_object();
    struct json_object *held =
        file->content && ev->held ? ev->held(file->content, ev->arg) : NULL;

    ft_json_add_str(obj, "path", file->path);
    if (file->program) {
        ft_json_add_str(obj, "program", file->program);
        return obj;
    }
    ft_json_add_str(obj, "name", file->name);
    ft_json_add_str(obj, "sha256", file->sha256);
    ft_json_add_int(obj, "size", (int64_t)file->size_bytes);
    if (file->runs)
        ft_json_add_bool(obj, "runs", true);
    if (held)
        json_object_object_add(obj, "or", held);
    return obj;
}

static struct json_object *parcel_json(const struct ft_home *home,
                                       const struct ft_parcel *parcel)
{
    struct json_object *obj = ft_home_line("parcel", parcel->tag);
    struct json_object *files = json_object_new_array();

    if (parcel->err.code != FT_OK)
        ft_json_add_str(obj, "error", parcel->err.msg);
    else
        json_object_object_add(obj, "task_file",
                               json_object_get(parcel->task));
    if (parcel->restart)
        ft_json_add_str(obj, "restart", parcel->restart);
    for (size_t i = 0; i < parcel->n && parcel->err.code == FT_OK; i++)
        json_object_array_add(files, file_json(home, &parcel->file[i]));
    json_object_object_add(obj, "files", files);
    return obj;
}

static void send_parcel(struct ft_agent *agent, struct ft_parcel *parcel)
{
    struct json_object *obj = parcel_json(agent->home, parcel);
    size_t len;

    (void)json_object_to_json_string_length(obj, JSON_C_TO_STRING_PLAIN, &len);
    if (len > PARCEL_MAX) {
        json_object_put(obj);
        ft_err_set(&parcel->err, FT_EFORMAT, "the list of its inputs is too "
                   "long for a site that does not see them");
        obj = parcel_json(agent->home, parcel);
    }
    ft_link_send(agent->link, obj);
}

static void do_pack(uv_work_t *work)
{
    struct packing *packing = work->data;

    packing->parcel = ft_parcel_make(packing->attempt);
}

static void after_pack(uv_work_t *work, int status)
{
    struct packing *packing = work->data;
    struct ft_home *home = packing->home;
    struct ft_parcel *parcel = packing->parcel;
    struct ft_agent *agent = home->agent;

    (void)status; /* it is never called off */
    while (agent && !(agent->id && strcmp(agent->id, packing->agent) == 0))
        agent = agent->next;
    home->n_packing--;
    if (agent && agent->carry) {
        ft_home_drop_parcel(home, parcel->tag);
        parcel->next = home->parcel;
        home->parcel = parcel;
        send_parcel(agent, parcel);
    } else {
        ft_parcel_free(parcel);
        ft_home_free_closed(home);
    }
    ft_attempt_free(packing->attempt);
    free(packing->agent);
    free(packing);
}

void ft_home_pack(struct ft_agent *agent, uint64_t tag)
{
    struct ft_home *home = agent->home;
    struct ft_parcel *parcel = ft_home_parcel(home, tag);
    bool later;
    const struct ft_attempt *attempt = ft_home_attempt(home, tag, &later);
    struct packing *packing;

    if (parcel && parcel->err.code == FT_OK) {
        send_parcel(agent, parcel);
        return;
    }
    if (!attempt) {
        ft_link_send(agent->link, ft_home_line(later ? "later" : "gone", tag));
        return;
    }
    packing = ft_calloc(1, sizeof(*packing));
    packing->work.data = packing;
    packing->home = home;
    packing->attempt = ft_attempt_copy(attempt);
    packing->agent = ft_strdup(agent->id);
    home->n_packing++;
    (void)uv_queue_work(home->loop, &packing->work, do_pack, after_pack);
}

/* home_carry.c - files for agents that do not see those of the run, and back
 *
 * An agent asks for the parcel of an attempt (home_parcel.c), and then for the
 * pieces of the files that its site has not got.  When the attempt has ended it
 * says what there is to be brought home, home asks for the pieces, and takes
 * the end for true when all of it is here and is what was promised.  Nothing of
 * this outlives a connection but what is on the disks.
 */
#include "adapters/home/home_in.h"

#include <stdlib.h>
#include <string.h>

#include "adapters/home/parcel.h"
#include "adapters/link/give.h"
#include "adapters/link/pull.h"
#include "base/alloc.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/json.h"
#include "base/path.h"
#include "run/adapter.h"
#include "run/record/result.h"

#define TRIES_MAX 3       /* to store what was brought home */
#define AGAIN_MS 5000     /* between them */
#define PIECE_MAX FT_LINK_BYTES_MAX
#define MIB (1024.0 * 1024.0)
#define NS_PER_S 1e9
#define FILE_MODE 0640
#define TELL_BYTES (1u << 20) /* of results: fewer are here in a moment */

/* An attempt that has ended and whose files come home. */
struct arrival {
    struct arrival *next;
    uint64_t tag;
    struct json_object *result, *files;
    size_t i; /* of the files: the one that is pulled */
    int tries;
    int64_t begin_ns;
    uint64_t came; /* with the files before */
};

struct ft_carry {
    struct ft_agent *agent;
    struct ft_give *give;
    struct arrival *first; /* one after another */
    struct ft_pull *pull;  /* of the first one */
    uv_timer_t again;
};

static void tell_moving(struct ft_carry *carry, uint64_t tag, const char *what,
                        uint64_t done, uint64_t all)
{
    const struct ft_home_events *ev = &carry->agent->home->events;
    char *text;

    if (!ev->moving)
        return;
    text = ft_asprintf("%s: %.1f of %.1f MiB", what, (double)done / MIB,
                       (double)all / MIB);
    ev->moving(tag, text, ev->arg);
    free(text);
}

/* --- pieces for the agent ------------------------------------------------- */

static void on_piece(struct json_object *head, const void *bytes, size_t len,
                     int error, void *arg)
{
    struct ft_carry *carry = arg;

    if (error || !len)
        ft_json_add_str(head, "error", error ? strerror(error)
                                             : "it has become shorter");
    if (error || !len)
        ft_link_send(carry->agent->link, head);
    else
        ft_link_send_bytes(carry->agent->link, head, bytes, len);
}

static void on_want(struct ft_carry *carry, uint64_t tag,
                    struct json_object *obj)
{
    const struct ft_parcel *parcel = ft_home_parcel(carry->agent->home, tag);
    const char *sha256 = ft_json_str_or(obj, "want", "");
    const struct ft_parcel_file *file =
        parcel ? ft_parcel_find(parcel, sha256) : NULL;
    int64_t offset = ft_json_int_or(obj, "offset", -1);
    int64_t size = ft_json_int_or(obj, "size", 0);
    struct json_object *head = ft_home_line("of", tag);

    ft_json_add_str(head, "chunk", sha256);
    ft_json_add_int(head, "offset", offset);
    if (file && offset >= 0 && size > 0 && size <= PIECE_MAX) {
        ft_give_ask(carry->give, file->path, (uint64_t)offset, (size_t)size,
                    head);
        return;
    }
    ft_json_add_str(head, "error", "it is not one of the attempt's files");
    ft_link_send(carry->agent->link, head);
}

static void on_parcel(struct ft_carry *carry, uint64_t tag,
                      struct json_object *obj)
{
    (void)obj;
    ft_home_pack(carry->agent, tag);
}

static void on_moving(struct ft_carry *carry, uint64_t tag,
                      struct json_object *obj)
{
    tell_moving(carry, tag, "inputs on their way there",
                (uint64_t)ft_json_int_or(obj, "done", 0),
                (uint64_t)ft_json_int_or(obj, "all", 0));
}

/* How fast they came is what the agent measured. */
static void on_moved(struct ft_carry *carry, uint64_t tag,
                     struct json_object *obj)
{
    const struct ft_home_events *ev = &carry->agent->home->events;
    const struct ft_parcel *parcel = ft_home_parcel(carry->agent->home, tag);
    const char *sha256 = ft_json_str_or(obj, "moved", "");
    const struct ft_parcel_file *file =
        parcel ? ft_parcel_find(parcel, sha256) : NULL;

    if (ev->moved && file)
        ev->moved(tag, NULL, file->content, sha256,
                  (uint64_t)ft_json_int_or(obj, "came", 0),
                  ft_json_num_or(obj, "seconds", 0), ev->arg);
}

/* --- arrivals ------------------------------------------------------------- */

static void begin_pull(struct ft_carry *carry);

static void drop_arrival(struct ft_carry *carry)
{
    struct arrival *arrival = carry->first;

    carry->first = arrival->next;
    json_object_put(arrival->result);
    json_object_put(arrival->files);
    free(arrival);
}

/* All of it is here, or never will be: its end can be told.  What is told may
 * end the run, and everything here with it. */
static void end_arrival(struct ft_carry *carry)
{
    struct arrival *arrival = carry->first;
    struct ft_agent *agent = carry->agent;
    struct json_object *result = json_object_get(arrival->result);
    uint64_t tag = arrival->tag;

    ft_home_drop_parcel(agent->home, tag);
    drop_arrival(carry);
    ft_home_take_end(agent, tag, result);
    json_object_put(result);
    if (agent->carry && carry->first)
        begin_pull(carry);
}

/* The attempt did well or not, but its files are not here. */
static void spoil(struct arrival *arrival, const char *why)
{
    char *reason = ft_asprintf("its results could not be brought home: %s",
                               why);

    ft_json_add_str(arrival->result, "outcome",
                    ft_outcome_names[FT_OUT_ERROR]);
    ft_json_add_str(arrival->result, "reason", reason);
    free(reason);
}

static void on_again(uv_timer_t *timer)
{
    struct ft_carry *carry = timer->data;

    if (carry->first && !carry->pull)
        begin_pull(carry);
}

static void could_not(struct ft_carry *carry, const struct ft_err *err)
{
    struct arrival *arrival = carry->first;
    const struct ft_home_events *ev = &carry->agent->home->events;

    if (ev->moving)
        ev->moving(arrival->tag, err->msg, ev->arg);
    if (err->code != FT_EFORMAT && ++arrival->tries < TRIES_MAX) {
        (void)uv_timer_start(&carry->again, on_again, AGAIN_MS, 0);
        return;
    }
    spoil(arrival, err->msg);
    end_arrival(carry);
}

static struct json_object *file_at(const struct arrival *arrival)
{
    return json_object_array_get_idx(arrival->files, arrival->i);
}

static void want(uint64_t offset, size_t size, void *arg)
{
    struct ft_carry *carry = arg;
    const struct arrival *arrival = carry->first;
    struct json_object *obj = ft_home_line("of", arrival->tag);

    ft_json_add_str(obj, "want", ft_json_str_or(file_at(arrival), "name", ""));
    ft_json_add_int(obj, "offset", (int64_t)offset);
    ft_json_add_int(obj, "size", (int64_t)size);
    ft_link_send(carry->agent->link, obj);
}

static void tell_moved(struct ft_carry *carry, struct json_object *file)
{
    const struct ft_home_events *ev = &carry->agent->home->events;
    const struct arrival *arrival = carry->first;
    double seconds = (double)(ft_clock_mono_ns() - arrival->begin_ns) /
                     NS_PER_S;

    if (ev->moved)
        ev->moved(arrival->tag, ft_json_str_or(file, "name", ""), NULL,
                  ft_json_str_or(file, "sha256", ""),
                  ft_pull_came(carry->pull), seconds, ev->arg);
}

static void on_pulled(const struct ft_err *err, void *arg)
{
    struct ft_carry *carry = arg;
    struct arrival *arrival = carry->first;

    if (!err)
        tell_moved(carry, file_at(arrival));
    arrival->came += ft_pull_came(carry->pull);
    ft_pull_free(carry->pull);
    carry->pull = NULL;
    if (err) {
        could_not(carry, err);
        return;
    }
    arrival->i++;
    begin_pull(carry);
}

/* Below the attempt's directory, and nothing that is the engine's there. */
static bool is_wanted(const char *name)
{
    return ft_path_is_below(name) && strcmp(name, FT_TASK_FILE) != 0 &&
           strcmp(name, FT_RESULT_FILE) != 0 && !ft_starts_with(name, "in/");
}

static int pull_one(struct ft_carry *carry, const char *dir,
                    struct json_object *obj, struct ft_err *err)
{
    struct ft_pull_events events = { want, on_pulled, carry };
    const char *name = ft_json_str_or(obj, "name", "");
    const char *sha256 = ft_json_str_or(obj, "sha256", "");
    int64_t size = ft_json_int_or(obj, "size", -1);
    char *path, *part, *above;
    int rc;

    if (!is_wanted(name) || !ft_nonce_valid(sha256) || size < 0)
        return ft_err_set(err, FT_EFORMAT, "'%s' is no file of an attempt",
                          name);
    path = ft_path_join(dir, name);
    part = ft_asprintf("%s.%.12s.part", path, sha256);
    above = ft_path_dir(path);
    rc = ft_path_mkdirs(above, 0777, err);
    if (rc == 0)
        carry->pull = ft_pull_new(
            carry->agent->home->loop,
            &(struct ft_pull_file){ path, part, sha256, (uint64_t)size,
                                    FILE_MODE },
            &events);
    free(above);
    free(part);
    free(path);
    return rc;
}

/* Everything is here: from now on the record can be relied on. */
static void keep_record(struct ft_carry *carry, const char *dir)
{
    struct arrival *arrival = carry->first;
    struct json_object *usage = ft_json_or_null(arrival->result, "usage");
    struct ft_err err;

    if (json_object_is_type(usage, json_type_object))
        ft_json_add_num(usage, "returned_bytes", (double)arrival->came);
    if (ft_result_write(dir, arrival->result, ft_file_write, &err) < 0)
        could_not(carry, &err);
    else
        end_arrival(carry);
}

/* The next file of the first arrival. */
static void begin_pull(struct ft_carry *carry)
{
    struct arrival *arrival = carry->first;
    bool later;
    const struct ft_attempt *attempt =
        ft_home_attempt(carry->agent->home, arrival->tag, &later);
    struct ft_err err;

    if (!attempt) /* nobody wants it any more */
        end_arrival(carry);
    else if (arrival->i == json_object_array_length(arrival->files))
        keep_record(carry, attempt->dir);
    else if (pull_one(carry, attempt->dir, file_at(arrival), &err) < 0)
        could_not(carry, &err);
}

/* A record without a list of files is of an attempt that never had a
 * directory. */
static void on_ended(struct ft_carry *carry, uint64_t tag,
                     struct json_object *obj)
{
    struct json_object *files = ft_json_or_null(obj, "files");
    struct arrival **at = &carry->first, *arrival;
    uint64_t all;
    bool later;

    while (*at && (*at)->tag != tag)
        at = &(*at)->next;
    if (*at)
        return; /* it was said before */
    if (!ft_home_attempt(carry->agent->home, tag, &later) && later) {
        ft_link_send(carry->agent->link, ft_home_line("later", tag));
        return; /* it is said again */
    }
    arrival = *at = ft_calloc(1, sizeof(*arrival));
    arrival->tag = tag;
    arrival->begin_ns = ft_clock_mono_ns();
    arrival->result = json_object_get(ft_json_or_null(obj, "ending"));
    arrival->files = json_object_is_type(files, json_type_array)
                         ? json_object_get(files)
                         : json_object_new_array();
    all = ft_pull_sum(arrival->files);
    if (all >= TELL_BYTES)
        tell_moving(carry, tag, "results on their way home", 0, all);
    if (carry->first == arrival)
        begin_pull(carry);
}

static bool is_awaited(const struct ft_carry *carry, struct json_object *obj)
{
    return carry->pull &&
           (uint64_t)ft_json_int_or(obj, "of", 0) == carry->first->tag &&
           strcmp(ft_json_str_or(obj, "chunk", ""),
                  ft_json_str_or(file_at(carry->first), "name", "")) == 0;
}

static void on_no_chunk(struct ft_carry *carry, uint64_t tag,
                        struct json_object *obj)
{
    struct ft_err err;

    (void)tag;
    if (!is_awaited(carry, obj))
        return;
    ft_pull_free(carry->pull);
    carry->pull = NULL;
    ft_err_set(&err, FT_EFORMAT, "'%s' cannot be read there: %s",
               ft_json_str_or(obj, "chunk", ""),
               ft_json_str_or(obj, "error", "?"));
    could_not(carry, &err);
}

/* --- lines ---------------------------------------------------------------- */

/* 'tag' is the member that holds the attempt's. */
static const struct {
    const char *key, *tag;
    void (*take)(struct ft_carry *carry, uint64_t tag,
                 struct json_object *obj);
} kind[] = {
    { "parcel", "parcel", on_parcel }, { "want", "of", on_want },
    { "moving", "moving", on_moving }, { "moved", "of", on_moved },
    { "ended", "ended", on_ended },    { "chunk", "of", on_no_chunk },
};

bool ft_carry_line(struct ft_carry *carry, struct json_object *obj)
{
    struct json_object *value;

    for (size_t i = 0; i < FT_ARRAY_LEN(kind); i++)
        if (json_object_object_get_ex(obj, kind[i].key, &value)) {
            kind[i].take(carry, (uint64_t)ft_json_int_or(obj, kind[i].tag, 0),
                         obj);
            return true;
        }
    return false;
}

void ft_carry_bytes(struct ft_carry *carry, struct json_object *obj,
                    const void *bytes, size_t len)
{
    if (is_awaited(carry, obj))
        ft_pull_chunk(carry->pull, (uint64_t)ft_json_int_or(obj, "offset", 0),
                      bytes, len);
}

struct ft_carry *ft_carry_new(struct ft_agent *agent)
{
    struct ft_carry *carry = ft_calloc(1, sizeof(*carry));

    carry->agent = agent;
    carry->give = ft_give_new(agent->home->loop, on_piece, carry);
    (void)uv_timer_init(agent->home->loop, &carry->again);
    carry->again.data = carry;
    return carry;
}

static void on_closed(uv_handle_t *handle)
{
    free(handle->data);
}

void ft_carry_free(struct ft_carry *carry)
{
    if (!carry)
        return;
    ft_pull_free(carry->pull);
    while (carry->first)
        drop_arrival(carry);
    ft_give_free(carry->give);
    uv_close((uv_handle_t *)&carry->again, on_closed);
}

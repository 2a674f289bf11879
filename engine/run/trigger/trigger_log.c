/* trigger_log.c - what a trigger has seen and started */
#include "run/trigger/trigger_log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/json.h"
#include "base/logfile.h"

/* --- applying a record ---------------------------------------------------- */

static void set_seen(struct ft_trigger_log *t, const char *name,
                     const char *digest)
{
    free(ft_map_put(&t->seen, name, ft_strdup(digest)));
}

static int apply(struct ft_trigger_log *t, struct json_object *obj,
                 struct ft_err *err)
{
    const char *kind = ft_json_str_or(obj, "k", "");

    if (strcmp(kind, "begin") == 0) {
        if (ft_json_int_or(obj, "v", 0) > FT_TRIGGER_VERSION)
            return ft_err_set(err, FT_EVERSION, "the journal of the trigger "
                              "is of a newer version");
    } else if (strcmp(kind, "seen") == 0) {
        set_seen(t, ft_json_str_or(obj, "name", ""),
                 ft_json_str_or(obj, "digest", ""));
    } else if (strcmp(kind, "fired") == 0) {
        t->cycle = ft_json_int_or(obj, "n", 0);
        t->fired_ns = ft_json_int_or(obj, "at", 0);
        t->tick_ns = ft_json_int_or(obj, "tick", t->tick_ns);
        t->run[0] = '\0';
        t->ended = false;
    } else if (strcmp(kind, "started") == 0) {
        snprintf(t->run, sizeof(t->run), "%s",
                 ft_json_str_or(obj, "run", ""));
    } else if (strcmp(kind, "ended") == 0) {
        t->ended = true;
    } else {
        return ft_err_set(err, FT_EFORMAT, "the journal of the trigger has a "
                          "record of unknown kind '%.40s'", kind);
    }
    return 0;
}

static int each_record(const struct ft_log_record *record, void *arg,
                       struct ft_err *err)
{
    struct json_object *obj = ft_json_parse(record->payload, record->len,
                                            "a trigger's record", err);
    int rc = obj ? apply(arg, obj, err) : -1;

    json_object_put(obj);
    return rc;
}

/* --- writing -------------------------------------------------------------- */

static struct json_object *new_record(const char *kind)
{
    struct json_object *obj = json_object_new_object();

    ft_json_add_str(obj, "k", kind);
    return obj;
}

/* Write first, then believe it.  Takes 'obj'. */
static int take(struct ft_trigger_log *t, struct json_object *obj,
                struct ft_err *err)
{
    const char *text = json_object_to_json_string_ext(
        obj, JSON_C_TO_STRING_PLAIN);
    int rc = ft_log_append(t->log, text, strlen(text), err);

    if (rc == 0)
        rc = ft_log_sync(t->log, err);
    if (rc == 0)
        rc = apply(t, obj, err);
    json_object_put(obj);
    return rc;
}

int ft_trigger_log_open(struct ft_trigger_log *t, const char *path,
                        const char *workflow, struct ft_err *err)
{
    struct ft_log_position end;
    struct json_object *obj;

    *t = (struct ft_trigger_log){ .seen = FT_MAP_INIT, .ended = true };
    t->log = ft_log_open(path, FT_LOG_APPEND, NULL, each_record, t, err);
    if (!t->log)
        return -1;
    ft_log_end(t->log, &end);
    if (end.seq > 0)
        return 0;
    obj = new_record("begin");
    ft_json_add_int(obj, "v", FT_TRIGGER_VERSION);
    ft_json_add_int(obj, "at", ft_clock_now_ns());
    ft_json_add_str(obj, "workflow", workflow);
    return take(t, obj, err);
}

void ft_trigger_log_close(struct ft_trigger_log *t)
{
    for (size_t i = 0; i < t->seen.len; i++)
        free(t->seen.entry[i].value);
    ft_map_release(&t->seen);
    ft_log_close(t->log);
}

const char *ft_trigger_seen(const struct ft_trigger_log *t, const char *name)
{
    return ft_map_get(&t->seen, name);
}

int ft_trigger_log_see(struct ft_trigger_log *t, const char *name,
                       const char *digest, struct ft_err *err)
{
    struct json_object *obj = new_record("seen");

    ft_json_add_str(obj, "name", name);
    ft_json_add_str(obj, "digest", digest);
    return take(t, obj, err);
}

int ft_trigger_log_fire(struct ft_trigger_log *t, const char *cause,
                        int64_t now_ns, int64_t tick_ns, struct ft_err *err)
{
    struct json_object *obj = new_record("fired");

    ft_json_add_int(obj, "n", t->cycle + 1);
    ft_json_add_int(obj, "at", now_ns);
    if (tick_ns)
        ft_json_add_int(obj, "tick", tick_ns);
    ft_json_add_str(obj, "cause", cause);
    return take(t, obj, err);
}

int ft_trigger_log_start(struct ft_trigger_log *t, const char *run,
                         struct ft_err *err)
{
    struct json_object *obj = new_record("started");

    ft_json_add_int(obj, "n", t->cycle);
    ft_json_add_str(obj, "run", run);
    return take(t, obj, err);
}

int ft_trigger_log_end(struct ft_trigger_log *t, const char *state,
                       struct ft_err *err)
{
    struct json_object *obj = new_record("ended");

    ft_json_add_int(obj, "n", t->cycle);
    ft_json_add_int(obj, "at", ft_clock_now_ns());
    ft_json_add_str(obj, "state", state);
    return take(t, obj, err);
}

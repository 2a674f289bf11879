/* shape.c - how the versions of slurmrestd's interface say the same things */
#include "adapters/rest/shape.h"

#include <math.h>
#include <string.h>
#include <strings.h>

#include "adapters/slurm/state.h"
#include "base/alloc.h"
#include "base/json.h"

#define PLAIN                                                                 \
    .options = true, .gpus_key = "gres", .gpus_start = "gpu:",                \
    .queue_flags = "flags", .queue_state = "state",                           \
    .queue_nodes = "total_nodes",                                             \
    .queue_minutes = "max_time_limit",                                        \
    .queue_max_nodes = "maximum_nodes_per_job"
#define PARSED                                                                \
    .env_list = true, .gpus_key = "tres_per_node",                            \
    .queue_state = "partition/state", .queue_nodes = "nodes/total",           \
    .queue_minutes = "maximums/time", .queue_max_nodes = "maximums/nodes"

static const struct ft_shape shapes[] = { /* the newest first */
    { "v0.0.42", PARSED, .gpus_start = "gres/gpu:", .script_in_job = true },
    { "v0.0.41", PARSED, .gpus_start = "gres/gpu:", .script_in_job = true },
    { "v0.0.40", PARSED, .gpus_start = "gres/gpu:" },
    { "v0.0.39", PARSED, .gpus_start = "gres:gpu:" },
    { "v0.0.38", PLAIN },
    { "v0.0.37", PLAIN },
    { "v0.0.36", PLAIN },
};

/* --- which one ------------------------------------------------------------ */

static bool offers_part(struct json_object *offers, const char *part,
                        const struct ft_shape *shape)
{
    struct json_object *paths = ft_json_or_null(offers, "paths");
    char *start = ft_asprintf("/%s/%s/", part, shape->version);
    bool found = false;

    if (json_object_is_type(paths, json_type_object)) {
        json_object_object_foreach(paths, path, value)
        {
            (void)value;
            found |= strncmp(path, start, strlen(start)) == 0;
        }
    }
    free(start);
    return found;
}

const struct ft_shape *ft_shape_agree(struct json_object *offers,
                                      const char *wanted)
{
    for (size_t i = 0; i < FT_ARRAY_LEN(shapes); i++)
        if ((!wanted || strcmp(wanted, shapes[i].version) == 0) &&
            offers_part(offers, "slurm", &shapes[i]))
            return &shapes[i];
    return NULL;
}

bool ft_shape_accounting(struct json_object *offers,
                         const struct ft_shape *shape)
{
    return offers_part(offers, "slurmdb", shape);
}

char *ft_shape_known(void)
{
    return ft_asprintf("%s to %s", shapes[FT_ARRAY_LEN(shapes) - 1].version,
                       shapes[0].version);
}

/* --- values --------------------------------------------------------------- */

struct json_object *ft_shape_at(struct json_object *obj, const char *path)
{
    char name[64];
    size_t len;

    for (; obj && *path; path += len, path += *path == '/') {
        len = strcspn(path, "/");
        if (len >= sizeof(name))
            return NULL;
        memcpy(name, path, len);
        name[len] = '\0';
        obj = ft_json_or_null(obj, name);
    }
    return obj;
}

static bool is_whole(struct json_object *value, int64_t *number)
{
    double x;

    if (json_object_is_type(value, json_type_int)) {
        *number = json_object_get_int64(value);
        return true;
    }
    if (!json_object_is_type(value, json_type_double))
        return false;
    x = json_object_get_double(value);
    if (!(fabs(x) < 9e15))
        return false;
    *number = (int64_t)x;
    return true;
}

bool ft_shape_number(struct json_object *obj, const char *path,
                     int64_t *number)
{
    struct json_object *value = ft_shape_at(obj, path);

    if (!json_object_is_type(value, json_type_object))
        return is_whole(value, number);
    return ft_json_bool_or(value, "set", false) &&
           !ft_json_bool_or(value, "infinite", false) &&
           is_whole(ft_json_or_null(value, "number"), number);
}

int64_t ft_shape_number_or(struct json_object *obj, const char *path,
                           int64_t fallback)
{
    int64_t number = fallback;

    return ft_shape_number(obj, path, &number) ? number : fallback;
}

static const char *text_of(struct json_object *value)
{
    const char *text = json_object_is_type(value, json_type_string)
                           ? json_object_get_string(value) : NULL;

    return text && strlen(text) == (size_t)json_object_get_string_len(value)
               ? text : NULL;
}

const char *ft_shape_text(struct json_object *obj, const char *path)
{
    return text_of(ft_shape_at(obj, path));
}

bool ft_shape_has(struct json_object *obj, const char *path, const char *word)
{
    struct json_object *value = ft_shape_at(obj, path);
    const char *text = text_of(value);
    bool found = text && strcasecmp(text, word) == 0;

    if (json_object_is_type(value, json_type_array))
        for (size_t i = 0; i < json_object_array_length(value); i++) {
            text = text_of(json_object_array_get_idx(value, i));
            found |= text && strcasecmp(text, word) == 0;
        }
    return found;
}

/* --- ends ----------------------------------------------------------------- */

/* {"status": "SIGNALED", "return_code": N, "signal": {"signal_id": 9}}, where
 * "status" may be a list and "signal_id" be called "id". */
static bool read_exit(struct json_object *value, uint32_t *wait_status)
{
    int64_t code = ft_shape_number_or(value, "return_code", 0), number;

    if (ft_shape_number(value, "signal/id", &number) ||
        ft_shape_number(value, "signal/signal_id", &number)) {
        if (number > 0 && number < 127) {
            *wait_status = code == 0 && number == (FT_STATE_OOM & 127)
                               ? FT_STATE_OOM : (uint32_t)number;
            return true;
        }
    }
    if (!ft_shape_has(value, "status", "SUCCESS") &&
        !ft_shape_has(value, "status", "ERROR"))
        return false;
    *wait_status = (uint32_t)(code & 255) << 8;
    return true;
}

bool ft_shape_exit(struct json_object *obj, const char *path,
                   uint32_t *wait_status)
{
    struct json_object *value = ft_shape_at(obj, path);
    int64_t number;

    if (json_object_is_type(value, json_type_object) &&
        ft_json_or_null(value, "status"))
        return read_exit(value, wait_status);
    if (!ft_shape_number(obj, path, &number) || number < 0 ||
        number > UINT32_MAX)
        return false;
    *wait_status = (uint32_t)number;
    return true;
}

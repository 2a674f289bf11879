/* record.c - the records of the oplog; see share/doc/formats/oplog.md */
#include <string.h>

#include "base/map.h"
#include "base/path.h"
#include "data/store/id.h"
#include "data/store/store_impl.h"

struct json_object *ft_record_new(const char *kind, int64_t now_ns)
{
    struct json_object *record = json_object_new_object();

    ft_json_add_str(record, "kind", kind);
    ft_json_add_int(record, "time_us", now_ns / 1000);
    return record;
}

static void add_text(struct json_object *record, const char *key,
                     const char *text)
{
    if (text)
        ft_json_add_str(record, key, text);
}

static struct json_object *output(const char *stage,
                                  const struct ft_output *out)
{
    struct json_object *json = json_object_new_object();
    struct ft_str object = FT_STR_INIT;

    ft_str_addf(&object, "%s.%s", stage, out->name);
    ft_json_add_str(json, "name", out->name);
    ft_json_add_str(json, "object", object.s);
    ft_json_add_str(json, "version", out->version);
    ft_json_add_str(json, "content", out->content);
    ft_json_add_str(json, "file", out->file_digest);
    ft_json_add_int(json, "size", (int64_t)out->size_bytes);
    ft_json_add_str(json, "type", ft_object_type_text(out->type));
    add_text(json, "unit", out->unit);
    ft_str_release(&object);
    return json;
}

/* The versions that a task was made from, each once; NULL: so many that they
 * would take the place of a record's other members, and stay in the version
 * files alone. */
static struct json_object *inputs_of(struct json_object *lineage)
{
    struct json_object *inputs = ft_json_or_null(lineage, "inputs");
    size_t n = inputs ? json_object_array_length(inputs) : 0;
    struct json_object *list;
    struct ft_map seen = FT_MAP_INIT;

    if (n > FT_RECORD_INPUTS_MAX)
        return NULL;
    list = json_object_new_array();
    for (size_t i = 0; i < n; i++) {
        const char *id = ft_json_str_or(json_object_array_get_idx(inputs, i),
                                        "version", NULL);

        if (id && ft_id_valid(id) && !ft_map_put(&seen, id, &seen))
            json_object_array_add(list, json_object_new_string(id));
    }
    ft_map_release(&seen);
    return list;
}

struct json_object *ft_record_result(const struct ft_result *result,
                                     const char *kind, int64_t now_ns)
{
    struct json_object *record = ft_record_new(kind, now_ns);
    struct json_object *out = json_object_new_array();
    struct json_object *inputs = inputs_of(result->lineage);

    add_text(record, "run", result->run);
    add_text(record, "stage", result->stage);
    add_text(record, "task", result->task);
    add_text(record, "cache_key", result->cache_key);
    add_text(record, "module",
             result->lineage
                 ? ft_json_str_or(result->lineage, "module", NULL)
                 : NULL);
    if (result->cell)
        json_object_object_add(record, "cell", json_object_get(result->cell));
    if (result->cpu_s > 0)
        ft_json_add_num(record, "cpu_s", result->cpu_s);
    for (size_t i = 0; i < result->n_out; i++)
        json_object_array_add(out, output(result->stage, &result->out[i]));
    json_object_object_add(record, "out", out);
    if (inputs)
        json_object_object_add(record, "inputs", inputs);
    if (!result->n_out && result->lineage) /* there is no file to keep it */
        json_object_object_add(record, "lineage",
                               json_object_get(result->lineage));
    return record;
}

/* provenance.c - names and values that both exports of lineage use */
#include "data/provenance/provenance.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/json.h"
#include "base/sha256.h"

void ft_prov_run_release(struct ft_prov_run *run)
{
    for (size_t i = 0; i < run->n_tasks; i++) {
        free(run->task[i].name);
        json_object_put(run->task[i].record);
    }
    free(run->task);
    *run = (struct ft_prov_run){ 0 };
}

static bool stands_anywhere(unsigned char c)
{
    return c < 0x80 && (isalnum(c) || c == '_' || c == '/');
}

/* A local name must not begin with '-' nor end with '.'; in ours neither is at
 * an end of a part. */
void ft_prov_escape(struct ft_str *out, const char *text)
{
    for (const char *c = text; *c; c++) {
        bool inside = c > text && c[1] && c[-1] != '/' && c[1] != '/';

        if (stands_anywhere((unsigned char)*c) ||
            (inside && (*c == '-' || *c == '.')))
            ft_str_addc(out, *c);
        else
            ft_str_addf(out, "%%%02X", (unsigned char)*c);
    }
}

void ft_prov_task_name(struct ft_str *out, const char *run, const char *task,
                       int attempt)
{
    ft_prov_escape(out, run);
    ft_str_addc(out, '/');
    ft_prov_escape(out, task);
    ft_str_addf(out, "/%d", attempt);
}

void ft_prov_record_name(struct ft_str *out, struct json_object *record,
                         const char *version)
{
    const char *run = ft_json_str_or(record, "run", "");

    if (*run)
        ft_prov_task_name(out, run, ft_json_str_or(record, "task", ""),
                          (int)ft_json_int_or(record, "attempt", 1));
    else
        ft_str_addf(out, "put/%s", version);
}

/* All that decides what a task does with its inputs and parameters. */
static void digest_tool(struct json_object *record, char hex[FT_SHA256_HEX + 1])
{
    static const char *const keys[] = { "command", "files", "module",
                                        "module_digest" };
    struct json_object *obj = json_object_new_object();
    struct ft_str text = FT_STR_INIT;

    for (size_t i = 0; i < FT_ARRAY_LEN(keys); i++)
        json_object_object_add(
            obj, keys[i], json_object_get(ft_json_or_null(record, keys[i])));
    (void)ft_json_canonical(obj, &text, NULL);
    ft_sha256_text(text.s, text.len, hex);
    json_object_put(obj);
    ft_str_release(&text);
}

void ft_prov_tool_name(struct ft_str *out, struct json_object *record)
{
    char hex[FT_SHA256_HEX + 1];

    digest_tool(record, hex);
    ft_prov_escape(out, ft_json_str_or(record, "module", "unknown"));
    ft_str_addf(out, "/%s", hex);
}

bool ft_prov_is_progress(const char *key)
{
    return strcmp(key, "step") == 0 || strcmp(key, "of") == 0;
}

const char *ft_prov_value(struct json_object *value, struct ft_str *out)
{
    struct json_object *number = ft_json_or_null(value, "value");
    struct json_object *written = ft_json_or_null(value, "written");
    const char *unit = number ? ft_json_str_or(value, "unit", NULL) : NULL;

    if (unit)
        value = number;
    else if (written && ft_json_or_null(value, "scale")) /* it is a unit */
        value = written;
    if (json_object_is_type(value, json_type_string))
        ft_str_add(out, json_object_get_string(value));
    else if (ft_json_canonical(value, out, NULL) < 0)
        ft_str_add(out, json_object_to_json_string(value));
    return unit;
}

char *ft_prov_engine(const struct ft_lineage *lineage, const char *run)
{
    for (size_t i = 0; i < lineage->n; i++) {
        struct json_object *record;
        char *engine;

        if (!lineage->node[i].known ||
            strcmp(lineage->node[i].version.run, run) != 0)
            continue;
        record = ft_lineage_record(&lineage->node[i]);
        engine = ft_strdup(ft_json_str_or(record, "engine", NULL));
        json_object_put(record);
        return engine;
    }
    return NULL;
}

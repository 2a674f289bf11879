/* ref_text.c - a version as people and programs see it */
#include "cli/ref_text.h"

#include <pwd.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/path.h"
#include "base/str.h"

#define LINEAGE_SCHEMA 1

/* The task's name holds the cell as the user wrote it: heat[power=45 W]. */
void ft_ref_text(const struct ft_version *version, struct ft_str *out)
{
    const char *open = strchr(version->task, '[');
    size_t len = open ? strlen(open) : 0;

    ft_str_add(out, version->object);
    if (!*version->cell || len < 2)
        return;
    ft_str_addc(out, '{');
    ft_str_addn(out, open + 1, len - 2);
    ft_str_addc(out, '}');
}

struct json_object *ft_ref_version_json(const struct ft_version *version)
{
    struct json_object *obj = json_object_new_object();
    struct ft_str ref = FT_STR_INIT;
    char when[FT_TIME_TEXT];

    ft_ref_text(version, &ref);
    ft_time_text(version->time_ns, when);
    ft_json_add_str(obj, "ref", ref.s);
    ft_json_add_str(obj, "object", version->object);
    if (*version->cell)
        json_object_object_add(obj, "cell",
                               json_tokener_parse(version->cell));
    ft_json_add_str(obj, "version", version->id);
    ft_json_add_str(obj, "content", version->content);
    ft_json_add_str(obj, "type", ft_object_type_text(version->type));
    ft_json_add_str(obj, "unit", version->unit);
    ft_json_add_int(obj, "size", (int64_t)version->size_bytes);
    ft_json_add_str(obj, "time", when);
    ft_json_add_str(obj, "run", version->run);
    ft_json_add_str(obj, "task", version->task);
    ft_json_add_str(obj, "module", version->module);
    ft_str_release(&ref);
    return obj;
}

struct json_object *ft_ref_put_lineage(const char *stage, const char *object,
                                       const char *path)
{
    struct json_object *record = json_object_new_object();
    struct passwd *pw = getpwuid(geteuid());
    char host[256] = "", when[FT_TIME_TEXT];

    gethostname(host, sizeof(host) - 1);
    ft_time_text(ft_clock_now_ns(), when);
    ft_json_add_int(record, "schema", LINEAGE_SCHEMA);
    ft_json_add_str(record, "stage", stage);
    ft_json_add_str(record, "task", object);
    ft_json_add_str(record, "module", "put");
    ft_json_add_str(record, "source", ft_path_base(path));
    ft_json_add_str(record, "site", "local");
    ft_json_add_str(record, "host", host);
    if (pw)
        ft_json_add_str(record, "user", pw->pw_name);
    ft_json_add_str(record, "engine", "fedtwin " PACKAGE_VERSION);
    ft_json_add_str(record, "end", when);
    json_object_object_add(record, "inputs", json_object_new_array());
    return record;
}

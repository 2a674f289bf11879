/* ref_text.c - a version as people and programs see it */
#include "cli/ref_text.h"

#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/path.h"
#include "base/str.h"
#include "text/quantity.h"

#define LINEAGE_SCHEMA 1

/* --- cells ---------------------------------------------------------------- */

static bool says(const char *text, struct json_object *value)
{
    struct json_object *si = ft_json_or_null(value, "value");
    struct ft_quantity q;

    if (si)
        return ft_quantity_parse(text, &q, NULL) == 0 &&
               q.si == json_object_get_double(si);
    return strcmp(text, json_object_get_string(value)) == 0;
}

/* Does "power=45 W,angle=0" say what the cell is? */
static bool names_cell(const char *text, struct json_object *cell)
{
    size_t n = 0;

    for (; *text; n++) {
        size_t name = strcspn(text, "=,");
        size_t all = strcspn(text, ",");
        char *axis = ft_strndup(text, name);
        struct json_object *value = ft_json_or_null(cell, axis);
        char *said = ft_strndup(text + name + 1, all > name ? all - name - 1
                                                            : 0);
        bool right = all > name && value && says(said, value);

        free(axis);
        free(said);
        if (!right)
            return false;
        text += all;
        text += *text == ',';
    }
    return n == (size_t)json_object_object_length(cell);
}

static void add_cell(struct json_object *cell, struct ft_str *out)
{
    const char *sep = "";

    json_object_object_foreach(cell, axis, value) {
        struct json_object *si = ft_json_or_null(value, "value");

        ft_str_addf(out, "%s%s=%s", sep, axis,
                    json_object_get_string(si ? si : value));
        if (si)
            ft_str_addf(out, " %s", ft_json_str_or(value, "unit", ""));
        sep = ",";
    }
}

/* The name of the task that made it holds the cell as the user wrote it,
 * heat[power=45 W]; but the same version may stand for another cell. */
void ft_ref_text(const struct ft_version *version, struct ft_str *out)
{
    const char *open = strchr(version->task, '[');
    struct json_object *cell;
    char *text;

    ft_str_add(out, version->object);
    if (!*version->cell)
        return;
    cell = json_tokener_parse(version->cell);
    text = open ? ft_strndup(open + 1, strlen(open) - 2) : ft_strdup("");
    ft_str_addc(out, '{');
    if (names_cell(text, cell))
        ft_str_add(out, text);
    else
        add_cell(cell, out);
    ft_str_addc(out, '}');
    free(text);
    json_object_put(cell);
}

/* --- records -------------------------------------------------------------- */

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
    if (version->gone)
        ft_json_add_bool(obj, "removed", true);
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

/* crate_value.c - who, where, with which values, at what cost */
#include "data/provenance/crate_value.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/json.h"
#include "data/provenance/crate.h"

/* --- agents and places ---------------------------------------------------- */

void ft_crate_agent(struct ft_crate_doc *doc, struct json_object *entity,
                    const char *key, const char *user)
{
    char *id;

    if (!user || !*user)
        return;
    id = ft_crate_id("user", user);
    ft_json_add_str(ft_crate_entity(doc, id, "Person"), "name", user);
    ft_crate_point(entity, key, id);
    free(id);
}

void ft_crate_place(struct ft_crate_doc *doc, struct json_object *action,
                    struct json_object *record)
{
    const char *host = ft_json_str_or(record, "host", "");
    char *text, *id;

    if (!*host)
        return;
    text = ft_asprintf("%s/%s", ft_json_str_or(record, "site", "local"), host);
    id = ft_crate_id("host", text);
    ft_json_add_str(ft_crate_entity(doc, id, "Place"), "name", text);
    ft_crate_point(action, "location", id);
    free(id);
    free(text);
}

char *ft_crate_engine(struct ft_crate_doc *doc, const char *engine)
{
    const char *version = engine ? strchr(engine, ' ') : NULL;
    char *id = ft_crate_id("engine", engine ? engine : "fedtwin");
    struct json_object *obj = ft_crate_entity(doc, id, "SoftwareApplication");

    ft_json_add_str(obj, "name", "fedtwin");
    ft_crate_text(obj, "softwareVersion", version ? version + 1 : NULL);
    return id;
}

/* --- values --------------------------------------------------------------- */

char *ft_crate_value(struct ft_crate_doc *doc, const char *kind,
                     const char *owner, const char *key,
                     struct json_object *value)
{
    struct ft_str id = FT_STR_INIT, text = FT_STR_INIT;
    const char *unit = ft_prov_value(value, &text);
    struct json_object *obj;

    ft_str_addf(&id, "#%s/%s/", kind, owner + 1);
    ft_prov_escape(&id, key);
    obj = ft_crate_entity(doc, id.s, "PropertyValue");
    ft_json_add_str(obj, "name", key);
    ft_json_add_str(obj, "value", text.s);
    ft_crate_text(obj, "unitText", unit);
    ft_str_release(&text);
    return ft_str_take(&id);
}

void ft_crate_example(struct ft_crate_doc *doc, const char *entity,
                      const char *formal)
{
    if (ft_crate_find(doc, formal))
        ft_crate_link(doc, entity, "exampleOfWork", formal);
}

void ft_crate_params(struct ft_crate_doc *doc, const char *action,
                     const char *tool, struct json_object *params)
{
    if (!json_object_is_type(params, json_type_object))
        return;
    json_object_object_foreach(params, key, value) {
        char *id = ft_crate_value(doc, "value", action, key, value);
        char *formal = ft_crate_formal_id(tool, "param", key);

        ft_crate_example(doc, id, formal);
        ft_crate_link(doc, action, "object", id);
        free(formal);
        free(id);
    }
}

void ft_crate_seed(struct ft_crate_doc *doc, const char *action,
                   struct json_object *record)
{
    struct json_object *seed = ft_json_or_null(record, "seed");
    char *id = seed ? ft_crate_value(doc, "seed", action, "seed", seed) : NULL;

    if (id)
        ft_crate_link(doc, action, "object", id);
    free(id);
}

/* "NAME=value" each. */
void ft_crate_environment(struct ft_crate_doc *doc, const char *action,
                          struct json_object *record)
{
    struct json_object *list = ft_json_or_null(record, "environment");
    size_t n = json_object_is_type(list, json_type_array)
                   ? json_object_array_length(list)
                   : 0;

    for (size_t i = 0; i < n; i++) {
        const char *word =
            json_object_get_string(json_object_array_get_idx(list, i));
        size_t len = word ? strcspn(word, "=") : 0;
        char *name = word ? ft_strndup(word, len) : NULL, *id;
        struct json_object *value;

        if (!word || !word[len]) {
            free(name);
            continue;
        }
        value = json_object_new_string(word + len + 1);
        id = ft_crate_value(doc, "environment", action, name, value);
        ft_crate_link(doc, action, "environment", id);
        json_object_put(value);
        free(id);
        free(name);
    }
}

/* The unit ends the name of a figure. */
static const char *unit_of(const char *key)
{
    static const struct {
        const char *end, *unit;
    } units[] = {
        { "_s", "https://qudt.org/vocab/unit/SEC" },
        { "_bytes", "https://qudt.org/vocab/unit/BYTE" },
        { "_j", "https://qudt.org/vocab/unit/J" },
    };

    for (size_t i = 0; i < FT_ARRAY_LEN(units); i++)
        if (ft_ends_with(key, units[i].end))
            return units[i].unit;
    return NULL;
}

void ft_crate_figures(struct ft_crate_doc *doc, const char *action,
                      struct json_object *figures, const char *kind,
                      const char *owner, const char *key)
{
    if (!json_object_is_type(figures, json_type_object))
        return;
    json_object_object_foreach(figures, name, value) {
        char *id, *term;
        struct json_object *obj;

        if (ft_prov_is_progress(name))
            continue;
        id = ft_crate_value(doc, kind, action, name, value);
        term = ft_asprintf("urn:fedtwin:terms:%s_%s", kind, name);
        obj = ft_crate_find(doc, id);
        ft_json_add_str(obj, "propertyID", term);
        ft_crate_text(obj, "unitCode",
                      strcmp(kind, "usage") == 0 ? unit_of(name) : NULL);
        ft_crate_link(doc, owner, key, id);
        free(term);
        free(id);
    }
}

/* crate_doc.c - the entities of an RO-Crate, each once under its id */
#include "data/provenance/crate_doc.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "base/json.h"
#include "data/provenance/provenance.h"

void ft_crate_doc_init(struct ft_crate_doc *doc)
{
    *doc = (struct ft_crate_doc){ .graph = json_object_new_array() };
}

struct json_object *ft_crate_doc_end(struct ft_crate_doc *doc)
{
    static const char *const contexts[] = {
        "https://w3id.org/ro/crate/1.1/context",
        "https://w3id.org/ro/terms/workflow-run/context",
    };
    struct json_object *root = json_object_new_object();
    struct json_object *context = json_object_new_array();

    for (size_t i = 0; i < FT_ARRAY_LEN(contexts); i++)
        json_object_array_add(context, json_object_new_string(contexts[i]));
    json_object_object_add(root, "@context", context);
    json_object_object_add(root, "@graph", doc->graph);
    ft_map_release(&doc->entity);
    ft_map_release(&doc->link);
    return root;
}

char *ft_crate_id(const char *kind, const char *text)
{
    struct ft_str id = FT_STR_INIT;

    ft_str_addf(&id, "#%s/", kind);
    ft_prov_escape(&id, text);
    return ft_str_take(&id);
}

struct json_object *ft_crate_find(const struct ft_crate_doc *doc,
                                  const char *id)
{
    return ft_map_get(&doc->entity, id);
}

struct json_object *ft_crate_entity(struct ft_crate_doc *doc, const char *id,
                                    const char *type)
{
    struct json_object *entity = ft_crate_find(doc, id);

    if (entity)
        return entity;
    entity = json_object_new_object();
    ft_json_add_str(entity, "@id", id);
    ft_json_add_str(entity, "@type", type);
    json_object_array_add(doc->graph, entity);
    (void)ft_map_put(&doc->entity, id, entity);
    return entity;
}

void ft_crate_add_type(struct json_object *entity, const char *type)
{
    struct json_object *types = ft_json_or_null(entity, "@type"), *list;

    if (!json_object_is_type(types, json_type_array)) {
        list = json_object_new_array();
        json_object_array_add(list, json_object_get(types));
        json_object_object_add(entity, "@type", list);
        types = list;
    }
    json_object_array_add(types, json_object_new_string(type));
}

static struct json_object *reference(const char *to)
{
    struct json_object *ref = json_object_new_object();

    ft_json_add_str(ref, "@id", to);
    return ref;
}

void ft_crate_point(struct json_object *entity, const char *key, const char *to)
{
    json_object_object_add(entity, key, reference(to));
}

void ft_crate_link(struct ft_crate_doc *doc, const char *from, const char *key,
                   const char *to)
{
    struct json_object *entity = ft_crate_find(doc, from), *list = NULL;
    char *link = ft_asprintf("%s\n%s\n%s", from, key, to);

    if (!entity)
        FT_BUG("no entity '%s'", from);
    if (!ft_map_put(&doc->link, link, entity)) {
        if (!json_object_object_get_ex(entity, key, &list)) {
            list = json_object_new_array();
            json_object_object_add(entity, key, list);
        }
        json_object_array_add(list, reference(to));
    }
    free(link);
}

void ft_crate_text(struct json_object *entity, const char *key,
                   const char *text)
{
    if (text && *text)
        ft_json_add_str(entity, key, text);
}

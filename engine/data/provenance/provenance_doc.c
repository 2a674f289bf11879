/* provenance_doc.c - the records of a PROV-JSON document */
#include "data/provenance/provenance_doc.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/number.h"
#include "base/sha256.h"
#include "data/provenance/provenance.h"

/* Every name space but those of the standards is ours and resolves nowhere: a
 * project has no address on the web. */
static const struct {
    const char *prefix, *iri;
} spaces[] = {
    { "version", "urn:fedtwin:version:" }, /* SHA-256 of the record */
    { "content", "urn:fedtwin:content:" }, /* of a user's file */
    { "task", "urn:fedtwin:task:" },       /* RUN/TASK/ATTEMPT */
    { "run", "urn:fedtwin:run:" },
    { "workflow", "urn:fedtwin:workflow:" }, /* SHA-256 of its text */
    { "tool", "urn:fedtwin:tool:" },
    { "value", "urn:fedtwin:value:" }, /* of a parameter, in one task */
    { "user", "urn:fedtwin:user:" },
    { "engine", "urn:fedtwin:engine:" },
    { "removal", "urn:fedtwin:removal:" }, /* a gc, an eviction */
    { "host", "urn:fedtwin:host:" },
    { "relation", "urn:fedtwin:relation:" }, /* digest of what it says */
    { "ft", "urn:fedtwin:terms:" },
    { "dqv", "http://www.w3.org/ns/dqv#" },
    { "dct", "http://purl.org/dc/terms/" },
};

/* --- records of the document ---------------------------------------------- */

/* The member 'key' of 'obj', which is made when it is missing. */
static struct json_object *need(struct json_object *obj, const char *key)
{
    struct json_object *member = NULL;

    if (!json_object_object_get_ex(obj, key, &member)) {
        member = json_object_new_object();
        json_object_object_add(obj, key, member);
    }
    return member;
}

struct json_object *ft_prov_element(struct ft_prov_doc *doc, const char *kind,
                                    const char *id)
{
    return need(need(doc->root, kind), id);
}

bool ft_prov_has(struct ft_prov_doc *doc, const char *kind, const char *id)
{
    return json_object_object_get_ex(need(doc->root, kind), id, NULL);
}

/* A relation is called by what it says, so that documents can be merged, and
 * so that RDF keeps two of them apart that relate the same things.  'obj' is
 * taken over. */
void ft_prov_relation(struct ft_prov_doc *doc, const char *kind,
                      struct json_object *obj)
{
    struct ft_str text = FT_STR_INIT;
    char hex[FT_SHA256_HEX + 1], *id;

    ft_str_add(&text, kind);
    (void)ft_json_canonical(obj, &text, NULL);
    ft_sha256_text(text.s, text.len, hex);
    id = ft_asprintf("relation:%.32s", hex);
    json_object_object_add(need(doc->root, kind), id, obj);
    free(id);
    ft_str_release(&text);
}

void ft_prov_add_typed(struct json_object *obj, const char *key,
                       const char *text, const char *type)
{
    struct json_object *value = json_object_new_object();

    ft_json_add_str(value, "$", text);
    ft_json_add_str(value, "type", type);
    json_object_object_add(obj, key, value);
}

void ft_prov_add_name(struct json_object *obj, const char *key,
                      const char *name)
{
    ft_prov_add_typed(obj, key, name, "prov:QUALIFIED_NAME");
}

void ft_prov_add_text(struct json_object *obj, const char *key,
                      const char *text)
{
    if (text && *text)
        ft_json_add_str(obj, key, text);
}

static void add_number(struct json_object *obj, const char *key, double x)
{
    struct ft_str text = FT_STR_INIT;

    ft_number_text(x, &text);
    ft_prov_add_typed(obj, key, text.s, "xsd:double");
    ft_str_release(&text);
}

/* A number of a record: counts stay counts. */
void ft_prov_add_number(struct json_object *obj, const char *key,
                        struct json_object *value)
{
    if (json_object_is_type(value, json_type_int))
        ft_prov_add_typed(obj, key, json_object_get_string(value), "xsd:long");
    else if (json_object_is_type(value, json_type_double))
        add_number(obj, key, json_object_get_double(value));
    else if (json_object_is_type(value, json_type_string))
        ft_json_add_str(obj, key, json_object_get_string(value));
}

void ft_prov_add_member(struct json_object *obj, const char *key,
                        struct json_object *record, const char *member)
{
    struct json_object *value = ft_json_or_null(record, member);

    if (json_object_is_type(value, json_type_object) ||
        json_object_is_type(value, json_type_array))
        ft_prov_add_text(obj, key,
                         ft_json_text(value));
    else
        ft_prov_add_number(obj, key, value);
}

void ft_prov_add_time(struct json_object *obj, const char *key, int64_t ns)
{
    char text[FT_TIME_TEXT];

    if (!ns)
        return;
    ft_time_text(ns, text);
    ft_json_add_str(obj, key, text);
}

/* "prefix:" and the escaped 'text'; the caller frees. */
char *ft_prov_id(const char *prefix, const char *text)
{
    struct ft_str out = FT_STR_INIT;

    ft_str_addf(&out, "%s:", prefix);
    ft_prov_escape(&out, text);
    return ft_str_take(&out);
}

void ft_prov_relate(struct ft_prov_doc *doc, const char *kind, const char *key,
                    const char *a, const char *other_key, const char *b)
{
    struct json_object *obj = json_object_new_object();

    ft_json_add_str(obj, key, a);
    ft_json_add_str(obj, other_key, b);
    ft_prov_relation(doc, kind, obj);
}

void ft_prov_doc_init(struct ft_prov_doc *doc)
{
    struct json_object *prefix;

    doc->root = json_object_new_object();
    prefix = need(doc->root, "prefix");
    for (size_t i = 0; i < FT_ARRAY_LEN(spaces); i++)
        ft_json_add_str(prefix, spaces[i].prefix, spaces[i].iri);
}

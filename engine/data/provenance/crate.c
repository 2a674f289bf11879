/* crate.c - a run as a Workflow Run RO-Crate: the crate itself */
#include "data/provenance/crate.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/json.h"
#include "model/workflow.h"

#define CRATE "https://w3id.org/ro/crate/1.1"
#define WORKFLOW_CRATE "https://w3id.org/workflowhub/workflow-ro-crate/1.0"

static const struct {
    const char *id, *name, *version;
} profiles[] = {
    { "https://w3id.org/ro/wfrun/process/0.5", "Process Run Crate", "0.5" },
    { "https://w3id.org/ro/wfrun/workflow/0.5", "Workflow Run Crate", "0.5" },
    { "https://w3id.org/ro/wfrun/provenance/0.5", "Provenance Run Crate",
      "0.5" },
    { WORKFLOW_CRATE, "Workflow RO-Crate", "1.0" },
};

static void add_descriptor(struct ft_crate_doc *doc)
{
    struct json_object *entity =
        ft_crate_entity(doc, FT_CRATE_METADATA, "CreativeWork");

    ft_crate_point(entity, "about", "./");
    ft_crate_link(doc, FT_CRATE_METADATA, "conformsTo", CRATE);
    ft_crate_link(doc, FT_CRATE_METADATA, "conformsTo", WORKFLOW_CRATE);
}

static void add_root(const struct ft_crate *crate, struct ft_crate_doc *doc)
{
    const struct ft_prov_run *run = crate->run;
    struct json_object *root = ft_crate_entity(doc, "./", "Dataset");
    char *name = ft_asprintf("Run %s of %s", run->id, run->wf->name);
    char time[FT_TIME_TEXT];

    ft_time_text(crate->now_ns, time);
    ft_json_add_str(root, "name", name);
    ft_json_add_str(root, "description",
                    run->wf->what ? run->wf->what
                                  : "A run of a fedtwin workflow with its "
                                    "results and their lineage.");
    ft_json_add_str(root, "datePublished", time);
    ft_json_add_str(root, "license",
                    crate->license ? crate->license
                                   : "No licence was given: ask the author "
                                     "before using this crate.");
    ft_crate_point(root, "mainEntity", crate->text[0]);
    for (size_t i = 0; i < FT_ARRAY_LEN(profiles); i++) {
        struct json_object *profile = ft_crate_entity(doc, profiles[i].id,
                                                      "CreativeWork");

        ft_json_add_str(profile, "name", profiles[i].name);
        ft_json_add_str(profile, "version", profiles[i].version);
        ft_crate_link(doc, "./", "conformsTo", profiles[i].id);
    }
    free(name);
}

struct json_object *ft_crate_metadata(const struct ft_crate *crate)
{
    struct ft_crate_doc doc;

    ft_crate_doc_init(&doc);
    add_descriptor(&doc);
    add_root(crate, &doc);
    ft_crate_plan(crate, &doc);
    ft_crate_actions(crate, &doc);
    return ft_crate_doc_end(&doc);
}

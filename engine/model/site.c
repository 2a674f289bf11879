/* site.c - a place that computes, described by a site file */
#include "model/site.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/json.h"
#include "base/path.h"
#include "text/field.h"
#include "text/quantity.h"

static const char *const adapters[] = { "local",     "program", "slurm",
                                        "slurmrest", "fake",    NULL };

const struct ft_field ft_site_fields[] = {
    { .key = "fedtwin-site", .type = FT_FIELD_INT, .required = true,
      .min = 1, .max = 1, .doc = "version of this format: 1" },
    { .key = "site", .type = FT_FIELD_NAME, .required = true,
      .doc = "name of the site" },
    { .key = "doc", .type = FT_FIELD_TEXT,
      .doc = "one sentence for people" },
    { .key = "adapter", .type = FT_FIELD_CHOICE, .required = true,
      .choices = adapters,
      .doc = "local: this computer; slurm, slurmrest: a Slurm cluster; "
             "program: a helper that talks to the site; fake: a simulation" },
    { .key = "program", .type = FT_FIELD_TEXT,
      .doc = "absolute path of the helper of 'adapter: program'" },
    { .key = "slots", .type = FT_FIELD_INT, .min = 1, .max = 10000000,
      .doc = "cores offered; what the adapter finds when not said" },
    { .key = "memory", .type = FT_FIELD_QUANTITY, .unit = "B", .min = 1,
      .max = HUGE_VAL,
      .doc = "memory offered; what the adapter finds when not said" },
    { .key = "mpirun", .type = FT_FIELD_LIST, .of = FT_FIELD_TEXT,
      .doc = "words that start an MPI program; {ranks} and {nodes} are "
             "replaced" },
    { .key = "module_init", .type = FT_FIELD_TEXT,
      .doc = "file that defines 'module' in a shell, for environment modules; "
             "$MODULESHOME/init/sh when not said" },
    { .key = "options", .type = FT_FIELD_MAP, .of = FT_FIELD_ANY,
      .doc = "what the adapter itself understands" },
    { 0 },
};

struct ft_site *ft_site_local(void)
{
    struct ft_site *site = ft_calloc(1, sizeof(*site));

    site->name = ft_strdup("local");
    site->adapter = ft_strdup("local");
    return site;
}

struct reader {
    const struct ft_doc *doc;
    const struct ft_node *root;
    struct ft_diags *diags;
};

static bool check_version(const struct reader *r)
{
    const struct ft_node *node = ft_node_get(r->root, "fedtwin-site");
    long long version;

    if (node && ft_node_int(node, &version) && version == 1)
        return true;
    ft_diag_add(r->diags, r->doc, node ? &node->mark : &r->root->mark,
                FT_D_VERSION, node ? "this version of site files is not known"
                                   : "the site file lacks 'fedtwin-site'");
    ft_diag_hint(r->diags, "write 'fedtwin-site: 1'");
    return false;
}

/* A helper is started as it stands here: nothing is searched for. */
static bool check_program(const struct reader *r)
{
    const struct ft_node *adapter = ft_node_get(r->root, "adapter");
    const struct ft_node *program = ft_node_get(r->root, "program");
    bool wanted = strcmp(adapter->text, "program") == 0;

    if (wanted && program && program->text[0] == '/')
        return true;
    if (!wanted && !program)
        return true;
    if (wanted && program)
        ft_diag_add(r->diags, r->doc, &program->mark, FT_D_SITE,
                    "'%s' is not an absolute path", program->text);
    else if (wanted)
        ft_diag_add(r->diags, r->doc, &adapter->mark, FT_D_SITE,
                    "'adapter: program' needs the key 'program'");
    else
        ft_diag_add(r->diags, r->doc,
                    &ft_node_key(r->root, "program")->mark, FT_D_SITE,
                    "only 'adapter: program' can have a program");
    return false;
}

/* It is read by a shell that starts somewhere else. */
static bool check_module_init(const struct reader *r)
{
    const struct ft_node *init = ft_node_get(r->root, "module_init");

    if (!init || init->text[0] == '/')
        return true;
    ft_diag_add(r->diags, r->doc, &init->mark, FT_D_SITE,
                "'%s' is not an absolute path", init->text);
    return false;
}

/* A launcher that ignores the number of ranks would start just any. */
static bool check_mpirun(const struct reader *r)
{
    const struct ft_node *words = ft_node_get(r->root, "mpirun");

    for (size_t i = 0; words && i < words->n; i++)
        if (strstr(words->item[i]->text, "{ranks}"))
            return true;
    if (!words)
        return true;
    ft_diag_add(r->diags, r->doc, &words->mark, FT_D_SITE,
                "'mpirun' does not say where the number of ranks goes");
    ft_diag_hint(r->diags, "for example [mpirun, -n, \"{ranks}\"]");
    return false;
}

static void read_launcher(const struct ft_node *words, struct ft_site *site)
{
    if (!words)
        return;
    site->mpirun = ft_calloc(words->n, sizeof(*site->mpirun));
    for (size_t i = 0; i < words->n; i++)
        site->mpirun[site->n_mpirun++] = ft_strdup(words->item[i]->text);
}

static struct ft_site *read_site(const struct reader *r)
{
    const struct ft_node *program = ft_node_get(r->root, "program");
    const struct ft_node *slots = ft_node_get(r->root, "slots");
    const struct ft_node *memory = ft_node_get(r->root, "memory");
    const struct ft_node *init = ft_node_get(r->root, "module_init");
    struct ft_site *site = ft_calloc(1, sizeof(*site));
    struct ft_quantity q = { 0 };
    long long n = 0;

    site->name = ft_strdup(ft_node_get(r->root, "site")->text);
    site->adapter = ft_strdup(ft_node_get(r->root, "adapter")->text);
    site->program = program ? ft_strdup(program->text) : NULL;
    site->module_init = init ? ft_strdup(init->text) : NULL;
    site->node = ft_node_get(r->root, "options");
    if (slots)
        ft_node_int(slots, &n);
    site->slots = (int)n;
    if (memory && ft_quantity_parse(memory->text, &q, NULL) == 0)
        site->memory_bytes = q.si;
    read_launcher(ft_node_get(r->root, "mpirun"), site);
    return site;
}

struct ft_site *ft_site_read(const char *path, struct ft_diags *diags)
{
    size_t errors = diags->n_errors;
    struct ft_doc *doc = ft_doc_read(path, diags);
    struct reader r = { .doc = doc, .diags = diags };
    struct ft_site *site = NULL;
    bool ok;

    if (!doc)
        return NULL;
    r.root = ft_doc_root(doc);
    ok = diags->n_errors == errors && check_version(&r) &&
         ft_fields_check(doc, r.root, ft_site_fields, "the site file", diags);
    if (ok) {
        ok = check_program(&r);
        ok &= check_mpirun(&r);
        ok &= check_module_init(&r);
    }
    if (ok) {
        site = read_site(&r);
        site->file = realpath(path, NULL);
        site->doc = doc;
    } else {
        ft_doc_free(doc);
    }
    ft_diags_sort(diags);
    return site;
}

struct json_object *ft_site_json(const struct ft_site *site)
{
    struct json_object *json;

    if (site->doc)
        return ft_fields_json(ft_doc_root(site->doc), ft_site_fields);
    json = json_object_new_object();
    ft_json_add_str(json, "site", site->name);
    ft_json_add_str(json, "adapter", site->adapter);
    return json;
}

void ft_site_free(struct ft_site *site)
{
    if (!site)
        return;
    for (size_t i = 0; i < site->n_mpirun; i++)
        free(site->mpirun[i]);
    free(site->mpirun);
    free(site->name);
    free(site->file);
    free(site->adapter);
    free(site->program);
    free(site->module_init);
    ft_doc_free(site->doc);
    free(site);
}

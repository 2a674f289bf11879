/* module.c - one manifest, read and checked */
#include "model/module.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/dirs.h"
#include "base/err.h"
#include "base/path.h"
#include "base/sha256.h"
#include "base/str.h"
#include "model/manifest.h"
#include "model/port.h"
#include "text/field.h"

static const char *const determinisms[] = {
    [FT_DET_BITWISE] = "bitwise",
    [FT_DET_TOLERANCE] = "tolerance",
    [FT_DET_NONE] = "none",
    NULL,
};

const struct ft_field ft_module_fields[] = {
    { .key = "fedtwin-module", .type = FT_FIELD_INT, .required = true,
      .min = 1, .max = 1, .doc = "version of this format: 1" },
    { .key = "module", .type = FT_FIELD_TEXT, .required = true,
      .doc = "name, that of the file without .yaml, such as solve.heat" },
    { .key = "version", .type = FT_FIELD_TEXT, .required = true,
      .doc = "version of the module; a new one makes its results anew" },
    { .key = "doc", .type = FT_FIELD_TEXT,
      .doc = "one sentence for the manual" },
    { .key = "program", .type = FT_FIELD_TEXT,
      .doc = "executable that follows the stage protocol" },
    { .key = "run", .type = FT_FIELD_LIST, .of = FT_FIELD_TEXT,
      .doc = "argument list of any program" },
    { .key = "python", .type = FT_FIELD_TEXT,
      .doc = "script, relative to the manifest" },
    { .key = "mpi", .type = FT_FIELD_BOOL,
      .doc = "the program is started by mpirun" },
    { .key = "serve", .type = FT_FIELD_BOOL,
      .doc = "the program understands --serve" },
    { .key = "in", .type = FT_FIELD_MAP, .of = FT_FIELD_STRUCT,
      .words = true, .fields = ft_in_fields, .item = "input", .doc = "inputs" },
    { .key = "params", .type = FT_FIELD_MAP, .of = FT_FIELD_STRUCT,
      .fields = ft_param_fields, .item = "parameter", .doc = "parameters" },
    { .key = "out", .type = FT_FIELD_MAP, .of = FT_FIELD_STRUCT,
      .required = true, .words = true, .fields = ft_out_fields,
      .item = "output", .doc = "outputs" },
    { .key = "resources", .type = FT_FIELD_STRUCT,
      .fields = ft_resources_fields,
      .doc = "what a task takes unless the stage says otherwise" },
    { .key = "determinism", .type = FT_FIELD_CHOICE,
      .choices = determinisms,
      .doc = "are the results of two runs equal: in every bit, within a "
             "tolerance (the default), not at all" },
    { 0 },
};

/* "a.b.c": each part is a name, so it can become a path. */
bool ft_module_name_valid(const char *name)
{
    char part[FT_NAME_MAX + 1];

    for (;;) {
        size_t len = strcspn(name, ".");

        if (len > FT_NAME_MAX)
            return false;
        memcpy(part, name, len);
        part[len] = '\0';
        if (!ft_name_valid(part))
            return false;
        if (!name[len])
            return true;
        name += len + 1;
    }
}

struct reader {
    const struct ft_doc *doc;
    const struct ft_node *root;
    struct ft_module *module;
    struct ft_diags *diags;
};

static const char *text_of(const struct reader *r, const char *key)
{
    const struct ft_node *node = ft_node_get(r->root, key);

    return node ? node->text : NULL;
}

static bool flag_of(const struct reader *r, const char *key)
{
    const struct ft_node *node = ft_node_get(r->root, key);
    bool value = false;

    if (node)
        ft_node_bool(node, &value);
    return value;
}

static bool check_name(const struct reader *r, const char *name)
{
    const struct ft_node *node = ft_node_get(r->root, "module");

    if (strcmp(node->text, name) == 0)
        return true;
    ft_diag_add(r->diags, r->doc, &node->mark, FT_D_MANIFEST,
                "the manifest of '%s' is for a module '%s'", name,
                node->text);
    ft_diag_hint(r->diags, "the file has to be called '%s.yaml'",
                 node->text);
    return false;
}

/* --- what is started ------------------------------------------------------ */

static char *beside_manifest(const struct reader *r, const char *name)
{
    char *dir = ft_path_dir(r->module->file);
    char *path = ft_path_join(dir, name);

    free(dir);
    return path;
}

/* A path starts at the manifest, a bare name in libexec, then on $PATH. */
static char *find_program(const struct reader *r, const char *name)
{
    char *path;

    if (strchr(name, '/'))
        return beside_manifest(r, name);
    path = ft_dirs_program(name);
    if (strchr(path, '/'))
        return path;
    free(path);
    return ft_path_search(name);
}

static bool read_run(const struct reader *r, const struct ft_node *run)
{
    if (!run->n) {
        ft_diag_add(r->diags, r->doc, &run->mark, FT_D_MANIFEST,
                    "the argument list 'run' is empty");
        return false;
    }
    r->module->run = ft_calloc(run->n, sizeof(*r->module->run));
    for (size_t i = 0; i < run->n; i++)
        r->module->run[r->module->n_run++] = ft_strdup(run->item[i]->text);
    return true;
}

static bool read_action(const struct reader *r)
{
    const struct ft_node *run = ft_node_get(r->root, "run");
    const char *program = text_of(r, "program");
    const char *python = text_of(r, "python");

    if (!!run + !!program + !!python != 1) {
        ft_diag_add(r->diags, r->doc, &ft_node_get(r->root, "module")->mark,
                    FT_D_MANIFEST, "module '%s' needs exactly one of "
                    "'program', 'run' and 'python'", r->module->name);
        return false;
    }
    if (!program && (r->module->mpi || r->module->serve)) {
        ft_diag_add(r->diags, r->doc, &ft_node_get(r->root, "module")->mark,
                    FT_D_MANIFEST, "'mpi' and 'serve' need a 'program'");
        return false;
    }
    if (run)
        return read_run(r, run);
    if (python) {
        r->module->python = beside_manifest(r, python);
        r->module->missing = access(r->module->python, R_OK) < 0;
        return true;
    }
    r->module->program = find_program(r, program);
    if (!r->module->program)
        r->module->program = ft_strdup(program);
    r->module->missing = access(r->module->program, X_OK) < 0;
    return true;
}

/* --- the rest ------------------------------------------------------------- */

/* Inputs name parameters that are units. */
static bool check_shown(const struct reader *r)
{
    const struct ft_module *m = r->module;
    bool ok = true;

    for (size_t i = 0; i < m->n_in; i++) {
        const char *name = m->in[i].shown_in;
        const struct ft_param *param =
            name ? ft_params_find(&m->params, name) : NULL;

        if (!name || (param && param->type == FT_PARAM_UNIT &&
                      param->each == FT_EACH_ONE))
            continue;
        ft_diag_add(r->diags, r->doc, &m->in[i].mark, FT_D_UNKNOWN_PARAM,
                    "input '%s' is shown in '%s', which is no parameter of "
                    "type unit", m->in[i].name, name);
        ok = false;
    }
    return ok;
}

static bool read_parts(const struct reader *r)
{
    struct ft_module *m = r->module;
    const struct ft_node *in = ft_node_get(r->root, "in");
    const struct ft_node *out = ft_node_get(r->root, "out");
    const struct ft_node *params = ft_node_get(r->root, "params");
    const struct ft_node *resources = ft_node_get(r->root, "resources");
    bool ok = true;

    if (in)
        ok &= ft_ports_read(r->doc, in, true, &m->in, &m->n_in, r->diags);
    ok &= ft_ports_read(r->doc, out, false, &m->out, &m->n_out, r->diags);
    if (params)
        ok &= ft_params_read(r->doc, params, &m->params, r->diags);
    ok = ok && check_shown(r);
    if (resources)
        ft_resources_read(resources, &m->resources);
    return ok;
}

static enum ft_determinism determinism_of(const char *text)
{
    int i = FT_DET_BITWISE;

    if (!text)
        return FT_DET_TOLERANCE;
    while (strcmp(determinisms[i], text) != 0)
        i++;
    return (enum ft_determinism)i;
}

static bool read_manifest(const struct reader *r, const char *name)
{
    struct ft_module *m = r->module;
    bool ok;

    if (!ft_fields_check(r->doc, r->root, ft_module_fields, "the manifest",
                         r->diags))
        return false;
    m->name = ft_strdup(name);
    m->version = ft_strdup(text_of(r, "version"));
    m->doc = ft_strdup(text_of(r, "doc"));
    m->mpi = flag_of(r, "mpi");
    m->serve = flag_of(r, "serve");
    m->determinism = determinism_of(text_of(r, "determinism"));
    ok = check_name(r, name);
    ok &= read_action(r);
    return read_parts(r) && ok;
}

/* A number that this fedtwin does not know says more than its other errors. */
static bool check_version(const struct reader *r)
{
    const struct ft_node *node = ft_node_get(r->root, "fedtwin-module");
    long long version;

    if (node && ft_node_int(node, &version) && version == 1)
        return true;
    ft_diag_add(r->diags, r->doc, node ? &node->mark : &r->root->mark,
                FT_D_VERSION, node ? "this version of manifests is not known"
                                   : "the manifest lacks 'fedtwin-module'");
    ft_diag_hint(r->diags, "write 'fedtwin-module: 1'");
    return false;
}

struct ft_module *ft_manifest_read(const struct ft_doc *doc, const char *name,
                                   struct ft_diags *diags)
{
    struct reader r = { .doc = doc, .diags = diags };
    size_t errors = diags->n_errors, len;
    const char *text;
    char hex[FT_SHA256_HEX + 1];

    r.root = ft_doc_root(doc);
    r.module = ft_calloc(1, sizeof(*r.module));
    r.module->file = ft_strdup(ft_doc_file(doc));
    text = ft_doc_text(doc, &len);
    r.module->text = ft_strndup(text, len);
    ft_sha256_text(text, len, hex);
    r.module->digest = ft_strdup(hex);
    if (check_version(&r) && read_manifest(&r, name) &&
        diags->n_errors == errors)
        return r.module;
    ft_manifest_free(r.module);
    return NULL;
}

void ft_manifest_free(struct ft_module *module)
{
    if (!module)
        return;
    for (size_t i = 0; i < module->n_run; i++)
        free(module->run[i]);
    free(module->run);
    ft_ports_release(module->in, module->n_in);
    ft_ports_release(module->out, module->n_out);
    ft_params_release(&module->params);
    free(module->name);
    free(module->version);
    free(module->doc);
    free(module->file);
    free(module->text);
    free(module->digest);
    free(module->program);
    free(module->python);
    free(module);
}

static const struct ft_port *find_port(const struct ft_port *port, size_t n,
                                       const char *name)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(port[i].name, name) == 0)
            return &port[i];
    return NULL;
}

const struct ft_port *ft_module_in(const struct ft_module *module,
                                   const char *name)
{
    return find_port(module->in, module->n_in, name);
}

const struct ft_port *ft_module_out(const struct ft_module *module,
                                    const char *name)
{
    return find_port(module->out, module->n_out, name);
}

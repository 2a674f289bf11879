/* site.c - a place that computes, described by a site file */
#include "model/site.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/dirs.h"
#include "base/path.h"
#include "base/json.h"
#include "base/words.h"
#include "model/site_in.h"
#include "text/field.h"
#include "text/quantity.h"

/* What holds where a file says nothing. */
static struct ft_site *new_site(void)
{
    struct ft_site *site = ft_calloc(1, sizeof(*site));

    site->status_interval_s = 10;
    site->answer_within_s = 60;
    site->lost_after_s = 15 * 60;
    site->signal_before_s = 60;
    site->visibility_wait_s = 30;
    site->max_in_flight = 500;
    site->shared = true;
    site->cache_bytes = 20.0 * (1 << 30);
    site->speed = 1;
    site->pilot.max = 4;
    site->pilot.idle_s = 60;
    return site;
}

struct ft_site *ft_site_local(void)
{
    struct ft_site *site = new_site();

    site->name = ft_strdup("local");
    site->adapter = ft_strdup("local");
    return site;
}

/* --- one value; what is not there leaves '*value' alone ------------------- */

static void get_text(const struct ft_node *in, const char *key, char **value)
{
    const struct ft_node *node = ft_node_get(in, key);

    if (!node)
        return;
    free(*value);
    *value = ft_strdup(node->text);
}

static void get_int(const struct ft_node *in, const char *key, int *value)
{
    const struct ft_node *node = ft_node_get(in, key);
    long long n;

    if (node && ft_node_int(node, &n))
        *value = (int)n;
}

static void get_number(const struct ft_node *in, const char *key,
                       double *value)
{
    const struct ft_node *node = ft_node_get(in, key);

    if (node)
        (void)ft_node_number(node, value);
}

static void get_si(const struct ft_node *in, const char *key, double *value)
{
    const struct ft_node *node = ft_node_get(in, key);
    struct ft_quantity q;

    if (node && ft_quantity_parse(node->text, &q, NULL) == 0)
        *value = q.si;
}

static void get_bool(const struct ft_node *in, const char *key, bool *value)
{
    const struct ft_node *node = ft_node_get(in, key);

    if (node)
        (void)ft_node_bool(node, value);
}

/* A list of texts, or a text alone. */
static char **get_words(const struct ft_node *node, size_t *n)
{
    struct ft_words words = { 0 };

    if (node && node->kind == FT_NODE_SCALAR)
        ft_words_add(&words, ft_strdup(node->text));
    for (size_t i = 0; node && i < node->n; i++)
        ft_words_add(&words, ft_strdup(node->item[i]->text));
    *n = words.n;
    return words.item;
}

/* --- the parts ------------------------------------------------------------ */

static void read_queue(const struct ft_node *node, const struct ft_site *site,
                       struct ft_site_queue *queue)
{
    queue->account = ft_strdup(site->account);
    queue->cost_core_hour = site->cost_core_hour;
    get_text(node, "queue", &queue->name);
    get_text(node, "account", &queue->account);
    get_text(node, "qos", &queue->qos);
    get_text(node, "constraint", &queue->constraint);
    get_int(node, "max_nodes", &queue->max_nodes);
    get_int(node, "cores_per_node", &queue->cores_per_node);
    get_int(node, "gpus_per_node", &queue->gpus_per_node);
    get_si(node, "memory_per_node", &queue->memory_per_node_bytes);
    get_si(node, "max_walltime", &queue->max_walltime_s);
    get_number(node, "cost_core_hour", &queue->cost_core_hour);
    get_bool(node, "default", &queue->is_default);
}

static void read_queues(const struct ft_node *list, struct ft_site *site)
{
    bool found = false;

    if (!list || !list->n)
        return;
    site->queue = ft_calloc(list->n, sizeof(*site->queue));
    for (size_t i = 0; i < list->n; i++) {
        read_queue(list->item[i], site, &site->queue[site->n_queues++]);
        found |= site->queue[i].is_default;
    }
    if (!found)
        site->queue[0].is_default = true;
}

static void read_limits(const struct ft_node *root, struct ft_site *site)
{
    const struct ft_node *limits = ft_node_get(root, "limits");
    const struct ft_node *storage = ft_node_get(root, "storage");

    get_si(limits, "status_interval", &site->status_interval_s);
    get_int(limits, "max_in_flight", &site->max_in_flight);
    get_int(limits, "max_array", &site->max_array);
    get_number(limits, "submits_per_s", &site->submits_per_s);
    get_si(root, "answer_within", &site->answer_within_s);
    get_si(root, "lost_after", &site->lost_after_s);
    get_si(root, "signal_before", &site->signal_before_s);
    get_bool(storage, "shared", &site->shared);
    get_text(storage, "root", &site->root);
    get_si(storage, "cache", &site->cache_bytes);
    get_si(storage, "visibility_wait", &site->visibility_wait_s);
}

static void read_pilot(const struct ft_node *node, struct ft_site_pilot *pilot)
{
    static const char *const uses[] = {
        [FT_PILOT_AUTO] = "auto",
        [FT_PILOT_NEVER] = "never",
        [FT_PILOT_ALWAYS] = "always",
    };
    const struct ft_node *use = ft_node_get(node, "use");

    for (size_t i = 0; use && i < FT_ARRAY_LEN(uses); i++)
        if (strcmp(uses[i], use->text) == 0)
            pilot->use = (enum ft_pilot_use)i;
    get_int(node, "max", &pilot->max);
    get_int(node, "slots", &pilot->slots);
    get_si(node, "memory", &pilot->memory_bytes);
    get_si(node, "walltime", &pilot->walltime_s);
    get_si(node, "idle", &pilot->idle_s);
}

static void read_env(const struct ft_node *env, struct ft_site *site)
{
    struct ft_words words = { 0 };

    for (size_t i = 0; env && i < env->n; i++)
        ft_words_add(&words, ft_asprintf("%s=%s", env->key[i]->text,
                                         env->item[i]->text));
    site->env = words.item;
}

static struct ft_site *read_site(const struct ft_node *root)
{
    struct ft_site *site = new_site();

    get_text(root, "site", &site->name);
    get_text(root, "doc", &site->doc_text);
    get_text(root, "adapter", &site->adapter);
    get_text(root, "program", &site->program);
    get_text(root, "module_init", &site->module_init);
    get_text(root, "fedtwin", &site->fedtwin_dir);
    get_text(ft_node_get(root, "identity"), "account", &site->account);
    get_int(root, "slots", &site->slots);
    get_si(root, "memory", &site->memory_bytes);
    get_number(root, "speed", &site->speed);
    get_number(root, "cost_core_hour", &site->cost_core_hour);
    site->node = ft_node_get(root, "options");
    site->mpirun = get_words(ft_node_get(root, "mpirun"), &site->n_mpirun);
    site->modules = get_words(ft_node_get(root, "modules"), &site->n_modules);
    read_limits(root, site);
    read_queues(ft_node_get(root, "queues"), site);
    read_pilot(ft_node_get(root, "pilot"), &site->pilot);
    read_env(ft_node_get(root, "env"), site);
    return site;
}

/* 'doc' is taken; NULL: it could not be read. */
static struct ft_site *from_doc(struct ft_doc *doc, size_t errors,
                                struct ft_diags *diags)
{
    struct ft_site_reader r = { .doc = doc, .diags = diags };
    struct ft_site *site = NULL;

    if (!doc)
        return NULL;
    r.root = ft_doc_root(doc);
    if (diags->n_errors == errors && ft_site_check_version(&r) &&
        ft_fields_check(doc, r.root, ft_site_fields, "the site file", diags) &&
        ft_site_check(&r)) {
        site = read_site(r.root);
        site->doc = doc;
    } else {
        ft_doc_free(doc);
    }
    ft_diags_sort(diags);
    return site;
}

struct ft_site *ft_site_read(const char *path, struct ft_diags *diags)
{
    size_t errors = diags->n_errors;
    struct ft_site *site = from_doc(ft_doc_read(path, diags), errors, diags);

    if (site)
        site->file = realpath(path, NULL);
    return site;
}

struct ft_site *ft_site_parse(const char *file, const char *text, size_t len,
                              struct ft_diags *diags)
{
    size_t errors = diags->n_errors;

    return from_doc(ft_doc_parse(file, text, len, diags), errors, diags);
}

/* --- questions ------------------------------------------------------------ */

bool ft_site_is_remote(const struct ft_site *site)
{
    return strcmp(site->adapter, "local") != 0 &&
           strcmp(site->adapter, "fake") != 0;
}

const struct ft_site_queue *ft_site_queue_find(const struct ft_site *site,
                                               const char *name)
{
    for (size_t i = 0; i < site->n_queues; i++)
        if (name ? strcmp(site->queue[i].name, name) == 0
                 : site->queue[i].is_default)
            return &site->queue[i];
    return NULL;
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

static void release_queue(struct ft_site_queue *queue)
{
    free(queue->name);
    free(queue->account);
    free(queue->qos);
    free(queue->constraint);
}

char *ft_site_program(const struct ft_site *site, const char *name)
{
    return site->fedtwin_dir ? ft_path_join(site->fedtwin_dir, name)
                             : ft_dirs_program(name);
}

void ft_site_free(struct ft_site *site)
{
    if (!site)
        return;
    for (size_t i = 0; i < site->n_queues; i++)
        release_queue(&site->queue[i]);
    free(site->queue);
    ft_words_free(site->mpirun);
    ft_words_free(site->modules);
    ft_words_free(site->env);
    free(site->name);
    free(site->file);
    free(site->doc_text);
    free(site->adapter);
    free(site->program);
    free(site->module_init);
    free(site->account);
    free(site->root);
    free(site->fedtwin_dir);
    ft_doc_free(site->doc);
    free(site);
}

/* site_nodes.c - nodes of a site that get nothing for a while */
#include "model/site_nodes.h"

#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/json.h"
#include "base/path.h"

#define SCHEMA 1
#define NODES_DIR ".fedtwin/nodes"
#define ENDING ".json"
#define NAME_MAX_LEN 100

/* --- names ---------------------------------------------------------------- */

static bool is_file_name(const char *node)
{
    return *node && *node != '.' && strlen(node) <= NAME_MAX_LEN &&
           !node[strspn(node, "abcdefghijklmnopqrstuvwxyz"
                              "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.")];
}

/* The caller frees. */
static char *nodes_dir(const char *project_dir, const char *site)
{
    return ft_asprintf("%s/" NODES_DIR "/%s", project_dir, site);
}

static char *node_file(const char *project_dir, const char *site,
                       const char *node)
{
    return ft_asprintf("%s/" NODES_DIR "/%s/%s" ENDING, project_dir, site,
                       node);
}

/* --- reading -------------------------------------------------------------- */

static void release_one(struct ft_node_out *node)
{
    free(node->node);
    free(node->run);
    free(node->why);
}

static bool read_time(struct json_object *obj, const char *key, int64_t *ns)
{
    return ft_time_parse(ft_json_str_or(obj, key, ""), ns) == 0;
}

/* Is 'node' out, as its file says?  Then it is in '*ret'. */
static bool read_one(const char *file, const char *node, int64_t now_ns,
                     struct ft_node_out *ret)
{
    struct json_object *obj = ft_json_read(file, NULL);
    struct ft_node_out out = { 0 };
    bool ok = ft_json_int_or(obj, "schema", 0) == SCHEMA &&
              read_time(obj, "since", &out.since_ns) &&
              read_time(obj, "until", &out.until_ns) && out.until_ns > now_ns;

    if (ok) {
        out.node = ft_strdup(node);
        out.run = ft_strdup(ft_json_str_or(obj, "run", ""));
        out.why = ft_strdup(ft_json_str_or(obj, "why", ""));
        *ret = out;
    }
    json_object_put(obj);
    return ok;
}

/* The node that a file of this name is about, for the caller to free; NULL. */
static char *node_of(const char *name)
{
    char *node = ft_ends_with(name, ENDING)
                     ? ft_strndup(name, strlen(name) - strlen(ENDING)) : NULL;

    if (node && is_file_name(node))
        return node;
    free(node);
    return NULL;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct ft_node_out *)a)->node,
                  ((const struct ft_node_out *)b)->node);
}

void ft_nodes_out_read(const char *project_dir, const char *site,
                       int64_t now_ns, struct ft_nodes_out *ret)
{
    char *path = nodes_dir(project_dir, site);
    DIR *dir = opendir(path); /* one that is not there holds none */
    const struct dirent *entry;
    size_t cap = 0;

    *ret = (struct ft_nodes_out){ 0 };
    while (dir && (entry = readdir(dir))) {
        char *file = ft_path_join(path, entry->d_name);
        char *node = node_of(entry->d_name);

        if (node) {
            ret->item = ft_grow(ret->item, ret->n, &cap, sizeof(*ret->item));
            ret->n += read_one(file, node, now_ns, &ret->item[ret->n]);
        }
        free(node);
        free(file);
    }
    if (dir)
        (void)closedir(dir);
    if (ret->n)
        qsort(ret->item, ret->n, sizeof(*ret->item), by_name);
    free(path);
}

const struct ft_node_out *ft_nodes_out_find(const struct ft_nodes_out *out,
                                            const char *node)
{
    for (size_t i = 0; i < out->n; i++)
        if (strcmp(out->item[i].node, node) == 0)
            return &out->item[i];
    return NULL;
}

void ft_nodes_out_release(struct ft_nodes_out *out)
{
    for (size_t i = 0; i < out->n; i++)
        release_one(&out->item[i]);
    free(out->item);
    *out = (struct ft_nodes_out){ 0 };
}

/* --- writing -------------------------------------------------------------- */

struct json_object *ft_node_out_json(const char *site,
                                     const struct ft_node_out *node)
{
    struct json_object *obj = json_object_new_object();
    char when[FT_TIME_TEXT];

    ft_json_add_str(obj, "site", site);
    ft_json_add_str(obj, "node", node->node);
    ft_time_text(node->since_ns, when);
    ft_json_add_str(obj, "since", when);
    ft_time_text(node->until_ns, when);
    ft_json_add_str(obj, "until", when);
    ft_json_add_str(obj, "run", node->run);
    ft_json_add_str(obj, "why", node->why);
    return obj;
}

int ft_node_out_add(const char *project_dir, const char *site,
                    const struct ft_node_out *node, struct ft_err *err)
{
    char *dir = nodes_dir(project_dir, site);
    char *file = node_file(project_dir, site, node->node);
    struct json_object *obj = ft_node_out_json(site, node);
    const char *text;
    size_t len;
    int rc;

    ft_json_add_int(obj, "schema", SCHEMA);
    text = json_object_to_json_string_length(obj, JSON_C_TO_STRING_PLAIN,
                                             &len);
    if (!is_file_name(node->node))
        rc = ft_err_set(err, FT_EUSAGE, "'%s' is not the name of one node",
                        node->node);
    else
        rc = ft_path_mkdirs(dir, 0777, err);
    if (rc == 0)
        rc = ft_file_write(file, text, len, 0666, err);
    json_object_put(obj);
    free(file);
    free(dir);
    return rc;
}

int ft_node_out_remove(const char *project_dir, const char *site,
                       const char *node, struct ft_err *err)
{
    char *file = node_file(project_dir, site, node);
    int rc = 0;

    if (is_file_name(node) && unlink(file) == 0) {
        rc = 1;
        (void)ft_path_sync_parent(file, NULL); /* else it is out until later */
    } else if (is_file_name(node) && errno != ENOENT) {
        rc = ft_err_sys(err, "cannot remove '%s'", file);
    }
    free(file);
    return rc;
}

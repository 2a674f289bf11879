/* agent_file.c - what an agent is told when its job starts */
#include "adapters/link/agent_file.h"

#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "adapters/link/attempt_json.h"
#include "base/alloc.h"
#include "base/err.h"
#include "base/json.h"

#define SCHEMA 1
#define WHAT "the file of an agent"

/* --- writing -------------------------------------------------------------- */

static struct json_object *site_json(const struct ft_site *site)
{
    struct json_object *obj = json_object_new_object();
    struct json_object *words = json_object_new_array();

    for (size_t i = 0; i < site->n_mpirun; i++)
        json_object_array_add(words, json_object_new_string(site->mpirun[i]));
    ft_json_add_str(obj, "name", site->name);
    ft_json_add_int(obj, "slots", site->slots);
    ft_json_add_num(obj, "memory_bytes", site->memory_bytes);
    ft_json_add_int(obj, "nodes", site->nodes);
    ft_json_add_int(obj, "gpus", site->gpus);
    json_object_object_add(obj, "mpirun", words);
    ft_json_add_str(obj, "module_init", site->module_init);
    return obj;
}

static void add_storage(struct json_object *obj,
                        const struct ft_agent_file *file)
{
    struct json_object *storage = json_object_new_object();

    ft_json_add_str(storage, "root", file->root);
    ft_json_add_num(storage, "cache_bytes", file->cache_bytes);
    json_object_object_add(obj, "storage", storage);
    json_object_object_add(obj, "home_at", json_object_get(file->home_at));
}

struct json_object *ft_agent_file_json(const struct ft_agent_file *file,
                                       size_t n)
{
    struct json_object *obj = json_object_new_object();
    struct json_object *attempts = json_object_new_array();

    for (size_t i = 0; i < n; i++)
        json_object_array_add(attempts, ft_attempt_json(file->attempt[i]));
    ft_json_add_int(obj, "schema", SCHEMA);
    ft_json_add_str(obj, "tag", file->tag);
    json_object_object_add(obj, "site", site_json(file->site));
    ft_json_add_str(obj, "home", file->home);
    if (file->root)
        add_storage(obj, file);
    json_object_object_add(obj, "attempts", attempts);
    ft_json_add_bool(obj, "serve", file->serve);
    ft_json_add_num(obj, "idle_s", file->idle_s);
    ft_json_add_num(obj, "spare_s", file->spare_s);
    ft_json_add_num(obj, "walltime_s", file->walltime_s);
    ft_json_add_num(obj, "visible_s", file->visible_s);
    return obj;
}

char *ft_agent_file_text(const struct ft_agent_file *file)
{
    struct json_object *obj = ft_agent_file_json(file, file->n_attempts);
    char *text = ft_strdup(json_object_to_json_string_ext(
        obj, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_NOSLASHESCAPE));

    json_object_put(obj);
    return text;
}

int ft_agent_file_write(const char *path, const struct ft_agent_file *file,
                        ft_file_writer *write, struct ft_err *err)
{
    char *text = ft_agent_file_text(file);
    int rc = write(path, text, strlen(text), 0600, err);

    free(text);
    return rc;
}

/* --- reading -------------------------------------------------------------- */

static int as_count(int64_t n)
{
    return n < 0 ? 0 : n > INT_MAX ? INT_MAX : (int)n;
}

static double amount(struct json_object *obj, const char *key, double fallback)
{
    double x = ft_json_num_or(obj, key, fallback);

    return x >= 0 && isfinite(x) ? x : fallback;
}

static struct ft_site *read_site(struct json_object *obj)
{
    struct ft_site *site = ft_calloc(1, sizeof(*site));
    struct json_object *words = ft_json_or_null(obj, "mpirun");
    size_t n = json_object_is_type(words, json_type_array)
                   ? json_object_array_length(words) : 0;

    site->name = ft_strdup(ft_json_str_or(obj, "name", "local"));
    site->adapter = ft_strdup("local");
    site->slots = as_count(ft_json_int_or(obj, "slots", 0));
    site->memory_bytes = amount(obj, "memory_bytes", 0);
    site->nodes = as_count(ft_json_int_or(obj, "nodes", 0));
    site->gpus = as_count(ft_json_int_or(obj, "gpus", 0));
    site->module_init = ft_strdup(ft_json_str_or(obj, "module_init", NULL));
    site->mpirun = ft_calloc(n + 1, sizeof(*site->mpirun));
    for (size_t i = 0; i < n; i++)
        site->mpirun[site->n_mpirun++] =
            ft_strdup(ft_json_at_or(words, i, ""));
    return site;
}

static int read_attempts(struct json_object *list, struct ft_agent_file *file,
                         struct ft_err *err)
{
    size_t n = json_object_array_length(list);

    file->attempt = ft_calloc(n + 1, sizeof(struct ft_attempt *));
    for (size_t i = 0; i < n; i++) {
        struct ft_attempt *a =
            ft_attempt_read(json_object_array_get_idx(list, i), err);

        if (!a)
            return -1;
        file->attempt[file->n_attempts++] = a;
    }
    return 0;
}

/* A site that sees the files of the run has none. */
static int read_storage(struct json_object *obj, struct ft_agent_file *file,
                        struct ft_err *err)
{
    struct json_object *storage = ft_json_or_null(obj, "storage");
    struct json_object *at = ft_json_or_null(obj, "home_at");
    const char *root = ft_json_str_or(storage, "root", NULL);

    if (!storage)
        return 0;
    if (!root || root[0] != '/' || !json_object_is_type(at, json_type_object))
        return ft_err_set(err, FT_EFORMAT, "'storage' of " WHAT " needs an "
                          "absolute 'root', and 'home_at' beside it");
    file->root = ft_strdup(root);
    file->cache_bytes = amount(storage, "cache_bytes", 0);
    file->home_at = json_object_get(at);
    return 0;
}

static int read_all(struct json_object *obj, struct ft_agent_file *file,
                    struct ft_err *err)
{
    const char *tag = ft_json_str(obj, "tag", WHAT, err);
    struct json_object *site =
        tag ? ft_json_get(obj, "site", json_type_object, WHAT, err) : NULL;
    struct json_object *list =
        site ? ft_json_get(obj, "attempts", json_type_array, WHAT, err) : NULL;

    if (!list)
        return -1;
    file->tag = ft_strdup(tag);
    file->site = read_site(site);
    file->home = ft_strdup(ft_json_str_or(obj, "home", NULL));
    if (read_storage(obj, file, err) < 0)
        return -1;
    file->serve = ft_json_bool_or(obj, "serve", false);
    file->idle_s = amount(obj, "idle_s", FT_AGENT_IDLE_S);
    file->spare_s = amount(obj, "spare_s", FT_AGENT_SPARE_S);
    file->walltime_s = amount(obj, "walltime_s", 0);
    file->visible_s = amount(obj, "visible_s", FT_AGENT_VISIBLE_S);
    return read_attempts(list, file, err);
}

int ft_agent_file_take(struct json_object *obj, const char *path,
                       struct ft_agent_file *ret, struct ft_err *err)
{
    struct ft_agent_file file = { 0 };
    int64_t schema = 0;
    int rc = ft_json_int(obj, "schema", &schema, WHAT, err);

    if (rc == 0 && schema != SCHEMA)
        rc = ft_err_set(err, FT_EVERSION, "'%s' has schema %d; this program "
                        "knows %d", path, (int)schema, SCHEMA);
    else if (rc == 0)
        rc = read_all(obj, &file, err);
    if (rc == 0)
        *ret = file;
    else
        ft_agent_file_release(&file);
    return rc;
}

int ft_agent_file_read(const char *path, struct ft_agent_file *file,
                       struct ft_err *err)
{
    struct json_object *obj = ft_json_read(path, err);
    int rc = obj ? ft_agent_file_take(obj, path, file, err) : -1;

    json_object_put(obj);
    return rc;
}

static void free_site(struct ft_site *site)
{
    if (!site)
        return;
    for (size_t i = 0; i < site->n_mpirun; i++)
        free(site->mpirun[i]);
    free(site->mpirun);
    free(site->name);
    free(site->adapter);
    free(site->module_init);
    free(site);
}

void ft_agent_file_release(struct ft_agent_file *file)
{
    for (size_t i = 0; i < file->n_attempts; i++)
        ft_attempt_free(file->attempt[i]);
    free(file->attempt);
    free_site(file->site);
    json_object_put(file->home_at);
    free(file->root);
    free(file->home);
    free(file->tag);
    *file = (struct ft_agent_file){ 0 };
}

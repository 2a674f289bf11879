/* attempt_json.c - an attempt as it is told to an agent */
#include "adapters/link/attempt_json.h"

#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/json.h"
#include "base/sha256.h"
#include "base/words.h"

#define WHAT "an attempt"

/* --- writing -------------------------------------------------------------- */

static void add_list(struct json_object *obj, const char *key,
                     char *const *text, size_t n)
{
    struct json_object *list = json_object_new_array();

    for (size_t i = 0; i < n; i++)
        json_object_array_add(list, json_object_new_string(text[i]));
    json_object_object_add(obj, key, list);
}

static size_t count(char *const *text)
{
    size_t n = 0;

    while (text && text[n])
        n++;
    return n;
}

static struct json_object *resources_json(const struct ft_resources *res)
{
    struct json_object *obj = json_object_new_object();

    ft_json_add_int(obj, "nodes", res->nodes);
    ft_json_add_int(obj, "ranks", res->ranks);
    ft_json_add_int(obj, "threads", res->threads);
    ft_json_add_int(obj, "gpus", res->gpus);
    ft_json_add_num(obj, "memory_bytes", res->memory_bytes);
    ft_json_add_num(obj, "walltime_s", res->walltime_s);
    return obj;
}

struct json_object *ft_attempt_json(const struct ft_attempt *a)
{
    struct json_object *obj = json_object_new_object();

    ft_json_add_int(obj, "tag", (int64_t)a->tag);
    ft_json_add_str(obj, "tag_text", a->tag_text);
    ft_json_add_str(obj, "dir", a->dir);
    add_list(obj, "argv", a->argv, count(a->argv));
    if (a->program_sha256)
        ft_json_add_str(obj, "program_sha256", a->program_sha256);
    add_list(obj, "env", a->env, count(a->env));
    add_list(obj, "modules", a->modules, a->n_modules);
    ft_json_add_bool(obj, "mpi", a->mpi);
    ft_json_add_bool(obj, "serve", a->serve);
    ft_json_add_bool(obj, "alone", a->alone);
    ft_json_add_int(obj, "more", (int64_t)a->more);
    json_object_object_add(obj, "resources", resources_json(&a->resources));
    ft_json_add_num(obj, "timeout_s", a->timeout_s);
    ft_json_add_num(obj, "expected_s", a->expected_s);
    ft_json_add_bool(obj, "outputs", a->outputs);
    return obj;
}

/* --- reading -------------------------------------------------------------- */

static int read_list(struct json_object *obj, const char *key, char ***ret,
                     size_t *n, struct ft_err *err)
{
    struct json_object *list = ft_json_get(obj, key, json_type_array, WHAT,
                                           err);
    struct ft_words words = { 0 };

    if (!list)
        return -1;
    for (size_t i = 0; i < json_object_array_length(list); i++) {
        const char *text = ft_json_at_or(list, i, NULL);

        if (!text) {
            ft_words_free(words.item);
            return ft_err_set(err, FT_EFORMAT, "'%s' of " WHAT " holds "
                              "something that is no text", key);
        }
        ft_words_add(&words, ft_strdup(text));
    }
    *ret = words.item;
    *n = words.n;
    return 0;
}

static int as_count(int64_t n)
{
    return n < 0 ? 0 : n > INT_MAX ? INT_MAX : (int)n;
}

static double as_amount(double x)
{
    return x > 0 && isfinite(x) ? x : 0;
}

static void read_resources(struct json_object *obj, struct ft_resources *res)
{
    *res = (struct ft_resources){
        .nodes = as_count(ft_json_int_or(obj, "nodes", 0)),
        .ranks = as_count(ft_json_int_or(obj, "ranks", 0)),
        .threads = as_count(ft_json_int_or(obj, "threads", 0)),
        .gpus = as_count(ft_json_int_or(obj, "gpus", 0)),
        .memory_bytes = as_amount(ft_json_num_or(obj, "memory_bytes", 0)),
        .walltime_s = as_amount(ft_json_num_or(obj, "walltime_s", 0)),
    };
}

static int check(const struct ft_attempt *a, size_t n_argv,
                 struct ft_err *err)
{
    const char *sha = a->program_sha256;

    if (!n_argv || !*a->argv[0])
        return ft_err_set(err, FT_EFORMAT, WHAT " has no program");
    if (a->dir[0] != '/')
        return ft_err_set(err, FT_EFORMAT, "'%s' is not an absolute path",
                          a->dir);
    if (!strchr(a->tag_text, '/'))
        return ft_err_set(err, FT_EFORMAT, "'%s' is not the tag of an attempt",
                          a->tag_text);
    if (sha && strlen(sha) != FT_SHA256_HEX)
        return ft_err_set(err, FT_EFORMAT, "'%s' is not a SHA-256", sha);
    return 0;
}

struct ft_attempt *ft_attempt_read(struct json_object *obj,
                                   struct ft_err *err)
{
    struct ft_attempt *a = ft_calloc(1, sizeof(*a));
    size_t n_argv = 0, n_env;
    char **argv = NULL, **env = NULL, **modules = NULL;
    const char *text = ft_json_str(obj, "tag_text", WHAT, err);
    const char *dir = text ? ft_json_str(obj, "dir", WHAT, err) : NULL;
    int64_t tag = 0;
    int rc = dir ? ft_json_int(obj, "tag", &tag, WHAT, err) : -1;

    if (rc == 0)
        rc = read_list(obj, "argv", &argv, &n_argv, err);
    if (rc == 0)
        rc = read_list(obj, "env", &env, &n_env, err);
    if (rc == 0)
        rc = read_list(obj, "modules", &modules, &a->n_modules, err);
    a->tag = (uint64_t)tag;
    a->tag_text = ft_strdup(text);
    a->dir = ft_strdup(dir);
    a->argv = argv;
    a->env = env;
    a->modules = modules;
    a->program_sha256 =
        ft_strdup(ft_json_str_or(obj, "program_sha256", NULL));
    a->mpi = ft_json_bool_or(obj, "mpi", false);
    a->serve = ft_json_bool_or(obj, "serve", false);
    a->alone = ft_json_bool_or(obj, "alone", false);
    a->more = (size_t)as_count(ft_json_int_or(obj, "more", 0));
    read_resources(ft_json_or_null(obj, "resources"), &a->resources);
    a->timeout_s = as_amount(ft_json_num_or(obj, "timeout_s", 0));
    a->expected_s = as_amount(ft_json_num_or(obj, "expected_s", 0));
    a->outputs = ft_json_bool_or(obj, "outputs", false);
    if (rc == 0 && check(a, n_argv, err) == 0)
        return a;
    ft_attempt_free(a);
    return NULL;
}

/* --- copying -------------------------------------------------------------- */

static char *const *copy_list(char *const *text, size_t n)
{
    struct ft_words words = { 0 };

    for (size_t i = 0; i < n; i++)
        ft_words_add(&words, ft_strdup(text[i]));
    return words.item;
}

static struct ft_attempt_file *copy_files(const struct ft_attempt_file *from,
                                          size_t n)
{
    struct ft_attempt_file *to = n ? ft_calloc(n, sizeof(*to)) : NULL;

    for (size_t i = 0; i < n; i++)
        to[i] = (struct ft_attempt_file){
            .path = ft_strdup(from[i].path),
            .content = ft_strdup(from[i].content),
            .sha256 = ft_strdup(from[i].sha256),
            .size_bytes = from[i].size_bytes,
        };
    return to;
}

void ft_attempt_files_free(struct ft_attempt_file *file, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        free(file[i].path);
        free(file[i].content);
        free(file[i].sha256);
    }
    free(file);
}

struct ft_attempt *ft_attempt_copy(const struct ft_attempt *a)
{
    struct ft_attempt *copy = ft_calloc(1, sizeof(*copy));

    *copy = *a;
    copy->tag_text = ft_strdup(a->tag_text);
    copy->stage = ft_strdup(a->stage);
    copy->dir = ft_strdup(a->dir);
    copy->argv = copy_list(a->argv, count(a->argv));
    copy->env = copy_list(a->env, count(a->env));
    copy->modules = copy_list(a->modules, a->n_modules);
    copy->program_sha256 = ft_strdup(a->program_sha256);
    copy->site = ft_strdup(a->site);
    copy->placed = ft_strdup(a->placed);
    copy->file = copy_files(a->file, a->n_files);
    return copy;
}

int ft_attempt_slots(const struct ft_attempt *a)
{
    double cores = ft_resources_cores(&a->resources);

    return cores < INT_MAX ? (int)cores : INT_MAX;
}

/* It was made here, so all of it is ours. */
void ft_attempt_free(struct ft_attempt *a)
{
    if (!a)
        return;
    ft_attempt_files_free(a->file, a->n_files);
    ft_words_free((char **)a->argv);
    ft_words_free((char **)a->env);
    ft_words_free((char **)a->modules);
    free((char *)a->program_sha256);
    free((char *)a->placed);
    free((char *)a->site);
    free((char *)a->stage);
    free((char *)a->tag_text);
    free((char *)a->dir);
    free(a);
}

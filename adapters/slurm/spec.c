/* spec.c - a job as the engine wants it, checked */
#include "adapters/slurm/spec.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/json.h"
#include "base/str.h"

#define SCRIPT_MAX (4u << 20) /* bytes; Slurm's own default */
#define COUNT_MAX 100000000
#define SIGNAL_MAX 65000

static int read_count(struct json_object *job, const char *key, int64_t least,
                      uint32_t *count, struct ft_err *err)
{
    int64_t n = ft_json_int_or(job, key, least);

    if (n < least || n > COUNT_MAX)
        return ft_err_set(err, FT_EDOC, "'%s' cannot be %lld", key,
                          (long long)n);
    *count = (uint32_t)n;
    return 0;
}

/* A quantity in units of 'unit', rounded up. */
static int read_units(struct json_object *job, const char *key, double unit,
                      double most, double *units, struct ft_err *err)
{
    double value = ft_json_num_or(job, key, 0);

    *units = ceil(value / unit);
    if (!(value >= 0) || !(*units <= most))
        return ft_err_set(err, FT_EDOC, "'%s' cannot be %g", key, value);
    return 0;
}

static int read_counts(struct json_object *job, struct ft_spec *spec,
                       struct ft_err *err)
{
    double mib, minutes, signal_s;

    if (read_count(job, "nodes", 0, &spec->nodes, err) < 0 ||
        read_count(job, "ranks", 1, &spec->ranks, err) < 0 ||
        read_count(job, "threads", 1, &spec->threads, err) < 0 ||
        read_count(job, "gpus", 0, &spec->gpus, err) < 0 ||
        read_count(job, "array", 0, &spec->array, err) < 0 ||
        read_units(job, "memory_bytes", 1 << 20, COUNT_MAX, &mib, err) < 0 ||
        read_units(job, "walltime_s", 60, COUNT_MAX, &minutes, err) < 0 ||
        read_units(job, "signal_s", 1, SIGNAL_MAX, &signal_s, err) < 0)
        return -1;
    if (spec->threads > UINT16_MAX)
        return ft_err_set(err, FT_EDOC, "'threads' cannot be %u",
                          spec->threads);
    if (spec->nodes > spec->ranks)
        return ft_err_set(err, FT_EDOC, "%u nodes are too many for %u ranks",
                          spec->nodes, spec->ranks);
    spec->memory_mib = (uint32_t)mib;
    spec->walltime_min = (uint32_t)minutes;
    spec->signal_s = (uint16_t)signal_s;
    return 0;
}

/* What sbatch refuses: no interpreter, or lines that end as DOS ends them. */
static int check_script(const struct ft_spec *spec, struct json_object *job,
                        struct ft_err *err)
{
    size_t len = (size_t)json_object_get_string_len(
        ft_json_or_null(job, "script"));

    if (!ft_starts_with(spec->script, "#!"))
        return ft_err_set(err, FT_EDOC,
                          "the script does not begin with '#!'");
    if (len > SCRIPT_MAX)
        return ft_err_set(err, FT_EDOC, "the script is larger than 4 MiB");
    if (strstr(spec->script, "\r\n"))
        return ft_err_set(err, FT_EDOC, "the script has DOS line breaks");
    return 0;
}

/* '%' means itself, but for "%a" in an array. */
static char *file_pattern(const char *path, bool is_array)
{
    struct ft_str text = FT_STR_INIT;

    for (; *path; path++) {
        if (*path == '%' && !(is_array && path[1] == 'a'))
            ft_str_addc(&text, '%');
        ft_str_addc(&text, *path);
    }
    return ft_str_take(&text);
}

static int read_file(struct json_object *job, const char *key, bool is_array,
                     char **pattern, struct ft_err *err)
{
    const char *path = ft_json_str_or(job, key, "/dev/null");

    if (path[0] != '/')
        return ft_err_set(err, FT_EDOC, "'%s' is not an absolute path: '%s'",
                          key, path);
    if (strchr(path, '\\')) /* to Slurm, the end of all patterns */
        return ft_err_set(err, FT_EDOC, "'%s' has a backslash: '%s'", key,
                          path);
    *pattern = file_pattern(path, is_array);
    return 0;
}

static int read_exclude(struct json_object *job, struct ft_spec *spec,
                        struct ft_err *err)
{
    struct json_object *list = ft_json_or_null(job, "exclude");
    struct ft_str text = FT_STR_INIT;
    size_t i;

    if (!json_object_is_type(list, json_type_array))
        return 0;
    for (i = 0; i < json_object_array_length(list); i++) {
        const char *node = ft_json_at_or(list, i, "");

        if (!*node || strpbrk(node, ", \t\n")) {
            ft_str_release(&text);
            return ft_err_set(err, FT_EDOC, "'%s' cannot be a node", node);
        }
        ft_str_addf(&text, "%s%s", i ? "," : "", node);
    }
    if (text.len)
        spec->exclude = ft_str_take(&text);
    ft_str_release(&text);
    return 0;
}

/* The least that a login shell would have, so that a job does not depend on
 * who started the engine, then what the job asks for. */
static int read_env(struct json_object *job, struct ft_spec *spec,
                    struct ft_err *err)
{
    static const char *const kept[] = { "PATH", "HOME", "USER", "LOGNAME",
                                        "SHELL", "LANG", "TZ" };
    struct json_object *env = ft_json_or_null(job, "env");
    struct ft_words *words = &spec->env;
    size_t i;

    for (i = 0; i < sizeof(kept) / sizeof(kept[0]); i++) {
        const char *value = getenv(kept[i]);

        if (value && !ft_json_or_null(env, kept[i]))
            ft_words_add(words, ft_asprintf("%s=%s", kept[i], value));
    }
    /* sbatch sets these, not slurmd; srun takes its ranks from them */
    ft_words_add(words, ft_asprintf("SLURM_NTASKS=%u", spec->ranks));
    ft_words_add(words, ft_asprintf("SLURM_NPROCS=%u", spec->ranks));
    ft_words_add(words, ft_asprintf("SLURM_CPUS_PER_TASK=%u", spec->threads));
    ft_words_add(words, ft_asprintf("SLURM_SUBMIT_DIR=%s", spec->dir));
    if (!json_object_is_type(env, json_type_object))
        return 0;
    json_object_object_foreach(env, name, value)
    {
        if (!*name || strchr(name, '=') ||
            !json_object_is_type(value, json_type_string))
            return ft_err_set(err, FT_EDOC, "'%s' cannot be a variable",
                              name);
        ft_words_add(words, ft_asprintf("%s=%s", name,
                                        json_object_get_string(value)));
    }
    return 0;
}

static const char *text_or_null(struct json_object *job, const char *key)
{
    const char *text = ft_json_str_or(job, key, NULL);

    return text && *text ? text : NULL;
}

int ft_spec_read(struct json_object *job, struct ft_spec *spec,
                 struct ft_err *err)
{
    *spec = (struct ft_spec){ 0 };
    spec->tag = text_or_null(job, "tag");
    spec->script = ft_json_str_or(job, "script", "");
    spec->dir = ft_json_str_or(job, "dir", "");
    spec->name = text_or_null(job, "name");
    spec->queue = text_or_null(job, "queue");
    spec->account = text_or_null(job, "account");
    spec->qos = text_or_null(job, "qos");
    spec->constraint = text_or_null(job, "constraint");
    spec->hold = ft_json_bool_or(job, "hold", false);
    if (!spec->tag)
        return ft_err_set(err, FT_EDOC, "the job has no tag");
    if (spec->dir[0] != '/')
        return ft_err_set(err, FT_EDOC, "'dir' is not an absolute path: '%s'",
                          spec->dir);
    if (check_script(spec, job, err) < 0 || read_counts(job, spec, err) < 0 ||
        read_file(job, "stdout", spec->array > 0, &spec->out, err) < 0 ||
        read_file(job, "stderr", spec->array > 0, &spec->err, err) < 0 ||
        read_exclude(job, spec, err) < 0)
        return -1;
    return read_env(job, spec, err);
}

void ft_spec_release(struct ft_spec *spec)
{
    free(spec->out);
    free(spec->err);
    free(spec->exclude);
    ft_words_free(spec->env.item);
    *spec = (struct ft_spec){ 0 };
}

static void add_part(struct ft_str *shape, const char *text)
{
    ft_str_addf(shape, "|%zu:%s", text ? strlen(text) : 0, text ? text : "");
}

char *ft_spec_shape(const struct ft_spec *spec)
{
    struct ft_str shape = FT_STR_INIT;

    ft_str_addf(&shape, "%u %u %u %u %u %u", spec->nodes, spec->ranks,
                spec->threads, spec->gpus, spec->memory_mib,
                spec->walltime_min);
    add_part(&shape, spec->queue);
    add_part(&shape, spec->account);
    add_part(&shape, spec->qos);
    add_part(&shape, spec->constraint);
    add_part(&shape, spec->exclude);
    return ft_str_take(&shape);
}

/* cmd_probe.c - probe through scontrol and sinfo */
#include "adapters/slurm/cmd.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "adapters/link/wire.h"
#include "adapters/slurm/gres.h"
#include "base/alloc.h"
#include "base/json.h"
#include "base/str.h"

/* Run a command of blank-separated words; -1: 'errors' says why. */
static int run_words(const struct ft_cmd *cmd, const char *text,
                     struct ft_str *out, struct ft_str *errors)
{
    struct ft_words words = { 0 };
    size_t len;

    ft_cmd_begin(&words);
    for (; *text; text += len, text += strspn(text, " ")) {
        len = strcspn(text, " ");
        ft_words_add(&words, ft_strndup(text, len));
    }
    return ft_cmd_run(cmd, &words, NULL, out, errors) == 0 ? 0 : -1;
}

/* The value in a line "KEY   = VALUE"; the caller frees.  Empty: none. */
static char *setting(const char *text, const char *key)
{
    size_t len = strlen(key);
    const char *line = text;

    for (; *line; line += strcspn(line, "\n"), line += !!*line)
        if (strncmp(line, key, len) == 0 && strspn(line + len, " ")) {
            line += len + strspn(line + len, " =");
            return ft_strndup(line, strcspn(line, "\n"));
        }
    return ft_strdup("");
}

static void add_setting(struct json_object *obj, const char *name,
                        const char *text, const char *key)
{
    char *value = setting(text, key);

    if (*value)
        ft_json_add_int(obj, name, strtoll(value, NULL, 10));
    free(value);
}

static void add_settings(struct ft_cmd *cmd, struct json_object *answer,
                         const char *text)
{
    struct json_object *limits = json_object_new_object();
    char *cluster = setting(text, "ClusterName");
    char *version = setting(text, "SLURM_VERSION");
    char *storage = setting(text, "AccountingStorageType");

    cmd->accounting = strstr(storage, "slurmdbd") != NULL;
    ft_json_add_str(answer, "cluster", cluster);
    ft_json_add_str(answer, "version", version);
    ft_json_add_bool(answer, "accounting", cmd->accounting);
    add_setting(limits, "max_array", text, "MaxArraySize");
    add_setting(limits, "max_jobs", text, "MaxJobCount");
    add_setting(limits, "min_job_age_s", text, "MinJobAge");
    json_object_object_add(answer, "limits", limits);
    free(cluster);
    free(version);
    free(storage);
}

/* The smallest of what the kinds of nodes have. */
static void add_least(struct json_object *queue, const char *key,
                      int64_t value)
{
    if (value < ft_json_int_or(queue, key, INT64_MAX))
        ft_json_add_int(queue, key, value);
}

/* "A/I/O/T" nodes and the number, memory and gres of each. */
static void add_nodes(struct json_object *queue, char *used, const char *cores,
                      const char *mib, const char *gres)
{
    int64_t n[4] = { 0 };
    size_t i;

    for (i = 0; i < 4 && *used; i++) {
        n[i] = strtoll(used, &used, 10);
        used += *used == '/';
    }
    ft_json_add_int(queue, "nodes", ft_json_int_or(queue, "nodes", 0) + n[3]);
    ft_json_add_int(queue, "nodes_up",
                    ft_json_int_or(queue, "nodes_up", 0) + n[0] + n[1]);
    add_least(queue, "cores_per_node", strtoll(cores, NULL, 10));
    add_least(queue, "memory_per_node_bytes",
              (int64_t)(strtoull(mib, NULL, 10) << 20));
    add_least(queue, "gpus_per_node", ft_gres_gpus(gres));
}

/* "1-02:00:00", "2:30:00", "30:00" in seconds; -1: no limit. */
static int64_t limit_s(const char *text)
{
    int64_t days = 0, s = 0;
    char *end;

    if (!isdigit((unsigned char)*text))
        return -1; /* "infinite" */
    if (strchr(text, '-')) {
        days = strtoll(text, &end, 10);
        text = end + 1;
    }
    for (; isdigit((unsigned char)*text); text = end + (*end == ':'))
        s = 60 * s + strtoll(text, &end, 10);
    return days * 86400 + s;
}

/* "1-2", "1-infinite", "1": nodes of a job, at most; -1: no limit. */
static int64_t most_nodes(const char *text)
{
    const char *most = strchr(text, '-');

    most = most ? most + 1 : text;
    return isdigit((unsigned char)*most) ? strtoll(most, NULL, 10) : -1;
}

static void add_limit(struct json_object *queue, const char *key, int64_t n)
{
    if (n < 0)
        json_object_object_add(queue, key, NULL);
    else
        ft_json_add_int(queue, key, n);
}

static struct json_object *queue_named(struct json_object *queues,
                                       const char *name)
{
    struct json_object *queue;
    size_t i;

    for (i = 0; i < json_object_array_length(queues); i++) {
        queue = json_object_array_get_idx(queues, i);
        if (strcmp(ft_json_str_or(queue, "name", ""), name) == 0)
            return queue;
    }
    queue = json_object_new_object();
    ft_json_add_str(queue, "name", name);
    json_object_array_add(queues, queue);
    return queue;
}

/* A line for each kind of node of a partition, with these columns. */
enum column { NAME, UP, NODES, CORES, MEMORY, TIME, SIZE, GRES, COLUMNS };
#define SINFO "sinfo -a -h -o %P|%a|%F|%c|%m|%l|%s|%G"

static void add_queue(struct json_object *queues, char *line)
{
    char *value[COLUMNS], *name;
    struct json_object *queue;
    bool is_default;
    size_t n, len;

    for (n = 0; n < COLUMNS && line; n++)
        value[n] = strsep(&line, "|");
    if (n < COLUMNS)
        return;
    name = value[NAME];
    len = strlen(name);
    is_default = len && name[len - 1] == '*';
    if (is_default)
        name[len - 1] = '\0';
    queue = queue_named(queues, name);
    ft_json_add_bool(queue, "default", is_default);
    ft_json_add_bool(queue, "up", strcmp(value[UP], "up") == 0);
    add_nodes(queue, value[NODES], value[CORES], value[MEMORY], value[GRES]);
    add_limit(queue, "max_walltime_s", limit_s(value[TIME]));
    add_limit(queue, "max_nodes", most_nodes(value[SIZE]));
}

struct json_object *ft_cmd_probe(void *state, struct json_object *request)
{
    struct ft_str conf = FT_STR_INIT, parts = FT_STR_INIT, now = FT_STR_INIT;
    struct json_object *answer, *queues;
    struct ft_str errors = FT_STR_INIT;
    struct ft_cmd *cmd = state;
    char *text, *line;

    (void)request;
    if (run_words(cmd, "scontrol show config", &conf, &errors) < 0 ||
        run_words(cmd, SINFO, &parts, &errors) < 0 ||
        run_words(cmd, "date +%s.%N", &now, &errors) < 0) {
        answer = ft_wire_error("unavailable", "%s", ft_cmd_reason(&errors));
    } else {
        answer = ft_wire_ok();
        ft_json_add_num(answer, "time_s", strtod(now.s, NULL));
        add_settings(cmd, answer, conf.s);
        queues = json_object_new_array();
        text = parts.s;
        while ((line = strsep(&text, "\n")))
            add_queue(queues, line);
        json_object_object_add(answer, "queues", queues);
    }
    ft_str_release(&conf);
    ft_str_release(&parts);
    ft_str_release(&now);
    ft_str_release(&errors);
    return answer;
}

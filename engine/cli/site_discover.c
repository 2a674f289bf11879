/* site_discover.c - a site file from what an adapter found
 *
 * What the adapter says is the site's: it stands in quoted texts only, and the
 * whole file is checked like any other before it is used.
 */
#include <ctype.h>
#include <math.h>
#include <string.h>

#include "base/json.h"
#include "cli/site_text.h"

#define MIB 1048576.0
#define INTERVAL_S 10  /* what holds when the file says nothing */
#define IN_FLIGHT 500
#define SIGNAL_BEFORE_S 60
#define POLLS_MIN 3 /* between the end of a job and its being forgotten */

/* A JSON string is a YAML scalar in double quotes. */
void ft_site_add_text(struct ft_str *out, const char *text)
{
    struct json_object *json = json_object_new_string(text);

    ft_str_add(out, json_object_to_json_string_ext(
                        json, JSON_C_TO_STRING_NOSLASHESCAPE));
    json_object_put(json);
}

/* A name, with quotes when YAML could take it for something else. */
static void add_name(struct ft_str *out, const char *name)
{
    bool plain = isalpha((unsigned char)*name);

    for (const char *c = name; *c; c++)
        plain &= isalnum((unsigned char)*c) || strchr("_./-", *c);
    if (plain)
        ft_str_add(out, name);
    else
        ft_site_add_text(out, name);
}

static void add_time(struct ft_str *out, double seconds)
{
    static const struct {
        int seconds;
        const char *unit;
    } units[] = { { 86400, "day" }, { 3600, "h" }, { 60, "min" }, { 1, "s" } };
    size_t i = 0;

    while (i < 3 && fmod(seconds, units[i].seconds) != 0)
        i++;
    ft_str_addf(out, "%.0f %s", floor(seconds / units[i].seconds),
                units[i].unit);
}

static void add_bytes(struct ft_str *out, double bytes)
{
    if (fmod(bytes, MIB) == 0)
        ft_str_addf(out, "%.0f MiB", bytes / MIB);
    else
        ft_str_addf(out, "%.0f B", bytes);
}

static void add_count(struct ft_str *out, struct json_object *queue,
                      const char *key, const char *as)
{
    int64_t n = ft_json_int_or(queue, key, 0);

    if (n > 0)
        ft_str_addf(out, "    %s: %lld\n", as, (long long)n);
}

static void add_queue(struct json_object *queue, struct ft_str *out)
{
    double memory = ft_json_num_or(queue, "memory_per_node_bytes", 0);
    double walltime = ft_json_num_or(queue, "max_walltime_s", 0);

    ft_str_add(out, "  - queue: ");
    add_name(out, ft_json_str_or(queue, "name", ""));
    ft_str_addf(out, "  # %lld of %lld nodes are up%s\n",
                (long long)ft_json_int_or(queue, "nodes_up", 0),
                (long long)ft_json_int_or(queue, "nodes", 0),
                ft_json_bool_or(queue, "up", true) ? ""
                                                   : ", but it takes no jobs");
    if (ft_json_bool_or(queue, "default", false))
        ft_str_add(out, "    default: true\n");
    add_count(out, queue, "max_nodes", "max_nodes");
    if (walltime > SIGNAL_BEFORE_S) {
        ft_str_add(out, "    max_walltime: ");
        add_time(out, floor(walltime));
        ft_str_addc(out, '\n');
    }
    add_count(out, queue, "cores_per_node", "cores_per_node");
    if (memory >= 1) {
        ft_str_add(out, "    memory_per_node: ");
        add_bytes(out, floor(memory));
        ft_str_addc(out, '\n');
    }
    add_count(out, queue, "gpus_per_node", "gpus_per_node");
}

static void add_limits(struct json_object *limits, struct ft_str *out)
{
    int64_t max_jobs = ft_json_int_or(limits, "max_jobs", 0);
    int64_t max_array = ft_json_int_or(limits, "max_array", 0);
    double remembered = ft_json_num_or(limits, "min_job_age_s", 0);
    struct ft_str text = FT_STR_INIT;

    if (remembered > 0 && remembered < POLLS_MIN * INTERVAL_S)
        ft_str_addf(&text, "  status_interval: %g s  # the site forgets jobs "
                           "%g s after their end\n",
                    fmax(remembered / POLLS_MIN, 0.1), remembered);
    if (max_jobs > 0 && max_jobs < IN_FLIGHT)
        ft_str_addf(&text, "  max_in_flight: %lld\n", (long long)max_jobs);
    if (max_array > 0 && max_array <= 1000000)
        ft_str_addf(&text, "  max_array: %lld\n", (long long)max_array);
    if (text.len)
        ft_str_addf(out, "limits:\n%s", text.s);
    ft_str_release(&text);
}

void ft_site_discovered(const char *head, struct json_object *found,
                        struct ft_str *out)
{
    struct json_object *queues = ft_json_or_null(found, "queues");
    size_t n = json_object_is_type(queues, json_type_array)
                   ? json_object_array_length(queues)
                   : 0;

    ft_str_add(out, head);
    if (n)
        ft_str_add(out, "queues:\n");
    for (size_t i = 0; i < n; i++)
        add_queue(json_object_array_get_idx(queues, i), out);
    add_limits(ft_json_or_null(found, "limits"), out);
    ft_str_add(out,
               "# What cannot be found by asking; 'fedtwin site test' tries "
               "it.\n"
               "# storage: {shared: false, root: /scratch/fedtwin}\n"
               "# fedtwin: /opt/fedtwin/libexec/fedtwin\n"
               "# mpirun: [srun, -N, \"{nodes}\", -n, \"{ranks}\"]\n"
               "# modules: [openmpi]\n"
               "# identity: {account: NAME}\n"
               "# cost_core_hour: 0.02\n");
}

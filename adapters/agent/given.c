/* given.c - what the job was given: slots, nodes, memory, time */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "adapters/agent/agent.h"
#include "base/alloc.h"
#include "base/clock.h"
#include "base/str.h"
#include "run/site/form.h"

#define NS_PER_S 1e9
#define MIB (1 << 20)
#define COUNT_MAX 10000000 /* cores, nodes: past any machine */
#define SPARE_SHARE 0.25 /* of the walltime, at most */

/* The number in an environment variable that the site sets; 0: none. */
static double number(const char *name)
{
    const char *text = getenv(name);
    char *end;
    double x = text ? strtod(text, &end) : 0;

    return text && end != text && *end == '\0' && x > 0 ? x : 0;
}

/* A number from 1 to COUNT_MAX, or 0; '*text' is what follows it. */
static long count(const char **text)
{
    char *end;
    long n = strtol(*text, &end, 10);

    *text = end;
    return n >= 1 && n <= COUNT_MAX ? n : 0;
}

/* Slurm's "4(x2),2": 4 on each of two nodes, 2 on another one.  0: it is
 * nothing of that kind. */
static int sum_of(const char *text)
{
    long sum = 0;

    for (;;) {
        long cores = count(&text), times = 1;

        if (ft_starts_with(text, "(x")) {
            text += 2;
            times = count(&text);
            if (*text++ != ')')
                return 0;
        }
        sum += cores * times;
        if (!cores || !times || sum > COUNT_MAX)
            return 0;
        if (!*text)
            return (int)sum;
        if (*text++ != ',')
            return 0;
    }
}

static int slots_given(void)
{
    const char *nodes = getenv("SLURM_JOB_CPUS_PER_NODE");
    int slots = nodes ? sum_of(nodes) : 0;

    return slots ? slots : (int)uv_available_parallelism();
}

/* Of all its nodes together. */
static double memory_given(int nodes, int slots)
{
    double per_node = number("SLURM_MEM_PER_NODE") * MIB;
    double per_core = number("SLURM_MEM_PER_CPU") * MIB;

    if (per_node > 0)
        return per_node * nodes;
    if (per_core > 0)
        return per_core * slots;
    return nodes > 1 ? (double)uv_get_total_memory() * nodes : 0;
}

static char *job_id(void)
{
    const char *array = getenv("SLURM_ARRAY_JOB_ID");
    const char *index = getenv("SLURM_ARRAY_TASK_ID");
    const char *job = getenv("SLURM_JOB_ID");

    if (array && *array && index && *index)
        return ft_asprintf("%s_%s", array, index);
    return ft_strdup(job ? job : "");
}

static void find_end(struct agent *agent)
{
    double end_s = number("SLURM_JOB_END_TIME"), left_s;

    if (end_s > 0)
        left_s = end_s - (double)ft_clock_now_ns() / NS_PER_S;
    else
        left_s = agent->file.walltime_s;
    if (end_s > 0 || left_s > 0)
        agent->end_mono_ns = ft_clock_mono_ns() + (int64_t)(left_s * NS_PER_S);
    if (agent->end_mono_ns) /* a short job has time for something, too */
        agent->file.spare_s = fmax(
            fmin(agent->file.spare_s, left_s * SPARE_SHARE), 0);
}

void agent_find_out(struct agent *agent)
{
    struct ft_site *site = agent->file.site;
    const char *node = getenv("SLURMD_NODENAME");

    if (!site->nodes)
        site->nodes = (int)number("SLURM_JOB_NUM_NODES");
    if (!site->nodes)
        site->nodes = 1;
    if (!site->slots)
        site->slots = slots_given();
    if (!(site->memory_bytes > 0))
        site->memory_bytes = memory_given(site->nodes, site->slots);
    agent->slots = site->slots;
    agent->job = job_id();
    (void)gethostname(agent->host, sizeof(agent->host) - 1);
    if (node && *node)
        snprintf(agent->host, sizeof(agent->host), "%s", node);
    find_end(agent);
}

double agent_left_s(const struct agent *agent)
{
    if (!agent->end_mono_ns)
        return -1;
    return agent->end_mono_ns > ft_clock_mono_ns()
               ? (double)(agent->end_mono_ns - ft_clock_mono_ns()) / NS_PER_S
               : 0;
}

char *agent_lacks_time(const struct agent *agent,
                       const struct ft_attempt *attempt)
{
    double left_s = agent_left_s(agent);
    double needs_s = ft_form_needs_s(attempt->timeout_s, attempt->expected_s);

    if (left_s < 0 || needs_s <= left_s - agent->file.spare_s)
        return NULL;
    return ft_asprintf("may take %.0f s, the job has %.0f s left", needs_s,
                       left_s);
}

/* record.c - what an attempt leaves behind when it has ended */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "adapters/agent/agent.h"
#include "base/err.h"
#include "base/json.h"
#include "run/record/result.h"

static struct json_object *find_outputs(const struct task *task)
{
    const struct ft_attempt *a = task->attempt;
    struct json_object *found = json_object_new_object();

    if (a->outputs && json_object_is_type(task->outputs, json_type_object)) {
        json_object_object_foreach(task->outputs, name, port)
            ft_result_add_output(found, a->dir, name,
                                 ft_json_str_or(port, "path", "."));
    }
    return found;
}

/* While home listens, the disk need not be waited for: a node that crashes
 * takes no more with it than is known by then to have to be repeated. */
static int write_record(struct agent *agent, const struct task *task,
                        struct ft_err *err)
{
    bool heard = agent->file.serve && agent_connected(agent);

    return ft_result_write(task->attempt->dir, task->result,
                           heard ? ft_file_replace : ft_file_write, err);
}

static void make_result(struct agent *agent, struct task *task,
                        const struct ft_ending *ending)
{
    struct ft_completion completion = {
        .tag_text = task->attempt->tag_text,
        .job = agent->file.tag,
        .outputs = task->claimed ? find_outputs(task) : NULL,
        .ending = ending,
    };

    json_object_put(task->result);
    task->result = ft_result_json(&completion);
    json_object_put(completion.outputs);
}

/* A directory that is not ours has the record of somebody else. */
void agent_record(struct agent *agent, struct task *task,
                  struct ft_ending *e)
{
    struct ft_err err = { 0 };

    e->slots = task->slots;
    snprintf(e->host, sizeof(e->host), "%s", agent->host);
    if (task->claimed)
        ft_result_add_last_words(task->attempt->dir, e);
    make_result(agent, task, e);
    if (!task->claimed)
        fprintf(stderr, "fedtwin-agent: %s: %s\n", task->attempt->tag_text,
                e->reason);
    if (!task->claimed || write_record(agent, task, &err) == 0)
        return;
    fprintf(stderr, "fedtwin-agent: %s\n", err.msg);
    if (e->outcome != FT_OUT_OK)
        return;
    e->outcome = FT_OUT_NODE_FAIL;
    snprintf(e->reason, sizeof(e->reason), "%s: %.300s", agent->host, err.msg);
    make_result(agent, task, e);
}

void agent_record_spoiled(struct agent *agent, struct task *task,
                          const char *reason)
{
    struct ft_err err;

    ft_json_add_str(task->result, "outcome",
                    ft_outcome_names[FT_OUT_NODE_FAIL]);
    ft_json_add_str(task->result, "reason", reason);
    task->done_well = false;
    if (write_record(agent, task, &err) < 0)
        fprintf(stderr, "fedtwin-agent: %s\n", err.msg);
}

/* judge.c - is a store that a crash left whole, and does it go on working?
 *
 * Reads lines "quick DIR" or "deep DIR" and answers each with a JSON object a
 * line: {"records":N,"head":[...],"errors":[...]}.  "quick" checks the oplog,
 * names and sizes, asks for the branch through the index that was left, and
 * records a state; "deep" checks all contents, also publishes through the
 * worker, and checks again.  "clear DIR" removes it, and answers {}.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/path.h"
#include "crash.h"
#include "data/history/history.h"

#define ERRORS_MAX 5
#define PROBE_SEED 4711

struct verdict {
    struct json_object *answer, *errors;
};

static void fault(struct verdict *verdict, const char *where,
                  const char *text)
{
    char line[512];

    snprintf(line, sizeof(line), "%s: %s", where, text);
    if (json_object_array_length(verdict->errors) < ERRORS_MAX)
        json_object_array_add(verdict->errors, json_object_new_string(line));
}

static void tell(const char *severity, const char *path, const char *text,
                 void *arg)
{
    if (strcmp(severity, "error") == 0)
        fault(arg, ft_path_base(path), text);
}

static size_t check(const struct ft_project *project, bool deep,
                    struct verdict *verdict)
{
    struct ft_fsck_totals totals;
    struct ft_err err = { 0 };

    if (ft_store_fsck(project, deep ? FT_FSCK_DEEP : FT_FSCK_QUICK, tell,
                      verdict, &totals, &err) < 0)
        fault(verdict, "fsck", err.msg);
    return totals.records;
}

/* What the store says of itself: the state of the branch and its objects,
 * [state, [[object, cell, version], ...]]. */
static void describe(struct ft_store *store, struct verdict *verdict)
{
    struct json_object *all = json_object_new_array();
    struct json_object *objects = json_object_new_array();
    char head[FT_SHA256_HEX + 1];
    struct ft_versions list = { 0 };
    struct ft_err err = { 0 };

    if (ft_store_head(store, head, &err) < 0 ||
        ft_store_list(store, NULL, 0, &list, &err) < 0)
        fault(verdict, "list", err.msg);
    json_object_array_add(all, json_object_new_string(head));
    json_object_array_add(all, objects);
    for (size_t i = 0; i < list.n; i++) {
        struct json_object *row = json_object_new_array();

        json_object_array_add(row,
                              json_object_new_string(list.item[i].object));
        json_object_array_add(row, json_object_new_string(list.item[i].cell));
        json_object_array_add(row, json_object_new_string(list.item[i].id));
        json_object_array_add(objects, row);
    }
    ft_versions_release(&list);
    json_object_object_add(verdict->answer, "head", all);
}

static void record_state(const struct ft_project *project,
                         struct verdict *verdict)
{
    static const char text[] = "fedtwin: 1\n";
    char digest[FT_SHA256_HEX + 1];
    struct ft_state_new state = {
        .run = "probe", .workflow = digest, .workflow_file = "probe.yaml",
        .workflow_text = text, .outcome = "ok"
    };
    uint8_t bytes[FT_SHA256_BYTES];
    struct ft_err err = { 0 };
    struct ft_store *store = ft_store_open(project, FT_STORE_WRITE, &err);
    struct ft_recorded recorded = { 0 };

    ft_sha256(text, strlen(text), bytes);
    ft_sha256_hex(bytes, digest);
    if (store)
        describe(store, verdict);
    if (!store || ft_store_record_state(store, &state, &recorded, &err) < 0)
        fault(verdict, "commit", err.msg);
    else if (!recorded.changed)
        fault(verdict, "commit", "it made no state");
    ft_store_close(store);
}

static void publish(const struct ft_project *project, const char *work,
                    struct verdict *verdict)
{
    struct ft_err err = { 0 };
    struct ft_store *store = ft_store_open(project, FT_STORE_PUBLISH, &err);
    struct task task;

    task_init(&task, work, PROBE_SEED, 0);
    if (!store || ft_store_publish(store, &task.result, &err) < 0)
        fault(verdict, "publish", err.msg);
    task_release(&task);
    ft_store_close(store);
}

static struct json_object *judge(const char *dir, const char *work, bool deep)
{
    struct verdict verdict = { json_object_new_object(),
                               json_object_new_array() };
    struct ft_err err = { 0 };
    struct ft_project *project = ft_project_open(dir, &err);
    size_t records = 0;

    if (!project) {
        fault(&verdict, "project", err.msg);
    } else {
        records = check(project, deep, &verdict);
        record_state(project, &verdict);
        if (deep) {
            publish(project, work, &verdict);
            check(project, deep, &verdict);
        }
    }
    ft_project_close(project);
    ft_json_add_int(verdict.answer, "records", (int64_t)records);
    json_object_object_add(verdict.answer, "errors", verdict.errors);
    return verdict.answer;
}

static struct json_object *clear(const char *dir)
{
    struct ft_err err = { 0 };

    if (ft_path_remove(dir, &err) < 0)
        give_up("clear", &err);
    return json_object_new_object();
}

int judge_states(const char *work)
{
    char *line = NULL;
    size_t cap = 0;

    while (getline(&line, &cap, stdin) > 0) {
        bool deep = *line == 'd', remove = *line == 'c';
        const char *dir = strchr(line, ' ') + 1;
        struct json_object *answer;

        line[strcspn(line, "\n")] = '\0';
        answer = remove ? clear(dir) : judge(dir, work, deep);
        puts(json_object_to_json_string_ext(answer, JSON_C_TO_STRING_PLAIN));
        fflush(stdout);
        json_object_put(answer);
    }
    free(line);
    return 0;
}

/* task.c - read task.json, give it to every rank, answer questions about it */
#include "stage/task.h"

#include <errno.h>
#include <fcntl.h>
#include <json-c/json.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* --- reading -------------------------------------------------------------- */

static PetscErrorCode read_all(struct stg_task *task, int fd, const char *path,
                               char *text, size_t size)
{
    size_t got = 0;

    while (got < size) {
        ssize_t n = read(fd, text + got, size - got);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return stg_fail(task, "cannot read '%s': %s", path,
                            strerror(errno));
        if (n == 0)
            return stg_fail(task, "'%s' became shorter while it was read",
                            path);
        got += (size_t)n;
    }
    return 0;
}

/* Rank 0 only.  *text is freed with PetscFree(). */
static PetscErrorCode read_text(struct stg_task *task, const char *path,
                                char **text, int *size)
{
    PetscErrorCode rc;
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC);

    if (fd < 0)
        return stg_fail(task, "cannot open '%s': %s", path, strerror(errno));
    if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode)) {
        close(fd);
        return stg_fail(task, "'%s' is not a file", path);
    }
    if (st.st_size > STG_TASK_SIZE_MAX) {
        close(fd);
        return stg_fail(task, "'%s' is over %d bytes", path,
                        STG_TASK_SIZE_MAX);
    }
    rc = PetscMalloc1(st.st_size + 1, text);
    if (!rc)
        rc = read_all(task, fd, path, *text, (size_t)st.st_size);
    *size = (int)st.st_size;
    close(fd);
    return rc;
}

/* --- checking ------------------------------------------------------------- */

static const struct {
    const char *key;
    enum json_type type;
} must_have[] = {
    { "task", json_type_string },    { "module", json_type_string },
    { "params", json_type_object },  { "inputs", json_type_object },
    { "outputs", json_type_object },
};

static PetscErrorCode check_members(struct stg_task *task, const char *path)
{
    struct json_object *member;
    const char *module;

    if (!json_object_is_type(task->json, json_type_object))
        return stg_fail(task, "'%s' does not hold a JSON object", path);
    if (!json_object_object_get_ex(task->json, "schema", &member))
        return stg_fail(task, "'%s' has no 'schema'", path);
    if (!json_object_is_type(member, json_type_int) ||
        json_object_get_int64(member) != STG_TASK_SCHEMA)
        return stg_fail(task,
                        "'%s' has schema %s; this program understands %d",
                        path, json_object_get_string(member),
                        STG_TASK_SCHEMA);
    for (size_t i = 0; i < sizeof(must_have) / sizeof(must_have[0]); i++)
        if (!json_object_object_get_ex(task->json, must_have[i].key, &member) ||
            !json_object_is_type(member, must_have[i].type))
            return stg_fail(task, "'%s': '%s' is missing or not a JSON %s",
                            path, must_have[i].key,
                            json_type_to_name(must_have[i].type));
    json_object_object_get_ex(task->json, "module", &member);
    module = json_object_get_string(member);
    if (strcmp(module, task->program->module) != 0)
        return stg_fail(task, "'%s' is for module '%s'; %s carries out '%s'",
                        path, module, task->program->name,
                        task->program->module);
    return 0;
}

static PetscErrorCode parse(struct stg_task *task, const char *path,
                            const char *text, int size)
{
    struct json_tokener *tokener = json_tokener_new_ex(STG_TASK_DEPTH_MAX);
    enum json_tokener_error error;

    if (!tokener)
        return PETSC_ERR_MEM;
    /* Not strict: json-c 0.18 would then refuse all that is not ASCII. */
    task->json = json_tokener_parse_ex(tokener, text, size);
    error = json_tokener_get_error(tokener);
    json_tokener_free(tokener);
    if (error == json_tokener_continue)
        return stg_fail(task, "'%s' ends too early", path);
    if (error != json_tokener_success)
        return stg_fail(task, "'%s' is not JSON: %s", path,
                        json_tokener_error_desc(error));
    return check_members(task, path);
}

/* The path of the checkpoint that task.json names, or "". */
static PetscErrorCode find_restart(struct stg_task *task)
{
    struct json_object *dir;
    int n;

    snprintf(task->checkpoint, sizeof(task->checkpoint), "checkpoint/state");
    task->restart[0] = '\0';
    if (!json_object_object_get_ex(task->json, "restart", &dir) || !dir)
        return 0;
    if (!json_object_is_type(dir, json_type_string))
        return stg_fail(task, "'restart' is neither null nor a path");
    n = snprintf(task->restart, sizeof(task->restart), "%s/state",
                 json_object_get_string(dir));
    if (n < 0 || (size_t)n >= sizeof(task->restart))
        return stg_fail(task, "the path in 'restart' is too long");
    return 0;
}

/* Collective: rank 0's text on every rank, with a 0 at its end. */
static PetscErrorCode share(struct stg_task *task, char **text, int *size)
{
    PetscErrorCode rc = 0;

    PetscCallMPI(MPI_Bcast(size, 1, MPI_INT, 0, task->comm));
    if (task->rank != 0)
        rc = PetscMalloc1(*size + 1, text);
    PetscCall(stg_agree(task, rc));
    PetscCallMPI(MPI_Bcast(*text, *size, MPI_CHAR, 0, task->comm));
    (*text)[*size] = '\0';
    return 0;
}

PetscErrorCode stg_task_load(struct stg_task *task, const char *path)
{
    PetscErrorCode rc = 0;
    char *text = NULL;
    int size = 0;

    if (task->rank == 0)
        rc = read_text(task, path, &text, &size);
    rc = stg_agree(task, rc);
    if (!rc)
        rc = share(task, &text, &size);
    if (!rc)
        rc = parse(task, path, text, size + 1);
    if (!rc)
        rc = find_restart(task);
    PetscFree(text);
    return rc;
}

/* --- answering ------------------------------------------------------------ */

MPI_Comm stg_comm(const struct stg_task *task)
{
    return task->comm;
}

int stg_rank(const struct stg_task *task)
{
    return task->rank;
}

int stg_ranks(const struct stg_task *task)
{
    return task->ranks;
}

static struct json_object *member_of(const struct stg_task *task,
                                     const char *key)
{
    struct json_object *member = NULL;

    json_object_object_get_ex(task->json, key, &member);
    return member;
}

const char *stg_task_name(const struct stg_task *task)
{
    return json_object_get_string(member_of(task, "task"));
}

int64_t stg_seed(const struct stg_task *task)
{
    return json_object_get_int64(member_of(task, "seed"));
}

int stg_threads(const struct stg_task *task)
{
    int threads = json_object_get_int(member_of(task, "threads"));

    return threads > 0 ? threads : 1;
}

struct stg_value stg_params(struct stg_task *task)
{
    return (struct stg_value){ .task = task,
                               .json = member_of(task, "params") };
}

static struct json_object *elements_of(const struct stg_task *task,
                                       const char *name)
{
    struct json_object *list = NULL;

    json_object_object_get_ex(member_of(task, "inputs"), name, &list);
    return json_object_is_type(list, json_type_array) ? list : NULL;
}

size_t stg_input_count(const struct stg_task *task, const char *name)
{
    struct json_object *list = elements_of(task, name);

    return list ? json_object_array_length(list) : 0;
}

static const char *text_in(struct json_object *object, const char *key)
{
    struct json_object *text = NULL;

    if (!json_object_object_get_ex(object, key, &text) ||
        !json_object_is_type(text, json_type_string))
        return NULL;
    return json_object_get_string(text);
}

PetscErrorCode stg_input(struct stg_task *task, const char *name, size_t i,
                         struct stg_input *input)
{
    struct json_object *element, *cell = NULL;

    if (i >= stg_input_count(task, name))
        return stg_fail(task, "input '%s' is missing", name);
    element = json_object_array_get_idx(elements_of(task, name), i);
    input->path = text_in(element, "path");
    input->type = text_in(element, "type");
    if (!input->path || !input->type)
        return stg_fail(task, "input '%s' has no path or no type", name);
    input->object = text_in(element, "object");
    input->version = text_in(element, "version");
    json_object_object_get_ex(element, "cell", &cell);
    input->cell = (struct stg_value){ .task = task, .json = cell };
    return 0;
}

PetscErrorCode stg_input_path(struct stg_task *task, const char *name,
                              const char **path)
{
    struct stg_input input;

    if (stg_input_count(task, name) > 1)
        return stg_fail(task, "input '%s' takes one object, not %zu", name,
                        stg_input_count(task, name));
    PetscCall(stg_input(task, name, 0, &input));
    *path = input.path;
    return 0;
}

static const char *output_path(const struct stg_task *task, const char *name)
{
    struct json_object *output = NULL;

    json_object_object_get_ex(member_of(task, "outputs"), name, &output);
    return text_in(output, "path");
}

bool stg_wants(const struct stg_task *task, const char *name)
{
    return output_path(task, name) != NULL;
}

PetscErrorCode stg_output_path(struct stg_task *task, const char *name,
                               const char **path)
{
    *path = output_path(task, name);
    if (!*path)
        return stg_fail(task, "the task does not say where to write '%s'",
                        name);
    return 0;
}

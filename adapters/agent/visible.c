/* visible.c - has everything arrived that an attempt starts with?
 *
 * What was written elsewhere may be seen late on a network file system, in any
 * order.  To open the directory above makes it look again.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "adapters/agent/agent.h"
#include "base/alloc.h"
#include "base/json.h"

static bool is_there(const char *path)
{
    char *above;
    int fd;

    if (access(path, R_OK) == 0)
        return true;
    above = ft_path_dir(path);
    fd = open(above, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0)
        (void)close(fd);
    free(above);
    return access(path, R_OK) == 0;
}

static char *why_not(const char *path)
{
    return ft_asprintf("'%s': %s", path, strerror(errno));
}

/* All files of one input. */
static char *missing_of(struct json_object *list)
{
    size_t n = json_object_is_type(list, json_type_array)
                   ? json_object_array_length(list) : 0;

    for (size_t i = 0; i < n; i++) {
        const char *path = ft_json_str_or(json_object_array_get_idx(list, i),
                                          "path", NULL);

        if (path && !is_there(path))
            return why_not(path);
    }
    return NULL;
}

static char *missing_input(struct json_object *task)
{
    struct json_object *inputs = ft_json_or_null(task, "inputs");
    char *missing = NULL;

    if (json_object_is_type(inputs, json_type_object)) {
        json_object_object_foreach(inputs, name, list) {
            (void)name;
            if (!missing)
                missing = missing_of(list);
        }
    }
    return missing;
}

char *agent_missing(struct task *task)
{
    char *path = ft_path_join(task->attempt->dir, FT_TASK_FILE);
    struct json_object *json = NULL;
    char *missing = is_there(path) ? NULL : why_not(path);

    if (!missing)
        json = ft_json_read(path, NULL);
    if (json)
        missing = missing_input(json);
    else if (!missing)
        missing = ft_asprintf("'%s' is not whole", path);
    if (!missing) {
        json_object_put(task->outputs);
        task->outputs = json_object_get(ft_json_or_null(json, "outputs"));
    }
    json_object_put(json);
    free(path);
    return missing;
}

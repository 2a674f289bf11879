/* bring.c - what an attempt has left, on its way home
 *
 * When it has ended its files are measured and digested in another thread.
 * Then home is told how it ended and which files there are, and asks for them
 * piece by piece.
 */
#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <uv.h>

#include "adapters/agent/agent.h"
#include "adapters/link/give.h"
#include "base/alloc.h"
#include "base/err.h"
#include "base/json.h"
#include "base/path.h"
#include "base/sha256.h"
#include "base/words.h"

#define CHECKPOINT_DIR "checkpoint"
#define DEPTH_MAX 8 /* of directories in a checkpoint */
#define PIECE_MAX (1 << 20)

struct bring {
    uv_work_t work;
    struct agent *agent;
    uint64_t tag;          /* its task may be gone */
    char *room;
    struct ft_words names; /* below 'room' */
    struct json_object *files;
    struct ft_err err;
};

/* What it has said. */
static const char *const said[] = { FT_STDOUT_FILE, FT_STDERR_FILE,
                                    FT_PROGRESS_FILE };

static bool is_said(const char *name)
{
    for (size_t i = 0; i < FT_ARRAY_LEN(said); i++)
        if (strcmp(said[i], name) == 0)
            return true;
    return false;
}

/* --- which files ---------------------------------------------------------- */

static void add(struct bring *b, const char *name)
{
    char *path = ft_path_join(b->room, name);
    struct stat st;

    if (ft_path_is_below(name) && lstat(path, &st) == 0 && S_ISREG(st.st_mode))
        ft_words_add(&b->names, ft_strdup(name));
    free(path);
}

static void add_tree(struct bring *b, const char *name, int depth)
{
    char *path = ft_path_join(b->room, name);
    DIR *dir = depth < DEPTH_MAX ? opendir(path) : NULL;
    struct dirent *entry;

    while (dir && (entry = readdir(dir))) {
        char *below;

        if (entry->d_name[0] == '.')
            continue;
        below = ft_path_join(name, entry->d_name);
        add(b, below);
        add_tree(b, below, depth + 1);
        free(below);
    }
    if (dir)
        (void)closedir(dir);
    free(path);
}

/* The results of one that did well, the checkpoint of one that did not, and
 * what it has said. */
static void choose(struct bring *b, const struct task *task, bool ok)
{
    for (size_t i = 0; i < FT_ARRAY_LEN(said); i++)
        add(b, said[i]);
    if (!ok)
        add_tree(b, CHECKPOINT_DIR, 0);
    if (!ok || !task->attempt->outputs ||
        !json_object_is_type(task->outputs, json_type_object))
        return;
    json_object_object_foreach(task->outputs, name, port) {
        (void)name;
        add(b, ft_json_str_or(port, "path", "."));
    }
}

/* --- measuring ------------------------------------------------------------ */

static void measure(uv_work_t *work)
{
    struct bring *b = work->data;

    for (size_t i = 0; i < b->names.n && b->err.code == FT_OK; i++) {
        char *path = ft_path_join(b->room, b->names.item[i]);
        struct json_object *file = json_object_new_object();
        char sha256[FT_SHA256_HEX + 1];
        uint64_t size = 0;

        if (ft_sha256_file(path, sha256, &size, &b->err) == 0) {
            ft_json_add_str(file, "name", b->names.item[i]);
            ft_json_add_int(file, "size", (int64_t)size);
            ft_json_add_str(file, "sha256", sha256);
        }
        json_object_array_add(b->files, file);
        free(path);
    }
}

static void after_measure(uv_work_t *work, int status)
{
    struct bring *b = work->data;
    struct task *task = agent_find(b->agent, b->tag);

    (void)status; /* it is never called off */
    if (task && b->err.code == FT_OK)
        task->files = json_object_get(b->files);
    if (task)
        agent_brought(b->agent, task, b->err.code == FT_OK ? NULL : &b->err);
    json_object_put(b->files);
    ft_words_free(b->names.item);
    free(b->room);
    free(b);
}

void agent_bring(struct agent *agent, struct task *task, bool ok)
{
    struct bring *b = ft_calloc(1, sizeof(*b));

    b->work.data = b;
    b->agent = agent;
    b->tag = task->attempt->tag;
    b->room = ft_strdup(task->room);
    b->files = json_object_new_array();
    choose(b, task, ok);
    (void)uv_queue_work(&agent->loop, &b->work, measure, after_measure);
}

/* --- pieces --------------------------------------------------------------- */

static bool has_file(const struct task *task, const char *name)
{
    for (size_t i = 0; task->files &&
                       i < json_object_array_length(task->files); i++)
        if (strcmp(ft_json_str_or(json_object_array_get_idx(task->files, i),
                                  "name", ""), name) == 0)
            return true;
    return false;
}

void agent_bring_piece(struct agent *agent, const struct task *task,
                       struct json_object *obj)
{
    const char *name = ft_json_str_or(obj, "want", "");
    int64_t offset = ft_json_int_or(obj, "offset", -1);
    int64_t size = ft_json_int_or(obj, "size", 0);
    struct json_object *head = json_object_new_object();
    char *path;

    ft_json_add_int(head, "of", (int64_t)task->attempt->tag);
    ft_json_add_str(head, "chunk", name);
    ft_json_add_int(head, "offset", offset);
    if (!has_file(task, name) || offset < 0 || size < 1 || size > PIECE_MAX) {
        ft_json_add_str(head, "error", "it is not one of the attempt's files");
        agent_say(agent, head);
        return;
    }
    path = ft_path_join(task->room, name);
    ft_give_ask(agent->give, path, (uint64_t)offset, (size_t)size, head);
    free(path);
}

/* Home has everything.  What it was given may be asked for again here. */
void agent_leave_room(struct agent *agent, const struct task *task)
{
    for (size_t i = 0; task->files &&
                       i < json_object_array_length(task->files); i++) {
        struct json_object *file = json_object_array_get_idx(task->files, i);
        const char *name = ft_json_str_or(file, "name", "");
        char *path = ft_path_join(task->room, name);

        if (task->done_well && !is_said(name))
            agent_cache_adopt(agent, path, ft_json_str_or(file, "sha256", ""));
        free(path);
    }
    if (task->room)
        (void)ft_path_remove(task->room, NULL);
}

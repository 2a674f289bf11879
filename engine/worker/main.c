/* main.c - fedtwin-worker: a request a line in, an answer a line out
 *
 * See share/doc/formats/worker.md.  Only the engine starts this program.
 */
#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "base/json.h"
#include "worker/h5.h"
#include "worker/ops.h"
#include "worker/sandbox.h"

/* HDF5 takes half a megabyte for each file that it opens: to give it back and
 * have it again, cleared by the kernel, is a sixth of a small request.  The C
 * library allows no more than this. */
#define MEMORY_KEPT (32 << 20)
/* And so much of it is had at once when the worker starts, instead of a page at
 * a time while somebody waits for the first request. */
#define MEMORY_FIRST (600 << 10)

static uint64_t file_size(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0 && st.st_size > 0 ? (uint64_t)st.st_size : 0;
}

/* HDF5 puts its signature at 0, or at a power of two from 512 on.  What is not
 * a file at all, a pipe that nobody writes, must not stop the worker here. */
static bool is_hdf5(const char *path)
{
    static const char signature[8] = "\x89HDF\r\n\x1a\n";
    char found[sizeof(signature)];
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    bool is = false;
    ssize_t got = 1;

    for (off_t at = 0; fd >= 0 && got > 0 && !is; at = at ? 2 * at : 512) {
        got = pread(fd, found, sizeof(found), at);
        is = got == sizeof(found) &&
             memcmp(found, signature, sizeof(found)) == 0;
    }
    if (fd >= 0)
        (void)close(fd);
    return is;
}

/* What a small file may cost is only known of HDF5: a table of many columns in
 * a few bytes of text costs what its datasets cost. */
static uint64_t size_that_counts(const char *path)
{
    uint64_t size = file_size(path);

    return size > FT_SANDBOX_SMALL || is_hdf5(path) ? size
                                                    : FT_SANDBOX_SMALL + 1;
}

static int run_request(const char *meta, struct json_object *request,
                       struct json_object *answer, struct ft_err *err)
{
    const char *name = ft_json_str(request, "op", "request", err);
    const struct ft_op *op = name ? ft_op_find(name) : NULL;
    const char *path, *other = NULL;
    uint64_t bytes;

    if (!name)
        return -1;
    if (!op)
        return ft_err_set(err, FT_EUSAGE, "unknown operation '%s'", name);
    path = op->file ? ft_json_str(request, op->file, "request", err) : "";
    if (path && op->other)
        other = ft_json_str(request, op->other, "request", err);
    if (!path || (op->other && !other))
        return -1;
    bytes = size_that_counts(path) + (other ? size_that_counts(other) : 0);
    if (ft_sandbox_request(bytes, err) < 0)
        return -1;
    return op->run(meta, request, answer, err);
}

/* Answer one line; -1 when nobody listens any more. */
static int answer_line(const char *meta, const char *line, size_t len)
{
    struct ft_err err = { 0 };
    struct json_object *request = ft_json_parse(line, len, "request", &err);
    struct json_object *answer = json_object_new_object(), *id = NULL;
    struct json_object *result = json_object_new_object();
    int rc = -1;

    if (request && !json_object_is_type(request, json_type_object))
        ft_err_set(&err, FT_EUSAGE, "the request is not an object");
    else if (request && json_object_object_get_ex(request, "id", &id))
        rc = run_request(meta, request, result, &err);
    else if (request)
        ft_err_set(&err, FT_EUSAGE, "the request has no 'id'");
    json_object_object_add(answer, "id", json_object_get(id));
    if (rc < 0) {
        ft_json_add_err(answer, &err);
    } else {
        ft_json_add_bool(answer, "ok", true);
        json_object_object_foreach(result, key, value)
            json_object_object_add(answer, key, json_object_get(value));
    }
    rc = ft_json_send(STDOUT_FILENO, answer);
    json_object_put(result);
    json_object_put(request);
    return rc;
}

/* Until the end of input, or until HDF5 is in doubt: a library that could not
 * finish a file is not asked again, the engine starts a fresh one. */
static void serve(const char *meta)
{
    char *line = NULL;
    size_t cap = 0;
    ssize_t len;

    while ((len = getline(&line, &cap, stdin)) > 0)
        if (answer_line(meta, line, (size_t)len) < 0 || ft_h5_in_doubt())
            break;
    free(line);
}

/* Have memory at the end of the heap, where the next allocations are made from
 * what is freed here.  A kernel that cannot (before 5.14) gives it as usual. */
static void have_memory(void)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    char *block = malloc(MEMORY_FIRST + page);

    if (block)
        (void)madvise(block + page - (uintptr_t)block % page, MEMORY_FIRST,
                      MADV_POPULATE_WRITE);
    free(block);
}

int main(int argc, char **argv)
{
    struct ft_err err = { 0 };

    if (argc != 2 || argv[1][0] != '/') {
        fprintf(stderr, "usage: fedtwin-worker /ABSOLUTE/PROJECT/.fedtwin\n"
                        "It is started by fedtwin, not by hand.\n");
        return ft_code_status(FT_EUSAGE);
    }
    (void)mallopt(M_MMAP_THRESHOLD, MEMORY_KEPT);
    (void)mallopt(M_TRIM_THRESHOLD, MEMORY_KEPT);
    if (ft_h5_init(&err) < 0 || ft_sandbox_enter(&err) < 0) {
        fprintf(stderr, "fedtwin-worker: %s\n", err.msg);
        return ft_code_status(err.code);
    }
    have_memory();
    serve(argv[1]);
    return 0;
}

/* agent_array.c - what the agents of an array are told, in one file
 *
 * Thousands of jobs need as many lines, not as many files.  The first line is
 * what they have in common, then come where the line of each begins and where
 * the last one ends, in numbers of one width, then the lines themselves: a job
 * reads no more than it needs.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "adapters/link/agent_file.h"
#include "adapters/link/attempt_json.h"
#include "base/alloc.h"
#include "base/err.h"
#include "base/json.h"
#include "base/str.h"
#include "run/adapter.h"

#define WIDTH 16            /* of a number with the end of its line */
#define HEAD_MAX (1 << 16)  /* of the first line */
#define LONGEST (64 << 20)  /* of another one */
#define WHAT "the file of an array"

/* --- writing -------------------------------------------------------------- */

static void add_line(struct ft_str *s, struct json_object *obj)
{
    ft_str_add(s, json_object_to_json_string_ext(
        obj, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
    ft_str_addc(s, '\n');
}

static void add_head(struct ft_str *s, const struct ft_agent_file *file)
{
    struct json_object *obj = ft_agent_file_json(file, 0);

    ft_json_add_int(obj, "jobs", (int64_t)file->n_attempts);
    add_line(s, obj);
    json_object_put(obj);
}

static void add_job(struct ft_str *s, const struct ft_attempt *attempt)
{
    struct json_object *obj = json_object_new_object();
    struct json_object *attempts = json_object_new_array();

    ft_json_add_str(obj, "tag", attempt->tag_text);
    json_object_array_add(attempts, ft_attempt_json(attempt));
    json_object_object_add(obj, "attempts", attempts);
    add_line(s, obj);
    json_object_put(obj);
}

/* The next line begins here. */
static void set_place(struct ft_str *s, size_t table, size_t n)
{
    char text[WIDTH + 1];

    snprintf(text, sizeof(text), "%0*zu\n", WIDTH - 1, s->len);
    memcpy(s->s + table + n * WIDTH, text, WIDTH);
}

int ft_agent_array_write(const char *path, const struct ft_agent_file *file,
                         struct ft_err *err)
{
    struct ft_str s = FT_STR_INIT;
    size_t table;
    int rc;

    add_head(&s, file);
    table = s.len;
    for (size_t i = 0; i <= file->n_attempts; i++)
        ft_str_addf(&s, "%*s", WIDTH, "");
    for (size_t i = 0; i < file->n_attempts; i++) {
        set_place(&s, table, i);
        add_job(&s, file->attempt[i]);
    }
    set_place(&s, table, file->n_attempts);
    rc = ft_file_replace(path, s.s, s.len, 0600, err);
    ft_str_release(&s);
    return rc;
}

/* --- reading -------------------------------------------------------------- */

static int is_short(const char *path, struct ft_err *err)
{
    return ft_err_set(err, FT_EFORMAT, "'%s' ends too early for " WHAT, path);
}

/* Up to 'len' bytes at 'at'; fewer where the file ends. */
static int read_at(int fd, const char *path, uint64_t at, size_t len,
                   struct ft_str *out, struct ft_err *err)
{
    char *bytes = ft_realloc(NULL, len, 1);
    size_t have = 0;
    ssize_t n = 1;

    while (n != 0 && have < len) {
        n = pread(fd, bytes + have, len - have, (off_t)(at + have));
        if (n < 0 && errno != EINTR)
            break;
        have += n > 0 ? (size_t)n : 0;
    }
    if (n >= 0)
        ft_str_addn(out, bytes, have);
    else
        (void)ft_err_sys(err, "cannot read '%s'", path);
    free(bytes);
    return n < 0 ? -1 : 0;
}

/* All of them. */
static int read_exactly(int fd, const char *path, uint64_t at, size_t len,
                        struct ft_str *out, struct ft_err *err)
{
    ft_str_cut(out, 0);
    if (read_at(fd, path, at, len, out, err) < 0)
        return -1;
    return out->len == len ? 0 : is_short(path, err);
}

/* The first line; '*table' is where it ends. */
static struct json_object *read_head(int fd, const char *path, size_t *table,
                                     struct ft_err *err)
{
    struct ft_str text = FT_STR_INIT;
    struct json_object *obj = NULL;
    const char *end;

    if (read_at(fd, path, 0, HEAD_MAX, &text, err) == 0) {
        end = memchr(text.s, '\n', text.len);
        if (end) {
            *table = (size_t)(end - text.s) + 1;
            obj = ft_json_parse(text.s, *table, path, err);
        } else {
            (void)is_short(path, err);
        }
    }
    ft_str_release(&text);
    return obj;
}

/* The line of job 'n'. */
static struct json_object *read_line(int fd, const char *path, size_t table,
                                     uint64_t n, struct ft_err *err)
{
    struct ft_str text = FT_STR_INIT;
    struct json_object *obj = NULL;
    uint64_t from, to;

    if (read_exactly(fd, path, table + n * WIDTH, 2 * WIDTH, &text, err) < 0)
        goto done;
    if (sscanf(text.s, "%15" SCNu64 " %15" SCNu64, &from, &to) != 2 ||
        to <= from || to - from > LONGEST) {
        (void)ft_err_set(err, FT_EFORMAT, "'%s' does not say where the line of "
                         "job %" PRIu64 " is", path, n);
        goto done;
    }
    if (read_exactly(fd, path, from, (size_t)(to - from), &text, err) == 0)
        obj = ft_json_parse(text.s, text.len, path, err);
done:
    ft_str_release(&text);
    return obj;
}

/* What is said of the job alone counts. */
static void add_own(struct json_object *head, struct json_object *own)
{
    static const char *const keys[] = { "tag", "attempts" };

    for (size_t i = 0; i < FT_ARRAY_LEN(keys); i++)
        json_object_object_add(
            head, keys[i], json_object_get(ft_json_or_null(own, keys[i])));
}

static int read_job(int fd, const char *path, uint64_t n,
                    struct ft_agent_file *file, struct ft_err *err)
{
    struct json_object *own = NULL, *head;
    int64_t jobs = 0;
    size_t table = 0;
    int rc = -1;

    head = read_head(fd, path, &table, err);
    if (!head || ft_json_int(head, "jobs", &jobs, WHAT, err) < 0)
        goto done;
    if (jobs < 0 || n >= (uint64_t)jobs) {
        (void)ft_err_set(err, FT_EFORMAT, "'%s' has %" PRId64 " jobs, and no "
                         "number %" PRIu64, path, jobs, n);
        goto done;
    }
    own = read_line(fd, path, table, n, err);
    if (own) {
        add_own(head, own);
        rc = ft_agent_file_take(head, path, file, err);
    }
done:
    json_object_put(own);
    json_object_put(head);
    return rc;
}

int ft_agent_array_read(const char *path, uint64_t n,
                        struct ft_agent_file *file, struct ft_err *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC), rc;

    if (fd < 0)
        return ft_err_sys(err, "cannot open '%s'", path);
    rc = read_job(fd, path, n, file, err);
    (void)close(fd);
    return rc;
}

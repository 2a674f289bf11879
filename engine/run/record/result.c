/* result.c - the completion record of an attempt, and its last words */
#include "run/record/result.h"

#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/path.h"

#define RESULT_SCHEMA 1
#define NS_PER_S 1e9
#define TAIL_BYTES 8192   /* of standard error that are looked at */
#define RULE_MIN 20       /* dashes that make a launcher's rule */

/* --- result.json ---------------------------------------------------------- */

struct json_object *ft_result_usage(const struct ft_ending *e)
{
    struct json_object *obj = json_object_new_object();

    ft_json_add_num(obj, "user_s", e->user_s);
    ft_json_add_num(obj, "system_s", e->system_s);
    ft_json_add_num(obj, "peak_rss_bytes", e->peak_rss_bytes);
    ft_json_add_num(obj, "wall_s",
                    (double)(e->end_ns - e->start_ns) / NS_PER_S);
    ft_json_add_num(obj, "read_bytes", e->read_bytes);
    ft_json_add_num(obj, "written_bytes", e->written_bytes);
    if (e->moved_bytes > 0)
        ft_json_add_num(obj, "moved_bytes", e->moved_bytes);
    if (e->returned_bytes > 0)
        ft_json_add_num(obj, "returned_bytes", e->returned_bytes);
    if (e->energy_j > 0)
        ft_json_add_num(obj, "energy_j", e->energy_j);
    ft_json_add_int(obj, "slots", e->slots);
    return obj;
}

void ft_result_add_output(struct json_object *outputs, const char *dir,
                          const char *name, const char *path)
{
    char *full = ft_path_join(dir, path);
    struct json_object *obj;
    struct stat st;

    if (stat(full, &st) == 0) {
        obj = json_object_new_object();
        ft_json_add_str(obj, "path", path);
        ft_json_add_int(obj, "size", (int64_t)st.st_size);
        json_object_object_add(outputs, name, obj);
    }
    free(full);
}

static void add_time(struct json_object *obj, const char *key, int64_t ns)
{
    char text[FT_TIME_TEXT];

    ft_time_text(ns, text);
    ft_json_add_str(obj, key, text);
}

/* "TASK/ATTEMPT" of "RUN/TASK/ATTEMPT"; a run's id has no '/'. */
static const char *after_run(const char *tag_text)
{
    const char *slash = strchr(tag_text, '/');

    return slash ? slash + 1 : tag_text;
}

static void add_task(struct json_object *obj, const char *tag_text)
{
    const char *task = after_run(tag_text), *end = strrchr(task, '/');
    char *name = ft_strndup(task, end ? (size_t)(end - task) : strlen(task));

    ft_json_add_str(obj, "task", name);
    ft_json_add_int(obj, "attempt", end ? strtol(end + 1, NULL, 10) : 0);
    ft_json_add_str(obj, "attempt_tag", tag_text);
    free(name);
}

struct json_object *ft_result_json(const struct ft_completion *c)
{
    struct json_object *obj = json_object_new_object();
    const struct ft_ending *e = c->ending;

    ft_json_add_int(obj, "schema", RESULT_SCHEMA);
    add_task(obj, c->tag_text);
    if (c->job)
        ft_json_add_str(obj, "job", c->job);
    ft_json_add_str(obj, "outcome", ft_outcome_names[e->outcome]);
    ft_json_add_int(obj, "exit_code", e->exit_code);
    ft_json_add_int(obj, "signal", e->signal);
    ft_json_add_str(obj, "reason", e->reason);
    if (e->by_site)
        ft_json_add_bool(obj, "by_site", true);
    ft_json_add_str(obj, "host", e->host);
    add_time(obj, "start", e->start_ns);
    add_time(obj, "end", e->end_ns);
    ft_json_add_int(obj, "start_ns", e->start_ns);
    ft_json_add_int(obj, "end_ns", e->end_ns);
    json_object_object_add(obj, "usage", ft_result_usage(e));
    json_object_object_add(obj, "outputs",
                           c->outputs ? json_object_get(c->outputs)
                                      : json_object_new_object());
    return obj;
}

int ft_result_write(const char *dir, struct json_object *result,
                    ft_file_writer *write, struct ft_err *err)
{
    char *path = ft_path_join(dir, FT_RESULT_FILE);
    int rc = ft_json_write(result, path, 0666, write, err);

    free(path);
    return rc;
}

/* Records that are older than 'attempt_tag' have no more than the rest. */
static bool is_of(struct json_object *obj, const char *tag_text)
{
    char *task = ft_asprintf("%s/%d", ft_json_str_or(obj, "task", ""),
                             (int)ft_json_int_or(obj, "attempt", 0));
    bool same = strcmp(task, after_run(tag_text)) == 0 &&
                strcmp(ft_json_str_or(obj, "attempt_tag", tag_text),
                       tag_text) == 0;

    free(task);
    return same;
}

/* Never less than 0, nor more than a counter can hold. */
static double amount(struct json_object *usage, const char *key)
{
    return fmin(fmax(ft_json_num_or(usage, key, 0), 0), 1e18);
}

bool ft_result_ending(struct json_object *obj, const char *tag_text,
                      struct ft_ending *e)
{
    struct json_object *usage = ft_json_or_null(obj, "usage");
    enum ft_outcome outcome;

    if (ft_json_int_or(obj, "schema", 0) != RESULT_SCHEMA ||
        !is_of(obj, tag_text) ||
        !ft_outcome_find(ft_json_str_or(obj, "outcome", ""), &outcome))
        return false;
    *e = (struct ft_ending){
        .outcome = outcome,
        .exit_code = (int)ft_json_int_or(obj, "exit_code", 0),
        .signal = (int)ft_json_int_or(obj, "signal", 0),
        .by_site = ft_json_bool_or(obj, "by_site", false),
        .start_ns = ft_json_int_or(obj, "start_ns", 0),
        .end_ns = ft_json_int_or(obj, "end_ns", 0),
        .user_s = amount(usage, "user_s"),
        .system_s = amount(usage, "system_s"),
        .peak_rss_bytes = amount(usage, "peak_rss_bytes"),
        .read_bytes = amount(usage, "read_bytes"),
        .written_bytes = amount(usage, "written_bytes"),
        .energy_j = amount(usage, "energy_j"),
        .moved_bytes = amount(usage, "moved_bytes"),
        .returned_bytes = amount(usage, "returned_bytes"),
        .slots = (int)fmin(fmax(amount(usage, "slots"), 1), INT_MAX),
    };
    snprintf(e->reason, sizeof(e->reason), "%s",
             ft_json_str_or(obj, "reason", ""));
    snprintf(e->host, sizeof(e->host), "%s", ft_json_str_or(obj, "host", ""));
    return true;
}

bool ft_result_read(const char *dir, const char *tag_text,
                    struct ft_ending *e)
{
    char *path = ft_path_join(dir, FT_RESULT_FILE);
    struct json_object *obj = ft_json_read(path, NULL);
    bool ok = obj && ft_result_ending(obj, tag_text, e);

    json_object_put(obj);
    free(path);
    return ok;
}

/* --- last words ----------------------------------------------------------- */

/* The end of the file, terminated; how much of it. */
static size_t read_tail(const char *dir, char *text, size_t size)
{
    char *path = ft_path_join(dir, FT_STDERR_FILE);
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    struct stat st;
    ssize_t len = 0;

    free(path);
    if (fd >= 0 && fstat(fd, &st) == 0)
        len = pread(fd, text, size - 1,
                    st.st_size > (off_t)(size - 1)
                        ? st.st_size - (off_t)(size - 1) : 0);
    if (fd >= 0)
        (void)close(fd);
    if (len < 0)
        len = 0;
    text[len] = '\0';
    return (size_t)len;
}

static bool is_rule(const char *line)
{
    return strspn(line, "-") >= RULE_MIN;
}

/* mpirun puts what it says itself between two rules: it comes after what the
 * program said, and is of use only when that said nothing. */
static char *pick_line(char *text)
{
    char *own = NULL, *boxed = NULL, *rest = text, *line;
    bool in_box = false;

    while ((line = strsep(&rest, "\n"))) {
        if (is_rule(line))
            in_box = !in_box;
        else if (line[strspn(line, " \t\r")] == '\0')
            continue;
        else if (!in_box)
            own = line;
        else
            boxed = line;
    }
    return own ? own : boxed;
}

void ft_result_last_words(const char *dir, char *text, size_t size)
{
    char tail[TAIL_BYTES];
    char *line = read_tail(dir, tail, sizeof(tail)) ? pick_line(tail) : NULL;
    size_t len;

    *text = '\0';
    if (!line)
        return;
    line += strspn(line, " \t");
    for (char *c = line; *c; c++)
        if ((unsigned char)*c < ' ' || *c == 0x7f)
            *c = ' ';
    len = strnlen(line, size - 1);
    while (len && ((unsigned char)line[len] & 0xc0) == 0x80)
        len--; /* never half a character */
    if (!ft_utf8_valid(line, len))
        for (char *c = line; *c; c++)
            if ((unsigned char)*c >= 0x80)
                *c = '?';
    memcpy(text, line, len);
    while (len && text[len - 1] == ' ')
        len--;
    text[len] = '\0';
}

void ft_result_add_last_words(const char *dir, struct ft_ending *e)
{
    char words[300], how[80];

    if (e->outcome != FT_OUT_ERROR && e->outcome != FT_OUT_TIMEOUT)
        return;
    ft_result_last_words(dir, words, sizeof(words));
    if (!*words)
        return;
    snprintf(how, sizeof(how), "%.*s", (int)sizeof(how) - 1, e->reason);
    snprintf(e->reason, sizeof(e->reason), "%s (%s)", words, how);
}

/* result.h - the completion record of an attempt: result.json
 *
 * Its format is in share/doc/formats/task.md.  It is written by whoever started
 * the program, once the attempt has ended and before anything else relies on
 * that.
 */
#ifndef FT_RUN_RESULT_H
#define FT_RUN_RESULT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/path.h"
#include "run/adapter.h"

struct ft_err;
struct json_object;

/* What is recorded. */
struct ft_completion {
    const char *tag_text; /* "RUN/TASK/ATTEMPT" */
    const char *job;      /* tag of the job that it was part of, or NULL */
    struct json_object *outputs; /* as ft_result_add_output() makes it, or
                                    NULL: none */
    const struct ft_ending *ending;
};

/* Add output 'name', the file 'path' of the attempt directory, if it exists. */
void ft_result_add_output(struct json_object *outputs, const char *dir,
                          const char *name, const char *path);
/* The record itself; the caller's. */
struct json_object *ft_result_json(const struct ft_completion *completion);
/* Write it into the attempt directory: how durably says 'write', one of
 * ft_file_write(), ft_file_replace() and ft_file_put(). */
int ft_result_write(const char *dir, struct json_object *result,
                    ft_file_writer *write, struct ft_err *err);

/* What the record says.  False, and 'ending' untouched: it is none of the
 * attempt 'tag_text', or none that can be relied on. */
bool ft_result_ending(struct json_object *result, const char *tag_text,
                      struct ft_ending *ending);
/* The same of that in the attempt directory 'dir'. */
bool ft_result_read(const char *dir, const char *tag_text,
                    struct ft_ending *ending);

/* {"user_s":…, "system_s":…, "peak_rss_bytes":…, "wall_s":…} */
struct json_object *ft_result_usage(const struct ft_ending *ending);

/* What a program said last on standard error, for people: its last line that
 * is not the launcher's; control characters and broken text are replaced.
 * "" when it said nothing. */
void ft_result_last_words(const char *dir, char *text, size_t size);
/* Of an attempt that failed they go in front of the reason: the program knows
 * best. */
void ft_result_add_last_words(const char *dir, struct ft_ending *ending);

#endif

/* reported.c - what a stage says while it works
 *
 * The last value of each number stays with the task: conditions of loops ask
 * for it, and lineage keeps it.  A value that is none ("nan") is kept as such:
 * a loop must not end on the one before it.
 */
#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/path.h"
#include "run/record/change.h"

/* One line as json-c reads it: what is not finite is not dropped here. */
static struct json_object *parse_line(const char *line)
{
    struct json_tokener *tok = json_tokener_new_ex(FT_JSON_DEPTH_MAX);
    struct json_object *obj = json_tokener_parse_ex(tok, line,
                                                    (int)strlen(line) + 1);

    json_tokener_free(tok);
    if (json_object_is_type(obj, json_type_object))
        return obj;
    json_object_put(obj);
    return NULL;
}

/* A name that "report.NAME" can say. */
static bool is_name(const char *text)
{
    size_t len = strspn(text, "abcdefghijklmnopqrstuvwxyz_0123456789"
                              "ABCDEFGHIJKLMNOPQRSTUVWXYZ");

    return len && !text[len] && len <= FT_NAME_MAX && !isdigit(*text);
}

static void keep_number(struct ft_task_detail *d, const char *name,
                        struct json_object *value)
{
    double x = json_object_get_double(value);

    if (!d->report)
        d->report = json_object_new_object();
    if (!ft_json_or_null(d->report, name) &&
        json_object_object_length(d->report) >= FT_REPORT_MAX)
        return;
    json_object_object_add(d->report, name,
                           isfinite(x) ? json_object_new_double(x)
                           : isnan(x)  ? json_object_new_string("nan")
                           : json_object_new_string(x > 0 ? "inf" : "-inf"));
}

/* A line that cannot be read may have been the last word on any name. */
static void doubt_report(struct ft_task_detail *d)
{
    if (!d->report)
        return;
    json_object_object_foreach(d->report, name, value) {
        (void)value;
        json_object_object_add(d->report, name,
                               json_object_new_string("unreadable"));
    }
}

bool ft_run_progress(struct ft_run *run, size_t task, const char *line)
{
    struct ft_task_detail *d = ft_run_make_detail(run, task);
    struct json_object *obj = parse_line(line);

    if (!obj) {
        doubt_report(d);
        return false;
    }
    d->step = ft_json_int_or(obj, "step", d->step);
    d->of = ft_json_int_or(obj, "of", d->of);
    d->residual = ft_json_num_or(obj, "residual", d->residual);
    json_object_object_foreach(obj, name, value)
        if ((json_object_is_type(value, json_type_double) ||
             json_object_is_type(value, json_type_int)) && is_name(name))
            keep_number(d, name, value);
    json_object_put(obj);
    return true;
}

void ft_run_report(struct ft_run *run, size_t task,
                   struct json_object *report)
{
    struct ft_task_detail *d = ft_run_make_detail(run, task);

    json_object_put(d->report);
    d->report = json_object_get(report);
}

/* A file of the size that a site lets pass. */
void ft_run_recall_progress(struct ft_run *run, size_t task, const char *dir)
{
    char *path = ft_path_join(dir, FT_PROGRESS_FILE), *line;
    struct ft_str text = FT_STR_INIT;

    if (ft_file_read(path, FT_LOG_STREAM_MAX, &text, NULL) == 0 && text.len)
        for (char *next = text.s; (line = strsep(&next, "\n"));)
            if (*line)
                (void)ft_run_progress(run, task, line);
    ft_str_release(&text);
    free(path);
}

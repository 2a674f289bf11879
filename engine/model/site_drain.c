/* site_drain.c - which sites get nothing new
 *
 * NAME.drain beside NAME.yaml: {"schema":1,"by":USER,"when":TIME,"reason":TEXT}
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/json.h"
#include "base/path.h"
#include "base/user.h"
#include "model/site.h"
#include "model/site_set.h"

#define SCHEMA 1
#define DRAIN_ENDING ".drain"

/* The caller frees. */
static char *drain_file(const char *path)
{
    size_t len = strlen(path);

    if (ft_ends_with(path, FT_SITE_ENDING))
        len -= strlen(FT_SITE_ENDING);
    return ft_asprintf("%.*s" DRAIN_ENDING, (int)len, path);
}

/* A file that cannot be read drains as well: somebody meant it to. */
static char *explain(const char *file)
{
    struct ft_err err;
    struct json_object *json = ft_json_read(file, &err);
    const char *reason = ft_json_str_or(json, "reason", NULL);
    char *why = json ? ft_asprintf("drained by %s at %s%s%s",
                                   ft_json_str_or(json, "by", "somebody"),
                                   ft_json_str_or(json, "when", "some time"),
                                   reason ? ": " : "", reason ? reason : "")
                     : ft_asprintf("drained (%s)", err.msg);

    json_object_put(json);
    return why;
}

bool ft_site_drained(const struct ft_site *site, char **why)
{
    char *file = site->file ? drain_file(site->file) : NULL;
    bool drained = file && ft_path_exists(file);

    if (drained && why)
        *why = explain(file);
    free(file);
    return drained;
}

int ft_site_drain(const char *path, const char *reason, struct ft_err *err)
{
    struct json_object *json = json_object_new_object();
    char *file = drain_file(path), *by = ft_user_name();
    char when[FT_TIME_TEXT];
    const char *text;
    int rc;

    ft_time_text(ft_clock_now_ns(), when);
    ft_json_add_int(json, "schema", SCHEMA);
    ft_json_add_str(json, "by", by);
    ft_json_add_str(json, "when", when);
    ft_json_add_str(json, "reason", reason);
    text = json_object_to_json_string_ext(json, JSON_C_TO_STRING_PLAIN);
    rc = ft_file_write(file, text, strlen(text), 0666, err);
    json_object_put(json);
    free(file);
    free(by);
    return rc;
}

int ft_site_undrain(const char *path, struct ft_err *err)
{
    char *file = drain_file(path);
    int rc = 1;

    if (unlink(file) < 0)
        rc = errno == ENOENT ? 0 : ft_err_sys(err, "cannot remove '%s'", file);
    else
        (void)ft_path_sync_parent(file, NULL); /* drained again after a crash:
                                                  nothing wrong is started */
    free(file);
    return rc;
}

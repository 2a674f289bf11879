/* helper_once.c - one question to an adapter program, for commands */
#include "run/helper.h"

#include <string.h>
#include <uv.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/json.h"
#include "model/site.h"

static void keep_answer(struct json_object *answer, void *arg)
{
    *(struct json_object **)arg = json_object_get(answer);
}

static int to_err(const struct ft_site *site, struct json_object *answer,
                  struct ft_err *err)
{
    static const struct {
        const char *error;
        enum ft_code code;
    } known[] = {
        { "denied", FT_EACCES },
        { "protocol", FT_EFORMAT },
    };
    const char *error = ft_json_str_or(answer, "error", "unavailable");
    enum ft_code code = FT_ESITE;

    for (size_t i = 0; i < FT_ARRAY_LEN(known); i++)
        if (strcmp(known[i].error, error) == 0)
            code = known[i].code;
    return ft_err_set(err, code, "site '%s': %s: %s", site->name, error,
                      ft_json_str_or(answer, "reason", "no reason given"));
}

int ft_helper_ask_once(const struct ft_site *site, const char *project_dir,
                       struct json_object *request, double within_s,
                       struct json_object **answer, struct ft_err *err)
{
    struct json_object *got = NULL;
    struct ft_helper *helper;
    uv_loop_t loop;
    int rc;

    (void)uv_loop_init(&loop);
    helper = ft_helper_new(site, project_dir, &loop, -1, err);
    if (helper) {
        ft_helper_ask(helper, request, within_s, keep_answer, &got);
        while (!got)
            (void)uv_run(&loop, UV_RUN_ONCE);
        ft_helper_close(helper);
        (void)uv_run(&loop, UV_RUN_DEFAULT);
    } else {
        json_object_put(request);
    }
    (void)uv_loop_close(&loop);
    if (!helper)
        return -1;
    rc = ft_json_bool_or(got, "ok", false) ? 0 : to_err(site, got, err);
    if (rc == 0)
        *answer = got;
    else
        json_object_put(got);
    return rc;
}

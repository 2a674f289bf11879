/* talk.c - questions to an adapter program, for commands */
#include "run/site/helper.h"

#include <stdlib.h>
#include <string.h>
#include <uv.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/json.h"
#include "model/site.h"

struct ft_talk {
    const struct ft_site *site;
    uv_loop_t loop;
    struct ft_helper *helper;
};

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

struct ft_talk *ft_talk_open(const struct ft_site *site,
                             const char *project_dir, struct ft_err *err)
{
    struct ft_talk *talk = ft_calloc(1, sizeof(*talk));

    talk->site = site;
    (void)uv_loop_init(&talk->loop);
    talk->helper = ft_helper_new(site, project_dir, &talk->loop, -1, err);
    if (talk->helper)
        return talk;
    ft_talk_close(talk);
    return NULL;
}

int ft_talk_ask(struct ft_talk *talk, struct json_object *request,
                double within_s, struct json_object **answer,
                struct ft_err *err)
{
    struct json_object *got = NULL;

    ft_helper_ask(talk->helper, request, within_s, keep_answer, &got);
    while (!got)
        (void)uv_run(&talk->loop, UV_RUN_ONCE);
    if (ft_json_bool_or(got, "ok", false)) {
        *answer = got;
        return 0;
    }
    to_err(talk->site, got, err);
    json_object_put(got);
    return -1;
}

struct json_object *ft_talk_opened(const struct ft_talk *talk)
{
    return ft_helper_opened(talk->helper);
}

void ft_talk_close(struct ft_talk *talk)
{
    if (!talk)
        return;
    ft_helper_close(talk->helper);
    (void)uv_run(&talk->loop, UV_RUN_DEFAULT);
    (void)uv_loop_close(&talk->loop);
    free(talk);
}

int ft_helper_ask_once(const struct ft_site *site, const char *project_dir,
                       struct json_object *request, double within_s,
                       struct json_object **answer, struct ft_err *err)
{
    struct ft_talk *talk = ft_talk_open(site, project_dir, err);
    int rc;

    if (!talk) {
        json_object_put(request);
        return -1;
    }
    rc = ft_talk_ask(talk, request, within_s, answer, err);
    ft_talk_close(talk);
    return rc;
}

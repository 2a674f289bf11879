/* main.c - fedtwin-rest: one request after the other */
#include <pwd.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "adapters/link/wire.h"
#include "adapters/rest/credential.h"
#include "adapters/rest/rest.h"
#include "base/alloc.h"
#include "base/json.h"

#define ANSWER_WITHIN_S 60.0

static char *own_name(void)
{
    const struct passwd *user = getpwuid(geteuid());

    return ft_strdup(user ? user->pw_name : "nobody");
}

static void close_site(struct ft_rest *rest)
{
    ft_rest_jobs_forget(rest);
    ft_told_release(&rest->told);
    ft_rest_layout_free(rest->layout);
    ft_http_close(rest->http);
    ft_credential_free(rest->credential);
    free(rest->user);
    json_object_put(rest->site);
    *rest = (struct ft_rest){ 0 };
}

static void read_site(struct ft_rest *rest)
{
    struct json_object *endpoint = ft_json_or_null(rest->site, "endpoint");
    struct json_object *identity = ft_json_or_null(rest->site, "identity");
    struct json_object *storage = ft_json_or_null(rest->site, "storage");
    const char *credential = ft_json_str_or(identity, "credential", NULL);
    const char *user = ft_json_str_or(identity, "user", NULL);

    rest->place.url = ft_json_str_or(endpoint, "url", NULL);
    rest->place.socket = ft_json_str_or(endpoint, "socket", NULL);
    rest->place.ca = ft_json_str_or(endpoint, "ca", NULL);
    rest->http = ft_http_open(&rest->place);
    rest->user = user ? ft_strdup(user) : own_name();
    rest->shared = ft_json_bool_or(storage, "shared", true);
    rest->within_s = ft_json_num_or(rest->site, "answer_within",
                                    ANSWER_WITHIN_S);
    if (credential)
        rest->credential = ft_credential_new(
            credential, ft_json_num_or(identity, "min_ttl", 0));
}

/* In any reply of slurmrestd. */
static const char *release_of(struct json_object *reply)
{
    const char *text = ft_shape_text(reply, "meta/slurm/release");

    if (!text)
        text = ft_shape_text(reply, "meta/Slurm/release");
    return text ? text : "of an unknown version";
}

/* When a job would start no version of slurmrestd can be asked: there is no
 * request for what sbatch calls --test-only. */
static struct json_object *open_site(void *state, struct json_object *request)
{
    static const char *const names[] = { "array", "changes", "hold" };
    struct ft_rest *rest = state;
    struct json_object *answer, *features;
    struct ft_reply reply;

    close_site(rest);
    if (ft_json_int_or(request, "protocol", 0) != FT_WIRE_PROTOCOL)
        return ft_wire_error("protocol", "this protocol is not known");
    rest->site = json_object_get(ft_json_or_null(request, "site"));
    read_site(rest);
    if (!rest->place.url && !rest->place.socket)
        return ft_wire_error("rejected", "'endpoint' has no 'url' or 'socket'");
    ft_rest_begin(rest);
    if (ft_rest_call(rest, "GET", "slurm", "diag", NULL, &reply) < 0) {
        answer = ft_rest_error(&reply);
    } else {
        answer = ft_wire_ok();
        features = json_object_new_array();
        for (size_t i = 0; i < FT_ARRAY_LEN(names); i++)
            json_object_array_add(features,
                                  json_object_new_string(names[i]));
        ft_json_add_int(answer, "protocol", FT_WIRE_PROTOCOL);
        ft_json_add_str(answer, "adapter", "slurmrest");
        ft_json_add_str(answer, "version", release_of(reply.body));
        ft_json_add_str(answer, "api", rest->shape->version);
        json_object_object_add(answer, "features", features);
    }
    ft_reply_release(&reply);
    return answer;
}

static struct json_object *close_answer(void *state,
                                        struct json_object *request)
{
    (void)state;
    (void)request;
    return ft_wire_ok();
}

static const struct ft_wire_op ops[] = {
    { "open", open_site },
    { "close", close_answer },
    { "probe", ft_rest_probe },
    { "submit", ft_rest_submit },
    { "status", ft_rest_status },
    { "find_by_tag", ft_rest_find },
    { "cancel", ft_rest_cancel },
    { "hold", ft_rest_hold },
    { "release", ft_rest_release },
    { NULL, NULL },
};

int main(void)
{
    struct ft_rest rest = { 0 };

    (void)prctl(PR_SET_DUMPABLE, 0); /* it knows a secret */
    (void)signal(SIGPIPE, SIG_IGN);  /* seen by a failing write */
    ft_wire_serve(ops, &rest);
    close_site(&rest);
    return 0;
}

/* call.c - a request to slurmrestd, and what became of it
 *
 * Slurm 22.05 says "Unspecified error" of a list when it does not like the
 * token, and the same when the controller is away.  Asked to cancel a job that
 * cannot exist it tells the two apart; so that is asked when a list fails.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "adapters/link/wire.h"
#include "adapters/rest/credential.h"
#include "adapters/rest/rest.h"
#include "base/alloc.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/json.h"

#define SHARE 0.8 /* of the time the engine waits, to answer before it ends */
#define CREDENTIAL_RETRY_S 5
#define NO_JOB "4294900000" /* more than any MaxJobId */

/* Slurm's numbers behind which a refused token can hide. */
#define UNSPECIFIED (-1)
#define UNEXPECTED 1000
#define AUTHENTICATION 1007
#define ZERO_BYTES 5005
#define AUTH_FIRST 6000
#define AUTH_LAST 6999

void ft_rest_begin(struct ft_rest *rest)
{
    rest->deadline_ns = ft_clock_mono_ns() +
                        (int64_t)(rest->within_s * SHARE * 1e9);
}

void ft_reply_release(struct ft_reply *reply)
{
    json_object_put(reply->body);
    reply->body = NULL;
}

/* --- reasons -------------------------------------------------------------- */

/* The site's words, for people: one line, and nothing of the token. */
static void quote(const struct ft_rest *rest, const char *text,
                  struct ft_reply *reply)
{
    size_t i;

    if (ft_credential_shows(rest->credential, text))
        text = "(its words are not shown: they hold the credential)";
    snprintf(reply->reason, sizeof(reply->reason), "%s", text);
    for (i = 0; reply->reason[i]; i++)
        if (iscntrl((unsigned char)reply->reason[i]))
            reply->reason[i] = ' ';
    while (i && reply->reason[i - 1] == ' ')
        reply->reason[--i] = '\0';
    while (!ft_utf8_valid(reply->reason, i)) /* cut, or never was */
        reply->reason[--i] = '\0';
}

static int fail(struct ft_reply *reply, enum ft_slurm_fault fault,
                const char *reason)
{
    reply->fault = fault;
    if (reason)
        snprintf(reply->reason, sizeof(reply->reason), "%s", reason);
    return -1;
}

static int wait_for_credential(struct ft_reply *reply, const char *why,
                               const char *hint)
{
    reply->fault = FT_SLURM_DENIED;
    reply->waits = true;
    snprintf(reply->reason, sizeof(reply->reason),
             "waits for a credential: %s%s%s", why, *hint ? "; " : "", hint);
    return -1;
}

/* --- one request ---------------------------------------------------------- */

/* -1: nothing was sent. */
static int send_request(struct ft_rest *rest, struct ft_http_request *request,
                        struct ft_http_reply *got, struct ft_reply *reply)
{
    const char *token = NULL, *header[3] = { NULL };
    char *user = NULL, *secret = NULL;
    struct ft_err err = { 0 };
    int rc;

    if (rest->credential) {
        token = ft_credential_get(rest->credential, &err);
        if (!token)
            return wait_for_credential(reply, err.msg, err.hint);
        header[0] = user = ft_asprintf("X-SLURM-USER-NAME: %s", rest->user);
        header[1] = secret = ft_asprintf("X-SLURM-USER-TOKEN: %s", token);
    }
    request->header = header;
    request->within_s =
        (double)(rest->deadline_ns - ft_clock_mono_ns()) / 1e9;
    if (request->within_s > 0)
        rc = ft_http_call(rest->http, request, got, &err);
    else
        rc = ft_err_set(&err, FT_ETIME, "there was no time for it");
    if (rc < 0)
        fail(reply, got->sent ? FT_SLURM_UNCERTAIN : FT_SLURM_AWAY, err.msg);
    if (secret)
        explicit_bzero(secret, strlen(secret));
    free(secret);
    free(user);
    return rc;
}

/* The first of the errors counts.  "Unspecified error" says less than what it
 * is said of; and 22.05 has an error without a number or a text of every array
 * that it has updated. */
static void read_errors(const struct ft_rest *rest, bool good,
                        struct ft_reply *reply)
{
    struct json_object *list = ft_json_or_null(reply->body, "errors");
    struct json_object *first =
        json_object_is_type(list, json_type_array) &&
                json_object_array_length(list)
            ? json_object_array_get_idx(list, 0) : NULL;
    const char *text = ft_json_str_or(first, "error", NULL);
    const char *more = ft_json_str_or(first, "description", NULL);
    int64_t number;

    number = ft_json_int_or(first, "error_number",
                            ft_json_int_or(first, "error_code", 0));
    if (!first || (good && !number && !text))
        return;
    reply->number = number > INT32_MAX || number < UNSPECIFIED || !number
                        ? UNSPECIFIED : (int)number;
    if (more && *more && (!text || reply->number == UNSPECIFIED))
        text = more;
    else if (!text)
        text = "an error without a text";
    quote(rest, text, reply);
    if (reply->number > 0)
        snprintf(reply->reason + strlen(reply->reason),
                 sizeof(reply->reason) - strlen(reply->reason), " (%d)",
                 reply->number);
}

/* What the HTTP status says where no number of Slurm does. */
static enum ft_slurm_fault fault_of_status(struct ft_rest *rest, long status)
{
    switch (status) {
    case 403:
        return FT_SLURM_DENIED;
    case 404: /* another slurmrestd by now, or a proxy without one */
        rest->shape = NULL;
        return FT_SLURM_AWAY;
    case 429:
    case 503:
        return FT_SLURM_LATER;
    default: /* 400 is for what it could not read */
        return status >= 400 && status < 500 ? FT_SLURM_REJECTED
                                             : FT_SLURM_UNCERTAIN;
    }
}

/* slurmrestd itself could make nothing of it, and the controller never saw
 * it. */
static bool is_unread(long status, int number)
{
    return status >= 400 && status < 500 &&
           ft_slurm_fault(number) == FT_SLURM_UNCERTAIN;
}

static int judge(struct ft_rest *rest, const struct ft_http_reply *got,
                 struct ft_reply *reply)
{
    bool good = got->status >= 200 && got->status < 300;

    reply->body = ft_json_parse(got->body.s, got->body.len, "reply", NULL);
    read_errors(rest, good, reply);
    if (reply->number == FT_SLURM_NOTHING_FOUND ||
        (reply->number && good && ft_json_or_null(reply->body, "job_id")))
        reply->number = 0; /* a warning: the job was accepted */
    if (good && json_object_is_type(reply->body, json_type_object) &&
        !reply->number)
        return 0;
    if (reply->number > 0 && !is_unread(got->status, reply->number))
        return fail(reply, ft_slurm_fault(reply->number), NULL);
    reply->fault = good ? FT_SLURM_UNCERTAIN
                        : fault_of_status(rest, got->status);
    if (good)
        snprintf(reply->reason, sizeof(reply->reason),
                 "the reply is not what slurmrestd says");
    else if (!*reply->reason)
        snprintf(reply->reason, sizeof(reply->reason), "HTTP status %ld",
                 got->status);
    return -1;
}

/* By slurmrestd, or from 24.11 on (511) by the controller. */
static bool is_refused_by(long status)
{
    return status == 401 || status == 511;
}

/* Of what was refused nothing has come, so it may be sent again. */
static int perform(struct ft_rest *rest, struct ft_http_request *request,
                   struct ft_reply *reply)
{
    struct ft_http_reply got = { .body = FT_STR_INIT };
    int rc = send_request(rest, request, &got, reply);
    bool refused = rc == 0 && is_refused_by(got.status);

    if (refused && rest->credential &&
        ft_credential_refused(rest->credential)) {
        ft_http_reply_release(&got);
        rc = send_request(rest, request, &got, reply);
        refused = rc == 0 && is_refused_by(got.status);
    }
    if (refused)
        rc = wait_for_credential(reply, "the site accepts it no more",
                                 rest->credential
                                     ? "renew it; what waits then goes on"
                                     : "'identity: {credential: ...}' of the "
                                       "site file says where it is");
    else if (rc == 0)
        rc = judge(rest, &got, reply);
    ft_http_reply_release(&got);
    return rc;
}

/* --- versions ------------------------------------------------------------- */

static int agree(struct ft_rest *rest, struct ft_reply *reply)
{
    struct ft_http_request request = { .method = "GET",
                                       .path = "/openapi/v3" };
    struct json_object *endpoint = ft_json_or_null(rest->site, "endpoint");
    const char *wanted = ft_json_str_or(endpoint, "api", NULL);
    char *known;

    if (perform(rest, &request, reply) < 0)
        return -1;
    rest->shape = ft_shape_agree(reply->body, wanted);
    if (rest->shape) {
        rest->accounting = ft_shape_accounting(reply->body, rest->shape);
        ft_reply_release(reply);
        return 0;
    }
    known = ft_shape_known();
    snprintf(reply->reason, sizeof(reply->reason),
             "slurmrestd does not offer %s", wanted ? wanted : known);
    free(known);
    return fail(reply, FT_SLURM_REJECTED, NULL);
}

/* --- a refused token that does not look like one -------------------------- */

static bool may_be_refused(int number)
{
    return number == UNSPECIFIED || number == UNEXPECTED ||
           number == AUTHENTICATION || number == ZERO_BYTES ||
           (number >= AUTH_FIRST && number <= AUTH_LAST);
}

/* A list failed with a number that says little: is it the token?  Else 'reply'
 * gets what says more. */
static bool is_refused(struct ft_rest *rest, struct ft_reply *reply)
{
    struct ft_http_request request = { .method = "DELETE" };
    struct ft_reply more = { 0 };
    bool refused;
    char *path;

    if (reply->waits || !rest->shape || !may_be_refused(reply->number) ||
        reply->number == AUTHENTICATION)
        return reply->number == AUTHENTICATION && rest->credential;
    path = ft_asprintf("/slurm/%s/job/" NO_JOB, rest->shape->version);
    request.path = path;
    refused = perform(rest, &request, &more) < 0 && !more.waits &&
              may_be_refused(more.number) && rest->credential;
    if (!refused && more.number > 0 && more.number != FT_SLURM_INVALID_ID)
        snprintf(reply->reason, sizeof(reply->reason), "%s", more.reason);
    ft_reply_release(&more);
    free(path);
    return refused;
}

int ft_rest_call(struct ft_rest *rest, const char *method, const char *part,
                 const char *tail, struct json_object *body,
                 struct ft_reply *reply)
{
    struct ft_http_request request = { .method = method };
    bool lists = strcmp(method, "GET") == 0;
    char *path;
    int rc;

    *reply = (struct ft_reply){ 0 };
    if (!rest->http || (!rest->shape && agree(rest, reply) < 0)) {
        if (!rest->http)
            fail(reply, FT_SLURM_REJECTED, "no site was opened");
        json_object_put(body);
        return -1;
    }
    path = ft_asprintf("/%s/%s/%s", part, rest->shape->version, tail);
    request.path = path;
    if (body)
        request.body = ft_json_text(body);
    rc = perform(rest, &request, reply);
    if (rc < 0 && lists && is_refused(rest, reply)) {
        ft_reply_release(reply);
        *reply = (struct ft_reply){ 0 };
        rc = ft_credential_refused(rest->credential)
                 ? perform(rest, &request, reply)
                 : wait_for_credential(reply, "the site does not accept it",
                                       "renew it; what waits then goes on");
    }
    free(path);
    json_object_put(body);
    return rc;
}

struct json_object *ft_rest_error(const struct ft_reply *reply)
{
    struct json_object *answer = ft_wire_error(
        ft_slurm_fault_error(reply->fault), "%s", reply->reason);

    if (reply->waits) {
        ft_json_add_bool(answer, "expired", true);
        ft_json_add_int(answer, "retry_after_s", CREDENTIAL_RETRY_S);
    }
    return answer;
}

/* http.c - requests over one connection that is kept */
#include "adapters/rest/http.h"

#include <curl/curl.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"

#define CONNECT_S 10.0

struct ft_http {
    const struct ft_http_place *place;
    CURL *curl;
};

/* One request under way. */
struct call {
    const char *body;
    size_t left;
    struct ft_http_reply *reply;
    bool too_large;
};

static CURL *new_handle(void)
{
    CURL *curl = curl_easy_init();

    if (!curl)
        FT_BUG("libcurl cannot be used");
    return curl;
}

struct ft_http *ft_http_open(const struct ft_http_place *place)
{
    struct ft_http *http = ft_calloc(1, sizeof(*http));

    if (curl_global_init(CURL_GLOBAL_DEFAULT) != 0)
        FT_BUG("libcurl cannot be used");
    http->curl = new_handle();
    http->place = place;
    return http;
}

void ft_http_close(struct ft_http *http)
{
    if (!http)
        return;
    curl_easy_cleanup(http->curl);
    curl_global_cleanup();
    free(http);
}

void ft_http_reply_release(struct ft_http_reply *reply)
{
    ft_str_release(&reply->body);
}

/* --- what libcurl calls --------------------------------------------------- */

static size_t take_bytes(char *bytes, size_t size, size_t n, void *arg)
{
    struct call *call = arg;

    if (size * n > FT_HTTP_REPLY_MAX - call->reply->body.len) {
        call->too_large = true;
        return 0; /* which ends it */
    }
    ft_str_addn(&call->reply->body, bytes, size * n);
    return size * n;
}

/* libcurl sends a request again when a kept connection turns out to be dead.
 * It cannot when the body comes from here, for there is no way back in it; so
 * nothing is ever done twice. */
static size_t give_bytes(char *buf, size_t size, size_t n, void *arg)
{
    struct call *call = arg;
    size_t len = size * n < call->left ? size * n : call->left;

    memcpy(buf, call->body, len);
    call->body += len;
    call->left -= len;
    call->reply->sent = true;
    return len;
}

/* --- a request ------------------------------------------------------------ */

static void set_place(struct ft_http *http, const char *path)
{
    const struct ft_http_place *place = http->place;
    const char *base = place->socket ? "http://localhost" : place->url;
    size_t len = strlen(base);
    char *url;

    while (len && base[len - 1] == '/')
        len--;
    url = ft_asprintf("%.*s%s", (int)len, base, path);
    curl_easy_setopt(http->curl, CURLOPT_URL, url);
    free(url);
    curl_easy_setopt(http->curl, CURLOPT_PATH_AS_IS, 1L);
    if (place->socket)
        curl_easy_setopt(http->curl, CURLOPT_UNIX_SOCKET_PATH, place->socket);
    if (!ft_starts_with(base, "https:")) /* a proxy would see the token */
        curl_easy_setopt(http->curl, CURLOPT_PROXY, "");
    if (place->ca) {
        curl_easy_setopt(http->curl, CURLOPT_CAINFO, place->ca);
        curl_easy_setopt(http->curl, CURLOPT_CAPATH, NULL);
    }
}

static void set_bounds(struct ft_http *http, double within_s)
{
    double most_s = fmax(within_s, 0.001);

    curl_easy_setopt(http->curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(http->curl, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(http->curl, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(http->curl, CURLOPT_HTTP_VERSION,
                     (long)CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(http->curl, CURLOPT_SSL_VERIFYPEER, 1L);
    curl_easy_setopt(http->curl, CURLOPT_SSL_VERIFYHOST, 2L);
    curl_easy_setopt(http->curl, CURLOPT_SSLVERSION,
                     (long)CURL_SSLVERSION_TLSv1_2);
    curl_easy_setopt(http->curl, CURLOPT_CONNECTTIMEOUT_MS,
                     (long)(fmin(CONNECT_S, most_s) * 1e3) + 1);
    curl_easy_setopt(http->curl, CURLOPT_TIMEOUT_MS, (long)(most_s * 1e3) + 1);
}

static struct curl_slist *headers_of(const struct ft_http_request *request)
{
    struct curl_slist *list = curl_slist_append(NULL,
                                                "Accept: application/json");

    for (size_t i = 0; request->header && request->header[i]; i++)
        list = curl_slist_append(list, request->header[i]);
    list = curl_slist_append(list, "Expect:");
    if (request->body)
        list = curl_slist_append(list, "Content-Type: application/json");
    return list;
}

static void set_request(struct ft_http *http,
                        const struct ft_http_request *request,
                        struct call *call)
{
    curl_easy_setopt(http->curl, CURLOPT_WRITEFUNCTION, take_bytes);
    curl_easy_setopt(http->curl, CURLOPT_WRITEDATA, call);
    if (strcmp(request->method, "GET") != 0)
        curl_easy_setopt(http->curl, CURLOPT_CUSTOMREQUEST, request->method);
    if (!request->body)
        return;
    call->body = request->body;
    call->left = strlen(request->body);
    curl_easy_setopt(http->curl, CURLOPT_POST, 1L);
    curl_easy_setopt(http->curl, CURLOPT_POSTFIELDSIZE_LARGE,
                     (curl_off_t)call->left);
    curl_easy_setopt(http->curl, CURLOPT_READFUNCTION, give_bytes);
    curl_easy_setopt(http->curl, CURLOPT_READDATA, call);
}

static int report(CURLcode code, const char *text, const struct call *call,
                  struct ft_err *err)
{
    if (call->too_large)
        return ft_err_set(err, FT_EFORMAT, "the reply is larger than %u MiB",
                          FT_HTTP_REPLY_MAX >> 20);
    if (!*text)
        text = curl_easy_strerror(code);
    if (code == CURLE_OPERATION_TIMEDOUT)
        return ft_err_set(err, FT_ETIME, "%s", text);
    if (code == CURLE_PEER_FAILED_VERIFICATION ||
        code == CURLE_SSL_CACERT_BADFILE)
        return ft_err_set(err, FT_EACCES, "the certificate is not trusted: %s",
                          text);
    return ft_err_set(err, FT_ESITE, "%s", text);
}

/* A handle that has failed is used no more: libcurl 8 goes on refusing whatever
 * comes next, for the sake of the body that it could not send again. */
static void renew(struct ft_http *http)
{
    curl_easy_cleanup(http->curl);
    http->curl = new_handle();
}

int ft_http_call(struct ft_http *http, const struct ft_http_request *request,
                 struct ft_http_reply *reply, struct ft_err *err)
{
    struct curl_slist *headers = headers_of(request);
    struct call call = { .reply = reply };
    char text[CURL_ERROR_SIZE] = "";
    CURLcode code;

    *reply = (struct ft_http_reply){ .body = FT_STR_INIT };
    curl_easy_reset(http->curl); /* the connection stays */
    curl_easy_setopt(http->curl, CURLOPT_ERRORBUFFER, text);
    curl_easy_setopt(http->curl, CURLOPT_HTTPHEADER, headers);
    set_place(http, request->path);
    set_bounds(http, request->within_s);
    set_request(http, request, &call);
    code = curl_easy_perform(http->curl);
    if (code == CURLE_OK)
        curl_easy_getinfo(http->curl, CURLINFO_RESPONSE_CODE, &reply->status);
    else
        renew(http);
    curl_easy_setopt(http->curl, CURLOPT_ERRORBUFFER, NULL);
    curl_slist_free_all(headers);
    return code == CURLE_OK ? 0 : report(code, text, &call, err);
}

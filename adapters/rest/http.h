/* http.h - requests over one connection that is kept
 *
 * The only file that sees libcurl.  Certificates are always verified,
 * redirections never followed, replies bounded in size and time.
 */
#ifndef FT_ADAPTERS_REST_HTTP_H
#define FT_ADAPTERS_REST_HTTP_H

#include <stdbool.h>

#include "base/str.h"

#define FT_HTTP_REPLY_MAX (64u << 20) /* bytes */

struct ft_err;
struct ft_http;

struct ft_http_place {
    const char *url;    /* http:// or https://; of a socket NULL */
    const char *socket; /* path of a Unix socket, or NULL */
    const char *ca;     /* file of the authorities that are trusted; NULL:
                           those of the system */
};

struct ft_http_request {
    const char *method; /* "GET" */
    const char *path;   /* "/slurm/...", as it stands in the request */
    const char *const *header; /* "Name: value", NULL-terminated */
    const char *body;   /* JSON, or NULL */
    double within_s;
};

struct ft_http_reply {
    long status;        /* 200 */
    struct ft_str body;
    bool sent; /* some of the request's body has left, whatever came of it: it
                  is never sent a second time */
};

/* 'place' is borrowed for as long as it is open. */
struct ft_http *ft_http_open(const struct ft_http_place *place);
void ft_http_close(struct ft_http *http); /* NULL is fine */

/* Any whole reply is a success.  On failure 'reply' has 'sent' alone:
 *   FT_ETIME    there was none in time
 *   FT_EFORMAT  it was too large
 *   FT_EACCES   the certificate is not trusted
 *   FT_ESITE    anything else
 * Release 'reply' in either case. */
int ft_http_call(struct ft_http *http, const struct ft_http_request *request,
                 struct ft_http_reply *reply, struct ft_err *err);
void ft_http_reply_release(struct ft_http_reply *reply);

#endif

/* control.c - how another command talks to a live runner */
#include "run/control.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <uv.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/json.h"
#include "base/path.h"

#define LINE_MAX_BYTES 4096
#define BACKLOG 8

struct ft_control {
    uv_pipe_t listener;
    ft_control_cancel *cancel;
    void *arg;
    char *path;
    struct client *client; /* list */
    bool closing;
};

struct client {
    uv_pipe_t pipe;
    struct ft_control *control;
    struct client *next;
    struct ft_str line;
    char chunk[512];
};

struct answer {
    uv_write_t req;
    char text[128];
};

/* A socket's path has at most 107 bytes, a project's may have more: go through
 * a descriptor of the directory. */
static int short_path(const char *dir, char path[64])
{
    int fd = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);

    if (fd >= 0)
        snprintf(path, 64, "/proc/self/fd/%d/control", fd);
    return fd;
}

/* --- the runner's side ---------------------------------------------------- */

static void free_if_last(struct ft_control *control)
{
    if (!control->closing || control->client)
        return;
    free(control->path);
    free(control);
}

static void on_client_closed(uv_handle_t *handle)
{
    struct client *client = handle->data, **at = &client->control->client;

    while (*at != client)
        at = &(*at)->next;
    *at = client->next;
    free_if_last(client->control);
    ft_str_release(&client->line);
    free(client);
}

static void close_client(struct client *client)
{
    if (!uv_is_closing((uv_handle_t *)&client->pipe))
        uv_close((uv_handle_t *)&client->pipe, on_client_closed);
}

static void on_written(uv_write_t *req, int status)
{
    (void)status;
    free(req->data);
}

static void reply(struct client *client, bool ok)
{
    struct answer *answer = ft_calloc(1, sizeof(*answer));
    uv_buf_t buf;

    snprintf(answer->text, sizeof(answer->text), "%s\n",
             ok ? "{\"ok\":true}"
                : "{\"ok\":false,\"message\":\"unknown request\"}");
    answer->req.data = answer;
    buf = uv_buf_init(answer->text, (unsigned)strlen(answer->text));
    if (uv_write(&answer->req, (uv_stream_t *)&client->pipe, &buf, 1,
                 on_written) < 0)
        free(answer);
}

static void obey(struct client *client, const char *line, size_t len)
{
    struct ft_control *control = client->control;
    struct json_object *obj = ft_json_parse(line, len, "request", NULL);
    const char *op = obj ? ft_json_str_or(obj, "op", "") : "";
    bool cancel = strcmp(op, "cancel") == 0;

    reply(client, cancel);
    if (cancel)
        control->cancel(ft_json_str_or(obj, "reason", "cancelled"),
                        ft_json_bool_or(obj, "now", false), control->arg);
    json_object_put(obj);
}

static void on_alloc(uv_handle_t *handle, size_t size, uv_buf_t *buf)
{
    struct client *client = handle->data;

    (void)size;
    *buf = uv_buf_init(client->chunk, sizeof(client->chunk));
}

static void on_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf)
{
    struct client *client = stream->data;
    const char *end;

    if (n < 0) {
        close_client(client);
        return;
    }
    ft_str_addn(&client->line, buf->base, (size_t)n);
    while ((end = memchr(client->line.s, '\n', client->line.len))) {
        size_t len = (size_t)(end - client->line.s);
        struct ft_str rest = FT_STR_INIT;

        obey(client, client->line.s, len);
        ft_str_addn(&rest, end + 1, client->line.len - len - 1);
        ft_str_release(&client->line);
        client->line = rest;
    }
    if (client->line.len > LINE_MAX_BYTES)
        close_client(client);
}

static void on_connection(uv_stream_t *listener, int status)
{
    struct ft_control *control = listener->data;
    struct client *client;

    if (status < 0)
        return;
    client = ft_calloc(1, sizeof(*client));
    client->control = control;
    client->line = (struct ft_str)FT_STR_INIT;
    client->next = control->client;
    control->client = client;
    (void)uv_pipe_init(listener->loop, &client->pipe, 0);
    client->pipe.data = client;
    if (uv_accept(listener, (uv_stream_t *)&client->pipe) < 0 ||
        uv_read_start((uv_stream_t *)&client->pipe, on_alloc, on_read) < 0)
        close_client(client);
}

static void on_listener_closed(uv_handle_t *handle)
{
    struct ft_control *control = handle->data;

    control->closing = true;
    free_if_last(control);
}

struct ft_control *ft_control_open(const char *dir, struct uv_loop_s *loop,
                                   ft_control_cancel *cancel, void *arg,
                                   struct ft_err *err)
{
    struct ft_control *control = ft_calloc(1, sizeof(*control));
    char path[64];
    int fd = short_path(dir, path), rc;

    control->cancel = cancel;
    control->arg = arg;
    control->path = ft_path_join(dir, "control");
    (void)uv_pipe_init(loop, &control->listener, 0);
    control->listener.data = control;
    (void)unlink(control->path); /* of a runner that died: we hold the lease */
    rc = fd < 0 ? -errno : uv_pipe_bind(&control->listener, path);
    if (rc == 0)
        rc = uv_listen((uv_stream_t *)&control->listener, BACKLOG,
                       on_connection);
    if (fd >= 0)
        (void)close(fd);
    if (rc == 0)
        return control;
    errno = -rc;
    ft_err_sys(err, "cannot listen on '%s'", control->path);
    uv_close((uv_handle_t *)&control->listener, on_listener_closed);
    return NULL;
}

void ft_control_close(struct ft_control *control)
{
    if (!control)
        return;
    (void)unlink(control->path);
    for (struct client *c = control->client; c; c = c->next)
        close_client(c);
    uv_close((uv_handle_t *)&control->listener, on_listener_closed);
}

/* --- the other side ------------------------------------------------------- */

static int connect_to(const char *dir)
{
    struct sockaddr_un addr = { .sun_family = AF_UNIX };
    char path[64];
    int dir_fd = short_path(dir, path), fd = -1;

    if (dir_fd < 0)
        return -1;
    snprintf(addr.sun_path, sizeof(addr.sun_path), "%s", path);
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 &&
        connect(fd, (const struct sockaddr *)&addr, sizeof(addr)) < 0) {
        (void)close(fd);
        fd = -1;
    }
    (void)close(dir_fd);
    return fd;
}

int ft_control_ask_cancel(const char *dir, const char *reason,
                          struct ft_err *err)
{
    struct json_object *obj;
    struct ft_str line = FT_STR_INIT;
    char chunk[512];
    ssize_t n;
    int fd = connect_to(dir), rc = 1;

    if (fd < 0)
        return 0;
    obj = json_object_new_object();
    ft_json_add_str(obj, "op", "cancel");
    ft_json_add_str(obj, "reason", reason);
    ft_str_addf(&line, "%s\n", json_object_to_json_string_ext(
                                   obj, JSON_C_TO_STRING_PLAIN));
    json_object_put(obj);
    if (send(fd, line.s, line.len, MSG_NOSIGNAL) != (ssize_t)line.len)
        rc = ft_err_sys(err, "could not reach the runner");
    while (rc == 1 && (n = read(fd, chunk, sizeof(chunk))) != 0)
        if (n < 0 && errno != EINTR)
            break; /* reset: the runner has gone */
    (void)close(fd);
    ft_str_release(&line);
    return rc;
}

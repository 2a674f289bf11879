/* control.c - how another command talks to a live runner */
#include "run/control/control.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include <uv.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/json.h"
#include "base/path.h"
#include "base/user.h"

#define LINE_MAX_BYTES (1u << 20)
#define ANSWER_MAX_BYTES (64u << 20)
#define QUEUE_MAX_BYTES (4u << 20) /* not yet read by one that watches */
#define BACKLOG 8
#define SOCKET_PATH_MAX (sizeof(((struct sockaddr_un *)0)->sun_path) - 1)
#define ELSEWHERE "/tmp/fedtwin-control-" /* local, and short; then these: */
#define RANDOM_CHARS 6

struct ft_control {
    uv_pipe_t listener;
    ft_control_serve *serve;
    void *arg;
    char *path;
    char *elsewhere;       /* where the socket is that 'path' names, or NULL */
    struct client *client; /* list */
    bool closing;
};

struct client {
    uv_pipe_t pipe;
    struct ft_control *control;
    struct client *next;
    struct ft_str line;
    bool watches;
    char chunk[4096];
};

struct message {
    uv_write_t req;
    char *text;
};

/* A socket's path is short (107 bytes), a project's need not be: go through
 * a descriptor of the directory. */
static int short_path(const char *dir, char path[64])
{
    int fd = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);

    if (fd >= 0)
        snprintf(path, 64, "/proc/self/fd/%d/control", fd);
    return fd;
}

/* Others may write to a shared project, and what this names is removed. */
static bool is_elsewhere(const char *path)
{
    size_t prefix = strlen(ELSEWHERE);

    return ft_starts_with(path, ELSEWHERE) &&
           strcspn(path + prefix, "/") == RANDOM_CHARS &&
           strcmp(path + prefix + RANDOM_CHARS, "/control") == 0;
}

/* The path that stands there instead of a socket; NULL: it is one, or there
 * is none.  The caller frees. */
static char *read_elsewhere(const char *path)
{
    struct ft_str text = FT_STR_INIT;

    if (ft_file_read(path, SOCKET_PATH_MAX, &text, NULL) == 0 &&
        is_elsewhere(text.s))
        return ft_str_take(&text);
    ft_str_release(&text);
    return NULL;
}

/* --- the runner's side ---------------------------------------------------- */

static void free_if_last(struct ft_control *control)
{
    if (!control->closing || control->client)
        return;
    free(control->path);
    free(control->elsewhere);
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

static void free_message(struct message *message)
{
    free(message->text);
    free(message);
}

static void on_written(uv_write_t *req, int status)
{
    (void)status;
    free_message(req->data);
}

static void send_line(struct client *client, struct json_object *obj)
{
    struct message *message = ft_calloc(1, sizeof(*message));
    uv_buf_t buf;

    message->text = ft_asprintf("%s\n", ft_json_text(obj));
    message->req.data = message;
    buf = uv_buf_init(message->text, (unsigned)strlen(message->text));
    if (uv_write(&message->req, (uv_stream_t *)&client->pipe, &buf, 1,
                 on_written) < 0)
        free_message(message);
}

/* Whom the kernel says we talk to. */
static char *user_of(struct client *client)
{
    struct ucred cred = { .uid = (uid_t)-1 };
    socklen_t len = sizeof(cred);
    int fd;

    if (uv_fileno((uv_handle_t *)&client->pipe, &fd) == 0)
        (void)getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &len);
    return ft_user_name_of(cred.uid);
}

static void refuse(struct json_object *answer, const struct ft_err *err)
{
    ft_json_add_bool(answer, "ok", false);
    ft_json_add_int(answer, "status", ft_code_status(err->code));
    ft_json_add_str(answer, "message", err->msg);
    if (*err->hint)
        ft_json_add_str(answer, "hint", err->hint);
}

static void obey(struct client *client, const char *line, size_t len)
{
    struct ft_control *control = client->control;
    struct json_object *answer = json_object_new_object();
    struct ft_err err = { 0 };
    struct json_object *request = ft_json_parse(line, len, "the request",
                                                &err);
    char *by = user_of(client);

    if (request && control->serve(request, by, answer, control->arg, &err) == 0)
        ft_json_add_bool(answer, "ok", true);
    else
        refuse(answer, &err);
    if (request && strcmp(ft_json_str_or(request, "op", ""), "watch") == 0)
        client->watches = true;
    send_line(client, answer);
    json_object_put(answer);
    json_object_put(request);
    free(by);
}

bool ft_control_watched(const struct ft_control *control)
{
    for (struct client *c = control ? control->client : NULL; c; c = c->next)
        if (c->watches)
            return true;
    return false;
}

void ft_control_tell(struct ft_control *control, struct json_object *event)
{
    for (struct client *c = control->client; c; c = c->next) {
        if (!c->watches)
            continue;
        if (uv_stream_get_write_queue_size((uv_stream_t *)&c->pipe) >
            QUEUE_MAX_BYTES)
            close_client(c);
        else
            send_line(c, event);
    }
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

/* Not every file system takes sockets: SSHFS, SMB and some more refuse them,
 * each with an error of its own.  Then the socket lies in a new directory on a
 * local disk, and its path in a file where it should be. */
static int bind_elsewhere(struct ft_control *control, int dir_fd)
{
    char dir[] = ELSEWHERE "XXXXXX";
    struct stat st;
    int rc;

    if (!mkdtemp(dir))
        return -errno;
    control->elsewhere = ft_path_join(dir, "control");
    rc = uv_pipe_bind(&control->listener, control->elsewhere);
    if (rc == 0 && fstat(dir_fd, &st) == 0 && (st.st_mode & S_IWGRP) &&
        chown(dir, (uid_t)-1, st.st_gid) == 0 &&
        chown(control->elsewhere, (uid_t)-1, st.st_gid) == 0)
        (void)chmod(dir, 0710); /* whoever may write to the run */
    if (rc == 0 && ft_file_put(control->path, control->elsewhere,
                               strlen(control->elsewhere), 0666, NULL) < 0)
        rc = -EIO;
    return rc;
}

static void remove_socket(const char *path, const char *elsewhere)
{
    (void)unlink(path);
    if (elsewhere) {
        char *dir = ft_path_dir(elsewhere);

        (void)unlink(elsewhere);
        (void)rmdir(dir);
        free(dir);
    }
}

/* Of a runner that died: we hold the lease. */
static void remove_old_socket(const char *path)
{
    char *elsewhere = read_elsewhere(path);

    remove_socket(path, elsewhere);
    free(elsewhere);
}

struct ft_control *ft_control_open(const char *dir, struct uv_loop_s *loop,
                                   ft_control_serve *serve, void *arg,
                                   struct ft_err *err)
{
    struct ft_control *control = ft_calloc(1, sizeof(*control));
    char path[64];
    int fd = short_path(dir, path), rc;

    control->serve = serve;
    control->arg = arg;
    control->path = ft_path_join(dir, "control");
    (void)uv_pipe_init(loop, &control->listener, 0);
    control->listener.data = control;
    remove_old_socket(control->path);
    rc = fd < 0 ? -errno : uv_pipe_bind(&control->listener, path);
    if (rc < 0 && fd >= 0)
        rc = bind_elsewhere(control, fd);
    if (rc == 0)
        rc = uv_listen((uv_stream_t *)&control->listener, BACKLOG,
                       on_connection);
    if (fd >= 0)
        (void)close(fd);
    if (rc == 0)
        return control;
    errno = -rc;
    ft_err_sys(err, "cannot listen on '%s'", control->elsewhere
                                                 ? control->elsewhere
                                                 : control->path);
    remove_socket(control->path, control->elsewhere);
    uv_close((uv_handle_t *)&control->listener, on_listener_closed);
    return NULL;
}

void ft_control_close(struct ft_control *control)
{
    if (!control)
        return;
    remove_socket(control->path, control->elsewhere);
    for (struct client *c = control->client; c; c = c->next)
        close_client(c);
    uv_close((uv_handle_t *)&control->listener, on_listener_closed);
}

/* --- the other side ------------------------------------------------------- */

int ft_control_connect(const char *dir)
{
    struct sockaddr_un addr = { .sun_family = AF_UNIX };
    char short_of_dir[64], *path, *elsewhere;
    int dir_fd = short_path(dir, short_of_dir), fd;

    if (dir_fd < 0)
        return -1;
    path = ft_path_join(dir, "control");
    elsewhere = read_elsewhere(path);
    snprintf(addr.sun_path, sizeof(addr.sun_path), "%s",
             elsewhere ? elsewhere : short_of_dir);
    free(path);
    free(elsewhere);
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 &&
        connect(fd, (const struct sockaddr *)&addr, sizeof(addr)) < 0) {
        (void)close(fd);
        fd = -1;
    }
    (void)close(dir_fd);
    return fd;
}

/* False: the runner is gone. */
static bool send_request(int fd, struct json_object *request)
{
    char *line = ft_asprintf("%s\n", ft_json_text(request));
    size_t len = strlen(line);
    ssize_t n = 0;

    for (size_t at = 0; at < len && n >= 0; at += (size_t)n) {
        n = send(fd, line + at, len - at, MSG_NOSIGNAL);
        if (n < 0 && errno == EINTR)
            n = 0;
    }
    free(line);
    return n >= 0;
}

/* One line, without its end.  False: the runner was gone before. */
static bool read_line(int fd, struct ft_str *line)
{
    char chunk[4096];
    const char *end = NULL;

    while (!end && line->len < ANSWER_MAX_BYTES) {
        ssize_t n = read(fd, chunk, sizeof(chunk));

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        end = memchr(chunk, '\n', (size_t)n);
        ft_str_addn(line, chunk, end ? (size_t)(end - chunk) : (size_t)n);
    }
    return true;
}

/* What the runner did not do, in its own words. */
static int refused(struct json_object *answer, struct ft_err *err)
{
    const char *hint = ft_json_str_or(answer, "hint", NULL);
    int64_t status = ft_json_int_or(answer, "status", 4);

    ft_err_set(err, status == ft_code_status(FT_EUSAGE)  ? FT_EUSAGE
                    : status == ft_code_status(FT_EDOC) ? FT_EDOC
                                                        : FT_EIO,
               "%s", ft_json_str_or(answer, "message", "the runner refused"));
    return hint ? ft_err_hint(err, "%s", hint) : -1;
}

/* On a connection, as ft_control_ask. */
static int ask(int fd, struct json_object *request,
               struct json_object **answer, struct ft_err *err)
{
    struct ft_str line = FT_STR_INIT;
    int rc = 0;

    *answer = NULL;
    if (send_request(fd, request) && read_line(fd, &line)) {
        *answer = ft_json_parse(line.s, line.len, "the runner's answer", err);
        rc = !*answer                                 ? -1
             : ft_json_bool_or(*answer, "ok", false) ? 1
                                                      : refused(*answer, err);
    }
    ft_str_release(&line);
    return rc;
}

int ft_control_ask(const char *dir, struct json_object *request,
                   struct json_object **answer, struct ft_err *err)
{
    struct json_object *got;
    int fd = ft_control_connect(dir), rc;

    if (fd < 0)
        return 0;
    rc = ask(fd, request, &got, err);
    (void)close(fd);
    if (answer && rc > 0)
        *answer = got;
    else
        json_object_put(got);
    return rc;
}

int ft_control_ask_cancel(const char *dir, const char *reason,
                          struct ft_err *err)
{
    struct json_object *request = json_object_new_object(), *answer = NULL;
    char chunk[512];
    ssize_t n;
    int fd = ft_control_connect(dir), rc = 0;

    ft_json_add_str(request, "op", "cancel");
    ft_json_add_str(request, "reason", reason);
    if (fd >= 0)
        rc = ask(fd, request, &answer, err);
    while (rc == 1 && (n = read(fd, chunk, sizeof(chunk))) != 0)
        if (n < 0 && errno != EINTR)
            break; /* reset: the runner has gone */
    if (fd >= 0)
        (void)close(fd);
    json_object_put(answer);
    json_object_put(request);
    return rc;
}

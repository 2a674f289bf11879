/* link.c - lines of JSON over one TCP connection */
#include "adapters/link.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/json.h"

#define QUEUE_MAX_BYTES (64u << 20) /* that the peer has not read yet */
#define CHUNK_BYTES 8192 /* there may be thousands of connections */
#define ALIVE_S 30 /* of silence, then the kernel asks whether it is there */

struct ft_link {
    uv_tcp_t tcp;
    uv_prepare_t flush; /* active while there is something to send */
    struct ft_link_events events;
    struct ft_str in, out;
    size_t line_max;
    int n_handles; /* that are not closed yet */
    bool closing;
    char chunk[CHUNK_BYTES];
};

struct message {
    uv_write_t req;
    struct ft_link *link;
    char *text;
};

static void on_closed(uv_handle_t *handle)
{
    struct ft_link *link = handle->data;

    if (--link->n_handles)
        return;
    ft_str_release(&link->in);
    ft_str_release(&link->out);
    free(link);
}

struct ft_link *ft_link_new(uv_loop_t *loop,
                            const struct ft_link_events *events)
{
    struct ft_link *link = ft_calloc(1, sizeof(*link));

    link->events = *events;
    link->in = link->out = (struct ft_str)FT_STR_INIT;
    (void)uv_tcp_init(loop, &link->tcp); /* no descriptor yet: cannot fail */
    (void)uv_prepare_init(loop, &link->flush);
    link->tcp.data = link->flush.data = link;
    link->n_handles = 2;
    return link;
}

uv_tcp_t *ft_link_tcp(struct ft_link *link)
{
    return &link->tcp;
}

static void break_link(struct ft_link *link, const char *why)
{
    if (!link->closing)
        link->events.broken(why, link->events.arg);
}

/* --- lines in ------------------------------------------------------------- */

static void take_line(struct ft_link *link, const char *text, size_t len)
{
    struct json_object *obj = ft_json_parse(text, len, "the line", NULL);

    if (json_object_is_type(obj, json_type_object))
        link->events.line(obj, link->events.arg);
    else
        break_link(link, "sent a line that is no JSON object");
    json_object_put(obj);
}

static void take_lines(struct ft_link *link)
{
    size_t done = 0;
    const char *end;

    while (!link->closing &&
           (end = memchr(link->in.s + done, '\n', link->in.len - done))) {
        size_t len = (size_t)(end - link->in.s) - done;

        if (len > link->line_max)
            break;
        take_line(link, link->in.s + done, len);
        done += len + 1;
    }
    memmove(link->in.s, link->in.s + done, link->in.len - done);
    ft_str_cut(&link->in, link->in.len - done);
    if (link->in.len > link->line_max)
        break_link(link, "sent a line that is too long");
}

static void on_alloc(uv_handle_t *handle, size_t size, uv_buf_t *buf)
{
    struct ft_link *link = handle->data;

    (void)size;
    *buf = uv_buf_init(link->chunk, sizeof(link->chunk));
}

static void on_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf)
{
    struct ft_link *link = stream->data;

    if (n < 0) {
        break_link(link, n == UV_EOF ? "ended the connection"
                                     : uv_strerror((int)n));
        return;
    }
    ft_str_addn(&link->in, buf->base, (size_t)n);
    if (memchr(buf->base, '\n', (size_t)n) || link->in.len > link->line_max)
        take_lines(link);
}

void ft_link_start(struct ft_link *link, size_t line_max)
{
    link->line_max = line_max;
    (void)uv_tcp_nodelay(&link->tcp, 1);
    (void)uv_tcp_keepalive(&link->tcp, 1, ALIVE_S);
    (void)uv_read_start((uv_stream_t *)&link->tcp, on_alloc, on_read);
}

void ft_link_allow(struct ft_link *link, size_t line_max)
{
    link->line_max = line_max;
}

/* --- lines out ------------------------------------------------------------ */

static void on_written(uv_write_t *req, int status)
{
    struct message *message = req->data;
    struct ft_link *link = message->link;

    free(message->text);
    free(message);
    if (status < 0)
        break_link(link, uv_strerror(status));
}

static void write_all(struct ft_link *link)
{
    uv_stream_t *stream = (uv_stream_t *)&link->tcp;
    struct message *message = ft_calloc(1, sizeof(*message));
    uv_buf_t buf;

    message->link = link;
    buf = uv_buf_init(link->out.s, (unsigned)link->out.len);
    message->text = ft_str_take(&link->out);
    buf.base = message->text;
    message->req.data = message;
    if (uv_write(&message->req, stream, &buf, 1, on_written) < 0) {
        free(message->text);
        free(message);
        break_link(link, "takes nothing any more");
    } else if (uv_stream_get_write_queue_size(stream) > QUEUE_MAX_BYTES) {
        break_link(link, "does not read what is sent to it");
    }
}

static void on_flush(uv_prepare_t *handle)
{
    struct ft_link *link = handle->data;

    (void)uv_prepare_stop(handle);
    if (link->out.len)
        write_all(link);
}

void ft_link_send(struct ft_link *link, struct json_object *obj)
{
    const char *text;
    size_t len;

    text = json_object_to_json_string_length(
        obj, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE, &len);
    ft_str_addn(&link->out, text, len);
    ft_str_addc(&link->out, '\n');
    json_object_put(obj);
    (void)uv_prepare_start(&link->flush, on_flush);
}

void ft_link_close(struct ft_link *link)
{
    uv_buf_t buf;

    if (!link || link->closing)
        return;
    link->closing = true;
    buf = uv_buf_init(link->out.s, (unsigned)link->out.len);
    if (link->out.len)
        (void)uv_try_write((uv_stream_t *)&link->tcp, &buf, 1);
    uv_close((uv_handle_t *)&link->tcp, on_closed);
    uv_close((uv_handle_t *)&link->flush, on_closed);
}

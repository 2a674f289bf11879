/* link.c - lines of JSON over one TCP connection */
#include "adapters/link/link.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/hmac.h"
#include "base/json.h"

#define QUEUE_MAX_BYTES (64u << 20) /* that the peer has not read yet */
#define CHUNK_BYTES 8192 /* there may be thousands of connections */
#define ALIVE_S 30 /* of silence, then the kernel asks whether it is there */

/* One direction of a signed link. */
struct signature {
    uint8_t key[FT_SHA256_BYTES];
    uint64_t n; /* lines so far: none can be left out or come again */
};

struct ft_link {
    uv_tcp_t tcp;
    uv_prepare_t flush; /* active while there is something to send */
    struct ft_link_events events;
    struct ft_str in, out;
    size_t line_max;
    int n_handles; /* that are not closed yet */
    bool closing;
    bool is_signed;
    struct signature sign_in, sign_out;
    struct json_object *head; /* the line whose bytes are still to come */
    size_t head_len;          /* of its text, which stays in front of them */
    size_t n_bytes;           /* how many */
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
    json_object_put(link->head);
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

/* --- signatures ----------------------------------------------------------- */

void ft_link_sign(struct ft_link *link, const char *key_out,
                  const char *key_in)
{
    ft_sha256_bytes(key_out, link->sign_out.key);
    ft_sha256_bytes(key_in, link->sign_in.key);
    link->is_signed = true;
}

/* Of the line's number, the line, and the bytes that follow it. */
static void sign(struct signature *signature, const char *line, size_t len,
                 const void *bytes, size_t n_bytes,
                 char hex[FT_SHA256_HEX + 1])
{
    uint8_t text[sizeof(uint64_t) + 2 * FT_SHA256_BYTES];
    uint8_t mac[FT_SHA256_BYTES];

    for (size_t i = 0; i < sizeof(uint64_t); i++)
        text[i] = (uint8_t)(signature->n >> (8 * i));
    ft_sha256(line, len, text + sizeof(uint64_t));
    ft_sha256(bytes, n_bytes, text + sizeof(uint64_t) + FT_SHA256_BYTES);
    ft_hmac_sha256(signature->key, sizeof(signature->key), text, sizeof(text),
                   mac);
    ft_sha256_hex(mac, hex);
    signature->n++;
}

/* 'text' is what stands in front of the line, and the line itself. */
static bool is_genuine(struct ft_link *link, const char *text, size_t len,
                       const void *bytes, size_t n_bytes)
{
    char hex[FT_SHA256_HEX + 1];

    if (!link->is_signed)
        return true;
    sign(&link->sign_in, text + FT_SHA256_HEX + 1, len - FT_SHA256_HEX - 1,
         bytes, n_bytes, hex);
    return ft_hmac_equal(hex, text, FT_SHA256_HEX);
}

/* --- lines in ------------------------------------------------------------- */

static void hand_over(struct ft_link *link, struct json_object *obj,
                      const char *text, size_t len, const void *bytes,
                      size_t n_bytes)
{
    const struct ft_link_events *ev = &link->events;

    if (!is_genuine(link, text, len, bytes, n_bytes))
        break_link(link, "sent something that was changed on its way");
    else if (!n_bytes)
        ev->line(obj, ev->arg);
    else if (ev->bytes)
        ev->bytes(obj, bytes, n_bytes, ev->arg);
}

/* A line: how much of 'text' is done with, its bytes perhaps excepted. */
static size_t take_line(struct ft_link *link, const char *text, size_t len)
{
    size_t skip = link->is_signed ? FT_SHA256_HEX + 1 : 0;
    struct json_object *obj =
        len > skip ? ft_json_parse(text + skip, len - skip, "the line", NULL)
                   : NULL;
    int64_t n = link->is_signed ? ft_json_int_or(obj, "bytes", 0) : 0;

    if (!json_object_is_type(obj, json_type_object)) {
        break_link(link, "sent a line that is no JSON object");
    } else if (n < 0 || n > FT_LINK_BYTES_MAX) {
        break_link(link, "sent more bytes than may follow a line");
    } else if (n) {
        link->head = obj;
        link->head_len = len;
        link->n_bytes = (size_t)n;
        return 0;
    } else {
        hand_over(link, obj, text, len, "", 0);
    }
    json_object_put(obj);
    return len + 1;
}

/* The bytes of the line that stands at 'text'. */
static size_t take_bytes(struct ft_link *link, const char *text)
{
    struct json_object *obj = link->head;
    size_t size = link->head_len + 1 + link->n_bytes;

    link->head = NULL;
    hand_over(link, obj, text, link->head_len, text + link->head_len + 1,
              link->n_bytes);
    json_object_put(obj);
    return size;
}

static void take_lines(struct ft_link *link)
{
    size_t done = 0;
    const char *end;

    while (!link->closing) {
        const char *text = link->in.s + done;
        size_t left = link->in.len - done;

        if (link->head) {
            if (left < link->head_len + 1 + link->n_bytes)
                break;
            done += take_bytes(link, text);
            continue;
        }
        end = memchr(text, '\n', left);
        if (!end || (size_t)(end - text) > link->line_max)
            break;
        done += take_line(link, text, (size_t)(end - text));
    }
    memmove(link->in.s, link->in.s + done, link->in.len - done);
    ft_str_cut(&link->in, link->in.len - done);
    if (link->in.len > link->line_max + FT_LINK_BYTES_MAX ||
        (!link->head && link->in.len > link->line_max))
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
    if (link->head || memchr(buf->base, '\n', (size_t)n) ||
        link->in.len > link->line_max)
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

static void send_text(struct ft_link *link, struct json_object *obj,
                      const void *bytes, size_t n_bytes)
{
    char hex[FT_SHA256_HEX + 1];
    const char *text;
    size_t len;

    text = json_object_to_json_string_length(
        obj, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE, &len);
    if (link->is_signed) {
        sign(&link->sign_out, text, len, bytes, n_bytes, hex);
        ft_str_addf(&link->out, "%s ", hex);
    }
    ft_str_addn(&link->out, text, len);
    ft_str_addc(&link->out, '\n');
    ft_str_addn(&link->out, bytes, n_bytes);
    json_object_put(obj);
    (void)uv_prepare_start(&link->flush, on_flush);
}

void ft_link_send(struct ft_link *link, struct json_object *obj)
{
    send_text(link, obj, "", 0);
}

void ft_link_send_bytes(struct ft_link *link, struct json_object *obj,
                        const void *bytes, size_t len)
{
    ft_json_add_int(obj, "bytes", (int64_t)len);
    send_text(link, obj, bytes, len);
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

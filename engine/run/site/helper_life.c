/* helper_life.c - one life of an adapter program: started, fed, read, ended */
#include "run/site/helper_life.h"

#include <ctype.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <uv.h>

#include "base/alloc.h"
#include "base/path.h"
#include "base/str.h"

#define CHUNK 65536
#define DRAIN_MS 1000 /* between the end of a program and of its streams */
#define TAIL_MAX 160  /* of its last words */

enum { IN, OUT, ERR, N_PIPES };

struct ft_helper_life {
    struct ft_helper_events events;
    uv_process_t process;
    uv_pipe_t pipe[N_PIPES];
    uv_timer_t timer;
    int n_handles; /* that are not closed yet */
    bool exited, over; /* over: no more events */
    int n_streams;     /* OUT and ERR that have not ended */
    int64_t exit_status;
    int exit_signal;
    struct ft_str line; /* the start of one */
    char *name;
    int log_fd;
    size_t logged;
    bool midline; /* the log's last line has no end */
    struct ft_str words; /* the end of what it wrote to stderr */
    char chunk[CHUNK];
};

struct message {
    uv_write_t req;
    char *line;
};

/* --- its end -------------------------------------------------------------- */

static void on_closed(uv_handle_t *handle)
{
    struct ft_helper_life *life = handle->data;

    if (--life->n_handles > 0)
        return;
    ft_str_release(&life->line);
    ft_str_release(&life->words);
    free(life->name);
    free(life);
}

static void close_handle(void *handle)
{
    if (!uv_is_closing(handle))
        uv_close(handle, on_closed);
}

/* The process's handle stays until it has been waited for. */
static void close_streams(struct ft_helper_life *life)
{
    for (int i = 0; i < N_PIPES; i++)
        close_handle(&life->pipe[i]);
    close_handle(&life->timer);
    if (life->exited)
        close_handle(&life->process);
}

void ft_helper_life_kill(struct ft_helper_life *life)
{
    life->over = true;
    if (!life->exited)
        (void)kill(-life->process.pid, SIGKILL); /* it leads its session */
    close_streams(life);
}

/* The last line with something in it, fit for a message. */
static void add_last_words(struct ft_helper_life *life, struct ft_str *out)
{
    struct ft_str *words = &life->words;
    const char *start;
    size_t len;

    while (words->len && isspace((unsigned char)words->s[words->len - 1]))
        ft_str_cut(words, words->len - 1);
    if (!words->len)
        return;
    start = memrchr(words->s, '\n', words->len);
    start = start ? start + 1 : words->s;
    len = (size_t)(words->s + words->len - start);
    ft_str_add(out, " (");
    for (size_t i = 0; i < len && i < TAIL_MAX; i++)
        ft_str_addc(out, iscntrl((unsigned char)start[i]) ? '?' : start[i]);
    ft_str_add(out, ft_utf8_valid(out->s, out->len) ? ")" : "...)");
}

/* Nothing follows; 'why' NULL: as the system says. */
static void end(struct ft_helper_life *life, const char *why)
{
    struct ft_str text = FT_STR_INIT;

    if (life->over)
        return;
    if (why)
        ft_str_add(&text, why);
    else if (!life->exited)
        ft_str_add(&text, "closed its output");
    else if (life->exit_signal)
        ft_str_addf(&text, "was killed by signal %d", life->exit_signal);
    else
        ft_str_addf(&text, "ended with status %d", (int)life->exit_status);
    add_last_words(life, &text);
    ft_helper_life_kill(life);
    life->events.ended(text.s, life->events.arg);
    ft_str_release(&text);
}

static void on_time(uv_timer_t *timer)
{
    struct ft_helper_life *life = timer->data;

    if (life->over)
        ft_helper_life_kill(life);
    else
        end(life, NULL);
}

/* Its last answers and words may still be under way, and a process that it left
 * behind may keep the streams open. */
static void end_soon(struct ft_helper_life *life)
{
    if (life->over) { /* one that lives has its grace */
        if (life->exited)
            close_streams(life);
    } else if (life->exited && life->n_streams == 0) {
        end(life, NULL);
    } else if (!uv_is_active((const uv_handle_t *)&life->timer)) {
        (void)uv_timer_start(&life->timer, on_time, DRAIN_MS, 0);
    }
}

static void on_exit_of(uv_process_t *process, int64_t status, int signum)
{
    struct ft_helper_life *life = process->data;

    life->exited = true;
    life->exit_status = status;
    life->exit_signal = signum;
    end_soon(life);
}

/* --- what it says --------------------------------------------------------- */

static void on_alloc(uv_handle_t *handle, size_t size, uv_buf_t *buf)
{
    struct ft_helper_life *life = handle->data;

    (void)size;
    *buf = uv_buf_init(life->chunk, sizeof(life->chunk));
}

/* Hand over the whole lines of 'line'; the first 'searched' bytes have no
 * newline. */
static void take_lines(struct ft_helper_life *life, size_t searched)
{
    struct ft_str *text = &life->line;
    size_t from = 0, len = 0;
    char *newline;

    while (!life->over && (newline = memchr(text->s + searched, '\n',
                                            text->len - searched))) {
        len = (size_t)(newline - text->s) - from;
        if (len > FT_HELPER_LINE_MAX)
            break;
        *newline = '\0';
        searched = from + len + 1;
        life->events.line(text->s + from, len, life->events.arg);
        from = searched;
        len = 0;
    }
    if (life->over)
        return;
    if (len > FT_HELPER_LINE_MAX || text->len - from > FT_HELPER_LINE_MAX) {
        end(life, "wrote a line longer than 16 MiB");
        return;
    }
    memmove(text->s, text->s + from, text->len - from);
    ft_str_cut(text, text->len - from);
}

static void on_out(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf)
{
    struct ft_helper_life *life = stream->data;
    size_t had = life->line.len;

    if (n < 0) {
        life->n_streams--;
        (void)uv_read_stop(stream);
        end_soon(life);
    } else if (!life->over) {
        ft_str_addn(&life->line, buf->base, (size_t)n);
        take_lines(life, had);
    }
}

static void keep_words(struct ft_helper_life *life, const char *s, size_t n)
{
    struct ft_str *words = &life->words;
    size_t most = (size_t)TAIL_MAX * 2;

    ft_str_addn(words, s, n);
    if (words->len <= most)
        return;
    memmove(words->s, words->s + words->len - most, most);
    ft_str_cut(words, most);
}

static void write_log(struct ft_helper_life *life, const char *s, size_t n)
{
    struct ft_str text = FT_STR_INIT;
    const char *stop = s + n, *next;

    if (life->log_fd < 0 || life->logged > FT_HELPER_LOG_MAX)
        return;
    for (; s < stop; s = next) {
        next = memchr(s, '\n', (size_t)(stop - s));
        next = next ? next + 1 : stop;
        if (!life->midline)
            ft_str_addf(&text, "%s: ", life->name);
        ft_str_addn(&text, s, (size_t)(next - s));
        life->midline = next[-1] != '\n';
    }
    life->logged += n;
    if (life->logged > FT_HELPER_LOG_MAX)
        ft_str_addf(&text, "%s%s: (what follows is not kept)\n",
                    life->midline ? "\n" : "", life->name);
    (void)ft_write_all(life->log_fd, text.s, text.len); /* only a log */
    ft_str_release(&text);
}

static void on_err(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf)
{
    struct ft_helper_life *life = stream->data;

    if (n < 0) {
        life->n_streams--;
        (void)uv_read_stop(stream);
        if (life->exited)
            end_soon(life);
    } else if (n > 0) {
        write_log(life, buf->base, (size_t)n);
        keep_words(life, buf->base, (size_t)n);
    }
}

/* --- what it is told ------------------------------------------------------ */

static void free_message(struct message *message)
{
    free(message->line);
    free(message);
}

static void on_written(uv_write_t *req, int status)
{
    (void)status; /* reading says that it is dead, and how */
    free_message(req->data);
}

void ft_helper_life_send(struct ft_helper_life *life, char *line)
{
    struct message *message = ft_calloc(1, sizeof(*message));
    uv_buf_t buf = uv_buf_init(line, (unsigned)strlen(line));

    message->line = line;
    message->req.data = message;
    if (uv_write(&message->req, (uv_stream_t *)&life->pipe[IN], &buf, 1,
                 on_written) < 0)
        free_message(message);
}

static void on_shut(uv_shutdown_t *req, int status)
{
    struct ft_helper_life *life = req->data;

    (void)status;
    free(req);
    close_handle(&life->pipe[IN]);
}

/* Its answers are of no use any more, but it must not wait to be read. */
void ft_helper_life_finish(struct ft_helper_life *life)
{
    uv_shutdown_t *req = ft_calloc(1, sizeof(*req));

    life->over = true;
    req->data = life;
    if (uv_shutdown(req, (uv_stream_t *)&life->pipe[IN], on_shut) < 0) {
        free(req);
        close_handle(&life->pipe[IN]);
    }
    (void)uv_timer_start(&life->timer, on_time,
                         (uint64_t)(FT_HELPER_GRACE_S * 1e3), 0);
    if (life->exited)
        close_streams(life);
}

/* --- its start ------------------------------------------------------------ */

static int spawn(struct ft_helper_life *life, const char *path,
                 uv_loop_t *loop)
{
    char *args[] = { (char *)path, NULL };
    uv_stdio_container_t stdio[N_PIPES];
    const uv_process_options_t options = {
        .exit_cb = on_exit_of,
        .file = path,
        .args = args,
        .stdio = stdio,
        .stdio_count = N_PIPES,
        /* the terminal's interrupt is for the engine alone */
        .flags = UV_PROCESS_DETACHED,
    };

    for (int i = 0; i < N_PIPES; i++) {
        stdio[i].flags = UV_CREATE_PIPE |
                         (i == IN ? UV_READABLE_PIPE : UV_WRITABLE_PIPE);
        stdio[i].data.stream = (uv_stream_t *)&life->pipe[i];
    }
    return uv_spawn(loop, &life->process, &options);
}

int ft_helper_life_start(const char *path, const char *name,
                         struct uv_loop_s *loop, int log_fd,
                         const struct ft_helper_events *events,
                         struct ft_helper_life **ret)
{
    struct ft_helper_life *life = ft_calloc(1, sizeof(*life));
    int rc;

    life->events = *events;
    life->name = ft_strdup(name);
    life->log_fd = log_fd;
    life->line = life->words = (struct ft_str)FT_STR_INIT;
    for (int i = 0; i < N_PIPES; i++) {
        (void)uv_pipe_init(loop, &life->pipe[i], 0);
        life->pipe[i].data = life;
    }
    (void)uv_timer_init(loop, &life->timer);
    life->timer.data = life->process.data = life;
    life->n_handles = N_PIPES + 2;
    rc = spawn(life, path, loop);
    if (rc == 0) {
        life->n_streams = 2;
        (void)uv_read_start((uv_stream_t *)&life->pipe[OUT], on_alloc, on_out);
        (void)uv_read_start((uv_stream_t *)&life->pipe[ERR], on_alloc, on_err);
        *ret = life;
    } else {
        life->over = life->exited = true;
        close_streams(life);
    }
    return -rc;
}

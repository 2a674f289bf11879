/* archive_client.c - fedtwin-archive, started and talked to */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/path.h"
#include "data/archive/archive_impl.h"

#define ANSWER_MAX 65536
#define FD_FREE 10 /* above those that the new program gets */

int ft_archiver_start(struct ft_archiver *archiver, int fd,
                      const char *const *arg, struct ft_err *err)
{
    struct ft_worker_program program = { .name = "fedtwin-archive",
                                         .arg = arg };
    int rc;

    *archiver = (struct ft_archiver){ .worker = { .fd = -1, .stderr_fd = -1 },
                                      .in = FT_STR_INIT };
    program.fd = fcntl(fd, F_DUPFD_CLOEXEC, FD_FREE);
    if (program.fd < 0)
        return ft_err_sys(err, "cannot start fedtwin-archive");
    rc = ft_worker_start(&archiver->worker, &program, err);
    close(program.fd);
    return rc;
}

void ft_archiver_end(struct ft_archiver *archiver)
{
    ft_worker_end(&archiver->worker);
    ft_str_release(&archiver->in);
}

static int fail_ended(struct ft_archiver *archiver, struct ft_err *err)
{
    char text[FT_WORKER_END_TEXT];

    ft_worker_end_text(&archiver->worker, NULL, text);
    return ft_err_set(err, FT_EIO, "fedtwin-archive %s", text);
}

/* One that ended by itself has told why: that is what its answer is for. */
int ft_archiver_send(struct ft_archiver *archiver, const char *line,
                     struct ft_err *err)
{
    int fd = archiver->worker.fd;

    if (!line)
        return shutdown(fd, SHUT_WR) == 0 || errno == ENOTCONN
                   ? 0
                   : ft_err_sys(err, "cannot talk to fedtwin-archive");
    for (size_t len = strlen(line); len;) {
        ssize_t n = send(fd, line, len, MSG_NOSIGNAL);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && (errno == EPIPE || errno == ECONNRESET))
            return 0;
        if (n < 0)
            return ft_err_sys(err, "cannot talk to fedtwin-archive");
        line += n;
        len -= (size_t)n;
    }
    return 0;
}

/* The length of the first line, when it is complete, else 0. */
static size_t line_length(const struct ft_str *in)
{
    const char *end = memchr(in->s, '\n', in->len);

    return end ? (size_t)(end - in->s) + 1 : 0;
}

static int read_more(struct ft_archiver *archiver, struct ft_err *err)
{
    char block[4096];
    ssize_t n;

    do
        n = recv(archiver->worker.fd, block, sizeof(block), 0);
    while (n < 0 && errno == EINTR);
    if (n <= 0 || archiver->in.len > ANSWER_MAX)
        return fail_ended(archiver, err);
    ft_str_addn(&archiver->in, block, (size_t)n);
    return 0;
}

struct json_object *ft_archiver_answer(struct ft_archiver *archiver,
                                       struct ft_err *err)
{
    struct json_object *answer;
    size_t len;

    while (!(len = line_length(&archiver->in)))
        if (read_more(archiver, err) < 0)
            return NULL;
    answer = ft_json_parse(archiver->in.s, len, "the answer", err);
    memmove(archiver->in.s, archiver->in.s + len, archiver->in.len - len);
    ft_str_cut(&archiver->in, archiver->in.len - len);
    if (!answer || ft_json_bool_or(answer, "ok", false))
        return answer;
    ft_json_err(answer, err);
    json_object_put(answer);
    return NULL;
}

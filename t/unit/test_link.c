/* test_link.c - signed links: what was changed on its way breaks them */
#include "adapters/link/link.h"

#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <uv.h>

#include "base/alloc.h"
#include "base/json.h"
#include "base/sha256.h"
#include "base/str.h"
#include "t/unit/unit.h"

#define LINE_MAX_BYTES 1000
#define KEY16 "00112233445566778899aabbccddeeff"
#define KEY KEY16 KEY16
#define OTHER_KEY KEY16 "ffeeddccbbaa99887766554433221100"
#define SKIP (FT_SHA256_HEX + 1) /* in front of a line */

/* One end of a connection; a test holds the other one in its hands. */
struct end {
    struct ft_link *link;
    struct ft_str said; /* a line for each event */
    bool over;
};

/* --- events --------------------------------------------------------------- */

static void on_line(struct json_object *obj, void *arg)
{
    struct end *e = arg;

    ft_str_addf(&e->said, "line %d\n", (int)ft_json_int_or(obj, "n", -1));
}

static void on_bytes(struct json_object *obj, const void *bytes, size_t len,
                     void *arg)
{
    struct end *e = arg;

    ft_str_addf(&e->said, "bytes %d ", (int)ft_json_int_or(obj, "n", -1));
    ft_str_addn(&e->said, bytes, len);
    ft_str_addc(&e->said, '\n');
}

static void on_broken(const char *why, void *arg)
{
    struct end *e = arg;

    ft_str_addf(&e->said, "broken %s\n", why);
    ft_link_close(e->link);
    e->over = true;
}

/* --- the connection ------------------------------------------------------- */

/* Both ends of a connection on this machine. */
static void connect_both(int fd[2])
{
    struct sockaddr_in at = { .sin_family = AF_INET };
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    socklen_t len = sizeof(at);

    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ck_assert_int_eq(bind(listener, (struct sockaddr *)&at, len), 0);
    ck_assert_int_eq(listen(listener, 1), 0);
    ck_assert_int_eq(getsockname(listener, (struct sockaddr *)&at, &len), 0);
    fd[0] = socket(AF_INET, SOCK_STREAM, 0);
    ck_assert_int_eq(connect(fd[0], (struct sockaddr *)&at, len), 0);
    fd[1] = accept(listener, NULL, NULL);
    ck_assert_int_ge(fd[1], 0);
    close(listener);
}

/* What goes out and what comes in has the same key here. */
static int open_end(uv_loop_t *loop, struct end *e, const char *key)
{
    struct ft_link_events events = { on_line, on_broken, e, on_bytes };
    int fd[2];

    connect_both(fd);
    *e = (struct end){ .said = FT_STR_INIT };
    e->link = ft_link_new(loop, &events);
    ck_assert_int_eq(uv_tcp_open(ft_link_tcp(e->link), fd[0]), 0);
    ft_link_start(e->link, LINE_MAX_BYTES);
    ft_link_sign(e->link, key, key);
    return fd[1];
}

static struct json_object *number(int n)
{
    struct json_object *obj = json_object_new_object();

    ft_json_add_int(obj, "n", n);
    return obj;
}

/* What is sent, signed: a line, and one that bytes follow. */
static void record(const char *key, struct ft_str *one, struct ft_str *two)
{
    uv_loop_t loop;
    struct end e;
    char buf[1000];
    int fd;

    ck_assert_int_eq(uv_loop_init(&loop), 0);
    fd = open_end(&loop, &e, key);
    ft_link_send(e.link, number(1));
    ft_link_send_bytes(e.link, number(2), "abc", 3);
    ft_link_close(e.link);
    (void)uv_run(&loop, UV_RUN_DEFAULT);
    for (ssize_t n = 1; n > 0;) {
        n = read(fd, buf, sizeof(buf));
        ft_str_addn(two, buf, n > 0 ? (size_t)n : 0);
    }
    ft_str_addn(one, two->s, strcspn(two->s, "\n") + 1);
    memmove(two->s, two->s + one->len, two->len - one->len);
    ft_str_cut(two, two->len - one->len);
    close(fd);
    ft_str_release(&e.said);
    ck_assert_int_eq(uv_loop_close(&loop), 0);
}

/* What a link says that hears 'text' and then the end of the connection. */
static void hear(const struct ft_str *text, struct ft_str *said)
{
    uv_loop_t loop;
    struct end e;
    int fd;

    ck_assert_int_eq(uv_loop_init(&loop), 0);
    fd = open_end(&loop, &e, KEY);
    ck_assert_int_eq(write(fd, text->s, text->len), (ssize_t)text->len);
    ck_assert_int_eq(shutdown(fd, SHUT_WR), 0);
    while (!e.over)
        (void)uv_run(&loop, UV_RUN_ONCE);
    (void)uv_run(&loop, UV_RUN_DEFAULT);
    *said = e.said;
    close(fd);
    ck_assert_int_eq(uv_loop_close(&loop), 0);
}

/* --- what happens on the way ---------------------------------------------- */

typedef void change(struct ft_str *one, struct ft_str *two,
                    struct ft_str *text);

static void send_both(struct ft_str *one, struct ft_str *two,
                      struct ft_str *text)
{
    ft_str_addn(text, one->s, one->len);
    ft_str_addn(text, two->s, two->len);
}

static void change_line(struct ft_str *one, struct ft_str *two,
                        struct ft_str *text)
{
    *strchr(one->s + SKIP, '1') = '7';
    send_both(one, two, text);
}

static void change_signature(struct ft_str *one, struct ft_str *two,
                             struct ft_str *text)
{
    one->s[0] = one->s[0] == '0' ? '1' : '0';
    send_both(one, two, text);
}

static void change_bytes(struct ft_str *one, struct ft_str *two,
                         struct ft_str *text)
{
    two->s[two->len - 1] ^= 1;
    send_both(one, two, text);
}

static void change_order(struct ft_str *one, struct ft_str *two,
                         struct ft_str *text)
{
    send_both(two, one, text);
}

static void leave_out(struct ft_str *one, struct ft_str *two,
                      struct ft_str *text)
{
    (void)one;
    ft_str_addn(text, two->s, two->len);
}

static void replay(struct ft_str *one, struct ft_str *two,
                   struct ft_str *text)
{
    (void)two;
    send_both(one, one, text);
}

static void cut_bytes(struct ft_str *one, struct ft_str *two,
                      struct ft_str *text)
{
    send_both(one, two, text);
    ft_str_cut(text, text->len - 1);
}

static void cut_line(struct ft_str *one, struct ft_str *two,
                     struct ft_str *text)
{
    (void)two;
    ft_str_addn(text, one->s, one->len - 1);
}

static void use_other_key(struct ft_str *one, struct ft_str *two,
                          struct ft_str *text)
{
    ft_str_cut(one, 0);
    ft_str_cut(two, 0);
    record(OTHER_KEY, one, two);
    send_both(one, two, text);
}

static void send_unsigned(struct ft_str *one, struct ft_str *two,
                          struct ft_str *text)
{
    (void)two;
    ft_str_add(text, one->s + SKIP);
}

static void send_signature_alone(struct ft_str *one, struct ft_str *two,
                                 struct ft_str *text)
{
    (void)two;
    ft_str_addn(text, one->s, SKIP);
    ft_str_addc(text, '\n');
}

static void send_junk(struct ft_str *one, struct ft_str *two,
                      struct ft_str *text)
{
    (void)one;
    (void)two;
    for (int i = 0; i < 200; i++)
        ft_str_addc(text, (char)(128 + i % 100));
    ft_str_addc(text, '\n');
}

static void send_too_long(struct ft_str *one, struct ft_str *two,
                          struct ft_str *text)
{
    (void)one;
    (void)two;
    for (int i = 0; i <= LINE_MAX_BYTES; i++)
        ft_str_addc(text, 'x');
}

static void claim(const char *bytes, struct ft_str *text)
{
    for (int i = 0; i < FT_SHA256_HEX; i++)
        ft_str_addc(text, '0');
    ft_str_addf(text, " {\"bytes\":%s}\n", bytes);
}

static void claim_too_many(struct ft_str *one, struct ft_str *two,
                           struct ft_str *text)
{
    (void)one;
    (void)two;
    claim("1048577", text);
}

static void claim_less_than_none(struct ft_str *one, struct ft_str *two,
                                 struct ft_str *text)
{
    (void)one;
    (void)two;
    claim("-1", text);
}

#define CHANGED "broken sent something that was changed on its way\n"
#define NO_OBJECT "broken sent a line that is no JSON object\n"
#define ENDED "broken ended the connection\n"
#define TOO_MANY "broken sent more bytes than may follow a line\n"

static const struct {
    change *change;
    const char *said;
} row[] = {
    { send_both, "line 1\nbytes 2 abc\n" ENDED },
    { change_line, CHANGED },
    { change_signature, CHANGED },
    { change_bytes, "line 1\n" CHANGED },
    { change_order, CHANGED },
    { leave_out, CHANGED },
    { replay, "line 1\n" CHANGED },
    { cut_bytes, "line 1\n" ENDED },
    { cut_line, ENDED },
    { use_other_key, CHANGED },
    { send_unsigned, NO_OBJECT },
    { send_signature_alone, NO_OBJECT },
    { send_junk, NO_OBJECT },
    { send_too_long, "broken sent a line that is too long\n" },
    { claim_too_many, TOO_MANY },
    { claim_less_than_none, TOO_MANY },
};

START_TEST(on_the_way)
{
    struct ft_str one = FT_STR_INIT, two = FT_STR_INIT, text = FT_STR_INIT;
    struct ft_str said = FT_STR_INIT;

    record(KEY, &one, &two);
    row[_i].change(&one, &two, &text);
    hear(&text, &said);
    ck_assert_str_eq(said.s, row[_i].said);
    ft_str_release(&said);
    ft_str_release(&text);
    ft_str_release(&one);
    ft_str_release(&two);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("link");
    TCase *tc = tcase_create("link");

    tcase_set_timeout(tc, 60);
    tcase_add_loop_test(tc, on_the_way, 0, FT_ARRAY_LEN(row));
    suite_add_tcase(suite, tc);
    return unit_main(suite);
}

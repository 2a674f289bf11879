/* test_home.c - who is heard at home, and what is made of it
 *
 * Agents and strangers are plain sockets of this process: they write, the loop
 * turns, they read. */
#include "adapters/home/home.h"

#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <uv.h>

#include "adapters/link/link.h"
#include "adapters/link/proof.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/json.h"
#include "run/adapter.h"
#include "t/unit/unit.h"

#define NS_PER_S INT64_C(1000000000)
#define STRANGERS_MAX 64
#define HELLO_MAX (1 << 20)
#define WAIT_MS 20000

struct world {
    uv_loop_t loop;
    struct ft_home *home;
    struct ft_agent *agent;
    struct ft_str said; /* events, a line each */
    int port;
    char *secret;
};

/* --- events --------------------------------------------------------------- */

static void joined(struct ft_agent *agent, const struct ft_agent_hello *hello,
                   void *arg)
{
    struct world *w = arg;

    ft_str_addf(&w->said, "joined %s %s %s %s %d %g %d", hello->id, hello->tag,
                hello->job, hello->host, hello->slots, hello->left_s,
                hello->serve);
    for (size_t i = 0; i < hello->n_held; i++)
        ft_str_addf(&w->said, " %llu", (unsigned long long)hello->held[i]);
    ft_str_addc(&w->said, '\n');
    w->agent = agent;
}

static void left(struct ft_agent *agent, const char *reason, void *arg)
{
    struct world *w = arg;

    (void)agent;
    ft_str_addf(&w->said, "left %s\n", reason ? reason : "-");
}

static void accepted(struct ft_agent *agent, uint64_t tag, void *arg)
{
    struct world *w = arg;

    (void)agent;
    ft_str_addf(&w->said, "accepted %llu\n", (unsigned long long)tag);
}

static void add(struct world *w, const char *word, uint64_t tag,
                const char *text)
{
    ft_str_addf(&w->said, "%s %llu %s\n", word, (unsigned long long)tag, text);
}

static void refused(struct ft_agent *agent, uint64_t tag, const char *reason,
                    void *arg)
{
    (void)agent;
    add(arg, "refused", tag, reason);
}

static void started(struct ft_agent *agent, uint64_t tag, const char *host,
                    void *arg)
{
    (void)agent;
    add(arg, "started", tag, host);
}

static void progress(struct ft_agent *agent, uint64_t tag, const char *line,
                     void *arg)
{
    (void)agent;
    add(arg, "progress", tag, line);
}

static void ended(struct ft_agent *agent, uint64_t tag, const char *tag_text,
                  const struct ft_ending *e, void *arg)
{
    struct world *w = arg;

    (void)agent;
    ft_str_addf(&w->said, "ended %llu %s %s %d%s\n", (unsigned long long)tag,
                tag_text, ft_outcome_names[e->outcome], e->exit_code,
                e->by_site ? " by site" : "");
}

/* --- the world ------------------------------------------------------------ */

static void enter(struct world *w)
{
    const struct ft_home_events events = {
        .joined = joined,
        .left = left,
        .accepted = accepted,
        .refused = refused,
        .started = started,
        .progress = progress,
        .ended = ended,
        .arg = w,
    };
    struct json_object *obj;

    *w = (struct world){ .said = FT_STR_INIT };
    ck_assert_int_eq(uv_loop_init(&w->loop), 0);
    w->home = ft_home_open(&w->loop, &events, NULL);
    ck_assert_ptr_nonnull(w->home);
    obj = ft_home_json(w->home);
    w->port = (int)ft_json_int_or(obj, "port", 0);
    w->secret = ft_strdup(ft_json_str_or(obj, "secret", ""));
    ck_assert(ft_nonce_valid(w->secret));
    json_object_put(obj);
}

static void leave(struct world *w)
{
    ft_home_close(w->home);
    uv_run(&w->loop, UV_RUN_DEFAULT);
    ck_assert_int_eq(uv_loop_close(&w->loop), 0);
    ft_str_release(&w->said);
    free(w->secret);
}

static int call(const struct world *w)
{
    struct sockaddr_in addr = { .sin_family = AF_INET,
                                .sin_port = htons((uint16_t)w->port),
                                .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    ck_assert_int_eq(connect(fd, (struct sockaddr *)&addr, sizeof(addr)), 0);
    return fd;
}

static bool readable(int fd)
{
    struct pollfd p = { .fd = fd, .events = POLLIN };

    return poll(&p, 1, 0) > 0;
}

/* One line, or "" at the end of the connection; the caller frees. */
static char *hear(struct world *w, int fd)
{
    int64_t until = ft_clock_mono_ns() + WAIT_MS * (NS_PER_S / 1000);
    struct ft_str line = FT_STR_INIT;
    ssize_t n = 1;
    char c = 0;

    while (n > 0 && c != '\n') {
        ck_assert_int_lt(ft_clock_mono_ns(), until);
        if (!readable(fd)) {
            uv_run(&w->loop, UV_RUN_NOWAIT);
            continue;
        }
        n = recv(fd, &c, 1, 0);
        if (n > 0 && c != '\n')
            ft_str_addc(&line, c);
    }
    if (n <= 0)
        ft_str_cut(&line, 0);
    return ft_str_take(&line);
}

static struct json_object *hear_json(struct world *w, int fd)
{
    char *text = hear(w, fd);
    struct json_object *obj = json_tokener_parse(text);

    ck_assert_msg(obj, "heard '%s'", text);
    free(text);
    return obj;
}

static bool is_cut_off(struct world *w, int fd)
{
    char *text = hear(w, fd);
    bool cut = !*text;

    free(text);
    return cut;
}

static void say_bytes(struct world *w, int fd, const char *text, size_t len)
{
    while (len) {
        ssize_t n = send(fd, text, len, MSG_NOSIGNAL | MSG_DONTWAIT);

        if (n < 0 && errno != EAGAIN)
            return; /* it has hung up */
        text += n > 0 ? n : 0;
        len -= n > 0 ? (size_t)n : 0;
        uv_run(&w->loop, UV_RUN_NOWAIT);
    }
}

static void say(struct world *w, int fd, const char *text)
{
    say_bytes(w, fd, text, strlen(text));
    say_bytes(w, fd, "\n", 1);
}

/* Turn until the events are these, and forget them. */
static void expect(struct world *w, const char *want)
{
    int64_t until = ft_clock_mono_ns() + WAIT_MS * (NS_PER_S / 1000);

    while (w->said.len < strlen(want) && ft_clock_mono_ns() < until)
        uv_run(&w->loop, UV_RUN_NOWAIT);
    ck_assert_str_eq(w->said.s, want);
    ft_str_cut(&w->said, 0);
}

/* Their nonce. */
static char *greeting(struct world *w, int fd)
{
    struct json_object *obj = hear_json(w, fd);
    char *nonce = ft_strdup(ft_json_str_or(obj, "nonce", ""));

    ck_assert_int_eq(ft_json_int_or(obj, "fedtwin-home", 0), 1);
    ck_assert(ft_nonce_valid(nonce));
    json_object_put(obj);
    return nonce;
}

/* As the agent 'id' that proves itself; what home answers was checked. */
static int join(struct world *w, const char *id, const char *more)
{
    int fd = call(w);
    char *theirs = greeting(w, fd), *text;
    char own[FT_NONCE_HEX + 1], proof[FT_NONCE_HEX + 1];
    struct json_object *obj;

    ft_nonce_make(own);
    ft_proof_make(w->secret, "agent", own, theirs, proof);
    text = ft_asprintf("{\"agent\":1,\"nonce\":\"%s\",\"proof\":\"%s\","
                       "\"id\":\"%s\",\"tag\":\"r/t/1\",\"job\":\"7\","
                       "\"host\":\"n1\"%s}", own, proof, id, more);
    say(w, fd, text);
    obj = hear_json(w, fd);
    ck_assert(ft_proof_check(w->secret, "engine", theirs, own,
                             ft_json_str_or(obj, "proof", "")));
    json_object_put(obj);
    free(text);
    free(theirs);
    return fd;
}

/* --- strangers ------------------------------------------------------------ */

/* The nonce and the proof go into the text; it is right but for 'role', or for
 * the last digit when it is spoiled. */
static const struct {
    const char *role, *text;
    bool spoiled;
} stranger[] = {
    { "agent", "{\"agent\":1,\"id\":\"a\",\"nonce\":\"%s\",\"proof\":\"%s\"}",
      true },
    { "engine", "{\"agent\":1,\"id\":\"a\",\"nonce\":\"%s\",\"proof\":\"%s\"}",
      false },
    { "agent", "{\"agent\":2,\"id\":\"a\",\"nonce\":\"%s\",\"proof\":\"%s\"}",
      false },
    { "agent", "{\"agent\":1,\"nonce\":\"%s\",\"proof\":\"%s\"}", false },
    { "agent", "{\"agent\":1,\"id\":\"a\",\"nonce\":\"%s\"}", false },
    { "agent", "{\"agent\":1,\"id\":\"a\",\"proof\":\"%.0s%s\"}", false },
    { "agent", "{\"leaving\":\"%s %s\"}", false },
    { "agent", "{\"ended\":1}", false },
    { "agent", "[1]", false },
    { "agent", "{", false },
    { "agent", "", false },
    { "agent", "GET / HTTP/1.1", false },
};

START_TEST(strangers_are_cut_off)
{
    struct world w;
    char own[FT_NONCE_HEX + 1], proof[FT_NONCE_HEX + 1], *theirs;
    char text[400];
    int fd;

    enter(&w);
    fd = call(&w);
    theirs = greeting(&w, fd);
    ft_nonce_make(own);
    ft_proof_make(w.secret, stranger[_i].role, own, theirs, proof);
    if (stranger[_i].spoiled)
        proof[FT_NONCE_HEX - 1] ^= 1;
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    snprintf(text, sizeof(text), stranger[_i].text, own, proof);
#pragma GCC diagnostic pop
    say(&w, fd, text);
    ck_assert(is_cut_off(&w, fd));
    expect(&w, "");
    close(fd);
    free(theirs);
    leave(&w);
}
END_TEST

/* What somebody else was asked is no answer to what he is asked himself. */
START_TEST(an_answer_is_good_once)
{
    struct world w;
    char own[FT_NONCE_HEX + 1], proof[FT_NONCE_HEX + 1];
    char *theirs, *other, *text;
    int fd, again;

    enter(&w);
    fd = call(&w);
    again = call(&w);
    theirs = greeting(&w, fd);
    other = greeting(&w, again);
    ft_nonce_make(own);
    ft_proof_make(w.secret, "agent", own, theirs, proof);
    text = ft_asprintf("{\"agent\":1,\"id\":\"a\",\"nonce\":\"%s\","
                       "\"proof\":\"%s\"}", own, proof);
    say(&w, again, text);
    ck_assert(is_cut_off(&w, again));
    expect(&w, "");
    say(&w, fd, text);
    expect(&w, "joined a    1 -1 0\n");
    close(fd);
    close(again);
    free(text);
    free(other);
    free(theirs);
    leave(&w);
}
END_TEST

START_TEST(a_stranger_has_a_short_line)
{
    struct world w;
    char *text = ft_calloc(1, HELLO_MAX + 2);
    int fd;

    enter(&w);
    memset(text, ' ', HELLO_MAX + 1);
    fd = call(&w);
    free(greeting(&w, fd));
    say_bytes(&w, fd, text, HELLO_MAX); /* there may be more */
    ck_assert(!readable(fd));
    say_bytes(&w, fd, text, 1);
    ck_assert(is_cut_off(&w, fd));
    expect(&w, "");
    close(fd);
    free(text);
    leave(&w);
}
END_TEST

START_TEST(a_silent_stranger_has_five_seconds)
{
    struct world w;
    int64_t begin = ft_clock_mono_ns();
    int fd;

    enter(&w);
    fd = call(&w);
    free(greeting(&w, fd));
    ck_assert(is_cut_off(&w, fd));
    ck_assert_int_ge(ft_clock_mono_ns() - begin, 4 * NS_PER_S);
    close(fd);
    leave(&w);
}
END_TEST

START_TEST(of_many_strangers_the_oldest_goes)
{
    struct world w;
    int fd[STRANGERS_MAX + 1], agent;

    enter(&w);
    agent = join(&w, "a", "");
    expect(&w, "joined a r/t/1 7 n1 1 -1 0\n");
    for (int i = 0; i < STRANGERS_MAX; i++) {
        fd[i] = call(&w);
        free(greeting(&w, fd[i]));
    }
    ck_assert(!readable(fd[0]));
    fd[STRANGERS_MAX] = call(&w);
    free(greeting(&w, fd[STRANGERS_MAX]));
    ck_assert(is_cut_off(&w, fd[0]));
    ck_assert(!readable(fd[1]));
    say(&w, agent, "{\"accepted\":1}"); /* who has proved himself is none */
    expect(&w, "accepted 1\n");
    for (int i = 0; i <= STRANGERS_MAX; i++)
        close(fd[i]);
    close(agent);
    leave(&w);
}
END_TEST

/* --- agents --------------------------------------------------------------- */

#define RESULT \
    "{\"schema\":1,\"task\":\"t\",\"attempt\":1,\"attempt_tag\":\"r/t/1\"," \
    "\"outcome\":\"error\",\"exit_code\":3}"

static const struct {
    const char *line, *event, *answer;
} line[] = {
    { "{\"accepted\":18446744073709}", "accepted 18446744073709\n", NULL },
    { "{\"refused\":2,\"reason\":\"busy\"}", "refused 2 busy\n", NULL },
    { "{\"refused\":2}", "refused 2 \n", NULL },
    { "{\"started\":3,\"host\":\"n1\"}", "started 3 n1\n", NULL },
    { "{\"progress\":4,\"line\":\"{}\"}", "progress 4 {}\n", NULL },
    { "{\"ended\":5,\"ending\":" RESULT "}", "ended 5 r/t/1 error 3\n",
      "{\"seen\":5}" },
    { "{\"ended\":6}", "", "{\"seen\":6}" },
    { "{\"ended\":7,\"ending\":{\"schema\":2}}", "", "{\"seen\":7}" },
    { "{\"ended\":8,\"ending\":{\"schema\":1,\"attempt_tag\":\"r/t/1\","
      "\"task\":\"u\",\"attempt\":1,\"outcome\":\"ok\"}}", "",
      "{\"seen\":8}" },
    { "{\"ended\":9,\"ending\":{\"schema\":1,\"attempt_tag\":\"r/t/1\","
      "\"task\":\"t\",\"attempt\":1,\"outcome\":\"well\"}}", "",
      "{\"seen\":9}" },
    { "{\"sings\":1}", "", NULL },
    { "{}", "", NULL },
};

START_TEST(what_agents_say)
{
    struct world w;
    char *want, *text;
    int fd;

    enter(&w);
    fd = join(&w, "a", ",\"slots\":4,\"left_s\":90.5,\"serve\":true,"
                       "\"held\":[1,4294967297]");
    expect(&w, "joined a r/t/1 7 n1 4 90.5 1 1 4294967297\n");
    say(&w, fd, line[_i].line);
    if (line[_i].answer) {
        text = hear(&w, fd);
        ck_assert_str_eq(text, line[_i].answer);
        free(text);
    }
    say(&w, fd, "{\"leaving\":\"idle\"}");
    close(fd);
    want = ft_asprintf("%sleft idle\n", line[_i].event);
    expect(&w, want);
    free(want);
    leave(&w);
}
END_TEST

START_TEST(a_line_has_an_end)
{
    struct world w;
    char *text = ft_calloc(1, FT_LINK_LINE_MAX + 2);
    int fd;

    enter(&w);
    memset(text, ' ', FT_LINK_LINE_MAX + 1);
    memcpy(text, "{\"accepted\":1}", 14);
    fd = join(&w, "a", "");
    text[FT_LINK_LINE_MAX] = '\n';
    say_bytes(&w, fd, text, FT_LINK_LINE_MAX + 1);
    expect(&w, "joined a r/t/1 7 n1 1 -1 0\naccepted 1\n");
    text[FT_LINK_LINE_MAX] = ' ';
    text[FT_LINK_LINE_MAX + 1] = '\n';
    say_bytes(&w, fd, text, FT_LINK_LINE_MAX + 2);
    ck_assert(is_cut_off(&w, fd));
    expect(&w, "left -\n");
    close(fd);
    free(text);
    leave(&w);
}
END_TEST

START_TEST(broken_lines_break_the_connection)
{
    static const char *const broken[] = { "[]", "1", "{\"accepted\":1",
                                          "{} {}", "\377" };
    struct world w;
    int fd;

    enter(&w);
    for (size_t i = 0; i < FT_ARRAY_LEN(broken); i++) {
        fd = join(&w, "a", "");
        say(&w, fd, broken[i]);
        ck_assert(is_cut_off(&w, fd));
        expect(&w, "joined a r/t/1 7 n1 1 -1 0\nleft -\n");
        close(fd);
    }
    leave(&w);
}
END_TEST

START_TEST(who_calls_again_replaces_himself)
{
    struct world w;
    int first, other, again;

    enter(&w);
    first = join(&w, "a", "");
    expect(&w, "joined a r/t/1 7 n1 1 -1 0\n");
    other = join(&w, "b", ""); /* the same job, started twice */
    expect(&w, "joined b r/t/1 7 n1 1 -1 0\n");
    again = join(&w, "a", ",\"held\":[3]");
    expect(&w, "left -\njoined a r/t/1 7 n1 1 -1 0 3\n");
    ck_assert(is_cut_off(&w, first));
    say(&w, other, "{\"accepted\":1}");
    expect(&w, "accepted 1\n");
    say(&w, again, "{\"accepted\":2}");
    expect(&w, "accepted 2\n");
    close(again);
    expect(&w, "left -\n");
    close(first);
    close(other);
    leave(&w);
}
END_TEST

START_TEST(what_agents_are_told)
{
    char arg[] = "prog", env[] = "A=b", module[] = "gcc";
    char *argv[] = { arg, NULL }, *envp[] = { env, NULL };
    char *modules[] = { module };
    const struct ft_attempt a = {
        .tag = 5, .tag_text = "r/t/1", .dir = "/d", .argv = argv, .env = envp,
        .modules = modules, .n_modules = 1, .mpi = true, .serve = true,
        .more = 9, .resources = { .ranks = 2, .memory_bytes = 1e9 },
        .timeout_s = 60, .outputs = true,
    };
    static const char *const want[] = {
        "{\"task\":{\"tag\":5,\"tag_text\":\"r/t/1\",\"dir\":\"/d\","
        "\"argv\":[\"prog\"],\"env\":[\"A=b\"],\"modules\":[\"gcc\"],"
        "\"mpi\":true,\"serve\":true,\"alone\":false,\"more\":9,"
        "\"resources\":{\"nodes\":0,\"ranks\":2,\"threads\":0,\"gpus\":0,"
        "\"memory_bytes\":1000000000.0,\"walltime_s\":0.0},"
        "\"timeout_s\":60.0,\"expected_s\":0.0,\"outputs\":true}}",
        "{\"cancel\":5,\"grace_s\":2.5}",
        "{\"finish\":true}",
    };
    struct world w;
    char *text;
    int fd;

    enter(&w);
    fd = join(&w, "a", "");
    ft_home_give(w.agent, &a);
    ft_home_cancel(w.agent, 5, 2.5);
    ft_home_finish(w.agent);
    for (size_t i = 0; i < FT_ARRAY_LEN(want); i++) {
        text = hear(&w, fd);
        ck_assert_str_eq(text, want[i]);
        free(text);
    }
    close(fd);
    leave(&w);
}
END_TEST

START_TEST(closing_says_nothing)
{
    struct world w;
    int fd, other;

    enter(&w);
    fd = join(&w, "a", "");
    expect(&w, "joined a r/t/1 7 n1 1 -1 0\n");
    other = call(&w);
    free(greeting(&w, other));
    ft_agent_set(w.agent, &w);
    ck_assert_ptr_eq(ft_agent_get(w.agent), &w);
    ft_home_close(w.home);
    ck_assert(is_cut_off(&w, fd));
    ck_assert(is_cut_off(&w, other));
    expect(&w, "");
    w.home = NULL;
    close(fd);
    close(other);
    leave(&w);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("home");
    TCase *tc = tcase_create("home");

    tcase_set_timeout(tc, 60);
    tcase_add_loop_test(tc, strangers_are_cut_off, 0, FT_ARRAY_LEN(stranger));
    tcase_add_test(tc, an_answer_is_good_once);
    tcase_add_test(tc, a_stranger_has_a_short_line);
    tcase_add_test(tc, a_silent_stranger_has_five_seconds);
    tcase_add_test(tc, of_many_strangers_the_oldest_goes);
    tcase_add_loop_test(tc, what_agents_say, 0, FT_ARRAY_LEN(line));
    tcase_add_test(tc, a_line_has_an_end);
    tcase_add_test(tc, broken_lines_break_the_connection);
    tcase_add_test(tc, who_calls_again_replaces_himself);
    tcase_add_test(tc, what_agents_are_told);
    tcase_add_test(tc, closing_says_nothing);
    suite_add_tcase(suite, tc);
    return unit_main(suite);
}

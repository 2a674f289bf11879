/* test_helper.c - adapter programs that behave and that do not
 *
 * Each is a little script; what a test does with it is asked through the loop
 * as the engine asks. */
#include "run/site/helper.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <uv.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/json.h"
#include "base/path.h"
#include "model/site.h"
#include "run/site/helper_life.h"
#include "t/unit/unit.h"

#define ASKED_MAX 8
#define LATE_S 0.3 /* when an answer is not meant to come */
#define LONG_S 20.0

/* 'next' takes a request, 'ok' answers it, 'opened' does both for 'open'. */
#define PRELUDE                                                              \
    "#!/bin/sh\n"                                                            \
    "next() { IFS= read -r line || exit 0; id=${line#*\\\"id\\\":};"         \
    " id=${id%%[!0-9]*}; }\n"                                                \
    "ok() { printf '{\"id\":%s,\"ok\":true%s}\\n' \"$id\" \"$1\"; }\n"       \
    "opened() { next; ok ',\"protocol\":1,\"features\":[\"array\"]'; }\n"    \
    "blow() { head -c \"$1\" /dev/zero | tr '\\0' x; }\n"

/* --- the world ------------------------------------------------------------ */

static char dir[] = "test_helper.XXXXXX";
static char site_name[] = "alpha", adapter[] = "program";

struct world {
    uv_loop_t loop;
    struct ft_site site;
    struct ft_helper *helper;
    int log_fd;
    struct json_object *answer[ASKED_MAX]; /* in the order they came */
    size_t n;
    struct world *again; /* ask once more from inside an answer */
};

static void enter_dir(void)
{
    signal(SIGPIPE, SIG_IGN); /* as the engine does */
    ck_assert_ptr_nonnull(mkdtemp(dir));
    ck_assert_int_eq(chdir(dir), 0);
}

static void leave_dir(void)
{
    ck_assert_int_eq(chdir(".."), 0);
    ck_assert_int_eq(ft_path_remove(dir, NULL), 0);
    snprintf(dir, sizeof(dir), "test_helper.XXXXXX");
}

static char *write_program(const char *body)
{
    FILE *file = fopen("adapter", "w");

    ck_assert_ptr_nonnull(file);
    ck_assert_int_ge(fprintf(file, "%s%s\n", PRELUDE, body), 0);
    ck_assert_int_eq(fclose(file), 0);
    ck_assert_int_eq(chmod("adapter", 0755), 0);
    return realpath("adapter", NULL);
}

/* 'program' is taken. */
static void begin(struct world *w, char *program)
{
    struct ft_err err;

    *w = (struct world){ .site = { .name = site_name,
                                   .adapter = adapter,
                                   .program = program } };
    w->log_fd = open("log", O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    ck_assert_int_ge(w->log_fd, 0);
    ck_assert_int_eq(uv_loop_init(&w->loop), 0);
    w->helper = ft_helper_new(&w->site, "/project", &w->loop, w->log_fd,
                              &err);
    ck_assert_ptr_nonnull(w->helper);
}

static void end(struct world *w)
{
    ft_helper_close(w->helper);
    ck_assert_int_eq(uv_run(&w->loop, UV_RUN_DEFAULT), 0);
    ck_assert_int_eq(uv_loop_close(&w->loop), 0);
    for (size_t i = 0; i < w->n; i++)
        json_object_put(w->answer[i]);
    close(w->log_fd);
    free(w->site.program);
}

static void on_answer(struct json_object *answer, void *arg);

static void ask_within(struct world *w, const char *op, double within_s)
{
    struct json_object *request = json_object_new_object();

    ft_json_add_str(request, "op", op);
    ft_helper_ask(w->helper, request, within_s, on_answer, w);
}

static void ask(struct world *w, const char *op)
{
    ask_within(w, op, LONG_S);
}

static void on_answer(struct json_object *answer, void *arg)
{
    struct world *w = arg;

    ck_assert_uint_lt(w->n, ASKED_MAX);
    w->answer[w->n++] = json_object_get(answer);
    if (w->again) {
        w->again = NULL;
        ask(w, "again");
    }
}

static void await(struct world *w, size_t n)
{
    while (w->n < n)
        (void)uv_run(&w->loop, UV_RUN_ONCE);
    ck_assert_uint_eq(w->n, n);
}

static void expect_ok(struct world *w, size_t i)
{
    ck_assert_msg(ft_json_bool_or(w->answer[i], "ok", false), "%s",
                  json_object_to_json_string(w->answer[i]));
}

static void expect_reason(struct world *w, size_t i, const char *reason,
                          bool sent)
{
    const char *got = ft_json_str_or(w->answer[i], "reason", "");

    ck_assert(!ft_json_bool_or(w->answer[i], "ok", true));
    ck_assert_str_eq(ft_json_str_or(w->answer[i], "error", ""),
                     "unavailable");
    ck_assert_msg(strstr(got, reason), "'%s' is not in '%s'", reason, got);
    ck_assert_int_eq(ft_json_bool_or(w->answer[i], "sent", !sent), sent);
}

static char *contents(const char *path)
{
    struct ft_str text = FT_STR_INIT;

    ck_assert_int_eq(ft_file_read(path, 64u << 20, &text, NULL), 0);
    return ft_str_take(&text);
}

/* --- programs that behave ------------------------------------------------- */

START_TEST(open_comes_first)
{
    struct world w;
    char *said;

    enter_dir();
    begin(&w, write_program("while next; do echo \"$line\" >>said\n"
                            "ok ',\"protocol\":1,\"features\":[\"array\"]'\n"
                            "done"));
    ck_assert(!ft_helper_has(w.helper, "array"));
    ask(&w, "probe");
    ck_assert_uint_eq(w.n, 0); /* never from inside the call */
    await(&w, 1);
    expect_ok(&w, 0);
    ck_assert_int_eq(ft_json_int_or(w.answer[0], "id", 0), 1);
    ck_assert(ft_helper_has(w.helper, "array"));
    ck_assert(!ft_helper_has(w.helper, "hold"));
    end(&w);
    said = contents("said");
    ck_assert_str_eq(said,
                     "{\"id\":2,\"op\":\"open\",\"protocol\":1,\"site\":"
                     "{\"site\":\"alpha\",\"adapter\":\"program\"},"
                     "\"project\":\"/project\"}\n"
                     "{\"op\":\"probe\",\"id\":1}\n"
                     "{\"id\":3,\"op\":\"close\"}\n");
    free(said);
    leave_dir();
}
END_TEST

START_TEST(nothing_asked_nothing_started)
{
    struct world w;

    enter_dir();
    begin(&w, write_program("echo >started"));
    end(&w);
    ck_assert(!ft_path_exists("started"));
    ft_helper_close(NULL);
    leave_dir();
}
END_TEST

/* Each serves two requests, "one" and "two". */
static const struct {
    const char *what, *body;
    int64_t id[2]; /* of the answers, in the order they come */
} good[] = {
    { "in order", "opened; next; ok; next; ok; next", { 1, 2 } },
    { "the other way round",
      "opened; next; a=$id; next; ok; id=$a; ok; next", { 2, 1 } },
    { "in pieces",
      "opened; next; printf '{\"id\":'; next; printf '1,\"ok\":tr'\n"
      "printf 'ue}\\n{\"id\":2,\"ok\"'; sleep 0.1; printf ':true}'; echo; next",
      { 1, 2 } },
    { "twice", "opened; next; ok; ok; next; ok; next", { 1, 2 } },
    { "of 300 kB",
      "opened; next; ok \",\\\"x\\\":\\\"$(blow 300000)\\\"\"; next; ok; next",
      { 1, 2 } },
    { "opens twice", "opened; next; b=$id; id=3; ok; id=$b; ok; next; ok; next",
      { 1, 2 } },
    { "leaves when it has answered",
      "opened; next; a=$id; next; ok; id=$a; ok", { 2, 1 } },
};

START_TEST(answers)
{
    struct world w;

    enter_dir();
    begin(&w, write_program(good[_i].body));
    ask(&w, "one");
    ask(&w, "two");
    await(&w, 2);
    for (size_t i = 0; i < 2; i++) {
        expect_ok(&w, i);
        ck_assert_msg(ft_json_int_or(w.answer[i], "id", 0) == good[_i].id[i],
                      "%s", good[_i].what);
    }
    end(&w);
    leave_dir();
}
END_TEST

/* --- programs that do not ------------------------------------------------- */

static const struct {
    const char *body, *reason;
    bool sent;
} bad[] = {
    { "exit 3", "' ended with status 3", false },
    { "opened; next; echo first >&2; echo ' boom ' >&2; exit 4",
      "' ended with status 4 ( boom)", true },
    { "opened; next; kill -9 $$", "' was killed by signal 9", true },
    { "opened; next; echo hello; next",
      "' wrote what is no answer: 'hello'", true },
    { "echo welcome; opened; next; ok; next",
      "' wrote what is no answer: 'welcome'", false },
    { "opened; next; printf '\\001\\002\\n'; next",
      "' wrote what is no answer: '\?\?'", true },
    { "opened; next; echo '[1]'; next", "' wrote what is no answer: '[1]'",
      true },
    { "opened; next; id=99; ok; next",
      "' wrote what is no answer: '{\"id\":99,\"ok\":true}'", true },
    { "opened; next; id=-1; ok; next",
      "' wrote what is no answer: '{\"id\":-1,\"ok\":true}'", true },
    { "next; id=1; ok; next",
      "' wrote what is no answer: '{\"id\":1,\"ok\":true}'", false },
    { "opened; next; echo '{\"id\":1}'; next",
      "' wrote what is no answer: '{\"id\":1}'", true },
    { "opened; next; echo '{\"id\":1,\"ok\":\"yes\"}'; next",
      "' wrote what is no answer: ", true },
    { "opened; next; echo '{\"id\":null,\"ok\":false,\"error\":\"protocol\","
      "\"reason\":\"no such thing\"}'; next",
      "' did not understand a request: no such thing", true },
    { "next; ok ',\"protocol\":2'; next", "' speaks protocol 2, not 1",
      false },
    { "next; ok; next", "' speaks protocol -1, not 1", false },
    { "opened; next; exec >&-; sleep 5", "' closed its output", true },
    { "opened; next; sleep 3 & exit 6", "' ended with status 6", true },
    { "opened; next; printf '{\"id\":1,\"ok\":tr'; exit 0",
      "' ended with status 0", true },
    { "opened; next; blow 18000000; next",
      "' wrote a line longer than 16 MiB", true },
};

START_TEST(misbehaves)
{
    struct world w;
    char *log;

    enter_dir();
    begin(&w, write_program(bad[_i].body));
    ask(&w, "one");
    await(&w, 1);
    expect_reason(&w, 0, bad[_i].reason, bad[_i].sent);
    end(&w);
    log = contents("log");
    ck_assert_msg(strstr(log, bad[_i].reason), "%s", log);
    ck_assert_ptr_nonnull(strstr(log, "; not started again for 0.5 s\n"));
    free(log);
    leave_dir();
}
END_TEST

START_TEST(cannot_start)
{
    static const char *const path[] = { "/nowhere/adapter", "/", "/dev/null" };
    static const char *const reason[] = { "No such file or directory",
                                          "Permission denied",
                                          "Permission denied" };
    struct world w;

    enter_dir();
    begin(&w, ft_strdup(path[_i]));
    ask(&w, "one");
    ask(&w, "two");
    await(&w, 2);
    expect_reason(&w, 0, reason[_i], false);
    expect_reason(&w, 1, "cannot be started: ", false);
    end(&w);
    leave_dir();
}
END_TEST

START_TEST(no_interpreter)
{
    char *program;
    struct world w;
    FILE *file;

    enter_dir();
    program = write_program("");
    file = fopen(program, "w");
    ck_assert_int_ge(fputs("#!/nowhere/sh\n", file), 0);
    ck_assert_int_eq(fclose(file), 0);
    begin(&w, program);
    ask(&w, "one");
    await(&w, 1);
    expect_reason(&w, 0, "cannot be started: ", false);
    end(&w);
    leave_dir();
}
END_TEST

/* The site's own words reach whoever waits, and the program is not kept. */
START_TEST(open_refused)
{
    struct world w;
    char *lives;

    enter_dir();
    begin(&w, write_program(
                  "next; echo >>lives\n"
                  "echo '{\"id\":'$id',\"ok\":false,\"error\":\"denied\","
                  "\"expired\":true,\"reason\":\"the token ended\"}'; next"));
    ask(&w, "one");
    ask(&w, "two");
    await(&w, 2);
    for (size_t i = 0; i < 2; i++) {
        ck_assert_str_eq(ft_json_str_or(w.answer[i], "error", ""), "denied");
        ck_assert(ft_json_bool_or(w.answer[i], "expired", false));
        ck_assert(!ft_json_bool_or(w.answer[i], "sent", true));
    }
    ask(&w, "three");
    await(&w, 3);
    end(&w);
    lives = contents("lives");
    ck_assert_str_eq(lives, "\n\n");
    free(lives);
    leave_dir();
}
END_TEST

/* --- time ----------------------------------------------------------------- */

START_TEST(too_late)
{
    struct world w;

    enter_dir();
    begin(&w, write_program(
                  "opened; next; next; ok; id=1; ok; next; ok; next"));
    ask_within(&w, "one", LATE_S);
    await(&w, 1);
    expect_reason(&w, 0, "gave no answer within 0.3 s", true);
    ask(&w, "two"); /* the answer to the first comes after this one's */
    ask(&w, "three");
    await(&w, 3);
    expect_ok(&w, 1);
    expect_ok(&w, 2);
    end(&w);
    leave_dir();
}
END_TEST

START_TEST(open_too_late)
{
    struct world w;

    enter_dir();
    begin(&w, write_program("next; next"));
    w.site.answer_within_s = LATE_S;
    ask(&w, "one");
    await(&w, 1);
    expect_reason(&w, 0, "did not answer 'open' in time", false);
    end(&w);
    leave_dir();
}
END_TEST

/* One that does not answer at all is another one afterwards. */
START_TEST(hangs)
{
    struct world w;

    enter_dir();
    begin(&w, write_program("opened; if test -e hung; then next; ok; next; fi\n"
                            "echo $$ >hung; while next; do :; done"));
    for (int i = 0; i < FT_HELPER_SILENT_MAX; i++)
        ask_within(&w, "one", LATE_S);
    ask(&w, "waits longer");
    await(&w, FT_HELPER_SILENT_MAX + 1);
    expect_reason(&w, 0, "gave no answer within", true);
    expect_reason(&w, FT_HELPER_SILENT_MAX, "hangs", true);
    ask(&w, "two");
    await(&w, FT_HELPER_SILENT_MAX + 2);
    expect_ok(&w, FT_HELPER_SILENT_MAX + 1);
    end(&w);
    leave_dir();
}
END_TEST

/* The first life ends at the first request, the second one, too. */
START_TEST(starts_again)
{
    int64_t began, first_ns, second_ns;
    struct world w;

    enter_dir();
    begin(&w, write_program("echo >>lives; opened; next\n"
                            "test $(wc -l <lives) -lt 3 && exit 1; ok; next"));
    ask(&w, "one");
    await(&w, 1);
    began = ft_clock_mono_ns();
    ask_within(&w, "short", 0.1);
    await(&w, 2);
    expect_reason(&w, 1, "ended with status 1", false);
    ask(&w, "two");
    await(&w, 3);
    first_ns = ft_clock_mono_ns() - began;
    ask(&w, "three");
    await(&w, 4);
    second_ns = ft_clock_mono_ns() - began - first_ns;
    expect_reason(&w, 2, "ended with status 1", true);
    expect_ok(&w, 3);
    ck_assert_int_ge(first_ns, 450000000);
    ck_assert_int_ge(second_ns, 950000000);
    end(&w);
    leave_dir();
}
END_TEST

/* --- size ----------------------------------------------------------------- */

/* {"id":1,"ok":true,"x":"..."} is 27 bytes and the text. */
START_TEST(longest_answer)
{
    char *body = ft_asprintf(
        "opened; next; printf '{\"id\":1,\"ok\":true,\"x\":\"'\n"
        "blow %u; echo '\"}'; next", FT_HELPER_LINE_MAX - 25 + (unsigned)_i);
    struct world w;

    enter_dir();
    begin(&w, write_program(body));
    ask(&w, "one");
    await(&w, 1);
    if (_i == 0)
        expect_ok(&w, 0);
    else
        expect_reason(&w, 0, "longer than 16 MiB", true);
    end(&w);
    free(body);
    leave_dir();
}
END_TEST

/* {"op":"...","id":1} is 16 bytes and the text. */
START_TEST(longest_request)
{
    size_t len = FT_HELPER_LINE_MAX - 16 + (size_t)_i;
    char *op = ft_calloc(len + 1, 1);
    struct world w;

    memset(op, 'x', len);
    enter_dir();
    begin(&w, write_program("opened; head -n 1 | wc -c >size; id=1; ok; next"));
    ask(&w, op);
    ck_assert_uint_eq(w.n, 0);
    await(&w, 1);
    if (_i == 0)
        expect_ok(&w, 0);
    else
        ck_assert_str_eq(ft_json_str_or(w.answer[0], "error", ""),
                         "protocol");
    end(&w);
    free(op);
    leave_dir();
}
END_TEST

START_TEST(floods_stderr)
{
    struct world w;
    struct stat st;
    char *log;

    enter_dir();
    begin(&w, write_program("opened; next; echo first >&2; echo second >&2\n"
                            "blow 5000000 >&2; ok; next"));
    ask(&w, "one");
    await(&w, 1);
    expect_ok(&w, 0);
    end(&w);
    ck_assert_int_eq(stat("log", &st), 0);
    ck_assert_int_ge(st.st_size, FT_HELPER_LOG_MAX);
    ck_assert_int_lt(st.st_size, FT_HELPER_LOG_MAX + 70000);
    log = contents("log");
    ck_assert(ft_starts_with(log, "alpha: first\nalpha: second\nalpha: xxx"));
    ck_assert(ft_ends_with(log, "\nalpha: (what follows is not kept)\n"));
    free(log);
    leave_dir();
}
END_TEST

/* --- the end -------------------------------------------------------------- */

static pid_t pid_in(const char *path)
{
    char *text = contents(path);
    long pid = strtol(text, NULL, 10);

    ck_assert_int_gt(pid, 1);
    free(text);
    return (pid_t)pid;
}

static const char *const unfinished[] = {
    "opened; next; echo $$ >pid; next; next",
    /* and one that does not care that nobody is there any more */
    "opened; next; echo $$ >pid; ok; trap '' TERM; exec 0<&-; sleep 60",
    "opened; next; echo $$ >pid; ok; next; exec >&- 2>&-; sleep 60",
};

START_TEST(closed_early)
{
    size_t first = _i == 0 ? 0 : 1;
    struct world w;

    enter_dir();
    begin(&w, write_program(unfinished[_i]));
    ask(&w, "one");
    while (!ft_path_exists("pid") || w.n < first)
        (void)uv_run(&w.loop, UV_RUN_NOWAIT);
    ask(&w, "two");
    w.again = &w; /* what is asked then is dropped */
    ft_helper_close(w.helper);
    ck_assert_uint_eq(w.n, first);
    ask(&w, "three");
    (void)uv_run(&w.loop, UV_RUN_DEFAULT);
    ck_assert_uint_eq(w.n, 2);
    expect_reason(&w, 1, "the engine has closed the site", true);
    ck_assert(kill(pid_in("pid"), 0) < 0 && errno == ESRCH);
    w.helper = NULL;
    end(&w);
    leave_dir();
}
END_TEST

/* --- one question --------------------------------------------------------- */

static int ask_once(char *program, struct json_object **answer,
                    struct ft_err *err)
{
    struct ft_site site = { .name = site_name, .adapter = adapter,
                            .program = program };
    struct json_object *request = json_object_new_object();
    int rc;

    ft_json_add_str(request, "op", "probe");
    rc = ft_helper_ask_once(&site, NULL, request, LONG_S, answer, err);
    free(program);
    return rc;
}

static const struct {
    const char *body;
    enum ft_code code;
    const char *msg;
} once[] = {
    { "opened; next; ok ',\"n\":5'; next", FT_OK, NULL },
    { "exit 1", FT_ESITE, "' ended with status 1" },
    { "opened; next; echo '{\"id\":1,\"ok\":false,\"error\":\"denied\"}'; next",
      FT_EACCES, "site 'alpha': denied: no reason given" },
    { "opened; next; echo '{\"id\":1,\"ok\":false,\"error\":\"unsupported\","
      "\"reason\":\"not here\"}'; next",
      FT_ESITE, "site 'alpha': unsupported: not here" },
};

START_TEST(one_question)
{
    struct json_object *answer = NULL;
    struct ft_err err;
    int rc;

    enter_dir();
    rc = ask_once(write_program(once[_i].body), &answer, &err);
    ck_assert_int_eq(rc, once[_i].code == FT_OK ? 0 : -1);
    if (rc == 0) {
        ck_assert_int_eq(ft_json_int_or(answer, "n", 0), 5);
    } else {
        ck_assert_int_eq(err.code, once[_i].code);
        ck_assert_msg(strstr(err.msg, once[_i].msg), "%s", err.msg);
        ck_assert_ptr_null(answer);
    }
    json_object_put(answer);
    leave_dir();
}
END_TEST

START_TEST(no_program)
{
    struct ft_site *site = ft_site_local();
    struct json_object *answer = NULL;
    struct ft_err err;

    ck_assert_int_eq(ft_helper_ask_once(site, NULL, json_object_new_object(),
                                        1, &answer, &err), -1);
    ck_assert_str_eq(err.msg, "site 'local' has no adapter program");
    ck_assert_ptr_null(answer);
    ft_site_free(site);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("helper");
    TCase *tc = tcase_create("helper");

    tcase_set_timeout(tc, 60);
    tcase_add_test(tc, open_comes_first);
    tcase_add_test(tc, nothing_asked_nothing_started);
    tcase_add_loop_test(tc, answers, 0, FT_ARRAY_LEN(good));
    tcase_add_loop_test(tc, misbehaves, 0, FT_ARRAY_LEN(bad));
    tcase_add_loop_test(tc, cannot_start, 0, 3);
    tcase_add_test(tc, no_interpreter);
    tcase_add_test(tc, open_refused);
    tcase_add_test(tc, too_late);
    tcase_add_test(tc, open_too_late);
    tcase_add_test(tc, hangs);
    tcase_add_test(tc, starts_again);
    tcase_add_loop_test(tc, longest_answer, 0, 2);
    tcase_add_loop_test(tc, longest_request, 0, 2);
    tcase_add_test(tc, floods_stderr);
    tcase_add_loop_test(tc, closed_early, 0, FT_ARRAY_LEN(unfinished));
    tcase_add_loop_test(tc, one_question, 0, FT_ARRAY_LEN(once));
    tcase_add_test(tc, no_program);
    suite_add_tcase(suite, tc);
    return unit_main(suite);
}

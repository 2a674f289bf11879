/* test_local.c - attempts on this machine: how they end, and that nothing of
 * them is left */
#include "run/adapter.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <uv.h>

#include "adapters/local/local_session.h"
#include "base/err.h"
#include "base/path.h"
#include "base/str.h"
#include "t/unit/unit.h"

#define MIB (1 << 20)
#define TAG 7

/* --- programs that the tests start: this one, called with a word ---------- */

static void say(const char *text)
{
    if (write(3, text, strlen(text)) < 0)
        _exit(9);
}

/* A tree in three process groups that does not want to end. */
static int play_stubborn(void)
{
    int ready[2];
    char c;

    signal(SIGTERM, SIG_IGN);
    if (pipe(ready) < 0)
        return 9;
    for (int i = 0; i < 2; i++) {
        if (fork() == 0) {
            (void)setpgid(0, 0);
            if (fork() == 0)
                (void)setpgid(0, 0);
            if (write(ready[1], "x", 1) < 0)
                _exit(9);
            for (;;)
                pause();
        }
    }
    for (int i = 0; i < 4; i++)
        if (read(ready[0], &c, 1) != 1)
            return 9;
    say("{\"ready\":true}\n");
    for (;;)
        pause();
}

/* Leaves a process behind in a group of its own. */
static int play_leaver(void)
{
    int ready[2];
    char c;

    if (pipe(ready) < 0)
        return 9;
    if (fork() == 0) {
        (void)setpgid(0, 0);
        if (write(ready[1], "x", 1) < 0)
            _exit(9);
        for (;;)
            pause();
    }
    return read(ready[0], &c, 1) == 1 ? 0 : 9;
}

static int play_eater(void)
{
    volatile char *p = malloc(200 * MIB);

    if (!p)
        return 9;
    for (size_t i = 0; i < 200 * MIB; i += 4096)
        p[i] = 1;
    say("{\"ready\":true}\n");
    for (;;)
        pause();
}

static int play_flooder(void)
{
    static char block[MIB];

    memset(block, 'x', sizeof(block));
    for (int i = 0; i <= FT_LOG_STREAM_MAX / MIB; i++)
        if (ft_write_all(1, block, sizeof(block)) < 0)
            return 9;
    for (;;)
        pause();
}

static const struct {
    const char *name;
    int (*play)(void);
} part[] = {
    { "stubborn", play_stubborn },
    { "leaver", play_leaver },
    { "eater", play_eater },
    { "flooder", play_flooder },
};

/* --- one attempt ---------------------------------------------------------- */

struct world {
    uv_loop_t loop;
    void *conn;
    char *dir;
    enum ft_submit_answer answer;
    char reason[200];
    char job[32];
    struct ft_ending ending;
    int n_submitted, n_started, n_ended, n_lines;
    struct ft_str lines;
    /* what to do at the first line of progress */
    void (*on_line)(struct world *w);
};

static void submitted(uint64_t tag, enum ft_submit_answer answer,
                      const char *job, double retry_after_s,
                      const char *reason, void *arg)
{
    struct world *w = arg;

    (void)retry_after_s;
    ck_assert_uint_eq(tag, TAG);
    w->answer = answer;
    w->n_submitted++;
    snprintf(w->job, sizeof(w->job), "%s", job ? job : "");
    snprintf(w->reason, sizeof(w->reason), "%s", reason ? reason : "");
}

static void started(uint64_t tag, const char *host, void *arg)
{
    struct world *w = arg;

    ck_assert_uint_eq(tag, TAG);
    ck_assert_ptr_nonnull(host);
    w->n_started++;
}

static void progress(uint64_t tag, const char *line, void *arg)
{
    struct world *w = arg;

    ck_assert_uint_eq(tag, TAG);
    ft_str_addf(&w->lines, "%s\n", line);
    if (w->n_lines++ == 0 && w->on_line)
        w->on_line(w);
}

static void ended(uint64_t tag, const struct ft_ending *ending, void *arg)
{
    struct world *w = arg;

    ck_assert_uint_eq(tag, TAG);
    w->ending = *ending;
    w->n_ended++;
    uv_stop(&w->loop);
}

static void setup_world(struct world *w, const struct ft_site *site)
{
    struct ft_adapter_events events = {
        .submitted = submitted,
        .started = started,
        .progress = progress,
        .ended = ended,
        .arg = w,
    };
    char dir[] = "/tmp/fedtwin-local-XXXXXX";
    struct ft_err err;

    *w = (struct world){ .lines = FT_STR_INIT };
    ck_assert_ptr_nonnull(mkdtemp(dir));
    w->dir = ft_strdup(dir);
    ck_assert_int_eq(uv_loop_init(&w->loop), 0);
    ck_assert_int_eq(ft_adapter_local.open(site, NULL, &w->loop, &events,
                                           &w->conn, &err), 0);
}

static void teardown_world(struct world *w)
{
    ft_adapter_local.close(w->conn);
    ck_assert_int_eq(uv_run(&w->loop, UV_RUN_DEFAULT), 0);
    ck_assert_int_eq(uv_loop_close(&w->loop), 0);
    ck_assert_int_eq(ft_path_remove(w->dir, NULL), 0);
    ft_str_release(&w->lines);
    free(w->dir);
}

static void start(struct world *w, const struct ft_attempt *like,
                  const char *const *argv)
{
    struct ft_attempt attempt = *like;

    attempt.tag = TAG;
    attempt.tag_text = unit_tag("task/1");
    attempt.dir = w->dir;
    attempt.argv = (char *const *)argv;
    ft_adapter_local.submit(w->conn, &attempt, 1);
}

/* The site has answered: started, or refused. */
static void await_answer(struct world *w)
{
    while (!w->n_submitted)
        (void)uv_run(&w->loop, UV_RUN_ONCE);
}

static void await_end(struct world *w)
{
    while (!w->n_ended)
        (void)uv_run(&w->loop, UV_RUN_ONCE);
    ck_assert_int_eq(w->n_ended, 1);
}

static void run_part(struct world *w, const struct ft_attempt *like,
                     const char *name)
{
    char self[4096];
    ssize_t len = readlink("/proc/self/exe", self, sizeof(self) - 1);
    const char *argv[] = { self, name, NULL };

    ck_assert_int_gt(len, 0);
    self[len] = '\0';
    start(w, like, argv);
}

static size_t file_size(const struct world *w, const char *name)
{
    char *path = ft_path_join(w->dir, name);
    struct stat st;

    ck_assert_int_eq(stat(path, &st), 0);
    free(path);
    return (size_t)st.st_size;
}

static pid_t leader(const struct world *w)
{
    return (pid_t)strtol(w->job, NULL, 10);
}

static const struct ft_attempt plain = { 0 };

/* --- ends ----------------------------------------------------------------- */

static const struct {
    const char *script;
    enum ft_outcome outcome;
    int exit_code, signal;
    const char *reason; /* part of it */
} row[] = {
    { "true", FT_OUT_OK, 0, 0, "" },
    { "exit 3", FT_OUT_ERROR, 3, 0, "exit status 3" },
    { "exit 75", FT_OUT_PREEMPTED, 75, 0, "checkpoint" },
    { "kill -SEGV $$", FT_OUT_ERROR, 0, SIGSEGV, "signal 11" },
    { "kill -KILL $$", FT_OUT_ERROR, 0, SIGKILL, "signal 9" },
    /* nothing to read; nothing inherited but the streams, progress, and the
     * descriptors by which it is seen that nobody is left */
    { "test -z \"$(cat)\"", FT_OUT_OK, 0, 0, "" },
    { "test ! -e /proc/self/fd/6 && test -e /proc/self/fd/3", FT_OUT_OK, 0, 0,
      "" },
    { "test \"$FEDTWIN_TASK\" = \"$PWD/task.json\" -a "
      "\"$FEDTWIN_PROGRESS_FD\" = 3 -a \"$OMP_NUM_THREADS\" = 1 -a "
      "\"$FEDTWIN_TAG\" = run-$PPID/task/1", FT_OUT_OK, 0, 0, "" },
};

START_TEST(ends)
{
    const char *argv[] = { "sh", "-c", row[_i].script, NULL };
    struct world w;

    setup_world(&w, NULL);
    start(&w, &plain, argv);
    await_answer(&w);
    ck_assert_int_eq(w.answer, FT_SUBMIT_OK);
    ck_assert_int_eq(w.n_started, 1);
    await_end(&w);
    ck_assert_int_eq(w.ending.outcome, row[_i].outcome);
    ck_assert_int_eq(w.ending.exit_code, row[_i].exit_code);
    ck_assert_int_eq(w.ending.signal, row[_i].signal);
    ck_assert_ptr_nonnull(strstr(w.ending.reason, row[_i].reason));
    ck_assert_int_ge(w.ending.end_ns, w.ending.start_ns);
    teardown_world(&w);
}
END_TEST

START_TEST(streams_are_captured)
{
    const char *argv[] = { "sh", "-c", "echo out; echo error >&2", NULL };
    struct world w;

    setup_world(&w, NULL);
    start(&w, &plain, argv);
    await_end(&w);
    ck_assert_uint_eq(file_size(&w, FT_STDOUT_FILE), 4);
    ck_assert_uint_eq(file_size(&w, FT_STDERR_FILE), 6);
    teardown_world(&w);
}
END_TEST

START_TEST(environment_is_added)
{
    const char *argv[] = { "sh", "-c",
                           "test \"$A\" = 'b c' -a $OMP_NUM_THREADS = 5",
                           NULL };
    char own[] = "A=b c", threads[] = "OMP_NUM_THREADS=5";
    char *env[] = { own, threads, NULL };
    struct ft_attempt attempt = { .env = env };
    struct world w;

    setup_world(&w, NULL);
    start(&w, &attempt, argv);
    await_end(&w);
    ck_assert_int_eq(w.ending.outcome, FT_OUT_OK);
    teardown_world(&w);
}
END_TEST

/* --- refusals ------------------------------------------------------------- */

static const struct {
    const char *program;
    struct ft_resources resources;
    const char *reason;
} refused[] = {
    { "no-such-program-anywhere", { 0 }, "cannot start 'no-such-program" },
    { "/etc/passwd", { 0 }, "Permission denied" },
    { "true", { .nodes = 2 }, "2 nodes" },
    { "true", { .gpus = 1 }, "1 GPUs" },
    { "true", { .memory_bytes = 1e18 }, "MiB of memory" },
};

START_TEST(refusals)
{
    const char *argv[] = { refused[_i].program, NULL };
    struct ft_attempt attempt = { .resources = refused[_i].resources };
    struct world w;

    setup_world(&w, NULL);
    start(&w, &attempt, argv);
    await_answer(&w);
    ck_assert_int_eq(w.answer, FT_SUBMIT_REJECTED);
    ck_assert_ptr_nonnull(strstr(w.reason, refused[_i].reason));
    ck_assert_int_eq(w.n_started, 0);
    teardown_world(&w);
}
END_TEST

/* --- being ended ---------------------------------------------------------- */

START_TEST(time_out)
{
    const char *argv[] = { "sleep", "1000", NULL };
    struct ft_attempt attempt = { .timeout_s = 0.1 };
    struct world w;

    setup_world(&w, NULL);
    start(&w, &attempt, argv);
    await_end(&w);
    ck_assert_int_eq(w.ending.outcome, FT_OUT_TIMEOUT);
    ck_assert_str_eq(w.ending.reason, "timed out after 0.1 s");
    teardown_world(&w);
}
END_TEST

static void cancel_politely(struct world *w)
{
    uint64_t tag = TAG;

    ck_assert_uint_eq(ft_session_signal(leader(w), 0), 5);
    ft_adapter_local.cancel(w->conn, &tag, 1, 0.2);
}

static void cancel_at_once(struct world *w)
{
    uint64_t tag = TAG;

    ft_adapter_local.cancel(w->conn, &tag, 1, 1000);
    ft_adapter_local.cancel(w->conn, &tag, 1, 0);
}

START_TEST(cancel_ends_the_whole_session)
{
    static void (*const how[])(struct world *w) = { cancel_politely,
                                                    cancel_at_once };
    struct world w;

    setup_world(&w, NULL);
    w.on_line = how[_i];
    run_part(&w, &plain, "stubborn");
    await_end(&w);
    ck_assert_int_eq(w.ending.outcome, FT_OUT_CANCELLED);
    ck_assert_uint_eq(ft_session_signal(leader(&w), 0), 0);
    teardown_world(&w);
}
END_TEST

START_TEST(cancelled_before_it_has_begun)
{
    static const double grace_s[] = { 1000, 0 };
    const char *argv[] = { "sleep", "1000", NULL };
    uint64_t tag = TAG;
    struct world w;

    setup_world(&w, NULL);
    start(&w, &plain, argv);
    ck_assert_int_eq(w.n_submitted, 0);
    ft_adapter_local.cancel(w.conn, &tag, 1, grace_s[_i]);
    await_end(&w);
    ck_assert_int_eq(w.answer, FT_SUBMIT_OK);
    ck_assert_int_eq(w.ending.outcome, FT_OUT_CANCELLED);
    ck_assert_int_eq(w.ending.signal, grace_s[_i] > 0 ? SIGTERM : SIGKILL);
    teardown_world(&w);
}
END_TEST

START_TEST(what_is_left_behind_ends)
{
    struct world w;

    setup_world(&w, NULL);
    run_part(&w, &plain, "leaver");
    await_end(&w);
    ck_assert_int_eq(w.ending.outcome, FT_OUT_OK);
    ck_assert_uint_eq(ft_session_signal(leader(&w), 0), 0);
    teardown_world(&w);
}
END_TEST

START_TEST(too_much_memory)
{
    struct ft_attempt attempt = { .resources.memory_bytes = 50.0 * MIB };
    struct world w;

    setup_world(&w, NULL);
    run_part(&w, &attempt, "eater");
    await_end(&w);
    ck_assert_int_eq(w.ending.outcome, FT_OUT_OOM);
    ck_assert_ptr_nonnull(strstr(w.ending.reason, "50 MiB allowed"));
    ck_assert_double_gt(w.ending.peak_rss_bytes, 50.0 * MIB);
    teardown_world(&w);
}
END_TEST

START_TEST(too_much_output)
{
    struct world w;

    setup_world(&w, NULL);
    run_part(&w, &plain, "flooder");
    await_end(&w);
    ck_assert_int_eq(w.ending.outcome, FT_OUT_ERROR);
    ck_assert_str_eq(w.ending.reason, "wrote more than 64 MiB to stdout.txt");
    ck_assert_uint_eq(file_size(&w, FT_STDOUT_FILE), FT_LOG_STREAM_MAX);
    teardown_world(&w);
}
END_TEST

START_TEST(closing_ends_what_runs)
{
    const char *argv[] = { "sleep", "1000", NULL };
    struct world w;
    pid_t pid;

    setup_world(&w, NULL);
    start(&w, &plain, argv);
    await_answer(&w);
    pid = leader(&w);
    ck_assert_uint_eq(ft_session_signal(pid, 0), 1);
    teardown_world(&w);
    ck_assert_uint_eq(ft_session_signal(pid, 0), 0);
    ck_assert_int_eq(w.n_ended, 0);
}
END_TEST

/* The process is gone when the loop has nothing more to do: it cannot be waited
 * for. */
START_TEST(closing_ends_what_begins)
{
    const char *argv[] = { "sleep", "1000", NULL };
    struct world w;

    setup_world(&w, NULL);
    start(&w, &plain, argv);
    teardown_world(&w);
    ck_assert_int_eq(w.n_submitted, 0);
    ck_assert_int_eq(waitpid(-1, NULL, 0), -1);
    ck_assert_int_eq(errno, ECHILD);
}
END_TEST

/* --- progress ------------------------------------------------------------- */

START_TEST(progress_lines)
{
    const char *argv[] = {
        "sh", "-c",
        "echo one >&3; echo >&3; echo two >>progress.ndjson;"
        "head -c 10000 /dev/zero | tr '\\0' x >&3; echo >&3; echo three >&3;"
        "printf half >&3",
        NULL
    };
    struct world w;

    setup_world(&w, NULL);
    start(&w, &plain, argv);
    await_end(&w);
    ck_assert_str_eq(w.lines.s, "one\ntwo\nthree\n");
    teardown_world(&w);
}
END_TEST

/* --- launchers ------------------------------------------------------------ */

START_TEST(launcher_of_the_site)
{
    char sh[] = "sh", option[] = "-c", script[] = "exit {ranks}";
    char *words[] = { sh, option, script };
    struct ft_site site = { .mpirun = words, .n_mpirun = 3, .slots = 1 };
    struct ft_attempt attempt = { .mpi = true, .resources.ranks = 42 };
    const char *argv[] = { "true", NULL };
    struct world w;

    setup_world(&w, &site);
    start(&w, &attempt, argv);
    await_end(&w);
    ck_assert_int_eq(w.ending.exit_code, 42);
    teardown_world(&w);
}
END_TEST

START_TEST(no_descriptor_for_ranks)
{
    char sh[] = "sh", option[] = "-c";
    char script[] = "test -z \"$FEDTWIN_PROGRESS_FD\" -a "
                    "! -e /proc/self/fd/3 && echo ok >>progress.ndjson";
    char *words[] = { sh, option, script };
    struct ft_site site = { .mpirun = words, .n_mpirun = 3 };
    struct ft_attempt attempt = { .mpi = true, .resources.ranks = 2 };
    const char *argv[] = { "true", NULL };
    struct world w;

    ck_assert_int_eq(setenv("FEDTWIN_PROGRESS_FD", "9", 1), 0);
    setup_world(&w, &site);
    start(&w, &attempt, argv);
    await_end(&w);
    ck_assert_int_eq(w.ending.outcome, FT_OUT_OK);
    ck_assert_str_eq(w.lines.s, "ok\n");
    teardown_world(&w);
}
END_TEST

/* --- sweeping ------------------------------------------------------------- */

static void sweep_line(struct world *w)
{
    static const char *const other[] = { "task/11", "other/", "task" };
    pid_t pid = leader(w);

    for (size_t i = 0; i < FT_ARRAY_LEN(other); i++) {
        ck_assert(ft_adapter_local.sweep(w->conn, NULL, unit_tag(other[i])));
        ck_assert_uint_eq(ft_session_signal(pid, 0), 5);
    }
    ck_assert(ft_adapter_local.sweep(w->conn, NULL, unit_tag("")));
    ck_assert_uint_eq(ft_session_signal(pid, 0), 0);
}

START_TEST(sweeping_goes_by_the_tag)
{
    struct world w;

    setup_world(&w, NULL);
    w.on_line = sweep_line;
    run_part(&w, &plain, "stubborn");
    await_end(&w);
    ck_assert_int_eq(w.ending.signal, SIGKILL);
    teardown_world(&w);
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("local");
    TCase *tc = tcase_create("local");

    tcase_set_timeout(tc, 60);
    tcase_add_loop_test(tc, ends, 0, FT_ARRAY_LEN(row));
    tcase_add_test(tc, streams_are_captured);
    tcase_add_test(tc, environment_is_added);
    tcase_add_loop_test(tc, refusals, 0, FT_ARRAY_LEN(refused));
    tcase_add_test(tc, time_out);
    tcase_add_loop_test(tc, cancel_ends_the_whole_session, 0, 2);
    tcase_add_loop_test(tc, cancelled_before_it_has_begun, 0, 2);
    tcase_add_test(tc, closing_ends_what_begins);
    tcase_add_test(tc, what_is_left_behind_ends);
    tcase_add_test(tc, too_much_memory);
    tcase_add_test(tc, too_much_output);
    tcase_add_test(tc, closing_ends_what_runs);
    tcase_add_test(tc, progress_lines);
    tcase_add_test(tc, launcher_of_the_site);
    tcase_add_test(tc, no_descriptor_for_ranks);
    tcase_add_test(tc, sweeping_goes_by_the_tag);
    suite_add_tcase(s, tc);
    return s;
}

int main(int argc, char **argv)
{
    for (size_t i = 0; argc == 2 && i < FT_ARRAY_LEN(part); i++)
        if (strcmp(argv[1], part[i].name) == 0)
            return part[i].play();
    return unit_main(suite());
}

/* test_pool.c - programs that serve one task after another: who gets which,
 * who is to blame, and that nothing of them is left
 *
 * The program is this one, with FAKE in its environment: what it does with a
 * task is the text of task.json. */
#include "run/adapter.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <uv.h>

#include "adapters/local/local_session.h"
#include "base/err.h"
#include "base/path.h"
#include "base/str.h"
#include "t/unit/unit.h"

#define MIB (1 << 20)
#define TASKS_MAX 16

/* --- the program ---------------------------------------------------------- */

static char fake[] = "FAKE=1"; /* for the environment */

static void write_to(const char *name, const char *text)
{
    FILE *file = fopen(name, "a");

    if (!file || fputs(text, file) < 0 || fclose(file) != 0)
        _exit(9);
}

static _Noreturn void hang(void)
{
    for (;;)
        pause();
}

static _Noreturn void eat(void)
{
    volatile char *p = malloc(200 * MIB);

    for (size_t i = 0; p && i < 200 * MIB; i += 4096)
        p[i] = 1;
    hang();
}

static _Noreturn void flood(void)
{
    static char block[MIB + 1];

    memset(block, 'x', MIB);
    for (int i = 0; i <= FT_LOG_STREAM_MAX / MIB; i++)
        write_to(FT_STDOUT_FILE, block);
    hang();
}

static void make_noise(void)
{
    printf("a library says hello\n\n{\"dir\":\"/\",\"exit_code\":7}\n{\n");
    for (int i = 0; i < 40000; i++)
        putchar('x');
    putchar('\n');
}

/* In the attempt directory; the exit status. */
static int perform(void)
{
    static const struct {
        const char *word;
        void (*act)(void);
        int status;
    } task[] = {
        { "hang", hang, 0 }, { "eat", eat, 0 },         { "flood", flood, 0 },
        { "crash", abort, 0 }, { "noise", make_noise, 0 }, { "fail", NULL, 3 },
        { "again", NULL, FT_EXIT_RESTART },
    };
    char text[64] = "", pid[32];
    FILE *file = fopen(FT_TASK_FILE, "r");

    if (!file || !fgets(text, sizeof(text), file) || fclose(file) != 0)
        return 9;
    snprintf(pid, sizeof(pid), "%d", (int)getpid());
    write_to(FT_STDOUT_FILE, pid);
    write_to(FT_PROGRESS_FILE, "{\"step\":1}\n");
    for (size_t i = 0; i < FT_ARRAY_LEN(task); i++) {
        if (strcmp(task[i].word, text) != 0)
            continue;
        if (task[i].act)
            task[i].act();
        return task[i].status;
    }
    return 0;
}

static bool task_is(const char *word)
{
    char text[64] = "";
    FILE *file = fopen(FT_TASK_FILE, "r");

    if (!file || !fgets(text, sizeof(text), file) || fclose(file) != 0)
        return false;
    return strcmp(text, word) == 0;
}

static int serve(void)
{
    char dir[4096];
    double rss = 1000;

    while (fgets(dir, sizeof(dir), stdin)) {
        int status;

        dir[strcspn(dir, "\n")] = '\0';
        if (chdir(dir) < 0)
            return 9;
        status = perform();
        if (task_is("leak"))
            rss += 100.0 * MIB;
        printf("{\"dir\":\"%s\",\"exit_code\":%d,\"user_s\":1.5,"
               "\"system_s\":0.25,\"peak_rss_bytes\":%.0f,\"rss_bytes\":%.0f%s"
               "}\n", dir, status, 50.0 * MIB, rss,
               task_is("last") ? ",\"last\":true" : "");
        fflush(stdout);
        if (task_is("last") || task_is("leave"))
            return 1;
    }
    return 0;
}

/* --- the world ------------------------------------------------------------ */

struct world {
    uv_loop_t loop;
    void *conn;
    char *dir;
    struct {
        char *dir;
        char job[32];
        enum ft_submit_answer answer;
        bool ended;
        struct ft_ending ending;
    } task[TASKS_MAX];
    size_t n, n_lines;
    void (*on_line)(struct world *w);
};

static void submitted(uint64_t tag, enum ft_submit_answer answer,
                      const char *job, double retry_after_s,
                      const char *reason, void *arg)
{
    struct world *w = arg;

    (void)retry_after_s;
    (void)reason;
    w->task[tag].answer = answer;
    snprintf(w->task[tag].job, sizeof(w->task[tag].job), "%s",
             job ? job : "");
}

static void started(uint64_t tag, const char *host, void *arg)
{
    (void)tag;
    (void)host;
    (void)arg;
}

static void progress(uint64_t tag, const char *line, void *arg)
{
    struct world *w = arg;

    (void)tag;
    ck_assert_str_eq(line, "{\"step\":1}");
    w->n_lines++;
    if (w->on_line)
        w->on_line(w);
}

static void ended(uint64_t tag, const struct ft_ending *ending, void *arg)
{
    struct world *w = arg;

    ck_assert(!w->task[tag].ended);
    w->task[tag].ended = true;
    w->task[tag].ending = *ending;
}

static void setup(struct world *w, const struct ft_site *site)
{
    struct ft_adapter_events events = {
        .submitted = submitted,
        .started = started,
        .progress = progress,
        .ended = ended,
        .arg = w,
    };
    char dir[] = "/tmp/fedtwin-pool-XXXXXX";
    struct ft_err err;

    signal(SIGPIPE, SIG_IGN); /* as the engine does */
    *w = (struct world){ 0 };
    ck_assert_ptr_nonnull(mkdtemp(dir));
    w->dir = ft_strdup(dir);
    ck_assert_int_eq(uv_loop_init(&w->loop), 0);
    ck_assert_int_eq(ft_adapter_local.open(site, NULL, &w->loop, &events,
                                           &w->conn, &err), 0);
}

static void teardown(struct world *w)
{
    ft_adapter_local.close(w->conn);
    ck_assert_int_eq(uv_run(&w->loop, UV_RUN_DEFAULT), 0);
    ck_assert_int_eq(uv_loop_close(&w->loop), 0);
    ck_assert_int_eq(ft_path_remove(w->dir, NULL), 0);
    for (size_t i = 0; i < w->n; i++)
        free(w->task[i].dir);
    free(w->dir);
}

/* A launcher that is none. */
static char env_word[] = "env";
static char *launcher[] = { env_word };
static const struct ft_site site = { .mpirun = launcher, .n_mpirun = 1,
                                     .slots = 2 };

/* Fit for a pool, with many to follow. */
static const struct ft_attempt warm = { .mpi = true, .serve = true,
                                        .more = 9 };

/* Start a task; its number. */
static size_t start(struct world *w, const struct ft_attempt *like,
                    const char *what)
{
    char self[4096], *argv[] = { self, NULL }, *env[] = { fake, NULL };
    ssize_t len = readlink("/proc/self/exe", self, sizeof(self) - 1);
    struct ft_attempt a = *like;
    char name[32], *path;

    ck_assert_int_gt(len, 0);
    ck_assert_uint_lt(w->n, TASKS_MAX);
    self[len] = '\0';
    snprintf(name, sizeof(name), "%zu", w->n);
    w->task[w->n].dir = ft_path_join(w->dir, name);
    ck_assert_int_eq(mkdir(w->task[w->n].dir, 0700), 0);
    path = ft_path_join(w->task[w->n].dir, FT_TASK_FILE);
    ck_assert_int_eq(ft_file_write(path, what, strlen(what), 0600, NULL), 0);
    free(path);
    a.tag = w->n;
    a.tag_text = unit_tag("task/1");
    a.dir = w->task[w->n].dir;
    if (!a.argv)
        a.argv = argv;
    if (!a.env)
        a.env = env;
    ft_adapter_local.submit(w->conn, &a, 1);
    ck_assert_int_eq(w->task[w->n].answer, FT_SUBMIT_OK);
    return w->n++;
}

static const struct ft_ending *await(struct world *w, size_t task)
{
    while (!w->task[task].ended)
        (void)uv_run(&w->loop, UV_RUN_ONCE);
    return &w->task[task].ending;
}

static const struct ft_ending *run(struct world *w,
                                   const struct ft_attempt *like,
                                   const char *what)
{
    return await(w, start(w, like, what));
}

/* What the task wrote first: the process that it was in. */
static pid_t process_of(const struct world *w, size_t task)
{
    char *path = ft_path_join(w->task[task].dir, FT_STDOUT_FILE);
    FILE *file = fopen(path, "r");
    int pid = 0;

    ck_assert_ptr_nonnull(file);
    ck_assert_int_eq(fscanf(file, "%d", &pid), 1);
    ck_assert_int_eq(fclose(file), 0);
    free(path);
    return pid;
}

static bool is_alive(pid_t pid)
{
    return ft_session_signal(pid, 0) > 0;
}

static void await_end_of(struct world *w, pid_t pid)
{
    while (is_alive(pid))
        (void)uv_run(&w->loop, UV_RUN_ONCE);
}

/* --- who gets a pool ------------------------------------------------------ */

START_TEST(tasks_share_a_process)
{
    struct ft_attempt last = warm;
    struct world w;

    last.more = 0;
    setup(&w, &site);
    for (int i = 0; i < 3; i++)
        ck_assert_int_eq(run(&w, i < 2 ? &warm : &last, "ok")->outcome,
                         FT_OUT_OK);
    for (size_t i = 0; i < 3; i++) {
        ck_assert_str_eq(w.task[i].job, "pool 1");
        ck_assert_int_eq(process_of(&w, i), process_of(&w, 0));
        ck_assert_double_eq(w.task[i].ending.user_s, 1.5);
        ck_assert_double_eq(w.task[i].ending.system_s, 0.25);
        ck_assert_double_eq(w.task[i].ending.peak_rss_bytes, 50.0 * MIB);
    }
    ck_assert_uint_eq(w.n_lines, 3);
    await_end_of(&w, process_of(&w, 0)); /* nothing more is to come */
    teardown(&w);
}
END_TEST

static char word[] = "--word";
static char *with_words[] = { env_word, word, NULL };

static const struct ft_attempt single[] = {
    { .mpi = true, .serve = false, .more = 9 },
    { .mpi = true, .serve = true, .alone = true, .more = 9 },
    { .mpi = true, .serve = true, .more = 0 },
    { .mpi = true, .serve = true, .more = 9, .argv = with_words },
};

START_TEST(some_are_alone)
{
    struct world w;

    setup(&w, &site);
    (void)run(&w, &single[_i], "ok");
    ck_assert_int_gt(strtol(w.task[0].job, NULL, 10), 0);
    teardown(&w);
}
END_TEST

/* More tasks than was foreseen, as those of a loop are. */
START_TEST(the_second_of_a_kind_gets_one)
{
    struct world w;

    setup(&w, &site);
    (void)run(&w, &single[2], "ok");
    (void)run(&w, &single[2], "ok");
    ck_assert_str_eq(w.task[1].job, "pool 1");
    teardown(&w);
}
END_TEST

START_TEST(busy_pools_are_joined_by_another)
{
    struct world w;
    size_t a, b, c;

    setup(&w, &site);
    a = start(&w, &warm, "ok");
    b = start(&w, &warm, "ok");
    (void)await(&w, a);
    (void)await(&w, b);
    c = start(&w, &warm, "ok");
    (void)await(&w, c);
    ck_assert_str_eq(w.task[a].job, "pool 1");
    ck_assert_str_eq(w.task[b].job, "pool 2");
    ck_assert(process_of(&w, a) != process_of(&w, b));
    ck_assert_str_ne(w.task[c].job, "pool 3");
    teardown(&w);
}
END_TEST

START_TEST(kinds_are_kept_apart)
{
    char a[] = "A=1", b[] = "A=2", stage[] = "FEDTWIN_STAGE=s";
    char *env_a[] = { fake, a, NULL }, *env_b[] = { fake, b, NULL };
    char *env_s[] = { fake, stage, NULL };
    const struct ft_attempt kind[] = {
        { .env = env_a },
        { .env = env_b },
        { .resources.threads = 2 },
        { 0 },
        { .env = env_s }, /* like the one before */
    };
    static const char *const job[] = { "pool 1", "pool 2", "pool 3", "pool 4",
                                       "pool 4" };
    struct world w;

    setup(&w, &site);
    for (size_t i = 0; i < FT_ARRAY_LEN(kind); i++) {
        struct ft_attempt attempt = kind[i];

        attempt.mpi = attempt.serve = true;
        attempt.more = 9;
        (void)run(&w, &attempt, "ok");
        ck_assert_str_eq(w.task[i].job, job[i]);
    }
    teardown(&w);
}
END_TEST

/* --- how tasks end -------------------------------------------------------- */

static const struct {
    const char *what;
    enum ft_outcome outcome;
    const char *reason;
    bool over; /* for the pool as well */
    struct ft_attempt like;
} row[] = {
    { "ok", FT_OUT_OK, "", false, { 0 } },
    { "noise", FT_OUT_OK, "", false, { 0 } },
    { "fail", FT_OUT_ERROR, "exit status 3", false, { 0 } },
    { "again", FT_OUT_PREEMPTED, "checkpoint", false, { 0 } },
    { "last", FT_OUT_OK, "", true, { 0 } },
    { "leave", FT_OUT_OK, "", true, { 0 } },
    { "crash", FT_OUT_NODE_FAIL, "pool 1 ended by signal 6", true, { 0 } },
    { "hang", FT_OUT_TIMEOUT, "timed out after 0.3 s", true,
      { .timeout_s = 0.3 } },
    { "eat", FT_OUT_NODE_FAIL, "50 MiB allowed, in a pool; it is tried again "
      "alone", true, { .resources.memory_bytes = 50.0 * MIB } },
    { "flood", FT_OUT_ERROR, "wrote more than 64 MiB to stdout.txt", true,
      { 0 } },
};

START_TEST(ends)
{
    struct ft_attempt attempt = row[_i].like;
    const struct ft_ending *e;
    struct world w;
    pid_t pid;

    attempt.mpi = attempt.serve = true;
    attempt.more = 9;
    setup(&w, &site);
    e = run(&w, &attempt, row[_i].what);
    ck_assert_str_eq(w.task[0].job, "pool 1");
    ck_assert_int_eq(e->outcome, row[_i].outcome);
    ck_assert_ptr_nonnull(strstr(e->reason, row[_i].reason));
    pid = process_of(&w, 0);
    if (row[_i].over)
        await_end_of(&w, pid);
    /* whoever comes next is not harmed */
    ck_assert_int_eq(run(&w, &attempt, "ok")->outcome, FT_OUT_OK);
    ck_assert_str_eq(w.task[1].job, row[_i].over ? "pool 2" : "pool 1");
    teardown(&w);
}
END_TEST

static void cancel_it(struct world *w)
{
    uint64_t tag = 0;

    ft_adapter_local.cancel(w->conn, &tag, 1, 1);
}

START_TEST(cancelling_ends_the_pool)
{
    struct world w;

    setup(&w, &site);
    w.on_line = cancel_it;
    ck_assert_int_eq(run(&w, &warm, "hang")->outcome, FT_OUT_CANCELLED);
    ck_assert(!is_alive(process_of(&w, 0)));
    teardown(&w);
}
END_TEST

START_TEST(kinds_that_crash_get_no_more)
{
    struct world w;

    setup(&w, &site);
    for (int i = 0; i < 4; i++)
        ck_assert_int_eq(run(&w, &warm, "crash")->outcome, FT_OUT_NODE_FAIL);
    ck_assert_int_eq(run(&w, &warm, "crash")->outcome, FT_OUT_ERROR);
    ck_assert_int_gt(strtol(w.task[4].job, NULL, 10), 0);
    teardown(&w);
}
END_TEST

/* --- how pools end -------------------------------------------------------- */

START_TEST(a_pool_that_grows_is_replaced)
{
    struct world w;

    setup(&w, &site);
    (void)run(&w, &warm, "ok");
    (void)run(&w, &warm, "leak");
    (void)run(&w, &warm, "ok");
    ck_assert_str_eq(w.task[1].job, "pool 1");
    ck_assert_str_eq(w.task[2].job, "pool 2");
    await_end_of(&w, process_of(&w, 0));
    teardown(&w);
}
END_TEST

START_TEST(memory_is_for_those_who_run)
{
    struct ft_site small = site;
    struct ft_attempt big = single[0];
    struct world w;

    small.memory_bytes = 1000.0 * MIB;
    big.resources.memory_bytes = 1000.0 * MIB;
    setup(&w, &small);
    (void)run(&w, &warm, "ok");
    ck_assert(is_alive(process_of(&w, 0)));
    (void)run(&w, &big, "ok");
    await_end_of(&w, process_of(&w, 0));
    teardown(&w);
}
END_TEST

/* Twice the slots may be warm: here 4 ranks. */
START_TEST(the_longest_idle_goes_first)
{
    struct ft_attempt kind[3] = { warm, warm, warm };
    struct world w;

    kind[1].resources.threads = 2;
    kind[2].resources.threads = 3;
    setup(&w, &site);
    for (int i = 0; i < 3; i++) {
        kind[i].resources.ranks = 2;
        (void)run(&w, &kind[i], "ok");
    }
    await_end_of(&w, process_of(&w, 0));
    ck_assert(is_alive(process_of(&w, 1)));
    ck_assert(is_alive(process_of(&w, 2)));
    teardown(&w);
}
END_TEST

START_TEST(closing_ends_pools)
{
    pid_t idle, busy;
    struct world w;

    setup(&w, &site);
    (void)run(&w, &warm, "ok");
    idle = process_of(&w, 0);
    (void)run(&w, &warm, "ok");
    (void)start(&w, &warm, "hang");
    (void)start(&w, &warm, "hang");
    while (w.n_lines < 4)
        (void)uv_run(&w.loop, UV_RUN_ONCE);
    busy = process_of(&w, 3);
    ck_assert_int_eq(process_of(&w, 2), idle);
    teardown(&w);
    ck_assert(!is_alive(idle));
    ck_assert(!is_alive(busy));
    ck_assert(!w.task[2].ended);
}
END_TEST

START_TEST(sweeping_finds_pools)
{
    struct world w;

    setup(&w, &site);
    (void)run(&w, &warm, "ok");
    ck_assert(ft_adapter_local.sweep(w.conn, NULL, unit_tag("task/1")));
    ck_assert(is_alive(process_of(&w, 0)));
    ck_assert(ft_adapter_local.sweep(w.conn, NULL, unit_tag("")));
    ck_assert(!is_alive(process_of(&w, 0)));
    /* and who comes next does not meet a dead one */
    ck_assert_int_eq(run(&w, &warm, "ok")->outcome, FT_OUT_OK);
    teardown(&w);
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("pool");
    TCase *tc = tcase_create("pool");

    tcase_set_timeout(tc, 60);
    tcase_add_test(tc, tasks_share_a_process);
    tcase_add_loop_test(tc, some_are_alone, 0, FT_ARRAY_LEN(single));
    tcase_add_test(tc, the_second_of_a_kind_gets_one);
    tcase_add_test(tc, busy_pools_are_joined_by_another);
    tcase_add_test(tc, kinds_are_kept_apart);
    tcase_add_loop_test(tc, ends, 0, FT_ARRAY_LEN(row));
    tcase_add_test(tc, cancelling_ends_the_pool);
    tcase_add_test(tc, kinds_that_crash_get_no_more);
    tcase_add_test(tc, a_pool_that_grows_is_replaced);
    tcase_add_test(tc, memory_is_for_those_who_run);
    tcase_add_test(tc, the_longest_idle_goes_first);
    tcase_add_test(tc, closing_ends_pools);
    tcase_add_test(tc, sweeping_finds_pools);
    suite_add_tcase(s, tc);
    return s;
}

int main(int argc, char **argv)
{
    if (!getenv("FAKE"))
        return unit_main(suite());
    return argc == 2 && strcmp(argv[1], "--serve") == 0 ? serve() : perform();
}

/* test_journal.c - what is read back is what was written, at every point where
 * the file may have been cut */
#include "run/record/journal.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "base/json.h"
#include "base/logfile.h"
#include "base/path.h"
#include "model/workflow.h"
#include "run/accounts/usage.h"
#include "run/record/change.h"
#include "t/unit/unit.h"

#define TEXT                                                                 \
    "fedtwin: 1\nworkflow: w\n"                                              \
    "params:\n"                                                              \
    "  size: {type: quantity, unit: mm, default: 2 mm}\n"                    \
    "  label: {type: string, default: plain}\n"                              \
    "stages:\n"                                                              \
    "  make:\n    run: [\"true\"]\n    matrix: {i: [1, 2]}\n"                \
    "    out:\n"                                                             \
    "      a: {type: file, path: a}\n"                                       \
    "      b: {type: file, path: b, optional: true}\n"                       \
    "  plain:\n    run: [\"true\"]\n    needs: [make]\n"

struct world {
    char *dir, *path;
    struct ft_module_set *modules;
    struct ft_workflow *wf;
    struct ft_plan *plan;
    struct ft_run *run;
    struct ft_journal *journal;
};

static void open_world(struct world *w)
{
    static const struct ft_setting setting[] = {
        { .name = "size", .text = "5 mm" },
    };
    struct ft_diags diags = FT_DIAGS_INIT;
    char dir[] = "/tmp/fedtwin-journal-XXXXXX";
    struct ft_err err = { 0 };

    ck_assert_ptr_nonnull(mkdtemp(dir));
    *w = (struct world){ .dir = ft_strdup(dir),
                         .modules = ft_module_set_new(NULL) };
    w->path = ft_path_join(dir, "journal");
    w->wf = ft_workflow_parse("t.yaml", "/", TEXT, strlen(TEXT), w->modules,
                              setting, 1, &diags);
    ck_assert_msg(w->wf != NULL, "%s", diags.len ? diags.item[0].msg : "?");
    w->plan = ft_plan_new(w->wf, &diags);
    ck_assert_ptr_nonnull(w->plan);
    w->run = ft_run_new("20261121-000000-abcd", w->plan, "t.yaml", 77);
    w->journal = ft_journal_create(w->path, w->run, &err);
    ck_assert_msg(w->journal != NULL, "%s", err.msg);
    ft_diags_release(&diags);
}

static void close_world(struct world *w)
{
    ft_journal_close(w->journal);
    ft_run_free(w->run);
    ft_plan_free(w->plan);
    ft_workflow_free(w->wf);
    ft_module_set_free(w->modules);
    ck_assert_int_eq(ft_path_remove(w->dir, NULL), 0);
    free(w->path);
    free(w->dir);
}

static struct ft_versions versions(char digit, bool with_b)
{
    struct ft_versions v = { ft_calloc(2, sizeof(*v.item)), 2 };

    memset(v.item[0].id, digit, FT_SHA256_HEX);
    snprintf(v.item[0].content, sizeof(v.item[0].content), "sha256:%s",
             v.item[0].id);
    memset(v.item[0].file_digest, 'f', FT_SHA256_HEX);
    v.item[0].size_bytes = UINT64_C(1) << 40;
    v.item[0].run = ft_strdup("20260101-000000-0001");
    if (with_b)
        memset(v.item[1].id, 'b', FT_SHA256_HEX);
    return v;
}

/* Every kind of record once; 'upto' of them. */
static size_t play(struct world *w, size_t upto)
{
    struct ft_ending bad = { .outcome = FT_OUT_OOM, .exit_code = 9,
                             .signal = 9, .user_s = 1.5, .system_s = 0.25,
                             .peak_rss_bytes = 1e9, .read_bytes = 512,
                             .written_bytes = 4096, .energy_j = 2.5,
                             .slots = 4, .start_ns = 100,
                             .end_ns = 200, .reason = "no \"room\"\n\xc3\xa9" };
    struct ft_ending good = { .outcome = FT_OUT_OK, .start_ns = 300,
                              .end_ns = 400 };
    struct ft_versions made = versions('1', false), found = versions('2', true);
    struct ft_journal *j = w->journal;
    struct ft_run *run = w->run;
    size_t n = 0;

#define STEP(call)                                                           \
    do {                                                                     \
        if (n < upto) {                                                      \
            call;                                                            \
            n++;                                                             \
        }                                                                    \
    } while (0)
    STEP(ft_journal_intend(j, run, 0, 1));
    STEP(ft_journal_start(j, run, 0, 90, "4711", "n1"));
    STEP(ft_journal_attempt_end(j, run, 0, &bad));
    STEP(ft_journal_again(j, run, 0));
    STEP(ft_journal_intend(j, run, 0, 2));
    STEP(ft_journal_attempt_end(j, run, 0, &good));
    STEP(ft_journal_succeed(j, run, 0, &made, 410));
    STEP(ft_journal_reuse(j, run, 1, &found));
    STEP(ft_journal_fail(j, run, 2, FT_TASK_FAILED, "no", 500));
    STEP(ft_journal_end(j, run, FT_RUN_FAILED, "because", 600));
    STEP(ft_journal_resume(j, run, 700));
    STEP(ft_journal_skip(j, run, 2));
    STEP(ft_journal_end(j, run, FT_RUN_SUCCEEDED, NULL, 800));
#undef STEP
    ft_versions_release(&made);
    ft_versions_release(&found);
    return n;
}

static void same_text(const char *a, const char *b)
{
    ck_assert_str_eq(a ? a : "", b ? b : "");
}

static void same_version(const struct ft_version *a,
                         const struct ft_version *b)
{
    ck_assert_str_eq(a->id, b->id);
    ck_assert_str_eq(a->content, b->content);
    ck_assert_str_eq(a->file_digest, b->file_digest);
    ck_assert_uint_eq(a->size_bytes, b->size_bytes);
}

static void same_run(const struct ft_run *a, const struct ft_run *b)
{
    ck_assert_str_eq(a->id, b->id);
    ck_assert_int_eq(a->state, b->state);
    ck_assert_int_eq(a->start_ns, b->start_ns);
    ck_assert_int_eq(a->end_ns, b->end_ns);
    same_text(a->reason, b->reason);
    ck_assert_uint_eq(a->plan->n_tasks, b->plan->n_tasks);
    for (size_t t = 0; t < a->plan->n_tasks; t++) {
        const struct ft_task_detail *x = ft_run_detail(a, t);
        const struct ft_task_detail *y = ft_run_detail(b, t);

        ck_assert_uint_eq(a->task[t].state, b->task[t].state);
        ck_assert_uint_eq(a->task[t].attempts, b->task[t].attempts);
        ck_assert_uint_eq(a->task[t].charged, b->task[t].charged);
        ck_assert_uint_eq(a->task[t].outcome, b->task[t].outcome);
        ck_assert_int_eq(x != NULL, y != NULL);
        if (!x)
            continue;
        ck_assert_int_eq(x->start_ns, y->start_ns);
        ck_assert_int_eq(x->end_ns, y->end_ns);
        ck_assert_int_eq(x->exit_code, y->exit_code);
        ck_assert_int_eq(x->signal, y->signal);
        ck_assert_double_eq(x->user_s, y->user_s);
        ck_assert_double_eq(x->peak_rss_bytes, y->peak_rss_bytes);
        same_text(x->reason, y->reason);
        same_text(x->job, y->job);
        ck_assert_uint_eq(x->out.n, y->out.n);
        for (size_t i = 0; i < x->out.n; i++)
            same_version(&x->out.item[i], &y->out.item[i]);
    }
    for (size_t s = 0; s < a->plan->wf->n_stages; s++) {
        ck_assert_mem_eq(a->counts[s], b->counts[s], sizeof(a->counts[s]));
        ck_assert_mem_eq(&a->usage[s], &b->usage[s], sizeof(a->usage[s]));
    }
}

static struct ft_run *read_back(struct world *w)
{
    struct ft_err err = { 0 };
    struct ft_run *run = ft_journal_replay(w->path, w->modules, NULL, &err);

    ck_assert_msg(run != NULL, "%s", err.msg);
    return run;
}

START_TEST(every_event_comes_back)
{
    size_t n, upto = 0;

    do {
        struct world w;
        struct ft_err err;
        struct ft_run *run;

        open_world(&w);
        n = play(&w, upto);
        ck_assert_int_eq(ft_journal_sync(w.journal, &err), 0);
        run = read_back(&w);
        same_run(w.run, run);
        ft_run_free(run);
        close_world(&w);
    } while (n == upto++);
    ck_assert_uint_eq(n, 13); /* all that play() knows */
}
END_TEST

static void count_change(const struct ft_run *run, size_t task, void *arg)
{
    size_t *n = arg;

    ck_assert(task == FT_NO_TASK || task < run->plan->n_tasks);
    n[task == FT_NO_TASK]++;
}

/* A follower reads what was appended since, and is then where a reader from
 * the start is. */
START_TEST(a_follower_keeps_up)
{
    struct world w;
    struct ft_err err = { 0 };
    struct ft_follower *f;
    size_t n[2] = { 0 };

    open_world(&w);
    f = ft_follower_open(w.path, w.modules, &err);
    ck_assert_msg(f != NULL, "%s", err.msg);
    ck_assert_int_eq(ft_follower_advance(f, count_change, n, &err), 0);
    play(&w, 8);
    ck_assert_int_eq(ft_follower_advance(f, count_change, n, &err), 0);
    ck_assert_int_eq(ft_journal_sync(w.journal, &err), 0);
    ck_assert_int_eq(ft_follower_advance(f, count_change, n, &err), 1);
    ck_assert_uint_eq(n[0], 8);
    same_run(w.run, ft_follower_run(f));
    ft_journal_end(w.journal, w.run, FT_RUN_FAILED, "because \"\xc3\xa9\"", 9);
    ck_assert_int_eq(ft_journal_sync(w.journal, &err), 0);
    ck_assert_int_eq(ft_follower_advance(f, count_change, n, &err), 1);
    ck_assert_uint_eq(n[1], 1);
    same_run(w.run, ft_follower_run(f));
    ft_follower_close(f);
    close_world(&w);
}
END_TEST

START_TEST(the_workflow_comes_back)
{
    struct world w;
    struct ft_run *run;

    open_world(&w);
    run = read_back(&w);
    ck_assert_str_eq(run->own_wf->digest, w.wf->digest);
    ck_assert_double_eq(run->own_wf->value[0].quantity.si, 0.005);
    ck_assert_str_eq(run->own_wf->value[1].text, "plain");
    ck_assert_str_eq(run->workflow_file, "t.yaml");
    ft_run_free(run);
    close_world(&w);
}
END_TEST

/* Where objects of reused and of fresh results come from. */
START_TEST(versions_know_their_run)
{
    struct world w;
    struct ft_run *run;
    struct ft_journal *more = NULL;
    const struct ft_version *v;

    open_world(&w);
    play(&w, 8);
    ck_assert_int_eq(ft_journal_sync(w.journal, NULL), 0);
    run = ft_journal_replay(w.path, w.modules, &more, NULL);
    ck_assert_ptr_nonnull(run);
    v = &ft_run_detail(run, 0)->out.item[0];
    ck_assert_str_eq(v->run, "20261121-000000-abcd");
    ck_assert_str_eq(v->object, "make.a");
    ck_assert_str_eq(v->task, "make[i=1]");
    ck_assert_str_eq(v->cell, "{\"i\":1}");
    ck_assert_str_eq(ft_run_detail(run, 0)->out.item[1].id, "");
    v = &ft_run_detail(run, 1)->out.item[0];
    ck_assert_str_eq(v->run, "20260101-000000-0001");
    ft_journal_close(more);
    ft_run_free(run);
    close_world(&w);
}
END_TEST

/* Whatever was written of it last: the records before are a run. */
START_TEST(cut_anywhere)
{
    struct world w;
    struct ft_str bytes = FT_STR_INIT;
    size_t last = 0, n_states = 0, first = 0;

    open_world(&w);
    play(&w, 100);
    ck_assert_int_eq(ft_journal_sync(w.journal, NULL), 0);
    ck_assert_int_eq(ft_file_read(w.path, 1 << 20, &bytes, NULL), 0);
    for (size_t len = bytes.len; len > 0; len--) {
        struct ft_journal *more = NULL;
        struct ft_err err = { 0 };
        struct ft_run *run;
        uint64_t n;

        ck_assert_int_eq(truncate(w.path, (off_t)(len - 1)), 0);
        run = ft_journal_replay(w.path, w.modules, NULL, &err);
        if (!run) {
            /* Only while the first record is not whole. */
            ck_assert_int_eq(err.code, FT_EFORMAT);
            first = first ? first : len;
            continue;
        }
        ck_assert_uint_eq(first, 0);
        ft_run_free(run);
        run = ft_journal_replay(w.path, w.modules, &more, &err);
        ck_assert_msg(run != NULL, "%s", err.msg);
        n = ft_journal_taken(more);
        if (n != last)
            n_states++;
        last = n;
        ft_journal_close(more);
        ft_run_free(run);
    }
    ck_assert_uint_eq(n_states, 13); /* begin and all but the last */
    ck_assert_uint_gt(first, 0);
    ft_str_release(&bytes);
    close_world(&w);
}
END_TEST

START_TEST(goes_on_after_a_crash)
{
    struct world w;
    struct ft_journal *more = NULL;
    struct ft_run *run, *again;

    open_world(&w);
    play(&w, 2);
    ck_assert_int_eq(ft_journal_sync(w.journal, NULL), 0);
    play(&w, 1); /* never synced */
    run = ft_journal_replay(w.path, w.modules, &more, NULL);
    ck_assert_ptr_nonnull(run);
    ck_assert_uint_eq(run->task[0].state, FT_TASK_RUNNING);
    ft_journal_resume(more, run, 5);
    ck_assert_uint_eq(run->task[0].state, FT_TASK_WAITING);
    ck_assert_uint_eq(run->task[0].attempts, 1);
    ck_assert_int_eq(ft_journal_sync(more, NULL), 0);
    again = read_back(&w);
    same_run(run, again);
    ft_run_free(again);
    ft_run_free(run);
    ft_journal_close(more);
    close_world(&w);
}
END_TEST

/* --- records that are no journal ------------------------------------------ */

static const struct {
    const char *record;
    enum ft_code code;
    const char *error;
} row[] = {
    { "{}", FT_EFORMAT, "cannot be read" },
    { "{\"k\":\"no such\"}", FT_EFORMAT, "cannot be read" },
    { "{\"k\":\"skipped\"}", FT_EFORMAT, "cannot be read" },
    { "{\"k\":\"skipped\",\"t\":-1}", FT_EFORMAT, "cannot be read" },
    { "{\"k\":\"skipped\",\"t\":2}", FT_OK, "" },
    { "{\"k\":\"skipped\",\"t\":3}", FT_EFORMAT, "cannot be read" },
    { "{\"k\":\"intent\",\"t\":0}", FT_EFORMAT, "" },
    { "{\"k\":\"intent\",\"t\":0,\"a\":0}", FT_EFORMAT, "" },
    { "{\"k\":\"intent\",\"t\":0,\"a\":60000}", FT_OK, "" },
    { "{\"k\":\"intent\",\"t\":0,\"a\":60001}", FT_EFORMAT, "" },
    { "{\"k\":\"done\",\"t\":0,\"out\":[]}", FT_EFORMAT, "" },
    { "{\"k\":\"done\",\"t\":0,\"out\":[null,null]}", FT_OK, "" },
    { "{\"k\":\"done\",\"t\":0,\"out\":[null,null,null]}", FT_EFORMAT, "" },
    { "{\"k\":\"done\",\"t\":0,\"out\":[null,1]}", FT_EFORMAT, "" },
    { "{\"k\":\"done\",\"t\":0,\"out\":[null,[\"a\",\"b\",\"c\"]]}",
      FT_EFORMAT, "" },
    { "{\"k\":\"done\",\"t\":0,\"out\":[null,[\"a\",\"b\",\"c\",1]]}",
      FT_OK, "" },
    { "{\"k\":\"done\",\"t\":0}", FT_EFORMAT, "" },
    { "{\"k\":\"skipped\",\"t\":2,\"x\":[,]}", FT_EFORMAT, "JSON" },
    { "{\"k\":\"skipped\",\"t\":02}", FT_EFORMAT, "" },
    { "{\"k\":\"skipped\",\"t\":2.5}", FT_EFORMAT, "" },
    { "{\"k\":\"skipped\",\"x\":{\"y\":[1]}, \"t\":2}", FT_OK, "" },
    { "{\"k\":\"failed\",\"t\":2,\"state\":\"lost\",\"reason\":\"\\u00e9\"}",
      FT_OK, "" },
    { "{\"k\":\"ended\",\"t\":0,\"outcome\":\"fine\"}", FT_EFORMAT, "" },
    { "{\"k\":\"failed\",\"t\":0,\"state\":\"running\"}", FT_EFORMAT, "" },
    { "{\"k\":\"end\",\"state\":\"over\"}", FT_EFORMAT, "" },
};

START_TEST(bad_records)
{
    struct world w;
    struct ft_err err = { 0 };
    struct ft_log *log;
    struct ft_run *run;

    open_world(&w);
    ft_journal_close(w.journal);
    w.journal = NULL;
    log = ft_log_open(w.path, FT_LOG_APPEND, NULL, NULL, NULL, &err);
    ck_assert_ptr_nonnull(log);
    ck_assert_int_eq(ft_log_append(log, row[_i].record,
                                   strlen(row[_i].record), &err), 0);
    ck_assert_int_eq(ft_log_sync(log, &err), 0);
    ft_log_close(log);
    run = ft_journal_replay(w.path, w.modules, NULL, &err);
    ck_assert_int_eq(run != NULL, row[_i].code == FT_OK);
    if (!run) {
        ck_assert_int_eq(err.code, row[_i].code);
        ck_assert_ptr_nonnull(strstr(err.msg, row[_i].error));
    }
    ft_run_free(run);
    close_world(&w);
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("journal");
    TCase *tc = tcase_create("journal");

    tcase_set_timeout(tc, 60);
    tcase_add_test(tc, every_event_comes_back);
    tcase_add_test(tc, a_follower_keeps_up);
    tcase_add_test(tc, the_workflow_comes_back);
    tcase_add_test(tc, versions_know_their_run);
    tcase_add_test(tc, cut_anywhere);
    tcase_add_test(tc, goes_on_after_a_crash);
    tcase_add_loop_test(tc, bad_records, 0, FT_ARRAY_LEN(row));
    suite_add_tcase(s, tc);
    return s;
}

int main(void)
{
    return unit_main(suite());
}

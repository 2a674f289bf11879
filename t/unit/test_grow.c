/* test_grow.c - turns and rows: a run that dies after any of its records goes
 * on from there, and ends as one that never died
 */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "base/json.h"
#include "base/path.h"
#include "model/workflow.h"
#include "run/record/change.h"
#include "run/record/journal.h"
#include "run/sched/sched.h"
#include "t/unit/unit.h"

/* Cell c of 'solve' needs 2 + c turns; the table has two rows. */
#define TEXT                                                                 \
    "fedtwin: 1\nworkflow: w\n"                                              \
    "stages:\n"                                                              \
    "  solve:\n"                                                             \
    "    run: [\"true\"]\n"                                                  \
    "    matrix: {c: [0, 1]}\n"                                              \
    "    out: {o: {type: file, path: o}}\n"                                  \
    "    loop: {max: 4, carry: {last: \"${out.o}\"}}\n"                      \
    "  sample:\n"                                                            \
    "    run: [\"true\"]\n"                                                  \
    "    in: {o: \"${solve.o}\"}\n"                                          \
    "    out: {t: {type: table}}\n"                                          \
    "  each:\n"                                                              \
    "    run: [\"true\"]\n"                                                  \
    "    foreach: \"${sample.t}\"\n"                                         \
    "    in: {o: \"${solve.o{c = item.x}}\"}\n"                              \
    "    out: {o: {type: file, path: o}}\n"                                  \
    "  all:\n"                                                               \
    "    run: [\"true\"]\n"                                                  \
    "    in: {o: \"${each.o}\"}\n"                                           \
    "    out: {o: {type: file, path: o}}\n"
#define COLUMNS                                                              \
    "[{\"name\":\"x\",\"unit\":\"1\",\"kind\":\"number\",\"values\":[0,1]}," \
    "{\"name\":\"p\",\"unit\":\"W\",\"kind\":\"number\",\"values\":[4,5]}]"
#define TASKS 9 /* 2 + 3 turns, sample, 2 rows, all */

/* The same cells, each of three stages that go round together. */
#define USED_FILE "test_grow.used.yaml"
#define USED                                                                 \
    "fedtwin: 1\nworkflow: used\n"                                           \
    "inputs: {last: {type: file, optional: true}}\n"                         \
    "outputs: {o: \"${b.o}\"}\n"                                             \
    "stages:\n"                                                              \
    "  a:\n"                                                                 \
    "    run: [\"true\"]\n"                                                  \
    "    in: {last: \"${inputs.last}\"}\n"                                   \
    "    out: {o: {type: file, path: o}}\n"                                  \
    "  b:\n"                                                                 \
    "    run: [\"true\"]\n"                                                  \
    "    in: {a: \"${a.o}\"}\n"                                              \
    "    out: {o: {type: file, path: o}}\n"                                  \
    "  c:\n"                                                                 \
    "    run: [\"true\"]\n"                                                  \
    "    in: {a: \"${a.o}\"}\n"                                              \
    "    out: {o: {type: file, path: o}}\n"
#define ROUND_TEXT                                                           \
    "fedtwin: 1\nworkflow: w\n"                                              \
    "stages:\n"                                                              \
    "  go:\n"                                                                \
    "    use: " USED_FILE "\n"                                               \
    "    matrix: {c: [0, 1]}\n"                                              \
    "    loop: {max: 4, carry: {last: \"${out.o}\"}}\n"                      \
    "  all:\n"                                                               \
    "    run: [\"true\"]\n"                                                  \
    "    in: {o: \"${go.o}\"}\n"                                             \
    "    out: {o: {type: file, path: o}}\n"

/* What is run, and what is to come of it; its loops end after turns 2 and 3. */
struct grown {
    const char *text;
    size_t n_tasks;   /* that are shown at the end */
    size_t n_planned; /* with the turns that were not needed */
    size_t n_loops;   /* stages that loop, the first ones */
    int n_expanded;
};

static const struct grown alone = { TEXT, TASKS, 12, 1, 1 };
static const struct grown together = { ROUND_TEXT, 16, 25, 3, 0 };

struct world {
    const struct grown *grown;
    char *dir, *path;
    struct ft_module_set *modules;
    struct ft_workflow *wf; /* of the first runner */
    struct ft_plan *plan;
    struct ft_run *run;
    struct ft_journal *journal;
    struct ft_sched *sched;
    int left;       /* records before the runner dies; -1: it does not */
    int done[64];   /* successes in the journal, by number of the task */
};

static const struct ft_sched_limits limits = { .slots = 2, .ahead = 4 };

static void open_grown(struct world *w, const struct grown *grown, int left)
{
    struct ft_diags diags = FT_DIAGS_INIT;
    char dir[] = "/tmp/fedtwin-grow-XXXXXX";
    struct ft_err err = { 0 };

    ck_assert_ptr_nonnull(mkdtemp(dir));
    *w = (struct world){ .grown = grown, .dir = ft_strdup(dir), .left = left,
                         .modules = ft_module_set_new(NULL) };
    w->path = ft_path_join(dir, "journal");
    w->wf = ft_workflow_parse("t.yaml", ".", grown->text, strlen(grown->text),
                              w->modules, NULL, 0, &diags);
    ck_assert_msg(w->wf != NULL, "%s", diags.len ? diags.item[0].msg : "?");
    w->plan = ft_plan_new(w->wf, &diags);
    ck_assert_ptr_nonnull(w->plan);
    w->run = ft_run_new("20261121-000000-abcd", w->plan, "t.yaml", 77);
    w->journal = ft_journal_create(w->path, w->run, &err);
    ck_assert_msg(w->journal != NULL, "%s", err.msg);
    w->sched = ft_sched_new(w->plan, w->run, &limits);
    ft_diags_release(&diags);
}

static void open_world(struct world *w, int left)
{
    open_grown(w, &alone, left);
}

static void close_runner(struct world *w)
{
    ft_sched_free(w->sched);
    ft_journal_close(w->journal);
    ft_run_free(w->run);
    ft_plan_free(w->plan);
    ft_workflow_free(w->wf);
    w->plan = NULL;
    w->wf = NULL;
}

static void close_world(struct world *w)
{
    close_runner(w);
    ft_module_set_free(w->modules);
    ck_assert_int_eq(ft_path_remove(w->dir, NULL), 0);
    free(w->path);
    free(w->dir);
}

/* --- a runner whose programs all do well ---------------------------------- */

/* May one more record be written? */
static bool lives(struct world *w)
{
    if (w->left > 0)
        w->left--;
    else if (w->left == 0)
        return false;
    return true;
}

static void succeed(struct world *w, size_t task)
{
    struct ft_versions out = { ft_calloc(1, sizeof(*out.item)), 1 };

    memset(out.item[0].id, 'a', FT_SHA256_HEX);
    snprintf(out.item[0].content, sizeof(out.item[0].content), "sha256:%s",
             out.item[0].id);
    memset(out.item[0].file_digest, 'b', FT_SHA256_HEX);
    ft_run_fill_version(w->run, task, 0, &out.item[0]);
    w->done[task]++;
    ft_journal_succeed(w->journal, w->run, task, &out, 500);
    ft_sched_finished(w->sched, w->run, task);
}

/* From its start to its publication; false: the runner has died. */
static bool execute(struct world *w, size_t task)
{
    struct ft_ending good = { .outcome = FT_OUT_OK, .end_ns = 400 };

    ft_run_submit(w->run, task);
    if (!lives(w))
        return false;
    ft_journal_start(w->journal, w->run, task, 300, "job", "host");
    ck_assert(ft_run_progress(w->run, task, "{\"residual\":0.25,\"n\":3}"));
    if (!lives(w))
        return false;
    ft_sched_freed(w->sched, task);
    ft_journal_attempt_end(w->journal, w->run, task, &good);
    if (!lives(w))
        return false;
    succeed(w, task);
    return true;
}

static bool decide(struct world *w, size_t task)
{
    size_t first = ft_plan_first_turn(w->run->plan, task);
    size_t turn = task - first + 1, cell = first / 4;

    if (turn < 2 + cell) {
        ft_sched_turn(w->sched, w->run, task, true);
        return true;
    }
    if (!lives(w))
        return false;
    ft_journal_end_loop(w->journal, w->run, task, "converged");
    ft_sched_turn(w->sched, w->run, task, false);
    return true;
}

static bool expand(struct world *w, size_t stage)
{
    struct json_object *columns = json_tokener_parse(COLUMNS);
    struct ft_err err = { 0 };
    bool alive = lives(w);

    if (alive) {
        ck_assert_msg(ft_journal_expand(w->journal, w->run, stage, columns,
                                        600, &err) == 0, "%s", err.msg);
        ft_sched_expanded(w->sched, w->run, stage);
    }
    json_object_put(columns);
    return alive;
}

static bool prepare(struct world *w, size_t task)
{
    if (!lives(w))
        return false;
    ft_journal_intend(w->journal, w->run, task,
                      w->run->task[task].attempts + 1);
    ft_sched_prepared(w->sched, task);
    return true;
}

/* True: to the end; false: the runner has died. */
static bool go(struct world *w)
{
    struct ft_todo todo;
    struct ft_err err;
    bool alive = true;

    for (int steps = 0; alive && steps < 1000; steps++) {
        ft_sched_next(w->sched, w->run, 0, &todo, &err);
        switch (todo.kind) {
        case FT_TODO_NOTHING:
            ck_assert(ft_sched_over(w->sched));
            return true;
        case FT_TODO_AGAIN:
            break;
        case FT_TODO_PREPARE:
            alive = prepare(w, todo.task);
            break;
        case FT_TODO_START:
            alive = execute(w, todo.task);
            break;
        case FT_TODO_DECIDE:
            alive = decide(w, todo.task);
            break;
        case FT_TODO_EXPAND:
            alive = expand(w, todo.stage);
            break;
        case FT_TODO_SKIP:
        case FT_TODO_FAIL:
            ck_abort_msg("todo %d of task %zu", todo.kind, todo.task);
        }
    }
    ck_assert(!alive);
    return false;
}

/* --- dying ---------------------------------------------------------------- */

static struct ft_run *read_back(struct world *w, struct ft_journal **journal)
{
    struct ft_err err = { 0 };
    struct ft_run *run = ft_journal_replay(w->path, w->modules, journal,
                                           &err);

    ck_assert_msg(run != NULL, "%s", err.msg);
    return run;
}

static void check_end(const struct world *w, const struct ft_run *run)
{
    const struct grown *grown = w->grown;
    size_t last = ft_run_last_turn(run, 7);

    ck_assert_uint_eq(ft_run_tasks(run), grown->n_tasks);
    ck_assert_uint_eq(ft_run_count(run, FT_TASK_SUCCEEDED), grown->n_tasks);
    for (size_t s = 0; s < grown->n_loops; s++) {
        ck_assert_uint_eq(run->stage[s].ended, 2);
        ck_assert_uint_eq(run->stage[s].unneeded, 3);
    }
    ck_assert_uint_eq(last, 6);
    ck_assert_str_eq(ft_run_detail(run, last)->reason, "converged");
    ck_assert_uint_eq(run->plan->n_tasks, grown->n_planned);
    for (size_t t = 0; t < run->plan->n_tasks; t++) {
        struct ft_str name = FT_STR_INIT;
        bool shown = ft_run_is_shown(run, t);

        ft_plan_task_name(run->plan, t, &name);
        ck_assert_msg(ft_run_settled(run, t), "%s", name.s);
        ck_assert_msg(w->done[t] == shown, "%s: %d", name.s, w->done[t]);
        ft_str_release(&name);
    }
}

static void dies_everywhere(const struct grown *grown)
{
    int n = 0;
    bool died;

    do {
        struct world w;
        struct ft_run *run;

        open_grown(&w, grown, n++);
        died = !go(&w);
        if (died) {
            struct ft_err err = { 0 };

            ck_assert_int_eq(ft_journal_sync(w.journal, &err), 0);
            close_runner(&w);
            w.run = read_back(&w, &w.journal);
            ft_journal_resume(w.journal, w.run, 900);
            w.sched = ft_sched_new(w.run->plan, w.run, &limits);
            w.left = -1;
            ck_assert(go(&w));
        }
        check_end(&w, w.run);
        ck_assert_int_eq(ft_journal_sync(w.journal, NULL), 0);
        run = read_back(&w, NULL);
        check_end(&w, run);
        ft_run_free(run);
        close_world(&w);
    } while (died);
    /* Each record was the last. */
    ck_assert_int_eq(n, 4 * (int)grown->n_tasks + 2 + grown->n_expanded + 1);
}

START_TEST(dies_after_any_record)
{
    dies_everywhere(&alone);
}
END_TEST

START_TEST(dies_after_any_record_of_a_round)
{
    ck_assert_int_eq(ft_file_write(USED_FILE, USED, strlen(USED), 0666, NULL),
                     0);
    dies_everywhere(&together);
    unlink(USED_FILE);
}
END_TEST

START_TEST(what_was_reported_comes_back)
{
    struct world w;
    struct ft_run *run;

    open_world(&w, -1);
    ck_assert(go(&w));
    ck_assert_int_eq(ft_journal_sync(w.journal, NULL), 0);
    run = read_back(&w, NULL);
    ck_assert_double_eq(ft_json_num_or(ft_run_detail(run, 0)->report,
                                       "residual", 0), 0.25);
    ck_assert_double_eq(ft_json_num_or(ft_run_detail(run, 0)->report, "n", 0),
                        3);
    ft_run_free(run);
    close_world(&w);
}
END_TEST

/* --- what a line may say -------------------------------------------------- */

static const struct {
    const char *line[3];
    const char *report; /* NULL: none */
} lines[] = {
    { { "{\"a\":1}" }, "{\"a\":1.0}" },
    { { "{\"a\":1,\"b\":\"x\",\"c\":true}" }, "{\"a\":1.0}" },
    { { "{\"a\":1}", "{\"a\":2.5}" }, "{\"a\":2.5}" },
    { { "{\"a\":1}", "{\"b\":2}" }, "{\"a\":1.0,\"b\":2.0}" },
    { { "{\"a\":NaN}" }, "{\"a\":\"nan\"}" },
    { { "{\"a\":-Infinity}" }, "{\"a\":\"-inf\"}" },
    { { "{\"a\":1}", "{\"a\":oops" }, "{\"a\":\"unreadable\"}" },
    { { "{\"a\":1}", "[2]", "{\"a\":3}" }, "{\"a\":3.0}" },
    { { "{\"a-b\":1,\"2a\":1,\"\":1}" }, NULL },
    { { "{\"message\":\"hello\"}" }, NULL },
    { { "{}" }, NULL },
};

START_TEST(reported)
{
    struct world w;
    const struct ft_task_detail *d;

    open_world(&w, -1);
    for (size_t i = 0; i < 3 && lines[_i].line[i]; i++)
        ft_run_progress(w.run, 0, lines[_i].line[i]);
    d = ft_run_detail(w.run, 0);
    ck_assert_int_eq(d->report != NULL, lines[_i].report != NULL);
    if (d->report)
        ck_assert_str_eq(json_object_to_json_string_ext(
                             d->report, JSON_C_TO_STRING_PLAIN),
                         lines[_i].report);
    close_world(&w);
}
END_TEST

START_TEST(at_most_sixteen_names)
{
    struct ft_str line = FT_STR_INIT;
    struct world w;

    open_world(&w, -1);
    for (int i = 0; i <= FT_REPORT_MAX; i++)
        ft_str_addf(&line, "%s\"n%d\":%d", i ? "," : "{", i, i);
    ft_str_addc(&line, '}');
    ck_assert(ft_run_progress(w.run, 0, line.s));
    ck_assert_int_eq(json_object_object_length(
                         ft_run_detail(w.run, 0)->report), FT_REPORT_MAX);
    ft_str_release(&line);
    close_world(&w);
}
END_TEST

/* --- which rows can be tasks ---------------------------------------------- */

#define COLUMN(name, unit, values)                                           \
    "{\"name\":\"" name "\",\"unit\":" unit ",\"values\":[" values "]}"

static const struct {
    const char *columns;
    size_t n;          /* tasks */
    const char *error; /* NULL: they can */
} tables[] = {
    { "[]", 0, NULL },
    { "[" COLUMN("x", "\"1\"", "") "]", 0, NULL },
    { "[" COLUMN("x", "\"1\"", "1,2,3") "]", 3, NULL },
    { "[" COLUMN("x", "null", "\"a\",\"b\"") "]", 2, NULL },
    { "[" COLUMN("x", "\"1\"", "1,1") "," COLUMN("y", "\"W\"", "1,2") "]", 2,
      NULL },
    { "[" COLUMN("x", "\"1\"", "7,2,7") "]", 0, "rows 1 and 3 are equal: x=7" },
    { "[" COLUMN("x", "\"1\"", "1,1") "," COLUMN("y", "\"W\"", "4,4") "]", 0,
      "rows 1 and 2 are equal: x=1,y=4 W" },
    { "[" COLUMN("x", "\"1\"", "1,2") "," COLUMN("y", "\"W\"", "4") "]", 0,
      "column 'y' has no value in row 2" },
    { "[" COLUMN("x", "\"1\"", "1,null") "]", 0,
      "column 'x' has no value in row 2" },
    { "[" COLUMN("x", "null", "\"a\",1") "]", 0,
      "column 'x' has no value in row 2" },
    { "[" COLUMN("x", "\"parsecond\"", "1") "]", 0, NULL },
    { "[" COLUMN("a-b", "\"1\"", "1") "]", 0,
      "the column 'a-b' has a name that expressions cannot say" },
    { "[" COLUMN("", "\"1\"", "1") "]", 0,
      "the column '' has a name that expressions cannot say" },
    { "[" COLUMN("turn", "\"1\"", "1") "]", 0,
      "a column cannot be called 'turn'" },
    { "{}", 0, "the rows of a table cannot be read" },
};

START_TEST(rows)
{
    struct json_object *columns = json_tokener_parse(tables[_i].columns);
    bool bad = tables[_i].error || strstr(tables[_i].columns, "parsecond");
    struct ft_err err = { 0 };
    struct world w;
    size_t before;
    int rc;

    open_world(&w, -1);
    before = w.plan->n_tasks;
    rc = ft_plan_expand(w.plan, 2, columns, &err);
    ck_assert_int_eq(rc, bad ? -1 : 0);
    if (tables[_i].error)
        ck_assert_str_eq(err.msg, tables[_i].error);
    ck_assert_int_eq(w.plan->stage[2].unknown, bad);
    ck_assert_uint_eq(w.plan->n_tasks, before + tables[_i].n);
    for (size_t t = before; t < w.plan->n_tasks; t++)
        ck_assert_uint_eq(ft_plan_stage_of(w.plan, t), 2);
    for (size_t t = 0; t < before; t++)
        ck_assert_uint_eq(ft_plan_stage_of(w.plan, t),
                          t < 8 ? 0 : t < 9 ? 1 : 3);
    json_object_put(columns);
    close_world(&w);
}
END_TEST

/* As many columns as there may be axes, and one more. */
START_TEST(limit_columns)
{
    for (int past = 0; past < 2; past++) {
        struct ft_str text = FT_STR_INIT;
        struct json_object *columns;
        struct world w;

        for (int i = 0; i < FT_AXES_MAX + past; i++)
            ft_str_addf(&text, "%c" COLUMN("x%d", "\"1\"", "%d"),
                        i ? ',' : '[', i, i);
        ft_str_addc(&text, ']');
        columns = json_tokener_parse(text.s);
        open_world(&w, -1);
        ck_assert_int_eq(ft_plan_expand(w.plan, 2, columns, NULL), -past);
        close_world(&w);
        json_object_put(columns);
        ft_str_release(&text);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("grow");
    TCase *tc = tcase_create("grow");

    tcase_set_timeout(tc, 60);
    tcase_add_test(tc, dies_after_any_record);
    tcase_add_test(tc, dies_after_any_record_of_a_round);
    tcase_add_test(tc, what_was_reported_comes_back);
    tcase_add_loop_test(tc, reported, 0, FT_ARRAY_LEN(lines));
    tcase_add_test(tc, at_most_sixteen_names);
    tcase_add_loop_test(tc, rows, 0, FT_ARRAY_LEN(tables));
    tcase_add_test(tc, limit_columns);
    suite_add_tcase(suite, tc);
    return unit_main(suite);
}

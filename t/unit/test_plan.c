/* test_plan.c - tasks as ranges, what feeds them, recipes and keys */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/json.h"
#include "base/path.h"
#include "base/words.h"
#include "data/store/project.h"
#include "data/store/store.h"
#include "plan/bind.h"
#include "plan/plan.h"
#include "plan/reuse.h"
#include "t/unit/unit.h"

static const char sweep[] =
    "fedtwin: 1\n"
    "workflow: sweep\n"
    "params:\n"
    "  size: {type: quantity, unit: mm, default: 2 mm}\n"
    "stages:\n"
    "  make:\n"
    "    matrix: {load: [1 N, 2 N], angle: [0, 45, 90]}\n"
    "    run: [sh, tool.sh, \"${matrix.load}\", \"${params.size}\"]\n"
    "    out: {r: {type: file, path: r.txt}}\n"
    "    resources: {ranks: 2, memory: 1 GiB, walltime: 10 s}\n"
    "    retry: {max: 2, on: [oom], scale: {memory: 2}}\n"
    "  one:\n"
    "    matrix: {angle: [45, 90]}\n"
    "    in: {r: \"${make.r{load = 2 N, angle = matrix.angle}}\"}\n"
    "    run: [cat, \"${in.r}\"]\n"
    "  row:\n"
    "    in: {r: \"${make.r{angle = 90}}\"}\n"
    "    run: [cat, \"${in.r}\"]\n"
    "  all:\n"
    "    in: {r: \"${make.r}\"}\n"
    "    when: \"${params.size < 3 mm}\"\n"
    "    needs: [row]\n"
    "    run: [cat, \"${in.r}\"]\n";

struct fixture {
    char dir[64];
    struct ft_module_set *modules;
    struct ft_workflow *wf;
    struct ft_plan *plan;
    struct ft_project *project;
    struct ft_store *store;
};

static void write_text(const char *dir, const char *name, const char *text)
{
    char *path = ft_path_join(dir, name);
    struct ft_err err;

    ck_assert_msg(ft_file_write(path, text, strlen(text), 0644, &err) == 0,
                  "%s", err.msg);
    free(path);
}

/* A project with 'text' as its workflow and a tool beside it. */
static void begin(struct fixture *f, const char *text,
                  const struct ft_setting *setting, size_t n)
{
    struct ft_diags diags = FT_DIAGS_INIT;
    struct ft_err err;

    memset(f, 0, sizeof(*f));
    strncpy(f->dir, "/tmp/fedtwin-plan-XXXXXX", sizeof(f->dir) - 1);
    ck_assert_ptr_nonnull(mkdtemp(f->dir));
    write_text(f->dir, "tool.sh", "echo \"$@\" >r.txt\n");
    ck_assert_int_eq(ft_project_init(f->dir, &err), 0);
    f->project = ft_project_open(f->dir, &err);
    ck_assert_ptr_nonnull(f->project);
    f->store = ft_store_open(f->project, FT_STORE_WRITE, &err);
    ck_assert_msg(f->store, "%s", err.msg);
    f->modules = ft_module_set_new(f->dir);
    f->wf = ft_workflow_parse("sweep.yaml", f->dir, text, strlen(text),
                              f->modules, setting, n, &diags);
    ck_assert_msg(f->wf, "%s", diags.len ? diags.item[0].msg : "no workflow");
    f->plan = ft_plan_new(f->wf, &diags);
    ck_assert_msg(f->plan, "%s", diags.len ? diags.item[0].msg : "no plan");
    ft_diags_release(&diags);
}

static void end(struct fixture *f)
{
    ft_plan_free(f->plan);
    ft_workflow_free(f->wf);
    ft_module_set_free(f->modules);
    ft_store_close(f->store);
    ft_project_close(f->project);
    ck_assert_int_eq(ft_path_remove(f->dir, NULL), 0);
}

static size_t task(const struct fixture *f, const char *name)
{
    long t = ft_plan_find_task(f->plan, name);

    ck_assert_msg(t >= 0, "no task '%s'", name);
    return (size_t)t;
}

START_TEST(ranges)
{
    struct ft_str name = FT_STR_INIT;
    struct fixture f;

    begin(&f, sweep, NULL, 0);
    ck_assert_uint_eq(f.plan->n_tasks, 6 + 2 + 1 + 1);
    for (size_t t = 0; t < f.plan->n_tasks; t++) {
        ft_str_cut(&name, 0);
        ft_plan_task_name(f.plan, t, &name);
        ck_assert_int_eq(ft_plan_find_task(f.plan, name.s), (long)t);
        ck_assert_uint_eq(f.plan->stage[ft_plan_stage_of(f.plan, t)].first +
                              ft_plan_cell_of(f.plan, t), t);
    }
    /* The last axis turns fastest. */
    ck_assert_uint_eq(task(&f, "make[load=2 N,angle=0]"), 3);
    ck_assert_int_eq(ft_plan_find_task(f.plan, "make"), -1);
    ck_assert_int_eq(ft_plan_find_task(f.plan, "make[load=3 N,angle=0]"), -1);
    ck_assert_int_eq(ft_plan_find_task(f.plan, ""), -1);
    ft_str_release(&name);
    end(&f);
}
END_TEST

static const struct {
    const char *task;
    const char *from[7]; /* NULL-terminated, in order */
} feeds[] = {
    { "one[angle=45]", { "make[load=2 N,angle=45]" } },
    { "one[angle=90]", { "make[load=2 N,angle=90]" } },
    { "row", { "make[load=1 N,angle=90]", "make[load=2 N,angle=90]" } },
    { "all",
      { "make[load=1 N,angle=0]", "make[load=1 N,angle=45]",
        "make[load=1 N,angle=90]", "make[load=2 N,angle=0]",
        "make[load=2 N,angle=45]", "make[load=2 N,angle=90]" } },
};

START_TEST(producers)
{
    struct ft_tasks tasks = { 0 };
    struct ft_err err;
    struct fixture f;
    size_t n = 0;

    begin(&f, sweep, NULL, 0);
    ck_assert_int_eq(ft_plan_producers(f.plan, task(&f, feeds[_i].task), 0,
                                       &tasks, &err), 0);
    for (; feeds[_i].from[n]; n++)
        ck_assert_uint_eq(tasks.item[n], task(&f, feeds[_i].from[n]));
    ck_assert_uint_eq(tasks.n, n);
    ft_tasks_release(&tasks);
    end(&f);
}
END_TEST

START_TEST(stage_dependencies)
{
    struct fixture f;

    begin(&f, sweep, NULL, 0);
    ck_assert(f.plan->stage[1].chooses);
    ck_assert_uint_eq(f.plan->stage[1].n_after, 0);
    ck_assert_uint_eq(f.plan->stage[3].n_after, 2); /* make, row */
    ck_assert(!f.plan->stage[3].chooses);
    end(&f);
}
END_TEST

static const struct {
    const char *chosen;
    const char *error;
} bad_selector[] = {
    { "angle = 30", "no cell of 'make' has angle = 30" },
    { "load = 1 m", "no cell of 'make' has load = 1 m" },
};

START_TEST(selectors_that_match_nothing)
{
    struct ft_module_set *modules = ft_module_set_new(NULL);
    struct ft_diags diags = FT_DIAGS_INIT;
    struct ft_workflow *wf;
    char *text = ft_asprintf(
        "fedtwin: 1\nworkflow: w\nstages:\n"
        "  make:\n    matrix: {load: [1 N], angle: [0, 45]}\n"
        "    run: [\"true\"]\n    out: {r: {type: file, path: r}}\n"
        "  use:\n    in: {r: \"${make.r{%s}}\"}\n    run: [\"true\"]\n",
        bad_selector[_i].chosen);

    wf = ft_workflow_parse("w.yaml", ".", text, strlen(text), modules, NULL, 0,
                           &diags);
    /* It may be found while checking or while planning, but it is found. */
    if (wf)
        ck_assert_ptr_null(ft_plan_new(wf, &diags));
    ck_assert_uint_eq(diags.n_errors, 1);
    if (wf)
        ck_assert_str_eq(diags.item[0].msg, bad_selector[_i].error);
    ck_assert_int_eq(diags.item[0].line, 9);
    ft_workflow_free(wf);
    ft_diags_release(&diags);
    ft_module_set_free(modules);
    free(text);
}
END_TEST

START_TEST(when_and_resources)
{
    struct ft_setting big = { .name = "size", .text = "4 mm" };
    struct ft_resources res;
    struct ft_err err;
    struct fixture f;
    bool yes;

    begin(&f, sweep, NULL, 0);
    ck_assert_int_eq(ft_plan_when(f.plan, task(&f, "all"), &yes, &err), 0);
    ck_assert(yes);
    ft_plan_resources(f.plan, 0, 1, &res);
    ck_assert_int_eq(res.ranks, 2);
    ck_assert_int_eq(res.threads, 1);
    ck_assert_double_eq(res.memory_bytes, 1024.0 * 1024 * 1024);
    ft_plan_resources(f.plan, 0, 3, &res);
    ck_assert_double_eq(res.memory_bytes, 4096.0 * 1024 * 1024);
    ck_assert_double_eq(res.walltime_s, 10);
    end(&f);
    begin(&f, sweep, &big, 1);
    ck_assert_int_eq(ft_plan_when(f.plan, task(&f, "all"), &yes, &err), 0);
    ck_assert(!yes);
    end(&f);
}
END_TEST

/* --- recipes -------------------------------------------------------------- */

static const struct ft_version *no_version(const struct ft_have *have,
                                           size_t t, size_t out)
{
    (void)have, (void)t, (void)out;
    return NULL;
}

static struct ft_bound *bind_task(struct fixture *f, size_t t)
{
    struct ft_have have = { .version = no_version };
    struct ft_err err;
    struct ft_bound *bound = ft_bind(f->plan, t, &have, f->store, &err);

    ck_assert_msg(bound, "%s", err.msg);
    return bound;
}

START_TEST(keys_do_not_depend_on_the_place)
{
    struct fixture a, b;
    struct ft_bound *x, *y, *z;

    begin(&a, sweep, NULL, 0);
    begin(&b, sweep, NULL, 0);
    x = bind_task(&a, 0);
    y = bind_task(&b, 0);
    z = bind_task(&a, 1); /* not in its command, but in its task.json */
    ck_assert_str_eq(x->key, y->key);
    ck_assert_str_ne(x->key, z->key);
    ft_bound_free(x);
    ft_bound_free(y);
    ft_bound_free(z);
    end(&a);
    end(&b);
}
END_TEST

static const struct ft_versions *two_given(const struct ft_have *have,
                                           const char *input)
{
    ck_assert_str_eq(input, "r");
    return have->arg;
}

/* Whatever the workflow gathers: what is given counts, in its order. */
START_TEST(inputs_that_are_given)
{
    struct ft_version version[2] = {
        { .id = "b", .content = "sha256:2", .type = FT_OBJECT_FILE,
          .object = (char *)"make.r", .cell = (char *)"{\"angle\":45}" },
        { .id = "a", .content = "sha256:1", .type = FT_OBJECT_FILE,
          .object = (char *)"make.r", .cell = (char *)"" },
    };
    struct ft_versions both = { version, 2 }, none = { NULL, 0 };
    struct ft_have have = { .given = two_given, .arg = &both };
    struct ft_bound *bound;
    struct ft_err err;
    struct fixture f;

    begin(&f, sweep, NULL, 0);
    bound = ft_bind(f.plan, task(&f, "all"), &have, f.store, &err);
    ck_assert_msg(bound, "%s", err.msg);
    ck_assert_uint_eq(bound->n_in, 2);
    ck_assert_str_eq(bound->in[0].content, "sha256:2");
    ck_assert_str_eq(bound->in[0].extract, "in/r/0/r.txt");
    ck_assert_ptr_eq(bound->in[1].version, &version[1]);
    ft_bound_free(bound);
    have.arg = &none;
    bound = ft_bind(f.plan, task(&f, "all"), &have, f.store, &err);
    ck_assert_msg(bound, "%s", err.msg);
    ck_assert_uint_eq(bound->n_in, 0);
    ft_bound_free(bound);
    end(&f);
}
END_TEST

START_TEST(keys_depend_on_values_and_files)
{
    struct ft_setting other = { .name = "size", .text = "3 mm" };
    struct ft_str diff = FT_STR_INIT;
    struct fixture a, b, c;
    struct ft_bound *x, *y, *z;

    begin(&a, sweep, NULL, 0);
    begin(&b, sweep, &other, 1);
    begin(&c, sweep, NULL, 0);
    write_text(c.dir, "tool.sh", "echo changed >r.txt\n");
    x = bind_task(&a, 0);
    y = bind_task(&b, 0);
    z = bind_task(&c, 0);
    ck_assert_str_ne(x->key, y->key);
    ck_assert_str_ne(x->key, z->key);
    ft_recipe_diff(x->recipe, x->recipe, &diff);
    ck_assert_str_eq(diff.s, "");
    ft_recipe_diff(x->recipe, y->recipe, &diff);
    ck_assert_str_eq(diff.s,
                     "command: [\"sh\",\"tool.sh\",\"1 N\",\"2 mm\"] -> "
                     "[\"sh\",\"tool.sh\",\"1 N\",\"3 mm\"]\n");
    ft_str_cut(&diff, 0);
    ft_recipe_diff(x->recipe, z->recipe, &diff);
    ck_assert_str_eq(diff.s, "file 'tool.sh' has changed\n");
    ft_str_release(&diff);
    ft_bound_free(x);
    ft_bound_free(y);
    ft_bound_free(z);
    end(&a);
    end(&b);
    end(&c);
}
END_TEST

static const struct {
    const char *before, *after, *text;
} diffs[] = {
    { "{\"params\":{\"a\":1}}", "{\"params\":{\"a\":2}}",
      "parameter 'a': 1 -> 2\n" },
    { "{\"params\":{\"a\":{\"value\":0.002,\"unit\":\"m\"}}}",
      "{\"params\":{\"a\":{\"value\":0.001,\"unit\":\"m\"}}}",
      "parameter 'a': 0.002 m -> 0.001 m\n" },
    { "{\"params\":{}}", "{\"params\":{\"a\":true}}",
      "parameter 'a': nothing -> true\n" },
    { "{\"params\":{\"a\":1}}", "{\"params\":{}}",
      "parameter 'a': 1 -> nothing\n" },
    { "{\"inputs\":[{\"name\":\"m\",\"content\":\"x\"}]}",
      "{\"inputs\":[{\"name\":\"m\",\"content\":\"y\"}]}",
      "input 'm' has new content\n" },
    { "{\"inputs\":[]}", "{\"inputs\":[{\"name\":\"m\",\"content\":\"y\"}]}",
      "number of inputs: 0 -> 1\n" },
    { "{\"ranks\":1}", "{\"ranks\":2}", "ranks: 1 -> 2\n" },
    { "{\"ranks\":1}", "{}", "" }, /* a bitwise module: no part of the key */
    { "{\"module_digest\":\"a\"}", "{\"module_digest\":\"b\"}",
      "the module's manifest has changed\n" },
};

START_TEST(recipe_differences)
{
    struct json_object *a = json_tokener_parse(diffs[_i].before);
    struct json_object *b = json_tokener_parse(diffs[_i].after);
    struct ft_str text = FT_STR_INIT;

    ft_recipe_diff(a, b, &text);
    ck_assert_str_eq(text.s, diffs[_i].text);
    ft_str_release(&text);
    json_object_put(a);
    json_object_put(b);
}
END_TEST

START_TEST(commands)
{
    struct ft_err err;
    struct fixture f;
    struct ft_bound *bound;
    char **argv, **env, *tool;

    begin(&f, sweep, NULL, 0);
    bound = bind_task(&f, 0);
    tool = ft_path_join(f.dir, "tool.sh");
    ck_assert_int_eq(ft_bound_command(f.plan, bound, "r1", f.dir, &argv, &env,
                                      &err), 0);
    ck_assert_str_eq(argv[0], "sh");
    ck_assert_str_eq(argv[1], tool); /* the file beside the workflow */
    ck_assert_str_eq(argv[2], "1 N");
    ck_assert_str_eq(argv[3], "2 mm");
    ck_assert_ptr_null(argv[4]);
    ck_assert_str_eq(env[0], "FEDTWIN_STAGE=make");
    ft_words_free(argv);
    ft_words_free(env);
    ft_bound_free(bound);
    free(tool);
    end(&f);
}
END_TEST

START_TEST(forecast_of_a_new_project)
{
    struct ft_forecast forecast;
    struct ft_err err;
    struct fixture f;

    begin(&f, sweep, NULL, 0);
    ck_assert_int_eq(ft_forecast(f.plan, f.store, FT_FORECAST_TELL,
                                 &forecast, &err), 0);
    ck_assert_uint_eq(forecast.n_run, f.plan->n_tasks);
    ck_assert_str_eq(forecast.reason[0], "never ran before");
    ck_assert_str_eq(forecast.reason[task(&f, "row")],
                     "input 'r' comes from 'make', which will run");
    ft_forecast_release(&forecast);
    end(&f);
}
END_TEST

START_TEST(drawing)
{
    struct ft_str dot = FT_STR_INIT;
    struct fixture f;

    begin(&f, sweep, NULL, 0);
    ft_plan_dot(f.plan, &dot);
    ck_assert_ptr_nonnull(strstr(dot.s, "\"make\" [label=\"make\\n6 tasks\"]"));
    ck_assert_ptr_nonnull(strstr(dot.s, "\"make\" -> \"all\" [label=\"r\"]"));
    ck_assert_ptr_nonnull(
        strstr(dot.s, "\"row\" -> \"all\" [label=\"\", style=dashed]"));
    ft_str_release(&dot);
    end(&f);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("plan");
    TCase *tc = tcase_create("plan");

    tcase_add_test(tc, ranges);
    tcase_add_loop_test(tc, producers, 0, FT_ARRAY_LEN(feeds));
    tcase_add_test(tc, stage_dependencies);
    tcase_add_loop_test(tc, selectors_that_match_nothing, 0,
                        FT_ARRAY_LEN(bad_selector));
    tcase_add_test(tc, when_and_resources);
    tcase_add_test(tc, keys_do_not_depend_on_the_place);
    tcase_add_test(tc, keys_depend_on_values_and_files);
    tcase_add_test(tc, inputs_that_are_given);
    tcase_add_loop_test(tc, recipe_differences, 0, FT_ARRAY_LEN(diffs));
    tcase_add_test(tc, commands);
    tcase_add_test(tc, forecast_of_a_new_project);
    tcase_add_test(tc, drawing);
    suite_add_tcase(s, tc);
    return unit_main(s);
}

/* test_lineage.c - what versions were made from, and what came of them */
#include "base/logfile.h"
#include "base/sha256.h"
#include "data/provenance/lineage.h"
#include "project.h"

static struct scratch s;

/* Made in this order, each from those named:
 *
 *     a ── b ── d ── e        a, b again in another run: x
 *      └── c ───┘
 */
static char a[65], b[65], c[65], d[65], e[65], x[65];

/* Publish heat.t of 'task' made from the versions 'from' (NULL ends). */
static void make(const char *run, const char *task, const char *const *from,
                 char *version)
{
    struct one_result one;
    struct ft_err err = { 0 };
    struct json_object *inputs = json_object_new_array();

    one_init(&one, &s, task, task);
    one.result.run = run;
    ft_json_add_str(one.result.lineage, "run", run);
    for (; *from; from++) {
        struct json_object *input = json_object_new_object();

        ft_json_add_str(input, "name", "in");
        ft_json_add_str(input, "version", *from);
        json_object_array_add(inputs, input);
    }
    json_object_object_add(one.result.lineage, "inputs", inputs);
    ck_ok(ft_store_publish(s.store, &one.result, &err), err);
    memcpy(version, one.out.version, sizeof(one.out.version));
    one_release(&one);
}

#define FROM(...) (const char *const[]){ __VA_ARGS__, NULL }

static void set_up(void)
{
    scratch_init(&s);
    make("r-1", "a", FROM(NULL), a);
    make("r-1", "b", FROM(a), b);
    make("r-1", "c", FROM(a, a), c);
    make("r-1", "d", FROM(b, c), d);
    make("r-1", "e", FROM(d), e);
    make("r-2", "x", FROM(a, b), x);
}

static void tear_down(void)
{
    scratch_release(&s);
}

static void walk(struct ft_lineage *lineage, const char *const *asked,
                 unsigned ways, size_t depth)
{
    struct ft_err err = { 0 };

    *lineage = (struct ft_lineage){ 0 };
    for (; *asked; asked++)
        ck_ok(ft_lineage_add(lineage, s.store, *asked, &err), err);
    ck_ok(ft_lineage_walk(lineage, s.store, ways, depth, &err), err);
}

/* Exactly the versions of the list are in the graph. */
static void expect(const struct ft_lineage *lineage, const char *const *ids)
{
    size_t n = 0;

    for (; *ids; ids++, n++)
        ck_assert_int_ge(ft_lineage_find(lineage, *ids), 0);
    ck_assert_uint_eq(lineage->n, n);
}

#define UP FT_LINEAGE_UP
#define DOWN FT_LINEAGE_DOWN

static const struct {
    const char *asked[3];
    unsigned ways;
    size_t depth;
    const char *found[7];
    size_t n_edges;
    bool cut;
} walks[] = {
    { { e }, UP, 99, { e, d, b, c, a }, 6, false },
    { { e }, UP, 3, { e, d, b, c, a }, 6, false },
    { { e }, UP, 2, { e, d, b, c }, 3, true },
    { { e }, UP, 0, { e }, 0, true },
    { { e }, DOWN, 0, { e }, 0, false },
    { { a }, UP, 0, { a }, 0, false },
    { { a }, DOWN, 99, { a, b, c, d, e, x }, 8, false },
    { { a }, DOWN, 1, { a, b, c, x }, 5, true },
    { { b }, DOWN, 99, { b, d, e, x }, 3, false },
    { { b }, UP | DOWN, 99, { a, b, d, e, x }, 5, false },
    { { c }, UP | DOWN, 1, { a, c, d }, 3, true },
    { { x }, DOWN, 99, { x }, 0, false },
    { { a, a }, DOWN, 1, { a, b, c, x }, 5, true },
    /* What the way up has reached is gone on from on the way down. */
    { { a, d }, UP | DOWN, 99, { a, b, c, d, e, x }, 8, false },
};

START_TEST(ways)
{
    struct ft_lineage lineage;

    walk(&lineage, walks[_i].asked, walks[_i].ways, walks[_i].depth);
    expect(&lineage, walks[_i].found);
    ck_assert_uint_eq(lineage.n_edges, walks[_i].n_edges);
    ck_assert_int_eq(lineage.cut, walks[_i].cut);
    ft_lineage_release(&lineage);
}
END_TEST

/* An input that this project does not have ends a path, and is named. */
START_TEST(unknown_input)
{
    static const char far[] = "00112233445566778899aabbccddeeff"
                              "00112233445566778899aabbccddeeff";
    struct ft_lineage lineage;
    char y[65];
    long i;

    make("r-3", "y", FROM(far, a), y);
    walk(&lineage, FROM(y), UP, 99);
    expect(&lineage, FROM(y, far, a));
    i = ft_lineage_find(&lineage, far);
    ck_assert(!lineage.node[i].known);
    ck_assert_ptr_null(lineage.node[i].record);
    ft_lineage_release(&lineage);
    walk(&lineage, FROM(far), DOWN, 99);
    expect(&lineage, FROM(far, y));
    ft_lineage_release(&lineage);
}
END_TEST

START_TEST(bad_ids)
{
    static const char *const bad[] = { "", "12", "no digits", NULL };
    struct ft_lineage lineage = FT_LINEAGE_INIT;
    struct ft_versions versions;
    struct ft_err err = { 0 };

    for (size_t i = 0; bad[i]; i++) {
        ck_assert_int_eq(ft_lineage_add(&lineage, s.store, bad[i], &err), -1);
        ck_assert_int_eq(err.code, FT_EFORMAT);
        ck_assert_int_eq(ft_store_derived(s.store, bad[i], &versions, &err),
                         -1);
        ck_assert_int_eq(err.code, FT_EUSAGE);
    }
    ck_assert_uint_eq(lineage.n, 0);
    ft_lineage_release(&lineage);
}
END_TEST

/* --- records that do not list their inputs -------------------------------- */

/* The oplog without the member 'inputs', as it was written before. */
static int strip(const struct ft_log_record *record, void *arg,
                 struct ft_err *err)
{
    struct json_object *json = ft_json_parse(record->payload, record->len,
                                             "a record", err);
    struct ft_str text = FT_STR_INIT;
    int rc;

    json_object_object_del(json, "inputs");
    ck_ok(ft_json_canonical(json, &text, err), *err);
    rc = ft_log_append(arg, text.s, text.len, err);
    ft_str_release(&text);
    json_object_put(json);
    return rc;
}

static void make_old(void)
{
    char *path = scratch_path(&s, ".fedtwin/oplog/0.log");
    char *fresh = scratch_path(&s, ".fedtwin/oplog/new");
    struct ft_err err = { 0 };
    struct ft_log *to, *from;

    scratch_close(&s);
    to = ft_log_open(fresh, FT_LOG_APPEND, NULL, NULL, NULL, &err);
    ck_assert_msg(to != NULL, "%s", err.msg);
    from = ft_log_open(path, FT_LOG_READ, NULL, strip, to, &err);
    ck_assert_msg(from != NULL, "%s", err.msg);
    ft_log_close(from);
    ck_ok(ft_log_sync(to, &err), err);
    ft_log_close(to);
    ck_assert_int_eq(rename(fresh, path), 0);
    free(fresh);
    free(path);
    scratch_open(&s);
}

START_TEST(old_records)
{
    struct ft_lineage lineage;
    char y[65];

    make_old();
    make("r-3", "y", FROM(e), y);
    for (int again = 0; again < 2; again++) {
        walk(&lineage, FROM(a), DOWN, 99);
        expect(&lineage, FROM(a, b, c, d, e, x, y));
        ft_lineage_release(&lineage);
    }
}
END_TEST

/* Then only the index knows: it does not ask the files again. */
START_TEST(old_records_are_read_once)
{
    struct ft_versions derived;
    struct ft_err err = { 0 };

    make_old();
    ck_ok(ft_store_derived(s.store, a, &derived, &err), err);
    ck_assert_uint_eq(derived.n, 3);
    ft_versions_release(&derived);
    setenv("FEDTWIN_WORKER", "/nonexistent", 1);
    scratch_close(&s);
    scratch_open(&s);
    ck_ok(ft_store_derived(s.store, a, &derived, &err), err);
    ck_assert_uint_eq(derived.n, 3);
    ft_versions_release(&derived);
}
END_TEST

/* One whose file has gone may be anything's descendant: an error, not a
 * shorter answer. */
START_TEST(old_record_without_file)
{
    char *path = ft_store_path(s.store, c);
    struct ft_versions derived;
    struct ft_err err = { 0 };

    make_old();
    ck_assert_int_eq(unlink(path), 0);
    ck_assert_int_eq(ft_store_derived(s.store, a, &derived, &err), -1);
    ck_assert_msg(strstr(err.msg, "what came of a version"), "%s", err.msg);
    ck_assert_uint_eq(derived.n, 0);
    free(path);
}
END_TEST

/* --- very many inputs ----------------------------------------------------- */

#define INPUTS_MAX 100000

static int find_inputs(const struct ft_log_record *record, void *arg,
                       struct ft_err *err)
{
    struct json_object *json = ft_json_parse(record->payload, record->len,
                                             "a record", err);
    struct json_object *inputs = ft_json_or_null(json, "inputs");

    *(long *)arg = inputs ? (long)json_object_array_length(inputs) : -1;
    json_object_put(json);
    return 0;
}

static const struct {
    int n; /* inputs, the last of them the version 'a' */
    long listed;
} many[] = {
    { INPUTS_MAX, INPUTS_MAX },
    { INPUTS_MAX + 1, -1 },
};

/* The record of a result does not grow without limit; what it leaves out is
 * found all the same. */
START_TEST(many_inputs)
{
    char *path = scratch_path(&s, ".fedtwin/oplog/0.log"), y[65];
    char(*text)[65] = ft_calloc((size_t)many[_i].n, sizeof(*text));
    const char **from = ft_calloc((size_t)many[_i].n + 1, sizeof(*from));
    struct ft_versions derived;
    struct ft_err err = { 0 };
    long listed = 0;

    for (int i = 0; i < many[_i].n; i++) {
        snprintf(text[i], sizeof(text[i]), "%064x", i);
        from[i] = text[i];
    }
    from[many[_i].n - 1] = a;
    make("r-3", "y", from, y);
    ft_log_close(ft_log_open(path, FT_LOG_READ, NULL, find_inputs, &listed,
                             &err));
    ck_assert_int_eq(listed, many[_i].listed);
    ck_ok(ft_store_derived(s.store, a, &derived, &err), err);
    ck_assert_uint_eq(derived.n, 4);
    ck_assert_str_eq(derived.item[3].id, y);
    ft_versions_release(&derived);
    free(from);
    free(text);
    free(path);
}
END_TEST

/* The member itself, of hostile logs. */
static const char *const malformed[] = {
    "{}", "[1]", "[\"12\"]", "null", "[null]",
};

START_TEST(malformed_inputs)
{
    char *path = scratch_path(&s, ".fedtwin/oplog/0.log");
    char *text = ft_asprintf("{\"inputs\":%s,\"kind\":\"result\",\"out\":[],"
                             "\"task\":\"t\",\"time_us\":1}",
                             malformed[_i]);
    struct ft_err err = { 0 };
    struct ft_log *log;

    ft_store_close(s.store);
    log = ft_log_open(path, FT_LOG_APPEND, NULL, NULL, NULL, &err);
    ck_ok(ft_log_append(log, text, strlen(text), &err), err);
    ck_ok(ft_log_sync(log, &err), err);
    ft_log_close(log);
    s.store = ft_store_open(s.project, FT_STORE_WRITE, &err);
    ck_assert_ptr_null(s.store);
    ck_assert_int_eq(err.code, FT_EFORMAT);
    free(text);
    free(path);
}
END_TEST

/* --- runs ----------------------------------------------------------------- */

static void bind(const char *run, const char *const *id)
{
    struct ft_binding bindings[8];
    struct ft_state_new state = {
        .run = run, .workflow = "", .workflow_file = "", .outcome = "ok",
        .bind = bindings,
    };
    struct ft_err err = { 0 };
    char cell[8][16];
    struct ft_recorded recorded;

    for (; id[state.n]; state.n++) {
        snprintf(cell[state.n], sizeof(cell[0]), "{\"n\":%zu}", state.n);
        bindings[state.n] = (struct ft_binding){ "heat.t", cell[state.n],
                                                 id[state.n] };
    }
    ck_ok(ft_store_record_state(s.store, &state, &recorded, &err), err);
}

START_TEST(of_a_run)
{
    struct ft_versions versions;
    struct ft_err err = { 0 };

    bind("r-1", FROM(a, b, c, d, e));
    bind("r-2", FROM(a, b, x));
    ck_ok(ft_store_run_versions(s.store, "r-1", &versions, &err), err);
    ck_assert_uint_eq(versions.n, 5);
    ck_assert_str_eq(versions.item[0].id, a);
    ft_versions_release(&versions);
    ck_ok(ft_store_run_versions(s.store, "r-2", &versions, &err), err);
    ck_assert_uint_eq(versions.n, 3);
    ck_assert_str_eq(versions.item[0].id, x);
    ck_assert_str_eq(versions.item[1].id, a);
    ck_assert_str_eq(versions.item[2].cell, "{\"n\":1}");
    ft_versions_release(&versions);
    ck_assert_int_eq(ft_store_run_versions(s.store, "r-", &versions, &err),
                     -1);
    ck_assert_int_eq(err.code, FT_ENOENT);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("lineage");
    TCase *tc = tcase_create("lineage");

    tcase_add_checked_fixture(tc, set_up, tear_down);
    tcase_add_loop_test(tc, ways, 0, FT_ARRAY_LEN(walks));
    tcase_add_test(tc, unknown_input);
    tcase_add_test(tc, bad_ids);
    tcase_add_test(tc, old_records);
    tcase_add_test(tc, old_records_are_read_once);
    tcase_add_test(tc, old_record_without_file);
    tcase_add_loop_test(tc, many_inputs, 0, FT_ARRAY_LEN(many));
    tcase_set_timeout(tc, 60);
    tcase_add_loop_test(tc, malformed_inputs, 0, FT_ARRAY_LEN(malformed));
    tcase_add_test(tc, of_a_run);
    suite_add_tcase(suite, tc);
    return unit_main(suite);
}

/* test_history.c - states, references to earlier ones, and rows of failures */
#include "project.h"

static struct scratch s;

static void set_up(void)
{
    scratch_init(&s);
}

static void tear_down(void)
{
    scratch_release(&s);
}

#define DIGEST \
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define DIGEST2 \
    "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"

/* Record the state of 'n' bindings; whether there was a new one. */
static bool record(const struct ft_binding *bind, size_t n,
                   const char *workflow)
{
    struct ft_state_new state = {
        .run = "run-1",
        .workflow = workflow,
        .workflow_file = "heat.yaml",
        .workflow_text = "fedtwin: 1\n",
        .outcome = "ok",
        .bind = bind,
        .n = n,
    };
    struct ft_err err = { 0 };
    struct ft_recorded recorded;

    ck_ok(ft_store_record_state(s.store, &state, &recorded, &err), err);
    return recorded.changed;
}

static void reopen(void)
{
    scratch_close(&s);
    scratch_open(&s);
}

/* Opened anew with an index replayed from the oplog. */
static void replay(void)
{
    char *path = scratch_path(&s, ".fedtwin/index.sqlite");

    scratch_close(&s);
    ck_assert_int_eq(unlink(path), 0);
    scratch_open(&s);
    free(path);
}

/* "id id …" of what 'ref' names, each cut to its first three letters of the
 * table 'known', or the error code. */
static void expect(const char *ref, const char *const *version, size_t n)
{
    struct ft_versions found;
    struct ft_err err = { 0 };

    ck_assert_msg(ft_store_resolve(s.store, ref, &found, &err) == 0, "%s: %s",
                  ref, err.msg);
    ck_assert_uint_eq(found.n, n);
    for (size_t i = 0; i < n; i++)
        ck_assert_str_eq(found.item[i].id, version[i]);
    ft_versions_release(&found);
}

static void expect_error(const char *ref, enum ft_code code, const char *part)
{
    struct ft_versions found;
    struct ft_err err = { 0 };
    struct ft_str text = FT_STR_INIT;

    ck_assert_int_eq(ft_store_resolve(s.store, ref, &found, &err), -1);
    ck_assert_msg(err.code == code, "%s: %s", ref, err.msg);
    ft_str_addf(&text, "%s; %s", err.msg, err.hint);
    ck_assert_msg(strstr(text.s, part) != NULL, "%s", text.s);
    ft_str_release(&text);
}

START_TEST(nothing_yet)
{
    struct ft_states states;
    struct ft_versions versions;
    struct ft_err err = { 0 };

    ck_ok(ft_store_log(s.store, false, 0, &states, &err), err);
    ck_assert_uint_eq(states.n, 0);
    ck_ok(ft_store_list(s.store, NULL, 0, &versions, &err), err);
    ck_assert_uint_eq(versions.n, 0);
    expect_error("heat.t", FT_ENOENT, "no results yet");
}
END_TEST

START_TEST(states_and_references)
{
    char a[65], b[65], m[65], prefix[8];
    const char *va = a, *vb = b, *vm = m;
    struct ft_states states;
    struct ft_err err = { 0 };

    publish_one(&s, "heat", "a", a);
    publish_one(&s, "heat", "b", b);
    publish_one(&s, "mesh", "m", m);
    {
        struct ft_binding first[] = { { "mesh.m", "", m },
                                      { "heat.t", "", a } };
        struct ft_binding second[] = { { "mesh.m", "", m },
                                       { "heat.t", "", b } };

        ck_assert(record(first, 2, DIGEST));
        ck_assert(!record(first, 2, DIGEST)); /* nothing changed */
        ck_assert(record(second, 2, DIGEST));
        ck_assert(record(second, 2, DIGEST2)); /* another workflow */
        ck_assert(record(first, 1, DIGEST2));  /* heat dropped */
        ck_assert(record(second, 2, DIGEST2));
    }
    for (int i = 0; i < 2; i++) {
        expect("heat.t", &vb, 1);
        expect("main:heat.t", &vb, 1);
        expect("heat.t~1", &vb, 1); /* before it was dropped */
        expect("heat.t~2", &va, 1);
        expect("mesh.m", &vm, 1);
        expect_error("heat.t~3", FT_ENOENT, "2 earlier forms, not 3");
        expect_error("mesh.m~1", FT_ENOENT, "0 earlier forms");
        expect_error("heat.tt", FT_ENOENT, "did you mean 'heat.t'?");
        expect_error("other:heat.t", FT_ENOENT, "no branch 'other'");
        expect_error("mai:heat.t", FT_ENOENT, "did you mean 'main'?");
        expect_error("heat.t{a=1}", FT_ENOENT, "none of the 1 cells");
        expect_error("heat", FT_EUSAGE, "malformed");
        expect(a, &va, 1);
        snprintf(prefix, sizeof(prefix), "%.7s", b);
        expect(prefix, &vb, 1);
        ck_ok(ft_store_log(s.store, false, 0, &states, &err), err);
        ck_assert_uint_eq(states.n, 5);
        ck_assert_str_eq(states.item[0].names, "main");
        ck_assert_str_eq(states.item[1].names, "");
        ck_assert_str_eq(states.item[0].parent, states.item[1].id);
        ck_assert_str_eq(states.item[4].parent, "");
        ck_assert_uint_eq(states.item[0].n_objects, 2);
        ck_assert_uint_eq(states.item[0].n_changed, 1);
        ck_assert_uint_eq(states.item[1].n_objects, 1);
        ck_assert_uint_eq(states.item[2].n_changed, 0);
        ck_assert_str_eq(states.item[4].workflow_file, "heat.yaml");
        ft_states_release(&states);
        ck_ok(ft_store_log(s.store, false, 2, &states, &err), err);
        ck_assert_uint_eq(states.n, 2);
        ft_states_release(&states);
        replay(); /* and all of it again from the oplog */
    }
}
END_TEST

#define CELL(n) "{\"i\":" #n "}"

/* That a state is the one of the tip is remembered for this tip alone, and
 * found out again without the index. */
START_TEST(the_same_state_again)
{
    char a[65], b[65];

    publish_one(&s, "heat", "a", a);
    publish_one(&s, "heat", "b", b);
    {
        const struct ft_binding one[] = { { "heat.t", "1", a },
                                          { "heat.t", "2", b } };
        const struct ft_binding two[] = { { "heat.t", "2", b },
                                          { "heat.t", "1", a } };

        for (int i = 0; i < 2; i++) {
            ck_assert(record(one, 2, a));
            ck_assert(!record(one, 2, a));
            ck_assert(!record(one, 2, a));
            ck_assert(record(one, 2, b));
            ck_assert(record(one, 2, a));
            ck_assert(record(two, 2, a)); /* another order */
            ck_assert(!record(two, 2, a));
            ck_assert(record(one, 1, a));
            ck_assert(!record(one, 1, a));
            replay();
            ck_assert(!record(one, 1, a));
        }
    }
}
END_TEST

START_TEST(cells_keep_their_order)
{
    char v[4][65];
    const char *all[4], *now[4];
    struct ft_binding three[] = { { "heat.t", CELL(30), v[0] },
                                  { "heat.t", CELL(4), v[1] },
                                  { "heat.t", CELL(100), v[2] } };
    struct ft_binding four[] = { { "heat.t", CELL(30), v[0] },
                                 { "heat.t", CELL(7), v[3] },
                                 { "heat.t", CELL(4), v[1] },
                                 { "heat.t", CELL(100), v[2] } };
    struct ft_versions list;
    struct ft_err err = { 0 };

    for (int i = 0; i < 4; i++) {
        char *task = ft_asprintf("heat[i=%d]", i);
        char *bytes = ft_asprintf("bytes %d", i);

        publish_one(&s, task, bytes, v[i]);
        all[i] = v[i];
        free(bytes);
        free(task);
    }
    ck_assert(record(three, 3, DIGEST));
    expect("heat.t", all, 3);
    ck_assert(record(four, 4, DIGEST));
    now[0] = v[0], now[1] = v[3], now[2] = v[1], now[3] = v[2];
    expect("heat.t", now, 4);
    expect("heat.t~1", all, 3);
    expect("heat.t{i=4}", &all[1], 1);
    expect_error("heat.t{i=4}~1", FT_ENOENT, "0 earlier forms");
    replay();
    expect("heat.t", now, 4);
    expect("heat.t~1", all, 3);
    ck_ok(ft_store_list(s.store, "heat.", 2, &list, &err), err);
    ck_assert_uint_eq(list.n, 2);
    ck_assert_str_eq(list.item[1].cell, CELL(7));
    ft_versions_release(&list);
    ck_ok(ft_store_list(s.store, "h%", 0, &list, &err), err);
    ck_assert_uint_eq(list.n, 0);
    ft_versions_release(&list);
}
END_TEST

/* A version that was reused shows the object that it is bound to. */
START_TEST(reused_under_another_name)
{
    char a[65];
    struct ft_binding bind[] = { { "warm.field", CELL(1), a } };
    struct ft_versions found;
    struct ft_err err = { 0 };

    publish_one(&s, "heat", "a", a);
    ck_assert(record(bind, 1, DIGEST));
    ck_ok(ft_store_resolve(s.store, "warm.field", &found, &err), err);
    ck_assert_str_eq(found.item[0].object, "warm.field");
    ck_assert_str_eq(found.item[0].cell, CELL(1));
    ck_assert_str_eq(found.item[0].task, "heat");
    ft_versions_release(&found);
}
END_TEST

/* Like publish_one(), and bound to the current branch. */
static int put_one(const char *bytes, char *version, struct ft_err *err)
{
    struct one_result one;
    int rc;

    one_init(&one, &s, "heat.t", bytes);
    if (!*bytes)
        ck_assert_int_eq(unlink(one.path), 0);
    rc = ft_store_put(s.store, &one.result, err);
    memcpy(version, one.out.version, sizeof(one.out.version));
    one_release(&one);
    return rc;
}

static size_t count_states(void)
{
    struct ft_states states;
    struct ft_err err = { 0 };
    size_t n;

    ck_ok(ft_store_log(s.store, false, 0, &states, &err), err);
    n = states.n;
    ft_states_release(&states);
    return n;
}

START_TEST(one_object_alone)
{
    char a[65], b[65], again[65], m[65];
    const char *va = a, *vb = b, *vm = m;
    struct ft_binding bind[] = { { "mesh.m", "", m }, { "heat.t", "", a } };
    struct ft_states states;
    struct ft_err err = { 0 };

    publish_one(&s, "mesh", "m", m);
    ck_ok(put_one("a", a, &err), err); /* the first */
    ck_assert(record(bind, 2, DIGEST));
    ck_ok(put_one("b", b, &err), err);
    ck_ok(put_one("b", again, &err), err); /* no change */
    ck_assert_str_eq(again, b);
    expect("heat.t", &vb, 1);
    expect("heat.t~1", &va, 1);
    expect("mesh.m", &vm, 1);
    ck_ok(ft_store_log(s.store, false, 0, &states, &err), err);
    ck_assert_uint_eq(states.n, 3);
    ck_assert_str_eq(states.item[0].workflow, DIGEST);
    ck_assert_uint_eq(states.item[0].n_objects, 2);
    ft_states_release(&states);
    replay();
    expect("heat.t", &vb, 1);
}
END_TEST

START_TEST(a_put_that_fails_changes_nothing)
{
    char a[65], none[65];
    const char *va = a;
    struct ft_err err = { 0 };

    ck_ok(put_one("a", a, &err), err);
    ck_assert_int_eq(put_one("", none, &err), -1); /* no file */
    ck_assert_int_eq(err.code, FT_ENOENT);
    ck_assert_uint_eq(count_states(), 1);
    expect("heat.t", &va, 1);
    ck_ok(ft_store_at(s.store, "main", &err), err);
    ck_assert_int_eq(put_one("b", none, &err), -1); /* the past */
    ck_assert_int_eq(err.code, FT_EACCES);
    ck_assert_uint_eq(count_states(), 1);
}
END_TEST

/* How many objects of 'state' may differ in 'other'; the first is 'version'. */
static void expect_apart(const char *state, const char *other, size_t n,
                         const char *version)
{
    struct ft_versions found;
    struct ft_err err = { 0 };

    ck_ok(ft_store_objects_apart(s.store, state, other, &found, &err), err);
    ck_assert_uint_eq(found.n, n);
    if (n)
        ck_assert_str_eq(found.item[0].id, version);
    ft_versions_release(&found);
}

/* Few changes are looked for in another way than many. */
static const size_t n_cells[] = { 3, 1200 };

START_TEST(objects_that_may_differ)
{
    size_t n = n_cells[_i] + 1;
    struct ft_binding *bind = ft_calloc(n, sizeof(*bind));
    char a[65], b[65], m[65];
    struct ft_states states;
    struct ft_err err = { 0 };

    publish_one(&s, "heat", "a", a);
    publish_one(&s, "heat", "b", b);
    publish_one(&s, "mesh", "m", m);
    bind[0] = (struct ft_binding){ "mesh.m", "", m };
    for (size_t i = 1; i < n; i++)
        bind[i] = (struct ft_binding){ "heat.t", ft_asprintf("%zu", i), a };
    ck_assert(record(bind, n, DIGEST));
    for (size_t i = 1; i < n; i++)
        bind[i].version = b;
    ck_assert(record(bind, n, DIGEST));
    bind[1].version = a;
    ck_assert(record(bind, n, DIGEST));
    ck_ok(ft_store_log(s.store, false, 0, &states, &err), err);
    expect_apart(states.item[1].id, states.item[2].id, n - 1, b);
    expect_apart(states.item[2].id, states.item[1].id, n - 1, a);
    expect_apart(states.item[0].id, states.item[1].id, 1, a);
    expect_apart(states.item[1].id, states.item[0].id, 1, b);
    expect_apart(states.item[0].id, states.item[0].id, 0, NULL);
    ft_states_release(&states);
    for (size_t i = 1; i < n; i++)
        free((char *)bind[i].cell);
    free(bind);
}
END_TEST

static const struct {
    const char *object, *version; /* version NULL: one that exists */
    enum ft_code code;
} refused[] = {
    { "heat", NULL, FT_EUSAGE },
    { "heat..b", NULL, FT_EUSAGE },
    { "../x.t", NULL, FT_EUSAGE },
    { "heat.t", DIGEST, FT_ENOENT },
    { "heat.t", "short", FT_ENOENT },
};

START_TEST(refused_states_change_nothing)
{
    char a[65];
    struct ft_binding bind[] = { { "heat.t", "", a },
                                 { refused[_i].object, CELL(1),
                                   refused[_i].version } };
    struct ft_binding twice[] = { { "heat.t", "", a }, { "heat.t", "", a } };
    struct ft_state_new state = {
        .workflow = DIGEST, .workflow_file = "f", .outcome = "ok",
        .bind = bind, .n = 2
    };
    struct ft_states states;
    struct ft_err err = { 0 };
    struct ft_recorded recorded;

    publish_one(&s, "heat", "a", a);
    if (!bind[1].version)
        bind[1].version = a;
    ck_assert_int_eq(ft_store_record_state(s.store, &state, &recorded, &err),
                     -1);
    ck_assert_int_eq(err.code, refused[_i].code);
    state.bind = twice;
    ck_assert_int_eq(ft_store_record_state(s.store, &state, &recorded, &err),
                     -1);
    ck_assert_int_eq(err.code, FT_EUSAGE);
    ck_ok(ft_store_log(s.store, false, 0, &states, &err), err);
    ck_assert_uint_eq(states.n, 0);
    reopen();
    ck_assert(record(bind, 1, DIGEST)); /* the lock is free again */
}
END_TEST

/* More than fits into one record. */
#define MANY 60000

START_TEST(large_states)
{
    struct ft_binding *bind = ft_calloc(MANY, sizeof(*bind));
    char a[65], b[65], *cell[MANY];
    struct ft_versions found;
    struct ft_fsck_totals totals;
    struct ft_err err = { 0 };

    publish_one(&s, "heat", "a", a);
    publish_one(&s, "heat", "b", b);
    for (size_t i = 0; i < MANY; i++) {
        cell[i] = ft_asprintf("{\"index\":%zu,\"name\":\"some longer text\"}",
                              i);
        bind[i] = (struct ft_binding){ "heat.t", cell[i], a };
    }
    ck_assert(record(bind, MANY, DIGEST));
    bind[MANY - 1].version = b;
    ck_assert(record(bind, MANY, DIGEST));
    for (int i = 0; i < 2; i++) {
        ck_ok(ft_store_resolve(s.store, "heat.t", &found, &err), err);
        ck_assert_uint_eq(found.n, MANY);
        ck_assert_str_eq(found.item[MANY - 2].cell, cell[MANY - 2]);
        ck_assert_str_eq(found.item[MANY - 1].id, b);
        ft_versions_release(&found);
        replay();
    }
    ck_ok(ft_store_fsck(s.project, FT_FSCK_QUICK, NULL, NULL, &totals, &err),
          err);
    for (size_t i = 0; i < MANY; i++)
        free(cell[i]);
    free(bind);
}
END_TEST

static Suite *suite(void)
{
    Suite *suite = suite_create("history");
    TCase *tc = tcase_create("history");

    tcase_add_checked_fixture(tc, set_up, tear_down);
    tcase_set_timeout(tc, 120);
    tcase_add_test(tc, nothing_yet);
    tcase_add_test(tc, states_and_references);
    tcase_add_test(tc, the_same_state_again);
    tcase_add_test(tc, cells_keep_their_order);
    tcase_add_test(tc, reused_under_another_name);
    tcase_add_test(tc, one_object_alone);
    tcase_add_loop_test(tc, objects_that_may_differ, 0,
                        (int)FT_ARRAY_LEN(n_cells));
    tcase_add_test(tc, a_put_that_fails_changes_nothing);
    tcase_add_loop_test(tc, refused_states_change_nothing, 0,
                        FT_ARRAY_LEN(refused));
    tcase_add_test(tc, large_states);
    suite_add_tcase(suite, tc);
    return suite;
}

int main(void)
{
    return unit_main(suite());
}

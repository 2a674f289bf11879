/* test_memo.c - memos and the question whether versions are there */
#include <stdlib.h>

#include "base/sha256.h"
#include "project.h"

static struct scratch s;

static void setup(void)
{
    scratch_init(&s);
}

static void teardown(void)
{
    scratch_release(&s);
}

static void key_of(const char *text, char key[FT_SHA256_HEX + 1])
{
    ft_sha256_text(text, strlen(text), key);
}

static void expect(const char *name, const char *run, const char *payload)
{
    struct ft_str got_run = FT_STR_INIT, got = FT_STR_INIT;
    char key[FT_SHA256_HEX + 1];

    key_of(name, key);
    ck_assert_int_eq(ft_store_memo_get(s.store, key, &got_run, &got),
                     run != NULL);
    ck_assert_str_eq(got_run.s, run ? run : "");
    ck_assert_str_eq(got.s, payload ? payload : "");
    ft_str_release(&got_run);
    ft_str_release(&got);
}

static void put(const char *name, const char *run, const char *payload)
{
    char key[FT_SHA256_HEX + 1];

    key_of(name, key);
    ft_store_memo_put(s.store, key, run, payload, strlen(payload));
}

START_TEST(comes_back)
{
    expect("a", NULL, NULL);
    put("a", "run-1", "what was found");
    put("b", "run-1", "");
    expect("a", "run-1", "what was found");
    expect("b", "run-1", "");
    expect("c", NULL, NULL);
    put("a", "run-2", "something else");
    expect("a", "run-2", "something else");
    scratch_close(&s);
    scratch_open(&s);
    expect("a", "run-2", "something else");
}
END_TEST

START_TEST(bytes_are_bytes)
{
    static const char bytes[] = "x\0y\377z";
    struct ft_str run = FT_STR_INIT, got = FT_STR_INIT;
    char key[FT_SHA256_HEX + 1];

    key_of("k", key);
    ft_store_memo_put(s.store, key, "r", bytes, sizeof(bytes));
    ck_assert(ft_store_memo_get(s.store, key, &run, &got));
    ck_assert_uint_eq(got.len, sizeof(bytes));
    ck_assert_mem_eq(got.s, bytes, sizeof(bytes));
    ft_str_release(&run);
    ft_str_release(&got);
}
END_TEST

/* And the longest one is kept. */
START_TEST(what_is_not_kept)
{
    char *bytes = ft_calloc(FT_MEMO_MAX + 1, 1);
    struct ft_str run = FT_STR_INIT, got = FT_STR_INIT;
    char key[FT_SHA256_HEX + 1];

    ft_store_memo_put(s.store, "no digest", "r", "x", 1);
    ck_assert(!ft_store_memo_get(s.store, "no digest", &run, &got));
    key_of("long", key);
    ft_store_memo_put(s.store, key, "r", bytes, FT_MEMO_MAX + 1);
    expect("long", NULL, NULL);
    ft_store_memo_put(s.store, key, "r", bytes, FT_MEMO_MAX);
    ck_assert(ft_store_memo_get(s.store, key, &run, &got));
    ck_assert_uint_eq(got.len, FT_MEMO_MAX);
    free(bytes);
    ft_str_release(&run);
    ft_str_release(&got);
}
END_TEST

START_TEST(the_oldest_make_room)
{
    char *bytes = ft_calloc(FT_MEMO_MAX, 1);
    char key[FT_SHA256_HEX + 1];

    put("other", "r", "y");
    put("small", "r", "x");
    key_of("1", key);
    ft_store_memo_put(s.store, key, "r", bytes, FT_MEMO_MAX - 1);
    put("other", "r", "w"); /* newer than 'small' from now on */
    key_of("2", key);
    ft_store_memo_put(s.store, key, "r", bytes, FT_MEMO_MAX);
    expect("other", "r", "w");
    expect("small", NULL, NULL);
    free(bytes);
}
END_TEST

START_TEST(gone_with_the_index)
{
    char *index = scratch_path(&s, ".fedtwin/index.sqlite");

    put("a", "r", "x");
    scratch_close(&s);
    ck_assert_int_eq(unlink(index), 0);
    scratch_open(&s);
    expect("a", NULL, NULL);
    free(index);
}
END_TEST

/* Of a memo that speaks of later records nothing is left. */
START_TEST(gone_with_the_log)
{
    char *log = scratch_path(&s, ".fedtwin/oplog/0.log");
    struct ft_str start = FT_STR_INIT;
    struct ft_err err = { 0 };

    ck_ok(ft_file_read(log, 1 << 20, &start, &err), err);
    publish_one(&s, "heat", "one", NULL);
    put("a", "r", "x");
    scratch_close(&s);
    ck_ok(ft_file_write(log, start.s, start.len, 0644, &err), err);
    scratch_open(&s);
    expect("a", NULL, NULL);
    ft_str_release(&start);
    free(log);
}
END_TEST

START_TEST(versions_are_there)
{
    char id[4][FT_SHA256_HEX + 1];
    size_t missing = 9;
    char *path;

    for (size_t i = 0; i < 3; i++) {
        char text[2] = { (char)('a' + i), '\0' };

        publish_one(&s, "heat", text, id[i]);
    }
    memcpy(id[3], id[0], sizeof(id[3]));
    ck_assert_int_eq(ft_store_versions_exist(s.store, id, 4, &missing), 1);
    ck_assert_int_eq(ft_store_versions_exist(s.store, NULL, 0, &missing), 1);
    ck_assert_uint_eq(missing, 9);
    path = ft_store_path(s.store, id[1]);
    ck_assert_int_eq(unlink(path), 0);
    ck_assert_int_eq(ft_store_versions_exist(s.store, id, 4, &missing), 0);
    ck_assert_uint_eq(missing, 1);
    id[0][0] = '/';
    ck_assert_int_eq(ft_store_versions_exist(s.store, id, 4, &missing), 0);
    ck_assert_uint_eq(missing, 0);
    free(path);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("memo");
    TCase *tc = tcase_create("memo");

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_set_timeout(tc, 120);
    tcase_add_test(tc, comes_back);
    tcase_add_test(tc, bytes_are_bytes);
    tcase_add_test(tc, what_is_not_kept);
    tcase_add_test(tc, the_oldest_make_room);
    tcase_add_test(tc, gone_with_the_index);
    tcase_add_test(tc, gone_with_the_log);
    tcase_add_test(tc, versions_are_there);
    suite_add_tcase(suite, tc);
    return unit_main(suite);
}

/* test_fsck.c - finding faults, and coming back from them */
#include <fcntl.h>

#include "base/logfile.h"
#include "project.h"

static struct scratch s;
static char one[65], two[65];

#define DIGEST \
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static void set_up(void)
{
    struct ft_binding bind[] = { { "heat.t", "", one },
                                 { "mesh.m", "", two } };
    struct ft_state_new state = { .workflow = DIGEST,
                                  .workflow_file = "heat.yaml",
                                  .outcome = "ok",
                                  .bind = bind,
                                  .n = 2 };
    struct ft_err err = { 0 };
    struct ft_recorded recorded;

    scratch_init(&s);
    publish_one(&s, "heat", "one", one);
    publish_one(&s, "mesh", "two", two);
    ck_ok(ft_store_record_state(s.store, &state, &recorded, &err), err);
    ft_store_close(s.store);
    s.store = NULL;
}

static void tear_down(void)
{
    scratch_release(&s);
}

/* Everything reported, "SEVERITY TEXT" a line. */
static void gather(const char *severity, const char *path, const char *text,
                   void *arg)
{
    (void)path;
    ft_str_addf(arg, "%s %s\n", severity, text);
}

/* --- what a test does to the project -------------------------------------- */

static char *version_path(const char *id)
{
    return ft_asprintf("%s/.fedtwin/o/%.2s/%s.h5", s.dir, id, id);
}

static void nothing(void)
{
}

static void remove_version(void)
{
    char *path = version_path(one);

    ck_assert_int_eq(unlink(path), 0);
    free(path);
}

static void flip_byte(const char *path, off_t from_end)
{
    int fd = open(path, O_RDWR);
    struct stat st;
    char c;

    if (fd < 0) { /* mode 0440 */
        ck_assert_int_eq(chmod(path, 0640), 0);
        fd = open(path, O_RDWR);
    }
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(fstat(fd, &st), 0);
    ck_assert_int_eq(pread(fd, &c, 1, st.st_size - from_end), 1);
    c ^= 1;
    ck_assert_int_eq(pwrite(fd, &c, 1, st.st_size - from_end), 1);
    close(fd);
}

static void flip_version(void)
{
    char *path = version_path(one);

    flip_byte(path, 1);
    free(path);
}

static void shorten_version(void)
{
    char *path = version_path(one);

    (void)chmod(path, 0640);
    ck_assert_int_eq(truncate(path, 10), 0);
    free(path);
}

static char *log_path(void)
{
    return scratch_path(&s, ".fedtwin/oplog/0.log");
}

static void flip_log(void)
{
    char *path = log_path();
    struct stat st;

    ck_assert_int_eq(stat(path, &st), 0);
    flip_byte(path, st.st_size - 100); /* in the first record */
    free(path);
}

static void remove_log(void)
{
    char *path = log_path();

    ck_assert_int_eq(unlink(path), 0);
    free(path);
}

static void tear_log(void)
{
    char *path = log_path();
    int fd = open(path, O_WRONLY | O_APPEND);

    ck_assert_int_eq(write(fd, "\x40\0\0\0torn", 8), 8);
    close(fd);
    free(path);
}

static void add_record(const char *text)
{
    char *path = log_path();
    struct ft_err err = { 0 };
    struct ft_log *log = ft_log_open(path, FT_LOG_APPEND, NULL, NULL, NULL,
                                     &err);

    ck_assert_msg(log != NULL, "%s", err.msg);
    ck_ok(ft_log_append(log, text, strlen(text), &err), err);
    ck_ok(ft_log_sync(log, &err), err);
    ft_log_close(log);
    free(path);
}

static void add_bad_record(void)
{
    add_record("{\"kind\":\"result\",\"out\":[],\"time_us\":1}");
}

static void add_later_kind(void)
{
    add_record("{\"kind\":\"later\",\"time_us\":1}");
}

static void add_hostile_version(void)
{
    add_record("{\"kind\":\"result\",\"out\":[{\"content\":\"sha256:" DIGEST
               "\",\"file\":\"" DIGEST "\",\"name\":\"t\",\"object\":\"a.t\","
               "\"size\":1,\"type\":\"file\",\"version\":\"../../passwd\"}],"
               "\"task\":\"a\",\"time_us\":1}");
}

static void add_unknown_state(void)
{
    add_record("{\"branch\":\"main\",\"kind\":\"ref\",\"state\":\"" DIGEST
               "\",\"time_us\":1}");
}

static void add_orphan(void)
{
    char *from = version_path(one), *dir, *to;
    struct ft_err err = { 0 };

    dir = ft_asprintf("%s/.fedtwin/o/aa", s.dir);
    to = ft_asprintf("%s/" DIGEST ".h5", dir);
    ck_ok(ft_path_mkdirs(dir, 0777, &err), err);
    ck_assert_int_eq(link(from, to), 0);
    free(to);
    free(dir);
    free(from);
}

static void add_strangers(void)
{
    free(scratch_write(&s, ".fedtwin/o/README", "x"));
    free(scratch_write(&s, ".fedtwin/tmp/1-1.h5", "x"));
}

static const struct {
    void (*act)(void);
    enum ft_code quick, deep; /* FT_OK: no error */
    const char *text;         /* a part of the deep report */
} row[] = {
    { nothing, FT_OK, FT_OK, "" },
    { remove_version, FT_EFORMAT, FT_EFORMAT,
      "error missing: heat.t of task 'heat'" },
    { flip_version, FT_OK, FT_EFORMAT, "error damaged: " },
    { shorten_version, FT_EFORMAT, FT_EFORMAT,
      "error damaged: it has 10 bytes" },
    { flip_log, FT_EFORMAT, FT_EFORMAT, "is damaged at offset 8" },
    { remove_log, FT_EFORMAT, FT_EFORMAT, "is missing" },
    { tear_log, FT_OK, FT_OK, "warning its last record is not whole" },
    { add_bad_record, FT_EFORMAT, FT_EFORMAT, "oplog record 4: " },
    { add_hostile_version, FT_EFORMAT, FT_EFORMAT, "is no SHA-256" },
    { add_unknown_state, FT_EFORMAT, FT_EFORMAT, "is not known" },
    { add_later_kind, FT_EVERSION, FT_EVERSION, "" },
    { add_orphan, FT_OK, FT_OK, "warning orphan" },
    { add_strangers, FT_OK, FT_OK, "warning temporary file" },
};

static void check(enum ft_fsck_level level, enum ft_code code,
                  struct ft_str *text)
{
    struct ft_fsck_totals totals;
    struct ft_err err = { 0 };
    int rc = ft_store_fsck(s.project, level, gather, text, &totals, &err);

    ck_assert_msg(rc == (code ? -1 : 0), "%s%s", err.msg, text->s);
    ck_assert_int_eq(err.code, code);
    if (!code)
        ck_assert_uint_eq(totals.versions, 2);
}

START_TEST(faults_are_found)
{
    struct ft_str quick = FT_STR_INIT, deep = FT_STR_INIT;

    row[_i].act();
    check(FT_FSCK_QUICK, row[_i].quick, &quick);
    check(FT_FSCK_DEEP, row[_i].deep, &deep);
    ck_assert_msg(strstr(deep.s, row[_i].text) != NULL, "%s", deep.s);
    if (row[_i].act == nothing)
        ck_assert_str_eq(deep.s, "");
    ft_str_release(&quick);
    ft_str_release(&deep);
}
END_TEST

/* A version made from one that is not there, or has another content. */
START_TEST(lineage_is_closed)
{
    struct ft_str text = FT_STR_INIT;
    struct json_object *inputs = json_object_new_array();
    struct json_object *in = json_object_new_object();
    struct ft_fsck_totals totals;
    struct one_result result;
    struct ft_err err = { 0 };

    scratch_close(&s);
    scratch_open(&s);
    ft_json_add_str(in, "version", _i ? one : DIGEST);
    ft_json_add_str(in, "content", "sha256:" DIGEST);
    json_object_array_add(inputs, in);
    one_init(&result, &s, "heat", "three");
    json_object_object_add(result.result.lineage, "inputs", inputs);
    ck_ok(ft_store_publish(s.store, &result.result, &err), err);
    one_release(&result);
    ck_assert_int_eq(ft_store_fsck(s.project, FT_FSCK_FULL, gather, &text,
                                   &totals, &err), 0);
    ck_assert_int_eq(ft_store_fsck(s.project, FT_FSCK_DEEP, gather, &text,
                                   &totals, &err), -1);
    ck_assert_msg(strstr(text.s, "error it was made from version") != NULL,
                  "%s", text.s);
    ft_str_release(&text);
}
END_TEST

/* --- coming back ---------------------------------------------------------- */

static void rebuild(struct ft_str *text)
{
    struct ft_fsck_totals totals;
    struct ft_err err = { 0 };

    ft_store_close(s.store);
    s.store = NULL;
    ck_ok(ft_store_rebuild(s.project, gather, text, &totals, &err), err);
    scratch_close(&s);
    scratch_open(&s);
    ck_assert(is_published(&s, one));
    ck_assert(is_published(&s, two));
}

static void expect_bound(const char *ref, const char *version)
{
    struct ft_versions found;
    struct ft_err err = { 0 };

    ck_ok(ft_store_resolve(s.store, ref, &found, &err), err);
    ck_assert_str_eq(found.item[0].id, version);
    ft_versions_release(&found);
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

START_TEST(rebuild_of_a_good_store)
{
    struct ft_str text = FT_STR_INIT;

    rebuild(&text);
    ck_assert_ptr_nonnull(strstr(text.s, "info the index was made anew"));
    ck_assert_ptr_null(strstr(text.s, "warning"));
    ck_assert_uint_eq(count_states(), 1);
    ft_str_release(&text);
}
END_TEST

static void (*const lose[])(void) = { remove_log, flip_log };

START_TEST(rebuild_from_the_files)
{
    const char *const names[] = { "t" };
    char *kept = scratch_path(&s, ".fedtwin/oplog/0.log.damaged-1");
    struct ft_str text = FT_STR_INIT;
    struct ft_versions found;
    struct ft_err err = { 0 };

    lose[_i]();
    rebuild(&text);
    ck_assert_ptr_nonnull(strstr(text.s, "warning the current state was put "
                                         "together"));
    ck_assert_int_eq(ft_path_exists(kept), lose[_i] == flip_log);
    expect_bound("heat.t", two); /* both are of this object */
    ck_assert_uint_eq(count_states(), 1);
    ck_assert_int_eq(ft_store_cached(s.store, "none", names, 1, &found, &err),
                     0);
    ft_str_cut(&text, 0);
    check(FT_FSCK_DEEP, FT_OK, &text);
    ck_assert_str_eq(text.s, "");
    rebuild(&text); /* nothing more to do */
    ck_assert_uint_eq(count_states(), 1);
    ft_str_release(&text);
    free(kept);
}
END_TEST

/* Damage behind the first state: what is before it stays. */
START_TEST(rebuild_keeps_the_good_start)
{
    struct ft_str text = FT_STR_INIT;
    char *path = log_path();
    char three[65], four[65];
    struct stat st;

    ck_assert_int_eq(stat(path, &st), 0);
    scratch_close(&s);
    scratch_open(&s);
    publish_one(&s, "heat", "three", three);
    publish_one(&s, "heat", "four", four);
    ft_store_close(s.store);
    s.store = NULL;
    {
        struct stat now;

        ck_assert_int_eq(stat(path, &now), 0);
        flip_byte(path, now.st_size - st.st_size - 60);
    }
    rebuild(&text);
    ck_assert(is_published(&s, three));
    ck_assert(is_published(&s, four));
    ck_assert_uint_eq(count_states(), 2);
    ft_str_release(&text);
    free(path);
}
END_TEST

START_TEST(rebuild_reports_damaged_files)
{
    struct ft_str text = FT_STR_INIT;
    struct ft_fsck_totals totals;
    struct ft_err err = { 0 };
    char *path = version_path(one);

    flip_version();
    remove_log();
    ck_ok(ft_store_rebuild(s.project, gather, &text, &totals, &err), err);
    ck_assert_uint_eq(totals.damaged, 1);
    ck_assert_uint_eq(totals.versions, 1);
    ck_assert_ptr_nonnull(strstr(text.s, "error "));
    ck_assert(ft_path_exists(path)); /* never deleted */
    free(path);
    ft_str_release(&text);
}
END_TEST

START_TEST(rebuild_needs_the_store_alone)
{
    struct ft_fsck_totals totals;
    struct ft_err err = { 0 };

    scratch_close(&s);
    scratch_open(&s);
    ck_assert_int_eq(ft_store_rebuild(s.project, NULL, NULL, &totals, &err),
                     -1);
    ck_assert_int_eq(err.code, FT_EBUSY);
    add_later_kind();
    ft_store_close(s.store);
    s.store = NULL;
    ck_assert_int_eq(ft_store_rebuild(s.project, NULL, NULL, &totals, &err),
                     -1);
    ck_assert_int_eq(err.code, FT_EVERSION); /* never cut what is newer */
}
END_TEST

START_TEST(adopt_an_orphan)
{
    char *path, *log = log_path();
    char three[65];
    struct ft_str old = FT_STR_INIT;
    struct ft_fsck_totals totals;
    struct ft_err err = { 0 };

    ck_ok(ft_file_read(log, 1 << 20, &old, &err), err);
    scratch_close(&s);
    scratch_open(&s);
    publish_one(&s, "heat", "three", three);
    ft_store_close(s.store);
    s.store = NULL;
    ck_ok(ft_file_write(log, old.s, old.len, 0644, &err), err);
    ck_ok(ft_store_fsck(s.project, FT_FSCK_QUICK, NULL, NULL, &totals, &err),
          err);
    ck_assert_uint_eq(totals.orphans, 1);
    path = version_path(three);
    ck_ok(ft_store_adopt(s.project, path, &err), err);
    ck_assert_int_eq(ft_store_adopt(s.project, path, &err), -1);
    ck_assert_int_eq(err.code, FT_EEXIST);
    ck_ok(ft_store_fsck(s.project, FT_FSCK_DEEP, NULL, NULL, &totals, &err),
          err);
    ck_assert_uint_eq(totals.orphans, 0);
    ck_assert_uint_eq(totals.versions, 3);
    ck_assert_int_eq(ft_store_adopt(s.project, "/nonexistent.h5", &err), -1);
    ck_assert_int_eq(err.code, FT_ENOENT);
    ck_assert_int_eq(ft_store_adopt(s.project, log, &err), -1);
    ck_assert_int_eq(err.code, FT_EFORMAT);
    ft_str_release(&old);
    free(path);
    free(log);
}
END_TEST

static Suite *suite(void)
{
    Suite *suite = suite_create("fsck");
    TCase *tc = tcase_create("fsck");

    tcase_add_checked_fixture(tc, set_up, tear_down);
    tcase_set_timeout(tc, 120);
    tcase_add_loop_test(tc, faults_are_found, 0, FT_ARRAY_LEN(row));
    tcase_add_loop_test(tc, lineage_is_closed, 0, 2);
    tcase_add_test(tc, rebuild_of_a_good_store);
    tcase_add_loop_test(tc, rebuild_from_the_files, 0, FT_ARRAY_LEN(lose));
    tcase_add_test(tc, rebuild_keeps_the_good_start);
    tcase_add_test(tc, rebuild_reports_damaged_files);
    tcase_add_test(tc, rebuild_needs_the_store_alone);
    tcase_add_test(tc, adopt_an_orphan);
    suite_add_tcase(suite, tc);
    return suite;
}

int main(void)
{
    return unit_main(suite());
}

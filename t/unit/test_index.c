/* test_index.c - what SQLite's and the log's faults do to the index */
#include <sys/wait.h>

#include "base/logfile.h"
#include "data/index/index.h"
#include "data/index/index_path.h"
#include "project.h"

static struct scratch s;
static char one[65];

static void set_up(void)
{
    scratch_init(&s);
    publish_one(&s, "heat", "one", one);
    ft_store_close(s.store);
    s.store = NULL;
}

static void tear_down(void)
{
    scratch_release(&s);
}

static struct ft_index *open_index(enum ft_index_mode mode,
                                   struct ft_oplog **log)
{
    struct ft_err err = { 0 };
    struct ft_index *index = ft_index_open(s.project->meta, mode, log, &err);

    ck_assert_msg(index != NULL, "%s", err.msg);
    return index;
}

static int64_t count(struct ft_index *index)
{
    struct ft_err err = { 0 };
    struct ft_rows *rows = ft_db_ask(ft_index_db(index),
                                     "SELECT count(*) FROM version", NULL, 0,
                                     &err);
    int64_t n;

    ck_assert_msg(rows != NULL, "%s", err.msg);
    ck_assert_int_eq(ft_rows_next(rows, &err), 1);
    n = ft_rows_int(rows, 0);
    ft_rows_end(rows);
    return n;
}

static int64_t count_results(struct ft_index *index)
{
    struct ft_rows *rows = ft_db_ask(ft_index_db(index),
                                     "SELECT count(*) FROM result", NULL, 0,
                                     NULL);
    int64_t n = ft_rows_next(rows, NULL) == 1 ? ft_rows_int(rows, 0) : -1;

    ft_rows_end(rows);
    return n;
}

/* 'n' results without outputs, by somebody who does not touch the index. */
static void fill_log(int n)
{
    char *path = scratch_path(&s, ".fedtwin/oplog/0.log");
    struct ft_err err = { 0 };
    struct ft_log *log = ft_log_open(path, FT_LOG_APPEND, NULL, NULL, NULL,
                                     &err);

    for (int i = 0; i < n; i++) {
        char *text = ft_asprintf("{\"kind\":\"result\",\"out\":[],"
                                 "\"task\":\"%01000d\",\"time_us\":1}",
                                 i);

        ck_ok(ft_log_append(log, text, strlen(text), &err), err);
        free(text);
    }
    ck_ok(ft_log_sync(log, &err), err);
    ft_log_close(log);
    free(path);
}

/* A crash may leave parts of a state in the log without it: the next state has
 * nothing to do with them. */
START_TEST(parts_belong_to_their_state)
{
#define PART(object) \
    "{\"kind\":\"state-part\",\"set\":[[\"" object "\",\"\",0,\"%s\"]]," \
    "\"time_us\":1}"
    static const char *const text[] = {
        PART("cut.off"),
        PART("a.own"),
        PART("b.own"),
        "{\"kind\":\"state\",\"parent\":\"\",\"parts\":[\"1\",\"2\"],"
        "\"set\":[[\"c.own\",\"\",0,\"%s\"]],\"time_us\":1}",
        PART("cut.off"),
        "{\"kind\":\"state\",\"parent\":\"\",\"set\":[[\"d.own\",\"\",0,"
        "\"%s\"]],\"time_us\":2}",
    };
    char *path = scratch_path(&s, ".fedtwin/oplog/0.log");
    struct ft_err err = { 0 };
    struct ft_log *log = ft_log_open(path, FT_LOG_APPEND, NULL, NULL, NULL,
                                     &err);
    struct ft_oplog *oplog = NULL;
    struct ft_index *index;
    struct ft_rows *rows;
    struct ft_str got = FT_STR_INIT;

    for (size_t i = 0; i < FT_ARRAY_LEN(text); i++) {
        struct ft_str record = FT_STR_INIT;
        size_t at = (size_t)(strstr(text[i], "%s") - text[i]);

        ft_str_addn(&record, text[i], at);
        ft_str_add(&record, one);
        ft_str_add(&record, text[i] + at + 2);
        ck_ok(ft_log_append(log, record.s, record.len, &err), err);
        ft_str_release(&record);
    }
    ck_ok(ft_log_sync(log, &err), err);
    ft_log_close(log);
    index = open_index(FT_INDEX_WRITE, &oplog);
    rows = ft_db_ask(ft_index_db(index),
                     "SELECT s.time_us, c.object FROM change c"
                     " LEFT JOIN state s ON s.n = c.state"
                     " ORDER BY s.time_us, c.object", NULL, 0, &err);
    while (ft_rows_next(rows, &err) == 1)
        ft_str_addf(&got, "%d %s, ", (int)ft_rows_int(rows, 0),
                    ft_rows_text(rows, 1));
    ft_rows_end(rows);
    ck_assert_str_eq(got.s, "1 a.own, 1 b.own, 1 c.own, 2 d.own, ");
    ft_index_close(index);
    ft_oplog_close(oplog);
    ft_str_release(&got);
    free(path);
}
END_TEST

START_TEST(file_systems_of_several_hosts)
{
    static const struct {
        uint32_t type;
        const char *name;
    } row[] = {
        { 0x6969, "NFS" },     { 0xff534d42, "CIFS" }, { 0x0bd00bd0, "Lustre" },
        { 0x65735546, "FUSE" }, { 0x01021997, "9P" },  { 0xef53, NULL },
        { 0x58465342, NULL },  { 0x01021994, NULL },   { 0x9123683e, NULL },
        { 0x794c7630, NULL },  { 0, NULL },
    };

    for (size_t i = 0; i < FT_ARRAY_LEN(row); i++) {
        const char *name = ft_shared_disk_name(row[i].type);

        ck_assert_msg(!name == !row[i].name &&
                          (!name || strcmp(name, row[i].name) == 0),
                      "%#x is %s", row[i].type, name ? name : "local");
    }
    ck_assert_str_eq(ft_index_shared_disk("/no/such/dir/index"),
                     "an unknown file system");
}
END_TEST

START_TEST(follows_what_others_append)
{
    struct ft_oplog *log[2];
    struct ft_index *index[2];
    struct ft_err err = { 0 };

    index[0] = open_index(FT_INDEX_WRITE, &log[0]);
    index[1] = open_index(FT_INDEX_MEMORY, &log[1]);
    ck_assert(!ft_index_in_memory(index[0]));
    ck_assert(ft_index_in_memory(index[1]));
    s.store = ft_store_open(s.project, FT_STORE_WRITE, &err);
    publish_one(&s, "heat", "two", NULL);
    ck_assert_int_eq(count(index[1]), 1);
    for (int i = 0; i < 2; i++) {
        ck_ok(ft_index_follow(index[i], log[i], &err), err);
        ck_ok(ft_index_follow(index[i], log[i], &err), err);
        ck_assert_int_eq(count(index[i]), 2);
        ft_index_close(index[i]);
        ft_oplog_close(log[i]);
    }
}
END_TEST

/* The index falls behind while another process locks it, and catches up. */
START_TEST(locked_by_another)
{
    struct ft_oplog *log;
    struct ft_index *index = open_index(FT_INDEX_WRITE, &log);
    char *path = scratch_path(&s, ".fedtwin/index.sqlite");
    struct ft_err err = { 0 };
    struct ft_db *other = ft_db_open(path, FT_DB_WRITE, false, &err);

    s.store = ft_store_open(s.project, FT_STORE_WRITE, &err);
    ck_ok(ft_db_script(other, "BEGIN IMMEDIATE", &err), err);
    ck_ok(ft_db_script(ft_index_db(index), "PRAGMA busy_timeout=1", &err),
          err);
    publish_one(&s, "heat", "two", NULL); /* committed all the same */
    ck_assert_int_eq(ft_index_follow(index, log, &err), -1);
    ck_assert_int_eq(err.code, FT_EBUSY);
    ck_assert_int_eq(ft_index_settle(index, log, &err), -1);
    ck_ok(ft_db_script(other, "ROLLBACK", &err), err);
    ck_ok(ft_index_settle(index, log, &err), err);
    ck_assert_int_eq(count(index), 2);
    ck_assert(!ft_index_in_memory(index));
    ft_db_close(other);
    ft_index_close(index);
    ft_oplog_close(log);
    free(path);
}
END_TEST

/* A disk that takes no more of the index: it goes on in memory. */
START_TEST(full_disk)
{
    struct ft_oplog *log;
    struct ft_index *index = open_index(FT_INDEX_WRITE, &log);
    struct ft_err err = { 0 };

    ck_ok(ft_db_script(ft_index_db(index), "PRAGMA max_page_count=1", &err),
          err); /* as few as it has */
    s.store = ft_store_open(s.project, FT_STORE_READ, &err);
    ck_assert(is_published(&s, one));
    fill_log(60);
    ck_ok(ft_index_follow(index, log, &err), err);
    ck_assert(ft_index_in_memory(index));
    ck_assert_int_eq(count(index), 1);
    ck_assert_int_eq(count_results(index), 61);
    ft_index_close(index);
    ft_oplog_close(log);
}
END_TEST

/* Schemas that are not ours are replaced. */
static const char *const foreign[] = {
    "PRAGMA user_version=999",
    "DROP TABLE place",
    "DELETE FROM place",
    "UPDATE place SET head='nonsense'",
    "UPDATE place SET offset=9",
    "UPDATE place SET offset=-1, last=-2",
    "UPDATE place SET last=offset",
    "UPDATE place SET seq=seq+1",
    "UPDATE place SET offset=9223372036854775807, last=0",
};

START_TEST(foreign_schema)
{
    char *path = scratch_path(&s, ".fedtwin/index.sqlite");
    struct ft_err err = { 0 };
    struct ft_db *db = ft_db_open(path, FT_DB_WRITE, false, &err);

    ck_ok(ft_db_script(db, foreign[_i], &err), err);
    ft_db_close(db);
    s.store = ft_store_open(s.project, FT_STORE_WRITE, &err);
    ck_assert_msg(s.store != NULL, "%s", err.msg);
    ck_assert(is_published(&s, one));
    publish_one(&s, "heat", "two", one);
    ck_assert(is_published(&s, one));
    free(path);
}
END_TEST

/* --- several writers ------------------------------------------------------ */

#define WRITERS 4
#define EACH 40

/* Publish, with the sources of this writer alone. */
static void write_many(int writer)
{
    struct scratch mine = { .dir = ft_asprintf("%s/w%d", s.dir, writer) };
    struct ft_err err = { 0 };

    ck_ok(ft_path_mkdirs(mine.dir, 0777, &err), err);
    scratch_open(&mine); /* finds the project above */
    for (int i = 0; i < EACH; i++) {
        char *task = ft_asprintf("heat[w=%d,i=%d]", writer, i);

        publish_one(&mine, task, task, NULL);
        free(task);
    }
    scratch_close(&mine);
    free(mine.dir);
}

START_TEST(many_writers)
{
    struct ft_fsck_totals totals;
    struct ft_err err = { 0 };
    int status;

    for (int i = 0; i < WRITERS; i++) {
        pid_t pid = fork();

        ck_assert_int_ge(pid, 0);
        if (pid == 0) {
            write_many(i);
            _exit(0);
        }
    }
    for (int i = 0; i < WRITERS; i++) {
        ck_assert_int_gt(wait(&status), 0);
        ck_assert_int_eq(status, 0);
    }
    ck_ok(ft_store_fsck(s.project, FT_FSCK_FULL, NULL, NULL, &totals, &err),
          err);
    ck_assert_uint_eq(totals.versions, WRITERS * EACH + 1);
    ck_assert_uint_eq(totals.orphans, 0);
    s.store = ft_store_open(s.project, FT_STORE_READ, &err);
    ck_assert(is_published(&s, one));
}
END_TEST

static Suite *suite(void)
{
    Suite *suite = suite_create("index");
    TCase *tc = tcase_create("index");

    tcase_add_checked_fixture(tc, set_up, tear_down);
    tcase_set_timeout(tc, 120);
    tcase_add_test(tc, parts_belong_to_their_state);
    tcase_add_test(tc, file_systems_of_several_hosts);
    tcase_add_test(tc, follows_what_others_append);
    tcase_add_test(tc, locked_by_another);
    tcase_add_test(tc, full_disk);
    tcase_add_loop_test(tc, foreign_schema, 0, FT_ARRAY_LEN(foreign));
    tcase_add_test(tc, many_writers);
    suite_add_tcase(suite, tc);
    return suite;
}

int main(void)
{
    return unit_main(suite());
}

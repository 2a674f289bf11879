/* test_store.c - publishing and finding versions, with a worker that fails */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/time.h>

#include "data/store/client.h"
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

/* --- publishing ----------------------------------------------------------- */

START_TEST(published_is_found)
{
    struct ft_version found;
    struct ft_err err = { 0 };
    struct stat st;
    char version[FT_SHA256_HEX + 1], *path;

    publish_one(&s, "heat", "abc", version);
    ck_ok(ft_store_version(s.store, version, &found, &err), err);
    ck_assert_str_eq(found.id, version);
    ck_assert_str_eq(found.object, "heat.t");
    ck_assert_str_eq(found.task, "heat");
    ck_assert_str_eq(found.module, "solve.heat");
    ck_assert_str_eq(found.cell, "");
    ck_assert_ptr_null(found.unit);
    ck_assert_int_eq(found.type, FT_OBJECT_FILE);
    ck_assert_str_eq(found.content,
                     "sha256:ba7816bf8f01cfea414140de5dae2223"
                     "b00361a396177a9cb410ff61f20015ad");
    path = ft_store_path(s.store, version);
    ck_assert_int_eq(stat(path, &st), 0);
    ck_assert_uint_eq((uint64_t)st.st_size, found.size_bytes);
    free(path);
    ft_version_release(&found);
}
END_TEST

/* What a source makes the fake worker do, and what becomes of it. */
static const struct {
    const char *bytes;
    enum ft_code code;
    const char *message; /* a part */
} bad[] = {
    { "die", FT_EFORMAT, "was killed by signal 9 (heap corrupted)" },
    { "leave", FT_EFORMAT, "ended with status 3" },
    { "hide", FT_EFORMAT, "was killed by signal 9" },
    { "garbage", FT_EFORMAT, "an answer that nobody asked for" },
    { "wrong id", FT_EFORMAT, "an answer that nobody asked for" },
    { "flood", FT_EFORMAT, "an answer that is too long" },
    { "no space", FT_ENOSPC, "no room for this" },
    { "odd code", FT_EIO, "odd" },
    { "bad digest", FT_EFORMAT, "malformed digest" },
};

START_TEST(failed_leaves_nothing)
{
    struct one_result one;
    struct ft_err err = { 0 };
    char version[FT_SHA256_HEX + 1];

    one_init(&one, &s, "heat", bad[_i].bytes);
    ck_assert_int_eq(ft_store_publish(s.store, &one.result, &err), -1);
    ck_assert_int_eq(err.code, bad[_i].code);
    ck_assert_msg(strstr(err.msg, bad[_i].message) != NULL, "%s", err.msg);
    one_release(&one);
    ck_assert_uint_eq(count_files(&s), 0);
    ck_assert_uint_eq(ft_store_pending(s.store), 0);
    publish_one(&s, "heat", "good", version); /* the store lives on */
    ck_assert(is_published(&s, version));
}
END_TEST

struct heard {
    size_t n;
    struct ft_err err;
};

static void hear(void *token, struct json_object *answer,
                 const struct ft_err *err, void *arg)
{
    struct heard *heard = arg;

    (void)token;
    ck_assert_ptr_null(answer);
    heard->n++;
    heard->err = *err;
}

/* With a time limit of its own, which the store sets generously. */
START_TEST(hung_worker_is_given_up)
{
    struct heard heard = { 0 };
    struct ft_client *client = ft_client_new(s.project->meta, hear, &heard);
    char *path = scratch_write(&s, "hang", "hang");

    for (int i = 0; i < 2; i++) {
        struct json_object *request = json_object_new_object();

        ft_json_add_str(request, "op", "publish");
        ft_json_add_str(request, "src", path);
        ft_client_send(client, request, "publish 'hang'", i ? 600 : 0.05,
                       NULL);
    }
    ft_client_pump(client, true);
    ck_assert_uint_eq(heard.n, 1);
    ck_assert_int_eq(heard.err.code, FT_EFORMAT);
    ck_assert_ptr_nonnull(strstr(heard.err.msg, "gave no answer within"));
    ck_assert_uint_eq(ft_client_pending(client), 1);
    ft_client_free(client);
    ck_assert_uint_eq(heard.n, 2);
    ck_assert_int_eq(heard.err.code, FT_ECANCEL);
    free(path);
}
END_TEST

static const char *const once[] = { "die", "leave", "garbage" };

START_TEST(one_death_is_forgiven)
{
    char *mark = scratch_path(&s, "mark");
    char *bytes = ft_asprintf("once %s\n%s", mark, once[_i]);
    char version[FT_SHA256_HEX + 1];

    publish_one(&s, "heat", bytes, version);
    ck_assert(is_published(&s, version));
    free(bytes);
    free(mark);
}
END_TEST

/* A task with a good output and a bad one. */
START_TEST(all_outputs_or_none)
{
    struct one_result one;
    struct ft_output out[3];
    struct ft_err err = { 0 };
    char *good = scratch_write(&s, "good", "good");
    char *worse = scratch_write(&s, "worse", "no space");

    one_init(&one, &s, "heat", "fine");
    out[0] = out[1] = out[2] = one.out;
    out[1].name = "u";
    out[1].path = worse;
    out[2].name = "v";
    out[2].path = good;
    one.result.out = out;
    one.result.n_out = 3;
    ck_assert_int_eq(ft_store_publish(s.store, &one.result, &err), -1);
    ck_assert_int_eq(err.code, FT_ENOSPC);
    ck_assert_uint_eq(count_files(&s), 0);
    ck_assert_str_eq(out[0].version, "");

    out[1].path = good;
    ck_ok(ft_store_publish(s.store, &one.result, &err), err);
    ck_assert_uint_eq(count_files(&s), 3);
    free(worse);
    free(good);
    one_release(&one);
}
END_TEST

/* Publishing again what is there, with a sibling that fails, keeps it. */
START_TEST(failure_keeps_earlier_files)
{
    struct one_result one;
    struct ft_output out[2];
    struct ft_err err = { 0 };
    char *worse = scratch_write(&s, "worse", "no space");

    one_init(&one, &s, "heat", "fine");
    ck_ok(ft_store_publish(s.store, &one.result, &err), err);
    out[0] = out[1] = one.out;
    out[1].name = "u";
    out[1].path = worse;
    one.result.out = out;
    one.result.n_out = 2;
    ck_assert_int_eq(ft_store_publish(s.store, &one.result, &err), -1);
    ck_assert_uint_eq(count_files(&s), 1);
    free(worse);
    one_release(&one);
}
END_TEST

static const struct {
    const char *stage, *name, *path;
    enum ft_code code;
} refused[] = {
    { "../x", "t", NULL, FT_EUSAGE },
    { "", "t", NULL, FT_EUSAGE },
    { "heat", "a/b", NULL, FT_EUSAGE },
    { "heat", "", NULL, FT_EUSAGE },
    { "heat", "t", "/nonexistent/file", FT_ENOENT },
};

START_TEST(refused_before_the_worker)
{
    struct one_result one;
    struct ft_err err = { 0 };

    one_init(&one, &s, "heat", "x");
    one.result.stage = refused[_i].stage;
    one.out.name = refused[_i].name;
    if (refused[_i].path)
        one.out.path = refused[_i].path;
    ck_assert_int_eq(ft_store_publish(s.store, &one.result, &err), -1);
    ck_assert_int_eq(err.code, refused[_i].code);
    ck_assert_uint_eq(ft_store_pending(s.store), 0);
    one_release(&one);
}
END_TEST

START_TEST(too_large_for_the_disk)
{
    struct one_result one;
    struct ft_err err = { 0 };

    one_init(&one, &s, "heat", "x");
    ck_assert_int_eq(truncate(one.path, (off_t)1 << 43), 0);
    ck_assert_int_eq(ft_store_publish(s.store, &one.result, &err), -1);
    ck_assert_int_eq(err.code, FT_ENOSPC);
    ck_assert_ptr_nonnull(strstr(err.msg, "publishing needs"));
    one_release(&one);
    publish_one(&s, "heat", "small", NULL);
}
END_TEST

static const struct {
    const char *variable, *value;
    enum ft_code code;
    const char *message;
} broken[] = {
    { "FEDTWIN_WORKER", "/nonexistent/worker", FT_ENOENT, "cannot start" },
    { "FAKE_NO_START", "1", FT_EIO, "does not start: ended with status 9" },
    { "FAKE_PROTOCOL", "2", FT_EVERSION, "speaks protocol 2, not 1" },
};

START_TEST(worker_that_does_not_work)
{
    struct one_result one;
    struct ft_err err = { 0 };

    one_init(&one, &s, "heat", "x");
    setenv(broken[_i].variable, broken[_i].value, 1);
    ck_assert_int_eq(ft_store_publish(s.store, &one.result, &err), -1);
    ck_assert_int_eq(err.code, broken[_i].code);
    ck_assert_msg(strstr(err.msg, broken[_i].message) != NULL, "%s", err.msg);
    unsetenv(broken[_i].variable);
    use_fake_worker();
    ck_ok(ft_store_publish(s.store, &one.result, &err), err);
    one_release(&one);
}
END_TEST

/* What fails at an early start is said when it is needed. */
START_TEST(worker_that_starts_early)
{
    struct one_result one;
    struct ft_err err = { 0 };

    ft_store_close(s.store);
    setenv("FAKE_NO_START", "1", 1);
    s.store = ft_store_open(s.project, FT_STORE_PUBLISH, &err);
    ck_assert_msg(s.store != NULL, "%s", err.msg);
    ck_assert_int_eq(ft_store_fd(s.store), -1);
    one_init(&one, &s, "heat", "x");
    ck_assert_int_eq(ft_store_publish(s.store, &one.result, &err), -1);
    ck_assert_int_eq(err.code, FT_EIO);
    unsetenv("FAKE_NO_START");
    ft_store_close(s.store);
    s.store = ft_store_open(s.project, FT_STORE_PUBLISH, &err);
    ck_ok(ft_store_publish(s.store, &one.result, &err), err);
    ck_assert(is_published(&s, one.out.version));
    one_release(&one);
}
END_TEST

START_TEST(result_without_outputs)
{
    struct one_result one;
    struct ft_versions found;
    struct json_object *lineage;
    struct ft_err err = { 0 };

    one_init(&one, &s, "heat", "x");
    one.result.n_out = 0;
    one.result.cache_key = "k";
    ck_ok(ft_store_publish(s.store, &one.result, &err), err);
    ck_assert_int_eq(ft_store_cached(s.store, "k", NULL, 0, &found, &err), 1);
    ft_versions_release(&found);
    lineage = ft_store_last_lineage(s.store, "heat", &err);
    ck_assert_str_eq(ft_json_str_or(lineage, "module", ""), "solve.heat");
    json_object_put(lineage);
    one_release(&one);
}
END_TEST

/* --- many at once --------------------------------------------------------- */

struct seen {
    size_t n, failed;
    struct ft_store *again; /* start one more from within the report */
    struct one_result *more;
};

static void count_done(void *token, const struct ft_err *err, void *arg)
{
    struct seen *seen = arg;
    struct ft_err local;

    (void)token;
    seen->n++;
    seen->failed += err != NULL;
    if (seen->again) {
        ck_ok(ft_store_publish_start(seen->again, &seen->more->result, NULL,
                                     &local),
              local);
        seen->again = NULL;
    }
}

#define MANY 50

START_TEST(many_and_the_descriptor)
{
    struct one_result one[MANY], more;
    struct seen seen = { 0 };
    struct ft_err err = { 0 };
    size_t n_good = 0;

    ck_assert_int_eq(ft_store_fd(s.store), -1);
    for (size_t i = 0; i < MANY; i++) {
        char *task = ft_asprintf("heat[i=%zu]", i);
        char *name = ft_asprintf("out-%zu", i);

        one_init(&one[i], &s, task, "");
        free(one[i].path);
        one[i].path = scratch_write(&s, name, i % 10 == 3 ? "die" : "good");
        one[i].out.path = one[i].path;
        n_good += i % 10 != 3;
        ck_ok(ft_store_publish_start(s.store, &one[i].result, &one[i], &err),
              err);
        free(name);
        free(task);
    }
    one_init(&more, &s, "more", "more");
    seen.again = s.store;
    seen.more = &more;
    ck_assert_uint_eq(ft_store_pending(s.store), MANY);
    while (ft_store_pending(s.store)) {
        struct pollfd fd = { .fd = ft_store_fd(s.store), .events = POLLIN };

        ck_assert_int_eq(poll(&fd, 1, 20000), 1);
        ck_ok(ft_store_advance(s.store, false, count_done, &seen, &err), err);
    }
    ck_assert_uint_eq(seen.n, MANY + 1);
    ck_assert_uint_eq(seen.failed, MANY - n_good);
    ck_assert_int_eq(ft_store_fd(s.store), -1);
    for (size_t i = 0; i < MANY; i++) {
        ck_assert_int_eq(is_published(&s, one[i].out.version), i % 10 != 3);
        one_release(&one[i]);
    }
    one_release(&more);
}
END_TEST

/* The descriptor is quiet while the worker is busy: no busy loop. */
START_TEST(descriptor_is_quiet)
{
    struct one_result one;
    struct seen seen = { 0 };
    struct pollfd fd = { .events = POLLIN };
    struct ft_err err = { 0 };
    int wakes = 0;

    one_init(&one, &s, "heat", "hang");
    ck_ok(ft_store_publish_start(s.store, &one.result, NULL, &err), err);
    for (;;) {
        fd.fd = ft_store_fd(s.store);
        if (poll(&fd, 1, 300) == 0)
            break;
        ck_assert_int_lt(++wakes, 10);
        ck_ok(ft_store_advance(s.store, false, count_done, &seen, &err), err);
    }
    ck_assert_uint_eq(seen.n, 0);
    one_release(&one);
}
END_TEST

/* --- finding -------------------------------------------------------------- */

START_TEST(reuse_by_key)
{
    const char *const names[] = { "t", "missing" };
    struct one_result one;
    struct ft_versions found;
    struct ft_err err = { 0 };
    char *path;

    ck_assert_int_eq(ft_store_cached(s.store, "k", names, 1, &found, &err), 0);
    one_init(&one, &s, "heat", "first");
    one.result.cache_key = "k";
    ck_ok(ft_store_publish(s.store, &one.result, &err), err);
    ck_assert_int_eq(ft_store_cached(s.store, "k", names, 2, &found, &err), 1);
    ck_assert_uint_eq(found.n, 2);
    ck_assert_str_eq(found.item[0].id, one.out.version);
    ck_assert_str_eq(found.item[1].id, "");
    ft_versions_release(&found);
    ck_assert_int_eq(ft_store_cached(s.store, "j", names, 1, &found, &err), 0);

    path = ft_store_path(s.store, one.out.version);
    ck_assert_int_eq(unlink(path), 0); /* its file has gone: no reuse */
    ck_assert_int_eq(ft_store_cached(s.store, "k", names, 1, &found, &err), 0);
    ck_assert_uint_eq(found.n, 0);
    free(path);
    one_release(&one);
}
END_TEST

START_TEST(reuse_an_older_result)
{
    const char *const names[] = { "t" };
    struct one_result one, two;
    struct ft_versions found;
    struct ft_err err = { 0 };
    char *path;

    one_init(&one, &s, "heat", "first");
    one_init(&two, &s, "heat", "second");
    one.result.cache_key = two.result.cache_key = "k";
    ck_ok(ft_store_publish(s.store, &one.result, &err), err);
    ck_ok(ft_store_publish(s.store, &two.result, &err), err);
    ck_assert_int_eq(ft_store_cached(s.store, "k", names, 1, &found, &err), 1);
    ck_assert_str_eq(found.item[0].id, two.out.version);
    ft_versions_release(&found);
    one_release(&one);
    one_init(&one, &s, "heat", "third");
    one.result.cache_key = "k";
    ck_ok(ft_store_publish(s.store, &one.result, &err), err);
    path = ft_store_path(s.store, one.out.version);
    ck_assert_int_eq(unlink(path), 0);
    ck_assert_int_eq(ft_store_cached(s.store, "k", names, 1, &found, &err), 1);
    ck_assert_str_eq(found.item[0].id, two.out.version);
    ft_versions_release(&found);
    free(path);
    one_release(&one);
    one_release(&two);
}
END_TEST

START_TEST(files_and_lineage_come_back)
{
    char version[FT_SHA256_HEX + 1], *dest = scratch_path(&s, "dest");
    struct ft_str text = FT_STR_INIT;
    struct json_object *json;
    struct ft_version found;
    struct ft_err err = { 0 };

    publish_one(&s, "heat", "some bytes", version);
    ck_ok(ft_store_extract(s.store, version, dest, &err), err);
    ck_ok(ft_file_read(dest, 100, &text, &err), err);
    ck_assert_str_eq(text.s, "some bytes");
    json = ft_store_lineage(s.store, version, &err);
    ck_assert_str_eq(ft_json_str_or(json, "object", ""), "heat.t");
    json_object_put(json);
    json = ft_store_last_lineage(s.store, "heat", &err);
    ck_assert_str_eq(ft_json_str_or(json, "type", ""), "file");
    json_object_put(json);
    ck_assert_ptr_null(ft_store_last_lineage(s.store, "cool", &err));
    ck_assert_int_eq(err.code, FT_ENOENT);
    json = ft_store_describe(s.store, version, &err);
    ck_assert_int_eq(ft_json_int_or(json, "rows", 0), 1);
    json_object_put(json);
    ck_ok(ft_store_version(s.store, version, &found, &err), err);
    ck_ok(ft_store_verify(s.store, &found, &err), err);
    found.file_digest[0] ^= 1;
    ck_assert_int_eq(ft_store_verify(s.store, &found, &err), -1);
    ck_assert_int_eq(err.code, FT_EFORMAT);
    ft_version_release(&found);
    ft_str_release(&text);
    free(dest);
}
END_TEST

START_TEST(rows_of_a_table)
{
    char version[FT_SHA256_HEX + 1];
    struct json_object *rows = NULL, *column;
    struct ft_err err = { 0 };

    publish_one(&s, "heat", "some bytes", version);
    ck_ok(ft_store_table_rows(s.store, version, SIZE_MAX, &rows, &err), err);
    column = json_object_array_get_idx(rows, 0);
    ck_assert_int_eq(ft_json_int_or(column, "from", 9), 0);
    ck_assert_int_eq(ft_json_int_or(column, "max", 9), INT64_MAX);
    json_object_put(rows);
    ck_ok(ft_store_table_last(s.store, version, &rows, &err), err);
    column = json_object_array_get_idx(rows, 0);
    ck_assert_int_eq(ft_json_int_or(column, "from", 9), -1);
    ck_assert_int_eq(ft_json_int_or(column, "max", 9), 1);
    json_object_put(rows);
    rows = NULL;
    ck_assert_int_eq(ft_store_table_rows(s.store, version, 0, &rows, &err),
                     -1);
    ck_assert_int_eq(err.code, FT_EUSAGE);
    version[0] ^= 1;
    ck_assert_int_eq(ft_store_table_last(s.store, version, &rows, &err), -1);
    ck_assert_ptr_null(rows); /* outputs untouched on failure */
}
END_TEST

static const char *const hostile[] = {
    "", "abcd", "../../../../etc/passwd",
    "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdeF",
    "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcde/",
    "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0",
};

START_TEST(hostile_ids)
{
    struct ft_version found;
    struct ft_err err = { 0 };

    ck_assert_ptr_null(ft_store_path(s.store, hostile[_i]));
    ck_assert_int_eq(ft_store_version(s.store, hostile[_i], &found, &err),
                     -1);
    ck_assert_int_eq(err.code, FT_ENOENT);
    ck_assert_int_eq(ft_store_extract(s.store, hostile[_i], "x", &err), -1);
}
END_TEST

/* Move the times of 'path' so far back that they count as settled. */
static void settle(const char *path)
{
    struct timeval old[2] = { { .tv_sec = 1000000000 },
                              { .tv_sec = 1000000000 } };

    ck_assert_int_eq(utimes(path, old), 0);
}

START_TEST(digests_of_files)
{
    char *path = scratch_write(&s, "input", "abc");
    char hex[FT_SHA256_HEX + 1];
    struct ft_err err = { 0 };

    ck_ok(ft_store_file_digest(s.store, path, hex, &err), err);
    ck_assert_str_eq(hex, "ba7816bf8f01cfea414140de5dae2223"
                          "b00361a396177a9cb410ff61f20015ad");
    settle(path);
    ck_ok(ft_store_file_digest(s.store, path, hex, &err), err);
    free(path);
    path = scratch_write(&s, "input", "abd"); /* same size, other bytes */
    settle(path);
    ck_ok(ft_store_file_digest(s.store, path, hex, &err), err);
    ck_assert_str_eq(hex, "a52d159f262b2c6ddb724a61840befc3"
                          "6eb30c88877a4030b65cbe86298449c9");
    ck_assert_int_eq(ft_store_file_digest(s.store, s.dir, hex, &err), -1);
    ck_assert_int_eq(ft_store_file_digest(s.store, "/nonexistent", hex, &err),
                     -1);
    ck_assert_int_eq(err.code, FT_ENOENT);
    free(path);
}
END_TEST

/* --- opening -------------------------------------------------------------- */

static void remove_index(void)
{
    char *path = scratch_path(&s, ".fedtwin/index.sqlite");

    ck_assert_int_eq(unlink(path), 0);
    free(path);
}

static void ruin_index(void)
{
    char *path = scratch_path(&s, ".fedtwin/index.sqlite");
    int fd = open(path, O_WRONLY);

    ck_assert_int_eq(write(fd, "this is no database", 19), 19);
    close(fd);
    free(path);
}

static void empty_index(void)
{
    char *path = scratch_path(&s, ".fedtwin/index.sqlite");

    ck_assert_int_eq(truncate(path, 0), 0);
    free(path);
}

/* Pages from the middle on are overwritten; the header is good. */
static void poison_index(void)
{
    char *path = scratch_path(&s, ".fedtwin/index.sqlite");
    int fd = open(path, O_WRONLY);
    char block[4096];
    struct stat st;

    memset(block, 0x5a, sizeof(block));
    ck_assert_int_eq(fstat(fd, &st), 0);
    for (off_t at = 4096; at < st.st_size; at += 4096)
        ck_assert_int_eq(pwrite(fd, block, sizeof(block), at),
                         sizeof(block));
    close(fd);
    free(path);
}

static void (*const spoil[])(void) = {
    remove_index, ruin_index, empty_index, poison_index,
};

START_TEST(index_is_made_anew)
{
    char one[FT_SHA256_HEX + 1], two[FT_SHA256_HEX + 1];

    publish_one(&s, "heat", "one", one);
    publish_one(&s, "heat", "two", two);
    scratch_close(&s);
    spoil[_i]();
    for (int i = 0; i < 2; i++) { /* and it lasts */
        scratch_open(&s);
        ck_assert(is_published(&s, one));
        ck_assert(is_published(&s, two));
        publish_one(&s, "heat", "more", NULL);
        scratch_close(&s);
    }
    scratch_open(&s);
}
END_TEST

/* An oplog from a backup: the index knows more than it. */
START_TEST(index_ahead_of_the_log)
{
    char one[FT_SHA256_HEX + 1], two[FT_SHA256_HEX + 1];
    char three[FT_SHA256_HEX + 1];
    char *log = scratch_path(&s, ".fedtwin/oplog/0.log");
    struct ft_str old = FT_STR_INIT;
    struct ft_err err = { 0 };

    publish_one(&s, "heat", "one", one);
    ck_ok(ft_file_read(log, 1 << 20, &old, &err), err);
    publish_one(&s, "heat", "two", two);
    scratch_close(&s);
    ck_ok(ft_file_write(log, old.s, old.len, 0644, &err), err);
    scratch_open(&s);
    ck_assert(is_published(&s, one));
    ck_assert(!is_published(&s, two));
    publish_one(&s, "heat", "three", three);
    scratch_close(&s);
    scratch_open(&s);
    ck_assert(is_published(&s, three));
    ft_str_release(&old);
    free(log);
}
END_TEST

/* An oplog of the same length with another history. */
START_TEST(index_of_another_log)
{
    char one[FT_SHA256_HEX + 1], two[FT_SHA256_HEX + 1];
    char *log = scratch_path(&s, ".fedtwin/oplog/0.log");
    struct ft_str first = FT_STR_INIT, start = FT_STR_INIT;
    struct ft_err err = { 0 };

    ck_ok(ft_file_read(log, 1 << 20, &start, &err), err);
    publish_one(&s, "heat", "one", one);
    ck_ok(ft_file_read(log, 1 << 20, &first, &err), err);
    scratch_close(&s);
    ck_ok(ft_file_write(log, start.s, start.len, 0644, &err), err);
    scratch_open(&s);
    ck_assert(!is_published(&s, one));
    publish_one(&s, "heat", "two", two);
    scratch_close(&s);
    ck_ok(ft_file_write(log, first.s, first.len, 0644, &err), err);
    scratch_open(&s);
    ck_assert(is_published(&s, one));
    ck_assert(!is_published(&s, two));
    ft_str_release(&start);
    ft_str_release(&first);
    free(log);
}
END_TEST

START_TEST(two_writers)
{
    struct scratch other = { .dir = s.dir };
    char a[FT_SHA256_HEX + 1], b[FT_SHA256_HEX + 1], c[FT_SHA256_HEX + 1];

    scratch_open(&other);
    publish_one(&s, "heat", "a", a);
    publish_one(&other, "heat", "b", b);
    publish_one(&s, "heat", "c", c);
    ck_assert(is_published(&s, b)); /* the index is shared */
    ck_assert(is_published(&other, a));
    scratch_close(&other);
    scratch_close(&s);
    remove_index();
    scratch_open(&s);
    ck_assert(is_published(&s, a));
    ck_assert(is_published(&s, b));
    ck_assert(is_published(&s, c));
}
END_TEST

/* Another process takes the index away from under an open store. */
START_TEST(index_removed_while_open)
{
    struct scratch other = { .dir = s.dir };
    char a[FT_SHA256_HEX + 1], b[FT_SHA256_HEX + 1];

    publish_one(&s, "heat", "a", a);
    remove_index();
    scratch_open(&other);
    publish_one(&other, "heat", "b", b);
    publish_one(&s, "heat", "c", NULL);
    ck_assert(is_published(&s, a));
    ck_assert(is_published(&s, b));
    ck_assert(is_published(&other, a));
    scratch_close(&other);
}
END_TEST

START_TEST(index_elsewhere)
{
    char *dir = scratch_path(&s, "elsewhere"), a[FT_SHA256_HEX + 1];
    struct ft_err err = { 0 };

    publish_one(&s, "heat", "a", a);
    scratch_close(&s);
    remove_index();
    ck_ok(ft_path_mkdirs(dir, 0777, &err), err);
    setenv("FEDTWIN_INDEX_DIR", dir, 1);
    scratch_open(&s);
    ck_assert(is_published(&s, a));
    scratch_close(&s);
    scratch_open(&s);
    setenv("FEDTWIN_INDEX_DIR", "/nonexistent/directory", 1);
    scratch_close(&s);
    scratch_open(&s); /* in memory */
    ck_assert(is_published(&s, a));
    publish_one(&s, "heat", "b", a);
    ck_assert(is_published(&s, a));
    free(dir);
}
END_TEST

START_TEST(missing_log_is_no_empty_store)
{
    char *log = scratch_path(&s, ".fedtwin/oplog/0.log");
    struct ft_err err = { 0 };

    publish_one(&s, "heat", "a", NULL);
    ft_store_close(s.store);
    ck_assert_int_eq(unlink(log), 0);
    s.store = ft_store_open(s.project, FT_STORE_WRITE, &err);
    ck_assert_ptr_null(s.store);
    ck_assert_int_eq(err.code, FT_EFORMAT);
    ck_assert_ptr_nonnull(strstr(err.msg, "is missing"));
    ck_assert_ptr_nonnull(strstr(err.hint, "fsck"));
    ck_assert(!ft_path_exists(log));
    free(log);
}
END_TEST

/* A feature that this version may only read past: nothing is written. */
START_TEST(read_only_project)
{
    static const char format[] = "{\"format\":1,\"compat\":[],"
                                 "\"ro_compat\":[\"later\"],\"incompat\":[]}";
    char *path = scratch_write(&s, ".fedtwin/FORMAT", format);
    char a[FT_SHA256_HEX + 1], b[FT_SHA256_HEX + 1];
    struct one_result one;
    struct ft_err err = { 0 };

    publish_one(&s, "heat", "a", a);
    scratch_close(&s);
    for (int indexed = 1; indexed >= 0; indexed--) {
        s.project = ft_project_open(s.dir, &err);
        ck_assert(s.project->read_only);
        ck_assert_ptr_null(ft_store_open(s.project, FT_STORE_WRITE, &err));
        ck_assert_int_eq(err.code, FT_EACCES);
        s.store = ft_store_open(s.project, FT_STORE_READ, &err);
        ck_assert_msg(s.store != NULL, "%s", err.msg);
        ck_assert(is_published(&s, a));
        one_init(&one, &s, "heat", "b");
        ck_assert_int_eq(ft_store_publish(s.store, &one.result, &err), -1);
        ck_assert_int_eq(err.code, FT_EACCES);
        one_release(&one);
        scratch_close(&s);
        if (indexed)
            remove_index();
    }
    free(path);
    path = scratch_path(&s, ".fedtwin/index.sqlite");
    ck_assert(!ft_path_exists(path));
    free(path);
    path = scratch_write(&s, ".fedtwin/FORMAT",
                         "{\"format\":1,\"compat\":[\"any\"],"
                         "\"ro_compat\":[],\"incompat\":[]}");
    free(path);
    scratch_open(&s);
    publish_one(&s, "heat", "b", b);
}
END_TEST

static Suite *suite(void)
{
    Suite *suite = suite_create("store");
    TCase *tc = tcase_create("store");

    tcase_add_checked_fixture(tc, set_up, tear_down);
    tcase_set_timeout(tc, 120);
    tcase_add_test(tc, published_is_found);
    tcase_add_loop_test(tc, failed_leaves_nothing, 0, FT_ARRAY_LEN(bad));
    tcase_add_test(tc, hung_worker_is_given_up);
    tcase_add_loop_test(tc, one_death_is_forgiven, 0, FT_ARRAY_LEN(once));
    tcase_add_test(tc, all_outputs_or_none);
    tcase_add_test(tc, failure_keeps_earlier_files);
    tcase_add_loop_test(tc, refused_before_the_worker, 0,
                        FT_ARRAY_LEN(refused));
    tcase_add_test(tc, too_large_for_the_disk);
    tcase_add_loop_test(tc, worker_that_does_not_work, 0,
                        FT_ARRAY_LEN(broken));
    tcase_add_test(tc, worker_that_starts_early);
    tcase_add_test(tc, result_without_outputs);
    tcase_add_test(tc, many_and_the_descriptor);
    tcase_add_test(tc, descriptor_is_quiet);
    tcase_add_test(tc, reuse_by_key);
    tcase_add_test(tc, reuse_an_older_result);
    tcase_add_test(tc, files_and_lineage_come_back);
    tcase_add_test(tc, rows_of_a_table);
    tcase_add_loop_test(tc, hostile_ids, 0, FT_ARRAY_LEN(hostile));
    tcase_add_test(tc, digests_of_files);
    tcase_add_loop_test(tc, index_is_made_anew, 0, FT_ARRAY_LEN(spoil));
    tcase_add_test(tc, index_ahead_of_the_log);
    tcase_add_test(tc, index_of_another_log);
    tcase_add_test(tc, two_writers);
    tcase_add_test(tc, index_removed_while_open);
    tcase_add_test(tc, index_elsewhere);
    tcase_add_test(tc, missing_log_is_no_empty_store);
    tcase_add_test(tc, read_only_project);
    suite_add_tcase(suite, tc);
    return suite;
}

int main(void)
{
    return unit_main(suite());
}

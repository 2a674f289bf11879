/* test_pull.c - files that come over a link, and what is held elsewhere */
#include "adapters/link/pull.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <uv.h>

#include "base/alloc.h"
#include "base/dirs.h"
#include "base/err.h"
#include "base/path.h"
#include "base/sha256.h"
#include "base/str.h"
#include "run/adapter.h"
#include "run/site/held.h"
#include "t/unit/unit.h"

#define SIZE 600000u /* three chunks */
#define PART 300000u
#define ASKS_MAX 64

/* What the other side does with what is asked for. */
enum fault {
    NONE,
    WRONG,       /* a bit is another one, always */
    WRONG_ONCE,  /* until all of it came once */
    TWICE,       /* it sends everything twice */
    NONSENSE,    /* and what nobody asked for */
    LOST_ONCE,   /* the connection breaks before the first answer */
};

struct pulling {
    uv_loop_t loop;
    struct ft_pull *pull;
    enum fault fault;
    char *data;
    struct {
        uint64_t at;
        size_t size;
    } ask[ASKS_MAX];
    size_t n_asks;
    int64_t first; /* offset that was asked for first; -1: none */
    bool done;
    enum ft_code code;
};

static void want(uint64_t offset, size_t size, void *arg)
{
    struct pulling *p = arg;

    ck_assert_uint_lt(p->n_asks, ASKS_MAX);
    if (p->first < 0)
        p->first = (int64_t)offset;
    p->ask[p->n_asks].at = offset;
    p->ask[p->n_asks++].size = size;
}

static void done(const struct ft_err *err, void *arg)
{
    struct pulling *p = arg;

    ck_assert(!p->done);
    p->done = true;
    p->code = err ? err->code : FT_OK;
}

static void send_chunk(struct pulling *p, uint64_t at, size_t size)
{
    bool wrong = p->fault == WRONG ||
                 (p->fault == WRONG_ONCE && ft_pull_came(p->pull) < SIZE);
    char *bytes = ft_calloc(1, size);

    memcpy(bytes, p->data + at, size);
    if (wrong)
        bytes[size - 1] ^= 1;
    if (p->fault == NONSENSE) {
        ft_pull_chunk(p->pull, at + 1, bytes, size - 1);
        ft_pull_chunk(p->pull, at, bytes, 0);
        ft_pull_chunk(p->pull, at, p->data, SIZE + 1);
    }
    ft_pull_chunk(p->pull, at, bytes, size);
    if (p->fault == TWICE)
        ft_pull_chunk(p->pull, at, bytes, size);
    free(bytes);
}

static void answer(struct pulling *p)
{
    if (p->n_asks && p->fault == LOST_ONCE) {
        p->fault = NONE;
        p->n_asks = 0;
        ft_pull_again(p->pull);
    }
    for (size_t i = 0; i < p->n_asks; i++)
        send_chunk(p, p->ask[i].at, p->ask[i].size);
    p->n_asks = 0;
}

static void begin(struct pulling *p, const char *dir, size_t size,
                  enum fault fault)
{
    struct ft_pull_events events = { want, done, p };
    char path[80], part[80], hex[FT_SHA256_HEX + 1];
    uint8_t digest[FT_SHA256_BYTES];

    *p = (struct pulling){ .first = -1, .fault = fault };
    p->data = ft_calloc(1, SIZE + 1);
    for (size_t i = 0; i < SIZE; i++)
        p->data[i] = (char)(i * 2654435761u >> 13);
    ft_sha256(p->data, size, digest);
    ft_sha256_hex(digest, hex);
    snprintf(path, sizeof(path), "%s/file", dir);
    snprintf(part, sizeof(part), "%s/part", dir);
    ck_assert_int_eq(uv_loop_init(&p->loop), 0);
    p->pull = ft_pull_new(&p->loop,
                          &(struct ft_pull_file){ path, part, hex, size,
                                                  0440 },
                          &events);
}

static void end(struct pulling *p)
{
    ft_pull_free(p->pull);
    (void)uv_run(&p->loop, UV_RUN_DEFAULT);
    ck_assert_int_eq(uv_loop_close(&p->loop), 0);
    free(p->data);
}

/* 'n' bytes of what is to come, or junk instead, in the file 'name'. */
static void put(const char *dir, const char *name, size_t n, bool junk)
{
    char *bytes = ft_calloc(1, n + 1), *path = ft_path_join(dir, name);
    struct ft_err err;

    for (size_t i = 0; i < n && !junk; i++)
        bytes[i] = (char)(i * 2654435761u >> 13);
    ck_assert_int_eq(ft_file_put(path, bytes, n, 0600, &err), 0);
    free(path);
    free(bytes);
}

/* --- whole pulls ---------------------------------------------------------- */

static const struct {
    size_t size, part;  /* of the file; of what an earlier pull left */
    size_t there;       /* a file is at its place, so long */
    bool junk;          /* these are other bytes */
    enum fault fault;
    enum ft_code code;
    int64_t first;      /* what is asked for first */
    uint64_t came;
} row[] = {
    { SIZE, 0, 0, false, NONE, FT_OK, 0, SIZE },
    { SIZE, PART, 0, false, NONE, FT_OK, PART, SIZE - PART },
    { SIZE, SIZE, 0, false, NONE, FT_OK, -1, 0 },
    { SIZE, PART, 0, true, NONE, FT_OK, PART, 2 * SIZE - PART },
    { SIZE, SIZE, 0, true, NONE, FT_OK, 0, SIZE },
    { SIZE, SIZE + 1, 0, true, NONE, FT_OK, 0, SIZE },
    { SIZE, 0, SIZE, false, NONE, FT_OK, -1, 0 },
    { SIZE, PART, SIZE, false, NONE, FT_OK, -1, 0 },
    { SIZE, 0, SIZE, true, NONE, FT_OK, 0, SIZE },
    { SIZE, 0, PART, false, NONE, FT_OK, 0, SIZE },
    { SIZE, 0, 0, false, WRONG, FT_EFORMAT, 0, 3 * SIZE },
    { SIZE, 0, 0, false, WRONG_ONCE, FT_OK, 0, 2 * SIZE },
    { SIZE, 0, 0, false, TWICE, FT_OK, 0, SIZE },
    { SIZE, 0, 0, false, NONSENSE, FT_OK, 0, SIZE },
    { SIZE, PART, 0, false, LOST_ONCE, FT_OK, PART, SIZE - PART },
    { 1, 0, 0, false, NONE, FT_OK, 0, 1 },
    { 0, 0, 0, false, NONE, FT_OK, -1, 0 },
};

START_TEST(pulls)
{
    char dir[] = "test_pull.XXXXXX";
    struct ft_str got = FT_STR_INIT;
    char *path, part[80];
    struct pulling p;
    struct ft_err err;
    struct stat st;

    ck_assert_ptr_nonnull(mkdtemp(dir));
    snprintf(part, sizeof(part), "%s/part", dir);
    if (row[_i].part)
        put(dir, "part", row[_i].part, row[_i].junk);
    if (row[_i].there)
        put(dir, "file", row[_i].there, row[_i].junk);
    begin(&p, dir, row[_i].size, row[_i].fault);
    while (!p.done) {
        (void)uv_run(&p.loop, UV_RUN_ONCE);
        answer(&p);
    }
    ck_assert_int_eq(p.code, row[_i].code);
    ck_assert_int_eq(p.first, row[_i].first);
    ck_assert_uint_eq(ft_pull_came(p.pull), row[_i].came);
    path = ft_path_join(dir, "file");
    ck_assert(ft_path_exists(path) == (row[_i].code == FT_OK));
    if (row[_i].code == FT_OK) {
        ck_assert_int_eq(ft_file_read(path, SIZE, &got, &err), 0);
        ck_assert_uint_eq(got.len, row[_i].size);
        ck_assert_int_eq(memcmp(got.s, p.data, got.len), 0);
        ck_assert_int_eq(stat(path, &st), 0);
        ck_assert(row[_i].there || (st.st_mode & 0777) == 0440);
        ck_assert(!ft_path_exists(part));
    }
    end(&p);
    free(path);
    ft_str_release(&got);
    ck_assert_int_eq(ft_path_remove(dir, &err), 0);
}
END_TEST

/* --- pulls that cannot be ------------------------------------------------- */

START_TEST(no_directory)
{
    struct pulling p;

    begin(&p, "test_pull.gone", SIZE, NONE);
    (void)uv_run(&p.loop, UV_RUN_DEFAULT);
    ck_assert(p.done);
    ck_assert_int_eq(p.code, FT_ENOENT);
    end(&p);
}
END_TEST

/* Somebody laid a link where the part is to be: what it names stays. */
START_TEST(a_link_is_not_followed)
{
    char dir[] = "test_pull.XXXXXX", part[80];
    struct pulling p;
    struct ft_err err;
    struct stat st;

    ck_assert_ptr_nonnull(mkdtemp(dir));
    put(dir, "precious", SIZE + 1, true);
    snprintf(part, sizeof(part), "%s/part", dir);
    ck_assert_int_eq(symlink("precious", part), 0);
    begin(&p, dir, SIZE, NONE);
    (void)uv_run(&p.loop, UV_RUN_DEFAULT);
    ck_assert(p.done);
    ck_assert_int_eq(p.code, FT_EIO);
    end(&p);
    ck_assert_int_eq(stat(part, &st), 0);
    ck_assert_int_eq(st.st_size, SIZE + 1);
    ck_assert_int_eq(ft_path_remove(dir, &err), 0);
}
END_TEST

/* It is called off while the disk works; the next one goes on. */
START_TEST(what_has_come_stays)
{
    char dir[] = "test_pull.XXXXXX";
    struct pulling p;
    struct ft_err err;

    ck_assert_ptr_nonnull(mkdtemp(dir));
    begin(&p, dir, SIZE, NONE);
    while (!p.n_asks)
        (void)uv_run(&p.loop, UV_RUN_ONCE);
    send_chunk(&p, p.ask[0].at, p.ask[0].size);
    ck_assert_uint_eq(ft_pull_left(p.pull), SIZE - p.ask[0].size);
    end(&p);
    ck_assert(!p.done);
    begin(&p, dir, SIZE, NONE);
    while (!p.done) {
        (void)uv_run(&p.loop, UV_RUN_ONCE);
        answer(&p);
    }
    ck_assert_int_eq(p.code, FT_OK);
    ck_assert_int_gt(p.first, 0);
    end(&p);
    ck_assert_int_eq(ft_path_remove(dir, &err), 0);
}
END_TEST

/* --- what is held --------------------------------------------------------- */

#define HEX8 "0123456789abcdef"
#define HEX HEX8 HEX8 HEX8 HEX8

START_TEST(held_from_run_to_run)
{
    char dir[] = "test_pull.XXXXXX", path[80];
    struct ft_held *one, *two;
    struct ft_err err;

    ck_assert_ptr_nonnull(mkdtemp(dir));
    snprintf(path, sizeof(path), "%s/held", dir);
    ft_held_close(NULL);
    one = ft_held_open(path);
    two = ft_held_open(path);
    ck_assert_ptr_null(ft_held_find(one, "c"));
    ft_held_add(one, "c", HEX);
    ft_held_add(two, "d", HEX);
    ft_held_add(two, "junk", "no digest");
    ck_assert_ptr_null(ft_held_find(two, "junk"));
    ft_held_measure(one, 65535, 1); /* too little to tell anything */
    ck_assert_double_eq(ft_held_rate(one), 50e6);
    ft_held_measure(one, 65536, 0);
    ck_assert_double_eq(ft_held_rate(one), 50e6);
    ck_assert_double_eq(ft_held_measured(one), 0);
    ft_held_measure(one, 65536, 65.536);
    ck_assert_double_eq_tol(ft_held_rate(one), 1e3, 1e-6);
    ck_assert_double_eq_tol(ft_held_measured(one), 1e3, 1e-6);
    ft_held_close(one);
    ft_held_close(two); /* knows nothing of 'c', and keeps it */
    one = ft_held_open(path);
    ck_assert_str_eq(ft_held_find(one, "c"), HEX);
    ck_assert_str_eq(ft_held_find(one, "d"), HEX);
    ft_held_close(one);
    ck_assert_int_eq(ft_path_remove(dir, &err), 0);
}
END_TEST

#define HEX_OF_FILE HEX8 HEX8 HEX8 "fedcba9876543210"

static const struct {
    const char *path, *content, *sha256;
    bool has;
} file_row[] = {
    { "/x/fedtwin-agent", NULL, HEX, false }, /* not ours */
    { "/x/a", NULL, NULL, false },
    { "/x/a", "c", NULL, true },
    { "/x/a", "d", NULL, false },
    { "/x/a", "d", HEX_OF_FILE, true },
    { "/x/a", NULL, HEX_OF_FILE, true },
    { "/x/a", NULL, HEX, false }, /* only known by its content */
};

START_TEST(files_that_a_site_has)
{
    struct ft_held *held = ft_held_open("/nonexistent/held");
    struct ft_attempt_file file = {
        .path = ft_strdup(file_row[_i].path),
        .content = ft_strdup(file_row[_i].content),
        .sha256 = ft_strdup(file_row[_i].sha256),
    };
    char *own = ft_dirs_program("fedtwin-agent");

    ft_held_add(held, "c", HEX);
    ft_held_add_file(held, HEX_OF_FILE);
    ck_assert_int_eq(ft_held_has(held, &file), file_row[_i].has);
    ck_assert(ft_held_has(held, &(struct ft_attempt_file){ .path = own }));
    free(own);
    free(file.path);
    free(file.content);
    free(file.sha256);
    ft_held_close(held);
}
END_TEST

static const char *const no_held[] = {
    "", "{", "[]", "7", "{\"schema\":2,\"held\":{\"c\":\"" HEX "\"}}",
    "{\"schema\":1}", "{\"schema\":1,\"held\":[\"c\"]}",
    "{\"schema\":1,\"held\":{\"c\":7}}",
    "{\"schema\":1,\"held\":{\"c\":\"" HEX "0\"}}",
    "{\"schema\":1,\"held\":{\"c\":\"" HEX8 HEX8 HEX8 "0123456789ABCDEF\"}}",
    "{\"schema\":1,\"held\":{\"\":\"" HEX "\"}}",
};

START_TEST(junk_is_not_held)
{
    char path[] = "test_pull.XXXXXX";
    int fd = mkstemp(path);
    struct ft_held *held;

    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(write(fd, no_held[_i], strlen(no_held[_i])),
                     (ssize_t)strlen(no_held[_i]));
    close(fd);
    held = ft_held_open(path);
    ck_assert_ptr_null(ft_held_find(held, "c"));
    ck_assert_ptr_null(ft_held_find(held, ""));
    ck_assert_double_eq(ft_held_rate(held), 50e6);
    ft_held_close(held);
    unlink(path);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("pull");
    TCase *tc = tcase_create("pull");

    tcase_set_timeout(tc, 60);
    tcase_add_loop_test(tc, pulls, 0, FT_ARRAY_LEN(row));
    tcase_add_test(tc, no_directory);
    tcase_add_test(tc, a_link_is_not_followed);
    tcase_add_test(tc, what_has_come_stays);
    tcase_add_test(tc, held_from_run_to_run);
    tcase_add_loop_test(tc, files_that_a_site_has, 0, FT_ARRAY_LEN(file_row));
    tcase_add_loop_test(tc, junk_is_not_held, 0, FT_ARRAY_LEN(no_held));
    suite_add_tcase(suite, tc);
    return unit_main(suite);
}

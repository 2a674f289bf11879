/* test_agent_file.c - what an agent is told when its job starts */
#include "adapters/link/agent_file.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "adapters/link/attempt_json.h"
#include "base/err.h"
#include "base/json.h"
#include "t/unit/unit.h"

#define PATH "test_agent_file.json"

/* --- whole files ---------------------------------------------------------- */

static void check_attempt(const struct ft_attempt *a,
                          const struct ft_attempt *b)
{
    ck_assert_uint_eq(a->tag, b->tag);
    ck_assert_str_eq(a->tag_text, b->tag_text);
    ck_assert_str_eq(a->dir, b->dir);
    ck_assert_str_eq(a->argv[0], b->argv[0]);
    ck_assert_str_eq(a->argv[1], b->argv[1]);
    ck_assert_ptr_null(b->argv[2]);
    ck_assert_str_eq(a->env[0], b->env[0]);
    ck_assert_ptr_null(b->env[1]);
    ck_assert_uint_eq(a->n_modules, b->n_modules);
    ck_assert_str_eq(a->modules[0], b->modules[0]);
    ck_assert_str_eq(a->program_sha256, b->program_sha256);
    ck_assert(b->mpi && b->serve && b->alone && b->outputs);
    ck_assert_uint_eq(a->more, b->more);
    ck_assert_mem_eq(&a->resources, &b->resources, sizeof(a->resources));
    ck_assert_double_eq(a->timeout_s, b->timeout_s);
}

START_TEST(back_as_it_was)
{
    char word[] = "an \"argument\"\n", env[] = "A=b=c", module[] = "gcc/12";
    char *argv[] = { word, word, NULL }, *envp[] = { env, NULL };
    char *modules[] = { module }, *mpirun[] = { word };
    char name[] = "alpha", tag[] = "r/pilot-1/1", home[] = "/h/home.json";
    struct ft_attempt a = {
        .tag = UINT64_C(1) << 50, .tag_text = "r/t[x=1/2]/3", .dir = "/d",
        .argv = argv, .env = envp, .modules = modules, .n_modules = 1,
        .mpi = true, .serve = true, .alone = true, .more = 7,
        .resources = { 1, 2, 3, 4, 5e9, 6.5 }, .timeout_s = 0.25,
        .outputs = true, .program_sha256 =
            "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
    };
    struct ft_attempt *attempts[] = { &a };
    struct ft_site site = { .name = name, .slots = 4, .memory_bytes = 1e9,
                            .nodes = 2, .gpus = 1, .module_init = word,
                            .mpirun = mpirun, .n_mpirun = 1 };
    struct ft_agent_file file = { .tag = tag, .site = &site, .home = home,
                                  .attempt = attempts, .n_attempts = 1,
                                  .serve = true, .idle_s = 1, .spare_s = 2,
                                  .walltime_s = 3, .visible_s = 4 };
    struct ft_agent_file got;
    struct stat st;

    ck_assert_int_eq(ft_agent_file_write(PATH, &file, ft_file_write, NULL), 0);
    ck_assert_int_eq(stat(PATH, &st), 0);
    ck_assert_int_eq(st.st_mode & 0777, 0600);
    ck_assert_int_eq(ft_agent_file_read(PATH, &got, NULL), 0);
    ck_assert_str_eq(got.tag, tag);
    ck_assert_str_eq(got.home, home);
    ck_assert(got.serve);
    ck_assert_double_eq(got.idle_s + 10 * got.spare_s + 100 * got.walltime_s +
                        1000 * got.visible_s, 4321);
    ck_assert_str_eq(got.site->name, name);
    ck_assert_int_eq(got.site->slots * 100 + got.site->nodes * 10 +
                     got.site->gpus, 421);
    ck_assert_double_eq(got.site->memory_bytes, 1e9);
    ck_assert_str_eq(got.site->module_init, word);
    ck_assert_uint_eq(got.site->n_mpirun, 1);
    ck_assert_str_eq(got.site->mpirun[0], word);
    ck_assert_uint_eq(got.n_attempts, 1);
    check_attempt(&a, got.attempt[0]);
    ft_agent_file_release(&got);
    unlink(PATH);
}
END_TEST

static const struct {
    const char *text, *error;
} bad[] = {
    { "", "not JSON" },
    { "[]", "is not a JSON object" },
    { "{\"schema\":2}", "has schema 2; this program knows 1" },
    { "{\"schema\":1}", "'tag'" },
    { "{\"schema\":1,\"tag\":1}", "'tag'" },
    { "{\"schema\":1,\"tag\":\"t\"}", "'site'" },
    { "{\"schema\":1,\"tag\":\"t\",\"site\":{}}", "'attempts'" },
    { "{\"schema\":1,\"tag\":\"t\",\"site\":{},\"attempts\":{}}",
      "'attempts'" },
    { "{\"schema\":1,\"tag\":\"t\",\"site\":{},\"attempts\":[1]}",
      "an attempt is not a JSON object" },
};

START_TEST(files_that_cannot_be)
{
    struct ft_agent_file file = { .n_attempts = 9 };
    struct ft_err err = { 0 };

    ck_assert_int_eq(ft_file_put(PATH, bad[_i].text, strlen(bad[_i].text),
                                 0600, NULL), 0);
    ck_assert_int_eq(ft_agent_file_read(PATH, &file, &err), -1);
    ck_assert_msg(strstr(err.msg, bad[_i].error), "%s", err.msg);
    ck_assert_uint_eq(file.n_attempts, 9);
    unlink(PATH);
    ck_assert_int_eq(ft_agent_file_read(PATH, &file, &err), -1);
    ck_assert_int_eq(err.code, FT_ENOENT);
}
END_TEST

/* --- those of an array ---------------------------------------------------- */

#define JOBS 12

static void write_array(void)
{
    char name[] = "alpha", word[] = "a\nb", tag[] = "r/array-1/1";
    char *argv[] = { word, NULL }, *envp[] = { NULL }, dir[] = "/d";
    struct ft_site site = { .name = name };
    struct ft_attempt a[JOBS], *attempts[JOBS];
    struct ft_agent_file file = { .tag = tag, .site = &site,
                                  .attempt = attempts, .n_attempts = JOBS,
                                  .spare_s = 7 };
    char text[JOBS][64];

    for (int i = 0; i < JOBS; i++) { /* lines of different length */
        snprintf(text[i], sizeof(text[i]), "r/t[x=%.*s]/%d", i + 1,
                 "abcdefghijklmnop", i + 1);
        a[i] = (struct ft_attempt){ .tag = 1, .tag_text = text[i],
                                    .dir = dir, .argv = argv,
                                    .env = envp };
        attempts[i] = &a[i];
    }
    ck_assert_int_eq(ft_agent_array_write(PATH, &file, NULL), 0);
}

START_TEST(each_job_finds_its_own)
{
    struct ft_agent_file got;
    struct ft_err err = { 0 };
    char want[64];

    write_array();
    for (int i = JOBS - 1; i >= 0; i--) {
        snprintf(want, sizeof(want), "r/t[x=%.*s]/%d", i + 1,
                 "abcdefghijklmnop", i + 1);
        ck_assert_int_eq(ft_agent_array_read(PATH, (uint64_t)i, &got, &err),
                         0);
        ck_assert_str_eq(got.tag, want);
        ck_assert_uint_eq(got.n_attempts, 1);
        ck_assert_str_eq(got.attempt[0]->tag_text, want);
        ck_assert_str_eq(got.attempt[0]->argv[0], "a\nb");
        ck_assert_str_eq(got.site->name, "alpha");
        ck_assert_double_eq(got.spare_s, 7);
        ft_agent_file_release(&got);
    }
    ck_assert_int_eq(ft_agent_array_read(PATH, JOBS, &got, &err), -1);
    ck_assert_msg(strstr(err.msg, "has 12 jobs, and no number 12"), "%s",
                  err.msg);
    unlink(PATH);
    ck_assert_int_eq(ft_agent_array_read(PATH, 0, &got, &err), -1);
    ck_assert_int_eq(err.code, FT_ENOENT);
}
END_TEST

/* Whatever is missing at its end: the job has its line, or an error. */
START_TEST(a_torn_array_gives_nothing_wrong)
{
    struct ft_agent_file got;
    struct ft_err err = { 0 };
    struct stat st;
    int whole = 0;

    write_array();
    ck_assert_int_eq(stat(PATH, &st), 0);
    for (off_t len = st.st_size; len >= 0; len -= 13) {
        ck_assert_int_eq(truncate(PATH, len), 0);
        if (ft_agent_array_read(PATH, 3, &got, &err) == 0) {
            ck_assert_str_eq(got.tag, "r/t[x=abcd]/4");
            ft_agent_file_release(&got);
            whole++;
        } else {
            ck_assert_int_eq(err.code, FT_EFORMAT);
        }
    }
    ck_assert_int_gt(whole, 1);
    unlink(PATH);
}
END_TEST

static const struct {
    const char *text, *error;
} torn[] = {
    { "", "ends too early" },
    { "{\"jobs\":1}", "ends too early" },
    { "{\"jobs\":-1}\n", "has -1 jobs" },
    { "{\"jobs\":\"1\"}\n", "'jobs'" },
    { "{\"jobs\":1}\n000000000000043\n000000000000043\n{}\n",
      "does not say where the line of job 0 is" },
    { "{\"jobs\":1}\n000000000000043\n000000000000042\n{}\n",
      "does not say where the line of job 0 is" },
    { "{\"jobs\":1}\n0000000000000-1\n000000000000042\n{}\n",
      "does not say where the line of job 0 is" },
    { "{\"jobs\":1}\n000000000000043\n999999999999999\n{}\n",
      "does not say where the line of job 0 is" },
    { "{\"jobs\":1}\n000000000000043\n000000000000046\n{}\n",
      "no member 'schema'" },
    { "{\"schema\":1,\"jobs\":1}\n000000000000054\n000000000000057\n12\n",
      "'tag'" },
};

START_TEST(arrays_that_cannot_be)
{
    struct ft_agent_file file = { .n_attempts = 9 };
    struct ft_err err = { 0 };

    ck_assert_int_eq(ft_file_put(PATH, torn[_i].text, strlen(torn[_i].text),
                                 0600, NULL), 0);
    ck_assert_int_eq(ft_agent_array_read(PATH, 0, &file, &err), -1);
    ck_assert_msg(strstr(err.msg, torn[_i].error), "%s", err.msg);
    ck_assert_uint_eq(file.n_attempts, 9);
    unlink(PATH);
}
END_TEST

/* --- attempts ------------------------------------------------------------- */

static const struct {
    const char *text, *error; /* NULL: it can be */
} attempt[] = {
    { "{'tag':1,'tag_text':'r/t/1','dir':'/d','argv':['a'],'env':[],"
      "'modules':[]}", NULL },
    { "{'tag':1,'tag_text':'r/t/1','dir':'d','argv':['a'],'env':[],"
      "'modules':[]}", "'d' is not an absolute path" },
    { "{'tag':1,'tag_text':'r','dir':'/d','argv':['a'],'env':[],"
      "'modules':[]}", "'r' is not the tag of an attempt" },
    { "{'tag':1,'tag_text':'r/t/1','dir':'/d','argv':[],'env':[],"
      "'modules':[]}", "has no program" },
    { "{'tag':1,'tag_text':'r/t/1','dir':'/d','argv':[''],'env':[],"
      "'modules':[]}", "has no program" },
    { "{'tag':1,'tag_text':'r/t/1','dir':'/d','argv':['a',1],'env':[],"
      "'modules':[]}", "'argv' of an attempt holds something that is no text" },
    { "{'tag':1,'tag_text':'r/t/1','dir':'/d','argv':['a'],'env':[null],"
      "'modules':[]}", "'env' of" },
    { "{'tag':1,'tag_text':'r/t/1','dir':'/d','argv':['a'],'env':[]}",
      "'modules'" },
    { "{'tag':'1','tag_text':'r/t/1','dir':'/d','argv':['a'],'env':[],"
      "'modules':[]}", "'tag'" },
    { "{'tag':1,'tag_text':'r/t/1','dir':'/d','argv':['a'],'env':[],"
      "'modules':[],'program_sha256':'12'}", "'12' is not a SHA-256" },
    { "{'tag':1,'tag_text':'r/t/1','dir':'/d','argv':['a'],'env':[],"
      "'modules':[],'timeout_s':-1,'more':-3,"
      "'resources':{'ranks':-2,'memory_bytes':-1}}", NULL },
};

START_TEST(attempts_that_can_and_cannot_be)
{
    struct json_object *obj = json_tokener_parse(attempt[_i].text);
    struct ft_err err = { 0 };
    struct ft_attempt *a = ft_attempt_read(obj, &err);

    if (attempt[_i].error) {
        ck_assert_ptr_null(a);
        ck_assert_msg(strstr(err.msg, attempt[_i].error), "%s", err.msg);
    } else {
        ck_assert_ptr_nonnull(a);
        ck_assert_int_eq(a->resources.ranks, 0); /* what cannot be: not said */
        ck_assert(a->timeout_s == 0 && a->resources.memory_bytes == 0);
        ck_assert_uint_eq(a->more, 0);
    }
    ft_attempt_free(a);
    json_object_put(obj);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("agent_file");
    TCase *tc = tcase_create("agent_file");

    tcase_add_test(tc, back_as_it_was);
    tcase_add_loop_test(tc, files_that_cannot_be, 0, FT_ARRAY_LEN(bad));
    tcase_add_test(tc, each_job_finds_its_own);
    tcase_add_test(tc, a_torn_array_gives_nothing_wrong);
    tcase_add_loop_test(tc, arrays_that_cannot_be, 0, FT_ARRAY_LEN(torn));
    tcase_add_loop_test(tc, attempts_that_can_and_cannot_be, 0,
                        FT_ARRAY_LEN(attempt));
    suite_add_tcase(suite, tc);
    return unit_main(suite);
}

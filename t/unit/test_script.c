/* test_script.c - batch scripts: what they say, and that a shell does it
 *
 * The "agent" of these tests is a shell script that tells what it was given. */
#include "run/site/script.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/err.h"
#include "base/path.h"
#include "base/str.h"
#include "model/site.h"
#include "t/unit/unit.h"

#define HOSTILE "it's $(touch bad) `touch bad` \"\\\n; touch bad #"

static const char tell[] =
    "#!/bin/sh\n"
    "printf '%s|' \"$@\" \"${A-}\" \"${LOADED-}\" $$ >told\n";

static void put(const char *path, const char *text, mode_t mode)
{
    ck_assert_int_eq(ft_file_write(path, text, strlen(text), mode, NULL), 0);
}

/* Run the script as a site would; its exit status. */
static int run(const char *script, const char *index, pid_t *pid)
{
    int status;

    put("script", script, 0755);
    *pid = fork();
    if (*pid == 0) {
        int fd = open("err", O_WRONLY | O_CREAT | O_TRUNC, 0600);

        dup2(fd, 2);
        unsetenv("SLURM_ARRAY_TASK_ID");
        unsetenv("MODULESHOME");
        if (index)
            setenv("SLURM_ARRAY_TASK_ID", index, 1);
        execl("./script", "./script", (char *)NULL);
        _exit(99);
    }
    ck_assert_int_eq(waitpid(*pid, &status, 0), *pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static char *read_text(const char *path)
{
    struct ft_str text = FT_STR_INIT;

    ck_assert_int_eq(ft_file_read(path, 1 << 20, &text, NULL), 0);
    return ft_str_take(&text);
}

static void enter(char dir[32])
{
    snprintf(dir, 32, "test_script.XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(dir));
    ck_assert_int_eq(chdir(dir), 0);
}

static void leave(const char *dir)
{
    ck_assert(!ft_path_exists("bad"));
    ck_assert_int_eq(chdir(".."), 0);
    ck_assert_int_eq(ft_path_remove(dir, NULL), 0);
}

START_TEST(it_becomes_the_agent)
{
    char dir[32], want[400], *text, *script;
    char name[] = HOSTILE, env0[] = "A=" HOSTILE;
    char *env[] = { env0, NULL };
    struct ft_site site = { .env = env };
    char agent[sizeof(name) + 8];
    pid_t pid;

    enter(dir);
    snprintf(agent, sizeof(agent), "./%s", name);
    put(agent, tell, 0755);
    script = ft_job_script(&site, agent, name);
    ck_assert_int_eq(run(script, NULL, &pid), 0);
    text = read_text("told");
    snprintf(want, sizeof(want), HOSTILE "|" HOSTILE "||%d|", (int)pid);
    ck_assert_str_eq(text, want); /* the same process: signals reach it */
    free(script);
    free(text);
    leave(dir);
}
END_TEST

START_TEST(modules_of_the_site)
{
    char dir[32], *text, *script, *path;
    char a[] = "gcc/12", b[] = HOSTILE, none[] = "none";
    char *modules[] = { a, b };
    struct ft_site site = { .modules = modules, .n_modules = 2 };
    pid_t pid;

    enter(dir);
    put("agent", tell, 0755);
    put("init", "echo $unset >/dev/null\nmodule() { test \"$2\" != none && "
                "export LOADED=\"${LOADED-}+$2\"; }\n", 0644);
    script = ft_job_script(&site, "./agent", "f");
    ck_assert_int_eq(run(script, NULL, &pid), 1);
    text = read_text("err");
    ck_assert_ptr_nonnull(strstr(text, "$MODULESHOME is not set"));
    free(script);
    free(text);
    path = realpath("init", NULL);
    site.module_init = path;
    script = ft_job_script(&site, "./agent", "f");
    ck_assert_int_eq(run(script, NULL, &pid), 0);
    text = read_text("told");
    ck_assert_ptr_nonnull(strstr(text, "f||+gcc/12+" HOSTILE "|"));
    free(script);
    free(text);
    modules[1] = none;
    script = ft_job_script(&site, "./agent", "f");
    ck_assert_int_eq(run(script, NULL, &pid), 1);
    free(script);
    free(path);
    leave(dir);
}
END_TEST

START_TEST(one_of_an_array)
{
    char dir[32], *text, *script;
    struct ft_site site = { 0 };
    pid_t pid;

    enter(dir);
    put("agent", tell, 0755);
    script = ft_job_array_script(&site, "./agent", "it's");
    ck_assert_int_eq(run(script, "17", &pid), 0);
    text = read_text("told");
    ck_assert(ft_starts_with(text, "it's|17|"));
    free(text);
    ck_assert_int_eq(run(script, NULL, &pid), 1);
    text = read_text("err");
    ck_assert_ptr_nonnull(strstr(text, "does not say which job"));
    free(text);
    free(script);
    leave(dir);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("script");
    TCase *tc = tcase_create("script");

    tcase_add_test(tc, it_becomes_the_agent);
    tcase_add_test(tc, modules_of_the_site);
    tcase_add_test(tc, one_of_an_array);
    suite_add_tcase(suite, tc);
    return unit_main(suite);
}

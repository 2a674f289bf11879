/* site_protocol.c - does a site's adapter keep to the protocol?
 *
 * The conformance suite is a program of its own (share/adapters/conform.py); it
 * gets the adapter and the site file as JSON, and prints TAP.
 */
#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/dirs.h"
#include "base/err.h"
#include "base/json.h"
#include "base/path.h"
#include "cli/settings.h"
#include "cli/site_text.h"
#include "cli/term.h"
#include "run/site/helper.h"

#define STATUS_SITE 4

/* Its exit status, or -1. */
static int run(char *const *argv, struct ft_err *err)
{
    posix_spawnattr_t attr;
    sigset_t pipe;
    pid_t pid = 0;
    int rc, status = 0;

    sigemptyset(&pipe);
    sigaddset(&pipe, SIGPIPE); /* which this program ignores */
    (void)posix_spawnattr_init(&attr);
    (void)posix_spawnattr_setsigdefault(&attr, &pipe);
    (void)posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGDEF);
    rc = posix_spawnp(&pid, argv[0], NULL, &attr, argv, environ);
    posix_spawnattr_destroy(&attr);
    if (rc) {
        errno = rc;
        return ft_err_sys(err, "cannot start '%s'", argv[0]);
    }
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        continue;
    if (WIFEXITED(status))
        return WEXITSTATUS(status);
    return ft_err_set(err, FT_ESITE, "the suite was killed by signal %d",
                      WTERMSIG(status));
}

static int write_site(const struct ft_site *site, const char *path,
                      struct ft_err *err)
{
    struct json_object *json = ft_site_json(site);
    const char *text = json_object_to_json_string(json);
    int rc = ft_file_write(path, text, strlen(text), 0600, err);

    json_object_put(json);
    return rc;
}

/* In the scratch directory 'dir'. */
static int conform(const struct ft_site *site, const char *program,
                   const char *dir, struct ft_err *err)
{
    const char *own = ft_setting_text("python");
    char *suite = ft_path_join(ft_dirs()->adapters, "conform.py");
    char *json = ft_path_join(dir, "site.json");
    char *within = ft_asprintf("%g", site->answer_within_s);
    const char *argv[] = { *own ? own : FT_PYTHON, suite, "--within", within,
                           "--dir", dir, program, json, NULL };
    int rc = -1;

    if (write_site(site, json, err) == 0)
        rc = run((char *const *)argv, err);
    free(within);
    free(json);
    free(suite);
    return rc;
}

int ft_site_protocol(const struct ft_site *site, const char *below)
{
    char *program = ft_helper_program(site);
    char *dir = ft_asprintf("%s/.fedtwin-site-test.XXXXXX", below);
    struct ft_err err;
    int rc = -1;

    if (!program)
        ft_err_set(&err, FT_ESITE, "site '%s' has no adapter program",
                   site->name);
    else if (!mkdtemp(dir))
        ft_err_sys(&err, "cannot create '%s'", dir);
    else
        rc = conform(site, program, dir, &err);
    if (rc >= 0)
        (void)ft_path_remove(dir, NULL); /* a left-over of a test */
    free(dir);
    free(program);
    if (rc < 0)
        return ft_print_err(&err);
    return rc ? STATUS_SITE : 0;
}

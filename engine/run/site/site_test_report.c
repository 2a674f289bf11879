/* site_test_report.c - what a job found at a site */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/dirs.h"
#include "base/path.h"
#include "base/sha256.h"
#include "base/str.h"
#include "run/site/site_test_in.h"

#define REPORT_MAX (1u << 20)
#define PAUSE_US 100000
#define SKEW_S 2.0
#define WORDS_MAX 200

struct report {
    char *text;
    double waited_s; /* until it was seen here */
};

/* The rest of the line that begins with 'key'; NULL: there is none.  The
 * caller frees. */
static char *value_of(const struct report *r, const char *key)
{
    size_t len = strlen(key);

    for (const char *line = r->text; *line;) {
        size_t n = strcspn(line, "\n");

        if (n > len && strncmp(line, key, len) == 0 && line[len] == ' ')
            return ft_strndup(line + len + 1, n - len - 1);
        line += n + (line[n] == '\n');
    }
    return NULL;
}

static double number_of(const struct report *r, const char *key)
{
    char *text = value_of(r, key);
    double value = text ? strtod(text, NULL) : 0;

    free(text);
    return value;
}

/* A network file system looks at the directory again when it is opened. */
static bool look(const char *dir, const char *path, struct ft_str *text)
{
    DIR *opened = opendir(dir);

    if (opened)
        closedir(opened);
    return ft_file_read(path, REPORT_MAX, text, NULL) == 0;
}

/* False: it did not come within the site's 'visibility_wait'. */
static bool read_report(const struct ft_tester *t,
                        const struct ft_probe *probe, struct report *r)
{
    char *path = ft_asprintf("%s/%s.report", t->dir, probe->file);
    int64_t begin = ft_clock_mono_ns();
    struct ft_str text = FT_STR_INIT;
    bool seen = look(t->dir, path, &text);

    while (!seen && (double)(ft_clock_mono_ns() - begin) / 1e9 <
                        t->site->visibility_wait_s) {
        (void)usleep(PAUSE_US);
        seen = look(t->dir, path, &text);
    }
    r->waited_s = (double)(ft_clock_mono_ns() - begin) / 1e9;
    r->text = ft_str_take(&text);
    free(path);
    return seen;
}

/* --- one row each --------------------------------------------------------- */

static void check_there(struct ft_tester *t, const struct report *r)
{
    char *word = value_of(r, "word");
    double waited_s = number_of(r, "waited");

    if (!word || strcmp(word, t->word) != 0)
        ft_tester_add(t, "files from here", FT_CHECK_FAIL,
                      "is the same directory behind that path there?",
                      "the job read something else than was written");
    else
        ft_tester_add(t, "files from here", FT_CHECK_OK, NULL,
                      "seen there, the job waited %.0f s", waited_s);
    free(word);
}

static void check_here(struct ft_tester *t, const struct report *r)
{
    ft_tester_add(t, "files from there",
                  r->waited_s > t->site->visibility_wait_s / 2 ? FT_CHECK_WARN
                                                               : FT_CHECK_OK,
                  r->waited_s > t->site->visibility_wait_s / 2
                      ? "raise 'visibility_wait' of 'storage'"
                      : NULL,
                  "seen here %.1f s after the end of the job", r->waited_s);
}

/* The job's time has to lie between its submission and its end. */
static void check_clock(struct ft_tester *t, const struct ft_probe *probe,
                        const struct report *r)
{
    double there_s = number_of(r, "time");
    double early_s = (double)probe->submitted_ns / 1e9 - there_s;
    double late_s = there_s - (double)probe->ended_ns / 1e9;

    if (early_s > SKEW_S || late_s > SKEW_S)
        ft_tester_add(t, "clock of the node", FT_CHECK_WARN,
                      "let both machines use NTP",
                      "at least %.1f s %s the one here",
                      early_s > 0 ? early_s : late_s,
                      early_s > 0 ? "behind" : "ahead of");
    else
        ft_tester_add(t, "clock of the node", FT_CHECK_OK, NULL,
                      "agrees with the one here");
}

/* A module that cannot be loaded has ended the job. */
static void check_modules(struct ft_tester *t, const struct report *r)
{
    char *loaded = value_of(r, "modules"), *home = value_of(r, "module_init");

    if (t->site->n_modules)
        ft_tester_add(t, "environment modules", FT_CHECK_OK, NULL,
                      "%zu loaded: %s", t->site->n_modules,
                      loaded ? loaded : "?");
    else
        ft_tester_add(t, "environment modules", FT_CHECK_OK, NULL,
                      "none asked for, %s", home && *home ? "but there are some"
                                                          : "and none there");
    free(loaded);
    free(home);
}

/* The digest of a program of ours; false when we have none of that name. */
static bool digest_here(const char *name, char hex[FT_SHA256_HEX + 1])
{
    char *path = ft_path_join(ft_dirs()->libexec, name);
    uint64_t size;
    bool found = ft_sha256_file(path, hex, &size, NULL) == 0;

    free(path);
    return found;
}

static void check_programs(struct ft_tester *t, const struct report *r)
{
    struct ft_str missing = FT_STR_INIT, other = FT_STR_INIT;
    char here[FT_SHA256_HEX + 1];
    size_t n = 0;

    for (size_t i = 0; ft_probe_programs[i]; i++) {
        const char *name = ft_probe_programs[i];
        char *key = ft_asprintf("program %s", name);
        char *there = value_of(r, key);

        free(key);
        if (digest_here(name, here)) {
            n++;
            if (!there || strcmp(there, "-") == 0)
                ft_str_addf(&missing, " %s", name);
            else if (strcmp(there, here) != 0)
                ft_str_addf(&other, " %s", name);
        }
        free(there);
    }
    if (missing.len)
        ft_tester_add(t, "fedtwin there", FT_CHECK_FAIL,
                      "install fedtwin there and say where with the key "
                      "'fedtwin'", "not in '%s':%s", ft_tester_programs(t),
                      missing.s);
    else if (other.len)
        ft_tester_add(t, "fedtwin there", FT_CHECK_WARN,
                      "install the same build; results may differ",
                      "another build than here:%s", other.s);
    else
        ft_tester_add(t, "fedtwin there", FT_CHECK_OK, NULL,
                      "%zu programs, the same as here", n);
    ft_str_release(&missing);
    ft_str_release(&other);
}

/* --- calling home --------------------------------------------------------- */

static void check_call(struct ft_tester *t, const struct report *r)
{
    char *as = value_of(r, "called"), here[FT_SHA256_HEX + 1];

    if (!digest_here("fedtwin-hello", here))
        ft_tester_add(t, "calling home", FT_CHECK_SKIP, NULL,
                      "this fedtwin was built without MPI");
    else if (t->listen_fd >= 0 && ft_probe_called(t->listen_fd, t->word))
        ft_tester_add(t, "calling home", FT_CHECK_OK, NULL,
                      "a node reached this machine as %s", as ? as : "?");
    else
        ft_tester_add(t, "calling home", FT_CHECK_WARN,
                      "let nodes connect to ports of this machine; else what "
                      "ended is seen every 'status_interval'",
                      "no node reaches this machine");
    free(as);
}

/* --- MPI ------------------------------------------------------------------ */

/* The first line of a file of the job, or ""; the caller frees. */
static char *first_line(const struct ft_tester *t,
                        const struct ft_probe *probe, const char *ending)
{
    char *path = ft_asprintf("%s/%s.%s", t->dir, probe->file, ending);
    struct ft_str text = FT_STR_INIT;
    const char *start;
    size_t len;

    (void)look(t->dir, path, &text);
    free(path);
    start = text.s + strspn(text.s, "\n-= "); /* launchers draw boxes */
    len = strcspn(start, "\n");
    path = ft_strndup(start, len < WORDS_MAX ? len : WORDS_MAX);
    ft_str_release(&text);
    return path;
}

static void check_mpi(struct ft_tester *t, const struct ft_probe *probe,
                      const struct report *r)
{
    char *name = ft_asprintf("MPI on %s", probe->name);
    char *out = first_line(t, probe, "mpi");
    char *errors = first_line(t, probe, "mpi.err");
    int status = (int)number_of(r, "mpi"), ranks = 0, nodes = 0, at = 0;
    char here[FT_SHA256_HEX + 1];

    if (!digest_here("fedtwin-hello", here))
        ft_tester_add(t, name, FT_CHECK_SKIP, NULL,
                      "this fedtwin was built without MPI");
    else if (status != 0)
        ft_tester_add(t, name, FT_CHECK_FAIL,
                      "'mpirun' and 'modules' of the site file say how MPI "
                      "programs start", "the launcher ended with status %d%s%s",
                      status, *errors ? ": " : "", errors);
    else if (sscanf(out, "%d %d %n", &ranks, &nodes, &at) < 2 ||
             ranks != probe->ranks)
        ft_tester_add(t, name, FT_CHECK_FAIL,
                      "is it the launcher of the MPI that fedtwin was built "
                      "with?", "%d ranks were asked for, each saw %d",
                      probe->ranks, ranks);
    else if (nodes != probe->nodes)
        ft_tester_add(t, name, FT_CHECK_FAIL,
                      "'mpirun' of the site file may need {nodes}",
                      "%d ranks on %d node, not on %d: %s", ranks, nodes,
                      probe->nodes, out + at);
    else
        ft_tester_add(t, name, FT_CHECK_OK, NULL, "%d ranks on %s", ranks,
                      out + at);
    free(errors);
    free(out);
    free(name);
}

void ft_probe_report(struct ft_tester *t, const struct ft_probe *probe)
{
    struct report r = { 0 };

    if (!t->site->shared) {
        if (probe->nodes == 1)
            ft_tester_add(t, "files", FT_CHECK_SKIP, NULL,
                          "the site has its own: nothing more can be seen");
        return;
    }
    if (!read_report(t, probe, &r)) {
        ft_tester_add(t, "files from there", FT_CHECK_FAIL,
                      "raise 'visibility_wait' of 'storage'",
                      "not seen here within %.0f s",
                      t->site->visibility_wait_s);
    } else {
        if (probe->nodes == 1) {
            check_there(t, &r);
            check_here(t, &r);
            check_clock(t, probe, &r);
            check_modules(t, &r);
            check_programs(t, &r);
            check_call(t, &r);
        }
        check_mpi(t, probe, &r);
    }
    free(r.text);
}

/* site_test_job.c - jobs that look around at a site
 *
 * The script is that of every job, but what it becomes is not fedtwin-agent but
 * a shell that writes what it finds, a line each, into DIR/FILE.report.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/dirs.h"
#include "base/err.h"
#include "base/json.h"
#include "base/path.h"
#include "run/site/helper.h"
#include "run/site/script.h"
#include "run/site/site_test_in.h"

#define WALLTIME_S 150.0  /* and what files may take to be seen */
#define MPI_S 60          /* that two ranks may take to find each other */
#define POLL_MIN_US 200000
#define POLL_MAX_US 2000000
#define WORDS_MAX 300     /* of a job's last words */

const char *const ft_probe_programs[] = {
    "fedtwin-agent",    "fedtwin-hello",     "fedtwin-heat",
    "fedtwin-mesh-box", "fedtwin-mesh-gmsh", NULL,
};

const char *ft_tester_programs(const struct ft_tester *t)
{
    return t->site->fedtwin_dir ? t->site->fedtwin_dir : ft_dirs()->libexec;
}

/* --- what it does there --------------------------------------------------- */

static void add_program(struct ft_str *s, const struct ft_tester *t,
                        const char *name)
{
    char *path = ft_path_join(ft_tester_programs(t), name);

    ft_str_add(s, "digest ");
    ft_str_add_word(s, name);
    ft_str_addc(s, ' ');
    ft_str_add_word(s, path);
    ft_str_addc(s, '\n');
    free(path);
}

static void add_number(struct ft_str *s, const char *word, const char *name,
                       int value)
{
    const char *at = strstr(word, name);
    char *text = at ? ft_asprintf("%.*s%d%s", (int)(at - word), word, value,
                                  at + strlen(name))
                    : ft_strdup(word);

    ft_str_add(s, text);
    free(text);
}

static void add_launcher(struct ft_str *s, const struct ft_tester *t,
                         const struct ft_probe *probe)
{
    static const char *const usual[] = { "mpirun", "-n", "{ranks}" };
    const char *const *word =
        t->site->n_mpirun ? (const char *const *)t->site->mpirun : usual;
    size_t n = t->site->n_mpirun ? t->site->n_mpirun : FT_ARRAY_LEN(usual);
    char *hello = ft_path_join(ft_tester_programs(t), "fedtwin-hello");

    for (size_t i = 0; i < n; i++) {
        struct ft_str ranks = FT_STR_INIT, both = FT_STR_INIT;

        add_number(&ranks, word[i], "{ranks}", probe->ranks);
        add_number(&both, ranks.s, "{nodes}", probe->nodes);
        ft_str_add_word(s, both.s);
        ft_str_addc(s, ' ');
        ft_str_release(&ranks);
        ft_str_release(&both);
    }
    ft_str_add_word(s, hello);
    free(hello);
}

/* Launchers refuse root unless they are told; in containers there is nobody
 * else. */
static const char as_root[] =
    "if test \"$(id -u)\" = 0; then\n"
    "  export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1\n"
    "  export PRTE_ALLOW_RUN_AS_ROOT=1 PRTE_ALLOW_RUN_AS_ROOT_CONFIRM=1\n"
    "fi\n";

static const char functions[] =
    "digest() {\n"
    "  if test -x \"$2\"; then\n"
    "    sum=$(sha256sum \"$2\")\n"
    "    echo \"program $1 ${sum%% *}\"\n"
    "  else\n"
    "    echo \"program $1 -\"\n"
    "  fi\n"
    "}\n";

static void add_call(struct ft_str *s, const struct ft_tester *t)
{
    char *hello = ft_path_join(ft_tester_programs(t), "fedtwin-hello");

    if (t->listen_fd >= 0) {
        ft_str_add(s, "echo \"called $(");
        ft_str_add_word(s, hello);
        ft_str_addf(s, " --call %d %s", t->port, t->word);
        ft_probe_hosts(s);
        ft_str_add(s, ")\"\n");
    }
    free(hello);
}

/* What the job runs; it finds this file in the directory. */
static char *make_errand(const struct ft_tester *t,
                         const struct ft_probe *probe)
{
    struct ft_str s = FT_STR_INIT;
    const char *f = probe->file;

    ft_str_add(&s, "cd ");
    ft_str_add_word(&s, t->dir);
    ft_str_addf(&s, " || exit 1\n"
                    "%s%s{\n"
                    "echo \"host $(hostname)\"\n"
                    "echo \"time $(date +%%s.%%N)\"\n"
                    "echo \"waited ${FT_WAITED-0}\"\n"
                    "echo \"word $(cat " FT_PROBE_WORD ")\"\n"
                    "echo \"modules ${LOADEDMODULES-}\"\n"
                    "echo \"module_init ${MODULESHOME-}\"\n", as_root,
                functions);
    for (size_t i = 0; ft_probe_programs[i]; i++)
        add_program(&s, t, ft_probe_programs[i]);
    if (probe->nodes == 1)
        add_call(&s, t);
    ft_str_addf(&s, "timeout -k 5 %d ", MPI_S);
    add_launcher(&s, t, probe);
    ft_str_addf(&s, " >%s.mpi 2>%s.mpi.err\n"
                    "echo \"mpi $?\"\n"
                    "} >%s.part && mv %s.part %s.report\n", f, f, f, f, f);
    return ft_str_take(&s);
}

/* --- the job -------------------------------------------------------------- */

/* Wait for the file, then do as every job does.  The caller frees. */
static char *make_script(const struct ft_tester *t, const char *errand)
{
    struct ft_str s = FT_STR_INIT;
    char *body;

    if (!t->site->shared) /* nothing of here is there */
        return ft_job_script(t->site, "/bin/true", "");
    body = ft_job_script(t->site, "/bin/sh", errand);
    ft_str_add(&s, "#!/bin/sh\nFT_WAITED=0\nwhile ! test -r ");
    ft_str_add_word(&s, errand);
    ft_str_addf(&s, " && test $FT_WAITED -lt %.0f; do\n"
                    "  sleep 1\n"
                    "  FT_WAITED=$((FT_WAITED + 1))\n"
                    "done\n"
                    "export FT_WAITED\n%s",
                ceil(t->site->visibility_wait_s), body);
    free(body);
    return ft_str_take(&s);
}

static void add_path(struct json_object *job, const char *key,
                     const struct ft_tester *t, const struct ft_probe *probe,
                     const char *ending)
{
    char *path = t->site->shared
                     ? ft_asprintf("%s/%s.%s", t->dir, probe->file, ending)
                     : ft_strdup("/dev/null");

    ft_json_add_str(job, key, path);
    free(path);
}

static struct json_object *make_job(const struct ft_tester *t,
                                    const struct ft_probe *probe,
                                    const char *script)
{
    const struct ft_site_queue *q = t->site_queue;
    struct json_object *job = json_object_new_object();
    double walltime_s = WALLTIME_S + t->site->visibility_wait_s;
    char *tag = ft_asprintf("%s/%s/1", ft_path_base(t->dir) + 1, probe->file);

    ft_json_add_str(job, "tag", tag);
    ft_json_add_str(job, "name", "fedtwin-site-test");
    ft_json_add_str(job, "script", script);
    ft_json_add_str(job, "dir", t->site->shared ? t->dir
                                : t->site->root ? t->site->root
                                                : "/tmp");
    add_path(job, "stdout", t, probe, "out");
    add_path(job, "stderr", t, probe, "err");
    ft_json_add_int(job, "nodes", probe->nodes);
    ft_json_add_int(job, "ranks", probe->ranks);
    ft_json_add_int(job, "threads", 1);
    ft_json_add_int(job, "gpus", 0);
    ft_json_add_num(job, "memory_bytes", 0);
    ft_json_add_num(job, "walltime_s",
                    t->max_walltime_s > 0 ? fmin(walltime_s, t->max_walltime_s)
                                          : walltime_s);
    ft_json_add_str(job, "queue", t->queue);
    ft_json_add_str(job, "account", q ? q->account : t->site->account);
    ft_json_add_str(job, "qos", q ? q->qos : NULL);
    ft_json_add_str(job, "constraint", q ? q->constraint : NULL);
    ft_json_add_int(job, "signal_s", 0);
    json_object_object_add(job, "exclude", json_object_new_array());
    ft_json_add_int(job, "array", 0);
    ft_json_add_bool(job, "hold", false);
    free(tag);
    return job;
}

/* {"op": OP, "jobs": [ONE]}; takes 'one'. */
static struct json_object *request_of(const char *op, struct json_object *one)
{
    struct json_object *request = json_object_new_object();
    struct json_object *list = json_object_new_array();

    json_object_array_add(list, one);
    ft_json_add_str(request, "op", op);
    json_object_object_add(request, "jobs", list);
    return request;
}

/* The first of the list 'key' of an answer, or NULL. */
static struct json_object *first_of(struct json_object *answer,
                                    const char *key)
{
    struct json_object *list = ft_json_or_null(answer, key);

    return json_object_is_type(list, json_type_array) &&
                   json_object_array_length(list)
               ? json_object_array_get_idx(list, 0)
               : NULL;
}

/* --- its way -------------------------------------------------------------- */

static void add_check(struct ft_tester *t, const struct ft_probe *probe,
                      enum ft_verdict verdict, const char *hint,
                      const char *found)
{
    char *name = ft_asprintf("job of %s", probe->name);

    ft_tester_add(t, name, verdict, hint, "%s", found);
    free(name);
}

static bool submit(struct ft_tester *t, struct ft_probe *probe,
                   const char *script)
{
    struct json_object *answer = NULL, *result;
    struct ft_err err = { 0 };
    const char *reason;

    probe->submitted_ns = ft_clock_now_ns();
    (void)ft_talk_ask(t->talk,
                      request_of("submit", make_job(t, probe, script)),
                      t->site->answer_within_s, &answer, &err);
    result = first_of(answer, "results");
    reason = answer ? ft_json_str_or(result, "reason", "no reason given")
                    : err.msg;
    if (strcmp(ft_json_str_or(result, "result", ""), "ok") == 0)
        probe->job = ft_strdup(ft_json_str_or(result, "job", NULL));
    if (!probe->job)
        add_check(t, probe, FT_CHECK_FAIL,
                  err.code == FT_EACCES
                      ? FT_IDENTITY_HINT
                      : "queue, account, qos and constraint are those of the "
                        "site file", reason);
    json_object_put(answer);
    return probe->job != NULL;
}

/* The newest state; NULL when there is no answer.  The caller releases. */
static struct json_object *ask_state(struct ft_tester *t,
                                     struct ft_probe *probe)
{
    struct json_object *answer = NULL, *status;

    probe->err = (struct ft_err){ 0 };
    (void)ft_talk_ask(t->talk, request_of("status",
                                          json_object_new_string(probe->job)),
                      t->site->answer_within_s, &answer, &probe->err);
    status = json_object_get(first_of(answer, "jobs"));
    json_object_put(answer);
    return status;
}

static void cancel(struct ft_tester *t, const struct ft_probe *probe)
{
    struct json_object *answer = NULL;

    (void)ft_talk_ask(t->talk, request_of("cancel",
                                          json_object_new_string(probe->job)),
                      t->site->answer_within_s, &answer, NULL);
    json_object_put(answer);
}

static bool is_over(struct json_object *status)
{
    const char *state = ft_json_str_or(status, "state", "");

    return strcmp(state, "ended") == 0 || strcmp(state, "not_found") == 0;
}

/* Until it is over, the time is, or nothing will be told any more; the last
 * state, or NULL. */
static struct json_object *await(struct ft_tester *t, struct ft_probe *probe)
{
    int64_t by = ft_clock_mono_ns() + (int64_t)(t->options->timeout_s * 1e9);
    struct json_object *status = ask_state(t, probe);

    for (useconds_t pause = POLL_MIN_US;
         !is_over(status) && ft_clock_mono_ns() < by &&
         probe->err.code != FT_EACCES && !ft_tester_is_ended();
         pause = pause * 5 / 4 < POLL_MAX_US ? pause * 5 / 4 : POLL_MAX_US) {
        json_object_put(status);
        (void)usleep(pause);
        status = ask_state(t, probe);
    }
    probe->ended_ns = ft_clock_now_ns();
    return status;
}

/* What it wrote last, fit for one line; the caller frees. */
static char *last_words(const struct ft_tester *t,
                        const struct ft_probe *probe)
{
    char *path = ft_asprintf("%s/%s.err", t->dir, probe->file);
    struct ft_str text = FT_STR_INIT;
    const char *start;

    (void)ft_file_read(path, 1u << 20, &text, NULL);
    free(path);
    while (text.len && text.s[text.len - 1] == '\n')
        ft_str_cut(&text, text.len - 1);
    ft_str_addc(&text, '\0');
    start = strrchr(text.s, '\n');
    start = start ? start + 1 : text.s;
    path = ft_strndup(start, strnlen(start, WORDS_MAX));
    ft_str_release(&text);
    return path;
}

/* What its last words make likely, or NULL. */
static const char *hint_for(const struct ft_tester *t, const char *words)
{
    if (!t->site->shared)
        return NULL;
    if (!*words || strstr(words, t->dir))
        return "does it see this directory under the same path?  If not: "
               "'storage: {shared: false}'";
    if (strstr(words, "module"))
        return "'module_init' and 'modules' of the site file";
    return NULL;
}

static void explain_end(struct ft_tester *t, const struct ft_probe *probe,
                        struct json_object *status)
{
    char *words = last_words(t, probe), *found;

    found = ft_asprintf("job %s ended as %s (%s), exit code %d%s%s",
                        probe->job, ft_json_str_or(status, "outcome", "?"),
                        ft_json_str_or(status, "raw", "?"),
                        (int)ft_json_int_or(status, "exit_code", 0),
                        *words ? ": " : "", words);
    add_check(t, probe, FT_CHECK_FAIL, hint_for(t, words), found);
    free(found);
    free(words);
}

/* True when it ended well; 'status' is what the site said last. */
static bool judge(struct ft_tester *t, const struct ft_probe *probe,
                  struct json_object *status)
{
    const char *state = ft_json_str_or(status, "state", "unknown");
    const char *reason = ft_json_str_or(status, "reason", "");
    bool ok = strcmp(ft_json_str_or(status, "outcome", ""), "ok") == 0;
    char *found;

    if (probe->err.code == FT_EACCES) {
        found = ft_asprintf("what became of job %s is not told: %s",
                            probe->job, probe->err.msg);
        add_check(t, probe, FT_CHECK_FAIL, FT_IDENTITY_HINT, found);
    } else if (!is_over(status)) {
        cancel(t, probe);
        found = ft_asprintf("job %s still %s after %.0f s%s%s; cancelled",
                            probe->job, state, t->options->timeout_s,
                            *reason ? ": " : "", reason);
        add_check(t, probe, FT_CHECK_FAIL,
                  "another --queue, or more time with --timeout", found);
    } else if (strcmp(state, "not_found") == 0) {
        found = ft_asprintf("the site forgot job %s at once", probe->job);
        add_check(t, probe, FT_CHECK_FAIL,
                  "let it remember jobs longer (Slurm: MinJobAge)", found);
    } else if (!ok) {
        explain_end(t, probe, status);
        return false;
    } else {
        found = ft_asprintf("job %s on %s, %.1f s from submission to end",
                            probe->job, ft_json_str_or(status, "host", "?"),
                            (double)(probe->ended_ns - probe->submitted_ns) /
                                1e9);
        add_check(t, probe, FT_CHECK_OK, NULL, found);
    }
    free(found);
    return is_over(status) && ok;
}

bool ft_probe_run(struct ft_tester *t, struct ft_probe *probe)
{
    char *errand = make_errand(t, probe);
    char *path = ft_asprintf("%s/%s.sh", t->dir, probe->file);
    char *script = make_script(t, path);
    struct json_object *status = NULL;
    struct ft_err err;
    bool ok = false;

    if (ft_file_write(path, errand, strlen(errand), 0600, &err) < 0) {
        add_check(t, probe, FT_CHECK_FAIL, NULL, err.msg);
    } else if (submit(t, probe, script)) {
        status = await(t, probe);
        ok = judge(t, probe, status);
    }
    json_object_put(status);
    free(script);
    free(path);
    free(errand);
    return ok;
}

/* site_test.c - does a site do what its file says? */
#include "run/site/site_test_in.h"

#include <math.h>
#include <signal.h>
#include <stdarg.h>
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
#include "base/user.h"
#include "run/site/helper.h"

#define PROBE_S 120.0     /* a site may be slow to count its nodes */
#define SKEW_WARN_S 2.0   /* times in reports look odd */
#define SKEW_FAIL_S 60.0  /* certificates and tokens are refused */

const char *const ft_verdict_names[] = {
    [FT_CHECK_OK] = "ok",
    [FT_CHECK_WARN] = "warn",
    [FT_CHECK_FAIL] = "FAIL",
    [FT_CHECK_SKIP] = "-",
};

/* --- checks --------------------------------------------------------------- */

void ft_tester_add(struct ft_tester *t, const char *name,
                   enum ft_verdict verdict, const char *hint, const char *fmt,
                   ...)
{
    struct ft_checks *checks = t->checks;
    struct ft_str found = FT_STR_INIT;
    va_list ap;

    va_start(ap, fmt);
    ft_str_vaddf(&found, fmt, ap);
    va_end(ap);
    checks->item = ft_grow(checks->item, checks->n, &checks->cap,
                           sizeof(*checks->item));
    checks->item[checks->n++] = (struct ft_check){
        .name = ft_strdup(name),
        .verdict = verdict,
        .found = ft_str_take(&found),
        .hint = ft_strdup(hint),
    };
}

bool ft_checks_failed(const struct ft_checks *checks)
{
    for (size_t i = 0; i < checks->n; i++)
        if (checks->item[i].verdict == FT_CHECK_FAIL)
            return true;
    return false;
}

void ft_checks_release(struct ft_checks *checks)
{
    for (size_t i = 0; i < checks->n; i++) {
        free(checks->item[i].name);
        free(checks->item[i].found);
        free(checks->item[i].hint);
    }
    free(checks->item);
    free(checks->kept);
    *checks = (struct ft_checks){ 0 };
}

/* --- what the adapter says ------------------------------------------------ */

static bool check_adapter(struct ft_tester *t, const struct ft_err *err)
{
    struct json_object *opened = ft_talk_opened(t->talk);
    struct json_object *features = ft_json_or_null(opened, "features");
    struct ft_str can = FT_STR_INIT;

    if (!opened) {
        ft_tester_add(t, "adapter", FT_CHECK_FAIL,
                      err->code == FT_EACCES
                          ? FT_IDENTITY_HINT
                          : "its standard error is shown when it is started "
                            "by hand",
                      "%s", err->msg);
        return false;
    }
    for (size_t i = 0; *ft_json_at_or(features, i, ""); i++)
        ft_str_addf(&can, "%s%s", i ? ", " : "; can ",
                    ft_json_at_or(features, i, ""));
    ft_tester_add(t, "adapter", FT_CHECK_OK, NULL, "%s %s%s",
                  ft_json_str_or(opened, "adapter", t->site->adapter),
                  ft_json_str_or(opened, "version", ""), can.s);
    ft_str_release(&can);
    return true;
}

static size_t n_queues(const struct ft_tester *t, struct json_object **list)
{
    *list = ft_json_or_null(t->found, "queues");
    return json_object_is_type(*list, json_type_array)
               ? json_object_array_length(*list)
               : 0;
}

/* 'name' NULL: the default one; or NULL. */
static struct json_object *find_queue(const struct ft_tester *t,
                                      const char *name)
{
    struct json_object *list;
    size_t n = n_queues(t, &list);

    for (size_t i = 0; i < n; i++) {
        struct json_object *one = json_object_array_get_idx(list, i);

        if (name ? strcmp(ft_json_str_or(one, "name", ""), name) == 0
                 : ft_json_bool_or(one, "default", false))
            return one;
    }
    return NULL;
}

static bool check_scheduler(struct ft_tester *t)
{
    struct json_object *request = json_object_new_object(), *list;
    int64_t begin = ft_clock_mono_ns();
    struct ft_err err = { 0 };
    int rc;

    ft_json_add_str(request, "op", "probe");
    rc = ft_talk_ask(t->talk, request, PROBE_S, &t->found, &err);
    if (!check_adapter(t, &err))
        return false;
    if (rc < 0) {
        ft_tester_add(t, "scheduler", FT_CHECK_FAIL,
                      err.code == FT_EACCES
                          ? FT_IDENTITY_HINT
                          : "is it up, and does 'endpoint' of the site file "
                            "lead to it?", "%s", err.msg);
        return false;
    }
    ft_tester_add(t, "scheduler", FT_CHECK_OK, NULL,
                  "cluster %s, version %s, %zu queues, answered in %.2f s",
                  ft_json_str_or(t->found, "cluster", "without a name"),
                  ft_json_str_or(t->found, "version", "not told"),
                  n_queues(t, &list),
                  (double)(ft_clock_mono_ns() - begin) / 1e9);
    return true;
}

static void check_clock(struct ft_tester *t, double asked_s)
{
    double there_s = ft_json_num_or(t->found, "time_s", 0);
    double now_s = (double)ft_clock_now_ns() / 1e9;
    double skew_s = there_s < asked_s - 1 ? there_s - asked_s + 1
                    : there_s > now_s + 1 ? there_s - now_s - 1
                                          : 0;

    if (!there_s)
        ft_tester_add(t, "clock of the scheduler", FT_CHECK_SKIP, NULL,
                      "not told");
    else if (fabs(skew_s) < SKEW_WARN_S)
        ft_tester_add(t, "clock of the scheduler", FT_CHECK_OK, NULL,
                      "agrees with the one here");
    else
        ft_tester_add(t, "clock of the scheduler",
                      fabs(skew_s) < SKEW_FAIL_S ? FT_CHECK_WARN
                                                 : FT_CHECK_FAIL,
                      "let both machines use NTP", "%.1f s %s the one here",
                      fabs(skew_s), skew_s < 0 ? "behind" : "ahead of");
}

/* --- queues --------------------------------------------------------------- */

static bool exceeds(double file, double site)
{
    return file > 0 && site > 0 && file > site;
}

static void check_site_queue(struct ft_tester *t,
                             const struct ft_site_queue *queue)
{
    struct json_object *there = find_queue(t, queue->name);
    char *name = ft_asprintf("queue %s", queue->name);
    int up = (int)ft_json_int_or(there, "nodes_up", 0);

    if (!there)
        ft_tester_add(t, name, FT_CHECK_FAIL,
                      "'fedtwin site add -n --discover' shows those there are",
                      "the site has no such queue");
    else if (!ft_json_bool_or(there, "up", true) || !up)
        ft_tester_add(t, name, FT_CHECK_WARN, "ask its administrator",
                      "takes no jobs now: %d nodes are up", up);
    else if (exceeds(queue->max_nodes,
                     ft_json_num_or(there, "max_nodes", 0)) ||
             exceeds(queue->max_nodes, ft_json_num_or(there, "nodes", 0)))
        ft_tester_add(t, name, FT_CHECK_FAIL, "lower 'max_nodes'",
                      "has less nodes than the site file's %d",
                      queue->max_nodes);
    else if (exceeds(queue->max_walltime_s,
                     ft_json_num_or(there, "max_walltime_s", 0)))
        ft_tester_add(t, name, FT_CHECK_FAIL, "lower 'max_walltime'",
                      "ends jobs after %.0f s, before the site file's %.0f s",
                      ft_json_num_or(there, "max_walltime_s", 0),
                      queue->max_walltime_s);
    else
        ft_tester_add(t, name, FT_CHECK_OK, NULL, "%d of %d nodes are up", up,
                      (int)ft_json_int_or(there, "nodes", 0));
    free(name);
}

/* The queue that the jobs go to; false when there is none. */
static bool choose_queue(struct ft_tester *t)
{
    const char *asked = t->options->queue;
    struct json_object *there;

    t->site_queue = ft_site_queue_find(t->site, asked);
    t->queue = asked ? asked : t->site_queue ? t->site_queue->name : NULL;
    there = find_queue(t, t->queue);
    t->cores_per_node = (int)ft_json_int_or(there, "cores_per_node", 0);
    t->nodes = (int)ft_json_int_or(there, "nodes_up", 0);
    t->max_walltime_s = ft_json_num_or(there, "max_walltime_s", 0);
    if (t->site_queue && t->site_queue->max_walltime_s > 0 &&
        (t->max_walltime_s <= 0 ||
         t->site_queue->max_walltime_s < t->max_walltime_s))
        t->max_walltime_s = t->site_queue->max_walltime_s;
    if (there)
        return true;
    if (!t->queue)
        ft_tester_add(t, "queue", FT_CHECK_FAIL,
                      "name one in 'queues' of the site file, or with --queue",
                      "the site has no default queue");
    else if (asked && !t->site_queue)
        ft_tester_add(t, "queue", FT_CHECK_FAIL, NULL,
                      "the site has no queue '%s'", asked);
    return false;
}

/* --- jobs ----------------------------------------------------------------- */

static int make_dir(struct ft_tester *t, struct ft_err *err)
{
    char *word;
    int rc = 0;

    t->dir = ft_asprintf("%s/.fedtwin-site-test.XXXXXX", t->options->dir);
    if (!mkdtemp(t->dir))
        return ft_err_sys(err, "cannot create '%s'", t->dir);
    t->word = ft_asprintf("%lld-%d", (long long)ft_clock_now_ns(),
                          (int)getpid());
    t->listen_fd = ft_probe_listen(&t->port);
    word = ft_path_join(t->dir, FT_PROBE_WORD);
    rc = ft_file_write(word, t->word, strlen(t->word), 0600, err);
    free(word);
    return rc;
}

static void run_both(struct ft_tester *t)
{
    int ranks = t->cores_per_node == 1 ? 1 : 2;
    struct ft_probe one = { .name = "1 node", .file = "one", .nodes = 1,
                            .ranks = ranks };
    struct ft_probe two = { .name = "2 nodes", .file = "two", .nodes = 2,
                            .ranks = 2 };
    int most = t->site_queue ? t->site_queue->max_nodes : 0;
    bool ok = ft_probe_run(t, &one);

    if (ok)
        ft_probe_report(t, &one);
    if (t->nodes == 1 || most == 1)
        ft_tester_add(t, "job of 2 nodes", FT_CHECK_SKIP, NULL,
                      "a job may have one node here");
    else if (ok && ft_probe_run(t, &two))
        ft_probe_report(t, &two);
    free(one.job);
    free(two.job);
}

/* A signal that ends us must not leave a job behind: it waits until the jobs
 * are cancelled and everything is put away. */
static void run_jobs(struct ft_tester *t, sigset_t *before)
{
    sigset_t ending;

    sigemptyset(&ending);
    sigaddset(&ending, SIGINT);
    sigaddset(&ending, SIGTERM);
    sigaddset(&ending, SIGHUP);
    (void)sigprocmask(SIG_BLOCK, &ending, before);
    run_both(t);
}

bool ft_tester_is_ended(void)
{
    sigset_t waiting;

    return sigpending(&waiting) == 0 &&
           (sigismember(&waiting, SIGINT) == 1 ||
            sigismember(&waiting, SIGTERM) == 1 ||
            sigismember(&waiting, SIGHUP) == 1);
}

static void clean_up(struct ft_tester *t)
{
    if (t->dir && !ft_tester_is_ended() &&
        (t->options->keep || ft_checks_failed(t->checks)))
        t->checks->kept = t->dir;
    else if (t->dir)
        (void)ft_path_remove(t->dir, NULL); /* a left-over of a test */
    if (!t->checks->kept)
        free(t->dir);
    free(t->word);
    if (t->listen_fd >= 0)
        (void)close(t->listen_fd);
    json_object_put(t->found);
    ft_talk_close(t->talk);
}

int ft_site_test(const struct ft_site *site,
                 const struct ft_site_test_options *options,
                 struct ft_checks *checks, struct ft_err *err)
{
    struct ft_tester t = { .site = site, .options = options,
                           .checks = checks, .listen_fd = -1 };
    double asked_s = (double)ft_clock_now_ns() / 1e9;
    sigset_t before;
    int rc = 0;

    (void)sigprocmask(SIG_BLOCK, NULL, &before);
    *checks = (struct ft_checks){ 0 };
    t.talk = ft_talk_open(site, options->dir, err);
    if (!t.talk)
        return -1;
    if (check_scheduler(&t)) {
        check_clock(&t, asked_s);
        for (size_t i = 0; i < site->n_queues; i++)
            check_site_queue(&t, &site->queue[i]);
        if (choose_queue(&t)) {
            rc = make_dir(&t, err);
            if (rc == 0)
                run_jobs(&t, &before);
        }
    }
    clean_up(&t);
    (void)sigprocmask(SIG_SETMASK, &before, NULL); /* here it may end */
    if (rc < 0)
        ft_checks_release(checks);
    return rc;
}

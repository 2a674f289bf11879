/* site_test_in.h - a test of a site under way
 *
 * site_test.c         its order; what the adapter says
 * site_test_job.c     jobs that look around
 * site_test_report.c  what they found
 * site_test_call.c    whether they reach this machine
 */
#ifndef FT_RUN_SITE_TEST_IN_H
#define FT_RUN_SITE_TEST_IN_H

#include <stdint.h>

#include "base/err.h"
#include "model/site.h"
#include "run/site/site_test.h"

struct ft_talk;
struct json_object;

#define FT_PROBE_WORD "word" /* file that the jobs read */
#define FT_IDENTITY_HINT                                                      \
    "'identity' of the site file says where the credential is"

struct ft_tester {
    const struct ft_site *site;
    const struct ft_site_test_options *options;
    struct ft_checks *checks;
    struct ft_talk *talk;
    struct json_object *found; /* answer to 'probe' */
    const char *queue;         /* where jobs go, or NULL */
    const struct ft_site_queue *site_queue; /* as the file has it, or NULL */
    int cores_per_node, nodes; /* there; 0: not known */
    double max_walltime_s;     /* the shorter one of both; 0: not known */
    char *dir;  /* that the jobs see, too */
    char *word; /* what is in the file */
    int listen_fd, port; /* for those who call; -1: nobody can */
};

/* One job, and what became of it. */
struct ft_probe {
    const char *name; /* "1 node" */
    const char *file; /* "one": its files are DIR/one.* */
    int nodes, ranks;
    char *job;        /* id, or NULL */
    int64_t submitted_ns, ended_ns; /* since 1970, here */
    struct ft_err err; /* why its state was not told when last asked */
};

/* Append a check; 'hint' may be NULL. */
void ft_tester_add(struct ft_tester *t, const char *name,
                   enum ft_verdict verdict, const char *hint, const char *fmt,
                   ...) __attribute__((format(printf, 5, 6)));

/* Does a signal wait to end us? */
bool ft_tester_is_ended(void);

/* Directory of fedtwin's programs at the site. */
const char *ft_tester_programs(const struct ft_tester *t);
extern const char *const ft_probe_programs[]; /* NULL-terminated */

/* Run it to its end; true when it ended well.  The check is added. */
bool ft_probe_run(struct ft_tester *t, struct ft_probe *probe);
/* Add a check for each thing that it looked at. */
void ft_probe_report(struct ft_tester *t, const struct ft_probe *probe);

/* A socket that listens at a free port, or -1. */
int ft_probe_listen(int *port);
/* Append the names of this machine as words of the shell, each after a
 * space. */
struct ft_str;
void ft_probe_hosts(struct ft_str *out);
/* Has anybody called and said 'word'? */
bool ft_probe_called(int fd, const char *word);

#endif

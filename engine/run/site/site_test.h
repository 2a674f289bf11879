/* site_test.h - does a site do what its file says?
 *
 * Asks its adapter, then runs a job of one node and one of two there, and looks
 * at what they found.  Each check has a verdict, what was found, and a hint
 * when that can be helped.
 */
#ifndef FT_RUN_SITE_TEST_H
#define FT_RUN_SITE_TEST_H

#include <stdbool.h>
#include <stddef.h>

struct ft_err;
struct ft_site;

enum ft_verdict { FT_CHECK_OK, FT_CHECK_WARN, FT_CHECK_FAIL, FT_CHECK_SKIP };
extern const char *const ft_verdict_names[]; /* "ok", "warn", "FAIL", "-" */

struct ft_check {
    char *name;
    enum ft_verdict verdict;
    char *found;
    char *hint; /* or NULL */
};

struct ft_checks {
    struct ft_check *item;
    size_t n, cap;
    char *kept; /* directory with what the jobs wrote, when one failed */
};

struct ft_site_test_options {
    const char *dir;   /* of the project, or where else runs would be */
    const char *queue; /* NULL: the site's default */
    double timeout_s;  /* that a job may wait and run */
    bool keep;         /* what the jobs wrote */
};

/* Takes its time.  SIGINT, SIGTERM and SIGHUP are put off until its jobs are
 * cancelled and its files removed.
 *   FT_ESITE   the site has no adapter program: there is nothing to test
 *   FT_EIO, FT_EACCES, FT_ENOSPC   nothing can be written below 'dir' */
int ft_site_test(const struct ft_site *site,
                 const struct ft_site_test_options *options,
                 struct ft_checks *checks, struct ft_err *err);
bool ft_checks_failed(const struct ft_checks *checks);
void ft_checks_release(struct ft_checks *checks);

#endif

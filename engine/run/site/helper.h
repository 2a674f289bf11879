/* helper.h - an adapter program, supervised (share/doc/formats/adapter.md)
 *
 *     ask ->  [ waits for 'open' | sent ]  -> answer
 *
 * The program is started when something is asked, gets 'open' first, and is
 * started again, after pauses that grow, when it has died.  Every request gets
 * exactly one answer, from the loop and never from inside a call.  When the
 * program has none to give (it died, was late, broke the protocol) the answer
 * is made here:
 *
 *     {"ok": false, "error": "unavailable", "reason": TEXT, "sent": BOOL}
 *
 * 'sent' false: the program has not seen the request, so nothing came of it.
 * True: what came of it is not known.  An 'open' that fails answers everything
 * that waits for it, with 'sent' false added.
 *
 * SIGPIPE has to be ignored.
 */
#ifndef FT_RUN_HELPER_H
#define FT_RUN_HELPER_H

#include <stdbool.h>

struct ft_err;
struct ft_helper;
struct ft_site;
struct json_object;
struct uv_loop_s;

#define FT_HELPER_PROTOCOL 1
#define FT_HELPER_WITHIN_S 60.0 /* for an answer, unless the site says */
#define FT_HELPER_PAUSE_MIN_S 0.5
#define FT_HELPER_PAUSE_MAX_S 30.0
#define FT_HELPER_SILENT_MAX 3 /* late answers in a row: then it hangs */

/* 'answer' is borrowed and never NULL. */
typedef void ft_helper_answer(struct json_object *answer, void *arg);

/* The program of a site's adapter, or NULL; the caller frees. */
char *ft_helper_program(const struct ft_site *site);

/* For 'site', which has to live as long, and the project 'project_dir' (NULL:
 * none).  What the program writes to stderr goes to 'log_fd' (-1: nowhere).
 *   FT_ESITE   the site's adapter is no program */
struct ft_helper *ft_helper_new(const struct ft_site *site,
                                const char *project_dir,
                                struct uv_loop_s *loop, int log_fd,
                                struct ft_err *err);

/* 'request' is taken and gets its id. */
void ft_helper_ask(struct ft_helper *helper, struct json_object *request,
                   double within_s, ft_helper_answer *answer, void *arg);

/* Is it among the features that 'open' was answered with?  False until then. */
bool ft_helper_has(const struct ft_helper *helper, const char *feature);

/* The answer to 'open' (adapter, version, features); borrowed, NULL while there
 * is none. */
struct json_object *ft_helper_opened(const struct ft_helper *helper);

/* What waits is answered 'unavailable'; what is asked from now on is dropped.
 * The loop has to turn until it has nothing to do.  NULL is fine. */
void ft_helper_close(struct ft_helper *helper);

/* For commands: a loop of its own, every call waits. */
struct ft_talk;
struct ft_talk *ft_talk_open(const struct ft_site *site,
                             const char *project_dir, struct ft_err *err);
/* 'request' is taken.  On success the caller releases '*answer', whose 'ok' is
 * true.
 *   FT_ESITE    the site does not answer, is busy, or cannot do it
 *   FT_EACCES   denied
 *   FT_EFORMAT  the program did not understand the request */
int ft_talk_ask(struct ft_talk *talk, struct json_object *request,
                double within_s, struct json_object **answer,
                struct ft_err *err);
/* As ft_helper_opened(). */
struct json_object *ft_talk_opened(const struct ft_talk *talk);
void ft_talk_close(struct ft_talk *talk); /* NULL is fine */

/* A talk of one question. */
int ft_helper_ask_once(const struct ft_site *site, const char *project_dir,
                       struct json_object *request, double within_s,
                       struct json_object **answer, struct ft_err *err);

#endif

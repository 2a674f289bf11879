/* home.h - where the agents of a run call home: the engine's side
 *
 * A listener on the loop of the drive.  Whoever connects has to prove within
 * seconds that it knows the run's secret (share/doc/formats/agent.md); only
 * then it is heard.  An agent may go and come back at any time, to the same
 * runner or to the next one.
 */
#ifndef ADAPTERS_HOME_H
#define ADAPTERS_HOME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ft_agent; /* one that is connected */
struct ft_attempt;
struct ft_ending;
struct ft_err;
struct ft_home;
struct json_object;
struct uv_loop_s;

/* What an agent says of itself; borrowed during the call. */
struct ft_agent_hello {
    const char *id;   /* of this agent process, from anywhere else's */
    const char *tag;  /* of its job */
    const char *job;  /* as the site calls it; "": not known */
    const char *host;
    int slots;
    double left_s;    /* of its walltime; -1: not known */
    bool serve;       /* it takes further attempts */
    const uint64_t *held; /* tags of the attempts that it has, and those that */
    size_t n_held;        /* have ended and that are said again */
};

/* 'agent' is valid from joined() until left(), or until home is closed. */
struct ft_home_events {
    /* One that comes back has left() before, if only a moment ago. */
    void (*joined)(struct ft_agent *agent, const struct ft_agent_hello *hello,
                   void *arg);
    /* NULL: the connection broke, and it may come back; else it has ended. */
    void (*left)(struct ft_agent *agent, const char *reason, void *arg);
    void (*accepted)(struct ft_agent *agent, uint64_t tag, void *arg);
    /* It never started and never will there. */
    void (*refused)(struct ft_agent *agent, uint64_t tag, const char *reason,
                    void *arg);
    void (*started)(struct ft_agent *agent, uint64_t tag, const char *host,
                    void *arg);
    void (*progress)(struct ft_agent *agent, uint64_t tag, const char *line,
                     void *arg);
    /* Of the attempt 'tag_text'; may come twice.  When this has returned the
     * agent may forget it. */
    void (*ended)(struct ft_agent *agent, uint64_t tag, const char *tag_text,
                  const struct ft_ending *ending, void *arg);
    void *arg;

    /* Of agents that do not see the files of the run; NULL: there are none. */

    /* The attempt 'tag'; NULL: nobody wants to know of it, or ('*later') it is
     * not known yet. */
    const struct ft_attempt *(*attempt)(uint64_t tag, bool *later, void *arg);
    /* Digests of the bytes under which the site may have an object with this
     * content besides; a list of texts for the caller, or NULL. */
    struct json_object *(*held)(const char *content, void *arg);
    /* What is on its way there, in words. */
    void (*moving)(uint64_t tag, const char *text, void *arg);
    /* The site has a file with this digest, which took so long and so many
     * bytes over the link: an input ('name' NULL) that is an object with this
     * content or, NULL, none; or what the attempt has written as 'name'. */
    void (*moved)(uint64_t tag, const char *name, const char *content,
                  const char *sha256, uint64_t bytes, double seconds,
                  void *arg);
};

/* Listen at a free port of this machine, with a new secret.  FT_EIO. */
struct ft_home *ft_home_open(struct uv_loop_s *loop,
                             const struct ft_home_events *events,
                             struct ft_err *err);
/* The same with the port, if it is free, and the secret that an earlier runner
 * had published at 'path': for agents that cannot look there. */
struct ft_home *ft_home_reopen(struct uv_loop_s *loop,
                               const struct ft_home_events *events,
                               const char *path, struct ft_err *err);
/* No event comes any more; agents go on without.  The loop has to turn. */
void ft_home_close(struct ft_home *home); /* NULL is fine */

/* Where it is and the secret, as agents read it from a file; the caller's. */
struct json_object *ft_home_json(const struct ft_home *home);
/* Put it at 'path', for its owner only, in place of what an earlier runner put
 * there: its agents look for it when they have lost that one. */
int ft_home_publish(const struct ft_home *home, const char *path,
                    struct ft_err *err);

/* Ask an agent that serves to start 'attempt'. */
void ft_home_give(struct ft_agent *agent, const struct ft_attempt *attempt);
void ft_home_cancel(struct ft_agent *agent, uint64_t tag, double grace_s);
/* It is to start nothing more, and to end when it has nothing left. */
void ft_home_finish(struct ft_agent *agent);

/* The caller's own word on it. */
void ft_agent_set(struct ft_agent *agent, void *data);
void *ft_agent_get(const struct ft_agent *agent);

#endif

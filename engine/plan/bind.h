/* bind.h - a task with its inputs known: cache key, task.json, argument list
 *
 * When the versions of all inputs of a task are known it can be bound.  A bound
 * task has everything that an adapter needs and everything that lineage keeps.
 */
#ifndef FT_PLAN_BIND_H
#define FT_PLAN_BIND_H

#include <stdbool.h>
#include <stddef.h>

#include "base/sha256.h"
#include "plan/plan.h"

struct ft_err;
struct ft_store;
struct ft_version;
struct json_object;

/* The versions that tasks have made so far, kept by whoever runs or plans. */
struct ft_have {
    /* The version of output 'out' of 'task', or NULL while there is none (the
     * task was skipped, or an optional output is missing). */
    const struct ft_version *(*version)(const struct ft_have *have,
                                        size_t task, size_t out);
    void *arg;
};

/* One element of an input. */
struct ft_bound_input {
    const struct ft_port *port;       /* or NULL */
    const char *name;                 /* of the input */
    const struct ft_version *version; /* or NULL: a user's file */
    char *path;                       /* where the program finds it */
    char *extract;    /* a file object: name below in/ to extract it to */
    char content[72]; /* "sha256:…" */
};

struct ft_bound {
    size_t task;
    char *name;                 /* "heat[power=45 W]" */
    char key[FT_SHA256_HEX + 1];
    struct json_object *recipe; /* what the key is the digest of */
    struct json_object *cell;   /* or NULL */
    struct json_object *params; /* {} for run, shell, python */
    struct ft_bound_input *in;
    size_t n_in;
    double seed;
    struct ft_resources resources;
};

/* Bind 'task'.  Hashes users' files through the store's index.  FT_EDOC with a
 * position for values that do not fit, FT_ENOENT for a file that is missing. */
struct ft_bound *ft_bind(const struct ft_plan *plan, size_t task,
                         const struct ft_have *have, struct ft_store *store,
                         struct ft_err *err);
void ft_bound_free(struct ft_bound *bound);

/* What of the key differs between two recipes: "parameter 'size': 2 mm -> 1
 * mm", "input 'mesh' has new content", … one line each. */
void ft_recipe_diff(struct json_object *before, struct json_object *after,
                    struct ft_str *out);

/* task.json (share/doc/formats/task.md); the caller releases. */
struct json_object *ft_bound_task_json(const struct ft_plan *plan,
                                       const struct ft_bound *bound,
                                       const char *run, int attempt,
                                       const char *restart);

/* The argument list (NULL-terminated, the caller frees with ft_argv_free())
 * and environment additions ("NAME=value", likewise) in attempt directory
 * 'dir'.  mpirun is put in front by the adapter, not here. */
int ft_bound_command(const struct ft_plan *plan, const struct ft_bound *bound,
                     const char *run, int attempt, const char *dir,
                     char ***argv, char ***env, struct ft_err *err);
void ft_argv_free(char **argv);

/* The lineage record of its results, without what publishing adds. */
struct json_object *ft_bound_lineage(const struct ft_plan *plan,
                                     const struct ft_bound *bound,
                                     const char *run, int attempt,
                                     const char *site);

#endif

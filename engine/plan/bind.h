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
#include "data/store/store.h"
#include "plan/plan.h"

struct ft_err;
struct json_object;

/* The versions that tasks have made so far, kept by whoever runs or plans. */
struct ft_have {
    /* The version of output 'out' of 'task', or NULL while there is none (the
     * task was skipped, or an optional output is missing). */
    const struct ft_version *(*version)(const struct ft_have *have,
                                        size_t task, size_t out);
    /* Was this turn of a loop needed?  False: it was skipped. */
    bool (*needed)(const struct ft_have *have, size_t task);
    /* Optional: the versions that the input consists of, in order, whatever the
     * workflow says of where they come from; the two above are not asked. */
    const struct ft_versions *(*given)(const struct ft_have *have,
                                       const char *input);
    void *arg;
};

/* One element of an input; the elements of one input stand together, in matrix
 * order. */
struct ft_bound_input {
    const char *name;                 /* of the input; borrowed */
    enum ft_object_type type;
    const struct ft_version *version; /* borrowed; NULL: a user's file */
    char *path;    /* absolute: the user's file or the version */
    char *extract; /* an object of type file: where its bytes have to be put,
                      relative to the attempt directory; else NULL */
    char content[FT_CONTENT_TEXT];
    struct ft_versions stored; /* owner of 'version' when it was looked up */
};

struct ft_bound {
    size_t task;
    char *name;                 /* "heat[power=45 W]" */
    char key[FT_SHA256_HEX + 1];
    struct json_object *recipe; /* what the key is the digest of */
    struct json_object *cell;   /* or NULL */
    struct ft_bound_input *in;
    size_t n_in;
    int64_t seed;
    int ranks; /* of the plan, until ft_bound_set_ranks() */
};

/* The cell of 'task' as canonical JSON, "" without a matrix: what the store
 * knows its objects by.  The caller frees. */
char *ft_plan_cell_text(const struct ft_plan *plan, size_t task);

/* Call the versions found under the key of 'task' by its objects and its cell:
 * an equal recipe may have made them under another name. */
void ft_plan_claim(const struct ft_plan *plan, size_t task,
                   struct ft_versions *found);

/* Bind 'task'.  Hashes users' files through the store's index.  FT_EDOC with a
 * position for values that do not fit, FT_ENOENT for a file that is missing. */
struct ft_bound *ft_bind(const struct ft_plan *plan, size_t task,
                         const struct ft_have *have, struct ft_store *store,
                         struct ft_err *err);
/* It runs with so many: somebody has asked for others than the plan says, and
 * recipe and key are those of a plan that says so. */
int ft_bound_set_ranks(struct ft_bound *bound, int ranks, struct ft_err *err);
/* The inputs alone, as far as 'have' and the disk have them by now; '*all' is
 * false when one cannot be had.  There is no recipe and no key. */
struct ft_bound *ft_bind_known(const struct ft_plan *plan, size_t task,
                               const struct ft_have *have,
                               struct ft_store *store, bool *all);
void ft_bound_free(struct ft_bound *bound);

/* What of the key differs between two recipes (a lineage record is one, too):
 * "parameter 'size': 0.002 m -> 0.001 m", "input 'mesh' has new content", …
 * one line each; nothing when they are equal. */
void ft_recipe_diff(struct json_object *before, struct json_object *after,
                    struct ft_str *out);

/* task.json (share/doc/formats/task.md) for attempt directory 'dir'; the
 * caller releases.  'restart' may be NULL. */
struct json_object *ft_bound_task_json(const struct ft_plan *plan,
                                       const struct ft_bound *bound,
                                       const char *run, int attempt,
                                       const char *dir, const char *restart);

/* The argument list (NULL-terminated, the caller frees with ft_words_free())
 * and environment additions ("NAME=value", likewise) in attempt directory
 * 'dir'.  mpirun is put in front by the adapter, not here. */
int ft_bound_command(const struct ft_plan *plan, const struct ft_bound *bound,
                     const char *run, const char *dir, char ***argv,
                     char ***env, struct ft_err *err);

/* The files that the command names, programs and scripts of the module or of
 * the user, as absolute paths: NULL-terminated, freed with ft_words_free(); or
 * NULL: there are none. */
char **ft_bound_files(const struct ft_plan *plan,
                      const struct ft_bound *bound);

/* The lineage record of its results (share/doc/formats/version.md) without what
 * publishing and the end of the attempt add; the caller releases. */
struct json_object *ft_bound_lineage(const struct ft_plan *plan,
                                     const struct ft_bound *bound,
                                     const char *run, int attempt,
                                     const char *site);

#endif

/* rerun.h - a task executed once more, from what its results record
 *
 * The record of a version names the task, its cell, its inputs by version and
 * by digest, and the workflow whose text the store keeps.  The task is bound to
 * exactly these inputs and executed in a scratch directory; its outputs are
 * published in a project of their own there, under the record that they had, so
 * that equal content gives the same version.  The project itself is only read.
 */
#ifndef FT_RUN_RERUN_H
#define FT_RUN_RERUN_H

#include "data/history/diff.h"
#include "data/store/project.h"
#include "plan/bind.h"
#include "run/adapter.h"

struct ft_diags;
struct ft_err;
struct json_object;

/* --- getting ready -------------------------------------------------------- */

struct ft_rerun_input; /* what was recorded of one input */

/* A task as it was, bound as it is now.  What is not borrowed is owned. */
struct ft_rerun {
    const struct ft_project *project; /* borrowed */
    struct json_object *record; /* the lineage of its results */
    struct ft_versions was;     /* which these are */
    struct ft_module_set *modules;
    struct ft_workflow *wf;
    struct ft_plan *plan;
    struct ft_versions state; /* objects of the state of that run */
    struct ft_rerun_input *input;
    size_t n_inputs;
    struct ft_bound *bound;
    bool only_look; /* inputs may be gone: it will not be executed */
};

/* Bind the task that made 'version'.  Problems of the workflow go to 'diags'.
 *   FT_EUSAGE  it was not made by a task
 *   FT_ENOENT  its workflow was not kept; an input, or a file, is gone or not
 *              what it was; with 'only_look' the payloads of inputs may be */
int ft_rerun_prepare(const struct ft_project *project, struct ft_store *store,
                     const char *version, bool only_look,
                     struct ft_rerun *rerun, struct ft_diags *diags,
                     struct ft_err *err);
void ft_rerun_release(struct ft_rerun *rerun);

/* What is not as it was then, one line each: program, scripts, manifest, the
 * rest of the recipe, engine, site.  True when the cache key is the same. */
bool ft_rerun_changes(const struct ft_rerun *rerun, struct ft_str *out);

/* --- executing ------------------------------------------------------------ */

/* Execute it on this machine, in the new directory 'dir', with its inputs held
 * beside it in 'dir'.in, so that no removal takes them meanwhile; waits.
 * SIGINT, SIGTERM and SIGHUP end it (FT_OUT_CANCELLED).  -1: it could not be
 * started. */
int ft_rerun_execute(const struct ft_rerun *rerun, struct ft_store *store,
                     const char *dir, struct ft_ending *ending,
                     struct ft_err *err);

/* --- comparing ------------------------------------------------------------ */

enum ft_rerun_state {
    FT_RERUN_IDENTICAL,
    FT_RERUN_WITHIN,  /* the tolerances */
    FT_RERUN_DIFFERS,
    FT_RERUN_MISSING, /* it was not written this time */
    FT_RERUN_EXTRA,   /* it was not written then */
};
extern const char *const ft_rerun_state_names[];

struct ft_rerun_output {
    char *object;
    const struct ft_version *was; /* one of rerun->was, or NULL */
    char content[FT_CONTENT_TEXT];  /* of the new one, or "" */
    char *path;                     /* its version file */
    enum ft_rerun_state state;
    struct json_object *compare;    /* of two that differ, as in diff.h; or
                                       NULL: what was there is gone */
};

struct ft_rerun_outputs {
    struct ft_rerun_output *item;
    size_t n;
};

/* Publish what was written to 'dir' in a new project at 'scratch', and compare
 * it with what there was.  'used' as for ft_store_compare(). */
int ft_rerun_compare(const struct ft_rerun *rerun, struct ft_store *store,
                     const char *dir, const char *scratch,
                     const struct ft_compare *how, bool *used,
                     struct ft_rerun_outputs *outputs, struct ft_err *err);
void ft_rerun_outputs_release(struct ft_rerun_outputs *outputs);

#endif

/* history.h - states, and the branches and tags that point to them
 *
 * A state is an immutable snapshot of a project: workflow, parameters, object
 * -> version, the states it came from.  A branch is a name that points to one;
 * a run moves the branch that it began on.  Each change below is one record of
 * the oplog, however many objects it concerns, and is durable when the function
 * returns; nothing is ever lost, because states are only added.
 *
 * A state is named by a text (ft_history_find):
 *
 *   NAME           a branch or a tag
 *   RUN            the id of a run: the state that it left behind
 *   a1b2c3         at least 4 digits of a state's id
 *   2026-11-21, 2026-11-21T18:00Z, "10 min ago"
 *                  what the current branch pointed to at that time
 *   …~N            N states before; "~N" alone: before the current one
 */
#ifndef FT_DATA_HISTORY_H
#define FT_DATA_HISTORY_H

#include "base/path.h"
#include "data/store/store.h"

struct ft_diags;
struct ft_module_set;
struct ft_setting;
struct ft_workflow;

#define FT_BRANCH_DEFAULT "main"

/* --- the current branch --------------------------------------------------- */

/* The branch that questions and changes are about; borrowed, valid until the
 * next call.  One that has no state yet is fine.  NULL on failure. */
const char *ft_store_branch(struct ft_store *store, struct ft_err *err);

/* Through this handle, 'branch' is the current one: a run stays on the branch
 * that it began on. */
void ft_store_use_branch(struct ft_store *store, const char *branch);

/* Through this handle, which must be open for reading and cannot publish, the
 * current branch is as it was at 'text' (see above; a branch: that one). */
int ft_store_at(struct ft_store *store, const char *text, struct ft_err *err);

/* The id of the state that the current branch points to, "" when there is
 * none. */
int ft_store_head(struct ft_store *store, char id[FT_SHA256_HEX + 1],
                  struct ft_err *err);

/* The state that 'text' names, NULL: the current one.  FT_ENOENT (with the
 * nearest name, or no state yet), FT_EUSAGE (malformed, ambiguous). */
int ft_history_find(struct ft_store *store, const char *text,
                    char id[FT_SHA256_HEX + 1], struct ft_err *err);

/* --- new states ----------------------------------------------------------- */

/* One object of a state. */
struct ft_binding {
    const char *object;  /* "heat.temperature" */
    const char *cell;    /* canonical JSON or "" */
    const char *version;
};

/* A snapshot to record: what a run leaves behind. */
struct ft_state_new {
    const char *run;
    const char *workflow;      /* digest of the YAML */
    const char *workflow_file; /* as the user named it */
    const char *workflow_text; /* kept once per digest */
    struct json_object *workflow_more; /* [[path, text], …] of its other
                                          files, or NULL; kept likewise */
    struct json_object *source; /* what else it takes to run it again, see
                                   struct ft_recalled; or NULL */
    struct json_object *module_texts; /* [[digest, text], …], kept once each,
                                         or NULL */
    struct json_object *params;
    const char *outcome;       /* "ok", "error", … of the run */
    const char *merge;         /* id of a second parent, or NULL */
    const char *parent;        /* what the branch must point to, or NULL */
    const struct ft_binding *bind; /* all objects of the run */
    size_t n;
};

/* What recording did. */
struct ft_recorded {
    bool changed;                /* there is a new state */
    char kept[FT_NAME_MAX + 1];  /* the branch that was made to keep states
                                    that had been undone; or "" */
};

/* Record the state and move the current branch to it, in one commit.  Objects
 * and cells that 'bind' does not name are dropped from the state (never from
 * the store), but for objects that ft_store_put() has put; a run that changes
 * nothing (same workflow, source, parameters, versions) makes no new state.
 * States that had been undone go on as a branch of their own.
 * FT_ENOENT when a version is not known, FT_EBUSY when the branch points to
 * something else than state->parent. */
int ft_store_record_state(struct ft_store *store,
                          const struct ft_state_new *state,
                          struct ft_recorded *recorded, struct ft_err *err);

/* Publish 'result', which has one output, and record a state in which that is
 * "stage.output" and all other objects are as they were: what 'data put' does.
 * One commit makes both durable; after a failure neither is visible.  A version
 * that the object has already makes no new state. */
int ft_store_put(struct ft_store *store, struct ft_result *result,
                 struct ft_err *err);

/* --- moving --------------------------------------------------------------- */

struct ft_move {
    char branch[FT_NAME_MAX + 1];
    char from[FT_SHA256_HEX + 1], to[FT_SHA256_HEX + 1]; /* states */
    size_t n; /* states gone back or forward; at most what was asked */
};

/* Move the current branch 'n' states back, or forward over states that were
 * undone, as far as it goes; the objects of the state that it comes to are the
 * current ones.  FT_ENOENT when there is nothing to undo or redo. */
int ft_history_undo(struct ft_store *store, size_t n, struct ft_move *move,
                    struct ft_err *err);
int ft_history_redo(struct ft_store *store, size_t n, struct ft_move *move,
                    struct ft_err *err);

/* Make the branch 'name' at the state 'at' (NULL: the current one); with
 * 'force' move one that exists.  FT_EEXIST, FT_EUSAGE (a bad name), FT_ENOENT.
 */
int ft_history_add_branch(struct ft_store *store, const char *name,
                          const char *at, bool force, struct ft_move *move,
                          struct ft_err *err);
/* Without 'force' only when all its states are on other branches or tags, too.
 * FT_EUSAGE for the current branch. */
int ft_history_delete_branch(struct ft_store *store, const char *name,
                             bool force, struct ft_err *err);
/* 'name' becomes the current branch of the project; FT_ENOENT. */
int ft_history_switch(struct ft_store *store, const char *name,
                      struct ft_err *err);

/* Give the state 'at' (NULL: the current one) the name 'name'; with 'force'
 * also when another one has it.  FT_EEXIST. */
int ft_history_add_tag(struct ft_store *store, const char *name,
                       const char *at, bool force,
                       char id[FT_SHA256_HEX + 1], struct ft_err *err);
int ft_history_delete_tag(struct ft_store *store, const char *name,
                          struct ft_err *err);

/* --- reading -------------------------------------------------------------- */

struct ft_state {
    char id[FT_SHA256_HEX + 1];
    char parent[FT_SHA256_HEX + 1]; /* "" for the first */
    char merge[FT_SHA256_HEX + 1];  /* the second one, or "" */
    int64_t time_ns;
    char *run, *workflow, *workflow_file, *outcome, *user;
    char *params, *source; /* canonical JSON, or "" */
    char *names;  /* branches and tags that point here: "main, tag v1"; or "" */
    bool undone;  /* behind the current branch's state: redo leads here */
    size_t n_objects, n_changed;
};
struct ft_states {
    struct ft_state *item;
    size_t n;
};
void ft_states_release(struct ft_states *states);

/* The states of the current branch with those that were undone on it, or with
 * 'all' those of every branch and tag; the newest first, each before those that
 * it came from; at most 'max' (0: all). */
int ft_store_log(struct ft_store *store, bool all, size_t max,
                 struct ft_states *states, struct ft_err *err);

/* One state by id.  FT_ENOENT.  Release with ft_state_release(). */
int ft_store_state(struct ft_store *store, const char *id,
                   struct ft_state *state, struct ft_err *err);
void ft_state_release(struct ft_state *state);

/* The workflow that a state was made by: its text, and [[path, text], …] of its
 * other files or NULL; the caller frees both.  FT_ENOENT. */
int ft_store_workflow(struct ft_store *store, const char *digest, char **text,
                      struct json_object **more, struct ft_err *err);

/* What a state was made by, to be run again.  All owned by the struct. */
struct ft_recalled {
    char *file; /* as the user named it */
    char *text;
    char *dir;  /* relative paths in it start here; itself relative to the
                   project, or absolute */
    struct json_object *more;     /* [[path, text], …], paths relative to 'dir'
                                     or absolute; NULL: none */
    struct json_object *settings; /* [[name, text], …] of parameters */
    struct json_object *modules;  /* [[name, digest, text], …] */
};
void ft_recalled_release(struct ft_recalled *recalled);

/* FT_ENOENT: it was not made by a workflow, or by one that was not kept. */
int ft_store_recall(struct ft_store *store, const char *state,
                    struct ft_recalled *recalled, struct ft_err *err);

/* Read that workflow again: relative paths start where they did, seen from the
 * project in 'project_dir', and its manifests are kept in 'modules', which must
 * outlive it.  With 'to_run' files and programs have to be there.  Problems go
 * to 'diags'; NULL then. */
struct ft_workflow *ft_recalled_workflow(const struct ft_recalled *recalled,
                                         const char *project_dir,
                                         struct ft_module_set *modules,
                                         const struct ft_setting *setting,
                                         size_t n_settings, bool to_run,
                                         struct ft_diags *diags);

/* The objects of a state, by name and position. */
int ft_store_objects(struct ft_store *store, const char *state,
                     struct ft_versions *versions, struct ft_err *err);
/* Those of them that 'other', a state too, may not have: what has changed on
 * the way from the last state before both to either. */
int ft_store_objects_apart(struct ft_store *store, const char *state,
                           const char *other, struct ft_versions *versions,
                           struct ft_err *err);

/* Objects that a state lacks while the one before it had them. */
struct ft_gone {
    char before[FT_SHA256_HEX + 1]; /* the state before */
    char *run;   /* that left them out, or "" */
    bool failed; /* it did not end well */
    size_t n;
};
/* Those that the newest state of 'branch' took away; with 'object' that one,
 * whichever state of the branch did so last.  1, 0 when there is none, or -1.
 * Release in any case. */
int ft_store_gone(struct ft_store *store, const char *branch,
                  const char *object, struct ft_gone *gone,
                  struct ft_err *err);
void ft_gone_release(struct ft_gone *gone);

/* A branch or tag, by name. */
struct ft_name {
    char name[FT_NAME_MAX + 1];
    char state[FT_SHA256_HEX + 1];
    int64_t time_ns; /* of the state */
    bool current;    /* the current branch */
    bool undone;     /* a branch on which states were undone */
};
struct ft_names {
    struct ft_name *item;
    size_t n;
};
void ft_names_release(struct ft_names *names);
int ft_store_branches(struct ft_store *store, struct ft_names *names,
                      struct ft_err *err);
int ft_store_tags(struct ft_store *store, struct ft_names *names,
                  struct ft_err *err);

/* What happened to branches, the newest first. */
struct ft_operation {
    int64_t time_ns;
    char *op;     /* "run", "put", "undo", "redo", "branch", "reset", "keep",
                     "merge", "import", "rebuild", "switch" */
    char *branch, *user;
    char state[FT_SHA256_HEX + 1], old[FT_SHA256_HEX + 1]; /* or "" */
};
struct ft_operations {
    struct ft_operation *item;
    size_t n;
};
void ft_operations_release(struct ft_operations *ops);
int ft_store_operations(struct ft_store *store, size_t max,
                        struct ft_operations *ops, struct ft_err *err);

#endif

/* diff.h - how two states, runs or versions of a project differ
 *
 * A side is what stands on one side of the comparison: parameters, the texts of
 * a workflow and the versions that objects have.  What differs comes as JSON
 * (share/doc/diff.md), because people and programs ask for the same.
 */
#ifndef FT_DATA_DIFF_H
#define FT_DATA_DIFF_H

#include <stdbool.h>

#include "data/store/store.h"
#include "text/quantity.h"

struct ft_err;
struct ft_workflow;
struct json_object;

/* --- sides ---------------------------------------------------------------- */

enum ft_diff_kind { FT_DIFF_STATE, FT_DIFF_RUN, FT_DIFF_DATA, FT_DIFF_FILE };

struct ft_diff_side {
    enum ft_diff_kind kind;
    char *name;    /* id of the state or run, the REF, the file */
    int64_t time_ns; /* 0: it has none */
    /* Of a state, a run or a workflow file: */
    char *run;
    char *workflow_file;
    char *workflow; /* digest, "" without one */
    char *text;     /* of the workflow, or NULL when it is not known */
    struct json_object *more; /* [[path, text], …] of its other files, or
                                 NULL when they are not known */
    struct json_object *params; /* quantities in SI, or NULL */
    size_t n_objects;           /* of a state, which are read when needed */
    struct ft_versions objects; /* of all others, under the names that the side
                                   gives them */
};
void ft_diff_side_release(struct ft_diff_side *side);

/* The state with the full id 'id'.  FT_ENOENT. */
int ft_diff_side_state(struct ft_store *store, const char *id,
                       struct ft_diff_side *side, struct ft_err *err);
/* A workflow file: no objects, so none are compared. */
void ft_diff_side_workflow(const struct ft_workflow *wf,
                           struct ft_diff_side *side);
/* A REF that names an object; digits of a version are none. */
bool ft_diff_is_ref(const char *text);
/* The versions that a REF or digits of a version mean. */
int ft_diff_side_data(struct ft_store *store, const char *ref,
                      struct ft_diff_side *side, struct ft_err *err);

/* --- comparing versions --------------------------------------------------- */

/* When values count as equal: see share/doc/diff.md. */
struct ft_compare {
    double rtol;
    const struct ft_quantity *atol; /* each of another dimension */
    size_t n_atol;
    const char *key; /* column that pairs the rows of tables, or NULL */
    size_t first;    /* differing values listed of each array, 0: as the worker
                        likes */
};

/* What the worker tells of two versions (worker.md "compare"); to arrays in two
 * units "same_dimension" is added.  The caller releases.  'used' has an entry
 * for each of 'atol', which is set when an array has such a unit.  FT_ENOENT
 * when a file is gone, FT_EFORMAT when one is damaged. */
struct json_object *ft_store_compare(struct ft_store *store, const char *a,
                                     const char *b,
                                     const struct ft_compare *how, bool *used,
                                     struct ft_err *err);

/* --- comparing sides ------------------------------------------------------ */

struct ft_diff_how {
    struct ft_compare compare;
    bool names;        /* do not look into objects */
    bool objects_only; /* nothing but objects */
    const char *only;  /* objects whose name begins so, or NULL */
    size_t max;        /* objects listed */
    /* Append what people call the object and cell of a version. */
    void (*call)(const struct ft_version *version, struct ft_str *out);
};

/* The difference as diff.md has it; "same" tells whether there is none.  The
 * caller releases.  'used' as above. */
struct json_object *ft_diff(struct ft_store *store,
                            const struct ft_diff_side *a,
                            const struct ft_diff_side *b,
                            const struct ft_diff_how *how, bool *used,
                            struct ft_err *err);

#endif

/* workflow.h - a workflow, parsed and checked; never changes once built
 *
 * Values may hold expressions; they stay nodes of the document and are
 * evaluated per task by plan/.  Checking has evaluated what does not depend on
 * a task, so that units and types are right before anything is submitted.
 */
#ifndef FT_MODEL_WORKFLOW_H
#define FT_MODEL_WORKFLOW_H

#include <stdbool.h>
#include <stddef.h>

#include "base/map.h"
#include "model/limits.h"
#include "model/module.h"
#include "model/params.h"

#define FT_STAGES_MAX 10000
#define FT_TEXTS_MAX 1000 /* files of one workflow */
#define FT_NESTED_MAX 16  /* files that include or use one another */
#define FT_AXES_MAX 16
#define FT_CELLS_MAX 10000000 /* tasks of one stage */
#define FT_AXIS_MAX 1000000   /* values of one axis */
#define FT_TURNS_MAX 100000   /* of a loop */

enum ft_action {
    FT_ACTION_MODULE,
    FT_ACTION_RUN,    /* argument list, no shell */
    FT_ACTION_SHELL,  /* text for sh -eu, the user's opt-in */
    FT_ACTION_PYTHON, /* path of a script or its text */
    FT_ACTION_USE,    /* another workflow */
};

/* One file of a workflow. */
struct ft_text {
    char *path; /* joined to what names it; the same for the same file */
    char *dir;  /* relative paths in it start here */
    struct ft_doc *doc;
};

/* Names that belong together, those of a workflow file and of what it includes:
 * what the expressions in there see.  A stage that uses another workflow opens
 * a space inside the one that it stands in. */
struct ft_space {
    struct ft_params *params; /* of the workflow itself: borrowed from it */
    struct ft_value *value;   /* of these, in order; likewise */
    bool no_values; /* while it is read: some have none, and that has been
                       reported; nothing is evaluated */
    const struct ft_text **part; /* the files of the space */
    size_t n_parts;
    /* Of a used workflow; of the workflow itself NULL, "" and 0. */
    struct ft_stage *use; /* the stage that uses it; owned */
    char *prefix;         /* "tune.": its stages are called "tune.mesh" */
    size_t depth;         /* spaces around it */
    /* For each parameter the node in use->with if its value depends on the cell
     * of 'use' (ft_space_param()), else NULL. */
    const struct ft_node **varying;
    size_t first, n_stages; /* its stages in the workflow, inner ones too */
    struct ft_port *in;     /* what its stages call ${inputs.NAME} */
    size_t n_in;
    bool bad_inputs; /* while it is read: 'inputs' is wrong and reported */
    struct ft_input *input; /* each of 'in': where it comes from; node NULL:
                               it is left out */
    struct ft_export {
        char *name;
        size_t stage, output;
        bool known; /* false while it is read: reported */
    } *out; /* what the outer space calls ${tune.NAME} */
    size_t n_out;
};

/* Where an input comes from. */
enum ft_source_kind {
    FT_SOURCE_FILE,   /* a path, relative to the workflow file */
    FT_SOURCE_OBJECT, /* ${stage.output} */
    FT_SOURCE_STORED, /* ${store('BRANCH:stage.output')}: an older version */
    FT_SOURCE_NONE,   /* nothing: only turns after the first get something */
};

struct ft_input {
    char *name;
    enum ft_source_kind kind;
    const struct ft_node *node; /* the value as written */
    /* The stage in whose 'in' it is written, one that uses the workflow of this
     * stage; NULL: in this stage's own. */
    const struct ft_stage *by;
    /* FT_SOURCE_FILE: the path joined to the workflow's directory, NULL when it
     * depends on the cell (ft_eval_path() serves both).  FT_SOURCE_STORED: the
     * text of the reference. */
    char *path;
    size_t stage, output;       /* FT_SOURCE_OBJECT: the producer */
    /* FT_SOURCE_OBJECT: so many leading axes are those of a use of both stages:
     * the object is that of the same cell of these. */
    size_t n_shared;
    /* FT_SOURCE_OBJECT: {axis = expr}, borrowed from 'expr' */
    const char *const *axis;
    struct ft_expr *const *chosen;
    size_t n_axes;
    struct ft_expr *expr;       /* owned */
    size_t offset;              /* where that stands in the text of 'node' */
    const struct ft_port *port; /* of the module, or NULL */
    /* 1 + the output of stage 'carry_stage', one of the same loop, that feeds
     * turns after the first, by the turn before; 0: they get what the first
     * gets. */
    size_t carry, carry_stage;
};

struct ft_axis {
    char *name;
    struct ft_value *value; /* evaluated with params */
    size_t n;
};

/* A stage that runs again and again, or all stages of a workflow that one uses,
 * which have no axes of their own.  The last axis, "turn", counts from 1. */
struct ft_loop {
    const struct ft_stage *use; /* that uses them; NULL: a stage by itself */
    size_t *before; /* of several: stages elsewhere that feed one of them */
    size_t n_before;
    size_t judge; /* of several: the one that a decision is told of */
    const struct ft_node *condition; /* NULL: always 'max' turns */
    bool go_on;  /* the condition says when to go on, not when to end */
    bool accept; /* 'max' turns that do not meet it are no failure */
    size_t max;
};

struct ft_retry {
    int max;            /* further attempts */
    unsigned on;        /* bit set of 1u << enum ft_outcome */
    double backoff_s;   /* before the second attempt; doubles */
    double scale_memory, scale_walltime; /* factors, 1 when not said */
};

/* How an attempt ended. */
enum ft_outcome {
    FT_OUT_OK,
    FT_OUT_ERROR,
    FT_OUT_OOM,
    FT_OUT_TIMEOUT,
    FT_OUT_NODE_FAIL,
    FT_OUT_PREEMPTED,
    FT_OUT_CANCELLED,
    FT_OUT_LOST,
};
#define FT_OUTCOMES 8
extern const char *const ft_outcome_names[]; /* "ok" ...; NULL-terminated */
/* False, and 'outcome' untouched: there is none of that name. */
bool ft_outcome_find(const char *name, enum ft_outcome *outcome);

enum ft_cache_policy { FT_CACHE_CONTENT, FT_CACHE_NEVER };

/* As what a task goes to a batch system: run/site/form.h. */
enum ft_form { FT_FORM_AUTO, FT_FORM_JOB, FT_FORM_ARRAY, FT_FORM_PILOT };
extern const char *const ft_form_names[]; /* ends with NULL */

struct ft_stage {
    char *name, *doc;
    struct ft_mark mark;
    const struct ft_text *text;   /* the file that it stands in */
    const struct ft_space *space; /* the names that its expressions know */
    const struct ft_node *node; /* the stage's mapping */
    enum ft_action action;
    const struct ft_module *module; /* FT_ACTION_MODULE */
    const struct ft_node *command;  /* run list, shell or python text */
    char *script;                   /* python: path of the file, or NULL */
    struct ft_input *in;
    size_t n_in;
    struct ft_port *out; /* the module's, or declared by 'out:' */
    size_t n_out;
    const struct ft_node *with; /* module parameters, or NULL */
    size_t *needs;              /* stages, order only */
    size_t n_needs;
    /* foreach: the table whose rows give the tasks, or NULL.  It is not known
     * before a run what they are: ft_stage_set_rows(). */
    struct ft_input *rows;
    struct ft_axis *axis; /* of matrix, or one of foreach; then of loop */
    size_t n_axes;
    size_t n_outer; /* the first axes, which space->use has and owns */
    size_t n_zipped; /* so many in front are columns of rows: cell i has value i
                        of each; no product */
    size_t n_cells; /* product of the axes, 1 without */
    const struct ft_node *when; /* or NULL */
    struct ft_loop *loop; /* that it goes round in, or NULL; if it is not its
                             own it belongs to loop->use */
    struct ft_retry retry;
    double timeout_s; /* 0: none */
    struct ft_resources resources; /* of the stage over the module's */
    const struct ft_node *varying; /* resources that have expressions, or NULL:
                                      the cells differ, ft_eval_resources() */
    const struct ft_node *env;     /* mapping or NULL */
    char *site;                    /* or NULL */
    enum ft_form form;             /* that it asks for */
    enum ft_cache_policy cache;
    bool optional; /* the run goes on and succeeds without its results */
    const struct ft_node *seed; /* or NULL */
    char **modules;             /* environment modules, in order */
    size_t n_modules;
    const struct ft_space *used; /* FT_ACTION_USE: what it opens, or NULL */
    struct ft_stage_state *state; /* while it is read; then NULL */
};

struct ft_workflow {
    struct ft_text **text; /* its files; the first is the workflow itself */
    size_t n_texts;
    struct ft_space **space; /* the first is that of the workflow itself */
    size_t n_spaces;
    struct ft_doc *doc; /* of the first file */
    char *file;   /* as given */
    char *dir;    /* relative paths in the first file start here */
    char *name;
    char *what;   /* its doc line, or NULL */
    char *digest; /* SHA-256 of the text, hex; of several texts that of the
                     digests of all, a line each */
    struct ft_params params;
    struct ft_value *value; /* of params, in order: defaults and -p */
    struct ft_stage *stage; /* in the order written; a stage that uses a
                               workflow is replaced by the stages of that */
    size_t n_stages;
    struct ft_map index;    /* name -> its struct ft_stage */
    size_t *order; /* a topological order of the stages */
    struct ft_limits limits; /* of a run */
};

extern const struct ft_field ft_workflow_fields[];
extern const struct ft_field ft_stage_fields[];

/* A value for a parameter, as text or as a node of a document. */
struct ft_setting {
    const char *name;
    const char *text;   /* from -p, the environment or a journal; or NULL: */
    const char *origin; /* "-p size", for messages; NULL: that */
    const struct ft_doc *doc;
    const struct ft_node *key, *node;
};

/* Read, check and build.  All problems go to 'diags'; NULL when there is an
 * error among them.  'modules' must outlive the workflow. */
struct ft_workflow *ft_workflow_read(const char *path,
                                     struct ft_module_set *modules,
                                     const struct ft_setting *setting,
                                     size_t n_settings,
                                     struct ft_diags *diags);
/* The same from text; relative paths start at 'dir'. */
struct ft_workflow *ft_workflow_parse(const char *file, const char *dir,
                                      const char *text, size_t len,
                                      struct ft_module_set *modules,
                                      const struct ft_setting *setting,
                                      size_t n_settings,
                                      struct ft_diags *diags);

/* What a run keeps of the workflow that it began with. */
struct ft_kept {
    const char *file, *dir; /* as in struct ft_workflow */
    const char *text;       /* of the workflow itself */
    struct ft_kept_text {
        const char *path, *text; /* of every other file */
    } *more;
    size_t n_more;
    const struct ft_setting *setting;
    size_t n_settings;
    bool to_run; /* it will be executed once more */
};

/* The workflow of a run that has begun: the same, but files and programs that
 * are gone since are no errors, so that the run can still be looked at; they
 * are when it is to be executed. */
struct ft_workflow *ft_workflow_recall(const struct ft_kept *kept,
                                       struct ft_module_set *modules,
                                       struct ft_diags *diags);
/* Every file but the first as [[path, text], ...]; the caller releases.  The
 * second leaves out the directory of the first file, where it is the same. */
struct json_object *ft_workflow_texts_json(const struct ft_workflow *wf);
struct json_object *ft_workflow_texts_below(const struct ft_workflow *wf);
/* The values of its parameters by name, quantities in SI; likewise. */
struct json_object *ft_workflow_params_json(const struct ft_workflow *wf);
/* What struct ft_kept calls such a file when the first one is in 'dir'. */
char *ft_workflow_text_path(const char *dir, const char *path);
/* Parameters that are not at their default, as [[name, text], ...] that
 * settings can be made of; the caller releases. */
struct json_object *ft_workflow_settings_json(const struct ft_workflow *wf);
void ft_workflow_free(struct ft_workflow *wf);

/* Index of a stage, or -1. */
long ft_workflow_stage(const struct ft_workflow *wf, const char *name);

/* The rows of stage->rows have come: 'n_columns' axes (taken, with the array)
 * of 'n_rows' values each.  The one thing of a workflow that changes, so that
 * it has one plan at a time. */
void ft_stage_set_rows(struct ft_stage *stage, struct ft_axis *column,
                       size_t n_columns, size_t n_rows);
void ft_stage_forget_rows(struct ft_stage *stage);

/* The values of a cell's axes: axis i of cell c has index
 * (c / product of the sizes behind i) % n_i; the last axis turns fastest. */
const struct ft_value *ft_stage_cell(const struct ft_stage *stage, size_t cell,
                                     size_t axis);
/* The index of that value on its axis. */
size_t ft_stage_place(const struct ft_stage *stage, size_t cell, size_t axis);
/* The cell of stage->space->use that 'cell' belongs to. */
size_t ft_stage_outer_cell(const struct ft_stage *stage, size_t cell);
/* Is there a 'when', its own or one of a stage around it? */
bool ft_stage_has_when(const struct ft_stage *stage);

/* Does the stage go round together with others? */
static inline bool ft_stage_in_round(const struct ft_stage *stage)
{
    return stage->loop && stage->loop->use;
}
/* Do both, in the same loop? */
bool ft_stage_same_round(const struct ft_stage *a, const struct ft_stage *b);
/* The stages that go round with it, itself included: [*first, *first + *n). */
void ft_loop_stages(const struct ft_workflow *wf, const struct ft_stage *stage,
                    size_t *first, size_t *n);

/* Does the input take some cells of its producer only? */
static inline bool ft_input_chooses(const struct ft_input *in)
{
    return in->n_axes || in->n_shared;
}

/* "heat", or "heat[power=45 W,angle=0]". */
void ft_task_name(const struct ft_stage *stage, size_t cell,
                  struct ft_str *out);

#endif

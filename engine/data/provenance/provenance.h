/* provenance.h - lineage in open formats: W3C PROV and RO-Crate
 *
 * share/doc/provenance.md has the mapping.  Both exports are made of a lineage
 * graph (lineage.h) and, when it is that of a run, of what only the run knows:
 * its times, its workflow and the tasks that left no version.
 */
#ifndef FT_DATA_PROVENANCE_H
#define FT_DATA_PROVENANCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "data/provenance/lineage.h"

struct ft_err;
struct ft_str;
struct ft_workflow;
struct json_object;

enum ft_prov_outcome { FT_PROV_MADE, FT_PROV_REUSED, FT_PROV_FAILED };

/* One task of the run: done, taken over from another run, or failed. */
struct ft_prov_task {
    size_t stage; /* of the workflow */
    char *name;   /* "heat[power=45 W]" */
    int attempt;
    enum ft_prov_outcome outcome;
    int64_t start_ns, end_ns;      /* 0: not known */
    const char *reason;            /* of a failure, or NULL */
    const struct ft_versions *out; /* in the order of the stage's outputs; one
                                      that is missing has an empty id; NULL:
                                      none at all */
    struct json_object *record; /* lineage of a task without outputs, or NULL */
};

/* The run that is exported.  It owns its tasks; the rest is borrowed. */
struct ft_prov_run {
    const char *id;
    const char *user;      /* or NULL */
    const char *state;     /* "succeeded" */
    const char *reason;    /* why it did not succeed, or NULL */
    bool succeeded;
    int64_t start_ns, end_ns; /* end 0: it still runs */
    const struct ft_workflow *wf;
    struct ft_prov_task *task;
    size_t n_tasks;
};
void ft_prov_run_release(struct ft_prov_run *run);

/* PROV-JSON: one document; the caller releases.  'run' may be NULL. */
struct json_object *ft_prov_json(struct ft_store *store,
                                 const struct ft_lineage *lineage,
                                 const struct ft_prov_run *run,
                                 struct ft_err *err);

/* --- shared by the exports ------------------------------------------------ */

/* Append 'text' so that it can stand in an IRI and in a qualified name of any
 * syntax of PROV: what is not a letter, a digit, one of "_/" or, inside, one of
 * "-." is percent-encoded. */
void ft_prov_escape(struct ft_str *out, const char *text);

/* "RUN/TASK/ATTEMPT", escaped: names an execution of a task. */
void ft_prov_task_name(struct ft_str *out, const char *run, const char *task,
                       int attempt);
/* The same from a lineage record; of what a person has put "put/VERSION". */
void ft_prov_record_name(struct ft_str *out, struct json_object *record,
                         const char *version);

/* What made a version: "solve.heat/" or "shell/", and the digest of manifest,
 * command line, program and scripts; escaped. */
void ft_prov_tool_name(struct ft_str *out, struct json_object *record);

/* A number that a stage reported says where it was, nothing of its results. */
bool ft_prov_is_progress(const char *key);

/* The engine that did a run, which need not be this one: "fedtwin 0.1.0"; NULL:
 * no record of the run tells.  The caller frees. */
char *ft_prov_engine(const struct ft_lineage *lineage, const char *run);

/* A value of a parameter as text and its unit (borrowed; NULL: it has none). */
const char *ft_prov_value(struct json_object *value, struct ft_str *out);

#endif

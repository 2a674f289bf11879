/* crate.h - a run as a Workflow Run RO-Crate (Provenance Run Crate 0.5)
 *
 * share/doc/provenance.md has the mapping.  What is prospective - the workflow,
 * its steps and tools - is made of the workflow (crate_plan.c), what has
 * happened of the lineage graph and the run (crate_action.c).
 */
#ifndef FT_DATA_CRATE_H
#define FT_DATA_CRATE_H

#include <stdint.h>

#include "data/provenance/crate_doc.h"
#include "data/provenance/provenance.h"

#define FT_CRATE_METADATA "ro-crate-metadata.json"
#define FT_CRATE_RESULTS "results" /* results/<version>.h5 */

struct ft_crate {
    const struct ft_lineage *lineage;
    const struct ft_prov_run *run;
    const char *license;        /* a URL or a text; NULL: none was given */
    int64_t now_ns;             /* when the crate is published */
    char *const *text;          /* of each file of the workflow: its path in the
                                   crate; the first is the workflow itself */
    const struct ft_map *payload; /* ids of the versions whose files are in the
                                     crate */
};

/* The metadata document; the caller releases. */
struct json_object *ft_crate_metadata(const struct ft_crate *crate);

struct ft_stage;

/* --- between the files of the export -------------------------------------- */

/* Workflow, formal parameters, tools, steps and connections. */
void ft_crate_plan(const struct ft_crate *crate, struct ft_crate_doc *doc);
/* Actions, versions, values, agents. */
void ft_crate_actions(const struct ft_crate *crate, struct ft_crate_doc *doc);

/* Ids that both use; the caller frees.  A stage's tool is its module, else the
 * stage itself. */
char *ft_crate_tool_id(const struct ft_stage *stage);
char *ft_crate_step_id(const struct ft_stage *stage);
/* The formal parameter 'name' of a tool: 'kind' is "in", "out" or "param". */
char *ft_crate_formal_id(const char *tool, const char *kind, const char *name);
/* Of the workflow: a parameter of it, or "stage.output". */
char *ft_crate_workflow_param_id(const char *name);
char *ft_crate_workflow_output_id(const char *stage, const char *output);
#endif

/* place.h - where a run keeps its things
 *
 *   .fedtwin/runs/ID/journal        the authority (journal.h)
 *                    modules/       the manifests in force, as they were
 *                    lease          who drives it (lease.h)
 *                    control        socket of the live runner
 *                    summary.json   one line for lists; may be missing
 *                    runner.log     what a detached runner had to say
 *                    work/STAGE.CELL.ATTEMPT/
 */
#ifndef FT_RUN_PLACE_H
#define FT_RUN_PLACE_H

#include <stddef.h>
#include <stdint.h>

#include "run/record/run.h"

struct ft_err;
struct ft_journal;
struct ft_project;
struct ft_workflow;

#define FT_RUNNER_LOG "runner.log"

/* ".../runs/ID" and ".../runs/ID/NAME"; the caller frees. */
char *ft_run_path(const struct ft_project *project, const char *id,
                  const char *name);

/* A fresh id made from the time and chance, with its directory. */
int ft_run_make_dir(const struct ft_project *project, int64_t now_ns,
                    char id[FT_RUN_ID_MAX], struct ft_err *err);

/* The run that 'text' means: an id, a unique prefix or suffix of one, NULL or
 * "last" for the newest.  FT_ENOENT, FT_EUSAGE when several match. */
int ft_run_find(const struct ft_project *project, const char *text,
                char id[FT_RUN_ID_MAX], struct ft_err *err);

/* Every run's id, newest first; the caller frees.  No runs is no error. */
int ft_run_ids(const struct ft_project *project, char (**ids)[FT_RUN_ID_MAX],
               size_t *n, struct ft_err *err);

/* Keep the manifests of the workflow's modules with the run. */
int ft_run_keep_modules(const struct ft_project *project, const char *id,
                        const struct ft_workflow *wf, struct ft_err *err);

/* Read its journal, with the manifests that it keeps.  'journal' NULL: for
 * reading only; else it is opened for more, which the lease must allow. */
struct ft_run *ft_run_replay(const struct ft_project *project, const char *id,
                             struct ft_journal **journal, struct ft_err *err);

/* The modules as they were when the run began. */
struct ft_module_set *ft_run_modules(const struct ft_project *project,
                                     const char *id);

#endif

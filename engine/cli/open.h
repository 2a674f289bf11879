/* open.h - what most commands start with: project, store, workflow, run
 *
 * Each function prints what is wrong and returns the exit status, or 0.
 */
#ifndef FT_CLI_OPEN_H
#define FT_CLI_OPEN_H

#include "cli/cmd.h"
#include "data/store/project.h"
#include "data/store/store.h"
#include "model/workflow.h"
#include "plan/plan.h"
#include "run/record/run.h"

struct ft_forecast;

/* Everything that a command may have open; close with ft_session_close(). */
struct ft_session {
    struct ft_project *project;
    struct ft_store *store;
    struct ft_module_set *modules;
    struct ft_site **site;
    size_t n_sites;
    struct ft_workflow *wf;
    struct ft_plan *plan;
    struct ft_run *run;
};
#define FT_SESSION_INIT { 0 }

int ft_session_project(struct ft_session *s);
/* The project and its store. */
int ft_session_store(struct ft_session *s, enum ft_store_mode mode);
/* The same for a command that reads and has --at: as the project was then. */
int ft_session_look(struct ft_session *s, const struct ft_cli *cli);
/* The same for a command that removes things: on a full disk, too. */
int ft_session_cleaning(struct ft_session *s);
/* Modules are those of the project, if there is one: none is fine. */
void ft_session_modules(struct ft_session *s);
/* A site by the name of a file (with '/' or '.yaml'), or by that of one that is
 * registered (model/site_set.h); the caller frees '*ret'. */
int ft_session_find_site(struct ft_session *s, const char *text,
                         struct ft_site **ret);
/* The sites that --site names, with commas between them; none: this machine,
 * which is NULL among several. */
int ft_session_site(struct ft_session *s, const struct ft_cli *cli);
/* Read and plan the workflow with the -p options; diagnostics are printed.
 * 'file' NULL: what the current state was made by, with its parameters. */
int ft_session_plan(struct ft_session *s, const struct ft_cli *cli,
                    const char *file);
/* Have the sites what the tasks ask for that would run?  Without a forecast
 * that is only warned of. */
int ft_session_fit(const struct ft_session *s,
                   const struct ft_forecast *forecast);
/* A run by id, part of one, or "last" (also NULL). */
int ft_session_run(struct ft_session *s, const char *id);
/* "RUN/TASK"; '*task' is -1 when there is no "/TASK". */
int ft_session_task(struct ft_session *s, const char *text, long *task);

void ft_session_close(struct ft_session *s);

#endif

/* nodes_text.h - nodes that the project leaves out, for status and site show */
#ifndef FT_CLI_NODES_TEXT_H
#define FT_CLI_NODES_TEXT_H

#include "data/store/project.h"
#include "run/record/run.h"

struct json_object;

/* Those of one site: a line each to stdout, or nothing.  'project' may be
 * NULL. */
void ft_nodes_text_site(const struct ft_project *project, const char *site);
/* A list of objects, for --json; the caller's. */
struct json_object *ft_nodes_json_site(const struct ft_project *project,
                                       const char *site);

/* The same of all sites of a run that has not ended. */
void ft_nodes_text_run(const struct ft_project *project,
                       const struct ft_run *run);
struct json_object *ft_nodes_json_run(const struct ft_project *project,
                                      const struct ft_run *run);

#endif

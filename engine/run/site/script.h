/* script.h - the batch script of a job
 *
 * It loads the site's environment modules, sets the site's environment and
 * becomes fedtwin-agent, which therefore gets the signals that the site sends
 * to the script.  Programs are started by the agent.
 */
#ifndef FT_RUN_SCRIPT_H
#define FT_RUN_SCRIPT_H

struct ft_site;

/* For /bin/sh: starts the agent, at the path 'agent', with 'file'; the caller
 * frees. */
char *ft_job_script(const struct ft_site *site, const char *agent,
                    const char *file);

/* The same for an array of jobs: the agent is also given its number. */
char *ft_job_array_script(const struct ft_site *site, const char *agent,
                          const char *file);

/* For a site that does not see the run: what the agent is to do, 'text', stands
 * in the script, and what the job prints goes to the file 'output' there. */
char *ft_job_far_script(const struct ft_site *site, const char *agent,
                        const char *output, const char *text);

#endif

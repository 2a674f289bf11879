/* execute.h - run or resume with progress, and say how it ended
 *
 * Shared by 'run', 'resume' and 'demo'.
 */
#ifndef FT_CLI_EXECUTE_H
#define FT_CLI_EXECUTE_H

#include "cli/open.h"
#include "run/drive.h"

/* -j, -k, --fresh, --deadline and the settings behind them; -1 after printing
 * what is wrong with one. */
int ft_execute_options(const struct ft_cli *cli,
                       struct ft_drive_options *options);

/* Start the planned workflow of 's' in its project; prints the outcome (as JSON
 * with 'json') and returns the exit status. */
int ft_execute_new(struct ft_session *s, const struct ft_drive_options *options,
                   bool json);
int ft_execute_resume(struct ft_session *s, const char *run_id,
                      const struct ft_drive_options *options, bool json);

#endif

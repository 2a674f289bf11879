/* execute.h - run or resume with progress, and say how it ended
 *
 * Shared by 'run', 'resume', 'retry' and 'demo'.
 */
#ifndef FT_CLI_EXECUTE_H
#define FT_CLI_EXECUTE_H

#include "cli/open.h"
#include "cli/progress.h"
#include "run/drive/drive.h"

/* -j, -k, --fresh, --deadline and the settings behind them; -1 after printing
 * what is wrong with one. */
int ft_execute_options(const struct ft_cli *cli,
                       struct ft_drive_options *options);

struct ft_execution {
    const struct ft_drive_options *options;
    const char *resume; /* go on with this run; NULL: start the planned
                           workflow of the session */
    bool json;          /* the outcome */
    ft_progress_begun *begun; /* or NULL */
    void *arg;
};

/* Prints the outcome and returns the exit status. */
int ft_execute(struct ft_session *s, const struct ft_execution *what);
/* The same with a runner that outlives its terminal: print the id of the run
 * and return as soon as it has begun.  From then on its messages go to
 * runs/ID/runner.log. */
int ft_execute_detached(struct ft_session *s, const struct ft_execution *what);

#endif

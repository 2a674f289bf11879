/* alive.h - programs that outlived their runner and cannot be seen
 *
 * A runner that takes over a run ends what the last one left behind; but the
 * processes of another user are not to be looked into, perhaps not even to be
 * seen, and not to be ended.  What every program has is its standard output,
 * with a lock that lasts as long as a process has it open.
 */
#ifndef FT_RUN_ALIVE_H
#define FT_RUN_ALIVE_H

struct ft_err;
struct ft_project;
struct ft_run;

/* FT_EBUSY when a program of a task that has not ended in 'run' is alive: which
 * task, whose, as what process.  Waits a few seconds for one to go: the caller
 * may just have killed it. */
int ft_run_none_alive(const struct ft_project *project,
                      const struct ft_run *run, struct ft_err *err);

#endif

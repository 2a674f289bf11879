/* local_spawn.h - start one attempt as a session of its own */
#ifndef ADAPTERS_LOCAL_SPAWN_H
#define ADAPTERS_LOCAL_SPAWN_H

#include <sys/types.h>

struct ft_attempt;
struct ft_site;

/* Start the program of 'attempt' in its directory: standard input is empty,
 * the streams go to files, an MPI program gets the site's launcher in front
 * (NULL: mpirun).  0 and the process number, or an errno. */
int ft_local_spawn(const struct ft_site *site,
                   const struct ft_attempt *attempt, pid_t *pid);

#endif

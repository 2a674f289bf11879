/* local_spawn.h - start one attempt as a session of its own */
#ifndef ADAPTERS_LOCAL_SPAWN_H
#define ADAPTERS_LOCAL_SPAWN_H

#include <sys/types.h>

#include "base/map.h"

struct ft_attempt;
struct ft_site;

/* Programs are looked for in PATH once a run, not once a task. */
struct ft_local_programs {
    struct ft_map path; /* name -> path */
};
#define FT_LOCAL_PROGRAMS_INIT { .path = FT_MAP_INIT }
void ft_local_programs_release(struct ft_local_programs *programs);

/* How to start the program of 'attempt' in its directory: standard input is
 * empty, the streams go to files, an MPI program gets the site's launcher in
 * front (NULL: mpirun).  0, or an errno and nothing to free. */
struct ft_local_start;
int ft_local_start_new(const struct ft_site *site,
                       const struct ft_attempt *attempt,
                       struct ft_local_programs *programs,
                       struct ft_local_start **ret);
/* Start it: 0 and the process number, or an errno.  The caller is held up until
 * the program has been loaded; any thread may call. */
int ft_local_start_go(struct ft_local_start *start, pid_t *pid);
/* A descriptor that reaches its end when no process of the attempt is left that
 * has kept what it inherited, now the caller's; -1 for MPI, whose launcher
 * closes what it does not know. */
int ft_local_start_alive(struct ft_local_start *start);
const char *ft_local_start_program(const struct ft_local_start *start);
void ft_local_start_free(struct ft_local_start *start);

/* Start the program of 'attempt' for many tasks: it is told --serve, works in
 * 'attempt->dir', reads standard input from 'in', writes standard output to
 * 'out' and its errors to nowhere.  0 and the process number, or an errno. */
int ft_local_spawn_serving(const struct ft_site *site,
                           const struct ft_attempt *attempt, int in, int out,
                           pid_t *pid);

#endif

/* gmsh.h - run the gmsh program
 *
 * Gmsh is under the GPL, so it is a process of its own, never linked.  It is
 * found on PATH when the task runs.
 *
 * It is started with posix_spawn(), which glibc builds on vfork semantics: no
 * copy of this process is made and no fork handlers run, so neither Open MPI's
 * fork guard nor memory registered with a network card is touched.  Its
 * environment is made anew: variables of the MPI job would make Gmsh, which
 * may be linked with MPI itself, believe that it is a rank of ours; a locale,
 * or options in a home directory, would change meshes.
 */
#ifndef GMSH_H
#define GMSH_H

#include "mesh_gmsh/options.h"

/* Rank 0 only.  Run the script of script.h; Gmsh's log goes to standard output
 * line by line, its first error becomes the task's. */
PetscErrorCode gmsh_run(struct stg_task *task, const struct options *options);

#endif

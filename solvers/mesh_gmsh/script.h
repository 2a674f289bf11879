/* script.h - the directory in which Gmsh works, and the script that drives it
 *
 * Gmsh runs in SCRIPT_DIR, on SCRIPT_NAME.  The geometry is linked there under
 * a name of ours, and the further parts under their own, so that a Merge or
 * Include in the geometry finds them.  Options are set after the geometry has
 * been read, so they count even if it sets them too.
 */
#ifndef SCRIPT_H
#define SCRIPT_H

#include "mesh_gmsh/options.h"

#define SCRIPT_DIR "gmsh"
#define SCRIPT_NAME "control.geo"
#define SCRIPT_MESH "mesh.msh"

/* Rank 0 only. */
PetscErrorCode script_write(struct stg_task *task,
                            const struct options *options);

/* Whether a file that Gmsh says it reads was given to the task. */
bool script_knows(const struct stg_task *task, const struct options *options,
                  const char *name);

#endif

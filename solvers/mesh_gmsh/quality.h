/* quality.h - the table that says how good a mesh is
 *
 * A row for the whole mesh, for each type of cell and for each group.
 */
#ifndef QUALITY_H
#define QUALITY_H

#include "mesh_gmsh/shape.h"

/* Points count as equal within this part of the size of the mesh. */
#define QUALITY_SAME_POINT 1e-9

struct quality; /* the rows */

/* One process, all of the mesh in one slab.  Fails when a cell is flat or
 * inside out.  The caller frees it, also then. */
PetscErrorCode quality_measure(struct stg_task *task,
                               const struct stg_mesh *mesh,
                               struct quality **quality);
void quality_free(struct quality *quality);

/* Print the few numbers that one looks at first. */
void quality_print(const struct quality *quality);

/* Collective; 'quality' matters on rank 0 only. */
PetscErrorCode quality_write(struct stg_task *task, const char *path,
                             const struct quality *quality);

#endif

/* quality.h - the table that says how good a mesh is
 *
 * A row for the whole mesh, for each type of cell and for each group.
 */
#ifndef QUALITY_H
#define QUALITY_H

#include "mesh/shape.h"

/* Points count as equal within this part of the size of the mesh. */
#define QUALITY_SAME_POINT 1e-9

struct quality; /* the rows */

/* One process, all of the mesh in one slab.  The caller frees it, also on
 * failure. */
PetscErrorCode quality_measure(const struct stg_mesh *mesh,
                               struct quality **quality);
void quality_free(struct quality *quality);

/* Of the whole mesh: cells that are flat or inside out, least scaled
 * Jacobian. */
int64_t quality_bad_cells(const struct quality *quality);
double quality_jacobian_min(const struct quality *quality);

/* The shape of one cell; same conditions. */
void quality_shape(const struct stg_mesh *mesh, int64_t cell,
                   struct shape *shape);

/* Print the few numbers that one looks at first. */
void quality_print(const struct quality *quality);

/* Collective; 'quality' matters on rank 0 only. */
PetscErrorCode quality_write(struct stg_task *task, const char *path,
                             const struct quality *quality);

#endif

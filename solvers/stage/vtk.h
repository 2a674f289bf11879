/* vtk.h - the parts that files with a mesh or an image share; not for programs
 */
#ifndef STG_VTK_H
#define STG_VTK_H

#include "stage/h5.h"
#include "stage/mesh.h"

/* All collective. */

/* /VTKHDF with Version and Type. */
PetscErrorCode stg_vtk_begin(struct stg_h5 *h5, const char *type);

/* At least the bytes of the largest dataset of a mesh; not collective. */
int64_t stg_vtk_mesh_bytes(const struct stg_mesh *mesh);

/* Points, cells and groups of a mesh. */
PetscErrorCode stg_vtk_write_mesh(struct stg_h5 *h5,
                                  const struct stg_mesh *mesh);
PetscErrorCode stg_vtk_read_mesh(struct stg_h5 *h5, struct stg_mesh *mesh);

/* Units, long name, fedtwin_field and time of the values in 'set'. */
PetscErrorCode stg_vtk_describe(struct stg_h5 *h5, const char *set,
                                const char *unit, const char *long_name,
                                double time_s);

#endif

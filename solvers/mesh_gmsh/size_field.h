/* size_field.h - sizes that another stage asks for, as a view of Gmsh
 *
 * Gmsh looks a size up in the cells of the view.  A new mesh of a curved
 * surface has points a little outside the old one, where Gmsh would find
 * nothing: so the view has a skirt, cells that stand outside on the surface of
 * the old mesh and carry its values on.
 */
#ifndef SIZE_FIELD_H
#define SIZE_FIELD_H

#include "mesh_gmsh/options.h"

#define SIZE_FIELD_VIEW "size.pos" /* in SCRIPT_DIR */

/* The task has one rank.  Write the input 'size_field' in the unit of the
 * geometry. */
PetscErrorCode size_field_write(struct stg_task *task,
                                const struct options *options);

#endif

/* data.h - one number at each point or cell of a field, divided for summing
 *
 * What post.reduce and post.picture work on: a field of any number of
 * components, of which one (or the magnitude) is taken.
 */
#ifndef POST_DATA_H
#define POST_DATA_H

#include "fe/mesh.h"
#include "stage/mesh.h"
#include "stage/stage.h"

struct post_field {
    struct stg_mesh input;   /* as it was read, cut into slabs */
    struct stg_field field;  /* values of the slab; one component */
    struct fe_group *group;
    struct fe_mesh *mesh;
    double *value; /* at local nodes, or of cells, block after block */
};

/* Collective.  Read input 'name', element 'i'.  'component' is "" for values
 * that have one, else "magnitude", "x" ... or "xx" ....  Fields leave facets
 * out: those on points get them from the input "mesh", when it is given.
 * Fails in the user's terms on a component that is not there, on values that
 * are not finite and on a mesh with other points.  post_field_release() frees
 * what was got, also after a failure. */
PetscErrorCode post_field_read(struct stg_task *task, const char *name,
                               size_t i, const char *component,
                               struct post_field *f);
/* Collective.  The same as it is in the file: f->mesh and f->value are NULL. */
PetscErrorCode post_field_load(struct stg_task *task, const char *name,
                               size_t i, const char *component,
                               struct post_field *f);
/* Collective.  The same of an input that is a mesh: no values. */
PetscErrorCode post_mesh_read(struct stg_task *task, const char *name,
                              struct post_field *f);
PetscErrorCode post_field_release(struct post_field *f);
size_t post_field_size(const struct post_field *f); /* of f->value */

/* The nodal values of a cell, or its own for each node; 'first' is the number
 * of cells in the blocks before 'block'. */
void post_cell_values(const struct post_field *f, const struct fe_block *block,
                      PetscInt first, PetscInt c, double v[]);

/* What an input is called in messages: "heat.temperature of power=45 W". */
void post_input_label(const struct stg_input *input, char *text, size_t size);

/* A component of 'components' numbers, or their magnitude (-1), or -2. */
#define POST_MAGNITUDE (-1)
#define POST_NO_COMPONENT (-2)
int post_component(const char *name, int components);

#endif

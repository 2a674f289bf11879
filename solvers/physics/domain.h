/* domain.h - from a task to a divided mesh, and from values at its nodes to
 * the task's outputs
 *
 * A physics is a program that adds its own equations to this: it opens the
 * domain, reads what the user says of the groups of the mesh (given.h), writes
 * a residual and a Jacobian with the kernels of fe/, has newton.h solve them,
 * and writes its fields.  share/doc/physics.md walks through one.
 *
 * Functions are collective unless they say otherwise, and fail in the user's
 * words.
 */
#ifndef PHY_DOMAIN_H
#define PHY_DOMAIN_H

#include "fe/mesh.h"
#include "stage/mesh.h"

struct phy_split; /* physics/split.h */

struct phy_domain {
    struct stg_task *task;
    struct stg_mesh input;  /* as read, of the order that was asked for */
    int64_t given_points;   /* of the mesh before its order was raised */
    struct phy_split *split; /* of its points on contacts; NULL: there are
                                none */
    struct fe_group *group; /* those of 'input', in its order */
    struct fe_mesh *mesh;
    struct fe_tab *tab;     /* by block of the mesh, FE_RULE_SYSTEM; of pairs
                               FE_RULE_NODES: each node is tied to the one on
                               the other side alone, as multigrid wants it */
    PetscInt n;             /* local nodes, ghosts included */
    double *at;             /* 3n: where functions of place are to be taken for
                               them, mesh->x or phy_split_places() */
    bool axial;             /* around the axis y: x is the distance from it */
    double axis_m;          /* points that are as near to it lie on it */
    double thickness_m;     /* of a mesh of two dimensions; else 1 */
};

/* What a place in the mesh stands for: thickness or circumference, m. */
static inline double phy_depth(const struct phy_domain *d, const double x[3])
{
    return d->axial ? 2 * PETSC_PI * x[0] : d->thickness_m;
}

/* Read the input 'mesh', raise it to the order that the parameter 'order'
 * asks for (1 or 2; the mesh's own when absent), and divide it. */
PetscErrorCode phy_domain_open(struct stg_task *task, struct phy_domain *d);
/* The same, with an unknown of its own on each side of a contact: the facets of
 * the groups that the parameter 'contacts' is a mapping of become pairs
 * (fe/elem.h). */
PetscErrorCode phy_domain_open_split(struct stg_task *task,
                                     const char *contacts,
                                     struct phy_domain *d);
/* What a mesh of two dimensions stands for: a sheet of the parameter
 * 'thickness' or, if 'axial', a body of revolution, half of whose section the
 * mesh is; 'parameter' has said which.  To be called before anything is
 * measured. */
PetscErrorCode phy_read_depth(struct phy_domain *d, const char *parameter,
                              bool axial);
/* The same as the parameter 'symmetry' says: none or axial. */
PetscErrorCode phy_read_symmetry(struct phy_domain *d);
/* Area or volume of what a cell or facet of block 'b' stands for, SI; the
 * number of a point is 1.  Not collective. */
double phy_measure(const struct phy_domain *d, int b, const double x[][3]);
/* The mean of nodal values over the volume of the body. */
PetscErrorCode phy_mean(const struct phy_domain *d, const double u[],
                        double *mean);
/* A zeroed or half-built domain is fine. */
PetscErrorCode phy_domain_release(struct phy_domain *d);

/* One number for each local node from an input field of that dimension, on the
 * same mesh, or on the one whose order was raised: it is then linear between
 * the points that it has; or on the one whose points were split. */
PetscErrorCode phy_read_nodes(const struct phy_domain *d, const char *input,
                              const char *unit, double u[]);

/* Write field->components numbers a node, or a cell of the blocks of cells
 * after each other, as that output; field->value is not used.  Cells have
 * three.  Nothing happens when the task does not want the output. */
PetscErrorCode phy_write(const struct phy_domain *d, const char *output,
                         const struct stg_field *field, const double v[]);

#endif

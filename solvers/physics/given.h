/* given.h - what the user says of the groups of the mesh
 *
 * A physics lists its parameters in a table; a row gives each condition that
 * is found a kind of its own numbering:
 *
 *     static const struct phy_param params[] = {
 *         { "flux", FLUX, PHY_QUANTITY, "W.m-2", .facets = true },
 *         { "flux_function", FLUX, PHY_FUNCTION, .facets = true,
 *           .solution = "T" },
 *         { "convection", CONVECTION, PHY_RECORD, .facets = true },
 *     };
 *
 * A parameter is a mapping from names of groups to values, or a list of names;
 * "*" stands for every group that fits and that no parameter of the table
 * names, among cells also for those without a group.  Unknown, unfit and empty
 * groups are errors.
 */
#ifndef PHY_GIVEN_H
#define PHY_GIVEN_H

#include "physics/coef.h"
#include "physics/domain.h"

enum phy_form {
    PHY_QUANTITY,
    PHY_FUNCTION, /* text, see fe/func.h */
    PHY_RECORD,   /* read by the physics from phy_condition.given */
    PHY_NAMES,    /* a list of groups, without values */
};

struct phy_param {
    const char *name;
    int kind;
    enum phy_form form;
    const char *unit;     /* of a quantity; for the physics: of a record */
    bool cells, facets;   /* may be given for groups of these */
    bool edges, points;   /* edges are those of solids; never by "*" */
    bool named;           /* "*" is not allowed */
    bool by_itself;       /* "*" means what this parameter does not name */
    const char *solution; /* its name in functions, or NULL */
};

/* One condition on one group of cells, facets, edges or points. */
struct phy_condition {
    const struct phy_param *param; /* the row that gave it */
    int kind;
    const char *name;       /* of the parameter */
    int group;              /* position in the mesh's table; -1: without */
    int dim;                /* of the group */
    bool everywhere;        /* from "*" */
    struct phy_coef value;  /* of a quantity or a function */
    struct stg_value given; /* of a record: its fields */
    double coefficient;     /* for the physics: a second number */
    double measure;         /* area, volume or number of points; of the edges
                               of a solid the length */
    double flow;            /* for the physics: what comes in through it */
};

struct phy_conditions {
    struct phy_condition *item;
    int n;
};

/* Collective, as all ranks find the same. */
PetscErrorCode phy_conditions_read(const struct phy_domain *d,
                                   const struct phy_param params[], int n,
                                   struct phy_conditions *list);
void phy_conditions_release(struct phy_conditions *list);

/* Does the condition hold on cell or facet 'c' of a block?  Not collective. */
static inline bool phy_holds(const struct phy_condition *condition,
                             const struct fe_block *block, PetscInt c)
{
    return block->elem->dim == condition->dim &&
           block->group[c] == condition->group;
}

/* A property of cells: coef[g] for group g of the mesh, coef[n_groups] for
 * cells without a group, from the parameters NAME (quantities in 'unit') and
 * NAME_function (texts, of 'solution' when not NULL).  A group of cells without
 * a value is an error.  Constants must be positive.  The caller has room for
 * n_groups + 1, zeroed, and releases each.  Collective. */
PetscErrorCode phy_property(const struct phy_domain *d, const char *name,
                            const char *unit, const char *solution,
                            struct phy_coef coef[]);

struct phy_range {
    double above, below; /* both excluded */
    const char *words;   /* "positive" */
};

/* The same for constants alone, within a range: value[g], 0 for groups of
 * facets.  'unit' is NULL for plain numbers.  Collective. */
PetscErrorCode phy_constant(const struct phy_domain *d, const char *name,
                            const char *unit, const struct phy_range *range,
                            double value[]);

/* The points that the records of a parameter have as x, y and z (m, 0 without
 * it), none without the parameter; the caller frees them (PetscFree).  Not
 * collective. */
PetscErrorCode phy_points_read(struct stg_task *task, const char *name,
                               double (**point)[3], int *n);

/* The same of the parameter 'probes'. */
PetscErrorCode phy_probes_read(struct stg_task *task, double (**probe)[3],
                               int *n);

#endif

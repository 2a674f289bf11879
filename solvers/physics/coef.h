/* coef.h - a number that the user gives, or a function of place, time and
 * solution
 *
 * Not collective.  Values are in the SI unit of the parameter.
 */
#ifndef PHY_COEF_H
#define PHY_COEF_H

#include "fe/comm.h"
#include "fe/func.h"
#include "stage/stage.h"

struct phy_coef {
    double value;         /* when there is no function */
    struct fe_func *func; /* or NULL */
    const char *name;     /* of the parameter, for messages */
};

/* A finite quantity in 'unit'. */
PetscErrorCode phy_coef_quantity(const struct stg_value *v, const char *unit,
                                 struct phy_coef *coef);
/* The text of a function, which may use the solution under the name
 * 'solution' (NULL: it may not). */
PetscErrorCode phy_coef_function(const struct stg_value *v,
                                 const char *solution, struct phy_coef *coef);
/* The same alone, without a solution; the caller frees it. */
PetscErrorCode phy_function(const struct stg_value *v, struct fe_func **func);
void phy_coef_release(struct phy_coef *coef);

/* Does it depend on the solution? */
bool phy_coef_is_nonlinear(const struct phy_coef *coef);

/* At a place and time, where the solution is 'u'; *slope is the derivative by
 * u, when not NULL.  A value that is not finite is told in 'msg', when that is
 * still empty. */
double phy_coef_at(const struct phy_coef *coef, const double x[3],
                   double time_s, double u, double *slope, char msg[FE_MSG]);

#endif

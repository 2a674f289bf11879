/* coef.c - constants and functions behind one face */
#include "physics/coef.h"

#include <math.h>
#include <stdio.h>

PetscErrorCode phy_coef_quantity(const struct stg_value *v, const char *unit,
                                 struct phy_coef *coef)
{
    PetscFunctionBeginUser;
    PetscCall(stg_as_quantity(v, unit, &coef->value));
    PetscFunctionReturn(0);
}

PetscErrorCode phy_coef_function(const struct stg_value *v,
                                 const char *solution, struct phy_coef *coef)
{
    const char *text;
    char msg[FE_MSG];

    PetscFunctionBeginUser;
    PetscCall(stg_as_text(v, &text));
    coef->func = fe_func_new_of(text, solution, msg, sizeof(msg));
    if (!coef->func)
        PetscFunctionReturn(stg_fail(v->task, "parameter '%s': %s", v->name,
                                     msg));
    PetscFunctionReturn(0);
}

PetscErrorCode phy_function(const struct stg_value *v, struct fe_func **func)
{
    struct phy_coef coef = { 0 };

    PetscFunctionBeginUser;
    PetscCall(phy_coef_function(v, NULL, &coef));
    *func = coef.func;
    PetscFunctionReturn(0);
}

void phy_coef_release(struct phy_coef *coef)
{
    fe_func_free(coef->func);
    coef->func = NULL;
}

bool phy_coef_is_nonlinear(const struct phy_coef *coef)
{
    return coef->func && fe_func_has_solution(coef->func);
}

double phy_coef_at(const struct phy_coef *coef, const double x[3],
                   double time_s, double u, double *slope, char msg[FE_MSG])
{
    double value, by_u;

    if (slope)
        *slope = 0;
    if (!coef->func)
        return coef->value;
    value = fe_func_slope(coef->func, x, time_s, u, &by_u);
    if (slope)
        *slope = by_u;
    if ((!isfinite(value) || (slope && !isfinite(by_u))) && !msg[0]) {
        int n = snprintf(msg, FE_MSG, "parameter '%s': the function is not "
                         "finite at x = %g, y = %g, z = %g m, t = %g s",
                         coef->name, x[0], x[1], x[2], time_s);

        if (phy_coef_is_nonlinear(coef) && n > 0 && n < FE_MSG)
            (void)snprintf(msg + n, (size_t)(FE_MSG - n),
                           ", where the solution is %g", u);
    }
    return value;
}

/* density.c - what conditions, contacts and materials are at a place, a time
 * and a temperature */
#include <math.h>
#include <stdio.h>

#include "fe/kernel.h"
#include "heat/heat.h"

#define STEFAN_BOLTZMANN 5.670374419e-8 /* W/(m2 K4), exact in the SI of 2019 */

/* The value of a coefficient, weighted over the step as w is. */
static double weighted(const struct heat *heat, const struct phy_coef *coef,
                       const double x[3], double w, double *slope,
                       char msg[FE_MSG])
{
    const struct heat_scheme_now *now = &heat->now;
    double value = phy_coef_at(coef, x, now->time_s, w, slope, msg), before;

    if (now->w_old == 0 || !coef->func)
        return value;
    value *= now->w_new;
    *slope *= now->w_new;
    value += now->w_old * phy_coef_at(coef, x, now->before_s, w, &before, msg);
    *slope += now->w_old * before;
    return value;
}

void heat_density(const struct heat *heat,
                  const struct phy_condition *condition,
                  const struct fe_tab *tab, const double x[][3],
                  const double w[], double s[], double slope[],
                  char msg[FE_MSG])
{
    double at[FE_MAX_POINTS][3], weight[FE_MAX_POINTS];
    double h = condition->coefficient;

    fe_kernel_points(tab, x, at, weight);
    for (int q = 0; q < tab->points; q++) {
        double factor = phy_depth(&heat->d, at[q]), t = 0, value;

        for (int i = 0; i < tab->elem->nodes; i++)
            t += tab->n[q][i] * w[i];
        value = weighted(heat, &condition->value, at[q], t, &slope[q], msg);
        if (condition->kind == HEAT_CONVECTION) {
            slope[q] = -h;
            value = h * (value - t);
        } else if (condition->kind == HEAT_RADIATION) {
            /* |t| t^3 grows with t below zero as well, where Newton may pass */
            double sigma = h * STEFAN_BOLTZMANN, cube = fabs(t) * t * t;

            slope[q] = -4 * sigma * cube;
            value = sigma * (pow(value, 4) - cube * t);
        }
        if (condition->kind == HEAT_POWER)
            factor /= condition->measure;
        s[q] = factor * value;
        slope[q] *= factor;
    }
}

/* What must be positive, also where a function gives it. */
static double positive(const struct heat *heat, const struct phy_coef *coef,
                       const double x[3], double t, double *slope,
                       char msg[FE_MSG])
{
    double value = weighted(heat, coef, x, t, slope, msg);

    if (!(value > 0) && !msg[0])
        (void)snprintf(msg, FE_MSG, "parameter '%s' must be positive, but is "
                       "%g at x = %g, y = %g, z = %g m, where the temperature "
                       "is %g K", coef->name, value, x[0], x[1], x[2], t);
    return value;
}

void heat_properties(const struct heat *heat, const struct heat_material *m,
                     const struct fe_tab *tab, const double x[][3],
                     const double value[], double k[], double k_slope[],
                     double c[], double c_slope[], char msg[FE_MSG])
{
    double at[FE_MAX_POINTS][3], weight[FE_MAX_POINTS];

    fe_kernel_points(tab, x, at, weight);
    for (int q = 0; q < tab->points; q++) {
        double depth = phy_depth(&heat->d, at[q]);
        double density, by_density, specific, by_specific;

        k[q] = depth * positive(heat, &m->conductivity, at[q], value[q],
                                &k_slope[q], msg);
        k_slope[q] *= depth;
        c[q] = c_slope[q] = 0;
        if (heat->c.scheme == HEAT_STEADY)
            continue;
        density = positive(heat, &m->density, at[q], value[q], &by_density,
                           msg);
        specific = positive(heat, &m->specific_heat, at[q], value[q],
                            &by_specific, msg);
        c[q] = depth * density * specific;
        c_slope[q] = depth * (density * by_specific + by_density * specific);
    }
}

void heat_conductance(const struct heat *heat,
                      const struct phy_condition *contact,
                      const struct fe_tab *tab, const double x[][3],
                      const double value[], double h[], double slope[],
                      char msg[FE_MSG])
{
    double at[FE_MAX_POINTS][3], weight[FE_MAX_POINTS];

    fe_kernel_points(tab, x, at, weight);
    for (int q = 0; q < tab->points; q++) {
        double given = positive(heat, &contact->value, at[q], value[q],
                                &slope[q], msg);

        h[q] = phy_depth(&heat->d, at[q]) * pow(given, contact->coefficient);
        slope[q] *= contact->coefficient * h[q] / given;
    }
}

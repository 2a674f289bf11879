/* march.c - the time schemes, and the loop over the steps */
#include <math.h>

#include "heat/heat.h"
#include "stage/stage.h"

#define FIRST 1e-3    /* of the longest step: the first one, when they adapt */
#define SHORTEST 1e-9 /* of the longest step: no use going on */
#define MOST_GROWTH 2 /* BDF2 is stable below 1 + sqrt(2) */
#define CAUTION 0.9

/* Steady: w = u.
 * Theta:  w = theta u + (1 - theta) u_old,  v = (u - u_old) / step.
 * BDF2:   w = u and, with g the ratio of this step to the last one,
 *         v = ((1 + 2g) u - (1 + g)^2 u_old + g^2 u_older) / (1 + g) / step;
 *         the first step is implicit Euler, whose local error is of the same
 *         order. */
static void set_scheme(struct heat *heat, double step_s, double end_s)
{
    const struct heat_case *c = &heat->c;
    double g = heat->step > 0 ? step_s / heat->last_s : 0;
    struct heat_scheme_now *now = &heat->now;

    *now = (struct heat_scheme_now){ .w_new = 1 };
    if (c->scheme == HEAT_STEADY)
        return;
    now->before_s = heat->time_s;
    now->time_s = end_s;
    if (c->scheme == HEAT_THETA) {
        now->w_new = c->theta;
        now->w_old = 1 - c->theta;
        g = 0;
    }
    now->v_new = (1 + 2 * g) / (1 + g) / step_s;
    now->v_old = -(1 + g) / step_s;
    now->v_older = g * g / (1 + g) / step_s;
}

static PetscErrorCode keep_old(struct heat *heat)
{
    double *older = heat->u_older;

    PetscFunctionBeginUser;
    heat->u_older = heat->u_old;
    heat->u_old = older;
    PetscCall(PetscArraycpy(heat->u_old, heat->u, heat->d.n));
    PetscFunctionReturn(0);
}

/* --- steps that follow the error ----------------------------------------- */

/* The largest local error of this BDF2 step, in K: it is a multiple of the
 * distance to the explicit prediction of the same order from the rate before,
 *     u_old + (1 + g) step rate - g^2 (u_old - u_older)
 * (Gresho and Sani, Incompressible Flow and the Finite Element Method). */
static PetscErrorCode find_error(const struct heat *heat, double step_s,
                                 double *error)
{
    double g = step_s / heat->last_s, h = 1 / g;
    double factor = (1 + h) * (1 + h) / (1 + 3 * h + 4 * h * h +
                                         2 * h * h * h);

    PetscFunctionBeginUser;
    *error = 0;
    for (PetscInt i = 0; i < heat->mesh->n_owned; i++) {
        double old = heat->u_old[i];
        double guess = old + (1 + g) * step_s * heat->rate_old[i] -
                       g * g * (old - heat->u_older[i]);

        if (!heat->fixed[i])
            *error = fmax(*error, factor * fabs(heat->u[i] - guess));
    }
    PetscCallMPI(MPI_Allreduce(MPI_IN_PLACE, error, 1, MPI_DOUBLE, MPI_MAX,
                               heat->mesh->comm));
    PetscFunctionReturn(0);
}

/* The next length, after an error at this one; small changes would only cost a
 * new matrix. */
static double adapt(const struct heat *heat, double step_s, double error)
{
    double factor = CAUTION * cbrt(heat->c.error / fmax(error, 1e-300));

    factor = PetscClipInterval(factor, 0.2, MOST_GROWTH);
    if (factor >= 1 && factor < 1.2)
        factor = 1;
    return fmin(factor * step_s, heat->c.step_s);
}

/* Not beyond the end, and no tiny step before it. */
static double fit_to_end(const struct heat *heat, double step_s)
{
    double left = heat->c.end_s - heat->time_s;

    if (step_s >= left * (1 - 1e-9))
        return left;
    return step_s > left / 2 ? left / 2 : step_s;
}

/* Try steps, each shorter, until one is exact enough. */
static PetscErrorCode adaptive_step(struct heat *heat,
                                    struct phy_outcome *outcome)
{
    double step_s = fit_to_end(heat, heat->next_s), error = 0;

    PetscFunctionBeginUser;
    for (;;) {
        double left = heat->c.end_s - heat->time_s;

        set_scheme(heat, step_s, step_s == left ? heat->c.end_s
                                                : heat->time_s + step_s);
        PetscCall(heat_solve(heat, outcome));
        if (!outcome->cause[0] && heat->step > 0)
            PetscCall(find_error(heat, step_s, &error));
        if (!outcome->cause[0] && error <= heat->c.error)
            break;
        step_s = outcome->cause[0] ? step_s / 4 : adapt(heat, step_s, error);
        if (step_s < SHORTEST * heat->c.step_s && outcome->cause[0])
            PetscFunctionReturn(0);
        if (step_s < SHORTEST * heat->c.step_s)
            PetscFunctionReturn(stg_fail(
                heat->task, "at %g s no step of time is short enough for an "
                "error of %g K: it still is %g K with %g s; does a fixed "
                "temperature jump?", heat->time_s, heat->c.error, error,
                step_s));
        PetscCall(PetscArraycpy(heat->u, heat->u_old, heat->d.n));
    }
    for (PetscInt i = 0; i < heat->d.n; i++)
        heat->rate_old[i] = heat->now.v_new * heat->u[i] +
                            heat->now.v_old * heat->u_old[i] +
                            heat->now.v_older * heat->u_older[i];
    heat->next_s = heat->step > 0 ? adapt(heat, step_s, error)
                                  : MOST_GROWTH * step_s;
    heat->last_s = step_s;
    PetscFunctionReturn(0);
}

static PetscErrorCode next_step(struct heat *heat, struct phy_outcome *outcome)
{
    PetscFunctionBeginUser;
    PetscCall(keep_old(heat));
    if (heat->c.error > 0) {
        if (heat->step == 0)
            heat->next_s = FIRST * heat->c.step_s;
        PetscCall(adaptive_step(heat, outcome));
    } else {
        double step_s = heat->c.step_s;

        set_scheme(heat, step_s, (double)(heat->step + 1) * step_s);
        PetscCall(heat_solve(heat, outcome));
        heat->last_s = step_s;
    }
    if (outcome->cause[0])
        PetscFunctionReturn(stg_fail(heat->task, "%s", outcome->cause));
    heat->time_s = heat->now.time_s;
    heat->step++;
    PetscFunctionReturn(0);
}

/* --- the loop ------------------------------------------------------------ */

enum { NOT_DUE, DUE, LAST };

/* Is it time for a checkpoint, or for the last one?  Rank 0 looks at the clock
 * for all. */
static PetscErrorCode is_due(struct heat *heat, double *last_s, int *due)
{
    double now_s = MPI_Wtime();

    PetscFunctionBeginUser;
    *due = now_s - *last_s >= heat->c.checkpoint_s ? DUE : NOT_DUE;
    if (stg_is_warned())
        *due = LAST;
    PetscCallMPI(MPI_Bcast(due, 1, MPI_INT, 0, heat->mesh->comm));
    if (*due)
        *last_s = now_s;
    PetscFunctionReturn(0);
}

static void tell_step(const struct heat *heat, double residual)
{
    const struct heat_case *c = &heat->c;

    if (c->error > 0) /* thousandths of the time */
        stg_progress(heat->task, (int64_t)(1000 * heat->time_s / c->end_s),
                     1000, residual, heat->time_s);
    else
        stg_progress(heat->task, heat->step, c->steps, residual, heat->time_s);
}

static bool is_over(const struct heat *heat)
{
    return heat->c.error > 0 ? heat->time_s >= heat->c.end_s
                             : heat->step >= PetscMax(heat->c.steps, 1);
}

PetscErrorCode heat_march(struct heat *heat)
{
    double last_s = MPI_Wtime();

    PetscFunctionBeginUser;
    while (!is_over(heat)) {
        struct phy_outcome outcome;
        int due;

        PetscCall(next_step(heat, &outcome));
        if (heat->step % heat->c.every == 0 || is_over(heat))
            PetscCall(heat_report(heat, outcome.linear, outcome.residual));
        if (heat->c.scheme == HEAT_STEADY) {
            stg_progress(heat->task, outcome.linear, outcome.linear,
                         outcome.residual, NAN);
            break;
        }
        tell_step(heat, outcome.residual);
        PetscCall(is_due(heat, &last_s, &due));
        if (due)
            PetscCall(heat_checkpoint(heat));
        if (due == LAST && !is_over(heat))
            PetscFunctionReturn(stg_ask_restart(
                heat->task, "stopped after step %d, at %g s of %g s: the time "
                "of the job is nearly over", (int)heat->step, heat->time_s,
                heat->c.end_s));
    }
    PetscFunctionReturn(0);
}

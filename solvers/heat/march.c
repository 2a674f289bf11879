/* march.c - the time schemes, and the loop over the steps */
#include <math.h>

#include "heat/heat.h"
#include "stage/stage.h"

/* Steady: w = u.
 * Theta:  w = theta u + (1 - theta) u_old,  v = (u - u_old) / step.
 * BDF2:   w = u,  v = (3 u - 4 u_old + u_older) / (2 step); the first step is
 *         implicit Euler, whose local error is of the same order. */
static struct heat_scheme_now scheme_now(const struct heat *heat)
{
    const struct heat_case *c = &heat->c;
    struct heat_scheme_now now = { .w_new = 1 };
    double rate;

    if (c->scheme == HEAT_STEADY)
        return now;
    rate = 1 / c->step_s;
    now.before_s = (double)heat->step * c->step_s;
    now.time_s = (double)(heat->step + 1) * c->step_s;
    now.v_new = rate;
    now.v_old = -rate;
    if (c->scheme == HEAT_THETA) {
        now.w_new = c->theta;
        now.w_old = 1 - c->theta;
    } else if (heat->step > 0) {
        now.v_new = 1.5 * rate;
        now.v_old = -2 * rate;
        now.v_older = 0.5 * rate;
    }
    return now;
}

static PetscErrorCode keep_old(struct heat *heat)
{
    PetscInt n = heat->mesh->n_owned + heat->mesh->n_ghosts;
    double *older = heat->u_older;

    PetscFunctionBeginUser;
    heat->u_older = heat->u_old;
    heat->u_old = older;
    PetscCall(PetscArraycpy(heat->u_old, heat->u, n));
    PetscFunctionReturn(0);
}

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

PetscErrorCode heat_march(struct heat *heat)
{
    PetscInt steps = PetscMax(heat->c.steps, 1);
    double last_s = MPI_Wtime();

    PetscFunctionBeginUser;
    while (heat->step < steps) {
        struct heat_scheme_now now = scheme_now(heat);
        PetscInt iterations;
        double residual;
        int due;

        PetscCall(keep_old(heat));
        PetscCall(heat_solve(heat, &now, &iterations, &residual));
        heat->step++;
        if (heat->step % heat->c.every == 0 || heat->step == steps)
            PetscCall(heat_report(heat, iterations, residual));
        if (heat->c.scheme == HEAT_STEADY) {
            stg_progress(heat->task, iterations, iterations, residual, NAN);
            break;
        }
        stg_progress(heat->task, heat->step, steps, residual, now.time_s);
        PetscCall(is_due(heat, &last_s, &due));
        if (due)
            PetscCall(heat_checkpoint(heat));
        if (due == LAST && heat->step < steps)
            PetscFunctionReturn(stg_ask_restart(
                heat->task, "stopped after step %d of %d: the time of the job "
                "is nearly over", (int)heat->step, (int)steps));
    }
    PetscFunctionReturn(0);
}

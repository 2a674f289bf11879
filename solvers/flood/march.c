/* march.c - from the beginning, or a checkpoint, to the end */
#include <math.h>

#include "flood/flood.h"

/* Time of the next row of the tables. */
static double next_report(const struct flood *f)
{
    return fmin((double)f->reports * f->c.report_s, f->c.end_s);
}

/* Steps end at the times of rows; the last one before is not a tiny rest. */
static double allowed(const struct flood *f)
{
    double dt_s = flood_longest_step(f), left = next_report(f) - f->time_s;

    if (f->rate > 0)
        dt_s = fmin(dt_s, f->c.cfl / f->rate);
    return left <= dt_s ? left : fmin(dt_s, 0.5 * left);
}

static PetscErrorCode report_if_due(struct flood *f)
{
    double due = next_report(f);

    PetscFunctionBeginUser;
    if (f->reports == 0 || f->time_s >= due * (1 - 1e-14)) {
        if (f->reports > 0)
            f->time_s = due;
        PetscCall(flood_report(f));
    }
    PetscFunctionReturn(0);
}

/* Any rank may have been told that the time is up, or find it is time. */
static PetscErrorCode checkpoint_if_due(struct flood *f, double *last_s)
{
    int want[2] = { MPI_Wtime() - *last_s >= f->c.checkpoint_s,
                    stg_is_warned() };

    PetscFunctionBeginUser;
    want[0] = stg_rank(f->task) == 0 && want[0];
    PetscCallMPI(MPI_Allreduce(MPI_IN_PLACE, want, 2, MPI_INT, MPI_MAX,
                               f->comm));
    if (!want[0] && !want[1])
        PetscFunctionReturn(0);
    PetscCall(flood_checkpoint(f));
    *last_s = MPI_Wtime();
    if (want[1])
        PetscFunctionReturn(stg_ask_restart(f->task, "the job's time is nearly "
                                            "over; the state at %g s is kept",
                                            f->time_s));
    PetscFunctionReturn(0);
}

PetscErrorCode flood_march(struct flood *f)
{
    double last_s = MPI_Wtime();

    PetscFunctionBeginUser;
    PetscCall(report_if_due(f));
    while (f->time_s < f->c.end_s) {
        PetscCall(flood_step(f, allowed(f)));
        PetscCall(report_if_due(f));
        stg_progress(f->task, (int64_t)(1000 * f->time_s / f->c.end_s), 1000,
                     NAN, f->time_s);
        if (f->time_s < f->c.end_s)
            PetscCall(checkpoint_if_due(f, &last_s));
    }
    PetscFunctionReturn(0);
}

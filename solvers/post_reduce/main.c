/* main.c - fedtwin-post-reduce: numbers out of fields and images, module
 * post.reduce
 */
#include <math.h>

#include "post_reduce/reduce.h"

static PetscErrorCode reduce_one(struct reduce *r, size_t run)
{
    struct reduce_source source = { 0 };
    PetscErrorCode rc, closed = 0;

    rc = (r->images ? reduce_open_image
                    : reduce_open_field)(r->task, run, &r->ask, &source);
    if (!rc && run == 0)
        rc = reduce_begin(r, &source);
    if (!rc)
        rc = reduce_run(r, run, &source);
    if (source.close)
        closed = source.close(&source);
    return rc ? rc : closed;
}

static PetscErrorCode choose_input(struct reduce *r)
{
    bool fields = stg_input_count(r->task, "fields") > 0;

    r->images = stg_input_count(r->task, "images") > 0;
    if (fields != r->images)
        return 0;
    return stg_fail(r->task, "there is %s to reduce; give one of 'fields' and "
                    "'images'", fields ? "more than one thing" : "nothing");
}

static PetscErrorCode reduce_all(struct reduce *r)
{
    PetscFunctionBeginUser;
    PetscCall(reduce_ask_read(r->task, &r->ask));
    PetscCall(choose_input(r));
    PetscCall(post_axes_read(r->task, r->images ? "images" : "fields",
                             &r->axes));
    for (size_t run = 0; run < r->axes.runs; run++) {
        PetscCall(reduce_one(r, run));
        stg_progress(r->task, (int64_t)run + 1, (int64_t)r->axes.runs,
                     NAN, NAN);
    }
    PetscCall(reduce_write(r));
    PetscCall(reduce_write_across(r));
    PetscCall(reduce_envelope(r));
    PetscFunctionReturn(0);
}

static PetscErrorCode run(struct stg_task *task)
{
    struct reduce r = { .task = task };
    PetscErrorCode rc = reduce_all(&r);
    struct post_sheet *all[] = { &r.summary, &r.surfaces, &r.cuts, &r.lines,
                                 &r.samples, &r.probes, &r.points };

    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
        post_sheet_release(all[i]);
    reduce_tracks_release(&r);
    post_axes_release(&r.axes);
    reduce_ask_release(&r.ask);
    return rc;
}

static const struct stg_program program = {
    .name = "fedtwin-post-reduce",
    .module = "post.reduce",
    .run = run,
};

int main(int argc, char **argv)
{
    return stg_main(argc, argv, &program);
}

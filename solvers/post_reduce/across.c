/* across.c - what the runs have in common: statistics of their numbers */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "post_reduce/reduce.h"

PetscErrorCode reduce_track(struct reduce *r, size_t run, const char *place,
                            int what, double value)
{
    struct reduce_track *track;

    PetscFunctionBeginUser;
    if (r->next_track == r->n_tracks) {
        if (r->n_tracks == r->room) {
            r->room = 2 * r->room + 16;
            PetscCall(PetscRealloc(r->room * sizeof(*r->track), &r->track));
        }
        track = &r->track[r->n_tracks++];
        (void)snprintf(track->place, sizeof(track->place), "%s", place);
        track->what = what;
        PetscCall(PetscCalloc1(r->axes.runs, &track->value));
    }
    r->track[r->next_track++].value[run] = value;
    PetscFunctionReturn(0);
}

/* Is the place of a number another than that of the one before? */
static bool is_new(const struct reduce *r, size_t i)
{
    return i == 0 || strcmp(r->track[i].place, r->track[i - 1].place) != 0;
}

static PetscErrorCode add_columns(const struct reduce *r,
                                  struct post_sheet *sheet)
{
    static const char *const names[] = { "mean", "sd", "min", "max" };
    char *words = NULL;

    PetscFunctionBeginUser;
    for (size_t i = 0; i < r->n_tracks; i++)
        if (is_new(r, i))
            PetscCall(post_words_add(&words, r->track[i].place));
    PetscCall(post_sheet_counter(sheet, "place", words));
    PetscCall(post_sheet_counter(sheet, "what", REDUCE_WHATS));
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        PetscCall(post_sheet_column(sheet, names[i], r->unit, NULL));
    for (size_t i = 0; i < r->ask.n_quantiles; i++) {
        char name[32];

        (void)snprintf(name, sizeof(name), "q%g", 100 * r->ask.quantile[i]);
        PetscCall(post_sheet_column(sheet, name, r->unit, "quantile, %"));
    }
    PetscCall(PetscFree(words));
    PetscFunctionReturn(0);
}

/* Every rank has the numbers of all runs, so each works alone.  The runs are a
 * sample, of which the deviation is estimated with n - 1. */
static PetscErrorCode add_row(const struct reduce *r, size_t i, int place,
                              struct post_sheet *sheet)
{
    struct post_samples samples = { 0 };
    struct post_range range = post_range_none;
    struct post_moments m;
    double row[POST_SHEET_COLUMNS], none[3] = { 0, 0, 0 };
    size_t runs = r->axes.runs;

    PetscFunctionBeginUser;
    for (size_t run = 0; run < runs; run++) {
        PetscCall(post_samples_add(&samples, r->track[i].value[run], 1));
        post_range_add(&range, r->track[i].value[run], none);
    }
    PetscCall(post_moments(&samples, PETSC_COMM_SELF, &m));
    row[0] = place;
    row[1] = r->track[i].what;
    row[2] = m.mean;
    row[3] = m.sd * sqrt((double)runs / (double)(runs - 1));
    row[4] = range.min.value;
    row[5] = range.max.value;
    PetscCall(post_quantiles(&samples, PETSC_COMM_SELF,
                             (int)r->ask.n_quantiles, r->ask.quantile,
                             row + 6));
    PetscCall(post_sheet_row(sheet, row));
    post_samples_release(&samples);
    PetscFunctionReturn(0);
}

PetscErrorCode reduce_write_across(struct reduce *r)
{
    struct post_sheet sheet = { 0 };
    int place = -1;

    PetscFunctionBeginUser;
    if (r->axes.runs < 2)
        PetscFunctionReturn(0);
    PetscCall(add_columns(r, &sheet));
    for (size_t i = 0; i < r->n_tracks; i++) {
        place += is_new(r, i);
        PetscCall(add_row(r, i, place, &sheet));
    }
    PetscCall(post_sheet_write(&sheet, r->task, "across"));
    post_sheet_release(&sheet);
    PetscFunctionReturn(0);
}

void reduce_tracks_release(struct reduce *r)
{
    for (size_t i = 0; i < r->n_tracks; i++)
        PetscFree(r->track[i].value);
    PetscFree(r->track);
}

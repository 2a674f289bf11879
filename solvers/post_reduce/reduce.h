/* reduce.h - what post.reduce is asked, and what its parts share
 *
 * main.c goes over the runs.  Each is a source of values: a field (field.c) or
 * an image (image.c).  report.c makes rows of what they say, across.c compares
 * the runs with each other.
 */
#ifndef POST_REDUCE_H
#define POST_REDUCE_H

#include "post/axes.h"
#include "post/cut.h"
#include "post/data.h"
#include "post/image.h"
#include "post/quantity.h"
#include "post/sheet.h"
#include "post/stats.h"

#define REDUCE_NAMES_MAX 256
#define REDUCE_POINTS_MAX 100000
#define REDUCE_QUANTILES_MAX 20

struct reduce_line {
    double from[3], to[3];
    int samples;
};

struct reduce_ask {
    const char *component;
    size_t n_groups, n_surfaces, n_points, n_lines, n_planes, n_quantiles;
    size_t n_point_groups;
    const char *group[REDUCE_NAMES_MAX], *surface[REDUCE_NAMES_MAX];
    const char *point_group[REDUCE_NAMES_MAX];
    double (*point)[3];
    struct reduce_line *line;
    struct post_plane *plane;
    double quantile[REDUCE_QUANTILES_MAX];
};

/* ask.c, not collective.  reduce_ask_release() frees what was got. */
PetscErrorCode reduce_ask_read(struct stg_task *task, struct reduce_ask *ask);
void reduce_ask_release(struct reduce_ask *ask);

/* --- sources -------------------------------------------------------------- */

/* A part of a source: its values, weighted, and where they are extreme. */
struct reduce_region {
    struct post_samples samples;
    struct post_range range;
};

/* A point of a group. */
struct reduce_point {
    int64_t cell; /* its number among the cells of the mesh */
    double x[3], value;
};

struct reduce_source {
    struct stg_task *task;
    const char *label; /* "'heat.temperature' of power=45 W" */
    char unit[POST_UNIT_MAX];
    char long_name[POST_UNIT_MAX]; /* or "" */
    int dimension;
    void *data;

    /* All collective.  The caller releases a region. */

    /* Groups of cells, "*" for all, or of facets. */
    PetscErrorCode (*group)(const struct reduce_source *source,
                            const char *name, bool facets,
                            struct reduce_region *region);
    PetscErrorCode (*cut)(const struct reduce_source *source,
                          const struct post_plane *plane,
                          struct reduce_region *region);
    /* Values at points, on every rank. */
    PetscErrorCode (*at)(const struct reduce_source *source, const char *what,
                         int n, double x[][3], double value[]);
    /* All points of a group of points, in the order of the mesh, on every
     * rank; the caller frees *point with PetscFree(). */
    PetscErrorCode (*points)(const struct reduce_source *source,
                             const char *name, int *n,
                             struct reduce_point **point);
    PetscErrorCode (*close)(struct reduce_source *source);
};

/* field.c: add a piece of a cut to the region; 'user' is a taker. */
struct reduce_piece_taker {
    struct reduce_region *region;
    PetscErrorCode rc;
};
void reduce_take_piece(const struct post_vertex v[], int n, void *user);

/* field.c and image.c: open element 'i' of the input "fields" or "images". */
PetscErrorCode reduce_open_field(struct stg_task *task, size_t i,
                                 const struct reduce_ask *ask,
                                 struct reduce_source *source);
PetscErrorCode reduce_open_image(struct stg_task *task, size_t i,
                                 const struct reduce_ask *ask,
                                 struct reduce_source *source);

/* --- tables --------------------------------------------------------------- */

/* Numbers of one kind, in the unit of the values, one for each run. */
struct reduce_track {
    char place[160];
    int what; /* position in REDUCE_WHATS */
    double *value;
};
#define REDUCE_WHATS "min mean max value"
enum { REDUCE_MIN, REDUCE_MEAN, REDUCE_MAX, REDUCE_VALUE };

struct reduce {
    struct stg_task *task;
    bool images; /* of the input "images", not "fields" */
    struct reduce_ask ask;
    struct post_axes axes;
    char unit[POST_UNIT_MAX]; /* of the values of all runs */
    int dimension;
    struct post_sheet summary, surfaces, cuts, lines, samples, probes, points;
    struct reduce_track *track;
    size_t n_tracks, next_track, room;
};

/* report.c, collective. */
PetscErrorCode reduce_begin(struct reduce *r,
                            const struct reduce_source *source);
PetscErrorCode reduce_run(struct reduce *r, size_t run,
                          const struct reduce_source *source);
PetscErrorCode reduce_write(struct reduce *r);

/* points.c, collective: the rows of the groups of points that are asked for;
 * those of all ranks, of which this one has 'n', for a source. */
PetscErrorCode reduce_add_points(struct reduce *r, size_t run,
                                 const struct reduce_source *source);
PetscErrorCode reduce_gather_points(MPI_Comm comm, int n,
                                    const struct reduce_point mine[], int *all,
                                    struct reduce_point **point);

/* across.c: keep a number of a run; every run gives the same ones in the same
 * order.  Write what they are like across the runs. */
PetscErrorCode reduce_track(struct reduce *r, size_t run, const char *place,
                            int what, double value);
PetscErrorCode reduce_write_across(struct reduce *r);
void reduce_tracks_release(struct reduce *r);

/* envelope.c, collective: fields or images of what the values of all runs at
 * each place are like; none, and rank 0 says so, when the runs do not have the
 * same places. */
enum { REDUCE_LEAST, REDUCE_MOST, REDUCE_AVERAGE, REDUCE_DEVIATION,
       REDUCE_ENVELOPES };
PetscErrorCode reduce_envelope(struct reduce *r);

#endif

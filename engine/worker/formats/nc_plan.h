/* nc_plan.h - which part of a netCDF file becomes an image, and how
 *
 * Each dimension of the variable is an axis of the image, or cut at one index:
 * the one that is wanted, or the only one that it has.
 */
#ifndef FT_WORKER_NC_PLAN_H
#define FT_WORKER_NC_PLAN_H

#include <hdf5.h>

#include "worker/formats/image.h"
#include "worker/formats/nc.h"

struct json_object;

struct ft_nc_want {
    const char *array;         /* NULL: the only one */
    struct json_object *slice; /* {"time": 3}, or NULL */
    /* The rest is for ft_nc_image(): */
    const char *unit;          /* of the values */
    const char *was;           /* what the file says of it, or NULL */
    struct json_object *axes;  /* {"lat": {"was", "unit", "scale"}}, or NULL */
    double spacing_m;          /* of axes without coordinates; 0: not told */
};

struct ft_nc_dim {
    const char *name;    /* last part of its path, "x" ... when it has none */
    int role;            /* 0 x, 1 y, 2 z, without gaps; -1: it is cut */
    uint64_t at;         /* where it is cut */
    bool has_values, time;
    struct ft_nc_var coordinate;
    char *text[FT_IMAGE_TEXTS]; /* of the coordinate */
};

struct ft_nc_plan {
    struct ft_nc nc;
    struct ft_nc_var var;
    struct ft_nc_dim dim[FT_NC_RANK_MAX];
    char *text[FT_IMAGE_TEXTS]; /* of the variable */
};

/* FT_EFORMAT; release it in any case. */
int ft_nc_plan_init(struct ft_nc_plan *plan, const char *src,
                    const struct ft_nc_want *want, struct ft_err *err);
void ft_nc_plan_release(struct ft_nc_plan *plan);

/* What the engine must know of it: "array", "unit", "axes" (worker.md). */
int ft_nc_survey(const char *src, const struct ft_nc_want *want,
                 struct json_object *answer, struct ft_err *err);

/* Write the image into the new file 'file'. */
int ft_nc_image(const char *src, const struct ft_nc_want *want, hid_t file,
                struct ft_err *err);

#endif

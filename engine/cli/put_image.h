/* put_image.h - data put of a variable of a netCDF or HDF5 file */
#ifndef FT_CLI_PUT_IMAGE_H
#define FT_CLI_PUT_IMAGE_H

#include <stdbool.h>

struct ft_cli;
struct ft_store;
struct json_object;

/* What is asked for on the command line. */
struct ft_put_image {
    const char *file, *array, *unit, *length_unit; /* NULL: not given */
    double length_m;           /* of --length-unit; 0: it is "1" */
    double spacing_m;          /* 0: not given */
    struct json_object *slice; /* owned, or NULL */
};

/* Does the name end as those of netCDF files do? */
bool ft_put_is_netcdf(const char *file);

/* Read the options; an exit status, with the error printed. */
int ft_put_image_options(struct ft_put_image *put, const struct ft_cli *cli);

/* Let the worker look at the file, and settle the units: '*unit' of the values,
 * borrowed from 'put' or '*convert'; '*convert' of the request (worker.md),
 * owned by the caller.  An exit status, likewise. */
int ft_put_image_survey(const struct ft_put_image *put, struct ft_store *store,
                        const char **unit, struct json_object **convert);

void ft_put_image_release(struct ft_put_image *put);

#endif

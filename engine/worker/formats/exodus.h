/* exodus.h - meshes in Exodus II files, which are netCDF files of any format
 *
 * Written from the description of the format in its manual.  Every element
 * block becomes a group of its cells, every side set a group of facets, under
 * their names or else their numbers.  Sets of nodes, maps, properties and
 * results are passed over.
 */
#ifndef FT_WORKER_EXODUS_H
#define FT_WORKER_EXODUS_H

#include <hdf5.h>

struct ft_err;

/* Write the mesh in the file 'src', whose coordinates are in 'length_m' metres,
 * into the new file 'file'.  FT_EFORMAT with file and variable. */
int ft_exodus_read(const char *src, double length_m, hid_t file,
                   struct ft_err *err);

#endif

/* msh.h - mesh files of Gmsh (.msh), formats 2.2 and 4.1, as text and binary
 *
 * Written from the description of the formats in Gmsh's manual.  Taken are
 * cells of the highest dimension, and of one less those in a physical group:
 * what mesh.gmsh takes.  Points, curves in space, parametric
 * coordinates, periodic nodes and views are passed over; partitioned meshes,
 * cells of third order, cells that are there twice or in two groups are
 * refused.
 */
#ifndef FT_WORKER_MSH_H
#define FT_WORKER_MSH_H

#include <hdf5.h>

struct ft_err;

#define FT_MSH_FILE_MAX (512ull << 20) /* bytes */

/* Write the mesh in the file 'src', whose coordinates are in 'length_m' metres,
 * into the new file 'file'.  FT_EFORMAT with file, and line or byte. */
int ft_msh_read(const char *src, double length_m, hid_t file,
                struct ft_err *err);

#endif

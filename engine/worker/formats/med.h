/* med.h - meshes in MED files, versions 3 and 4, which are HDF5 files
 *
 * Written from the description of the format in its manual.  The groups that
 * families of elements belong to become groups of cells and facets.  Groups of
 * nodes, profiles, numbers of entities and fields are passed over.  Writers
 * differ in the hand of a solid cell: Salome's look from the other side than
 * VTK's.  Where all of a file do, all are mirrored.
 */
#ifndef FT_WORKER_MED_H
#define FT_WORKER_MED_H

#include <hdf5.h>

struct ft_err;

/* Write the mesh in the file 'src', whose coordinates are in 'length_m' metres,
 * into the new file 'file'.  FT_EFORMAT with file and dataset. */
int ft_med_read(const char *src, double length_m, hid_t file,
                struct ft_err *err);

#endif

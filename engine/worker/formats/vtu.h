/* vtu.h - VTK's XML files of unstructured grids (.vtu)
 *
 * Texts, base64 and raw bytes, inline or appended, plain or packed with zlib,
 * in both byte orders.  The file is not held in memory, its arrays are; what
 * they may take is bounded by FT_GRID_BYTES_MAX and by what a file of its size
 * can hold.
 */
#ifndef FT_WORKER_VTU_H
#define FT_WORKER_VTU_H

#include <hdf5.h>

struct ft_err;

#define FT_VTU_FILE_MAX (512ull << 20) /* bytes */

struct ft_vtu_want {
    double length_m;   /* metres in the unit of the coordinates */
    const char *array; /* "NAME", "PointData/NAME" or "CellData/NAME": that
                          makes a field; NULL: the mesh alone */
    const char *unit;  /* of the array's values; NULL without 'array' */
};

/* Write the mesh or field that the file 'src' holds into the new file 'file'.
 * FT_EFORMAT with file and line. */
int ft_vtu_read(const char *src, const struct ft_vtu_want *want, hid_t file,
                struct ft_err *err);

#endif

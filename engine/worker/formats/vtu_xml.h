/* vtu_xml.h - the elements of a .vtu file, and its inline arrays
 *
 * The text is read up to <AppendedData>, behind which raw bytes may stand.
 */
#ifndef FT_WORKER_VTU_XML_H
#define FT_WORKER_VTU_XML_H

#include "base/str.h"
#include "worker/formats/vtu_data.h"

enum ft_vtu_slot {
    FT_VTU_POINTS,
    FT_VTU_CONNECTIVITY,
    FT_VTU_OFFSETS,
    FT_VTU_TYPES,
    FT_VTU_FIELD,
    FT_VTU_SLOTS
};

struct ft_vtu_array {
    bool found, done; /* done: it was inline */
    int line;         /* of its element */
    int columns;
    uint64_t offset;  /* behind the underscore of the appended data */
    struct ft_vtu_values values; /* 'value' is owned */
};

struct ft_vtu_file {
    const char *name;   /* for errors */
    int fd;
    uint64_t size_bytes;
    const char *wanted; /* array of the field, as in ft_vtu_want; or NULL */
    /* Filled: */
    struct ft_vtu_layout layout;
    uint64_t n_points, n_cells;
    struct ft_vtu_array array[FT_VTU_SLOTS];
    bool cells;              /* the field's values are of cells */
    struct ft_str others;    /* arrays that are there, for a hint */
    uint64_t appended;       /* where that element's content begins, or 0 */
    bool appended_base64;
};

/* The caller releases the file also after an error. */
int ft_vtu_read_xml(struct ft_vtu_file *file, struct ft_err *err);
void ft_vtu_file_release(struct ft_vtu_file *file);

/* "PointData/T" or "CellData/T" without the part in front. */
const char *ft_vtu_array_name(const char *wanted);

#endif

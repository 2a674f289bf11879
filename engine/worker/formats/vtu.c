/* vtu.c - VTK's XML files of unstructured grids: from arrays to an object */
#include "worker/formats/vtu.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/err.h"
#include "worker/copy.h"
#include "worker/formats/grid.h"
#include "worker/formats/vtu_xml.h"
#include "worker/h5.h"

#define TAIL_BYTES 4096 /* at the end of the file, with the last elements */
#define LEAD_BYTES 256  /* white space before the appended data */

static const char *const slot_name[] = {
    [FT_VTU_POINTS] = "Points",   [FT_VTU_CONNECTIVITY] = "connectivity",
    [FT_VTU_OFFSETS] = "offsets", [FT_VTU_TYPES] = "types",
};

/* --- appended data -------------------------------------------------------- */

static int read_at(const struct ft_vtu_file *file, uint64_t at, size_t n,
                   char *to, struct ft_err *err)
{
    return pread(file->fd, to, n, (off_t)at) == (ssize_t)n
               ? 0 : ft_copy_changed(file->name, err);
}

/* Behind the underscore. */
static int find_begin(const struct ft_vtu_file *file, uint64_t *begin,
                      struct ft_err *err)
{
    uint64_t left = file->size_bytes - file->appended;
    size_t n = left < LEAD_BYTES ? (size_t)left : LEAD_BYTES, i = 0;
    char text[LEAD_BYTES];

    if (read_at(file, file->appended, n, text, err) < 0)
        return -1;
    while (i < n && strchr(" \t\r\n", text[i]) && text[i])
        i++;
    if (i == n || text[i] != '_')
        return ft_err_set(err, FT_EFORMAT, "%s: the appended data do not begin "
                          "with '_'", file->name);
    *begin = file->appended + i + 1;
    return 0;
}

/* Raw bytes may look like anything, so the last end of the element counts. */
static int find_end(const struct ft_vtu_file *file, uint64_t begin,
                    uint64_t *end, struct ft_err *err)
{
    static const char mark[] = "</AppendedData>";
    uint64_t left = file->size_bytes - begin;
    size_t n = left < TAIL_BYTES ? (size_t)left : TAIL_BYTES;
    char *text = ft_calloc(n + 1, 1);
    int rc = read_at(file, file->size_bytes - n, n, text, err);
    size_t i = n;

    while (rc == 0 && i > 0 && strncmp(text + i, mark, strlen(mark)) != 0)
        i--;
    if (rc == 0 && (strncmp(text + i, mark, strlen(mark)) != 0 ||
                    !strstr(text + i, "</VTKFile>")))
        rc = ft_err_set(err, FT_EFORMAT, "%s: the file ends within the "
                        "appended data", file->name);
    *end = file->size_bytes - n + i;
    free(text);
    return rc;
}

static int read_appended(struct ft_vtu_file *file, struct ft_vtu_array *array,
                         uint64_t begin, uint64_t end, struct ft_err *err)
{
    struct ft_vtu_source source = {
        .fd = file->fd, .at = begin, .end = end,
        .base64 = file->appended_base64,
    };

    if (array->offset > end - begin)
        return ft_err_set(err, FT_EFORMAT, "%s:%d: the offset %llu of the "
                          "array is beyond the appended data (%llu bytes)",
                          file->name, array->line,
                          (unsigned long long)array->offset,
                          (unsigned long long)(end - begin));
    source.at += array->offset;
    if (ft_vtu_read_bytes(&file->layout, &source, &array->values, err) == 0)
        return 0;
    return ft_err_context(err, "%s:%d: the array", file->name, array->line);
}

static int read_rest(struct ft_vtu_file *file, struct ft_err *err)
{
    uint64_t begin = 0, end = 0;

    if (file->appended && (find_begin(file, &begin, err) < 0 ||
                           find_end(file, begin, &end, err) < 0))
        return -1;
    for (int i = 0; i < FT_VTU_SLOTS; i++) {
        struct ft_vtu_array *array = &file->array[i];

        if (!array->found || array->done)
            continue;
        if (!file->appended)
            return ft_err_set(err, FT_EFORMAT, "%s:%d: there are no appended "
                              "data for the array", file->name, array->line);
        if (read_appended(file, array, begin, end, err) < 0)
            return -1;
    }
    return 0;
}

/* --- the grid ------------------------------------------------------------- */

static int check_found(const struct ft_vtu_file *file, struct ft_err *err)
{
    for (int i = 0; i < FT_VTU_FIELD; i++)
        if (!file->array[i].found)
            return ft_err_set(err, FT_EFORMAT, "%s: there is no array '%s'",
                              file->name, slot_name[i]);
    if (!file->wanted || file->array[FT_VTU_FIELD].found)
        return 0;
    ft_err_set(err, FT_EFORMAT, "%s: there is no array '%s' of points or cells",
               file->name, file->wanted);
    return ft_err_hint(err, file->others.len ? "there is %s"
                                             : "there is none%s",
                       file->others.s);
}

/* A grid has one number more of offsets: the 0 in front. */
static int64_t *take_offsets(const struct ft_vtu_file *file)
{
    int64_t *offsets = ft_calloc(file->n_cells + 1, sizeof(*offsets));

    if (file->n_cells)
        memcpy(offsets + 1, file->array[FT_VTU_OFFSETS].values.value.i,
               file->n_cells * sizeof(*offsets));
    return offsets;
}

static int take_types(const struct ft_vtu_file *file, struct ft_grid *grid,
                      struct ft_err *err)
{
    const int64_t *type = file->array[FT_VTU_TYPES].values.value.i;

    grid->types = ft_calloc(grid->n_cells, sizeof(*grid->types));
    for (uint64_t i = 0; i < grid->n_cells; i++) {
        if (type[i] < 0 || type[i] > UINT8_MAX)
            return ft_err_set(err, FT_EFORMAT, "%s: cell %llu has the VTK type "
                              "%lld", file->name, (unsigned long long)i,
                              (long long)type[i]);
        grid->types[i] = (uint8_t)type[i];
    }
    return 0;
}

/* Points and connectivity change their owner. */
static int make_grid(struct ft_vtu_file *file, double length_m,
                     struct ft_grid *grid, struct ft_err *err)
{
    struct ft_vtu_values *points = &file->array[FT_VTU_POINTS].values;
    struct ft_vtu_values *nodes = &file->array[FT_VTU_CONNECTIVITY].values;

    *grid = (struct ft_grid){
        .n_points = file->n_points, .n_cells = file->n_cells,
        .n_connectivity = nodes->count, .points = points->value.f,
        .connectivity = nodes->value.i,
    };
    points->value.f = NULL;
    nodes->value.i = NULL;
    for (uint64_t i = 0; i < 3 * grid->n_points; i++)
        grid->points[i] *= length_m;
    grid->offsets = take_offsets(file);
    if (take_types(file, grid, err) < 0)
        return -1;
    if (ft_grid_check(grid, err) < 0)
        return ft_err_context(err, "%s", file->name);
    return 0;
}

static int write_object(struct ft_vtu_file *file,
                        const struct ft_vtu_want *want, hid_t h5,
                        struct ft_err *err)
{
    struct ft_vtu_array *array = &file->array[FT_VTU_FIELD];
    struct ft_grid_field field = {
        .cells = file->cells, .unit = want->unit, .columns = array->columns,
        .name = want->array ? ft_vtu_array_name(want->array) : NULL,
        .value = array->values.value.f,
    };
    struct ft_grid grid = { 0 };
    int rc = make_grid(file, want->length_m, &grid, err);

    if (rc == 0)
        rc = ft_grid_write(&grid, want->array ? &field : NULL, h5, err);
    ft_grid_release(&grid);
    return rc;
}

int ft_vtu_read(const char *src, const struct ft_vtu_want *want, hid_t h5,
                struct ft_err *err)
{
    struct ft_vtu_file file = { .name = src, .wanted = want->array,
                                .others = FT_STR_INIT };
    int rc = -1;

    if (want->array &&
        ft_h5_check_name(ft_vtu_array_name(want->array), err) < 0)
        return -1;
    file.fd = ft_source_open(src, &file.size_bytes, err);
    if (file.fd < 0)
        return -1;
    if (!file.size_bytes || file.size_bytes > FT_VTU_FILE_MAX)
        ft_err_set(err, FT_EFORMAT, "'%s' has %llu bytes: 1 to %llu are taken",
                   src, (unsigned long long)file.size_bytes,
                   (unsigned long long)FT_VTU_FILE_MAX);
    else if (ft_vtu_read_xml(&file, err) == 0 && check_found(&file, err) == 0 &&
             read_rest(&file, err) == 0)
        rc = write_object(&file, want, h5, err);
    ft_vtu_file_release(&file);
    close(file.fd);
    return rc;
}

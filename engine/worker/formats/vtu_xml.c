/* vtu_xml.c - the elements of a .vtu file, and its inline arrays
 *
 *   VTKFile / UnstructuredGrid / Piece / PointData, CellData, Points, Cells /
 *   DataArray
 */
#include "worker/formats/vtu_xml.h"

#include <errno.h>
#include <expat.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"
#include "worker/copy.h"
#include "worker/formats/grid.h"
#include "worker/h5.h"

#define READ_BYTES 65536
#define OTHERS_MAX 100 /* bytes of the list of arrays */
/* What arrays may take against the file's size; deflate reaches 1032. */
#define RATIO_MAX 1000
#define FREE_BYTES (1u << 20)
#define NODES_OFTEN 8 /* of a cell */
/* What a point takes, with values of a field; what a cell takes: type, offset,
 * nodes and values. */
#define POINT_BYTES (24 + 24)
#define CELL_BYTES (8 + 8 + 8 * NODES_OFTEN + 24)

enum section { NOWHERE, POINT_DATA, CELL_DATA, POINTS, CELLS };

struct reading {
    struct ft_vtu_file *file;
    XML_Parser parser;
    struct ft_err *err;
    bool failed, piece;
    int depth;            /* elements that are open */
    bool in_grid;         /* below UnstructuredGrid */
    enum section section; /* below Piece */
    struct ft_vtu_array *inline_array; /* whose content comes, or NULL */
    bool inline_text;                  /* it is no base64 */
    struct ft_str content;
};

/* The first error, with the place that is being read; the parser stops. */
static void fail(struct reading *r, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

static void fail(struct reading *r, const char *fmt, ...)
{
    char text[sizeof(r->err->msg)];
    va_list ap;

    if (r->failed)
        return;
    r->failed = true;
    va_start(ap, fmt);
    vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    ft_err_set(r->err, FT_EFORMAT, "%s:%lu: %s", r->file->name,
               (unsigned long)XML_GetCurrentLineNumber(r->parser), text);
    (void)XML_StopParser(r->parser, XML_FALSE);
}

static const char *attribute(const char **attrs, const char *name)
{
    for (; *attrs; attrs += 2)
        if (strcmp(attrs[0], name) == 0)
            return attrs[1];
    return NULL;
}

/* A count: decimal digits and nothing else. */
static int parse_count(const char *text, uint64_t *count)
{
    char *end;

    if (!text || text[0] < '0' || text[0] > '9')
        return -1;
    errno = 0;
    *count = strtoull(text, &end, 10);
    return *end || errno || *count > INT64_MAX ? -1 : 0;
}

/* --- elements ------------------------------------------------------------- */

static void start_file(struct reading *r, const char **attrs)
{
    const char *type = attribute(attrs, "type");
    const char *order = attribute(attrs, "byte_order");
    const char *header = attribute(attrs, "header_type");
    const char *packer = attribute(attrs, "compressor");
    const char *version = attribute(attrs, "version");
    struct ft_vtu_layout *layout = &r->file->layout;

    if (!type || strcmp(type, "UnstructuredGrid") != 0)
        fail(r, "a VTK file of type '%s': only UnstructuredGrid is taken",
             type ? type : "");
    if (version && (version[0] < '0' || version[0] > '2' || version[1] != '.'))
        fail(r, "version '%s' of VTK's XML files: 0, 1 and 2 are known",
             version);
    if (order && strcmp(order, "BigEndian") != 0 &&
        strcmp(order, "LittleEndian") != 0)
        fail(r, "the byte_order '%s'", order);
    if (packer && *packer && strcmp(packer, "vtkZLibDataCompressor") != 0)
        fail(r, "it is packed by %s: only vtkZLibDataCompressor is read",
             packer);
    if (header && strcmp(header, "UInt32") != 0 &&
        strcmp(header, "UInt64") != 0)
        fail(r, "the header_type '%s'", header);
    layout->big = order && strcmp(order, "BigEndian") == 0;
    layout->zlib = packer && *packer;
    layout->header_size = header && strcmp(header, "UInt64") == 0 ? 8 : 4;
    if (!order)
        layout->header_size = 0; /* then only text can be read */
}

/* What the arrays of this file may take. */
static uint64_t bytes_most(const struct ft_vtu_file *file)
{
    uint64_t most = FREE_BYTES + file->size_bytes * RATIO_MAX;

    return most < FT_GRID_BYTES_MAX ? most : FT_GRID_BYTES_MAX;
}

/* Of all cells, whose types are not known yet: what the others leave. */
static uint64_t nodes_most(const struct ft_vtu_file *file)
{
    uint64_t left = bytes_most(file) - file->n_points * POINT_BYTES -
                    file->n_cells * CELL_BYTES;
    uint64_t most = file->n_cells * NODES_OFTEN + left / sizeof(int64_t);

    return most < file->n_cells * FT_GRID_CELL_NODES
               ? most : file->n_cells * FT_GRID_CELL_NODES;
}

/* The counts give the size of every array. */
static void start_piece(struct reading *r, const char **attrs)
{
    struct ft_vtu_file *file = r->file;
    uint64_t most = bytes_most(file);

    if (r->piece) {
        fail(r, "a second Piece: only files of one piece are taken");
        ft_err_hint(r->err, "join the pieces, in ParaView with the filter "
                            "Clean to Grid");
        return;
    }
    r->piece = true;
    if (parse_count(attribute(attrs, "NumberOfPoints"), &file->n_points) < 0 ||
        parse_count(attribute(attrs, "NumberOfCells"), &file->n_cells) < 0) {
        fail(r, "NumberOfPoints or NumberOfCells is no count");
        return;
    }
    if (file->n_points > most || file->n_cells > most ||
        file->n_points * POINT_BYTES + file->n_cells * CELL_BYTES > most)
        fail(r, "%llu points and %llu cells: more than a file of %llu bytes "
             "can hold, or than is taken (%llu MiB of arrays)",
             (unsigned long long)file->n_points,
             (unsigned long long)file->n_cells,
             (unsigned long long)file->size_bytes,
             (unsigned long long)(FT_GRID_BYTES_MAX >> 20));
}

static void start_appended(struct reading *r, const char **attrs)
{
    const char *encoding = attribute(attrs, "encoding");
    XML_Index at = XML_GetCurrentByteIndex(r->parser);

    r->file->appended_base64 = encoding && strcmp(encoding, "base64") == 0;
    if (!r->file->appended_base64 &&
        (!encoding || strcmp(encoding, "raw") != 0))
        fail(r, "appended data of the encoding '%s': base64 and raw are read",
             encoding ? encoding : "");
    if (r->failed)
        return;
    r->file->appended =
        (uint64_t)at + (uint64_t)XML_GetCurrentByteCount(r->parser);
    (void)XML_StopParser(r->parser, XML_FALSE);
}

/* --- arrays --------------------------------------------------------------- */

const char *ft_vtu_array_name(const char *wanted)
{
    return ft_starts_with(wanted, "PointData/") ? wanted + 10
           : ft_starts_with(wanted, "CellData/") ? wanted + 9 : wanted;
}

/* Is this array of points or cells the one that the field is? */
static bool is_wanted(struct reading *r, const char *name)
{
    struct ft_vtu_file *file = r->file;
    bool cells = r->section == CELL_DATA;
    const char *wanted = file->wanted;

    if (file->others.len < OTHERS_MAX && ft_h5_text_valid(name))
        ft_str_addf(&file->others, "%s%s/%.40s", file->others.len ? ", " : "",
                    cells ? "CellData" : "PointData", name);
    if (!wanted || strcmp(name, ft_vtu_array_name(wanted)) != 0 ||
        (ft_starts_with(wanted, "PointData/") && cells) ||
        (ft_starts_with(wanted, "CellData/") && !cells))
        return false;
    file->cells = cells;
    return true;
}

static struct ft_vtu_array *choose_slot(struct reading *r, const char *name)
{
    static const char *const of_cells[] = {
        [FT_VTU_CONNECTIVITY] = "connectivity",
        [FT_VTU_OFFSETS] = "offsets",
        [FT_VTU_TYPES] = "types",
    };

    if (r->section == POINTS)
        return &r->file->array[FT_VTU_POINTS];
    for (int i = FT_VTU_CONNECTIVITY; r->section == CELLS && i <= FT_VTU_TYPES;
         i++)
        if (strcmp(name, of_cells[i]) == 0)
            return &r->file->array[i];
    if (r->section == POINT_DATA || r->section == CELL_DATA) {
        if (strcmp(name, "vtkGhostType") == 0)
            fail(r, "the array 'vtkGhostType': ghost cells and hidden points "
                 "are not taken");
        else if (is_wanted(r, name))
            return &r->file->array[FT_VTU_FIELD];
    }
    return NULL;
}

/* How many values of which kind the array must have. */
static void expect(struct reading *r, struct ft_vtu_array *array)
{
    struct ft_vtu_file *file = r->file;
    struct ft_vtu_values *values = &array->values;
    enum ft_vtu_slot slot = (enum ft_vtu_slot)(array - file->array);
    uint64_t columns = (uint64_t)array->columns;

    values->exact = slot != FT_VTU_CONNECTIVITY;
    values->integer = slot != FT_VTU_POINTS && slot != FT_VTU_FIELD;
    values->most = slot == FT_VTU_POINTS ? 3 * file->n_points
                   : slot == FT_VTU_CONNECTIVITY ? nodes_most(file)
                   : slot == FT_VTU_FIELD && !file->cells
                         ? columns * file->n_points
                         : columns * file->n_cells;
    if (slot == FT_VTU_POINTS && columns != 3)
        fail(r, "points with %d coordinates, not 3", array->columns);
    else if (values->integer && columns != 1)
        fail(r, "an array of cells with %d components", array->columns);
    else if (slot == FT_VTU_FIELD && columns != 1 && columns != 3)
        fail(r, "the array has %d components: a field has one or three",
             array->columns);
    else if (values->integer && values->number->kind == 'f')
        fail(r, "an array of cells of type %s", values->number->name);
}

static void choose_format(struct reading *r, struct ft_vtu_array *array,
                          const char **attrs)
{
    const char *format = attribute(attrs, "format");
    bool text = !format || strcmp(format, "ascii") == 0;

    if (!text && !r->file->layout.header_size) {
        fail(r, "the element VTKFile does not say its byte_order");
    } else if (text || strcmp(format, "binary") == 0) {
        r->inline_array = array;
        r->inline_text = text;
        ft_str_cut(&r->content, 0);
    } else if (strcmp(format, "appended") != 0) {
        fail(r, "an array of the format '%s'", format);
    } else if (parse_count(attribute(attrs, "offset"), &array->offset) < 0) {
        fail(r, "an appended array without an offset");
    }
}

static void start_array(struct reading *r, const char **attrs)
{
    const char *name = attribute(attrs, "Name");
    const char *type = attribute(attrs, "type");
    const char *components = attribute(attrs, "NumberOfComponents");
    struct ft_vtu_array *array = choose_slot(r, name ? name : "");
    uint64_t columns = 1;

    if (!array || r->failed)
        return;
    if (array->found) {
        fail(r, "the array '%s' is there twice", name ? name : "Points");
        if (array == &r->file->array[FT_VTU_FIELD])
            ft_err_hint(r->err, "say which: PointData/%s or CellData/%s", name,
                        name);
        return;
    }
    array->found = true;
    array->line = (int)XML_GetCurrentLineNumber(r->parser);
    array->values.number = type ? ft_vtu_number(type) : NULL;
    if (!array->values.number) {
        fail(r, "an array of the type '%s'", type ? type : "");
    } else if (components && (parse_count(components, &columns) < 0 ||
                              !columns || columns > 9)) {
        fail(r, "an array with '%s' components", components);
    } else {
        array->columns = (int)columns;
        expect(r, array);
    }
    if (!r->failed)
        choose_format(r, array, attrs);
}

static void end_array(struct reading *r)
{
    struct ft_vtu_array *array = r->inline_array;
    struct ft_vtu_source source = { .text = r->content.s,
                                    .end = r->content.len, .base64 = true };
    struct ft_err why = { 0 };
    int rc;

    rc = r->inline_text ? ft_vtu_read_text(r->content.s, &array->values, &why)
                        : ft_vtu_read_bytes(&r->file->layout, &source,
                                            &array->values, &why);
    if (rc < 0)
        fail(r, "the array that begins in line %d: %s", array->line, why.msg);
    array->done = true;
    r->inline_array = NULL;
    ft_str_release(&r->content);
}

/* --- expat ---------------------------------------------------------------- */

static void on_start(void *arg, const char *name, const char **attrs)
{
    static const char *const section[] = {
        [POINT_DATA] = "PointData", [CELL_DATA] = "CellData",
        [POINTS] = "Points", [CELLS] = "Cells",
    };
    struct reading *r = arg;
    int depth = r->depth++;

    if (r->failed)
        return;
    if (depth == 0 && strcmp(name, "VTKFile") != 0)
        fail(r, "the element '%.40s' where VTKFile should be", name);
    else if (depth == 0)
        start_file(r, attrs);
    else if (depth == 1 && strcmp(name, "AppendedData") == 0)
        start_appended(r, attrs);
    else if (depth == 1)
        r->in_grid = strcmp(name, "UnstructuredGrid") == 0;
    else if (depth == 2 && r->in_grid && strcmp(name, "Piece") == 0)
        start_piece(r, attrs);
    else if (depth == 3 && r->piece)
        for (int i = POINT_DATA; i <= CELLS; i++)
            r->section = strcmp(name, section[i]) == 0 ? (enum section)i
                                                       : r->section;
    else if (depth == 4 && r->section && strcmp(name, "DataArray") == 0)
        start_array(r, attrs);
}

static void on_end(void *arg, const char *name)
{
    struct reading *r = arg;

    (void)name;
    if (r->failed) /* expat still ends the element that it was in */
        return;
    r->depth--;
    if (r->depth == 4 && r->inline_array)
        end_array(r);
    if (r->depth == 3)
        r->section = NOWHERE;
}

static void on_text(void *arg, const char *text, int len)
{
    struct reading *r = arg;

    if (r->inline_array && r->depth == 5)
        ft_str_addn(&r->content, text, (size_t)len);
}

/* Nobody's grid has one, and entities could make a little text grow. */
static void on_doctype(void *arg, const char *name, const char *system,
                       const char *public, int internal)
{
    (void)name;
    (void)system;
    (void)public;
    (void)internal;
    fail(arg, "a document type declaration: entities are not read");
}

/* 1 to go on, 0 when what is wanted was read, -1. */
static int feed(struct reading *r, uint64_t *left)
{
    size_t n = *left < READ_BYTES ? (size_t)*left : READ_BYTES;
    void *buffer = XML_GetBuffer(r->parser, READ_BYTES);
    enum XML_Status status;

    if (!buffer)
        return ft_err_set(r->err, FT_EIO, "no memory for '%s'", r->file->name);
    if (ft_read_all(r->file->fd, buffer, n) != (ssize_t)n)
        return ft_copy_changed(r->file->name, r->err);
    *left -= n;
    status = XML_ParseBuffer(r->parser, (int)n, *left == 0);
    if (r->failed)
        return -1;
    if (r->file->appended)
        return 0;
    if (status == XML_STATUS_OK)
        return *left > 0;
    return ft_err_set(r->err, FT_EFORMAT, "%s:%lu:%lu: %s", r->file->name,
                      (unsigned long)XML_GetCurrentLineNumber(r->parser),
                      (unsigned long)XML_GetCurrentColumnNumber(r->parser) + 1,
                      XML_ErrorString(XML_GetErrorCode(r->parser)));
}

int ft_vtu_read_xml(struct ft_vtu_file *file, struct ft_err *err)
{
    struct ft_err own;
    struct reading r = { .file = file, .err = err ? err : &own,
                         .content = FT_STR_INIT };
    uint64_t left = file->size_bytes;
    int rc = 1;

    r.parser = XML_ParserCreate("UTF-8");
    if (!r.parser)
        return ft_err_set(err, FT_EIO, "no memory for '%s'", file->name);
    XML_SetUserData(r.parser, &r);
    XML_SetElementHandler(r.parser, on_start, on_end);
    XML_SetCharacterDataHandler(r.parser, on_text);
    XML_SetStartDoctypeDeclHandler(r.parser, on_doctype);
    while (rc > 0)
        rc = feed(&r, &left);
    if (rc == 0 && !r.piece)
        rc = ft_err_set(err, FT_EFORMAT, "'%s' has no grid", file->name);
    XML_ParserFree(r.parser);
    ft_str_release(&r.content);
    return rc;
}

void ft_vtu_file_release(struct ft_vtu_file *file)
{
    for (int i = 0; i < FT_VTU_SLOTS; i++)
        free(file->array[i].values.value.i);
    ft_str_release(&file->others);
}

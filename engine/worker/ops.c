/* ops.c - what the engine can ask for (share/doc/formats/worker.md) */
#include "worker/ops.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/json.h"
#include "base/map.h"
#include "worker/bytes.h"
#include "worker/compare/compare.h"
#include "worker/formats/csv.h"
#include "worker/formats/exodus.h"
#include "worker/formats/med.h"
#include "worker/formats/msh.h"
#include "worker/formats/nc_plan.h"
#include "worker/formats/vtu.h"
#include "worker/publish.h"
#include "worker/recompress.h"
#include "worker/rows.h"

/* A table of up to so many bytes is compared with its content digest before a
 * part of it is read; of a longer one a part has only HDF5's checksums. */
#define CHECKED_BYTES_MAX (64u << 20)

/* Of a comparison, unless the request says otherwise. */
#define COMPARE_FIRST 5
#define COMPARE_LINES 200

static int op_hello(const char *meta, struct json_object *request,
                    struct json_object *answer, struct ft_err *err)
{
    unsigned major, minor, release;
    char text[48];

    (void)meta;
    (void)request;
    if (H5get_libversion(&major, &minor, &release) < 0)
        return ft_h5_error(err, "cannot ask HDF5 for its version");
    snprintf(text, sizeof(text), "%u.%u.%u", major, minor, release);
    ft_json_add_int(answer, "protocol", FT_WORKER_PROTOCOL);
    ft_json_add_str(answer, "hdf5", text);
    ft_json_add_int(answer, "pid", getpid());
    return 0;
}

static void add_verified(struct json_object *answer,
                         const struct ft_verified *verified)
{
    ft_json_add_str(answer, "version", verified->version);
    ft_json_add_str(answer, "content", verified->content);
    ft_json_add_str(answer, "file", verified->file);
    ft_json_add_int(answer, "size", (int64_t)verified->size_bytes);
}

/* A name that is a file's name and nothing more. */
static bool is_file_name(const char *name)
{
    return *name && strlen(name) <= 255 && !strchr(name, '/') &&
           strcmp(name, ".") != 0 && strcmp(name, "..") != 0 &&
           ft_h5_text_valid(name);
}

/* 'member' of the record is 'value', or was left to us. */
static int settle_member(struct json_object *record, const char *member,
                         const char *value, struct ft_err *err)
{
    const char *old = ft_json_str_or(record, member, NULL);

    if (old && value && strcmp(old, value) == 0)
        return 0;
    if (old)
        return ft_err_set(err, FT_EUSAGE, "the record's '%s' is '%s' where "
                          "the request says '%s'", member, old,
                          value ? value : "nothing");
    if (value)
        ft_json_add_str(record, member, value);
    return 0;
}

static int check_record(const struct ft_publish *publish, struct ft_err *err)
{
    struct json_object *record = publish->record;

    if (ft_json_int_or(record, "schema", 0) != 1)
        return ft_err_set(err, FT_EUSAGE, "the record's 'schema' is not 1");
    if (!*ft_json_str_or(record, "object", ""))
        return ft_err_set(err, FT_EUSAGE, "the record has no 'object'");
    if (json_object_object_get_ex(record, "content", NULL))
        return ft_err_set(err, FT_EUSAGE, "the record has a 'content' "
                          "already");
    if (settle_member(record, "type", publish->kind->name, err) < 0)
        return -1;
    return settle_member(record, "unit", publish->unit, err);
}

/* Texts of a request that end up in the file. */
static int check_texts(const struct ft_publish *publish, struct ft_err *err)
{
    if (publish->file_name && !is_file_name(publish->file_name))
        return ft_err_set(err, FT_EUSAGE, "'file_name' is not a file's name");
    if (publish->media_type && (!*publish->media_type ||
                                !ft_h5_text_valid(publish->media_type)))
        return ft_err_set(err, FT_EUSAGE, "'media_type' is not a media type");
    return 0;
}

static int read_vtu(const char *src, const struct ft_convert *how, hid_t file,
                    struct ft_err *err)
{
    const struct ft_vtu_want want = { how->length_m, how->array, how->unit };

    return ft_vtu_read(src, &want, file, err);
}

/* Meshes without fields, of other programs. */
static const struct {
    const char *format;
    int (*read)(const char *src, double length_m, hid_t file,
                struct ft_err *err);
} mesh_format[] = {
    { "msh", ft_msh_read },
    { "exodus", ft_exodus_read },
    { "med", ft_med_read },
};

static int read_mesh(const char *src, const struct ft_convert *how, hid_t file,
                     struct ft_err *err)
{
    const char *format = ft_json_str_or(how->json, "format", "");
    size_t i = 0;

    while (strcmp(mesh_format[i].format, format) != 0)
        i++; /* choose_reader() found it */
    if (how->array)
        return ft_err_set(err, FT_EUSAGE, "no fields are read from the format "
                          "'%s'", format);
    return mesh_format[i].read(src, how->length_m, file, err);
}

static int read_netcdf(const char *src, const struct ft_convert *how,
                       hid_t file, struct ft_err *err)
{
    const struct ft_nc_want want = {
        .array = how->array, .slice = ft_json_or_null(how->json, "slice"),
        .unit = how->unit, .was = ft_json_str_or(how->json, "was", NULL),
        .axes = ft_json_or_null(how->json, "axes"),
        .spacing_m = ft_json_num_or(how->json, "spacing_m", 0),
    };

    return ft_nc_image(src, &want, file, err);
}

/* Which types of objects it can become. */
static int check_convert(const struct ft_publish *publish,
                         const struct ft_convert *want, struct ft_err *err)
{
    bool field = publish->kind == &ft_kind_field;

    if (want->read == read_netcdf)
        return publish->kind == &ft_kind_image && want->array && want->unit
                   ? 0 : ft_err_set(err, FT_EUSAGE, "an image has 'array' and "
                                    "'unit'");
    if (!(want->length_m > 0 && want->length_m < INFINITY))
        return ft_err_set(err, FT_EUSAGE, "'length_m' is not positive");
    if ((!field && publish->kind != &ft_kind_mesh) || field != !!want->array ||
        field != !!want->unit)
        return ft_err_set(err, FT_EUSAGE, "a mesh has neither 'array' nor "
                          "'unit', a field both");
    return 0;
}

/* NULL when the format is not known. */
static ft_convert_fn *choose_reader(const char *format)
{
    for (size_t i = 0; i < FT_ARRAY_LEN(mesh_format); i++)
        if (strcmp(format, mesh_format[i].format) == 0)
            return read_mesh;
    return strcmp(format, "vtu") == 0 ? read_vtu
           : strcmp(format, "netcdf") == 0 ? read_netcdf : NULL;
}

/* What "convert" says of a file that another program wrote. */
static int take_convert(struct json_object *convert, struct ft_publish *publish,
                        struct ft_convert *want, struct ft_err *err)
{
    const char *format = ft_json_str_or(convert, "format", "");

    want->json = convert;
    want->read = choose_reader(format);
    if (!json_object_is_type(convert, json_type_object) || !want->read)
        return ft_err_set(err, FT_EUSAGE, "'convert' has no known 'format'");
    want->length_m = ft_json_num_or(convert, "length_m", 0);
    want->array = ft_json_str_or(convert, "array", NULL);
    want->unit = publish->unit;
    publish->convert = want;
    return check_convert(publish, want, err);
}

static int op_publish(const char *meta, struct json_object *request,
                      struct json_object *answer, struct ft_err *err)
{
    const char *type = ft_json_str(request, "type", "request", err);
    struct json_object *convert = ft_json_or_null(request, "convert");
    struct ft_published published;
    struct ft_convert how = { 0 };
    struct ft_publish publish = {
        .meta = meta,
        .src = ft_json_str_or(request, "src", ""),
        .kind = type ? ft_kind_find(type) : NULL,
        .unit = ft_json_str_or(request, "unit", NULL),
        .media_type = ft_json_str_or(request, "media_type", NULL),
        .file_name = ft_json_str_or(request, "file_name", NULL),
        .units = ft_json_or_null(request, "units"),
    };

    if (!type)
        return -1;
    if (!publish.kind)
        return ft_err_set(err, FT_EUSAGE, "unknown type of object '%s'", type);
    publish.record = ft_json_get(request, "record", json_type_object,
                                 "request", err);
    if (publish.units &&
        !json_object_is_type(publish.units, json_type_object))
        return ft_err_set(err, FT_EUSAGE, "'units' is no object");
    if (convert && take_convert(convert, &publish, &how, err) < 0)
        return -1;
    if (!publish.record || check_texts(&publish, err) < 0 ||
        check_record(&publish, err) < 0 ||
        ft_publish(&publish, &published, err) < 0)
        return -1;
    add_verified(answer, &published.verified);
    json_object_object_add(answer, "summary", published.summary);
    return 0;
}

static int op_survey(const char *meta, struct json_object *request,
                     struct json_object *answer, struct ft_err *err)
{
    const struct ft_nc_want want = {
        .array = ft_json_str_or(request, "array", NULL),
        .slice = ft_json_or_null(request, "slice"),
    };

    (void)meta;
    return ft_nc_survey(ft_json_str_or(request, "path", ""), &want, answer,
                        err);
}

static int op_adopt(const char *meta, struct json_object *request,
                    struct json_object *answer, struct ft_err *err)
{
    struct ft_verified verified;

    if (ft_adopt(meta, ft_json_str_or(request, "path", ""), &verified,
                 err) < 0)
        return -1;
    add_verified(answer, &verified);
    json_object_object_add(answer, "record", verified.record);
    return 0;
}

static int op_verify(const char *meta, struct json_object *request,
                     struct json_object *answer, struct ft_err *err)
{
    struct ft_verified verified;

    (void)meta;
    if (ft_version_verify(ft_json_str_or(request, "path", ""),
                          ft_json_bool_or(request, "deep", false), &verified,
                          err) < 0)
        return -1;
    add_verified(answer, &verified);
    if (ft_json_bool_or(request, "record", false))
        json_object_object_add(answer, "record",
                               json_object_get(verified.record));
    json_object_put(verified.record);
    return 0;
}

static int op_record(const char *meta, struct json_object *request,
                     struct json_object *answer, struct ft_err *err)
{
    struct ft_version_file vf;

    (void)meta;
    if (ft_version_file_open(&vf, ft_json_str_or(request, "path", ""),
                             err) < 0)
        return -1;
    ft_json_add_str(answer, "version", vf.lineage.version);
    ft_json_add_str(answer, "content", vf.lineage.content);
    json_object_object_add(answer, "record",
                           json_object_get(vf.lineage.record));
    ft_version_file_close(&vf);
    return 0;
}

static int op_describe(const char *meta, struct json_object *request,
                       struct json_object *answer, struct ft_err *err)
{
    struct json_object *summary;
    struct ft_version_file vf;

    (void)meta;
    if (ft_version_file_open(&vf, ft_json_str_or(request, "path", ""),
                             err) < 0)
        return -1;
    summary = ft_version_file_summary(&vf, err);
    ft_version_file_close(&vf);
    if (!summary)
        return -1;
    json_object_object_add(answer, "summary", summary);
    return 0;
}

/* Open a version that must have the type 'kind'. */
static int open_kind(struct ft_version_file *vf, struct json_object *request,
                     const struct ft_kind *kind, struct ft_err *err)
{
    if (ft_version_file_open(vf, ft_json_str_or(request, "path", ""),
                             err) < 0)
        return -1;
    if (vf->kind == kind)
        return 0;
    ft_err_set(err, FT_EFORMAT, "version %.12s is of type '%s', not '%s'",
               vf->lineage.version, vf->kind->name, kind->name);
    ft_version_file_close(vf);
    return -1;
}

/* Open the version that is to be written to "dest": nothing leaves it before
 * its content digest is right. */
static int open_for_export(struct ft_version_file *vf,
                           struct json_object *request,
                           const struct ft_kind *kind, struct ft_err *err)
{
    if (!*ft_json_str_or(request, "dest", ""))
        return ft_err_set(err, FT_EUSAGE, "the request has no 'dest'");
    if (open_kind(vf, request, kind, err) < 0)
        return -1;
    if (ft_version_file_check_content(vf, err) == 0 &&
        kind->check(&vf->scan, NULL, err) == 0)
        return 0;
    ft_version_file_close(vf);
    return -1;
}

static int op_extract(const char *meta, struct json_object *request,
                      struct json_object *answer, struct ft_err *err)
{
    struct ft_version_file vf;
    uint64_t size = 0;
    int rc;

    (void)meta;
    if (open_for_export(&vf, request, &ft_kind_file, err) < 0)
        return -1;
    rc = ft_bytes_unpack(&vf.scan, ft_json_str_or(request, "dest", ""), &size,
                         err);
    ft_version_file_close(&vf);
    if (rc == 0)
        ft_json_add_int(answer, "size", (int64_t)size);
    return rc;
}

static int op_csv(const char *meta, struct json_object *request,
                  struct json_object *answer, struct ft_err *err)
{
    struct ft_version_file vf;
    uint64_t rows = 0;
    int rc;

    (void)meta;
    if (open_for_export(&vf, request, &ft_kind_table, err) < 0)
        return -1;
    rc = ft_csv_write(&vf.scan, ft_json_str_or(request, "dest", ""), &rows,
                      err);
    ft_version_file_close(&vf);
    if (rc == 0)
        ft_json_add_int(answer, "rows", (int64_t)rows);
    return rc;
}

static int op_rows(const char *meta, struct json_object *request,
                   struct json_object *answer, struct ft_err *err)
{
    struct ft_rows_range range = {
        .from = ft_json_int_or(request, "from", 0),
    };
    int64_t max = ft_json_int_or(request, "max", INT64_MAX);
    struct ft_version_file vf;
    int rc = -1;

    (void)meta;
    if (max < 0)
        return ft_err_set(err, FT_EUSAGE, "'max' is negative");
    range.max = (uint64_t)max;
    if (open_kind(&vf, request, &ft_kind_table, err) < 0)
        return -1;
    if (vf.scan.declared_bytes > CHECKED_BYTES_MAX ||
        ft_version_file_check_content(&vf, err) == 0)
        rc = ft_rows_read(&vf.scan, &range, answer, err);
    ft_version_file_close(&vf);
    return rc;
}

static int list_units(const struct ft_scan *scan, struct json_object *list,
                      struct ft_err *err)
{
    struct ft_map seen = FT_MAP_INIT;
    int rc = 0;

    for (size_t i = 0; i < scan->n && rc == 0; i++) {
        char *unit = NULL;

        if (scan->item[i].dataset)
            rc = ft_kind_units(scan, &scan->item[i], &unit, err);
        if (unit && !ft_map_put(&seen, unit, list))
            json_object_array_add(list, json_object_new_string(unit));
        free(unit);
    }
    ft_map_release(&seen);
    return rc;
}

static int op_units(const char *meta, struct json_object *request,
                    struct json_object *answer, struct ft_err *err)
{
    struct json_object *list = json_object_new_array();
    struct ft_version_file vf;
    int rc;

    (void)meta;
    json_object_object_add(answer, "units", list);
    if (ft_version_file_open(&vf, ft_json_str_or(request, "path", ""),
                             err) < 0)
        return -1;
    rc = list_units(&vf.scan, list, err);
    ft_version_file_close(&vf);
    return rc;
}

/* A whole version: nothing is said of values that are not as recorded. */
static int open_whole(struct ft_version_file *vf, const char *path,
                      struct ft_err *err)
{
    if (ft_version_file_open(vf, path, err) < 0)
        return -1;
    if (ft_version_file_check_content(vf, err) == 0 &&
        vf->kind->check(&vf->scan, NULL, err) == 0)
        return 0;
    ft_version_file_close(vf);
    return -1;
}

static int op_compare(const char *meta, struct json_object *request,
                      struct json_object *answer, struct ft_err *err)
{
    int64_t first = ft_json_int_or(request, "first", COMPARE_FIRST);
    int64_t lines = ft_json_int_or(request, "lines", COMPARE_LINES);
    struct ft_compare how = {
        .rtol = ft_json_num_or(request, "rtol", 0),
        .atol = ft_json_or_null(request, "atol"),
        .key = ft_json_str_or(request, "key", NULL),
        .first = (size_t)first,
        .lines = (size_t)lines,
    };
    struct ft_version_file a, b;
    int rc;

    (void)meta;
    if (first < 0 || first > FT_COMPARE_FIRST_MAX || lines < 0 ||
        lines > FT_COMPARE_LINES_MAX)
        return ft_err_set(err, FT_EUSAGE, "'first' or 'lines' is out of "
                          "range");
    if (open_whole(&a, ft_json_str_or(request, "path", ""), err) < 0)
        return -1;
    if (open_whole(&b, ft_json_str_or(request, "other", ""), err) < 0) {
        ft_version_file_close(&a);
        return -1;
    }
    rc = ft_compare(&a, &b, &how, answer, err);
    ft_version_file_close(&b);
    ft_version_file_close(&a);
    return rc;
}

static int op_recompress(const char *meta, struct json_object *request,
                         struct json_object *answer, struct ft_err *err)
{
    struct ft_recompressed done;

    if (ft_recompress(meta, ft_json_str_or(request, "path", ""), &done,
                      err) < 0)
        return -1;
    ft_json_add_str(answer, "was", done.was);
    if (done.kept) {
        ft_json_add_str(answer, "kept", done.kept);
    } else {
        add_verified(answer, &done.verified);
        ft_json_add_str(answer, "path", done.path);
    }
    free(done.path);
    return 0;
}

const struct ft_op *ft_op_find(const char *name)
{
    static const struct ft_op op[] = {
        { .name = "hello", .run = op_hello },
        { .name = "publish", .file = "src", .run = op_publish },
        { .name = "survey", .file = "path", .run = op_survey },
        { .name = "adopt", .file = "path", .run = op_adopt },
        { .name = "extract", .file = "path", .run = op_extract },
        { .name = "csv", .file = "path", .run = op_csv },
        { .name = "rows", .file = "path", .run = op_rows },
        { .name = "describe", .file = "path", .run = op_describe },
        { .name = "record", .file = "path", .run = op_record },
        { .name = "units", .file = "path", .run = op_units },
        { .name = "compare", .file = "path", .other = "other",
          .run = op_compare },
        { .name = "recompress", .file = "path", .run = op_recompress },
        { .name = "verify", .file = "path", .run = op_verify },
    };

    for (size_t i = 0; i < FT_ARRAY_LEN(op); i++)
        if (strcmp(op[i].name, name) == 0)
            return &op[i];
    return NULL;
}

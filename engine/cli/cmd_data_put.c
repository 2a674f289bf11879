/* cmd_data_put.c - fedtwin data put: a file becomes an object */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/json.h"
#include "base/path.h"
#include "base/str.h"
#include "cli/open.h"
#include "cli/put_image.h"
#include "cli/ref_text.h"
#include "cli/term.h"
#include "data/history/history.h"
#include "text/quantity.h"
#include "text/touchstone.h"

#define STATUS_USAGE 2
#define ID_SHOWN 12

struct putting {
    struct ft_session *s;
    const struct ft_cli *cli;
    const char *object, *file;
    char *stage, *name;
    enum ft_object_type type;
    const char *unit;          /* of a field or image */
    struct json_object *units; /* of columns, or NULL */
    struct json_object *convert; /* of another program's file, or NULL */
    struct ft_put_image image; /* of a variable of a netCDF or HDF5 file */
    bool netcdf;
    char *table;               /* text that the file became, or NULL */
};

/* --- what it is ----------------------------------------------------------- */

/* "survey.depth": stage and name. */
static int split_object(struct putting *p)
{
    const char *dot = ft_object_dot(p->object);

    if (!dot) {
        ft_print_error("'%s' is not a name of the form stage.output",
                       p->object);
        return STATUS_USAGE;
    }
    p->stage = ft_strndup(p->object, (size_t)(dot - p->object));
    p->name = ft_strdup(dot + 1);
    return 0;
}

/* What another program wrote as a mesh; NULL: no such file. */
static const char *mesh_format(const char *file)
{
    static const struct {
        const char *ending, *format;
    } row[] = {
        { ".vtu", "vtu" },   { ".msh", "msh" },   { ".exo", "exodus" },
        { ".ex2", "exodus" }, { ".e", "exodus" }, { ".g", "exodus" },
        { ".gen", "exodus" }, { ".med", "med" },
    };

    for (size_t i = 0; i < FT_ARRAY_LEN(row); i++)
        if (ft_ends_with(file, row[i].ending))
            return row[i].format;
    return NULL;
}

/* By the option, else by the ending; an .h5 file could be anything. */
static int choose_type(struct putting *p)
{
    const char *text = ft_cli_option(p->cli, "type"), *file = p->file;
    bool hdf5 = ft_ends_with(file, ".h5") || ft_ends_with(file, ".hdf5") ||
                ft_ends_with(file, ".vtkhdf");

    if (text && !ft_object_type_parse(text, &p->type)) {
        ft_print_error("unknown type '%s'", text);
        ft_print_hint("mesh, field, image, table or file");
        return STATUS_USAGE;
    }
    p->netcdf = ft_put_is_netcdf(file)
                    ? !text || p->type != FT_OBJECT_FILE
                    : hdf5 && text && p->type == FT_OBJECT_IMAGE &&
                          ft_cli_option(p->cli, "array");
    if (text && p->netcdf && p->type != FT_OBJECT_IMAGE) {
        ft_print_error("'%s' can become an image or a file", file);
        return STATUS_USAGE;
    }
    if (text)
        return 0;
    if (hdf5) {
        ft_print_error("'%s' could be a mesh, field, image or table", file);
        ft_print_hint("say which with --type");
        return STATUS_USAGE;
    }
    p->type = mesh_format(file) ? FT_OBJECT_MESH
              : p->netcdf ? FT_OBJECT_IMAGE
              : ft_ends_with(file, ".csv") || ft_touchstone_ports(file)
                  ? FT_OBJECT_TABLE
                  : FT_OBJECT_FILE;
    return 0;
}

/* --- units ---------------------------------------------------------------- */

/* "COLUMN=UNIT" of a table. */
static int take_column_unit(struct putting *p, const char *text)
{
    const char *equals = strrchr(text, '=');
    struct ft_err err = { 0 };
    char *column;

    if (!equals || equals == text) {
        ft_print_error("--unit of a table wants COLUMN=UNIT, not '%s'", text);
        return STATUS_USAGE;
    }
    if (!ft_unit_parse(equals + 1, &err) || !equals[1]) {
        ft_print_error("'%s' is not a unit", equals + 1);
        ft_print_hint("'1' is a number without dimension");
        return STATUS_USAGE;
    }
    if (!p->units)
        p->units = json_object_new_object();
    column = ft_strndup(text, (size_t)(equals - text));
    ft_json_add_str(p->units, column, equals + 1);
    free(column);
    return 0;
}

static int take_units(struct putting *p)
{
    const struct ft_cli *cli = p->cli;
    int status = 0;

    if (p->type != FT_OBJECT_TABLE) {
        p->unit = ft_cli_option(cli, "unit");
        return 0;
    }
    for (int i = 0; !status && i < cli->n_given; i++)
        if (strcmp(cli->given[i].name, "unit") == 0)
            status = take_column_unit(p, cli->given[i].value);
    if (!status && p->units && ft_touchstone_ports(p->file)) {
        ft_print_error("'%s' says the units of its columns itself", p->file);
        status = STATUS_USAGE;
    }
    return status;
}

/* --- meshes of other programs --------------------------------------------- */

/* The unit of its coordinates, which no such file says. */
static int take_length_unit(struct putting *p)
{
    const char *text = ft_cli_option(p->cli, "length-unit");
    struct ft_err err = { 0 };
    const struct ft_unit *unit, *metre = ft_unit_parse("m", NULL);

    if (!text) {
        ft_print_error("'%s' does not say the unit of its coordinates",
                       p->file);
        ft_print_hint("give it, such as --length-unit mm");
        return STATUS_USAGE;
    }
    unit = ft_unit_parse(text, &err);
    if (!unit || !ft_unit_same_dimension(unit, metre)) {
        ft_print_error("'%s' is not a unit of length", text);
        return STATUS_USAGE;
    }
    ft_json_add_num(p->convert, "length_m", ft_unit_to_si(unit, 1));
    return 0;
}

/* Which array is the field, and the unit of its values. */
static int take_array(struct putting *p)
{
    const char *array = ft_cli_option(p->cli, "array");
    struct ft_err err = { 0 };

    if (p->type == FT_OBJECT_MESH && (array || p->unit)) {
        ft_print_error("a mesh has no values");
        if (ft_ends_with(p->file, ".vtu"))
            ft_print_hint("--type field takes one array of the file with it");
        return STATUS_USAGE;
    }
    if (p->type == FT_OBJECT_FIELD && (!array || !p->unit)) {
        ft_print_error("which array of '%s' is the field, and in which unit?",
                       p->file);
        ft_print_hint("give --array NAME and --unit UNIT");
        return STATUS_USAGE;
    }
    if (p->unit && (!*p->unit || !ft_unit_parse(p->unit, &err))) {
        ft_print_error("'%s' is not a unit", p->unit);
        ft_print_hint("'1' is a number without dimension");
        return STATUS_USAGE;
    }
    if (array)
        ft_json_add_str(p->convert, "array", array);
    return 0;
}

static int take_mesh(struct putting *p)
{
    const char *format = mesh_format(p->file);
    bool field = p->type == FT_OBJECT_FIELD;
    int status;

    if (p->netcdf)
        return 0;
    if (ft_cli_option(p->cli, "slice") || ft_cli_option(p->cli, "spacing")) {
        ft_print_error("--slice and --spacing are of netCDF files, and of HDF5 "
                       "files with --array, that become an image");
        return STATUS_USAGE;
    }
    if (p->type == FT_OBJECT_FILE || !format) {
        if (!ft_cli_option(p->cli, "array") &&
            !ft_cli_option(p->cli, "length-unit"))
            return 0;
        ft_print_error("--array and --length-unit are of files of other "
                       "programs that become a mesh, field or image");
        return STATUS_USAGE;
    }
    if (field && strcmp(format, "vtu") != 0) {
        ft_print_error("of '%s' only the mesh is read, no field", p->file);
        ft_print_hint("save fields as .vtu");
        return STATUS_USAGE;
    }
    if (p->type != FT_OBJECT_MESH && !field) {
        ft_print_error("'%s' can become a mesh%s or a file", p->file,
                       strcmp(format, "vtu") == 0 ? ", a field" : "");
        return STATUS_USAGE;
    }
    p->convert = json_object_new_object();
    ft_json_add_str(p->convert, "format", format);
    status = take_length_unit(p);
    return status ? status : take_array(p);
}

/* --- other formats -------------------------------------------------------- */

/* What the worker cannot read becomes a text in tmp/ that it can. */
static int convert(struct putting *p)
{
    FILE *out = NULL;
    struct ft_err err;
    int fd, rc = -1;

    if (p->type != FT_OBJECT_TABLE || !ft_touchstone_ports(p->file))
        return 0;
    p->table = ft_asprintf("%s/tmp/put-XXXXXX", p->s->project->meta);
    fd = mkstemp(p->table);
    if (fd >= 0)
        out = fdopen(fd, "w");
    if (!out)
        ft_err_sys(&err, "cannot create '%s'", p->table);
    else
        rc = ft_touchstone_csv(p->file, out, &err);
    if (out)
        fclose(out);
    return rc < 0 ? ft_print_err(&err) : 0;
}

/* -------------------------------------------------------------------------- */

static int publish(struct putting *p)
{
    struct ft_output out = {
        .name = p->name,
        .path = p->table ? p->table : p->file,
        .type = p->type,
        .unit = p->unit,
        .media_type = ft_cli_option(p->cli, "media-type"),
        .file_name = ft_path_base(p->file),
        .units = p->units,
        .convert = p->convert,
    };
    struct ft_result result = {
        .run = "", .stage = p->stage, .task = p->object,
        .out = &out, .n_out = 1,
    };
    struct ft_err err;
    int rc;

    result.lineage = ft_ref_put_lineage(p->stage, p->object, p->file);
    if (p->table)
        ft_json_add_str(result.lineage, "format", "touchstone");
    if (p->convert)
        json_object_object_add(result.lineage, "convert",
                               json_object_get(p->convert));
    if (p->units)
        json_object_object_add(result.lineage, "units",
                               json_object_get(p->units));
    rc = ft_store_put(p->s->store, &result, &err);
    json_object_put(result.lineage);
    if (rc < 0)
        return ft_print_err(&err);
    printf("%s  %.*s\n", p->object, ID_SHOWN, out.version);
    return 0;
}

int ft_cmd_data_put(struct ft_cli *cli)
{
    struct ft_session s = FT_SESSION_INIT;
    struct putting p = { .s = &s, .cli = cli, .object = cli->arg[0],
                         .file = cli->arg[1],
                         .image.file = cli->arg[1] };
    int status = split_object(&p);

    if (!status)
        status = choose_type(&p);
    if (!status)
        status = take_units(&p);
    if (!status)
        status = take_mesh(&p);
    if (!status && p.netcdf)
        status = ft_put_image_options(&p.image, cli);
    if (!status)
        status = ft_session_store(&s, FT_STORE_PUBLISH);
    if (!status && p.netcdf)
        status = ft_put_image_survey(&p.image, s.store, &p.unit, &p.convert);
    if (!status)
        status = convert(&p);
    if (!status)
        status = publish(&p);
    if (p.table)
        (void)unlink(p.table); /* swept otherwise */
    json_object_put(p.units);
    json_object_put(p.convert);
    ft_put_image_release(&p.image);
    free(p.table);
    free(p.stage);
    free(p.name);
    ft_session_close(&s);
    return status;
}

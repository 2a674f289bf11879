/* put_image.c - data put of a variable of a netCDF or HDF5 file
 *
 * The worker says what the file says; which units there are is known here.
 */
#include "cli/put_image.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/json.h"
#include "base/str.h"
#include "cli/cmd.h"
#include "cli/term.h"
#include "data/store/store.h"
#include "text/quantity.h"

#define STATUS_USAGE 2

bool ft_put_is_netcdf(const char *file)
{
    static const char *const ending[] = { ".nc", ".nc4", ".cdf", ".netcdf" };

    for (size_t i = 0; i < FT_ARRAY_LEN(ending); i++)
        if (ft_ends_with(file, ending[i]))
            return true;
    return false;
}

/* --- options -------------------------------------------------------------- */

/* NAME=INDEX */
static int take_slice(struct ft_put_image *put, const char *text)
{
    const char *equals = strrchr(text, '=');
    char *name, *end = NULL;
    long long at;

    errno = 0;
    at = equals ? strtoll(equals + 1, &end, 10) : 0;
    if (!equals || equals == text || !equals[1] || *end || errno || at < 0) {
        ft_print_error("--slice wants NAME=INDEX, not '%s'", text);
        ft_print_hint("indices begin with 0");
        return STATUS_USAGE;
    }
    if (!put->slice)
        put->slice = json_object_new_object();
    name = ft_strndup(text, (size_t)(equals - text));
    ft_json_add_int(put->slice, name, at);
    free(name);
    return 0;
}

/* A length, or "1" where the axis is none. */
static int take_length_unit(struct ft_put_image *put)
{
    const struct ft_unit *metre = ft_unit_parse("m", NULL), *unit;
    struct ft_err err = { 0 };

    if (!put->length_unit || strcmp(put->length_unit, "1") == 0)
        return 0;
    unit = ft_unit_parse(put->length_unit, &err);
    if (!unit || !ft_unit_same_dimension(unit, metre)) {
        ft_print_error("'%s' is not a unit of length", put->length_unit);
        return STATUS_USAGE;
    }
    put->length_m = ft_unit_to_si(unit, 1);
    return 0;
}

static int take_spacing(struct ft_put_image *put, const char *text)
{
    const struct ft_unit *metre = ft_unit_parse("m", NULL);
    struct ft_quantity spacing;
    struct ft_err err = { 0 };

    if (!text)
        return 0;
    if (ft_quantity_parse(text, &spacing, &err) < 0 ||
        !ft_unit_same_dimension(spacing.unit, metre) || !(spacing.si > 0)) {
        ft_print_error("--spacing wants a length, such as '0.5 mm', not '%s'",
                       text);
        return STATUS_USAGE;
    }
    put->spacing_m = spacing.si;
    return 0;
}

int ft_put_image_options(struct ft_put_image *put, const struct ft_cli *cli)
{
    int status = 0;

    put->array = ft_cli_option(cli, "array");
    put->unit = ft_cli_option(cli, "unit");
    put->length_unit = ft_cli_option(cli, "length-unit");
    for (int i = 0; !status && i < cli->n_given; i++)
        if (strcmp(cli->given[i].name, "slice") == 0)
            status = take_slice(put, cli->given[i].value);
    if (!status)
        status = take_length_unit(put);
    return status ? status : take_spacing(put, ft_cli_option(cli, "spacing"));
}

/* --- units ---------------------------------------------------------------- */

/* NULL when there is none, or one that nobody knows. */
static const struct ft_unit *known_unit(const char *text)
{
    struct ft_err err = { 0 };

    return text && *text ? ft_unit_parse(text, &err) : NULL;
}

/* That of the values: as the file says, else as it was given. */
static int settle_unit(const struct ft_put_image *put, const char *array,
                       const char *said, const char **unit)
{
    *unit = known_unit(said) ? said : put->unit;
    if (known_unit(said) && put->unit && strcmp(put->unit, said) != 0) {
        ft_print_error("the values of '%s' are in '%s', not in '%s'", array,
                       said, put->unit);
        return STATUS_USAGE;
    }
    if (known_unit(*unit))
        return 0;
    if (*unit)
        ft_print_error("'%s' is not a unit", *unit);
    else if (said && *said)
        ft_print_error("'%s' says the unit '%s' of '%s', which is not known",
                       put->file, said, array);
    else
        ft_print_error("'%s' does not say the unit of '%s'", put->file, array);
    ft_print_hint(*unit ? "'1' is a number without dimension"
                        : "give it, such as --unit K");
    return STATUS_USAGE;
}

/* Lengths become metres; other axes stay as they are. */
static int settle_axis(const struct ft_put_image *put, const char *name,
                       struct json_object *axis, bool *used)
{
    const struct ft_unit *metre = ft_unit_parse("m", NULL);
    char *said = ft_strdup(ft_json_str_or(axis, "unit", NULL));
    const struct ft_unit *unit = known_unit(said);
    bool length = unit && ft_unit_same_dimension(unit, metre);
    double scale = length ? ft_unit_to_si(unit, 1) : 1;
    int status = 0;

    if (!unit && !put->length_unit) {
        ft_print_error("'%s' does not say the unit of its axis '%s'%s%s%s",
                       put->file, name, said ? " ('" : "", said ? said : "",
                       said ? "')" : "");
        ft_print_hint("give it, such as --length-unit km; '1' when it is no "
                      "length");
        status = STATUS_USAGE;
    }
    if (!unit) {
        *used = true;
        length = put->length_m > 0;
        scale = length ? put->length_m : 1;
    }
    ft_json_add_str(axis, "was", said);
    ft_json_add_num(axis, "scale", scale);
    ft_json_add_str(axis, "unit", length ? "m" : unit ? said : "1");
    free(said);
    return status;
}

static int settle_axes(const struct ft_put_image *put,
                       struct json_object *axes)
{
    bool used = false;
    int status = 0;

    json_object_object_foreach(axes, name, axis)
        if (!status)
            status = settle_axis(put, name, axis, &used);
    if (status || used || !put->length_unit)
        return status;
    ft_print_error("'%s' says the units of its axes itself", put->file);
    return STATUS_USAGE;
}

static struct json_object *make_convert(const struct ft_put_image *put,
                                        struct json_object *answer)
{
    struct json_object *convert = json_object_new_object();

    ft_json_add_str(convert, "format", "netcdf");
    ft_json_add_str(convert, "array", ft_json_str_or(answer, "array", ""));
    ft_json_add_str(convert, "was", ft_json_str_or(answer, "unit", NULL));
    if (put->slice)
        json_object_object_add(convert, "slice", json_object_get(put->slice));
    if (put->spacing_m > 0)
        ft_json_add_num(convert, "spacing_m", put->spacing_m);
    json_object_object_add(convert, "axes",
                           json_object_get(ft_json_or_null(answer, "axes")));
    return convert;
}

int ft_put_image_survey(const struct ft_put_image *put, struct ft_store *store,
                        const char **unit, struct json_object **convert)
{
    struct json_object *members = json_object_new_object(), *answer = NULL;
    struct ft_err err = { 0 };
    int status;

    ft_json_add_str(members, "array", put->array);
    if (put->slice)
        json_object_object_add(members, "slice", json_object_get(put->slice));
    if (ft_store_survey(store, put->file, members, &answer, &err) < 0)
        return ft_print_err(&err);
    *convert = make_convert(put, answer);
    json_object_put(answer);
    status = settle_unit(put, ft_json_str_or(*convert, "array", ""),
                         ft_json_str_or(*convert, "was", NULL), unit);
    return status ? status
                  : settle_axes(put, ft_json_or_null(*convert, "axes"));
}

void ft_put_image_release(struct ft_put_image *put)
{
    json_object_put(put->slice);
}

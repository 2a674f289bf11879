/* nc_image.c - a variable of a netCDF file becomes an image
 *
 * Packed numbers are unpacked (scale_factor, add_offset), missing ones become
 * NaN (_FillValue, missing_value, the fill value of their type), falling axes
 * are turned, so that every coordinate rises.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/json.h"
#include "base/number.h"
#include "base/path.h"
#include "worker/formats/nc_plan.h"
#include "worker/h5.h"

#define UNEVEN 1e-3        /* of the spacing */
#define FLOAT_DIGIT 0x1p-23 /* of a number that was stored in 4 bytes */

struct making {
    struct ft_nc_plan plan;
    const struct ft_nc_want *want;
    struct ft_image image;
    bool turned[3];
    struct ft_image_axis scalar[FT_NC_RANK_MAX];
};

static int fail_at(const struct making *m, const char *name, const char *what,
                   struct ft_err *err)
{
    return ft_err_set(err, FT_EFORMAT, "%s: '%s' %s", m->plan.nc.name, name,
                      what);
}

/* --- numbers -------------------------------------------------------------- */

/* How stored numbers become values. */
struct packing {
    double scale, offset;
    bool unsigned_too;    /* signed ones stand for unsigned */
    struct ft_nc_attr fill, missing;
    double own_fill;      /* of the type; NaN: none */
};

/* What netCDF writes where nothing was written; bytes have none. */
static double own_fill(const struct ft_nc_plan *plan)
{
    static const struct {
        char kind;
        uint8_t size;
        double fill;
    } row[] = {
        { 'i', 2, -32767 },        { 'u', 2, 65535 },
        { 'i', 4, -2147483647 },   { 'u', 4, 4294967295 },
        { 'i', 8, -0x1p63 },       { 'u', 8, 0x1p64 },
        { 'f', 4, 0x1.ep+122 },    { 'f', 8, 0x1.ep+122 },
    };

    for (size_t i = 0; i < FT_ARRAY_LEN(row) && plan->var.dim_name[0]; i++)
        if (row[i].kind == plan->var.kind && row[i].size == plan->var.size)
            return row[i].fill;
    return NAN;
}

static int read_factor(struct ft_nc *nc, const struct ft_nc_var *var,
                       const char *name, double *x, struct ft_err *err)
{
    struct ft_nc_attr attr = { 0 };
    int rc = nc->format->attr(nc, var, name, &attr, err);

    if (rc > 0 && (attr.count != 1 || !isfinite(attr.number[0])))
        rc = ft_err_set(err, FT_EFORMAT, "%s: attribute '%s' of '%s' is not "
                        "one number", nc->name, name, var->path);
    if (rc > 0)
        *x = attr.number[0];
    ft_nc_attr_release(&attr);
    return rc < 0 ? -1 : 0;
}

static int read_packing(struct ft_nc_plan *plan, const struct ft_nc_var *var,
                        struct packing *p, struct ft_err *err)
{
    struct ft_nc *nc = &plan->nc;
    char *text = NULL;

    *p = (struct packing){ .scale = 1, .own_fill = NAN };
    if (read_factor(nc, var, "scale_factor", &p->scale, err) < 0 ||
        read_factor(nc, var, "add_offset", &p->offset, err) < 0 ||
        nc->format->attr(nc, var, "_FillValue", &p->fill, err) < 0 ||
        nc->format->attr(nc, var, "missing_value", &p->missing, err) < 0 ||
        ft_nc_text(nc, var, "_Unsigned", &text, err) < 0)
        return -1;
    p->unsigned_too = var->kind == 'i' && text && strcmp(text, "true") == 0;
    free(text);
    if (!p->fill.count && !p->unsigned_too)
        p->own_fill = own_fill(plan);
    return 0;
}

static void release_packing(struct packing *p)
{
    ft_nc_attr_release(&p->fill);
    ft_nc_attr_release(&p->missing);
}

static bool is_among(double x, const struct ft_nc_attr *attr, bool single)
{
    for (size_t i = 0; i < attr->count; i++)
        if (x == (single ? (double)(float)attr->number[i] : attr->number[i]))
            return true;
    return false;
}

static int unpack(const struct making *m, const struct packing *p, double *x,
                  struct ft_err *err)
{
    const struct ft_nc_var *var = &m->plan.var;
    bool single = var->kind == 'f' && var->size == 4;

    if (is_among(*x, &p->fill, single) || is_among(*x, &p->missing, single) ||
        *x == p->own_fill) {
        *x = NAN;
        return 0;
    }
    if (var->kind != 'f' && fabs(*x) > (double)FT_INTEGER_MAX)
        return fail_at(m, var->path, "has an integer that is too large for a "
                       "floating-point number to hold it exactly", err);
    if (p->unsigned_too && *x < 0)
        *x += ldexp(1, 8 * var->size);
    if (p->scale != 1 || p->offset != 0)
        *x = *x * p->scale + p->offset;
    return 0;
}

/* --- axes ----------------------------------------------------------------- */

/* The coordinate, all of it or the value at one index. */
static double *read_coordinate(struct making *m, int i, uint64_t start,
                               uint64_t n, struct ft_err *err)
{
    struct ft_nc_dim *dim = &m->plan.dim[i];
    struct ft_nc *nc = &m->plan.nc;
    struct packing p;
    double *value = NULL;

    if (n > FT_NC_POINTS_MAX) {
        fail_at(m, dim->name, "has too many values", err);
        return NULL;
    }
    if (read_packing(&m->plan, &dim->coordinate, &p, err) == 0) {
        value = ft_calloc(n, sizeof(*value));
        if (nc->format->read(nc, &dim->coordinate, &start, &n, value,
                             err) < 0) {
            free(value);
            value = NULL;
        }
    }
    for (uint64_t k = 0; value && k < n; k++)
        value[k] = is_among(value[k], &p.fill, false)
                       ? NAN : value[k] * p.scale + p.offset;
    release_packing(&p);
    return value;
}

/* To the unit that the engine chose for it. */
static int convert_axis(struct making *m, const struct ft_nc_dim *dim,
                        struct ft_image_axis *axis, struct ft_err *err)
{
    struct json_object *how = m->want->axes
        ? ft_json_or_null(m->want->axes, dim->name) : NULL;
    const char *was = ft_json_str_or(how, "was", "");
    const char *now = dim->text[FT_IMAGE_UNITS];
    double scale = ft_json_num_or(how, "scale", 1);

    if (!how || strcmp(was, now ? now : "") != 0)
        return ft_err_set(err, FT_EBUSY, "'%s' changed while it was read",
                          m->plan.nc.name);
    axis->text[FT_IMAGE_UNITS] = ft_json_str_or(how, "unit", NULL);
    for (uint64_t i = 0; i < axis->n; i++)
        axis->value[i] *= scale;
    return 0;
}

static void turn(double *value, uint64_t n)
{
    for (uint64_t i = 0; i < n / 2; i++) {
        double kept = value[i];

        value[i] = value[n - 1 - i];
        value[n - 1 - i] = kept;
    }
}

/* Rising and even, or not an image. */
static int measure_axis(struct making *m, const struct ft_nc_dim *dim,
                        struct ft_image_axis *axis, struct ft_err *err)
{
    const double *x = axis->value;
    bool single = dim->coordinate.kind == 'f' && dim->coordinate.size == 4;
    double most = 0, allowed;

    for (uint64_t i = 0; i < axis->n; i++) {
        if (!isfinite(x[i]))
            return fail_at(m, dim->name, "has a coordinate that is missing or "
                           "not finite", err);
        most = fmax(most, fabs(x[i]));
    }
    m->turned[dim->role] = axis->n > 1 && x[axis->n - 1] < x[0];
    if (m->turned[dim->role])
        turn(axis->value, axis->n);
    axis->origin = x[0];
    axis->spacing = axis->n > 1
        ? (x[axis->n - 1] - x[0]) / (double)(axis->n - 1) : 1;
    allowed = UNEVEN * axis->spacing + (single ? FLOAT_DIGIT * most : 0);
    for (uint64_t i = 1; i < axis->n; i++) {
        if (x[i] > x[i - 1] && isfinite(axis->spacing) &&
            fabs(x[i] - axis->origin - (double)i * axis->spacing) <= allowed)
            continue;
        fail_at(m, dim->name, "is not evenly spaced: an image has a regular "
                "grid", err);
        return ft_err_hint(err, "interpolate to a regular grid, or store the "
                                "file as it is with --type file");
    }
    return 0;
}

/* An axis without coordinates: its spacing was given, or it has one point. */
static int space_axis(struct making *m, const struct ft_nc_dim *dim,
                      struct ft_image_axis *axis, struct ft_err *err)
{
    if (!(m->want->spacing_m > 0) && axis->n > 1) {
        fail_at(m, dim->name, "is a dimension without coordinates", err);
        return ft_err_hint(err, "give the distance of its points, such as "
                                "--spacing '0.5 mm'");
    }
    axis->spacing = m->want->spacing_m > 0 ? m->want->spacing_m : 1;
    if (axis->n == 1)
        return 0;
    axis->text[FT_IMAGE_UNITS] = "m";
    axis->value = ft_calloc(axis->n, sizeof(*axis->value));
    for (uint64_t i = 0; i < axis->n; i++)
        axis->value[i] = (double)i * axis->spacing;
    return 0;
}

/* Its name becomes that of a dataset beside what is always there. */
static int check_name(const struct making *m, const char *name,
                      struct ft_err *err)
{
    static const char *const taken[] = { "VTKHDF", "fedtwin", "groups",
                                         "table", "file" };

    for (size_t i = 0; i < FT_ARRAY_LEN(taken); i++)
        if (strcmp(taken[i], name) == 0)
            return fail_at(m, name, "cannot be the name of a dimension", err);
    return ft_h5_check_name(name, err);
}

static int make_axis(struct making *m, int i, struct ft_err *err)
{
    struct ft_nc_dim *dim = &m->plan.dim[i];
    struct ft_image_axis *axis = &m->image.axis[dim->role];

    axis->name = dim->name;
    axis->n = m->plan.var.dim[i];
    if (check_name(m, dim->name, err) < 0)
        return -1;
    if (!dim->has_values)
        return space_axis(m, dim, axis, err);
    axis->value = read_coordinate(m, i, 0, axis->n, err);
    if (!axis->value)
        return -1;
    for (int k = 0; k < FT_IMAGE_TEXTS; k++)
        axis->text[k] = dim->text[k];
    if (convert_axis(m, dim, axis, err) < 0)
        return -1;
    return measure_axis(m, dim, axis, err);
}

static int make_scalar(struct making *m, int i, struct ft_err *err)
{
    const struct ft_nc_dim *dim = &m->plan.dim[i];
    struct ft_image_axis *axis = &m->scalar[m->image.n_scalars];

    if (!dim->has_values || !*dim->name)
        return 0;
    if (check_name(m, dim->name, err) < 0)
        return -1;
    axis->name = dim->name;
    axis->value = read_coordinate(m, i, dim->at, 1, err);
    if (!axis->value)
        return -1;
    for (int k = 0; k < FT_IMAGE_TEXTS; k++)
        axis->text[k] = dim->text[k];
    m->image.n_scalars++;
    return 0;
}

static int make_axes(struct making *m, struct ft_err *err)
{
    m->image.scalar = m->scalar;
    for (int i = 0; i < m->plan.var.rank; i++)
        if ((m->plan.dim[i].role < 0 ? make_scalar(m, i, err)
                                     : make_axis(m, i, err)) < 0)
            return -1;
    for (int k = 0; k < 3; k++)
        m->image.rank += m->image.axis[k].n > 0;
    return 0;
}

/* --- values --------------------------------------------------------------- */

/* Where the numbers of the file, in their order, lie in the image: from
 * 'first' in steps of 'step' along each dimension. */
static uint64_t order(const struct making *m, int64_t step[FT_NC_RANK_MAX],
                      uint64_t count[FT_NC_RANK_MAX])
{
    const struct ft_image_axis *axis = m->image.axis;
    const int64_t along[3] = { 1, (int64_t)axis[0].n,
                               (int64_t)(axis[0].n * axis[1].n) };
    int64_t first = 0;

    for (int i = 0; i < m->plan.var.rank; i++) {
        int role = m->plan.dim[i].role;

        count[i] = role < 0 ? 1 : m->plan.var.dim[i];
        step[i] = role < 0 ? 0 : m->turned[role] ? -along[role] : along[role];
        if (role >= 0 && m->turned[role])
            first += along[role] * (int64_t)(count[i] - 1);
    }
    return (uint64_t)first;
}

static int place(struct making *m, const struct packing *p, double *raw,
                 struct ft_err *err)
{
    int64_t step[FT_NC_RANK_MAX];
    uint64_t count[FT_NC_RANK_MAX], index[FT_NC_RANK_MAX] = { 0 };
    int64_t at = (int64_t)order(m, step, count);
    int last = m->plan.var.rank - 1, i;

    do {
        if (unpack(m, p, raw, err) < 0)
            return -1;
        m->image.value[at] = *raw++;
        for (i = last; i >= 0; i--) {
            at += step[i];
            if (++index[i] < count[i])
                break;
            at -= step[i] * (int64_t)count[i];
            index[i] = 0;
        }
    } while (i >= 0);
    return 0;
}

static int read_values(struct making *m, struct ft_err *err)
{
    const struct ft_nc_var *var = &m->plan.var;
    uint64_t start[FT_NC_RANK_MAX], count[FT_NC_RANK_MAX], n = 1;
    struct packing p = { 0 };
    double *raw;
    int rc = -1;

    for (int i = 0; i < var->rank; i++) {
        start[i] = m->plan.dim[i].at;
        count[i] = m->plan.dim[i].role < 0 ? 1 : var->dim[i];
        n *= count[i];
    }
    m->image.value = ft_calloc(n, sizeof(*m->image.value));
    raw = ft_calloc(n, sizeof(*raw));
    if (read_packing(&m->plan, var, &p, err) == 0 &&
        m->plan.nc.format->read(&m->plan.nc, var, start, count, raw, err) == 0)
        rc = place(m, &p, raw, err);
    release_packing(&p);
    free(raw);
    return rc;
}

/* Before anything of this size is made. */
static int check_points(const struct making *m, struct ft_err *err)
{
    uint64_t n = 1;

    for (int i = 0; i < m->plan.var.rank; i++) {
        if (m->plan.dim[i].role < 0)
            continue;
        if (m->plan.var.dim[i] > FT_NC_POINTS_MAX / n)
            return fail_at(m, m->plan.var.path, "has more than 2^26 points: "
                           "--slice takes a part", err);
        n *= m->plan.var.dim[i];
    }
    return 0;
}

/* -------------------------------------------------------------------------- */

static int make_image(struct making *m, struct ft_err *err)
{
    const char *now = m->plan.text[FT_IMAGE_UNITS];
    const char *was = m->want->was;

    if (strcmp(was ? was : "", now ? now : "") != 0)
        return ft_err_set(err, FT_EBUSY, "'%s' changed while it was read",
                          m->plan.nc.name);
    m->image.name = ft_path_base(m->plan.var.path);
    m->image.text[FT_IMAGE_UNITS] = m->want->unit;
    m->image.text[FT_IMAGE_LONG_NAME] = m->plan.text[FT_IMAGE_LONG_NAME];
    m->image.text[FT_IMAGE_STANDARD_NAME] =
        m->plan.text[FT_IMAGE_STANDARD_NAME];
    if (check_points(m, err) < 0 ||
        ft_h5_check_name(m->image.name, err) < 0 || make_axes(m, err) < 0)
        return -1;
    return read_values(m, err);
}

int ft_nc_image(const char *src, const struct ft_nc_want *want, hid_t file,
                struct ft_err *err)
{
    struct making *m = ft_calloc(1, sizeof(*m));
    int rc;

    m->want = want;
    rc = ft_nc_plan_init(&m->plan, src, want, err);
    if (rc == 0)
        rc = make_image(m, err);
    if (rc == 0)
        rc = ft_image_write(&m->image, file, err);
    free(m->image.value);
    for (int i = 0; i < 3; i++)
        free(m->image.axis[i].value);
    for (int i = 0; i < FT_NC_RANK_MAX; i++)
        free(m->scalar[i].value);
    ft_nc_plan_release(&m->plan);
    free(m);
    return rc;
}

/* case.c - parameters of env.flood */
#include "flood/case.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

struct reader {
    struct stg_task *task;
    struct stg_value all;
    struct flood_case *c;
};

static bool has(const struct reader *r, const char *name)
{
    return stg_has(&r->all, name);
}

/* --- single values -------------------------------------------------------- */

enum range { POSITIVE, NOT_NEGATIVE, ANY };

static PetscErrorCode read_number(struct stg_task *task,
                                  const struct stg_value *map,
                                  const char *name, const char *unit,
                                  enum range range, double *x)
{
    struct stg_value v;

    PetscFunctionBeginUser;
    if (!stg_has(map, name))
        PetscFunctionReturn(0);
    PetscCall(stg_get(map, name, &v));
    if (unit)
        PetscCall(stg_as_quantity(&v, unit, x));
    else
        PetscCall(stg_as_number(&v, x));
    if ((range == POSITIVE && !(*x > 0)) || (range == NOT_NEGATIVE && *x < 0))
        PetscFunctionReturn(stg_fail(task, "parameter '%s' must %s, not %g",
                                     v.name, range == POSITIVE
                                     ? "be positive" : "not be negative", *x));
    PetscFunctionReturn(0);
}

static PetscErrorCode read_plain(struct reader *r)
{
    struct flood_case *c = r->c;
    const struct {
        const char *name, *unit;
        enum range range;
        double *x;
    } row[] = {
        { "cfl", NULL, POSITIVE, &c->cfl },
        { "theta", NULL, POSITIVE, &c->theta },
        { "longest_step", "s", POSITIVE, &c->longest_s },
        { "end", "s", POSITIVE, &c->end_s },
        { "report_every", "s", POSITIVE, &c->report_s },
        { "checkpoint", "s", NOT_NEGATIVE, &c->checkpoint_s },
        { "dry_depth", "m", POSITIVE, &c->dry },
        { "wet_depth", "m", POSITIVE, &c->wet },
        { "manning", NULL, NOT_NEGATIVE, &c->manning },
        { "debris_shallow", NULL, NOT_NEGATIVE, &c->debris[0] },
        { "debris_deep", NULL, NOT_NEGATIVE, &c->debris[1] },
        { "debris_depth", "m", NOT_NEGATIVE, &c->deep },
        { "initial_level", "m", ANY, &c->level },
        { "infiltration_rate", "m.s-1", NOT_NEGATIVE, &c->soil_rate },
        { "infiltration_initial", "m.s-1", NOT_NEGATIVE, &c->soil_initial },
        { "infiltration_decay", "s-1", NOT_NEGATIVE, &c->soil_decay },
        { "suction", "m", NOT_NEGATIVE, &c->soil_suction },
        { "moisture_deficit", NULL, NOT_NEGATIVE, &c->soil_deficit },
    };

    PetscFunctionBeginUser;
    for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++)
        PetscCall(read_number(r->task, &r->all, row[i].name, row[i].unit,
                              row[i].range, row[i].x));
    if (!(c->end_s > 0))
        PetscFunctionReturn(stg_fail(r->task, "parameter 'end' is missing"));
    PetscFunctionReturn(0);
}

/* Which of 'names' the parameter is. */
static PetscErrorCode choose(struct stg_task *task,
                             const struct stg_value *map, const char *param,
                             const char *const *names, int n, int *which)
{
    const char *text;

    PetscFunctionBeginUser;
    if (!stg_has(map, param))
        PetscFunctionReturn(0);
    PetscCall(stg_get_text(map, param, &text));
    for (int i = 0; i < n; i++)
        if (strcmp(text, names[i]) == 0) {
            *which = i;
            PetscFunctionReturn(0);
        }
    PetscFunctionReturn(stg_fail(task, "parameter '%s' cannot be '%s'", param,
                                 text));
}

/* Waves of local inertia that alternate from cell to cell along both axes grow
 * when the Courant number is more than sqrt(theta / 2). */
static PetscErrorCode check_scheme(struct reader *r)
{
    struct flood_case *c = r->c;
    bool inertial = c->scheme == FLOOD_INERTIAL;
    double most = inertial ? sqrt(0.5 * c->theta) : 0.5;

    PetscFunctionBeginUser;
    if (has(r, "theta") && !inertial)
        PetscFunctionReturn(stg_fail(r->task, "parameter 'theta' is for the "
                                     "scheme 'inertial' only"));
    if (c->theta > 1)
        PetscFunctionReturn(stg_fail(r->task, "parameter 'theta' must be at "
                                     "most 1, not %g", c->theta));
    if (isnan(c->cfl))
        c->cfl = inertial ? 0.9 * most : 0.45;
    if (c->cfl > most)
        PetscFunctionReturn(stg_fail(r->task, "parameter 'cfl' must be at "
                                     "most %.3g, not %g", most, c->cfl));
    PetscFunctionReturn(0);
}

static PetscErrorCode read_choices(struct reader *r)
{
    static const char *const schemes[] = { "first", "second", "inertial" };
    static const char *const soils[] = { "none", "constant", "horton",
                                         "green_ampt" };
    int scheme = FLOOD_SECOND, soil = FLOOD_NO_SOIL;

    PetscFunctionBeginUser;
    PetscCall(choose(r->task, &r->all, "scheme", schemes, 3, &scheme));
    PetscCall(choose(r->task, &r->all, "infiltration", soils, 4, &soil));
    r->c->scheme = (enum flood_scheme)scheme;
    r->c->soil = (enum flood_soil)soil;
    PetscCall(check_scheme(r));
    if (has(r, "kernel"))
        PetscCall(stg_get_text(&r->all, "kernel", &r->c->kernel));
    if (soil != FLOOD_NO_SOIL && !has(r, "infiltration_rate"))
        PetscFunctionReturn(stg_fail(r->task, "infiltration needs the "
                                     "parameter 'infiltration_rate'"));
    if (soil == FLOOD_HORTON && !(has(r, "infiltration_initial") &&
                                  has(r, "infiltration_decay")))
        PetscFunctionReturn(stg_fail(r->task, "infiltration by Horton needs "
                                     "the parameters 'infiltration_initial' "
                                     "and 'infiltration_decay'"));
    if (soil == FLOOD_GREEN_AMPT && !(has(r, "suction") &&
                                      has(r, "moisture_deficit")))
        PetscFunctionReturn(stg_fail(r->task, "infiltration by Green and Ampt "
                                     "needs the parameters 'suction' and "
                                     "'moisture_deficit'"));
    PetscFunctionReturn(0);
}

/* --- series --------------------------------------------------------------- */

/* A constant parameter 'name', or 'column' of the table. */
static PetscErrorCode read_series(struct reader *r,
                                  const struct stg_value *map,
                                  const char *name, const char *column,
                                  const char *unit, enum flood_series_of of,
                                  struct flood_series *s)
{
    const char *text;
    double x = 0;

    PetscFunctionBeginUser;
    if (stg_has(map, name) == stg_has(map, column))
        PetscFunctionReturn(stg_fail(r->task, "'%s': give exactly one of '%s' "
                                     "and '%s'", map->name, name, column));
    if (stg_has(map, column)) {
        PetscCall(stg_get_text(map, column, &text));
        PetscCall(flood_series_read(r->task, text, of, r->c->end_s, s));
        PetscFunctionReturn(0);
    }
    PetscCall(read_number(r->task, map, name, unit,
                          of == FLOOD_OF_LEVEL ? ANY : NOT_NEGATIVE, &x));
    PetscCall(flood_series_constant(x, s));
    PetscFunctionReturn(0);
}

static PetscErrorCode read_rain(struct reader *r)
{
    PetscFunctionBeginUser;
    r->c->rains = has(r, "rain") || has(r, "rain_series");
    if (r->c->rains)
        PetscCall(read_series(r, &r->all, "rain", "rain_series", "m.s-1",
                              FLOOD_OF_RAIN, &r->c->rain));
    PetscFunctionReturn(0);
}

/* --- lists ---------------------------------------------------------------- */

static PetscErrorCode read_name(const struct stg_value *v, const char *kind,
                                size_t i, char name[64])
{
    const char *text;

    PetscFunctionBeginUser;
    snprintf(name, 64, "%s %zu", kind, i + 1);
    if (!stg_has(v, "name"))
        PetscFunctionReturn(0);
    PetscCall(stg_get_text(v, "name", &text));
    snprintf(name, 64, "%s", text);
    PetscFunctionReturn(0);
}

static PetscErrorCode read_place(const struct stg_value *v, const char *x_name,
                                 const char *y_name, double *x, double *y)
{
    PetscFunctionBeginUser;
    if (stg_has(v, x_name))
        PetscCall(stg_get_quantity(v, x_name, "m", x));
    if (stg_has(v, y_name))
        PetscCall(stg_get_quantity(v, y_name, "m", y));
    PetscFunctionReturn(0);
}

/* From one place to another; the second may be missing. */
static PetscErrorCode read_line(const struct stg_value *v, double *x,
                                double *y, double *x2, double *y2)
{
    PetscFunctionBeginUser;
    PetscCall(read_place(v, "x", "y", x, y));
    *x2 = *x;
    *y2 = *y;
    PetscCall(read_place(v, "x2", "y2", x2, y2));
    PetscFunctionReturn(0);
}

static PetscErrorCode read_inflow(struct reader *r, const struct stg_value *v,
                                  size_t i)
{
    struct flood_inflow *p = &r->c->inflow[i];

    PetscFunctionBeginUser;
    PetscCall(read_name(v, "inflow", i, p->name));
    PetscCall(read_line(v, &p->x, &p->y, &p->x2, &p->y2));
    PetscCall(read_series(r, v, "discharge", "series", "m3.s-1",
                          FLOOD_OF_DISCHARGE, &p->discharge));
    PetscFunctionReturn(0);
}

static PetscErrorCode read_boundary(struct reader *r,
                                    const struct stg_value *v, size_t i)
{
    static const char *const sides[] = { "west", "east", "south", "north",
                                         "all" };
    static const char *const kinds[] = { "wall", "free", "fall", "level",
                                         "discharge" };
    struct flood_boundary *p = &r->c->boundary[i];
    int kind = FLOOD_WALL;

    PetscFunctionBeginUser;
    PetscCall(read_name(v, "boundary", i, p->name));
    p->side = 4;
    p->from = -INFINITY;
    p->to = INFINITY;
    PetscCall(choose(r->task, v, "side", sides, 5, &p->side));
    PetscCall(choose(r->task, v, "kind", kinds, 5, &kind));
    PetscCall(read_place(v, "from", "to", &p->from, &p->to));
    p->kind = (enum flood_edge)kind;
    if (p->kind == FLOOD_LEVEL)
        PetscCall(read_series(r, v, "level", "series", "m", FLOOD_OF_LEVEL,
                              &p->series));
    if (p->kind == FLOOD_DISCHARGE)
        PetscCall(read_series(r, v, "discharge", "series", "m3.s-1",
                              FLOOD_OF_DISCHARGE, &p->series));
    PetscFunctionReturn(0);
}

/* A pipe, or a box with the structure's width and height. */
static PetscErrorCode read_culvert(struct reader *r, const struct stg_value *v,
                                   struct flood_structure *p)
{
    struct flood_culvert *c = &p->culvert;
    int64_t barrels = 1;
    const char *name;

    PetscFunctionBeginUser;
    PetscCall(stg_get_quantity(v, "crest2", "m", &p->crest2));
    PetscCall(stg_get_number(v, "manning", &c->manning));
    PetscCall(stg_get_text(v, "entrance", &name));
    PetscCall(read_number(r->task, v, "diameter", "m", POSITIVE,
                          &c->diameter));
    c->length = hypot(p->x2 - p->x, p->y2 - p->y);
    PetscCall(read_number(r->task, v, "length", "m", POSITIVE, &c->length));
    if (stg_has(v, "barrels"))
        PetscCall(stg_get_integer(v, "barrels", &barrels));
    c->barrels = (int)barrels;
    c->width = p->width;
    c->height = p->height;
    c->entrance = flood_entrance(name);
    if ((c->diameter > 0) == (c->width > 0 && isfinite(c->height)))
        return stg_fail(r->task, "culvert '%s': give a 'diameter', or 'width' "
                        "and 'height'", p->name);
    if (!c->entrance)
        return stg_fail(r->task, "culvert '%s': there is no entrance '%s'",
                        p->name, name);
    if (c->entrance->box != !(c->diameter > 0))
        return stg_fail(r->task, "culvert '%s': the entrance '%s' is not one "
                        "of a %s", p->name, name,
                        c->diameter > 0 ? "pipe" : "box");
    if (!(c->manning >= 0) || barrels < 1 || barrels > 1000)
        return stg_fail(r->task, "culvert '%s': 'manning' must not be "
                        "negative and 'barrels' be from 1 to 1000", p->name);
    if (!(c->length >= fabs(p->crest - p->crest2)) || !(c->length > 0))
        return stg_fail(r->task, "culvert '%s' is %g m long, less than its "
                        "ends differ in height", p->name, c->length);
    PetscFunctionReturn(0);
}

/* What one kind of structure needs must not be lost in the other. */
static PetscErrorCode refuse_of_other(struct reader *r,
                                      const struct stg_value *v,
                                      const struct flood_structure *p)
{
    static const char *const of_culverts[] = { "crest2", "diameter", "length",
                                               "manning", "entrance",
                                               "barrels" };
    size_t n = sizeof(of_culverts) / sizeof(of_culverts[0]);

    for (size_t i = 0; i < n && !p->is_culvert; i++)
        if (stg_has(v, of_culverts[i]))
            return stg_fail(r->task, "structure '%s': '%s' is for culverts "
                            "only", p->name, of_culverts[i]);
    if (!p->is_culvert && !(p->width > 0))
        return stg_fail(r->task, "structure '%s': the weir has no 'width'",
                        p->name);
    return 0;
}

static PetscErrorCode read_structure(struct reader *r,
                                     const struct stg_value *v, size_t i)
{
    enum { WEIR, CULVERT };
    static const char *const kinds[] = { "weir", "culvert" };
    struct flood_structure *p = &r->c->structure[i];
    int kind = WEIR;

    PetscFunctionBeginUser;
    PetscCall(read_name(v, "structure", i, p->name));
    PetscCall(choose(r->task, v, "kind", kinds, 2, &kind));
    PetscCall(read_line(v, &p->x, &p->y, &p->x2, &p->y2));
    PetscCall(stg_get_quantity(v, "crest", "m", &p->crest));
    if (stg_has(v, "flap"))
        PetscCall(stg_get_bool(v, "flap", &p->flap));
    p->height = INFINITY;
    p->coefficient = 1.7;
    PetscCall(read_number(r->task, v, "width", "m", POSITIVE, &p->width));
    PetscCall(read_number(r->task, v, "height", "m", POSITIVE, &p->height));
    p->is_culvert = kind == CULVERT;
    PetscCall(refuse_of_other(r, v, p));
    if (p->is_culvert)
        PetscCall(read_culvert(r, v, p));
    else
        PetscCall(read_number(r->task, v, "coefficient", NULL, POSITIVE,
                              &p->coefficient));
    PetscFunctionReturn(0);
}

static PetscErrorCode read_wall(struct reader *r, const struct stg_value *v,
                                size_t i)
{
    struct flood_wall *p = &r->c->wall[i];

    PetscFunctionBeginUser;
    PetscCall(read_line(v, &p->x, &p->y, &p->x2, &p->y2));
    PetscCall(stg_get_quantity(v, "crest", "m", &p->crest));
    PetscFunctionReturn(0);
}

static PetscErrorCode read_gauge(struct reader *r, const struct stg_value *v,
                                 size_t i)
{
    struct flood_gauge *p = &r->c->gauge[i];

    PetscFunctionBeginUser;
    PetscCall(read_name(v, "gauge", i, p->name));
    PetscCall(read_place(v, "x", "y", &p->x, &p->y));
    PetscFunctionReturn(0);
}

static PetscErrorCode read_list(struct reader *r, const char *name,
                                size_t size, void *list, size_t *n,
                                PetscErrorCode (*read)(struct reader *,
                                    const struct stg_value *, size_t))
{
    struct stg_value all, v;
    size_t count;

    PetscFunctionBeginUser;
    if (!has(r, name))
        PetscFunctionReturn(0);
    PetscCall(stg_get(&r->all, name, &all));
    PetscCall(stg_count(&all, &count));
    PetscCall(PetscMalloc(count * size + 1, (void **)list));
    memset(*(void **)list, 0, count * size);
    *n = count;
    for (size_t i = 0; i < count; i++) {
        PetscCall(stg_element(&all, i, &v));
        PetscCall(read(r, &v, i));
    }
    PetscFunctionReturn(0);
}

static PetscErrorCode read_lists(struct reader *r)
{
    struct flood_case *c = r->c;

    PetscFunctionBeginUser;
    PetscCall(read_list(r, "inflows", sizeof(*c->inflow), &c->inflow,
                        &c->n_inflows, read_inflow));
    PetscCall(read_list(r, "boundaries", sizeof(*c->boundary), &c->boundary,
                        &c->n_boundaries, read_boundary));
    PetscCall(read_list(r, "structures", sizeof(*c->structure), &c->structure,
                        &c->n_structures, read_structure));
    PetscCall(read_list(r, "walls", sizeof(*c->wall), &c->wall, &c->n_walls,
                        read_wall));
    PetscCall(read_list(r, "gauges", sizeof(*c->gauge), &c->gauge,
                        &c->n_gauges, read_gauge));
    PetscFunctionReturn(0);
}

PetscErrorCode flood_case_read(struct stg_task *task, struct flood_case *c)
{
    struct reader r = { task, stg_params(task), c };

    PetscFunctionBeginUser;
    *c = (struct flood_case){
        .cfl = NAN, .theta = 0.9, .longest_s = 60,
        .report_s = 60, .checkpoint_s = 300,
        .dry = 1e-6, .wet = 0.01, .manning = NAN, .level = NAN,
        .debris = { 0.5, 1 }, .deep = 0.25,
    };
    PetscCall(read_plain(&r));
    PetscCall(read_choices(&r));
    PetscCall(read_rain(&r));
    PetscCall(read_lists(&r));
    PetscFunctionReturn(0);
}

void flood_case_release(struct flood_case *c)
{
    for (size_t i = 0; i < c->n_inflows; i++)
        flood_series_release(&c->inflow[i].discharge);
    for (size_t i = 0; i < c->n_boundaries; i++)
        flood_series_release(&c->boundary[i].series);
    flood_series_release(&c->rain);
    (void)PetscFree(c->inflow);
    (void)PetscFree(c->boundary);
    (void)PetscFree(c->structure);
    (void)PetscFree(c->wall);
    (void)PetscFree(c->gauge);
}

/* compare_values.c - the difference between two numbers, and between many */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/json.h"
#include "base/number.h"
#include "worker/compare/compare_in.h"

#define TEXT_SHOWN 200 /* bytes of a text in an answer */

struct number {
    bool integer;
    bool negative;
    uint64_t bits; /* of an integer: two's complement */
    double x;
};

static struct number from_signed(int64_t i)
{
    return (struct number){ true, i < 0, (uint64_t)i, (double)i };
}

static struct number from_unsigned(uint64_t u)
{
    return (struct number){ true, false, u, (double)u };
}

static struct number load_integer(char kind, size_t size, const char *at)
{
    union {
        int8_t i1;
        int16_t i2;
        int32_t i4;
        int64_t i8;
        uint64_t u8;
    } v = { .u8 = 0 };

    memcpy(&v, at, size); /* little-endian, as is this machine */
    if (kind == 'u')
        return from_unsigned(v.u8);
    return from_signed(size == 1   ? v.i1
                       : size == 2 ? v.i2
                       : size == 4 ? v.i4
                                   : v.i8);
}

static struct number load(const struct ft_h5_type *type, const char *at)
{
    struct number n = { 0 };
    float x;

    if (type->kind != 'f')
        return load_integer(type->kind, type->size, at);
    if (type->size == sizeof(n.x)) {
        memcpy(&n.x, at, sizeof(n.x));
    } else {
        memcpy(&x, at, sizeof(x));
        n.x = x;
    }
    return n;
}

/* |a - b|, of integers without rounding them first. */
static double gap_between(const struct number *a, const struct number *b)
{
    if (a->integer && b->integer && a->negative == b->negative)
        return (double)(a->bits > b->bits ? a->bits - b->bits
                                          : b->bits - a->bits);
    if (a->x == b->x) /* infinities, too */
        return 0;
    return fabs(a->x - b->x);
}

/* --- texts ---------------------------------------------------------------- */

static struct json_object *text_value(const struct ft_h5_type *type,
                                      const char *at)
{
    size_t len = strnlen(at, type->size), shown = len;
    struct json_object *value = NULL;
    char *word;

    if (shown > TEXT_SHOWN)
        for (shown = TEXT_SHOWN; shown && (at[shown] & 0xc0) == 0x80;)
            shown--; /* not within a character */
    word = ft_asprintf("%.*s%s", (int)shown, at, shown < len ? "…" : "");
    if (ft_h5_text_valid(word))
        value = json_object_new_string(word);
    free(word);
    return value;
}

static bool same_text(const struct ft_gaps *gaps, const char *a,
                      const char *b)
{
    size_t n = strnlen(a, gaps->type[0].size);

    return n == strnlen(b, gaps->type[1].size) && memcmp(a, b, n) == 0;
}

/* --- values --------------------------------------------------------------- */

struct json_object *ft_gaps_number(double x)
{
    struct ft_str text = FT_STR_INIT;
    struct json_object *value;

    ft_number_text(x, &text);
    value = isfinite(x) ? json_object_new_double_s(x, text.s)
                        : json_object_new_string(text.s);
    ft_str_release(&text);
    return value;
}

struct json_object *ft_gaps_value(const struct ft_h5_type *type,
                                  const char *at)
{
    struct number n;

    if (type->kind == 'S')
        return text_value(type, at);
    n = load(type, at);
    if (!n.integer)
        return ft_gaps_number(n.x);
    return type->kind == 'u' ? json_object_new_uint64(n.bits)
                             : json_object_new_int64((int64_t)n.bits);
}

bool ft_gaps_comparable(const struct ft_h5_type *a,
                        const struct ft_h5_type *b)
{
    return (a->kind == 'S') == (b->kind == 'S');
}

/* --- many of them --------------------------------------------------------- */

/* Integers without a unit count or name something: they have no tolerance. */
void ft_gaps_init(struct ft_gaps *gaps, const struct ft_compare *how,
                  const struct ft_h5_type *a, const struct ft_h5_type *b,
                  const char *unit, bool vectors)
{
    bool exact = a->kind == 'S' ||
                 (a->kind != 'f' && b->kind != 'f' && !unit);

    *gaps = (struct ft_gaps){
        .type = { *a, *b },
        .rtol = exact ? 0 : how->rtol,
        .atol = exact || !unit ? 0 : ft_json_num_or(how->atol, unit, 0),
        .first_max = how->first,
        .components = vectors ? 3 : 1,
        .first = ft_calloc(how->first + 1, sizeof(struct ft_gap)),
    };
}

void ft_gaps_release(struct ft_gaps *gaps)
{
    for (size_t i = 0; i < gaps->n_first; i++) {
        json_object_put(gaps->first[i].value[0]);
        json_object_put(gaps->first[i].value[1]);
    }
    free(gaps->first);
    *gaps = (struct ft_gaps){ 0 };
}

static void note_beyond(struct ft_gaps *gaps, const char *a, const char *b)
{
    struct ft_gap *gap = &gaps->first[gaps->n_first];

    gaps->beyond++;
    if (gaps->n_first == gaps->first_max)
        return;
    gap->index = gaps->index;
    gap->value[0] = ft_gaps_value(&gaps->type[0], a);
    gap->value[1] = ft_gaps_value(&gaps->type[1], b);
    gaps->n_first++;
}

/* The difference 'gap' > 0 of two numbers. */
static void measure(struct ft_gaps *gaps, double gap, double larger,
                    const char *a, const char *b)
{
    double rel = isfinite(gap) && larger > 0 ? gap / larger : INFINITY;

    gaps->differ++;
    if (gap > gaps->max_abs) {
        gaps->max_abs = gap;
        gaps->max_index = gaps->index;
        memcpy(gaps->max_value[0], a, gaps->type[0].size);
        memcpy(gaps->max_value[1], b, gaps->type[1].size);
    }
    if (rel > gaps->max_rel)
        gaps->max_rel = rel;
    if (!isfinite(gap) ||
        !(gap <= gaps->atol || gap <= gaps->rtol * larger))
        note_beyond(gaps, a, b);
}

static void see_numbers(struct ft_gaps *gaps, const char *a, const char *b)
{
    struct number x = load(&gaps->type[0], a), y = load(&gaps->type[1], b);
    double gap = gap_between(&x, &y);

    if (isnan(x.x) || isnan(y.x)) {
        if (isnan(x.x) && isnan(y.x))
            return;
        gaps->differ++;
        gaps->nan++;
        note_beyond(gaps, a, b);
        return;
    }
    gaps->sum_a += (long double)x.x * x.x;
    if (gap == 0)
        return;
    gaps->sum_gap += (long double)gap * gap;
    gaps->length = hypot(gaps->length, gap);
    measure(gaps, gap, fmax(fabs(x.x), fabs(y.x)), a, b);
}

static void see_texts(struct ft_gaps *gaps, const char *a, const char *b)
{
    if (same_text(gaps, a, b))
        return;
    gaps->differ++;
    note_beyond(gaps, a, b);
}

void ft_gaps_see(struct ft_gaps *gaps, const char *a, const char *b)
{
    if (gaps->type[0].kind == 'S')
        see_texts(gaps, a, b);
    else
        see_numbers(gaps, a, b);
    gaps->index++;
    gaps->count++;
    if (gaps->components > 1 && gaps->count % gaps->components == 0) {
        gaps->max_length = fmax(gaps->max_length, gaps->length);
        gaps->length = 0;
    }
}

static void add_number(struct json_object *out, const char *key, double x)
{
    json_object_object_add(out, key, ft_gaps_number(x));
}

void ft_gaps_add(const struct ft_gaps *gaps, struct json_object *out)
{
    double l2 = (double)sqrtl(gaps->sum_gap);

    ft_json_add_int(out, "count", (int64_t)gaps->count);
    ft_json_add_int(out, "differ", (int64_t)gaps->differ);
    ft_json_add_int(out, "beyond", (int64_t)gaps->beyond);
    if (gaps->type[0].kind == 'S')
        return;
    if (gaps->nan)
        ft_json_add_int(out, "nan", (int64_t)gaps->nan);
    add_number(out, "max_abs", gaps->max_abs);
    add_number(out, "max_rel", gaps->max_rel);
    if (gaps->components > 1)
        add_number(out, "max_length", gaps->max_length);
    add_number(out, "l2", l2);
    if (isfinite(l2) && gaps->sum_a > 0 && isfinite((double)gaps->sum_a))
        add_number(out, "l2_rel", (double)sqrtl(gaps->sum_gap / gaps->sum_a));
}

/* unit.c - do two SI units have one dimension?  Values in another unit
 *
 * Units here are products such as "m.kg.s-3.K-1" or "W.m-1.K-1": factors
 * joined by a dot or a space, each a symbol and an exponent.  There are no
 * prefixes but that of kg, so values in units of one dimension need no
 * conversion.
 */
#include "stage/task.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum { M, KG, S, A, K, MOL, CD, BYTE, BASES };

static const struct {
    const char *symbol;
    int power[BASES];
} symbols[] = {
    { "1", { 0 } },
    { "rad", { 0 } },
    { "sr", { 0 } },
    { "m", { [M] = 1 } },
    { "kg", { [KG] = 1 } },
    { "s", { [S] = 1 } },
    { "A", { [A] = 1 } },
    { "K", { [K] = 1 } },
    { "mol", { [MOL] = 1 } },
    { "cd", { [CD] = 1 } },
    { "byte", { [BYTE] = 1 } },
    { "Hz", { [S] = -1 } },
    { "N", { [M] = 1, [KG] = 1, [S] = -2 } },
    { "Pa", { [M] = -1, [KG] = 1, [S] = -2 } },
    { "J", { [M] = 2, [KG] = 1, [S] = -2 } },
    { "W", { [M] = 2, [KG] = 1, [S] = -3 } },
    { "C", { [S] = 1, [A] = 1 } },
    { "V", { [M] = 2, [KG] = 1, [S] = -3, [A] = -1 } },
    { "F", { [M] = -2, [KG] = -1, [S] = 4, [A] = 2 } },
    { "ohm", { [M] = 2, [KG] = 1, [S] = -3, [A] = -2 } },
    { "S", { [M] = -2, [KG] = -1, [S] = 3, [A] = 2 } },
    { "Wb", { [M] = 2, [KG] = 1, [S] = -2, [A] = -1 } },
    { "T", { [KG] = 1, [S] = -2, [A] = -1 } },
    { "H", { [M] = 2, [KG] = 1, [S] = -2, [A] = -2 } },
};

static const int *power_of(const char *symbol, size_t n)
{
    for (size_t i = 0; i < sizeof(symbols) / sizeof(symbols[0]); i++)
        if (strlen(symbols[i].symbol) == n &&
            strncmp(symbols[i].symbol, symbol, n) == 0)
            return symbols[i].power;
    return NULL;
}

static bool dimension(const char *unit, int sum[BASES])
{
    memset(sum, 0, BASES * sizeof(sum[0]));
    while (*unit) {
        size_t n = strcmp(unit, "1") == 0 ? 1 : strcspn(unit, "-0123456789. ");
        const int *power = power_of(unit, n);
        long exponent = 1;
        char *end;

        if (!power)
            return false;
        unit += n;
        if (*unit == '-' || isdigit((unsigned char)*unit)) {
            exponent = strtol(unit, &end, 10);
            if (end == unit || exponent < -99 || exponent > 99)
                return false;
            unit = end;
        }
        for (int i = 0; i < BASES; i++)
            sum[i] += (int)exponent * power[i];
        if ((*unit == '.' || *unit == ' ') && unit[1])
            unit++;
        else if (*unit)
            return false;
    }
    return true;
}

bool stg_unit_same(const char *a, const char *b)
{
    int of_a[BASES], of_b[BASES];

    /* A unit outside the table equals itself only. */
    if (!dimension(a, of_a) || !dimension(b, of_b))
        return strcmp(a, b) == 0;
    return memcmp(of_a, of_b, sizeof(of_a)) == 0;
}

PetscErrorCode stg_show_in(struct stg_task *task, const struct stg_unit *to,
                           const char *what, const char *unit, size_t n,
                           double value[])
{
    if (!to->written || strcmp(unit, to->written) == 0)
        return 0;
    if (!stg_unit_same(unit, to->si))
        return stg_fail(task, "%s is in '%s', which cannot be shown in '%s'",
                        what, unit, to->written);
    for (size_t i = 0; i < n; i++)
        value[i] = (value[i] - to->zero) / to->scale;
    return 0;
}

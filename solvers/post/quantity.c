/* quantity.c - units of integrals */
#include "post/quantity.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int add(char *text, size_t size, size_t *used, const char *word,
               size_t n)
{
    int got;

    if (*used >= size)
        return -1;
    got = snprintf(text + *used, size - *used, "%s%.*s", *used ? " " : "",
                   (int)n, word);
    if (got < 0 || *used + (size_t)got >= size)
        return -1;
    *used += (size_t)got;
    return 0;
}

/* Is the word a power of the metre?  Which one? */
static bool is_metres(const char *word, size_t n, int *power)
{
    char *end;

    if (n == 0 || word[0] != 'm')
        return false;
    if (n == 1) {
        *power = 1;
        return true;
    }
    if (word[1] != '-' && !isdigit((unsigned char)word[1]))
        return false;
    *power = (int)strtol(word + 1, &end, 10);
    return end == word + n;
}

/* A product: words of letters and an exponent, joined by blanks or dots. */
static bool is_product(const char *unit)
{
    for (const char *c = unit; *c; c++)
        if (!isalnum((unsigned char)*c) && *c != '-' && *c != '.' && *c != ' ')
            return false;
    return isalpha((unsigned char)unit[0]);
}

int post_unit_times_metres(const char *unit, int power, char *text,
                           size_t size)
{
    size_t used = 0;
    char metres[16];

    text[0] = '\0';
    if (power == 0)
        return add(text, size, &used, unit, strlen(unit));
    (void)snprintf(metres, sizeof(metres), "m%d", power);
    if (strcmp(unit, "1") != 0 && !is_product(unit)) {
        if (snprintf(text, size, "(%s) %s", unit, metres) < (int)size)
            return 0;
        return -1;
    }
    for (size_t n; *unit; unit += n + (unit[n] != '\0')) {
        int own;

        n = strcspn(unit, " .");
        if (is_metres(unit, n, &own))
            power += own;
        else if (n && !(n == 1 && *unit == '1') &&
                 add(text, size, &used, unit, n) < 0)
            return -1;
    }
    (void)snprintf(metres, sizeof(metres), power == 1 ? "m" : "m%d", power);
    if (power != 0)
        return add(text, size, &used, metres, strlen(metres));
    return used ? 0 : add(text, size, &used, "1", 1);
}

/* near.c - edit distance, given up early */
#include "physics/near.h"

/* The least of the ways to go on; left + 1 when there is none. */
static int within(const char *a, const char *b, int left)
{
    int best = left + 1, rest;

    while (*a && *a == *b) {
        a++;
        b++;
    }
    if (!*a && !*b)
        return 0;
    if (left == 0)
        return 1;
    if (*a && *b) {
        rest = 1 + within(a + 1, b + 1, left - 1);
        best = rest < best ? rest : best;
        if (a[0] == b[1] && a[1] == b[0]) {
            rest = 1 + within(a + 2, b + 2, left - 1);
            best = rest < best ? rest : best;
        }
    }
    if (*a) {
        rest = 1 + within(a + 1, b, left - 1);
        best = rest < best ? rest : best;
    }
    if (*b) {
        rest = 1 + within(a, b + 1, left - 1);
        best = rest < best ? rest : best;
    }
    return best;
}

int phy_distance(const char *a, const char *b)
{
    return within(a, b, PHY_NEAR_MAX);
}

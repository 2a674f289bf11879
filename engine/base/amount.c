/* amount.c - times and energies as people say them */
#include "base/amount.h"

#include "base/alloc.h"

void ft_amount_time(double seconds, struct ft_str *out)
{
    if (seconds < 100)
        ft_str_addf(out, "%.3g s", seconds);
    else if (seconds < 6000)
        ft_str_addf(out, "%.3g min", seconds / 60);
    else
        ft_str_addf(out, "%.4g h", seconds / 3600);
}

void ft_amount_energy(double joules, struct ft_str *out)
{
    static const char *const unit[] = { "J", "kJ", "MJ", "GJ" };
    size_t i = 0;

    while (joules >= 1000 && i + 1 < FT_ARRAY_LEN(unit)) {
        joules /= 1000;
        i++;
    }
    ft_str_addf(out, "%.3g %s", joules, unit[i]);
}

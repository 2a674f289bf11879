/* amount.h - times and energies as people say them */
#ifndef FT_BASE_AMOUNT_H
#define FT_BASE_AMOUNT_H

#include "base/str.h"

/* "0.61 s", "25 min", "2.5 h"; three digits. */
void ft_amount_time(double seconds, struct ft_str *out);
/* "3 J", "1.25 MJ"; three digits. */
void ft_amount_energy(double joules, struct ft_str *out);

#endif

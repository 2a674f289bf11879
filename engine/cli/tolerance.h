/* tolerance.h - the options --rtol and --atol: when numbers count as equal */
#ifndef FT_CLI_TOLERANCE_H
#define FT_CLI_TOLERANCE_H

#include "cli/cmd.h"
#include "text/quantity.h"

#define FT_ATOL_MAX 16

struct ft_tolerances {
    double rtol;
    struct ft_quantity item[FT_ATOL_MAX]; /* each of another dimension */
    const char *text[FT_ATOL_MAX];        /* as given */
    bool used[FT_ATOL_MAX]; /* set by who compares */
    size_t n;
};

/* Read them; 'rtol' counts when --rtol was not given.  Prints what is wrong and
 * returns the exit status, or 0. */
int ft_tolerances_read(const struct ft_cli *cli, double rtol,
                       struct ft_tolerances *tolerances);

/* A tolerance that nothing was compared with is likely a wrong unit. */
void ft_tolerances_warn(const struct ft_tolerances *tolerances);

#endif
